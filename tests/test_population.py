"""Populations of snapshots that hold different numbers of samples."""

import numpy as np
import pytest
from faults import assert_clear
from hypothesis import given, settings
from hypothesis import strategies as st

import hoam
from hoam.resampling import resample

TIMES = [0.0, 0.3, 1.0]


def snapshots(*sizes, seed=0):
    """Two-dimensional samples, as many as told at each time."""
    generator = np.random.default_rng(seed)
    return [generator.normal(size=(n, 2)) for n in sizes]


def test_snapshots_of_one_size_are_left_as_they_are_so_that_pairs_stay_pairs():
    samples = np.random.default_rng(0).normal(size=(2, 3, 5, 2))
    population = hoam.Population.from_arrays(samples, TIMES, [1.0, 2.0])
    np.testing.assert_array_equal(population.samples, samples)


def test_without_a_parameter_there_is_one_block_at_zero():
    population = hoam.Population.from_arrays(snapshots(4, 4, 4), TIMES)
    assert population.samples.shape == (1, 3, 4, 2)
    assert population.mus.tolist() == [[0.0]]


def test_the_largest_snapshot_sets_the_size_and_no_sample_is_lost():
    given_samples = snapshots(3, 7, 5)
    population = hoam.Population.from_arrays(given_samples, TIMES)
    assert population.n_samples == 7
    for x, block in zip(given_samples, population.samples[0], strict=True):
        np.testing.assert_array_equal(np.unique(x, axis=0), np.unique(block, axis=0))


@settings(deadline=None)
@given(n=st.integers(1, 40), size=st.integers(1, 120), seed=st.integers(0, 99))
def test_each_sample_appears_as_often_as_any_other_or_once_more(n, size, seed):
    rows = resample(np.arange(n, dtype=float)[:, None], size, np.random.default_rng(seed))
    times_seen = np.bincount(rows[:, 0].astype(int), minlength=n)
    assert set(times_seen) <= {size // n, -(-size // n)}


@settings(deadline=None)
@given(n=st.integers(1, 40), size=st.integers(1, 120))
def test_the_total_variation_of_the_resampled_law_is_the_stated_one(n, size):
    rows = resample(np.arange(n, dtype=float)[:, None], size, np.random.default_rng(0))
    law = np.bincount(rows[:, 0].astype(int), minlength=n) / size
    r = size % n
    if size >= n:
        assert abs(law - 1 / n).sum() / 2 == pytest.approx(r * (n - r) / (n * size), abs=1e-12)
        assert abs(law - 1 / n).sum() / 2 <= n / (4 * size) + 1e-12


@pytest.mark.parametrize("multiple", [1, 3, 10])
def test_the_law_is_exact_for_a_multiple_of_the_samples(multiple):
    (x,) = snapshots(11)
    rows = resample(x, 11 * multiple, np.random.default_rng(1))
    assert rows.mean(axis=0) == pytest.approx(x.mean(axis=0), abs=1e-12)
    assert rows.var(axis=0) == pytest.approx(x.var(axis=0), abs=1e-12)


@pytest.mark.parametrize(("n", "size"), [(30, 40), (30, 45), (30, 70)])
def test_the_mean_is_unbiased_with_the_stated_error(n, size):
    x = np.random.default_rng(3).normal(size=(n, 1))
    means = [resample(x, size, np.random.default_rng(s)).mean() for s in range(4000)]
    r = size % n
    stated = x.std(ddof=1) / size * np.sqrt(r * (n - r) / n)
    assert np.mean(means) == pytest.approx(x.mean(), abs=5 * stated / np.sqrt(4000))
    assert np.std(means) == pytest.approx(stated, rel=0.06)
    assert stated < 0.36 * x.std(ddof=1) / np.sqrt(n)


def test_fewer_rows_than_samples_are_drawn_without_repeats():
    (x,) = snapshots(20)
    assert len(np.unique(resample(x, 12, np.random.default_rng(0)), axis=0)) == 12


def test_resampling_is_a_function_of_the_seed():
    def samples(seed):
        return hoam.Population.from_arrays(snapshots(3, 7, 5), TIMES, seed=seed).samples

    np.testing.assert_array_equal(samples(1), samples(1))
    assert not np.array_equal(samples(1), samples(2))


def test_the_first_samples_of_a_resampled_snapshot_are_distinct_so_that_it_can_be_thinned():
    population = hoam.Population.from_arrays(snapshots(6, 40, 9), TIMES).thin(6)
    assert [len(np.unique(x, axis=0)) for x in population.samples[0]] == [6, 6, 6]


def test_integers_and_single_coordinates_become_columns_of_floats():
    population = hoam.Population.from_arrays([[1, 2], [3, 4, 5], [6]], TIMES)
    assert population.samples.shape == (1, 3, 3, 1)
    assert population.samples.dtype == np.float64


def test_held_out_times_are_apart_from_the_others_and_have_the_start_with_them():
    population = hoam.Population.from_arrays(snapshots(*[4] * 5), [0, 1, 2, 3, 4])
    without, alone = population.hold_out([1, 3])
    assert without.times.tolist() == [0, 2, 4]
    assert alone.times.tolist() == [0, 1, 3]
    np.testing.assert_array_equal(alone.samples[:, 1], population.samples[:, 1])


BAD = {
    "a snapshot too few": (lambda: (snapshots(3, 3), TIMES, None), "got [2] snapshots"),
    "a parameter too few": (
        lambda: ([snapshots(3, 3, 3)], TIMES, [1.0, 2.0]),
        "2 parameter(s) and 3 times; got [3] snapshots for 1 parameter(s)",
    ),
    "an empty snapshot": (lambda: (snapshots(3, 0, 3), TIMES, None), "at least one sample"),
    "another number of coordinates": (
        lambda: ([*snapshots(3, 3), np.zeros((3, 1))], TIMES, None),
        "[(3, 1), (3, 2)]",
    ),
    "a snapshot of three axes": (
        lambda: ([*snapshots(3, 3), np.zeros((3, 1, 1))], TIMES, None),
        "(3, 1, 1)",
    ),
    "times that descend": (lambda: (snapshots(3, 3, 3), TIMES[::-1], None), "ascending"),
    "a sample that is NaN": (
        lambda: ([*snapshots(3, 3), np.full((3, 2), np.nan)], TIMES, None),
        "finite samples",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_snapshots_are_refused(case):
    make, says = BAD[case]
    with pytest.raises(ValueError, match="Expected") as error:
        hoam.Population.from_arrays(*make())
    assert_clear(error, says)


def test_no_samples_at_all_are_refused():
    with pytest.raises(ValueError, match="at least 1; got 0"):
        hoam.Population.from_arrays(snapshots(3, 3, 3), TIMES, n_samples=0)


@pytest.mark.parametrize("times", [[], [0], [4], [2.5], [1, 9]])
def test_only_inner_times_can_be_held_out(times):
    population = hoam.Population.from_arrays(snapshots(*[4] * 5), [0, 1, 2, 3, 4])
    with pytest.raises(ValueError, match="Expected some times among the inner times"):
        population.hold_out(times)
