r"""Samples of a population $\rho(t, x; \mu)$: from arrays, from a simulator, or from a file.

A rule in time needs samples at the same times for all parameters (`hoam.quadrature`), and nothing
more: neither the same number of samples everywhere, nor the same trajectories at two times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hoam.arguments import as_floats, as_whole, is_positive
from hoam.readers import read
from hoam.resampling import equal_sizes
from hoam.types import as_parameters, as_times


@dataclass(frozen=True)
class Population:
    r"""Samples of $\rho(t, x; \mu)$ at common times for several parameter values.

    Args:
        samples: `[M, T, N, D]`, physical units. `samples[m, j]` are drawn from
            $\rho(t_j, \cdot; \mu_m)$; row `i` need not be the same trajectory at two times.
        times: `[T]`, ascending; the first is the start and the last the end of the horizon.
        mus: `[M, P]` (or `[M]`, or one value), one row per block of samples.
        periods: for each coordinate its period, or `None` where the coordinate lives on the line.
            An empty tuple means that no coordinate is periodic.

    Raises:
        ValueError: if shapes disagree, times do not ascend, or a sample is NaN or infinite.

    See also `from_arrays` for snapshots of different sizes, and `from_file`.
    """

    # Anything NumPy makes an array of is taken; the attributes are arrays.
    samples: Any
    times: Any
    mus: Any
    periods: tuple[float | None, ...] = field(default=())

    def __post_init__(self) -> None:
        try:
            samples = np.asarray(self.samples)
        except ValueError as error:
            message = (
                f"Expected samples of one shape; got {error}. Use one array [M, T, N, D], or "
                "Population.from_arrays for snapshots of different sizes."
            )
            raise ValueError(message) from error
        if samples.ndim != 4 or samples.size == 0:
            message = (
                "Expected samples with the four axes [M, T, N, D] (parameters, times, samples, "
                f"coordinates); got shape {samples.shape}. "
                "Use samples[None] for one parameter value and samples[..., None] for one "
                "coordinate."
            )
            raise ValueError(message)
        if not np.issubdtype(samples.dtype, np.floating):
            message = (
                f"Expected floating-point samples; got dtype {samples.dtype}. "
                "Use samples.astype('float32')."
            )
            raise ValueError(message)
        times, mus = as_times(self.times), as_parameters(self.mus)
        m, t, _, d = samples.shape
        if times.size != t:
            message = (
                f"Expected as many times as the second axis of samples, {t}; got {times.size}. "
                "Use one time per snapshot."
            )
            raise ValueError(message)
        if mus.shape[0] != m:
            message = (
                f"Expected as many mus as the first axis of samples, {m}; got {mus.shape[0]}. "
                "Use one parameter value per block of samples."
            )
            raise ValueError(message)
        if not np.isfinite(samples).all():
            where = np.argwhere(~np.isfinite(samples))[0].tolist()
            message = (
                f"Expected finite samples; got {samples[tuple(where)]} at index {where} of "
                "[M, T, N, D]. Remove or repair samples with NaN or infinity."
            )
            raise ValueError(message)
        periods = tuple(self.periods) if isinstance(self.periods, list | tuple) else (self.periods,)
        periods = periods or (None,) * d
        if len(periods) != d or not all(p is None or is_positive(p) for p in periods):
            message = (
                f"Expected one positive period or None for each of {d} coordinates; "
                f"got {self.periods}. Use e.g. periods=(50.0, None)."
            )
            raise ValueError(message)
        for name, value in (
            ("samples", samples),
            ("times", times),
            ("mus", mus),
            ("periods", periods),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def from_arrays(
        cls,
        samples: Sequence | np.ndarray,
        times: Any,
        mus: Any = None,
        *,
        n_samples: int | None = None,
        seed: int = 0,
        periods: tuple[float | None, ...] = (),
    ) -> "Population":
        """Return the population of snapshots that may hold different numbers of samples.

        Args:
            samples: `samples[m][j]` is an array `[n, D]`, or `[n]` for one coordinate, of the
                samples of parameter `m` at time `j`. Without `mus`, `samples[j]`.
            times: `[T]`, ascending, the same for all parameters.
            mus: `[M, P]` or `[M]`; if there is no parameter, leave it out (it is then 0).
            n_samples: common number of samples `N`; that of the largest snapshot if not given.
                Snapshots of another size are resampled (`hoam.resampling`), others are left alone.
            seed: seed of the resampling.
            periods: as above.

        Raises:
            ValueError: if a snapshot is empty, holds no numbers or has another number of
                coordinates than the others, shapes do not match times and mus, or the seed is
                not a whole number of at least 0.
        """
        if mus is None:
            samples, mus = [samples], 0.0
        times, mus = as_times(times), as_parameters(mus)
        counts = [_length(block) for block in samples] if _length(samples) else []
        if counts != [times.size] * len(mus):
            message = (
                f"Expected samples[m][j] for {len(mus)} parameter(s) and {times.size} times; got "
                f"{counts} snapshots for {len(counts)} parameter(s). "
                "Use one array per parameter and time; a rule in time needs common times."
            )
            raise ValueError(message)
        samples = equal_sizes(samples, n_samples=n_samples, seed=seed)
        return cls(samples, times, mus, periods)

    @classmethod
    def from_file(
        cls,
        path: Path | str,
        *,
        n_samples: int | None = None,
        seed: int = 0,
        periods: tuple[float | None, ...] = (),
    ) -> "Population":
        """Return the population in an `.npz`, `.csv`, `.parquet`, `.nc` or `.zarr` file.

        Rows of padded arrays that are NaN in all coordinates are no samples: a snapshot has as many
        fewer, as where `hoam sample` lost some, and is resampled to the common number.

        Args:
            path: the file; `hoam.readers` says what it has to hold.
            n_samples: as in `from_arrays`.
            seed: as in `from_arrays`.
            periods: as above.

        Raises:
            FileNotFoundError: if there is no such file.
            ValueError: if it does not hold what `hoam.readers` says.
            ModuleNotFoundError: if a package that reads it is missing.
            TypeError: if it is no path.
        """
        samples, times, mus = read(path)
        samples = samples[0] if mus is None else samples
        return cls.from_arrays(samples, times, mus, n_samples=n_samples, seed=seed, periods=periods)

    @property
    def dimension(self) -> int:
        """Return the number of state coordinates `D`."""
        return self.samples.shape[-1]

    @property
    def n_samples(self) -> int:
        """Return the number of samples `N` per time and parameter value."""
        return self.samples.shape[2]

    def select(self, mus: Sequence[int]) -> "Population":
        """Return the population restricted to the parameter values with the given indices.

        Raises:
            ValueError: if an index is not a whole number, or not one of a parameter value.
        """
        rows, count = np.asarray(mus), self.mus.shape[0]
        if rows.dtype.kind not in "iu" or rows.ndim != 1 or (abs(rows + 0.5) > count).any():
            message = (
                f"Expected indices of {count} parameter values; got {mus}. "
                f"Use whole numbers from 0 to {count - 1}."
            )
            raise ValueError(message)
        return Population(self.samples[rows], self.times, self.mus[rows], self.periods)

    def hold_out(self, times: Sequence | np.ndarray) -> tuple["Population", "Population"]:
        """Return the population without some times, and that of the first time and these alone.

        Args:
            times: inner times of the population, at least one.

        Raises:
            ValueError: if there are none, or one is none of its inner times.
        """
        wanted = as_floats(times, "times")
        held = np.isin(self.times, wanted)
        known = wanted.ndim == 1 and np.isin(wanted, self.times[1:-1]).all()
        if not (held.any() and known):
            message = (
                f"Expected some times among the inner times {self.times[1:-1].tolist()}; got "
                f"{wanted.tolist()}. Use some of these."
            )
            raise ValueError(message)
        judged = held | (np.arange(held.size) == 0)
        without, alone = (
            Population(self.samples[:, rows], self.times[rows], self.mus, self.periods)
            for rows in (~held, judged)
        )
        return without, alone

    def thin(self, n_samples: int) -> "Population":
        """Return the population with the first `n_samples` of its samples, or all if fewer.

        Raises:
            ValueError: if `n_samples` is not a whole number of at least 1.
        """
        n_samples = as_whole(n_samples, least=1, what="a number of samples")
        return Population(self.samples[:, :, :n_samples], self.times, self.mus, self.periods)


def _length(values: Any) -> int:
    """Return the number of rows, 0 of what has none."""
    try:
        return 0 if isinstance(values, str | bytes) else len(values)
    except TypeError:
        return 0
