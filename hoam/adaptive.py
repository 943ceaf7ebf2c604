r"""Steps as long as a field allows, the same for all particles.

Where a learned field is smooth along the paths, a rollout can take long steps; elsewhere it needs
short ones. A few particles, the pilot, choose the steps:
each is as long as the root mean square, over the pilot, of the estimated error of one step allows.
All particles then take these steps, on any number of devices, and none is refused.

Between steps, the cubic polynomial with the states and velocities at both ends gives the states at
the output times, which therefore cost nothing (Hairer, Norsett, Wanner, *Solving Ordinary
Differential Equations I*, sections II.4 and II.6).
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hoam.integrators import Field, bogacki_shampine_step
from hoam.types import Scalar

#: Number of particles that choose the steps.
PILOT = 512
#: Most steps that are tried, those refused among them.
MOST = 4096
_FIRST = 1 / 64


def choose_steps(
    field: Field, x: Float[Array, "N D"], start: Scalar, end: Scalar, tolerance: Scalar
) -> Float[Array, " M"]:
    r"""Return the times between the steps that keep a tolerance.

    A step is refused if the root mean square of its estimated error $e$ exceeds the tolerance; the
    next one has length $0.9\,h\,(\text{tolerance} / e)^{1/3}$, between a third of the last and
    three times it.

    Args:
        field: $(t, x) \mapsto$ velocities `[N, D]`.
        x: `[N, D]`, the pilot's states at `start`.
        start: first time.
        end: last time.
        tolerance: root mean square over particles and coordinates.

    Returns:
        `[MOST + 1]`, ascending from `start`, the last one repeated. That is `end`, or an earlier
        time if `MOST` attempts did not lead there.
    """

    def unfinished(state):
        tried, _, taken, grid, *_ = state
        return (tried < MOST) & (grid[taken] < end)

    def attempt(state):
        tried, h, taken, grid, x, slope = state
        t = grid[taken]
        # A last step that would be tiny is taken with the one before it.
        last = t + 1.01 * h >= end
        h = jnp.where(last, end - t, h)
        moved, slope_after, error = bogacki_shampine_step(field, x, t, h, slope)
        ratio = jnp.sqrt(jnp.mean(error**2)) / tolerance
        good = ratio <= 1
        grid = grid.at[taken + 1].set(jnp.where(good & last, end, t + h))
        # Not finite is refused like any other error that is too large.
        stretch = jnp.where(jnp.isfinite(ratio), 0.9 * ratio ** (-1 / 3), 0.0)
        return (
            tried + 1,
            h * jnp.clip(stretch, 1 / 3, 3.0),
            taken + good,
            grid,
            jnp.where(good, moved, x),
            jnp.where(good, slope_after, slope),
        )

    grid = jnp.full(MOST + 1, start, x.dtype)
    first = (jnp.int32(0), (end - start) * _FIRST, jnp.int32(0), grid, x, field(start, x))
    _, _, taken, grid, *_ = jax.lax.while_loop(unfinished, attempt, first)
    return jnp.where(jnp.arange(MOST + 1) <= taken, grid, grid[taken])


def follow_steps(
    field: Field,
    *,
    x0: Float[Array, "N D"],
    times: Float[Array, " T"],
    grid: Float[Array, " M"],
) -> Float[Array, "T N D"]:
    """Return the states at all output times, by the steps between the times of a grid.

    Args:
        field: $(t, x)$ to velocities `[N, D]`.
        x0: `[N, D]`, states at `times[0]`.
        times: `[T]`, ascending, the first and the last those of the grid.
        grid: `[M]`, times between steps as `choose_steps` returns them.
    """

    def advance(step):
        k, _, _, x, slope = step
        t, h = grid[k], grid[k + 1] - grid[k]
        return (k + 1, x, slope, *bogacki_shampine_step(field, x, t, h, slope)[:2])

    def to_output(step, t):
        step = jax.lax.while_loop(lambda step: grid[step[0]] < t, advance, step)
        k, x, slope, x_after, slope_after = step
        h = grid[k] - grid[k - 1]
        u = (t - grid[k - 1]) / h
        v = 1 - u
        between = v**2 * ((1 + 2 * u) * x + u * h * slope)
        return step, between + u**2 * ((1 + 2 * v) * x_after - v * h * slope_after)

    slope = field(grid[0], x0)
    begin = advance((jnp.int32(0), x0, slope, x0, slope))
    return jnp.concatenate([x0[None], jax.lax.scan(to_output, begin, times[1:])[1]])
