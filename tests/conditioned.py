"""What the tests of flow matching and of score matching share: a Gaussian that moves and turns."""

import jax
import jax.numpy as jnp
import numpy as np
import optax.contrib

import hoam
from hoam import networks
from hoam.population import Population
from hoam.types import Node

TIMES = np.linspace(0.0, 2.0, 5)
MU = 1.0


def nodes(*, count, samples, centre=0.5, width=0.2, seed=0):
    """Return nodes of equal weight with Gaussian samples in two coordinates."""
    x = centre + width * jax.random.normal(jax.random.key(seed), (count, samples, 2))
    ones = jnp.ones(count)
    return Node(jnp.linspace(0, 1, count), ones[:, None], x, ones / count, 0 * ones)


class Perturbed:
    """A known field plus combinations of 1 and y, constant and linear in the condition.

    At the optimum of a mean square the gradient in all coefficients is zero.
    """

    def __init__(self, known):
        self.known = known

    def layers(self, params, t, mu, *, dimension):
        # An affine field in the state: its values at 0 and at the unit vectors.
        condition, basis = mu[-1:], jnp.eye(dimension)
        bias = self.known(condition, jnp.zeros(dimension))
        kernel = jax.vmap(lambda y: self.known(condition, y))(basis) - bias[None]
        constant, linear = (params[i] + params[i + 2] * condition[0] for i in (0, 1))
        return ((kernel + linear * basis, bias + constant),)

    def features(self, x):
        return x


def gradients(method, known, *, centre, width, draws=64):
    """Return the gradient of the loss [draws, 4] at a known field, for independent draws."""
    network = Perturbed(known)

    def loss(params, key):
        key_sample, key_extra = jax.random.split(key)
        seed = jax.random.normal(key_sample, (32, 64, 2))
        ready = nodes(count=32, samples=64)._replace(x=centre + width * seed)
        ready = method.prepare(key_extra, ready, jnp.zeros(2, bool))
        return jnp.sum(jax.vmap(lambda node: method.loss(network, params, node))(ready))

    keys = jax.random.split(jax.random.key(5), draws)
    run = jax.jit(lambda keys: jax.lax.map(lambda key: jax.grad(loss)(jnp.zeros(4), key), keys))
    return np.asarray(run(keys))


def population(n_samples=1024):
    """Return samples of Gaussians whose mean goes round and whose covariance turns."""
    rng, samples = np.random.default_rng(0), []
    for t in TIMES:
        z = rng.normal(size=(n_samples, 2)) @ covariance_root(t).T
        samples.append(z + mean(t))
    return Population(np.asarray(samples)[None], TIMES, (MU,))


def mean(t):
    return np.asarray([np.cos(t), np.sin(t)])


def covariance_root(t):
    turn = np.asarray([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
    return turn @ np.diag([0.4, 0.2 + 0.1 * t])


def train(method, *, steps):
    """Return a small model, trained with Muon."""
    return hoam.fit(
        jax.random.key(0),
        population(),
        method,
        network=networks.CoLoRA(32, 4, outputs=2),
        steps=steps,
        learning_rate=1e-2,
        optimiser=optax.contrib.muon,
        progress=False,
    )


def assert_learns(method, *, steps, tolerance):
    """Train, sample, and compare mean and covariance at each time after the first.

    Errors are relative to the largest standard deviation, and to its square.
    """
    model = train(method, steps=steps)
    x0 = np.zeros((2000, 2), np.float32)
    path = np.asarray(model.sample(jax.random.key(1), x0, times=TIMES, mu=MU))
    np.testing.assert_array_equal(path[0], x0)
    for x, t in zip(path[1:], TIMES[1:], strict=True):
        root = covariance_root(t)
        covariance = root @ root.T
        scale = np.linalg.eigvalsh(covariance).max()
        assert np.abs(x.mean(axis=0) - mean(t)).max() < tolerance * np.sqrt(scale)
        assert np.abs(np.cov(x.T) - covariance).max() < tolerance * scale
