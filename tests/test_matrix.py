"""The version matrix was measured with today's bounds, and came out as the page says."""

import math
import os
import sys

import hoam_versions
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from hoam.references import Reference
from hoam.results import read_toml
from tests import matrix
from tests.matrix_bounds import ENVIRONMENTS, NUMERICS, Environment, lowest, problems

RECORD = matrix.record()
FIRST = next(iter(ENVIRONMENTS))
LOWEST = Environment("3.12", "lowest")


def test_every_environment_of_the_table_was_measured_and_no_other():
    assert list(RECORD) == list(ENVIRONMENTS)


def test_the_table_holds_both_pythons_and_all_rules(root):
    pythons = {environment.python for environment in ENVIRONMENTS.values()}
    workflow = yaml.safe_load((root / ".github" / "workflows" / "ci.yml").read_text())
    job = workflow["jobs"]["all"]
    assert pythons == set(job["strategy"]["matrix"]["python"])
    (run,) = [step for step in job["steps"] if step.get("run") == ".ci/run"]
    assert run["env"] == {"PYTHON": "python${{ matrix.python }}"}  # not the newest that make finds
    bounds = SpecifierSet(read_toml(root / "pyproject.toml")["project"]["requires-python"])
    (bound,) = bounds
    assert min(pythons, key=Version) == bound.version
    assert {e.versions for e in ENVIRONMENTS.values()} == {"lock", "lowest", "newest"}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_record_is_of_the_bounds_and_the_lock_of_today(name):
    assert problems(ENVIRONMENTS[name], RECORD[name]) == []


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_test_failed_and_as_many_ran_everywhere(name):
    entry, first = RECORD[name], RECORD[FIRST]
    assert entry["failed"] == []
    assert entry["passed"] + entry["skipped"] == first["passed"] + first["skipped"]
    assert entry["passed"] > 10 * len(matrix.TESTS)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_number_is_within_its_tolerance_and_near_that_of_the_lock(name, root):
    entry = RECORD[name]
    assert list(entry["numbers"]) == list(matrix.NOTEBOOKS)
    assert hoam_versions.outside(entry, root) == []
    assert hoam_versions.largest(entry, RECORD[FIRST], root)[0] <= 1


@pytest.mark.parametrize("package", [*NUMERICS, "jaxlib"])
def test_the_lock_is_between_lowest_and_newest(package):
    of = {name: Version(entry["versions"][package]) for name, entry in RECORD.items()}
    below, above = "python-3.12-lowest", "python-3.13-newest"
    assert of[below] <= of["python-3.12-lock"] == of["python-3.13-lock"] <= of[above]


@pytest.fixture
def project(tmp_path):
    """A repository with bounds and a lock."""
    lines = ['"jax>=0.5"', '"numpy>=2,<3"', '"tqdm>=4"']
    (tmp_path / "pyproject.toml").write_text(f"[project]\ndependencies = [{', '.join(lines)}]\n")
    pins = {"flax": "1.0", "jax": "0.6", "jaxlib": "0.6", "numpy": "2.1", "optax": "1.0"}
    lock = "".join(f"{name}=={version} \\\n    --hash=sha256:0\n" for name, version in pins.items())
    (tmp_path / "requirements.lock").write_text(lock)
    return tmp_path


def measured(**versions):
    """What is recorded of an environment, as far as its bounds go."""
    known = {"python": "3.12.1", "jax": "0.5.0", "jaxlib": "0.5", "flax": "1.0", "optax": "1.0"}
    return {
        "versions": known | {"numpy": "2.0"} | versions,
        "dependencies": ["jax>=0.5", "numpy>=2,<3", "tqdm>=4"],
        "tests": [*matrix.TESTS],
        "numbers": {name: {} for name in matrix.NOTEBOOKS},
    }


def test_a_record_of_other_bounds_is_out_of_date(project):
    assert problems(LOWEST, measured(), project) == []
    assert problems(LOWEST, measured(jax="0.5.1"), project) == ["jax 0.5.1"]
    assert problems(LOWEST, measured(python="3.13.0"), project) == ["Python 3.13.0"]
    newest = Environment("3.12", "newest")
    assert problems(newest, measured(jax="0.7"), project) == []
    assert problems(newest, measured(numpy="3.0"), project) == ["numpy 3.0"]
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace("tqdm>=4", "tqdm>=5"))
    assert problems(LOWEST, measured(), project) == ["other dependencies"]


def test_a_record_of_another_lock_is_out_of_date(project):
    lock = Environment("3.12", "lock")
    assert problems(lock, measured(jax="0.6", jaxlib="0.6", numpy="2.1"), project) == []
    assert problems(lock, measured(jax="0.6", jaxlib="0.6"), project) == ["numpy 2.0"]


def test_a_record_of_other_tests_or_notebooks_is_out_of_date(project):
    entry = measured()
    assert problems(LOWEST, entry | {"tests": entry["tests"][1:]}, project) == ["other tests"]
    fewer = {name: {} for name in matrix.NOTEBOOKS[1:]}
    assert problems(LOWEST, entry | {"numbers": fewer}, project) == ["other notebooks"]


def test_a_dependency_without_a_lower_bound_is_refused():
    assert lowest(Requirement("jax>=0.12,<1")) == Version("0.12.0")
    with pytest.raises(ValueError, match="Expected a lower bound; got 'jax<1'"):
        lowest(Requirement("jax<1"))


def test_lock_lowest_and_newest_are_resolved_as_named():
    lock, low, new = (
        matrix.resolution(Environment("3.12", rule)) for rule in ("lock", "lowest", "newest")
    )
    assert lock == ["--require-hashes", "--requirement", "requirements.lock"]
    assert low[:4] == ["--resolution", "lowest-direct", "-r", "pyproject.toml"]
    assert new[:3] == ["--upgrade", "-r", "pyproject.toml"]
    assert low[4:] == new[3:]
    assert low[4:6] == ["--extra", "data"]
    assert [tool.partition("==")[0] for tool in low[6:]] == list(matrix.TOOLS)


def test_a_notebook_that_is_measured_again_gives_the_record_the_date_of_the_day(
    tmp_path, monkeypatch
):
    numbers = {name: {"fig-a.x": 1.0} for name in matrix.NOTEBOOKS}
    former = {"versions": {"jax": "1"}, "numbers": numbers, "date": "2024-10-16", "passed": 7}
    monkeypatch.setattr(matrix, "make", lambda *_: "python")
    monkeypatch.setattr(matrix, "versions", lambda *_: {"jax": "1", "zarr": "3"})
    monkeypatch.setattr(matrix, "run_notebooks", lambda *_: {"bistable": {"fig-a.x": 2.0}})
    entry = matrix.measure_again(LOWEST, "bistable", former)
    assert entry == former | {"numbers": entry["numbers"], "date": matrix.today()}
    assert entry["numbers"] == numbers | {"bistable": {"fig-a.x": 2.0}}


def test_tests_and_notebooks_of_the_matrix_exist(root):
    assert all((root / "tests" / f"test_{name}.py").is_file() for name in matrix.TESTS)
    assert all((root / "notebooks" / f"{name}.py").is_file() for name in matrix.NOTEBOOKS)


def test_a_python_is_found_on_the_path_or_among_those_of_pyenv(tmp_path, monkeypatch):
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    other = tmp_path / "shims" / f"python{minor}"
    good = tmp_path / ".pyenv" / "versions" / f"{minor}.9" / "bin" / "python"
    for path, code in ((other, "exit 127"), (good, f'exec "{sys.executable}" "$@"')):
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\n{code}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{other.parent}{os.pathsep}{os.environ['PATH']}")
    assert matrix.interpreter(minor, home=tmp_path) == str(good)
    with pytest.raises(RuntimeError, match=r"Expected Python 3\.99 .*; got none that runs"):
        matrix.interpreter("3.99", home=tmp_path)


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path):
    command = [sys.executable, "-c", "import sys; print('no such version'); sys.exit(3)"]
    with pytest.raises(RuntimeError, match=r"got 3: no such version"):
        matrix.call(command, tmp_path / "log")
    matrix.call(command, tmp_path / "log", codes=(3,))


def test_outcomes_are_read_from_the_report_of_the_tests(tmp_path):
    case = '<testcase classname="tests.test_a" name="{}">{}</testcase>'
    cases = [
        case.format("good", ""),
        case.format("slow", "<skipped/>"),
        case.format("bad[1]", "<failure/>"),
        case.format("broken", "<error/>"),
    ]
    (tmp_path / "t.xml").write_text(
        f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"
    )
    found = matrix.outcomes(tmp_path / "t.xml")
    assert found == {"passed": 1, "skipped": 1, "failed": ["test_a::bad[1]", "test_a::broken"]}


def test_the_record_keeps_the_order_of_the_table_and_what_is_there(tmp_path):
    path = tmp_path / "record.toml"
    names = list(ENVIRONMENTS)
    for name, passed in [(names[2], 1), (names[0], 2), (names[2], 3)]:
        matrix.note({"name": name, "passed": passed, "numbers": {"a": {"fig-a.x": 0.5}}}, path)
    assert list(matrix.record(path)) == [names[0], names[2]]
    assert matrix.record(path)[names[2]]["passed"] == 3
    assert matrix.record(path)[names[0]]["numbers"] == {"a": {"fig-a.x": 0.5}}


def test_a_deviation_is_in_units_of_the_tolerance():
    words = {"kind": "build", "source": "a", "why": "b"}
    near = Reference("fig-a", "x", value=2.0, rtol=0.1, atol=0.3, **words)
    assert hoam_versions.deviation(2.25, 2.0, near) == pytest.approx(0.5)
    exact = Reference("fig-a", "x", value=2.0, atol=0.0, **words)
    assert hoam_versions.deviation(2.0, 2.0, exact) == 0
    assert hoam_versions.deviation(3.0, 2.0, exact) == math.inf


@pytest.fixture
def book(tmp_path):
    """A record of two environments and the references of its one notebook."""
    (tmp_path / "tests" / "reference").mkdir(parents=True)
    words = 'kind = "build"\nsource = "a"\nwhy = "b"\n'
    (tmp_path / "tests" / "reference" / "a.toml").write_text(
        'notebook = "a"\nprofile = "book"\n'
        f'["fig-a".x]\nvalue = 1.0\natol = 0.1\n{words}["fig-a".low]\nlower = 0.0\n{words}'
    )
    return tmp_path


def write_record(book, numbers, failed=()):
    """Write the record of the lock, and of another environment with other numbers."""
    versions = dict.fromkeys(("python", "hoam", "jaxlib", *NUMERICS), "1.2")
    known = {"versions": versions, "skipped": 0, "date": "2024-10-16", "passed": 5}
    first = {"name": "python-1.2-lock", "failed": [], "numbers": {"a": {"fig-a.x": 1.0}}}
    first["numbers"]["a"]["fig-a.low"] = 7.0
    other = {"name": "python-1.2-lowest", "failed": list(failed), "numbers": {"a": numbers}}
    document = matrix.tomlkit.dumps({"environment": [first | known, other | known]})
    (book / hoam_versions.RECORD).write_text(document)


def test_the_page_counts_the_environments_where_all_is_well(book):
    write_record(book, {"fig-a.x": 1.05, "fig-a.low": 9.0})
    text = hoam_versions.versions_table(book)
    assert "**In 2 of 2 environments all tests passed and all numbers" in text
    assert "(5 tests, 2 numbers of the notebooks `a`; 2024-10-16, version 1.2)" in text
    assert "| 1.2, lock | 1.2 | 1.2 | 1.2 | 1.2 | 0 | 0 |  |" in text
    assert "| 1.2, lowest | 1.2 | 1.2 | 1.2 | 1.2 | 0 | 0 | 0.5 |" in text


@pytest.mark.parametrize(
    ("numbers", "failed", "row"),
    [
        ({"fig-a.x": 1.0, "fig-a.low": 1.0}, ["test_b::c"], "| 1 | 0 | 0 |"),
        ({"fig-a.x": 1.2, "fig-a.low": 1.0}, [], "| 0 | 1 | 2 |"),
        ({"fig-a.x": 1.0, "fig-a.low": -1.0}, [], "| 0 | 1 | 0 |"),
        ({"fig-a.low": 1.0}, [], "| 0 | 1 | nan |"),
    ],
)
def test_the_page_shows_what_failed(book, numbers, failed, row):
    write_record(book, numbers, failed)
    text = hoam_versions.versions_table(book)
    assert "**In 1 of 2 environments all tests" in text
    assert row in text
