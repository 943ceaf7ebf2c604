"""The sources of the notebooks as pages, with the cell of each figure to link to."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from hoam_places import places, to_root
from sphinx.application import Sphinx

FOLDER = "book/source"
_NAME = re.compile(r'"name": *"(fig-[a-z0-9-]+)"')
_CELL = "# %%"


@dataclass(frozen=True)
class Cell:
    """The lines of a notebook's source that draw one figure, from 1, both ends included."""

    notebook: str
    first: int
    last: int

    @property
    def path(self) -> str:
        """The file in the repository."""
        return f"notebooks/{self.notebook}.py"

    @property
    def lines(self) -> str:
        """The lines in words."""
        return f"lines {self.first}\N{EN DASH}{self.last}"


def cells(source: Path) -> dict[str, Cell]:
    """Return the cell that draws each figure of a py:percent file, by the figure's id."""
    lines = source.read_text(encoding="utf-8").splitlines() if source.is_file() else []
    starts = [i for i, line in enumerate(lines) if line.startswith(_CELL)]
    found = {}
    for start, end in pairwise([*starts, len(lines)]):
        name = _NAME.search(lines[start])
        if name:
            length = len("\n".join(lines[start:end]).rstrip().split("\n"))
            found[name[1]] = Cell(source.stem, start + 1, start + length)
    return found


def cell_of(root: Path, notebook: str, figure: str) -> Cell | None:
    """Return the cell that draws a figure, or nothing where the notebook does not name it."""
    return cells(root / "notebooks" / f"{notebook}.py").get(figure)


def title_of(root: Path, notebook: str) -> str:
    """Return the title of a notebook, that of its first heading, or its name where it has none."""
    source = root / "notebooks" / f"{notebook}.py"
    lines = source.read_text(encoding="utf-8").splitlines() if source.is_file() else []
    marker = "# # "
    return next((ln.removeprefix(marker) for ln in lines if ln.startswith(marker)), notebook)


def address(cell: Cell, figure: str) -> str:
    """Return the address of a cell, from the top of the output."""
    return f"{FOLDER}/{cell.notebook}.html#{figure}"


def _body(app: Sphinx, source: Path) -> str:
    highlighter = app.builder.highlighter  # pyright: ignore[reportAttributeAccessIssue]
    text = source.read_text(encoding="utf-8")
    lines = highlighter.highlight_block(text, "python", linenos="inline").split("\n")
    known, base = places(app.env), to_root(FOLDER + "/")
    items = []
    for figure, cell in cells(source).items():
        # The anchor is that of the figure, not of a line: it holds when lines move.
        lines[cell.first - 1] = f'<span class="hoam-cell" id="{figure}">{lines[cell.first - 1]}'
        lines[cell.last - 1] += "</span>"
        words = f'<a href="#{figure}">{cell.lines}</a>'
        place = known.get(figure)
        if place:
            target = f"{base}{app.builder.get_target_uri(place.page)}#{figure}"
            words = f'{words}, <a href="{target}">{place.label}</a>'
        items.append(f"<li><code>{figure}</code>: {words}</li>")
    name, code = escape(source.name), "\n".join(lines)
    return (
        f'<section class="hoam-source"><h1>Source of <code>{name}</code></h1>'
        f'<p><a href="{name}" download>Download {name}</a>, a notebook as plain Python.</p>'
        f"<ul>{''.join(items)}</ul>{code}</section>"
    )


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page for each notebook's source."""
    if app.builder.name != "html":
        return
    for source in sorted((Path(app.srcdir) / "notebooks").glob("*.py")):
        context = {"title": f"Source of {source.name}", "body": _body(app, source)}
        yield f"{FOLDER}/{source.stem}", context, "page.html"


def write_files(root: Path, output: Path) -> None:
    """Copy the sources to the published tree."""
    target = output / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for source in sorted((root / "notebooks").glob("*.py")):
        shutil.copyfile(source, target / source.name)
