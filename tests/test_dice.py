"""DICE: invariance on any times, order in the time step, and the minimiser."""

from functools import partial

import jax
import jax.numpy as jnp
import moving_gaussian
import numpy as np
import oracles
import pytest
import translation
from moving_gaussian import Quadratic, mean, width

import hoam
from hoam import devices, methods, quadrature
from hoam.methods.dice import with_neighbours
from hoam.types import Node

RULE = quadrature.trapezoid(3)
LINE = jnp.zeros(2, bool)


def total(method, network, params, nodes):
    """Return the loss summed over the nodes of one step."""
    nodes = method.prepare(jax.random.key(0), nodes, LINE)
    return jnp.sum(jax.vmap(lambda node: method.loss(network, params, node))(nodes))


def random_nodes(times, *, samples=5):
    t = jnp.asarray(times)
    x = jax.random.uniform(jax.random.key(0), (t.size, samples, 2))
    return Node(t, jnp.full((t.size, 1), 0.3), x, jnp.zeros(t.size), jnp.zeros(t.size))


class WithGauge:
    """A network plus a function c(t), added to the last bias."""

    def __init__(self, network, gauge):
        self.network, self.gauge, self.features = network, gauge, network.features

    def layers(self, params, t, mu, *, dimension):
        *hidden, (kernel, bias) = self.network.layers(params, t, mu, dimension=dimension)
        return (*hidden, (kernel, bias + self.gauge(t)))


@pytest.mark.parametrize("weight", [None, methods.decaying(2.0)])
@pytest.mark.parametrize("epsilon", [0.0, 0.3])
def test_no_function_of_time_changes_the_loss_on_irregular_times(epsilon, weight):
    network = oracles.CASES["CoLoRA"]
    params, nodes = oracles.parameters(network), random_nodes([0.0, 0.01, 0.3, 0.35, 0.9, 1.0])
    method = methods.dice(rule=RULE, epsilon=epsilon, weight=weight)
    gauges = (lambda t: 10 * jnp.sin(40 * t), lambda t: jnp.exp(5 * t))
    # Action matching on the same times changes.
    rule = quadrature.trapezoid(6)
    action, ends = methods.action_matching(rule=rule), jnp.asarray([1.0, 0, 0, 0, 0, -1.0])
    weighted = nodes._replace(integral=jnp.asarray(rule.weights), boundary=ends)

    @jax.jit
    def losses():
        variants = [network, *(WithGauge(network, gauge) for gauge in gauges)]
        return jnp.asarray(
            [
                [total(method, variant, params, nodes) for variant in variants],
                [total(action, variant, params, weighted) for variant in variants],
            ]
        )

    ours, theirs = losses()
    np.testing.assert_allclose(ours[1:], jnp.broadcast_to(ours[0], 2), atol=1e-12)
    assert float(jnp.abs(theirs[1:] - theirs[:1]).min()) > 1e-3


def test_the_loss_is_the_sum_over_intervals():
    network, epsilon = oracles.CASES["FiLM"], 0.2
    params, nodes = oracles.parameters(network), random_nodes([0.0, 0.2, 0.3, 1.0])
    s = oracles.potential(network, params)

    def average(f, x, t):
        return jnp.mean(jax.vmap(lambda y: f(y, t, nodes.mu[0]))(x))

    def energy(x, t, mu):
        slope = jax.grad(s)(x, t, mu)
        return 0.5 * slope @ slope + epsilon**2 / 2 * jnp.trace(jax.hessian(s)(x, t, mu))

    def interval(t, u, x, y):
        energies = (u - t) / 2 * (average(energy, x, t) + average(energy, y, u))
        left, right = (average(s, z, t) + average(s, z, u) for z in (x, y))
        return energies + (left - right) / 2

    t, x = nodes.t, nodes.x
    expected = jax.jit(jax.vmap(interval))(t[:-1], t[1:], x[:-1], x[1:]).sum()
    method = methods.dice(rule=RULE, epsilon=epsilon)
    value = jax.jit(lambda: total(method, network, params, nodes))()
    assert float(value) == pytest.approx(float(expected), rel=1e-12)


def test_the_loss_with_random_directions_is_unbiased():
    network = oracles.CASES["CoLoRA"]
    params, nodes = oracles.parameters(network), random_nodes([0.0, 0.2, 1.0])
    exact = total(methods.dice(rule=RULE, epsilon=1.0), network, params, nodes)
    method = methods.dice(rule=RULE, epsilon=1.0, probes=1)

    @jax.jit
    @jax.vmap
    def loss(key):
        drawn = method.prepare(key, nodes, LINE)
        return jnp.sum(jax.vmap(lambda node: method.loss(network, params, node))(drawn))

    losses = np.asarray(loss(jax.random.split(jax.random.key(1), 1000)))
    assert losses.std() > 0
    assert abs(losses.mean() - float(exact)) < 4 * losses.std() / np.sqrt(losses.size)


def test_the_loss_does_not_depend_on_the_order_of_the_times():
    network = oracles.CASES["CoLoRA"]
    params, nodes = oracles.parameters(network), random_nodes([0.0, 0.2, 0.3, 1.0])
    shuffled = jax.tree.map(lambda leaf: leaf[jnp.asarray([2, 0, 3, 1])], nodes)
    method = methods.dice(rule=RULE)
    loss = jax.jit(lambda nodes: total(method, network, params, nodes))
    values = [float(loss(n)) for n in (nodes, shuffled)]
    assert values[0] == pytest.approx(values[1], rel=1e-13)


def test_the_loss_differs_from_the_exact_action_by_the_square_of_the_step():
    # A potential that is smooth in time, and not the minimiser.
    def params(t):
        return jnp.cos(t), t**2 - 0.3, jnp.exp(t)

    def integrand(t):
        # E[|s'|^2 / 2 + d_t s], in moments of the Gaussian.
        (a, b, _), (da, db, dc) = jax.jvp(params, (t,), (jnp.ones_like(t),))
        m, v = mean(t), width(t) ** 2
        return 0.5 * (a**2 * (v + m**2) + 2 * a * b * m + b**2) + da * (v + m**2) / 2 + db * m + dc

    def expectation(t):
        a, b, c = params(t)
        return a * (width(t) ** 2 + mean(t) ** 2) / 2 + b * mean(t) + c

    fine = quadrature.gauss_legendre(24)
    exact = fine.integrate(jax.vmap(integrand)(jnp.asarray(fine.nodes)))
    exact = exact + expectation(jnp.asarray(0.0)) - expectation(jnp.asarray(1.0))
    method, sizes = methods.dice(rule=RULE), np.asarray([8, 16, 32])

    @jax.jit
    def loss(times):
        return total(method, Quadratic(), params, moving_gaussian.nodes(times))

    errors = [float(jnp.abs(loss(jnp.linspace(0, 1, n + 1)) - exact)) for n in sizes]
    assert np.polyfit(np.log(1 / sizes), np.log(errors), 1)[0] == pytest.approx(2, abs=0.05)


@partial(jax.jit, static_argnames="epsilon")
def minimiser(times, epsilon):
    """Return the best a, b at each time: the loss is quadratic in them, so one Newton step."""
    nodes = moving_gaussian.nodes(times)
    method = methods.dice(rule=RULE, epsilon=epsilon)

    def loss(table):
        def params(t):
            a, b = table.reshape(times.size, 2)[jnp.argmin(jnp.abs(times - t))]
            return a, b, jnp.zeros(())

        return total(method, Quadratic(), params, nodes)

    start = jnp.zeros(2 * times.size)
    step = jnp.linalg.solve(jax.hessian(loss)(start), jax.grad(loss)(start))
    return -step.reshape(times.size, 2)


@pytest.mark.parametrize("epsilon", [0.0, 0.4])
def test_the_minimiser_converges_with_order_2_inside_and_order_1_at_the_ends(epsilon):
    # s' = a x + b moves this Gaussian if a = width' / width - epsilon^2 / (2 width^2) and
    # b = mean' - a mean.
    inside, ends = [], []
    sizes = np.asarray([8, 16, 32])
    for n in sizes:
        t = jnp.linspace(0, 1, n + 1)
        rate, speed = (jax.vmap(jax.grad(f))(t) for f in (width, mean))
        a = rate / width(t) - epsilon**2 / (2 * width(t) ** 2)
        error = jnp.abs(minimiser(t, epsilon) - jnp.stack([a, speed - a * mean(t)], -1))
        inside.append(float(error[1:-1].max()))
        ends.append(float(error[jnp.asarray([0, -1])].max()))
    slopes = [np.polyfit(np.log(1 / sizes), np.log(e), 1)[0] for e in (inside, ends)]
    assert slopes[0] == pytest.approx(2, abs=0.1)
    assert slopes[1] == pytest.approx(1, abs=0.15)


def test_the_loss_of_a_translation_is_minus_its_kinetic_energy_on_any_times():
    velocity = jnp.asarray([1.0, -0.5])

    class Translation:
        def features(self, x):
            return x

        def layers(self, params, t, mu, *, dimension):
            return ((velocity[:, None], jnp.zeros(1)),)

    nodes = random_nodes([0.0, 0.05, 0.4, 1.0])
    nodes = nodes._replace(x=nodes.x[:1] + nodes.t[:, None, None] * velocity[None, None])
    value = total(methods.dice(rule=RULE), Translation(), None, nodes)
    assert float(value) == pytest.approx(-0.5 * 1.25, rel=1e-12)


def test_each_node_has_the_samples_of_its_neighbours_and_the_ends_their_own():
    nodes = random_nodes([0.0, 0.2, 1.0])
    ready = with_neighbours(jax.random.key(0), nodes, LINE)
    before, after = ready.extra
    np.testing.assert_array_equal(before, nodes.x[jnp.asarray([0, 0, 1])])
    np.testing.assert_array_equal(after, nodes.x[jnp.asarray([1, 2, 2])])
    np.testing.assert_allclose(ready.integral, [0.1, 0.5, 0.4], rtol=1e-14)


@pytest.mark.parametrize("rule", [quadrature.trapezoid(9), quadrature.monte_carlo(8)])
def test_a_trained_model_moves_at_the_speed_of_the_data(rule):
    # Slow enough that the population moves by less than its width between neighbouring times.
    times = np.linspace(0, 2, 17) if rule.random else rule.times(0.0, 2.0)
    population = translation.population(mus=(0.1, 0.2, 0.3), times=times)
    settings = {**translation.SHORT, "steps": 300, "learning_rate": 2e-2}
    model = hoam.fit(jax.random.key(0), population, methods.dice(rule=rule), **settings)
    x0, ends = population.samples[0, 0, :64], np.asarray([0.0, 2.0])
    path = np.asarray(model.sample(jax.random.key(1), x0, times=ends, mu=0.2, max_step=1 / 8))
    drift = (path[-1] - path[0]).mean(axis=0)
    np.testing.assert_allclose(drift, 0.4 * translation.DIRECTION, rtol=0.05)


def test_nodes_that_fill_up_the_devices_add_nothing():
    network = oracles.CASES["MLP"]
    params, method = oracles.parameters(network), methods.dice(rule=RULE)
    nodes = method.prepare(jax.random.key(0), random_nodes([0.0, 0.2, 1.0]), LINE)

    def summed(nodes):
        return jnp.sum(jax.vmap(lambda node: method.loss(network, params, node))(nodes))

    value, filled = jax.jit(lambda: (summed(nodes), summed(devices._fill_up(nodes, 8))))()
    assert float(filled) == pytest.approx(float(value), rel=1e-13)


def test_the_method_names_its_times_and_weight_and_has_no_sampler():
    method = methods.dice(rule=RULE, epsilon=0.1, weight=methods.decaying(2.0))
    assert method.name == "DICE, times of trapezoid 3, weight decaying(2)"
    assert (method.epsilon, method.sampler) == (0.1, None)
    assert methods.dice(rule=RULE, probes=2).name == "DICE, times of trapezoid 3, 2 probe(s)"


def test_fewer_than_one_random_direction_is_refused():
    with pytest.raises(ValueError, match="a number of probes"):
        methods.dice(rule=RULE, probes=0)
