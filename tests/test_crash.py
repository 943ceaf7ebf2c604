"""Interrupted work: a kill, a second process, a clock turned back; what resumes is the same."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import translation
from faults import assert_clear
from translation import train

from hoam import checkpoints
from hoam.files import held

HOLD = """
import sys, pathlib, hoam.files as f
with f.held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_training_killed_at_random_moments_ends_as_the_one_left_alone(root):
    command = [sys.executable, "-m", "tests.crashes", "--kills", "4"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["same"]
    assert len(found["kills"]) == 4


@pytest.fixture
def holder():
    """Start a process that holds a file, and end it afterwards."""
    started = []

    def start(path):
        command = [sys.executable, "-c", HOLD, str(path)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        started.append(subprocess.Popen(command, text=True, **pipes))
        assert started[-1].stdout.readline() == "held\n"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.usefixtures("no_tracing")
def test_a_second_process_on_one_checkpoint_is_refused_and_writes_nothing(tmp_path, holder):
    path = tmp_path / "training.safetensors"
    holder(path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BlockingIOError) as error:
        train(path)
    assert_clear(error, "of this process alone")
    assert sorted(tmp_path.iterdir()) == before


def test_a_killed_holder_leaves_nothing_in_the_way(tmp_path, holder):
    path = tmp_path / "training.safetensors"
    process = holder(path)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (tmp_path / f".{path.name}.1.part").write_bytes(b"half of a file")
    with held(path):
        assert list(tmp_path.iterdir()) == [tmp_path / f".{path.name}.lock"]
    assert list(tmp_path.iterdir()) == []


def test_a_clock_turned_back_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "training.safetensors"
    straight = train(None)
    train_until(path, 20)
    far = time.time() + 10**9
    os.utime(path, (far, far))
    monkeypatch.setattr(time, "time", lambda: 0.0)
    ticks = iter(range(10**6, 0, -1))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(ticks)))
    resumed = train(path)
    assert translation.same(resumed.params, straight.params)
    assert resumed.record["history"]["loss"] == straight.record["history"]["loss"]


def train_until(path, step):
    """Leave the checkpoint of one step."""

    def stop(model):
        if path.exists() and checkpoints.load_arrays(path, kind="training")[1]["step"] == step:
            raise KeyboardInterrupt
        return 0.0

    with pytest.raises(KeyboardInterrupt):
        train(path, monitor=stop)


NOTEBOOK = """# %% [markdown]
# # A title

# %% tags=["parameters"]
profile = "book"

# %%
import hoam.report

report = hoam.report.Report("NAME", profile=profile)
report.record("fig-NAME", one=1.0)

# %%
import time

time.sleep(1)
report.record("fig-NAME", two=2.0)
"""


def run_book(place, *, until=None):
    """Run the notebooks of a small book; kill all of it once a file exists."""
    snakemake = Path(sys.executable).with_name("snakemake")
    options = ["--cores", "2", "--rerun-incomplete", "--nolock", "--quiet", "all"]
    process = subprocess.Popen(
        [snakemake, *options, "--config", "profile=book", "--", "results"],
        cwd=place,
        env={**os.environ, "XDG_CACHE_HOME": str(place / "cache"), "PYTHONPATH": str(place)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None:
        if until is not None and until.exists():
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()
        time.sleep(0.01)
    return process.returncode


def test_a_book_killed_while_its_notebooks_run_is_whole_after_the_next_run(root, tmp_path):
    names = ("first", "second")
    for name in ("Snakefile", "pyproject.toml", "requirements.lock", "CITATION.cff"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / "book").mkdir()
    for path in root.glob("book/*.py"):
        shutil.copy(path, tmp_path / "book")
    shutil.copytree(root / "hoam", tmp_path / "hoam")
    (tmp_path / "notebooks").mkdir()
    for name in names:
        (tmp_path / "notebooks" / f"{name}.py").write_text(NOTEBOOK.replace("NAME", name))
    results = [tmp_path / "results" / f"{name}.json" for name in names]
    # A notebook writes its results file when it begins; half of its numbers are not in it yet.
    assert run_book(tmp_path, until=results[0]) == -signal.SIGKILL
    assert not all((tmp_path / "book" / "_executed" / f"{name}.ipynb").exists() for name in names)
    assert run_book(tmp_path) == 0
    for name, path in zip(names, results, strict=True):
        numbers = json.loads(path.read_text())["figures"][f"fig-{name}"]["numbers"]
        assert numbers == {"one": 1.0, "two": 2.0}
        assert (tmp_path / "book" / "_executed" / f"{name}.ipynb").exists()
    assert list(tmp_path.rglob("*.part")) == []
