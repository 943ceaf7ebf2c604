r"""Rules in time for data that exists only at times of its own, however irregular.

Weights of high order are negative where times are irregular: those of the cubic spline through the
values (`hoam.quadrature.spline`) for nearly all sets of 16 times drawn at random. A negative weight
rewards what the loss should punish, so a rule with positive weights is taken instead, at a lower
order. The trapezoidal weights of the times,

$$\tau_j = \tfrac12 (t_{j+1} - t_{j-1}), \qquad t_{-1} = t_0,\quad t_{T} = t_{T-1},$$

are always positive, and of order 2. Between the two stands a cubic spline that is fitted instead of
interpolated. With splines $b_k$ on fewer pieces than there are times, let $w$ be the weights that
minimise

$$\sum_j \frac{(w_j - \tau_j)^2}{\tau_j} \quad\text{subject to}\quad
\sum_j w_j b_k(t_j) = \int_0^1 b_k\,\mathrm{d}t \quad\text{for all } k.$$

The rule is exact for these splines, thus to degree 3. Its weights are $w_j = \tau_j p(t_j)$, where
$p$ is a spline close to 1 if each piece holds enough times: then they are positive.

Methods that need no weights, such as DICE (`hoam.methods.dice`), take the times of any of these.

Source: least-squares quadrature on scattered points, D. Huybrechs, Stable high-order quadrature
rules with equidistant points, J. Comput. Appl. Math. 231 (2009); here with splines.
"""

import contextlib
from dataclasses import replace

import numpy as np

from hoam.arguments import as_whole
from hoam.quadrature import Rule, spline, unit_nodes


def on_times(times: np.ndarray) -> Rule:
    r"""Return a rule with positive weights on any times, of as high an order as they allow.

    The first of these that has positive weights:

    1. `hoam.quadrature.spline`: exact to degree 3 (with T < 4 times, to T - 1), order 4.
    2. `fitted_spline` with about as many pieces as possible: exact to degree 3, order 4 in their
       length.
    3. `trapezoid`: exact to degree 1, order 2, always positive.

    The `name` of the rule says which, and `why` the reason. `hoam.survey.wave_defects` says what
    the choice costs.

    Args:
        times: `[T]`, ascending, any units; mapped to [0, 1] with the ends at 0 and 1.

    Raises:
        ValueError: if there are fewer than two times, or they do not ascend.
    """
    nodes = unit_nodes(times)
    with contextlib.suppress(ValueError):
        return replace(spline(nodes), why="since its weights are positive (order 4)")
    why = "since the spline through all times has negative weights"
    pieces = nodes.size - 4
    while pieces > 0:
        with contextlib.suppress(ValueError):
            return replace(fitted_spline(nodes, pieces), why=f"{why} (exact to degree 3)")
        pieces = pieces * 4 // 5
    why = "since no spline on these times has positive weights (order 2)"
    return replace(trapezoid(nodes), why=why)


def fitted_spline(times: np.ndarray, pieces: int) -> Rule:
    r"""Return the rule that integrates the cubic spline fitted to values at given `times`.

    The spline has `pieces` intervals of equal length and is fitted by least squares, each value
    weighted by its trapezoidal weight $\tau_j$; see the module.

    Args:
        times: `[T]`, ascending, any units; mapped to [0, 1] with the ends at 0 and 1.
        pieces: number of intervals, at least 1.

    Raises:
        ValueError: if there are fewer than two times, they do not ascend, `pieces` is no whole
            number of at least 1, or the times do not give positive weights with so many pieces.
    """
    # These take as long to import as all of this package.
    from scipy.interpolate import BSpline
    from scipy.linalg import solveh_banded

    as_whole(pieces, least=1, what="a number of pieces")
    nodes = unit_nodes(times)
    knots = np.concatenate([np.zeros(3), np.linspace(0, 1, pieces + 1), np.ones(3)])
    splines = BSpline.design_matrix(nodes, knots, 3)
    integrals = (knots[4:] - knots[:-4]) / 4
    trapezoidal = trapezoid(nodes).weights
    gram = splines.T @ splines.multiply(trapezoidal[:, None])
    banded = np.zeros((4, pieces + 3))
    for k in range(4):
        banded[3 - k, k:] = gram.diagonal(k)
    try:
        weights = trapezoidal * (splines @ solveh_banded(banded, integrals))
    except np.linalg.LinAlgError:  # no time in some piece
        weights = np.zeros(nodes.size)
    miss = np.abs(splines.T @ weights - integrals).max()
    if miss > 1e-13 or (weights <= 0).any():
        message = (
            f"Expected times that give positive weights with {pieces} piece(s); got "
            f"{weights.min():.2e}, with an error of {miss:.0e}. Use fewer pieces, or "
            "hoam.given_times.on_times."
        )
        raise ValueError(message)
    return Rule(nodes, weights, f"spline of {pieces} pieces fitted to {nodes.size} times")


def trapezoid(times: np.ndarray) -> Rule:
    r"""Return the trapezoidal rule on given times: exact to degree 1, order 2.

    Args:
        times: `[T]`, ascending, any units; mapped to [0, 1] with the ends at 0 and 1.

    Raises:
        ValueError: if there are fewer than two times, or they do not ascend.
    """
    nodes = unit_nodes(times)
    gaps = np.diff(nodes, prepend=nodes[0], append=nodes[-1])
    return Rule(nodes, (gaps[:-1] + gaps[1:]) / 2, f"trapezoid on {nodes.size} times")
