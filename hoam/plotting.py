"""The book's figure style, one colour per method, and the figure types that notebooks share.

Colours of methods are those of Okabe and Ito (2008) and two more, distinguishable with any colour
vision; line styles differ as well. Curves of no method take shades of the map cividis (Nunez,
Anderton and Renslow 2018), which reads the same with any colour vision and has no method's colour.
"""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

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

_FILM_COLOURS = 16


def shades(count: int) -> list[str]:
    """Return `count` colours from dark to light, for curves that belong to no method.

    Args:
        count: at least 1; up to four can be told apart, with line styles or markers as well.
    """
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
    """
    settings = {"color": COLOURS[name], "linestyle": LINES[name], "label": name, **kwargs}
    axes.plot(x, y, **settings)


def band(axes: Axes, name: str, x: Values, curves: np.ndarray) -> None:
    """Draw the median over seeds as a line and the range over seeds as a band.

    Args:
        axes: where to draw.
        name: key of `COLOURS`.
        x: `[T]`.
        curves: `[seeds, T]`.
    """
    axes.fill_between(
        x, curves.min(axis=0), curves.max(axis=0), color=COLOURS[name], alpha=0.18, linewidth=0
    )
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
    """
    for place, values in enumerate(groups.values()):
        axes.plot(np.full(len(values), place), values, "o", color=COLOURS[name], alpha=0.6)
        axes.plot([place - 0.2, place + 0.2], [np.median(values)] * 2, color=COLOURS["truth"])
    axes.set_xticks(range(len(groups)), list(groups))


def phase_space(
    panels: Mapping[str, np.ndarray],
    *,
    limits: tuple[tuple[float, float], tuple[float, float]],
    labels: tuple[str, str],
    bins: int = 128,
    rows: int = 1,
) -> tuple[Figure, np.ndarray]:
    """Draw two-dimensional histograms side by side on one colour scale.

    Args:
        panels: samples `[N, 2]` by panel label.
        limits: range of either coordinate.
        labels: axis labels.
        bins: bins per coordinate.
        rows: rows of panels.

    Returns:
        The figure and the histograms `[panels, bins, bins]`, normalised to densities.
    """
    grids = np.stack([density(x, limits=limits, bins=bins) for x in panels.values()])
    columns = -(-len(panels) // rows)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(2.9 * columns, 2.5 * rows + 0.4),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    top = np.quantile(grids[0], 0.999)
    for axis, name, grid in zip(axes.flat, panels, grids, strict=False):
        image = axis.imshow(
            grid.T,
            origin="lower",
            extent=(*limits[0], *limits[1]),
            aspect="auto",
            vmin=0,
            vmax=top,
            interpolation="nearest",
        )
        axis.grid(visible=False)
        axis.annotate(
            name, (0.03, 0.95), xycoords="axes fraction", va="top", color="white", fontsize=10
        )
    for axis in axes[-1]:
        axis.set_xlabel(labels[0])
    for axis in axes[:, 0]:
        axis.set_ylabel(labels[1])
    figure.colorbar(image, ax=axes, label="probability density", shrink=0.85, pad=0.01)
    return figure, grids


def density(
    x: np.ndarray, *, limits: tuple[tuple[float, float], tuple[float, float]], bins: int
) -> np.ndarray:
    """Return the normalised histogram `[bins, bins]` of samples `[N, 2]`."""
    grid, _, _ = np.histogram2d(x[:, 0], x[:, 1], bins=bins, range=limits)
    area = np.prod([(high - low) / bins for low, high in limits])
    return grid / (len(x) * area)


def density_animation(
    panels: Mapping[str, np.ndarray],
    times: Values,
    *,
    limits: tuple[tuple[float, float], tuple[float, float]],
    labels: tuple[str, str],
    bins: int = 64,
) -> FuncAnimation:
    """Animate two-dimensional histograms over time, side by side on one colour scale.

    Few bins and few colours keep the film small; 65 frames of two panels stay below 1 MB.

    Args:
        panels: paths `[T, N, 2]` by panel label.
        times: `[T]`.
        limits: range of either coordinate.
        labels: axis labels.
        bins: bins per coordinate.
    """
    grids = {
        name: np.stack([density(x, limits=limits, bins=bins) for x in path])
        for name, path in panels.items()
    }
    top = np.quantile(next(iter(grids.values())), 0.999)
    figure, axes = plt.subplots(
        1, len(panels), figsize=(2.7 * len(panels), 2.4), sharey=True, squeeze=False, dpi=80
    )
    few_colours = plt.get_cmap(lut=_FILM_COLOURS)
    images = []
    for axis, (name, grid) in zip(axes.flat, grids.items(), strict=True):
        images.append(
            axis.imshow(
                grid[0].T,
                origin="lower",
                extent=(*limits[0], *limits[1]),
                aspect="auto",
                vmin=0,
                vmax=top,
                cmap=few_colours,
                interpolation="nearest",
            )
        )
        axis.grid(visible=False)
        axis.set_xlabel(labels[0])
        axis.annotate(name, (0.03, 0.95), xycoords="axes fraction", va="top", color="white")
    axes[0, 0].set_ylabel(labels[1])
    clock = axes[0, -1].annotate(
        "", (0.97, 0.95), xycoords="axes fraction", va="top", ha="right", color="white"
    )

    def update(frame: int) -> list:
        for image, grid in zip(images, grids.values(), strict=True):
            image.set_data(grid[frame].T)
        clock.set_text(f"t = {times[frame]:.1f}")
        return [*images, clock]

    return FuncAnimation(figure, update, frames=len(times), interval=100, blit=False)
