"""Check the sources of the notebooks: figures that can be named, read and cited, and no outputs.

python book/lint_notebooks.py      # prints every problem, exit 1 if there is one
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext

_FIGURE_ID = re.compile(r"fig(-[a-z0-9]+)+")
_TITLE = re.compile(r"(\([\w-]+\)=\s+)?# \S")
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
    if len(figure.get("caption", "").strip()) < 10:
        yield f"{place}: Expected a caption in the cell's metadata; got none. Use a sentence."
    if len(image.get("alt", "").strip()) < 10:
        yield f"{place}: Expected a text alternative; got none. Use image.alt for what is seen."
    if drawn and drawn != [label]:
        yield f"{place}: Expected report.figure of the cell's own name; got {drawn}. Use one id."


def problems(notebook: Path) -> list[str]:
    """Return what is wrong with one py:percent file."""
    content = jupytext.read(notebook)
    cells = [cell for cell in content.cells if cell.cell_type == "code"]
    found = [problem for cell in cells for problem in figure_problems(notebook.name, cell)]
    if any(cell.get("outputs") for cell in cells):
        found.append(f"{notebook.name}: Expected no outputs; got some. Use jupytext to drop them.")
    tagged = sum("parameters" in cell.metadata.get("tags", []) for cell in cells)
    if tagged != 1:
        found.append(f"{notebook.name}: Expected one cell tagged parameters; got {tagged}.")
    if not content.cells or not _TITLE.match(content.cells[0].source):
        found.append(f"{notebook.name}: Expected a title in the first cell; got none. Use '# ...'.")
    return found


def figure_names(notebook: Path) -> list[str]:
    """Return the ids of the figures of one notebook, in order."""
    cells = jupytext.read(notebook).cells
    names = (cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in cells)
    return [name for name in names if name]


def lint(directory: Path) -> list[str]:
    """Return what is wrong with the notebooks of a directory, ids used twice included."""
    notebooks = sorted(directory.glob("*.py"))
    found = [problem for notebook in notebooks for problem in problems(notebook)]
    seen: dict[str, str] = {}
    for notebook in notebooks:
        for name in figure_names(notebook):
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
    found = lint(Path(__file__).resolve().parent.parent / "notebooks")
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
