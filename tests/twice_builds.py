"""Clones of the last commit, and builds of the book in them, on chosen cores."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from tests.twice_numbers import due

ROOT = Path(__file__).resolve().parent.parent
DIRECTORY = ROOT / "_build" / "twice"
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
#: The options of the Makefile, after the number of cores.
OPTIONS = (
    *("--quiet", "host", "rules", "progress", "reason"),
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


def short(tree: Path) -> str | None:
    """Return the short hash of the commit that a tree is of, or nothing outside of git."""
    try:
        return git("rev-parse", "--short", "HEAD", cwd=tree).strip()
    except subprocess.CalledProcessError:
        return None


def surroundings(tree: Path) -> dict[str, str]:
    """Return the environment variables of a build.

    The installed package is that of the repository; the path puts that of the clone before it.
    What the Snakefile sets is left to it, and settings of JAX do not reach the build.
    """
    hidden = ("JAX_", "XLA_", "PYTHONPATH", "MPLBACKEND", "VIRTUAL_ENV")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(hidden)}
    return kept | {"PYTHONPATH": str(tree)}


def start(
    tree: Path, cores: Collection[int], names: Sequence[str], **variables: str
) -> subprocess.Popen:
    """Run notebooks in a clone, on some cores; those that are run already are left as they are.

    Args:
        tree: the clone.
        cores: their numbers.
        names: the notebooks.
        **variables: more environment variables.

    Raises:
        RuntimeError: if a former build still runs there.
    """
    count = ("--cores", str(len(cores)))
    command = [str(SNAKEMAKE), *count, *OPTIONS, *(f"results/{name}.json" for name in names)]
    # A process inherits the cores of what starts it, and XLA has as many threads as cores.
    ours = os.sched_getaffinity(0)
    with tree.with_suffix(".log").open("a") as log:
        try:
            # The build inherits the lock with the file, and holds it after a kill of this process.
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = (
                f"Expected no build in {tree.name}; got one that runs. Use --compare after it."
            )
            raise RuntimeError(message) from None
        log.truncate(0)
        os.sched_setaffinity(0, cores)
        try:
            return subprocess.Popen(
                command,
                cwd=tree,
                env=surroundings(tree) | variables,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        finally:
            os.sched_setaffinity(0, ours)


def stop(process: subprocess.Popen) -> None:
    """End a build and what it has started, at once; snakemake alone would wait for its job."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


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
        for tree, core in zip(trees, cores, strict=False):
            running.append(start(tree, {core}, names))
        codes = [process.wait() for process in running]
    finally:
        for process in running:
            stop(process)
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
