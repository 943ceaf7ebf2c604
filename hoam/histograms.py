r"""Histograms of two coordinates, the distance between two of them, and what sampling makes of it.

Cells $B_1, \dots, B_K$ tile a rectangle of a plane, and $B_0$ is all the rest of it. The histogram
of a population is $p_k = P(X \in B_k)$; that of samples is their share $\hat p_k$ in each cell. The
total variation distance of two histograms,

$$d(p, q) = \tfrac12\sum_{k=0}^{K} |p_k - q_k| \in [0, 1],$$

is the largest difference of the probabilities that two populations give to any union of cells.
It never exceeds the distance of the populations, and grows as cells are split.

Samples of the same law are not at distance zero. For $n$ and $m$ independent ones $\hat p_k - \hat
q_k$ is nearly Gaussian with variance $p_k(1 - p_k)(1/n + 1/m)$, and so (`sampling_distance`)

$$\mathbb{E}\,d(\hat p, \hat q) \approx \sum_{k=0}^{K}
\sqrt{\frac{p_k(1 - p_k)}{2\pi}\Bigl(\frac1n + \frac1m\Bigr)}
\le \sqrt{\frac{K}{2\pi}\Bigl(\frac1n + \frac1m\Bigr)},$$

which grows with the number of cells: a fine grid sees fine scales, and noise.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from hoam.types import Samples

type Shares = Float[np.ndarray, "..."]


@dataclass(frozen=True)
class Cells:
    """Equal cells of a rectangle, and one more for all that is outside.

    Args:
        limits: range of either coordinate, ascending.
        bins: number of cells along either coordinate, at least 1.

    Raises:
        ValueError: if a range is empty or a number of cells is not positive.
    """

    limits: tuple[tuple[float, float], tuple[float, float]]
    bins: tuple[int, int]

    def __post_init__(self) -> None:
        if not all(low < high for low, high in self.limits) or min(self.bins) < 1:
            message = (
                f"Expected ascending limits and bins >= 1; got {self.limits} and {self.bins}. "
                "Use e.g. Cells(((0, 50), (-8, 8)), (32, 32))."
            )
            raise ValueError(message)

    @property
    def area(self) -> float:
        """Return the area of one cell."""
        sides = [
            (high - low) / count for (low, high), count in zip(self.limits, self.bins, strict=True)
        ]
        return float(np.prod(sides))

    def shares(self, x: Samples) -> Shares:
        """Return the share of the samples in each cell, and last the share outside.

        Args:
            x: `[N, 2]`; a sample that is not finite is outside.

        Raises:
            ValueError: if `x` has another shape, or no samples.
        """
        x = np.asarray(x, np.float64)
        if x.ndim != 2 or x.shape[1] != 2 or not len(x):
            message = (
                f"Expected samples [N, 2] with N >= 1; got {x.shape}. Use two coordinates, x[:, i]."
            )
            raise ValueError(message)
        finite = x[np.isfinite(x).all(axis=1)]
        counts, _, _ = np.histogram2d(*finite.T, bins=self.bins, range=self.limits)
        return np.append(counts.ravel(), len(x) - counts.sum()) / len(x)

    def density(self, shares: Shares) -> Float[np.ndarray, "A B"]:
        """Return the probability density in the rectangle, first coordinate first.

        Args:
            shares: `[K + 1]`, as `shares` returns them.

        Raises:
            ValueError: if they are those of other cells.
        """
        if np.shape(shares) != (np.prod(self.bins) + 1,):
            message = (
                f"Expected shares of {self.bins} cells and the rest; got shape {np.shape(shares)}. "
                "Use the shares of these cells."
            )
            raise ValueError(message)
        return shares[:-1].reshape(self.bins) / self.area


def total_variation(p: Shares, q: Shares) -> float:
    r"""Return $d(p, q) = \frac12\sum_k |p_k - q_k|$.

    Args:
        p: `[K + 1]`, shares of one population in the cells.
        q: `[K + 1]`, those of another in the same cells.

    Raises:
        ValueError: if their lengths differ, or the shares of either do not sum to one.
    """
    if p.ndim != 1 or p.shape != q.shape or not np.allclose([p.sum(), q.sum()], 1):
        message = (
            f"Expected shares in the same cells, each with sum 1; got shapes {p.shape} and "
            f"{q.shape}, sums {p.sum():g} and {q.sum():g}. Use Cells.shares with one grid."
        )
        raise ValueError(message)
    return float(0.5 * np.abs(p - q).sum())


def sampling_distance(p: Shares, *, n: int, m: int) -> float:
    r"""Return the mean distance $\mathbb{E}\,d$ of $n$ and $m$ independent samples of one law.

    Cells are taken to hold many samples. Where a cell holds few, the value is too high: with one
    expected sample in each, by some 8 % for $n = m$.

    Args:
        p: `[K + 1]`, shares of the law in the cells, or of many samples of it.
        n: number of samples of one set, at least 1.
        m: number of samples of the other, at least 1.

    Raises:
        ValueError: if a number of samples is not positive.
    """
    if min(n, m) < 1:
        message = f"Expected n >= 1 and m >= 1; got {n} and {m}. Use the sizes of the two sets."
        raise ValueError(message)
    return float(np.sum(np.sqrt(p * (1 - p) * (1 / n + 1 / m) / (2 * np.pi))))
