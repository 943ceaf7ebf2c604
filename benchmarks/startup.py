"""The start of a program: what importing the package adds to importing JAX."""

import subprocess
import sys
import time

from benchmarks.measure import RUNS, Timing, save

IMPORTS = {
    "jax": "import jax, jax.numpy",
    "hoam": "import jax, jax.numpy, hoam",
    # Modules are imported at their first use, flax and optax with them.
    "hoam in use": "import jax, jax.numpy, hoam; hoam.fit, hoam.load, hoam.systems, hoam.methods",
}


def seconds(*, runs: int = RUNS) -> dict[str, Timing]:
    """Return the seconds of processes that import JAX, also hoam, and also all that it needs.

    What lies beyond JAX is the difference of two processes that ran one after the other.
    """
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(runs + 1):
        for name, code in IMPORTS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            taken[name].append(time.perf_counter() - began)
    for name in list(IMPORTS)[1:]:
        pairs = zip(taken[name], taken["jax"], strict=True)
        taken[f"{name} beyond jax"] = [ours - bare for ours, bare in pairs]
    return {name: Timing.of(values[1:]) for name, values in taken.items()}


def main() -> None:
    """Run the benchmark and write its numbers."""
    save("startup", {name: taken._asdict() for name, taken in seconds().items()})


if __name__ == "__main__":
    main()
