r"""How far two clouds of samples are apart: their moments, and distances between laws."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from hoam.arguments import as_floats, is_number
from hoam.types import Samples, Scalar


def moments(x: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Return mean `[D]` and unbiased covariance `[D, D]` of samples `[N, D]`.

    NaN among the samples, which a rollout that has left the data may hold, is NaN in both.

    Raises:
        ValueError: if there are fewer than two samples, other axes, or no numbers.
    """
    x = as_floats(x, "samples")
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
        paths: `[T, N, D]`, predicted samples. NaN among them is NaN in both errors.
        truth: `[T, K, D]`, samples of the full model at the same times.

    Raises:
        ValueError: if times or coordinates differ, the truth is not finite, or there are no
            samples or no numbers.
    """
    a, b = as_floats(paths, "paths"), as_floats(truth, "truth")
    if a.ndim != 3 or b.ndim != 3 or a.shape[::2] != b.shape[::2]:
        message = (
            f"Expected samples [T, N, D] and [T, K, D]; got {a.shape} and {b.shape}. "
            "Use the same times and coordinates."
        )
        raise ValueError(message)
    if not a.size or not b.size or not np.isfinite(b).all():
        message = (
            f"Expected samples, finite ones of the truth; got shapes {a.shape} and {b.shape}, "
            "without any, or with NaN or infinity. Use a run of the full model without these."
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

    Returns:
        The distance; NaN if a covariance or mean is NaN, as `moments` of a rollout that has left
        the data are.

    Raises:
        ValueError: if dimensions differ, or these are no numbers.

    Source: Dowson and Landau, J. Multivariate Analysis 12 (1982).
    """
    a, b = as_floats(covariance_a, "covariances"), as_floats(covariance_b, "covariances")
    mean_a, mean_b = as_floats(mean_a, "means"), as_floats(mean_b, "means")
    shapes = [mean_a.shape, mean_b.shape, a.shape, b.shape]
    if len(shapes[0]) != 1 or shapes != [shapes[0]] * 2 + [shapes[0] * 2] * 2:
        message = (
            f"Expected means [D] and covariances [D, D]; got shapes {shapes}. "
            "Use np.eye(D) for unit covariances."
        )
        raise ValueError(message)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("nan")  # where there are no eigenvalues
    shift = np.sum((mean_a - mean_b) ** 2)
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
    if not is_number(epsilon) or not 0 < epsilon < np.inf:
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


def _square_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
