r"""Inference: one rollout of the learned dynamics through all output times.

$$\mathrm{d}X = \nabla s(X, t; \mu)\,\mathrm{d}t + \epsilon\,\mathrm{d}W$$

Without diffusion the classical Runge-Kutta method (order 4); with it the stochastic Heun method,
whose drift is of order 2 as the noise vanishes. The network's layers are built once per stage, not
once per particle.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hoam.types import PRNGKey

type Field = Callable[[Float[Array, ""], Float[Array, "N D"]], Float[Array, "N D"]]


def runge_kutta_step(field: Field, x: Array, t: Array, h: Array, noise: Array) -> Array:
    """Advance by the classical Runge-Kutta method; `noise` must be zero."""
    k1 = field(t, x)
    k2 = field(t + h / 2, x + h / 2 * k1)
    k3 = field(t + h / 2, x + h / 2 * k2)
    k4 = field(t + h, x + h * k3)
    return x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4) + noise


def heun_step(field: Field, x: Array, t: Array, h: Array, noise: Array) -> Array:
    """Advance by the stochastic Heun method for additive noise."""
    k1 = field(t, x)
    k2 = field(t + h, x + h * k1 + noise)
    return x + h / 2 * (k1 + k2) + noise


def rollout(
    key: PRNGKey,
    field: Field,
    *,
    x0: Float[Array, "N D"],
    times: Float[Array, " T"],
    substeps: int,
    epsilon: float,
) -> Float[Array, "T N D"]:
    r"""Integrate a field from `x0` at `times[0]` and return the states at all times.

    Args:
        key: random key of the noise.
        field: $(t, x) \mapsto$ velocities `[N, D]` of all particles.
        x0: `[N, D]`, states at `times[0]`.
        times: `[T]`, ascending.
        substeps: equal steps between consecutive output times.
        epsilon: diffusion; 0 selects the deterministic Runge-Kutta method.
    """
    step = heun_step if epsilon > 0 else runge_kutta_step

    def advance(x, inputs):
        t, h, key = inputs

        def substep(i, x):
            normal = jax.random.normal(jax.random.fold_in(key, i), x.shape, x.dtype)
            noise = epsilon * jnp.sqrt(h) * normal if epsilon > 0 else jnp.zeros((), x.dtype)
            return step(field, x, t + i * h, h, noise)

        x = jax.lax.fori_loop(0, substeps, substep, x)
        return x, x

    gaps = jnp.diff(times) / substeps
    keys = jax.random.split(key, gaps.size)
    _, path = jax.lax.scan(advance, x0, (times[:-1], gaps, keys))
    return jnp.concatenate([x0[None], path])
