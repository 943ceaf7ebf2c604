"""The book's figure style, one colour per method, and curves in it.

Colours of methods are those of Okabe and Ito (2008) and two more, distinguishable with any colour
vision; line styles differ as well. Curves of no method take shades of the map cividis (Nunez,
Anderton and Renslow 2018), which reads the same with any colour vision and has no method's colour.
"""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.rcsetup import cycler

from hoam.arguments import as_whole, one_of

type Values = Sequence[float] | np.ndarray

COLOURS = {
    "truth": "#222222",
    "HOAM-G": "#0072B2",
    "HOAM-S": "#009E73",
    "AM": "#D55E00",
    "AM, stratified": "#8C510A",
    "CFM": "#CC79A7",
    "NCSM": "#E69F00",
    "DICE": "#56B4E9",
    "HOAM, spline": "#5B2CD6",
    "floor": "#999999",
}
LINES = {
    "truth": "-",
    "HOAM-G": "--",
    "HOAM-S": "-.",
    "AM": ":",
    "AM, stratified": (0, (1, 4)),
    "CFM": (0, (5, 1)),
    "NCSM": (0, (3, 1, 1, 1)),
    "DICE": (0, (1, 1)),
    "HOAM, spline": (0, (6, 1, 1, 1, 1, 1)),
    "floor": "-",
}


def shades(count: int) -> list[str]:
    """Return `count` colours from dark to light, for curves that belong to no method.

    Args:
        count: at least 1; up to four can be told apart, with line styles or markers as well.

    Raises:
        ValueError: if `count` is no whole number of at least 1.
    """
    as_whole(count, least=1, what="a number of colours")
    return [to_hex(colour) for colour in mpl.colormaps["cividis"](np.linspace(0, 0.7, count))]


def style() -> None:
    """Apply the book's matplotlib style to all figures that follow."""
    mpl.rcParams.update(
        {
            "axes.grid": True,
            "axes.prop_cycle": cycler(color=shades(5)),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "figure.constrained_layout.use": True,
            "figure.dpi": 110,
            "figure.facecolor": "white",
            "font.size": 11,
            "grid.alpha": 0.25,
            "grid.linewidth": 0.6,
            "image.cmap": "magma",
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "savefig.dpi": 200,
            "savefig.facecolor": "white",
            "svg.fonttype": "path",
            "svg.hashsalt": "hoam",  # otherwise ids differ from one run to the next
        }
    )


def line(axes: Axes, name: str, x: Values, y: Values, **kwargs: object) -> None:
    """Draw a curve in the colour and line style of a method.

    Args:
        axes: where to draw.
        name: key of `COLOURS`, also the label unless `label` is given.
        x: `[T]`.
        y: `[T]`.
        **kwargs: passed to `Axes.plot`.

    Raises:
        ValueError: if there is no such method, or `x` and `y` differ in length.
    """
    settings = {"color": _colour(name), "linestyle": LINES[name], "label": name, **kwargs}
    require_same(x, y)
    axes.plot(x, y, **settings)


def band(axes: Axes, name: str, x: Values, curves: np.ndarray) -> None:
    """Draw the median over seeds as a line and the range over seeds as a band.

    Args:
        axes: where to draw.
        name: key of `COLOURS`.
        x: `[T]`.
        curves: `[seeds, T]`.

    Raises:
        ValueError: if there is no such method, or `curves` has other axes.
    """
    low, high = np.min(curves, axis=0), np.max(curves, axis=0)
    require_same(x, low)
    axes.fill_between(x, low, high, color=_colour(name), alpha=0.18, linewidth=0)
    line(
        axes,
        name,
        x,
        np.median(curves, axis=0),
        label=f"{name} ({len(curves)} seed{'s' * (len(curves) > 1)})",
    )


def seeds(axes: Axes, name: str, groups: Mapping[str, np.ndarray]) -> None:
    """Plot one value of each seed as a dot, group beside group, with a bar at the median.

    Args:
        axes: where to plot.
        name: method, a key of `COLOURS`.
        groups: label to the values of its seeds.

    Raises:
        ValueError: if there is no such method.
    """
    colour = _colour(name)
    for place, values in enumerate(groups.values()):
        axes.plot(np.full(len(values), place), values, "o", color=colour, alpha=0.6)
        axes.plot([place - 0.2, place + 0.2], [np.median(values)] * 2, color=COLOURS["truth"])
    axes.set_xticks(range(len(groups)), list(groups))


def _colour(name: str) -> str:
    return COLOURS[one_of(name, COLOURS, what="a method")]


def require_same(x: Values, y: Values) -> None:
    """Refuse values that are not as many as the times or places that they belong to.

    Args:
        x: `[T]`, times or places.
        y: the values.

    Raises:
        ValueError: if `y` is not `[T]`.
    """
    if np.ndim(x) != 1 or np.shape(x) != np.shape(y):
        message = (
            f"Expected values over one axis; got shapes {np.shape(x)} and {np.shape(y)}. "
            "Use one value for each time."
        )
        raise ValueError(message)
