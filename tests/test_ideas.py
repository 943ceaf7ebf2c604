r"""Ideas for the training: each optimiser against its formula, on the gradient $\theta - c_n$."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from benchmarks.ideas import Scaled, averaged, gathered, more_at_the_ends, schedule_free
from hoam import quadrature
from hoam.methods import action_matching
from hoam.networks import CoLoRA
from hoam.types import Node

STEPS, RATE = 40, 0.3
TARGETS = np.random.default_rng(0).normal(size=(STEPS, 3))


def run(optimiser, steps=STEPS):
    """Return the weights after each step of a training of `STEPS`."""
    transform = optimiser(optax.cosine_decay_schedule(RATE, STEPS))

    @jax.jit
    def one(theta, state, target):
        change, state = transform.update(theta - target, state, theta)
        return optax.apply_updates(theta, change), state

    theta, path = jnp.zeros(3), []
    state = transform.init(theta)
    for target in TARGETS[:steps]:
        theta, state = one(theta, state, jnp.asarray(target))
        path.append(np.asarray(theta))
    return np.asarray(path)


def test_a_training_goes_on_from_the_weights_and_ends_with_their_average():
    weights, found = run(optax.sgd), run(averaged(optax.sgd, decay=0.9))
    np.testing.assert_allclose(found[:-1], weights[:-1], rtol=1e-12)
    average = np.zeros(3)
    for theta in weights:
        average = 0.9 * average + 0.1 * theta
    np.testing.assert_allclose(found[-1], average, rtol=1e-12)


def test_schedule_free_takes_gradients_between_weights_and_average_and_ends_with_the_average():
    z = x = y = np.zeros(3)
    path = []
    for n, target in enumerate(TARGETS, start=1):
        z = z - RATE * (y - target)
        x = x + (z - x) / n
        y = 0.1 * z + 0.9 * x
        path.append(y)
    found = run(schedule_free(optax.sgd))
    np.testing.assert_allclose(found[:-1], path[:-1], rtol=1e-9)
    np.testing.assert_allclose(found[-1], x, rtol=1e-9)


def test_gathered_gradients_are_averaged_and_move_by_the_step_of_their_place_in_the_schedule():
    found = run(gathered(optax.sgd, gradients=4))
    # optax gathers in single precision.
    schedule, theta = optax.cosine_decay_schedule(RATE, STEPS), np.zeros(3)
    for move, targets in enumerate(TARGETS.reshape(-1, 4, 3)):
        np.testing.assert_allclose(found[4 * move : 4 * move + 3], [theta] * 3, atol=1e-6)
        theta = theta - float(schedule(4 * move)) * (theta - targets.mean(axis=0))
        np.testing.assert_allclose(found[4 * move + 3], theta, atol=1e-6)


@pytest.mark.parametrize("factor", [0.1, 3.0])
def test_a_scaled_network_has_the_last_layer_of_the_network_times_the_factor(factor):
    plain, scaled = CoLoRA(width=8), Scaled(width=8, factor=factor)
    params = plain.initialise(jax.random.key(0), dimension=2, parameters=1)
    of_plain, of_scaled = (
        network.layers(params, 0.3, jnp.ones(1), dimension=2) for network in (plain, scaled)
    )
    for layer, other in zip(of_plain[:-1], of_scaled[:-1], strict=True):
        jax.tree.map(np.testing.assert_array_equal, layer, other)
    for array, other in zip(of_plain[-1], of_scaled[-1], strict=True):
        np.testing.assert_allclose(other, factor * array, rtol=1e-6)


def test_boundary_terms_take_all_samples_of_a_batch_and_the_integral_one_of_each_group():
    rule, factor, size, rng = quadrature.gauss_legendre(3), 4, 8, np.random.default_rng(1)
    t = np.concatenate([[0.0], rule.nodes, [1.0]])
    weights = np.concatenate([[0.0], rule.weights, [0.0]])
    boundary = np.asarray([1.0, 0, 0, 0, -1.0])
    x = rng.normal(size=(5, factor * size, 2))
    batch = Node(*map(jnp.asarray, (t, np.ones((5, 1)), x, weights, boundary)))
    key, periodic = jax.random.key(0), jnp.zeros(2, bool)
    plain = action_matching(rule=rule)
    nodes = more_at_the_ends(plain, factor=factor).prepare(key, batch, periodic)
    assert nodes.x.shape == (3 + 2 * factor, size, 2)
    # The integral: one sample of each group, at the rule's nodes.
    np.testing.assert_array_equal(nodes.t[:3], t[1:-1])
    np.testing.assert_array_equal(nodes.integral[:3], rule.weights)
    groups = x[1:-1].reshape(3, size, factor, 2)
    found = (np.asarray(nodes.x[:3])[:, :, None] == groups).all(axis=-1)
    np.testing.assert_array_equal(found.sum(axis=2), 1)
    # The boundary: as if the whole batch were there, which the loss of the plain method takes.
    network = CoLoRA(width=6, depth=3)
    params = network.initialise(jax.random.key(2), dimension=2, parameters=1)
    loss = jax.vmap(lambda node: plain.loss(network, params, node))
    expected = loss(jax.tree.map(lambda leaf: leaf[jnp.asarray([0, -1])], batch)).sum()
    np.testing.assert_allclose(loss(nodes)[3:].sum(), expected, rtol=1e-6)
