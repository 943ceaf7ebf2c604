"""Interrupted work: a kill, a second process, a clock turned back; what resumes is the same."""

import json
import os
import random
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


@pytest.fixture(scope="module")
def killed(root):
    """What was seen of a training that was killed within a write, and then at random moments."""
    command = [sys.executable, "-m", "tests.crashes", "--kills", "4"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_training_killed_at_random_moments_ends_as_the_one_left_alone(killed):
    assert killed["same"]
    assert len(killed["kills"]) == 4


def test_a_training_killed_within_a_write_goes_on_from_the_checkpoint_before_it(killed):
    within = killed["within"]
    assert within["said"] == within["write"]  # intervals, each said before it was written
    assert within["step"] == killed["every"] * (within["write"] - 1)
    assert within["halves"] == ["state"]
    assert killed["left"] == ["model.json", "model.safetensors", "state.safetensors"]


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


BOOK = ("first", "second")
REFERENCE = """notebook = "NAME"
profile = "book"

["fig-NAME".one]
value = 1
atol = 0
kind = "exact"
source = "the notebook"
why = "a constant"

["fig-NAME".two]
value = 2
atol = 0
kind = "exact"
source = "the notebook"
why = "a constant"
"""
PAGES = """# Stands for the builder of the pages: two pages, the first one first.
mkdir -p _build/html
test ! -e _build/html/first.html || exit 1
touch _build/html/first.html
sleep 2
touch _build/html/index.html
"""


def book(root, place):
    """Make a small book with two notebooks."""
    for name in ("Snakefile", "pyproject.toml", "requirements.lock", "CITATION.cff"):
        shutil.copy(root / name, place)
    for name in ("_config.yml", "_toc.yml", "CHANGELOG.md"):
        (place / name).touch()
    (place / "book").mkdir()
    for path in root.glob("book/*.py"):
        shutil.copy(path, place / "book")
    shutil.copytree(root / "hoam", place / "hoam")
    (place / "notebooks").mkdir()
    (place / "tests" / "reference").mkdir(parents=True)
    for name in BOOK:
        text = NOTEBOOK.replace("NAME", name)
        (place / "notebooks" / f"{name}.py").write_text(text)
        reference = place / "tests" / "reference" / f"{name}.toml"
        reference.write_text(REFERENCE.replace("NAME", name))
    (place / "pages.sh").write_text(PAGES)
    snakefile = (place / "Snakefile").read_text()
    assert snakefile.count("jupyter-book build") == 1
    (place / "Snakefile").write_text(snakefile.replace("jupyter-book build", "sh pages.sh"))


def start(place, target):
    """Start to make a target of the small book, in a group of processes of its own."""
    snakemake = Path(sys.executable).with_name("snakemake")
    alone = [sys.executable, "book/alone.py", ".snakemake/build.lock"]
    options = ["--cores", "2", "--rerun-incomplete", "--nolock", "--quiet", "all"]
    surroundings = {"XDG_CACHE_HOME": str(place / "cache"), "PYTHONPATH": str(place)}
    return subprocess.Popen(
        [*alone, snakemake, *options, "--config", "profile=book", "--", target],
        cwd=place,
        env={**os.environ, **surroundings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process, when):
    """Kill all of a build once something holds, unless it ends before; return its code."""
    while process.poll() is None:
        if when():
            os.killpg(process.pid, signal.SIGKILL)
            return process.wait()
        time.sleep(0.01)
    return process.returncode


def is_whole(place):
    """Whether all that a build makes is there, and no page that was half made.

    A kill while results are written may leave their temporary file, under a name that none reads.
    """
    for name in BOOK:
        content = json.loads((place / "results" / f"{name}.json").read_text())
        assert content["figures"][f"fig-{name}"]["numbers"] == {"one": 1.0, "two": 2.0}
        assert (place / "book" / "_executed" / f"{name}.ipynb").exists()
    assert list((place / "book").rglob("*.part")) == []


def test_a_book_killed_while_its_notebooks_run_is_whole_after_the_next_run(root, tmp_path):
    book(root, tmp_path)
    results = [tmp_path / "results" / f"{name}.json" for name in BOOK]
    # A notebook writes its results file when it begins; half of its numbers are not in it yet.
    assert kill(start(tmp_path, "results"), results[0].exists) == -signal.SIGKILL
    assert not all((tmp_path / "book" / "_executed" / f"{name}.ipynb").exists() for name in BOOK)
    assert start(tmp_path, "results").wait() == 0
    is_whole(tmp_path)


def test_a_second_build_of_one_folder_is_refused_and_leaves_the_first_one_alone(root, tmp_path):
    book(root, tmp_path)
    shutil.copy(root / "Makefile", tmp_path)
    (tmp_path / ".venv").symlink_to(root / ".venv")
    command = ["make", "book", "ENVIRONMENT="]  # which is not to be set up anew
    options = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(tmp_path)}, "text": True}
    first = subprocess.Popen(command, **options)
    while not (tmp_path / "results" / "first.json").exists():
        assert first.poll() is None
        time.sleep(0.01)
    second = subprocess.run(command, capture_output=True, **options)
    assert second.returncode != 0
    assert "Expected no other build in" in second.stderr
    assert "The book is built" not in second.stdout
    assert first.wait() == 0
    is_whole(tmp_path)


def test_pages_of_a_build_that_was_killed_are_built_again_from_nothing(root, tmp_path):
    book(root, tmp_path)
    half = tmp_path / "_build" / "html" / "first.html"
    other = tmp_path / "_build" / "other" / "work.txt"
    other.parent.mkdir(parents=True)
    other.touch()
    assert kill(start(tmp_path, "book"), half.exists) == -signal.SIGKILL
    assert half.exists()
    assert start(tmp_path, "book").wait() == 0  # the builder refuses what is left of another run
    assert not (tmp_path / "_build" / ".unfinished").exists()
    assert other.exists()  # of another command
    is_whole(tmp_path)


def test_a_book_killed_at_random_moments_is_whole_in_the_end(root, tmp_path):
    book(root, tmp_path)
    moments, kills = random.Random(0), 0
    for _ in range(6):
        until = time.monotonic() + moments.uniform(0.5, 8)
        kills += kill(start(tmp_path, "book"), lambda until=until: time.monotonic() > until) < 0
    assert kills >= 3
    assert start(tmp_path, "book").wait() == 0
    assert (tmp_path / "_build" / "html" / "index.html").exists()
    is_whole(tmp_path)
