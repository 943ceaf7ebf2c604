"""The smallest learning problem with a known answer: a Gaussian that moves at speed mu."""

import jax
import numpy as np

import hoam
from hoam import methods, minibatches, networks, quadrature
from hoam.population import Population
from hoam.scaling import Scaling

RULE = quadrature.gauss_legendre(6)
METHOD = methods.action_matching(rule=RULE)
NETWORK = networks.CoLoRA(width=16, depth=3)
MUS = (0.5, 1.0, 1.5)
DIRECTION = np.asarray([1.0, -0.5])
DURATION = 2.0
#: Keyword arguments of a run of `hoam.fit` that takes a moment.
SHORT = {
    "network": NETWORK,
    "steps": 40,
    "minibatch": minibatches.paired(16),
    "checkpoint_every": 10,
    "progress": False,
}


def population(*, mus=MUS, n_samples=512, times=None, seed=0):
    """Return samples of N((3, -2) + mu t (1, -0.5), 0.1^2 I), the same particles at all times."""
    times = RULE.times(0.0, DURATION) if times is None else np.asarray(times)
    start = 0.1 * np.random.default_rng(seed).normal(size=(n_samples, 2)) + [3.0, -2.0]
    shift = np.asarray(mus)[:, None, None] * times[:, None] * DIRECTION
    return Population(start + shift[:, :, None, :], times, mus)


def untrained():
    """Return a model with initial parameters."""
    params = NETWORK.initialise(jax.random.key(0), dimension=2, parameters=1)
    return hoam.Model(NETWORK, params, Scaling.of(population(n_samples=16)), 0.0, {})


def train(path, *, samples=None, method=METHOD, **changes):
    """Return a model trained with a checkpoint at `path`; `changes` go to `hoam.fit`."""
    samples = population(n_samples=32) if samples is None else samples
    settings = {**SHORT, **changes}
    return hoam.fit(jax.random.key(0), samples, method, checkpoint=path, **settings)


def same(one, two):
    """Say whether two pytrees are equal bit for bit."""
    return jax.tree.all(jax.tree.map(lambda a, b: np.array_equal(a, b), one, two))
