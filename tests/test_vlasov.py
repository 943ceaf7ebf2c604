"""The solver of the plasmas: quantiles, collisions and the splitting between them and the field."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from plasma import beam_distribution
from scipy.linalg import expm
from scipy.stats import kstest

from hoam.systems import BumpOnTail, StrongLandau, TwoStream
from hoam.systems.loading import mixture_quantile, uniform_points
from hoam.systems.vlasov import collide, verlet_step


@pytest.mark.parametrize("beams", [TwoStream.beams, BumpOnTail.beams])
def test_quantiles_of_a_mixture_invert_its_distribution(beams):
    p = np.linspace(1e-6, 1 - 1e-6, 1001)
    v = mixture_quantile(p, beams)
    np.testing.assert_allclose(beam_distribution(v, beams), p, atol=1e-6)


@pytest.mark.parametrize("dimension", [2, 6])
def test_quiet_points_are_balanced_in_every_coordinate(dimension):
    points = uniform_points(
        jax.random.key(0), loading="quiet", n_samples=2**10, dimension=dimension
    )
    counts = [np.histogram(column, bins=2**10, range=(0, 1))[0] for column in points.T]
    assert (np.asarray(counts) == 1).all()


@pytest.mark.parametrize("dimension", [2, 6])
def test_random_points_are_uniform_in_every_coordinate(dimension):
    points = uniform_points(jax.random.key(0), loading="random", n_samples=999, dimension=dimension)
    assert points.shape == (999, dimension)
    assert all(kstest(column, "uniform").pvalue > 1e-3 for column in points.T)


def test_an_unknown_loading_is_named_together_with_those_there_are():
    with pytest.raises(ValueError, match="Expected loading 'quiet' or 'random'; got 'loud'"):
        TwoStream(loading="loud")


@pytest.mark.parametrize("rate", [-1e-3, float("nan")])
def test_a_negative_collision_rate_is_refused(rate):
    with pytest.raises(ValueError, match=f"Expected a collision rate of at least 0; got {rate}"):
        BumpOnTail(collision_rate=rate)


@pytest.mark.parametrize(
    ("system", "cells"), [(TwoStream, (8, 8)), (StrongLandau, 8), (StrongLandau, (8, 8))]
)
def test_cells_of_other_directions_than_those_of_the_box_are_refused(system, cells):
    with pytest.raises(ValueError, match="Use one number of cells per space direction"):
        system(cells=cells)


@pytest.mark.parametrize("h", [1e-9, 0.1, 3.0, 50.0])
def test_two_half_collisions_have_the_law_of_a_whole_one_and_keep_the_unit_maxwellian(h):
    rate = 0.7

    def law(duration):
        # The map is linear in velocity and noise, so units of each show its two coefficients.
        zero, one = jnp.zeros(()), jnp.ones(())
        return collide(one, rate, duration, zero), collide(zero, rate, duration, one)

    decay, noise = law(h)
    half_decay, half_noise = law(h / 2)
    assert float(half_decay**2) == pytest.approx(float(decay), rel=1e-14)
    assert float((half_decay * half_noise) ** 2 + half_noise**2) == pytest.approx(
        float(noise**2), rel=1e-13
    )
    assert float(decay**2 + noise**2) == pytest.approx(1, rel=1e-14)


def test_moments_converge_with_order_2_in_the_step_of_the_splitting():
    # In a harmonic field one step is linear, so mean and covariance follow without sampling.
    rate, end = 0.5, 3.0

    def step(h):
        def advance(state, noise):
            x, v = state
            v = collide(v, rate, h / 2, noise[0])
            x, v, _ = verlet_step(lambda x: -x, h, x, v, -x)
            return jnp.stack([x, collide(v, rate, h / 2, noise[1])])

        flow, noise = jax.jacobian(advance, argnums=(0, 1))(jnp.zeros(2), jnp.zeros(2))
        return np.asarray(flow), np.asarray(noise)

    start_mean, start_covariance = np.asarray([1.0, -0.5]), np.diag([0.3, 0.1])

    def moments(h):
        mean, covariance = start_mean, start_covariance
        flow, noise = step(h)
        for _ in range(round(end / h)):
            mean, covariance = flow @ mean, flow @ covariance @ flow.T + noise @ noise.T
        return np.concatenate([mean, covariance.ravel()])

    # The unit Gaussian is the equilibrium; deviations from it move with the matrix exponential.
    flow = expm(end * np.asarray([[0.0, 1.0], [-1.0, -rate]]))
    covariance = np.eye(2) + flow @ (start_covariance - np.eye(2)) @ flow.T
    exact = np.concatenate([flow @ start_mean, covariance.ravel()])
    steps = end / np.asarray([16, 32, 64])
    errors = [np.linalg.norm(moments(h) - exact) for h in steps]
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize("time_step", [0.1, 1.0])
def test_without_a_field_velocities_are_an_ornstein_uhlenbeck_process_for_any_step(time_step):
    rate, n = 0.5, 2**14
    system = BumpOnTail(collision_rate=rate, time_step=time_step)
    start = jnp.stack([jnp.full(n, 25.0), jnp.full(n, 4.0)], axis=1)
    times = np.asarray([0.0, 1.0, 3.0])
    # The field vanishes as mu grows.
    paths = system.evolve(jax.random.key(0), start, mu=1e8, times=times)
    for t, v in zip(times[1:], np.asarray(paths)[1:, :, 1], strict=True):
        variance = 1 - np.exp(-2 * rate * t)
        assert v.mean() == pytest.approx(4 * np.exp(-rate * t), abs=5 * np.sqrt(variance / n))
        assert v.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / n))
