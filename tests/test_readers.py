"""Files of samples: every format gives the same snapshots, and a bad file one clear error."""

import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from faults import assert_clear

import hoam
from hoam.readers import read, read_states

TIMES = np.asarray([0.0, 0.5, 2.0])
MUS = np.asarray([[1.0, -1.0], [2.0, 3.0]])
SIZES = ((4, 2, 3), (5, 3, 1))


@pytest.fixture
def samples():
    generator = np.random.default_rng(0)
    return [[generator.normal(size=(n, 2)) for n in sizes] for sizes in SIZES]


def padded(samples):
    """The same samples in one array, with rows of NaN."""
    array = np.full((2, 3, 5, 2), np.nan)
    for m, block in enumerate(samples):
        for j, x in enumerate(block):
            array[m, j, : len(x)] = x
    return array


def long_table(samples):
    """One row per sample, in no order, with a column that is no number."""
    rows = [
        {"x_b": row[0], "time": t, "x_a": row[1], "mu1": mu[0], "mu2": mu[1], "cell": "red"}
        for mu, block in zip(MUS, samples, strict=True)
        for t, x in zip(TIMES, block, strict=True)
        for row in x
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


def dataset(samples):
    """The same samples as an xarray dataset, its dimensions in another order."""
    return xr.Dataset(
        {
            "samples": (("parameter", "time", "sample", "coordinate"), padded(samples)),
            "mu": (("parameter", "component"), MUS),
        },
        coords={"time": TIMES},
    ).transpose("sample", "coordinate", "time", "parameter", "component")


def columns(samples):
    table = long_table(samples)
    return {
        "time": table["time"],
        "x": table[["x_b", "x_a"]],
        "mu": table[["mu1", "mu2"]],
    }


WRITERS = {
    "arrays.npz": lambda s, p: np.savez(p, samples=padded(s), times=TIMES, mus=MUS),
    "table.npz": lambda s, p: np.savez(p, **columns(s)),
    "table.csv": lambda s, p: long_table(s).to_csv(p, index=False),
    "table.parquet": lambda s, p: long_table(s).to_parquet(p, index=False),
    "dataset.nc": lambda s, p: dataset(s).to_netcdf(p),
    "dataset.zarr": lambda s, p: dataset(s).to_zarr(p, consolidated=False),
}


def in_order(x):
    return x[np.lexsort(x.T)]


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_snapshots(samples, tmp_path, name):
    WRITERS[name](samples, tmp_path / name)
    found = read(tmp_path / name)
    np.testing.assert_array_equal(found.times, TIMES)
    np.testing.assert_array_equal(found.mus, MUS)
    for block, expected in zip(found.samples, samples, strict=True):
        for x, y in zip(block, expected, strict=True):
            np.testing.assert_allclose(in_order(x), in_order(y), rtol=1e-12)


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_makes_a_population_in_one_call(samples, tmp_path, name):
    WRITERS[name](samples, tmp_path / name)
    population = hoam.Population.from_file(tmp_path / name, n_samples=20, periods=(None, 3.0))
    assert population.samples.shape == (2, 3, 20, 2)
    assert population.periods == (None, 3.0)
    for m, j in np.ndindex(2, 3):
        distinct = np.unique(population.samples[m, j], axis=0)
        np.testing.assert_allclose(in_order(distinct), in_order(samples[m][j]), rtol=1e-12)


def test_a_table_without_a_parameter_has_none(tmp_path):
    table = pd.DataFrame({"time": [0, 0, 1], "x": [1.0, 2.0, 3.0]})
    table.to_csv(tmp_path / "table.csv", index=False)
    found = read(tmp_path / "table.csv")
    assert found.mus is None
    assert [len(x) for x in found.samples[0]] == [2, 1]
    population = hoam.Population.from_file(tmp_path / "table.csv")
    assert population.samples.shape == (1, 2, 2, 1)
    assert population.mus.tolist() == [[0.0]]


def test_arrays_and_datasets_without_a_parameter_have_none(tmp_path):
    values = np.zeros((3, 4, 1))
    np.savez(tmp_path / "a.npz", samples=values, times=TIMES)
    xr.Dataset(
        {"samples": (("time", "sample", "coordinate"), values)}, coords={"time": TIMES}
    ).to_netcdf(tmp_path / "a.nc")
    for name in ("a.npz", "a.nc"):
        found = read(tmp_path / name)
        assert found.mus is None
        assert np.shape(found.samples) == (1, 3, 4, 1)


@pytest.mark.parametrize("suffix", ["npz", "csv", "parquet"])
def test_states_are_read_from_an_array_or_columns(tmp_path, suffix):
    table = pd.DataFrame({"x1": [1.0, 2.0, 3.0], "x2": [4.0, 5.0, 6.0], "name": list("abc")})
    path = tmp_path / f"states.{suffix}"
    if suffix == "npz":
        np.savez(path, x=table[["x1", "x2"]])
    else:
        getattr(table, f"to_{suffix}")(path, index=False)
    np.testing.assert_array_equal(read_states(path), table[["x1", "x2"]])


def bad_table(**changes):
    table = {"time": [0.0, 1.0, 0.0, 1.0], "x": [1.0, 2.0, 3.0, 4.0], "mu": [1.0, 1.0, 2.0, 2.0]}
    return {name: column for name, column in {**table, **changes}.items() if column is not None}


def text(content):
    return lambda path: path.write_text(content)


def table(**changes):
    return lambda path: pd.DataFrame(bad_table(**changes)).to_csv(path, index=False)


def arrays(**content):
    return lambda path: np.savez(path, **content)


BAD = {
    "no time": ("a.csv", table(time=None), "Expected time, x..., and mu"),
    "no state": ("a.csv", table(x=None), "names that begin with x"),
    "a parameter without a time": (
        "a.csv",
        table(time=[0.0, 1.0, 0.0, 2.0]),
        "got none of mu = [1.0] at time 2. Use only the 1 times that all share, [0.]",
    ),
    "text among numbers": ("a.csv", table(x=["1", "2", "many", "4"]), "Expected numbers in x"),
    "dates": (
        "a.parquet",
        lambda path: pd.DataFrame(bad_table(time=pd.to_datetime(["2013-01-01"] * 4))).to_parquet(
            path
        ),
        "datetime64",
    ),
    "a missing value": (
        "a.csv",
        table(x=[1.0, 2.0, None, 4.0]),
        "Expected finite values in ['x'] of",
    ),
    "an empty table": ("a.csv", text(""), "readable"),
    "no table": ("a.parquet", text("a, b, c"), "readable"),
    "no archive": ("a.npz", text("a, b, c"), "readable"),
    "no netCDF": ("a.nc", text("a, b, c"), "readable"),
    "an empty zarr": ("a.zarr", lambda path: path.mkdir(), "readable"),
    "samples without times": (
        "a.npz",
        arrays(samples=np.zeros((2, 3, 1))),
        "Expected an array times beside samples",
    ),
    "foreign names": (
        "a.npz",
        arrays(data=np.zeros(3)),
        "(or arrays samples, times and mus)",
    ),
    "axes that do not fit": (
        "a.npz",
        arrays(samples=np.zeros((3, 4)), times=TIMES),
        "got shape (3, 4)",
    ),
    "columns of two lengths": (
        "a.npz",
        arrays(time=TIMES, x=np.zeros((4, 1))),
        "got 3, 4 and 4",
    ),
    "a dataset without samples": (
        "a.nc",
        lambda path: xr.Dataset({"y": ("time", TIMES)}).to_netcdf(path),
        "variables samples and time",
    ),
    "a dataset with other dimensions": (
        "a.nc",
        lambda path: xr.Dataset(
            {"samples": (("time", "cell", "gene"), np.zeros((3, 2, 2)))}, coords={"time": TIMES}
        ).to_netcdf(path),
        "samples(parameter, time, sample, coordinate)",
    ),
    "an unknown ending": ("a.xlsx", text(""), "Expected a file ending in"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_with_what_was_expected_and_left_as_they_are(tmp_path, case):
    name, write, says = BAD[case]
    path = tmp_path / name
    write(path)
    before = path.read_bytes() if path.is_file() else sorted(path.iterdir())
    with pytest.raises(ValueError, match="Expected") as error:
        read(path)
    assert_clear(error, says)
    assert str(path) in str(error.value)
    assert before == (path.read_bytes() if path.is_file() else sorted(path.iterdir()))


def test_an_array_of_objects_is_not_unpickled(tmp_path):
    path = tmp_path / "a.npz"
    ragged = np.empty(2, dtype=object)
    ragged[:] = [np.zeros(2), np.zeros(3)]
    np.savez(path, samples=ragged, times=TIMES)
    with pytest.raises(ValueError, match="objects \\(a pickle\\)"):
        read(path)


def test_a_missing_file_is_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        read(tmp_path / "a.npz")
    assert_clear(error, "nothing there")


@pytest.mark.parametrize(
    ("name", "package"), [("table.csv", "pandas"), ("table.parquet", "pyarrow"), ("a.nc", "xarray")]
)
def test_a_missing_package_is_named_with_the_way_to_get_it(tmp_path, monkeypatch, name, package):
    (tmp_path / name).write_text("")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModuleNotFoundError) as error:
        read(tmp_path / name)
    assert_clear(error, f"Expected the package {package}")
    assert "hoam[data]" in str(error.value)
