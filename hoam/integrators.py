r"""Single steps of differential equations, with and without noise.

$$\dot x = f(t, x), \qquad \mathrm{d}X = f(t, X)\,\mathrm{d}t + \epsilon\,\mathrm{d}W$$

Full models and learned ones are advanced by the same steps.
"""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.types import Scalar

#: The most steps that a simulation or rollout may take; those of the book take some thousands.
MOST_STEPS = 10**8

type Field = Callable[[Scalar, Float[Array, "*shape"]], Float[Array, "*shape"]]


def count_steps(gaps: np.ndarray, longest: float) -> np.ndarray:
    """Return the fewest equal steps within each gap that are no longer than `longest`, at least 1.

    Args:
        gaps: `[G]`, positive.
        longest: positive.

    Raises:
        ValueError: if they are more than `MOST_STEPS` together.
    """
    with np.errstate(over="ignore"):  # infinitely many are refused
        # The tolerance keeps a gap of exactly k steps at k when rounding makes it slightly more.
        counts = np.maximum(1, np.ceil(gaps / longest - 1e-9))
    if not counts.sum() <= MOST_STEPS:
        message = (
            f"Expected at most {MOST_STEPS} steps; got {counts.sum():.3g} of at most {longest:g}. "
            "Use longer steps, or a shorter time."
        )
        raise ValueError(message)
    return counts.astype(np.int32)


def runge_kutta_step(field: Field, x: Array, t: Scalar, h: Scalar) -> Array:
    r"""Return the state after one step of the classical Runge-Kutta method, of order 4.

    Args:
        field: $(t, x) \mapsto$ velocities, of the shape of `x`.
        x: the state at time `t`.
        t: time at the start of the step.
        h: the step.
    """
    k1 = field(t, x)
    k2 = field(t + h / 2, x + h / 2 * k1)
    k3 = field(t + h / 2, x + h / 2 * k2)
    k4 = field(t + h, x + h * k3)
    return x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def heun_step(field: Field, x: Array, t: Scalar, h: Scalar, noise: Array) -> Array:
    r"""Return the state after one step of the stochastic Heun method for additive noise.

    Args:
        field: $(t, x) \mapsto$ velocities, of the shape of `x`.
        x: the state at time `t`.
        t: time at the start of the step.
        h: the step.
        noise: the increment $\epsilon\,\Delta W$ of the step, of variance $\epsilon^2 h$.
    """
    k1 = field(t, x)
    k2 = field(t + h, x + h * k1 + noise)
    return x + h / 2 * (k1 + k2) + noise


def bogacki_shampine_step(
    field: Field, x: Array, t: Scalar, h: Scalar, slope: Array
) -> tuple[Array, Array, Array]:
    r"""Return state, velocity and estimated error after one step of the method of order 3 with 2.

    The error is the difference to the embedded method of order 2 (P. Bogacki, L. F. Shampine,
    Appl. Math. Lett. 2 (1989), 321-325). A step costs three evaluations: the last velocity is
    the first one of the next step.

    Args:
        field: $(t, x) \mapsto$ velocities, of the shape of `x`.
        x: the state at time `t`.
        t: time at the start of the step.
        h: the step.
        slope: the velocity at the start, `field(t, x)`.
    """
    k2 = field(t + h / 2, x + h / 2 * slope)
    k3 = field(t + 3 * h / 4, x + 3 * h / 4 * k2)
    after = x + h / 9 * (2 * slope + 3 * k2 + 4 * k3)
    k4 = field(t + h, after)
    return after, k4, jnp.asarray(h * (-5 * slope + 6 * k2 + 8 * k3 - 9 * k4) / 72)


def _euler_step(field: Field, x: Array, t: Scalar, h: Scalar) -> Array:
    return x + h * field(t, x)


def _heun_step(field: Field, x: Array, t: Scalar, h: Scalar) -> Array:
    return heun_step(field, x, t, h, jnp.zeros((), x.dtype))


#: Steps without noise $(f, x, t, h) \mapsto x(t + h)$ by their order, which is also the number of
#: evaluations of the field.
#:
#: :meta hide-value:
STEPS: dict[int, Callable[[Field, Array, Scalar, Scalar], Array]] = {
    1: _euler_step,
    2: _heun_step,
    4: runge_kutta_step,
}
