"""Histograms of two coordinates as figures: side by side, on one scale of colours, or as a film."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from hoam.arguments import as_whole
from hoam.histograms import Cells
from hoam.plotting.curves import Values, require_same

_FILM_COLOURS = 16


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

    Raises:
        ValueError: as `density`, or if there is no panel.
    """
    as_whole(len(panels), least=1, what="a number of panels")
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
    """Return the normalised histogram `[bins, bins]` of samples `[N, 2]`.

    Raises:
        ValueError: as `hoam.histograms.Cells` and its `shares`.
    """
    cells = Cells(limits, (bins, bins))
    return cells.density(cells.shares(x))


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

    Raises:
        ValueError: as `phase_space`, or if a path has not one snapshot at each time.
    """
    as_whole(len(panels), least=1, what="a number of panels")
    for path in panels.values():
        require_same(times, np.arange(len(path)))
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
