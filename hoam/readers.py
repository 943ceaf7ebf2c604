"""Read snapshots of samples from a file, as arrays of different lengths.

Three layouts are known, told apart by the file's ending and by the names in it:

- a *table* with one row per sample (`.csv`, `.parquet`, and `.npz` with arrays `time`, `x`, and
  `mu`): a column `time`, columns of the state whose names begin with `x`, and columns of the
  parameter whose names begin with `mu`, none of them if there is no parameter. Other columns are
  not read.
- *arrays* (`.npz`): `samples` `[M, T, N, D]`, `times` `[T]` and `mus` `[M]` or `[M, P]`; or
  `samples` `[T, N, D]` and `times` alone. Where there are fewer samples, rows are NaN in all
  coordinates.
- a *dataset* (`.nc`, `.zarr`), read by xarray: a variable `samples` with the dimensions
  `parameter`, `time`, `sample` and `coordinate` in any order, padded with missing values where
  there are fewer samples, a coordinate `time`, and a variable `mu` along `parameter`, with at most
  one more dimension. Without a parameter, neither `parameter` nor `mu`.

All but `.npz` need the packages of `pip install hoam[data]`, which are imported only when a file
asks for them. No file is read that would run code: no pickle.
"""

import importlib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


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

    Args:
        path: a file whose ending names its format.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the format is unknown, the file cannot be read, a name is missing, a value is
            no number, or a parameter has no sample at a time at which another has.
        ModuleNotFoundError: if a package that reads it is missing.
    """
    path = Path(path)
    return _known(path, {**_ARRAYS, **_TABLES, **_DATASETS})(path)


def read_states(path: Path | str) -> np.ndarray:
    """Read states `[N, D]` from a file: an array `x`, or columns whose names begin with `x`.

    Args:
        path: an `.npz`, `.csv` or `.parquet` file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it cannot be read or holds no such states.
        ModuleNotFoundError: if a package that reads it is missing.
    """
    path = Path(path)
    known = {".npz": _load_npz, **{suffix: _load_table for suffix in _TABLES}}
    content = _known(path, known)(path)
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
    content = _load_npz(path)
    if "samples" not in content:
        return _from_table(content, path)
    if "times" not in content:
        raise _missing(path, "an array times beside samples", content)
    return _from_padded(content["samples"], content["times"], content.get("mus"), path)


def _read_table(path: Path) -> Snapshots:
    return _from_table(_load_table(path), path)


def _read_dataset(path: Path) -> Snapshots:
    xarray = _package("xarray", path)
    try:
        with xarray.open_dataset(path, **_DATASETS_OPTIONS[path.suffix]) as dataset:
            content = dataset.load()
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(path, error) from error
    if "samples" not in content or "time" not in content:
        raise _missing(path, "variables samples and time", content.variables)
    names = ["time", "sample", "coordinate"]
    names = ["parameter", *names] if "parameter" in content["samples"].dims else names
    if set(content["samples"].dims) != set(names) or ("parameter" in names) != ("mu" in content):
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


def _load_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from error


def _load_table(path: Path) -> dict[str, np.ndarray]:
    pandas = _package("pandas", path)
    reader = pandas.read_csv if path.suffix == ".csv" else pandas.read_parquet
    try:
        table = reader(path)
    except ImportError as error:
        raise _not_installed(path, "pyarrow") from error
    except (OSError, ValueError) as error:  # what both readers raise on a broken file
        raise _unreadable(path, error) from error
    return {str(name): table[name].to_numpy() for name in table.columns}


def _from_table(content: Mapping[str, np.ndarray], path: Path) -> Snapshots:
    if "time" not in content:
        raise _missing(path, "time, x..., and mu... (or arrays samples, times and mus)", content)
    time, x = _numbers(content["time"], "time", path), _columns(content, "x", path)
    has_parameter = any(name.startswith("mu") for name in content)
    mu = _columns(content, "mu", path) if has_parameter else np.zeros((len(x), 1))
    if time.ndim != 1 or not len(time) == len(x) == len(mu):
        message = (
            f"Expected a time, a state and a parameter for each sample in {path}; got "
            f"{time.size}, {len(x)} and {len(mu)}. Use columns of one length."
        )
        raise ValueError(message)
    times, at_time = np.unique(time, return_inverse=True)
    mus, at_mu = np.unique(mu, axis=0, return_inverse=True)
    cell = at_mu.reshape(-1) * times.size + at_time
    counts = np.bincount(cell, minlength=len(mus) * times.size).reshape(len(mus), times.size)
    if (counts == 0).any():
        m, j = np.argwhere(counts == 0)[0]
        common = times[(counts > 0).all(axis=0)]
        message = (
            f"Expected samples of every parameter at every time in {path}; got none of mu = "
            f"{mus[m].tolist()} at time {times[j]:g}. Use only the {common.size} times that all "
            f"share, {np.array2string(common, threshold=8)}, or one file for each parameter."
        )
        raise ValueError(message)
    parts = np.split(x[np.argsort(cell, kind="stable")], np.cumsum(counts.ravel())[:-1])
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
    blocks = [
        [x[~np.isnan(x).all(axis=1)] for x in b] for b in samples.reshape(-1, *samples.shape[-3:])
    ]
    return Snapshots(blocks, times, mus)


def _columns(content: Mapping[str, np.ndarray], prefix: str, path: Path) -> np.ndarray:
    names = [name for name in content if name.startswith(prefix)]
    if not names:
        raise _missing(path, f"names that begin with {prefix}", content)
    columns = [_numbers(content[name], name, path) for name in names]
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
    if array.dtype.kind not in "fiub":
        message = (
            f"Expected numbers in {name} of {path}; got {array.dtype}, such as "
            f"{array.flat[0] if array.size else None!r}. Use e.g. hours since the start for dates."
        )
        raise ValueError(message)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _package(name: str, path: Path) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise _not_installed(path, name) from error


def _not_installed(path: Path, name: str) -> ModuleNotFoundError:
    return ModuleNotFoundError(
        f"Expected the package {name} to read {path}; got no such module. "
        "Use pip install 'hoam[data]', or an .npz file."
    )


def _unreadable(path: Path, error: Exception) -> ValueError:
    return ValueError(f"Expected a readable file; got {error} from {path}. Use an intact copy.")


def _missing(path: Path, what: str, found: Any) -> ValueError:
    return ValueError(
        f"Expected {what} in {path}; got {sorted(map(str, found))}. Use these names (hoam.readers)."
    )


_ARRAYS = {".npz": _read_arrays}
_TABLES = {".csv": _read_table, ".parquet": _read_table}
_DATASETS = {".nc": _read_dataset, ".zarr": _read_dataset}
_DATASETS_OPTIONS = {".nc": {}, ".zarr": {"engine": "zarr", "consolidated": False}}
