r"""Inference: one rollout of the learned dynamics through all output times.

$$\mathrm{d}X = \nabla s(X, t; \mu)\,\mathrm{d}t + \epsilon\,\mathrm{d}W$$

`rollout` takes equal steps, with noise (stochastic Heun, whose drift is of order 2 as the noise
vanishes) or without (the classical Runge-Kutta method, of order 4).

`adaptive_rollout` is for the dynamics without noise. The Bogacki-Shampine pair of orders 3 and 2
(Appl. Math. Lett. 2, 321, 1989) estimates its own error and chooses each step; three evaluations a
step. Output times do not shorten the steps: between them the path is the cubic Hermite polynomial
of the states and velocities at both ends, of order 4.

Methods that take the time as a condition have no rollout: `draw_each` makes the samples of each
output time by a sampler of `hoam.samplers`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hoam.calculus import outputs
from hoam.integrators import Field, bogacki_shampine_step, heun_step, runge_kutta_step
from hoam.types import PotentialNetwork, PRNGKey, Sampler, Scalar

#: Largest error of one step in any coordinate; the states of a model are normalised to [0, 1].
TOLERANCE = 1e-3
#: Steps are not refined further than this part of the largest one, whatever the error.
_FINEST = 1 / 64


def rollout(
    key: PRNGKey,
    field: Field,
    *,
    x0: Float[Array, "N D"],
    times: Float[Array, " T"],
    substeps: int,
    epsilon: float,
) -> Float[Array, "T N D"]:
    r"""Integrate a field from `x0` at `times[0]` in equal steps and return the states at all times.

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


def adaptive_rollout(
    field: Field,
    *,
    x0: Float[Array, "N D"],
    times: Float[Array, " T"],
    max_step: Scalar,
    tolerance: float = TOLERANCE,
) -> Float[Array, "T N D"]:
    r"""Integrate a field without noise from `x0` at `times[0]`, in steps chosen by their error.

    All particles share one step: particles close to one another are best integrated together.

    Args:
        field: $(t, x) \mapsto$ velocities `[N, D]` of all particles.
        x0: `[N, D]`, states at `times[0]`.
        times: `[T]`, ascending.
        max_step: largest step; the smallest is 1/64 of it, and is taken whatever its error.
        tolerance: largest estimated error of one step, over particles and coordinates.
    """
    end = times[-1]

    def attempt(state):
        (t, x, f), left, h = state
        h = jnp.minimum(h, end - t)
        x_new, f_new, error = bogacki_shampine_step(field, x, f, t, h)
        excess = jnp.max(jnp.abs(error)) / tolerance
        # The negation also accepts a NaN, which no smaller step would mend.
        accepted = ~((excess > 1) & (h > _FINEST * max_step))
        here, left = jax.tree.map(
            lambda new, old: jnp.where(accepted, new, old),
            ((t + h, x_new, f_new), (t, x, f)),
            ((t, x, f), left),
        )
        factor = jnp.clip(0.9 * jnp.maximum(excess, 1e-9) ** (-1 / 3), 0.2, 4.0)
        factor = jnp.nan_to_num(factor, nan=1.0)
        return here, left, jnp.clip(h * factor, _FINEST * max_step, max_step)

    def advance(state, time):
        state = jax.lax.while_loop(lambda state: state[0][0] < time, attempt, state)
        right, left, _ = state
        return state, _hermite(left, right, time)

    start = (times[0], x0, field(times[0], x0))
    step = jnp.asarray(max_step, x0.dtype)
    _, path = jax.lax.scan(advance, (start, start, step), times[1:])
    return jnp.concatenate([x0[None], path])


def _hermite(left: tuple, right: tuple, time: Scalar) -> Array:
    """Return the cubic with the states and velocities of two points (time, state, velocity)."""
    (t0, x0, f0), (t1, x1, f1) = left, right
    h = t1 - t0
    s = (time - t0) / h
    from_left = (1 + 2 * s) * x0 + s * h * f0
    from_right = (3 - 2 * s) * x1 - (1 - s) * h * f1
    return (1 - s) ** 2 * from_left + s**2 * from_right


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
