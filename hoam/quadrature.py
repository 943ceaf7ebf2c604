r"""Rules for the time integral of the action-matching loss.

The loss (arXiv 2410.12000, eqs. 8-10) holds $\int_0^1 q(t)\,dt$, where $q(t)$ is an expectation
over samples at time $t$. A rule replaces it by $Q(q) = \sum_j w_j q(t_j)$. The methods differ in
nothing else: random nodes give action matching (AM), composite Simpson nodes HOAM-S, and
Gauss-Legendre nodes HOAM-G.

Gauge test: adding $c(t)$ to a potential changes the exact loss by nothing, the discrete loss by
$Q(c') - (c(1) - c(0))$: zero if the rule integrates $c'$ exactly; random nodes only a constant.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.arguments import as_floats, as_whole
from hoam.types import PRNGKey, as_times


@dataclass(frozen=True, eq=False)
class Rule:
    r"""Nodes and weights of $Q(q) = \sum_j w_j q(t_j) \approx \int_0^1 q(t)\,dt$.

    Args:
        nodes: `[n]`, ascending in [0, 1].
        weights: `[n]`, summing to 1.
        name: what figures call the rule.
        draw: of a random rule, from a key to `[n]` nodes in (0, 1]. Training draws afresh at each
            step; `nodes` are one draw. `None` for a fixed rule.
        why: of a rule chosen among several, why it is this one.

    Raises:
        ValueError: if nodes do not ascend in [0, 1], or weights are not as many, with sum 1.
    """

    nodes: np.ndarray
    weights: np.ndarray
    name: str
    draw: Callable[[PRNGKey], Float[Array, " n"]] | None = None
    why: str = ""

    def __post_init__(self) -> None:
        nodes, weights = as_floats(self.nodes, "nodes"), as_floats(self.weights, "weights")
        ascending = nodes.ndim == 1 and (np.diff(nodes, prepend=0, append=1) >= 0).all()
        if not ascending or nodes.shape != weights.shape or not abs(weights.sum() - 1) < 1e-9:
            message = (
                f"Expected ascending nodes in [0, 1] and as many weights with sum 1; got {nodes} "
                f"and {weights}. Use unit_nodes(times), and weights / weights.sum()."
            )
            raise ValueError(message)

    @property
    def random(self) -> bool:
        """Return whether the nodes are one draw of a random rule."""
        return self.draw is not None

    def integrate(self, values: np.ndarray | Array) -> np.ndarray | Array:
        r"""Apply the rule to values at its nodes, $\sum_j w_j q_j$.

        Args:
            values: `[n, ...]`, the integrand at `nodes` along the first axis.

        Raises:
            ValueError: if the first axis does not match the nodes.
        """
        _require_one_each(values, self.nodes.size)
        tensordot = jnp.tensordot if isinstance(values, Array) else np.tensordot
        return tensordot(self.weights, values, axes=1)

    def times(self, start: float, end: float) -> np.ndarray:
        """Return the times a population must hold: the nodes mapped to [start, end], and both ends.

        Args:
            start: first time, where the boundary term of the loss is taken.
            end: last time.

        Raises:
            ValueError: if the two are not finite and ascending.
        """
        start, end = as_times([start, end])
        # In this form the nodes 0 and 1 map to the ends exactly.
        inner = start * (1 - self.nodes) + end * self.nodes
        return np.union1d(inner, np.asarray([start, end], dtype=np.float64))

    def gauge_defect(self, gauge: Callable, derivative: Callable) -> float:
        r"""Return $Q(c') - (c(1) - c(0))$, the change of the loss when $c(t)$ is added to $s$.

        Args:
            gauge: $c$, a function of an array of times in [0, 1].
            derivative: $c'$.

        Raises:
            ValueError: if either does not return one value for each time.
        """
        _require_one_each(ends := gauge(np.asarray([0.0, 1.0])), 2)
        return float(self.integrate(derivative(self.nodes)) - (ends[1] - ends[0]))


def gauss_legendre(n: int) -> Rule:
    """Return the Gauss-Legendre rule with `n` nodes, exact for polynomials of degree 2n - 1.

    Args:
        n: number of nodes, from 1 to 10^4.

    Raises:
        ValueError: if `n` is no whole number from 1 to 10^4.
    """
    as_whole(n, least=1, most=10_000, what="a number of Gauss-Legendre nodes")
    from scipy.special import roots_legendre  # takes half as long as all of this package

    nodes, weights = roots_legendre(n)
    return Rule((nodes + 1) / 2, weights / 2, f"Gauss-Legendre {n}")


def simpson(n: int) -> Rule:
    """Return the composite Simpson rule with `n` nodes: exact to degree 3, order 4 in the spacing.

    Args:
        n: number of nodes, odd, from 3 to 10^7.

    Raises:
        ValueError: if `n` is even, or no whole number from 3 to 10^7.
    """
    as_whole(n, least=1, most=10**7, what="a number of Simpson nodes")
    if n < 3 or n % 2 == 0:
        message = (
            f"Expected an odd number of Simpson nodes, at least 3; got {n}. "
            f"Use {max(3, n + 1 - n % 2)}: each parabola spans two intervals."
        )
        raise ValueError(message)
    weights = np.ones(n)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    return Rule(np.linspace(0, 1, n), weights / (3 * (n - 1)), f"Simpson {n}")


def trapezoid(n: int) -> Rule:
    """Return the composite trapezoidal rule with `n` nodes: exact to degree 1, order 2.

    Args:
        n: number of nodes, from 2 to 10^7.

    Raises:
        ValueError: if `n` is no whole number from 2 to 10^7.
    """
    as_whole(n, least=2, most=10**7, what="a number of trapezoidal nodes")
    weights = np.full(n, 1 / (n - 1))
    weights[[0, -1]] /= 2
    return Rule(np.linspace(0, 1, n), weights, f"trapezoid {n}")


def monte_carlo(n: int, *, key: PRNGKey | None = None) -> Rule:
    r"""Return `n` independent uniform nodes of equal weight; the error falls like $n^{-1/2}$.

    `fit` draws new nodes at each step from the times of the population; the nodes stored here are
    one draw, used when the rule is applied directly.

    Args:
        n: number of nodes, from 1 to 10^7.
        key: random key of the stored draw; `jax.random.key(0)` if not given.

    Raises:
        ValueError: if `n` is no whole number from 1 to 10^7.
    """
    as_whole(n, least=1, most=10**7, what="a number of random nodes")
    return _random(n, lambda k: 1 - jax.random.uniform(k, (n,)), f"Monte Carlo {n}", key)


def stratified(n: int, *, key: PRNGKey | None = None) -> Rule:
    r"""Return one uniform node in each of `n` equal intervals; the error falls like $n^{-3/2}$.

    The mean over draws is the exact integral, as for `monte_carlo`; the variance is that within the
    intervals only, $\approx \int (q')^2\,dt\,/\,(12 n^3)$. As there, `fit` draws anew at each step.

    Args:
        n: number of nodes, from 1 to 10^7.
        key: random key of the stored draw; `jax.random.key(0)` if not given.

    Raises:
        ValueError: if `n` is no whole number from 1 to 10^7.

    Source: S. Haber, A modified Monte-Carlo quadrature, Math. Comp. 20 (1966).
    """
    as_whole(n, least=1, most=10**7, what="a number of intervals")
    return _random(
        n, lambda k: (jnp.arange(n) + 1 - jax.random.uniform(k, (n,))) / n, f"stratified {n}", key
    )


def unit_nodes(times: np.ndarray) -> np.ndarray:
    """Return times mapped to [0, 1], the ends to 0 and 1.

    Args:
        times: `[T]`, ascending, any units.

    Raises:
        ValueError: if there are fewer than two times, or they do not ascend, also once mapped.
    """
    times = as_times(times)
    nodes = (times - times[0]) / (times[-1] - times[0])
    if not (np.diff(nodes) > 0).all():
        j = int(np.argmin(np.diff(nodes)))
        message = (
            "Expected times that double precision tells apart on their interval; got "
            f"{times[j]} and {times[j + 1]}. Remove one of them."
        )
        raise ValueError(message)
    return nodes


def spline(times: np.ndarray) -> Rule:
    """Return the rule that integrates the cubic spline through values at given `times`.

    For data that exists only at its own times: the weights are the integrals of the cardinal
    splines (not-a-knot), of order 4; with fewer than four times the interpolating polynomial is
    used. Irregular times may make weights negative; then use `hoam.given_times.on_times`. Never
    move Gauss nodes to the nearest time you have: it breaks the gauge test.

    Args:
        times: `[T]`, ascending, any units; they are mapped to [0, 1] with the ends at 0 and 1.

    Raises:
        ValueError: if there are fewer than two times, they do not ascend, or a weight is negative.
    """
    from scipy.interpolate import make_interp_spline  # takes as long as all of this package

    nodes = unit_nodes(times)
    basis = make_interp_spline(nodes, np.eye(nodes.size), k=min(3, nodes.size - 1))
    weights = basis.integrate(0.0, 1.0)
    if (weights <= 0).any():
        message = (
            f"Expected times that give positive spline weights; got {weights.min():.2e} at "
            f"time {np.asarray(times)[weights.argmin()]:g}. Use hoam.given_times.on_times."
        )
        raise ValueError(message)
    return Rule(nodes, weights, f"spline {nodes.size}")


def _require_one_each(values: np.ndarray | Array, count: int) -> None:
    if (shape := np.shape(values))[:1] != (count,):
        message = f"Expected {count} values, one per node; got shape {shape}. Use q(rule.nodes)."
        raise ValueError(message)


def _random(n: int, draw: Callable[[PRNGKey], Array], name: str, key: PRNGKey | None) -> Rule:
    nodes = np.sort(np.asarray(draw(jax.random.key(0) if key is None else key), np.float64))
    return Rule(nodes, np.full(n, 1 / n), name, draw)
