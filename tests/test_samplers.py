"""Samplers of one law: closed forms for Gaussians, order of the solver, circles, and keys."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hoam import noise, samplers
from hoam.samplers import AnnealedLangevin, FlowSampler

LINE = jnp.asarray([False, False])
MEAN = jnp.asarray([[0.3, 0.8]])
WIDTH = jnp.asarray([[0.1, 0.2]])


def flow_to_gaussian(spread):
    """Return the exact velocities of straight paths from N(1/2, spread^2) to N(MEAN, WIDTH^2)."""

    def network(condition):
        tau = (condition[0] + 1) / 2
        variance = (1 - tau) ** 2 * spread**2 + tau**2 * WIDTH**2
        slope = (tau * WIDTH**2 - (1 - tau) * spread**2) / variance
        centre = (1 - tau) * 0.5 + tau * MEAN
        return lambda y: MEAN - 0.5 + slope * (y - centre)

    return network


def score_of_gaussian(condition):
    """Return sigma times the exact score of N(MEAN, WIDTH^2 + sigma^2)."""
    sigma = 10 ** (condition[0] - 1)
    return lambda y: -sigma * (y - MEAN) / (WIDTH**2 + sigma**2)


def draw(sampler, network, *, count=4096, key=0, periodic=LINE):
    like = jnp.zeros((count, periodic.size))
    run = jax.jit(lambda key: sampler.draw(key, network, like=like, periodic=periodic))
    return np.asarray(run(jax.random.key(key)))


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_exact_flow_maps_the_noise_affinely_to_the_gaussian_with_the_order_of_the_solver(order):
    # y(1) = MEAN + WIDTH (y(0) - 1/2) / spread.
    start = noise.noise(jax.random.key(0), 0.3, like=jnp.zeros((8, 2)), periodic=LINE)
    exact, sizes, errors = MEAN + WIDTH * (start - 0.5) / 0.3, np.asarray([32, 64, 128]), []
    for steps in sizes:
        sampler = FlowSampler(steps=int(steps), order=order, spread=0.3)
        errors.append(np.abs(draw(sampler, flow_to_gaussian(0.3), count=8) - exact).max())
    assert np.polyfit(np.log(1 / sizes), np.log(errors), 1)[0] == pytest.approx(order, abs=0.3)
    assert errors[-1] < {1: 1e-2, 2: 1e-3, 4: 1e-5}[order]


def variance_of_langevin(sampler, width):
    """Return the variance of the chain for Gaussian data, from its linear recursion."""
    variance = sampler.largest**2
    for sigma in sampler.sigmas:
        alpha = sampler.ratio * sigma**2
        for _ in range(sampler.steps):
            variance = (1 - alpha / 2 / (width**2 + sigma**2)) ** 2 * variance + alpha
    if sampler.denoise:
        variance *= (1 - sigma**2 / (width**2 + sigma**2)) ** 2
    return variance


@pytest.mark.parametrize("change", [{}, {"denoise": False, "steps": 30, "levels": 4, "ratio": 0.5}])
def test_langevin_dynamics_with_the_exact_score_have_the_variance_of_the_recursion(change):
    sampler, count = AnnealedLangevin(**change), 4096
    y = draw(sampler, score_of_gaussian, count=count)
    expected = [variance_of_langevin(sampler, w) for w in WIDTH[0]]
    np.testing.assert_allclose(y.var(axis=0), expected, rtol=5 * np.sqrt(2 / count))
    np.testing.assert_array_less(
        np.abs(y.mean(axis=0) - MEAN[0]), 5 * np.sqrt(np.asarray(expected) / count)
    )


@pytest.mark.parametrize("width", [0.05, 0.1, 0.2, 0.4])
@pytest.mark.parametrize(("ratio", "tolerance"), [(0.2, 0.061), (0.5, 0.025)])
def test_langevin_dynamics_are_as_exact_for_gaussians_as_stated(ratio, tolerance, width):
    sampler = AnnealedLangevin(ratio=ratio)
    assert abs(variance_of_langevin(sampler, width) / width**2 - 1) < tolerance


def test_the_default_step_is_that_of_the_paper():
    sampler = AnnealedLangevin()
    assert sampler.ratio * sampler.smallest**2 == pytest.approx(2e-5)


def test_langevin_dynamics_cannot_resolve_what_is_finer_than_the_last_level():
    variance = variance_of_langevin(AnnealedLangevin(), 0.02)
    assert variance / 0.02**2 == pytest.approx(0.813, abs=0.001)


def test_the_noise_levels_are_geometric_from_the_largest_to_the_smallest():
    sigmas = AnnealedLangevin().sigmas
    assert (sigmas.size, sigmas[0], sigmas[-1]) == (10, 1.0, pytest.approx(1e-2))
    np.testing.assert_allclose(np.diff(np.log(sigmas)), np.log(1e-2) / 9)


def test_conditions_run_from_minus_one_to_one():
    ends = [float(samplers.flow_condition(tau)[0]) for tau in (0.0, 0.5, 1.0)]
    assert ends == [-1.0, 0.0, 1.0]
    levels = [float(samplers.noise_condition(sigma)[0]) for sigma in (1e-2, 1.0)]
    assert levels == pytest.approx([-1.0, 1.0])


@pytest.mark.parametrize("sampler", [FlowSampler(steps=4), AnnealedLangevin(steps=4)])
def test_a_network_sees_periodic_coordinates_in_the_box(sampler):
    seen = []

    def network(condition):
        def outputs(y):
            jax.debug.callback(lambda low, high: seen.append((low, high)), y.min(), y.max())
            return 5 * jnp.ones_like(y)

        return outputs

    draw(sampler, network, count=64, periodic=jnp.asarray([True, True]))
    jax.effects_barrier()
    assert len(seen) > 4
    assert all(low >= 0 and high <= 1 for low, high in seen)


@pytest.mark.parametrize("sampler", [FlowSampler(), AnnealedLangevin(steps=5)])
def test_without_drift_a_periodic_coordinate_stays_uniform(sampler):
    zero = lambda condition: jnp.zeros_like  # noqa: E731
    y = draw(sampler, zero, count=4000, periodic=jnp.asarray([True]))[:, 0] % 1
    empirical = np.sort(y) - (np.arange(4000) + 0.5) / 4000
    assert np.abs(empirical).max() < 2.2 / np.sqrt(4000)  # Kolmogorov-Smirnov, one in 10^4


@pytest.mark.parametrize("sampler", [FlowSampler(steps=4), AnnealedLangevin(steps=2)])
def test_same_key_same_samples_and_other_key_other_samples(sampler):
    zero = lambda condition: jnp.zeros_like  # noqa: E731
    one, two, other = (draw(sampler, zero, count=8, key=k) for k in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, other)
