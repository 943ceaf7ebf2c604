"""One byte a coordinate: how far it is from the truth, and what happens outside the range."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hoam.quantisation import LEVELS, OUTSIDE, quantise, restore

LIMITS = ((-2.0, 3.0), (0.0, 50.0))


def test_the_error_is_at_most_half_a_level_and_reaches_it():
    x = np.stack([np.linspace(low, high, 10_001) for low, high in LIMITS], axis=1)
    widths = np.asarray([high - low for low, high in LIMITS]) / (LEVELS - 1)
    errors = np.abs(restore(quantise(x, LIMITS), LIMITS) - x) / widths
    assert errors.max() <= 0.5 + 1e-9
    assert errors.max() > 0.49


@given(st.lists(st.integers(0, LEVELS - 1), min_size=2, max_size=2))
def test_a_level_stands_for_itself(levels):
    levels = np.asarray([levels], np.uint8)
    np.testing.assert_array_equal(quantise(restore(levels, LIMITS), LIMITS), levels)


def test_the_ends_of_the_range_are_levels_and_what_is_beyond_is_outside():
    inside = quantise(np.asarray([[-2.0, 0.0], [3.0, 50.0]]), LIMITS)
    np.testing.assert_array_equal(inside, [[0, 0], [LEVELS - 1] * 2])
    beyond = np.asarray([[-2.001, 50.001], [np.nan, np.inf]])
    assert (quantise(beyond, LIMITS) == OUTSIDE).all()
    assert np.isnan(restore(quantise(beyond, LIMITS), LIMITS)).all()


def test_any_leading_axes_are_kept():
    x = np.random.default_rng(0).uniform(0, 1, (3, 4, 2))
    levels = quantise(x, ((0.0, 1.0), (0.0, 1.0)))
    assert levels.shape == x.shape
    assert levels.dtype == np.uint8
    np.testing.assert_array_equal(levels[1, 2], quantise(x[1, 2], ((0.0, 1.0), (0.0, 1.0))))
