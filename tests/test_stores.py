"""Zarr stores and netCDF files: what xarray writes is read; what unpacks to more costs little."""

import subprocess
import sys

import bad_stores
import numcodecs
import numpy as np
import pytest
import zarr
from bad_formats import dataset
from bad_values import MUS, TIMES

from hoam.readers import read
from hoam.stores import load_netcdf, load_zarr

SAMPLES = np.random.default_rng(0).normal(size=(2, 3, 4, 2))
READ = """
import pathlib, re, sys, time
from hoam.readers import read

def peak():  # in kB; getrusage would count what the process was before it became this program
    return int(re.search("VmHWM:\\s*(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])

sound, spoilt = sys.argv[1:3], sys.argv[3:]
for path in sound:
    read(path)
before, began = peak(), time.process_time()
for path in spoilt:
    try:
        read(path)
    except ValueError:
        continue
    sys.exit(f"{path} was read")
print((peak() - before) // 1024, time.process_time() - began)
"""


def as_found(path):
    snapshots = read(path)
    np.testing.assert_array_equal(snapshots.times, TIMES)
    np.testing.assert_array_equal(snapshots.mus, MUS)
    np.testing.assert_array_equal(np.asarray(snapshots.samples), SAMPLES)


@pytest.mark.filterwarnings("ignore")  # of a format that is young
@pytest.mark.parametrize("consolidated", [False, True])
@pytest.mark.parametrize(
    ("zarr_format", "encoding"),
    [
        (2, {}),
        (2, {"compressors": None}),
        (2, {"compressors": numcodecs.GZip()}),
        (2, {"compressors": numcodecs.LZ4(), "chunks": (1, 2, 3, 2)}),
        (3, {}),
        (3, {"compressors": []}),
        (3, {"compressors": [zarr.codecs.GzipCodec(), zarr.codecs.Crc32cCodec()]}),
        (3, {"compressors": [zarr.codecs.BloscCodec()], "chunks": (1, 2, 3, 2)}),
        (3, {"filters": [zarr.codecs.TransposeCodec(order=(3, 1, 0, 2))]}),
    ],
)
def test_stores_of_both_versions_and_their_codecs_are_read(
    tmp_path, zarr_format, encoding, consolidated
):
    written = dataset().assign(samples=dataset()["samples"].copy(data=SAMPLES))
    # Texts are no concern of the reader; they are unpacked by other means.
    written = written.assign_coords(
        coordinate=np.asarray(["position", "v"], object), parameter=["a", "b"]
    )
    options = {"zarr_format": zarr_format, "consolidated": consolidated}
    written.to_zarr(tmp_path / "a.zarr", encoding={"samples": encoding}, **options)
    as_found(tmp_path / "a.zarr")
    assert load_zarr(tmp_path / "a.zarr")["coordinate"] is None


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"encoding": {"samples": {"zlib": True, "fletcher32": True}}},
        {"format": "NETCDF3_64BIT"},
    ],
)
def test_texts_of_netcdf_files_are_left_aside(tmp_path, options):
    written = dataset().assign(samples=dataset()["samples"].copy(data=SAMPLES))
    written.assign_coords(coordinate=["position", "v"]).to_netcdf(tmp_path / "a.nc", **options)
    as_found(tmp_path / "a.nc")
    assert load_netcdf(tmp_path / "a.nc")["coordinate"] is None


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")
@pytest.mark.filterwarnings("ignore")  # of a format that is young
def test_bombs_are_refused_in_little_memory_and_time(root, tmp_path):
    paths = []
    for name, (file, write, _) in {
        "sound netCDF": ("a.nc", dataset().to_netcdf, ""),
        "sound Zarr": ("a.zarr", dataset().to_zarr, ""),
        **bad_stores.BOMBS,
    }.items():
        paths.append(tmp_path / name / file)
        paths[-1].parent.mkdir()
        write(paths[-1])
    command = [sys.executable, "-W", "ignore", "-c", READ, *map(str, paths)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    grown, seconds = map(float, done.stdout.split())
    assert grown < 0.6 * bad_stores.VAST / 2**20
    assert seconds < 5
