r"""The two-stream instability: electrons in one space and one velocity dimension.

$$\dot x = v, \qquad \dot v = \partial_x\phi(t, x), \qquad \mu^2\,\partial_x^2\phi = n - 1,
\qquad x \in [0, 50) \text{ periodic},$$

from two beams $\tfrac12 N(-3, 1) + \tfrac12 N(3, 1)$ in $v$, uniform in $x$, with every velocity
multiplied by $1 + 0.05\cos(2\pi\mu x/50)$ (arXiv 2410.12000, Section 4 and Figures 3 and 4).
There are no collisions. The solver is that of `hoam.systems.vlasov`.
"""

from dataclasses import dataclass
from typing import ClassVar

from hoam.systems.vlasov import Beams


@dataclass(frozen=True)
class TwoStream(Beams):
    """Two counter-streaming electron beams; see the module for the equations.

    Raises:
        ValueError: as `VlasovPoisson`.
    """

    train_mus: ClassVar[tuple[float, ...]] = (1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9)
    test_mus: ClassVar[tuple[float, ...]] = (1.25, 1.85)
    horizon: ClassVar[float] = 40.0
    beams: ClassVar[tuple[tuple[float, float, float], ...]] = ((0.5, -3.0, 1.0), (0.5, 3.0, 1.0))
