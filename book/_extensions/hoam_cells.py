"""A cell of a table of methods: a number with its range over seeds, or a time with its error."""

from typing import NamedTuple

from hoam_numbers import number_html, number_latex, short

MARK = "\N{DAGGER}"
#: What a cell may hold beside its number, in the order of the columns of a CSV file.
PARTS = ("best", "worst", "error", "reached", "note")


class Cell(NamedTuple):
    """A number of a table, and what is known beside it.

    Attributes:
        value: the number.
        best: over seeds, where there are several.
        worst: likewise.
        error: what the value, a time, was spent for.
        reached: whether this error is small enough.
        note: what to say of a number that has no range, such as `one seed`; empty where nothing.
    """

    value: float
    best: float | None = None
    worst: float | None = None
    error: float | None = None
    reached: bool | None = None
    note: str = ""


def part(cell: Cell, name: str) -> str | float:
    """Return one of the parts as it stands in a CSV file; empty where there is none."""
    value = getattr(cell, name)
    if value is None:
        return ""
    return {True: "yes", False: "no"}[value] if name == "reached" else value


def html(cell: Cell) -> str:
    """Return the content of a cell of a page: `0.12 (0.1-0.2)`, or a time and its error below."""
    text = number_html(short(cell.value))
    text += f"<sup>{MARK}</sup>" if cell.note else ""
    ends = [number_html(short(end)) for end in (cell.best, cell.worst) if end is not None]
    text += f" ({'\N{EN DASH}'.join(ends)})" if ends else ""
    if cell.error is not None:
        text += f"<br/><small>error {number_html(short(cell.error))}"
        text += "" if cell.reached is None else ", reached" if cell.reached else ", not reached"
        text += "</small>"
    return text


def latex(cell: Cell) -> str:
    """Return a cell of a LaTeX table; an error that is too large has a star."""
    text = f"${number_latex(short(cell.value))}$"
    text += r"$^\dagger$" if cell.note else ""
    ends = [f"${number_latex(short(end))}$" for end in (cell.best, cell.worst) if end is not None]
    text += f" ({'--'.join(ends)})" if ends else ""
    if cell.error is not None:
        text += f" [${number_latex(short(cell.error))}$]"
        text += "$^*$" if cell.reached is False else ""
    return text
