"""Tables of methods made of recorded numbers, to sort, and to take away as CSV and LaTeX.

`book/tables.toml` says which number stands where, one table per heading:

    [table-errors]
    caption = "Error of each method."
    first = "system"                             # heading of the first column
    columns = { CFM = "cfm", floor = "floor" }   # heading, and what {column} stands for
    rows = [
      { label = "bump", cells = ["fig-a.{column}_l2"], worst = ["fig-a.{column}_worst"] },
    ]

The first pattern of `cells` that names a recorded number fills the cell, and those of `best` and
`worst` follow in brackets. `error` and `reached` say what a time was spent for. A row may give
single numbers by column, `numbers = { floor = "fig-b.pair" }`, and list columns that it has no
number for, `absent = ["cfm"]`. With `single = "one seed"` a table marks every number that has no
range, except in the columns of `fixed`, and says so below.
"""

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import hoam_cells
from docutils import nodes
from hoam_cells import MARK, PARTS, Cell
from hoam_places import to_root
from hoam_results import Results
from hoam_tables import load_for_page
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

FOLDER = "_tables"
_PARTS = ("caption", "first", "columns", "rows")
#: Patterns of a row for what stands beside a number.
_BESIDE = ("best", "worst", "error", "reached")


class Table(NamedTuple):
    """A table whose numbers are looked up; an absent one is nothing."""

    name: str
    caption: str
    headings: list[str]
    rows: list[tuple[str, list[Cell | None]]]

    @property
    def notes(self) -> list[str]:
        """What the marks of its cells mean."""
        cells = [cell for _, row in self.rows for cell in row if cell]
        return sorted({cell.note for cell in cells if cell.note})


def tables(results: Results) -> dict[str, Table]:
    """Return all tables of `book/tables.toml`, by name.

    Raises:
        ValueError: if a table lacks a part, a cell has no recorded number and is not absent, or a
            pattern of a row names no recorded number in any column.
    """
    path = results.root / "book" / "tables.toml"
    if not path.is_file():
        return {}
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _table(name, entry, results) for name, entry in content.items()}


def _table(name: str, entry: dict[str, Any], results: Results) -> Table:
    missing = [part for part in _PARTS if part not in entry]
    if missing:
        message = f"Expected {', '.join(_PARTS)} for {name}; got no {missing}. Use all of them."
        raise ValueError(message)
    columns = entry["columns"]
    for row in entry["rows"]:
        patterns = (pattern for key in ("cells", *_BESIDE) for pattern in row.get(key, []))
        _require_some(name, row["label"], patterns, columns.values(), results)
    rows = [
        (row["label"], [_cell(name, entry, row, column, results) for column in columns.values()])
        for row in entry["rows"]
    ]
    return Table(name, entry["caption"], [entry["first"], *columns], rows)


def _cell(
    name: str, entry: dict[str, Any], row: dict[str, Any], column: str, results: Results
) -> Cell | None:
    given = row.get("numbers", {}).get(column)
    patterns = [given] if given else row.get("cells", [])
    value = _first(patterns, column, results)
    if value is None:
        if column in row.get("absent", []):
            return None
        message = (
            f"Expected a recorded number for {column} in {row['label']!r} of {name}; got none of "
            f"{patterns}. Use report.record, or absent = [{column!r}]."
        )
        raise ValueError(message)
    keys = () if given else _BESIDE
    parts = {key: _first(row.get(key, []), column, results) for key in keys}
    ends = {parts.get("best"), parts.get("worst")} - {None}
    if not ends or ends == {value}:  # one seed is no spread
        note = "" if column in entry.get("fixed", []) else entry.get("single", "")
        parts |= {"best": None, "worst": None, "note": note}
    reached = parts.get("reached")
    return Cell(value, **parts | {"reached": None if reached is None else bool(reached)})


def _require_some(
    name: str, label: str, patterns: Iterable[str], columns: Iterable[str], results: Results
) -> None:
    for pattern in patterns:
        if all(_first([pattern], column, results) is None for column in columns):
            message = (
                f"Expected {pattern!r} in {label!r} of {name} to name a recorded number; got none "
                "in any column. Use report.record, or take it out."
            )
            raise ValueError(message)


def _first(patterns: list[str], column: str, results: Results) -> float | None:
    names = (pattern.format(column=column).split(".", 1) for pattern in patterns)
    found = (results.numbers.get((figure, number)) for figure, number in names)
    return next((value for value in found if value is not None), None)


def as_csv(table: Table) -> str:
    """Return the table as CSV, what stands beside a number in columns of its own."""
    headings, columns = [table.headings[0]], []
    for i, heading in enumerate(table.headings[1:]):
        cells = [row[i] for _, row in table.rows]
        parts = [p for p in PARTS if any(c and hoam_cells.part(c, p) != "" for c in cells)]
        headings += [heading, *(f"{heading}, {part}" for part in parts)]
        columns += [(i, "value"), *((i, part) for part in parts)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(headings)
    for label, row in table.rows:
        cells = [(row[i], part) for i, part in columns]
        writer.writerow([label, *(hoam_cells.part(c, part) if c else "" for c, part in cells)])
    return stream.getvalue()


def as_latex(table: Table) -> str:
    """Return the table as a LaTeX `tabular` that needs the package booktabs."""
    lines = [
        f"% {table.caption}",
        rf"\begin{{tabular}}{{l{'r' * (len(table.headings) - 1)}}}",
        r"\toprule",
        " & ".join(map(_latex_text, table.headings)) + r" \\",
        r"\midrule",
    ]
    for label, cells in table.rows:
        texts = [hoam_cells.latex(cell) if cell else "--" for cell in cells]
        lines.append(" & ".join([_latex_text(label), *texts]) + r" \\")
    lines += [r"\bottomrule"]
    notes = [rf"$^\dagger$ {note}" for note in table.notes]
    if any(cell and cell.error is not None for _, row in table.rows for cell in row):
        notes += [r"in square brackets: error; $^*$ not reached"]
    if notes:
        lines += [rf"\multicolumn{{{len(table.headings)}}}{{l}}{{{'; '.join(notes)}}} \\"]
    return "\n".join([*lines, r"\end{tabular}", ""])


def _latex_text(text: str) -> str:
    return text.replace("μ", r"$\mu$").replace("%", r"\%").replace("_", r"\_")


def _html(table: Table, base: str) -> Iterator[str]:
    # Beside the table, not in it: a caption would be as wide as what scrolls.
    yield f'<p id="{table.name}-caption">{escape(table.caption)}</p><div class="hoam-scroll">'
    yield f'<table class="table hoam-sortable" id="{table.name}"'
    yield f' aria-labelledby="{table.name}-caption"><thead><tr>'
    yield from (f'<th scope="col">{escape(heading)}</th>' for heading in table.headings)
    yield "</tr></thead><tbody>"
    for label, cells in table.rows:
        yield f'<tr><th scope="row">{escape(label)}</th>'
        for cell in cells:
            if cell is None:
                yield "<td>–</td>"
                continue
            yield f'<td data-value="{cell.value:.6g}">{hoam_cells.html(cell)}</td>'
        yield "</tr>"
    links = (f'<a href="{base}{FOLDER}/{table.name}.{e}" download>{e}</a>' for e in ("csv", "tex"))
    notes = "".join(f"{MARK} {escape(note)}. " for note in table.notes)
    yield f"</tbody></table></div><p>{notes}Table as {' · '.join(links)}</p>"


class ResultsTableDirective(SphinxDirective):
    """Show the table of `book/tables.toml` whose name is the argument."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, or a warning and nothing where it cannot be made."""
        results = load_for_page(self.env)
        self.env.note_dependency("book/tables.toml")
        try:
            table = tables(results)[self.arguments[0]]
        except (KeyError, ValueError) as error:
            logger.warning("Expected a table; got %s.", error, location=self.get_location())
            return []
        html = "".join(_html(table, to_root(self.env.docname)))
        return [nodes.raw("", html, format="html")]


def write_files(results: Results, output: Path) -> None:
    """Write every table as CSV and LaTeX to the published tree."""
    target = output / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for name, table in tables(results).items():
        (target / f"{name}.csv").write_text(as_csv(table), encoding="utf-8")
        (target / f"{name}.tex").write_text(as_latex(table), encoding="utf-8")
