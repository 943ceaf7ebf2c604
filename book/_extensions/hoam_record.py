"""The record under each figure: what it answers, files, source, numbers, run, and a citation."""

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import hoam_data
import hoam_sources
from docutils import nodes
from hoam_figures import FOLDER, label, ordered
from hoam_numbers import number_html, tolerance_html
from hoam_results import Edition, Results

from hoam.check import Check
from hoam.verdicts import Verdict


class figure_record(nodes.General, nodes.Element):
    """Stands where the record of a figure goes, until all pages are read."""


def mark(passed: bool) -> str:
    """Return the sign that a reader, and a screen reader, can tell a pass by."""
    return "✓ pass" if passed else "✗ fail"


def claim_anchor(claim: str) -> str:
    """Return the anchor of a claim in the table of verdicts."""
    return f"claim-{claim.lower()}"


def numbers_anchor(figure: str) -> str:
    """Return the anchor of the numbers of a figure on the reproduction report."""
    return f"numbers-{figure}"


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size / 1e3, 1):.0f} kB"


def _files(results: Results, figure: str, files: list[str], base: str) -> str:
    folder = results.root / "results" / "figures"
    links = [
        f'<a href="{base}{FOLDER}/{name}" download>{label(name)}</a> ({_size(folder / name)})'
        for name in ordered(files, figure)
        if (folder / name).is_file()
    ]
    return f"<p>Files: {' · '.join(links)}</p>"


def claim_link(verdict: Verdict, page: str | None) -> str:
    """Return a claim with its verdict, as a link to the table of verdicts where there is one."""
    words = f"{verdict.claim} ({verdict.verdict})"
    return f'<a href="{page}#{claim_anchor(verdict.claim)}">{words}</a>' if page else words


def _context(results: Results, figure: str, claims: str | None, index: str | None) -> str:
    subject = results.catalogue.subjects.get(figure)
    parts = []
    if subject and subject.paper:
        names = ", ".join(subject.paper)
        link = f'<a href="{index}#the-papers-figures">{names}</a>' if index else names
        parts.append(f"In the paper: {link}")
    judged = results.claims_of(figure)
    if judged:
        parts.append("Evidence for: " + ", ".join(claim_link(v, claims) for v in judged))
    if subject and subject.systems:
        parts.append("System: " + escape(", ".join(subject.systems)))
    if subject and subject.methods:
        parts.append("Methods: " + escape(", ".join(subject.methods)))
    return f"<p>{' · '.join(parts)}</p>" if parts else ""


def _source(cell: hoam_sources.Cell, figure: str, base: str, published: str) -> str:
    target = base + hoam_sources.address(cell, figure)
    link = f'<a href="{target}"><code>{cell.path}</code>, {cell.lines}</a>'
    there = f' (<a href="{escape(published)}">in the repository</a>)' if published else ""
    return f"<p>Source: {link}{there}</p>"


def _numbers(figure: str, checks: list[Check], report: str | None) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(c.name)}</code></td><td>{number_html(f'{c.value:.4g}')}</td>"
        f"<td>{'' if c.expected is None else number_html(f'{c.expected:.4g}') + ' '}"
        f"{tolerance_html(c.tolerance)}</td>"
        f"<td>{escape(c.kind)}</td><td>{mark(c.passed)}</td></tr>"
        for c in checks
    )
    if not rows:
        return ""
    head = "".join(
        f'<th scope="col">{t}</th>' for t in ("number", "value", "expected", "kind", "check")
    )
    target = f"{report}#{numbers_anchor(figure)}"
    words = "Where the expected values come from, and why they may be off by so much"
    return (
        '<div class="hoam-scroll"><table><thead><tr>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        + (f'<p><a href="{target}">{words}</a></p>' if report else "")
    )


def _units(results: Results, figure: str, files: list[str]) -> str:
    data = next((name for name in files if Path(name).suffix in hoam_data.SUFFIXES), None)
    if data is None:
        return ""
    names = hoam_data.arrays(results.root / "results" / "figures" / data)
    of = hoam_data.units(results, figure, names)
    if set(of.values()) == {hoam_data.PURE}:
        return "<p>Units: none, all data are pure numbers</p>"
    grouped: dict[str, list[str]] = {}
    for name, unit in of.items():
        grouped.setdefault(unit, []).append(name)
    parts = []
    for unit, members in grouped.items():
        listed = ", ".join(members[:3]) + (", …" if len(members) > 3 else "")
        parts.append(f"{listed}: {'pure numbers' if unit == hoam_data.PURE else unit}")
    return f"<p>Units: {escape('; '.join(parts))}</p>"


def _run(run: dict[str, Any], parameters: dict[str, Any]) -> str:
    words = f"profile {run['profile']}, {run['date']}, {run['machine']}"
    listed = ", ".join(f"{key} = {value}" for key, value in parameters.items())
    chosen = f"<p>Parameters: {escape(listed)}</p>" if listed else ""
    return f"{chosen}<p>Run: {escape(words)}</p>"


def _citation(text: str) -> str:
    # The markup of a code block, which brings a button that copies it.
    return (
        '<div class="highlight-none notranslate"><div class="highlight">'
        f"<pre>{escape(text)}</pre></div></div>"
    )


def record(
    results: Results,
    figure: str,
    edition: Edition,
    *,
    base: str,
    page_of: Callable[[str], str | None],
    repository: str = "",
) -> str:
    """Return the collapsible record of one figure as HTML, or nothing where no result holds it.

    Args:
        results: all results.
        figure: id of the figure.
        edition: what is cited.
        base: relative path from the page to the top of the output.
        page_of: gives the address of the page that holds `verdicts`, `figure_index` or `numbers`.
        repository: its address, where it is published.
    """
    run = results.run_of(figure)
    if run is None:
        return ""
    entry, checks = run["figures"][figure], results.checks_of(figure)
    subject = results.catalogue.subjects.get(figure)
    count = f", {sum(c.passed for c in checks)} of {len(checks)} numbers pass" if checks else ""
    cell = hoam_sources.cell_of(results.root, run["notebook"], figure)
    source = ""
    if cell is not None:
        published = edition.address(repository, cell.path, cell.first, cell.last)
        source = _source(cell, figure, base, published if repository else "")
    title = subject.words if subject else figure
    return (
        f'<details class="hoam-record"><summary>Record of <code>{figure}</code>{count}</summary>'
        f'<div id="{figure}-record">'
        f"{_context(results, figure, page_of('verdicts'), page_of('figure_index'))}"
        f"{_files(results, figure, entry['files'], base)}"
        f"{source}"
        f"{_numbers(figure, checks, page_of('numbers'))}"
        f"{_units(results, figure, entry['files'])}"
        f"{_run(run, entry['parameters'])}"
        f"<p>Cite:</p>{_citation(edition.plain(figure))}"
        f"{_citation(edition.bibtex(figure, title, url=repository))}"
        "</div></details>"
    )
