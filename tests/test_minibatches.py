"""Minibatches: which particles are drawn at which node."""

import hypothesis.strategies as st
import jax
import numpy as np
import pytest
from hypothesis import given, settings

from hoam import minibatches

few = settings(max_examples=15, deadline=None, derandomize=True)
KINDS = (minibatches.independent, minibatches.paired, minibatches.paired_blocks)


@few
@given(
    kind=st.sampled_from(KINDS),
    size=st.integers(1, 16),
    nodes=st.integers(1, 8),
    extra=st.integers(0, 50),
    seed=st.integers(0, 2**31),
)
def test_indices_are_valid_and_one_row_per_node(kind, size, nodes, extra, seed):
    rows = np.asarray(kind(size)(jax.random.key(seed), nodes, size + extra))
    assert rows.shape == (nodes, size)
    assert rows.min() >= 0
    assert rows.max() < size + extra


@pytest.mark.parametrize("kind", [minibatches.paired, minibatches.paired_blocks])
def test_paired_draws_take_the_same_particles_at_all_nodes(kind):
    rows = np.asarray(kind(8)(jax.random.key(0), 5, 1000))
    assert (rows == rows[0]).all()


def test_independent_draws_take_other_particles_at_each_node():
    rows = np.asarray(minibatches.independent(64)(jax.random.key(0), 5, 10_000))
    shared = [np.intersect1d(a, b).size for i, a in enumerate(rows) for b in rows[:i]]
    assert max(shared) < 8


@few
@given(seed=st.integers(0, 2**31))
def test_blocks_are_consecutive_and_aligned(seed):
    row = np.asarray(minibatches.paired_blocks(16)(jax.random.key(seed), 3, 1000))[0]
    np.testing.assert_array_equal(np.diff(row), 1)
    assert row[0] % 16 == 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_particle_of_whole_blocks_is_drawn_equally_often(kind):
    keys = jax.random.split(jax.random.key(0), 2000)
    rows = np.asarray(jax.vmap(lambda key: kind(4)(key, 1, 32))(keys)).ravel()
    counts = np.bincount(rows, minlength=32)
    expected = rows.size / 32
    # A block is drawn as one: its count varies like that of 2000 draws.
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_same_key_same_indices_and_other_key_other_indices(kind):
    draw = kind(8)
    one, two, other = (np.asarray(draw(jax.random.key(k), 2, 4096)) for k in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
