"""Datasets from netCDF files and Zarr stores, in bounded memory like all of `hoam.formats`.

Only the variables `samples`, `time` and `mu` are unpacked. Headers say how large a chunk is, and a
chunk may unpack to more. So each chunk of a Zarr array is first unpacked into as much memory as it
may fill, by codecs that stop there; other codecs are not read, and neither are filters, shards and
objects, as their decoding has no such bound or runs code. The library of netCDF-4 unpacks by
itself: on Linux it does so while the process may grow only by what the headers say, and some.
Elsewhere a chunk of a hostile netCDF-4 file may fill the memory before it is refused.
"""

import math
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from hoam.formats import Refused, check_size, guarded, package, parts

_READ = ("samples", "time", "mu")
_CODECS = re.compile(r"(?:transpose )*(?:bytes )?(?:(gzip|zstd|blosc|lz4) )?(crc32c )?")
_CHECKSUM = 4  # bytes
_ROOM = 128 * 2**20  # bytes for the library's own caches
_LIMITING = threading.Lock()

type Dataset = dict[str, Any]


def load_netcdf(path: Path) -> Dataset:
    """Return the variables of a netCDF file whose names matter, and `None` for all others.

    Args:
        path: the file: netCDF-4, or the classic format with offsets of up to 64 bits.

    Raises:
        ValueError: if it is broken, or holds more than it may.
        ModuleNotFoundError: if xarray or netCDF4 is missing.
    """
    xarray, netcdf = package("xarray", path), package("netCDF4", path)

    def load(path: Path) -> Dataset:
        with path.open("rb") as file:
            classic = file.read(3) == b"CDF"
        # The C library does not return from some broken headers of the classic format.
        if classic:
            return _load(xarray, path, (), engine="scipy")
        with netcdf.Dataset(path) as file:
            names = list(file.variables)
            size = sum(_netcdf_size(file.variables[name]) for name in names if name in _READ)
        check_size(path, size)
        with _limited_memory(_ROOM + 4 * size):  # what is decoded is copied
            return _load(xarray, path, names, engine="netcdf4")

    return guarded(path, load)


def load_zarr(path: Path) -> Dataset:
    """Return the variables of a Zarr store whose names matter, and `None` for all others.

    Args:
        path: folder of the store, of version 2 or 3.

    Raises:
        ValueError: if it is broken, packed by other codecs than gzip, Zstandard, Blosc and LZ4, or
            holds more than it may.
        ModuleNotFoundError: if xarray or zarr is missing.
    """
    xarray, zarr = package("xarray", path), package("zarr", path)
    codecs = package("numcodecs", path)

    def load(path: Path) -> Dataset:
        group = zarr.open_group(path, mode="r", use_consolidated=False)
        arrays = {array.basename: array for _, array in group.arrays()}
        read = [array for name, array in arrays.items() if name in _READ]
        check_size(path, sum(_size(a.shape, a.shards or a.chunks, a.dtype) for a in read))
        for array in read:
            _check_chunks(path, array, codecs)
        return _load(xarray, path, arrays, engine="zarr", consolidated=False)

    return guarded(path, load)


def _load(xarray: Any, path: Path, names: Iterable[str], **options: Any) -> Dataset:
    unread = [name for name in names if name not in _READ]
    with xarray.open_dataset(path, drop_variables=unread, **options) as dataset:
        check_size(path, dataset.nbytes)
        found = dataset.load().variables
    return {name: found[name] if name in _READ else None for name in [*unread, *found]}


def _check_chunks(path: Path, array: Any, codecs: Any) -> None:
    """Refuse an array whose chunks are missing, or unpack by other means or to more than it says.

    Raises:
        Refused: if codecs or chunks are none that are read.
        Exception: what the codec raises of a chunk that is broken or too large.
    """
    described = array.metadata.to_dict()
    steps = described.get("codecs") or [
        *(described.get("filters") or ()),
        *filter(None, [described.get("compressor")]),
    ]
    names = [step.get("name") or step["id"] for step in steps]
    known = _CODECS.fullmatch("".join(f"{name} " for name in names))
    if known is None or array.dtype.hasobject:
        message = (
            f"Expected numbers packed by gzip, zstd, blosc or lz4 in {array.name} of {path}; got "
            f"{array.dtype} through {names}. Use no filters, shards or objects, as xarray does."
        )
        raise Refused(message)
    if array.nchunks > max(1000, 100 * len(parts(path))):
        message = (
            f"Expected chunks that are there in {path}; got {array.nchunks} of "
            f"{array.name}, nearly all missing. Use larger chunks."
        )
        raise Refused(message)
    codec, checksum = known.groups()
    if not codec:
        return
    unpack = codecs.get_codec({"id": codec}).decode
    room = np.empty(array.dtype.itemsize * math.prod(array.chunks), np.uint8)
    for index in np.ndindex(array.cdata_shape):
        chunk = path / array.basename / array.metadata.encode_chunk_key(index)
        if chunk.is_file():
            content = chunk.read_bytes()
            unpack(content[:-_CHECKSUM] if checksum else content, out=room)


def _netcdf_size(variable: Any) -> int:
    chunks = variable.chunking()
    return _size(variable.shape, chunks if isinstance(chunks, list) else (), variable.dtype)


def _size(shape: Iterable[int], chunks: Iterable[int], dtype: Any) -> int:
    """Return the bytes of an array, or of one of its chunks if that reaches beyond."""
    itemsize = getattr(dtype, "itemsize", 64)  # of text, about
    chunks = tuple(chunks) or (1,)
    return itemsize * max(math.prod(shape), math.prod(chunks))


@contextmanager
def _limited_memory(size: int) -> Iterator[None]:
    """Let this process grow by at most so many bytes in this block, on Linux."""
    if sys.platform != "linux":
        yield
        return
    import resource  # absent on Windows

    with _LIMITING:
        former = resource.getrlimit(resource.RLIMIT_DATA)
        held = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
        limits = [limit for limit in former if limit != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_DATA, (min([held + size, *limits]), former[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, former)
