"""Derivatives of potentials, against nested automatic differentiation and closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

from hoam import calculus
from hoam.networks import CoLoRA

X = jnp.asarray([0.3, 0.8])
T = jnp.asarray(0.4)
MU = jnp.asarray([-0.7])


def network_jet(network, params, x, t, mu, *, epsilon, directions):
    layers, rates = jax.jvp(
        lambda t: network.layers(params, t, mu, dimension=x.shape[-1]), (t,), (jnp.ones_like(t),)
    )
    return calculus.jet(
        layers,
        rates,
        jnp.atleast_2d(x),
        directions=directions[:, None],
        epsilon=epsilon,
        features=network.features,
    )


@pytest.mark.parametrize("epsilon", [0.0, 0.3])
@pytest.mark.parametrize("case", oracles.CASES)
def test_the_jet_equals_nested_automatic_differentiation(case, epsilon):
    network = oracles.CASES[case]
    params = oracles.parameters(network)
    s = oracles.potential(network, params)
    points = jax.random.uniform(jax.random.key(5), (4, 2))

    @jax.jit
    def fast(x):
        jet = network_jet(network, params, x, T, MU, epsilon=epsilon, directions=jnp.eye(2))
        return jet._replace(slopes=jet.slopes.T)

    @jax.jit
    @jax.vmap
    def slow(x):
        return s(x, T, MU), jax.grad(s)(x, T, MU), oracles.generator(s, epsilon)(x, T, MU)

    for ours, oracle in zip(fast(points), slow(points), strict=True):
        np.testing.assert_allclose(ours, oracle, rtol=1e-12, atol=1e-12)


def test_slopes_of_the_jet_are_directional_derivatives_along_any_directions():
    network = oracles.CASES["CoLoRA"]
    params = oracles.parameters(network)
    directions = jax.random.normal(jax.random.key(1), (5, 2))
    jet = network_jet(network, params, X, T, MU, epsilon=0.5, directions=directions)
    s = oracles.potential(network, params)
    curvature = jnp.sum(jax.vmap(lambda v: v @ jax.hessian(s)(X, T, MU) @ v)(directions))
    expected = jax.grad(s, argnums=1)(X, T, MU) + 0.125 * curvature
    np.testing.assert_allclose(jet.slopes[:, 0], directions @ jax.grad(s)(X, T, MU), rtol=1e-12)
    np.testing.assert_allclose(jet.generator[0], expected, rtol=1e-12)


def test_each_state_of_a_batch_may_have_directions_of_its_own():
    network = oracles.CASES["CoLoRA-periodic"]
    params = oracles.parameters(network)
    points = jax.random.uniform(jax.random.key(5), (3, 2))
    directions = jax.random.normal(jax.random.key(6), (4, 3, 2))
    layers, rates = jax.jvp(
        lambda t: network.layers(params, t, MU, dimension=2), (T,), (jnp.ones_like(T),)
    )

    def along(x, v):
        options = {"directions": v, "epsilon": 0.5, "features": network.features}
        return calculus.jet(layers, rates, x, **options)

    together = along(points, directions)
    for i, x in enumerate(points):
        alone = along(x[None], directions[:, i : i + 1])
        for part, whole in zip(alone, together, strict=True):
            np.testing.assert_allclose(part[..., 0], whole[..., i], rtol=1e-13)


def test_the_jet_in_single_precision_stays_in_single_precision_and_close():
    network = oracles.CASES["CoLoRA-periodic"]
    params = oracles.parameters(network)
    exact = network_jet(network, params, X, T, MU, epsilon=0.3, directions=jnp.eye(2))
    single = jax.tree.map(lambda leaf: leaf.astype(jnp.float32), (params, X, T, MU))
    jet = network_jet(network, *single, epsilon=0.3, directions=jnp.eye(2, dtype=jnp.float32))
    assert {leaf.dtype for leaf in jet} == {jnp.dtype("float32")}
    for ours, reference in zip(jet, exact, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=1e-4, atol=1e-4)


def quadratic(x, t, mu):
    a = jnp.asarray([[2.0, 0.5, -1.0], [0.5, -3.0, 0.2], [-1.0, 0.2, 4.0]])
    return 0.5 * x @ a @ x * (1 + t**2) + mu[0] * x[0] + jnp.sin(t)


def test_derivatives_of_a_quadratic_have_their_closed_form():
    x, t, mu = jnp.asarray([1.0, -2.0, 0.5]), 0.5, jnp.asarray([3.0])
    a = jax.hessian(lambda x: quadratic(x, 0.0, mu))(x)
    np.testing.assert_allclose(
        calculus.gradient(quadratic)(x, t, mu), 1.25 * a @ x + jnp.asarray([3.0, 0.0, 0.0])
    )
    np.testing.assert_allclose(
        calculus.time_derivative(quadratic)(x, t, mu), 0.5 * x @ a @ x + np.cos(0.5), rtol=1e-14
    )
    np.testing.assert_allclose(calculus.laplacian(quadratic)(x, t, mu), 1.25 * 3.0, rtol=1e-14)


def test_the_exact_laplacian_of_a_network_is_the_trace_of_its_hessian():
    network = CoLoRA(16, 3)
    s = oracles.potential(network, oracles.parameters(network))
    np.testing.assert_allclose(
        calculus.laplacian(s)(X, T, MU), jnp.trace(jax.hessian(s)(X, T, MU)), rtol=1e-12
    )


@pytest.mark.parametrize("probes", [1, 4])
def test_hutchinson_is_unbiased(probes):
    x, t, mu = jnp.asarray([1.0, -2.0, 0.5]), 0.0, jnp.asarray([3.0])
    estimate = calculus.hutchinson(quadratic, probes=probes)
    keys = jax.random.split(jax.random.key(0), 4000)
    values = np.asarray(jax.vmap(lambda key: estimate(key, x, t, mu))(keys))
    # Random signs: the variance is 4 sum_{i<j} a_ij^2 over the number of probes.
    deviation = np.sqrt(4 * (0.5**2 + 1.0**2 + 0.2**2) / probes)
    assert abs(values.mean() - 3.0) < 4 * deviation / np.sqrt(values.size)
    assert values.std() == pytest.approx(deviation, rel=0.05)


def test_hutchinson_is_exact_for_diagonal_quadratic_forms():
    diagonal = jnp.asarray([2.0, -3.0, 4.0, 0.5])
    estimate = calculus.hutchinson(lambda x, t, mu: 0.5 * jnp.sum(diagonal * x**2), probes=2)
    value = estimate(jax.random.key(0), jnp.ones(4), 0.0, jnp.zeros(1))
    np.testing.assert_allclose(value, diagonal.sum(), rtol=1e-13)


def test_hutchinson_directions_in_the_jet_are_unbiased():
    network = CoLoRA(16, 3)
    params = oracles.parameters(network)
    s = oracles.potential(network, params)

    @jax.jit
    @jax.vmap
    def estimate(key):
        directions = calculus.random_signs(key, (), 2, 2)
        return network_jet(network, params, X, T, MU, epsilon=1.0, directions=directions).generator[
            0
        ]

    values = np.asarray(estimate(jax.random.split(jax.random.key(0), 2000)))
    standard_error = values.std() / np.sqrt(values.size)
    assert abs(values.mean() - oracles.generator(s, 1.0)(X, T, MU)) < 4 * standard_error


def test_same_key_same_directions_and_other_key_other_directions():
    one, two, other = (calculus.random_signs(jax.random.key(k), (), 8, 3) for k in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    np.testing.assert_allclose(jnp.abs(one), 8**-0.5)
