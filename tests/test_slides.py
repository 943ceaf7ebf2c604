"""A slide shows its figure with large letters and its source, and leaves the figure as it is."""

import io
import tomllib

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from hoam import plotting, slides
from hoam.results import SLIDE

LINE = "HOAM, reproduced 0.1.0 (2026) · fig-a · CC BY 4.0 · paper: arXiv:2410.12000"
CLEAR = {"outside": [], "overlapping": [], "hidden": []}


@pytest.fixture(autouse=True)
def _style():
    with mpl.rc_context():
        plotting.style()
        yield
    plt.close("all")


def panels():
    """Six histograms with a colour bar."""
    rng = np.random.default_rng(0)
    samples = {f"method {i}": rng.normal(size=(200, 2)) for i in range(6)}
    box = ((-3.0, 3.0), (-3.0, 3.0))
    return plotting.phase_space(samples, limits=box, labels=("position", "velocity"), rows=2)[0]


def small_letters():
    """Two panels with small letters, and a legend in the way of the curves."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 3.4))
    t = np.linspace(0, 1, 50)
    for axis in axes:
        for power in range(1, 5):
            axis.plot(t, t**power, label=f"the curve of power {power}")
        axis.tick_params(labelsize=6)
        axis.set(xlabel="time t", ylabel="value")
        axis.annotate("a remark", (0.9, 0.05), xycoords="axes fraction", ha="right", fontsize=5)
    axes[0].legend(fontsize=7)
    return figure


def full():
    """Two panels without room: a curve that fills one, beside a band over all of the other."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6))
    t = np.linspace(0, 1, 400)
    for _ in range(3):
        axes[0].plot(t, np.sin(200 * t), label="an energy that is known")
    axes[1].fill_between(t, -1, 1, alpha=0.2, label="the central 90 per cent")
    axes[1].set(xlim=(0, 1), ylim=(-1, 1))
    for axis in axes:
        axis.annotate("above", (0.9, 1.01), xycoords="axes fraction")
        axis.legend(loc="upper right")
    return figure


def saturated():
    """A curve that ends where its legend was told to be."""
    figure, axis = plt.subplots()
    axis.semilogy([0, 1, 2], [1e-4, 1, 1], label="the electric energy")
    axis.legend(loc="upper right")
    return figure


def tall():
    """Three rows with labels longer than a row, and one wide legend below all panels."""
    figure, axes = plt.subplots(3, 2, figsize=(9, 9))
    for axis in axes.flat:
        for name in list(plotting.COLOURS)[:6]:
            plotting.line(axis, name, [0.0, 1.0], [0.0, 1.0], label=f"method {name}")
        axis.set_ylabel("electric energy")
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=6, fontsize=8)
    return figure


def by_hand():
    """Panels at places given by hand, with labels of the figure."""
    figure, _ = plt.subplots(2, 2, gridspec_kw={"left": 0.15, "bottom": 0.16, "top": 0.96})
    figure.set_layout_engine("none")
    figure.supxlabel("position", y=0.01)
    figure.supylabel("velocity", x=0.005)
    return figure


def crowded():
    """A narrow panel with slanted names, and an axis with ticks that are close."""
    figure, axes = plt.subplots(1, 4, figsize=(9.6, 3.4))
    names = list(plotting.COLOURS)[:6]
    for axis in axes:
        axis.plot(range(6))
        axis.set_xticks(range(6), names, rotation=60, fontsize=9)
        axis.set_yticks(np.linspace(0, 5, 40))
    return figure


DRAWINGS = (panels, small_letters, full, saturated, tall, by_hand)


@pytest.mark.parametrize("draw", [*DRAWINGS, crowded])
def test_letters_are_legible_from_the_back_row_and_no_text_is_cut_or_on_another(draw):
    found = slides.measure(slides.lay_out(draw(), LINE))
    assert found.pop("points") >= slides.FLOOR
    assert found == CLEAR


@pytest.mark.parametrize("draw", DRAWINGS)
def test_the_pictures_of_the_page_are_the_same_with_a_slide_and_without(draw, tmp_path):
    # Each picture moves the panels a little, so that the second is not the first.
    without = draw()
    expected = [_pictures(without), _pictures(without)]
    figure = draw()
    found, known = [_pictures(figure)], plt.get_fignums()
    slides.save(figure, tmp_path / f"fig-a{SLIDE}", LINE)
    assert plt.get_fignums() == known
    assert plt.gcf() is figure
    assert [*found, _pictures(figure)] == expected


def _pictures(figure):
    found = []
    for suffix in ("png", "svg"):
        file = io.BytesIO()
        metadata = {"Date": None} if suffix == "svg" else {}
        figure.savefig(file, format=suffix, bbox_inches="tight", metadata=metadata)
        found.append(file.getvalue())
    return found


@pytest.mark.parametrize("box", ["tight", None])
def test_a_slide_has_the_pixels_of_a_screen_whatever_the_notebook_sets(box, tmp_path):
    plt.rcParams["savefig.bbox"] = box
    slides.save(tall(), tmp_path / f"fig-a{SLIDE}", LINE)
    with Image.open(tmp_path / f"fig-a{SLIDE}") as picture:
        assert picture.size == (1920, 1080)


def test_what_is_cut_small_or_in_the_way_is_found():
    slide = slides.lay_out(small_letters(), LINE)
    slide.text(0.95, 0.5, "beyond the edge", fontsize=12)
    slide.text(0.5, 0.01, "on the foot", fontsize=6)
    found = slides.measure(slide)
    assert found["points"] == pytest.approx(10)
    assert found["outside"] == ["beyond the edge"]
    assert any(set(pair.split(" / ")) == {LINE, "on the foot"} for pair in found["overlapping"])


@pytest.mark.parametrize("draw", [full, saturated])
def test_a_legend_on_a_curve_or_a_band_is_found(draw):
    slide = slides.lay_out(draw(), LINE)
    assert slides.measure(slide)["hidden"] == []
    expected = []
    for axes in slide.axes:
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(handles, labels, loc="upper right")
        expected.append(labels[0])
    assert slides.measure(slide)["hidden"] == expected


def test_the_only_legend_goes_to_the_top_where_it_covers_no_label_above_a_panel():
    figure, axes = plt.subplots(2, 2, figsize=(9, 5))
    t = np.linspace(0, 1, 400)
    for axis in axes.flat:
        axis.annotate("a label above the panel", (0.5, 1.02), xycoords="axes fraction", ha="center")
        axis.plot(t, np.sin(200 * t), label="an energy that is known")
        axis.fill_between(t, -1, 1, alpha=0.2, label="the central 90 per cent")
    axes[0, 1].legend()
    slide = slides.lay_out(figure, LINE)
    found = slides.measure(slide)
    assert {problem: found[problem] for problem in CLEAR} == CLEAR
    assert [axis.get_legend() for axis in slide.axes] == [None] * 4
    (legend,) = slide.legends
    assert legend.get_window_extent().width > slide.axes[0].get_window_extent().width


def test_a_legend_moves_within_its_panel_if_there_is_room_and_above_it_if_not():
    for draw, inside in ((saturated, True), (full, False)):
        slide = slides.lay_out(draw(), LINE)
        slide.draw_without_rendering()
        for axes in slide.axes:
            box, panel = axes.get_legend().get_window_extent(), axes.get_window_extent()
            assert (box.y1 <= panel.y1) == inside
            assert (box.y0 >= panel.y1) == (not inside)


def test_an_empty_slide_of_13_inches_has_letters_of_the_size_that_is_measured():
    slide = slides.lay_out(small_letters(), LINE)
    shown = slides.SHOWN * 72  # points that the slide is wide
    (foot,) = [text for text in slide.texts if text.get_gid() == slides.SOURCE]
    height = foot.get_fontsize() / 72 * slide.dpi / slide.bbox.width * shown
    assert slides.effective(foot.get_fontsize()) == pytest.approx(height)


def test_the_line_at_the_foot_cites_figure_book_licence_and_paper(root):
    line = slides.source("fig-a", root / "CITATION.cff")
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    for part in ("HOAM, reproduced", project["version"], "fig-a", "CC BY 4.0", "arXiv:2410.12000"):
        assert part in line
    assert "CC BY 4.0" in (root / "LICENSE-book").read_text()


def test_the_line_of_every_figure_fits_on_its_slide(root):
    known = tomllib.loads((root / "book" / "figures.toml").read_text())["figures"]
    longest = max(known, key=len)
    line = slides.source(longest, root / "CITATION.cff")
    figure, _ = plt.subplots()
    assert slides.measure(slides.lay_out(figure, line))["outside"] == []


def test_without_a_citation_file_the_line_is_the_id(tmp_path):
    assert slides.source("fig-a", tmp_path / "CITATION.cff") == "fig-a"
