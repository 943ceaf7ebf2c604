r"""Nine modes of thermal convection: the nine-dimensional Lorenz system, with noise.

$$\begin{aligned}
\dot C_1 &= -\sigma b_1 C_1 - C_2 C_4 + b_4 C_4^2 + b_3 C_3 C_5 - \sigma b_2 C_7 \\
\dot C_2 &= -\sigma C_2 + C_1 C_4 - C_2 C_5 + C_4 C_5 - \tfrac12\sigma C_9 \\
\dot C_3 &= -\sigma b_1 C_3 + C_2 C_4 - b_4 C_2^2 - b_3 C_1 C_5 + \sigma b_2 C_8 \\
\dot C_4 &= -\sigma C_4 - C_2 C_3 - C_2 C_5 + C_4 C_5 + \tfrac12\sigma C_9 \\
\dot C_5 &= -\sigma b_5 C_5 + \tfrac12 C_2^2 - \tfrac12 C_4^2 \\
\dot C_6 &= -b_6 C_6 + C_2 C_9 - C_4 C_9 \\
\dot C_7 &= -b_1 C_7 - r C_1 + 2 C_5 C_8 - C_4 C_9 \\
\dot C_8 &= -b_1 C_8 + r C_3 - 2 C_5 C_7 + C_2 C_9 \\
\dot C_9 &= -C_9 - r C_2 + r C_4 - 2 C_2 C_6 + 2 C_4 C_6 + C_4 C_7 - C_2 C_8
\end{aligned}$$

(Reiterer, Lainscsek, Schürrer, Letellier and Maquet, J. Phys. A 31, 7121, 1998; $\mu = r$, the
relative Rayleigh number), with

$$\begin{aligned}
b_1 &= \frac{4(1 + a^2)}{1 + 2a^2}, & b_2 &= \frac{1 + 2a^2}{2(1 + a^2)}, & b_3 &=
\frac{2(1 - a^2)}{1 + a^2}, \\
b_4 &= \frac{a^2}{1 + a^2}, & b_5 &= \frac{8a^2}{1 + 2a^2}, & b_6 &= \frac{4}{1 + 2a^2},
\end{aligned}$$

the Prandtl number $\sigma = \tfrac12$ and the aspect ratio $a = \tfrac12$; noise $5\cdot
10^{-2}\,\mathrm{d}W$ on every mode, and $C(0) \sim N(0, (2\cdot 10^{-2})^2 I)$ (arXiv 2410.12000,
Section 4 and Figure 3). Volumes in state space shrink at the constant rate $46/3$.

Without noise the motion is periodic for $r$ from 13.5 to 14.15 and does not recur at 14.2: within
the range of the experiments the spread of the samples is that of the noise, not of chaos. The
explicit Euler method with steps of 0.05 inflates the amplitudes of the modes by 2 to 11 % at $r =
13.5$ and by 9 to 66 % at $r = 14.2$, with steps of 0.02 by up to 5 %; the method used here has
order 4 without noise and an error of $10^{-8}$ after a time of 10.
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
class Chaos9D(StochasticSystem):
    """Nine modes of convection; see the module for the equations.

    Args:
        noise: amplitude of the noise on every mode.
        spread: standard deviation of every initial mode.
        prandtl: Prandtl number, ratio of viscosity and heat conduction, positive.
        aspect: ratio of the wave numbers along and across the layer, positive.
        time_step: largest step in time.

    Raises:
        ValueError: if a number is not finite.
    """

    noise: float = 5e-2
    spread: float = 2e-2
    prandtl: float = 0.5
    aspect: float = 0.5
    time_step: float = 0.02

    train_mus: ClassVar[tuple[float, ...]] = (13.5, 13.6, 13.7, 13.8, 13.9, 14.0, 14.1, 14.2)
    test_mus: ClassVar[tuple[float, ...]] = (13.65, 14.05)
    horizon: ClassVar[float] = 20.0
    periods: ClassVar[tuple[float | None, ...]] = (None,) * 9
    coordinates: ClassVar[tuple[str, ...]] = subscripted("C", 9)

    def initial(self, key: PRNGKey, *, mu: Scalar, n_samples: int) -> Float[Array, "N 9"]:
        """Draw all modes about the state of rest; the law does not depend on `mu`."""
        del mu
        return gaussian(key, mean=(0.0,) * 9, deviation=self.spread, n_samples=n_samples)

    def amplitudes(self) -> tuple[float, ...]:
        """Return the same amplitude for every mode."""
        return (self.noise,) * 9

    @staticmethod
    def images(states: Float[Array, "*batch 9"] | np.ndarray) -> Float[Array, "4 *batch 9"]:
        r"""Return the images of states under the symmetries of the equations, the states first.

        Two maps leave the equations, the initial law and the noise as they are, and so the law of
        the population at all times: a change of sign of $C_2, C_4, C_9$, and the exchange of the
        horizontal directions,
        $$(C_1, \dots, C_9) \mapsto (-C_3, C_4, -C_1, C_2, -C_5, C_6, C_8, C_7, -C_9).$$
        With their product and the identity they are four. So the means of $C_2, C_4, C_5$ and
        $C_9$ vanish.

        Args:
            states: nine modes in the last axis, physical units.

        Raises:
            ValueError: if there are not nine.
        """
        states = jnp.asarray(states)
        if states.shape[-1:] != (9,):
            message = (
                f"Expected nine modes in the last axis; got shape {states.shape}. "
                "Use states as Chaos9D.simulate returns them."
            )
            raise ValueError(message)
        turned, signs = (
            jnp.broadcast_to(jnp.asarray(row, states.dtype), states.shape)
            for row in ((1, -1, 1, -1, 1, 1, 1, 1, -1), (-1, 1, -1, 1, -1, 1, 1, 1, -1))
        )
        exchanged = signs * states[..., jnp.asarray([2, 3, 0, 1, 4, 5, 7, 6, 8])]
        return jnp.stack([states, turned * states, exchanged, turned * exchanged])

    def drift(self, x: Float[Array, " 9"], t: Scalar, mu: Scalar) -> Float[Array, " 9"]:
        """Return the time derivatives of the nine modes; they do not depend on `t`."""
        del t
        s, square = self.prandtl, self.aspect**2
        b1 = 4 * (1 + square) / (1 + 2 * square)
        b2 = (1 + 2 * square) / (2 * (1 + square))
        b3 = 2 * (1 - square) / (1 + square)
        b4 = square / (1 + square)
        b5 = 8 * square / (1 + 2 * square)
        b6 = 4 / (1 + 2 * square)
        c1, c2, c3, c4, c5, c6, c7, c8, c9 = x
        return jnp.stack(
            [
                -s * b1 * c1 - c2 * c4 + b4 * c4**2 + b3 * c3 * c5 - s * b2 * c7,
                -s * c2 + c1 * c4 - c2 * c5 + c4 * c5 - s * c9 / 2,
                -s * b1 * c3 + c2 * c4 - b4 * c2**2 - b3 * c1 * c5 + s * b2 * c8,
                -s * c4 - c2 * c3 - c2 * c5 + c4 * c5 + s * c9 / 2,
                -s * b5 * c5 + (c2**2 - c4**2) / 2,
                -b6 * c6 + (c2 - c4) * c9,
                -b1 * c7 - mu * c1 + 2 * c5 * c8 - c4 * c9,
                -b1 * c8 + mu * c3 - 2 * c5 * c7 + c2 * c9,
                -c9 - (mu + 2 * c6) * (c2 - c4) + c4 * c7 - c2 * c8,
            ]
        )
