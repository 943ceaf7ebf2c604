r"""A damped particle in a double well, shaken by noise.

$$\begin{aligned}
\mathrm{d}x &= v\,\mathrm{d}t, \qquad \mathrm{d}v = (-\gamma v + x - \mu x^3)\,\mathrm{d}t +
\sigma\,\mathrm{d}W, \\
(x, v)(0) &\sim N\bigl((0, -10),\; \tfrac14 I\bigr), \qquad \gamma = 0.4, \quad \sigma = 1
\end{aligned}$$

(arXiv 2410.12000, Section 4). The wells of $V(x) = -\tfrac12 x^2 + \tfrac14\mu x^4$ lie at
$x = \pm\mu^{-1/2}$, behind a barrier of $1/(4\mu)$. Particles start on top of the barrier with a
kinetic energy of 50, cross it one to three times while friction takes it, and settle on both sides.
The law tends to

$$\rho_\infty(x, v) \propto \exp\Bigl(-\frac{2\gamma}{\sigma^2}\bigl[\tfrac12 v^2 + V(x)\bigr]
\Bigr).$$

Both coordinates are observed.
"""

from dataclasses import dataclass
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from hoam.systems.base import gaussian
from hoam.systems.stochastic import StochasticSystem
from hoam.types import PRNGKey, Scalar


@dataclass(frozen=True)
class Bistable(StochasticSystem):
    """A particle in a double well; see the module for its equations.

    Args:
        damping: the friction coefficient, not negative.
        noise: amplitude of the noise on the velocity.
        spread: standard deviation of each initial coordinate.
        time_step: largest step in time.

    Raises:
        ValueError: if a number is not finite.
    """

    damping: float = 0.4
    noise: float = 1.0
    spread: float = 0.5
    time_step: float = 0.02

    train_mus: ClassVar[tuple[float, ...]] = (0.10, 0.15, 0.25, 0.30)
    test_mus: ClassVar[tuple[float, ...]] = (0.20,)
    horizon: ClassVar[float] = 12.0
    periods: ClassVar[tuple[float | None, ...]] = (None, None)
    coordinates: ClassVar[tuple[str, ...]] = ("x", "v")
    start: ClassVar[tuple[float, ...]] = (0.0, -10.0)

    def initial(self, key: PRNGKey, *, mu: Scalar, n_samples: int) -> Float[Array, "N 2"]:
        """Draw positions and velocities; the law does not depend on `mu`."""
        del mu
        return gaussian(key, mean=self.start, deviation=self.spread, n_samples=n_samples)

    def amplitudes(self) -> tuple[float, ...]:
        """Return no noise on the position and that of the module on the velocity."""
        return (0.0, self.noise)

    def drift(self, x: Float[Array, " 2"], t: Scalar, mu: Scalar) -> Float[Array, " 2"]:
        """Return velocity and acceleration; they do not depend on `t`."""
        del t
        position, velocity = x
        force = position - mu * position**3
        return jnp.stack([velocity, force - self.damping * velocity])

    def energy(self, x: Float[Array, "*batch 2"], mu: Scalar) -> Float[Array, "*batch"]:
        r"""Return $\tfrac12 v^2 + V(x)$ of each state.

        Args:
            x: states, positions and velocities along the last axis.
            mu: strength of the quartic term of the potential.
        """
        position, velocity = x[..., 0], x[..., 1]
        return velocity**2 / 2 - position**2 / 2 + mu * position**4 / 4
