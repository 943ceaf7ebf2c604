r"""Strong Landau damping of electrons in three space and three velocity dimensions.

$$\dot x = v, \qquad \dot v = \nabla\phi(t, x), \qquad \mu^2\Delta\phi = n - 1, \qquad x \in [0,
4\pi)^3 \text{ periodic},$$

$$f(0, x, v) \propto \bigl(1 + \alpha\cos(k x_1)\bigr)\,e^{-|v|^2/2}, \qquad k = \tfrac12, \quad
\alpha = \tfrac12$$

(arXiv 2410.12000, Section 4 and Figure 3; without collisions). The electric energy per unit volume
starts from $\alpha^2/(4\mu^2k^2)$. A small $\alpha$ decays at the Landau rate $\gamma$; here the
bounce frequency $\sqrt{\alpha/2}/\mu$ of particles trapped in one of the two waves that make up the
ripple is two to seven times as high, so that the law forms filaments and the decay depends on
$\alpha$.

The parameter is the scaling of the Poisson equation, as for the other plasmas, and not $\alpha$.
The initial law is then the same for all parameters, and what a reduced model has to predict is the
dynamics alone; $\mu$ is the Debye length, in units of that at $\mu = 1$, on which frequency and
damping depend strongly (at $\mu = 0.8,\ 1,\ 1.2$: $\omega = 1.606,\ 1.416,\ 1.288$ and $\gamma =
-0.083,\ -0.153,\ -0.220$), and $\mu = 1$ is the common benchmark.

The exact field points along $x_1$ and depends on $x_1$ only: $(x_1, v_1)$ obey the equations in one
space and one velocity dimension, and the other coordinates stream freely. The solver knows nothing
of this. It deposits, transforms and interpolates in three dimensions, and the particles' noise in
the other directions is part of the full model. Of the grids with 32 cells along $x_1$, the one with
4 cells across is nearer to the reduction than the one with 8 ($2^{16}$ markers: 0.6 % and 0.8 % of
the field energy in the mean square over the horizon), because fewer modes carry less noise. With
$2^{17}$ markers the noise reaches an energy of $5\cdot 10^{-5}$ per unit volume, above that of the
wave near the horizon: late field energies are to be taken from the density along $x_1$ alone.
"""

from dataclasses import dataclass
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.systems.loading import mixture_quantile, uniform_points
from hoam.systems.vlasov import VlasovPoisson
from hoam.types import PRNGKey, Scalar


@dataclass(frozen=True)
class StrongLandau(VlasovPoisson):
    """A strongly perturbed plasma in a box; see the module for the equations.

    Args:
        loading: how initial markers are placed, `"quiet"` or `"random"`.
        cells: number of grid cells in each of the three directions.
        time_step: largest step in time.
        collision_rate: the rate of collisions; 0 for none.
        perturbation: relative amplitude of the initial density wave, in [0, 1].

    Raises:
        ValueError: if the perturbation leaves a negative density; see also `VlasovPoisson`.
    """

    cells: int | tuple[int, ...] = (32, 4, 4)
    time_step: float = 0.05
    perturbation: float = 0.5

    train_mus: ClassVar[tuple[float, ...]] = (0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2)
    test_mus: ClassVar[tuple[float, ...]] = (0.875, 1.125)
    horizon: ClassVar[float] = 9.0
    length: ClassVar[float] = 4 * np.pi
    periods: ClassVar[tuple[float | None, ...]] = (length,) * 3 + (None,) * 3
    coordinates: ClassVar[tuple[str, ...]] = ("x₁", "x₂", "x₃", "v₁", "v₂", "v₃")

    def __post_init__(self) -> None:
        if not 0 <= self.perturbation <= 1:
            message = (
                f"Expected a perturbation from 0 to 1; got {self.perturbation}. "
                "Use 1 at the most, where the density touches zero."
            )
            raise ValueError(message)
        super().__post_init__()

    def initial(self, key: PRNGKey, *, mu: Scalar, n_samples: int) -> Float[Array, "N 6"]:
        """Place markers; the law does not depend on `mu`."""
        del mu
        points = uniform_points(key, loading=self.loading, n_samples=n_samples, dimension=6)
        # The best-distributed coordinates of a Sobol sequence are its first: x_1 and v_1.
        x1, v1, x2, v2, x3, v3 = points.T
        table = np.linspace(0, self.length, 2**14)
        k = 2 * np.pi / self.length
        x1 = np.interp(x1 * self.length, table + self.perturbation / k * np.sin(k * table), table)
        positions = [x1, self.length * x2, self.length * x3]
        maxwellian = ((1.0, 0.0, 1.0),)
        velocities = [mixture_quantile(p, maxwellian) for p in (v1, v2, v3)]
        return jnp.asarray(np.stack([*positions, *velocities], axis=1))
