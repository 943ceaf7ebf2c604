r"""How samples are drawn at the time nodes of one training step.

Action matching needs samples of $\rho_t$ at each node, nothing more: `independent` draws them
afresh at each. A simulator offers more, particles followed through time. Using the same particles
at all nodes (`paired`) correlates the terms of the loss, so that most of the Monte Carlo error in
$\int \partial_t s$ cancels against the boundary terms. `paired_blocks` also keeps runs of
consecutive particles together, which for a Sobol sequence are low-discrepancy sets themselves.

Each function returns a draw `(key, n_nodes, n_samples) -> indices [n_nodes, size]`.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from hoam.types import PRNGKey

type Minibatch = Callable[[PRNGKey, int, int], Int[Array, "K B"]]


def independent(size: int) -> Minibatch:
    """Return a draw of `size` independent particles at each node: what samples alone allow.

    Raises:
        ValueError: if `size` is smaller than 1.
    """
    _positive(size)

    def draw(key, n_nodes, n_samples):
        return jax.random.randint(key, (n_nodes, size), 0, n_samples)

    draw.__name__ = f"independent({size})"
    return draw


def paired(size: int) -> Minibatch:
    """Return a draw of `size` random particles, the same ones at all nodes.

    Raises:
        ValueError: if `size` is smaller than 1.
    """
    _positive(size)

    def draw(key, n_nodes, n_samples):
        return jnp.broadcast_to(jax.random.randint(key, (size,), 0, n_samples), (n_nodes, size))

    draw.__name__ = f"paired({size})"
    return draw


def paired_blocks(size: int) -> Minibatch:
    """Return a draw of one aligned block of `size` consecutive particles, the same at all nodes.

    Args:
        size: block length; a power of two keeps each block of a Sobol sequence a digital net.

    Raises:
        ValueError: if `size` is smaller than 1, or (when drawn) larger than the number of samples.
    """
    _positive(size)

    def draw(key, n_nodes, n_samples):
        if n_samples < size:
            message = (
                f"Expected at least {size} samples for one block; got {n_samples}. "
                "Use a smaller block."
            )
            raise ValueError(message)
        block = jax.random.randint(key, (), 0, n_samples // size)
        return jnp.broadcast_to(block * size + jnp.arange(size), (n_nodes, size))

    draw.__name__ = f"paired_blocks({size})"
    return draw


def _positive(size: int) -> None:
    if size < 1:
        message = f"Expected a minibatch of at least 1 sample; got {size}. Use e.g. 128."
        raise ValueError(message)
