"""Arrays by name from the formats of files: of any broken file, one error, and in bounded memory.

What a file unpacks to is known from its headers and looked at before anything is unpacked. It may
hold 64 MB, or a hundred times its own size if that is more: samples are numbers that hardly shrink,
and a file that grows beyond that was made to fill the memory. Each package that reads a format
raises what it likes of a broken file, so whatever one raises becomes the error that is documented.

The packages of `pip install hoam[data]` are imported when a file asks for them. No file is read
that would run code: no pickle.
"""

import csv
import importlib
import math
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

_LEAST = 64 * 2**20  # bytes that any file may hold
_TIMES = 100  # as many bytes as the file has, in memory
_COLUMNS = ("time", "x", "mu", "samples")  # beginnings of the names that are read

type Content = dict[str, np.ndarray | None]


def load_npz(path: Path) -> Content:
    """Return the arrays of a NumPy archive whose names matter, and `None` for all others.

    Args:
        path: the archive, stored or deflated.

    Raises:
        ValueError: if it is broken, holds objects, or holds more than it may.
    """
    return _guarded(path, _load_npz)


def load_csv(path: Path) -> Content:
    """Return the columns of a table of comma-separated values.

    Args:
        path: the table, its first line the names.

    Raises:
        ValueError: if it is broken, or holds more than it may.
        ModuleNotFoundError: if pandas is missing.
    """
    pandas = package("pandas", path)

    def load(path: Path) -> Content:
        with path.open(encoding="utf-8", newline="") as file:
            columns = len(next(filter(None, csv.reader(file)), ()))
        lines = 1
        with path.open("rb") as file:
            while block := file.read(2**20):
                lines += block.count(b"\n") + block.count(b"\r")
        # Short lines are filled up with missing values.
        _check_size(path, 8 * columns * lines)
        table = pandas.read_csv(path, low_memory=False)
        return {str(name): table[name].to_numpy() for name in table.columns}

    return _guarded(path, load)


def load_parquet(path: Path) -> Content:
    """Return the columns of a Parquet table whose names matter, and `None` for all others.

    Args:
        path: the table.

    Raises:
        ValueError: if it is broken, a column holds no numbers, or it holds more than it may.
        ModuleNotFoundError: if pyarrow is missing.
    """
    types = package("pyarrow", path).types
    parquet = package("pyarrow.parquet", path)

    def load(path: Path) -> Content:
        with parquet.ParquetFile(path) as file:
            fields = {field.name: field.type for field in file.schema_arrow}
            read = [name for name in fields if name.startswith(_COLUMNS)]
            for name in read:
                if not types.is_primitive(fields[name]):
                    raise _Refused(no_numbers(path, name, fields[name]))
            groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
            unpacked = sum(
                max(0, group.column(i).total_uncompressed_size)
                for group in groups
                for i in range(group.num_columns)
            )
            _check_size(path, max(unpacked, 8 * file.metadata.num_rows * len(read)))
            table = file.read(columns=read)
            columns = {name: table.column(name).to_numpy() for name in read}
        return {**dict.fromkeys(fields), **columns}

    return _guarded(path, load)


def load_netcdf(path: Path) -> Any:
    """Return the xarray dataset in a netCDF file, in memory.

    Args:
        path: the file: netCDF-4, or the classic format with offsets of up to 64 bits.

    Raises:
        ValueError: if it is broken, or holds more than it may.
        ModuleNotFoundError: if xarray or netCDF4 is missing.
    """
    xarray, netcdf = package("xarray", path), package("netCDF4", path)

    def load(path: Path) -> Any:
        with path.open("rb") as file:
            classic = file.read(3) == b"CDF"
        if not classic:
            with netcdf.Dataset(path) as file:
                _check_size(path, sum(map(_netcdf_size, file.variables.values())))
        # The C library does not return from some broken headers of the classic format.
        with xarray.open_dataset(path, engine="scipy" if classic else "netcdf4") as dataset:
            _check_size(path, dataset.nbytes)
            return dataset.load()

    return _guarded(path, load)


def load_zarr(path: Path) -> Any:
    """Return the xarray dataset in a Zarr store, in memory.

    Args:
        path: folder of the store.

    Raises:
        ValueError: if it is broken, or holds more than it may.
        ModuleNotFoundError: if xarray or zarr is missing.
    """
    xarray, zarr = package("xarray", path), package("zarr", path)

    def load(path: Path) -> Any:
        arrays = [array for _, array in zarr.open_group(path, mode="r").arrays()]
        _check_size(path, sum(_size(a.shape, a.shards or a.chunks, a.dtype) for a in arrays))
        for array in arrays:
            if array.nchunks > max(1000, 100 * sum(1 for _ in _files(path))):
                message = (
                    f"Expected chunks that are there in {path}; got {array.nchunks} of "
                    f"{array.name}, nearly all missing. Use larger chunks."
                )
                raise _Refused(message)
        with xarray.open_dataset(path, engine="zarr", consolidated=False) as dataset:
            return dataset.load()

    return _guarded(path, load)


def package(name: str, path: Path) -> Any:
    """Import a package that reads a file.

    Raises:
        ModuleNotFoundError: if it is missing.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = (
            f"Expected the package {name} to read {path}; got no such module. "
            "Use pip install 'hoam[data]', or an .npz file."
        )
        raise ModuleNotFoundError(message) from error


def no_numbers(path: Path, name: str, kind: Any) -> str:
    """Return the message that a column holds something else than numbers."""
    return (
        f"Expected numbers in {name} of {path}; got {kind}. Use e.g. hours since the start for "
        "dates."
    )


class _Refused(Exception):
    """The message of a file that is refused without being broken."""


def _guarded(path: Path, load: Callable[[Path], Any]) -> Any:
    try:
        return load(path)
    except _Refused as refused:
        raise ValueError(str(refused)) from None
    except Exception as error:
        what = f"{type(error).__name__} ({error})"
        message = f"Expected a readable file; got {what} from {path}. Use an intact copy."
        raise ValueError(message) from error


def _load_npz(path: Path) -> Content:
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        read = {name: info for name, info in members.items() if name.startswith(_COLUMNS)}
        _check_size(path, sum(info.file_size for info in read.values()))
        return {**dict.fromkeys(members), **{n: _member(archive, i) for n, i in read.items()}}


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        message = f"{info.filename} is neither stored nor deflated"
        raise ValueError(message)
    with archive.open(info) as file:
        version = np.lib.format.read_magic(file)
        header = getattr(np.lib.format, "read_array_header_{}_{}".format(*version))
        shape, _, dtype = header(file)
        if dtype.hasobject:
            message = f"{info.filename} holds Python objects (a pickle), which are not loaded"
            raise ValueError(message)
        if math.prod(shape) * dtype.itemsize != info.file_size - file.tell():
            message = f"{info.filename} says {dtype} {shape} and holds another number of bytes"
            raise ValueError(message)
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)


def _netcdf_size(variable: Any) -> int:
    chunks = variable.chunking()
    return _size(variable.shape, chunks if isinstance(chunks, list) else (), variable.dtype)


def _size(shape: Iterable[int], chunks: Iterable[int], dtype: Any) -> int:
    """Return the bytes of an array, or of one of its chunks if that reaches beyond."""
    itemsize = getattr(dtype, "itemsize", 64)  # of text, about
    chunks = tuple(chunks) or (1,)
    return itemsize * max(math.prod(shape), math.prod(chunks))


def _files(path: Path) -> Iterable[Path]:
    return (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _check_size(path: Path, size: int) -> None:
    limit = max(_LEAST, _TIMES * sum(p.stat().st_size for p in _files(path)))
    if size > limit:
        message = (
            f"Expected at most {limit / 2**20:.0f} MB in {path}, by its size; got "
            f"{size / 2**20:.0f} MB once unpacked. Use a file that is less compressed."
        )
        raise _Refused(message)
