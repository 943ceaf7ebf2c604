"""Slow and plain versions of what the package computes fast: nested automatic differentiation."""

import functools

import jax
import jax.numpy as jnp

from hoam import networks
from hoam.calculus import evaluate

WIDTH, DEPTH = 16, 3
CASES = {
    f"{kind.__name__}{'-periodic' if any(periodic) else ''}": kind(WIDTH, DEPTH, periodic)
    for kind in (networks.MLP, networks.FiLM, networks.CoLoRA)
    for periodic in ((), (True, False))
}
CASES["CoLoRA-waves"] = networks.CoLoRA(WIDTH, DEPTH, frequencies=(1.0, 3.0), modulation_width=8)


def double(tree):
    """Return a pytree with all leaves in double precision."""
    return jax.tree.map(lambda leaf: leaf.astype(jnp.float64), tree)


@functools.cache
def parameters(network, *, seed=0, dimension=2, count=1):
    """Return parameters with every array random, so that no term is zero by initialisation."""

    @jax.jit
    def draw():
        params = network.initialise(jax.random.key(seed), dimension=dimension, parameters=count)
        leaves, structure = jax.tree.flatten(double(params))
        keys = jax.random.split(jax.random.key(seed + 1), len(leaves))
        noise = [jax.random.normal(k, p.shape) for p, k in zip(leaves, keys, strict=True)]
        shifted = [p + 0.3 * n for p, n in zip(leaves, noise, strict=True)]
        return jax.tree.unflatten(structure, shifted)

    return draw()


def potential(network, params):
    """Return s(x, t, mu) of a network, layers rebuilt at each call."""

    def s(x, t, mu):
        layers = network.layers(params, t, mu, dimension=x.size)
        return evaluate(layers, x, features=network.features)

    return s


def generator(s, epsilon):
    """Return d_t s + epsilon^2/2 Lap s by nested automatic differentiation."""

    def value(x, t, mu):
        laplacian = jnp.trace(jax.hessian(s)(x, t, mu))
        return jax.grad(s, argnums=1)(x, t, mu) + 0.5 * epsilon**2 * laplacian

    return value


def node_loss(s, node, epsilon, weight=jnp.ones_like):
    """Return the action-matching loss of one node from a potential, weighted in time."""

    def weighted(x, t, mu):
        return weight(t) * s(x, t, mu)

    def at_sample(x):
        slope = jax.grad(s)(x, node.t, node.mu)
        rest = generator(weighted, epsilon)(x, node.t, node.mu)
        integrand = 0.5 * weight(node.t) * slope @ slope + rest
        return node.integral * integrand + node.boundary * weighted(x, node.t, node.mu)

    return jnp.mean(jax.vmap(at_sample)(node.x))
