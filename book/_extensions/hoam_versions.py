"""The table of Python and package versions that the book's numbers were measured with."""

import math
from pathlib import Path
from typing import Any

from hoam import references
from hoam.references import Reference
from hoam.results import read_toml

RECORD = "tests/matrix_record.toml"
_PACKAGES = {"jax": "JAX", "flax": "Flax", "optax": "Optax", "numpy": "NumPy"}
_HEADER = ("Python", *_PACKAGES.values(), "Failed", "Outside", "Deviation")


def expected(notebooks: list[str], root: Path) -> dict[tuple[str, str], Reference]:
    """Return the references of all numbers of some notebooks, by notebook and number."""
    return {
        (notebook, f"{figure}.{name}"): reference
        for notebook in notebooks
        for (figure, name), reference in references.read(
            root / "tests" / "reference" / f"{notebook}.toml"
        )[1].items()
    }


def deviation(number: float, other: float, reference: Reference) -> float:
    r"""Return $|v - w| / (a + r |v_0|)$, the distance of two numbers over the tolerance.

    It is 0 for equal numbers, infinite for others where the tolerance is 0, and NaN where either
    is missing.
    """
    if number == other:
        return 0.0
    return abs(number - other) / reference.margin if reference.margin else math.inf


def outside(entry: dict[str, Any], root: Path) -> list[str]:
    """Return the numbers of an environment that are missing or do not pass their reference."""
    return [
        key
        for (notebook, key), reference in expected(list(entry["numbers"]), root).items()
        if not reference.accepts(entry["numbers"][notebook].get(key, math.nan))
    ]


def largest(entry: dict[str, Any], first: dict[str, Any], root: Path) -> tuple[float, str]:
    """Return the largest deviation from the numbers of another environment, and the number's name.

    Numbers that have bounds but no tolerance are left out.
    """
    found = [
        (deviation(numbers.get(key, math.nan), other.get(key, math.nan), reference), key)
        for (notebook, key), reference in expected(list(first["numbers"]), root).items()
        if reference.value is not None
        for numbers, other in [(entry["numbers"][notebook], first["numbers"][notebook])]
    ]
    return max(found, key=lambda pair: math.inf if math.isnan(pair[0]) else pair[0])


def _row(entry: dict[str, Any], first: dict[str, Any], root: Path) -> tuple[str, ...]:
    versions = entry["versions"]
    return (
        f"{versions['python']}, {entry['name'].rpartition('-')[2]}",
        *(versions[name] for name in _PACKAGES),
        str(len(entry["failed"])),
        str(len(outside(entry, root))),
        "" if entry is first else f"{largest(entry, first, root)[0]:.2g}",
    )


def _dates(entries: list[dict[str, Any]]) -> str:
    days = sorted({entry["date"] for entry in entries})
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def judged_by(root: Path) -> list[str]:
    """Return the paths of the references that the recorded numbers are judged by."""
    notebooks = read_toml(root / RECORD)["environment"][0]["numbers"]
    return [f"tests/reference/{notebook}.toml" for notebook in notebooks]


def versions_table(root: Path) -> str:
    """Return score and list of the environments in Markdown."""
    entries = read_toml(root / RECORD)["environment"]
    first = entries[0]
    good = sum(not entry["failed"] and not outside(entry, root) for entry in entries)
    tests = first["passed"] + len(first["failed"])
    numbers = len(expected(list(first["numbers"]), root))
    names = ", ".join(f"`{name}`" for name in first["numbers"])
    score = (
        f"**In {good} of {len(entries)} environments all tests passed and all numbers lay within "
        f"their tolerance** ({tests} tests, {numbers} numbers of the notebooks {names}; "
        f"{_dates(entries)}, version {first['versions']['hoam']})."
    )
    rows = [_HEADER, ("---",) * len(_HEADER), *(_row(entry, first, root) for entry in entries)]
    return score + "\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
