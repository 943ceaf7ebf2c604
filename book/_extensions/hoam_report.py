"""The reproduction report: every number, every run, and where the trained models come from."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes
from hoam_places import mark
from hoam_profiles import own_seconds
from hoam_record import numbers_anchor
from hoam_report_numbers import numbers, report_numbers
from hoam_results import Edition, Results
from hoam_sources import title_of
from hoam_tables import load_for_page, paragraph, table
from sphinx.util.docutils import SphinxDirective

from hoam.check import Check


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 5400 else f"{seconds / 60:.0f} minutes"


def trained(root: Path) -> list[dict[str, Any]]:
    """Return what is recorded of the training of each model in `checkpoints/`, with its name."""
    return [
        json.loads(path.read_text(encoding="utf-8"))["record"] | {"name": path.stem}
        for path in sorted((root / "checkpoints").glob("*.json"))
    ]


def _calls(source: str, function: str) -> bool:
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func) == function
        for node in ast.walk(ast.parse(source))
    )


def also_trained(root: Path) -> str:
    """Say what every run trains, whatever the profile: on a page, and in the tests."""
    pages = [
        title_of(root, path.stem)
        for path in sorted((root / "notebooks").glob("*.py"))
        if _calls(path.read_text(encoding="utf-8"), "hoam.fit")
    ]
    tests = root / "tests" / "test_retrain.py"
    source = tests.read_text(encoding="utf-8") if tests.is_file() else ""
    again = re.findall('^TWIN = "(.+)"$', source, re.MULTILINE)
    parts = [f"the models of the page {page}" for page in pages]
    parts += [f"in the tests, {name} again, to compare it with the shipped one" for name in again]
    return f"Every run trains: {'; '.join(parts)}." if parts else ""


def origin(results: Results, models: list[dict[str, Any]]) -> str:
    """Say whether the models of this build are the shipped ones or were trained for it."""
    profiles = {run["profile"] for run in results.runs.values()}
    hours = _duration(sum(map(own_seconds, models)))
    if profiles == {"full"}:
        return f"All {_counted(len(models), 'model')} were trained again for this build ({hours})."
    return (
        f"{_counted(len(models), 'trained model')} ({hours} of training) are shipped in "
        "checkpoints/ and loaded; none of these was trained for this build. Full models, rollouts "
        "and metrics are computed again."
    )


def _span(dates: list[str]) -> str:
    return dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"


def summary(results: Results, edition: Edition, models: list[dict[str, Any]]) -> list[str]:
    """Return the report in a few sentences."""
    numbers = [check for check in results.checks if check.name]
    kinds = Counter(check.kind for check in numbers if check.kind)
    verdicts = Counter(verdict.verdict for verdict in results.verdicts)
    runs = results.runs.values()
    longest = max(results.runs, key=lambda name: results.runs[name]["seconds"])
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    judged = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    return [
        f"{sum(check.passed for check in numbers)} of {len(numbers)} numbers pass ({listed}).",
        f"{_counted(len(results.verdicts), 'claim')} judged: {judged}.",
        f"Version {edition.version}, {edition.date}, commit {edition.commit}.",
        f"{_counted(len(runs), 'notebook')} run in "
        f"{_duration(sum(run['seconds'] for run in runs))} of wall time, the longest, "
        f"{longest}, in {results.runs[longest]['seconds']:.0f} s; "
        f"{_span(sorted(run['date'] for run in runs))}, profile "
        f"{', '.join(sorted({run['profile'] for run in runs}))}, on "
        f"{'; '.join(sorted({run['machine'] for run in runs}))}.",
        *filter(None, (origin(results, models), also_trained(results.root))),
    ]


class ReportDirective(SphinxDirective):
    """Show one part of the report: its `summary`, the `runs`, the `models` or the `numbers`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the part whose name is the argument."""
        parts = {
            "summary": self._summary,
            "runs": self._runs,
            "models": self._models,
            "numbers": self._numbers,
        }
        name = self.arguments[0]
        if name not in parts:
            message = f"Expected one of {', '.join(parts)}; got {name}."
            raise self.error(message)
        results = load_for_page(self.env)
        return parts[name](results) if results.runs else []

    def _summary(self, results: Results) -> list[nodes.Node]:
        lines = summary(results, self.config.hoam_edition, trained(results.root))
        items = [nodes.list_item("", paragraph(line)) for line in lines]
        return [nodes.bullet_list("", *items, classes=["hoam-summary"])]

    def _numbers(self, results: Results) -> list[nodes.Node]:
        mark(self.env, self.env.docname, "numbers")
        failed = [nodes.list_item("", _problem(c)) for c in results.checks if not c.passed]
        problems = [nodes.bullet_list("", *failed, classes=["hoam-problems"])] if failed else []
        chapters = []
        for notebook in results.runs:
            if numbers(results, notebook):
                title = nodes.title("", title_of(results.root, notebook))
                content = report_numbers(notebook=notebook)
                name = nodes.make_id(f"numbers-{notebook}")
                chapters.append(nodes.section("", title, content, ids=[name]))
        return [*problems, *chapters]

    def _runs(self, results: Results) -> list[nodes.Node]:
        rows = [
            [
                paragraph(nodes.literal("", name)),
                paragraph(run["profile"]),
                paragraph(run["date"]),
                paragraph(f"{run['seconds']:.0f}"),
                paragraph(run["machine"]),
            ]
            for name, run in results.runs.items()
        ]
        headers = ("Notebook", "Profile", "Date", "Wall time (s)", "Machine")
        return [*_versions(results), table(headers, rows, "hoam-runs")]

    def _models(self, results: Results) -> list[nodes.Node]:
        models = trained(results.root)
        families: dict[str, list[dict[str, Any]]] = {}
        for model in models:
            families.setdefault(model["name"].split("-")[0], []).append(model)
        rows = [
            [
                paragraph(nodes.literal("", family)),
                paragraph(str(len(members))),
                paragraph(_range(member.get("steps") for member in members)),
                paragraph(_duration(sum(map(own_seconds, members)))),
                paragraph(", ".join(sorted({m["versions"]["jax"] for m in members}))),
            ]
            for family, members in families.items()
        ]
        headers = ("System", "Models", "Steps", "Training time", "jax")
        said = [origin(results, models), also_trained(results.root)]
        return [paragraph(" ".join(filter(None, said))), table(headers, rows, "hoam-runs")]


def _problem(check: Check) -> nodes.paragraph:
    """Return what is wrong with a number, as a link to the table that it stands in."""
    if not check.name:
        return paragraph(check.message)
    name = f"{check.notebook}: {check.figure}.{check.name}"
    link = nodes.reference("", name, refid=numbers_anchor(check.figure), internal=True)
    return paragraph(link, check.message.removeprefix(name))


def _versions(results: Results) -> list[nodes.Node]:
    """Return the versions of all runs, once for those that have the same."""
    notebooks: dict[str, list[str]] = {}
    for name, run in results.runs.items():
        words = ", ".join(f"{package} {version}" for package, version in run["versions"].items())
        notebooks.setdefault(words, []).append(name)
    if len(notebooks) == 1:
        return [paragraph(f"Versions: {next(iter(notebooks))}.")]
    return [paragraph(f"{', '.join(names)}: {words}.") for words, names in notebooks.items()]


def _range(values: Iterable[int | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    return str(low) if low == high else f"{low} to {high}"
