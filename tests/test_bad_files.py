"""Spoilt files: one clear error, and the file left as it is."""

import json
import os

import numpy as np
import optax
import pytest
import translation
from faults import assert_clear, filling_up, no_space
from safetensors.numpy import load_file, save_file
from translation import train

import hoam
from hoam import checkpoints, minibatches

pytestmark = pytest.mark.usefixtures("as_users_run_it")


@pytest.fixture(scope="module")
def model():
    """An untrained model of a translation."""
    return translation.untrained()


def truncated(path):
    path.write_bytes(path.read_bytes()[:-100])


def not_a_checkpoint(path):
    path.write_text("a, b, c\n1, 2, 3\n")


def empty(path):
    path.write_bytes(b"")


def foreign(path):
    save_file(load_file(path), path)


def other_version(path):
    description = {"format": "hoam-0", "kind": "model", "description": "{}"}
    save_file(load_file(path), path, metadata=description)


def training_state(path):
    checkpoints.save_tree(path, {"a": np.zeros(2)}, kind="training", description={})


def other_description(path):
    checkpoints.save_tree(path, {"a": np.zeros(2)}, kind="model", description={"network": "CoLoRA"})


def broken_description(path):
    description = {"format": checkpoints.FORMAT, "kind": "model", "description": "{"}
    save_file(load_file(path), path, metadata=description)


def other_arrays(path):
    arrays, description = checkpoints.load_arrays(path, kind="model")
    arrays.pop(next(iter(arrays)))
    header = {"format": checkpoints.FORMAT, "kind": "model", "description": json.dumps(description)}
    save_file(arrays, path, metadata=header)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (truncated, "unreadable"),
        (not_a_checkpoint, "unreadable"),
        (empty, "unreadable"),
        (foreign, "got None"),
        (other_version, "'hoam-0'"),
        (training_state, "got a training one"),
        (other_description, "description of a model"),
        (broken_description, "JSON description"),
        (other_arrays, "differences at"),
    ],
)
def test_spoilt_model_files_are_refused_and_left_as_they_are(model, tmp_path, spoil, says):
    path = tmp_path / "model.safetensors"
    model.save(path)
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(checkpoints.CheckpointError) as error:
        hoam.load(path)
    assert_clear(error, says)
    assert path.read_bytes() == before


def test_a_missing_model_file_is_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        hoam.load(tmp_path / "model.safetensors")
    assert_clear(error, "nothing there")


@pytest.mark.usefixtures("no_tracing")
@pytest.mark.parametrize("spoil", [truncated, not_a_checkpoint, empty, foreign, other_version])
def test_training_refuses_a_spoilt_checkpoint_and_leaves_it_as_it_is(tmp_path, spoil):
    path = tmp_path / "training.safetensors"
    training_state(path)
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(checkpoints.CheckpointError) as error:
        train(path)
    assert_clear(error, str(path))
    assert path.read_bytes() == before


@pytest.fixture(scope="module")
def one_step(tmp_path_factory):
    """The checkpoint of a run of one step."""
    path = tmp_path_factory.mktemp("training") / "training.safetensors"
    train(path, steps=1)
    return path


@pytest.mark.usefixtures("no_tracing")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"learning_rate": 0.5}, "'learning_rate'"),
        ({"optimiser": optax.sgd}, "'optimiser'"),
        ({"minibatch": minibatches.independent(16)}, "'minibatch'"),
        ({"minibatch": minibatches.paired(8)}, "'minibatch'"),
        ({"samples": translation.population(n_samples=64, seed=1)}, "'samples'"),
    ],
)
def test_training_refuses_the_checkpoint_of_another_run_and_says_what_differs(
    one_step, change, says
):
    before = one_step.read_bytes()
    with pytest.raises(checkpoints.CheckpointError) as error:
        train(one_step, **{"steps": 1, **change})
    assert_clear(error, says)
    assert one_step.read_bytes() == before


def test_a_full_disk_during_training_leaves_the_last_checkpoint_to_resume_from(
    tmp_path, monkeypatch
):
    path = tmp_path / "training.safetensors"
    settings = {"steps": 2, "checkpoint_every": 1}
    with filling_up(monkeypatch), pytest.raises(OSError, match="No space left"):
        train(path, **settings)
    assert list(tmp_path.iterdir()) == [path]
    assert checkpoints.load_arrays(path, kind="training")[1]["step"] == 1
    resumed, straight = train(path, **settings), train(None, **settings)
    assert translation.same(resumed.params, straight.params)
    assert resumed.record["history"]["loss"] == straight.record["history"]["loss"]


def test_a_full_disk_while_saving_a_model_leaves_the_former_one(model, tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    model.save(path)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        model.save(path)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before
