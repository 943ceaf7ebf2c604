"""What `hoam fit --config fit.toml` reads.

Three tables, every entry of which may be left out::

    [data]
    n_samples = 0            # at each parameter and time; 0 for those of the largest snapshot
    held_out_times = [3.0]   # not trained on; the log follows the moments there
    periods = [50.0, 0.0]    # of each coordinate, 0 for none; empty if none is periodic
    seed = 0                 # of the resampling

    [network]
    kind = "colora"          # or "film" or "mlp"
    width = 64
    depth = 7
    frequencies = [1, 2, 4]  # waves in time, no higher than hoam check says are resolved

    [training]
    method = "hoam"          # or "dice" or "flow_matching"
    epsilon = 0.0            # diffusion of the inference dynamics, in normalised units
    steps = 4000
    learning_rate = 3e-3
    batch = 128              # samples at each time of a step
    checkpoint_every = 500   # steps
    seed = 0                 # of network and minibatches: another one is another member

Entries that are unknown or of another type are refused.
"""

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hoam import networks
from hoam.methods import action_matching, dice, flow_matching
from hoam.quadrature import Rule
from hoam.types import Method

_NETWORKS = {"colora": networks.CoLoRA, "film": networks.FiLM, "mlp": networks.MLP}
_METHODS = {
    "hoam": action_matching,
    "dice": dice,
    "flow_matching": lambda *, rule, epsilon: flow_matching(rule=rule),
}


@dataclass(frozen=True)
class Data:
    """How the samples of a file are used; see the module."""

    n_samples: int = 0
    held_out_times: tuple[float, ...] = ()
    periods: tuple[float, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class Network:
    """The network; see the module.

    Raises:
        ValueError: if there is no such kind.
    """

    kind: str = "colora"
    width: int = 64
    depth: int = 7
    frequencies: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        _one_of(self.kind, _NETWORKS, "network.kind")


@dataclass(frozen=True)
class Training:
    """Objective and budget; see the module.

    Raises:
        ValueError: if there is no such method.
    """

    method: str = "hoam"
    epsilon: float = 0.0
    steps: int = 4000
    learning_rate: float = 3e-3
    batch: int = 128
    checkpoint_every: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of(self.method, _METHODS, "training.method")


@dataclass(frozen=True)
class Settings:
    """All settings of one training; see the module."""

    data: Data = field(default_factory=Data)
    network: Network = field(default_factory=Network)
    training: Training = field(default_factory=Training)

    def method(self, rule: Rule) -> Method:
        """Return the objective with a rule in time; DICE uses its times and not its weights."""
        return _METHODS[self.training.method](rule=rule, epsilon=self.training.epsilon)

    def architecture(self, periodic: tuple[bool, ...]) -> networks.Network:
        """Return the network for coordinates of which some may be periodic."""
        return _NETWORKS[self.network.kind](
            width=self.network.width,
            depth=self.network.depth,
            frequencies=self.network.frequencies,
            periodic=periodic if any(periodic) else (),
            outputs=len(periodic) if self.training.method == "flow_matching" else 1,
        )


def load_settings(path: Path | None) -> Settings:
    """Read settings from a TOML file; all defaults without one.

    Args:
        path: the file, or `None`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is no TOML, or an entry is unknown or of another type.
    """
    if path is None:
        return Settings()
    if not path.is_file():
        message = f"Expected a TOML file at {path}; got nothing there. Use the path of a file."
        raise FileNotFoundError(message)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"Expected TOML in {path}; got {error}. Use the form shown in hoam.settings."
        raise ValueError(message) from error
    tables = {f.name: f.default_factory for f in dataclasses.fields(Settings)}
    _known(content, tables, str(path))
    return Settings(**{name: _table(tables[name], content[name], name) for name in content})


def _table(kind: Any, content: Any, name: str) -> Any:
    fields = {f.name: f.default for f in dataclasses.fields(kind)}
    if not isinstance(content, dict):
        message = f"Expected a table [{name}]; got {content!r}. Use entries below [{name}]."
        raise ValueError(message)
    _known(content, fields, f"[{name}]")
    return kind(**{key: _like(fields[key], v, f"{name}.{key}") for key, v in content.items()})


def _like(default: Any, value: Any, name: str) -> Any:
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(_like(0.0, item, name) for item in value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(default):
        kind = {tuple: "a list of numbers", float: "a number", int: "a whole number", str: "text"}
        message = f"Expected {kind[type(default)]} for {name}; got {value!r}. Use e.g. {default!r}."
        raise ValueError(message)
    return value


def _known(content: dict, known: Any, where: str) -> None:
    if unknown := sorted(set(content) - set(known)):
        message = (
            f"Expected entries among {sorted(known)} in {where}; got {unknown}. Use one of these."
        )
        raise ValueError(message)


def _one_of(value: str, known: dict, name: str) -> None:
    if value not in known:
        message = f"Expected one of {sorted(known)} for {name}; got {value!r}. Use one of these."
        raise ValueError(message)
