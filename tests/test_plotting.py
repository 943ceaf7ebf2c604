"""Figures show the numbers they are given."""

import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from hoam import plotting

LIMITS = ((0.0, 50.0), (-8.0, 8.0))


@pytest.fixture(autouse=True)
def _close_figures():
    with mpl.rc_context():
        yield
    plt.close("all")


def test_every_method_has_a_colour_and_a_line_of_its_own():
    assert set(plotting.COLOURS) == set(plotting.LINES)
    assert len(set(plotting.COLOURS.values())) == len(plotting.COLOURS)
    assert all(len(to_rgb(colour)) == 3 for colour in plotting.COLOURS.values())


def test_style_sets_the_defaults_of_later_figures():
    plotting.style()
    assert mpl.rcParams["savefig.dpi"] == 200
    assert mpl.rcParams["axes.grid"]


def test_shades_are_no_colour_of_a_method_and_grow_lighter():
    for count in (1, 2, 4):
        found = plotting.shades(count)
        assert len(found) == count
        assert not set(found) & {colour.lower() for colour in plotting.COLOURS.values()}
        lightness = [np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)) for colour in found]
        assert all(np.diff(lightness) > 0.1)


def test_the_same_figure_gives_the_same_file():
    plotting.style()
    files = [io.StringIO(), io.StringIO()]
    for file in files:
        figure, axes = plt.subplots()
        plotting.line(axes, "HOAM-G", [0.0, 1.0], [1.0, 4.0])
        figure.savefig(file, format="svg", metadata={"Date": None})
    assert files[0].getvalue() == files[1].getvalue()


def test_a_line_has_the_data_colour_and_label_of_its_method():
    _, axes = plt.subplots()
    plotting.line(axes, "HOAM-G", [0.0, 1.0, 2.0], [1.0, 4.0, 9.0])
    (curve,) = axes.lines
    np.testing.assert_array_equal(curve.get_ydata(), [1, 4, 9])
    assert curve.get_color() == plotting.COLOURS["HOAM-G"]
    assert curve.get_label() == "HOAM-G"


def test_a_band_shows_the_median_and_the_range_over_seeds():
    _, axes = plt.subplots()
    curves = np.asarray([[1.0, 2.0], [3.0, 8.0], [2.0, 5.0]])
    plotting.band(axes, "AM", [0.0, 1.0], curves)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [2, 5])
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (1, 8)
    assert "3 seeds" in axes.lines[0].get_label()


def test_seeds_are_dots_with_a_bar_at_the_median_of_each_group():
    _, axes = plt.subplots()
    plotting.seeds(axes, "HOAM-G", {"narrow": np.asarray([1.0, 2.0, 9.0]), "wide": np.ones(2)})
    dots, bar, others, _ = axes.lines
    np.testing.assert_array_equal(dots.get_ydata(), [1, 2, 9])
    np.testing.assert_array_equal(bar.get_ydata(), [2, 2])
    assert set(others.get_xdata()) == {1}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["narrow", "wide"]


def test_a_density_integrates_to_the_fraction_of_samples_inside_its_limits():
    rng = np.random.default_rng(0)
    x = np.stack([rng.uniform(0, 100, 4000), rng.normal(size=4000)], axis=1)
    grid = plotting.density(x, limits=LIMITS, bins=32)
    inside = (x[:, 0] <= 50).mean()
    assert grid.sum() * (50 / 32) * (16 / 32) == pytest.approx(inside)


def test_phase_space_panels_share_one_colour_scale_and_return_their_data():
    rng = np.random.default_rng(0)
    panels = {n: rng.uniform((0, -8), (50, 8), size=(500, 2)) for n in ("truth", "HOAM-G", "AM")}
    figure, grids = plotting.phase_space(panels, limits=LIMITS, labels=("x", "v"), bins=16, rows=2)
    images = [image for axes in figure.axes for image in axes.images]
    assert grids.shape == (3, 16, 16)
    assert len({image.get_clim() for image in images[:3]}) == 1
    for image, grid in zip(images, grids, strict=False):
        np.testing.assert_array_equal(image.get_array(), grid.T)


def test_an_animation_shows_each_time_of_each_panel():
    rng = np.random.default_rng(0)
    paths = {name: rng.uniform((0, -8), (50, 8), size=(3, 200, 2)) for name in ("truth", "HOAM-G")}
    film = plotting.density_animation(
        paths, [0.0, 1.0, 2.0], limits=LIMITS, labels=("x", "v"), bins=8
    )
    *images, clock = film._func(2)
    for image, path in zip(images, paths.values(), strict=True):
        expected = plotting.density(path[2], limits=LIMITS, bins=8)
        np.testing.assert_array_equal(image.get_array(), expected.T)
    assert clock.get_text() == "t = 2.0"
    film._draw_was_started = True  # never shown: do not warn about it
