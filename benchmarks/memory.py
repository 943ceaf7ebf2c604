"""Memory of a long training: resident bytes over its steps, and their slope."""

import gc
from typing import Any

import jax
import numpy as np
import psutil

import hoam
from benchmarks.measure import save

KEY = jax.random.key(40_004)
RULE = hoam.quadrature.gauss_legendre(4)


def training(*, steps: int, every: int) -> dict[str, Any]:
    """Return the resident megabytes at equal distances of a small training, and bytes per step.

    The slope is that of a line through the second half: the first holds the compilation.

    Args:
        steps: number of steps.
        every: steps between two looks at the memory.
    """
    times = RULE.times(0.0, 1.0)
    start = np.random.default_rng(0).normal(size=(64, 1)).astype(np.float32)
    population = hoam.Population((start + times[:, None, None])[None], times, 1.0)
    process, seen = psutil.Process(), []

    def look(model: hoam.Model) -> float:
        gc.collect()
        seen.append(process.memory_info().rss / 1e6)
        return seen[-1]

    hoam.fit(
        KEY,
        population,
        hoam.methods.action_matching(rule=RULE),
        network=hoam.networks.MLP(width=8, depth=3),
        minibatch=hoam.minibatches.independent(8),
        steps=steps,
        monitor=look,
        checkpoint_every=every,
        progress=False,
    )
    half = len(seen) // 2
    slope = np.polyfit(every * np.arange(half, len(seen)), seen[half:], 1)[0]
    return {"steps": steps, "every": every, "megabytes": seen, "bytes_per_step": 1e6 * slope}


def main() -> None:
    """Run the benchmark and write its numbers."""
    save("memory", training(steps=10**5, every=10**3))


if __name__ == "__main__":
    main()
