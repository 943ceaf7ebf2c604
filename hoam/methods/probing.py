r"""Gradient and Laplacian in a loss: exact in one forward pass, or from random directions.

The losses of action matching and of DICE hold $\frac12|\nabla s|^2 + \frac{\epsilon^2}{2}\Delta s$.
The forward pass of `hoam.calculus.jet` along all $D$ unit vectors gives both exactly, at the cost
of $D + 2$ rows. In many dimensions a reverse pass for the gradient and $K$ random directions for
the Laplacian (Hutchinson's estimate) cost less.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hoam.arguments import as_whole, is_number, require, require_function
from hoam.calculus import Jet, evaluate, jet, random_signs
from hoam.quadrature import Rule
from hoam.types import Layers, Node, PRNGKey


def check(rule: Rule, epsilon: float, probes: int | None, weight: Callable | None = None) -> None:
    r"""Refuse what is no rule or weight, a diffusion or number of random directions out of range.

    Args:
        rule: rule in time.
        epsilon: diffusion $\epsilon \ge 0$.
        probes: number of random directions, at least 1, or `None` for the exact Laplacian.
        weight: function of time, or `None` for 1.

    Raises:
        TypeError: if `rule` or `weight` is none.
        ValueError: if `epsilon` is negative or not finite, or `probes` is smaller than 1.
    """
    require(rule, Rule, what="a rule in time", use="e.g. hoam.quadrature.gauss_legendre(64)")
    if not is_number(epsilon) or not 0 <= epsilon < float("inf"):
        message = f"Expected a finite epsilon >= 0; got {epsilon!r}. Use 0 for no diffusion."
        raise ValueError(message)
    if probes is not None:
        as_whole(probes, least=1, what="a number of probes")
    if weight is not None:
        use = "e.g. hoam.methods.decaying(8.0)"
        require_function(weight, what="a weight, a function of the time in [0, 1]", use=use)


def draw_signs(
    key: PRNGKey, nodes: Node, *, epsilon: float, probes: int | None
) -> Float[Array, "J B K D"] | None:
    r"""Return random directions for each sample of a step, or `None` for the unit vectors.

    Args:
        key: random key.
        nodes: the nodes of one step, with samples `[J, B, D]`.
        epsilon: diffusion; without it there is no Laplacian to estimate, so `K` is 0.
        probes: number of random directions.
    """
    if probes is None:
        return None
    *batch, dimension = nodes.x.shape
    signs = random_signs(key, tuple(batch), probes if epsilon > 0 else 0, dimension)
    return signs.astype(nodes.x.dtype)


def mean_over_samples(
    term: Callable[[Jet], Array],
    layers: Layers,
    rates: Layers | None,
    x: Float[Array, "B D"],
    signs: Float[Array, "B K D"] | None,
    *,
    epsilon: float,
    features: Callable,
) -> Float[Array, ""]:
    r"""Return the mean over samples of a function of the potential and its derivatives.

    Args:
        term: from a `Jet` whose slopes `[D, B]` are the gradient to a number for each sample.
        layers: kernels and biases at one time and parameter.
        rates: their time derivatives, `None` to leave $\partial_t s$ out.
        x: `[B, D]`, the samples.
        signs: random directions of each sample; `None` for the exact Laplacian.
        epsilon: diffusion.
        features: inputs of the first layer as a function of a state.
    """
    if signs is None:
        directions = jnp.eye(x.shape[-1], dtype=x.dtype)[:, None]
    else:
        directions = signs.swapaxes(0, 1)
    found = jet(layers, rates, x, directions=directions, epsilon=epsilon, features=features)
    if signs is not None:
        slope = jax.grad(lambda y: evaluate(layers, y, features=features))
        found = found._replace(slopes=jax.vmap(slope, out_axes=1)(x))
    return jnp.mean(term(found))
