"""Tables made of results: their parts, and the verdicts on the claims."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import hoam_results
from docutils import nodes
from hoam_numbers import number_nodes
from hoam_places import mark
from hoam_record import claim_anchor
from hoam_results import Results
from sphinx import addnodes
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from hoam import verdicts


def load_for_page(env: BuildEnvironment) -> Results:
    """Return the results, and have the page at hand built again when they change."""
    results = hoam_results.load(Path(env.srcdir))
    for path in results.sources():
        env.note_dependency(str(path.relative_to(env.srcdir)))
    return results


def paragraph(*content: nodes.Node | str) -> nodes.paragraph:
    """Return a paragraph of texts and nodes."""
    return nodes.paragraph("", "", *(nodes.Text(c) if isinstance(c, str) else c for c in content))


def figure_link(results: Results, figure: str, docname: str) -> nodes.Node:
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


def table(headers: Iterable[str], rows: Iterable[Iterable[nodes.Node]], name: str) -> nodes.table:
    """Return a table of the class `name`."""
    headers = list(headers)
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in headers), cols=len(headers))
    head = nodes.row("", *(nodes.entry("", paragraph(text)) for text in headers))
    group += nodes.thead("", head)
    body = [nodes.row("", *(nodes.entry("", cell) for cell in row)) for row in rows]
    group += nodes.tbody("", *body)
    return nodes.table("", group, classes=[name])


class VerdictsDirective(SphinxDirective):
    """Show each judged claim with its evidence, key numbers and verdict."""

    def run(self) -> list[nodes.Node]:
        """Return the table of claims."""
        results = load_for_page(self.env)
        mark(self.env, self.env.docname, "verdicts")
        headers = ("", "Claim of the paper", "Verdict and evidence")
        rows = [self._row(verdict, results) for verdict in results.verdicts]
        return [table(headers, rows, "hoam-verdicts")] if rows else []

    def _row(self, verdict: verdicts.Verdict, results: Results) -> list[nodes.Node]:
        links: list[nodes.Node] = []
        for figure in verdict.figures:
            links += [nodes.Text(", ")] if links else []
            links.append(figure_link(results, figure, self.env.docname))
        style = "hoam-" + verdict.verdict.replace(" ", "-")
        judgement = [paragraph(nodes.strong("", verdict.verdict, classes=[style]))]
        judgement += [paragraph(verdict.limits)] if verdict.limits else []
        lines = verdicts.difference(verdict).splitlines()
        judgement += [paragraph(nodes.strong("", line)) for line in lines]
        return [
            nodes.paragraph("", verdict.claim, ids=[claim_anchor(verdict.claim)]),
            paragraph(verdict.text),
            nodes.container("", *judgement, paragraph(*links), *_rules(verdict, results)),
        ]


def spread(rule: str, numbers: verdicts.Numbers) -> dict[str, dict[str, float]]:
    """Return what the best and the worst seed have in the place of each number of a rule.

    A number `fig-a.hoam_g_l2_135` has them as `fig-a.hoam_g_l2_best_135` and
    `fig-a.hoam_g_l2_worst_135`, where they are recorded.

    Args:
        rule: as in claims.toml.
        numbers: all recorded numbers.

    Returns:
        By the name of a number that has any, `best` and `worst`, as far as they are known.
    """
    found: dict[str, dict[str, float]] = {}
    for figure, name in re.findall(r"(fig-[a-z0-9-]+)\.(\w+)", rule):
        words = name.split("_")
        for which in ("best", "worst"):
            for i in range(1, len(words) + 1):
                sibling = figure, "_".join([*words[:i], which, *words[i:]])
                if sibling in numbers:
                    found.setdefault(name, {})[which] = numbers[sibling]
    return found


def _seeds(rule: str, numbers: verdicts.Numbers) -> Iterator[nodes.Node]:
    for name, seeds in spread(rule, numbers).items():
        yield nodes.Text("; ")
        yield nodes.literal("", name)
        for start, (which, value) in zip((": ", ", "), seeds.items(), strict=False):
            yield from (nodes.Text(f"{start}{which} seed "), *number_nodes(f"{value:.3g}"))


def _rules(verdict: verdicts.Verdict, results: Results) -> list[nodes.Node]:
    """Return the conditions of a verdict, each once, behind a line that opens them."""
    lines = {
        condition.rule: paragraph(
            nodes.literal("", condition.rule),
            ": ",
            *number_nodes(f"{condition.left:.3g}"),
            " against ",
            *number_nodes(f"{condition.right:.3g}"),
            ", holds" if condition.holds else ", does not hold",
            *_seeds(condition.rule, results.numbers),
        )
        for condition in verdict.conditions
    }
    held = sum({c.rule: c.holds for c in verdict.conditions}.values())
    start = f"<details><summary>{held} of {len(lines)} rules hold</summary>"
    end = "</details>"
    return [nodes.raw("", start, format="html"), *lines.values(), nodes.raw("", end, format="html")]
