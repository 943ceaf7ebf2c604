r"""How far a predicted population is from the true one.

Every metric is a function of samples, so that its floor can be measured: the same metric between
two independent runs of the full model.
"""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam import particle_mesh
from hoam.arguments import as_whole
from hoam.types import Scalar

type Samples = Float[Array, "..."] | Float[np.ndarray, "..."]


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
        `[T]`, non-negative.

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
    if not 0 < length < np.inf or not 0 < abs(float(mu)) < np.inf:
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
        estimate: `[T]`, values over time.
        truth: `[T]`, reference values over time.
    """
    estimate, truth = _series(estimate, truth)
    return float(np.mean(np.abs(estimate - truth)[1:] / np.abs(truth)[1:]))


def relative_l2_error(estimate: Samples, truth: Samples) -> float:
    r"""Return $\|\hat e - e\|_2 / \|e\|_2$ over equally spaced times.

    Args:
        estimate: `[T]`, values over time.
        truth: `[T]`, reference values over time.
    """
    estimate, truth = _series(estimate, truth)
    return float(np.linalg.norm(estimate - truth) / np.linalg.norm(truth))


def growth_rate(
    times: np.ndarray,
    energy: Samples,
    *,
    between: tuple[float, float] = (0.02, 0.5),
) -> float:
    r"""Return $\gamma$ from $E \propto e^{2\gamma t}$, fitted on the last rise to the maximum.

    The line is fitted to $\log E$ by least squares on the times at which the energy rises from the
    first to the second fraction of its maximum: after the last time below the first, before the
    next time above the second.

    Args:
        times: `[T]`.
        energy: `[T]`, positive.
        between: fractions of the maximum that bound the window, ascending in (0, 1).

    Returns:
        Half the slope of the logarithm, per unit of time; NaN if fewer than three times fall in the
        window.

    Raises:
        ValueError: if lengths differ, the fractions do not ascend in (0, 1), or the energy is not
            finite with a positive maximum.
    """
    low, high = between
    if not 0 < low < high < 1:
        message = (
            f"Expected fractions 0 < low < high < 1; got {between}. Use e.g. between=(0.02, 0.5)."
        )
        raise ValueError(message)
    times, energy = _series(times, energy)
    if not np.isfinite(energy).all() or not energy.max() > 0:
        message = (
            f"Expected a finite energy with a positive maximum; got values from {energy.min()} to "
            f"{energy.max()}. Use the electric energy of paths without NaN."
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


def moments(x: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Return mean `[D]` and unbiased covariance `[D, D]` of samples `[N, D]`.

    Raises:
        ValueError: if there are fewer than two samples, or other axes.
    """
    x = np.asarray(x, np.float64)
    if x.ndim != 2 or x.shape[0] < 2:
        message = (
            f"Expected at least two samples [N, D]; got shape {x.shape}. Use one row per sample."
        )
        raise ValueError(message)
    return x.mean(axis=0), np.atleast_2d(np.cov(x, rowvar=False))


def moment_errors(paths: Samples, truth: Samples) -> tuple[float, float]:
    r"""Return the relative errors of the mean and of the variances over all times and coordinates.

    With $r_i$ the root mean square of the true coordinate $i$ over samples and times, so that
    coordinates of any size count alike,

    $$e_1^2 = \frac{\sum_{t,i} |m_i - m'_i|^2 / r_i^2}{\sum_{t,i} |m'_i|^2 / r_i^2}, \qquad
    e_2^2 = \frac{\sum_{t,i} |v_i - v'_i|^2 / r_i^4}{\sum_{t,i} |v'_i|^2 / r_i^4}.$$

    Args:
        paths: `[T, N, D]`, predicted samples.
        truth: `[T, K, D]`, samples of the full model at the same times.

    Raises:
        ValueError: if times or coordinates differ.
    """
    a, b = np.asarray(paths, np.float64), np.asarray(truth, np.float64)
    if a.ndim != 3 or b.ndim != 3 or a.shape[::2] != b.shape[::2]:
        message = (
            f"Expected samples [T, N, D] and [T, K, D]; got {a.shape} and {b.shape}. "
            "Use the same times and coordinates."
        )
        raise ValueError(message)
    size = np.mean(b**2, axis=(0, 1))

    def relative(estimate: np.ndarray, exact: np.ndarray) -> float:
        return float(np.sqrt(np.sum((estimate - exact) ** 2) / np.sum(exact**2)))

    return (
        relative(a.mean(axis=1) / size**0.5, b.mean(axis=1) / size**0.5),
        relative(a.var(axis=1) / size, b.var(axis=1) / size),
    )


def gaussian_wasserstein(
    mean_a: Samples, covariance_a: Samples, mean_b: Samples, covariance_b: Samples
) -> float:
    r"""Return the distance $W_2$ between two Gaussians.

    $$W_2^2 = |m_a - m_b|^2 + \mathrm{tr}\bigl(A + B - 2(A^{1/2} B A^{1/2})^{1/2}\bigr)$$

    Args:
        mean_a: `[D]`.
        covariance_a: `[D, D]`, symmetric and positive semi-definite.
        mean_b: `[D]`.
        covariance_b: `[D, D]`, likewise.

    Raises:
        ValueError: if dimensions differ.

    Source: Dowson and Landau, J. Multivariate Analysis 12 (1982).
    """
    a, b = np.asarray(covariance_a, np.float64), np.asarray(covariance_b, np.float64)
    shapes = [np.shape(mean_a), np.shape(mean_b), a.shape, b.shape]
    if len(shapes[0]) != 1 or shapes != [shapes[0]] * 2 + [shapes[0] * 2] * 2:
        message = (
            f"Expected means [D] and covariances [D, D]; got shapes {shapes}. "
            "Use np.eye(D) for unit covariances."
        )
        raise ValueError(message)
    shift = np.sum((np.asarray(mean_a, np.float64) - np.asarray(mean_b, np.float64)) ** 2)
    root = _square_root(a)
    square = shift + np.trace(a + b - 2 * _square_root(root @ b @ root))
    return float(np.sqrt(max(square, 0.0)))


def sinkhorn_divergence(x: Samples, y: Samples, *, epsilon: float) -> float:
    r"""Return the debiased Sinkhorn divergence between two clouds of equally weighted samples.

    $$S_\epsilon = \mathrm{OT}_\epsilon(x, y)
    - \tfrac12 \mathrm{OT}_\epsilon(x, x) - \tfrac12 \mathrm{OT}_\epsilon(y, y)$$

    with the squared Euclidean cost in the units of the samples.

    Args:
        x: `[N, D]`.
        y: `[K, D]`.
        epsilon: entropic regularisation in units of the cost, positive; there is no default because
            the value is part of the metric.

    Raises:
        ValueError: if `epsilon` is not positive and finite, dimensions differ, a cloud is empty or
            not finite, or the iteration does not converge.

    Source: OTT (arXiv 2201.12324); Feydy et al., AISTATS 2019.
    """
    if not 0 < epsilon < np.inf:
        message = f"Expected epsilon > 0; got {epsilon}. Use e.g. 0.05 * mean(cost)."
        raise ValueError(message)
    if np.ndim(x) != 2 or np.ndim(y) != 2 or np.shape(x)[1] != np.shape(y)[1]:
        message = (
            f"Expected samples [N, D] and [K, D]; got {np.shape(x)} and {np.shape(y)}. "
            "Use one row per sample."
        )
        raise ValueError(message)
    if not all(np.size(cloud) and np.isfinite(cloud).all() for cloud in (x, y)):
        message = (
            f"Expected finite samples; got shapes {np.shape(x)} and {np.shape(y)}, with NaN or "
            "infinity or without rows. Use the finite ones, and say how many were lost."
        )
        raise ValueError(message)
    with warnings.catch_warnings():  # OTT's import announces the end of a dependency of its own
        warnings.simplefilter("ignore", DeprecationWarning)
        import ott.tools.sinkhorn_divergence  # noqa: F401
    clouds = (jnp.asarray(cloud, float) for cloud in (x, y))  # OTT takes no mixed precision
    value, converged = _divergence(*clouds, epsilon)
    if not converged:
        message = (
            f"Expected Sinkhorn iterations to converge; got none at epsilon {epsilon}. "
            "Use a larger epsilon."
        )
        raise ValueError(message)
    return float(value)


@jax.jit
def _divergence(x: Array, y: Array, epsilon: Scalar) -> tuple[Array, Array]:
    from ott.geometry import pointcloud
    from ott.solvers.linear import acceleration
    from ott.tools import sinkhorn_divergence as ott_divergence

    # Over-relaxation: the same fixed point in a third of the iterations.
    settings = {"max_iterations": 5000, "momentum": acceleration.Momentum(start=20, value=1.5)}
    value, output = ott_divergence.sinkhorn_divergence(
        pointcloud.PointCloud, x, y, epsilon=epsilon, solve_kwargs=settings
    )
    return value, jnp.all(jnp.stack(output.converged))


def _series(a: Samples, b: Samples) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.ndim != 1 or a.shape != b.shape or a.size < 2:
        message = (
            f"Expected two series of equal length, at least 2; got shapes {a.shape} and {b.shape}. "
            "Use values at the same times."
        )
        raise ValueError(message)
    return a, b


def _square_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
