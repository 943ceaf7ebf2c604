"""Weights for irregular times: positive, exact to their degree and not beyond, of their order."""

import numpy as np
import pytest

from hoam import quadrature
from hoam.given_times import fitted_spline, on_times, trapezoid
from hoam.survey import wave_defects

#: Each gap ten times the one before: no spline has positive weights.
GRADED = np.cumsum(10.0 ** np.arange(9))


def drawn(n, seed):
    """Independent uniform times."""
    return np.sort(np.random.default_rng(seed).uniform(0, 40, n))


def monomial_error(rule, degree):
    return abs(float(rule.integrate(rule.nodes**degree)) - 1 / (degree + 1))


def error(rule):
    exact = quadrature.gauss_legendre(80)
    return abs(
        sum(s * r.integrate(np.exp(np.sin(5 * r.nodes))) for s, r in [(1, rule), (-1, exact)])
    )


@pytest.mark.parametrize("n", [8, 16, 64])
def test_weights_on_random_times_are_positive_and_exact_to_the_degree_that_they_state(n):
    seen = set()
    for seed in range(60):
        rule = on_times(drawn(n, seed))
        assert (rule.weights > 0).all()
        assert rule.weights.sum() == pytest.approx(1, abs=1e-13)
        degree = 1 if rule.name.startswith("trapezoid") else 3
        assert f"order {degree + 1}" in rule.why or f"degree {degree}" in rule.why
        assert max(monomial_error(rule, d) for d in range(degree + 1)) < 1e-12
        assert max(monomial_error(rule, degree + d) for d in (1, 2)) > 1e-11
        seen.add(rule.name.split(" of ")[0].split(" on ")[0])
    assert "spline" in seen
    assert ("trapezoid" in seen) == (n == 8)


def test_the_spline_through_all_times_is_taken_where_its_weights_are_positive():
    times = np.linspace(0, 3, 20) ** 1.2
    np.testing.assert_array_equal(on_times(times).weights, quadrature.spline(times).weights)


@pytest.mark.parametrize("times", [GRADED, [0.0, 0.001, 1.0], [0.0, 0.01, 0.99, 1.0]])
def test_times_that_no_spline_suits_get_the_trapezoidal_weights_of_their_gaps(times):
    rule = on_times(np.asarray(times))
    assert rule.name == f"trapezoid on {len(times)} times"
    values = np.random.default_rng(0).normal(size=len(times))
    assert rule.integrate(values) == pytest.approx(np.trapezoid(values, rule.nodes), rel=1e-12)


def test_the_fitted_spline_has_of_all_exact_weights_those_nearest_to_the_trapezoidal_ones():
    rule, tau = fitted_spline(drawn(30, 1), 1), trapezoid(drawn(30, 1)).weights
    powers = rule.nodes ** np.arange(4)[:, None]
    away = np.linalg.svd(powers)[2][4:].T  # other weights that leave the four integrals alone
    np.testing.assert_allclose(away.T @ ((rule.weights - tau) / tau), 0, atol=1e-10)


def test_the_trapezoidal_rule_is_of_order_2_and_a_spline_fitted_on_random_times_of_order_4():
    sizes = np.asarray([64, 128, 256, 512])

    def order(make):
        rms = [np.sqrt(np.mean([error(make(drawn(n, s))) ** 2 for s in range(20)])) for n in sizes]
        return -np.polyfit(np.log(sizes), np.log(rms), 1)[0]

    coarse, fine = (error(trapezoid(np.linspace(0, 1, n) ** 2)) for n in (65, 513))
    assert np.log2(coarse / fine) / 3 == pytest.approx(2, abs=0.1)
    assert order(lambda times: fitted_spline(times, times.size // 16)) > 3.7
    assert order(on_times) > 3


def test_what_the_choice_costs_is_less_than_that_of_the_trapezoidal_rule():
    for seed in range(20):
        times = drawn(64, seed)
        assert wave_defects(on_times(times))[0] < 0.05 * wave_defects(trapezoid(times))[0]


def test_a_thousand_times_get_their_weights_in_seconds():
    assert "fitted to 1000 times" in on_times(drawn(1000, 0)).name
