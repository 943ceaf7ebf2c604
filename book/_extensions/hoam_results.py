"""What the pages know of the results: numbers, checks, verdicts and figures, read once a build."""

import functools
import json
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hoam_catalogue
import yaml
from hoam_catalogue import EMPTY, Catalogue

from hoam.check import Check, check
from hoam.verdicts import Verdict, judge, recorded_numbers

CATALOGUE = "book/figures.toml"
UNKNOWN = "unknown"


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
    verdicts: tuple[Verdict, ...] = ()
    catalogue: Catalogue = EMPTY

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


@dataclass(frozen=True)
class Edition:
    """What a reader cites: one state of the book.

    Args:
        authors: as in pyproject.toml.
        title: of the book.
        version: of the package and the book.
        date: day of the commit, or of the release where there is no commit.
        commit: its start, marked `-dirty` where files have changed since; `unknown` without git.
    """

    authors: str
    title: str
    version: str
    date: str
    commit: str

    def address(self, repository: str, path: str, first: int, last: int) -> str:
        """Return the address of lines of a file, where the repository is published."""
        commit = self.commit.removesuffix("-dirty")
        place = "main" if commit == UNKNOWN else commit
        return f"{repository}/blob/{place}/{path}#L{first}-L{last}"

    def plain(self, figure: str = "") -> str:
        """Return one line that cites the book, or a figure of it."""
        place = f", figure {figure}" if figure else ""
        return (
            f"{self.authors}, {self.title}, version {self.version} ({self.date}, "
            f"commit {self.commit}){place}."
        )

    def bibtex(self, figure: str = "", title: str = "", *, url: str = "") -> str:
        """Return a BibTeX entry for the book, or for a figure of it.

        Args:
            figure: id of the figure; none for the book.
            title: of the figure.
            url: address of the book, where it is published.
        """
        place = f"figure {figure}, " if figure else ""
        fields = {
            "author": "{" + self.authors + "}",
            "title": "{" + (f"{title} ({self.title})" if figure else self.title) + "}",
            "year": self.date[:4],
            "version": self.version,
            "date": self.date,
            "url": url,
            "note": f"{place}version {self.version}, commit {self.commit}",
        }
        body = "".join(f"  {key} = {{{value}}},\n" for key, value in fields.items() if value)
        name = "-".join(filter(None, ("hoam-reproduced", figure)))
        return f"@misc{{{name},\n{body}}}"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def edition(root: Path) -> Edition:
    """Return the edition in `root`: authors, title and version, day and commit where git has one.

    Authors and version are those of pyproject.toml, the title that of CITATION.cff.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    date = _git(root, "log", "-1", "--format=%cs")
    commit = _git(root, "describe", "--always", "--abbrev=10", "--exclude=*", "--dirty")
    path = root / "CITATION.cff"
    citation = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    date = date or str(citation.get("date-released", UNKNOWN))
    title = citation.get("title", UNKNOWN)
    authors = ", ".join(author["name"] for author in project["authors"])
    return Edition(authors, title, project["version"], date, commit or UNKNOWN)
