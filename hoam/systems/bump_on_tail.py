r"""The bump-on-tail instability: a fast, cold beam on the tail of a Maxwellian, with collisions.

$$\begin{aligned}
\mathrm{d}x &= v\,\mathrm{d}t, & \mathrm{d}v &= \bigl(\partial_x\phi(t, x) - \nu v\bigr)
\,\mathrm{d}t + \sqrt{2\nu}\,\mathrm{d}W, \\
\nu &= 10^{-3}, & \mu^2\,\partial_x^2\phi &= n - 1,
\end{aligned}$$

on $x \in [0, 50)$, periodic, from the beams $0.9\,N(0, 1) + 0.1\,N(4, 0.5^2)$ in $v$, uniform in
$x$, with every velocity multiplied by $1 + 0.05\cos(2\pi\mu x/50)$ (arXiv 2410.12000, Section 4 and
Figures 3 and 4).

The collisions pull every velocity towards the unit Maxwellian at rest: they leave the bulk alone,
and slow and spread the beam within times of $1/\nu$, 25 horizons. They conserve neither the
momentum nor the energy of the particles, which they exchange with the background. Every particle
receives its own noise, which moves it by $(2\nu t^3/3)^{1/2}$, that is 6.5 by the horizon, where
the growing waves have lengths of 25 and 50: the order of a quiet start decays. Two runs of $2^{17}$
markers differ in their field energy by 1 % or less without collisions, and by about 7 %
($\mu = 1.35$) and 13 % ($\mu = 1.95$) with them, in the $L^2$ norm over the horizon.

Solver and collisions are those of `hoam.systems.vlasov`.
"""

from dataclasses import dataclass
from typing import ClassVar

from hoam.systems.vlasov import Beams


@dataclass(frozen=True)
class BumpOnTail(Beams):
    """A beam on the tail of a Maxwellian; see the module for the equations.

    Raises:
        ValueError: as `VlasovPoisson`.
    """

    collision_rate: float = 1e-3

    train_mus: ClassVar[tuple[float, ...]] = (1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0)
    test_mus: ClassVar[tuple[float, ...]] = (1.35, 1.95)
    horizon: ClassVar[float] = 40.0
    beams: ClassVar[tuple[tuple[float, float, float], ...]] = ((0.9, 0.0, 1.0), (0.1, 4.0, 0.5))
