"""The list of seeded faults is up to date, its record good enough, and faults are still noticed."""

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
