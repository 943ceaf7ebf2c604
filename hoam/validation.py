r"""The loss on samples held out: other particles, other parameters, other times.

Whatever the rule of training, the time integral is taken by the rule that the times of the samples
allow (`hoam.given_times.on_times`). An unresolved rule shows here at once: a network that exploits
the gaps between the nodes gains nothing at other times.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool

from hoam.arguments import require
from hoam.given_times import on_times
from hoam.nodes import node_table
from hoam.population import Population
from hoam.scaling import Scaling
from hoam.types import Method, Node, PotentialNetwork


def require_alike(validation: Population, scaling: Scaling) -> Population:
    """Return samples held out, if they are like those of training.

    Args:
        validation: the samples.
        scaling: normalisation of the training data.

    Raises:
        TypeError: if they are no population.
        ValueError: if they have other numbers of coordinates or parameters or another interval, or
            do not fit into single precision.
    """
    use = "hoam.Population(samples, times, mus)"
    require(validation, Population, what="a population", use=use)
    Scaling.of(validation)
    ends = [scaling.start, scaling.start + scaling.duration]
    shapes = len(scaling.low), len(scaling.mu_mean)
    if (validation.dimension, validation.mus.shape[1]) != shapes or not np.allclose(
        ends, validation.times[[0, -1]]
    ):
        message = (
            f"Expected validation samples like those of training, {shapes[0]} coordinates and "
            f"{shapes[1]} parameter(s) over the same interval; got {validation.dimension}, "
            f"{validation.mus.shape[1]} and {validation.times[[0, -1]]}. "
            "Use the same system and horizon."
        )
        raise ValueError(message)
    return validation


def validator(
    population: Population,
    scaling: Scaling,
    method: Method,
    network: PotentialNetwork,
    periodic: Bool[Array, " D"],
) -> Callable[[Any], float]:
    """Return the loss, averaged over parameter values, as a function of the trained parameters.

    Args:
        population: samples held out; its first and last time are those of training.
        scaling: normalisation of the training data.
        method: objective; its rule is not used.
        network: the network.
        periodic: `[D]`, which coordinates have period 1.
    """
    times = scaling.times(population.times)
    index, integral, boundary = node_table(on_times(times), times)
    mus = jnp.asarray(scaling.parameters(population.mus), jnp.float32)
    data = jnp.asarray(scaling.states(np.asarray(population.samples[:, index], np.float32)))
    columns = [jnp.asarray(c, jnp.float32) for c in (times[index], integral, boundary)]

    @jax.jit
    def loss(params, data):
        def at_mu(total, inputs):
            mu, x = inputs
            t, w, b = columns
            nodes = Node(t, jnp.broadcast_to(mu, (t.size, mu.size)), x, w, b)
            # The same key each time: the loss of two moments of a training compares.
            nodes = method.prepare(jax.random.key(0), nodes, periodic)
            terms = jax.lax.map(lambda node: method.loss(network, params, node), nodes)
            return total + terms.sum(), None

        return jax.lax.scan(at_mu, jnp.zeros(()), (mus, data))[0] / mus.shape[0]

    return lambda params: float(loss(params, data))
