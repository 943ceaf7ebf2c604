r"""Ideas for the training: each optimiser against its formula, on the gradient $\theta - c_n$."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from benchmarks.ideas import Scaled, averaged, gathered, schedule_free
from hoam.networks import CoLoRA

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
