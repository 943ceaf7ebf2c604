"""How times are taken: warmed up, finished, at least seven times, on a machine that is named."""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P

from hoam.files import write_atomically

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7


class Timing(NamedTuple):
    """Seconds of repeated runs.

    Attributes:
        median: the median.
        low: the fastest run.
        high: the slowest run.
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Timing":
        """Return those of some runs."""
        return cls(statistics.median(seconds), min(seconds), max(seconds))

    def ends(self) -> dict[str, float]:
        """Return the fastest and the slowest run by these names."""
        return {"fastest": self.low, "slowest": self.high}


def clocked[T](function: Callable[..., T], *arguments: Any, **options: Any) -> tuple[T, float]:
    """Return what a function computes, waited for, and the seconds that this took."""
    began = time.perf_counter()
    result = jax.block_until_ready(function(*arguments, **options))
    return result, time.perf_counter() - began


def timing(function: Callable[[], Any], *, runs: int = RUNS) -> Timing:
    """Return the seconds that a function takes once it is compiled.

    Args:
        function: returns arrays; what it computes is waited for.
        runs: number of timed runs.
    """
    return timings({"": function}, runs=runs)[""]


def timings(functions: dict[str, Callable[[], Any]], *, runs: int = RUNS) -> dict[str, Timing]:
    """Return the timings of several functions, run in turn so that all see the same machine.

    An untimed run compiles what is not compiled. Of several functions there is one before each
    timed run: it takes upon itself what the function before left behind, such as gigabytes that are
    given back. Without it a training step seemed to take two to three times as long beside the
    nested one as alone.
    """
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for i in range(runs):
        for name, function in functions.items():
            if i == 0 or len(functions) > 1:
                jax.block_until_ready(function())
            seconds[name].append(clocked(function)[1])
    return {name: Timing.of(runs) for name, runs in seconds.items()}


def peak(*, size: int = 1024, runs: int = RUNS) -> float:
    """Return the GFLOP/s of single-precision matrix products, one on each device at a time."""
    mesh = jax.make_mesh(
        (jax.device_count(),), ("devices",), axis_types=(jax.sharding.AxisType.Auto,)
    )
    a = jnp.ones((mesh.size, size, size), jnp.float32)
    product = jax.jit(
        jax.shard_map(lambda a: a @ a, mesh=mesh, in_specs=P("devices"), out_specs=P("devices"))
    )
    best = timing(lambda: product(a), runs=runs).low
    return 2 * mesh.size * size**3 / best / 1e9


def machine() -> dict[str, Any]:
    """Return the processor, its cores, and the versions that times depend on."""
    return {
        "processor": _processor(),
        "cores": _cores(),
        "devices": jax.device_count(),
        "python": platform.python_version(),
        "jax": jax.__version__,
    }


def save(name: str, content: dict[str, Any]) -> Path:
    """Write a benchmark's numbers beside the name of the machine, and print them.

    Args:
        name: of the benchmark; the number of devices is added where there is more than one.
        content: numbers, timings and dictionaries of them.
    """
    suffix = f"-{jax.device_count()}-devices" if jax.device_count() > 1 else ""
    path = ROOT / "results" / "benchmarks" / f"{name}{suffix}.json"
    text = json.dumps({"machine": machine(), **content}, indent=1, default=float) + "\n"
    write_atomically(path, text.encode())
    sys.stdout.write(f"{name}{suffix}\n{text}")
    return path


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
