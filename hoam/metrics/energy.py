r"""The electric energy of a plasma over time, and what is read off such a series.

$$E(t) = -\frac{1}{2L}\int_0^L \phi\,(n - 1)\,dx \ge 0, \qquad \mu^2\phi'' = n - 1.$$
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam import particle_mesh
from hoam.arguments import as_floats, as_whole, is_number, is_positive
from hoam.types import Samples, Scalar


def electric_energy(
    paths: Samples, *, mu: Scalar, length: float, cells: int = 512
) -> Float[np.ndarray, " T"]:
    r"""Return the electric energy per unit length over time, $-\tfrac12$ the mean of $\phi$.

    Args:
        paths: `[T, N, D]`, states whose first coordinate is the position, physical units.
        mu: scaling of the Poisson equation $\mu^2\phi'' = n - 1$.
        length: length of the periodic box.
        cells: number of grid cells of the field.

    Returns:
        `[T]`, non-negative; NaN at each time at which a position is NaN or infinite, as those of a
        rollout that has left the data may be.

    Raises:
        ValueError: if `paths` does not have three axes or is empty, or a number is out of range.
    """
    if np.ndim(paths) != 3 or 0 in np.shape(paths):
        message = (
            f"Expected paths with shape [T, N, D]; got {np.shape(paths)}. "
            "Use paths[None] for a single time."
        )
        raise ValueError(message)
    as_whole(cells, least=1, what="a number of cells")
    if not is_positive(length) or not is_number(mu) or not 0 < abs(float(mu)) < np.inf:
        message = (
            f"Expected a positive length and a mu other than zero; got {length} and {mu}. "
            "Use those of the system."
        )
        raise ValueError(message)
    return np.asarray(_energies(jnp.asarray(paths)[..., 0], mu, length=length, cells=cells))


@jax.jit(static_argnames=("length", "cells"))
def _energies(x: Array, mu: Scalar, *, length: float, cells: int) -> Array:
    return jax.lax.map(
        lambda snapshot: particle_mesh.field_energy(snapshot, mu=mu, length=length, cells=cells), x
    )


def relative_error(estimate: Samples, truth: Samples) -> float:
    r"""Return $\frac1{T-1}\sum_{j \ge 1} |\hat e_j - e_j| / |e_j|$, a mean without the first time.

    For the electric energy this is the error of Table 1 (arXiv 2410.12000).

    Args:
        estimate: `[T]`, values over time. Where a rollout has left the data they may be NaN or
            infinite: then so is the error.
        truth: `[T]`, reference values over time, finite.

    Raises:
        ValueError: if the two are no series of numbers of one length, at least 2, or the truth is
            not finite.
    """
    estimate, truth = _against(estimate, truth)
    return float(np.mean(np.abs(estimate - truth)[1:] / np.abs(truth)[1:]))


def relative_l2_error(estimate: Samples, truth: Samples) -> float:
    r"""Return $\|\hat e - e\|_2 / \|e\|_2$ over equally spaced times.

    Args:
        estimate: `[T]`, values over time. Where a rollout has left the data they may be NaN or
            infinite: then so is the error.
        truth: `[T]`, reference values over time, finite.

    Raises:
        ValueError: if the two are no series of numbers of one length, at least 2, or the truth is
            not finite.
    """
    estimate, truth = _against(estimate, truth)
    return float(np.linalg.norm(estimate - truth) / np.linalg.norm(truth))


def growth_rate(
    times: np.ndarray,
    energy: Samples,
    *,
    between: tuple[float, float] = (0.02, 0.5),
) -> float:
    r"""Return $\gamma$ from $E \propto e^{2\gamma t}$, fitted on the last rise to the maximum.

    The line is fitted to $\log E$ by least squares on the times at which the energy rises from the
    first to the second fraction of its maximum: after the last time below the first, up to and
    including the first time above the second.

    Args:
        times: `[T]`.
        energy: `[T]`, positive.
        between: fractions of the maximum that bound the window, ascending in (0, 1).

    Returns:
        Half the slope of the logarithm, per unit of time; NaN if fewer than three times fall in the
        window.

    Raises:
        ValueError: if the two are no series of numbers of one length, times are not finite, the
            fractions do not ascend in (0, 1), or the energy is not finite with a positive maximum.
    """
    fractions = as_floats(between, "between")
    if fractions.shape != (2,) or not 0 < fractions[0] < fractions[1] < 1:
        message = (
            f"Expected fractions 0 < low < high < 1; got {between}. Use e.g. between=(0.02, 0.5)."
        )
        raise ValueError(message)
    low, high = fractions
    times, energy = _series(times, energy)
    if not np.isfinite([times, energy]).all() or not energy.max() > 0:
        message = (
            "Expected finite times, and a finite energy with a positive maximum; got values from "
            f"{energy.min()} to {energy.max()}. Use the electric energy of paths without NaN."
        )
        raise ValueError(message)
    peak = int(energy.argmax())
    below = np.flatnonzero(energy[:peak] < low * energy[peak])
    start = int(below[-1]) + 1 if below.size else 0
    above = np.flatnonzero(energy[start : peak + 1] > high * energy[peak])
    window = slice(start, start + int(above[0]) + 1)
    if times[window].size < 3:
        return float("nan")
    return float(np.polyfit(times[window], np.log(energy[window]), 1)[0] / 2)


def _series(a: Samples, b: Samples) -> tuple[np.ndarray, np.ndarray]:
    a, b = as_floats(a, "a series"), as_floats(b, "a series")
    if a.ndim != 1 or a.shape != b.shape or a.size < 2:
        message = (
            f"Expected two series of equal length, at least 2; got shapes {a.shape} and {b.shape}. "
            "Use values at the same times."
        )
        raise ValueError(message)
    return a, b


def _against(estimate: Samples, truth: Samples) -> tuple[np.ndarray, np.ndarray]:
    estimate, truth = _series(estimate, truth)
    if not np.isfinite(truth).all():
        message = f"Expected a finite truth; got {truth}. Use a run without NaN or infinity."
        raise ValueError(message)
    return estimate, truth
