"""What all benchmarks measured at full size, on a machine that did nothing else: for the book.

python -m benchmarks --record    # measure all anew, and keep it
"""

import json

from benchmarks.measure import ROOT
from benchmarks.outcomes import Outcomes

OUTCOMES = Outcomes.of("full_size")


def collect() -> None:
    """Keep what the benchmarks have just written."""
    for path in sorted((ROOT / "results" / "benchmarks").glob("*.json")):
        OUTCOMES.add(path.stem, json.loads(path.read_text()))


def numbers() -> dict[str, float]:
    """Return the numbers that the book is about, by the names that it has for them."""
    found = OUTCOMES.read()
    step, memory = found["training-2-devices"]["step"], found["memory"]
    run, growth = found["full_model"]["25000 particles, 4000 steps"], found["full_model"]["scaling"]
    smallest, largest = growth[0], growth[-1]
    return {
        "step_ratio": step["ratio"],
        "step_milliseconds": 1e3 * step["seconds"]["fast"]["median"],
        "step_milliseconds_low": 1e3 * step["seconds"]["fast"]["low"],
        "step_milliseconds_high": 1e3 * step["seconds"]["fast"]["high"],
        "step_value": step["disagreement"]["value"],
        "step_gradient": step["disagreement"]["gradient"],
        "peak_gflops": found["training-2-devices"]["peak_gflops"],
        "run_seconds": run["median"],
        "run_seconds_low": run["low"],
        "run_seconds_high": run["high"],
        "most_particles": largest["particles"],
        "most_nanoseconds": largest["nanoseconds"]["median"],
        "most_over_least": largest["nanoseconds"]["median"] / smallest["nanoseconds"]["median"],
        "most_gigabytes": largest["peak_bytes"] / 1e9,
        "import_seconds": found["startup"]["hoam_beyond_jax"],
        "memory_bytes_per_step": memory["bytes_per_step"],
        "memory_steps": memory["steps"],
    }


def throughput() -> dict[str, dict[str, float]]:
    """Return seconds, samples and GFLOP/s of a training step by dimension and Laplacian."""
    return OUTCOMES.read()["training-2-devices"]["throughput"]
