r"""Functions of the state that a potential may contain linearly, with coefficients in time.

$$s(x, t; \mu) = s_\theta(x, t; \mu) + \sum_k c_k(t, \mu)\,\varphi_k(x)$$

The $\varphi_k$ are products of a wave along one periodic coordinate and a monomial in the others;
the $c_k$ are cubic splines in time and piecewise linear in the parameter. `hoam.ritz` finds the
coefficients.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import factorial
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.arguments import as_whole
from hoam.types import Scalar


@dataclass(frozen=True)
class Basis:
    r"""The products of waves and monomials, constants left out.

    Waves are $\cos(2\pi m x_i)/(2\pi m)$ and $\sin(2\pi m x_i)/(2\pi m)$ with $m = 1, \dots$,
    `modes`, for each periodic coordinate; monomials are those of total degree up to `degree` in
    $u_i = 2x_i - 1$ of the others. With $M$ modes and $p$ periodic coordinates there are $1 + 2Mp$
    factors of the first kind. Without periodic coordinates and with degree 2 the span holds all
    first and second moments.

    Args:
        periodic: for each coordinate, whether it is periodic; normalised, so the period is 1.
        modes: number of waves $m$ along each periodic coordinate, at least 1.
        degree: total degree of the monomials, at least 1.
        mixed: whether products of several coordinates are in. Without them the functions are the
            powers $u_i, u_i^2, \dots$ of each coordinate in turn, and none may be periodic.

    Raises:
        ValueError: if a number is smaller than 1, there is no coordinate, or a periodic one in a
            basis that is not mixed.
    """

    periodic: tuple[bool, ...]
    modes: int = 2
    degree: int = 2
    mixed: bool = True

    def __post_init__(self) -> None:
        as_whole(self.modes, least=1, what="the number of modes")
        as_whole(self.degree, least=1, what="the degree")
        as_whole(len(self.periodic), least=1, what="the number of coordinates")
        if not self.mixed and any(self.periodic):
            message = (
                f"Expected no periodic coordinate in a basis of powers; got {self.periodic}. "
                "Use mixed=True."
            )
            raise ValueError(message)

    @property
    def groups(self) -> int:
        """Return the number of groups of equal size whose gradients are orthogonal everywhere."""
        return 1 if self.mixed else len(self.periodic)

    def __call__(self, x: Float[Array, " D"]) -> Float[Array, " K"]:
        """Return the values of all functions at one normalised state."""
        if not self.mixed:
            u = 2 * x - 1
            return jnp.stack([u**k for k in range(1, self.degree + 1)], axis=1).ravel()
        waves, powers = [jnp.ones((), x.dtype)], [jnp.ones((), x.dtype)]
        for i in np.flatnonzero(self.periodic):
            for m in range(1, self.modes + 1):
                k = 2 * np.pi * m
                waves += [jnp.cos(k * x[i]) / k, jnp.sin(k * x[i]) / k]
        others = np.flatnonzero(~np.asarray(self.periodic))
        for degree in range(1, self.degree + 1):
            for factors in combinations_with_replacement(others, degree):
                powers.append(jnp.prod(2 * x[jnp.asarray(factors)] - 1))
        return jnp.outer(jnp.stack(waves), jnp.stack(powers)).ravel()[1:]


@dataclass(frozen=True, eq=False)
class LinearPart:
    r"""Basis functions with their coefficients.

    Args:
        basis: the functions $\varphi_k$.
        coefficients: `[M, L, K]`, of $L$ cubic B-splines on a uniform grid of [0, 1] for each of
            $M$ parameter values.
        mus: `[M]`, the parameter values, ascending.
    """

    basis: Basis
    coefficients: Any
    mus: tuple[float, ...]

    def pieces(self, mu: Scalar) -> Float[Array, "I 4 K"]:
        """Return the cubic polynomials of each interval in time at one parameter.

        Between the parameter values coefficients are interpolated linearly, beyond them they are
        those of the nearest value.
        """
        from scipy.interpolate import BSpline  # takes as long to import as all of this package

        table, mus = jnp.asarray(self.coefficients), jnp.asarray(self.mus)
        place = jnp.interp(mu, mus, jnp.arange(mus.size, dtype=mus.dtype))
        left = jnp.floor(place).astype(int)
        share = (place - left).astype(table.dtype)
        values = (1 - share) * table[left] + share * table[jnp.minimum(left + 1, mus.size - 1)]
        count = table.shape[1]
        splines = BSpline(knots(count), np.eye(count), 3)
        starts = np.linspace(0, 1, count - 2)[:-1]
        taylor = [splines(starts, nu=power) / factorial(power) for power in (3, 2, 1, 0)]
        return jnp.einsum("ipl,lk->ipk", jnp.asarray(np.stack(taylor, axis=1), table.dtype), values)


def knots(splines: int) -> np.ndarray:
    """Return the knots of cubic B-splines on [0, 1], uniform inside and repeated at the ends.

    Raises:
        ValueError: if there are fewer than 4 splines.
    """
    as_whole(splines, least=4, what="a number of cubic splines")
    return np.concatenate([np.zeros(3), np.linspace(0, 1, splines - 2), np.ones(3)])


def coefficients_at(pieces: Float[Array, "I 4 K"], t: Scalar) -> Float[Array, " K"]:
    """Return the coefficients at one time from the polynomials of `LinearPart.pieces`.

    Args:
        pieces: highest power first, in the time since the start of the interval.
        t: time in [0, 1]; beyond it the first or last polynomial goes on.
    """
    count = pieces.shape[0]
    index = jnp.clip(jnp.floor(t * count), 0, count - 1)
    powers = (t - index / count) ** jnp.arange(3.0, -1.0, -1.0)
    return jnp.asarray(powers, pieces.dtype) @ pieces[index.astype(int)]
