"""Read and update the reference of every number of the book: `tests/reference/<notebook>.toml`.

One table per number, under the id of its figure:

    notebook = "two_stream"
    profile = "book"

    ["fig-two-stream-energy".error]
    value = 0.05      # a value with rtol and/or atol, or bounds: lower and/or upper; or all of it
    rtol = 0.2
    kind = "claim"    # exact: known beforehand; build: guards a rerun; claim: judges the paper
    source = "..."    # where the expected value comes from
    why = "..."       # why this tolerance

Where the spread of a number was measured, over machines, seeds or draws, the file states that, and
three times as much passes:

    spread = 0.01     # in the place of rtol and atol: the standard deviation
    of = "seeds"
"""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

from hoam.files import write_atomically
from hoam.results import PROFILES, read_toml

KINDS = ("exact", "build", "claim")
SPREADS = ("machines", "seeds", "draws")
_NUMBERS = ("value", "rtol", "atol", "lower", "upper", "spread")
_TEXTS = ("kind", "source", "why", "of")


@dataclass(frozen=True)
class Reference:
    r"""What one recorded number is expected to be.

    A number $v$ passes if $|v - v_0| \le a + r |v_0|$, or three times the spread where that is
    given instead, and it lies within the bounds, whichever of the two are given.

    Args:
        figure: id of the figure that the number belongs to.
        name: name of the number.
        value: $v_0$.
        rtol: $r$, at least 0.
        atol: $a$, at least 0, in the unit of the number.
        lower: least value that passes.
        upper: greatest value that passes.
        kind: `exact` (a closed form, a theorem, or a choice or a count of data, to be found
            unchanged), `build` or `claim`.
        source: where the expected value comes from.
        why: why this tolerance.
        spread: standard deviation of the number, measured, in its unit.
        of: over what: `machines`, `seeds` or `draws`.

    Raises:
        ValueError: if there is nothing to compare with, a tolerance without a value, or a spread
            with another tolerance or not of one of the three.
    """

    figure: str
    name: str
    value: float | None = None
    rtol: float | None = None
    atol: float | None = None
    lower: float | None = None
    upper: float | None = None
    kind: str = ""
    source: str = ""
    why: str = ""
    spread: float | None = None
    of: str = ""

    def __post_init__(self) -> None:
        for problem, got, use in self._problems():
            message = f"{self.figure}.{self.name}: Expected {problem}; got {got}. Use {use}."
            raise ValueError(message)

    def _problems(self) -> list[tuple[str, object, str]]:
        given = {key: number for key in _NUMBERS if (number := getattr(self, key)) is not None}
        tolerances = [given[key] for key in ("rtol", "atol", "spread") if key in given]
        found: list[tuple[str, object, str]] = []
        if self.kind not in KINDS:
            found.append((f"kind to be one of {KINDS}", repr(self.kind), "'exact' for a theorem"))
        if not (self.source.strip() and self.why.strip()):
            found.append(("a source and a why", "an empty one", "one short sentence for each"))
        if not all(math.isfinite(number) for number in given.values()):
            found.append(("finite numbers", given, "no entry where there is no bound"))
        if self.value is None and self.lower is None and self.upper is None:
            found.append(
                ("a value or bounds", "neither", "value with rtol or atol, or lower/upper")
            )
        if self.value is None and tolerances:
            found.append(("a value with its tolerance", "a tolerance only", "value = ..."))
        if self.value is not None and not tolerances:
            found.append(("a tolerance with the value", "none", "rtol and/or atol"))
        if any(tolerance < 0 for tolerance in tolerances):
            found.append(("tolerances of at least 0", tolerances, "a positive number"))
        alone = self.spread is None or (self.of in SPREADS and len(tolerances) == 1)
        if not alone or (self.of and self.spread is None):
            use = "spread = ... and of = 'seeds', without rtol and atol"
            found.append((f"a spread alone, of one of {SPREADS}", f"{given} of {self.of!r}", use))
        if self.value == 0 and not (self.atol or self.spread) and tolerances:
            found.append(("atol for a value of 0", f"rtol = {self.rtol}", "atol"))
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            found.append(("lower <= upper", f"{self.lower} > {self.upper}", "the other order"))
        return found

    @property
    def margin(self) -> float:
        """Return the greatest accepted distance from the value, $a + r |v_0|$ or 3 spreads."""
        if self.spread is not None:
            return 3 * self.spread
        return (self.atol or 0.0) + (self.rtol or 0.0) * abs(self.value or 0.0)

    @property
    def tolerance(self) -> str:
        """Say in words what passes, for tables."""
        parts = []
        if self.value is not None:
            relative = f"{100 * self.rtol:g} %" if self.rtol is not None else ""
            absolute = f"{self.atol:g}" if self.atol is not None else ""
            spread = f"{self.margin:g}" if self.spread is not None else ""
            parts.append("± " + " + ".join(filter(None, (absolute, relative, spread))))
        parts += [f"≥ {self.lower:g}"] if self.lower is not None else []
        parts += [f"≤ {self.upper:g}"] if self.upper is not None else []
        return ", ".join(parts)

    def accepts(self, number: float) -> bool:
        """Return whether `number` is finite, within the tolerance and within the bounds.

        Raises:
            TypeError: if it is no real number.
        """
        if not isinstance(number, Real):
            message = f"Expected a real number; got {number!r:.80}. Use a float."
            raise TypeError(message)
        near = self.value is None or abs(number - self.value) <= self.margin
        above = self.lower is None or number >= self.lower
        below = self.upper is None or number <= self.upper
        return math.isfinite(number) and near and above and below


def _entry(figure: str, name: str, content: Any) -> Reference:
    if not isinstance(content, Mapping):
        message = f"{figure}: Expected a table per number; got {name} = {content!r}. Use [...]."
        raise ValueError(message)
    unknown = set(content) - {*_NUMBERS, *_TEXTS}
    if unknown:
        message = (
            f"{figure}.{name}: Expected keys among {(*_NUMBERS, *_TEXTS)}; got {sorted(unknown)}. "
            "Use one of these."
        )
        raise ValueError(message)
    fields: dict[str, Any] = {}
    for key, item in content.items():
        number = isinstance(item, int | float) and not isinstance(item, bool)
        if number if key in _TEXTS else not number:
            wanted = "text" if key in _TEXTS else "a number"
            message = f"{figure}.{name}: Expected {wanted} for {key}; got {item!r}. Use {wanted}."
            raise ValueError(message)
        fields[key] = item if key in _TEXTS else float(item)
    return Reference(figure, name, **fields)


def read(path: Path) -> tuple[str, dict[tuple[str, str], Reference]]:
    """Return the run profile and the references of one file, by figure and name.

    Raises:
        ValueError: if the file is not of the form above, with the place and the remedy.
    """
    content = read_toml(path)
    notebook, profile = content.pop("notebook", None), content.pop("profile", None)
    if notebook != path.stem or profile not in PROFILES:
        message = (
            f"{path.name}: Expected notebook = {path.stem!r} and a profile among {PROFILES}; "
            f"got {notebook!r} and {profile!r}. Use the file's own name."
        )
        raise ValueError(message)
    entries = {}
    for figure, numbers in content.items():
        if not isinstance(numbers, Mapping):
            message = (
                f"{path.name}: Expected tables by figure and number; got {figure} = {numbers!r}. "
                'Use ["fig-...".number].'
            )
            raise ValueError(message)
        for name, entry in numbers.items():
            entries[figure, name] = _entry(figure, name, entry)
    return str(profile), entries


def update(path: Path, figure: str, name: str, *, number: float, reason: str) -> None:
    """Set the value of one reference, keep all else, and note date and reason above it.

    Raises:
        KeyError: if the file holds no such reference.
        ValueError: if it has bounds only, the reason is empty, the number is not finite, or it is 0
            and the tolerance relative.
    """
    import tomlkit

    _, entries = read(path)
    old = entries.get((figure, name))
    if old is None:
        message = (
            f"Expected a reference of {figure}.{name} in {path.name}; got none. "
            "Use an editor to add it, with kind, source and why."
        )
        raise KeyError(message)
    if old.value is None or not reason.strip() or not math.isfinite(number):
        message = (
            f"Expected a reference with a value, a reason and a finite number for {figure}.{name}; "
            f"got value {old.value}, reason {reason!r}, number {number}. "
            "Use an editor to move a bound."
        )
        raise ValueError(message)
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    table: Any = document[figure][name]  # pyright: ignore[reportIndexIssue]
    today = datetime.datetime.now(tz=datetime.UTC).date()
    table["value"] = number
    table["value"].comment(f"{today}: was {old.value:g}; {reason.strip()}")
    _entry(figure, name, table.unwrap())  # refuses what could not be read again
    write_atomically(path, tomlkit.dumps(document).encode())
