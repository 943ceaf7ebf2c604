"""What a reader cites: who, which version, which day, which commit."""

import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Edition:
    """One state of the book.

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

    def plain(self, figure: str) -> str:
        """Return one line that cites a figure."""
        return (
            f"{self.authors}, {self.title}, version {self.version} ({self.date}, "
            f"commit {self.commit}), figure {figure}."
        )

    def bibtex(self, figure: str, title: str) -> str:
        """Return a BibTeX entry for a figure."""
        fields = {
            "author": "{" + self.authors + "}",
            "title": "{" + f"{title} ({self.title})" + "}",
            "year": self.date[:4],
            "version": self.version,
            "date": self.date,
            "note": f"figure {figure}, version {self.version}, commit {self.commit}",
        }
        body = "".join(f"  {key} = {{{value}}},\n" for key, value in fields.items() if value)
        return f"@misc{{hoam-reproduced-{figure},\n{body}}}"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def edition(root: Path) -> Edition:
    """Return the edition in `root`: version of pyproject.toml, day and commit where git has one."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    date = _git(root, "log", "-1", "--format=%cs")
    commit = _git(root, "describe", "--always", "--abbrev=10", "--exclude=*", "--dirty")
    if not date:
        citation = root / "CITATION.cff"
        text = citation.read_text(encoding="utf-8") if citation.is_file() else ""
        found = re.search(r"^date-released: *[\"']?([\d-]+)", text, re.MULTILINE)
        date = found[1] if found else UNKNOWN
    authors = ", ".join(author["name"] for author in project["authors"])
    return Edition(authors, "HOAM, reproduced", project["version"], date, commit or UNKNOWN)
