"""Roots of the dispersion relation, against textbook limits."""

import numpy as np
import pytest

from hoam import dispersion
from hoam.systems import TwoStream

MAXWELLIAN = ((1.0, 0.0, 1.0),)


def test_landau_damping_at_k_one_half_has_its_textbook_value():
    root = dispersion.fastest_root(0.5, mu=1.0, beams=MAXWELLIAN)
    assert abs(root.real) == pytest.approx(1.41566, abs=1e-5)
    assert root.imag == pytest.approx(-0.15336, abs=1e-5)


@pytest.mark.parametrize(
    ("mode", "mu", "grows"), [(1, 1.25, True), (2, 1.25, True), (1, 1.85, True), (2, 1.85, False)]
)
def test_roots_solve_the_relation_and_growing_waves_of_equal_beams_do_not_travel(mode, mu, grows):
    k = 2 * np.pi * mode / 50
    root = dispersion.fastest_root(k, mu=mu, beams=TwoStream.beams)
    assert abs(dispersion.dispersion_function(root, k, mu=mu, beams=TwoStream.beams)) < 1e-10
    assert (root.imag > 0) == grows
    assert (abs(root.real) < 1e-9) == grows


def test_cold_beams_grow_as_the_cold_two_stream_relation_says():
    # 1 = (1/2mu^2) [1/(w - k u)^2 + 1/(w + k u)^2], solved in w^2.
    k, u, mu = 0.15, 3.0, 1.25
    a, b = (k * u) ** 2, 1 / mu**2
    square = (2 * a + b - np.sqrt(8 * a * b + b**2)) / 2
    root = dispersion.fastest_root(k, mu=mu, beams=((0.5, -u, 0.01), (0.5, u, 0.01)))
    assert root.imag == pytest.approx(np.sqrt(-square), rel=1e-2)


def test_the_function_tends_to_one_far_from_all_beams():
    value = dispersion.dispersion_function(1e4 + 0j, 0.5, mu=1.0, beams=MAXWELLIAN)
    assert value == pytest.approx(1.0, abs=1e-7)


def test_scaling_the_poisson_equation_and_lengths_leaves_the_phase_velocity_alone():
    # D depends on mu k only through mu^2 k^2, and on omega through omega/k.
    one = dispersion.fastest_root(0.2, mu=1.25, beams=TwoStream.beams)
    two = dispersion.fastest_root(0.1, mu=2.5, beams=TwoStream.beams)
    assert one / 0.2 == pytest.approx(two / 0.1, rel=1e-8)


@pytest.mark.parametrize("mu", TwoStream.test_mus)
def test_the_fastest_mode_is_the_fastest_of_all_searched(mu):
    mode, root = dispersion.fastest_mode(mu=mu, length=50.0, beams=TwoStream.beams, modes=4)
    rates = [
        dispersion.fastest_root(2 * np.pi * m / 50, mu=mu, beams=TwoStream.beams).imag
        for m in range(1, 5)
    ]
    assert mode == 1 + int(np.argmax(rates))
    assert root.imag == max(rates)
