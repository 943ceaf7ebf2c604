"""What the command line says of samples that are lost, of a full disk, and of Ctrl-C."""

import dataclasses
import os

import jax
import numpy as np
import pytest
import translation
from faults import interrupted, no_space

import hoam
from hoam import commands
from hoam.commands import main
from hoam.output import lost_samples, moment_table

WORDS = ["--start", "start.npz", "--times", "0", "1", "2", "--mu", "1"]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a sound model, one that overflows, samples, and states to start."""
    model = translation.untrained()
    huge = jax.tree.map(lambda leaf: 1e20 * leaf, model.params)
    monkeypatch.chdir(tmp_path)
    model.save("sound.safetensors")
    dataclasses.replace(model, params=huge).save("huge.safetensors")
    population = translation.population(n_samples=64, times=np.linspace(0, 2, 9))
    np.savez("data.npz", samples=population.samples, times=population.times, mus=population.mus)
    np.savez("start.npz", x=population.samples[0, 0, :8])
    return tmp_path


def test_samples_that_are_lost_are_told_and_written_and_exit_with_one(place, capsys):
    assert main(["sample", "sound.safetensors", "huge.safetensors", *WORDS]) == 1
    printed = capsys.readouterr().out
    assert (
        "warning: Expected finite samples at mu = [1.0]; got 8 of 8 from huge.safetensors that are "
        "NaN or infinite, the first at time 1. Use a start" in printed
    )
    assert "from sound" not in printed
    with np.load(place / "samples.npz") as written:
        finite = np.isfinite(written["samples"]).all(axis=(2, 3))
    assert finite.tolist() == [[True, True, True], [True, False, False]]


def test_finite_samples_are_no_reason_for_a_warning(place, capsys):
    assert main(["sample", "sound.safetensors", *WORDS]) == 0
    assert "warning" not in capsys.readouterr().out


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_lost_samples_are_counted_once_each_with_the_time_of_the_first(value):
    samples = np.zeros((2, 4, 5, 2))
    samples[1, 2:, 0, 1] = samples[1, 3, 4, 0] = value
    times = [0.0, 0.5, 0.75, 1.0]
    (said,) = lost_samples(samples, times, mu=(1.0, 2.0), names=["a", "b"])
    assert "at mu = [1.0, 2.0]; got 2 of 5 from b" in said
    assert "the first at time 0.75." in said
    rows = moment_table(samples, times).splitlines()
    assert ["nan" in row or "inf" in row for row in rows] == [False, False, False, True, True]


def test_lost_samples_are_no_samples_of_a_population(place):
    samples = np.arange(24.0).reshape(1, 3, 4, 2)
    samples[0, 2, 1] = np.nan
    np.savez("lost.npz", samples=samples, times=[0.0, 1.0, 2.0], mus=[1.0])
    population = hoam.Population.from_file("lost.npz")
    assert population.samples.shape == (1, 3, 4, 2)
    distinct = np.unique(population.samples[0, 2], axis=0)
    np.testing.assert_array_equal(distinct, samples[0, 2, [0, 2, 3]])
    samples[0, 2, 1, 0] = 0
    np.savez("part.npz", samples=samples, times=[0.0, 1.0, 2.0], mus=[1.0])
    with pytest.raises(ValueError, match="Expected finite samples; got nan"):
        hoam.Population.from_file("part.npz")


def test_a_full_disk_exits_with_one_and_leaves_what_was_there(place, capsys, monkeypatch):
    (place / "samples.npz").write_text("precious")
    before = {path: path.read_bytes() for path in place.iterdir()}
    monkeypatch.setattr(os, "fsync", no_space)
    assert main(["sample", "sound.safetensors", "--force", *WORDS]) == 1
    assert "No space left" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in place.iterdir()} == before


@pytest.mark.parametrize(
    ("step", "words", "resumes"),
    [
        ("survey", ["check", "data.npz"], False),
        ("load", ["sample", "sound.safetensors", *WORDS], False),
        ("survey", ["fit", "data.npz"], False),
        ("train", ["fit", "data.npz"], True),
    ],
)
def test_an_interrupt_advises_to_resume_where_there_is_something_to_resume(
    place, capsys, monkeypatch, step, words, resumes
):
    monkeypatch.setattr(commands, step, interrupted)
    assert main(words) == 130
    said = capsys.readouterr()
    assert said.err == "hoam: interrupted\n"
    assert ("--resume" in said.out) == resumes
