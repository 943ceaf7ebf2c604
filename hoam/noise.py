r"""Where samplers start: Gaussian noise, and uniform noise on coordinates that are periodic.

States are normalised to [0, 1]; the noise lies about their middle, and a periodic coordinate is on
the circle of length 1.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from hoam.arguments import as_key, is_number
from hoam.types import PRNGKey


def noise(
    key: PRNGKey,
    deviation: float,
    *,
    like: Float[Array, "*batch D"],
    periodic: Bool[Array, " D"],
) -> Float[Array, "*batch D"]:
    r"""Draw from $\mathcal{N}(\frac12, \varsigma^2)$, and uniformly where a coordinate is periodic.

    Args:
        key: random key.
        deviation: the standard deviation $\varsigma$.
        like: array of the shape and type to return.
        periodic: `[D]`, which coordinates have period 1.
    """
    key_normal, key_uniform = jax.random.split(key)
    normal = 0.5 + deviation * jax.random.normal(key_normal, like.shape, like.dtype)
    uniform = jax.random.uniform(key_uniform, like.shape, like.dtype)
    return jnp.where(jnp.broadcast_to(periodic, like.shape), uniform, normal)


def quiet_noise(
    key: PRNGKey,
    deviation: float,
    *,
    like: Float[Array, "N D"],
    periodic: Bool[Array, " D"],
) -> Float[Array, "N D"]:
    r"""Place the same law evenly: a Sobol sequence, shifted at random, through its quantiles.

    Each sample has the law of `noise`, but together they have means with an error of about $1/N$
    instead of $1/\sqrt N$.

    Args:
        key: random key of the shift.
        deviation: the standard deviation $\varsigma$.
        like: array of the shape and type to return.
        periodic: `[D]`, which coordinates have period 1.

    Raises:
        TypeError: if `key` is none.
        ValueError: if `deviation` is not positive, `like` is no array of floats with at least one
            sample and coordinate, or `periodic` does not say true or false of each of these.

    Source: Cranley and Patterson, SIAM J. Numer. Anal. 13 (1976), for the shift.
    """
    as_key(key)
    if not (is_number(deviation) and 0 < deviation < float("inf")):
        message = f"Expected a deviation above 0; got {deviation!r}. Use e.g. 0.25."
        raise ValueError(message)
    shape, kind = np.shape(like), getattr(like, "dtype", type(like))
    if len(shape) != 2 or 0 in shape or not jnp.issubdtype(kind, jnp.floating):
        message = (
            f"Expected an array of floats [N, D] for like; got shape {shape} of {kind}. "
            "Use e.g. jax.numpy.zeros((1024, 2))."
        )
        raise ValueError(message)
    boolean = jnp.issubdtype(getattr(periodic, "dtype", type(periodic)), np.bool_)
    if not boolean or np.shape(periodic) != shape[1:]:
        message = (
            f"Expected true or false for each of {shape[1]} coordinate(s); got {periodic!r:.80}. "
            "Use a Boolean array, such as jax.numpy.asarray([True, False])."
        )
        raise ValueError(message)
    from scipy.stats import qmc  # takes longer to import than all of this package

    count, dimension = like.shape
    sobol = qmc.Sobol(dimension, scramble=True, rng=np.random.default_rng(0))
    points = sobol.random_base2(int(np.ceil(np.log2(count))))[:count]
    shift = jax.random.uniform(key, (dimension,), like.dtype)
    uniform = (jnp.asarray(points, like.dtype) + shift[None]) % 1
    tiny = jnp.finfo(like.dtype).eps
    normal = 0.5 + deviation * jax.scipy.special.ndtri(jnp.clip(uniform, tiny, 1 - tiny))
    return jnp.where(jnp.broadcast_to(periodic, like.shape), uniform, normal)


def wrap(y: Float[Array, "*batch D"], periodic: Bool[Array, " D"]) -> Float[Array, "*batch D"]:
    """Return states with their periodic coordinates modulo 1."""
    return jnp.where(jnp.broadcast_to(periodic, y.shape), y % 1, y)
