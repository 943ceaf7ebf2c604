r"""Affine maps between physical and normalised units.

Networks see normalised values: states mapped to [0, 1] per coordinate with the training data alone
(a periodic coordinate by its period), time to [0, 1], parameters to zero mean and unit variance
over the training values.
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hoam.arguments import as_floats, as_single, require
from hoam.population import Population

#: Trained ranges from their start or middle beyond which single precision, in which networks
#: compute, no longer tells an eighth of a range apart.
_FARTHEST = 2.0**20


@dataclass(frozen=True)
class Scaling:
    """Affine maps between physical and normalised units, fitted to a training population.

    Args:
        low: `[D]`, value mapped to 0.
        size: `[D]`, length mapped to 1.
        start: first time.
        duration: length of the time interval.
        mu_mean: `[P]`, mean of the training parameters.
        mu_scale: `[P]`, their standard deviation, 1 where they do not vary.
        mu_low: `[P]`, smallest training parameter.
        mu_high: `[P]`, largest training parameter.
        periods: period of each coordinate, or None.

    Raises:
        ValueError: if numbers of coordinates or parameters disagree, or a length is not positive.
    """

    low: tuple[float, ...]
    size: tuple[float, ...]
    start: float
    duration: float
    mu_mean: tuple[float, ...]
    mu_scale: tuple[float, ...]
    mu_low: tuple[float, ...]
    mu_high: tuple[float, ...]
    periods: tuple[float | None, ...]

    def __post_init__(self) -> None:
        states = {len(self.low), len(self.size), len(self.periods)}
        parameters = {len(v) for v in (self.mu_mean, self.mu_scale, self.mu_low, self.mu_high)}
        lengths = (*self.size, self.duration, *self.mu_scale)
        numbers = (*self.low, self.start, *self.mu_mean, *self.mu_low, *self.mu_high, *lengths)
        fit = len(states) == len(parameters) == 1 and np.isfinite(np.asarray(numbers, float)).all()
        if not fit or not min(lengths) > 0:
            message = (
                f"Expected finite numbers, one for each coordinate or parameter, and positive "
                f"lengths; got {self}. Use Scaling.of(population)."
            )
            raise ValueError(message)

    @classmethod
    def of(cls, population: Population) -> "Scaling":
        """Return the scaling fitted to a population.

        Raises:
            TypeError: if it is no population.
            ValueError: if its samples are too large for single precision, in which they are
                normalised, or all samples of a coordinate lie too close.
        """
        use = "hoam.Population(samples, times, mus)"
        require(population, Population, what="a population", use=use)
        axes = (0, 1, 2)
        low = population.samples.min(axes).astype(np.float64)
        size = population.samples.max(axes) - low
        as_single(np.stack([low, low + size, size]), what="samples")
        for i, period in enumerate(population.periods):
            if period is not None:
                low[i], size[i] = 0.0, period
        tiny = float(np.finfo(np.float32).tiny)
        if (as_single(size, what="periods")[size > 0] < tiny).any():
            message = (
                f"Expected coordinates that vary by {tiny:.1e} or more, or by nothing; got ranges "
                f"of {size.tolist()}. Use other units."
            )
            raise ValueError(message)
        spread = population.mus.std(axis=0)
        return cls(
            low=tuple(low.tolist()),
            size=tuple(np.where(size > 0, size, 1.0).tolist()),
            start=float(population.times[0]),
            duration=float(population.times[-1] - population.times[0]),
            mu_mean=tuple(population.mus.mean(axis=0).tolist()),
            mu_scale=tuple(np.where(spread > 0, spread, 1.0).tolist()),
            mu_low=tuple(population.mus.min(axis=0).tolist()),
            mu_high=tuple(population.mus.max(axis=0).tolist()),
            periods=tuple(population.periods),
        )

    def as_states(self, x0: Any) -> jax.Array:
        """Return physical states `[N, D]` in single precision.

        Raises:
            ValueError: if they are no numbers, have another number of coordinates, are none, or
                not finite.
        """
        x0 = x0 if isinstance(x0, jax.Array) else as_floats(x0, "x0")
        with np.errstate(over="ignore"):  # infinity is refused below
            x0 = jnp.asarray(x0, jnp.float32)
        if x0.ndim != 2 or x0.shape[1] != len(self.low) or not x0.shape[0]:
            message = (
                f"Expected x0 with shape [N, {len(self.low)}]; got {x0.shape}. "
                "Use one row per particle and the coordinates of the training samples."
            )
            raise ValueError(message)
        if not bool(jnp.isfinite(x0).all()):
            message = "Expected a finite x0; got NaN or infinity. Use valid initial states."
            raise ValueError(message)
        return x0

    def require_near(self, times: np.ndarray, mu: np.ndarray) -> None:
        """Refuse times and a parameter that a network could not tell from others.

        Args:
            times: `[T]`, ascending.
            mu: `[1, P]`.

        Raises:
            ValueError: if one lies more than 2^20 trained intervals or standard deviations off.
        """
        with np.errstate(over="ignore"):  # infinity is farther, too
            far = [abs(self.times(times)).max(), abs(self.parameters(mu)).max()]
        if not max(far) <= _FARTHEST:
            message = (
                f"Expected times and mu within {_FARTHEST:.0f} trained intervals and standard "
                f"deviations; got {far[0]:.3g} and {far[1]:.3g} for times {times[[0, -1]]} and mu "
                f"{mu[0].tolist()}. Use values near those of training."
            )
            raise ValueError(message)

    def states(self, x: Any) -> Any:
        """Return normalised states for physical ones `[..., D]`.

        Raises:
            ValueError: if they are no floats, or have another number of coordinates.
        """
        return (x - _row(self.low, x)) / _row(self.size, x)

    def physical(self, y: Any) -> Any:
        """Return physical states `[..., D]` for normalised ones, periodic coordinates wrapped.

        Raises:
            ValueError: as `states`.
        """
        x = y * _row(self.size, y) + _row(self.low, y)
        wrapped = [
            x[..., i] if period is None else x[..., i] % period
            for i, period in enumerate(self.periods)
        ]
        return jnp.stack(wrapped, axis=-1)

    def times(self, t: Any) -> Any:
        """Return normalised times."""
        return (t - self.start) / self.duration

    def parameters(self, mus: np.ndarray) -> np.ndarray:
        """Return standardised parameters `[M, P]`.

        Raises:
            ValueError: if there are other numbers of components.
        """
        if np.ndim(mus) != 2 or np.shape(mus)[1] != len(self.mu_mean):
            message = (
                f"Expected parameters [M, {len(self.mu_mean)}]; got shape {np.shape(mus)}. "
                "Use hoam.types.as_parameters."
            )
            raise ValueError(message)
        return (mus - np.asarray(self.mu_mean)) / np.asarray(self.mu_scale)

    def extrapolations(self, times: np.ndarray, mu: np.ndarray, mus: np.ndarray) -> list[str]:
        r"""Say what of times and a parameter lies beyond the training data, one sentence each.

        A parameter does if it leaves the range of the training values, or is farther from the
        nearest of them than any of them is from its nearest neighbour.

        Args:
            times: `[T]`, ascending.
            mu: `[P]`.
            mus: `[M, P]`, training values; their range alone counts if there are none.
        """
        found, t = [], self.times(times[[0, -1]])
        if (missed := max(-t[0], t[1] - 1)) > 1e-9:
            end = self.start + self.duration
            found.append(
                f"times [{times[0]:g}, {times[-1]:g}] leave the trained interval "
                f"[{self.start:g}, {end:g}] by {missed:.2g} of its length"
            )
        low, high = np.asarray(self.mu_low), np.asarray(self.mu_high)
        where = f"mu = {mu.tolist()} lies %.2g standard deviations of the training values "
        if beyond := np.linalg.norm(np.maximum(low - mu, mu - high).clip(0) / self.mu_scale):
            found.append(where % beyond + f"outside their range [{low.tolist()}, {high.tolist()}]")
        elif len(mus):
            known = self.parameters(np.unique(mus, axis=0))
            near = np.linalg.norm(known - self.parameters(mu[None]), axis=1).min()
            apart = np.linalg.norm(known[:, None] - known, axis=2)
            np.fill_diagonal(apart, np.inf)
            gap = apart.min(axis=1).max()  # infinite if there is one alone
            if near > gap * (1 + 1e-6):
                found.append(where % near + f"from the nearest, which are at most {gap:.2g} apart")
        return [f"{what}: extrapolation" for what in found]


def _row(values: tuple[float, ...], x: Any) -> np.ndarray:
    # Broadcasting would take one coordinate for all of them, and whole numbers round the scale.
    if np.shape(x)[-1:] != (len(values),) or not jnp.issubdtype(jnp.result_type(x), jnp.floating):
        message = (
            f"Expected floats with {len(values)} coordinate(s) along the last axis; got shape "
            f"{np.shape(x)} of {jnp.result_type(x)}. Use x.astype(float)."
        )
        raise ValueError(message)
    return np.asarray(values, x.dtype).reshape((1,) * (x.ndim - 1) + (-1,))
