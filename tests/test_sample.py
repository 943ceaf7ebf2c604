"""Rollouts: order of the integrators, noise, and output times."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hoam.integrators import STEPS, heun_step, runge_kutta_step
from hoam.sample import rollout

MATRIX = jnp.asarray([[-0.3, 2.0], [-2.0, -0.1]])
X0 = jnp.asarray([[1.0, 0.0], [0.5, -2.0], [-1.0, 1.0]])
ZERO = jnp.zeros(())


def rotation(t, x):
    """A linear field with a rate that varies in time, so that the times of the stages matter."""
    return jnp.cos(t) * x @ MATRIX.T


def exact(t):
    return X0 @ jax.scipy.linalg.expm(jnp.sin(t) * MATRIX).T


def run(times, substeps, *, field=rotation, epsilon=0.0, key=0, x0=X0, order=2):
    return rollout(
        jax.random.key(key),
        field,
        x0=x0,
        times=jnp.asarray(times),
        substeps=substeps,
        epsilon=epsilon,
        order=order,
    )


@pytest.mark.parametrize(
    ("step", "order"),
    [(runge_kutta_step, 4), (partial(heun_step, noise=ZERO), 2)],
)
def test_integrators_converge_with_their_order(step, order):
    @jax.jit
    def end(n):
        h = 2.0 / n
        return jax.lax.fori_loop(0, n, lambda i, x: step(rotation, x, i * h, h), X0)

    sizes = np.asarray([16, 32, 64])
    errors = [float(jnp.abs(end(n) - exact(2.0)).max()) for n in sizes]
    assert np.polyfit(np.log(2.0 / sizes), np.log(errors), 1)[0] == pytest.approx(order, abs=0.1)


@pytest.mark.parametrize("order", sorted(STEPS))
def test_a_rollout_without_noise_has_the_order_of_its_steps_over_unequal_output_times(order):
    times = [0.0, 0.3, 1.0, 2.0]
    sizes = np.asarray([8, 16, 32])
    errors = [float(jnp.abs(run(times, int(n), order=order)[-1] - exact(2.0)).max()) for n in sizes]
    assert np.polyfit(np.log(1 / sizes), np.log(errors), 1)[0] == pytest.approx(order, abs=0.2)


def test_a_rollout_returns_the_start_and_the_state_at_every_time():
    times = [0.0, 0.3, 1.0, 2.0]
    path = run(times, 4096)
    assert path.shape == (4, 3, 2)
    np.testing.assert_array_equal(path[0], X0)
    for x, t in zip(path, times, strict=True):
        np.testing.assert_allclose(x, exact(t), atol=1e-6)


def decay(t, x):
    return -2.0 * x


def test_with_noise_the_variance_is_that_of_the_ornstein_uhlenbeck_process():
    epsilon, n = 0.5, 20_000
    path = np.asarray(run([0.0, 0.2, 1.0], 20, field=decay, epsilon=epsilon, x0=jnp.ones((n, 1))))[
        ..., 0
    ]
    for x, t in zip(path[1:], (0.2, 1.0), strict=True):
        variance = epsilon**2 * (1 - np.exp(-4 * t)) / 4
        assert abs(x.mean() - np.exp(-2 * t)) < 5 * np.sqrt(variance / n) + 2e-3
        assert abs(x.var() / variance - 1) < 5 * np.sqrt(2 / n) + 2e-3


def test_noise_differs_between_particles_steps_and_coordinates():
    path = run([0.0, 0.5, 1.0], 1, field=lambda t, x: 0 * x, epsilon=1.0, x0=jnp.zeros((500, 2)))
    steps = np.diff(np.asarray(path), axis=0).transpose(0, 2, 1).reshape(4, -1)
    correlation = np.corrcoef(steps) - np.eye(4)
    assert np.abs(correlation).max() < 5 / np.sqrt(500)
    assert steps.var() == pytest.approx(0.5, rel=0.15)


def test_same_key_same_paths_and_other_key_other_paths_with_noise_only():
    times = [0.0, 0.5, 1.0]
    np.testing.assert_array_equal(run(times, 2, epsilon=0.1), run(times, 2, epsilon=0.1))
    assert not np.allclose(run(times, 2, epsilon=0.1), run(times, 2, epsilon=0.1, key=1))
    np.testing.assert_array_equal(run(times, 2), run(times, 2, key=1))


def test_the_mean_of_the_stochastic_heun_method_has_weak_order_2():
    # dX = -2X dt + eps dW: with its own noise averaged out, the mean is that of Heun's method.
    sizes = np.asarray([4, 8, 16])
    n = 4000
    errors = []
    for count in sizes:
        path = run([0.0, 1.0], int(count), field=decay, epsilon=0.01, x0=jnp.ones((n, 1)))
        errors.append(abs(float(path[-1].mean()) - np.exp(-2.0)))
    assert np.polyfit(np.log(1 / sizes), np.log(errors), 1)[0] == pytest.approx(2, abs=0.4)
