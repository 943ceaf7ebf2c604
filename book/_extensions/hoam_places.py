"""Where each figure stands: noted when pages are read, asked for when they are written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


@dataclass(frozen=True)
class Place:
    """A figure on a page, with its number in the book, caption and text alternative."""

    figure: str
    page: str
    number: str
    caption: str
    alt: str

    @property
    def label(self) -> str:
        """The words that a reader knows it by."""
        return f"Figure {self.number}" if self.number else self.figure

    @property
    def record(self) -> str:
        """The anchor of its record, which opens when it is followed."""
        return f"{self.figure}-record"


def to_root(docname: str) -> str:
    """Return the relative path from a page to the top of the output."""
    return "../" * docname.count("/")


def _known(env: BuildEnvironment) -> dict[str, dict[str, dict[str, str]]]:
    if not hasattr(env, "hoam_figures"):
        env.hoam_figures = {}  # pyright: ignore[reportAttributeAccessIssue]
    return env.hoam_figures  # pyright: ignore[reportAttributeAccessIssue]


def note(
    env: BuildEnvironment,
    docname: str,
    doctree: nodes.document,
    lead: Callable[[str, str], str],
) -> Iterator[nodes.figure]:
    """Note the figures of a page whose ids start with `fig-`, and yield each.

    Args:
        env: where they are noted.
        docname: the page.
        doctree: its content.
        lead: from an id and a caption to the words that go before it in bold, or nothing.
    """
    found = _known(env)[docname] = {}
    for figure in list(doctree.findall(nodes.figure)):
        name = name_of(figure)
        if name is None:
            continue
        caption = next(iter(figure.findall(nodes.caption)), None)
        image = next(iter(figure.findall(nodes.image)), None)
        words = lead(name, caption.astext()) if caption else ""
        if caption and words:
            caption[:0] = [nodes.strong(words, words), nodes.Text(" ")]
        found[name] = {
            "caption": caption.astext() if caption else "",
            "alt": image.get("alt", "") if image else "",
        }
        yield figure


def name_of(figure: nodes.figure) -> str | None:
    """Return the id of a figure of the book, or nothing for any other."""
    return next((name for name in figure["ids"] if name.startswith("fig-")), None)


def forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the figures of a page that is read again or gone."""
    _known(env).pop(docname, None)


def places(env: BuildEnvironment) -> dict[str, Place]:
    """Return the places of all figures, by id, in the order of the book."""
    found = {}
    for page in env.collect_relations():
        numbers = env.toc_fignumbers.get(page, {}).get("figure", {})
        for figure, text in _known(env).get(page, {}).items():
            number = ".".join(map(str, numbers.get(figure, ())))
            found[figure] = Place(figure, page, number, **text)
    return found


def mark(env: BuildEnvironment, docname: str, content: str) -> None:
    """Note that a page holds `content`, such as the table of verdicts."""
    env.metadata[docname][f"hoam_{content}"] = True


def marked(env: BuildEnvironment, content: str) -> list[str]:
    """Return the pages that hold `content`."""
    return [page for page, data in env.metadata.items() if f"hoam_{content}" in data]
