"""How far do the numbers of the book move if every operation rounds differently?

python -m tests.rounding             # build, compare with results/, and note; goes on where it was
python -m tests.rounding --again     # from the start
python -m tests.rounding --compare   # with what is built already
python -m tests.rounding speed play  # some notebooks; the record keeps what it has of the others
python -m tests.rounding --derive    # from the record: the tolerances in tests/reference/

A clone of the last commit, under `_build/rounding/`, runs all notebooks with programs that are
compiled for a processor without fused multiply-add (XLA's limit `AVX`). What differs from an
ordinary build on the same machine is then due to rounding alone. The distances go to
`tests/rounding_record.toml`.

A tolerance is three times such a distance: not that of the number itself, which may be small by
chance, but the largest among the numbers of the notebook that have the same reason, as a share of
the tolerance that they had. Reasons with fewer than `FEWEST` numbers are taken together.
"""

import argparse
import math
import os
import shutil
import signal
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from hoam import references
from hoam.files import write_atomically
from hoam.references import Reference
from hoam.results import read_toml
from tests.twice import note
from tests.twice_builds import ROOT, clone, commit, notebooks, outdated, start, stop
from tests.twice_numbers import contents, due, label, numbers

RECORD = ROOT / "tests" / "rounding_record.toml"
TREE = ROOT / "_build" / "rounding" / "avx"
COMMAND = "tests.rounding"
FLAGS = "--xla_cpu_max_isa=AVX"
#: Numbers of a family that have to be there for its largest distance to be a measure.
FEWEST = 8
#: A margin is at least this share of the value. Chosen: libraries may round differently as well.
LEAST = 1e-2


def build(names: Sequence[str]) -> None:
    """Run notebooks in the clone, on all cores.

    Raises:
        RuntimeError: if that fails, with the end of its output.
    """
    process = start(TREE, os.sched_getaffinity(0), names, XLA_FLAGS=FLAGS)
    try:
        code = process.wait()
    finally:
        stop(process)
    if code:
        log = TREE.with_suffix(".log").read_text()
        message = f"Expected the build to end with 0; got {code}: {log[-2000:]}"
        raise RuntimeError(message)


def measure(tree: Path, names: Sequence[str], root: Path = ROOT) -> dict:
    """Return the record: how far each number with a value is from that of the ordinary build.

    Raises:
        RuntimeError: if either build is not finished, or they are of different machines or
            versions.
    """
    for place in (tree, root):
        if missing := due(place, names):
            message = (
                f"Expected results of all notebooks in {place.name}; got none of {missing}. "
                "Use `make book` and `python -m tests.rounding`."
            )
            raise RuntimeError(message)
    builds = [contents(place, names) for place in (tree, root)]
    runs = [content for found in builds for content in found.values()]
    if any(run[key] != runs[0][key] for run in runs for key in ("machine", "versions")):
        message = "Expected one machine and one set of versions; got several. Use --again."
        raise RuntimeError(message)
    one, other = map(numbers, builds)
    return {
        "date": max(run["date"] for run in runs),
        "versions": runs[0]["versions"],
        "machines": dict.fromkeys(names, runs[0]["machine"]),
        "distances": {
            notebook: {
                f"{figure}.{name}": _short(abs(one[key] - other[key]))
                for (figure, name), judge in entries.items()
                for key in [label(notebook, figure, name)]
                if judge.value is not None and key in one and key in other
            }
            for notebook, entries in _references(root, names).items()
        },
    }


def joined(old: Mapping, new: Mapping) -> dict:
    """Return a record with the distances of some notebooks measured anew, on any machine.

    A distance is that of two builds on one machine.

    Raises:
        RuntimeError: if the others are of other versions.
    """
    if old["versions"] != new["versions"]:
        message = (
            f"Expected a record of the versions {old['versions']}; got {new['versions']}. "
            "Use python -m tests.rounding without names, which measures all notebooks."
        )
        raise RuntimeError(message)
    return new | {key: old[key] | new[key] for key in ("machines", "distances")}


def _short(distance: float) -> float:
    """Return three digits of a distance, which is all that the record keeps."""
    return float(f"{distance:.3g}")


def _references(root: Path, names: Sequence[str]) -> dict[str, dict[tuple[str, str], Reference]]:
    folder = root / "tests" / "reference"
    return {name: references.read(folder / f"{name}.toml")[1] for name in names}


def moved(reference: Reference) -> bool:
    """Return whether a tolerance is to be derived from how far rounding moves the number.

    Others are exact, narrower than `LEAST`, of the value 0, which has no size, or rest on another
    spread that was measured or is known.
    """
    if not reference.value or reference.kind == "exact":
        return False
    chosen = not reference.of and reference.margin > LEAST * abs(reference.value)
    return chosen or reference.of == "machines"


def families(judges: Mapping[tuple[str, str], Reference]) -> list[list[Reference]]:
    """Return the numbers of a notebook whose tolerances are derived, in groups of one reason."""
    groups: dict[str, list[Reference]] = defaultdict(list)
    for judge in filter(moved, judges.values()):
        groups[judge.why].append(judge)
    large = [group for group in groups.values() if len(group) >= FEWEST]
    rest = [judge for group in groups.values() if len(group) < FEWEST for judge in group]
    return [*large, rest] if rest else large


def spreads(
    judges: Mapping[tuple[str, str], Reference], distances: Mapping[str, float]
) -> dict[tuple[str, str], float]:
    """Return the spread of every number whose tolerance is derived; three times as much passes.

    Args:
        judges: the references of a notebook.
        distances: how far its numbers moved, by figure and name.
    """
    found = {}
    for family in families(judges):
        share = max(
            distances.get(f"{judge.figure}.{judge.name}", 0.0) / judge.margin for judge in family
        )
        for judge in family:
            least = LEAST * abs(judge.value or math.nan) / 3
            found[judge.figure, judge.name] = max(share * judge.margin, least)
    return found


def with_spread(text: str, figure: str, name: str, spread: float, of: str = "machines") -> str:
    """Return the text of a file of references with a spread as the tolerance of one number.

    All else stays as it is, comments included.
    """
    start = text.index(f'["{figure}".{name}]\n')
    end = text.find("\n[", start) % (len(text) + 1)
    lines = text[start:end].splitlines()
    kept = [line for line in lines if line.split(" =")[0] not in ("rtol", "atol", "spread", "of")]
    after = next(i for i, line in enumerate(kept) if line.startswith("value =")) + 1
    kept[after:after] = [f"spread = {_up(spread)!r}", f'of = "{of}"']
    return text[:start] + "\n".join(kept) + "\n" * text[start:end].endswith("\n") + text[end:]


def _up(spread: float) -> float:
    """Return a spread, rounded up to two digits."""
    unit = 10.0 ** (1 - math.floor(math.log10(spread)))
    return math.ceil(spread * unit * (1 - 1e-9)) / unit


def derive(root: Path = ROOT, path: Path = RECORD) -> int:
    """Write the tolerances that follow from the record to the references; return how many."""
    count = 0
    for notebook, distances in read_toml(path)["distances"].items():
        place = root / "tests" / "reference" / f"{notebook}.toml"
        text = place.read_text(encoding="utf-8")
        found = spreads(references.read(place)[1], distances)
        for (figure, name), spread in found.items():
            text = with_spread(text, figure, name, spread)
        write_atomically(place, text.encode())
        count += len(found)
    return count


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog=f"python -m {COMMAND}", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="notebook", help="all, if none is named")
    parser.add_argument("--again", action="store_true", help="build from the start")
    parser.add_argument("--compare", action="store_true", help="build nothing")
    parser.add_argument("--derive", action="store_true", help="write the tolerances only")
    chosen = parser.parse_args(arguments)
    if chosen.derive:
        sys.stdout.write(f"Derived {derive()} tolerances\n")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which also ends the build
    try:
        if not chosen.compare:
            if chosen.again or outdated([TREE]):
                shutil.rmtree(TREE, ignore_errors=True)
            TREE.parent.mkdir(parents=True, exist_ok=True)
            clone(TREE)
            sys.stdout.write(f"Building commit {commit([TREE])[:10]} with {FLAGS}\n")
            sys.stdout.flush()
            build(chosen.names or notebooks(TREE))
        new = measure(TREE, chosen.names or notebooks(TREE))
        note(joined(read_toml(RECORD), new) if chosen.names else new, RECORD, command=COMMAND)
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
