"""The bump-on-tail instability: its law, linear growth and what collisions exchange."""

import jax
import numpy as np
import pytest
from plasma import beam_distribution, energies, seeded_growth
from scipy.stats import kstest

from hoam import dispersion, particle_mesh
from hoam.systems import BumpOnTail, TwoStream

MU = 1.35
SYSTEM = BumpOnTail(cells=128, time_step=0.05)


@pytest.mark.parametrize("loading", ["quiet", "random"])
def test_initial_markers_follow_the_law_before_its_perturbation(loading):
    system = BumpOnTail(loading=loading)
    x, v = np.asarray(system.initial(jax.random.key(0), mu=MU, n_samples=4096)).T
    v = v / (1 + system.perturbation * np.cos(2 * np.pi * MU * x / system.length))
    assert kstest(x / system.length, "uniform").pvalue > 1e-3
    assert kstest(v, lambda v: beam_distribution(v, system.beams)).pvalue > 1e-3


def test_the_beams_are_one_tenth_of_the_particles_at_velocity_4_beside_a_unit_maxwellian():
    (bulk, *maxwellian), (beam, *tail) = SYSTEM.beams
    assert bulk + beam == 1
    assert (beam, maxwellian, tail) == (0.1, [0.0, 1.0], [4.0, 0.5])


@pytest.mark.parametrize(("mode", "mu"), [(1, 1.35), (2, 1.35), (1, 1.95)])
def test_without_collisions_the_seeded_growing_mode_grows_as_linear_theory_says(mode, mu):
    system = BumpOnTail(cells=128, time_step=0.05, collision_rate=0.0)
    k = 2 * np.pi * mode / system.length
    expected = dispersion.fastest_root(k, mu=mu, beams=system.beams).imag
    assert seeded_growth(system, mode=mode, mu=mu) == pytest.approx(expected, rel=0.05)


@pytest.fixture(scope="module")
def grown():
    """Times and a run through the growth, with a rate of collisions that shows."""
    system = BumpOnTail(cells=128, time_step=0.05, collision_rate=0.02)
    times = np.linspace(0, 40, 81)
    return system, times, system.simulate(jax.random.key(0), mu=MU, times=times, n_samples=2**14)


def test_momentum_decays_at_the_collision_rate_for_the_field_exerts_no_total_force(grown):
    system, times, paths = grown
    momentum = np.asarray(paths)[..., 1].mean(axis=1)
    decay = np.exp(-system.collision_rate * times)
    deviation = np.sqrt((1 - decay**2) / paths.shape[1])
    assert (np.abs(momentum - momentum[0] * decay)[1:] < 5 * deviation[1:]).all()


def test_energy_changes_by_the_friction_and_the_heating_of_the_collisions_alone(grown):
    system, times, paths = grown
    kinetic, field = energies(paths, system, MU)
    rate = system.collision_rate * (1 - 2 * kinetic)
    exchanged = np.concatenate([[0], np.cumsum(np.diff(times) * (rate[1:] + rate[:-1]) / 2)])
    # Each kick adds noise of variance 2 nu v^2 dt to the energy of a particle.
    deviation = np.sqrt(2 * system.collision_rate * times * 2 * kinetic[0] / paths.shape[1])
    assert abs(exchanged[-1]) > 0.3
    imbalance = kinetic + field - kinetic[0] - field[0] - exchanged
    assert (np.abs(imbalance)[1:] < 5 * deviation[1:]).all()


def test_without_collisions_it_is_the_collisionless_system_of_other_beams():
    class Beams(TwoStream):
        beams = BumpOnTail.beams

    one, two = (
        system.simulate(jax.random.key(0), mu=MU, times=[0.0, 1.0], n_samples=64)
        for system in (BumpOnTail(collision_rate=0.0), Beams())
    )
    np.testing.assert_array_equal(one, two)


def test_quiet_markers_start_with_far_less_field_than_random_ones():
    def field(loading):
        x = BumpOnTail(loading=loading).initial(jax.random.key(0), mu=MU, n_samples=2**13)[:, 0]
        return float(particle_mesh.field_energy(x, mu=MU, length=SYSTEM.length, cells=128))

    assert field("quiet") < 1e-2 * field("random")


def test_same_key_same_paths_and_other_key_other_collisions():
    start = SYSTEM.initial(jax.random.key(0), mu=MU, n_samples=64)
    times = np.asarray([0.0, 0.5])
    one, two, other = (
        SYSTEM.evolve(jax.random.key(k), start, mu=MU, times=times) for k in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one[0], other[0])
    assert not np.allclose(one[-1], other[-1])
