"""Results files: where they live, what they say of their run, and how they are encoded."""

import json
import math
import os
import platform
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

PROFILES = ("quick", "book", "full")
SLIDE = "-slide.png"  # ends the name of a figure's slide
_PACKAGES = ("hoam", "jax", "jaxlib", "flax", "optax", "numpy")


def project_root(start: Path | None = None) -> Path:
    """Return the nearest directory at or above `start` that holds `pyproject.toml`.

    Args:
        start: a directory; the working directory where none is given.

    Raises:
        FileNotFoundError: if no directory above holds one.
    """
    start = (start or Path.cwd()).resolve()
    for directory in (start, *start.parents):
        if (directory / "pyproject.toml").is_file():
            return directory
    message = (
        f"Expected pyproject.toml in {start} or above it; got none. "
        "Use a working directory inside the repository, or pass root."
    )
    raise FileNotFoundError(message)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (RecursionError, ValueError) as error:  # of the nesting, the encoding or the syntax
        message = f"Expected TOML in {path}; got {error}. Use an editor to mend the file."
        raise ValueError(message) from error


def versions() -> dict[str, str]:
    """Return the versions of Python, of this package and of those that its numbers rest on."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def machine() -> str:
    """Return what a run time depends on: operating system, processor, number of cores."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or "unknown processor"
    return f"{platform.system()} {platform.machine()}, {processor}, {os.cpu_count()} cores"


def trainings(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what a figure of trainings was drawn for, as parameters of its record.

    Args:
        records: `Model.record` of models of the training matrix.

    Returns:
        Steps, seeds, number of samples, parameters trained on and those of the validation, each as
        a list of all values that occur, in ascending order.
    """
    known = list(records)
    names = {"steps": "steps", "seed": "seed", "n_samples": "samples"}
    values = {name: {record[key] for record in known} for key, name in names.items()}
    for key, name in {"mus": "mu", "validation_mus": "validation mu"}.items():
        values[name] = {mu for record in known for mu in np.ravel(record[key])}
    return {name: ", ".join(f"{v:g}" for v in sorted(found)) for name, found in values.items()}


def recorded(content: Any) -> dict[tuple[str, str], float]:
    """Return the numbers in the content of a results file, by figure and name.

    Raises:
        ValueError: if it is not the content of a results file.
    """
    try:
        return {
            (figure, name): float(number)
            for figure, entry in content["figures"].items()
            for name, number in entry["numbers"].items()
        }
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        message = (
            f"Expected numbers by name in a results file; got {error!r:.200}. "
            "Use `make book` to run the notebook."
        )
        raise ValueError(message) from error


def read_results(path: Path) -> dict[str, Any]:
    """Return the content of a results file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not JSON, or not that of figures with numbers.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        recorded(content)
    except (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError) as e:
        message = f"Expected results in {path}; got {e!r}. Use `make book` to run its notebook."
        raise ValueError(message) from e
    return content


def dumps(content: Mapping[str, Any]) -> str:
    """Return `content` as strict JSON, with NaN and infinity as strings that `float` reads."""

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        if isinstance(value, np.generic | np.ndarray):
            return plain(value.tolist())
        return value

    return json.dumps(plain(content), indent=2, allow_nan=False) + "\n"
