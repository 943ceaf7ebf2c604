"""Do the checks bite? Put one fault at a time into a copy of the package and run its tests.

python -m tests.seeded                 # faults of seeded_faults.toml without a record of their text
python -m tests.seeded "NaN that passes"
python -m tests.seeded --again         # all of them from the start

The outcome goes to `tests/seeded_record.toml` after every fault, so that a run may be interrupted.
It is a measurement, with date and version, and the page on the checks is rendered from it. That the
same tests pass without the fault is what the test-suite says. A fault that stops a test file from
being collected is caught, as long as the file is collected without it; one that is no Python, or
names what is not there, says nothing of the tests and is refused.
"""

import argparse
import datetime
import hashlib
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomlkit

from hoam import __version__
from hoam.files import write_atomically

ROOT = Path(__file__).resolve().parent.parent
FAULTS = ROOT / "tests" / "seeded_faults.toml"
RECORD = ROOT / "tests" / "seeded_record.toml"
#: What the tests of the package read.
COPIED = ("hoam", "tests", "book", "benchmarks", "pyproject.toml", "Makefile", "Snakefile")
#: What takes long to import and is not under test.
IMPORTED = ("jax.numpy", "flax.linen", "optax", "scipy.stats", "hypothesis")
SURROUNDINGS = {
    "JAX_PLATFORMS": "cpu",
    "JAX_COMPILATION_CACHE_DIR": str(ROOT / ".cache" / "jax"),
    "MPLBACKEND": "agg",
    "OPENBLAS_NUM_THREADS": "1",  # threads do not survive a fork
}
LIMIT = 900  # seconds: a fault that makes its tests hang counts as caught
#: Syntax errors are among what ruff always reports; these are names that stand for nothing.
UNDEFINED = "F821,F823"
RUFF = Path(sys.executable).with_name("ruff")
#: What pytest ends with if it was stopped while it collected: tests, or what it was asked for.
UNCOLLECTED = (2, 4)


@dataclass(frozen=True)
class Fault:
    """One fault: a text that stands once in a file, what takes its place, and who should notice."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def hash(self) -> str:
        """Return what changes with the fault or with those who should notice, and stays short."""
        text = "\0".join((self.old, self.new, *self.tests))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def faults(path: Path = FAULTS) -> dict[str, Fault]:
    """Return all faults by name."""
    table = tomllib.loads(path.read_text())["fault"]
    entries = [Fault(**{**entry, "tests": tuple(entry["tests"])}) for entry in table]
    return {fault.name: fault for fault in entries}


def record(path: Path = RECORD) -> dict[str, dict]:
    """Return what was measured, by name of the fault."""
    content = tomllib.loads(path.read_text()) if path.exists() else {}
    return {entry["name"]: entry for entry in content.get("fault", [])}


def up_to_date() -> set[str]:
    """Return the names of the faults that were measured as they are today."""
    entries = record()
    return {n for n, f in faults().items() if entries.get(n, {}).get("hash") == f.hash}


def complaints(text: str) -> Counter[str]:
    """Return syntax errors and undefined names of a Python text, each with how often it is."""
    command = [RUFF, "check", "--isolated", "--quiet", "--select", UNDEFINED]
    command += ["--output-format", "concise", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return Counter(line.partition(": ")[2] for line in done.stdout.splitlines())


def seed(fault: Fault, tree: Path) -> str:
    """Put the fault into a copy of the repository and return the former text of its file.

    Raises:
        ValueError: if its text does not stand in the file exactly once, or leaves no Python.
    """
    path = tree / fault.file
    text = path.read_text()
    if (count := text.count(fault.old)) != 1:
        message = (
            f"Expected {fault.old!r} once in {fault.file}; got it {count} times. "
            f"Use the text of today for the fault {fault.name!r}."
        )
        raise ValueError(message)
    faulty = text.replace(fault.old, fault.new)
    if wrong := [*(complaints(faulty) - complaints(text))]:
        message = (
            f"Expected Python from the fault {fault.name!r}; got {wrong}. "
            "Use a fault that a test has to notice."
        )
        raise ValueError(message)
    path.write_text(faulty)
    return text


def copy(tree: Path) -> None:
    """Copy what the tests read; checkpoints are shared."""
    ignored = shutil.ignore_patterns("_executed", "_vendor", "__pycache__")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        else:
            shutil.copy(source, tree / name)
    for name in ("checkpoints", "results"):
        (tree / name).symlink_to(ROOT / name)


def outcome(tree: Path, fault: Fault) -> tuple[str, str]:
    """Put a fault into a copy of the repository and run its tests.

    Returns:
        `caught` and the test that failed, or the file that was not collected; or `missed`.

    Raises:
        ValueError: if the fault cannot be put there.
        RuntimeError: if the tests do not run although it lies not with the fault.
    """
    former = seed(fault, tree)
    code, text = _run(tree, "-x", *fault.tests)
    if code in (0, None):
        return ("missed", "") if code == 0 else ("caught", "time limit")
    failed = re.search(r"^(?:FAILED|ERROR) \S*?::(\w+)", text, re.MULTILINE)
    if code == 1 and failed:
        return "caught", failed[1]
    (tree / fault.file).write_text(former)
    without, other = _run(tree, "--collect-only", *fault.tests)
    if code not in UNCOLLECTED or without != 0:
        said = other if without else text
        message = f"Expected {fault.tests} to run; got {said[-2000:]}. Use tests that exist."
        raise RuntimeError(message)
    broken = re.search(r"(?:^ERROR |conftest '\S*?)(tests/\S+\.py)", text, re.MULTILINE)
    return "caught", f"collection of {broken[1] if broken else fault.tests[0]}"


def _run(tree: Path, *arguments: str) -> tuple[int | None, str]:
    """Run pytest in a fork of this process; return its code, none at the limit, and its output."""
    with tempfile.TemporaryFile("w+") as output:
        child = os.fork()
        if child == 0:
            os.setsid()
            os.dup2(output.fileno(), sys.stdout.fileno())
            os.dup2(output.fileno(), sys.stderr.fileno())
            os._exit(_pytest(tree, arguments))
        code = _wait(child)
        output.seek(0)
        return code, output.read()


def _pytest(tree: Path, arguments: tuple[str, ...]) -> int:
    os.chdir(tree)
    sys.path[:] = [str(tree), *(p for p in sys.path if Path(p or ".").resolve() != ROOT)]
    for name in [name for name in sys.modules if name.split(".")[0] in ("hoam", "tests")]:
        del sys.modules[name]
    sys.dont_write_bytecode = True
    try:
        return int(pytest.main(["-p", "no:cacheprovider", "--tb=no", "--assert=plain", *arguments]))
    except BaseException:  # whatever it is, the child must not go on as a second parent
        traceback.print_exc()
        return 99


def _wait(child: int) -> int | None:
    """Return the exit code of a process, or nothing after the time limit."""
    for _ in range(10 * LIMIT):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.1)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def run(fault: Fault) -> dict:
    """Return the record of one fault: its hash, outcome, failed test, seconds, date and version."""
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory)
        copy(tree)
        began = time.perf_counter()
        found, by = outcome(tree, fault)
    return {
        "name": fault.name,
        "hash": fault.hash,
        "outcome": found,
        "by": by,
        "seconds": round(time.perf_counter() - began, 1),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "version": __version__,
    }


def note(entry: dict) -> None:
    """Write the outcome of one fault to the record, in the order of the list."""
    entries = record() | {entry["name"]: entry}
    document = tomlkit.document()
    document.add(tomlkit.comment("Measured by `python -m tests.seeded`; not edited by hand."))
    table = tomlkit.aot()
    for name in faults():
        if name in entries:
            table.append(tomlkit.item(entries[name]))
    document.add("fault", table)
    write_atomically(RECORD, tomlkit.dumps(document).encode())


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.seeded", description=__doc__)
    parser.add_argument("names", nargs="*", help="faults to run; those that are due if none")
    parser.add_argument("--again", action="store_true", help="run all of them")
    parser.add_argument("--check", action="store_true", help="write no record; exit 1 if missed")
    chosen = parser.parse_args()
    os.environ.update(SURROUNDINGS)
    for name in IMPORTED:
        importlib.import_module(name)
    # Forks of a process with threads are announced; these belong to libraries that know forks.
    warnings.simplefilter("ignore", DeprecationWarning)
    known, missed, broken = faults(), 0, 0
    done = set() if chosen.again else up_to_date()
    for name in chosen.names or [name for name in known if name not in done]:
        try:
            entry = run(known[name])
        except (RuntimeError, ValueError) as error:
            sys.stderr.write(f"{name}: {error}\n")
            broken += 1
            continue
        missed += entry["outcome"] == "missed"
        if not chosen.check:
            note(entry)
        sys.stdout.write(f"{entry['outcome']} {entry['seconds']:6.1f} s  {name}  {entry['by']}\n")
        sys.stdout.flush()
    return int(broken > 0 or (chosen.check and missed > 0))


if __name__ == "__main__":
    sys.exit(main())
