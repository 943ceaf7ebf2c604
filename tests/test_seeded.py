"""The list of seeded faults is up to date, its record good enough, and faults are still noticed."""

import json
import os
import random
import subprocess
import sys

import pytest

from tests import seeded

FAULTS = seeded.faults()


def test_the_list_is_long_and_its_names_differ():
    listed = seeded.FAULTS.read_text().count("[[fault]]")
    assert listed == len(FAULTS) >= 40


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_can_be_put_where_it_is_listed(name, root):
    fault = FAULTS[name]
    assert (root / fault.file).read_text().count(fault.old) == 1
    assert fault.new != fault.old
    for test in fault.tests:
        path, _, function = test.partition("::")
        assert f"def {function}" in (root / path).read_text()


def test_every_record_is_of_the_fault_of_today():
    due = set(FAULTS) - seeded.up_to_date()
    assert not due, f"Use `python -m tests.seeded` to measure {sorted(due)}."


def test_every_fault_was_measured_and_at_least_95_percent_were_caught():
    record = seeded.record()
    assert set(record) == set(FAULTS)
    caught = sum(entry["outcome"] == "caught" for entry in record.values())
    assert caught >= 0.95 * len(record)


def test_three_faults_drawn_at_random_are_noticed(root):
    quick = [n for n, e in seeded.record().items() if e["outcome"] == "caught"]
    drawn = random.SystemRandom().sample(quick, 3)
    command = [sys.executable, "-m", "tests.seeded", "--check", *drawn]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, f"{drawn}\n{done.stdout}\n{done.stderr}"


def test_a_fault_that_has_no_place_is_refused(tmp_path):
    fault = seeded.Fault("gone", "a.py", "x = 1", "x = 2", ())
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n")
    with pytest.raises(ValueError, match="got it 2 times"):
        seeded.seed(fault, tmp_path)


JUDGE = """
import json, sys, tempfile
from pathlib import Path
from tests.seeded import Fault, outcome

for new, test in json.loads(sys.argv[1]):
    tree = Path(tempfile.mkdtemp(dir="."))
    (tree / "tests").mkdir()
    (tree / "a.py").write_text("LIMIT = 1\\n")
    (tree / "tests" / "test_a.py").write_text(sys.argv[2])
    try:
        found = outcome(tree, Fault("f", "a.py", "LIMIT = 1", new, (test,)))
    except (ValueError, RuntimeError) as error:
        found = ["refused", str(error)]
    print("judged", json.dumps(found))
"""
TEST = """
from a import LIMIT

assert LIMIT > 0

def test_limit():
    assert LIMIT == 1
"""
CASES = {
    "a test fails": ("LIMIT = 2", "tests/test_a.py::test_limit"),
    "no test fails": ("LIMIT = 1.0", "tests/test_a.py::test_limit"),
    "the file is not collected": ("LIMIT = -1", "tests/test_a.py"),
    "the file of the test is not collected": ("LIMIT = -1", "tests/test_a.py::test_limit"),
    "a name is gone": ("BOUND = 1", "tests/test_a.py::test_limit"),
    "there is no such test": ("LIMIT = -1", "tests/test_a.py::test_other"),
    "there is no such file": ("LIMIT = -1", "tests/test_b.py"),
    "the fault is no Python": ("LIMIT = = 1", "tests/test_a.py::test_limit"),
    "the fault names nothing": ("LIMIT = MAXIMUM", "tests/test_a.py::test_limit"),
}


@pytest.fixture(scope="module")
def judged(root, tmp_path_factory):
    """What came out of some faults in a package of one line."""
    folder = tmp_path_factory.mktemp("seeded")
    command = [sys.executable, "-c", JUDGE, json.dumps(list(CASES.values())), TEST]
    # Plugins, which this package needs none of, take longer to load than its tests.
    surroundings = {**os.environ, "PYTHONPATH": str(root), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("judged")]
    found = [tuple(json.loads(line.removeprefix("judged"))) for line in lines]
    return dict(zip(CASES, found, strict=True))


def test_a_fault_is_caught_by_a_test_or_missed(judged):
    assert judged["a test fails"] == ("caught", "test_limit")
    assert judged["no test fails"] == ("missed", "")


@pytest.mark.parametrize("case", [name for name in CASES if "collected" in name or "gone" in name])
def test_a_fault_that_stops_the_collection_of_its_tests_is_caught(judged, case):
    assert judged[case] == ("caught", "collection of tests/test_a.py")


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("there is no such test", "Use tests that exist"),
        ("there is no such file", "Use tests that exist"),
        ("the fault is no Python", "Expected Python from the fault 'f'; got"),
        ("the fault names nothing", "Undefined name `MAXIMUM`"),
    ],
)
def test_a_fault_that_says_nothing_of_the_tests_is_refused(judged, case, says):
    outcome, message = judged[case]
    assert outcome == "refused"
    assert says in message


def test_a_fault_has_another_hash_once_its_text_or_its_tests_are_others():
    old, new, tests = "x = 1", "x = 2", ("tests/test_a.py::test_b",)
    others = {("x = 0", new, tests), (old, "x = 3", tests), (old, new, (*tests, "c")), ("", "", ())}
    hashes = {seeded.Fault("a", "a.py", *words).hash for words in {(old, new, tests), *others}}
    assert len(hashes) == 5
    assert all(len(h) == 12 for h in hashes)
    assert seeded.Fault("b", "b.py", old, new, tests).hash in hashes  # moved and renamed
