"""Where the markers of a plasma start: points of the unit cube and quantiles of the law.

A quiet start maps a scrambled Sobol sequence through the inverse distribution of each coordinate,
so that noise in the field starts far below that of independent draws.
"""

from collections.abc import Callable

import numpy as np

from hoam.types import PRNGKey, seed_from_key


def mixture_quantile(
    probability: np.ndarray, components: tuple[tuple[float, float, float], ...]
) -> np.ndarray:
    r"""Return $F^{-1}(p)$ of a mixture of Gaussians, tabulated on 2^14 points and interpolated.

    Args:
        probability: values in (0, 1).
        components: (weight, mean, deviation) of each Gaussian, weights summing to 1.
    """
    from scipy.special import ndtr  # takes half as long to import as all of this package

    reach = max(abs(u) + 8 * s for _, u, s in components)
    table = np.linspace(-reach, reach, 2**14)
    weights, means, deviations = np.asarray(components).T[:, :, None]
    cumulative = (weights * ndtr((table - means) / deviations)).sum(axis=0)
    inside = (cumulative > 0) & (cumulative < 1)
    return np.interp(probability, cumulative[inside], table[inside])


def check_loading(loading: str) -> None:
    """Raise a ValueError unless `loading` is a way to place markers."""
    if loading not in _LOADINGS:
        message = (
            f"Expected loading 'quiet' or 'random'; got {loading!r}. "
            "Use 'quiet' unless you need the paper's random markers."
        )
        raise ValueError(message)


def uniform_points(key: PRNGKey, *, loading: str, n_samples: int, dimension: int) -> np.ndarray:
    """Return points `[n_samples, dimension]` of the unit cube.

    Args:
        key: random key, of the scrambling or of the draws.
        loading: `"quiet"` for a scrambled Sobol sequence, `"random"` for independent draws.
        n_samples: number of points.
        dimension: number of coordinates.
    """
    return _LOADINGS[loading](key, n_samples, dimension)


def _quiet(key: PRNGKey, n: int, dimension: int) -> np.ndarray:
    from scipy.stats import qmc  # takes longer to import than all of this package

    rng = np.random.default_rng(seed_from_key(key))
    sobol = qmc.Sobol(dimension, scramble=True, bits=52, rng=rng)
    power = int(np.ceil(np.log2(n)))
    # A scrambled sequence keeps its balance only from a full power of two on.
    return sobol.random_base2(power)[:n]


def _random(key: PRNGKey, n: int, dimension: int) -> np.ndarray:
    return np.random.default_rng(seed_from_key(key)).uniform(size=(n, dimension))


_LOADINGS: dict[str, Callable[[PRNGKey, int, int], np.ndarray]] = {
    "quiet": _quiet,
    "random": _random,
}
