"""Compare the recorded numbers of every notebook with their references.

python -m hoam.report check                                   # exit 1 unless all pass
python -m hoam.report update NOTEBOOK FIGURE NAME --reason "..."
"""

import argparse
import math
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoam import references
from hoam.references import Reference
from hoam.results import PROFILES, project_root, read_results, recorded, versions


@dataclass(frozen=True)
class Check:
    """How one number, or one results file where `name` is empty, compares with its reference.

    `ratio` is recorded over expected value, and NaN where there is none.
    """

    notebook: str
    figure: str = ""
    name: str = ""
    value: float = math.nan
    expected: float | None = None
    ratio: float = math.nan
    kind: str = ""
    tolerance: str = ""
    source: str = ""
    why: str = ""
    passed: bool = False
    message: str = ""


def _number_check(
    notebook: str,
    key: tuple[str, str],
    number: float | None,
    reference: Reference | None,
    judge: bool,
) -> Check:
    figure, name = key
    label = f"{notebook}: {figure}.{name}"
    if reference is None:
        message = (
            f"{label}: Expected a reference for every recorded number; got none. "
            f"Use tests/reference/{notebook}.toml to add one."
        )
        value = math.nan if number is None else number
        return Check(notebook, figure, name, value, message=message)
    known = {
        "expected": reference.value,
        "kind": reference.kind,
        "tolerance": reference.tolerance,
        "source": reference.source,
        "why": reference.why,
    }
    if number is None:
        message = (
            f"{label}: Expected a recorded number; got none. "
            "Use report.record in the notebook, or remove the reference."
        )
        return Check(notebook, figure, name, **known, message=message)
    ratio = number / reference.value if reference.value else math.nan
    if not math.isfinite(number):
        message = f"{label}: Expected a finite number; got {number}. Look at the run that made it."
    elif judge and not reference.accepts(number):
        expected = "" if reference.value is None else f"{reference.value:g} "
        message = (
            f"{label}: Expected {expected}{reference.tolerance}; got {number:g} "
            f"(ratio {ratio:.4g}). Use `make reference` with a reason if the new value is right."
        )
    else:
        message = "" if judge else "not compared in this profile"
    passed = math.isfinite(number) and (not judge or reference.accepts(number))
    return Check(
        notebook, figure, name, number, ratio=ratio, passed=passed, message=message, **known
    )


def _run_problem(notebook: str, results: Mapping[str, Any], profile: str) -> str:
    """Say what marks a results file as one of another run, or nothing."""
    expected = {"notebook": notebook, "profile": profile, "versions": versions()}
    for key, wanted in expected.items():
        if results.get(key) != wanted:
            return (
                f"{notebook}: Expected a results file of this run, with {key} {wanted}; "
                f"got {results.get(key)}. Use `make book` to run the notebook again."
            )
    return ""


def _notebook_checks(notebook: str, results: Path, reference: Path, profile: str) -> list[Check]:
    if not reference.is_file():
        message = (
            f"{notebook}: Expected references in {reference.name}; got no such file. "
            f"Use tests/reference/{reference.name} to state them."
        )
        return [Check(notebook, message=message)]
    declared, entries = references.read(reference)
    try:
        content = read_results(results)
    except (OSError, ValueError) as error:
        message = (
            f"{notebook}: Expected a readable results file {results.name}; got {error!r}. "
            "Use `make book` to run the notebook."
        )
        return [Check(notebook, message=message)]
    problem = _run_problem(notebook, content, profile)
    if problem:
        return [Check(notebook, message=problem)]
    judge, numbers = profile in (declared, "full"), recorded(content)
    return [
        _number_check(notebook, key, numbers.get(key), entries.get(key), judge)
        for key in [*entries, *(key for key in numbers if key not in entries)]
    ]


def check(results: Path, reference: Path, *, profile: str = "book") -> list[Check]:
    """Return how every recorded and every expected number compares.

    Args:
        results: directory of the results files.
        reference: directory of the reference files.
        profile: run profile that the results must have. Profile `quick` is a smoke run: its
            numbers must exist and be finite, and are not compared.

    Raises:
        ValueError: if a reference file is malformed.
    """
    notebooks = {path.stem for path in (*results.glob("*.json"), *reference.glob("*.toml"))}
    found = [
        entry
        for name in sorted(notebooks)
        for entry in _notebook_checks(
            name, results / f"{name}.json", reference / f"{name}.toml", profile
        )
    ]
    homes = Counter(figure for _, figure in {(c.notebook, c.figure) for c in found if c.figure})
    return found + [
        Check("", figure, message=f"{figure}: Expected one notebook to own it; got {count}.")
        for figure, count in homes.items()
        if count > 1
    ]


def table(checks: Sequence[Check]) -> str:
    """Return the comparison as text, one line per number, and one per failure below."""
    rows = [("", "number", "value", "expected", "tolerance", "ratio", "kind")]
    rows += [
        (
            "ok" if c.passed else "FAIL",
            f"{c.figure}.{c.name}" if c.name else c.notebook,
            f"{c.value:.6g}",
            "" if c.expected is None else f"{c.expected:.6g}",
            c.tolerance,
            "" if math.isnan(c.ratio) else f"{c.ratio:.4f}",
            c.kind,
        )
        for c in checks
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(t.ljust(w) for t, w in zip(r, widths, strict=True)).rstrip() for r in rows]
    failures = [c.message for c in checks if not c.passed]
    summary = f"{len(checks) - len(failures)} of {len(checks)} numbers pass."
    return "\n".join([*lines, "", *failures, summary])


def _update(arguments: argparse.Namespace, results: Path, reference: Path) -> int:
    if os.environ.get("CI"):
        message = "Expected a person to update a reference; got CI. Use `make reference` locally."
        raise SystemExit(message)
    known = sorted(path.stem for path in results.glob("*.json"))
    if arguments.notebook not in known:
        message = (
            f"Expected one of {known}; got {arguments.notebook!r}. Use the name of a notebook."
        )
        raise SystemExit(message)
    content = read_results(results / f"{arguments.notebook}.json")
    problem = _run_problem(arguments.notebook, content, arguments.profile)
    if problem:
        raise SystemExit(problem)
    number = recorded(content).get((arguments.figure, arguments.name), math.nan)
    target = reference / f"{arguments.notebook}.toml"
    references.update(
        target, arguments.figure, arguments.name, number=number, reason=arguments.reason
    )
    sys.stdout.write(f"{arguments.figure}.{arguments.name} = {number:g}\n")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line of this module and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m hoam.report", description=__doc__)
    parser.add_argument("--profile", choices=PROFILES, default="book")
    parser.add_argument("--root", type=Path, help="repository; that of the working directory")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="compare all numbers with their references")
    updating = commands.add_parser("update", help="set one reference to its recorded number")
    for name in ("notebook", "figure", "name"):
        updating.add_argument(name)
    updating.add_argument("--reason", required=True)
    chosen = parser.parse_args(arguments)
    root = chosen.root or project_root()
    results, reference = root / "results", root / "tests" / "reference"
    if chosen.command == "update":
        return _update(chosen, results, reference)
    checks = check(results, reference, profile=chosen.profile)
    sys.stdout.write(table(checks) + "\n")
    return 0 if all(entry.passed for entry in checks) else 1
