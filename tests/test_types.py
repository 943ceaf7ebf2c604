"""Populations: shapes, defaults, and selections."""

import hypothesis.strategies as st
import jax
import numpy as np
import pytest
from hypothesis import given, settings

from hoam.population import Population
from hoam.types import as_parameters, as_times, seed_from_key

few = settings(max_examples=25, deadline=None, derandomize=True)


@few
@given(
    m=st.integers(1, 3),
    t=st.integers(2, 4),
    n=st.integers(1, 5),
    d=st.integers(1, 3),
    p=st.integers(1, 2),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_a_population_keeps_its_samples_and_knows_its_sizes(m, t, n, d, p, dtype):
    samples = np.arange(m * t * n * d, dtype=dtype).reshape(m, t, n, d)
    population = Population(samples, np.arange(t), np.arange(m * p).reshape(m, p))
    np.testing.assert_array_equal(population.samples, samples)
    assert population.samples.dtype == dtype
    assert (population.dimension, population.n_samples) == (d, n)
    assert population.times.shape == (t,)
    assert population.mus.shape == (m, p)
    assert population.periods == (None,) * d


@few
@given(rows=st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True))
def test_select_keeps_samples_and_parameters_together(rows):
    samples = np.random.default_rng(0).normal(size=(4, 2, 3, 2))
    population = Population(samples, [0.0, 1.0], [1.0, 2.0, 3.0, 4.0], periods=(5.0, None))
    chosen = population.select(rows)
    np.testing.assert_array_equal(chosen.samples, samples[rows])
    np.testing.assert_array_equal(chosen.mus[:, 0], np.asarray(rows) + 1.0)
    assert chosen.periods == (5.0, None)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_thinning_keeps_the_first_samples_of_each_time_and_parameter(count):
    samples = np.random.default_rng(0).normal(size=(2, 2, 3, 2))
    population = Population(samples, [0.0, 1.0], [1.0, 2.0], periods=(5.0, None))
    thinned = population.thin(count)
    np.testing.assert_array_equal(thinned.samples, samples[:, :, :count])
    assert thinned.periods == population.periods


def test_samples_may_be_a_jax_array_and_mus_a_single_value():
    population = Population(jax.numpy.ones((1, 2, 3, 1)), [0.0, 2.0], 1.5)
    assert isinstance(population.samples, np.ndarray)
    np.testing.assert_array_equal(population.mus, [[1.5]])


@pytest.mark.parametrize(
    ("mus", "shape"), [(1.0, (1, 1)), ([1.0, 2.0], (2, 1)), ([[1.0, 2.0]], (1, 2))]
)
def test_parameters_become_one_row_per_value(mus, shape):
    assert as_parameters(mus).shape == shape


def test_times_become_double_precision():
    assert as_times([0, 1, 3]).dtype == np.float64


def test_seeds_are_a_function_of_the_key_and_fit_63_bits():
    seeds = [seed_from_key(k) for k in jax.random.split(jax.random.key(0), 200)]
    assert seeds == [seed_from_key(k) for k in jax.random.split(jax.random.key(0), 200)]
    assert len(set(seeds)) == 200
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert max(seeds) > 2**61
