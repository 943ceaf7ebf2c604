"""A Gaussian on the line whose mean and width move, with samples that have its moments exactly."""

import jax
import jax.numpy as jnp

from hoam.types import Node


def mean(t):
    return jnp.sin(2 * t)


def width(t):
    return 1 + 0.5 * t**2


def samples(t):
    """Return two samples [2, 1] with the mean and the variance of the law, to rounding."""
    return jnp.stack([mean(t) - width(t), mean(t) + width(t)])[:, None]


def nodes(times):
    """Return a node per time, without weights."""
    t = jnp.asarray(times)
    zero = jnp.zeros(t.size)
    return Node(t, jnp.zeros((t.size, 1)), jax.vmap(samples)(t), zero, zero)


class Quadratic:
    """The potential s(x, t) = a(t) x^2 / 2 + b(t) x + c(t) as a perceptron of one layer."""

    def features(self, x):
        return jnp.concatenate([x**2 / 2, x])

    def layers(self, params, t, mu, *, dimension):
        a, b, c = params(t)
        return ((jnp.stack([a, b])[:, None], jnp.atleast_1d(c)),)
