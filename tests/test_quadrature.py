"""Rules in time: degree of exactness, order of convergence, and the gauge test."""

import hypothesis.strategies as st
import jax
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.integrate import quad

from hoam import quadrature
from hoam.quadrature import Rule

few = settings(max_examples=25, deadline=None, derandomize=True)


def monomial_error(rule: Rule, degree: int) -> float:
    return abs(float(rule.integrate(rule.nodes**degree)) - 1 / (degree + 1))


def error(rule: Rule) -> float:
    return abs(float(rule.integrate(np.exp(np.sin(5 * rule.nodes)))) - REFERENCE)


def order(make, sizes) -> float:
    """Return the slope of log error over log spacing."""
    return float(
        np.polyfit(np.log(1 / (np.asarray(sizes) - 1)), np.log([error(make(n)) for n in sizes]), 1)[
            0
        ]
    )


# At less, the rounding of some processors is in the way: a warning, and so an error.
REFERENCE = quad(lambda t: np.exp(np.sin(5 * t)), 0, 1, epsabs=1e-12, epsrel=1e-12)[0]


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_gauss_legendre_is_exact_to_degree_2n_minus_1_and_not_to_2n(n):
    rule = quadrature.gauss_legendre(n)
    for degree in range(2 * n):
        assert monomial_error(rule, degree) < 1e-14
    # The error at degree 2n is (n!)^4 / ((2n + 1) (2n)!^2), of a monic polynomial.
    factorial = [float(np.prod(np.arange(1, k + 1))) for k in (n, 2 * n)]
    expected = factorial[0] ** 4 / ((2 * n + 1) * factorial[1] ** 2)
    assert monomial_error(rule, 2 * n) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("n", [3, 5, 9])
def test_simpson_is_exact_to_degree_3_and_not_to_4(n):
    rule = quadrature.simpson(n)
    assert max(monomial_error(rule, d) for d in range(4)) < 1e-14
    # h^4/180 times the mean fourth derivative, 24.
    assert monomial_error(rule, 4) == pytest.approx(24 / 180 / (n - 1) ** 4, rel=1e-9)


@pytest.mark.parametrize("n", [2, 5, 9])
def test_the_trapezoidal_rule_is_exact_to_degree_1_and_not_to_2(n):
    rule = quadrature.trapezoid(n)
    assert max(monomial_error(rule, d) for d in range(2)) < 1e-14
    assert monomial_error(rule, 2) == pytest.approx(1 / 6 / (n - 1) ** 2, rel=1e-9)


@pytest.mark.parametrize("n", [2, 3, 4, 9])
def test_spline_weights_are_exact_to_degree_min_3_n_minus_1_on_irregular_times(n):
    times = np.linspace(0, 1, n) ** 1.2
    rule = quadrature.spline(times)
    exact = min(3, n - 1)
    assert max(monomial_error(rule, d) for d in range(exact + 1)) < 1e-14
    assert monomial_error(rule, exact + 2) > 1e-6


@pytest.mark.parametrize(("make", "expected"), [(quadrature.trapezoid, 2), (quadrature.simpson, 4)])
def test_composite_rules_converge_with_their_order(make, expected):
    assert order(make, [33, 65, 129, 257]) == pytest.approx(expected, abs=0.1)


def alternating(n: int) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(np.resize([1.0, 2.0], n - 1))])


@pytest.mark.parametrize("times", [np.arange, alternating], ids=["even", "alternating"])
def test_spline_weights_converge_at_least_with_order_4(times):
    # Steps that alternate between h and 2h show order 4; even steps cancel one term more.
    slope = order(lambda n: quadrature.spline(times(n) * 1.0), [33, 65, 129, 257])
    assert 3.8 < slope < 5.2


def test_gauss_legendre_converges_geometrically():
    errors = [error(quadrature.gauss_legendre(n)) for n in (4, 8, 16)]
    assert errors[1] < errors[0] * 5e-2
    assert errors[2] < errors[0] * 1e-6


def test_monte_carlo_converges_with_order_one_half():
    sizes = np.asarray([16, 256, 4096])
    keys = jax.random.split(jax.random.key(0), 64)
    rms = [
        np.sqrt(np.mean([error(quadrature.monte_carlo(int(n), key=k)) ** 2 for k in keys]))
        for n in sizes
    ]
    assert np.polyfit(np.log(sizes), np.log(rms), 1)[0] == pytest.approx(-0.5, abs=0.05)


def test_stratified_nodes_lie_one_in_each_interval_and_converge_with_order_three_halves():
    sizes = np.asarray([4, 16, 64, 256])
    keys = jax.random.split(jax.random.key(0), 64)
    rms = []
    for n in sizes:
        nodes = np.asarray(jax.vmap(quadrature.stratified(int(n)).draw)(keys))
        assert (np.ceil(n * nodes) == np.arange(n) + 1).all()
        rms.append(np.sqrt(np.mean((np.exp(nodes).mean(axis=1) - (np.e - 1)) ** 2)))
    assert np.polyfit(np.log(sizes), np.log(rms), 1)[0] == pytest.approx(-1.5, abs=0.05)


def test_the_variance_of_stratified_nodes_is_that_within_the_intervals():
    # Of t^2, by the mean value theorem: int (2t)^2 dt / (12 n^3) up to order n^-4.
    n, keys = 32, jax.random.split(jax.random.key(6), 2000)
    values = np.mean(jax.vmap(quadrature.stratified(n).draw)(keys) ** 2, axis=1)
    assert np.var(values) == pytest.approx(4 / 3 / (12 * n**3), rel=0.15)


@pytest.mark.parametrize("rule", [quadrature.monte_carlo, quadrature.stratified])
def test_random_rules_are_unbiased(rule):
    keys = jax.random.split(jax.random.key(1), 400)
    values = [(lambda rule: float(rule.integrate(rule.nodes**2)))(rule(8, key=k)) for k in keys]
    standard_error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values) - 1 / 3) < 4 * standard_error


RULES = st.one_of(
    st.integers(1, 60).map(quadrature.gauss_legendre),
    st.integers(1, 40).map(lambda k: quadrature.simpson(2 * k + 1)),
    st.integers(2, 60).map(quadrature.trapezoid),
    st.integers(1, 60).map(quadrature.monte_carlo),
    st.integers(2, 60).map(lambda n: quadrature.spline(np.linspace(0, 40, n))),
)


@few
@given(rule=RULES)
def test_every_rule_has_ascending_nodes_in_the_unit_interval_and_positive_weights_of_sum_one(rule):
    assert rule.nodes.shape == rule.weights.shape
    assert ((rule.nodes >= 0) & (rule.nodes <= 1)).all()
    assert (np.diff(rule.nodes) > 0).all()
    assert (rule.weights > 0).all()
    assert rule.weights.sum() == pytest.approx(1, abs=1e-12)


@few
@given(rule=RULES, a=st.floats(-10, 10), b=st.floats(-10, 10))
def test_every_rule_is_linear(rule, a, b):
    f, g = np.cos(rule.nodes), rule.nodes**2
    together = float(rule.integrate(a * f + b * g))
    assert together == pytest.approx(
        a * float(rule.integrate(f)) + b * float(rule.integrate(g)), abs=1e-11
    )


@few
@given(rule=RULES, start=st.floats(-10, 10), length=st.floats(0.1, 100))
def test_times_are_the_nodes_mapped_to_an_interval_and_its_ends_each_once(rule, start, length):
    end = start + length
    times = rule.times(start, end)
    assert (times[0], times[-1]) == (start, end)
    inner = rule.nodes[(rule.nodes > 0) & (rule.nodes < 1)]
    assert times.size == inner.size + 2
    np.testing.assert_allclose((times[1:-1] - start) / length, inner, atol=1e-13 * (1 + 1 / length))


def test_integrate_takes_the_first_axis_and_keeps_the_others():
    rule = quadrature.simpson(5)
    values = rule.nodes[:, None, None] ** np.arange(4)[None, None, :] * np.ones((1, 2, 1))
    result = rule.integrate(values)
    assert result.shape == (2, 4)
    np.testing.assert_allclose(result, np.broadcast_to(1 / np.arange(1, 5), (2, 4)), rtol=1e-13)


def test_integrate_is_traceable_and_agrees_with_the_eager_value():
    rule = quadrature.gauss_legendre(6)
    compiled = jax.jit(lambda v: rule.integrate(v))(rule.nodes**5)
    assert float(compiled) == pytest.approx(1 / 6, abs=1e-14)


@pytest.mark.parametrize("n", [1, 2, 4, 7])
def test_gauss_nodes_leave_the_loss_alone_under_every_polynomial_gauge_of_degree_2n(n):
    rng = np.random.default_rng(n)
    gauge = np.polynomial.Polynomial(rng.normal(size=2 * n + 1))
    assert abs(quadrature.gauss_legendre(n).gauge_defect(gauge, gauge.deriv())) < 1e-12
    beyond = np.polynomial.Polynomial([0.0] * (2 * n + 1) + [1.0])
    assert abs(quadrature.gauss_legendre(n).gauge_defect(beyond, beyond.deriv())) > 1e-9


def test_random_nodes_change_the_loss_under_a_gauge_by_a_random_amount_of_mean_zero():
    gauge = np.polynomial.Polynomial([0.0, 1.0, -2.0, 1.5])
    keys = jax.random.split(jax.random.key(2), 300)
    rules = [quadrature.monte_carlo(8, key=k) for k in keys]
    defects = np.asarray([rule.gauge_defect(gauge, gauge.deriv()) for rule in rules])
    nodes = np.linspace(0, 1, 10_001)
    spread = gauge.deriv()(nodes).std() / np.sqrt(8)
    assert (np.abs(defects) > 1e-6).mean() > 0.99
    assert defects.std() == pytest.approx(spread, rel=0.15)
    assert abs(defects.mean()) < 4 * defects.std() / np.sqrt(len(defects))


def test_moving_gauss_nodes_to_a_coarse_time_grid_breaks_the_gauge_and_spline_weights_repair_it():
    gauge = np.polynomial.Polynomial([0.0, 0.0, 0.0, 1.0])
    rule = quadrature.gauss_legendre(8)
    grid = np.linspace(0, 1, 41)
    moved = Rule(grid[np.abs(grid[:, None] - rule.nodes).argmin(0)], rule.weights, "moved")
    assert abs(rule.gauge_defect(gauge, gauge.deriv())) < 1e-13
    assert abs(moved.gauge_defect(gauge, gauge.deriv())) > 1e-4
    assert abs(quadrature.spline(grid).gauge_defect(gauge, gauge.deriv())) < 1e-13


@pytest.mark.parametrize("rule", [quadrature.monte_carlo, quadrature.stratified])
def test_same_key_same_nodes_and_other_key_other_nodes(rule):
    one = rule(16, key=jax.random.key(3))
    two = rule(16, key=jax.random.key(3))
    other = rule(16, key=jax.random.key(4))
    np.testing.assert_array_equal(one.nodes, two.nodes)
    assert not np.array_equal(one.nodes, other.nodes)
    assert one.random
    assert not quadrature.gauss_legendre(3).random
