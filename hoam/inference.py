r"""Compiled inference of a trained model, block by block of particles.

The field is the gradient of the network plus that of the linear part, if there is one:
$\nabla s_\theta(x, t; \mu) + \sum_k c_k(t, \mu)\nabla\varphi_k(x)$, normalised. Methods that take
the time as a condition have no field: `draw_each` makes the samples of each output time by a
sampler.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.adaptive import MOST, PILOT, choose_steps, follow_steps
from hoam.arguments import is_number
from hoam.calculus import evaluate, outputs
from hoam.devices import map_blocks
from hoam.integrators import STEPS, Field, count_steps
from hoam.linear_part import Basis, coefficients_at
from hoam.sample import rollout
from hoam.types import PotentialNetwork, PRNGKey, Sampler, Scalar

#: Default of the largest step of a rollout, as a fraction of the trained time interval.
MAX_STEP = 1 / 128


def potential(
    network: PotentialNetwork, basis: Basis | None, params: Any, pieces: Any, dimension: int
) -> Callable[[Scalar, Array], Callable[[Array], Array]]:
    r"""Return $(t, \mu) \mapsto (y \mapsto s)$, so that layers are built once for all states.

    Args:
        network: network of the potential.
        basis: functions of its linear part, or `None`.
        params: trained parameters.
        pieces: polynomials of the coefficients at this parameter (`LinearPart.pieces`), if any.
        dimension: number of coordinates.
    """

    def at(t: Scalar, mu: Array) -> Callable[[Array], Array]:
        layers = network.layers(params, t, mu, dimension=dimension)
        learned = partial(evaluate, layers, features=network.features)
        if basis is None:
            return learned
        functions, linear = basis, coefficients_at(pieces, t)
        return lambda y: learned(y) + linear @ functions(y)

    return at


def velocities(
    params: Any,
    pieces: Any,
    mu: Float[Array, " P"],
    *,
    network: PotentialNetwork,
    basis: Basis | None,
    periodic: tuple[bool, ...],
) -> Field:
    r"""Return the field $(t, y) \mapsto \nabla s(y, t; \mu)$ of all particles, normalised."""
    s = potential(network, basis, params, pieces, len(periodic))
    wrapped = jnp.asarray(periodic)[None]

    def field(t, y):
        # Particles may cross the box during the rollout; the network knows one period.
        return jax.vmap(jax.grad(s(t, mu)))(jnp.where(wrapped, y % 1, y))

    return field


def check_steps(
    max_step: float | None, order: int, tolerance: float | None, *, plain: bool
) -> None:
    """Refuse steps that a model cannot take, before anything is compiled.

    Args:
        max_step: as in `Model.sample`, like `order` and `tolerance`.
        order: see there.
        tolerance: see there.
        plain: whether the model has a rollout, and one without diffusion.

    Raises:
        ValueError: if a step, order or tolerance is refused.
    """
    if max_step is not None and not (is_number(max_step) and max_step > 0):
        message = f"Expected max_step > 0; got {max_step!r}. Use e.g. 1 / 128."
        raise ValueError(message)
    if not is_number(order) or order not in STEPS or (not plain and order != 2):
        message = (
            f"Expected an order of {sorted(STEPS)}, and 2 with diffusion; got {order!r}. "
            "Use order=2."
        )
        raise ValueError(message)
    if tolerance is not None and not (plain and is_number(tolerance) and tolerance > 0):
        message = (
            "Expected a positive tolerance, and for a rollout without diffusion alone; got "
            f"{tolerance!r}. Use e.g. 3e-4, or give max_step."
        )
        raise ValueError(message)


def roll_out(
    key: PRNGKey,
    params: Any,
    pieces: Any,
    y0: Float[Array, "N D"],
    times: np.ndarray,
    mu: np.ndarray,
    *,
    max_step: float | None,
    order: int,
    tolerance: float | None,
    epsilon: float,
    **form: Any,
) -> Float[Array, "T N D"]:
    """Return normalised states at all times; see `Model.sample`.

    Args:
        key: random key of the noise, and of the choice of a pilot.
        params: trained parameters of the network.
        pieces: polynomials of the linear part, if there is one.
        y0: `[N, D]`, normalised states at `times[0]`.
        times: `[T]`, normalised.
        mu: `[P]`, standardised parameter.
        max_step: largest of equal steps; `MAX_STEP` if `None`.
        order: order of equal steps.
        tolerance: error of one step where a pilot chooses the steps; `None` for equal steps.
        epsilon: diffusion.
        **form: what a field is compiled for: `network`, `basis` and `periodic` of `velocities`.

    Raises:
        ValueError: if `max_step` makes too many steps.
        FloatingPointError: if no steps as short as 4096 attempts allow keep the tolerance.
    """
    t, parameter = jnp.asarray(times, jnp.float32), jnp.asarray(mu, jnp.float32)
    if tolerance is None:
        gaps = np.full(times.size - 1, np.diff(times).max())
        counts = count_steps(gaps, MAX_STEP if max_step is None else max_step)
        substeps = jnp.asarray(int(counts[0]))
        options = {"order": order, "epsilon": epsilon}
        return _equal_steps(key, params, pieces, y0, t, parameter, substeps, **options, **form)
    grid = steps(key, params, pieces, y0, t, parameter, tolerance=tolerance, **form)
    return _chosen_steps(key, params, pieces, y0, t, parameter, grid, **form)


def steps(
    key: PRNGKey,
    params: Any,
    pieces: Any,
    y0: Array,
    times: Array,
    mu: Array,
    *,
    tolerance: float,
    **form: Any,
) -> Float[Array, " M"]:
    """Return the times between the steps that a pilot of these particles chooses; see `roll_out`.

    They are `adaptive.MOST + 1`, the last one repeated.
    """
    drawn = jax.random.choice(key, y0.shape[0], (min(PILOT, y0.shape[0]),), replace=False)
    error = jnp.asarray(tolerance, jnp.float32)
    grid = _pilot(params, pieces, y0[drawn], times[0], times[-1], mu, error, **form)
    if not float(grid[-1]) >= float(times[-1]):
        message = (
            f"Expected an error of {tolerance:g} a step within {MOST} attempts; got to "
            f"{float(grid[-1]):.3g} of {float(times[-1]):.3g} trained intervals. Use a larger "
            "tolerance; without any, steps are equal."
        )
        raise FloatingPointError(message)
    return grid


@partial(jax.jit, static_argnames=("order", "network", "basis", "periodic", "epsilon"))
def _equal_steps(
    key, params, pieces, y0, times, mu, substeps, *, order: int, epsilon: float, **form
) -> Float[Array, "T N D"]:
    def paths(y0, key, params, pieces, times, mu, substeps):
        return rollout(
            key,
            velocities(params, pieces, mu, **form),
            x0=y0,
            times=times,
            substeps=substeps,
            epsilon=epsilon,
            order=order,
        )

    return map_blocks(paths, y0, key, params, pieces, times, mu, substeps)


@partial(jax.jit, static_argnames=("network", "basis", "periodic"))
def _pilot(params, pieces, y0, start, end, mu, tolerance, **form) -> Float[Array, " M"]:
    return choose_steps(velocities(params, pieces, mu, **form), y0, start, end, tolerance)


@partial(jax.jit, static_argnames=("network", "basis", "periodic"))
def _chosen_steps(key, params, pieces, y0, times, mu, grid, **form) -> Float[Array, "T N D"]:
    def paths(y0, _, params, pieces, times, mu, grid):
        return follow_steps(velocities(params, pieces, mu, **form), x0=y0, times=times, grid=grid)

    return map_blocks(paths, y0, key, params, pieces, times, mu, grid)


@partial(jax.jit, static_argnames=("network", "periodic", "sampler"))
def draw_each(
    key: PRNGKey,
    params: Any,
    y0: Float[Array, "N D"],
    times: Float[Array, " T"],
    mu: Float[Array, " P"],
    *,
    network: PotentialNetwork,
    periodic: tuple[bool, ...],
    sampler: Sampler,
) -> Float[Array, "T N D"]:
    r"""Return `y0`, and as many samples at each later time, independent of it and of one another.

    Args:
        key: random key.
        params: parameters of the network.
        y0: `[N, D]`, normalised states at `times[0]`.
        times: `[T]`, normalised.
        mu: `[P]`, standardised parameter.
        network: network with `D` outputs.
        periodic: which coordinates have period 1.
        sampler: how samples are drawn at one time.
    """

    def draws(y0, key, params, times, mu):
        def at_time(inputs: tuple[PRNGKey, Array]) -> Array:
            key, t = inputs

            def conditional(condition: Array) -> Callable[[Array], Array]:
                joint = jnp.concatenate([mu, condition])
                layers = network.layers(params, t, joint, dimension=y0.shape[1])
                return jax.vmap(lambda y: outputs(layers, y, features=network.features))

            return sampler.draw(key, conditional, like=y0, periodic=jnp.asarray(periodic))

        keys = jax.random.split(key, times.size - 1)
        return jnp.concatenate([y0[None], jax.lax.map(at_time, (keys, times[1:]))])

    return map_blocks(draws, y0, key, params, times, mu)
