"""The compiler: jit returns what the same function returns eagerly, and nothing compiles twice."""

import os
import re
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
@pytest.mark.parametrize("shape", [(3, 4, 5), (8, 64, 64), (128, 16, 3)])
def test_jit_equals_eager_on_batched_matrix_vector_products_followed_by_a_reduction(shape, dtype):
    # Some versions of the compiler get this wrong on CPUs (jax issue 39103): all else rests on it.
    batch, rows, columns = shape
    key_matrix, key_vector = jax.random.split(jax.random.key(0))
    matrices = jax.random.normal(key_matrix, (batch, rows, columns), dtype)
    vectors = jax.random.normal(key_vector, (batch, columns), dtype)

    def reduced(a, x):
        return jnp.sum(jax.vmap(lambda a, x: a @ x)(a, x) ** 2, axis=1)

    expected = np.einsum("brc,bc->br", *(np.asarray(v, np.float64) for v in (matrices, vectors)))
    expected = (expected**2).sum(1)
    rtol = 1e-12 if dtype == jnp.float64 else 1e-5
    np.testing.assert_allclose(jax.jit(reduced)(matrices, vectors), expected, rtol=rtol)
    np.testing.assert_allclose(reduced(matrices, vectors), expected, rtol=rtol)


def test_jit_equals_eager_on_the_gradient_of_a_perceptron():
    key_weights, key_inputs = jax.random.split(jax.random.key(1))
    weights = jax.random.normal(key_weights, (16, 16))
    inputs = jax.random.normal(key_inputs, (32, 16))

    def loss(w):
        return jnp.mean(jax.vmap(lambda x: jnp.sum(jax.nn.swish(jax.nn.swish(x @ w) @ w)))(inputs))

    np.testing.assert_allclose(
        jax.jit(jax.grad(loss))(weights), jax.grad(loss)(weights), rtol=1e-11
    )


COUNT = """
from collections import Counter
import jax, numpy as np
counted = Counter()
jax.monitoring.register_event_listener(lambda event, **_: counted.update([event]))
import hoam
rule = hoam.quadrature.gauss_legendre(3)
samples = np.random.default_rng(0).normal(size=(1, 5, 32, 1)).astype(np.float32)
population = hoam.Population(samples, rule.times(0.0, 1.0), 1.0)
model = hoam.fit(
    jax.random.key(0),
    population,
    hoam.methods.action_matching(rule=rule),
    network=hoam.networks.MLP(width=4, depth=2),
    minibatch=hoam.minibatches.independent(4),
    steps=2,
    progress=False,
)
model.sample(jax.random.key(1), samples[0, 0], times=[0.0, 1.0], mu=1.0)
print(*(counted["/jax/compilation_cache/cache_" + which] for which in ("hits", "misses")))
"""


def test_a_program_that_the_book_runs_a_second_time_compiles_nothing(root, tmp_path):
    # The cache's settings are those of the notebooks; its folder is a new one.
    settings = dict(re.findall(r"(JAX_\w+)=([\d.]+)", (root / "Snakefile").read_text()))
    assert settings
    surroundings = {**os.environ, **settings, "JAX_COMPILATION_CACHE_DIR": str(tmp_path)}
    counts = [
        subprocess.run(
            [sys.executable, "-c", COUNT],
            cwd=root,
            env=surroundings,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        for _ in range(2)
    ]
    compiled, (found, again) = int(counts[0][1]), map(int, counts[1])
    assert compiled > 10
    assert again == 0
    assert found >= compiled
