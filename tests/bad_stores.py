"""Zarr stores and netCDF files whose chunks unpack to more than they say, or by other means."""

import gzip
import json
import struct
import zlib

import netCDF4
import numcodecs
import numpy as np
import xarray as xr
import zarr
from bad_formats import dataset, file_cases

from hoam.readers import read

VAST = 600 * 2**20  # bytes, of zeros


def gzip_bomb():
    """Return gzip members that unpack to zeros."""
    part = 10 * 2**20
    return gzip.compress(bytes(part)) * (VAST // part)


def zstd_bomb():
    """Return a Zstandard frame of zeros that does not say its size: blocks of one repeated byte."""
    size = 2**17
    block = struct.pack("<I", 0b010 | size << 3)[:3] + b"\0"
    last = struct.pack("<I", 0b011 | size << 3)[:3] + b"\0"
    window = bytes([(17 - 10) << 3])
    return b"\x28\xb5\x2f\xfd\x00" + window + block * (VAST // size - 1) + last


def zlib_bomb():
    """Return a deflated stream of zeros, made of a part that is repeated."""
    part = 10 * 2**20
    stream = zlib.compressobj(9)
    head = stream.compress(b"") + stream.flush(zlib.Z_FULL_FLUSH)
    block = stream.compress(bytes(part)) + stream.flush(zlib.Z_FULL_FLUSH)
    return head + block * (VAST // part) + stream.flush()


def store(path, chunk=None, zarr_format=3, **encoding):
    """Write a store of samples, and another first chunk if one is given."""
    options = {"zarr_format": zarr_format, "consolidated": zarr_format == 2}
    dataset().to_zarr(path, encoding={"samples": encoding}, **options)
    if chunk is not None:
        first = path / "samples" / ("c/0/0/0/0" if zarr_format == 3 else "0.0.0.0")
        first.parent.mkdir(parents=True, exist_ok=True)  # of fill values alone there is none
        first.write_bytes(chunk)


def packed(codec, chunk):
    return lambda path: store(path, chunk, compressors=[codec])


def summed(path):
    """Write a store whose bomb has a checksum behind it."""
    bomb = bytes(numcodecs.CRC32C().encode(gzip_bomb()))
    store(path, bomb, compressors=[zarr.codecs.GzipCodec(), zarr.codecs.Crc32cCodec()])


def pickled(path):
    """Write objects behind consolidated metadata that show numbers: texts, unpickled on the way."""
    store(path, b"cos\nsystem\n.", zarr_format=2, compressors=None)
    header = path / "samples" / ".zarray"
    filters = [{"id": "vlen-utf8"}, {"id": "pickle", "protocol": 5}]
    changed = {"dtype": "|O", "fill_value": "", "filters": filters}
    header.write_text(json.dumps(json.loads(header.read_text()) | changed))


def netcdf_bomb(path):
    """Write a chunk of 700 kB of noise, and deflated zeros in its place."""
    noise = np.random.default_rng(0).integers(0, 256, 700_000, np.uint8)
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", noise.size)
        options = {"zlib": True, "shuffle": False, "chunksizes": noise.shape}
        file.createVariable("time", "u1", ("time",), **options)[:] = noise
    content, bomb = path.read_bytes(), zlib_bomb()
    at = content.rfind(b"\x78", 0, content.index(noise[:100].tobytes()))
    assert len(bomb) < noise.size
    path.write_bytes(content[:at] + bomb + content[at + len(bomb) :])


#: By name of the case: name of the file, function that writes it, what is said of it.
BOMBS = {
    "gzip": ("a.zarr", packed(zarr.codecs.GzipCodec(), gzip_bomb()), "Unable to fit"),
    "Zstandard": ("a.zarr", packed(zarr.codecs.ZstdCodec(), zstd_bomb()), "too small"),
    "gzip and a checksum": ("a.zarr", summed, "Unable to fit"),
    "gzip, version 2": (
        "a.zarr",
        lambda p: store(p, gzip_bomb(), zarr_format=2, compressors=numcodecs.GZip()),
        "Unable to fit",
    ),
    "LZ4, version 2": (
        "a.zarr",
        lambda p: store(
            p, numcodecs.LZ4().encode(bytes(VAST)), zarr_format=2, compressors=numcodecs.LZ4()
        ),
        "too small",
    ),
    "deflate": ("a.nc", netcdf_bomb, "HDF error"),
}
OTHERS = {
    "a pickle": ("a.zarr", pickled, "through ['vlen-utf8', 'pickle']"),
    "texts": (
        "a.zarr",
        lambda p: xr.Dataset({"samples": ("time", np.asarray(["a"] * 3, object))}).to_zarr(
            p, zarr_format=2, consolidated=False
        ),
        "'vlen-utf8'",
    ),
    "shards": (
        "a.zarr",
        lambda p: store(p, shards=dataset()["samples"].shape, chunks=(1, 1, 2, 1)),
        "'sharding_indexed'",
    ),
    "zlib, version 2": (
        "a.zarr",
        lambda p: store(p, zarr_format=2, compressors=numcodecs.Zlib()),
        "through ['zlib']",
    ),
    "a filter, version 2": (
        "a.zarr",
        lambda p: store(p, zarr_format=2, filters=[numcodecs.Delta("f8")]),
        "'delta'",
    ),
}
CASES = file_cases(
    "hoam.readers.read",
    read,
    [(label, *entry) for label, entry in {**BOMBS, **OTHERS}.items()],
)
