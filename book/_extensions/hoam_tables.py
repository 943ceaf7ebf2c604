"""Tables made of results: the verdicts on the claims, and the reproduction report."""

import math
from collections.abc import Iterable
from pathlib import Path

import hoam_results
from docutils import nodes
from hoam_figures import mark
from hoam_results import Results
from sphinx import addnodes
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from hoam import verdicts
from hoam.check import Check


def load_for_page(env: BuildEnvironment) -> Results:
    """Return the results, and have the page at hand built again when they change."""
    results = hoam_results.load(Path(env.srcdir))
    for path in results.sources():
        env.note_dependency(str(path.relative_to(env.srcdir)))
    return results


def formatted(text: str) -> list[nodes.Node]:
    """Return a formatted number as nodes, its power of ten as a superscript."""
    mantissa, marker, exponent = text.partition("e")
    if not marker or not exponent.lstrip("+-").isdigit():
        return [nodes.Text(text.replace("-", "\N{MINUS SIGN}"))]
    power = str(int(exponent)).replace("-", "\N{MINUS SIGN}")
    mantissa = mantissa.replace("-", "\N{MINUS SIGN}")
    return [
        nodes.Text(f"{mantissa}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10"),
        nodes.superscript("", power),
    ]


def _paragraph(*content: nodes.Node | str) -> nodes.paragraph:
    return nodes.paragraph("", "", *(nodes.Text(c) if isinstance(c, str) else c for c in content))


def _figure_link(results: Results, figure: str, docname: str) -> nodes.Node:
    """Return `Figure 3` as a link, or the id in print where the number has no drawn figure."""
    if not results.drawn(figure):
        return nodes.literal("", figure)
    inner = nodes.literal("", figure)
    return addnodes.pending_xref(
        "",
        inner,
        refdomain="std",
        reftype="numref",
        reftarget=figure,
        refexplicit=False,
        refwarn=True,
        refdoc=docname,
    )


def _table(headers: Iterable[str], rows: Iterable[Iterable[nodes.Node]], name: str) -> nodes.table:
    headers = list(headers)
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in headers), cols=len(headers))
    head = nodes.row("", *(nodes.entry("", _paragraph(text)) for text in headers))
    group += nodes.thead("", head)
    body = [nodes.row("", *(nodes.entry("", cell) for cell in row)) for row in rows]
    group += nodes.tbody("", *body)
    return nodes.table("", group, classes=[name])


class VerdictsDirective(SphinxDirective):
    """Show each judged claim with its evidence, key numbers and verdict."""

    def run(self) -> list[nodes.Node]:
        """Return the table of claims."""
        results = load_for_page(self.env)
        judged = verdicts.judge(results.root / "book" / "claims.toml", results.numbers)
        headers = ("", "Claim of the paper", "Verdict and evidence")
        rows = [self._row(verdict, results) for verdict in judged]
        return [_table(headers, rows, "hoam-verdicts")] if rows else []

    def _row(self, verdict: verdicts.Verdict, results: Results) -> list[nodes.Node]:
        links: list[nodes.Node] = []
        for figure in verdict.figures:
            links += [nodes.Text(", ")] if links else []
            links.append(_figure_link(results, figure, self.env.docname))
        style = "hoam-" + verdict.verdict.replace(" ", "-")
        judgement = [_paragraph(nodes.strong("", verdict.verdict, classes=[style]))]
        judgement += [_paragraph(verdict.limits)] if verdict.limits else []
        return [
            _paragraph(verdict.claim),
            _paragraph(verdict.text),
            nodes.container("", *judgement, _paragraph(*links), *_rules(verdict)),
        ]


def _rules(verdict: verdicts.Verdict) -> list[nodes.Node]:
    """Return the conditions of a verdict, each once, behind a line that opens them."""
    lines = {
        condition.rule: _paragraph(
            nodes.literal("", condition.rule),
            ": ",
            *formatted(f"{condition.left:.3g}"),
            " against ",
            *formatted(f"{condition.right:.3g}"),
            ", holds" if condition.holds else ", does not hold",
        )
        for condition in verdict.conditions
    }
    held = sum({c.rule: c.holds for c in verdict.conditions}.values())
    start = f"<details><summary>{held} of {len(lines)} rules hold</summary>"
    end = "</details>"
    return [nodes.raw("", start, format="html"), *lines.values(), nodes.raw("", end, format="html")]


class ReportDirective(SphinxDirective):
    """Show every recorded number with its reference, and the runs that made them."""

    def run(self) -> list[nodes.Node]:
        """Return a summary, a table of numbers and a table of runs."""
        results = load_for_page(self.env)
        numbers = [entry for entry in results.checks if entry.name]
        passed = sum(entry.passed for entry in numbers)
        headers = ("Figure", "Number", "Value", "Expected", "Tolerance", "Ratio", "Kind", "Check")
        headers = (*headers, "Source of the expected value", "Why this tolerance")
        rows = [self._row(entry, results) for entry in numbers]
        problems = [_paragraph(entry.message) for entry in results.checks if not entry.passed]
        return [
            _paragraph(f"{passed} of {len(numbers)} numbers pass."),
            *problems,
            _table(headers, rows, "hoam-report"),
            self._runs(results),
        ]

    def _row(self, entry: Check, results: Results) -> list[nodes.Node]:
        expected = "" if entry.expected is None else f"{entry.expected:.5g}"
        texts = (
            entry.tolerance,
            "" if math.isnan(entry.ratio) else f"{entry.ratio:.4f}",
            entry.kind,
            mark(entry.passed),
            entry.source,
            entry.why,
        )
        link = _paragraph(_figure_link(results, entry.figure, self.env.docname))
        name = _paragraph(nodes.literal("", entry.name))
        values = (_paragraph(*formatted(text)) for text in (f"{entry.value:.5g}", expected))
        return [link, name, *values, *(_paragraph(text) for text in texts)]

    def _runs(self, results: Results) -> nodes.table:
        packages = list(next(iter(results.runs.values()))["versions"]) if results.runs else []
        rows = [
            [
                _paragraph(nodes.literal("", name)),
                _paragraph(run["profile"]),
                _paragraph(f"{run['seconds']:.0f}"),
                *(_paragraph(run["versions"].get(package, "")) for package in packages),
            ]
            for name, run in results.runs.items()
        ]
        return _table(("Notebook", "Profile", "Wall time (s)", *packages), rows, "hoam-runs")
