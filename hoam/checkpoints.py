"""Arrays and their description in one safetensors file, written so that a crash loses nothing.

The description (JSON) travels in the header of the file that holds the arrays, so the two cannot
disagree. With them goes a checksum, by which a single flipped bit is noticed; older files without
one are read as well. A file is written under another name, flushed to disk and renamed: until the
rename the previous one is intact. No pickle is read or written.

A file may leave to another one in its folder what that one holds already: it then names it, with
its checksum.
"""

import json
import os.path
import zlib
from pathlib import Path
from typing import Any

import jax
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from hoam.arguments import as_path
from hoam.files import write_atomically

FORMAT = "hoam-1"
_HEADER = {"format", "kind", "description", "checksum", "beside"}


class CheckpointError(ValueError):
    """A file that is not a readable checkpoint of this format, or not of the run asked for."""


def save_tree(
    path: Path | str,
    tree: Any,
    *,
    kind: str,
    description: dict[str, Any],
    beside: Path | str | None = None,
) -> None:
    """Save a pytree of arrays with a description.

    Args:
        path: file name, by custom ending in `.safetensors`.
        tree: pytree of arrays.
        kind: what the file is (`"model"` or `"training"`); `load_arrays` insists on it.
        description: JSON values.
        beside: a file of this kind and folder, all arrays of which the tree has too. They are not
            written again but read from there, so the two files belong together.

    Raises:
        OSError: if the file cannot be written; a previous one stays intact.
        ValueError: if the file `beside` is elsewhere, has other arrays or rests on another itself.
        CheckpointError, FileNotFoundError: if it cannot be read.
    """
    path = Path(path)
    arrays = {
        jax.tree_util.keystr(where): np.asarray(leaf, order="C")
        for where, leaf in jax.tree_util.tree_leaves_with_path(tree)
    }
    header = {"format": FORMAT, "kind": kind, "description": json.dumps(description)}
    if beside is not None:
        known, its_header = _read(as_path(beside), kind)
        here, there = path.resolve(), as_path(beside).resolve()
        near = here != there and here.parent == there.parent
        shared = all(name in arrays and _same(a, arrays[name]) for name, a in known.items())
        if not near or not shared or "beside" in its_header:
            message = (
                f"Expected arrays that are all in {path} as well, in a file of its folder that "
                f"holds them itself; got {beside}. Use the model that this one goes on from."
            )
            raise ValueError(message)
        arrays = {name: array for name, array in arrays.items() if name not in known}
        header["beside"] = json.dumps([as_path(beside).name, _checksum(known, its_header)])
    header["checksum"] = _checksum(arrays, header)
    write_atomically(path, save(arrays, metadata=header))


def load_arrays(path: Path | str, *, kind: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read the arrays, by name, and the description that `save_tree` wrote.

    Args:
        path: file name.
        kind: the kind the file must have.

    Raises:
        FileNotFoundError: if there is no file, or not the one it was saved beside.
        CheckpointError: if the file is truncated, altered, not a checkpoint, or of another version
            or kind, or that one is not the same any more.
        TypeError: if it is no path.
    """
    path = as_path(path)
    arrays, header = _read(path, kind)
    if "beside" in header:
        arrays |= _read_beside(path, header["beside"], kind)
    try:
        description = json.loads(header["description"])
        if not isinstance(description, dict):
            raise TypeError(type(description))
    except (KeyError, TypeError, RecursionError, json.JSONDecodeError) as error:
        message = (
            f"Expected a JSON description in the header of {path}; got none that can be read. "
            "Use an intact copy."
        )
        raise CheckpointError(message) from error
    return arrays, description


def _read(path: Path, kind: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return arrays and header of one file, checked."""
    if not path.is_file():
        message = (
            f"Expected a checkpoint file at {path}; got nothing there. "
            "Use the path given to save, or train first."
        )
        raise FileNotFoundError(message)
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        message = (
            f"Expected a complete safetensors file; got an unreadable one at {path} ({error}). "
            "Use an intact copy."
        )
        raise CheckpointError(message) from error
    if header.get("format") != FORMAT:
        message = (
            f"Expected a checkpoint of format {FORMAT!r}; got {header.get('format')!r} in {path}. "
            "Use an intact copy of a file written by this version of hoam."
        )
        raise CheckpointError(message)
    checksum = header.get("checksum")
    altered = checksum is not None and checksum != _checksum(arrays, header)
    if altered or not set(header) <= _HEADER:
        message = (
            f"Expected the content of {path} to have its checksum; got another. "
            "Use an intact copy: this one was altered after it was written."
        )
        raise CheckpointError(message)
    if header.get("kind") != kind:
        message = (
            f"Expected a {kind} checkpoint; got a {header.get('kind')} one in {path}. "
            "Use hoam.load for models and fit(checkpoint=...) for training states."
        )
        raise CheckpointError(message)
    return arrays, header


def _read_beside(path: Path, named: str, kind: str) -> dict[str, np.ndarray]:
    """Return the arrays of the file that another one names."""
    try:
        name, checksum = json.loads(named)
        other = path.with_name(name)  # refuses what is no name of a file in this folder
    except (TypeError, ValueError, RecursionError) as error:
        message = (
            f"Expected the name of a file in the header of {path}; got {named!r:.80}. "
            "Use an intact copy."
        )
        raise CheckpointError(message) from error
    if not os.path.isfile(other):  # false for names that no file can have
        message = (
            f"Expected {other}, which holds arrays of {path}; got nothing there. "
            "Use the two files in one folder."
        )
        raise FileNotFoundError(message)
    arrays, header = _read(other, kind)
    if "beside" in header or _checksum(arrays, header) != checksum:
        message = (
            f"Expected {other} to be the file that {path} was saved beside; got another one. "
            "Use both as they were saved, or save the second again."
        )
        raise CheckpointError(message)
    return arrays


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b)


def _checksum(arrays: dict[str, np.ndarray], header: dict[str, str]) -> str:
    keys = ("format", "kind", "description", *(["beside"] if "beside" in header else []))
    parts = [f"{key} {header.get(key)}".encode() for key in keys]
    for name, array in sorted(arrays.items()):
        parts += [f"{name} {array.dtype} {array.shape}".encode(), array.tobytes()]
    return f"{zlib.crc32(b''.join(parts)):08x}"


def fill_tree(template: Any, arrays: dict[str, np.ndarray], *, path: Path | str) -> Any:
    """Return `template` with its leaves replaced by the arrays of the same names.

    Args:
        template: pytree of arrays or shapes.
        arrays: arrays by name, as from `load_arrays`.
        path: file they came from, for error messages.

    Raises:
        CheckpointError: if a name is missing or superfluous, or a shape or dtype differs.
    """
    leaves, structure = jax.tree_util.tree_flatten_with_path(template)
    names = [jax.tree_util.keystr(where) for where, _ in leaves]
    if set(names) != set(arrays):
        difference = sorted(set(names) ^ set(arrays))
        message = (
            f"Expected the arrays of this network in {path}; got differences at {difference[:5]}. "
            "Use the network and version that wrote the file."
        )
        raise CheckpointError(message)
    for name, (_, leaf) in zip(names, leaves, strict=True):
        if arrays[name].shape != leaf.shape or arrays[name].dtype != leaf.dtype:
            message = (
                f"Expected {name} with shape {leaf.shape} and dtype {leaf.dtype} in {path}; got "
                f"{arrays[name].shape} and {arrays[name].dtype}. Use the network that wrote it."
            )
            raise CheckpointError(message)
    return jax.tree_util.tree_unflatten(structure, [arrays[name] for name in names])
