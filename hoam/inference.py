r"""Compiled rollouts of a trained potential, block by block of neighbouring particles.

The field is the gradient of the network plus that of the linear part, if there is one:
$\nabla s_\theta(x, t; \mu) + \sum_k c_k(t, \mu)\nabla\varphi_k(x)$, normalised.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.spatial import KDTree

from hoam.calculus import evaluate
from hoam.devices import BLOCK, map_blocks
from hoam.linear_part import Basis, coefficients_at
from hoam.sample import adaptive_rollout, rollout
from hoam.types import PotentialNetwork, PRNGKey, Scalar


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
    network: PotentialNetwork,
    basis: Basis | None,
    periodic: tuple[bool, ...],
    epsilon: float,
) -> Float[Array, "T N D"]:
    """Return normalised states at all times; see `Model.sample`."""
    if max_step is None:
        max_step = 1 / 16 if epsilon == 0 else 1 / 256
    # Neighbours share a block, and so the steps that suit them.
    order = KDTree(y0, leafsize=BLOCK).indices if epsilon == 0 else np.arange(len(y0))
    gaps = np.diff(times).max() / max_step
    path = _compiled(
        key,
        params,
        pieces,
        y0[order],
        jnp.asarray(times, jnp.float32),
        jnp.asarray(mu, jnp.float32),
        jnp.asarray(max_step, jnp.float32),
        network=network,
        basis=basis,
        periodic=periodic,
        substeps=0 if epsilon == 0 else max(1, int(np.ceil(gaps - 1e-9))),
        epsilon=epsilon,
    )
    return path[:, np.argsort(order)]


@partial(jax.jit, static_argnames=("network", "basis", "periodic", "substeps", "epsilon"))
def _compiled(
    key: PRNGKey,
    params: Any,
    pieces: Any,
    y0: Array,
    times: Array,
    mu: Array,
    max_step: Array,
    *,
    network: PotentialNetwork,
    basis: Basis | None,
    periodic: tuple[bool, ...],
    substeps: int,
    epsilon: float,
) -> Float[Array, "T N D"]:
    wrapped = jnp.asarray(periodic)[None]

    def paths(y0, key, params, pieces, times, mu, max_step):
        s = potential(network, basis, params, pieces, y0.shape[1])

        def field(t, y):
            # Particles may cross the box during the rollout; the network knows one period.
            return jax.vmap(jax.grad(s(t, mu)))(jnp.where(wrapped, y % 1, y))

        if epsilon == 0:
            return adaptive_rollout(field, x0=y0, times=times, max_step=max_step)
        return rollout(key, field, x0=y0, times=times, substeps=substeps, epsilon=epsilon)

    return map_blocks(paths, y0, key, params, pieces, times, mu, max_step)
