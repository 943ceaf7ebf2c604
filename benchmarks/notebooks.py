"""How long each notebook of the book takes by itself, with nothing compiled before.

Each runs as in `make book`, but with all cores to itself and an empty compilation cache.

    python -m benchmarks.notebooks                        # all
    python -m benchmarks.notebooks two_stream speed       # some; the others keep their times
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from benchmarks.full_size import OUTCOMES
from benchmarks.measure import ROOT, save


def names() -> list[str]:
    """Return the names of all notebooks."""
    return sorted(path.stem for path in (ROOT / "notebooks").glob("*.py"))


def seconds(name: str) -> float:
    """Return the seconds from the start of a notebook to its last cell.

    Raises:
        subprocess.CalledProcessError: if a cell fails.
    """
    page = f"book/_executed/{name}.ipynb"
    with tempfile.TemporaryDirectory() as cache:
        surroundings = os.environ | {
            "JAX_PLATFORMS": "cpu",
            "JAX_COMPILATION_CACHE_DIR": cache,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }
        command = [sys.executable, "book/execute.py", f"notebooks/{name}.py", page]
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, env=surroundings, check=True)
        return time.perf_counter() - began


def main(asked: Sequence[str]) -> None:
    """Time notebooks, and write what is known of all."""
    known = OUTCOMES.read().get("notebooks", {}).get("seconds", {})
    new = {name: round(seconds(name), 1) for name in asked or names()}
    save("notebooks", {"seconds": known | new})


if __name__ == "__main__":
    main(sys.argv[1:])
