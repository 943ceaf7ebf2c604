"""Score matching: noise levels, an optimum in closed form, and a sampler that is learned."""

import conditioned
import jax
import jax.numpy as jnp
import numpy as np

from hoam import methods, quadrature
from hoam.samplers import AnnealedLangevin

RULE = quadrature.trapezoid(5)
SAMPLER = AnnealedLangevin(steps=30, ratio=0.5)
METHOD = methods.score_matching(rule=RULE, sampler=SAMPLER)
LINE, CIRCLE = jnp.asarray([False, False]), jnp.asarray([True, False])


def sigma_of(nodes):
    return 10 ** (nodes.extra.condition[:, 0] - 1)


def test_inputs_are_samples_with_noise_and_targets_take_it_off():
    nodes = conditioned.nodes(count=8, samples=6)
    ready = METHOD.prepare(jax.random.key(1), nodes, LINE)
    sigma = sigma_of(ready)[:, None, None]
    np.testing.assert_allclose(ready.x + sigma * ready.extra.value, nodes.x, atol=1e-12)
    assert float(ready.extra.value.std()) > 0.5


def test_on_a_circle_the_noise_is_wrapped():
    nodes = conditioned.nodes(count=8, samples=64)
    ready = METHOD.prepare(jax.random.key(1), nodes, CIRCLE)
    assert float(ready.x[..., 0].min()) >= 0
    assert float(ready.x[..., 0].max()) < 1
    back = ready.x + sigma_of(ready)[:, None, None] * ready.extra.value - nodes.x
    np.testing.assert_allclose((back[..., 0] + 0.5) % 1, 0.5, atol=1e-12)


def test_all_levels_are_drawn_equally_often_and_spread_over_the_nodes():
    nodes = conditioned.nodes(count=20, samples=1)
    keys = jax.random.split(jax.random.key(0), 300)
    sigma = np.asarray(
        jax.jit(jax.vmap(lambda key: sigma_of(METHOD.prepare(key, nodes, LINE))))(keys)
    )
    # Two of 20 nodes at each of 10 levels, in every step.
    np.testing.assert_allclose(
        np.sort(sigma, axis=1), np.tile(np.repeat(SAMPLER.sigmas[::-1], 2), (300, 1)), rtol=1e-12
    )
    often = (np.isclose(sigma[..., None], SAMPLER.sigmas)).mean(axis=0)
    assert np.abs(often - 0.1).max() < 5 * np.sqrt(0.09 / 300)


def test_for_a_gaussian_the_gradient_of_the_loss_vanishes_at_the_closed_form_score():
    # The score of N(m, w^2) under noise is -(y - m) / (w^2 + sigma^2); the network gives sigma s.
    centre, width = 0.6, 0.15

    def scaled_score(condition, y):
        sigma = 10 ** (condition[0] - 1)
        return -sigma * (y - centre) / (width**2 + sigma**2)

    gradients = conditioned.gradients(METHOD, scaled_score, centre=centre, width=width)
    error = gradients.std(axis=0) / np.sqrt(len(gradients))
    assert (np.abs(gradients.mean(axis=0)) < 5 * error).all()
    assert (error < 0.02).all()
    off = conditioned.gradients(
        METHOD, lambda c, y: 0.8 * scaled_score(c, y), centre=centre, width=width
    )
    assert (np.abs(off.mean(axis=0)) > 20 * error).any()


def test_trained_langevin_dynamics_have_the_mean_and_the_covariance_of_the_population():
    conditioned.assert_learns(METHOD, steps=1000, tolerance=0.25)


def test_the_method_names_its_rule_and_levels_and_has_its_sampler():
    assert METHOD.name == "score matching, trapezoid 5, 10 levels 1 to 0.01"
    assert METHOD.sampler == SAMPLER
    assert methods.score_matching(rule=RULE).sampler == AnnealedLangevin()
