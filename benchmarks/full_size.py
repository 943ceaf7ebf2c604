"""What all benchmarks measured at full size, on a machine that did nothing else: for the book.

python -m benchmarks --record    # measure all anew, and keep it
"""

import json
import statistics
from typing import Any

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
    start, use = (found["startup"][f"{what} beyond jax"] for what in ("hoam", "hoam in use"))
    run, growth = found["full_model"]["25000 particles, 4000 steps"], found["full_model"]["scaling"]
    smallest, largest = growth[0], growth[-1]
    notebooks = found["notebooks"]["seconds"]
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
        "import_seconds": start["median"],
        "import_seconds_low": start["low"],
        "import_seconds_high": start["high"],
        "use_seconds": use["median"],
        "use_seconds_low": use["low"],
        "use_seconds_high": use["high"],
        "memory_bytes_per_step": memory["bytes_per_step"],
        "memory_steps": memory["steps"],
        "notebooks": len(notebooks),
        "notebook_seconds": max(notebooks.values()),
        "notebook_seconds_median": statistics.median(notebooks.values()),
        **{
            f"{what}_{mu.removeprefix('mu=').replace('.', '')}": number
            for mu, rollouts in found["inference-2-devices"].items()
            if mu.startswith("mu=")
            for what, number in _rollout(rollouts).items()
        },
    }


def _rollout(rollouts: dict[str, Any]) -> dict[str, float]:
    """Return how much faster than Euler's method the shipped rollouts are, and their errors."""
    (euler,), (equal,) = rollouts["Euler, all at once"], rollouts["shipped"]
    (chosen,) = rollouts["steps by tolerance"]
    return {
        "euler_seconds": euler["median"],
        "equal_ratio": euler["median"] / equal["median"],
        "equal_error": equal["error"],
        "tolerance_seconds": chosen["median"],
        "tolerance_seconds_low": chosen["low"],
        "tolerance_seconds_high": chosen["high"],
        "tolerance_ratio": euler["median"] / chosen["median"],
        "tolerance_error": chosen["error"],
        "tolerance_evaluations": chosen["evaluations"],
    }


def machines() -> dict[str, dict[str, Any]]:
    """Return the machine of each benchmark: processor, cores, devices, versions."""
    return {name: content["machine"] for name, content in OUTCOMES.read().items()}


def throughput() -> dict[str, dict[str, float]]:
    """Return seconds, samples and GFLOP/s of a training step by dimension and Laplacian."""
    return OUTCOMES.read()["training-2-devices"]["throughput"]
