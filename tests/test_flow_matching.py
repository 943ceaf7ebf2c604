"""Flow matching: paths, an optimum in closed form, unbiasedness, and a flow that is learned."""

import conditioned
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import hoam
from hoam import methods, networks, quadrature
from hoam.methods.regression import spread_evenly
from hoam.noise import noise
from hoam.samplers import FlowSampler

RULE = quadrature.trapezoid(5)
METHOD = methods.flow_matching(rule=RULE, sampler=FlowSampler(steps=16, spread=0.3))
LINE, CIRCLE = jnp.asarray([False, False]), jnp.asarray([True, False])


def tau_of(nodes):
    return (nodes.extra.condition[:, 0] + 1) / 2


def test_paths_are_straight_from_noise_to_samples():
    nodes = conditioned.nodes(count=8, samples=6)
    ready = METHOD.prepare(jax.random.key(1), nodes, LINE)
    tau = tau_of(ready)[:, None, None]
    # A path that is followed to its end reaches the sample, and back, the noise.
    np.testing.assert_allclose(ready.x + (1 - tau) * ready.extra.value, nodes.x, atol=1e-12)
    z = noise(jax.random.split(jax.random.key(1))[1], 0.3, like=nodes.x, periodic=LINE)
    np.testing.assert_allclose(ready.x - tau * ready.extra.value, z, atol=1e-12)


def test_on_a_circle_paths_take_the_shortest_way_and_stay_in_the_box():
    nodes = conditioned.nodes(count=8, samples=64)
    ready = METHOD.prepare(jax.random.key(1), nodes, CIRCLE)
    tau, way = tau_of(ready)[:, None, None], ready.extra.value
    assert float(jnp.abs(way[..., 0]).max()) <= 0.5
    assert float(ready.x[..., 0].min()) >= 0
    assert float(ready.x[..., 0].max()) < 1
    end = ready.x + (1 - tau) * way - nodes.x
    np.testing.assert_allclose((end[..., 0] + 0.5) % 1, 0.5, atol=1e-12)
    np.testing.assert_allclose(end[..., 1], 0, atol=1e-12)


def test_the_times_of_the_flow_are_spread_over_the_nodes_and_each_is_uniform():
    nodes = conditioned.nodes(count=16, samples=1)
    keys = jax.random.split(jax.random.key(0), 500)
    tau = np.asarray(jax.vmap(lambda key: spread_evenly(key, nodes))(keys))
    np.testing.assert_array_equal(np.sort((16 * tau).astype(int), axis=1), [np.arange(16)] * 500)
    assert np.abs(tau.mean(axis=0) - 0.5).max() < 5 / np.sqrt(12 * 500)
    assert np.abs(tau.var(axis=0) * 12 - 1).max() < 5 * np.sqrt(0.8 / 500)


def test_for_gaussians_the_gradient_of_the_loss_vanishes_at_the_closed_form_velocity():
    # From N(1/2, s^2) to N(m, w^2) along straight paths the velocity at y is
    # m - 1/2 + (tau w^2 - (1 - tau) s^2) / ((1 - tau)^2 s^2 + tau^2 w^2) (y - centre).
    centre, width, spread = 0.6, 0.15, 0.3

    def velocity(condition, y):
        tau = (condition[0] + 1) / 2
        variance = (1 - tau) ** 2 * spread**2 + tau**2 * width**2
        slope = (tau * width**2 - (1 - tau) * spread**2) / variance
        return centre - 0.5 + slope * (y - 0.5 - tau * (centre - 0.5))

    gradients = conditioned.gradients(METHOD, velocity, centre=centre, width=width)
    error = gradients.std(axis=0) / np.sqrt(len(gradients))
    assert (np.abs(gradients.mean(axis=0)) < 5 * error).all()
    assert (error < 0.01).all()
    # At another velocity it does not vanish.
    off = conditioned.gradients(
        METHOD, lambda c, y: 0.8 * velocity(c, y), centre=centre, width=width
    )
    assert (np.abs(off.mean(axis=0)) > 20 * error).any()


def test_a_trained_flow_has_the_mean_and_the_covariance_of_the_population_at_all_times():
    conditioned.assert_learns(METHOD, steps=400, tolerance=0.12)


def test_the_method_names_its_rule_and_noise_and_has_its_sampler():
    assert METHOD.name == "flow matching, trapezoid 5, noise 0.3"
    assert METHOD.sampler == FlowSampler(steps=16, spread=0.3)
    assert methods.flow_matching(rule=RULE).sampler == FlowSampler()


def test_the_same_key_prepares_the_same_nodes_and_another_key_others():
    nodes = conditioned.nodes(count=4, samples=3)
    one, two, other = (METHOD.prepare(jax.random.key(k), nodes, LINE) for k in (0, 0, 1))
    assert jax.tree.all(jax.tree.map(lambda a, b: bool((a == b).all()), one, two))
    assert not np.allclose(one.x, other.x)
    assert not np.allclose(one.extra.condition, other.extra.condition)


def test_the_validation_loss_of_a_flow_compares_between_moments_of_one_training():
    population = conditioned.population(n_samples=64)
    settings = {"network": networks.MLP(8, 2, outputs=2), "steps": 2, "checkpoint_every": 1}
    model = hoam.fit(
        jax.random.key(0),
        population,
        METHOD,
        validation=population,
        learning_rate=1e-12,
        progress=False,
        **settings,
    )
    first, second = model.record["history"]["validation"]
    assert first == pytest.approx(second, rel=1e-5)  # the same noise for the same parameters
    assert first > 0
