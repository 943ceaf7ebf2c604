"""Read snapshots of samples from a file, as arrays of different lengths.

Three layouts are known, told apart by the file's ending and by the names in it:

- a *table* with one row per sample (`.csv`, `.parquet`, and `.npz` with arrays `time`, `x`, and
  `mu`): a column `time`, columns of the state whose names begin with `x`, and columns of the
  parameter whose names begin with `mu`, none of them if there is no parameter. Other columns are
  not read.
- *arrays* (`.npz`): `samples` `[M, T, N, D]`, `times` `[T]` and `mus` `[M]` or `[M, P]`; or
  `samples` `[T, N, D]` and `times` alone. Where there are fewer samples, rows are NaN in all
  coordinates. Such rows are left out: so are the samples that a model lost (`hoam sample`), which
  look the same.
- a *dataset* (`.nc`, `.zarr`), read by xarray: a variable `samples` with the dimensions
  `parameter`, `time`, `sample` and `coordinate` in any order, padded with missing values where
  there are fewer samples, a coordinate `time`, and a variable `mu` along `parameter`, with at most
  one more dimension. Without a parameter, neither `parameter` nor `mu`.

`hoam.formats` and `hoam.stores` say what is not read: broken files, pickles, and files that unpack
to far more than their size.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hoam.arguments import as_path
from hoam.formats import load_csv, load_npz, load_parquet, no_numbers
from hoam.stores import load_netcdf, load_zarr


class Snapshots(NamedTuple):
    """What a file holds.

    Attributes:
        samples: `samples[m][j]`, `[n, D]`, those of parameter `m` at time `j`.
        times: `[T]`, ascending.
        mus: `[M, P]`, or `None` without a parameter.
    """

    samples: list[list[np.ndarray]]
    times: np.ndarray
    mus: np.ndarray | None


def read(path: Path | str) -> Snapshots:
    """Read all snapshots of a file.

    Rows of padded arrays that are NaN in all coordinates are no samples and are left out, whoever
    wrote them; a row with some NaN, or infinite, stays.

    Args:
        path: a file whose ending names its format.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the format is unknown, the file cannot be read, a name is missing, a value is
            no number, or a parameter has no sample at a time at which another has.
        ModuleNotFoundError: if a package that reads it is missing.
        TypeError: if it is no path.
    """
    path = as_path(path)
    tables, datasets = dict.fromkeys(_TABLES, _read_table), dict.fromkeys(_DATASETS, _read_dataset)
    return _known(path, {".npz": _read_arrays, **tables, **datasets})(path)


def read_states(path: Path | str) -> np.ndarray:
    """Read states `[N, D]` from a file: an array `x`, or columns whose names begin with `x`.

    Args:
        path: an `.npz`, `.csv` or `.parquet` file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it cannot be read or holds no such states.
        ModuleNotFoundError: if a package that reads it is missing.
        TypeError: if it is no path.
    """
    path = as_path(path)
    content = _known(path, {".npz": load_npz, **_TABLES})(path)
    return _columns(content, "x", path)


def _known(path: Path, readers: Mapping[str, Callable]) -> Callable:
    if path.suffix not in readers:
        message = f"Expected a file ending in {sorted(readers)}; got {path}. Use one of these."
        raise ValueError(message)
    if not path.exists():
        message = f"Expected a file at {path}; got nothing there. Use the path of a file."
        raise FileNotFoundError(message)
    return readers[path.suffix]


def _read_arrays(path: Path) -> Snapshots:
    content = load_npz(path)
    if "samples" not in content:
        return _from_table(content, path)
    if "times" not in content:
        raise _missing(path, "an array times beside samples", content)
    return _from_padded(content["samples"], content["times"], content.get("mus"), path)


def _read_table(path: Path) -> Snapshots:
    return _from_table(_TABLES[path.suffix](path), path)


def _read_dataset(path: Path) -> Snapshots:
    content = _DATASETS[path.suffix](path)
    if "samples" not in content or "time" not in content:
        raise _missing(path, "variables samples and time", content)
    names = ["time", "sample", "coordinate"]
    names = ["parameter", *names] if "parameter" in content["samples"].dims else names
    of_mu = content["mu"].dims if "mu" in content else ()
    matched = ("parameter" in names) == ("mu" in content) == ("parameter" in of_mu)
    if set(content["samples"].dims) != set(names) or not matched:
        raise _missing(
            path,
            "samples(parameter, time, sample, coordinate) and mu(parameter), or neither "
            "parameter nor mu",
            content["samples"].dims,
        )
    mus = None
    if "mu" in content:
        other = [name for name in content["mu"].dims if name != "parameter"]
        mus = content["mu"].transpose("parameter", *other).values
    return _from_padded(
        content["samples"].transpose(*names).values, content["time"].values, mus, path
    )


def _from_table(content: Mapping[str, Any], path: Path) -> Snapshots:
    if "time" not in content:
        raise _missing(path, "time, x..., and mu... (or arrays samples, times and mus)", content)
    time, x = _numbers(content["time"], "time", path), _columns(content, "x", path)
    has_parameter = any(name.startswith("mu") for name in content)
    mu = _columns(content, "mu", path) if has_parameter else np.zeros((len(x), 1))
    if time.ndim != 1 or not 0 < len(time) == len(x) == len(mu):
        message = (
            f"Expected a time, a state and a parameter for each sample in {path}; got "
            f"{time.size}, {len(x)} and {len(mu)}. Use columns of one length, not empty."
        )
        raise ValueError(message)
    times, at_time = np.unique(time, return_inverse=True)
    mus, at_mu = np.unique(mu, axis=0, return_inverse=True)
    cell = at_mu.reshape(-1) * times.size + at_time
    # Of the cells (parameter, time) only those with samples: there may be one for each row.
    cells, counts = np.unique(cell, return_counts=True)
    if cells.size < len(mus) * times.size:
        m, j = divmod(int(np.argmin(np.append(cells, -1) == np.arange(cells.size + 1))), times.size)
        common = times[np.bincount(cells % times.size, minlength=times.size) == len(mus)]
        message = (
            f"Expected samples of every parameter at every time in {path}; got none of mu = "
            f"{mus[m].tolist()} at time {times[j]:g}. Use only the {common.size} times that all "
            f"share, {np.array2string(common, threshold=8)}, or one file for each parameter."
        )
        raise ValueError(message)
    parts = np.split(x[np.argsort(cell, kind="stable")], np.cumsum(counts)[:-1])
    blocks = [parts[m * times.size : (m + 1) * times.size] for m in range(len(mus))]
    return Snapshots(blocks, times, mus if has_parameter else None)


def _from_padded(samples: Any, times: Any, mus: Any, path: Path) -> Snapshots:
    samples, times = _numbers(samples, "samples", path), _numbers(times, "times", path)
    mus = None if mus is None else _numbers(mus, "mus", path)
    expected = 3 if mus is None else 4
    if samples.ndim != expected:
        message = (
            f"Expected samples with {expected} axes in {path}, [M, T, N, D] with mus and "
            f"[T, N, D] without; got shape {samples.shape}. Use samples[..., None] for one "
            "coordinate."
        )
        raise ValueError(message)
    stacked = samples if expected == 4 else samples[None]
    blocks = [[x[~np.isnan(x).all(axis=1)] for x in block] for block in stacked]
    return Snapshots(blocks, times, mus)


def _columns(content: Mapping[str, Any], prefix: str, path: Path) -> np.ndarray:
    names = [name for name in content if name.startswith(prefix)]
    if not names:
        raise _missing(path, f"names that begin with {prefix}", content)
    columns = [_numbers(content[name], name, path) for name in names]
    if any(c.ndim not in (1, 2) or len(c) != len(columns[0]) for c in columns):
        message = (
            f"Expected a row for each sample in {names} of {path}; got shapes "
            f"{[c.shape for c in columns]}. Use columns of one length."
        )
        raise ValueError(message)
    table = np.concatenate([c[:, None] if c.ndim == 1 else c for c in columns], axis=1)
    if not np.isfinite(table).all():
        row = int(np.flatnonzero(~np.isfinite(table).all(axis=1))[0])
        message = (
            f"Expected finite values in {names} of {path}; got {table[row].tolist()} in row {row}. "
            "Remove or repair rows with missing values."
        )
        raise ValueError(message)
    return table


def _numbers(values: Any, name: str, path: Path) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "fiub" and array.size:
        raise ValueError(no_numbers(path, name, f"{array.dtype}, such as {array.flat[0]!r}"))
    native = array.dtype.newbyteorder("=") if array.dtype.kind == "f" else np.float64
    return array.astype(native, copy=False)


def _missing(path: Path, what: str, found: Any) -> ValueError:
    return ValueError(
        f"Expected {what} in {path}; got {sorted(map(str, found))}. Use these names (hoam.readers)."
    )


_TABLES = {".csv": load_csv, ".parquet": load_parquet}
_DATASETS = {".nc": load_netcdf, ".zarr": load_zarr}
