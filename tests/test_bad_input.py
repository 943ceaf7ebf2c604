"""Bad input: the documented error within a second, before any compilation, and nothing written."""

import re
import time

import bad_contents
import bad_drawings
import bad_draws
import bad_formats
import bad_kinds
import bad_numerics
import bad_outputs
import bad_physics
import bad_runs
import bad_runs_kinds
import bad_stores
import bad_values
import numpy as np
import pytest
import translation
from faults import assert_clear
from public_names import NO_CASE, callables

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
    **bad_numerics.CASES,
    **bad_physics.CASES,
    **bad_drawings.CASES,
    **bad_draws.CASES,
    **bad_outputs.CASES,
    **bad_kinds.CASES,
    **bad_runs_kinds.CASES,
}


@pytest.fixture(scope="module")
def model():
    """An untrained model of a translation."""
    return translation.untrained()


def contents(folder):
    """Return all files with their bytes, and the folders, of which an empty one counts too."""
    return {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}


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


def test_all_that_takes_arguments_has_a_case_or_a_reason_to_have_none():
    public, covered = dict(callables()), {case.of for case in CASES.values()}
    listed = [name for names in NO_CASE.values() for name in names.split()]
    excused = set(listed)
    assert len(listed) == len(excused)
    assert set(public) - covered == excused
    assert {of for of in covered if of not in public} == set()
    silent = {of for of in covered if "Raises:" not in public[of]}
    # Documented in one line, or by the help that is made of their docstring.
    assert silent == {
        "hoam.systems.loading.check_loading",
        *(f"hoam.commands.{name}" for name in ("check", "fit", "sample")),
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
