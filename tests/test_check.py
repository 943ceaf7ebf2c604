"""The number check itself: what passes, what fails, and that a failure names its figure."""

import functools
import json
import math
import re
import shutil
from pathlib import Path

import pytest

from hoam import references
from hoam.check import check, main, table
from hoam.results import dumps, versions

#: Reading a file of references takes most of the time of a test on one of its numbers.
read = functools.cache(references.read)
REFERENCES = Path(__file__).parent / "reference"
FILES = sorted(REFERENCES.glob("*.toml"))
ALL = [
    pytest.param(path, reference, id=f"{path.stem}:{reference.figure}.{reference.name}")
    for path in FILES
    for reference in read(path)[1].values()
]
EXAMPLE = """notebook = "example"
profile = "book"
["fig-a".error]
value = 2.0
rtol = 0.1
kind = "claim"
source = "closed form"
why = "seeds"
"""


def passing_value(reference):
    """Return a number that the reference accepts: its value, or one within its bounds."""
    if reference.value is not None:
        return reference.value
    if reference.lower is None:
        return reference.upper
    return reference.lower


def perturbed_value(reference):
    """Return a number just beyond what the reference accepts."""
    edge = reference.upper
    if reference.value is not None:
        edge = reference.value + reference.margin
    elif edge is None:
        return reference.lower - max(1e-6, 0.01 * abs(reference.lower))
    return edge + max(1e-6, 0.01 * abs(edge))


def results_of(path, values):
    """Return the content of a results file that a run with these values would write."""
    profile, entries = read(path)
    figures = {figure: {"numbers": {}, "files": []} for figure, _ in entries}
    for (figure, name), reference in entries.items():
        figures[figure]["numbers"][name] = values.get((figure, name), passing_value(reference))
    return {
        "notebook": path.stem,
        "profile": profile,
        "seconds": 1.0,
        "versions": versions(),
        "figures": figures,
    }


@pytest.fixture
def places(tmp_path):
    """A repository with one reference file and a results file that passes."""
    (tmp_path / "pyproject.toml").touch()
    reference = tmp_path / "tests" / "reference"
    reference.mkdir(parents=True)
    (reference / "example.toml").write_text(EXAMPLE)
    (tmp_path / "results").mkdir()
    store(tmp_path, results_of(reference / "example.toml", {}))
    return tmp_path


def store(places, content, name="example"):
    (places / "results" / f"{name}.json").write_text(dumps(content))


def failures(places, **options):
    found = check(places / "results", places / "tests" / "reference", **options)
    return [entry.message for entry in found if not entry.passed]


@pytest.fixture(scope="session")
def alone(tmp_path_factory):
    """Return a function from a reference file to a folder that holds this file alone."""
    folder = tmp_path_factory.mktemp("references")

    def copy(path):
        target = folder / path.stem / path.name
        if not target.exists():
            target.parent.mkdir()
            shutil.copy(path, target)
        return target.parent

    return copy


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_expected_values_pass(tmp_path, path):
    store_file = tmp_path / f"{path.stem}.json"
    store_file.write_text(dumps(results_of(path, {})))
    found = [c for c in check(tmp_path, REFERENCES) if c.notebook == path.stem]
    assert [entry.message for entry in found if not entry.passed] == []


@pytest.mark.parametrize(("path", "reference"), ALL)
def test_a_perturbed_number_fails_and_names_its_figure(tmp_path, alone, path, reference):
    folder = alone(path)
    values = {(reference.figure, reference.name): perturbed_value(reference)}
    results = results_of(folder / path.name, values)
    (tmp_path / f"{path.stem}.json").write_text(dumps(results))
    found = check(tmp_path, folder)
    (failure,) = [entry for entry in found if not entry.passed]
    assert (failure.figure, failure.name) == (reference.figure, reference.name)
    assert f"{reference.figure}.{reference.name}" in failure.message


def test_a_number_within_tolerance_passes_and_shows_its_ratio(places):
    content = json.loads((places / "results" / "example.json").read_text())
    content["figures"]["fig-a"]["numbers"]["error"] = 2.1
    store(places, content)
    (entry,) = check(places / "results", places / "tests" / "reference")
    assert entry.passed
    assert entry.ratio == pytest.approx(1.05)
    assert "1.0500" in table([entry])


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"error": 2.3}, r"fig-a\.error: Expected 2 ± 10 %; got 2\.3 \(ratio 1\.15\)"),
        ({"error": math.nan}, r"fig-a\.error: Expected a finite number; got nan"),
        ({}, r"fig-a\.error: Expected a recorded number; got none"),
        ({"error": 2.0, "more": 1.0}, r"fig-a\.more: Expected a reference for every recorded"),
    ],
)
def test_what_is_off_missing_extra_or_nan_fails(places, numbers, message):
    content = json.loads((places / "results" / "example.json").read_text())
    content["figures"]["fig-a"]["numbers"] = numbers
    store(places, content)
    (failure,) = failures(places)
    assert re.search(message, failure)


@pytest.mark.parametrize("number", [0.0, -0.0, 3.0])
def test_a_number_without_reference_is_shown_as_recorded(places, number):
    content = json.loads((places / "results" / "example.json").read_text())
    content["figures"]["fig-a"]["numbers"]["more"] = number
    store(places, content)
    found = check(places / "results", places / "tests" / "reference")
    (entry,) = [entry for entry in found if entry.name == "more"]
    assert not entry.passed
    assert entry.value == number


@pytest.mark.parametrize(
    "change",
    [{"notebook": "other"}, {"profile": "quick"}, {"versions": versions() | {"jax": "0.0.1"}}],
)
def test_a_results_file_from_another_run_fails(places, change):
    content = json.loads((places / "results" / "example.json").read_text())
    store(places, content | change)
    (failure,) = failures(places)
    assert "Expected a results file of this run" in failure


def test_a_truncated_or_absent_results_file_fails(places):
    target = places / "results" / "example.json"
    target.write_text(target.read_text()[:40])
    assert "Expected a readable results file" in failures(places)[0]
    target.unlink()
    assert "Expected a readable results file" in failures(places)[0]


def test_results_without_references_fail(places):
    content = json.loads((places / "results" / "example.json").read_text())
    store(places, content | {"notebook": "other", "figures": {}}, name="other")
    (failure,) = failures(places)
    assert "Expected references in other.toml" in failure


def test_a_figure_has_one_notebook(places):
    reference = places / "tests" / "reference"
    (reference / "other.toml").write_text(EXAMPLE.replace("example", "other"))
    store(places, results_of(reference / "other.toml", {}), name="other")
    (failure,) = failures(places)
    assert "fig-a: Expected one notebook to own it; got 2" in failure


def test_a_quick_run_is_held_to_existence_only(places):
    content = json.loads((places / "results" / "example.json").read_text())
    content["figures"]["fig-a"]["numbers"]["error"] = 100.0
    store(places, content | {"profile": "quick"})
    assert failures(places, profile="quick") == []
    store(places, content | {"profile": "full"})
    assert len(failures(places, profile="full")) == 1


def test_the_command_exits_with_the_outcome(places, capsys):
    assert main(["--root", str(places), "check"]) == 0
    assert "1 of 1 numbers pass" in capsys.readouterr().out
    (places / "results" / "example.json").unlink()
    assert main(["--root", str(places), "check"]) == 1


def test_an_update_is_refused_in_ci(places, monkeypatch):
    command = ["--root", str(places), "update", "example", "fig-a", "error", "--reason", "a reason"]
    monkeypatch.setenv("CI", "1")
    with pytest.raises(SystemExit, match="got CI"):
        main(command)
    monkeypatch.delenv("CI")
    assert main(command) == 0
