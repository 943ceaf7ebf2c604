"""Interacting particles in a moving trap: symmetry, closed forms of small noise, order in time."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from hoam.systems import Trap100D

SYSTEM = Trap100D()
MU = 0.6
STATE = jnp.asarray(np.random.default_rng(0).normal(size=100))


def test_the_initial_law_has_staggered_means_and_a_common_deviation():
    n = 2**13
    x = np.asarray(SYSTEM.initial(jax.random.key(0), mu=MU, n_samples=n))
    assert x.shape == (n, 100)
    m = 0.9 + 2.1 * np.arange(100) / 99
    assert np.abs(x.mean(axis=0) + 0.1 * m).max() < 5 * 0.1 / np.sqrt(n)
    np.testing.assert_allclose(x.std(axis=0), 0.1, rtol=5 / np.sqrt(2 * n))


def test_the_variance_of_the_noise_is_two_hundredths_per_unit_of_time():
    assert np.square(SYSTEM.amplitudes()) == pytest.approx(np.full(100, 2e-2))


@pytest.mark.parametrize("mu", [0.3, 0.9])
def test_the_trap_moves_with_amplitude_five_fourths_and_period_2(mu):
    t = jnp.linspace(0, 2, 401)
    a = np.asarray(SYSTEM.centre(t, mu))
    np.testing.assert_allclose(a, SYSTEM.centre(t + 2, mu), atol=1e-13)
    assert np.abs(a).max() == pytest.approx(1.25, rel=1e-3)
    assert a[0] == pytest.approx(1.25 * np.sin(1.5 + mu))


def test_particles_at_the_centre_of_the_trap_rest():
    t = 0.37
    x = jnp.full(100, SYSTEM.centre(t, MU))
    np.testing.assert_allclose(SYSTEM.drift(x, t, MU), 0.0, atol=1e-15)


def test_the_interaction_exerts_no_total_force():
    alone = Trap100D(attraction=0.0).drift(STATE, 0.2, MU)
    assert float(jnp.sum(SYSTEM.drift(STATE, 0.2, MU) - alone)) == pytest.approx(0, abs=1e-12)


def test_particles_are_interchangeable():
    order = np.random.default_rng(1).permutation(100)
    np.testing.assert_allclose(
        SYSTEM.drift(STATE[order], 0.2, MU), SYSTEM.drift(STATE, 0.2, MU)[order], atol=1e-13
    )


def centre_path(mu, times, x0):
    """Return positions and accumulated stiffness of one particle without noise and company."""

    def rates(t, y):
        lag = float(SYSTEM.centre(t, mu)) - y[0]
        return [lag**3, 3 * lag**2]

    return solve_ivp(rates, (0, 2), [x0, 0.0], t_eval=times, rtol=1e-11, atol=1e-12).y


@pytest.mark.parametrize("mu", [0.3, 0.9])
def test_particles_that_start_together_stay_together_and_follow_the_scalar_equation(mu):
    times = np.linspace(0, 2, 9)
    start = jnp.full((2, 100), -0.2)
    system = Trap100D(noise=0.0)
    paths = system.evolve(jax.random.key(0), start, mu=mu, times=times)
    exact, _ = centre_path(mu, times, -0.2)
    np.testing.assert_allclose(paths, np.broadcast_to(exact[:, None, None], paths.shape), atol=1e-7)


def test_small_noise_spreads_the_mean_and_the_rest_as_their_linear_equations_say():
    # About a common path the mean relaxes at the stiffness of the trap, 3 (a - x)^2, and
    # deviations from it at this and the attraction; the variance of each follows.
    times, n = np.linspace(0, 2, 201), 2**10
    _, stiffness = centre_path(MU, times, -0.2)
    noise = 1e-4
    start = jnp.full((n, 100), -0.2)
    end = np.asarray(
        Trap100D(noise=noise).evolve(jax.random.key(0), start, mu=MU, times=times[[0, -1]])[-1]
    )

    def variance(rate):
        decay = np.exp(-2 * (stiffness[-1] - stiffness + rate * (times[-1] - times)))
        return noise**2 * np.trapezoid(decay, times)

    mean = end.mean(axis=1)
    assert mean.var() == pytest.approx(variance(0.0) / 100, rel=5 * np.sqrt(2 / n))
    rest = np.sum((end - mean[:, None]) ** 2) / (99 * n)
    assert rest == pytest.approx(variance(SYSTEM.attraction), rel=5 * np.sqrt(2 / (99 * n)) + 1e-3)


def test_a_population_has_one_hundred_coordinates_and_names_for_them():
    population = SYSTEM.population(
        jax.random.key(0), mus=[0.3, 0.9], times=[0.0, 0.1, 0.2], n_samples=7
    )
    assert population.samples.shape == (2, 3, 7, 100)
    assert len(SYSTEM.coordinates) == len(SYSTEM.periods) == 100


def test_same_key_same_paths_and_other_key_other_paths():
    one, two, other = (
        SYSTEM.simulate(jax.random.key(k), mu=MU, times=[0.0, 1.0], n_samples=8) for k in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, other)
