r"""Charge deposition, Poisson solve and field interpolation on a periodic line or box.

With the density $n(x) = \frac{V}{N}\sum_i \delta(x - x_i)$ of mean one in a periodic box of $d$
equal sides $L$ and volume $V = L^d$, the potential solves

$$\mu^2 \Delta\phi(x) = n(x) - 1, \qquad \phi \text{ periodic}, \quad \textstyle\int\phi = 0.$$

Particles and cells share the linear (cloud-in-cell) shape, a product over the directions, and the
spectral derivative is antisymmetric, so the total force vanishes to round-off and momentum is
conserved (Birdsall and Langdon, *Plasma Physics via Computer Simulation*, ch. 8).

Positions on a line are arrays `[N]` or `[N, 1]` with one number of cells; positions in a box are
arrays `[N, d]` with a number of cells per direction.
"""

from functools import reduce
from itertools import product
from math import prod
from operator import add

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.arguments import as_whole, is_positive
from hoam.types import Scalar

type Cells = int | tuple[int, ...]


def density(x: Float[Array, "N *d"], *, length: float, cells: Cells) -> Float[Array, "*cells"]:
    """Return the cell values of the density of mean one, by linear (cloud-in-cell) deposition.

    Args:
        x: positions, any real numbers; wrapped to [0, length).
        length: length of the periodic box in every direction.
        cells: number of cells in every direction.

    Raises:
        ValueError: if `length` or a number of cells is not positive, or `x` holds no positions in
            as many directions.
    """
    shape = _shape(x, length, cells)
    counts = jnp.zeros(prod(shape), x.dtype)
    for index, weight in _corners(x, length, shape):
        counts = counts.at[index].add(weight)
    return counts.reshape(shape) * (prod(shape) / x.shape[0])


def electric_potential(
    n: Float[Array, "*cells"], *, mu: Scalar, length: float
) -> Float[Array, "*cells"]:
    r"""Return $\phi$ with $\mu^2\Delta\phi = n - 1$ and zero mean, by discrete Fourier transform.

    Args:
        n: density per cell, mean one.
        mu: scaling of the Poisson equation; the potential of 0 is NaN.
        length: length of the periodic box in every direction.

    Raises:
        ValueError: if `length` is not positive.
    """
    _require_length(length)
    return jnp.fft.irfftn(_potential_modes(n, mu, length), s=n.shape)


def force(
    x: Float[Array, "N *d"], *, mu: Scalar, length: float, cells: Cells
) -> Float[Array, "N *d"]:
    r"""Return $\nabla\phi(x_i)$, the force of the particles on themselves.

    Args:
        x: positions; wrapped to [0, length).
        mu: scaling of the Poisson equation.
        length: length of the periodic box in every direction.
        cells: number of cells in every direction.

    Raises:
        ValueError: as `density`.
    """
    shape = _shape(x, length, cells)
    modes = _potential_modes(density(x, length=length, cells=cells), mu, length)
    corners = _corners(x, length, shape)
    components = []
    for wavenumber, count in zip(_wavenumbers(shape, length), shape, strict=True):
        # The derivative of the highest mode of an even grid is not on it.
        inside = np.abs(wavenumber) * length / np.pi < count - 0.5
        factor = jnp.asarray(wavenumber * inside, x.dtype)
        gradient = jnp.fft.irfftn(1j * factor * modes, s=shape).ravel()
        components.append(reduce(add, (weight * gradient[index] for index, weight in corners)))
    return jnp.stack(components, axis=-1).reshape(x.shape)


def field_energy(
    x: Float[Array, "N *d"], *, mu: Scalar, length: float, cells: Cells
) -> Float[Array, ""]:
    r"""Return the electric energy per unit volume, $-\frac{1}{2V}\int \phi\,(n - 1)\,dx \ge 0$.

    This equals $-\frac12$ times the mean of $\phi$ over the particles, and $\frac{\mu^2}{2V}\int
    |\nabla\phi|^2\,dx$.

    Args:
        x: positions; wrapped to [0, length).
        mu: scaling of the Poisson equation.
        length: length of the periodic box in every direction.
        cells: number of cells in every direction.

    Raises:
        ValueError: as `density`.
    """
    n = density(x, length=length, cells=cells)
    return -0.5 * jnp.mean(n * electric_potential(n, mu=mu, length=length))


def _require_length(length: float) -> None:
    if not is_positive(length):
        message = f"Expected a positive length of the box; got {length}. Use that of the system."
        raise ValueError(message)


def _shape(x: Float[Array, "N *d"], length: float, cells: Cells) -> tuple[int, ...]:
    """Return the number of cells in each direction, once it suits the box and the positions."""
    _require_length(length)
    shape = cells if isinstance(cells, tuple) else (cells,)
    for count in shape:
        as_whole(count, least=1, what="a number of cells")
    wanted = [(len(shape),)] if shape is cells else [(1,), ()]
    floats = jnp.issubdtype(jnp.result_type(x), jnp.floating)
    if not np.size(x) or np.shape(x)[1:] not in wanted or np.ndim(x) < 1 or not floats:
        message = (
            f"Expected floats [N, {len(shape)}]{'' if shape is cells else ' or [N]'} as positions "
            f"for cells {cells}; got shape {np.shape(x)} of {jnp.result_type(x)}. "
            "Use one number of cells for each direction."
        )
        raise ValueError(message)
    return shape


def _corners(
    x: Float[Array, "N *d"], length: float, shape: tuple[int, ...]
) -> list[tuple[Array, Array]]:
    """Return flat index and weight, `[N]` each, of the cells that share each particle."""
    columns = x.reshape(x.shape[0], len(shape)).T
    located = [_locate(column, length, count) for column, count in zip(columns, shape, strict=True)]
    corners = []
    for corner in product((0, 1), repeat=len(shape)):
        index, weight = 0, 1
        for (left, fraction), side, count in zip(located, corner, shape, strict=True):
            index = index * count + (left + side) % count
            weight = weight * (fraction if side else 1 - fraction)
        corners.append((index, weight))
    return corners


def _locate(x: Float[Array, " N"], length: float, cells: int) -> tuple[Array, Float[Array, " N"]]:
    scaled = x * (cells / length)
    # Not jnp.mod: its time grows with the number of laps, to more than all the rest of a step.
    scaled = scaled - cells * jnp.floor(scaled / cells)
    left = jnp.floor(scaled)
    return left.astype(jnp.int32) % cells, scaled - left


def _wavenumbers(shape: tuple[int, ...], length: float) -> tuple[np.ndarray, ...]:
    """Return the wave numbers of each direction, shaped to broadcast over the real transform."""
    frequencies = [np.fft.fftfreq(n, d=length / n) for n in shape[:-1]]
    frequencies.append(np.fft.rfftfreq(shape[-1], d=length / shape[-1]))
    return tuple(np.meshgrid(*(2 * np.pi * f for f in frequencies), indexing="ij"))


def _potential_modes(n: Float[Array, "*cells"], mu: Scalar, length: float) -> Array:
    square = np.sum(np.square(_wavenumbers(n.shape, length)), axis=0)
    inverse = np.divide(-1.0, square, out=np.zeros_like(square), where=square > 0)
    return jnp.asarray(inverse, n.dtype) * jnp.fft.rfftn(n) / mu**2
