"""The physical systems of the paper, one file each."""

from hoam.systems.base import System
from hoam.systems.bistable import Bistable
from hoam.systems.bump_on_tail import BumpOnTail
from hoam.systems.chaos_9d import Chaos9D
from hoam.systems.oscillator import Oscillator
from hoam.systems.strong_landau import StrongLandau
from hoam.systems.trap_100d import Trap100D
from hoam.systems.two_stream import TwoStream

__all__ = [
    "Bistable",
    "BumpOnTail",
    "Chaos9D",
    "Oscillator",
    "StrongLandau",
    "System",
    "Trap100D",
    "TwoStream",
]
