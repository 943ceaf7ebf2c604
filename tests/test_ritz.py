"""The linear part: exact where the potential lies in its span, and a minimum of the loss."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import translation

import hoam
from hoam import methods, networks, quadrature, ritz
from hoam.linear_part import Basis, LinearPart, coefficients_at, knots
from hoam.nodes import node_table
from hoam.population import Population
from hoam.quadrature import gauss_legendre
from hoam.scaling import Scaling
from hoam.types import Node

RULE = gauss_legendre(24)
TIMES = RULE.times(0.0, 1.0)


def gaussian(*, mus, deviation, n_samples=4096, epsilon=0.0):
    """Samples of N(0, deviation(t, mu)^2) on the line, and an untrained model of them."""
    start = np.random.default_rng(3).normal(size=(n_samples, 1))
    widths = np.asarray([[deviation(t, mu) for t in TIMES] for mu in mus])
    samples = 2.0 + widths[:, :, None, None] * start
    population = Population(samples, TIMES, mus)
    network = networks.CoLoRA(width=8, depth=3)
    params = network.initialise(jax.random.key(0), dimension=1, parameters=1)
    return population, hoam.Model(network, params, Scaling.of(population), epsilon)


def gradient(model, y, t, mu):
    """The learned velocity at a normalised state."""
    z = jnp.asarray(model.scaling.parameters(np.asarray([[mu]]))[0])
    return jax.grad(model.potential)(jnp.asarray([y]), t, z)[0]


@pytest.fixture(scope="module")
def moved():
    """An untrained model of a moving Gaussian, with its linear part."""
    population = translation.population(
        times=RULE.times(0.0, translation.DURATION), n_samples=1024, mus=(0.5, 1.0, 1.5)
    )
    model = dataclasses.replace(translation.untrained(), scaling=Scaling.of(population))
    return population, model, ritz.enrich(model, population, rule=RULE, splines=8)


def test_the_mean_moves_as_the_population_does_whatever_the_network(moved):
    population, _, enriched = moved
    x0 = population.samples[1, 0]
    path = np.asarray(
        enriched.sample(jax.random.key(0), x0, times=np.linspace(0, 2, 3), mu=1.0)
    ).astype(float)
    shift = path.mean(axis=1) - path[0].mean(axis=0)
    np.testing.assert_allclose(
        shift, np.linspace(0, 2, 3)[:, None] * translation.DIRECTION, atol=5e-3
    )


def test_between_parameters_the_linear_part_is_interpolated(moved):
    _, _, enriched = moved
    pieces = [enriched.linear.pieces(mu) for mu in (0.5, 0.75, 1.0)]
    np.testing.assert_allclose(pieces[1], (pieces[0] + pieces[2]) / 2, atol=1e-6)
    np.testing.assert_array_equal(enriched.linear.pieces(0.1), pieces[0])


@pytest.mark.parametrize("epsilon", [0.0, 0.3])
def test_a_widening_gaussian_gets_its_exact_velocity(epsilon):
    # The potential of N(m, sigma(t)^2) is quadratic: its slope is (sigma'/sigma - eps^2/2sigma^2)
    # times the distance to the mean, in the span of degree 2.
    mu, t = 1.0, 0.4
    population, model = gaussian(
        mus=[mu], deviation=lambda t, mu: np.exp(mu * t) / 10, epsilon=epsilon
    )
    enriched = ritz.enrich(model, population, rule=RULE, degree=2, splines=8)
    size, low = model.scaling.size[0], model.scaling.low[0]
    sigma = population.samples[0, 0].std() * np.exp(mu * t) / size
    mean = (2.0 + (population.samples[0, 0].mean() - 2.0) * np.exp(mu * t) - low) / size
    # What is left over by the network beyond its quadratic part is orthogonal to the span.
    ys = np.linspace(mean - sigma, mean + sigma, 5)
    expected = (mu - epsilon**2 / (2 * sigma**2)) * (ys - mean) + (mean - (2.0 - low) / size) * mu
    found = [float(gradient(enriched, y, t, mu)) for y in ys]
    bare = [float(gradient(model, y, t, mu)) for y in ys]
    scale = np.abs(expected).max()
    assert np.abs(np.asarray(found) - expected).max() < 0.05 * scale
    assert np.abs(np.asarray(bare) - expected).max() > 0.2 * scale


def test_no_change_of_the_coefficients_lowers_the_discrete_loss(moved):
    population, model, enriched = moved
    method = methods.action_matching(rule=RULE)
    times = model.scaling.times(population.times)
    index, integral, boundary = node_table(RULE, times)
    y = jnp.asarray(model.scaling.states(population.samples[1, index]))
    z = jnp.asarray(model.scaling.parameters(population.mus[1][None])[0])
    values = jnp.asarray(splines_at(times[index], 8))
    rates = jnp.asarray(splines_at(times[index], 8, nu=1))
    basis = enriched.linear.basis

    nodes = Node(
        *(jnp.asarray(times[index]), jnp.broadcast_to(z, (index.size, 1)), y),
        *(jnp.asarray(integral), jnp.asarray(boundary)),
    )

    @jax.jit
    def loss(coefficients):
        def at(inputs):
            node, value, rate = inputs
            c = value @ coefficients
            whole = lambda x: model.potential(x, node.t, z) + c @ basis(x)  # noqa: E731
            square = jax.vmap(lambda x: jnp.sum(jax.grad(whole)(x) ** 2))(node.x)
            bare = jax.vmap(lambda x: jnp.sum(jax.grad(model.potential)(x, node.t, z) ** 2))(node.x)
            linear = jax.vmap(basis)(node.x).mean(axis=0)
            network = method.loss(model.network, model.params, node)
            extra = node.integral * (0.5 * jnp.mean(square - bare) + rate @ coefficients @ linear)
            return network + extra + node.boundary * (c @ linear)

        return jax.lax.map(at, (nodes, values, rates)).sum()

    best = jnp.asarray(enriched.linear.coefficients[1], float)
    slope = jax.grad(loss)(best)
    untouched = jax.grad(loss)(jnp.zeros_like(best))
    assert float(jnp.abs(slope).max()) < 1e-4 * float(jnp.abs(untouched).max())
    assert float(loss(best)) < float(loss(jnp.zeros_like(best)))


@pytest.mark.parametrize("epsilon", [0.0, 0.3])
def test_without_products_each_coordinate_gets_what_it_would_get_alone(epsilon):
    # Independent coordinates and a network of zeros: the whole system decouples.
    population, _ = gaussian(mus=[1.0], deviation=lambda t, mu: np.exp(mu * t) / 10)
    shifted = population.samples[:, :, ::-1] * (1 + population.times[:, None, None])
    both = Population(np.concatenate([population.samples, shifted], axis=3), TIMES, [1.0])
    network = networks.CoLoRA(width=8, depth=3)

    def solved(samples, **choice):
        population = Population(samples, TIMES, [1.0])
        params = network.initialise(jax.random.key(0), dimension=samples.shape[3], parameters=1)
        params = jax.tree.map(jnp.zeros_like, params)
        model = hoam.Model(network, params, Scaling.of(population), epsilon)
        return ritz.enrich(model, population, rule=RULE, degree=2, splines=8, **choice).linear

    together = solved(both.samples, mixed=False)
    alone = [solved(both.samples[..., i : i + 1]) for i in range(2)]
    expected = np.concatenate([part.coefficients for part in alone], axis=2)
    np.testing.assert_allclose(
        together.coefficients, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max()
    )
    assert together.basis.groups == 2


def test_powers_without_products_refuse_a_periodic_coordinate():
    with pytest.raises(ValueError, match="Use mixed=True"):
        Basis((True, False), mixed=False)


def splines_at(times, count, nu=0):
    """Values of the cubic B-splines, or of their derivatives."""
    from scipy.interpolate import BSpline

    return BSpline(knots(count), np.eye(count), 3)(times, nu=nu)


def test_the_polynomials_of_each_interval_are_those_of_the_spline():
    rng = np.random.default_rng(0)
    coefficients = rng.normal(size=(1, 9, 4))
    part = LinearPart(Basis((False,), degree=4), coefficients, (1.0,))
    pieces = jnp.asarray(part.pieces(1.0))
    for t in (0.0, 0.13, 0.5, 0.99, 1.0):
        expected = splines_at(np.asarray([t]), 9)[0] @ coefficients[0]
        np.testing.assert_allclose(coefficients_at(pieces, t), expected, atol=1e-10)


def test_the_basis_holds_all_products_of_waves_and_monomials_but_the_constant():
    basis = Basis((True, False, False), modes=2, degree=2)
    # 1 + 2 * 2 waves times 1 + 2 + 3 monomials, less the constant.
    assert basis(jnp.asarray([0.1, 0.2, 0.3])).shape == (5 * 6 - 1,)
    shifted = basis(jnp.asarray([1.1, 0.2, 0.3]))
    np.testing.assert_allclose(basis(jnp.asarray([0.1, 0.2, 0.3])), shifted, atol=1e-12)


def test_a_model_with_a_linear_part_is_the_same_after_saving_and_loading(moved, tmp_path):
    _, _, enriched = moved
    path = tmp_path / "enriched.safetensors"
    enriched.save(path)
    again = hoam.load(path)
    assert again.linear.basis == enriched.linear.basis
    assert again.linear.mus == enriched.linear.mus
    np.testing.assert_array_equal(again.linear.coefficients, enriched.linear.coefficients)
    assert translation.same(again.params, enriched.params)
    assert gradient_of(again) == gradient_of(enriched)


def test_the_potential_may_be_traced_in_time_and_parameter(moved):
    _, _, enriched = moved
    y, t, z = jnp.asarray([0.3, 0.4]), jnp.asarray(0.2), jnp.asarray([0.3])
    traced = jax.jit(enriched.potential)(y, t, z)
    assert float(traced) == pytest.approx(float(enriched.potential(y, t, z)), rel=1e-5)


def gradient_of(model):
    return jax.grad(model.potential)(jnp.asarray([0.3, 0.4]), 0.2, jnp.zeros(1)).tolist()


def test_parameters_may_come_in_any_order(moved):
    population, model, enriched = moved
    shuffled = ritz.enrich(model, population.select([2, 0, 1]), rule=RULE, splines=8)
    assert shuffled.linear.mus == (0.5, 1.0, 1.5)
    np.testing.assert_allclose(
        shuffled.linear.coefficients, enriched.linear.coefficients, atol=1e-5
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"rule": quadrature.monte_carlo(8)}, "a rule with fixed nodes"),
        ({"rule": gauss_legendre(5)}, "Expected samples at the nodes"),
        ({"splines": 40}, "Expected a regular system"),
        ({"splines": 3}, "at least 4; got 3"),
        ({"degree": 0}, "Expected the degree"),
    ],
)
def test_what_does_not_fit_is_refused(moved, change, expected):
    population, model, _ = moved
    with pytest.raises(ValueError, match=expected):
        ritz.enrich(model, population, **{"rule": RULE, "splines": 8, **change})


def test_samples_of_another_dimension_are_refused(moved):
    _, model, _ = moved
    population, _ = gaussian(mus=[1.0], deviation=lambda t, mu: 1.0 + t, n_samples=16)
    with pytest.raises(ValueError, match="Expected samples with 2 coordinates"):
        ritz.enrich(model, population, rule=RULE)
