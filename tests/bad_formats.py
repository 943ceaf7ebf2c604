"""Files of samples that are spoilt, hostile or of other content, and what is said of them."""

import io
import warnings
import zipfile

import netCDF4
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr
import zarr
from bad_contents import PICKLE
from bad_values import GOOD, MUS, TIMES, cases
from zarr.codecs import GzipCodec

from hoam.population import Population
from hoam.readers import read, read_states
from hoam.settings import load_settings

MANY = 10**9
TABLE = pd.DataFrame(
    [
        {"time": t, "mu": mu, "x1": x, "x2": -x}
        for t in TIMES
        for mu in MUS
        for x in np.random.default_rng(0).normal(size=9)
    ]
)


def dataset():
    dimensions = ("parameter", "time", "sample", "coordinate")
    return xr.Dataset(
        {"samples": (dimensions, GOOD), "mu": ("parameter", MUS)}, coords={"time": TIMES}
    )


#: A sound file of each format, by the name it has.
SOUND = {
    "a.npz": lambda p: np.savez(p, samples=GOOD, times=TIMES, mus=MUS),
    "deflated.npz": lambda p: np.savez_compressed(
        p, **{n: TABLE[n].to_numpy() for n in ("time", "mu", "x1")}
    ),
    "a.csv": lambda p: TABLE.to_csv(p, index=False),
    "a.parquet": lambda p: TABLE.to_parquet(p),
    "a.nc": lambda p: dataset().to_netcdf(p, encoding={"samples": {"zlib": True}}),
    "classic.nc": lambda p: dataset().to_netcdf(p, format="NETCDF3_64BIT"),
    "a.zarr": lambda p: dataset().to_zarr(p, consolidated=False),
}


def parts(path):
    """Return the files that make up a file of samples, the large ones first."""
    found = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sorted(found, key=lambda p: (-p.stat().st_size, p))


def spoil(change):
    """Return a function that changes the bytes of a sound file's parts."""

    def given(path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a format that is young
            SOUND[path.name](path)
        for part in parts(path):
            part.write_bytes(change(part.read_bytes()))

    return given


def half(content):
    return content[: len(content) // 2]


def flipped(content):
    """Return bytes of which the first tenth is inverted, where all formats have a header."""
    head = len(content) // 10 + 1
    return bytes(255 - byte for byte in content[:head]) + content[head:]


def disguised(content):
    return PICKLE


def unpacked_npz(path):
    """Write 400 MB of zeros, which deflate to 400 kB."""
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("samples.npy", "w") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": (1, 2, 25 * 10**6, 1)}
        np.lib.format.write_array_header_1_0(file, header)
        for _ in range(100):
            file.write(bytes(4 * 10**6))


def promised_npz(path):
    """Write the header of an array of 8 TB, and nothing behind it."""
    header = {"descr": "<f8", "fortran_order": False, "shape": (1, 2, MANY // 2, 1000)}
    text = io.BytesIO()
    np.lib.format.write_array_header_1_0(text, header)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("samples.npy", text.getvalue())


def other_method(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("samples.npy", bytes(1000))


def short_lines(path):
    """Write a thousand million missing values in 300 kB."""
    path.write_text(",".join(f"x{i}" for i in range(30_000)) + "\n1" * 33_000)


def one_value(path):
    """Write thirty million equal numbers in a few kB."""
    column = pa.chunked_array([pa.array(np.zeros(10**6))] * 30)
    pq.write_table(pa.table({"time": column, "x": column}), path, compression="zstd")


def never_written(path):
    """Write the header of 8 GB of fill values."""
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 2), ("sample", MANY // 2), ("coordinate", 1)):
            file.createDimension(name, size)
        file.createVariable("time", "f8", ("time",))[:] = [0.0, 1.0]
        file.createVariable("samples", "f8", ("time", "sample", "coordinate"), zlib=True)


def vast_chunks(path):
    """Write few values in chunks of 800 MB."""
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", None)
        file.createVariable("time", "f8", ("time",), zlib=True, chunksizes=(10**8,))


def fills(shape, chunks):
    """Return a function that writes the header of an array of fill values alone."""

    def given(path):
        group = zarr.open_group(path, mode="w")
        names = ("time", "sample", "coordinate")
        group.create_array(
            "samples",
            shape=shape,
            chunks=chunks,
            dtype="f8",
            dimension_names=names,
            compressors=GzipCodec(),
        )

    return given


WRONG = "Expected a readable file"
FILES = [
    *[(f"half of {name}", name, spoil(half), str(name)) for name in SOUND],
    *[(f"{name} with flipped bits", name, spoil(flipped), str(name)) for name in SOUND],
    *[(f"a pickle as {name}", name, spoil(disguised), str(name)) for name in SOUND],
    *[(f"nothing in {name}", name, spoil(lambda content: b""), WRONG) for name in SOUND],
    ("zeros, deflated", "a.npz", unpacked_npz, "64 MB"),
    ("a promise of 8 TB", "a.npz", promised_npz, "another number of bytes"),
    ("another compression", "a.npz", other_method, "neither stored nor deflated"),
    (
        "objects",
        "a.npz",
        lambda p: np.savez(p, samples=np.asarray([1, None]), times=TIMES),
        "(a pickle)",
    ),
    ("short lines", "a.csv", short_lines, "64 MB"),
    ("a header alone", "a.csv", lambda p: p.write_text("time,x\n"), "not empty"),
    ("one value often", "a.parquet", one_value, "64 MB"),
    (
        "words for states",
        "a.parquet",
        lambda p: TABLE.assign(x1="here").to_parquet(p),
        "Expected numbers in x1",
    ),
    ("fill values", "a.nc", never_written, "64 MB"),
    ("vast chunks", "a.nc", vast_chunks, "64 MB"),
    ("fill values", "a.zarr", fills((2, MANY, 1), (1, 10**6, 1)), "64 MB"),
    ("vast chunks", "a.zarr", fills((2, 10, 1), (1, 10**8, 1)), "64 MB"),
    ("missing chunks", "a.zarr", fills((2, 10**6, 1), (1, 1, 1)), "nearly all missing"),
    (
        "no axis but one of no length",
        "a.npz",
        lambda p: np.savez(p, samples=np.zeros((0, 3)), times=TIMES),
        "3 axes",
    ),
    ("a lone number", "a.npz", lambda p: np.savez(p, time=1.0, x=2.0), "got shapes [()]"),
    (
        "as many parameters as rows",
        "a.npz",
        lambda p: np.savez(p, time=np.arange(2e5), x=np.zeros(200_000), mu=np.arange(2e5)),
        "got none of mu = [0.0] at time 1. Use only the 0 times",
    ),
]


def file_cases(of, call, entries):
    return {
        label: case
        for name, file, given, says in entries
        for label, case in cases(
            of,
            [(f"{file}: {name}", lambda folder, file=file: call(folder / file), says)],
            given=lambda folder, file=file, given=given: given(folder / file),
        ).items()
    }


def load_toml(text):
    return lambda path: path.write_bytes(text)


POPULATION = Population(np.zeros((1, 5, 4, 1)), np.arange(5.0), 0.0)
CASES = {
    **file_cases("hoam.readers.read", read, FILES),
    **file_cases("hoam.population.Population.from_file", Population.from_file, FILES[:4]),
    **file_cases(
        "hoam.population.Population.from_file",
        Population.from_file,
        [
            (
                "snapshots without samples",
                "a.npz",
                lambda p: np.savez(p, samples=np.full((3, 4, 1), np.nan), times=TIMES),
                "at least one sample",
            ),
            (
                "an axis of no length",
                "a.npz",
                lambda p: np.savez(p, samples=np.zeros((3, 0, 1)), times=TIMES),
                "at least one sample",
            ),
        ],
    ),
    **file_cases(
        "hoam.readers.read_states",
        read_states,
        [
            *[entry for entry in FILES if entry[0] in ("nothing in a.csv", "zeros, deflated")],
            ("no states", "a.npz", lambda p: np.savez(p, y=MUS), "begin with x"),
            ("a dataset", "a.nc", spoil(bytes), "ending in"),
        ],
    ),
    **cases(
        "hoam.readers.read",
        [("nothing", lambda folder: read(folder / "a.npz"), "nothing there")],
        error=FileNotFoundError,
    ),
    **cases(
        "hoam.population.Population.from_arrays",
        [
            (name, lambda folder, call=call: Population.from_arrays(*call), says)
            for name, call, says in [
                ("a snapshot too few", (list(GOOD[0][:2]), TIMES), "got [2] snapshots"),
                ("an empty snapshot", (GOOD[0][:, :0], TIMES), "at least one sample"),
                ("NaN", (GOOD[0] * np.nan, TIMES), "finite samples"),
            ]
        ],
    ),
    **cases(
        "hoam.population.Population.hold_out",
        [
            (str(times), lambda folder, times=times: POPULATION.hold_out(times), f"got {times}")
            for times in ([], [0.0], [2.5], [1.0, 9.0])
        ],
    ),
    **file_cases(
        "hoam.settings.load_settings",
        load_settings,
        [
            (says, "fit.toml", load_toml(text), says)
            for text, says in [
                (b"[data", "Expected TOML"),
                (b"\xff\xfe", "Expected TOML"),
                (b"[network]\nwidht = 3", "widht"),
                (b"[training]\nsteps = 2.5", "training.steps"),
                (b'[training]\nmethod = "magic"', "training.method"),
                (b"data = 3", "table [data]"),
            ]
        ],
    ),
}
