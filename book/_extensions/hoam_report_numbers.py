"""The numbers of the report, figure by figure: a table each, and its reasons once, by letter."""

import math
from collections.abc import Callable
from html import escape

from docutils import nodes
from hoam_numbers import number_html, tolerance_html
from hoam_places import Place
from hoam_record import mark, numbers_anchor
from hoam_results import Results

from hoam.check import Check

HEADINGS = ("Number", "Value", "Expected", "Tolerance", "Ratio", "Kind", "Why", "Check")
_SPACE = "\N{NO-BREAK SPACE}"


class report_numbers(nodes.General, nodes.Element):
    """Stands where the numbers of one notebook go, until all pages are read."""


def letter(position: int) -> str:
    """Return a, b, ..., z, aa, ab, ... for 0, 1, ..., as browsers mark a list of letters."""
    start = letter(position // 26 - 1) if position >= 26 else ""
    return start + chr(ord("a") + position % 26)


def numbers(results: Results, notebook: str) -> list[Check]:
    """Return the checks of all numbers of a notebook."""
    return [check for check in results.checks if check.name and check.notebook == notebook]


def figures(checks: list[Check]) -> dict[str, list[Check]]:
    """Return the checks of each figure."""
    found: dict[str, list[Check]] = {}
    for check in checks:
        found.setdefault(check.figure, []).append(check)
    return found


def _caption(
    results: Results, figure: str, checks: list[Check], place: Place | None, page: str
) -> str:
    subject = results.catalogue.subjects.get(figure)
    words = [place.label] if place else []
    words += [escape(subject.words)] if subject else []
    name = f"<code>{figure}</code>"
    link = f'<a href="{page}#{figure}">{": ".join(words) or name}</a>' if place else name
    count = f"{sum(check.passed for check in checks)} of {len(checks)} pass".replace(" ", _SPACE)
    return f"{link}, {f'{name}, ' if place and words else ''}{count}"


def _value(value: float) -> str:
    # Where a column is too narrow, a number breaks before the sign, and not within its power.
    return number_html(f"{value:.5g}").replace("&nbsp;×", " ×")


def _row(check: Check, why: str) -> str:
    # A name may break after each of its words, and nowhere else.
    name = escape(check.name).replace("_", "_<wbr/>")
    cells = (
        _value(check.value),
        "" if check.expected is None else _value(check.expected),
        tolerance_html(check.tolerance),
        "" if math.isnan(check.ratio) else number_html(f"{check.ratio:.4f}"),
        check.kind,
        why,
        mark(check.passed).replace(" ", _SPACE),
    )
    failed = "" if check.passed else ' class="hoam-failed"'
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr{failed}><th scope="row"><code>{name}</code></th>{row}</tr>'


def _block(
    results: Results, figure: str, checks: list[Check], place: Place | None, page: str
) -> str:
    reasons = list(dict.fromkeys((c.source, c.why) for c in checks if c.source or c.why))
    letters = {reason: letter(position) for position, reason in enumerate(reasons)}
    rows = "".join(_row(c, letters.get((c.source, c.why), "")) for c in checks)
    head = "".join(f'<th scope="col">{heading}</th>' for heading in HEADINGS)
    items = "".join(
        f"<li>Expected: {escape(source)}. Tolerance: {escape(why)}.</li>" for source, why in reasons
    )
    listed = f'<ol type="a">{items}</ol>' if items else ""
    name = f"{numbers_anchor(figure)}-caption"
    # Above the table, not in it: browsers print the caption of a table apart from its first row.
    return (
        f'<div class="hoam-block" id="{numbers_anchor(figure)}">'
        f'<p id="{name}">{_caption(results, figure, checks, place, page)}</p>'
        f'<table class="table hoam-numbers" aria-labelledby="{name}">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{listed}</div>"
    )


def blocks(
    results: Results, notebook: str, places: dict[str, Place], address: Callable[[str], str]
) -> str:
    """Return the numbers of one notebook as HTML, a table for each figure, in the book's order.

    Args:
        results: all results.
        notebook: its name.
        places: where the figures stand, in order. A figure that is not drawn has none, and comes
            last.
        address: gives the address of a page.
    """
    found = figures(numbers(results, notebook))
    order = [figure for figure in places if figure in found]
    order += [figure for figure in found if figure not in places]
    return "".join(
        _block(
            results,
            figure,
            found[figure],
            places.get(figure),
            address(places[figure].page) if figure in places else "",
        )
        for figure in order
    )
