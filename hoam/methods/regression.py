r"""The loss that flow matching and score matching share: a mean square, over noise drawn at random.

Both train a network $f(x; t, \mu, c)$ with one output per coordinate and one further condition $c$
on targets $u$ that are known with their inputs,

$$L(f) = \int_0^1 \mathbb{E}\,|f(x; t, \mu, c) - u|^2\,\mathrm{d}t.$$

Its minimiser is the conditional mean $\mathbb{E}[u \mid x, t, \mu, c]$. Layers depend on $c$ and
are built once per node, so all samples of a node share one value; the values are spread over the
nodes of a step, one in each of as many equal parts, so that the step as a whole sees all of them.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hoam.calculus import outputs
from hoam.types import Node, PotentialNetwork, PRNGKey


class Target(NamedTuple):
    """What a node of a regression has besides its inputs.

    Attributes:
        condition: `[1]`, the further condition of the network.
        value: `[B, D]`, what the network's outputs should be at the samples.
    """

    condition: Float[Array, " 1"]
    value: Float[Array, "B D"]


def squared_error(network: PotentialNetwork, params: Any, node: Node) -> Float[Array, ""]:
    r"""Return $w_j$ times the mean over samples of $|f - u|^2$ at one node.

    Args:
        network: network with `D` outputs.
        params: its parameters.
        node: a node with a `Target` in `extra`.
    """
    joint = jnp.concatenate([node.mu, node.extra.condition])
    layers = network.layers(params, node.t, joint, dimension=node.x.shape[-1])
    values = jax.vmap(lambda x: outputs(layers, x, features=network.features))(node.x)
    return node.integral * jnp.mean(jnp.sum((values - node.extra.value) ** 2, axis=-1))


def spread_evenly(key: PRNGKey, nodes: Node) -> Float[Array, " K"]:
    """Return a uniform number for each of `K` nodes, one in each of `K` equal parts of [0, 1].

    Args:
        key: random key.
        nodes: the nodes of one step, for their number and type.
    """
    key_order, key_place = jax.random.split(key)
    count = nodes.t.size
    places = jax.random.permutation(key_order, count)
    return (places + jax.random.uniform(key_place, (count,), nodes.x.dtype)) / count
