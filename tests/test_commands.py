"""The command line: exit codes, files, and that it does what the library does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from faults import filling_up

import hoam
from hoam import checkpoints, commands
from hoam.commands import main

SETTINGS = """
[data]
held_out_times = [0.5]
[network]
width = 8
depth = 3
[training]
steps = 4
checkpoint_every = 2
batch = 16
learning_rate = 1e-2
seed = 3
"""
TIMES = np.linspace(0, 1, 9)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with samples of a slow drift at two parameters, settings, and states to start."""
    x = np.random.default_rng(0).normal(size=(200, 2))
    samples = np.stack([[x + mu * t for t in TIMES] for mu in (1.0, 2.0)])
    np.savez(tmp_path / "data.npz", samples=samples, times=TIMES, mus=[1.0, 2.0])
    np.savez(tmp_path / "start.npz", x=x)
    (tmp_path / "fit.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fit(*words):
    return main(["fit", "data.npz", "--config", "fit.toml", "--no-progress", *words])


def test_check_passes_sound_samples_and_prints_what_it_found(place, capsys):
    assert main(["check", "data.npz"]) == 0
    printed = capsys.readouterr().out
    assert "parameters 2, times 9, samples 200, coordinates 2" in printed
    assert "gauge defects" in printed


def test_check_fails_samples_that_move_too_far(place, capsys):
    x = np.random.default_rng(0).normal(size=(1, 200, 1)) + 5 * np.arange(9.0)[:, None, None]
    np.savez(place / "far.npz", samples=x, times=np.arange(9.0))
    assert main(["check", "far.npz"]) == 1
    assert "moves by" in capsys.readouterr().out


@pytest.mark.parametrize(("mu", "code"), [("1.5", 0), ("2.5", 1)])
def test_check_says_whether_a_parameter_is_among_those_of_the_samples(place, capsys, mu, code):
    assert main(["check", "data.npz", "--mu", mu]) == code
    assert ("extrapolation" in capsys.readouterr().out) == bool(code)


def test_fit_trains_what_the_library_trains_and_leaves_a_log_and_no_state(place):
    assert fit() == 0
    assert {p.name for p in place.glob("model*")} == {
        "model.safetensors",
        "model.json",
        "model.log",
    }
    model = hoam.load(place / "model.safetensors")
    assert model.record["steps"] == 4
    assert model.record["settings"]["data"]["held_out_times"] == [0.5]
    assert len(model.record["history"]["monitor"]) == 2
    log = (place / "model.log").read_text()
    assert "relative errors of rollouts" in log
    assert "gauge defects" in log


def test_fit_replaces_a_model_only_when_told_to(place, capsys):
    (place / "model.safetensors").write_text("precious")
    assert fit() == 2
    assert "--force" in capsys.readouterr().err
    assert (place / "model.safetensors").read_text() == "precious"
    assert not (place / "model.log").exists()
    assert fit("--force") == 0
    hoam.load(place / "model.safetensors")


def test_an_interrupted_training_goes_on_with_resume_and_gives_the_same_model(place, capsys):
    assert fit("--out", "whole.safetensors") == 0
    with pytest.MonkeyPatch.context() as patch:
        calls = []

        def interrupt(*arguments, **options):
            follow = monitors(*arguments, **options)

            def once(model):
                calls.append(model)
                if len(calls) == 2:
                    raise KeyboardInterrupt
                return follow(model)

            return once

        monitors = commands.means
        patch.setattr(commands, "means", interrupt)
        assert fit() == 130
    assert (place / "model.training.safetensors").exists()
    assert not (place / "model.safetensors").exists()
    assert fit() == 2
    assert "--resume" in capsys.readouterr().err
    assert fit("--resume") == 0
    whole, resumed = (hoam.load(place / f"{name}.safetensors") for name in ("whole", "model"))
    y, mu = jnp.asarray([0.3, 0.4], "float32"), jnp.zeros(1, "float32")
    expected = float(whole.potential(y, 0.5, mu))
    assert float(resumed.potential(y, 0.5, mu)) == pytest.approx(expected, rel=1e-5)


def test_a_training_that_diverges_exits_with_one_and_saves_no_model(place, capsys):
    text = SETTINGS.replace("1e-2", "1e30").replace("steps = 4", "steps = 60")
    (place / "fit.toml").write_text(text)
    assert fit() == 1
    assert "Expected a finite loss" in (place / "model.log").read_text()
    assert not (place / "model.safetensors").exists()


def test_samples_of_several_models_can_be_read_again_with_their_spread_printed(place, capsys):
    for seed in (0, 1):
        (place / "fit.toml").write_text(SETTINGS.replace("seed = 3", f"seed = {seed}"))
        assert fit("--out", f"m{seed}.safetensors") == 0
    capsys.readouterr()
    words = ["--start", "start.npz", "--times", "0", "0.5", "1", "--mu", "1.5"]
    assert main(["sample", "m0.safetensors", "m1.safetensors", *words]) == 0
    assert "±" in capsys.readouterr().out
    population = hoam.Population.from_file(place / "samples.npz")
    assert population.samples.shape == (2, 3, 200, 2)
    assert population.mus.tolist() == [[1.5], [1.5]]
    start = np.load(place / "start.npz")["x"]
    np.testing.assert_allclose(population.samples[:, 0], [start, start], atol=1e-6)
    assert main(["sample", "m0.safetensors", *words]) == 2
    assert main(["sample", "m0.safetensors", *words[:-1], "3", "--force"]) == 0
    assert "extrapolation" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["train"],
        ["fit"],
        ["check", "data.npz", "--mu", "many"],
        ["sample", "a", "--times", "0"],
    ],
)
def test_a_wrong_option_exits_with_two(place, words):
    with pytest.raises(SystemExit) as exit_:
        main(words)
    assert exit_.value.code == 2


BAD = {
    "a missing file": (["check", "nothing.npz"], "nothing there"),
    "another ending": (["fit", "data.npz", "--out", "model.pt"], "ending in .safetensors"),
    "two parameters for one": (["check", "data.npz", "--mu", "1", "2"], "1 value(s) of mu; got 2"),
    "missing settings": (["fit", "data.npz", "--config", "no.toml"], "TOML file at no.toml"),
    "a missing model": (
        ["sample", "no.safetensors", "--start", "start.npz", "--times", "0", "1"],
        "no.safetensors",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_exits_with_two_and_writes_nothing(place, capsys, case):
    words, says = BAD[case]
    before = sorted(place.iterdir())
    assert main(words) == 2
    assert says in capsys.readouterr().err
    assert sorted(place.iterdir()) == before


def contents(place):
    return {path: path.read_bytes() for path in place.iterdir()}


@pytest.mark.parametrize("words", [[], ["--force"], ["--resume"], ["--resume", "--force"]])
@pytest.mark.parametrize("begun", [False, True])
def test_a_second_training_of_one_model_is_refused_and_changes_nothing(
    place, capsys, holder, words, begun
):
    state = place / "model.training.safetensors"
    if begun:
        (place / "model.log").write_text("the first one's")
        state.write_bytes(b"the first one's")
    holder(state)
    before = contents(place)
    assert fit(*words) == 2
    assert "of this process alone" in capsys.readouterr().err
    assert contents(place) == before


@pytest.mark.parametrize("logged", [False, True])
def test_the_state_of_another_training_exits_with_two_and_writes_nothing(place, capsys, logged):
    checkpoints.save_tree(
        place / "model.training.safetensors", {"a": TIMES}, kind="training", description={}
    )
    if logged:
        (place / "model.log").write_text("of another training")
    before = contents(place)
    assert fit("--resume") == 2
    assert "training state of this run" in capsys.readouterr().err
    assert contents(place) == before


def test_a_full_disk_in_mid_training_exits_with_one_and_can_be_resumed(place, capsys, monkeypatch):
    with filling_up(monkeypatch):
        assert fit() == 1
    assert "No space left" in capsys.readouterr().out
    assert "No space left" in (place / "model.log").read_text()
    assert not (place / "model.safetensors").exists()
    assert fit("--resume") == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no file is full")
def test_a_log_that_cannot_be_written_stops_no_training(place):
    (place / "model.log").symlink_to("/dev/full")
    assert fit() == 0
    hoam.load(place / "model.safetensors")


@pytest.mark.parametrize(
    ("table", "entry"),
    [("training", "steps"), ("training", "batch"), ("network", "width"), ("network", "depth")],
)
def test_settings_out_of_range_exit_with_two_and_write_nothing(place, table, entry):
    (place / "fit.toml").write_text(f"[{table}]\n{entry} = 0")
    before = contents(place)
    assert fit() == 2
    assert contents(place) == before


@pytest.mark.parametrize("method", ["hoam", "dice", "flow_matching"])
def test_every_method_can_be_trained_from_settings(place, method):
    (place / "fit.toml").write_text(f'{SETTINGS}method = "{method}"\n')
    assert fit() == 0
    hoam.load(place / "model.safetensors")


def test_the_installed_program_says_what_it_can_do():
    program = Path(sys.executable).with_name("hoam")
    done = subprocess.run([program, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(command in done.stdout for command in ("check", "fit", "sample"))


def test_the_module_runs_as_a_program_and_stops_at_a_signal_with_its_state_kept(root, place):
    (place / "fit.toml").write_text(SETTINGS.replace("steps = 4", "steps = 100000"))
    command = [sys.executable, "-m", "hoam", "fit", "data.npz", "--config", "fit.toml"]
    surroundings = {**os.environ, "PYTHONPATH": str(root)}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    process = subprocess.Popen(command, env=surroundings, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    state, deadline = place / "model.training.safetensors", time.monotonic() + 300
    try:
        while not state.exists() and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, shown = process.communicate(timeout=120)
    finally:
        process.kill()  # where signals are ignored, it would go on after the test
    assert process.returncode == 130
    assert "/100000 [" in shown  # how far it is
    assert "it/s" in shown
    assert state.exists()


@pytest.mark.parametrize("method", ["hoam", "dice"])
@pytest.mark.parametrize("n", [8, 16, 64])
def test_random_times_are_checked_and_trained_on_by_a_rule_with_reason(place, capsys, n, method):
    generator = np.random.default_rng(5 if n == 8 else 0)  # at 8, some draws resolve no wave
    times = np.sort(generator.uniform(0, 10, n))
    x = generator.normal(size=(200, 2))
    np.savez(place / "data.npz", samples=[x + 0.1 * t for t in times], times=times)
    text = SETTINGS.replace("[0.5]", "[]") + f'method = "{method}"\n'
    (place / "fit.toml").write_text(text)
    assert main(["check", "data.npz"]) == 0 or n == 8
    printed = capsys.readouterr().out
    assert f"fitted to {n} times, since the spline through all times has" in printed
    assert "gauge defects of this rule" in printed
    assert fit() == 0
    assert "rule in time" in (place / "model.log").read_text()
