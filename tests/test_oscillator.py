"""The oscillator: exact samples, its closed-form law and the potential that moves it."""

import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

from hoam import calculus, quadrature
from hoam.systems import Oscillator

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


def hermite_expectation(f, t, w, points=12):
    """Return E[f(x)] under the law at time t, exact for polynomials of degree 23."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    grid = np.stack(np.meshgrid(nodes, nodes), -1).reshape(-1, 2)
    weights = np.outer(weights, weights).ravel() / (2 * np.pi)
    x = SYSTEM.mean(t, w)[None] + SYSTEM.deviation(t, w) * jnp.asarray(grid)
    return jnp.sum(jnp.asarray(weights) * jax.vmap(f)(x))


@pytest.mark.parametrize("w", [2.0, 6.0])
def test_the_integrand_is_the_expectation_it_stands_for(w):
    mu = jnp.asarray([w])

    def s(x, t, mu):
        return SYSTEM.potential(x, t, mu[0])

    slope, rate = calculus.gradient(s), calculus.time_derivative(s)

    @jax.jit
    def value(t):
        return hermite_expectation(
            lambda x: 0.5 * jnp.sum(slope(x, t, mu) ** 2) + rate(x, t, mu), t, w
        )

    for t in (0.05, 0.5, 0.9):
        assert float(value(t)) == pytest.approx(float(SYSTEM.integrand(t, w)), rel=1e-10, abs=1e-10)


def action(s, w, epsilon=0.0, nodes=48):
    """Return the action-matching loss of a potential by quadrature in time and state."""
    rule, mu = quadrature.gauss_legendre(nodes), jnp.asarray([w])

    def expectation(t):
        def integrand(x):
            slope = calculus.gradient(s)(x, t, mu)
            half = 0.5 * epsilon**2
            rest = calculus.time_derivative(s)(x, t, mu) + half * calculus.laplacian(s)(x, t, mu)
            return 0.5 * slope @ slope + rest

        return hermite_expectation(integrand, t, w)

    values = jax.jit(lambda times: jax.lax.map(expectation, times))(jnp.asarray(rule.nodes))
    ends = [hermite_expectation(lambda x, t=t: s(x, t, mu), t, w) for t in (0.0, 1.0)]
    return float(rule.integrate(values) + ends[0] - ends[1])


def kinetic_energy(w, epsilon=0.0, nodes=48):
    rule, mu = quadrature.gauss_legendre(nodes), jnp.asarray([w])

    def exact(x, t, mu):
        return SYSTEM.potential(x, t, mu[0], epsilon=epsilon)

    def at_time(t):
        square = lambda x: 0.5 * jnp.sum(calculus.gradient(exact)(x, t, mu) ** 2)  # noqa: E731
        return hermite_expectation(square, t, w)

    return float(
        rule.integrate(jax.jit(lambda t: jax.lax.map(at_time, t))(jnp.asarray(rule.nodes)))
    )


@pytest.mark.parametrize("epsilon", [0.0, 0.1])
def test_the_loss_at_the_exact_potential_is_minus_the_kinetic_energy(epsilon):
    def exact(x, t, mu):
        return SYSTEM.potential(x, t, mu[0], epsilon=epsilon)

    expected = -kinetic_energy(3.0, epsilon)
    assert action(exact, 3.0, epsilon) == pytest.approx(expected, rel=1e-9)


def test_perturbations_of_the_exact_potential_raise_the_loss_by_half_their_squared_slope():
    def perturbed(size):
        def s(x, t, mu):
            return SYSTEM.potential(x, t, mu[0]) + size * x[0] * x[1] * (1 + t**2)

        return s

    w = 3.0
    base = action(perturbed(0.0), w)
    rises = {size: action(perturbed(size), w) - base for size in (-0.2, -0.1, 0.1, 0.2)}
    rule = quadrature.gauss_legendre(48)
    square = [
        float(hermite_expectation(lambda x: jnp.sum(x**2), t, w)) * (1 + t**2) ** 2
        for t in rule.nodes
    ]
    half = 0.5 * float(rule.integrate(np.asarray(square)))
    for size, rise in rises.items():
        assert rise == pytest.approx(size**2 * half, rel=1e-6)
