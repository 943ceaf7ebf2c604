"""The action-matching loss: against nested derivatives, and under a change of gauge."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

from hoam import methods, quadrature
from hoam.nodes import node_table
from hoam.types import Node


def nodes_of(rule, *, seed=0, samples=8):
    """Return one node per time of the rule and its ends, as pytree with a leading axis."""
    times = rule.times(0.0, 1.0)
    if rule.random:  # as in training: equal weights, and the ends apart
        integral = np.where(np.isin(times, rule.nodes), 1 / rule.nodes.size, 0.0)
        boundary = np.zeros(times.size)
        boundary[0], boundary[-1] = 1.0, -1.0
    else:
        _, integral, boundary = node_table(rule, times)
    key_x, key_mu = jax.random.split(jax.random.key(seed))
    return Node(
        jnp.asarray(times),
        jnp.broadcast_to(jax.random.normal(key_mu, (1, 1)), (times.size, 1)),
        jax.random.uniform(key_x, (times.size, samples, 2)),
        jnp.asarray(integral),
        jnp.asarray(boundary),
    )


def total(method, network, params, nodes):
    """Return the loss summed over nodes."""
    return jnp.sum(jax.lax.map(lambda node: method.loss(network, params, node), nodes))


@pytest.mark.parametrize("weight", [None, methods.decaying(2.0)])
@pytest.mark.parametrize("epsilon", [0.0, 0.3])
@pytest.mark.parametrize("case", oracles.CASES)
def test_loss_and_parameter_gradient_equal_those_by_nested_automatic_differentiation(
    case, epsilon, weight
):
    network = oracles.CASES[case]
    params = oracles.parameters(network)
    method = methods.action_matching(rule=quadrature.simpson(3), epsilon=epsilon, weight=weight)
    key = jax.random.key(2)
    node = Node(
        jnp.asarray(0.4),
        jnp.asarray([0.6]),
        jax.random.uniform(key, (4, 2)),
        jnp.asarray(0.7),
        jnp.asarray(-1.0),
    )

    def oracle(p):
        return oracles.node_loss(
            oracles.potential(network, p), node, epsilon, weight or jnp.ones_like
        )

    ours, gradient = jax.jit(jax.value_and_grad(lambda p: method.loss(network, p, node)))(params)
    expected, expected_gradient = jax.jit(jax.value_and_grad(oracle))(params)
    assert float(ours) == pytest.approx(float(expected), rel=1e-12)
    for a, b in zip(jax.tree.leaves(gradient), jax.tree.leaves(expected_gradient), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def prepared(method, nodes, key):
    """Return nodes as a training step sees them."""
    return method.prepare(key, nodes, jnp.zeros(nodes.x.shape[-1], bool))


@pytest.mark.parametrize("case", ["CoLoRA", "CoLoRA-periodic"])
def test_without_diffusion_the_reverse_gradient_gives_the_same_loss_and_gradient(case):
    network = oracles.CASES[case]
    params, rule = oracles.parameters(network), quadrature.gauss_legendre(3)
    nodes = nodes_of(rule)
    forward, reverse = (methods.action_matching(rule=rule, probes=k) for k in (None, 1))
    value, gradient = jax.jit(jax.value_and_grad(lambda p: total(forward, network, p, nodes)))(
        params
    )
    seen = prepared(reverse, nodes, jax.random.key(0))
    again, other = jax.jit(jax.value_and_grad(lambda p: total(reverse, network, p, seen)))(params)
    assert float(again) == pytest.approx(float(value), rel=1e-12)
    for a, b in zip(jax.tree.leaves(other), jax.tree.leaves(gradient), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def test_the_loss_with_probes_is_unbiased_and_less_noisy_with_more_of_them():
    network = oracles.CASES["CoLoRA"]
    params, rule = oracles.parameters(network), quadrature.gauss_legendre(3)
    nodes = nodes_of(rule)
    exact = total(methods.action_matching(rule=rule, epsilon=1.0), network, params, nodes)
    deviations = []
    for probes in (1, 4):
        method = methods.action_matching(rule=rule, epsilon=1.0, probes=probes)

        @jax.jit
        @jax.vmap
        def loss(key, method=method):
            return total(method, network, params, prepared(method, nodes, key))

        losses = np.asarray(loss(jax.random.split(jax.random.key(1), 1000)))
        deviations.append(losses.std())
        assert abs(losses.mean() - float(exact)) < 4 * losses.std() / np.sqrt(losses.size)
    assert deviations[0] / deviations[1] == pytest.approx(2, rel=0.15)


def test_fewer_than_one_probe_is_refused():
    with pytest.raises(ValueError, match="a number of probes"):
        methods.action_matching(rule=quadrature.simpson(3), probes=0)


class WithGauge:
    """A network plus a polynomial c(t), added to the last bias."""

    def __init__(self, network, coefficients):
        self.network = network
        self.coefficients = jnp.asarray(coefficients)
        self.features = network.features

    def layers(self, params, t, mu, *, dimension):
        *hidden, (kernel, bias) = self.network.layers(params, t, mu, dimension=dimension)
        return (*hidden, (kernel, bias + jnp.polyval(self.coefficients, t)))


def change_under_gauge(rule, coefficients, weight=None):
    network = oracles.CASES["MLP"]
    params = oracles.parameters(network)
    method, nodes = methods.action_matching(rule=rule, weight=weight), nodes_of(rule)
    return float(
        total(method, WithGauge(network, coefficients), params, nodes)
        - total(method, network, params, nodes)
    )


def test_adding_a_polynomial_of_degree_2n_leaves_the_gauss_loss_alone():
    coefficients = np.random.default_rng(0).normal(size=2 * 4 + 1)
    assert abs(change_under_gauge(quadrature.gauss_legendre(4), coefficients)) < 1e-12


def test_adding_a_polynomial_of_degree_4_leaves_the_simpson_loss_alone_and_one_of_5_does_not():
    coefficients = np.random.default_rng(0).normal(size=5)
    assert abs(change_under_gauge(quadrature.simpson(3), coefficients)) < 1e-12
    assert abs(change_under_gauge(quadrature.simpson(3), [1.0, *coefficients])) > 1e-3


def test_a_polynomial_weight_takes_its_degree_from_the_gauges_that_leave_the_loss_alone():
    def weight(t):
        return 1.5 - t**2

    rule, coefficients = quadrature.gauss_legendre(4), [1.0, -2.0, 0.5, 1.0, -1.0, 2.0, 1.0]
    assert abs(change_under_gauge(rule, coefficients, weight)) < 1e-12
    assert abs(change_under_gauge(rule, [1.0, *coefficients, 0.0], weight)) > 1e-7


def test_adding_a_polynomial_changes_the_loss_with_random_nodes_by_the_gauge_defect():
    gauge = np.polynomial.Polynomial([0.3, 1.0, -2.0, 1.5])
    changes = []
    for key in jax.random.split(jax.random.key(0), 3):
        rule = quadrature.monte_carlo(4, key=key)
        changes.append(change_under_gauge(rule, gauge.coef[::-1]))
        assert changes[-1] == pytest.approx(rule.gauge_defect(gauge, gauge.deriv()), rel=1e-9)
    assert min(abs(c) for c in changes) > 1e-3
    assert np.std(changes) > 1e-3


def test_the_loss_of_a_pure_gauge_is_zero_for_gauss_nodes():
    class Constant:
        def features(self, x):
            return x

        def layers(self, params, t, mu, *, dimension):
            return ((jnp.zeros((dimension, 1)), jnp.atleast_1d(jnp.polyval(params, t))),)

    rule = quadrature.gauss_legendre(3)
    value = total(
        methods.action_matching(rule=rule),
        Constant(),
        jnp.asarray([2.0, -1.0, 3.0]),
        nodes_of(rule),
    )
    assert abs(float(value)) < 1e-13


def test_the_loss_of_a_translation_is_minus_its_kinetic_energy_for_every_rule():
    # s = v.x - |v|^2 t/2 moves any population at velocity v; paired samples make it exact.
    velocity = jnp.asarray([1.0, -0.5])

    class Translation:
        def features(self, x):
            return x

        def layers(self, params, t, mu, *, dimension):
            return ((velocity[:, None], jnp.atleast_1d(-0.5 * velocity @ velocity * t)),)

    for rule in (quadrature.gauss_legendre(3), quadrature.simpson(5), quadrature.trapezoid(4)):
        nodes = nodes_of(rule)
        start = nodes.x[:1]
        nodes = nodes._replace(x=start + nodes.t[:, None, None] * velocity[None, None])
        value = total(methods.action_matching(rule=rule), Translation(), None, nodes)
        assert float(value) == pytest.approx(-0.5 * 1.25, rel=1e-12)


def test_the_weighted_loss_of_a_translation_is_minus_its_kinetic_energy():
    # Weights have mean one and the speed is constant: any of them leaves the minimum where it is.
    velocity = jnp.asarray([1.0, -0.5])
    rule = quadrature.gauss_legendre(16)
    nodes = nodes_of(rule)
    nodes = nodes._replace(x=nodes.x[:1] + nodes.t[:, None, None] * velocity[None, None])

    class Translation:
        def features(self, x):
            return x

        def layers(self, params, t, mu, *, dimension):
            bias = -params * 0.5 * velocity @ velocity * t
            return ((params * velocity[:, None], jnp.atleast_1d(bias)),)

    method = methods.action_matching(rule=rule, weight=methods.decaying(3.0))
    value, slope = jax.value_and_grad(lambda p: total(method, Translation(), p, nodes))(1.0)
    assert float(value) == pytest.approx(-0.5 * 1.25, rel=1e-12)
    assert float(slope) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("rate", [0.5, 2.5, 8.0])
def test_a_decaying_weight_has_mean_one_and_the_stated_ratio_of_start_to_end(rate):
    weight, rule = methods.decaying(rate), quadrature.gauss_legendre(24)
    assert float(rule.integrate(jax.vmap(weight)(jnp.asarray(rule.nodes)))) == pytest.approx(
        1, rel=1e-12
    )
    assert float(weight(0.0) / weight(1.0)) == pytest.approx(np.exp(rate), rel=1e-12)


def test_the_method_remembers_its_rule_and_diffusion():
    rule = quadrature.simpson(5)
    method = methods.action_matching(rule=rule, epsilon=0.05)
    assert method.rule is rule
    assert method.epsilon == 0.05
    assert "Simpson 5" in method.name
    weighted = methods.action_matching(rule=rule, weight=methods.decaying(2.5))
    assert "decaying(2.5)" in weighted.name
