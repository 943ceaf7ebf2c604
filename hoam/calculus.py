r"""Derivatives of a potential: the only place where derivatives are nested.

The loss needs $\nabla s$ and the generator $\partial_t s + \frac{\epsilon^2}{2}\Delta s$. For a
perceptron both come from one forward pass. Beside the value $h$, each layer carries the slopes $J_k
= v_k\cdot\nabla h$ along directions $v_k$ and the generator $g = \partial_t h +
\frac{\epsilon^2}{2}\sum_k (v_k\cdot\nabla)^2 h$. A linear layer with time derivative $(\dot C, \dot
c)$ maps

$$h \mapsto hC + c, \qquad J_k \mapsto J_k C, \qquad g \mapsto gC + h\dot C + \dot c,$$

and an activation maps $J_k \mapsto \sigma'(h) J_k$ and $g \mapsto \sigma'(h) g +
\frac{\epsilon^2}{2}\sigma''(h)\sum_k J_k^2$. Time derivative and Laplacian share one channel, so a
state of dimension $D$ costs $D + 2$ rows in each matrix product. With the unit vectors as
directions the Laplacian is exact; with $K$ random signs it is Hutchinson's unbiased estimate.

For any other potential $s(x, t, \mu)$, `gradient`, `time_derivative`, `laplacian` and `hutchinson`
give the same by automatic differentiation.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hoam.arguments import as_whole
from hoam.types import Layers, Potential, PRNGKey, Scalar


class Jet(NamedTuple):
    r"""A potential and its derivatives at a batch of states.

    Attributes:
        value: `[B]`, $s$.
        slopes: `[K, B]`, $v_k\cdot\nabla s$; the gradient when the directions are unit vectors.
        generator: `[B]`, $\partial_t s + \frac{\epsilon^2}{2}\sum_k (v_k\cdot\nabla)^2 s$.
    """

    value: Float[Array, " B"]
    slopes: Float[Array, "K B"]
    generator: Float[Array, " B"]


def outputs(
    layers: Layers, x: Float[Array, " D"], *, features: Callable = lambda x: x
) -> Float[Array, " O"]:
    """Return all outputs of the perceptron at one state.

    Args:
        layers: kernels and biases, as from `Network.layers`.
        x: `[D]`, a normalised state.
        features: inputs of the first layer as a function of `x`.
    """
    h = features(x)
    for kernel, bias in layers[:-1]:
        h = jax.nn.swish(h @ kernel + bias)
    kernel, bias = layers[-1]
    return h @ kernel + bias


def evaluate(
    layers: Layers, x: Float[Array, " D"], *, features: Callable = lambda x: x
) -> Float[Array, ""]:
    """Return the perceptron's value at one state: the first of its outputs.

    Args:
        layers: kernels and biases, as from `Network.layers`.
        x: `[D]`, a normalised state.
        features: inputs of the first layer as a function of `x`.
    """
    return outputs(layers, x, features=features)[0]


def jet(
    layers: Layers,
    rates: Layers | None,
    x: Float[Array, "B D"],
    *,
    directions: Float[Array, "K #B D"],
    epsilon: float,
    features: Callable = lambda x: x,
) -> Jet:
    r"""Push a batch of states through the perceptron together with their derivatives.

    Args:
        layers: kernels and biases at one time and parameter.
        rates: their time derivatives, from one `jax.jvp` of the layers; `None` to leave
            $\partial_t s$ out.
        x: `[B, D]`, normalised states.
        directions: `[K, 1, D]` for all states alike, or `[K, B, D]`: `jnp.eye(D)[:, None]` for the
            exact Laplacian, `K` random signs scaled by $K^{-1/2}$ for Hutchinson's estimate.
        epsilon: diffusion $\epsilon \ge 0$; 0 leaves the Laplacian out.
        features: inputs of the first layer as a function of one state.

    Returns:
        The jet of $s$ at each state.
    """
    half = 0.5 * epsilon**2
    # Batched by hand, so that each channel is one contiguous matrix: the step takes about two
    # thirds of what `vmap` of one state's lines takes, which lays the channels side by side.
    directions = jnp.broadcast_to(directions, (directions.shape[0], *x.shape))
    h, slopes, generator = jax.vmap(
        lambda x, v: lift(features, x, v, half), in_axes=(0, 1), out_axes=(0, 1, 0)
    )(x, directions)
    last = len(layers) - 1
    for i, (kernel, bias) in enumerate(layers):
        generator = generator @ kernel
        if rates is not None:
            kernel_rate, bias_rate = rates[i]
            generator = generator + h @ kernel_rate + bias_rate[None]
        h = h @ kernel + bias[None]
        slopes = (slopes.reshape(-1, kernel.shape[0]) @ kernel).reshape(-1, *h.shape)
        if i < last:
            gate = jax.nn.sigmoid(h)
            first = gate * (1 + h * (1 - gate))
            generator = first * generator
            if half > 0:
                second = gate * (1 - gate) * (2 + h * (1 - 2 * gate))
                generator = generator + half * second * jnp.sum(slopes**2, axis=0)
            h, slopes = h * gate, first[None] * slopes
    return Jet(h[:, 0], slopes[:, :, 0], generator[:, 0])


def lift(
    features: Callable, x: Float[Array, " D"], directions: Float[Array, "K D"], half: float
) -> tuple[Float[Array, " F"], Float[Array, "K F"], Float[Array, " F"]]:
    r"""Return functions of a state, their slopes, and `half` times their second derivatives.

    Args:
        features: from a state to the values of all functions.
        x: `[D]`, the state.
        directions: `[K, D]`, directions $v_k$ of the derivatives.
        half: factor of $\sum_k (v_k\cdot\nabla)^2$.
    """

    def along(v: Array) -> tuple[Array, Array]:
        slope = lambda y: jax.jvp(features, (y,), (v,))[1]  # noqa: E731
        return jax.jvp(slope, (x,), (v,))

    slopes, curvatures = jax.vmap(along)(directions)
    return features(x), slopes, half * curvatures.sum(axis=0)


def random_signs(
    key: PRNGKey, batch: tuple[int, ...], probes: int, dimension: int
) -> Float[Array, "*batch K D"]:
    r"""Return Hutchinson directions: random signs over $\sqrt K$.

    Then $\sum_k v_k^\top H v_k$ has mean $\mathrm{tr}\,H$ for any symmetric $H$.

    Args:
        key: random key.
        batch: shape of the states that get directions of their own.
        probes: number $K$ of directions of each; 0 for none.
        dimension: number of coordinates.
    """
    signs = jax.random.rademacher(key, (*batch, probes, dimension), jnp.result_type(float))
    return signs / max(probes, 1) ** 0.5


def gradient(s: Potential) -> Callable[..., Float[Array, " D"]]:
    r"""Return $\nabla s$ as a function of $(x, t, \mu)$."""
    return jax.grad(s, argnums=0)


def time_derivative(s: Potential) -> Callable[..., Float[Array, ""]]:
    r"""Return $\partial_t s$ as a function of $(x, t, \mu)$."""

    def derivative(x, t, mu):
        t = jnp.asarray(t, x.dtype)
        return jax.jvp(lambda u: s(x, u, mu), (t,), (jnp.ones_like(t),))[1]

    return derivative


def laplacian(s: Potential) -> Callable[..., Float[Array, ""]]:
    r"""Return the exact $\Delta s$ as a function of $(x, t, \mu)$."""

    def trace(x, t, mu):
        return jnp.sum(_curvatures(s, x, t, mu, jnp.eye(x.size, dtype=x.dtype)))

    return trace


def hutchinson(s: Potential, *, probes: int) -> Callable[..., Float[Array, ""]]:
    r"""Return an unbiased estimate of $\Delta s$ as a function of $(key, x, t, \mu)$.

    Args:
        s: the potential.
        probes: number of random directions; the variance falls like one over it.

    Raises:
        ValueError: if `probes` is smaller than 1.
    """
    as_whole(probes, least=1, what="a number of probes")

    def estimate(key, x, t, mu):
        return jnp.sum(_curvatures(s, x, t, mu, random_signs(key, (), probes, x.size)))

    return estimate


def _curvatures(s: Potential, x: Array, t: Scalar, mu: Array, directions: Array) -> Array:
    def along(v):
        slope = lambda y: jax.jvp(lambda z: s(z, t, mu), (y,), (v,))[1]  # noqa: E731
        return jax.jvp(slope, (x,), (v,))[1]

    return jax.vmap(along)(directions)
