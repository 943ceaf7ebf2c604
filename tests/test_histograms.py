"""Histograms count every sample once, and their distance behaves as sampling theory says."""

import numpy as np
import pytest
from scipy.stats import norm

from hoam.histograms import Cells, sampling_distance, total_variation

CELLS = Cells(((-4.0, 4.0), (-3.0, 3.0)), (16, 12))


def gaussian_shares(cells, centre=0.0):
    """Exact shares of a standard Gaussian whose first coordinate is moved."""
    first, second = (
        np.diff(norm.cdf(np.linspace(low, high, count + 1) - shift))
        for (low, high), count, shift in zip(cells.limits, cells.bins, (centre, 0.0), strict=True)
    )
    inside = np.outer(first, second).ravel()
    return np.append(inside, 1 - inside.sum())


def test_shares_are_those_of_a_count_by_hand():
    cells = Cells(((0.0, 2.0), (0.0, 3.0)), (2, 3))
    x = np.asarray([[0.5, 0.5], [0.5, 0.9], [1.5, 2.5], [1.5, 0.5], [2.5, 0.5], [0.5, -0.1]])
    np.testing.assert_allclose(6 * cells.shares(x), [2, 0, 0, 1, 0, 1, 2])


@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf, 1e30])
def test_a_lost_sample_is_outside(lost):
    x = np.zeros((4, 2))
    x[1, 0] = lost
    assert CELLS.shares(x)[-1] == 0.25


def test_a_density_integrates_to_the_share_inside():
    x = np.random.default_rng(0).normal(size=(5000, 2))
    shares = CELLS.shares(x)
    density = CELLS.density(shares)
    assert density.shape == CELLS.bins
    assert density.sum() * CELLS.area == pytest.approx(1 - shares[-1])
    assert density.max() == pytest.approx(1 / (2 * np.pi), rel=0.2)


def test_the_distance_of_disjoint_populations_is_one_and_of_equal_ones_zero():
    left, right = (CELLS.shares(np.full((3, 2), value)) for value in (-1.0, 1.0))
    assert total_variation(left, right) == 1
    assert total_variation(left, left) == 0


@pytest.mark.parametrize("shift", [0.1, 0.5, 2.0])
def test_on_fine_cells_the_distance_of_moved_gaussians_is_that_of_the_laws(shift):
    cells = Cells(((-8.0, 8.0), (-8.0, 8.0)), (1600, 1))
    found = total_variation(gaussian_shares(cells), gaussian_shares(cells, shift))
    assert found == pytest.approx(2 * norm.cdf(shift / 2) - 1, rel=1e-4)


def test_splitting_cells_never_lowers_the_distance():
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(2, 2000, 2)) * [[[1.0, 1.0]], [[1.2, 0.9]]]
    grids = [Cells(CELLS.limits, (n, n)) for n in (1, 2, 4, 8, 16)]
    distances = [total_variation(grid.shares(one), grid.shares(two)) for grid in grids]
    assert np.all(np.diff(distances) > 0)


@pytest.mark.parametrize(("n", "m"), [(20_000, 20_000), (20_000, 160_000)])
def test_samples_of_one_law_are_as_far_apart_as_predicted(n, m):
    rng, p = np.random.default_rng(0), gaussian_shares(CELLS)
    pairs = [(rng.multinomial(n, p) / n, rng.multinomial(m, p) / m) for _ in range(200)]
    found = np.mean([total_variation(*pair) for pair in pairs])
    assert found == pytest.approx(sampling_distance(p, n=n, m=m), rel=0.02)


def test_the_predicted_distance_is_too_high_where_cells_hold_one_sample():
    rng, p = np.random.default_rng(0), np.append(np.full(1000, 1e-3), 0.0)
    pairs = rng.multinomial(1000, p, size=(2, 500)) / 1000
    found = np.mean([total_variation(*pair) for pair in pairs.swapaxes(0, 1)])
    assert sampling_distance(p, n=1000, m=1000) / found == pytest.approx(1.078, abs=0.01)


def test_the_predicted_distance_is_largest_for_equal_shares():
    even = np.append(np.full(100, 0.01), 0.0)
    bound = np.sqrt(100 / (2 * np.pi) * (1 / 500 + 1 / 4000))
    assert sampling_distance(gaussian_shares(CELLS), n=500, m=4000) < np.sqrt(192 / 100) * bound
    assert 0.98 * bound < sampling_distance(even, n=500, m=4000) < bound


@pytest.mark.parametrize(
    "limits", [((0.0, 0.0), (0.0, 1.0)), ((0.0, 1.0), (1.0, 0.0)), ((0.0, np.nan), (0.0, 1.0))]
)
def test_an_empty_range_is_an_error(limits):
    with pytest.raises(ValueError, match=r"Expected ascending limits .*; got .*\. Use "):
        Cells(limits, (4, 4))


def test_no_cells_are_an_error():
    with pytest.raises(ValueError, match=r"bins >= 1; got .*\. Use "):
        Cells(((0.0, 1.0), (0.0, 1.0)), (4, 0))


@pytest.mark.parametrize("shape", [(5, 3), (5,), (0, 2)])
def test_samples_of_another_shape_are_an_error(shape):
    with pytest.raises(ValueError, match=r"Expected samples \[N, 2\].*; got .*\. Use "):
        CELLS.shares(np.zeros(shape))


@pytest.mark.parametrize(
    "q", [np.asarray([0.5, 0.5]), np.asarray([0.5, 0.5, 0.5]), np.asarray([np.nan, 0.5, 0.5])]
)
def test_shares_that_do_not_fit_are_an_error(q):
    with pytest.raises(ValueError, match=r"Expected shares in the same cells.*; got .*\. Use "):
        total_variation(np.asarray([0.2, 0.3, 0.5]), q)


def test_no_samples_have_no_predicted_distance():
    with pytest.raises(ValueError, match=r"Expected n >= 1 and m >= 1; got .*\. Use "):
        sampling_distance(gaussian_shares(CELLS), n=0, m=10)
