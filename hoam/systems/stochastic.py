r"""Stochastic differential equations with additive noise, and one way to solve them.

$$\mathrm{d}X = f(X, t; \mu)\,\mathrm{d}t + \Sigma\,\mathrm{d}W, \qquad \Sigma =
\mathrm{diag}(\sigma_1, \dots, \sigma_D)$$

The classical Runge-Kutta method for the drift between two half steps of the noise (Strang
splitting): moments converge with order 2 in the step, where the error carries a factor
$\sigma^2$, and with order 4 as the noise vanishes. The explicit Euler method has order 1 in both;
its amplification $|1 + i\omega h|^2 = 1 + (\omega h)^2$ of oscillations inflates amplitudes.
"""

from abc import abstractmethod
from functools import partial
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.integrators import runge_kutta_step
from hoam.systems.base import System
from hoam.systems.splitting import Schedule, paths, schedule
from hoam.types import PRNGKey, Scalar


class StochasticSystem(System):
    """A system whose particles obey one equation with additive noise, and are all observed."""

    #: Largest step in time.
    time_step: ClassVar[float]

    @abstractmethod
    def drift(self, x: Float[Array, " D"], t: Scalar, mu: Scalar) -> Float[Array, " D"]:
        r"""Return $f(x, t; \mu)$ of one state."""

    @abstractmethod
    def amplitudes(self) -> tuple[float, ...]:
        r"""Return $\sigma_i$, the amplitude of the noise on each coordinate."""

    def evolve(
        self, key: PRNGKey, states: Float[Array, "N D"], *, mu: Scalar, times: np.ndarray
    ) -> Float[Array, "T N D"]:
        """Solve the equation by Strang splitting of Runge-Kutta drift and noise."""
        plan = schedule(times, time_step=self.time_step, dtype=states.dtype)
        return _solve(key, states, jnp.asarray(mu, states.dtype), plan, self)


@partial(jax.jit, static_argnames=("system",))
def _solve(
    key: PRNGKey, states: Array, mu: Array, plan: Schedule, system: StochasticSystem
) -> Float[Array, "T N D"]:
    # Coordinates first: each is then one contiguous array of all particles.
    field = jax.vmap(system.drift, in_axes=(1, None, None), out_axes=1)
    amplitudes = jnp.asarray(system.amplitudes(), states.dtype)[:, None]

    def flow(t, h, x):
        return runge_kutta_step(lambda t, x: field(x, t, mu), x, t, h)

    def kick(key, h, x):
        return x + amplitudes * jnp.sqrt(h) * jax.random.normal(key, x.shape, x.dtype)

    def observe(x):
        return x, x.T

    return paths(key, states.T, plan=plan, flow=flow, kick=kick, observe=observe)
