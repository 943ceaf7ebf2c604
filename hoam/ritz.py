r"""The Ritz method: the action-matching loss minimised exactly over the linear part of a potential.

Let $s = s_\theta + \sum_k c_k(t, \mu)\,\varphi_k(x)$ with a network $s_\theta$ that is kept as it
is. The loss is quadratic in the coefficients: with $P = \mathbb{E}[\varphi]$, $G =
\mathbb{E}[\nabla\varphi\,\nabla\varphi^\top]$, $b = \mathbb{E}[\nabla\varphi\cdot\nabla s_\theta]$
and $\ell = \mathbb{E}[\Delta\varphi]$ at time $t$,

$$L(c) = L(0) + \int_0^1 \tfrac12 c^\top G c + c\cdot\bigl(b + \tfrac{\epsilon^2}{2}\ell\bigr) +
\dot c\cdot P\,\mathrm{d}t + c(0)\cdot P(0) - c(1)\cdot P(1).$$

Where it is least over all functions of time, $\dot P = G c + b + \frac{\epsilon^2}{2}\ell$: under
the flow of $s$, the means of the $\varphi_k$ change as those of the population do. That is the weak
form of the continuity equation, tested with the $\varphi_k$. Observables that depend on such means
alone, like the field energy of a plasma, are what a stochastic gradient gets right last; here a
linear system does it, in seconds.

The time integral is that of the loss, with the same rule; the $c_k$ are cubic splines in time and
piecewise linear in $\mu$, so that the training parameters decouple. Nothing is differentiated in
time but the splines.
"""

import dataclasses
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
from jaxtyping import Array, Float
from scipy.interpolate import BSpline

from hoam.calculus import evaluate, lift
from hoam.linear_part import Basis, LinearPart, knots
from hoam.model import Model
from hoam.nodes import node_table
from hoam.population import Population
from hoam.quadrature import Rule

#: The network's gradient, the costly part, is averaged over the first so many samples of a time.
_GRADIENTS = 2**13


def enrich(
    model: Model,
    population: Population,
    *,
    rule: Rule,
    modes: int = 2,
    degree: int = 2,
    splines: int = 32,
    mixed: bool = True,
) -> Model:
    r"""Return the model with the linear part that minimises the loss, its network left as it is.

    Args:
        model: a trained potential; a linear part that it has is replaced.
        population: samples at training parameters, of one parameter coordinate; its times must hold
            the rule's nodes, which `rule.times(start, end)` gives.
        rule: rule of the time integral, with clearly more nodes than there are splines.
        modes: waves $m = 1, \dots$ along each periodic coordinate.
        degree: total degree of the monomials in the other coordinates.
        splines: cubic splines in time of each coefficient.
        mixed: whether products of several coordinates are among the functions. Without them the
            coordinates decouple, and the cost is linear in their number.

    Returns:
        A model of the same network whose `linear` is set.

    Raises:
        ValueError: if the model is no potential, dimensions differ, the parameter has several
            coordinates, a node is not among the times, or the linear system is singular.
    """
    _require_suited(model, population, rule)
    order = np.argsort(population.mus[:, 0])
    wrapped = tuple(period is not None for period in population.periods)
    basis = Basis(wrapped, modes, degree, mixed)
    times = model.scaling.times(population.times)
    index, integral, boundary = node_table(rule, times)
    values = BSpline.design_matrix(times[index], knots(splines), 3).toarray()
    # The coefficients of a derivative are those of a spline of one degree less.
    rates = BSpline(knots(splines), np.eye(splines), 3).derivative()(times[index])
    solve = partial(_solve, values=values, rates=rates, integral=integral, boundary=boundary)
    coefficients = []
    for m in order:
        mu = jnp.asarray(model.scaling.parameters(population.mus[m][None])[0], jnp.float32)
        samples = model.scaling.states(np.asarray(population.samples[m, index], np.float32))
        found = _moments(
            model.params, jnp.asarray(times[index], jnp.float32), samples, mu, model.network, basis
        )
        # Functions of different groups have orthogonal gradients: a linear system for each group.
        groups = zip(*(np.moveaxis(np.asarray(a, np.float64), 1, 0) for a in found), strict=True)
        solved = [solve(*group, epsilon=model.epsilon) for group in groups]
        coefficients.append(np.concatenate(solved, axis=1))
    linear = LinearPart(
        basis,
        np.stack(coefficients).astype(np.float32),
        tuple(float(mu) for mu in population.mus[order, 0]),
    )
    name = f"modes {modes}, degree {degree}, splines {splines}" + ("" if mixed else ", not mixed")
    record = {**model.record, "linear_part": name}
    return dataclasses.replace(model, linear=linear, record=record)


def _require_suited(model: Model, population: Population, rule: Rule) -> None:
    problems = {
        "a model that is a potential": model.sampler is not None,
        f"samples with {model.dimension} coordinates": population.dimension != model.dimension,
        "a parameter of one coordinate": population.mus.shape[1] != 1,
        "a rule with fixed nodes": rule.random,
    }
    for expected, wrong in problems.items():
        if wrong:
            message = (
                f"Expected {expected}; got samples of shape {population.samples.shape}, "
                f"{population.mus.shape[1]} parameter(s) and {rule.name}. "
                "Use the population and the rule of the model's training."
            )
            raise ValueError(message)


@partial(jax.jit, static_argnames=("network", "basis"))
def _moments(
    params: Any,
    times: Float[Array, " T"],
    samples: Float[Array, "T N D"],
    mu: Float[Array, " P"],
    network: Any,
    basis: Basis,
) -> tuple[Array, Array, Array, Array]:
    dimension = samples.shape[-1]
    groups = basis.groups
    # A function of one coordinate has along (1, ..., 1) its own slope and curvature.
    directions = jnp.eye(dimension) if groups == 1 else jnp.ones((1, dimension))
    directions = directions.astype(samples.dtype)

    def at_node(inputs):
        t, x = inputs
        layers = network.layers(params, t, mu, dimension=dimension)
        slope = jax.grad(lambda y: evaluate(layers, y, features=network.features))
        value, slopes, curvature = jax.vmap(lambda y: lift(basis, y, directions, 1.0))(x)
        slopes = slopes.reshape(*slopes.shape[:2], groups, -1)
        gram = jnp.einsum("ndgk,ndgl->gkl", slopes, slopes) / x.shape[0]
        some = min(_GRADIENTS, x.shape[0])
        learned = jax.vmap(slope)(x[:some]).reshape(some, -1, groups)
        known = jnp.einsum("ndgk,ndg->gk", slopes[:some], learned) / some
        by_group = [a.mean(axis=0).reshape(groups, -1) for a in (value, curvature)]
        return by_group[0], gram, known, by_group[1]

    return jax.lax.map(at_node, (times, samples))


def _solve(
    *found: np.ndarray,
    values: np.ndarray,
    rates: np.ndarray,
    integral: np.ndarray,
    boundary: np.ndarray,
    epsilon: float,
) -> np.ndarray:
    """Return the spline coefficients `[L, K]` of one group at which the discrete loss is least."""
    mean, gram, known, curvature = found
    splines, functions = values.shape[1], mean.shape[1]
    weighted = integral[:, None] * values
    matrix = np.einsum("jl,jm,jkn->lkmn", weighted, values, gram, optimize=True)
    slope = weighted.T @ (known + epsilon**2 / 2 * curvature)
    slope += ((integral[:, None] * rates) + boundary[:, None] * values).T @ mean
    size = splines * functions
    try:
        solution = scipy.linalg.solve(matrix.reshape(size, size), -slope.ravel(), assume_a="pos")
    except scipy.linalg.LinAlgError as error:
        message = (
            f"Expected a regular system for {splines} splines and {functions} functions at "
            f"{integral.size} times; got {error}. Use fewer splines or functions, or more times."
        )
        raise ValueError(message) from error
    return solution.reshape(splines, functions)
