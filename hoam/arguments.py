"""Arguments of any kind made into numbers, or refused with what was expected."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

#: Largest size of an array along one axis, and largest count of a compiled loop.
MOST = 2**31 - 1
#: Largest magnitude of a number in single precision, in which all that is compiled computes.
_LARGEST = float(np.finfo(np.float32).max)


def as_whole(value: Any, *, least: int, most: int = MOST, what: str) -> int:
    """Return a whole number from `least` to `most`.

    Args:
        value: the number.
        least: the smallest that is taken.
        most: the largest that is taken.
        what: what the message calls it.

    Raises:
        ValueError: if it is not a whole number, too small or too large.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        message = (
            f"Expected {what}, a whole number of at least {least}; got {value!r}. "
            f"Use {least} or more."
        )
        raise ValueError(message)
    if value > most:
        message = f"Expected {what}, at most {most}; got {value}. Use {most} or fewer."
        raise ValueError(message)
    return int(value)


def as_floats(values: object, name: str) -> np.ndarray:
    """Return real numbers as a float64 array.

    Args:
        values: anything NumPy makes an array of.
        name: what the message calls them.

    Raises:
        ValueError: if they are not real numbers, or rows differ in length.
    """
    try:
        array = np.asarray(values)
        if np.iscomplexobj(array):
            raise TypeError(array.dtype)
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        message = f"Expected real numbers for {name}; got {error}. Use an array of floats."
        raise ValueError(message) from error


def as_single(values: np.ndarray, *, what: str) -> np.ndarray:
    """Return numbers that single precision can hold, as they are.

    Args:
        values: finite numbers of any precision.
        what: what the message calls them.

    Raises:
        ValueError: if one is so large that it became infinite.
    """
    if (largest := np.abs(values).max()) > _LARGEST:
        message = (
            f"Expected {what} within single precision, up to {_LARGEST:.1e}; got {largest:.1e}. "
            "Use other units."
        )
        raise ValueError(message)
    return values


def require_shape(value: Any, shape: tuple[int, ...], *, what: str) -> None:
    """Refuse what is no array of real numbers of one shape; it may be traced, as by `jax.grad`.

    Args:
        value: an array, or a number where the shape is ().
        shape: the shape that it has to have.
        what: what the message calls it.

    Raises:
        TypeError: if it is no array of real numbers.
        ValueError: if it has another shape.
    """
    kind = getattr(value, "dtype", type(value))
    if not (jnp.issubdtype(kind, jnp.floating) or jnp.issubdtype(kind, jnp.integer)):
        message = f"Expected {what}, real numbers of shape {shape}; got {value!r:.80}. Use arrays."
        raise TypeError(message)
    if np.shape(value) != shape:
        message = (
            f"Expected {what}, of shape {shape}; got shape {np.shape(value)}. "
            "Use one at a time, and jax.vmap for several."
        )
        raise ValueError(message)


def as_key(key: Any) -> Any:
    """Return a random key, as it is.

    Args:
        key: one key of `jax.random.key`, or the array of `jax.random.PRNGKey`.

    Raises:
        TypeError: if it is none, or several.
    """
    typed = isinstance(key, jax.Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key)
    words = isinstance(key, jax.Array | np.ndarray) and key.dtype == np.uint32
    if np.ndim(key) != 0 if typed else not (words and np.ndim(key) == 1):
        message = f"Expected one random key; got {key!r:.80}. Use jax.random.key(0)."
        raise TypeError(message)
    return key


def as_path(path: Any) -> Path:
    """Return the path of a file.

    Args:
        path: a path, or a string.

    Raises:
        TypeError: if it is neither.
    """
    if not isinstance(path, str | os.PathLike):
        message = f"Expected the path of a file; got {path!r:.80}. Use a string or a pathlib.Path."
        raise TypeError(message)
    return Path(path)


def require(value: object, kind: type, *, what: str, use: str) -> None:
    """Refuse an argument that is no object of the kind that it has to be.

    Args:
        value: the argument.
        kind: the class that it has to be of.
        what: what the message calls it.
        use: what the message advises.

    Raises:
        TypeError: if it is of another class.
    """
    if not isinstance(value, kind):
        message = f"Expected {what}; got {value!r:.80}. Use {use}."
        raise TypeError(message)


def require_function(value: object, *, what: str, use: str) -> None:
    """Refuse an argument that cannot be called.

    Args:
        value: the argument.
        what: what the message calls it.
        use: what the message advises.

    Raises:
        TypeError: if it cannot be called.
    """
    if not callable(value):
        message = f"Expected {what}; got {value!r:.80}. Use {use}."
        raise TypeError(message)


def one_of(value: str, known: Collection[str], *, what: str) -> str:
    """Return a word that is among the known ones.

    Args:
        value: the word.
        known: all that are taken.
        what: what the message calls it.

    Raises:
        ValueError: if it is none of them.
    """
    if value not in known:
        message = f"Expected {what} among {sorted(known)}; got {value!r}. Use one of these."
        raise ValueError(message)
    return value


def is_number(value: object) -> bool:
    """Say whether a value is one real number, of which NaN and infinity are some."""
    try:
        return np.ndim(value) == 0 and np.asarray(value).dtype.kind in "biuf"  # pyright: ignore
    except (TypeError, ValueError):  # rows of different lengths, or what is being traced
        return False


def is_positive(value: object) -> bool:
    """Say whether a value is a number above zero and below infinity."""
    return isinstance(value, int | float | np.number) and bool(0 < value < float("inf"))
