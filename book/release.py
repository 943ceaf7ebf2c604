"""Say whether a version is ready to be released, and what changed in it. Needs no package.

python book/release.py check v1.2.3     # exit 1 with one sentence where something disagrees
python book/release.py notes            # the section of CHANGELOG.md on this version
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _section(root: Path, version: str) -> tuple[str, str]:
    """Return date and text of a version in CHANGELOG.md."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    pattern = rf"^## \[{re.escape(version)}\] - (\S+)\n(.*?)(?=^## \[|\Z)"
    found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    if found is None:
        message = (
            f"Expected a section on {version} in CHANGELOG.md; got none. Use `## [{version}]`."
        )
        raise ValueError(message)
    return found[1], found[2].strip()


def _version(root: Path) -> str:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]


def _cited(root: Path, key: str) -> str:
    text = (root / "CITATION.cff").read_text(encoding="utf-8")
    found = re.search(rf"^{key}:\s*[\"']?([^\"'\n]+)", text, re.MULTILINE)
    return found[1].strip() if found else ""


def check(root: Path, tag: str) -> None:
    """Compare a tag with the version and date that the files name.

    Raises:
        ValueError: if pyproject.toml, CITATION.cff, CHANGELOG.md and the tag disagree, the version
            has no date in CHANGELOG.md yet, or the address of the repository is missing, without
            which no notebook can be launched.
    """
    version = _version(root)
    date, _ = _section(root, version)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
        message = (
            f"Expected a date of {version} in CHANGELOG.md; got {date}. Use the day of the "
            "release, YYYY-MM-DD, there and in CITATION.cff."
        )
        raise ValueError(message)
    expected = {
        "tag": (tag, f"v{version}"),
        "version in CITATION.cff": (_cited(root, "version"), version),
        "date-released in CITATION.cff": (_cited(root, "date-released"), date),
    }
    for name, (got, wanted) in expected.items():
        if got != wanted:
            message = (
                f"Expected {name} to be {wanted}; got {got}. "
                "Use one version and date in pyproject.toml, CITATION.cff, CHANGELOG.md and tag."
            )
            raise ValueError(message)
    if not _cited(root, "repository-code"):
        message = (
            "Expected repository-code in CITATION.cff; got none. Use the repository's address."
        )
        raise ValueError(message)


def notes(root: Path) -> str:
    """Return what CHANGELOG.md says of this version."""
    return _section(root, _version(root))[1]


def main() -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check").add_argument("tag")
    commands.add_parser("notes")
    chosen = parser.parse_args()
    try:
        if chosen.command == "check":
            check(ROOT, chosen.tag)
        else:
            sys.stdout.write(notes(ROOT) + "\n")
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
