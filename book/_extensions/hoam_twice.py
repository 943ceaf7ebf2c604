"""What came out when the book was built twice from nothing, each time on one core."""

from pathlib import Path
from typing import Any

from hoam.results import read_toml

RECORD = "tests/twice_record.toml"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _one_core(entry: dict[str, Any]) -> list[str]:
    seconds = " and ".join(map(str, entry["seconds"]))
    said = [
        f"**{entry['identical']} of {entry['numbers']} numbers were the same to the last bit** "
        f"({len(entry['notebooks'])} notebooks; {entry['date']}, version "
        f"{entry['versions']['hoam']}, {entry['machine']}).",
        f"{len(entry['clock'])} others rest on a clock.",
    ]
    if entry["different"]:
        said.append(f"These differed without such a reason: {_listed(entry['different'])}.")
    if entry["missing"]:
        said.append(f"These were missing from a build: {_listed(entry['missing'])}.")
    if entry["outside"]:
        said.append(f"These did not pass the check of the report: {_listed(entry['outside'])}.")
    return [*said, f"The notebooks of the two builds took {seconds} seconds."]


def _two_cores(entry: dict[str, Any]) -> str:
    passed = "all numbers pass the check of the report"
    if entry["outside"]:
        passed = f"these do not pass the check of the report: {_listed(entry['outside'])}"
    wide = "All tolerances are at least three times as wide as such a move."
    if entry["narrow"]:
        wide = f"Tolerances less than three times as wide: {_listed(entry['narrow'])}."
    if entry["largest"] == 0:
        return f"In an ordinary build on two cores, {passed}, and none with a tolerance has moved."
    return (
        f"In an ordinary build on two cores, {passed}; the one that moves farthest from one core "
        f"to two, `{entry['name']}`, does so by {entry['largest']:.2g} of its tolerance. {wide}"
    )


def twice_text(root: Path) -> str:
    """Return what the record says, as a paragraph in Markdown."""
    if not (root / RECORD).is_file():
        return "The two builds were not measured yet.\n"
    entry = read_toml(root / RECORD)
    said = _one_core(entry)
    if "two_cores" in entry:
        said.append(_two_cores(entry["two_cores"]))
    return " ".join(said) + "\n"
