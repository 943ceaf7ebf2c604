r"""Electrons in one or more space dimensions, with or without collisions.

$$\begin{aligned}
\mathrm{d}x &= v\,\mathrm{d}t, & \mathrm{d}v &= \bigl(\nabla\phi(t, x) - \nu v\bigr)
\,\mathrm{d}t + \sqrt{2\nu}\,\mathrm{d}W, \\
x &\in [0, L)^d \text{ periodic}, & \mu^2\Delta\phi &= n - 1
\end{aligned}$$

(arXiv 2410.12000, Section 4 and Figures 3 and 4). The systems of one space dimension start from a
mixture of Gaussian beams in $v$, uniform in $x$, with every velocity multiplied by
$1 + 0.05\cos(2\pi\mu x/L)$.

The law of the particles solves the Vlasov equation with the collision operator of Lenard and
Bernstein (Phys. Rev. 112, 1456, 1958), at a background of mean velocity 0 and temperature 1:

$$\partial_t f + v\cdot\nabla_x f + \nabla_x\phi\cdot\nabla_v f = \nu\,\nabla_v\cdot\bigl(v f
+ \nabla_v f\bigr).$$

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

from hoam import particle_mesh
from hoam.arguments import as_whole
from hoam.systems.base import System
from hoam.systems.loading import check_loading, mixture_quantile, uniform_points
from hoam.systems.splitting import Schedule, paths, schedule
from hoam.types import PRNGKey, Scalar

#: Time, position, velocity and electric energy along the axes of figures. Plasma frequency, Debye
#: length, thermal speed and electron mass are 1 in the equations with $\mu = 1$.
LABELS = {
    "t": "time t [1/ω$_p$]",
    "x": "position x [λ$_D$]",
    "v": "velocity v [v$_t$]",
    "E": "electric energy E [mv$_t^2$]",
}


@dataclass(frozen=True)
class VlasovPoisson(System):
    """Electrons in a periodic box; see the module for the equations.

    States are `d` positions followed by `d` velocities.

    Args:
        loading: how initial markers are placed. `"quiet"`: a scrambled Sobol sequence mapped
            through the inverse distribution of each coordinate, so that noise in the field starts
            far below that of random markers; `"random"`: independent draws, as in the paper.
        cells: number of grid cells, on a line, or one number per direction of a box.
        time_step: largest step in time.
        collision_rate: the rate of the collisions, not negative; 0 for none.

    Raises:
        ValueError: if `loading` is neither of the two, a number not finite, the collision rate
            negative, or the number of directions of `cells` not that of the box.
    """

    loading: str = "quiet"
    cells: int | tuple[int, ...] = 512
    time_step: float = 0.02
    collision_rate: float = 0.0

    #: Length of the box in every direction.
    length: ClassVar[float]

    def __post_init__(self) -> None:
        check_loading(self.loading)
        if not self.collision_rate >= 0:
            message = (
                f"Expected a collision rate of at least 0; got {self.collision_rate}. "
                "Use 0 for no collisions."
            )
            raise ValueError(message)
        for count in (self.cells,) if isinstance(self.cells, int) else self.cells:
            as_whole(count, least=1, what="a number of cells")
        directions = 1 if isinstance(self.cells, int) else len(self.cells)
        if 2 * directions != len(self.periods):
            message = (
                f"Expected numbers of cells in {len(self.periods) // 2} direction(s); "
                f"got {self.cells}. Use one number of cells per space direction."
            )
            raise ValueError(message)
        super().__post_init__()

    def evolve(
        self, key: PRNGKey, states: Float[Array, "N S"], *, mu: Scalar, times: np.ndarray
    ) -> Float[Array, "T N S"]:
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


class Beams(VlasovPoisson):
    """Beams of electrons in one space and one velocity dimension, in a box of length 50."""

    length: ClassVar[float] = 50.0
    periods: ClassVar[tuple[float | None, ...]] = (length, None)
    coordinates: ClassVar[tuple[str, ...]] = ("x", "v")
    #: Beams as (fraction, mean velocity, thermal velocity).
    beams: ClassVar[tuple[tuple[float, float, float], ...]]
    perturbation: ClassVar[float] = 0.05

    def initial(self, key: PRNGKey, *, mu: Scalar, n_samples: int) -> Float[Array, "N 2"]:
        """Place markers and perturb their velocities."""
        points = uniform_points(key, loading=self.loading, n_samples=n_samples, dimension=2)
        x = self.length * points[:, 0]
        v = mixture_quantile(points[:, 1], self.beams)
        v = v * (1 + self.perturbation * np.cos(2 * np.pi * float(mu) * x / self.length))
        return jnp.asarray(np.stack([x, v], axis=1))


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
    cells: particle_mesh.Cells,
    collision_rate: float,
) -> Float[Array, "T N S"]:
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
        return (x, v, a), jnp.concatenate([x, v], axis=1)

    x, v = jnp.split(states, 2, axis=1)
    return paths(key, (x, v, force(x)), plan=plan, flow=flow, kick=kick, observe=observe)
