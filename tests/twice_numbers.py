"""Compare the numbers of builds of the book: the same to the last bit, or by their tolerance."""

import json
import math
import re
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hoam import references
from hoam.check import check
from hoam.references import Reference
from hoam.results import recorded

sys.path.append(str(Path(__file__).resolve().parent.parent / "book" / "_extensions"))
from hoam_versions import deviation  # pyright: ignore[reportMissingImports]

#: How a reference says that its number is a run time, comes from some, or is chosen by them.
CLOCK = re.compile(r"(loaded|any) machine|ratio of (two )?times|another solver may be the cheapest")


def label(notebook: str, figure: str, name: str) -> str:
    """Return what lists call a number."""
    return f"{notebook}: {figure}.{name}"


def contents(root: Path, notebooks: Iterable[str]) -> dict[str, dict]:
    """Return the results files that a build has left, by notebook."""
    paths = {name: root / "results" / f"{name}.json" for name in notebooks}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.is_file()}


def due(tree: Path, names: Sequence[str]) -> list[str]:
    """Return the notebooks of a build that have not come to their end.

    Results are written while a notebook runs, its page only then.
    """
    found, pages = contents(tree, names), tree / "book" / "_executed"
    return [n for n in names if n not in found or not (pages / f"{n}.ipynb").is_file()]


def numbers(found: Mapping[str, dict]) -> dict[str, float]:
    """Return all numbers of results files."""
    return {
        label(notebook, *key): number
        for notebook, content in found.items()
        for key, number in recorded(content).items()
    }


def expected(root: Path, notebooks: Iterable[str]) -> dict[str, Reference]:
    """Return the references of all numbers of some notebooks."""
    return {
        label(notebook, *key): reference
        for notebook in notebooks
        for path in [root / "tests" / "reference" / f"{notebook}.toml"]
        for key, reference in references.read(path)[1].items()
    }


def on_the_clock(reference: Reference | None) -> bool:
    """Return whether a number rests on measured times, so that it differs from run to run.

    Its reference then has bounds and no value, and its reason is that the machine may be a slow or
    a loaded one, or that another choice may be the fastest.
    """
    return reference is not None and reference.value is None and bool(CLOCK.search(reference.why))


def same(one: float, other: float) -> bool:
    """Return whether two numbers have the same bits: NaN is itself, and 0 is not -0."""
    return struct.pack("d", one) == struct.pack("d", other)


def compare(
    one: Mapping[str, float], other: Mapping[str, float], judges: Mapping[str, Reference]
) -> dict:
    """Sort the numbers of two builds by how they compare.

    Args:
        one: numbers of a build.
        other: those of the other one.
        judges: the references; a number that has one and is in neither build is missing.

    Returns:
        How many `numbers` there are and how many are `identical`, and the names of those that
        differ and rest on the `clock`, that are `different` although they do not, and that are
        `missing` from a build.
    """
    names = sorted({*judges, *one, *other})
    missing = [name for name in names if name not in one or name not in other]
    differ = [n for n in names if n not in missing and not same(one[n], other[n])]
    clock = [name for name in differ if on_the_clock(judges.get(name))]
    return {
        "numbers": len(names),
        "identical": len(names) - len(missing) - len(differ),
        "clock": clock,
        "different": [name for name in differ if name not in clock],
        "missing": missing,
    }


def distances(
    one: Mapping[str, float], other: Mapping[str, float], judges: Mapping[str, Reference]
) -> dict[str, float]:
    """Return the distances of two builds' numbers over their tolerances, the largest first.

    Numbers that have bounds but no tolerance are left out. A missing number is at NaN, which
    counts as the largest distance.
    """
    found = {
        name: deviation(one.get(name, math.nan), other.get(name, math.nan), reference)
        for name, reference in judges.items()
        if reference.value is not None
    }
    return dict(
        sorted(found.items(), key=lambda pair: -math.inf if math.isnan(pair[1]) else -pair[1])
    )


def outside(root: Path, judge: Path, notebooks: Sequence[str]) -> list[str]:
    """Return the numbers of a build that do not pass the check of the report.

    Args:
        root: the build.
        judge: the repository that holds the references.
        notebooks: those whose numbers count.
    """
    checks = check(root / "results", judge / "tests" / "reference")
    return [
        label(c.notebook, c.figure, c.name)
        for c in checks
        if not c.passed and c.notebook in notebooks
    ]
