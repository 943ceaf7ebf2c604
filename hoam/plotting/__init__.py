"""The book's figure style, one colour per method, and the figure types that notebooks share."""

from hoam.plotting.curves import COLOURS, LINES, band, line, seeds, shades, style
from hoam.plotting.planes import density, density_animation, phase_space

__all__ = [
    "COLOURS",
    "LINES",
    "band",
    "density",
    "density_animation",
    "line",
    "phase_space",
    "seeds",
    "shades",
    "style",
]
