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
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import Array

from hoam.files import write_atomically
from tests.twice_numbers import compare, contents, due, expected, largest, numbers, outside

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests" / "twice_record.toml"
DIRECTORY = ROOT / "_build" / "twice"
BUILDS = ("a", "b")
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
#: The options of the Makefile, on one core.
OPTIONS = (
    *("--cores", "1", "--quiet", "host", "rules", "progress", "reason"),
    *("--rerun-incomplete", "--nolock", "--keep-going", "--config", "profile=book", "--"),
)


def notebooks(root: Path = ROOT) -> list[str]:
    """Return the names of all notebooks."""
    return sorted(path.stem for path in (root / "notebooks").glob("*.py"))


def git(*arguments: str, cwd: Path = ROOT) -> str:
    """Run git and return what it says."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def clone(tree: Path) -> None:
    """Make a clone of the last commit, unless it is there."""
    if tree.exists():
        return
    draft = tree.with_name(f"{tree.name}.part")  # a clone that was interrupted is no clone
    shutil.rmtree(draft, ignore_errors=True)
    git("clone", "--quiet", "--no-hardlinks", str(ROOT), str(draft))
    draft.replace(tree)


def commit(trees: Sequence[Path]) -> str:
    """Return the commit that all clones are of.

    Raises:
        RuntimeError: if they are of several, or one is not there.
    """
    found = {git("rev-parse", "HEAD", cwd=t).strip() if t.is_dir() else "no clone" for t in trees}
    if len(found) > 1 or "no clone" in found:
        message = f"Expected two clones of one commit; got {sorted(found)}. Use --again."
        raise RuntimeError(message)
    return found.pop()


def surroundings(tree: Path) -> dict[str, str]:
    """Return the environment variables of a build.

    The installed package is that of the repository; the path puts that of the clone before it.
    What the Snakefile sets is left to it, and settings of JAX do not reach the build.
    """
    hidden = ("JAX_", "XLA_", "PYTHONPATH", "MPLBACKEND", "VIRTUAL_ENV")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(hidden)}
    return kept | {"PYTHONPATH": str(tree)}


def start(tree: Path, core: int, names: Sequence[str]) -> subprocess.Popen:
    """Run notebooks in a clone, on one core; those that are run already are left as they are."""
    command = [str(SNAKEMAKE), *OPTIONS, *(f"results/{name}.json" for name in names)]
    # A process inherits the cores of what starts it, and XLA has as many threads as cores.
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        with tree.with_suffix(".log").open("w") as log:
            return subprocess.Popen(
                command, cwd=tree, env=surroundings(tree), stdout=log, stderr=log
            )
    finally:
        os.sched_setaffinity(0, ours)


def build(trees: Sequence[Path], names: Sequence[str]) -> None:
    """Run notebooks in all clones, side by side.

    Raises:
        RuntimeError: if there are not enough cores, or a build fails, with the end of its output.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < len(trees):
        message = f"Expected {len(trees)} cores; got {len(cores)}. Use a machine with more."
        raise RuntimeError(message)
    running = []
    try:
        running += [start(t, core, names) for t, core in zip(trees, cores, strict=False)]
        codes = [process.wait() for process in running]
    finally:
        for process in running:
            process.terminate()  # nothing happens to one that has ended
    for tree, code in zip(trees, codes, strict=True):
        if code:
            log = tree.with_suffix(".log").read_text()
            message = f"Expected build {tree.name} to end with 0; got {code}: {log[-2000:]}"
            raise RuntimeError(message)


def outdated(trees: Sequence[Path]) -> bool:
    """Return whether nothing is left to do in clones of a former commit.

    While something is, they go on with that commit: a change elsewhere would cost what they did.
    """
    over = all(tree.is_dir() and not due(tree, notebooks(tree)) for tree in trees)
    return over and commit(trees) != git("rev-parse", "HEAD").strip()


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
    entry = {
        "date": max(run["date"] for run in runs),
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
        distance, name = largest(first, numbers(ordinary), judges)
        entry["two_cores"] = {
            "notebooks": len(ordinary),
            "outside": outside(root, trees[0], names),
            "largest": distance,
            "name": name,
        }
    return entry


def note(entry: dict, path: Path = RECORD) -> None:
    """Write a record."""
    document = tomlkit.document()
    document.add(tomlkit.comment("Measured by `python -m tests.twice`; not edited by hand."))
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
