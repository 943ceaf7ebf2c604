"""What the pages know of the results: numbers, checks and figure records, read once per build."""

import functools
import json
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoam.check import Check, check
from hoam.verdicts import recorded_numbers


@dataclass(frozen=True)
class Results:
    """All results of one build.

    Args:
        root: the repository.
        runs: content of each results file, by notebook.
        numbers: recorded numbers, by figure and name.
        checks: how each number compares with its reference.
    """

    root: Path
    runs: dict[str, dict[str, Any]]
    numbers: dict[tuple[str, str], float]
    checks: tuple[Check, ...]

    def run_of(self, figure: str) -> dict[str, Any] | None:
        """Return the content of the results file that holds a figure, or nothing."""
        return next((run for run in self.runs.values() if figure in run["figures"]), None)

    def drawn(self, figure: str) -> bool:
        """Return whether a figure id has an image, and so a place on a page."""
        run = self.run_of(figure)
        return bool(run and any(f.endswith(".png") for f in run["figures"][figure]["files"]))

    def sources(self) -> list[Path]:
        """Return the files that the results were read from."""
        patterns = ("results/*.json", "tests/reference/*.toml", "book/claims.toml")
        return sorted(path for pattern in patterns for path in self.root.glob(pattern))

    def line(self, notebook: str, figure: str) -> int | None:
        """Return the line of the notebook's source at which a figure is named."""
        source = self.root / "notebooks" / f"{notebook}.py"
        lines = source.read_text(encoding="utf-8").splitlines() if source.is_file() else []
        marker = f'"name": "{figure}"'
        return next((i for i, text in enumerate(lines, start=1) if marker in text), None)


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
    return Results(root, runs, recorded_numbers(results), tuple(checks))


@dataclass(frozen=True)
class Edition:
    """What a reader cites: who, which version, which day, which commit."""

    authors: str
    title: str
    version: str
    date: str
    commit: str

    def plain(self, figure: str) -> str:
        """Return one line that cites a figure."""
        commit = f", commit {self.commit}" if self.commit else ""
        return (
            f"{self.authors}, {self.title}, version {self.version} ({self.date}{commit}), "
            f"figure {figure}."
        )

    def bibtex(self, figure: str) -> str:
        """Return a BibTeX entry for a figure."""
        note = f"figure {figure}" + (f", commit {self.commit}" if self.commit else "")
        fields = {
            "author": "{" + self.authors + "}",
            "title": "{" + self.title + "}",
            "year": self.date[:4],
            "version": self.version,
            "date": self.date,
            "note": note,
        }
        body = "".join(f"  {key} = {{{value}}},\n" for key, value in fields.items())
        return f"@misc{{hoam-reproduced-{figure},\n{body}}}"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def edition(root: Path) -> Edition:
    """Return the edition in `root`: version of pyproject.toml, day and commit where git has one."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    date = _git(root, "log", "-1", "--format=%cs")
    commit = _git(root, "rev-parse", "--short=10", "HEAD")
    if not date:
        citation = root / "CITATION.cff"
        lines = citation.read_text(encoding="utf-8").splitlines() if citation.is_file() else []
        keyed = dict(line.split(": ", 1) for line in lines if line.startswith("date-released: "))
        date = keyed.get("date-released", "").strip("\"'")
    authors = ", ".join(author["name"] for author in project["authors"])
    return Edition(authors, "HOAM, reproduced", project["version"], date, commit)
