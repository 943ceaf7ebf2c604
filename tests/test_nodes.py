"""The nodes of one step: samples of the time and parameter that a node says, drawn as it says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hoam import minibatches, quadrature
from hoam.nodes import node_sampler
from hoam.population import Population
from hoam.scaling import Scaling

TIMES = np.asarray([0.0, 0.2, 0.4, 0.7, 1.0])
MUS = (1.0, 2.0, 4.0)


def labelled():
    """Return a population whose samples say their time and their parameter."""
    t, mu = np.broadcast_arrays(TIMES[None, :, None], np.asarray(MUS)[:, None, None])
    samples = np.broadcast_to(np.stack([t, mu], axis=-1), (3, 5, 6, 2))
    return Population(samples, TIMES, MUS)


def steps(rule, count):
    """Return the nodes of `count` steps, each with its physical samples `[count, K, B, 2]`."""
    population = labelled()
    scaling = Scaling.of(population)
    draw = node_sampler(population, scaling, rule, minibatches.independent(4))
    data = jnp.asarray(scaling.states(population.samples))
    nodes = jax.jit(jax.vmap(lambda key: draw(key, data)))(
        jax.random.split(jax.random.key(0), count)
    )
    return nodes, scaling, np.asarray(scaling.physical(nodes.x))


@pytest.mark.parametrize("rule", [quadrature.spline(TIMES), quadrature.monte_carlo(7)])
def test_a_node_holds_samples_of_its_own_time_and_parameter(rule):
    nodes, scaling, x = steps(rule, 20)
    mus = np.asarray(nodes.mu) * scaling.mu_scale + np.asarray(scaling.mu_mean)
    np.testing.assert_allclose(x[..., 0], np.broadcast_to(nodes.t[..., None], x.shape[:-1]), 1e-6)
    np.testing.assert_allclose(x[..., 1], np.broadcast_to(mus, x.shape[:-1]), rtol=1e-6)
    assert len(np.unique(np.round(mus, 6))) == len(MUS)


def test_random_times_are_drawn_in_proportion_to_their_share_of_the_interval():
    nodes, _, _ = steps(quadrature.monte_carlo(64), 200)
    drawn = np.asarray(nodes.t)[:, :-2].ravel()
    found = np.asarray([np.isclose(drawn, t, atol=1e-6).mean() for t in TIMES])
    expected = quadrature.spline(TIMES).weights
    # Five standard deviations of a proportion among 12 800 draws.
    assert (np.abs(found - expected) < 5 * np.sqrt(expected * (1 - expected) / drawn.size)).all()
    np.testing.assert_array_equal(nodes.integral[0, -2:], [0, 0])
    np.testing.assert_array_equal(nodes.boundary[0, -2:], [1, -1])
