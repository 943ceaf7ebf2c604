"""Landau damping in six dimensions: the initial law, the exact reduction and linear theory."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.stats import kstest

from hoam import dispersion, particle_mesh
from hoam.systems import StrongLandau
from hoam.systems.vlasov import VlasovPoisson

K = 0.5
SYSTEM = StrongLandau()


class Reduction(VlasovPoisson):
    """The exact reduction of the six dimensions to (x_1, v_1)."""

    length = StrongLandau.length
    periods = (length, None)
    train_mus = test_mus = horizon = coordinates = ()

    def initial(self, key, *, mu, n_samples):
        states = SYSTEM.initial(key, mu=mu, n_samples=n_samples)
        return states[:, jnp.asarray([0, 3])]


def field_energies(positions, cells, mu=1.0):
    """Return the field energy per unit volume at all times."""
    energy = jax.jit(partial(particle_mesh.field_energy, mu=mu, length=SYSTEM.length, cells=cells))
    return np.asarray([float(energy(x)) for x in positions])


@pytest.mark.parametrize("loading", ["quiet", "random"])
def test_initial_markers_follow_the_law(loading):
    system = StrongLandau(loading=loading)
    states = np.asarray(system.initial(jax.random.key(0), mu=1.0, n_samples=4096))
    assert states.shape == (4096, 6)

    def wave(x):
        return (x + 0.5 / K * np.sin(K * x)) / system.length

    for axis, law in enumerate([wave, *2 * [lambda x: x / system.length], *3 * ["norm"]]):
        assert kstest(states[:, axis], law).pvalue > 1e-3
    correlations = np.corrcoef(states.T) - np.eye(6)
    assert np.abs(correlations).max() < 5 / np.sqrt(4096)


@pytest.mark.parametrize(("alpha", "mu"), [(0.5, 1.0), (0.5, 0.8), (0.1, 1.2)])
def test_the_initial_field_energy_has_its_closed_form(alpha, mu):
    # One wave of the field, of amplitude alpha/(mu^2 k); cells of 1/32 length lower it by 1 %.
    system = StrongLandau(perturbation=alpha)
    x = system.initial(jax.random.key(0), mu=mu, n_samples=2**14)[None, :, :3]
    expected = alpha**2 / (4 * mu**2 * K**2)
    assert field_energies(x, system.cells, mu)[0] == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("perturbation", [-0.1, 1.1, float("nan")])
def test_a_perturbation_that_leaves_a_negative_density_is_refused(perturbation):
    with pytest.raises(ValueError, match=f"perturbation from 0 to 1; got {perturbation}"):
        StrongLandau(perturbation=perturbation)


TIMES = np.linspace(0, 9, 46)


@pytest.fixture(scope="module")
def damped():
    """A run of the six-dimensional model to the horizon."""
    return SYSTEM.simulate(jax.random.key(0), mu=1.0, times=TIMES, n_samples=2**15)


@pytest.fixture(scope="module")
def reduced():
    """A run of the reduction with other markers and a finer grid."""
    system = Reduction(cells=128)
    return system.simulate(jax.random.key(1), mu=1.0, times=TIMES, n_samples=2**16)


def test_the_field_energy_is_that_of_the_reduction_within_two_percent(damped, reduced):
    energy = field_energies(damped[..., :3], SYSTEM.cells)
    expected = field_energies(reduced[..., 0], 128)
    assert np.linalg.norm(energy - expected) < 0.02 * np.linalg.norm(expected)
    # Where the wave stands above the noise of the particles, also at each time.
    high = expected > 2e-2
    assert high.sum() > 10
    np.testing.assert_allclose(energy[high], expected[high], rtol=0.04)


def test_the_amplitude_of_the_wave_is_that_of_the_reduction(damped, reduced):
    one, two = (np.exp(-1j * K * np.asarray(p[..., 0])).mean(axis=1) for p in (damped, reduced))
    assert np.abs(one - two).max() < 0.01 * abs(two[0])


def test_the_other_coordinates_stream_freely(damped):
    x, v = np.asarray(damped[..., 1:3]), np.asarray(damped[..., 4:])
    # The noise of the particles pushes velocities by a small fraction of the thermal one.
    assert np.sqrt(np.mean((v - v[0]) ** 2)) < 0.02
    shift = x - x[0] - TIMES[:, None, None] * v[0]
    half = SYSTEM.length / 2
    assert np.sqrt(np.mean(((shift + half) % SYSTEM.length - half) ** 2)) < 0.1


def test_with_one_cell_across_it_is_the_reduction_beside_free_streaming():
    system = StrongLandau(cells=(32, 1, 1), time_step=0.1)
    states = system.initial(jax.random.key(0), mu=1.1, n_samples=2**10)
    times = np.asarray([0.0, 1.5, 3.0])
    paths = np.asarray(system.evolve(jax.random.key(0), states, mu=1.1, times=times))
    line = Reduction(cells=32, time_step=0.1).evolve(
        jax.random.key(0), states[:, jnp.asarray([0, 3])], mu=1.1, times=times
    )
    np.testing.assert_allclose(paths[..., [0, 3]], line, atol=1e-9)
    np.testing.assert_allclose(paths[..., 4:], paths[:1, :, 4:].repeat(3, axis=0), atol=1e-12)
    drifted = paths[0, :, 1:3] + 3.0 * paths[0, :, 4:]
    np.testing.assert_allclose(paths[-1, :, 1:3], drifted % system.length, atol=1e-9)


def test_momentum_is_conserved_to_round_off_and_energy_to_5_parts_in_10_000(damped):
    velocities = np.asarray(damped[..., 3:])
    momentum = velocities.mean(axis=1)
    assert np.abs(momentum - momentum[0]).max() < 1e-13
    kinetic = 0.5 * np.mean(np.sum(velocities**2, axis=-1), axis=1)
    total = kinetic + field_energies(damped[..., :3], SYSTEM.cells)
    assert np.abs(total / total[0] - 1).max() < 5e-4


def test_a_small_wave_oscillates_and_decays_as_landau_found():
    times = np.linspace(0, 10, 101)

    def wave(perturbation):
        system = StrongLandau(perturbation=perturbation, time_step=0.1)
        paths = system.simulate(jax.random.key(0), mu=1.0, times=times, n_samples=2**15)
        return np.cos(K * np.asarray(paths[..., 0])).mean(axis=1)

    def landau(t, amplitude, phase, omega, gamma):
        return amplitude * np.exp(gamma * t) * np.cos(omega * t + phase)

    # The same markers without the wave carry the same noise; the difference is free of it.
    response = (wave(0.01) - wave(0.0)) / 0.01
    # The faster roots have died out by the time 3.
    late = times > 3
    (_, _, omega, gamma), _ = curve_fit(landau, times[late], response[late], p0=(1, 0, 1.4, -0.15))
    root = dispersion.fastest_root(K, mu=1.0, beams=((1.0, 0.0, 1.0),))
    assert root == pytest.approx(1.41566 - 0.15336j, abs=1e-5)
    assert omega == pytest.approx(root.real, rel=0.01)
    assert gamma == pytest.approx(root.imag, rel=0.03)


def test_same_key_same_paths_and_other_key_other_paths():
    times = [0.0, 0.1]
    one, two, other = (
        SYSTEM.simulate(jax.random.key(k), mu=1.0, times=times, n_samples=64) for k in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, other)
