"""The nine modes of convection: symmetry, conservation, contraction, periods and order in time."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hoam.systems import Chaos9D

SYSTEM = Chaos9D()
CALM = Chaos9D(noise=0.0)
STATES = np.random.default_rng(0).normal(size=(5, 9))


def nonlinear(c):
    """Return the quadratic terms of the drift: its even part."""
    drift = np.asarray(SYSTEM.drift(jnp.asarray(c), 0.0, 14.0))
    return (drift + np.asarray(SYSTEM.drift(jnp.asarray(-c), 0.0, 14.0))) / 2


@pytest.mark.parametrize("c", STATES)
def test_volumes_contract_at_the_rate_46_3_everywhere(c):
    jacobian = jax.jacobian(SYSTEM.drift)(jnp.asarray(c), 0.0, 14.0)
    assert float(jnp.trace(jacobian)) == pytest.approx(-46 / 3, rel=1e-13)


@pytest.mark.parametrize("c", STATES)
def test_the_drift_of_an_image_is_the_image_of_the_drift(c):
    drift = SYSTEM.drift(jnp.asarray(c), 0.0, 13.7)
    of_images = jax.vmap(lambda c: SYSTEM.drift(c, 0.0, 13.7))(SYSTEM.images(c))
    np.testing.assert_allclose(of_images, SYSTEM.images(drift), atol=1e-13)


def test_the_images_are_those_of_a_group_of_isometries():
    maps = np.asarray(SYSTEM.images(np.eye(9)))  # one matrix for each image, transposed
    known = {(0 + g).tobytes() for g in maps}  # no zero with a sign
    assert len(known) == 4
    assert {(0 + g @ h).tobytes() for g in maps for h in maps} == known
    np.testing.assert_array_equal(
        maps @ maps.transpose(0, 2, 1), np.broadcast_to(np.eye(9), maps.shape)
    )
    np.testing.assert_array_equal(maps[0], np.eye(9))


def test_the_means_of_the_images_vanish_where_symmetry_wants_it():
    times = np.asarray([0.0, 3.0, 5.0])
    paths = SYSTEM.simulate(jax.random.key(1), mu=13.7, times=times, n_samples=64)
    means = np.asarray(SYSTEM.images(paths)).mean(axis=(0, 2))
    np.testing.assert_allclose(means[:, [1, 3, 4, 8]], 0, atol=1e-12)
    np.testing.assert_allclose(means[:, 6], means[:, 7], rtol=1e-12)
    np.testing.assert_allclose(means[:, 0], -means[:, 2], rtol=1e-12)
    assert np.abs(means[-1, [0, 5, 6]]).min() > 0.1


@pytest.mark.parametrize("c", STATES)
def test_advection_conserves_the_square_of_the_temperature(c):
    rate = nonlinear(c)
    assert 2 * c[5] * rate[5] + c[6:] @ rate[6:] == pytest.approx(0, abs=1e-12)


def test_the_state_of_rest_is_an_unstable_equilibrium_of_the_linear_problem_of_convection():
    np.testing.assert_array_equal(SYSTEM.drift(jnp.zeros(9), 0.0, 14.0), 0.0)
    jacobian = jax.jacobian(SYSTEM.drift)(jnp.zeros(9), 0.0, 14.0)
    # Modes 1 and 7 (3 and 8) couple alone, and so do 2, 4 and 9: roots of two quadratics.
    b1, b2, s, r = 10 / 3, 0.6, 0.5, 14.0
    pair = np.roots([1, b1 * (1 + s), s * b1**2 - s * b2 * r])
    roll = np.roots([1, 1 + s, s - s * r])
    expected = [*pair, *pair, *roll, -s, -s * 4 / 3, -8 / 3]
    np.testing.assert_allclose(
        np.sort(np.linalg.eigvals(jacobian).real), np.sort(expected), atol=1e-10
    )
    assert max(expected) > 0


def maxima(r, *, start, end):
    """Return the successive maxima of the sixth mode without noise, long after the start."""
    times = np.concatenate([[0.0], np.arange(start, end, 0.02)])
    state = SYSTEM.initial(jax.random.key(1), mu=r, n_samples=2)
    wave = np.asarray(CALM.evolve(jax.random.key(0), state, mu=r, times=times))[1:, 0, 5]
    left, peak, right = wave[:-2], wave[1:-1], wave[2:]
    top = (peak > left) & (peak > right)
    # The top of the parabola through three points.
    return (peak + (left - right) ** 2 / (8 * (2 * peak - left - right)))[top]


def recurrence(values, *, longest):
    """Return how far the sequence is from each period up to the longest."""
    return np.asarray([np.abs(values[p:] - values[:-p]).max() for p in range(1, longest + 1)])


@pytest.mark.parametrize(("r", "count"), [(13.5, 1), (13.8, 1), (14.05, 2), (14.1, 3), (14.15, 6)])
def test_without_noise_the_motion_is_periodic_up_to_r_14_15(r, count):
    # The number of different maxima within one period.
    distances = recurrence(maxima(r, start=300.0, end=420.0), longest=count)
    assert distances[-1] < 5e-4
    assert (distances[:-1] > 5e-3).all()


def test_without_noise_the_motion_does_not_recur_at_r_14_2():
    assert recurrence(maxima(14.2, start=300.0, end=500.0), longest=16).min() > 5e-3


def test_samples_spread_about_the_state_of_rest():
    x = np.asarray(SYSTEM.initial(jax.random.key(0), mu=14.0, n_samples=2**14))
    assert x.shape == (2**14, 9)
    assert np.abs(x.mean(axis=0)).max() < 5 * 2e-2 / 2**7
    np.testing.assert_allclose(x.std(axis=0), 2e-2, rtol=5 / np.sqrt(2**15))


def test_a_population_has_nine_coordinates_and_names_for_them():
    population = SYSTEM.population(
        jax.random.key(0), mus=[13.5, 14.2], times=[0.0, 0.1, 0.2], n_samples=7
    )
    assert population.samples.shape == (2, 3, 7, 9)
    assert SYSTEM.coordinates[0] == "C₁"
    assert len(SYSTEM.coordinates) == len(SYSTEM.periods) == 9


def test_same_key_same_paths_and_other_key_other_paths():
    one, two, other = (
        SYSTEM.simulate(jax.random.key(k), mu=14.0, times=[0.0, 1.0], n_samples=8)
        for k in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, other)
