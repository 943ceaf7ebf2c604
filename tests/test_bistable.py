"""The double well: energy, equilibrium, both wells and order in time."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hoam.systems import Bistable

SYSTEM = Bistable()
MU = 0.2


def test_the_initial_law_is_the_gaussian_of_the_paper():
    n = 2**14
    x = np.asarray(SYSTEM.initial(jax.random.key(0), mu=MU, n_samples=n))
    assert (np.abs(x.mean(axis=0) - [0.0, -10.0]) < 5 * 0.5 / np.sqrt(n)).all()
    np.testing.assert_allclose(np.cov(x.T), 0.25 * np.eye(2), atol=5 * 0.25 * np.sqrt(2 / n))


@pytest.mark.parametrize("mu", Bistable.train_mus)
def test_wells_and_barrier_are_the_points_of_rest(mu):
    for x in (0.0, mu**-0.5, -(mu**-0.5)):
        np.testing.assert_allclose(SYSTEM.drift(jnp.asarray([x, 0.0]), 0.0, mu), 0.0, atol=1e-14)
    bottom, top = (float(SYSTEM.energy(jnp.asarray([x, 0.0]), mu)) for x in (mu**-0.5, 0.0))
    assert top - bottom == pytest.approx(1 / (4 * mu), rel=1e-13)


def test_the_drift_changes_the_energy_by_friction_alone():
    x = jnp.asarray([1.3, -0.7])
    slope = jax.grad(SYSTEM.energy)(x, MU)
    rate = float(slope @ SYSTEM.drift(x, 0.0, MU))
    assert rate == pytest.approx(-SYSTEM.damping * 0.7**2, rel=1e-13)


def test_without_friction_and_noise_energy_is_conserved():
    start = SYSTEM.initial(jax.random.key(0), mu=MU, n_samples=32)
    paths = Bistable(damping=0.0, noise=0.0).evolve(
        jax.random.key(0), start, mu=MU, times=np.linspace(0, 12, 13)
    )
    energy = np.asarray(SYSTEM.energy(paths, MU))
    np.testing.assert_allclose(energy, np.broadcast_to(energy[0], energy.shape), rtol=1e-4)


def test_noise_and_friction_change_the_mean_energy_by_their_difference():
    # d/dt E[H] = sigma^2/2 - gamma E[v^2], by quadrature over the output times.
    times, n = np.linspace(0, 3, 301), 2**13
    paths = SYSTEM.simulate(jax.random.key(0), mu=MU, times=times, n_samples=n)
    energy = np.asarray(SYSTEM.energy(paths, MU))
    rate = 0.5 - SYSTEM.damping * np.mean(np.asarray(paths)[..., 1] ** 2, axis=1)
    change = np.trapezoid(rate, times)
    # The martingale has the variance int E[v^2] dt, bounded by the first value.
    deviation = np.sqrt(np.trapezoid((0.5 - rate) / SYSTEM.damping, times) / n)
    assert energy[-1].mean() - energy[0].mean() == pytest.approx(change, abs=5 * deviation + 1e-2)


@pytest.mark.parametrize("mu", [0.1, 0.3])
def test_the_law_tends_to_that_of_equilibrium(mu):
    n = 2**12
    state = SYSTEM.initial(jax.random.key(0), mu=mu, n_samples=n)
    x, v = np.asarray(
        SYSTEM.evolve(jax.random.key(1), state, mu=mu, times=np.asarray([0.0, 40.0]))[-1]
    ).T
    grid = np.linspace(-12, 12, 4001)
    weight = np.exp(-0.8 * (-(grid**2) / 2 + mu * grid**4 / 4))
    weight /= weight.sum()
    for power in (2, 4):
        moment, square = (weight @ grid ** (k * power) for k in (1, 2))
        assert np.mean(x**power) == pytest.approx(moment, abs=5 * np.sqrt(square / n))
    assert np.var(v) == pytest.approx(1 / 0.8, rel=5 * np.sqrt(2 / n))
    assert abs(np.mean(x > 0) - 0.5) < 5 * 0.5 / np.sqrt(n)


def test_at_the_horizon_particles_are_found_in_both_wells():
    paths = SYSTEM.simulate(jax.random.key(0), mu=MU, times=[0.0, 12.0], n_samples=2**12)
    right = float(np.mean(np.asarray(paths)[-1, :, 0] > 0))
    assert 0.1 < right < 0.9


def test_same_key_same_paths_and_other_key_other_paths():
    one, two, other = (
        SYSTEM.simulate(jax.random.key(k), mu=MU, times=[0.0, 1.0], n_samples=8) for k in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, other)
