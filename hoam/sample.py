r"""Inference: one rollout of the learned dynamics through all output times.

$$\mathrm{d}X = \nabla s(X, t; \mu)\,\mathrm{d}t + \epsilon\,\mathrm{d}W$$

Without diffusion the classical Runge-Kutta method (order 4); with it the stochastic Heun method,
whose drift is of order 2 as the noise vanishes. The network's layers are built once per stage, not
once per particle.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hoam.integrators import Field, heun_step, runge_kutta_step
from hoam.types import PRNGKey


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

    def advance(x, inputs):
        t, h, key = inputs

        def substep(i, x):
            if epsilon == 0:
                return runge_kutta_step(field, x, t + i * h, h)
            normal = jax.random.normal(jax.random.fold_in(key, i), x.shape, x.dtype)
            return heun_step(field, x, t + i * h, h, epsilon * jnp.sqrt(h) * normal)

        x = jax.lax.fori_loop(0, substeps, substep, x)
        return x, x

    gaps = jnp.diff(times) / substeps
    keys = jax.random.split(key, gaps.size)
    _, path = jax.lax.scan(advance, x0, (times[:-1], gaps, keys))
    return jnp.concatenate([x0[None], path])
