"""The profile for clusters: one job for each model of the training matrix, seen by a dry run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hoam import matrix

PROFILE = "profiles/slurm"


@pytest.fixture(scope="module")
def plan(root, tmp_path_factory):
    """What the workflow would do on a cluster; a dry run needs no cluster and no plugin for it."""
    command = [
        Path(sys.executable).with_name("snakemake"),
        *("--dry-run", "--nolock", "--profile", PROFILE, "--executor", "local", "retrain"),
    ]
    surroundings = {**os.environ, "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env=surroundings)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_every_model_is_a_job_of_its_own(plan):
    names = [*matrix.configs()]
    assert [name for name in names if f".cache/trained/{name}" not in plan] == []
    assert plan.count("rule train:") == len(names)


def test_a_job_asks_for_time_memory_and_cores(plan):
    models = len(matrix.configs())
    for wanted in ("runtime=180", "mem_mb=8000", "cpus_per_task=2"):
        assert plan.count(wanted) >= models


def test_the_profile_selects_the_executor_of_slurm(root):
    settings = yaml.safe_load((root / PROFILE / "config.yaml").read_text())
    assert settings["executor"] == "slurm"
