r"""One hundred interacting particles that follow a trap on the line.

$$\begin{aligned}
\mathrm{d}x_i &= \Bigl[(a(t) - x_i)^3 - \tfrac12 (x_i - \bar x)\Bigr]\mathrm{d}t + \sigma
\,\mathrm{d}W_i, \qquad \sigma = \sqrt{2\cdot 10^{-2}}, \\
\bar x &= \frac{1}{100}\sum_{i=0}^{99} x_i, \qquad
a(t) = \tfrac54 \sin\bigl(\pi t + \tfrac32 + \mu\cos 2\pi t\bigr), \\
x_i(0) &\sim \tfrac{1}{10}\bigl(N(0, 1) - m_i\bigr), \qquad m_i = 0.9 + 2.1\,\frac{i}{99}
\end{aligned}$$

(arXiv 2410.12000, Section 4). One sample is a point of $\mathbb{R}^{100}$, the positions of all
particles. The force of the trap is flat at its centre, so that particles lag behind it; the
interaction pulls each towards the mean of all and exerts no total force.
"""

from dataclasses import dataclass
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.systems.base import gaussian, subscripted
from hoam.systems.stochastic import StochasticSystem
from hoam.types import PRNGKey, Scalar


@dataclass(frozen=True)
class Trap100D(StochasticSystem):
    """Interacting particles in a moving trap; see the module for their equations.

    Args:
        noise: amplitude of the noise on every particle.
        attraction: strength of the pull towards the mean of all particles.
        spread: standard deviation of every initial position.
        time_step: largest step in time.

    Raises:
        ValueError: if a number is not finite.
    """

    noise: float = 2e-2**0.5
    attraction: float = 0.5
    spread: float = 0.1
    time_step: float = 0.01

    train_mus: ClassVar[tuple[float, ...]] = (0.3, 0.4, 0.5, 0.7, 0.8, 0.9)
    test_mus: ClassVar[tuple[float, ...]] = (0.6,)
    horizon: ClassVar[float] = 2.0
    particles: ClassVar[int] = 100
    periods: ClassVar[tuple[float | None, ...]] = (None,) * particles
    coordinates: ClassVar[tuple[str, ...]] = subscripted("x", particles)

    def initial(self, key: PRNGKey, *, mu: Scalar, n_samples: int) -> Float[Array, "N 100"]:
        """Draw all positions about their staggered means; the law does not depend on `mu`."""
        del mu
        means = -0.1 * np.linspace(0.9, 3.0, self.particles)
        return gaussian(key, mean=means.tolist(), deviation=self.spread, n_samples=n_samples)

    def amplitudes(self) -> tuple[float, ...]:
        """Return the same amplitude for every particle."""
        return (self.noise,) * self.particles

    def centre(self, t: Scalar | Array, mu: Scalar) -> Array:
        """Return $a(t)$, the centre of the trap, shape of `t`."""
        t = jnp.asarray(t)
        return 1.25 * jnp.sin(jnp.pi * t + 1.5 + mu * jnp.cos(2 * jnp.pi * t))

    def drift(self, x: Float[Array, " 100"], t: Scalar, mu: Scalar) -> Float[Array, " 100"]:
        """Return the velocities of all particles."""
        return (self.centre(t, mu) - x) ** 3 - self.attraction * (x - jnp.mean(x))
