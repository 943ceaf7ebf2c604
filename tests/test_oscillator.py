"""The oscillator: exact samples, its closed-form law and the potential that moves it."""

import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

from hoam import calculus, quadrature
from hoam.systems import Oscillator
from hoam.systems.oscillator import _transition_coefficients

SYSTEM = Oscillator()
N = 10_000
few = settings(max_examples=5, deadline=None, derandomize=True)


def assert_has_exact_law(x, t, w, system=SYSTEM):
    """Compare mean and variance of samples `[N, 2]` with the law, within 5 standard errors."""
    mean, deviation = np.asarray(system.mean(t, w)), float(system.deviation(t, w))
    n = len(x)
    assert (np.abs(x.mean(axis=0) - mean) < 5 * deviation / np.sqrt(n)).all()
    assert (np.abs(x.var(axis=0) / deviation**2 - 1) < 5 * np.sqrt(2 / n)).all()
    correlation = np.corrcoef(x.T)[0, 1]
    assert abs(correlation) < 5 / np.sqrt(n)


@pytest.mark.parametrize("w", [2.0, 8.0, 18.0])
@pytest.mark.parametrize("times", [[0.0, 1.0], np.linspace(0, 1, 11), [0.0, 0.01, 0.9, 1.0]])
def test_samples_have_the_exact_law_for_any_output_spacing(w, times):
    paths = np.asarray(SYSTEM.simulate(jax.random.key(0), mu=w, times=times, n_samples=N))
    for x, t in zip(paths, times, strict=True):
        assert_has_exact_law(x, t, w)


@few
@given(w=st.floats(2, 18), seed=st.integers(0, 1000), noise=st.floats(0.05, 1.0))
def test_exact_transitions_compose_for_any_noise(w, seed, noise):
    system = Oscillator(sigma=noise)
    key = jax.random.key(seed)
    paths = np.asarray(system.simulate(key, mu=w, times=[0.0, 0.3, 0.35, 0.7], n_samples=N))
    assert_has_exact_law(paths[-1], 0.7, w, system)


FIRST_GAPS = [float(quadrature.gauss_legendre(n).nodes[0]) for n in (16, 64, 256)]


@pytest.mark.parametrize("w", [2.0, 18.0])
@pytest.mark.parametrize("gap", [1e-8, *FIRST_GAPS, 1e-3, 0.3])
def test_the_noise_of_one_transition_has_the_covariance_of_its_integral_for_any_gap(gap, w):
    # Var of (q, v) is the integral of (sin wu/w, cos wu) (...)^T: by quadrature nothing cancels.
    rule = quadrature.gauss_legendre(20)
    u = gap * rule.nodes
    response = np.stack([np.sin(w * u) / w, np.cos(w * u)])
    expected = SYSTEM.sigma**2 * gap * np.einsum("iu,ju,u->ij", response, response, rule.weights)
    ((c, s, back, qq, qv, vv),) = _transition_coefficients(np.asarray([gap]), w, SYSTEM.sigma)
    root = np.asarray([[qq, 0.0], [qv, vv]])
    np.testing.assert_allclose(root @ root.T, expected, rtol=1e-9)
    assert c * c - s * back == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_samples_after_a_tiny_gap_have_the_spread_of_the_noise_alone(dtype):
    gap, w = FIRST_GAPS[-1], 18.0
    rest = jnp.zeros((N, 4), dtype)
    paths = SYSTEM.evolve(jax.random.key(0), rest, mu=w, times=np.asarray([0.0, gap, 1.0]))
    assert paths.dtype == dtype
    variance = np.asarray(paths, np.float64).var(axis=1)
    wt = w * np.asarray([gap, 1.0])
    series = wt[0] ** 3 / 3 * (1 - wt[0] ** 2 / 5)
    exact = np.asarray([series, wt[1] / 2 - np.sin(2 * wt[1]) / 4]) * SYSTEM.sigma**2 / w**3
    tolerance = 5 * np.sqrt(2 / N)
    np.testing.assert_allclose(variance[1:], np.stack([exact, exact], axis=1), rtol=tolerance)


def test_without_noise_each_particle_follows_the_harmonic_solution():
    system = Oscillator(sigma=0.0)
    start = system.initial(jax.random.key(0), mu=6.0, n_samples=5)
    times = np.linspace(0, 1, 7)
    paths = system.evolve(jax.random.key(1), start, mu=6.0, times=times)
    q, v = start[:, :2], start[:, 2:]
    for x, t in zip(paths, times, strict=True):
        np.testing.assert_allclose(x, q * np.cos(6 * t) + v * np.sin(6 * t) / 6, atol=1e-12)


def test_a_population_has_the_axes_parameters_times_samples_coordinates():
    population = SYSTEM.population(
        jax.random.key(0), mus=[2.0, 4.0], times=np.linspace(0, 1, 3), n_samples=7
    )
    assert population.samples.shape == (2, 3, 7, 2)
    assert population.periods == (None, None)


def test_same_key_same_paths_and_other_key_other_paths():
    one, two, other = (
        SYSTEM.simulate(jax.random.key(k), mu=4.0, times=[0.0, 1.0], n_samples=8) for k in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, other)


def test_mean_and_deviation_take_one_time_or_many():
    times = jnp.linspace(0, 1, 5)
    assert SYSTEM.mean(0.3, 4.0).shape == (2,)
    assert SYSTEM.mean(times, 4.0).shape == (5, 2)
    assert SYSTEM.deviation(times, 4.0).shape == (5,)
    np.testing.assert_allclose(SYSTEM.deviation(0.0, 4.0), 0.1)


@pytest.mark.parametrize("w", [2.0, 9.0])
@pytest.mark.parametrize("epsilon", [0.0, 1e-2, 0.2])
def test_the_exact_potential_solves_the_fokker_planck_equation(w, epsilon):
    def log_density(x, t):
        sd = SYSTEM.deviation(t, w)
        return -jnp.sum((x - SYSTEM.mean(t, w)) ** 2) / (2 * sd**2) - 2 * jnp.log(sd)

    def density(x, t):
        return jnp.exp(log_density(x, t))

    def flux(x, t):
        slope = jax.grad(lambda x: SYSTEM.potential(x, t, w, epsilon=epsilon))(x)
        return density(x, t) * slope - 0.5 * epsilon**2 * jax.grad(density)(x, t)

    @jax.jit
    def sides(t):
        x = SYSTEM.mean(t, w) + SYSTEM.deviation(t, w) * jnp.asarray([0.8, -1.1])
        return jax.grad(density, argnums=1)(x, t), -jnp.trace(jax.jacobian(flux)(x, t))

    for t in (0.1, 0.55):
        rate, outflow = sides(t)
        assert float(rate) == pytest.approx(float(outflow), rel=1e-9)


@pytest.mark.parametrize("n", [2, 4, 8])
def test_the_nodes_of_the_law_integrate_its_moments_to_degree_2n_minus_1_and_not_to_2n(n):
    t, w = 0.3, 6.0
    x, weights = SYSTEM.law_nodes(t, w, n=n)
    assert (x.shape, weights.shape) == ((n**2, 2), (n**2,))
    y = (np.asarray(x) - np.asarray(SYSTEM.mean(t, w))) / float(SYSTEM.deviation(t, w))
    # Moments of a standard normal: 0 for odd degrees, (k - 1)!! for even ones.
    moments = [float(np.prod(np.arange(k - 1, 0, -2))) * (k % 2 == 0) for k in range(2 * n + 1)]

    def moment(i, j):
        return float(np.sum(np.asarray(weights) * y[:, 0] ** i * y[:, 1] ** j))

    for i in range(2 * n):
        for j in range(2 * n):
            # Odd moments cancel between terms of the size of the even ones beside them.
            size = np.prod([moments[k + k % 2] for k in (i, j)])
            assert moment(i, j) == pytest.approx(moments[i] * moments[j], abs=1e-11 * size)
    # The error at degree 2n is n!, that of the monic polynomial of degree n squared.
    factorial = float(np.prod(np.arange(1, n + 1)))
    assert moment(2 * n, 0) == pytest.approx(moments[2 * n] - factorial, rel=1e-9)
    assert moment(0, 2 * n) == pytest.approx(moments[2 * n] - factorial, rel=1e-9)


def expectation(f, t, w):
    """Return E[f(x)] under the law at time t, exact for polynomials of degree 23."""
    x, weights = SYSTEM.law_nodes(t, w, n=12)
    return jnp.sum(weights * jax.vmap(f)(x))


@pytest.mark.parametrize("w", [2.0, 6.0])
def test_the_integrand_is_the_expectation_it_stands_for(w):
    mu = jnp.asarray([w])

    def s(x, t, mu):
        return SYSTEM.potential(x, t, mu[0])

    slope, rate = calculus.gradient(s), calculus.time_derivative(s)

    @jax.jit
    def value(t):
        return expectation(lambda x: 0.5 * jnp.sum(slope(x, t, mu) ** 2) + rate(x, t, mu), t, w)

    for t in (0.05, 0.5, 0.9):
        assert float(value(t)) == pytest.approx(float(SYSTEM.integrand(t, w)), rel=1e-10, abs=1e-10)


RULE = quadrature.gauss_legendre(48)


def in_time(f):
    """Return the integral of f(t) over [0, 1]."""
    return RULE.integrate(jax.lax.map(f, jnp.asarray(RULE.nodes)))


def action(s, w, epsilon=0.0):
    """Return the action-matching loss of a potential by quadrature in time and state."""
    mu = jnp.asarray([w])

    def at_time(t):
        def integrand(x):
            slope = calculus.gradient(s)(x, t, mu)
            half = 0.5 * epsilon**2
            rest = calculus.time_derivative(s)(x, t, mu) + half * calculus.laplacian(s)(x, t, mu)
            return 0.5 * slope @ slope + rest

        return expectation(integrand, t, w)

    start, end = (expectation(lambda x, t=t: s(x, t, mu), t, w) for t in (0.0, 1.0))
    return in_time(at_time) + start - end


def slope_energy(t, w, epsilon=0.0, scale=(1.0, 1.0)):
    """Return E[|grad s|^2/2] of the exact potential, its coordinates measured in units `scale`."""

    def half_square(x):
        # Per unit of the measured coordinate.
        slope = jax.grad(SYSTEM.potential)(x, t, w, epsilon=epsilon, scale=scale)
        return 0.5 * jnp.sum((slope * jnp.asarray(scale)) ** 2)

    return expectation(half_square, t, w)


@pytest.mark.parametrize("scale", [(1.0, 1.0), (2.0, 0.5)])
def test_the_kinetic_energy_is_the_expected_half_squared_slope_of_the_potential(scale):
    @jax.jit
    def both(t, w):
        return SYSTEM.kinetic_energy(t, w, scale=scale), slope_energy(t, w, scale=scale)

    for t, w in ((0.05, 2.0), (0.5, 6.0), (0.9, 18.0)):
        closed, expected = both(t, w)
        assert float(closed) == pytest.approx(float(expected), rel=1e-10)


@pytest.mark.parametrize("epsilon", [0.0, 0.1])
def test_the_loss_at_the_exact_potential_is_minus_the_kinetic_energy(epsilon):
    w = 3.0

    def exact(x, t, mu):
        return SYSTEM.potential(x, t, mu[0], epsilon=epsilon)

    @jax.jit
    def values():
        return action(exact, w, epsilon), in_time(lambda t: slope_energy(t, w, epsilon))

    loss, energy = values()
    assert float(loss) == pytest.approx(-float(energy), rel=1e-9)


def test_the_minimum_of_the_loss_is_minus_the_closed_form_of_the_kinetic_energy():
    w = 3.0

    def exact(x, t, mu):
        return SYSTEM.potential(x, t, mu[0])

    @jax.jit
    def values():
        return action(exact, w), in_time(lambda t: SYSTEM.kinetic_energy(t, w))

    loss, energy = values()
    assert float(loss) == pytest.approx(-float(energy), rel=1e-9)


def test_perturbations_of_the_exact_potential_raise_the_loss_by_half_their_squared_slope():
    w = 3.0

    @jax.jit
    def loss(size):
        def s(x, t, mu):
            return SYSTEM.potential(x, t, mu[0]) + size * x[0] * x[1] * (1 + t**2)

        return action(s, w)

    @jax.jit
    def half_square():
        square = lambda t: expectation(lambda x: jnp.sum(x**2), t, w) * (1 + t**2) ** 2  # noqa: E731
        return 0.5 * in_time(square)

    base, half = float(loss(0.0)), float(half_square())
    for size in (-0.2, -0.1, 0.1, 0.2):
        assert float(loss(size)) - base == pytest.approx(size**2 * half, rel=1e-6)
