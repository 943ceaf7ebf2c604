r"""Inference: one rollout of the learned dynamics through all output times.

$$\mathrm{d}X = \nabla s(X, t; \mu)\,\mathrm{d}t + \epsilon\,\mathrm{d}W$$

`rollout` takes equal steps of the stochastic Heun method, of order 2 without noise.

Methods that take the time as a condition have no rollout: `draw_each` makes the samples of each
output time by a sampler of `hoam.samplers`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from hoam.calculus import outputs
from hoam.integrators import Field, heun_step
from hoam.types import PotentialNetwork, PRNGKey, Sampler


def rollout(
    key: PRNGKey,
    field: Field,
    *,
    x0: Float[Array, "N D"],
    times: Float[Array, " T"],
    substeps: int | Int[Array, ""],
    epsilon: float,
) -> Float[Array, "T N D"]:
    r"""Integrate a field from `x0` at `times[0]` in equal steps and return the states at all times.

    Args:
        key: random key of the noise.
        field: $(t, x) \mapsto$ velocities `[N, D]` of all particles.
        x0: `[N, D]`, states at `times[0]`.
        times: `[T]`, ascending.
        substeps: equal steps between consecutive output times.
        epsilon: diffusion; 0 for none.
    """

    def advance(x, inputs):
        t, h, key = inputs

        def substep(i, x):
            noise = jnp.zeros((), x.dtype)
            if epsilon > 0:
                normal = jax.random.normal(jax.random.fold_in(key, i), x.shape, x.dtype)
                noise = epsilon * jnp.sqrt(h) * normal
            return heun_step(field, x, t + i * h, h, noise)

        x = jax.lax.fori_loop(0, substeps, substep, x)
        return x, x

    gaps = jnp.diff(times) / substeps
    keys = jax.random.split(key, gaps.size)
    _, path = jax.lax.scan(advance, x0, (times[:-1], gaps, keys))
    return jnp.concatenate([x0[None], path])


@partial(jax.jit, static_argnames=("network", "periodic", "sampler"))
def draw_each(
    key: PRNGKey,
    params: Any,
    y0: Float[Array, "N D"],
    times: Float[Array, " T"],
    mu: Float[Array, " P"],
    *,
    network: PotentialNetwork,
    periodic: tuple[bool, ...],
    sampler: Sampler,
) -> Float[Array, "T N D"]:
    r"""Return `y0`, and as many samples at each later time, independent of it and of one another.

    Args:
        key: random key.
        params: parameters of the network.
        y0: `[N, D]`, normalised states at `times[0]`.
        times: `[T]`, normalised.
        mu: `[P]`, standardised parameter.
        network: network with `D` outputs.
        periodic: which coordinates have period 1.
        sampler: how samples are drawn at one time.
    """

    def at_time(inputs: tuple[PRNGKey, Array]) -> Array:
        key, t = inputs

        def conditional(condition: Array) -> Callable[[Array], Array]:
            joint = jnp.concatenate([mu, condition])
            layers = network.layers(params, t, joint, dimension=y0.shape[1])
            return jax.vmap(lambda y: outputs(layers, y, features=network.features))

        return sampler.draw(key, conditional, like=y0, periodic=jnp.asarray(periodic))

    keys = jax.random.split(key, times.size - 1)
    return jnp.concatenate([y0[None], jax.lax.map(at_time, (keys, times[1:]))])
