r"""Paths of a flow and a noise that alternate: Strang splitting with any number of output times.

$$\Phi_{t + h} = K_{h/2} \circ F_{t,\,h} \circ K_{h/2}$$

The flow $F$ is a deterministic one-step method of order at least 2; the kick $K$ samples the exact
transition of the noise, so that two half kicks in a row are one whole kick, drawn at once. Moments
converge with order 2 in the step; without noise the order is that of the flow.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from hoam.arguments import is_number
from hoam.integrators import count_steps
from hoam.types import PRNGKey, as_times


class Schedule(NamedTuple):
    """Equal steps between consecutive output times.

    Attributes:
        starts: `[G]`, start of each gap.
        sizes: `[G]`, step within each gap.
        counts: `[G]`, number of steps in each gap.
    """

    starts: Float[Array, " G"]
    sizes: Float[Array, " G"]
    counts: Int[Array, " G"]


def schedule(times: np.ndarray, *, time_step: float, dtype: np.dtype) -> Schedule:
    """Return the fewest equal steps per gap that are no larger than `time_step`.

    Args:
        times: `[T]`, ascending output times.
        time_step: largest step.
        dtype: floating-point type of starts and sizes.

    Raises:
        ValueError: if times do not ascend, the step is not positive and finite, or so small that
            there are more than `hoam.integrators.MOST_STEPS`.
    """
    times = as_times(times)
    if not is_number(time_step) or not 0 < time_step < np.inf:
        message = f"Expected a time step > 0; got {time_step!r}. Use a fraction of the horizon."
        raise ValueError(message)
    gaps = np.diff(times)
    counts = count_steps(gaps, time_step)
    return Schedule(
        jnp.asarray(times[:-1], dtype), jnp.asarray(gaps / counts, dtype), jnp.asarray(counts)
    )


def paths(
    key: PRNGKey,
    state: Any,
    *,
    plan: Schedule,
    flow: Callable[[Any, Any, Any], Any],
    kick: Callable[[PRNGKey, Any, Any], Any],
    observe: Callable[[Any], tuple[Any, Array]],
) -> Array:
    r"""Return what is observed of a state at the start and at the end of every gap.

    Args:
        key: random key of the kicks.
        state: any pytree of arrays, at the first output time.
        plan: the steps.
        flow: $(t, h, \text{state}) \mapsto$ the state a step later.
        kick: $(\text{key}, h, \text{state}) \mapsto$ the state after the noise of a time $h$.
        observe: the state, brought to its standard form (a position into its box), and the
            observed array.

    Returns:
        The observed arrays, stacked along a first axis of times.
    """

    def advance(state, inputs):
        key, (start, h, count) = inputs
        state = kick(jax.random.fold_in(key, 0), h / 2, state)

        def step(i, state):
            state = flow(start + i * h, h, state)
            return kick(jax.random.fold_in(key, i + 1), jnp.where(i + 1 < count, h, h / 2), state)

        return observe(jax.lax.fori_loop(0, count, step, state))

    state, first = observe(state)
    keys = jax.random.split(key, plan.counts.shape[0])
    _, rest = jax.lax.scan(advance, state, (keys, plan))
    return jnp.concatenate([first[None], rest])
