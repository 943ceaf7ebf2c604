"""One slide of 16:9 for each figure: the figure laid out anew, with large letters and its source.

A slide is drawn on 8 x 4.5 inches. Shown 13.33 inches wide, as presentation programs have it, its
letters grow by 5/3: those of 11 points, the size that the book writes in, to more than 18.
"""

import copy
from itertools import combinations, pairwise
from math import ceil
from pathlib import Path
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import yaml
from matplotlib.axis import Axis, Tick
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from hoam import legends

WIDTH, HEIGHT = 1920, 1080  # pixels
INCHES = (8.0, 4.5)
SHOWN = 40 / 3  # inches, the width of a slide that is shown
FLOOR = 18.0  # points on the slide that is shown
SOURCE = "source"  # the mark of the line at the foot

_LETTERS = 11.0  # points as drawn
_MARGIN = 0.008
_FOOT = 0.065  # of the height, for the line at the foot
_TOUCH = 1.0  # pixels, at 100 an inch, that the boxes of letters may share: they hold air as well


def effective(points: float) -> float:
    """Return the size in points, on a slide 13.33 inches wide, of letters drawn with `points`."""
    return points * SHOWN / INCHES[0]


def source(figure: str, citation: Path) -> str:
    """Return the line that says where a figure is from: its id, the book, the licence, the paper.

    Args:
        figure: id of the figure.
        citation: the CITATION.cff of the book. Without the file, the line is the id alone.
    """
    if not citation.is_file():
        return figure
    book = yaml.safe_load(citation.read_text(encoding="utf-8"))
    paper = book["references"][0]["identifiers"][0]["value"]
    edition = f"{book['title']} {book['version']} ({str(book['date-released'])[:4]})"
    return f"{edition} · {figure} · CC BY 4.0 · paper: {paper}"


def lay_out(drawing: Figure, line: str) -> Figure:
    """Return a copy of a figure as a slide, and leave the figure as it is.

    Letters below 11 points grow to 11. Then texts longer than a side of their panel break, legends
    of a panel look anew for a place where they hide nothing, and those outside all panels go to
    the top, in as many columns as there is room for.

    Args:
        drawing: any matplotlib figure.
        line: what stands at the foot of the slide.
    """
    slide = _copied(drawing)
    slide.set_size_inches(*INCHES)
    for text in slide.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), _LETTERS))
    for axes in slide.axes:
        # Ticks that appear when the slide is drawn take their size from here.
        axes.tick_params(which="both", labelsize=_LETTERS)
    for legend in list(slide.legends):
        legends.to_top(legend, slide, _LETTERS)
    _leave_foot(slide)
    _fit_panels(slide)
    legends.clear(slide, _LETTERS)
    slide.text(0.5, 0.012, line, size=_LETTERS, color="0.35", ha="center", va="bottom", gid=SOURCE)
    return slide


def measure(slide: Figure) -> dict[str, Any]:
    """Return the smallest letters of a slide, which texts are cut or overlap, what legends hide.

    Args:
        slide: a figure that `lay_out` returned.

    Returns:
        `points`: size of the smallest letters on a slide 13.33 inches wide; `outside`: texts that
        are not wholly on the slide; `overlapping`: pairs of texts, the line at the foot included;
        `hidden`: legends, by their first entry, that lie on something drawn.
    """
    slide.draw_without_rendering()
    texts = _seen(slide)
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    (left, bottom), (right, top) = slide.bbox.get_points()
    return {
        "points": round(min(effective(float(text.get_fontsize())) for text in texts), 2),
        "outside": [
            text
            for text, box in boxes
            if box.x0 < left or box.y0 < bottom or box.x1 > right or box.y1 > top
        ],
        "overlapping": [
            f"{one} / {other}"
            for (one, box), (other, found) in combinations(boxes, 2)
            if box.padded(-_TOUCH).overlaps(found.padded(-_TOUCH))
        ],
        "hidden": legends.hiding(slide),
    }


def save(drawing: Figure, target: Path, line: str) -> dict[str, Any]:
    """Save a figure as a slide of 1920 x 1080 pixels, as PNG, and leave the figure as it is.

    Args:
        drawing: any matplotlib figure.
        target: the file.
        line: what stands at the foot of the slide.

    Returns:
        What `measure` finds.
    """
    slide = lay_out(drawing, line)
    # Whatever the settings of the notebook, the size is that of a screen.
    with mpl.rc_context({"savefig.bbox": None}):
        slide.savefig(target, dpi=WIDTH / INCHES[0], facecolor="white")
    return measure(slide)


def _copied(drawing: Figure) -> Figure:
    """Return a copy that pyplot does not know, so that no notebook shows it."""
    canvas = drawing.canvas
    manager, canvas.manager = canvas.manager, None
    try:
        slide = copy.deepcopy(drawing)
    finally:
        canvas.manager = manager
    FigureCanvasAgg(slide)
    return slide


def _leave_foot(slide: Figure) -> None:
    """Keep the foot of the slide free of panels and their labels."""
    engine = slide.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(_MARGIN, _FOOT, 1 - 2 * _MARGIN, 1 - _FOOT - _MARGIN))
        return
    for axes in slide.axes:
        box = axes.get_position()
        axes.set_position((box.x0, _raised(box.y0), box.width, box.height * (1 - _FOOT)))
    for text in slide.findobj(Text, include_self=False):
        if text.get_transform() == slide.transFigure:
            text.set_y(_raised(text.get_position()[1]))


def _raised(y: float) -> float:
    return _FOOT + (1 - _FOOT) * y


def _fit_panels(slide: Figure) -> None:
    """Break texts longer than a side of their panel, and thin ticks."""
    slide.draw_without_rendering()
    for axes in slide.axes:
        panel = axes.get_window_extent()
        _break(axes.xaxis.label, panel.width)
        _break(axes.yaxis.label, panel.height, along=1)
        for text in axes.texts:
            _break(text, panel.width)
        for axis in (axes.xaxis, axes.yaxis):
            _thin(axis)


def _thin(axis: Axis) -> None:
    """Set slanted tick labels upright, and leave out every other one where neighbours overlap."""
    labels = [tick.label1 for tick in axis.get_major_ticks() if _on(tick, axis)]
    for label in labels:
        label.set_rotation(90 * round(label.get_rotation() / 90))
    boxes = [label.get_window_extent().padded(-_TOUCH) for label in labels]
    if any(one.overlaps(other) for one, other in pairwise(boxes)):
        for label in labels[1::2]:
            label.set_visible(False)


def _on(tick: Tick, axis: Axis) -> bool:
    low, high = sorted(axis.get_view_interval())
    return bool(low <= tick.get_loc() <= high)


def _break(text: Text, room: float, *, along: int = 0) -> None:
    words = text.get_text()
    lines = ceil(text.get_window_extent().size[along] / room) if words else 1
    if lines > 1 and ", " in words:
        text.set_text(words.replace(", ", ",\n"))
    elif lines > 1:
        length = ceil(1.2 * len(words) / lines)
        broken = wrap(words, length, break_long_words=False, break_on_hyphens=False)
        text.set_text("\n".join(broken))


def _seen(slide: Figure) -> list[Text]:
    """Return the texts of a drawn slide that are seen: ticks beyond the end of an axis are not."""
    unseen = set()
    for axis in (axis for axes in slide.axes for axis in (axes.xaxis, axes.yaxis)):
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not (axis.axes.axison and _on(tick, axis)):
                unseen |= {tick.label1, tick.label2}
    return [
        text
        for text in slide.findobj(Text)
        if text not in unseen and text.get_visible() and text.get_text().strip()
    ]
