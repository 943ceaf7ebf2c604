r"""Compiled inference of a trained model, block by block of particles.

The field is the gradient of the network plus that of the linear part, if there is one:
$\nabla s_\theta(x, t; \mu) + \sum_k c_k(t, \mu)\nabla\varphi_k(x)$, normalised. Methods that take
the time as a condition have no field: `draw_each` makes the samples of each output time by a
sampler.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.calculus import evaluate, outputs
from hoam.devices import map_blocks
from hoam.linear_part import Basis, coefficients_at
from hoam.sample import rollout
from hoam.types import PotentialNetwork, PRNGKey, Sampler, Scalar

#: Default of the largest step of a rollout, as a fraction of the trained time interval.
MAX_STEP = 1 / 128


def potential(
    network: PotentialNetwork, basis: Basis | None, params: Any, pieces: Any, dimension: int
) -> Callable[[Scalar, Array], Callable[[Array], Array]]:
    r"""Return $(t, \mu) \mapsto (y \mapsto s)$, so that layers are built once for all states.

    Args:
        network: network of the potential.
        basis: functions of its linear part, or `None`.
        params: trained parameters.
        pieces: polynomials of the coefficients at this parameter (`LinearPart.pieces`), if any.
        dimension: number of coordinates.
    """

    def at(t: Scalar, mu: Array) -> Callable[[Array], Array]:
        layers = network.layers(params, t, mu, dimension=dimension)
        learned = partial(evaluate, layers, features=network.features)
        if basis is None:
            return learned
        functions, linear = basis, coefficients_at(pieces, t)
        return lambda y: learned(y) + linear @ functions(y)

    return at


def roll_out(
    key: PRNGKey,
    params: Any,
    pieces: Any,
    y0: Float[Array, "N D"],
    times: np.ndarray,
    mu: np.ndarray,
    *,
    max_step: float | None,
    order: int,
    network: PotentialNetwork,
    basis: Basis | None,
    periodic: tuple[bool, ...],
    epsilon: float,
) -> Float[Array, "T N D"]:
    """Return normalised states at all times; see `Model.sample`."""
    gaps = np.diff(times).max() / (MAX_STEP if max_step is None else max_step)
    return _compiled(
        key,
        params,
        pieces,
        y0,
        jnp.asarray(times, jnp.float32),
        jnp.asarray(mu, jnp.float32),
        jnp.asarray(max(1, int(np.ceil(gaps - 1e-9)))),
        order=order,
        network=network,
        basis=basis,
        periodic=periodic,
        epsilon=epsilon,
    )


@partial(jax.jit, static_argnames=("order", "network", "basis", "periodic", "epsilon"))
def _compiled(
    key: PRNGKey,
    params: Any,
    pieces: Any,
    y0: Array,
    times: Array,
    mu: Array,
    substeps: Array,
    *,
    order: int,
    network: PotentialNetwork,
    basis: Basis | None,
    periodic: tuple[bool, ...],
    epsilon: float,
) -> Float[Array, "T N D"]:
    wrapped = jnp.asarray(periodic)[None]

    def paths(y0, key, params, pieces, times, mu, substeps):
        s = potential(network, basis, params, pieces, y0.shape[1])

        def field(t, y):
            # Particles may cross the box during the rollout; the network knows one period.
            return jax.vmap(jax.grad(s(t, mu)))(jnp.where(wrapped, y % 1, y))

        return rollout(
            key, field, x0=y0, times=times, substeps=substeps, epsilon=epsilon, order=order
        )

    return map_blocks(paths, y0, key, params, pieces, times, mu, substeps)


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

    def draws(y0, key, params, times, mu):
        def at_time(inputs: tuple[PRNGKey, Array]) -> Array:
            key, t = inputs

            def conditional(condition: Array) -> Callable[[Array], Array]:
                joint = jnp.concatenate([mu, condition])
                layers = network.layers(params, t, joint, dimension=y0.shape[1])
                return jax.vmap(lambda y: outputs(layers, y, features=network.features))

            return sampler.draw(key, conditional, like=y0, periodic=jnp.asarray(periodic))

        keys = jax.random.split(key, times.size - 1)
        return jnp.concatenate([y0[None], jax.lax.map(at_time, (keys, times[1:]))])

    return map_blocks(draws, y0, key, params, times, mu)
