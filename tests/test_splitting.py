"""Strang splitting: steps that fit the output times, orders with and without noise."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hoam.systems.splitting import paths, schedule


def test_gaps_are_cut_into_the_fewest_equal_steps_no_larger_than_the_largest():
    plan = schedule(np.asarray([0.0, 0.3, 0.35, 1.0]), time_step=0.1, dtype=np.dtype(float))
    np.testing.assert_array_equal(plan.counts, [3, 1, 7])
    np.testing.assert_allclose(plan.starts, [0.0, 0.3, 0.35])
    np.testing.assert_allclose(plan.sizes * plan.counts, [0.3, 0.05, 0.65])


@pytest.mark.parametrize("steps", [1, 7, 50, 1000])
def test_a_gap_of_exactly_k_steps_takes_k_steps_whatever_the_rounding(steps):
    plan = schedule(np.asarray([0.7, 0.7 + steps * 0.1]), time_step=0.1, dtype=np.dtype(float))
    assert plan.counts.tolist() == [steps]


def wiener(key, h, x):
    return x + jnp.sqrt(h) * jax.random.normal(key, x.shape, x.dtype)


def still(t, h, x):
    return x


def test_kicks_of_a_wiener_process_add_up_to_its_variance_and_are_independent_between_gaps():
    times, n = np.asarray([0.0, 0.5, 2.0]), 2**14
    walk = paths(
        jax.random.key(0),
        jnp.zeros(n),
        plan=schedule(times, time_step=0.2, dtype=np.dtype(float)),
        flow=still,
        kick=wiener,
        observe=lambda x: (x, x),
    )
    np.testing.assert_array_equal(walk[0], 0.0)
    increments = np.diff(np.asarray(walk), axis=0)
    np.testing.assert_allclose(increments.var(axis=1), np.diff(times), rtol=5 * np.sqrt(2 / n))
    assert abs(np.corrcoef(increments)[0, 1]) < 5 / np.sqrt(n)


def test_the_flow_is_called_with_the_time_and_size_of_every_step():
    times = np.asarray([0.3, 1.0, 3.0])
    # The midpoint rule on t^2 is wrong by h^3/12 per step; here with h = 0.35 and then 0.4.
    square = paths(
        jax.random.key(0),
        jnp.zeros(()),
        plan=schedule(times, time_step=0.4, dtype=np.dtype(float)),
        flow=lambda t, h, x: x + h * (t + h / 2) ** 2,
        kick=lambda key, h, x: x,
        observe=lambda x: (x, x),
    )
    errors = np.diff((times**3 - times[0] ** 3) / 3 - np.asarray(square))
    np.testing.assert_allclose(errors, [2 * 0.35**3 / 12, 5 * 0.4**3 / 12], rtol=1e-10)
