"""Training on several devices: the same sums, added up elsewhere."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

from hoam import devices, methods, quadrature
from hoam.types import Node

TESTS = Path(__file__).parent
RUN = """
import json, jax, hoam, numpy as np, translation, test_model
model = hoam.fit(
    jax.random.key(0), translation.population(n_samples=64), translation.METHOD, **translation.SHORT
)
moved = model.sample(jax.random.key(1), [[3.0, -2.0]], times=[0.0, 2.0], mu=1.0)
loss = model.record["history"]["loss"]
paths = []
for epsilon in (0.0, 0.05):
    model = test_model.build(epsilon=epsilon)
    x0 = np.random.default_rng(0).uniform((0, -3), (50, 5), size=(1025, 2)).astype(np.float32)
    paths.append(test_model.sample(model, x0=x0)[::2, ::64].tolist())
print(json.dumps([jax.device_count(), loss, moved[-1, 0].tolist(), paths]))
"""


KEY = jax.random.key(0)


@functools.cache
def run_on(count):
    """Train and roll out small models in a process with `count` devices.

    Returns the loss curve, a state that the trained model moved, and paths of others.
    """
    surroundings = {**os.environ, "JAX_NUM_CPU_DEVICES": str(count), "JAX_PLATFORMS": "cpu"}
    surroundings["PYTHONPATH"] = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    done = subprocess.run(
        [sys.executable, "-c", RUN], check=True, capture_output=True, text=True, env=surroundings
    )
    found, *results = json.loads(done.stdout)
    assert found == count
    return [*map(np.asarray, results)]


def test_training_on_two_and_four_devices_equals_training_on_one():
    loss, moved, _ = run_on(1)
    for count in (2, 4):
        other_loss, other_moved, _ = run_on(count)
        np.testing.assert_allclose(other_loss, loss, rtol=1e-5, atol=1e-5 * np.abs(loss).max())
        np.testing.assert_allclose(other_moved, moved, rtol=1e-4)


def test_value_and_gradient_are_those_of_the_sum_over_nodes():
    network = oracles.CASES["CoLoRA"]
    params = oracles.parameters(network)
    method = methods.action_matching(rule=quadrature.simpson(3))
    keys = jax.random.split(jax.random.key(0), 2)
    nodes = Node(
        jnp.linspace(0.0, 1.0, 5),
        jnp.full((5, 1), 0.3),
        jax.random.uniform(keys[0], (5, 4, 2)),
        jax.random.uniform(keys[1], (5,)),
        jnp.asarray([1.0, 0.0, 0.0, 0.0, -1.0]),
    )

    def loss(params, node):
        return method.loss(network, params, node)

    def total(params):
        return jnp.sum(jax.vmap(lambda node: loss(params, node))(nodes))

    value, gradient = jax.jit(devices.value_and_gradient(loss))(params, nodes)
    expected, expected_gradient = jax.jit(jax.value_and_grad(total))(params)
    assert float(value) == pytest.approx(float(expected), rel=1e-12)
    for a, b in zip(jax.tree.leaves(gradient), jax.tree.leaves(expected_gradient), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 8])
def test_nodes_that_fill_up_the_parts_have_no_weight(parts):
    ones = jnp.ones(5)
    nodes = Node(ones, ones[:, None], jnp.ones((5, 4, 2)), ones, ones)
    filled = devices._fill_up(nodes, parts)
    assert filled.t.size % parts == 0
    assert filled.t.size - 5 < parts
    assert float(filled.integral.sum()) == float(filled.boundary.sum()) == 5.0


@pytest.mark.parametrize("count", [2, 4])
def test_rollouts_on_several_devices_equal_those_on_one(count):
    *_, alone = run_on(1)
    *_, paths = run_on(count)
    np.testing.assert_allclose(paths, alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("count", [1, 3, 256, 257, 600])
def test_blocks_are_put_together_in_order(count):
    x = jnp.arange(2.0 * count).reshape(count, 2)
    path = devices.map_blocks(lambda block, key, a: jnp.stack([block, a * block]), x, KEY, 3.0)
    np.testing.assert_array_equal(path, jnp.stack([x, 3 * x]))


def test_every_block_has_a_key_of_its_own():
    x = jnp.zeros((3 * devices.BLOCK, 1))
    path = devices.map_blocks(lambda block, key: jax.random.normal(key, block.shape)[None], x, KEY)
    assert np.unique(path).size == 3 * devices.BLOCK
