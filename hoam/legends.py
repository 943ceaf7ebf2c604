"""The legends of a slide: in columns that fit, on a ground, and where they hide nothing."""

import copy
from math import ceil, floor
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend

_PLACES = ("best", "upper left", "upper right", "lower left", "lower right", "center")
_EDGE = 0.984  # of the width of a slide: room for a legend at the top


def to_top(legend: Legend, slide: Figure, points: float) -> None:
    """Draw a legend outside all panels anew at the top, in the columns that there is room for.

    Args:
        legend: a legend of the slide itself.
        slide: any matplotlib figure with a layout engine.
        points: size of its letters.
    """
    _redraw(legend, slide, _EDGE * slide.bbox.width, points, loc="outside upper center")


def clear(slide: Figure, points: float) -> None:
    """Give the legends of panels a ground, and a place where they hide nothing that is drawn.

    A legend for which its panel has no such place, or which is wider, goes to the top of the slide
    if it is the only one, for then it mostly speaks of all panels, and above its panel otherwise.

    Args:
        slide: any matplotlib figure.
        points: size of the letters of a legend that leaves its panel.
    """
    waiting = [legend for axes in slide.axes if (legend := axes.get_legend()) is not None]
    alone = len(waiting) == 1 and isinstance(slide.get_layout_engine(), ConstrainedLayoutEngine)
    while True:
        drawn = _drawn(slide)
        stuck = next((legend for legend in waiting if not _settled(legend, drawn)), None)
        if stuck is None:
            break
        # The panels move then, so that the others look for a place again.
        waiting.remove(stuck)
        if alone:
            stuck.axes.legend_ = None
            to_top(stuck, slide, points)
        else:
            _lift(stuck, points)
    for axes in slide.axes:
        if (legend := axes.get_legend()) is not None:
            legend.set_frame_on(True)
            legend.get_frame().set(facecolor="white", edgecolor="none", alpha=0.8)


def hiding(slide: Figure) -> list[str]:
    """Return the first entry of each legend that lies on something drawn.

    Args:
        slide: any matplotlib figure.
    """
    drawn = _drawn(slide)
    return [
        legend.get_texts()[0].get_text()
        for legend in slide.findobj(Legend)
        if legend.get_visible() and _covers(legend, drawn)
    ]


def _lift(legend: Legend, points: float) -> None:
    """Draw a legend of a panel anew above it, and above the texts that stand there."""
    axes = legend.axes
    panel = axes.get_window_extent()
    top = max([panel.y1, *(text.get_window_extent().y1 for text in axes.texts)])
    anchor = (1, (top - panel.y0) / panel.height)
    _redraw(legend, axes, panel.width, points, loc="lower right", bbox_to_anchor=anchor)


def _redraw(legend: Legend, owner: Axes | Figure, room: float, points: float, **place: Any) -> None:
    handles = [handle for handle in legend.legend_handles if handle is not None]
    labels = [text.get_text() for text in legend.get_texts()]
    title = legend.get_title().get_text()
    for columns in range(len(labels), 0, -1):
        # A panel has one legend, which another replaces.
        if isinstance(owner, Figure) and legend in owner.legends:
            owner.legends.remove(legend)
        legend = owner.legend(
            handles,
            labels,
            title=title,
            ncols=columns,
            fontsize=points,
            columnspacing=1.2,
            **place,
        )
        if legend.get_window_extent().width < room:
            return


def _settled(legend: Legend, drawn: np.ndarray) -> bool:
    """Move a legend within its panel until it hides nothing, and return whether that succeeds."""
    axes = legend.axes
    if legend.get_window_extent().width > axes.get_window_extent().width:
        return False
    if legend.get_bbox_to_anchor() is not axes.bbox:
        return not _covers(legend, drawn)
    for place in _PLACES:
        legend.set_loc(place)
        if not _covers(legend, drawn):
            return True
    return False


def _covers(legend: Legend, drawn: np.ndarray) -> bool:
    (left, bottom), (right, top) = legend.get_window_extent().get_points()
    rows = slice(max(floor(len(drawn) - top), 0), max(ceil(len(drawn) - bottom), 0))
    return bool(drawn[rows, max(floor(left), 0) : max(ceil(right), 0)].any())


def _drawn(slide: Figure) -> np.ndarray:
    """Return the pixels `[height, width]` that show more than ground, grid and legends."""
    slide.draw_without_rendering()
    bare = copy.deepcopy(slide)
    canvas = FigureCanvasAgg(bare)
    bare.set_layout_engine("none")  # without legends the panels would move
    for legend in bare.findobj(Legend):
        legend.set_visible(False)
    for axes in bare.axes:
        axes.grid(visible=False, which="both")
    canvas.draw()
    return (np.asarray(canvas.buffer_rgba())[..., :3] < 255).any(axis=-1)
