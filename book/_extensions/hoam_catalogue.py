"""What each figure is about, from `book/figures.toml`, and the unit of each array it plots."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

_REQUIRED = {"title", "systems", "methods", "units"}
_KEYS = _REQUIRED | {"paper", "panels"}


@dataclass(frozen=True)
class Subject:
    """What one figure is about.

    Args:
        title: a few words.
        systems: names among those that the file lists.
        methods: names among those that the file lists.
        units: unit by pattern of the arrays' names; the first pattern that matches counts.
        paper: figures and tables of the paper that it answers.
        panels: which panels of these they are, and how ours lie.
    """

    title: str
    systems: tuple[str, ...]
    methods: tuple[str, ...]
    units: dict[str, str]
    paper: tuple[str, ...] = ()
    panels: str = ""

    @property
    def words(self) -> str:
        """The title, and the system unless there are several or none."""
        return f"{self.title}, {self.systems[0]}" if len(self.systems) == 1 else self.title

    def lead(self, caption: str) -> str:
        """Return the system as a sentence, where there is one and the caption does not name it."""
        if len(self.systems) != 1:
            return ""
        (system,) = self.systems
        named = system.lower().removesuffix("s") in caption.lower().replace("-", " ")
        return "" if named else f"{system[0].upper()}{system[1:]}."

    def unit(self, name: str) -> str | None:
        """Return the unit of an array, or nothing where no pattern matches its name."""
        # Brackets are part of a name here, not of a pattern.
        patterns = ((pattern.replace("[", "[[]"), unit) for pattern, unit in self.units.items())
        return next((unit for pattern, unit in patterns if fnmatchcase(name, pattern)), None)


@dataclass(frozen=True)
class Catalogue:
    """The subjects of all figures, and what can be chosen among.

    Args:
        systems: all systems, in the order of the book.
        methods: all methods.
        paper: what each figure or table of the paper shows, by its name.
        subjects: by figure id.
    """

    systems: tuple[str, ...]
    methods: tuple[str, ...]
    paper: dict[str, str]
    subjects: dict[str, Subject]

    def answers(self, name: str) -> list[str]:
        """Return the figures of the book that answer one of the paper."""
        return [figure for figure, subject in self.subjects.items() if name in subject.paper]


EMPTY = Catalogue((), (), {}, {})


def _problems(entry: dict[str, Any], content: dict[str, Any]) -> Iterator[str]:
    """Yield what is expected of an entry and what it has instead."""
    if not _REQUIRED <= set(entry) <= _KEYS:
        yield f"{sorted(_REQUIRED)} among {sorted(_KEYS)}; got {sorted(entry)}"
    for key in ("systems", "methods", "paper"):
        unknown = sorted(set(entry.get(key, ())) - set(content[key]))
        if unknown:
            yield f"{key} among {list(content[key])}; got {unknown}"
    if "panels" in entry and not (entry.get("paper") and entry["panels"]):
        yield f"panels, in words, of a figure of the paper; got {entry['panels']!r}"
    for unit in entry.get("units", {}).values():
        if not unit or set(unit) & set(",[]\n"):
            yield f"units without commas and brackets; got {unit!r}"


def _subject(figure: str, entry: dict[str, Any], content: dict[str, Any]) -> Subject:
    for problem in _problems(entry, content):
        message = f"figures.toml, {figure}: Expected {problem}."
        raise ValueError(message)
    return Subject(
        entry["title"],
        tuple(entry["systems"]),
        tuple(entry["methods"]),
        entry["units"],
        tuple(entry.get("paper", ())),
        entry.get("panels", ""),
    )


def read(path: Path) -> Catalogue:
    """Read `figures.toml`; without the file, nothing is known of any figure.

    Raises:
        ValueError: if an entry lacks a key, has an unknown one, or names what is not listed.
    """
    if not path.is_file():
        return EMPTY
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    subjects = {
        figure: _subject(figure, entry, content) for figure, entry in content["figures"].items()
    }
    return Catalogue(
        tuple(content["systems"]), tuple(content["methods"]), content["paper"], subjects
    )
