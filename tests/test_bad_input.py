"""Bad input: the documented error within a second, before any compilation, and nothing written."""

import importlib
import inspect
import pkgutil
import re
import time

import bad_contents
import bad_formats
import bad_runs
import bad_stores
import bad_values
import numpy as np
import pytest
import translation
from faults import assert_clear

import hoam
from hoam import check
from hoam.results import dumps, versions

pytestmark = pytest.mark.usefixtures("as_users_run_it")
KEY = bad_values.KEY
CASES = {
    **bad_values.POPULATIONS,
    **bad_values.SELECTIONS,
    **bad_values.RULES,
    **bad_values.METHODS,
    **bad_runs.METRICS,
    **bad_runs.SYSTEMS,
    **bad_runs.TRAININGS,
    **bad_runs.SAMPLES,
    **bad_contents.CASES,
    **bad_formats.CASES,
    **bad_stores.CASES,
}
#: Documented errors that are no matter of input, and the tests that raise them.
ELSEWHERE = {
    "hoam.arguments.as_floats": "as_times and as_parameters",
    "hoam.arguments.as_whole": "all that take a whole number",
    "hoam.checkpoints.fill_tree": "test_checkpoints",
    "hoam.checkpoints.load_arrays": "test_checkpoints",
    "hoam.checkpoints.save_tree": "test_checkpoints",
    "hoam.descriptions.restore": "load",
    "hoam.formats.check_size": "read",
    "hoam.formats.guarded": "read",
    "hoam.formats.load_csv": "read",
    "hoam.formats.load_npz": "read",
    "hoam.formats.load_parquet": "read",
    "hoam.formats.package": "test_readers",
    "hoam.files.held": "test_files",
    "hoam.files.write_atomically": "test_files",
    "hoam.histograms.Cells": "test_histograms",
    "hoam.histograms.Cells.shares": "test_histograms",
    "hoam.histograms.sampling_distance": "test_histograms",
    "hoam.histograms.total_variation": "test_histograms",
    "hoam.inference.check_steps": "Model.sample",
    "hoam.inference.roll_out": "test_model",
    "hoam.monitors.means": "test_commands",
    "hoam.nodes.node_sampler": "node_table",
    "hoam.output.refuse_existing": "test_commands",
    "hoam.quantisation.restore": "quantise",
    "hoam.report.Report.figure": "test_report",
    "hoam.resampling.equal_sizes": "test_population",
    "hoam.results.read_results": "recorded_numbers",
    "hoam.settings.Data": "load_settings",
    "hoam.settings.Network": "load_settings",
    "hoam.settings.Training": "load_settings",
    "hoam.stores.load_netcdf": "read",
    "hoam.stores.load_zarr": "read",
    "hoam.survey.survey": "on_times",
    "hoam.training_state.require_finite": "test_train",
}


@pytest.fixture(scope="module")
def model():
    """An untrained model of a translation."""
    return translation.untrained()


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("no_tracing")
@pytest.mark.parametrize("name", CASES)
def test_bad_input_gets_its_documented_error_at_once_and_nothing_is_written(name, tmp_path):
    case = CASES[name]
    case.given(tmp_path)
    before = contents(tmp_path)
    began = time.process_time()
    with pytest.raises(case.error, match="Expected") as error:
        case.call(tmp_path)
    assert time.process_time() - began < 1
    assert type(error.value) is case.error
    assert_clear(error, case.says)
    assert contents(tmp_path) == before


def documented():
    """Yield the public functions, methods and classes of the package that document an error."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(hoam.__path__, "hoam.")
        if not found.name.startswith("hoam.matrix")
    ]
    for module in modules:
        for name, thing in inspect.getmembers(module):
            if getattr(thing, "__module__", "") != module.__name__ or name.startswith("_"):
                continue
            members = vars(thing).items() if inspect.isclass(thing) else ()
            for path, entry in [(name, thing), *((f"{name}.{n}", m) for n, m in members)]:
                text = getattr(entry, "__doc__", None) or ""
                if "Raises:" in text and "._" not in path:
                    yield f"{module.__name__}.{path}"


def test_every_documented_error_has_a_case():
    found = set(documented())
    covered = {case.of for case in CASES.values()}
    assert len(CASES) >= 60
    assert found - covered - set(ELSEWHERE) == set()
    assert {of for of in covered if of not in found} <= {
        "hoam.metrics.energy.relative_error",  # by its helper
        "hoam.systems.loading.check_loading",  # in its first line
    }


@pytest.mark.parametrize("change", [{"mu": 0.4}, {"mu": 1.6}, {"times": np.asarray([0.0, 2.5])}])
def test_leaving_the_trained_range_warns_of_extrapolation_and_still_samples(model, change):
    x0 = np.ones((4, 2), np.float32)
    arguments = {"times": np.asarray([0.0, 2.0]), "mu": 1.0, "max_step": 0.25, **change}
    with pytest.warns(UserWarning, match="extrapolation"):
        path = model.sample(KEY, x0, **arguments)
    assert np.isfinite(path).all()


@pytest.mark.parametrize(
    "change",
    [{"profile": "quick"}, {"notebook": "another"}, {"versions": {**versions(), "jax": "0.0.1"}}],
)
def test_a_results_file_from_another_run_does_not_pass_and_is_left_as_it_is(tmp_path, change):
    results, reference = tmp_path / "results", tmp_path / "reference"
    results.mkdir()
    reference.mkdir()
    (reference / "one.toml").write_text('notebook = "one"\nprofile = "book"\n')
    run = {"notebook": "one", "profile": "book", "versions": versions(), "figures": {}, **change}
    path = results / "one.json"
    path.write_text(dumps(run))
    before = path.read_bytes()
    (outcome,) = check.check(results, reference)
    assert not outcome.passed
    assert re.search(r"Expected a results file of this run.*; got .*\. Use ", outcome.message)
    assert path.read_bytes() == before
