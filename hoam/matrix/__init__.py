r"""The training matrix: every model under `checkpoints/`, by name, one module per system.

A name reads `<system>-<case>-<method>-<seed>`; a system with one case leaves it out.
"""

from hoam.matrix import (
    bistable,
    bump_on_tail,
    chaos_9d,
    oscillator,
    strong_landau,
    trap_100d,
    two_stream,
)
from hoam.runs import Config, Enriched

_SYSTEMS = (
    oscillator,
    bistable,
    two_stream,
    bump_on_tail,
    strong_landau,
    chaos_9d,
    trap_100d,
)


def configs() -> dict[str, Config | Enriched]:
    """Return all training runs by name; one that goes on from another comes after it."""
    return {config.name: config for system in _SYSTEMS for config in system.runs()}
