r"""Work shared among all devices that JAX has: sums over time nodes, and blocks of particles.

Rollouts move particles that do not feel one another. Each device takes part of them, and moves one
block after the other from the first to the last time, so that a block's activations stay in cache.

The loss of a step is $\sum_j \ell(\theta; \text{node}_j)$. Each device takes part of the nodes and
adds up value and gradient one node at a time, so that a node's activations stay in cache; the
devices add their sums once, at the end. One device is the case of one part.

On a CPU, `JAX_NUM_CPU_DEVICES=2` in the environment makes two devices of one processor.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float

from hoam.types import Node, PRNGKey

_AXIS = "devices"
#: Number of particles in a block; activations of a layer of 64 then fill part of a core's cache.
BLOCK = 256


def replicate(tree: Any) -> Any:
    """Return a pytree of arrays with a copy of each on every device."""
    return jax.device_put(tree, NamedSharding(_mesh(), P()))


def value_and_gradient(
    loss: Callable[[Any, Node], Float[Array, ""]],
) -> Callable[[Any, Node], tuple[Float[Array, ""], Any]]:
    r"""Return $(\theta, \text{nodes}) \mapsto \sum_j \ell$ and $\nabla_\theta \sum_j \ell$.

    Args:
        loss: contribution of one node, a function of parameters and node.

    Returns:
        A function of parameters and of nodes stacked along a first axis, of any length.
    """
    mesh = _mesh()

    def part(params, nodes):
        # What varies between devices is summed by us, once; else each gradient would ask them all.
        params, zero = jax.lax.pcast(
            (params, (jnp.zeros((), nodes.x.dtype), jax.tree.map(jnp.zeros_like, params))),
            _AXIS,
            to="varying",
        )

        def add(total, node):
            term = jax.value_and_grad(loss)(params, node)
            return jax.tree.map(jnp.add, total, term), None

        return jax.lax.psum(jax.lax.scan(add, zero, nodes)[0], _AXIS)

    shared = jax.shard_map(part, mesh=mesh, in_specs=(P(), P(_AXIS)), out_specs=P())
    return lambda params, nodes: shared(params, _fill_up(nodes, mesh.size))


def map_blocks(
    function: Callable[..., Float[Array, "T B D"]],
    x: Float[Array, "N D"],
    key: PRNGKey,
    *shared: Any,
) -> Float[Array, "T N D"]:
    """Apply a function to blocks of particles and put its results together again.

    Args:
        function: from a block `[B, D]`, a random key of its own and `shared` to `[T, B, D]`.
        x: `[N, D]`, all particles; the last one fills up the last block.
        key: random key; a block's key does not depend on the number of devices.
        *shared: pytrees of arrays that all blocks see.
    """
    mesh, count = _mesh(), x.shape[0]
    block = min(BLOCK, -(-count // mesh.size))
    missing = -count % (block * mesh.size)
    blocks = jnp.pad(x, [(0, missing), (0, 0)], "edge").reshape(-1, block, x.shape[1])
    keys = jax.vmap(lambda i: jax.random.fold_in(key, i))(jnp.arange(blocks.shape[0]))

    def part(blocks, keys, shared):
        shared = jax.lax.pcast(shared, _AXIS, to="varying")
        return jax.lax.map(lambda inputs: function(*inputs, *shared), (blocks, keys))

    spread = jax.shard_map(part, mesh=mesh, in_specs=(P(_AXIS), P(_AXIS), P()), out_specs=P(_AXIS))
    paths = spread(blocks, keys, shared)
    return paths.swapaxes(0, 1).reshape(paths.shape[1], -1, x.shape[1])[:, :count]


def _mesh() -> jax.sharding.Mesh:
    return jax.make_mesh((jax.device_count(),), (_AXIS,), axis_types=(jax.sharding.AxisType.Auto,))


def _fill_up(nodes: Node, parts: int) -> Node:
    """Append copies of the last node with weight zero until the parts are equally long."""
    missing = -nodes.t.size % parts
    if not missing:
        return nodes
    used = jnp.arange(nodes.t.size + missing) < nodes.t.size
    nodes = jax.tree.map(
        lambda leaf: jnp.pad(leaf, [(0, missing), *[(0, 0)] * (leaf.ndim - 1)], "edge"), nodes
    )
    return nodes._replace(integral=nodes.integral * used, boundary=nodes.boundary * used)
