"""Minibatches: which samples are drawn at which node, and how well their mean estimates."""

import hypothesis.strategies as st
import jax
import numpy as np
import pytest
from hypothesis import given, settings

from hoam import minibatches

few = settings(max_examples=15, deadline=None, derandomize=True)
KINDS = (minibatches.independent, minibatches.stratified, minibatches.paired)


def draws(kind, size, *, n_samples, nodes=1, count=2000):
    """Return `count` draws of indices, `[count, nodes, size]`."""
    keys = jax.random.split(jax.random.key(0), count)
    return np.asarray(jax.vmap(lambda key: kind(size).draw(key, nodes, n_samples))(keys))


def gaussian(n_samples, *, times=1):
    return np.random.default_rng(0).normal(size=(1, times, n_samples, 2)).astype(np.float32)


@few
@given(
    kind=st.sampled_from(KINDS),
    size=st.integers(1, 16),
    nodes=st.integers(1, 8),
    n_samples=st.integers(1, 60),
    seed=st.integers(0, 2**31),
)
def test_indices_are_valid_and_one_row_per_node(kind, size, nodes, n_samples, seed):
    rows = np.asarray(kind(size).draw(jax.random.key(seed), nodes, n_samples))
    assert rows.shape == (nodes, size)
    assert rows.min() >= 0
    assert rows.max() < n_samples


def test_paired_draws_take_the_same_particles_at_all_nodes():
    rows = np.asarray(minibatches.paired(8).draw(jax.random.key(0), 5, 1000))
    assert (rows == rows[0]).all()


@pytest.mark.parametrize("kind", [minibatches.independent, minibatches.stratified])
def test_other_draws_take_other_samples_at_each_node(kind):
    rows = np.asarray(kind(64).draw(jax.random.key(0), 5, 10_000))
    shared = [np.intersect1d(a, b).size for i, a in enumerate(rows) for b in rows[:i]]
    assert max(shared) < 8


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_samples", [32, 30])
def test_every_sample_is_drawn_equally_often(kind, n_samples):
    rows = draws(kind, 4, n_samples=n_samples).ravel()
    counts = np.bincount(rows, minlength=n_samples)
    expected = rows.size / n_samples
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()


def test_a_stratified_draw_takes_one_sample_from_each_cell():
    cells = draws(minibatches.stratified, 8, n_samples=64, count=50)[:, 0] // 8
    assert (cells == np.arange(8)).all()


def test_arranging_keeps_the_samples_of_each_time_and_parameter():
    samples = gaussian(100, times=3)
    arranged = minibatches.stratified(4).arrange(samples)
    for before, after in zip(samples[0], arranged[0], strict=True):
        np.testing.assert_array_equal(np.unique(before, axis=0), np.unique(after, axis=0))


def test_cells_are_boxes_that_do_not_overlap():
    cells = minibatches.in_cells(gaussian(1024))[0, 0].reshape(16, 64, 2)
    low, high = cells.min(axis=1), cells.max(axis=1)
    overlap = (low[:, None] < high[None]) & (high[:, None] > low[None])
    pairs = overlap.all(axis=2) & ~np.eye(16, dtype=bool)
    assert not pairs.any()


@pytest.mark.parametrize("kind", KINDS)
def test_the_mean_over_a_draw_is_unbiased(kind):
    batch = kind(16)
    values = np.exp(batch.arrange(gaussian(1000))[0, 0, :, 0])
    means = values[draws(kind, 16, n_samples=1000)[:, 0]].mean(axis=1)
    assert abs(means.mean() - values.mean()) < 4 * means.std() / np.sqrt(means.size)


@pytest.mark.parametrize(
    ("kind", "order"), [(minibatches.independent, -0.5), (minibatches.stratified, -1.0)]
)
def test_the_error_of_a_mean_in_two_dimensions_falls_at_the_order_of_its_draw(kind, order):
    square = np.random.default_rng(0).uniform(size=(1, 1, 2**14, 2)).astype(np.float32)
    samples = kind(1).arrange(square)[0, 0]
    values = np.sin(3 * samples[:, 0] + 0.5) * np.exp(samples[:, 1])
    sizes = np.asarray([16, 64, 256])
    errors = [
        values[draws(kind, int(size), n_samples=2**14, count=400)[:, 0]].mean(axis=1).std()
        for size in sizes
    ]
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    assert slope == pytest.approx(order, abs=0.12)


@pytest.mark.parametrize("kind", KINDS)
def test_same_key_same_indices_and_other_key_other_indices(kind):
    draw = kind(8).draw
    one, two, other = (np.asarray(draw(jax.random.key(k), 2, 4096)) for k in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
