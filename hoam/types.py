r"""Samples of a population, and the arrays every other module speaks of.

A *population* $\rho(t, x; \mu)$ of states $x \in \mathbb{R}^D$ is known only through samples
$x_i(t_j; \mu_k) \sim \rho(t_j, \cdot; \mu_k)$ at chosen times (arXiv 2410.12000, Section 2).

Shape names: `M` parameter values, `T` times, `N` samples, `D` state, `P` parameter dimension.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Key

from hoam.arguments import as_floats, as_whole, is_positive

type Scalar = Float[Array, ""] | Float[np.ndarray, ""] | float
type PRNGKey = Key[Array, ""]
#: A potential of one state at one time and parameter, $s(x, t, \mu)$: scalar out.
type Potential = Callable[[Float[Array, " D"], Scalar, Float[Array, " P"]], Float[Array, ""]]

#: Kernels `[in, out]` and biases `[out]` of a perceptron in the state, at one time and parameter.
type Layers = tuple[tuple[Float[Array, "_in _out"], Float[Array, " _out"]], ...]


@runtime_checkable
class PotentialNetwork(Protocol):
    """What losses and samplers need to know of a network (see `hoam.networks`)."""

    def layers(self, params: Any, t: Scalar, mu: Float[Array, " P"], *, dimension: int) -> Layers:
        """Return the perceptron's layers at one time and parameter."""
        ...

    def features(self, x: Float[Array, " D"]) -> Float[Array, " F"]:
        """Return the inputs of the first layer."""
        ...


def as_parameters(mus: object) -> np.ndarray:
    """Return parameter values as an array `[M, P]`.

    Args:
        mus: one value, a sequence of `M` values, or an array `[M, P]`.

    Raises:
        ValueError: if a value is not a finite number or there are more than two axes.
    """
    array = as_floats(mus, "mus")
    array = array.reshape(-1, 1) if array.ndim < 2 else array
    if array.ndim != 2 or array.size == 0:
        message = (
            f"Expected mus with shape [M] or [M, P]; got shape {array.shape}. "
            "Use one row per parameter value."
        )
        raise ValueError(message)
    if not np.isfinite(array).all():
        message = f"Expected finite mus; got {array.tolist()}. Remove NaN and infinity."
        raise ValueError(message)
    return array


def as_times(times: object) -> np.ndarray:
    """Return `times` as a float64 array `[T]`, strictly ascending, with at least two entries.

    Raises:
        ValueError: if there are fewer than two times, or they are not finite and ascending.
    """
    array = as_floats(times, "times")
    if array.ndim != 1 or array.size < 2:
        message = (
            f"Expected at least two times in one axis; got shape {array.shape}. "
            "Use times=[start, ..., end]."
        )
        raise ValueError(message)
    if not np.isfinite(array).all() or not (np.diff(array) > 0).all():
        message = (
            "Expected finite, strictly ascending times; "
            f"got {np.array2string(array, threshold=8)}. Sort the times and drop repeated ones."
        )
        raise ValueError(message)
    return array


@dataclass(frozen=True)
class Population:
    r"""Samples of $\rho(t, x; \mu)$ at common times for several parameter values.

    Args:
        samples: `[M, T, N, D]`, physical units. `samples[m, j]` are drawn from
            $\rho(t_j, \cdot; \mu_m)$; row `i` need not be the same trajectory at two times.
        times: `[T]`, ascending; the first is the start and the last the end of the horizon.
        mus: `[M, P]` (or `[M]`, or one value), one row per block of samples.
        periods: for each coordinate its period, or `None` where the coordinate lives on the line.
            An empty tuple means that no coordinate is periodic.

    Raises:
        ValueError: if shapes disagree, times do not ascend, or a sample is NaN or infinite.
    """

    # Anything NumPy makes an array of is taken; the attributes are arrays.
    samples: Any
    times: Any
    mus: Any
    periods: tuple[float | None, ...] = field(default=())

    def __post_init__(self) -> None:
        try:
            samples = np.asarray(self.samples)
        except ValueError as error:
            message = f"Expected samples of one shape; got {error}. Use one array [M, T, N, D]."
            raise ValueError(message) from error
        if samples.ndim != 4 or samples.size == 0:
            message = (
                "Expected samples with the four axes [M, T, N, D] (parameters, times, samples, "
                f"coordinates); got shape {samples.shape}. "
                "Use samples[None] for one parameter value and samples[..., None] for one "
                "coordinate."
            )
            raise ValueError(message)
        if not np.issubdtype(samples.dtype, np.floating):
            message = (
                f"Expected floating-point samples; got dtype {samples.dtype}. "
                "Use samples.astype('float32')."
            )
            raise ValueError(message)
        times, mus = as_times(self.times), as_parameters(self.mus)
        m, t, _, d = samples.shape
        if times.size != t:
            message = (
                f"Expected as many times as the second axis of samples, {t}; got {times.size}. "
                "Use one time per snapshot."
            )
            raise ValueError(message)
        if mus.shape[0] != m:
            message = (
                f"Expected as many mus as the first axis of samples, {m}; got {mus.shape[0]}. "
                "Use one parameter value per block of samples."
            )
            raise ValueError(message)
        if not np.isfinite(samples).all():
            where = np.argwhere(~np.isfinite(samples))[0].tolist()
            message = (
                f"Expected finite samples; got {samples[tuple(where)]} at index {where} of "
                "[M, T, N, D]. Remove or repair samples with NaN or infinity."
            )
            raise ValueError(message)
        periods = tuple(self.periods) if isinstance(self.periods, list | tuple) else (self.periods,)
        periods = periods or (None,) * d
        if len(periods) != d or not all(p is None or is_positive(p) for p in periods):
            message = (
                f"Expected one positive period or None for each of {d} coordinates; "
                f"got {self.periods}. Use e.g. periods=(50.0, None)."
            )
            raise ValueError(message)
        for name, value in (
            ("samples", samples),
            ("times", times),
            ("mus", mus),
            ("periods", periods),
        ):
            object.__setattr__(self, name, value)

    @property
    def dimension(self) -> int:
        """Return the number of state coordinates `D`."""
        return self.samples.shape[-1]

    @property
    def n_samples(self) -> int:
        """Return the number of samples `N` per time and parameter value."""
        return self.samples.shape[2]

    def select(self, mus: Sequence[int]) -> "Population":
        """Return the population restricted to the parameter values with the given indices.

        Raises:
            ValueError: if an index is not a whole number, or not one of a parameter value.
        """
        rows, count = np.asarray(mus), self.mus.shape[0]
        if rows.dtype.kind not in "iu" or rows.ndim != 1 or (abs(rows + 0.5) > count).any():
            message = (
                f"Expected indices of {count} parameter values; got {mus}. "
                f"Use whole numbers from 0 to {count - 1}."
            )
            raise ValueError(message)
        return Population(self.samples[rows], self.times, self.mus[rows], self.periods)

    def thin(self, n_samples: int) -> "Population":
        """Return the population with the first `n_samples` of its samples, or all if fewer.

        Raises:
            ValueError: if `n_samples` is not a whole number of at least 1.
        """
        n_samples = as_whole(n_samples, least=1, what="a number of samples")
        return Population(self.samples[:, :, :n_samples], self.times, self.mus, self.periods)


def seed_from_key(key: jax.Array) -> int:
    """Return a non-negative 63-bit integer drawn from `key`, to seed NumPy and SciPy samplers."""
    high, low = (int(v) for v in jax.random.bits(key, (2,), "uint32"))
    return (high << 31) ^ low


class Node(NamedTuple):
    r"""Samples at one time and parameter, with the weights this time has in the loss.

    All values are normalised: states and time to [0, 1], parameters to zero mean and unit variance.

    Attributes:
        t: the time.
        mu: `[P]`, the parameter.
        x: `[B, D]`, samples.
        integral: weight of the integrand's expectation (zero at a pure boundary node).
        boundary: weight of $E[s]$: +1 at the start, -1 at the end, 0 in between.
        extra: what `Method.prepare` adds, arrays with the nodes along their first axis.
    """

    t: Float[Array, ""]
    mu: Float[Array, " P"]
    x: Float[Array, "B D"]
    integral: Float[Array, ""]
    boundary: Float[Array, ""]
    extra: Any = ()


@runtime_checkable
class Sampler(Protocol):
    """How samples are drawn at one time, from a network that sees `conditions` values after mu."""

    conditions: ClassVar[int]

    def draw(
        self,
        key: PRNGKey,
        network: Callable[[Float[Array, " C"]], Callable[[Float[Array, "N D"]], Any]],
        *,
        like: Float[Array, "N D"],
        periodic: Bool[Array, " D"],
    ) -> Float[Array, "N D"]:
        """Draw samples of one law.

        Args:
            key: random key.
            network: from the further conditions to a map of states `[N, D]` to outputs `[N, D]`.
            like: `[N, D]`, array of the shape and type to return.
            periodic: `[D]`, which coordinates have period 1; samples may leave [0, 1].
        """
        ...


@dataclass(frozen=True)
class Method:
    """A training objective: a rule in time and a loss that sums over its nodes.

    Args:
        name: what figures and checkpoints call it.
        rule: the rule for the time integral (a `hoam.quadrature.Rule`).
        epsilon: diffusion of the inference dynamics, in normalised units.
        loss: `(network, params, node) -> scalar`, the contribution of one node.
        prepare: `(key, nodes, periodic) -> nodes`, applied once a step to all nodes together: draws
            what is random beside the samples, or gathers what a node needs of its neighbours.
        sampler: how samples are drawn; `None` for the rollout of the gradient of a potential.
    """

    name: str
    rule: Any
    epsilon: float
    loss: Callable[[PotentialNetwork, Any, Node], Float[Array, ""]]
    prepare: Callable[[PRNGKey, Node, Bool[Array, " D"]], Node] = lambda key, nodes, periodic: nodes
    sampler: Sampler | None = None
