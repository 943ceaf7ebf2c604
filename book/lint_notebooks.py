"""Check the notebooks: figures that can be named, read and cited, in one style, and runs in full.

python book/lint_notebooks.py      # prints every problem, exit 1 if there is one
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from figure_style import style_problems, unit_problems

_FIGURE_ID = re.compile(r"fig(-[a-z0-9]+)+")
_TITLE = re.compile(r"(\([\w-]+\)=\s+)?# \S")
#: Words that stand for a text still to be written. Code in prose may hold them.
_PLACEHOLDER = re.compile(
    r"\b(ALT|CAPTION|FIXME|PLACEHOLDER|TBA|TBD|TEXT|TITLE|TODO|XXX+|[Ll]orem ipsum)\b"
)
#: Words that lead from a caption to its page, without which it is read in lists and records.
_ELSEWHERE = re.compile(
    r"\b(figure (above|below)|(in|of) the text|recipe of the|the goal|chapter on)\b"
)
_CODE = re.compile(r"^(`{3,})(?!\{)[^\n]*\n.*?^\1`*$|(?<!`)`[^`\n]+`(?!`)", re.M | re.S)
_CALL = re.compile(r"""report\.figure\(\s*["'](?P<id>[^"']+)["']""")


def figure_problems(name: str, cell: Any) -> Iterator[str]:
    """Yield what one code cell lacks to be a figure of the book."""
    settings = cell.metadata.get("mystnb", {})
    figure, image = settings.get("figure", {}), settings.get("image", {})
    drawn = _CALL.findall(cell.source)
    if not drawn and not figure:
        return
    label = figure.get("name", "")
    place = f"{name}, {label or (drawn or ['?'])[0]}"
    if not _FIGURE_ID.fullmatch(label):
        yield f'{place}: Expected a figure name in the cell\'s metadata; got {label!r}. Use "fig-".'
    caption = figure.get("caption", "").strip()
    if len(caption) < 10 or not caption.endswith("."):
        yield f"{place}: Expected a caption in the cell's metadata; got {caption!r}. Use sentences."
    if len(image.get("alt", "").strip()) < 10:
        yield f"{place}: Expected a text alternative; got none. Use image.alt for what is seen."
    if drawn and drawn != [label]:
        yield f"{place}: Expected report.figure of the cell's own name; got {drawn}. Use one id."
    for found in _ELSEWHERE.finditer(caption):
        yield (
            f"{place}: Expected a caption that is read without its page; got {found[0]!r}. "
            "Use what stands there, in words."
        )
    yield from placeholder_problems(f"{place}, caption", caption)
    yield from placeholder_problems(f"{place}, text alternative", image.get("alt", ""))


def placeholders(text: str) -> list[str]:
    """Return the words of a text that stand for one still to be written; code is left out."""
    return [found[0] for found in _PLACEHOLDER.finditer(_CODE.sub("", text))]


def placeholder_problems(name: str, text: str) -> Iterator[str]:
    """Yield the placeholders of a text with a name."""
    for word in placeholders(text):
        yield f"{name}: Expected a finished text; got {word!r}. Use words of what is seen or meant."


def run_problems(executed: Path) -> list[str]:
    """Return what is wrong with an executed notebook: cells not run, errors and complaints."""
    found = []
    for i, cell in enumerate(nbformat.read(executed, as_version=4).cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        place = f"{executed.name}, cell {i}"
        if cell.execution_count is None:
            found.append(f"{place}: Expected a cell that ran; got one that did not.")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{place}: Expected no error; got {output.ename}.")
            if output.output_type == "stream" and output.name == "stderr":
                found.append(f"{place}: Expected nothing on stderr; got {output.text[:200]!r}.")
    return found


def catalogue_problems(catalogue: Path, cells: Mapping[str, str]) -> list[str]:
    """Return figures without an entry in the catalogue or the reverse, and labels without units.

    Args:
        catalogue: the file of the catalogue.
        cells: id of each figure to the code that draws it.
    """
    known = tomllib.loads(catalogue.read_text(encoding="utf-8"))["figures"]
    found = [
        f"{catalogue.name}, {name}: Expected an entry for every figure, and a figure for every "
        f"entry; got {'no entry' if name in cells else 'no figure'}. Use title, systems, methods "
        "and units."
        for name in sorted(cells.keys() ^ known.keys())
    ]
    for name in cells.keys() & known.keys():
        if set(known[name]["units"].values()) != {"1"}:
            found += [f"{name}: {problem}" for problem in unit_problems(cells[name])]
    return found


def _place(cell: Any) -> str:
    label = cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
    return label or f"cell {cell.source.splitlines()[0]!r}"


def problems(notebook: Path) -> list[str]:
    """Return what is wrong with one py:percent file."""
    content = jupytext.read(notebook)
    cells = [cell for cell in content.cells if cell.cell_type == "code"]
    found = [problem for cell in cells for problem in figure_problems(notebook.name, cell)]
    found += [
        f"{notebook.name}, {_place(cell)}: {problem}"
        for cell in cells
        if cell.source.strip()
        for problem in style_problems(cell.source)
    ]
    for cell in content.cells:
        if cell.cell_type == "markdown":
            found += placeholder_problems(f"{notebook.name}, prose", cell.source)
    if any(cell.get("outputs") for cell in cells):
        found.append(f"{notebook.name}: Expected no outputs; got some. Use jupytext to drop them.")
    tagged = sum("parameters" in cell.metadata.get("tags", []) for cell in cells)
    if tagged != 1:
        found.append(f"{notebook.name}: Expected one cell tagged parameters; got {tagged}.")
    if not content.cells or not _TITLE.match(content.cells[0].source):
        found.append(f"{notebook.name}: Expected a title in the first cell; got none. Use '# ...'.")
    return found


def figure_cells(notebook: Path) -> list[tuple[str, str]]:
    """Return the ids of the figures of one notebook, in order, and the code that draws each."""
    named = (
        (cell.metadata.get("mystnb", {}).get("figure", {}).get("name"), cell.source)
        for cell in jupytext.read(notebook).cells
    )
    return [(name, source) for name, source in named if name]


def lint(directory: Path) -> list[str]:
    """Return what is wrong with the notebooks of a directory, ids used twice included."""
    notebooks = sorted(directory.glob("*.py"))
    found = [problem for notebook in notebooks for problem in problems(notebook)]
    seen: dict[str, str] = {}
    for notebook in notebooks:
        for name, _ in figure_cells(notebook):
            if name in seen:
                found.append(
                    f"{notebook.name}, {name}: Expected an id of its own; got that of a figure in "
                    f"{seen[name]}. Use another id."
                )
            seen[name] = notebook.name
    found += [f"{path.name}: Expected py:percent files only." for path in directory.glob("*.ipynb")]
    return found


def main() -> int:
    """Print the problems of all notebooks and return the exit code."""
    book = Path(__file__).resolve().parent
    notebooks = book.parent / "notebooks"
    cells = dict(cell for path in notebooks.glob("*.py") for cell in figure_cells(path))
    found = lint(notebooks) + catalogue_problems(book / "figures.toml", cells)
    for page in sorted(book.glob("*.md")):
        found += placeholder_problems(page.name, page.read_text(encoding="utf-8"))
    for executed in sorted((book / "_executed").glob("*.ipynb")):
        found += run_problems(executed)
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
