"""Record the numbers and figures of a notebook, each under a fixed figure id.

A notebook opens one `Report` and states what it found:

    report = hoam.report.Report("two_stream", profile=profile)
    report.record("fig-two-stream-energy", error=0.05)
    report.figure("fig-two-stream-energy", figure, data={"t": t, "energy": energy})

Numbers go to `results/<notebook>.json`; images and plotted data to `results/figures/<id>.*`. The
page, the tests and the verdicts all read these files, so they cannot disagree (`hoam.check`).
Run `python -m hoam.report check` to compare them with `tests/reference/*.toml`.
"""

import datetime
import math
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hoam import slides
from hoam.files import write_atomically
from hoam.results import PROFILES, SLIDE, dumps, machine, project_root, versions

_NOTEBOOK = re.compile(r"\w[\w-]*")
_FIGURE_ID = re.compile(r"fig(-[a-z0-9]+)+")
_ANIMATION_DPI = 100  # of every frame: an animation at the resolution of its still is too large


def _as_float(figure: str, name: str, value: Any) -> float:
    array = np.asarray(value)
    if array.ndim or not (np.issubdtype(array.dtype, np.number) or array.dtype == bool):
        message = (
            f"Expected a single real number for {figure}.{name}; got shape {array.shape} of "
            f"{array.dtype}. Use one name per number."
        )
        raise TypeError(message)
    if np.iscomplexobj(array):
        message = (
            f"Expected a real number for {figure}.{name}; got {array}. "
            "Use two names for its real and imaginary part."
        )
        raise TypeError(message)
    return float(array)


def _columns(data: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.asarray(values) for name, values in data.items()}


def _save_data(stem: Path, columns: dict[str, np.ndarray]) -> str:
    """Save plotted data as one table where it is one, and as named arrays otherwise."""
    for suffix in (".csv", ".npz"):
        stem.with_suffix(suffix).unlink(missing_ok=True)
    lengths = {column.shape for column in columns.values()}
    if len(lengths) == 1 and len(next(iter(lengths))) == 1:
        table = np.column_stack(list(columns.values()))
        header = ",".join(columns)
        target = stem.with_suffix(".csv")
        np.savetxt(target, table, fmt="%.9g", delimiter=",", header=header, comments="")
    else:
        target = stem.with_suffix(".npz")
        # numpy's stub takes a keyword `allow_pickle` beside the arrays; these are arrays only.
        np.savez_compressed(target, **columns)  # pyright: ignore[reportArgumentType]
    return target.name


class Report:
    """Collect the numbers and figures of one notebook and keep its results file up to date.

    Args:
        notebook: name of the notebook, which is that of its results file.
        profile: run profile, one of `quick`, `book` and `full`.
        root: directory that holds `results/`; by default the repository that encloses the
            working directory.

    Raises:
        ValueError: if the profile is none of the three, or the name is no plain file name.
    """

    def __init__(self, notebook: str, *, profile: str = "book", root: Path | None = None) -> None:
        if profile not in PROFILES:
            message = f"Expected profile to be one of {PROFILES}; got {profile!r}. Use 'book'."
            raise ValueError(message)
        if not _NOTEBOOK.fullmatch(notebook):
            message = (
                f"Expected the name of a notebook; got {notebook!r}. "
                "Use letters, digits, underscores and hyphens."
            )
            raise ValueError(message)
        self.notebook = notebook
        self.profile = profile
        self.directory = (Path(root) if root else project_root()) / "results"
        self._start = time.perf_counter()
        self._figures: dict[str, dict[str, Any]] = {}
        self._write()

    def record(self, figure: str, /, **numbers: Any) -> None:
        """Record named numbers under a figure id.

        Args:
            figure: id such as `fig-two-stream-energy`; a number without a drawn figure takes the
                id of the figure or table that it supports.
            numbers: single real numbers. NaN and infinity are kept, and fail the check.

        Raises:
            ValueError: if the id is malformed, or a number is recorded again with another value.
            TypeError: if a value is not a single real number.
        """
        entry = self._entry(figure)
        for name, value in numbers.items():
            number = _as_float(figure, name, value)
            known = entry["numbers"].setdefault(name, number)
            if known != number and not (math.isnan(known) and math.isnan(number)):
                message = (
                    f"Expected one value for {figure}.{name}; got {known} and then {number}. "
                    "Use another name for the second number."
                )
                raise ValueError(message)
        self._write(figure)

    def figure(
        self,
        figure: str,
        drawing: Any,
        *,
        data: Mapping[str, Any],
        units: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        slide: Any = None,
    ) -> None:
        """Save a figure as PNG, SVG and slide beside the data that it plots.

        Args:
            figure: id of the figure, the same as in the metadata of its cell.
            drawing: a matplotlib figure.
            data: the plotted arrays by name; a CSV table where all are columns of one length,
                a compressed NPZ archive otherwise.
            units: unit of each array, for example `{"t": "1/omega_p"}`.
            parameters: what the figure was drawn for, such as `{"mu": 1.25}`; plain values.
            slide: a figure that becomes the slide instead, where the page's is too tall for one.

        Raises:
            ValueError: if the id is malformed, there are no data, or a unit names no array.
        """
        entry = self._entry(figure)
        columns = _columns(data)
        unknown = set(units or {}) - set(columns)
        if not columns or unknown:
            message = (
                f"Expected data for {figure} with units for its arrays only; got arrays "
                f"{sorted(columns)} and units for {sorted(units or {})}. Use the same names."
            )
            raise ValueError(message)
        stem = self._stem(figure)
        drawing.savefig(stem.with_suffix(".png"), dpi=200, bbox_inches="tight", facecolor="white")
        drawing.savefig(
            stem.with_suffix(".svg"),
            bbox_inches="tight",
            facecolor="white",
            metadata={"Date": None},
        )
        line = slides.source(figure, self.directory.parent / "CITATION.cff")
        entry["slide"] = slides.save(slide or drawing, stem.with_name(f"{figure}{SLIDE}"), line)
        images = {f"{figure}.png", f"{figure}.svg", f"{figure}{SLIDE}"}
        entry["files"] = sorted({*entry["files"], *images, _save_data(stem, columns)})
        entry["units"] = dict(units or {})
        entry["parameters"] = dict(parameters or {})
        self._write(figure)

    def animation(self, figure: str, movement: Any, *, frames_per_second: int = 12) -> Path:
        """Save an animation beside its still figure, as a GIF, and return its path.

        Args:
            figure: id of the figure; save its still with `figure` under the same id.
            movement: a `matplotlib.animation.Animation`.
            frames_per_second: speed of the film.

        Raises:
            ValueError: if the id is malformed.
        """
        entry = self._entry(figure)
        path = self._stem(figure).with_suffix(".gif")
        movement.save(path, writer="pillow", fps=frames_per_second, dpi=_ANIMATION_DPI)
        entry["files"] = sorted({*entry["files"], path.name})
        self._write(figure)
        return path

    def _entry(self, figure: str) -> dict[str, Any]:
        if not _FIGURE_ID.fullmatch(figure):
            message = (
                f"Expected a figure id of lower-case words such as 'fig-two-stream-energy'; "
                f"got {figure!r}. Use fig-<words joined by hyphens>."
            )
            raise ValueError(message)
        empty = {"numbers": {}, "files": [], "units": {}, "parameters": {}}
        return self._figures.setdefault(figure, empty)

    def _stem(self, figure: str) -> Path:
        directory = self.directory / "figures"
        directory.mkdir(parents=True, exist_ok=True)
        return directory / figure

    def _write(self, figure: str | None = None) -> None:
        run = {
            "notebook": self.notebook,
            "profile": self.profile,
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "seconds": round(time.perf_counter() - self._start, 1),
            "machine": machine(),
            "versions": versions(),
        }
        target = self.directory / f"{self.notebook}.json"
        write_atomically(target, dumps(run | {"figures": self._figures}).encode())
        if figure is not None:
            record = run | {"figure": figure} | self._figures[figure]
            write_atomically(self.directory / "figures" / f"{figure}.json", dumps(record).encode())


if __name__ == "__main__":
    from hoam.check import main

    raise SystemExit(main())
