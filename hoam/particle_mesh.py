r"""Charge deposition, Poisson solve and field interpolation on a periodic line.

With the density $n(x) = \frac{L}{N}\sum_i \delta(x - x_i)$ of mean one, the potential solves

$$\mu^2 \phi''(x) = n(x) - 1, \qquad \phi \text{ periodic on } [0, L), \quad \textstyle\int\phi =
0.$$

Particles and cells share the linear (cloud-in-cell) shape, and the spectral derivative is
antisymmetric, so the total force vanishes to round-off and momentum is conserved (Birdsall and
Langdon, *Plasma Physics via Computer Simulation*, ch. 8).
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.types import Scalar


def density(x: Float[Array, " N"], *, length: float, cells: int) -> Float[Array, " cells"]:
    """Return the cell values of the density of mean one, by linear (cloud-in-cell) deposition.

    Args:
        x: positions, any real numbers; wrapped to [0, length).
        length: length of the periodic box.
        cells: number of cells.
    """
    left, fraction = _locate(x, length, cells)
    right = (left + 1) % cells
    counts = jnp.zeros(cells, x.dtype).at[left].add(1 - fraction).at[right].add(fraction)
    return counts * (cells / x.shape[0])


def electric_potential(
    n: Float[Array, " cells"], *, mu: Scalar, length: float
) -> Float[Array, " cells"]:
    r"""Return $\phi$ with $\mu^2\phi'' = n - 1$ and zero mean, by discrete Fourier transform.

    Args:
        n: density per cell, mean one.
        mu: scaling of the Poisson equation, non-zero.
        length: length of the periodic box.
    """
    return jnp.fft.irfft(_potential_modes(n, mu, length), n=n.shape[0])


def force(x: Float[Array, " N"], *, mu: Scalar, length: float, cells: int) -> Float[Array, " N"]:
    r"""Return $\phi'(x_i)$, the force of the particles on themselves.

    Args:
        x: positions; wrapped to [0, length).
        mu: scaling of the Poisson equation.
        length: length of the periodic box.
        cells: number of cells.
    """
    modes = _potential_modes(density(x, length=length, cells=cells), mu, length)
    wavenumber = _wavenumbers(cells, length)
    wavenumber[-1] *= cells % 2  # the derivative of the highest mode of an even grid is not on it
    gradient = jnp.fft.irfft(1j * wavenumber.astype(x.dtype) * modes, n=cells)
    left, fraction = _locate(x, length, cells)
    return (1 - fraction) * gradient[left] + fraction * gradient[(left + 1) % cells]


def field_energy(
    x: Float[Array, " N"], *, mu: Scalar, length: float, cells: int
) -> Float[Array, ""]:
    r"""Return the electric energy per unit length, $-\frac{1}{2L}\int \phi\,(n - 1)\,dx \ge 0$.

    This equals $-\frac12$ times the mean of $\phi$ over the particles, and $\frac{\mu^2}{2L}\int
    \phi'^2\,dx$.

    Args:
        x: positions; wrapped to [0, length).
        mu: scaling of the Poisson equation.
        length: length of the periodic box.
        cells: number of cells.
    """
    n = density(x, length=length, cells=cells)
    return -0.5 * jnp.mean(n * electric_potential(n, mu=mu, length=length))


def _locate(x: Float[Array, " N"], length: float, cells: int) -> tuple[Array, Float[Array, " N"]]:
    scaled = jnp.mod(x, length) * (cells / length)
    left = jnp.floor(scaled)
    return left.astype(jnp.int32) % cells, scaled - left


def _wavenumbers(cells: int, length: float) -> np.ndarray:
    return 2 * np.pi * np.fft.rfftfreq(cells, d=length / cells)


def _potential_modes(n: Float[Array, " cells"], mu: Scalar, length: float) -> Array:
    k = _wavenumbers(n.shape[0], length)
    inverse = np.divide(-1.0, k**2, out=np.zeros_like(k), where=k > 0)
    return jnp.asarray(inverse, n.dtype) * jnp.fft.rfft(n) / mu**2
