"""The trainings of the studies: each is one job, done once, and several may be at work."""

import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import stability, studies, time_to_accuracy
from benchmarks.outcomes import Outcomes
from benchmarks.problems import PROBLEMS


@pytest.fixture
def nothing_known(tmp_path, monkeypatch):
    """Records of both studies without an outcome."""
    records = Outcomes(tmp_path / "stability.json"), Outcomes(tmp_path / "time.json")
    monkeypatch.setattr(stability, "OUTCOMES", records[0])
    monkeypatch.setattr(time_to_accuracy, "RECORDS", records[1])
    return records


def test_all_outcomes_of_the_book_are_stored(capsys):
    studies.main(["--list"])
    assert capsys.readouterr().out == ""


def test_every_outcome_comes_of_one_training(nothing_known):
    runs = time_to_accuracy.runs()
    outcomes = [name for run in runs for name in time_to_accuracy.outcomes(*run).values()]
    stored = Outcomes.of("time_to_accuracy").read()
    assert len(set(outcomes)) == len(outcomes)
    assert {*outcomes} == {*stored}
    names = studies.trainings()
    assert len(names) == len(runs) + len(Outcomes.of("stability").read())
    assert not any(training.known for training in names.values())
    assert all(re.fullmatch(r"[\w-]+", name) for name in names)  # as the Snakefile wants it


def test_a_network_with_and_without_its_linear_part_is_trained_once():
    problem = PROBLEMS["two streams"]
    assert problem.alike("linear part", 500) == problem.alike("recipe", 500)
    assert problem.alike("recipe", 500) == ["recipe", "linear part"]
    assert problem.alike("recipe", 1000) == ["recipe"]
    assert problem.alike("linear part", 50) == ["linear part"]


def test_a_training_is_run_by_its_name_and_known_from_then_on(nothing_known, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(stability, "train", lambda *run: asked.append(run) or {"exact": -1.0})
    name = "stability-dice-64-3"
    assert not studies.trainings()[name].known
    for _ in range(2):
        studies.main(["--config", name])
    assert asked == [("dice", 64, 3)]
    assert nothing_known[0].read() == {"dice, 64, 3": {"exact": -1.0}}
    capsys.readouterr()
    studies.main(["--list"])
    assert name not in capsys.readouterr().out.split()


def test_a_name_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit):
        studies.main(["--config", "stability-dice-65-3"])
    assert "Expected the name of a training" in capsys.readouterr().err


def write_outcomes(path, first):
    """Add fifty outcomes, from another process."""
    for i in range(first, first + 50):
        Outcomes(path).add(str(i), i)


def test_processes_that_add_outcomes_at_once_wait_for_one_another(tmp_path):
    path = tmp_path / "outcomes.json"
    spawned = multiprocessing.get_context("spawn")
    writers = [spawned.Process(target=write_outcomes, args=(path, 50 * i)) for i in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert json.loads(path.read_text()) == {str(i): i for i in range(100)}


def test_on_a_cluster_every_training_is_a_job_of_its_own(root, tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("Snakefile", "hoam", "notebooks", "book", "checkpoints", "profiles"):
        (tree / name).symlink_to(root / name)
    without = shutil.ignore_patterns("records", "__pycache__")
    shutil.copytree(root / "benchmarks", tree / "benchmarks", ignore=without)
    command = [
        Path(sys.executable).with_name("snakemake"),
        *("--dry-run", "--nolock", "--profile", "profiles/slurm", "--executor", "local"),
        "studies",
    ]
    surroundings = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, env=surroundings)
    assert done.returncode == 0, done.stderr
    plan = done.stdout + done.stderr
    wanted = [f".cache/studied/{name}" for name in studies.trainings()]
    assert [name for name in wanted if name not in plan] == []
    assert plan.count("rule study:") == len(wanted)
