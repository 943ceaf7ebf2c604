r"""The arrays and functions that every other module speaks of.

A *population* $\rho(t, x; \mu)$ of states $x \in \mathbb{R}^D$ is known only through samples
$x_i(t_j; \mu_k) \sim \rho(t_j, \cdot; \mu_k)$ at chosen times (arXiv 2410.12000, Section 2).

Shape names: `M` parameter values, `T` times, `N` samples, `D` state, `P` parameter dimension.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Key

from hoam.arguments import as_floats

type Scalar = Float[Array, ""] | Float[np.ndarray, ""] | float
type PRNGKey = Key[Array, ""]
#: Samples, or numbers over time, on a device or not.
type Samples = Float[Array, "..."] | Float[np.ndarray, "..."]
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
