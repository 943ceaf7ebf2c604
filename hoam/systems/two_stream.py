r"""The two-stream instability: electrons in one space and one velocity dimension.

$$\dot x = v, \qquad \dot v = \partial_x\phi(t, x), \qquad \mu^2\,\partial_x^2\phi = n - 1,
\qquad x \in [0, 50) \text{ periodic},$$

from two beams $\tfrac12 N(-3, 1) + \tfrac12 N(3, 1)$ in $v$, uniform in $x$, with every velocity
multiplied by $1 + 0.05\cos(2\pi\mu x/50)$ (arXiv 2410.12000, Section 4 and Figures 3 and 4).

Particle-in-cell solution: linear shapes, spectral Poisson solve, velocity Verlet in time (order 2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.stats import norm, qmc

from hoam import particle_mesh
from hoam.systems.base import System
from hoam.types import PRNGKey, Scalar, as_times, seed_from_key


@dataclass(frozen=True)
class TwoStream(System):
    """Two counter-streaming electron beams; see the module for the equations.

    Args:
        loading: how initial markers are placed. `"quiet"`: a scrambled Sobol sequence mapped
            through the inverse distribution of the velocity, so that noise in the field starts far
            below that of random markers; `"random"`: independent draws, as in the paper.
        cells: number of grid cells.
        time_step: largest step of the Verlet scheme.

    Raises:
        ValueError: if `loading` is neither of the two.
    """

    loading: str = "quiet"
    cells: int = 512
    time_step: float = 0.02

    train_mus: ClassVar[tuple[float, ...]] = (1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9)
    test_mus: ClassVar[tuple[float, ...]] = (1.25, 1.85)
    horizon: ClassVar[float] = 40.0
    length: ClassVar[float] = 50.0
    periods: ClassVar[tuple[float | None, ...]] = (length, None)
    coordinates: ClassVar[tuple[str, ...]] = ("x", "v")
    #: Beams as (fraction, mean velocity, thermal velocity).
    beams: ClassVar[tuple[tuple[float, float, float], ...]] = ((0.5, -3.0, 1.0), (0.5, 3.0, 1.0))
    perturbation: ClassVar[float] = 0.05

    def __post_init__(self) -> None:
        if self.loading not in _LOADINGS:
            message = (
                f"Expected loading 'quiet' or 'random'; got {self.loading!r}. "
                "Use 'quiet' unless you need the paper's random markers."
            )
            raise ValueError(message)

    def initial(self, key: PRNGKey, *, mu: Scalar, n_samples: int) -> Float[Array, "N 2"]:
        """Place markers and perturb their velocities."""
        points = _LOADINGS[self.loading](key, n_samples)
        x = self.length * points[:, 0]
        v = mixture_quantile(points[:, 1], self.beams)
        v = v * (1 + self.perturbation * np.cos(2 * np.pi * float(mu) * x / self.length))
        return jnp.asarray(np.stack([x, v], axis=1))

    def evolve(
        self, key: PRNGKey, states: Float[Array, "N 2"], *, mu: Scalar, times: np.ndarray
    ) -> Float[Array, "T N 2"]:
        """Solve the particle-in-cell equations; positions are returned in [0, length)."""
        del key  # the dynamics are deterministic
        gaps = np.diff(as_times(times))
        # The tolerance keeps a gap of exactly k steps at k when rounding makes it slightly more.
        substeps = np.maximum(1, np.ceil(gaps / self.time_step - 1e-9)).astype(np.int32)
        steps = jnp.asarray(gaps / substeps, states.dtype)
        return _verlet(
            states,
            jnp.asarray(mu, states.dtype),
            steps,
            jnp.asarray(substeps),
            self.length,
            self.cells,
        )


def mixture_quantile(
    probability: np.ndarray, components: tuple[tuple[float, float, float], ...]
) -> np.ndarray:
    r"""Return $F^{-1}(p)$ of a mixture of Gaussians, tabulated on 2^14 points and interpolated.

    Args:
        probability: values in (0, 1).
        components: (weight, mean, deviation) of each Gaussian, weights summing to 1.
    """
    reach = max(abs(u) + 8 * s for _, u, s in components)
    table = np.linspace(-reach, reach, 2**14)
    weights, means, deviations = np.asarray(components).T[:, :, None]
    cumulative = (weights * norm.cdf(table, loc=means, scale=deviations)).sum(axis=0)
    inside = (cumulative > 0) & (cumulative < 1)
    return np.interp(probability, cumulative[inside], table[inside])


def _quiet(key: PRNGKey, n: int) -> np.ndarray:
    sobol = qmc.Sobol(2, scramble=True, bits=52, rng=np.random.default_rng(seed_from_key(key)))
    power = int(np.ceil(np.log2(n)))
    # A scrambled sequence keeps its balance only from a full power of two on.
    return sobol.random_base2(power)[:n]


def _random(key: PRNGKey, n: int) -> np.ndarray:
    return np.random.default_rng(seed_from_key(key)).uniform(size=(n, 2))


_LOADINGS: dict[str, Callable[[PRNGKey, int], np.ndarray]] = {"quiet": _quiet, "random": _random}


@partial(jax.jit, static_argnames=("length", "cells"))
def _verlet(
    states: Array, mu: Array, steps: Array, substeps: Array, length: float, cells: int
) -> Float[Array, "T N 2"]:
    force = partial(particle_mesh.force, mu=mu, length=length, cells=cells)

    def step(_, carry, h):
        x, v, a = carry
        v = v + h / 2 * a
        x = x + h * v
        a = force(x)
        return x, v + h / 2 * a, a

    def advance(carry, inputs):
        h, count = inputs
        x, v, a = jax.lax.fori_loop(0, count, partial(step, h=h), carry)
        x = jnp.mod(x, length)
        return (x, v, a), jnp.stack([x, v], axis=1)

    x, v = states[:, 0], states[:, 1]
    _, path = jax.lax.scan(advance, (x, v, force(x)), (steps, substeps))
    start = jnp.stack([jnp.mod(x, length), v], axis=1)
    return jnp.concatenate([start[None], path])
