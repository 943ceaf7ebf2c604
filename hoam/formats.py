"""Columns by name from tables and archives: of any broken file, one error, and in bounded memory.

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
from collections.abc import Callable
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
    return guarded(path, _load_npz)


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
        check_size(path, 8 * columns * lines)
        table = pandas.read_csv(path, low_memory=False)
        return {str(name): table[name].to_numpy() for name in table.columns}

    return guarded(path, load)


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
                    raise Refused(no_numbers(path, name, fields[name]))
            groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
            unpacked = sum(
                max(0, group.column(i).total_uncompressed_size)
                for group in groups
                for i in range(group.num_columns)
            )
            check_size(path, max(unpacked, 8 * file.metadata.num_rows * len(read)))
            table = file.read(columns=read)
            columns = {name: table.column(name).to_numpy() for name in read}
        return {**dict.fromkeys(fields), **columns}

    return guarded(path, load)


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


class Refused(Exception):
    """The message of a file that is refused without being broken."""


def guarded(path: Path, load: Callable[[Path], Any]) -> Any:
    """Return what a function reads of a file, or raise the one documented error.

    Raises:
        ValueError: if it raises anything.
    """
    try:
        return load(path)
    except Refused as refused:
        raise ValueError(str(refused)) from None
    except Exception as error:
        what = f"{type(error).__name__} ({error})"
        message = f"Expected a readable file; got {what} from {path}. Use an intact copy."
        raise ValueError(message) from error


def parts(path: Path) -> list[Path]:
    """Return the files that make up a file or a folder of samples."""
    return [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]


def check_size(path: Path, size: int) -> None:
    """Refuse a file that holds more bytes, once unpacked, than it may by its size.

    Raises:
        Refused: if it does.
    """
    limit = max(_LEAST, _TIMES * sum(p.stat().st_size for p in parts(path)))
    if size > limit:
        message = (
            f"Expected at most {limit / 2**20:.0f} MB in {path}, by its size; got "
            f"{size / 2**20:.0f} MB once unpacked. Use a file that is less compressed."
        )
        raise Refused(message)


def _load_npz(path: Path) -> Content:
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        read = {name: info for name, info in members.items() if name.startswith(_COLUMNS)}
        check_size(path, sum(info.file_size for info in read.values()))
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
