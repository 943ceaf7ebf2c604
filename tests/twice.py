"""Does the book, built twice from nothing, give the same numbers to the last bit?

python -m tests.twice                # goes on where it was, if it was interrupted
python -m tests.twice --again        # from the start
python -m tests.twice --compare      # look at what is built already
python -m tests.twice quadrature     # of some notebooks only, without a record

Two clones of the last commit, under `_build/twice/`, run all notebooks side by side, each on one
core of its own and with a compilation cache of its own that was empty. The numbers of both are
compared with one another, and with those in `results/`, which an ordinary build on two cores has
left. What came out goes to `tests/twice_record.toml`; the page on the checks is rendered from it.
"""

import argparse
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import Array

from hoam.files import write_atomically
from tests.twice_builds import DIRECTORY, ROOT, build, clone, commit, notebooks, outdated, short
from tests.twice_numbers import compare, contents, distances, due, expected, numbers, outside

RECORD = ROOT / "tests" / "twice_record.toml"
BUILDS = ("a", "b")


def finished(tree: Path, names: Sequence[str]) -> dict[str, dict]:
    """Return the results of a build.

    Raises:
        RuntimeError: if a notebook has not come to its end.
    """
    if missing := due(tree, names):
        message = (
            f"Expected results of all notebooks in build {tree.name}; got none of {missing}. "
            "Use `python -m tests.twice` to run them."
        )
        raise RuntimeError(message)
    return contents(tree, names)


def measure(trees: Sequence[Path], names: Sequence[str], root: Path = ROOT) -> dict:
    """Return the record of two builds.

    Raises:
        RuntimeError: if a build is not finished, or parts of them ran on different machines or
            with different versions.
    """
    builds = [finished(tree, names) for tree in trees]
    runs = [content for found in builds for content in found.values()]
    if any(run[key] != runs[0][key] for run in runs for key in ("machine", "versions")):
        message = "Expected one machine and one set of versions; got several. Use --again."
        raise RuntimeError(message)
    judges = expected(trees[0], names)
    first, second = map(numbers, builds)
    made_at = short(trees[0])
    entry = {
        "date": max(run["date"] for run in runs),
        **({"commit": made_at} if made_at else {}),
        "machine": runs[0]["machine"],
        "versions": runs[0]["versions"],
        "notebooks": list(names),
        # Those of the notebooks, which do not count what an interruption took.
        "seconds": [round(sum(run["seconds"] for run in found.values())) for found in builds],
        **compare(first, second, judges),
        "outside": sorted({n for tree in trees for n in outside(tree, trees[0], names)}),
    }
    ordinary = contents(root, names)
    if ordinary:
        far = distances(first, numbers(ordinary), judges)
        name, largest = next(iter(far.items()), ("", 0.0))
        entry["two_cores"] = {
            "notebooks": len(ordinary),
            "outside": outside(root, trees[0], names),
            "largest": largest,
            "name": name,
            # A tolerance should be at least three times what rounding does.
            "narrow": [name for name, distance in far.items() if not distance <= 1 / 3],
        }
    return entry


def note(entry: dict, path: Path = RECORD, *, command: str = "tests.twice") -> None:
    """Write a record of what a command measured."""
    document = tomlkit.document()
    document.add(tomlkit.comment(f"Measured by `python -m {command}`; not edited by hand."))
    for key, item in entry.items():
        lines = tomlkit.item(item)
        document.add(key, lines.multiline(True) if isinstance(lines, Array) else lines)
    write_atomically(path, tomlkit.dumps(document).encode())


def tell(entry: dict) -> bool:
    """Say what came out; return whether anything was wrong."""
    lines = [
        f"{entry['identical']} of {entry['numbers']} numbers are the same, and "
        f"{len(entry['clock'])} others rest on a clock"
    ]
    wrong = {key: entry[key] for key in ("different", "missing", "outside")}
    two = entry.get("two_cores")
    if two:
        lines += [f"one core against two: {two['largest']:.2g} tolerances, {two['name']}"]
        wrong["outside on two cores"] = two["outside"]
    lines += [f"{what}: {name}" for what, names in wrong.items() for name in names]
    sys.stdout.write("\n  ".join(lines) + "\n")
    return any(wrong.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.twice", description=__doc__)
    parser.add_argument("names", nargs="*", help="notebooks; all of them, with a record, if none")
    parser.add_argument("--again", action="store_true", help="build from the start")
    parser.add_argument("--compare", action="store_true", help="build nothing")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.names if name not in notebooks()]:
        parser.error(f"Expected names among {notebooks()}; got {unknown}. Use one of these.")
    if chosen.again and chosen.compare:
        parser.error("Expected --again or --compare; got both. Use one of them.")
    trees = [DIRECTORY / name for name in BUILDS]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which also ends the builds
    try:
        if not chosen.compare:
            if chosen.again or outdated(trees):
                shutil.rmtree(DIRECTORY, ignore_errors=True)
            DIRECTORY.mkdir(parents=True, exist_ok=True)
            for tree in trees:
                clone(tree)
            sys.stdout.write(f"Building commit {commit(trees)[:10]} twice\n")
            sys.stdout.flush()
            build(trees, chosen.names or notebooks(trees[0]))
        commit(trees)
        entry = measure(trees, chosen.names or notebooks(trees[0]))
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not chosen.names:
        note(entry)
    return int(tell(entry))


if __name__ == "__main__":
    sys.exit(main())
