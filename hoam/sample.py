r"""Inference: one rollout of the learned dynamics through all output times.

$$\mathrm{d}X = \nabla s(X, t; \mu)\,\mathrm{d}t + \epsilon\,\mathrm{d}W$$

`rollout` takes equal steps: of the stochastic Heun method, of order 2 without noise, or, without
noise, of another order. Where a field is smooth in time, order 4 needs fewer evaluations; where it
is rough, order 2 does.

Methods that take the time as a condition have no rollout but a sampler (`hoam.samplers`).
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from hoam.integrators import STEPS, Field, heun_step
from hoam.types import PRNGKey


def rollout(
    key: PRNGKey,
    field: Field,
    *,
    x0: Float[Array, "N D"],
    times: Float[Array, " T"],
    substeps: int | Int[Array, ""],
    epsilon: float,
    order: int = 2,
) -> Float[Array, "T N D"]:
    r"""Integrate a field from `x0` at `times[0]` in equal steps and return the states at all times.

    Args:
        key: random key of the noise.
        field: $(t, x) \mapsto$ velocities `[N, D]` of all particles.
        x0: `[N, D]`, states at `times[0]`.
        times: `[T]`, ascending.
        substeps: equal steps between consecutive output times.
        epsilon: diffusion; 0 for none.
        order: of the steps without noise, a key of `hoam.integrators.STEPS`; 2 with noise.
    """

    def advance(x, inputs):
        t, h, key = inputs

        def substep(i, x):
            if epsilon == 0:
                return STEPS[order](field, x, t + i * h, h)
            normal = jax.random.normal(jax.random.fold_in(key, i), x.shape, x.dtype)
            return heun_step(field, x, t + i * h, h, epsilon * jnp.sqrt(h) * normal)

        x = jax.lax.fori_loop(0, substeps, substep, x)
        return x, x

    gaps = jnp.diff(times) / substeps
    keys = jax.random.split(key, gaps.size)
    _, path = jax.lax.scan(advance, x0, (times[:-1], gaps, keys))
    return jnp.concatenate([x0[None], path])
