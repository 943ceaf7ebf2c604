"""Arguments of any kind made into numbers, or refused with what was expected."""

from collections.abc import Collection
from typing import Any

import numpy as np


def as_whole(value: Any, *, least: int, what: str) -> int:
    """Return a whole number of at least `least`.

    Args:
        value: the number.
        least: the smallest that is taken.
        what: what the message calls it.

    Raises:
        ValueError: if it is not a whole number or too small.
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        message = (
            f"Expected {what}, a whole number of at least {least}; got {value!r}. "
            f"Use {least} or more."
        )
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


def is_positive(value: object) -> bool:
    """Say whether a value is a number above zero and below infinity."""
    return isinstance(value, int | float | np.number) and bool(0 < value < float("inf"))
