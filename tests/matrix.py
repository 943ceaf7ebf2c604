"""Which versions give the numbers of the book? Measure it in environments of their own.

python -m tests.matrix                       # environments without a record of today's bounds
python -m tests.matrix python-3.12-lowest
python -m tests.matrix --again               # all of them from the start
python -m tests.matrix --notebook bistable   # the numbers of one notebook, in all environments

Each environment is made by uv under `_build/matrix/`, and runs tests of the numerics and some
notebooks of the book. What was measured, the numbers of the notebooks included, goes to
`tests/matrix_record.toml` after every environment, so that a run may be interrupted. The page on
the checks is rendered from it.
"""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import tomlkit

from hoam.files import write_atomically
from hoam.results import read_toml, recorded
from tests.matrix_bounds import (
    ENVIRONMENTS,
    NOTEBOOKS,
    ROOT,
    TESTS,
    TOOLS,
    Environment,
    data,
    dependencies,
    locked,
    problems,
)

RECORD = ROOT / "tests" / "matrix_record.toml"
DIRECTORY = ROOT / "_build" / "matrix"
UV = Path(sys.executable).with_name("uv")
#: What a notebook reads of the repository; its results go elsewhere.
LINKED = ("hoam", "notebooks", "checkpoints", "pyproject.toml", "CITATION.cff")


def record(path: Path = RECORD) -> dict[str, dict]:
    """Return what was measured, by name of the environment."""
    content = read_toml(path) if path.exists() else {}
    return {entry["name"]: entry for entry in content.get("environment", [])}


def note(entry: dict, path: Path = RECORD) -> None:
    """Write what was measured in one environment to the record, in the order of the table."""
    known = record(path) | {entry["name"]: entry}
    document = tomlkit.document()
    document.add(tomlkit.comment("Measured by `python -m tests.matrix`; not edited by hand."))
    table = tomlkit.aot()
    for name in filter(known.__contains__, ENVIRONMENTS):
        table.append(tomlkit.item(known[name]))
    document.add("environment", table)
    write_atomically(path, tomlkit.dumps(document).encode())


def interpreter(minor: str, home: Path | None = None) -> str:
    """Return a Python of a minor version that runs: the one on PATH, or one of pyenv's.

    Raises:
        RuntimeError: if there is none.
    """
    pyenv = sorted((home or Path.home()).glob(f".pyenv/versions/{minor}.*/bin/python"))
    candidates = [shutil.which(f"python{minor}"), *map(str, pyenv)]
    code = "import sys; print('{}.{}'.format(*sys.version_info))"
    for candidate in filter(None, candidates):
        done = subprocess.run([candidate, "-c", code], capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip() == minor:
            return candidate
    message = (
        f"Expected Python {minor} on PATH or under pyenv's versions; got none that runs. "
        f"Install python{minor}, or put its folder first on PATH."
    )
    raise RuntimeError(message)


def resolution(environment: Environment) -> list[str]:
    """Return the arguments by which `uv pip install` takes the versions of an environment."""
    if environment.versions == "lock":
        return ["--require-hashes", "--requirement", "requirements.lock"]
    tools = [f"{name}=={locked()[name]}" for name in TOOLS]
    rule = {"lowest": ["--resolution", "lowest-direct"], "newest": ["--upgrade"]}
    return [*rule[environment.versions], "-r", "pyproject.toml", "--extra", "data", *tools]


def call(
    command: list[str],
    log: Path,
    *,
    cwd: Path = ROOT,
    codes: tuple[int, ...] = (0,),
    compiled: Path | None = None,
) -> None:
    """Run a command of an environment, with its output in a file.

    Args:
        command: program and arguments.
        log: the file.
        cwd: working directory.
        codes: exit codes that are no error.
        compiled: where JAX keeps what it compiled; nowhere if none is given.

    Raises:
        RuntimeError: if it ends with another exit code, with the end of its output.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    hidden = ("PYTHONPATH", "MPLBACKEND", "VIRTUAL_ENV", "JAX_COMPILATION_CACHE_DIR")
    surroundings = {name: text for name, text in os.environ.items() if name not in hidden} | {
        "JAX_PLATFORMS": "cpu",
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    if compiled:
        surroundings["JAX_COMPILATION_CACHE_DIR"] = str(compiled)
    with log.open("w") as output:
        done = subprocess.run(command, cwd=cwd, env=surroundings, stdout=output, stderr=output)
    if done.returncode not in codes:
        message = (
            f"Expected {' '.join(command[:4])} ... to end with one of {codes}; got "
            f"{done.returncode}: {log.read_text()[-2000:]} Use the bounds in pyproject.toml."
        )
        raise RuntimeError(message)


def make(environment: Environment, directory: Path) -> str:
    """Make an environment anew and return its Python."""
    shutil.rmtree(directory, ignore_errors=True)
    python = str(directory / "venv" / "bin" / "python")
    install = [str(UV), "pip", "install", "--python", python]
    base = interpreter(environment.python)
    call([str(UV), "venv", "--python", base, str(directory / "venv")], directory / "venv.log")
    call([*install, *resolution(environment)], directory / "packages.log")
    call([*install, "--no-deps", "--editable", str(ROOT)], directory / "hoam.log")
    return python


def outcomes(report: Path) -> dict:
    """Return the numbers of tests that passed and were skipped, and the names of those that failed.

    Args:
        report: what pytest writes as `--junitxml`.
    """
    cases = list(ET.parse(report).iter("testcase"))
    broken = [c for c in cases if c.find("failure") is not None or c.find("error") is not None]
    skipped = [c for c in cases if c.find("skipped") is not None]
    names = [f"{c.get('classname', '').rpartition('.')[2]}::{c.get('name')}" for c in broken]
    return {
        "passed": len(cases) - len(broken) - len(skipped),
        "skipped": len(skipped),
        "failed": sorted(set(names)),
    }


def run_tests(python: str, directory: Path) -> dict:
    """Run the tests and return their outcomes.

    Environments with the same compiler share what it makes of the same program; it takes most of
    the time. The notebooks, whose numbers are compared, are compiled anew in each.
    """
    report = directory / "tests.xml"
    files = [f"tests/test_{name}.py" for name in TESTS]
    options = ["-p", "no:cacheprovider", f"--junitxml={report}"]
    log = directory / "tests.log"
    command = [python, "-m", "pytest", *options, *files]
    call(command, log, codes=(0, 1), compiled=DIRECTORY / "compiled")
    return outcomes(report)


def run_notebooks(
    python: str, directory: Path, names: Sequence[str] = NOTEBOOKS
) -> dict[str, dict[str, float]]:
    """Run notebooks and return the numbers that each records, by figure and name."""
    tree = directory / "book"
    tree.mkdir()
    for name in LINKED:
        (tree / name).symlink_to(ROOT / name)
    numbers = {}
    for name in names:
        source, target = f"notebooks/{name}.py", f"executed/{name}.ipynb"
        command = [python, str(ROOT / "book" / "execute.py"), source, target]
        call(command, directory / f"{name}.log", cwd=tree)
        found = recorded(json.loads((tree / "results" / f"{name}.json").read_text()))
        numbers[name] = {f"{figure}.{key}": number for (figure, key), number in found.items()}
    return numbers


def versions(python: str, directory: Path) -> dict[str, str]:
    """Return the versions of the packages of an environment, those of the data extra last."""
    code = (
        "import json, sys, importlib.metadata as m, hoam.results as r; "
        "print(json.dumps(r.versions() | {name: m.version(name) for name in sys.argv[1:]}))"
    )
    call([python, "-c", code, *(r.name for r in data())], directory / "versions.log")
    return json.loads((directory / "versions.log").read_text())


def today() -> str:
    """Return the date."""
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def measure_again(environment: Environment, notebook: str, former: dict) -> dict:
    """Return the record of an environment with the numbers of one notebook taken anew.

    Raises:
        RuntimeError: if the environment has other versions today.
    """
    directory = DIRECTORY / environment.name
    python = make(environment, directory)
    found = versions(python, directory)
    if {name: found.get(name) for name in former["versions"]} != former["versions"]:
        message = f"Expected {former['versions']}; got {found}. Run the whole environment."
        raise RuntimeError(message)
    known = former["numbers"] | run_notebooks(python, directory, [notebook])
    return former | {"numbers": {n: known[n] for n in NOTEBOOKS}, "date": today()}


def measure(environment: Environment) -> dict:
    """Return the record of one environment."""
    directory = DIRECTORY / environment.name
    began = time.perf_counter()
    python = make(environment, directory)
    ready = time.perf_counter()
    return {
        "name": environment.name,
        "versions": versions(python, directory),
        "dependencies": dependencies(),
        "tests": list(TESTS),
        **run_tests(python, directory),
        "numbers": run_notebooks(python, directory),
        "setup_seconds": round(ready - began),
        "seconds": round(time.perf_counter() - ready),
        "date": today(),
    }


def tell(entry: dict) -> bool:
    """Say what came out in one environment; return whether anything was wrong."""
    sys.path.append(str(ROOT / "book" / "_extensions"))
    from hoam_versions import outside  # the page judges in the same way

    lines = [f"{entry['name']}: {entry['passed']} tests passed in {entry['seconds']} s"]
    lines += [f"failed: {test}" for test in entry["failed"]]
    lines += [f"out of tolerance: {key}" for key in outside(entry, ROOT)]
    sys.stdout.write("\n  ".join(lines) + "\n")
    sys.stdout.flush()
    return len(lines) > 1


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("names", nargs="*", help="environments to run; those that are due if none")
    parser.add_argument("--again", action="store_true", help="run all of them")
    parser.add_argument("--notebook", choices=NOTEBOOKS, help="run it alone, and keep the rest")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.names if name not in ENVIRONMENTS]:
        parser.error(f"Expected names among {list(ENVIRONMENTS)}; got {unknown}. Use one of these.")
    done = {} if chosen.again else record()
    due = (
        list(done)
        if chosen.notebook
        else [n for n, e in ENVIRONMENTS.items() if n not in done or problems(e, done[n])]
    )
    wrong = 0
    for name in chosen.names or due:
        try:
            place, one = ENVIRONMENTS[name], chosen.notebook
            entry = measure_again(place, one, done[name]) if one else measure(place)
        except RuntimeError as error:
            sys.stderr.write(f"{name}: {error}\n")
            wrong += 1
            continue
        note(entry)
        wrong += tell(entry)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
