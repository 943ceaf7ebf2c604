"""The two-stream instability: loading, conservation, order in time, linear growth."""

import jax
import numpy as np
import pytest
from plasma import beam_distribution, energies, seeded_growth
from scipy.stats import kstest

from hoam import dispersion, particle_mesh
from hoam.systems import TwoStream

MU = 1.25
QUIET = TwoStream(loading="quiet", cells=128)
RANDOM = TwoStream(loading="random", cells=128)


@pytest.mark.parametrize("system", [QUIET, RANDOM], ids=["quiet", "random"])
def test_initial_markers_follow_the_law_before_its_perturbation(system):
    x, v = np.asarray(system.initial(jax.random.key(0), mu=MU, n_samples=4096)).T
    v = v / (1 + system.perturbation * np.cos(2 * np.pi * MU * x / system.length))
    assert ((x >= 0) & (x < system.length)).all()
    assert kstest(x / system.length, "uniform").pvalue > 1e-3
    assert kstest(v, lambda v: beam_distribution(v, system.beams)).pvalue > 1e-3


def test_quiet_markers_start_with_far_less_field_than_random_ones():
    fields = {
        system.loading: [
            float(
                particle_mesh.field_energy(
                    system.initial(key, mu=MU, n_samples=2**13)[:, 0],
                    mu=MU,
                    length=system.length,
                    cells=system.cells,
                )
            )
            for key in jax.random.split(jax.random.key(0), 4)
        ]
        for system in (QUIET, RANDOM)
    }
    assert max(fields["quiet"]) < 1e-2 * min(fields["random"])


@pytest.mark.parametrize("system", [QUIET, RANDOM], ids=["quiet", "random"])
def test_same_key_same_paths_and_other_key_other_paths(system):
    one, two, other = (
        system.simulate(jax.random.key(k), mu=MU, times=[0.0, 0.1], n_samples=64) for k in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, other)


@pytest.fixture(scope="module")
def saturated():
    """A run through growth and saturation."""
    times = np.linspace(0, 30, 31)
    return RANDOM.simulate(jax.random.key(0), mu=MU, times=times, n_samples=2**12)


def test_momentum_is_conserved_to_round_off(saturated):
    momentum = np.asarray(saturated)[..., 1].mean(axis=1)
    assert np.abs(momentum - momentum[0]).max() < 1e-12


def test_energy_is_conserved_to_1e_5_through_saturation():
    system = TwoStream(loading="quiet")
    times = np.linspace(0, 30, 16)
    paths = system.simulate(jax.random.key(0), mu=MU, times=times, n_samples=2**13)
    kinetic, field = energies(paths, system, MU)
    total = kinetic + field
    assert field.max() > 30 * field[0]
    assert np.abs(total / total[0] - 1).max() < 1e-5


def test_positions_are_returned_in_the_box(saturated):
    x = np.asarray(saturated)[..., 0]
    assert ((x >= 0) & (x < RANDOM.length)).all()


def test_velocity_verlet_has_order_2_in_the_step():
    # Cells wide enough for the kinks of the linear shape to average out over many particles.
    start = QUIET.initial(jax.random.key(0), mu=MU, n_samples=2**12)

    def end(step):
        system = TwoStream(cells=32, time_step=step)
        return np.asarray(
            system.evolve(jax.random.key(0), start, mu=MU, times=np.asarray([0.0, 4.0]))[-1]
        )

    steps = np.asarray([0.1, 0.05, 0.025])
    reference = end(0.1 / 64)
    half = QUIET.length / 2
    errors = []
    for step in steps:
        difference = end(step) - reference
        difference[:, 0] = (difference[:, 0] + half) % QUIET.length - half
        errors.append(np.sqrt(np.mean(difference**2)))
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(2, abs=0.1)


def test_output_times_do_not_change_the_run_when_they_are_multiples_of_the_step():
    start = QUIET.initial(jax.random.key(0), mu=MU, n_samples=256)
    few = QUIET.evolve(jax.random.key(0), start, mu=MU, times=np.asarray([0.0, 2.0]))
    many = QUIET.evolve(jax.random.key(0), start, mu=MU, times=np.linspace(0, 2, 11))
    np.testing.assert_allclose(few[-1], many[-1], rtol=1e-10)


def test_without_a_field_particles_stream_freely():
    # The field vanishes as mu grows.
    start = RANDOM.initial(jax.random.key(0), mu=MU, n_samples=64)
    end = RANDOM.evolve(jax.random.key(0), start, mu=1e8, times=np.asarray([0.0, 7.0]))[-1]
    x, v = np.asarray(end).T
    np.testing.assert_allclose(v, start[:, 1], rtol=1e-12)
    np.testing.assert_allclose(x, (start[:, 0] + 7 * v) % RANDOM.length, rtol=1e-9)


@pytest.mark.parametrize(("mode", "mu"), [(1, 1.25), (2, 1.25), (1, 1.85)])
def test_the_seeded_growing_mode_grows_as_linear_theory_says(mode, mu):
    system = TwoStream(cells=128, time_step=0.05)
    expected = dispersion.fastest_root(
        2 * np.pi * mode / system.length, mu=mu, beams=system.beams
    ).imag
    assert seeded_growth(system, mode=mode, mu=mu) == pytest.approx(expected, rel=0.05)
