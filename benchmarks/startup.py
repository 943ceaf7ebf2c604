"""The start of a program: what importing the package adds to importing JAX."""

import statistics
import subprocess
import sys
import time

from benchmarks.measure import RUNS, save

IMPORTS = {
    "jax": "import jax, jax.numpy",
    "hoam": "import jax, jax.numpy, hoam; hoam.fit, hoam.load, hoam.systems, hoam.methods",
}


def seconds(*, runs: int = RUNS) -> dict[str, float]:
    """Return the median seconds of a process that imports JAX, and of one that also uses hoam."""
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(runs + 1):
        for name, code in IMPORTS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(values[1:]) for name, values in taken.items()}


def main() -> None:
    """Run the benchmark and write its numbers."""
    found = seconds()
    save("startup", {"seconds": found, "hoam_beyond_jax": found["hoam"] - found["jax"]})


if __name__ == "__main__":
    main()
