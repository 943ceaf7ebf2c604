import datetime
import json
import math
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from hoam import results
from hoam.report import Report


@pytest.fixture
def report(tmp_path):
    return Report("example", profile="quick", root=tmp_path)


@pytest.fixture
def drawing():
    figure, axes = plt.subplots()
    axes.plot([0.0, 1.0])
    yield figure
    plt.close(figure)


def read(tmp_path, name="example.json"):
    return json.loads((tmp_path / "results" / name).read_text())


def test_a_recorded_number_is_in_the_results_file_with_its_run(report, tmp_path):
    report.record("fig-a", error=np.float32(0.5), nodes=4, stable=np.True_)
    content = read(tmp_path)
    assert content["figures"]["fig-a"]["numbers"] == {"error": 0.5, "nodes": 4.0, "stable": 1.0}
    assert (content["notebook"], content["profile"]) == ("example", "quick")
    assert content["seconds"] >= 0
    assert (
        datetime.date.fromisoformat(content["date"]) <= datetime.datetime.now(datetime.UTC).date()
    )
    assert re.fullmatch(r"\w+ \w+, .+, \d+ cores", content["machine"])
    assert set(content["versions"]) >= {"python", "jax", "jaxlib", "flax", "optax", "numpy", "hoam"}


def test_results_hold_no_path_of_the_machine(report, tmp_path):
    report.record("fig-a", error=0.5)
    assert str(tmp_path) not in (tmp_path / "results" / "example.json").read_text()


def test_a_new_report_starts_from_nothing(report, tmp_path):
    report.record("fig-a", error=0.5)
    Report("example", profile="quick", root=tmp_path)
    assert read(tmp_path)["figures"] == {}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_kept_in_strict_json(report, tmp_path, number):
    report.record("fig-a", error=number)
    stored = read(tmp_path)["figures"]["fig-a"]["numbers"]["error"]
    assert isinstance(stored, str)
    assert float(stored) == pytest.approx(number, nan_ok=True)


def test_the_same_number_may_be_recorded_twice_but_not_with_another_value(report):
    report.record("fig-a", error=0.5, missing=math.nan)
    report.record("fig-a", error=0.5, missing=math.nan)
    with pytest.raises(ValueError, match=r"Expected one value for fig-a\.error; got 0\.5 and then"):
        report.record("fig-a", error=0.6)


@pytest.mark.parametrize("value", [np.ones(1), np.ones((2, 2)), "0.5", None, 1j])
def test_only_single_real_numbers_are_recorded(report, value):
    with pytest.raises(TypeError, match=r"number for fig-a\.error"):
        report.record("fig-a", error=value)


@pytest.mark.parametrize("figure", ["a", "fig", "fig-", "fig-A", "fig_a", "fig-a b", "fig-a/b"])
def test_a_malformed_figure_id_is_an_error(report, figure):
    with pytest.raises(ValueError, match="Expected a figure id"):
        report.record(figure, error=0.5)


def test_an_unknown_profile_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="Expected profile"):
        Report("example", profile="fast", root=tmp_path)


def test_columns_of_one_length_become_a_table_and_others_an_archive(report, tmp_path, drawing):
    figures = tmp_path / "results" / "figures"
    t = np.linspace(0, 1, 5)
    report.figure("fig-a", drawing, data={"t": t, "energy": t**2}, units={"t": "s"})
    table = np.genfromtxt(figures / "fig-a.csv", delimiter=",", names=True)
    np.testing.assert_allclose(table["energy"], t**2, rtol=1e-8)
    report.figure("fig-a", drawing, data={"t": t, "density": np.ones((5, 2))})
    assert not (figures / "fig-a.csv").exists()
    with np.load(figures / "fig-a.npz", allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["density"], np.ones((5, 2)))


def test_a_figure_leaves_its_five_files_and_a_record_of_numbers_and_run(report, tmp_path, drawing):
    report.figure("fig-a", drawing, data={"t": [0, 1]}, parameters={"mu": np.float64(1.25)})
    report.record("fig-a", error=0.5)
    endings = {path.name.removeprefix("fig-a") for path in (tmp_path / "results/figures").iterdir()}
    assert endings == {".png", ".svg", "-slide.png", ".csv", ".json"}
    record = read(tmp_path, "figures/fig-a.json")
    assert record["numbers"] == {"error": 0.5}
    assert record["parameters"] == {"mu": 1.25}
    assert record["notebook"] == "example"
    assert set(record["slide"]) == {"points", "outside", "overlapping", "hidden"}


def test_a_figure_may_be_drawn_anew_for_its_slide(report, tmp_path, drawing):
    other, axes = plt.subplots(facecolor="black")
    axes.set_visible(False)
    report.figure("fig-a", drawing, data={"t": [0, 1]}, slide=other)
    plt.close(other)
    folder = tmp_path / "results" / "figures"
    page, slide = (plt.imread(folder / f"fig-a{end}") for end in (".png", "-slide.png"))
    # Nothing is drawn but the line at the foot.
    assert (page[: len(page) // 2, :, :3] < 0.9).any()
    assert not (slide[: len(slide) // 2, :, :3] < 0.9).any()


@pytest.mark.parametrize(("data", "units"), [({}, {}), ({"t": [0, 1]}, {"x": "m"})])
def test_a_figure_needs_data_and_units_of_its_own_arrays(report, drawing, data, units):
    with pytest.raises(ValueError, match="Expected data for fig-a"):
        report.figure("fig-a", drawing, data=data, units=units)


def test_the_root_is_the_directory_with_pyproject_above(tmp_path, root, monkeypatch):
    monkeypatch.chdir(root / "tests" / "reference")
    assert results.project_root() == root
    with pytest.raises(FileNotFoundError, match=r"Expected pyproject\.toml"):
        results.project_root(tmp_path)


def test_the_parameters_of_trainings_are_those_of_all_models_without_repeats():
    records = [
        {"steps": 1000, "seed": seed, "n_samples": 64, "mus": [2.0, 1.5], "validation_mus": [1.75]}
        for seed in (1, 0)
    ]
    found = results.trainings(iter([*records, records[0] | {"steps": 4000, "n_samples": 32}]))
    assert found == {
        "steps": "1000, 4000",
        "seed": "0, 1",
        "samples": "32, 64",
        "mu": "1.5, 2",
        "validation mu": "1.75",
    }
