"""Sphinx extension of the book: recorded numbers in the text, and pages made of results.

    {num}`fig-two-stream-energy.error:.2f`    a recorded number, formatted
    ```{verdicts}```                          the claims, each with evidence and verdict
    ```{reproduction-report}```               every number with its reference, and every run
    ```{results-table} table-errors```        a table of `book/tables.toml`
    ```{figure-index}```                      all figures of the book

Under every figure whose id starts with `fig-` stands its record.
"""

from pathlib import Path
from typing import Any

import hoam_comparison
import hoam_docstrings
import hoam_figures
import hoam_results
from docutils import nodes
from hoam_figures import to_root
from hoam_tables import ReportDirective, VerdictsDirective, formatted, load_for_page
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

logger = logging.getLogger(__name__)


class figure_index(nodes.General, nodes.Element):
    """Stands where the list of figures goes, until all pages are read."""


class NumberRole(SphinxRole):
    """Insert a recorded number: `figure.name` or `figure.name:format`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number, or a warning and a visible mark where there is none."""
        key, _, form = self.text.partition(":")
        figure, _, name = key.strip().partition(".")
        numbers = load_for_page(self.env).numbers
        try:
            content = formatted(format(numbers[figure, name], form.strip() or ".3g"))
        except (KeyError, ValueError) as error:
            problem = "got none" if isinstance(error, KeyError) else f"got format {form!r}"
            logger.warning(
                "Expected a recorded number %s with a format; %s. Use report.record.",
                key,
                problem,
                location=self.get_location(),
            )
            return [nodes.problematic(self.rawtext, f"[{key}]")], []
        return [nodes.inline("", "", *content, classes=["hoam-number"])], []


class FigureIndexDirective(SphinxDirective):
    """Show a thumbnail of every figure, each a link to its place."""

    def run(self) -> list[nodes.Node]:
        """Return a stand-in, which is replaced once all pages are read."""
        self.env.metadata[self.env.docname]["hoam_figure_index"] = True
        return [figure_index()]


def _known_figures(env: BuildEnvironment) -> dict[str, dict[str, dict[str, str]]]:
    if not hasattr(env, "hoam_figures"):
        env.hoam_figures = {}  # pyright: ignore[reportAttributeAccessIssue]
    return env.hoam_figures  # pyright: ignore[reportAttributeAccessIssue]


def _read_page(app: Sphinx, doctree: nodes.document) -> None:
    """Note the figures of a page, and put the record under each."""
    docname, found = app.env.docname, {}
    for figure in list(doctree.findall(nodes.figure)):
        name = next((i for i in figure["ids"] if i.startswith("fig-")), None)
        if name is None:
            continue
        caption = next(iter(figure.findall(nodes.caption)), None)
        image = next(iter(figure.findall(nodes.image)), None)
        found[name] = {
            "caption": caption.astext() if caption else "",
            "alt": image.get("alt", "") if image else "",
        }
        record = hoam_figures.record(
            load_for_page(app.env),
            name,
            docname,
            edition=app.config.hoam_edition,
            repository=app.config.hoam_repository,
        )
        if record is not None:
            figure.parent.insert(figure.parent.index(figure) + 1, record)
    _known_figures(app.env)[docname] = found


def _forget_page(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _known_figures(env).pop(docname, None)


def _pages_to_write(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    return [name for name, data in env.metadata.items() if "hoam_figure_index" in data]


def _fill_index(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    results = hoam_results.load(Path(app.srcdir))
    for stand_in in list(doctree.findall(figure_index)):
        cards = [
            hoam_figures.card(
                name,
                text,
                target=app.builder.get_relative_uri(docname, page),
                base=to_root(docname),
            )
            for page in app.env.collect_relations()
            for name, text in _known_figures(app.env).get(page, {}).items()
            if results.drawn(name)
        ]
        html = f'<div class="hoam-figures">{"".join(cards)}</div>'
        stand_in.replace_self(nodes.raw("", html, format="html"))


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        results, output = hoam_results.load(Path(app.srcdir)), Path(app.outdir)
        hoam_figures.copy_files(results, output)
        hoam_comparison.write_files(results, output)


def leave_out_thebe(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: nodes.document | None
) -> None:
    """Leave out the scripts of live code cells, which Jupyter Book adds, twice, to every page."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if "thebe" not in str(file)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role, the directives and the figure records."""
    hoam_results.load.cache_clear()
    app.setup_extension("sphinx.ext.autodoc")
    app.add_config_value("hoam_edition", hoam_results.edition(Path(app.srcdir)), "env")
    app.add_config_value("hoam_repository", "", "env")
    app.add_node(figure_index)
    app.add_role("num", NumberRole())
    app.add_directive("verdicts", VerdictsDirective)
    app.add_directive("reproduction-report", ReportDirective)
    app.add_directive("results-table", hoam_comparison.ResultsTableDirective)
    app.add_directive("figure-index", FigureIndexDirective)
    app.connect("doctree-read", _read_page)
    app.connect("env-purge-doc", _forget_page)
    app.connect("env-updated", _pages_to_write)
    app.connect("doctree-resolved", _fill_index)
    app.connect("html-page-context", leave_out_thebe)
    app.connect("build-finished", _finish)
    app.connect("missing-reference", hoam_docstrings.resolve)
    app.connect("autodoc-process-docstring", hoam_docstrings.convert, priority=400)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
