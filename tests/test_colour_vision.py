"""Methods can be told apart in the figures by readers who see fewer colours.

Colours are seen as by people without one kind of cones (G. M. Machado, M. M. Oliveira and L. A. F.
Fernandes, IEEE Trans. Vis. Comput. Graph. 15 (2009), 1291-1298, Table 1 with severity 1.0; linear
RGB), and compared in CIELAB (CIE 1976, white point D65). The matrices, that of tritanopia too, are
as in github.com/colour-science/colour, `colour/blindness/datasets/machado2010.py`.
"""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from hoam import plotting

VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = XYZ.sum(axis=1)
#: Distance in CIELAB from which on two lines are told apart by colour alone: almost nine times the
#: 2.3 that are just noticeable (M. Mahy et al., Color Res. Appl. 19 (1994), 105).
APART = 20.0


def seen(colour, vision):
    """Return L*, a* and b* of a colour as it is seen."""
    channels = np.asarray(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(XYZ @ np.clip(VISION[vision] @ linear, 0, 1) / WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other, vision):
    return float(np.linalg.norm(seen(one, vision) - seen(other, vision)))


def dashes(name):
    """Return the line style as it is drawn: lengths of dashes and gaps, in line widths."""
    (line,) = plt.plot([0, 1], [0, 1], linestyle=plotting.LINES[name], linewidth=1)
    plt.close()
    return tuple(line._unscaled_dash_pattern[1] or ())


def alike(first, second):
    """Return whether two patterns have the same share of ink and the same number of dashes."""
    ink = [sum(p[::2]) / sum(p) if p else 1.0 for p in (first, second)]
    return (
        len(first) == len(second)
        and abs(ink[0] - ink[1]) < 0.1
        and (not first or abs(sum(first) - sum(second)) < 1)
    )


def test_what_is_seen_agrees_with_what_is_known_of_it():
    np.testing.assert_allclose(seen("white", "usual"), (100, 0, 0), atol=0.01)
    np.testing.assert_allclose(seen("red", "usual"), (53.24, 80.09, 67.20), atol=0.02)
    for vision in VISION:
        # Greys stay as they are: red and green, or blue and green, come close to each other.
        np.testing.assert_allclose(seen("0.5", vision), seen("0.5", "usual"), atol=0.1)
    assert distance("#b33c00", "#5a7000", "usual") > 60
    assert distance("#b33c00", "#5a7000", "deuteranopia") < 20
    assert distance("#3060c0", "#208040", "usual") > 60
    assert distance("#3060c0", "#208040", "tritanopia") < 20


@pytest.mark.parametrize("vision", VISION)
def test_two_methods_differ_in_colour_or_in_line(vision):
    close = [
        (one, other)
        for one, other in combinations(plotting.COLOURS, 2)
        if distance(plotting.COLOURS[one], plotting.COLOURS[other], vision) < APART
    ]
    assert [pair for pair in close if alike(*map(dashes, pair))] == []


def test_lines_are_alike_if_they_look_alike():
    assert alike((), ())
    assert alike((1, 1.65), (1, 2))
    assert not alike((), (3.7, 1.6))
    assert not alike((3.7, 1.6), (5, 1))
    assert not alike((3.7, 1.6), (6.4, 1.6, 1, 1.6))
