r"""Electrons in one space and one velocity dimension, with or without collisions.

$$\mathrm{d}x = v\,\mathrm{d}t, \qquad \mathrm{d}v = \bigl(\partial_x\phi(t, x) - \nu v\bigr)
\,\mathrm{d}t + \sqrt{2\nu}\,\mathrm{d}W, \qquad \mu^2\,\partial_x^2\phi = n - 1, \qquad
x \in [0, L) \text{ periodic},$$

from a mixture of Gaussian beams in $v$, uniform in $x$, with every velocity multiplied by
$1 + 0.05\cos(2\pi\mu x/L)$ (arXiv 2410.12000, Section 4 and Figures 3 and 4).

The law of the particles solves the Vlasov equation with the collision operator of Lenard and
Bernstein (Phys. Rev. 112, 1456, 1958), at a background of mean velocity 0 and temperature 1:

$$\partial_t f + v\,\partial_x f + \partial_x\phi\,\partial_v f = \nu\,\partial_v\bigl(v f +
\partial_v f\bigr).$$

Friction and noise belong together. Noise of amplitude $\varsigma$ beside the friction $\nu v$ has
the Maxwellian of temperature $\varsigma^2/(2\nu)$ as its equilibrium; only $\varsigma =
\sqrt{2\nu}$ leaves the unit Maxwellian alone, and any larger one heats it, without bound where
there is no friction at all.

Particle-in-cell solution: linear shapes, spectral Poisson solve, velocity Verlet in time, and half
a step of collisions, an exact Ornstein-Uhlenbeck transition, before and after it (Strang
splitting). Both without collisions and for moments with them the order in time is 2.
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
from hoam.systems.splitting import Schedule, paths, schedule
from hoam.types import PRNGKey, Scalar, seed_from_key


@dataclass(frozen=True)
class VlasovPoisson(System):
    """Beams of electrons in a periodic box; see the module for the equations.

    Args:
        loading: how initial markers are placed. `"quiet"`: a scrambled Sobol sequence mapped
            through the inverse distribution of the velocity, so that noise in the field starts far
            below that of random markers; `"random"`: independent draws, as in the paper.
        cells: number of grid cells.
        time_step: largest step in time.
        collision_rate: the rate of the collisions, not negative; 0 for none.

    Raises:
        ValueError: if `loading` is neither of the two, or the collision rate negative.
    """

    loading: str = "quiet"
    cells: int = 512
    time_step: float = 0.02
    collision_rate: float = 0.0

    length: ClassVar[float] = 50.0
    periods: ClassVar[tuple[float | None, ...]] = (length, None)
    coordinates: ClassVar[tuple[str, ...]] = ("x", "v")
    #: Beams as (fraction, mean velocity, thermal velocity).
    beams: ClassVar[tuple[tuple[float, float, float], ...]]
    perturbation: ClassVar[float] = 0.05

    def __post_init__(self) -> None:
        check_loading(self.loading)
        if not self.collision_rate >= 0:
            message = (
                f"Expected a collision rate of at least 0; got {self.collision_rate}. "
                "Use 0 for no collisions."
            )
            raise ValueError(message)

    def initial(self, key: PRNGKey, *, mu: Scalar, n_samples: int) -> Float[Array, "N 2"]:
        """Place markers and perturb their velocities."""
        points = uniform_points(key, loading=self.loading, n_samples=n_samples, dimension=2)
        x = self.length * points[:, 0]
        v = mixture_quantile(points[:, 1], self.beams)
        v = v * (1 + self.perturbation * np.cos(2 * np.pi * float(mu) * x / self.length))
        return jnp.asarray(np.stack([x, v], axis=1))

    def evolve(
        self, key: PRNGKey, states: Float[Array, "N 2"], *, mu: Scalar, times: np.ndarray
    ) -> Float[Array, "T N 2"]:
        """Solve the particle-in-cell equations; positions are returned in [0, length)."""
        plan = schedule(times, time_step=self.time_step, dtype=states.dtype)
        return _solve(
            key,
            states,
            jnp.asarray(mu, states.dtype),
            plan,
            self.length,
            self.cells,
            self.collision_rate,
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


def check_loading(loading: str) -> None:
    """Raise a ValueError unless `loading` is a way to place markers."""
    if loading not in _LOADINGS:
        message = (
            f"Expected loading 'quiet' or 'random'; got {loading!r}. "
            "Use 'quiet' unless you need the paper's random markers."
        )
        raise ValueError(message)


def uniform_points(key: PRNGKey, *, loading: str, n_samples: int, dimension: int) -> np.ndarray:
    """Return points `[n_samples, dimension]` of the unit cube.

    Args:
        key: random key, of the scrambling or of the draws.
        loading: `"quiet"` for a scrambled Sobol sequence, `"random"` for independent draws.
        n_samples: number of points.
        dimension: number of coordinates.
    """
    return _LOADINGS[loading](key, n_samples, dimension)


def _quiet(key: PRNGKey, n: int, dimension: int) -> np.ndarray:
    rng = np.random.default_rng(seed_from_key(key))
    sobol = qmc.Sobol(dimension, scramble=True, bits=52, rng=rng)
    power = int(np.ceil(np.log2(n)))
    # A scrambled sequence keeps its balance only from a full power of two on.
    return sobol.random_base2(power)[:n]


def _random(key: PRNGKey, n: int, dimension: int) -> np.ndarray:
    return np.random.default_rng(seed_from_key(key)).uniform(size=(n, dimension))


_LOADINGS: dict[str, Callable[[PRNGKey, int, int], np.ndarray]] = {
    "quiet": _quiet,
    "random": _random,
}


def verlet_step(force: Callable[[Array], Array], h: Scalar, x: Array, v: Array, a: Array) -> tuple:
    """Return position, velocity and force after one step of velocity Verlet.

    Args:
        force: positions to accelerations.
        h: the step.
        x: positions.
        v: velocities, of the shape of `x`.
        a: `force(x)`.
    """
    v = v + h / 2 * a
    x = x + h * v
    a = force(x)
    return x, v + h / 2 * a, a


def collide(v: Array, rate: float, h: Scalar, normal: Array) -> Array:
    r"""Return $e^{-\nu h} v + \sqrt{1 - e^{-2\nu h}}\,Z$, the exact effect of collisions.

    Args:
        v: velocities.
        rate: the collision rate $\nu$.
        h: duration.
        normal: standard normal $Z$, of the shape of `v`.
    """
    # expm1 keeps the digits of the variance where rate times duration is tiny.
    return jnp.exp(-rate * h) * v + jnp.sqrt(-jnp.expm1(-2 * rate * h)) * normal


@partial(jax.jit, static_argnames=("length", "cells", "collision_rate"))
def _solve(
    key: PRNGKey,
    states: Array,
    mu: Array,
    plan: Schedule,
    length: float,
    cells: int,
    collision_rate: float,
) -> Float[Array, "T N 2"]:
    force = partial(particle_mesh.force, mu=mu, length=length, cells=cells)

    def flow(t, h, state):
        return verlet_step(force, h, *state)

    def kick(key, h, state):
        if collision_rate == 0:
            return state
        x, v, a = state
        return x, collide(v, collision_rate, h, jax.random.normal(key, v.shape, v.dtype)), a

    def observe(state):
        x, v, a = state
        x = jnp.mod(x, length)
        return (x, v, a), jnp.stack([x, v], axis=1)

    x, v = states[:, 0], states[:, 1]
    return paths(key, (x, v, force(x)), plan=plan, flow=flow, kick=kick, observe=observe)
