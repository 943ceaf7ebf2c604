"""Checkpoints: what is written comes back bit for bit, and a crash loses nothing."""

import json
import os
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import safetensors.numpy
import translation
from faults import interrupted, no_space
from safetensors import safe_open

from hoam import checkpoints

TREE = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b": (np.asarray(3, np.int32), np.asarray([1.5, -2.5])),
}


def save(path, *, factor=1):
    tree = jax.tree.map(lambda leaf: leaf * factor, TREE)
    checkpoints.save_tree(path, tree, kind="model", description={"factor": factor})


def read(path):
    arrays, description = checkpoints.load_arrays(path, kind="model")
    return checkpoints.fill_tree(TREE, arrays, path=path), description


@pytest.fixture
def path(tmp_path):
    """A file with a first checkpoint in it."""
    path = tmp_path / "model.safetensors"
    save(path)
    return path


def assert_untouched(path):
    """Assert that the first checkpoint is all there is in its folder."""
    tree, description = read(path)
    assert translation.same(tree, TREE)
    assert description == {"factor": 1}
    assert list(path.parent.iterdir()) == [path]


def test_arrays_and_description_come_back_bit_for_bit(path):
    assert_untouched(path)


def test_dtypes_and_shapes_come_back_as_they_were(path):
    tree, _ = read(path)
    assert [leaf.dtype for leaf in jax.tree.leaves(tree)] == ["float32", "int32", "float64"]
    assert tree["b"][0].shape == ()


def test_jax_arrays_are_saved_like_those_of_numpy(tmp_path):
    path = tmp_path / "new" / "folder" / "model.safetensors"
    checkpoints.save_tree(path, jax.tree.map(jnp.asarray, TREE), kind="model", description={})
    assert translation.same(read(path)[0], TREE)


def test_a_second_checkpoint_replaces_the_first(path):
    save(path, factor=2)
    assert read(path)[1] == {"factor": 2}
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("owner_and_name", [(os, "fsync"), (Path, "replace")])
@pytest.mark.parametrize(
    ("fault", "error"), [(no_space, OSError), (interrupted, KeyboardInterrupt)]
)
def test_a_fault_while_writing_leaves_the_former_file_and_no_other(
    path, monkeypatch, owner_and_name, fault, error
):
    with monkeypatch.context() as patch:
        patch.setattr(*owner_and_name, fault)
        with pytest.raises(error):
            save(path, factor=2)
    assert_untouched(path)


@pytest.mark.parametrize("keep", [0, 4, 100, -8])
def test_a_truncated_file_is_refused_and_left_as_it_is(path, keep):
    content = path.read_bytes()[:keep]
    path.write_bytes(content)
    with pytest.raises(checkpoints.CheckpointError, match=r"Expected .*; got .* Use"):
        read(path)
    assert path.read_bytes() == content


def test_another_network_is_refused_with_the_name_of_what_differs(path):
    arrays, _ = checkpoints.load_arrays(path, kind="model")
    with pytest.raises(checkpoints.CheckpointError, match="'c'"):
        checkpoints.fill_tree({**TREE, "c": np.zeros(1)}, arrays, path=path)
    with pytest.raises(checkpoints.CheckpointError, match=r"shape \(3, 2\)"):
        checkpoints.fill_tree({**TREE, "a": np.zeros((3, 2), np.float32)}, arrays, path=path)
    with pytest.raises(checkpoints.CheckpointError, match="dtype float64"):
        checkpoints.fill_tree({**TREE, "a": np.zeros((2, 3))}, arrays, path=path)


def more(path, *, beside):
    """Save the tree with one array more, beside a file of the rest."""
    tree = {**TREE, "c": np.ones(2)}
    checkpoints.save_tree(path, tree, kind="model", description={}, beside=beside)
    return tree


def test_arrays_of_a_file_beside_are_read_from_there(path):
    other = path.with_name("more.safetensors")
    tree = more(other, beside=path)
    arrays, _ = checkpoints.load_arrays(other, kind="model")
    assert translation.same(checkpoints.fill_tree(tree, arrays, path=other), tree)
    with safe_open(other, framework="numpy") as file:
        assert list(file.keys()) == ["['c']"]


def test_without_the_file_beside_nothing_is_read(path):
    other = path.with_name("more.safetensors")
    more(other, beside=path)
    path.rename(path.with_name("renamed.safetensors"))
    with pytest.raises(FileNotFoundError, match=r"which holds arrays of .* in one folder"):
        checkpoints.load_arrays(other, kind="model")


@pytest.mark.parametrize("change", [{"factor": 2}, {}])
def test_a_file_beside_that_is_another_now_is_refused(path, change):
    other, third = path.with_name("more.safetensors"), path.with_name("third.safetensors")
    more(other, beside=path)
    if change:
        save(path, **change)
    else:  # one that rests on another itself
        save(third)
        more(path, beside=third)
    with pytest.raises(checkpoints.CheckpointError, match="saved beside; got another one"):
        checkpoints.load_arrays(other, kind="model")


def test_only_a_part_of_the_arrays_in_the_same_folder_is_left_to_a_file_beside(path, tmp_path):
    other, third = path.with_name("more.safetensors"), path.with_name("third.safetensors")
    more(other, beside=path)
    elsewhere = tmp_path / "folder" / "model.safetensors"
    save(elsewhere)
    save(third, factor=2)
    kept = other.read_bytes()
    for beside in (other, elsewhere, third):
        with pytest.raises(ValueError, match=r"arrays that are all in .* Use the model"):
            more(other, beside=beside)
    assert other.read_bytes() == kept


@pytest.mark.parametrize("name", ["../x", "", "a" * 5000, "a\0b", "..", 7, None, ["a"]])
def test_a_file_that_names_no_file_beside_is_refused(path, name):
    other = path.with_name("more.safetensors")
    more(other, beside=path)
    with safe_open(other, framework="numpy") as file:
        header, arrays = file.metadata(), {"['c']": file.get_tensor("['c']")}
    header["beside"] = json.dumps([name, "00000000"])
    header["checksum"] = checkpoints._checksum(arrays, header)
    other.write_bytes(safetensors.numpy.save(arrays, metadata=header))
    with pytest.raises(
        (checkpoints.CheckpointError, FileNotFoundError), match=r"(?s)Expected .*Use"
    ):
        checkpoints.load_arrays(other, kind="model")
