"""A rollout against 1000 explicit Euler steps, and the error of each integrator beside its time.

The model is the two-stream one of the book at a parameter it was not trained on. Errors are those
of the electric energy, relative, in L2 over the output times, against a converged rollout of the
same particles.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import hoam
from benchmarks.measure import ROOT, save, timing
from hoam.calculus import evaluate
from hoam.devices import map_blocks
from hoam.inference import MAX_STEP, steps
from hoam.integrators import heun_step, runge_kutta_step
from hoam.metrics import electric_energy, relative_l2_error

CHECKPOINT = ROOT / "checkpoints" / "two_stream-quiet-hoam_g-0.safetensors"
KEY = jax.random.key(40_002)
SYSTEM = hoam.systems.TwoStream(loading="quiet")
TIMES = np.linspace(0.0, SYSTEM.horizon, 129)
type Integrator = Callable[[Callable, jax.Array, jax.Array], jax.Array]


class Problem:
    """Particles of the two-stream instability and the model that moves them.

    Args:
        n_particles: number of particles.
        mu: parameter, held out from training.
    """

    def __init__(self, *, n_particles: int, mu: float) -> None:
        self.model = hoam.load(CHECKPOINT)
        self.mu = mu
        self.x0 = SYSTEM.initial(KEY, mu=mu, n_samples=n_particles)
        self.y0 = self.model.scaling.states(jnp.asarray(self.x0, jnp.float32))
        self._score = jnp.asarray(self.model.scaling.parameters(np.asarray([[mu]]))[0], jnp.float32)

    def field(self, t: Any, y: jax.Array) -> jax.Array:
        """Return the velocities of normalised states `[N, D]`, by reverse-mode differentiation."""
        network, params = self.model.network, self.model.params
        layers = network.layers(params, t, self._score, dimension=y.shape[1])
        slope = jax.grad(lambda z: evaluate(layers, z, features=network.features))
        return jax.vmap(slope)(jnp.where(jnp.asarray([[True, False]]), y % 1, y))

    def shipped(self, **options: Any) -> jax.Array:
        """Return the paths as `Model.sample` computes them."""
        return self.model.sample(KEY, self.x0, times=TIMES, mu=self.mu, **options)

    def evaluations(self, tolerance: float) -> int:
        """Return how often each particle's velocity is evaluated with steps of a tolerance."""
        grid = steps(
            KEY,
            self.model.params,
            None,
            self.y0,
            jnp.asarray(TIMES / SYSTEM.horizon, jnp.float32),
            self._score,
            tolerance=tolerance,
            network=self.model.network,
            basis=None,
            periodic=(True, False),
        )
        return 3 * (np.unique(grid).size - 1) + 1

    def in_blocks(self, integrator: Integrator) -> Callable[[], jax.Array]:
        """Return a compiled rollout of all particles, in blocks and on all devices."""
        t = jnp.asarray(TIMES / SYSTEM.horizon, jnp.float32)

        @jax.jit
        def whole(y0):
            return map_blocks(lambda y, key, t: integrator(self.field, y, t), y0, KEY, t)

        return lambda: self.model.scaling.physical(whole(self.y0))

    def euler(self, steps: int) -> Callable[[], jax.Array]:
        """Return a rollout of all particles at once by explicit Euler steps: the baseline."""
        h = 1 / steps

        @jax.jit
        def whole(y0):
            # The states at the last step before each output time, which is all Euler's order has.
            every = np.round(np.diff(TIMES / SYSTEM.horizon * steps, prepend=0).cumsum())
            counts = jnp.asarray(np.diff(every), jnp.int32)
            starts = jnp.asarray(every[:-1], jnp.int32)

            def advance(y, inputs):
                start, count = inputs
                step = lambda i, y: y + h * self.field((start + i) * h, y)  # noqa: E731
                y = jax.lax.fori_loop(0, count, step, y)
                return y, y

            return jnp.concatenate([y0[None], jax.lax.scan(advance, y0, (starts, counts))[1]])

        return lambda: self.model.scaling.physical(whole(self.y0))

    def energy(self, paths: jax.Array) -> np.ndarray:
        """Return the electric energy `[T]` of paths in physical units."""
        return np.asarray(
            electric_energy(paths, mu=self.mu, length=SYSTEM.length, cells=SYSTEM.cells)
        )


def equal_steps(field: Callable, y: jax.Array, t: jax.Array, *, step: Callable, substeps: int):
    """Return the states at all times by equal steps of one kind."""

    def advance(y, inputs):
        start, h = inputs
        y = jax.lax.fori_loop(0, substeps, lambda i, y: step(field, y, start + i * h, h), y)
        return y, y

    path = jax.lax.scan(advance, y, (t[:-1], jnp.diff(t) / substeps))[1]
    return jnp.concatenate([y[None], path])


HEUN = partial(heun_step, noise=jnp.zeros(()))
#: By the number of field evaluations.
INTEGRATORS: dict[str, dict[int, Integrator]] = {
    "Heun": {256 * k: partial(equal_steps, step=HEUN, substeps=k) for k in (1, 2)},
    "Runge-Kutta 4": {512: partial(equal_steps, step=runge_kutta_step, substeps=1)},
}

#: Errors of one step for which a pilot chooses the steps (`hoam.adaptive`), and the one to use.
TOLERANCES = (6e-4, 3e-4, 1e-4)
TOLERANCE = TOLERANCES[1]


def converged(problem: Problem, *, substeps: int = 4) -> np.ndarray:
    """Return the energy of a rollout whose own error is far below those that it judges."""
    reference = partial(equal_steps, step=runge_kutta_step, substeps=substeps)
    return problem.energy(problem.in_blocks(reference)())


def compare(
    problem: Problem,
    truth: np.ndarray,
    *,
    integrators: dict[str, dict[int, Integrator]] = INTEGRATORS,
    tolerances: tuple[float, ...] = TOLERANCES,
    runs: int = 7,
) -> dict[str, Any]:
    """Return time and error of each integrator, of the shipped rollout and of Euler's method."""
    rollouts = {
        (name, evaluations): problem.in_blocks(integrator)
        for name, settings in integrators.items()
        for evaluations, integrator in settings.items()
    }
    rollouts["Euler, all at once", 1000] = problem.euler(1000)
    for tolerance in tolerances:
        adaptive = partial(problem.shipped, tolerance=tolerance)
        rollouts["steps by tolerance", problem.evaluations(tolerance)] = adaptive
    rollouts["shipped", round(2 / MAX_STEP)] = problem.shipped
    found: dict[str, Any] = {}
    for (name, evaluations), run in rollouts.items():
        error = relative_l2_error(problem.energy(run()), truth)
        entry = {"evaluations": evaluations, "error": float(error)}
        found.setdefault(name, []).append(entry | timing(run, runs=runs)._asdict())
    return found


def main() -> None:
    """Time what the package does against Euler's method, at full size, and write the numbers."""
    content = {}
    for mu in SYSTEM.test_mus:
        problem = Problem(n_particles=25_000, mu=mu)
        truth = converged(problem)
        content[f"mu={mu}"] = compare(problem, truth, integrators={}, tolerances=(TOLERANCE,))
    save("inference", content)


if __name__ == "__main__":
    main()
