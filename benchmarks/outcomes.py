"""What trainings came to, kept where the trained models are not: one JSON file for each study.

Such a study takes hours, so that each outcome is written when it is there, and a study that was
stopped goes on from what it has.
"""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT
from hoam.files import held, write_atomically


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of one study by name of the training.

    Args:
        path: the file, which need not exist yet.
    """

    path: Path

    @classmethod
    def of(cls, study: str) -> "Outcomes":
        """Return those under `benchmarks/records` of a study such as `stability`."""
        return cls(ROOT / "benchmarks" / "records" / f"{study}.json")

    def read(self) -> dict[str, Any]:
        """Return what is known, by name."""
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def add(self, name: str, outcome: Any) -> None:
        """Write the outcome of one training beside the others.

        Several processes may add theirs: each waits while another one writes.

        Raises:
            ValueError: if the outcome holds NaN or infinity, which JSON has no words for.
            BlockingIOError: if another process has held the file for a minute.
        """
        with held(self.path, wait=60.0):
            found = dict(sorted({**self.read(), name: outcome}.items()))
            text = json.dumps(found, indent=1, allow_nan=False) + "\n"
            write_atomically(self.path, text.encode())

    def complete[*R](self, runs: Iterable[tuple[*R]], train: Callable[[*R], Any]) -> None:
        """Train what has no outcome yet, and print each.

        Args:
            runs: the arguments of each training, whose names are these, joined by commas.
            train: from these to an outcome.
        """
        for run in runs:
            name = ", ".join(map(str, run))
            if name not in self.read():
                outcome = train(*run)
                self.add(name, outcome)
                sys.stdout.write(f"{name}: {outcome}\n")
                sys.stdout.flush()


def significant(value: float, digits: int = 4) -> float:
    """Return a number rounded to a number of significant digits."""
    return float(f"{value:.{digits}g}")
