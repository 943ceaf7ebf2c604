"""What the pages know of the results: numbers, checks, verdicts and figures, read once a build."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hoam_catalogue
from hoam_catalogue import Catalogue

from hoam.check import Check, check
from hoam.verdicts import Verdict, judge, recorded_numbers

CATALOGUE = "book/figures.toml"


@dataclass(frozen=True)
class Results:
    """All results of one build.

    Args:
        root: the repository.
        runs: content of each results file, by notebook.
        numbers: recorded numbers, by figure and name.
        checks: how each number compares with its reference.
        verdicts: what the numbers say of each claim.
        catalogue: what each figure is about.
    """

    root: Path
    runs: dict[str, dict[str, Any]]
    numbers: dict[tuple[str, str], float]
    checks: tuple[Check, ...]
    verdicts: tuple[Verdict, ...]
    catalogue: Catalogue

    def run_of(self, figure: str) -> dict[str, Any] | None:
        """Return the content of the results file that holds a figure, or nothing."""
        return next((run for run in self.runs.values() if figure in run["figures"]), None)

    def drawn(self, figure: str) -> bool:
        """Return whether a figure id has an image, and so a place on a page."""
        run = self.run_of(figure)
        return bool(run and any(f.endswith(".png") for f in run["figures"][figure]["files"]))

    def checks_of(self, figure: str) -> list[Check]:
        """Return the checks of the numbers of a figure."""
        return [check for check in self.checks if check.figure == figure and check.name]

    def claims_of(self, figure: str) -> list[Verdict]:
        """Return the verdicts that a figure is evidence for."""
        return [verdict for verdict in self.verdicts if figure in verdict.figures]

    def sources(self) -> list[Path]:
        """Return the files that the results were read from."""
        patterns = ("results/*.json", "tests/reference/*.toml", "book/claims.toml", CATALOGUE)
        return sorted(path for pattern in patterns for path in self.root.glob(pattern))


@functools.cache
def load(root: Path) -> Results:
    """Read all results below the repository `root`."""
    results = root / "results"
    runs = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(results.glob("*.json"))
    }
    profiles = {run["profile"] for run in runs.values()}
    profile = profiles.pop() if len(profiles) == 1 else "book"
    checks = check(results, root / "tests" / "reference", profile=profile)
    numbers = recorded_numbers(results)
    verdicts = judge(root / "book" / "claims.toml", numbers)
    catalogue = hoam_catalogue.read(root / CATALOGUE)
    return Results(root, runs, numbers, tuple(checks), tuple(verdicts), catalogue)
