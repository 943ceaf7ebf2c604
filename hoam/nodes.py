r"""What one training step sees: time nodes with their weights, and samples at each.

A node carries the rule's weight for the integrand and, at both ends, the weight of the boundary
term. A fixed rule needs samples at its nodes; random times are drawn from those there are.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from hoam.given_times import on_times
from hoam.minibatches import Minibatch
from hoam.population import Population
from hoam.quadrature import Rule
from hoam.scaling import Scaling
from hoam.types import Node, PRNGKey

type Table = Callable[[PRNGKey], tuple[Array, Array, Array]]


def node_table(rule: Rule, times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return indices into `times`, integral weights and boundary weights of a fixed rule.

    Args:
        rule: the rule.
        times: `[T]`, normalised to [0, 1], both ends included.

    Raises:
        ValueError: if a node is not among the times. Nodes are never moved to a time nearby.
    """
    nearest = np.abs(times[:, None] - rule.nodes).argmin(axis=0)
    miss = np.abs(times[nearest] - rule.nodes)
    if miss.max() > 1e-9:
        message = (
            f"Expected samples at the nodes of {rule.name}; got none "
            f"within {miss.max():.1e} of "
            f"node {rule.nodes[miss.argmax()]:.6f}. "
            "Use population(times=rule.times(start, end)), or hoam.given_times.on_times(times) "
            "for the times you have."
        )
        raise ValueError(message)
    weights = np.zeros(times.size)
    weights[nearest] = rule.weights
    boundary = np.zeros(times.size)
    boundary[0], boundary[-1] = 1.0, -1.0
    used = np.flatnonzero((weights != 0) | (boundary != 0))
    return used, weights[used], boundary[used]


def node_sampler(
    population: Population, scaling: Scaling, rule: Rule, minibatch: Minibatch
) -> Callable[[PRNGKey, jax.Array], Node]:
    """Return a function that draws the nodes of one step from a key and the normalised samples.

    Args:
        population: training population, for its times and parameters.
        scaling: its normalisation.
        rule: rule in time.
        minibatch: how samples are drawn at the nodes.

    Raises:
        ValueError: if a node of a fixed rule is not among the times.
    """
    times = scaling.times(population.times)
    grid = jnp.asarray(times, jnp.float32)
    mus = jnp.asarray(scaling.parameters(population.mus), jnp.float32)
    table = _random_table(rule.draw, times) if rule.draw else _fixed_table(rule, times)

    def draw(key: PRNGKey, data: jax.Array) -> Node:
        key_mu, key_time, key_sample = jax.random.split(key, 3)
        m = jax.random.randint(key_mu, (), 0, data.shape[0])
        index, integral, boundary = table(key_time)
        rows = minibatch.draw(key_sample, index.size, data.shape[2])
        mu = jnp.broadcast_to(mus[m], (index.size, mus.shape[1]))
        x = data[m, index[:, None], rows]
        return Node(grid[index], mu, x, integral.astype(x.dtype), boundary.astype(x.dtype))

    return draw


def _fixed_table(rule: Rule, times: np.ndarray) -> Table:
    index, integral, boundary = (jnp.asarray(column) for column in node_table(rule, times))

    def table(key: PRNGKey) -> tuple[Array, Array, Array]:
        del key
        return index, integral, boundary

    return table


def _random_table(draw_times: Callable[[PRNGKey], Array], times: np.ndarray) -> Table:
    # Uniform in time from the times there are: each is drawn as often as its share of the interval.
    shares = jnp.cumsum(jnp.asarray(on_times(times).weights))
    last = times.size - 1

    def table(key: PRNGKey) -> tuple[Array, Array, Array]:
        drawn = jnp.searchsorted(shares, shares[-1] * draw_times(key))
        n = drawn.size
        integral = jnp.asarray([*[1 / n] * n, 0.0, 0.0])
        boundary = jnp.asarray([*[0.0] * n, 1.0, -1.0])
        return jnp.concatenate([drawn, jnp.asarray([0, last])]), integral, boundary

    return table
