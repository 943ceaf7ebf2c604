r"""How samples are drawn at the time nodes of one training step.

Action matching needs samples of $\rho_t$ at each node, nothing more. `independent` draws them
afresh at each node. `stratified` does so too, but spreads them: with the samples of a node laid in
$B$ cells of equal probability, the draw takes one from each. The mean over such a draw is unbiased,
and its variance is that *within* the cells alone, smaller by a factor of order $B^{2/D}$ for a
smooth integrand. It needs no more than samples either. `paired` takes the same particles at all
nodes, which a simulator offers and samples alone do not.

The cells are the leaves of a balanced k-d tree: `Minibatch.arrange` orders the samples of each node
by their place in the tree, once, so that cells are runs of consecutive samples.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from hoam.arguments import as_whole
from hoam.types import PRNGKey

#: The tree is not refined below cells of this many samples: it takes longer, and gains less the
#: smaller the cells. Draws of so many that a cell holds fewer are spread no better for it.
_SMALLEST_CELL = 32
#: Single precision counts no further: beyond, cells could not be told apart.
_LARGEST = 2**24


@dataclass(frozen=True)
class Minibatch:
    """A way to draw samples at the nodes of one step.

    Args:
        name: what training records call it.
        draw: `(key, n_nodes, n_samples) -> indices [n_nodes, B]`.
        arrange: order in which `draw` expects the normalised samples `[M, T, N, D]`; applied once,
            before training. Left as they are if not given.
    """

    name: str
    draw: Callable[[PRNGKey, int, int], Int[Array, "K B"]]
    arrange: Callable[[Float[np.ndarray, "M T N D"]], Float[np.ndarray, "M T N D"]] = lambda x: x


def independent(size: int) -> Minibatch:
    """Return a draw of `size` independent samples at each node: what samples alone allow.

    Args:
        size: number of samples `B` at each node.

    Raises:
        ValueError: if `size` is no whole number from 1 to 2^24.
    """
    as_whole(size, least=1, most=_LARGEST, what="the size of a minibatch")

    def draw(key: PRNGKey, n_nodes: int, n_samples: int) -> Array:
        return jax.random.randint(key, (n_nodes, size), 0, n_samples)

    return Minibatch(f"independent({size})", draw)


def stratified(size: int) -> Minibatch:
    r"""Return a draw of one sample from each of `size` cells of equal probability, at each node.

    Args:
        size: number of cells, and of samples `B` at each node.

    Raises:
        ValueError: if `size` is no whole number from 1 to 2^24.
    """
    as_whole(size, least=1, most=_LARGEST, what="the size of a minibatch")

    def draw(key: PRNGKey, n_nodes: int, n_samples: int) -> Array:
        place = jnp.arange(size)[None] + jax.random.uniform(key, (n_nodes, size))
        # Rounding may lift the last sample's place to the end itself.
        return jnp.minimum((place * (n_samples / size)).astype(jnp.int32), n_samples - 1)

    return Minibatch(f"stratified({size})", draw, in_cells)


def paired(size: int) -> Minibatch:
    """Return a draw of `size` random particles, the same ones at all nodes.

    Args:
        size: number of particles `B`; row `i` of the samples must be one particle at all times.

    Raises:
        ValueError: if `size` is no whole number from 1 to 2^24.
    """
    as_whole(size, least=1, most=_LARGEST, what="the size of a minibatch")

    def draw(key: PRNGKey, n_nodes: int, n_samples: int) -> Array:
        return jnp.broadcast_to(jax.random.randint(key, (size,), 0, n_samples), (n_nodes, size))

    return Minibatch(f"paired({size})", draw)


def in_cells(samples: Float[np.ndarray, "M T N D"]) -> Float[np.ndarray, "M T N D"]:
    """Return the samples, ordered at each parameter and time by their place in a k-d tree.

    The tree halves the samples at the median of the widest coordinate, again and again, so runs of
    consecutive samples lie in one cell. The sets stay the same; rows are no particles any more.

    Args:
        samples: `[M, T, N, D]`, normalised, so that widths of coordinates compare.
    """
    from scipy.spatial import KDTree  # takes as long to import as all of this package

    ordered = np.empty_like(samples)
    for place in np.ndindex(samples.shape[:2]):
        tree = KDTree(samples[place], leafsize=_SMALLEST_CELL)
        ordered[place] = samples[place][tree.indices]
    return ordered
