"""What is said of samples before training: moves, counts, and the gauge test of their times."""

import numpy as np
import pytest

import hoam
from hoam.quadrature import gauss_legendre, spline
from hoam.survey import distance, survey, wave_defects


def cloud(times, *, speed=0.0, n=400, width=1.0):
    """A Gaussian cloud that moves along the line, the same particles at all times."""
    x = np.random.default_rng(0).normal(size=(n, 1))
    x = width * (x - x.mean()) / x.std()
    return hoam.Population.from_arrays([x + speed * t for t in times], times)


def test_the_defect_of_a_wave_is_the_change_of_the_loss_at_its_worst_phase():
    rule = spline(np.asarray([0.0, 0.15, 0.4, 0.55, 0.8, 1.0]))
    for f in (1, 3):
        phases = np.linspace(0, 2 * np.pi, 721)
        seen = [
            rule.gauge_defect(
                lambda t, f=f, p=p: np.cos(np.pi * f * t + p),
                lambda t, f=f, p=p: -np.pi * f * np.sin(np.pi * f * t + p),
            )
            for p in phases
        ]
        assert wave_defects(rule)[f - 1] == pytest.approx(np.abs(seen).max(), rel=1e-4)


def test_a_rule_exact_for_the_waves_has_no_defect_until_it_no_longer_resolves_them():
    defects = wave_defects(gauss_legendre(16))
    assert defects[:4].max() < 1e-12
    assert defects[15] > 0.1


def test_twice_as_many_times_resolve_higher_frequencies():
    coarse, fine = (survey(cloud(np.linspace(0, 1, n))).resolved for n in (9, 33))
    assert 1 <= coarse < fine


def test_a_frequency_that_vanishes_at_the_nodes_by_chance_is_not_resolved():
    found = survey(cloud(np.linspace(0, 2, 9)))
    assert found.defects[3] < 1e-12
    assert found.resolved < 4


def test_the_move_of_a_shift_is_its_length_in_widths():
    found = survey(cloud(np.arange(10.0), speed=0.7, width=2.0))
    np.testing.assert_allclose(found.moves, 0.35, rtol=1e-9)
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("population", "says"),
    [
        (cloud(np.arange(10.0), speed=1.5), "moves by 1.5 widths between the times 0 and 1"),
        (cloud(np.arange(10.0), n=25), "25 distinct samples"),
        (cloud(np.arange(4.0)), "4 times are few"),
        (cloud(np.arange(3.0)), "resolve no wave"),
    ],
)
def test_what_should_be_thought_over_is_said(population, says):
    found = survey(population)
    assert any(says in warning for warning in found.warnings)
    assert f"warning: {found.warnings[0]}" in str(found)


def test_repeated_samples_do_not_count():
    x = np.random.default_rng(0).normal(size=(30, 2))
    population = hoam.Population.from_arrays([x] * 9, np.arange(9.0), n_samples=1000)
    assert survey(population).counts.tolist() == [[30] * 9]


def test_periodic_coordinates_do_not_move():
    samples = np.random.default_rng(0).uniform(size=(1, 9, 200, 1))
    population = hoam.Population(samples, np.arange(9.0), 0.0, (1.0,))
    assert survey(population).moves.max() == 0


def test_the_distance_is_in_deviations_of_the_parameters_from_the_nearest():
    population = hoam.Population(
        np.zeros((2, 2, 3, 1)), [0.0, 1.0], np.asarray([[0.0, 5.0], [2.0, 5.0]])
    )
    assert distance(population, np.asarray([2.0, 5.0])) == 0
    assert distance(population, np.asarray([2.5, 5.0])) == pytest.approx(0.5)
    assert distance(population, np.asarray([1.0, 6.0])) == pytest.approx(np.sqrt(2))
