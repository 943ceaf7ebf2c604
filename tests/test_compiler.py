"""What the compiler must not change: jit returns what the same function returns eagerly."""

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
