"""Metrics, each against a closed form."""

import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

from hoam import metrics

few = settings(max_examples=20, deadline=None, derandomize=True)


@pytest.mark.parametrize("mu", [1.25, 1.85])
def test_the_electric_energy_of_a_displaced_line_has_its_closed_form(mu):
    k = 2 * np.pi * 3 / 50
    x = np.arange(2**13) * (50 / 2**13)
    sizes = np.asarray([1e-3, 2e-3, 4e-3])
    paths = np.stack([np.stack([x + a * np.sin(k * x), 0 * x], axis=1) for a in sizes])
    energy = metrics.electric_energy(paths, mu=mu, length=50.0)
    np.testing.assert_allclose(energy, sizes**2 / (4 * mu**2), rtol=2e-3)


def test_the_electric_energy_sees_neither_velocities_nor_full_periods():
    x = np.random.default_rng(0).uniform(0, 50, size=(1, 500, 1))
    one = metrics.electric_energy(np.concatenate([x, x], -1), mu=1.5, length=50.0)
    two = metrics.electric_energy(np.concatenate([x - 100, 3 * x], -1), mu=1.5, length=50.0)
    np.testing.assert_allclose(one, two, rtol=1e-9)


def test_the_relative_error_drops_the_first_time_and_averages_the_rest():
    truth = np.asarray([0.0, 1.0, 2.0, -4.0])
    estimate = np.asarray([9.0, 1.1, 1.0, -4.0])
    assert metrics.relative_error(estimate, truth) == pytest.approx((0.1 + 0.5) / 3)
    assert metrics.relative_error(truth, truth) == 0


@few
@given(factor=st.floats(0.1, 10))
def test_the_relative_l2_error_of_a_scaled_series_is_the_scale_minus_one(factor):
    truth = np.linspace(1, 5, 20) ** 2
    assert metrics.relative_l2_error(factor * truth, truth) == pytest.approx(abs(factor - 1))


@few
@given(rate=st.floats(0.05, 0.5), scale=st.floats(1e-6, 1e3))
def test_the_growth_rate_of_a_logistic_energy_is_half_the_rate_of_its_logarithm(rate, scale):
    times = np.linspace(0, 40, 400)
    energy = scale * np.minimum(np.exp(2 * rate * (times - 30)), 1.0)
    assert metrics.growth_rate(times, energy) == pytest.approx(rate, rel=1e-6)


@few
@given(shift=st.floats(0.01, 0.5), stretch=st.floats(1.1, 2), size=st.floats(0.1, 1e3))
def test_moment_errors_see_shifts_and_stretches_whatever_the_units(shift, stretch, size):
    rng = np.random.default_rng(0)
    truth = np.asarray([1.0, size]) * (2 + rng.normal(size=(3, 200, 2)))
    mean = truth.mean(axis=1, keepdims=True)
    moved = (1 + shift) * mean + stretch * (truth - mean)
    of_mean, of_variances = metrics.moment_errors(moved, truth)
    assert of_mean == pytest.approx(shift)
    assert of_variances == pytest.approx(stretch**2 - 1)


def test_moment_errors_refuse_other_times_or_coordinates():
    with pytest.raises(ValueError, match="same times and coordinates"):
        metrics.moment_errors(np.zeros((3, 5, 2)), np.zeros((2, 5, 2)))


def test_the_growth_rate_ignores_what_comes_before_the_last_rise_and_after_the_maximum():
    times = np.linspace(0, 60, 601)
    energy = np.exp(2 * 0.2 * (times - 40))
    energy[times > 40] = 0.7 + 0.3 * np.cos(times[times > 40] - 40)
    energy[times < 3] = 0.1
    assert metrics.growth_rate(times, energy) == pytest.approx(0.2, rel=1e-6)


def test_the_growth_rate_of_too_short_a_rise_is_nan():
    assert np.isnan(metrics.growth_rate(np.arange(4.0), np.asarray([1e-9, 1e-9, 1.0, 1.0])))


def test_moments_are_mean_and_unbiased_covariance():
    x = np.asarray([[1.0, 2.0], [3.0, 6.0], [5.0, 1.0]])
    mean, covariance = metrics.moments(x)
    np.testing.assert_allclose(mean, [3.0, 3.0])
    np.testing.assert_allclose(covariance, [[4.0, -1.0], [-1.0, 7.0]])
    assert metrics.moments(x[:, :1])[1].shape == (1, 1)


def test_wasserstein_between_isotropic_gaussians_adds_shift_and_change_of_deviation():
    distance = metrics.gaussian_wasserstein(
        np.asarray([0.0, 0.0]), 4.0 * np.eye(2), np.asarray([3.0, 4.0]), 9.0 * np.eye(2)
    )
    assert distance == pytest.approx(np.sqrt(25 + 2 * (3 - 2) ** 2))


@few
@given(seed=st.integers(0, 2**31), dimension=st.integers(1, 4))
def test_wasserstein_between_gaussians_is_a_symmetric_metric(seed, dimension):
    rng = np.random.default_rng(seed)
    roots = rng.normal(size=(3, dimension, dimension))
    laws = [(rng.normal(size=dimension), r @ r.T) for r in roots]

    def distance(i, j):
        return metrics.gaussian_wasserstein(*laws[i], *laws[j])

    assert distance(0, 0) == pytest.approx(0, abs=1e-6)
    assert distance(0, 1) == pytest.approx(distance(1, 0), rel=1e-8)
    assert distance(0, 2) <= distance(0, 1) + distance(1, 2) + 1e-8


def test_wasserstein_of_commuting_covariances_is_that_of_their_deviations():
    a, b = np.diag([1.0, 4.0]), np.diag([9.0, 0.25])
    zero = np.zeros(2)
    expected = np.sqrt((3 - 1) ** 2 + (2 - 0.5) ** 2)
    assert metrics.gaussian_wasserstein(zero, a, zero, b) == pytest.approx(expected)


@pytest.fixture
def clouds():
    """Two Gaussian clouds, the second shifted."""
    x = jax.random.normal(jax.random.key(0), (50, 2))
    with jax.numpy_rank_promotion("allow"):  # OTT relies on it
        yield x, x + jnp.asarray([[2.0, 0.0]])


def test_the_sinkhorn_divergence_of_a_cloud_with_itself_is_zero(clouds):
    assert metrics.sinkhorn_divergence(clouds[0], clouds[0], epsilon=0.5) == pytest.approx(
        0, abs=1e-4
    )


@pytest.mark.parametrize("epsilon", [0.5, 2.0])
def test_the_sinkhorn_divergence_of_a_shifted_cloud_is_the_squared_shift(clouds, epsilon):
    # With the squared cost a translation adds |shift|^2 for every regularisation.
    x, y = clouds
    there = metrics.sinkhorn_divergence(x, y, epsilon=epsilon)
    back = metrics.sinkhorn_divergence(y, x, epsilon=epsilon)
    assert there == pytest.approx(4.0, rel=1e-2)
    assert back == pytest.approx(there, rel=1e-3)


def test_the_sinkhorn_divergence_takes_clouds_of_either_precision(clouds):
    x = clouds[0]
    exact = metrics.sinkhorn_divergence(x, x + 1.0, epsilon=0.5)
    mixed = metrics.sinkhorn_divergence(x.astype(np.float32), x + 1.0, epsilon=0.5)
    assert mixed == pytest.approx(exact, rel=1e-5)


def test_the_sinkhorn_divergence_is_in_the_units_of_the_squared_cost(clouds):
    x, y = clouds
    one = metrics.sinkhorn_divergence(x, y, epsilon=0.5)
    assert metrics.sinkhorn_divergence(10 * x, 10 * y, epsilon=50.0) == pytest.approx(
        100 * one, rel=1e-3
    )


@few
@given(
    value=st.sampled_from([np.nan, np.inf, -np.inf]),
    time=st.integers(1, 3),
    dimension=st.sampled_from([1, 2, 5]),
)
def test_what_a_rollout_has_lost_is_nan_in_its_metrics_too_and_stops_nothing(
    value, time, dimension
):
    """A training goes on if a model that it follows leaves the data: NaN in, NaN out."""
    truth = np.random.default_rng(0).uniform(size=(4, 16, dimension))
    paths = truth.copy()
    paths[time, 3, 0] = value
    lost = np.arange(4) == time
    energy = metrics.electric_energy(paths, mu=1.0, length=1.0, cells=8)
    np.testing.assert_array_equal(np.isnan(energy), lost)
    exact = metrics.electric_energy(truth, mu=1.0, length=1.0, cells=8)
    assert np.isnan(metrics.relative_error(energy, exact))
    assert np.isnan(metrics.relative_l2_error(energy, exact))
    with np.errstate(invalid="ignore"):
        assert not np.isfinite(metrics.moment_errors(paths, truth)).any()
        one, other = metrics.moments(paths[time]), metrics.moments(truth[time])
    assert not np.isfinite(one[0][0])
    assert np.isnan(one[1][0, 0])
    assert np.isnan(metrics.gaussian_wasserstein(*one, *other))
    assert np.isnan(metrics.gaussian_wasserstein(*other, *one))
