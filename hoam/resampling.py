r"""Snapshots of different sizes, brought to one.

Measured snapshots rarely hold equally many samples. Those of a small one are repeated: of $n$
samples each appears $\lfloor N/n \rfloor$ or $\lceil N/n \rceil$ times among $N$, which ones once
more is drawn at random. The law of the $N$ differs from the empirical law of the $n$ by a total
variation of

$$\frac{r(n - r)}{nN} \le \frac{n}{4N}, \qquad r = N \bmod n,$$

by nothing if $N$ is a multiple of $n$. A mean over them is unbiased, with a standard error of
$\frac{s}{N}\sqrt{r(n - r)/(n - 1)}$ for samples of standard deviation $s$; for $N \ge n$ that is
at most 0.36 of the error $s/\sqrt{n}$ that $n \gg 1$ samples have anyway. Repeated samples add no
information: it is the smallest snapshot that says how well its law is known.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from jaxtyping import Float

from hoam.arguments import as_floats, as_whole, require


def equal_sizes(
    snapshots: Sequence | np.ndarray, *, n_samples: int | None, seed: int
) -> Float[np.ndarray, "M T N D"]:
    """Return all snapshots with the same number of samples.

    Args:
        snapshots: `snapshots[m][j]` is an array `[n, D]`, or `[n]` for one coordinate.
        n_samples: common number `N`; that of the largest snapshot if not given. A snapshot that
            has it is left alone.
        seed: seed of the resampling.

    Raises:
        ValueError: if a snapshot is empty, holds no numbers or has another number of coordinates
            than the others, or `n_samples` or `seed` is not a whole number of at least 1 or 0.
    """
    as_whole(seed, least=0, most=2**128 - 1, what="a seed")
    blocks = [[_as_snapshot(x) for x in block] for block in snapshots]
    shapes = {x.shape for block in blocks for x in block}
    if any(len(s) != 2 or 0 in s or s[1] != next(iter(shapes))[1] for s in shapes):
        message = (
            "Expected snapshots of at least one sample, and as many coordinates in all; got "
            f"shapes {sorted(shapes)[:4]}. Use samples[m][j] with shape [n, D]."
        )
        raise ValueError(message)
    size = max(n for n, _ in shapes) if n_samples is None else n_samples
    size = as_whole(size, least=1, what="a number of samples")
    generator = np.random.default_rng(seed)
    return np.asarray(
        [[x if len(x) == size else resample(x, size, generator) for x in block] for block in blocks]
    )


def resample(
    samples: Float[np.ndarray, "n D"], n_samples: int, generator: np.random.Generator
) -> Float[np.ndarray, "N D"]:
    """Return `n_samples` rows in random order, each sample in as equal a number as possible.

    Args:
        samples: `[n, D]`.
        n_samples: number of rows to return; if smaller than `n`, no sample appears twice.
        generator: source of the order.

    Raises:
        TypeError: if `generator` is none.
        ValueError: if there are no samples `[n, D]`, or `n_samples` is not a whole number of at
            least 1.
    """
    require(generator, np.random.Generator, what="a generator", use="numpy.random.default_rng(0)")
    as_whole(n_samples, least=1, what="a number of samples")
    if np.ndim(samples) != 2 or len(samples) == 0:
        message = (
            f"Expected samples [n, D], at least one; got shape {np.shape(samples)}. "
            "Use samples[:, None] for one coordinate."
        )
        raise ValueError(message)
    return samples[np.resize(generator.permutation(len(samples)), n_samples)]


def _as_snapshot(x: Any) -> np.ndarray:
    with suppress(ValueError):  # rows of different lengths, which as_floats refuses in words
        x = np.asarray(x)
    x = x if np.issubdtype(getattr(x, "dtype", object), np.floating) else as_floats(x, "samples")
    return x[:, None] if x.ndim == 1 else x
