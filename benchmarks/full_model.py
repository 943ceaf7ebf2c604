"""The particle-in-cell method: seconds of a run, and how they grow with the particles."""

import resource
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import hoam
from benchmarks.measure import RUNS, Timing, save, timing

KEY = jax.random.key(40_003)
#: So many that the field at the start and the states that are returned count little.
LEAST_STEPS = 20


def run(*, n_particles: int, steps: int, runs: int = RUNS) -> Timing:
    """Return the seconds of a run of the two-stream instability without its intermediate states.

    Args:
        n_particles: number of particles.
        steps: number of steps of 0.01.
        runs: number of timed runs.
    """
    system = hoam.systems.TwoStream(loading="random", time_step=0.01)
    times = np.asarray([0.0, 0.01 * steps])
    # Placing the particles is not timed, so that they need not be placed well.
    key_x, key_v, key_beam = jax.random.split(KEY, 3)
    x = system.length * jax.random.uniform(key_x, (n_particles,))
    beam = jnp.where(jax.random.bernoulli(key_beam, shape=(n_particles,)), 3.0, -3.0)
    states = jnp.stack([x, beam + jax.random.normal(key_v, (n_particles,))], axis=1)
    return timing(lambda: system.evolve(KEY, states, mu=1.25, times=times), runs=runs)


def scaling(
    counts: tuple[int, ...] = (10**4, 10**5, 10**6, 10**7), *, updates: int = 10**7, runs: int = 7
) -> list[dict[str, Any]]:
    """Return nanoseconds per particle and step over the number of particles.

    Args:
        counts: numbers of particles.
        updates: particles times steps of one run, at least; never fewer than `LEAST_STEPS` steps.
        runs: number of timed runs.
    """
    found = []
    for count in counts:
        steps = max(LEAST_STEPS, updates // count)
        seconds = run(n_particles=count, steps=steps, runs=runs)
        per_update = {k: 1e9 * v / (count * steps) for k, v in seconds._asdict().items()}
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        found.append(
            {"particles": count, "steps": steps, "nanoseconds": per_update, "peak_bytes": memory}
        )
    return found


def main() -> None:
    """Run the benchmark and write its numbers."""
    standard = run(n_particles=25_000, steps=4000)
    save("full_model", {"25000 particles, 4000 steps": standard._asdict(), "scaling": scaling()})


if __name__ == "__main__":
    main()
