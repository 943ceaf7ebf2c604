r"""What every system offers: an initial law, an evolution, and samples of both.

A system is a frozen dataclass that holds physics only. Sample counts, times and random keys are
arguments, so one system serves training, test and floor runs alike.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import prod
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.arguments import as_key, as_single, as_whole
from hoam.population import Population
from hoam.types import PRNGKey, Scalar, as_parameters, as_times

#: Most bytes of the samples of one call: beyond, the operating system would end the process.
_MOST_BYTES = 2**34


class System(ABC):
    """A full model: draws initial states and evolves them, one particle population at a time."""

    #: Parameter values for training and for test, those of the paper where it states them.
    train_mus: ClassVar[tuple[float, ...]]
    test_mus: ClassVar[tuple[float, ...]]
    #: End of the time interval [0, horizon].
    horizon: ClassVar[float]
    #: Period of each observed coordinate, or None.
    periods: ClassVar[tuple[float | None, ...]]
    #: Names of the observed coordinates, for axis labels.
    coordinates: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        """Refuse physics of numbers that are not finite."""
        for name, value in vars(self).items():
            if isinstance(value, float) and not np.isfinite(value):
                message = f"Expected a finite {name}; got {value}. Use that of the paper."
                raise ValueError(message)

    @abstractmethod
    def initial(self, key: PRNGKey, *, mu: Scalar, n_samples: int) -> Float[Array, "N S"]:
        """Draw `n_samples` full states at time 0."""

    @abstractmethod
    def evolve(
        self, key: PRNGKey, states: Float[Array, "N S"], *, mu: Scalar, times: np.ndarray
    ) -> Float[Array, "T N D"]:
        """Evolve full states given at `times[0]` and return what is observed at `times`."""

    def simulate(
        self, key: PRNGKey, *, mu: Scalar, times: Sequence[float] | np.ndarray, n_samples: int
    ) -> Float[Array, "T N D"]:
        """Sample trajectories of the full model, started at `times[0]` from the initial law.

        Args:
            key: random key; one key gives one population, bit for bit.
            mu: parameter value.
            times: `[T]`, ascending, in [0, horizon] for the paper's setting.
            n_samples: number of particles `N`.

        Returns:
            Observed states `[T, N, D]` in physical units; row `i` is one particle at all times.

        Raises:
            TypeError: if `key` is none.
            ValueError: if times do not ascend, `mu` is not one finite number, either is beyond
                single precision, `n_samples` is not a whole number of at least 2, the samples
                would take more than 16 GiB, or there would be more than 10^8 steps.
        """
        as_key(key)
        times = as_single(as_times(times), what="times")
        self._require_memory(1, times.size, n_samples)
        if (value := as_single(as_parameters(mu), what="mu")).size != 1:
            message = f"Expected one parameter; got {value.tolist()}. Use population for several."
            raise ValueError(message)
        key_initial, key_noise = jax.random.split(key)
        states = self.initial(key_initial, mu=mu, n_samples=n_samples)
        return self.evolve(key_noise, states, mu=mu, times=times)

    def population(
        self,
        key: PRNGKey,
        *,
        mus: Sequence[float] | np.ndarray | float,
        times: Sequence[float] | np.ndarray,
        n_samples: int,
    ) -> Population:
        """Sample a population for several parameter values, each from its own key.

        Args:
            key: random key, split into one per parameter value.
            mus: `[M]` parameter values.
            times: `[T]`, ascending; the first is the start.
            n_samples: number of samples per time and parameter value.

        Returns:
            Population with samples `[M, T, N, D]`.

        Raises:
            TypeError: as `simulate`.
            ValueError: as `simulate`, if a sample is not finite, or for several coordinates.
        """
        values = as_single(as_parameters(mus), what="mus")
        times = as_single(as_times(times), what="times")
        self._require_memory(len(values), times.size, n_samples)
        if values.shape[1] != 1:
            message = (
                f"Expected one parameter coordinate; got mus of shape {values.shape}. "
                "Use a sequence of numbers."
            )
            raise ValueError(message)
        keys = jax.random.split(as_key(key), values.shape[0])
        samples = np.stack(
            [
                np.asarray(self.simulate(k, mu=float(mu), times=times, n_samples=n_samples))
                for k, (mu,) in zip(keys, values, strict=True)
            ]
        )
        return Population(samples, times, values, self.periods)

    def _require_memory(self, parameters: int, times: int, n_samples: int) -> None:
        as_whole(n_samples, least=2, what="a number of samples")
        # A system of one's own that is only simulated may not say its periods.
        shape = (parameters, times, int(n_samples), len(getattr(self, "periods", (None,))))
        size = prod(shape) * jnp.result_type(float).itemsize
        if size > _MOST_BYTES:
            message = (
                f"Expected samples of at most {_MOST_BYTES} bytes; got {size} for {shape}. "
                "Use fewer samples, times or parameters in one call."
            )
            raise ValueError(message)


def gaussian(
    key: PRNGKey, *, mean: Sequence[float], deviation: float, n_samples: int
) -> Float[Array, "N S"]:
    r"""Draw `n_samples` from $N(\text{mean}, \text{deviation}^2 I)$."""
    centre = jnp.asarray(mean)
    noise = jax.random.normal(key, (n_samples, centre.size), centre.dtype)
    return centre[None] + deviation * noise


def subscripted(name: str, count: int) -> tuple[str, ...]:
    """Return `count` names with subscripts from 1."""
    digits = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    return tuple(name + str(i).translate(digits) for i in range(1, count + 1))
