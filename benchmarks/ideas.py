r"""Ideas that the package has no use for, as `benchmarks.problems` tries them.

Averages of the weights are what a training *ends* with: until its last step it goes on from the
weights themselves, and the average lies in the optimiser's state. A cosine is zero after the last
step, by which these optimisers know it.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
import optax.contrib

from hoam.networks import CoLoRA
from hoam.types import Method, Node

type Optimiser = Callable[[optax.Schedule], optax.GradientTransformation]

#: Share of its first value below which a cosine of fewer than 5000 steps has come to its end.
_ZERO = 1e-7


class Scaled(CoLoRA):
    """The network with its output multiplied by a factor.

    Args:
        factor: of kernel and bias of the last layer.
    """

    factor: float = 1.0

    def layers(self, *args: Any, **named: Any) -> Any:
        """Return the layers, the last one multiplied."""
        *hidden, (kernel, bias) = super().layers(*args, **named)
        return *hidden, (self.factor * kernel, self.factor * bias)


def averaged(optimiser: Optimiser, *, decay: float) -> Optimiser:
    r"""Return an optimiser that ends with $a_n = \beta a_{n-1} + (1 - \beta)\theta_n$.

    Args:
        optimiser: from a schedule to a transformation.
        decay: $\beta$; about the last $1 / (1 - \beta)$ weights count.
    """

    def follow(change, average, params):
        after = optax.apply_updates(params, change)
        return change, optax.incremental_update(after, average, 1 - decay)

    def wrap(schedule):
        follows = optax.GradientTransformation(lambda params: params, follow)
        both = optax.chain(optimiser(schedule), follows)
        return _ending(both, schedule, lambda state, params: state[-1])

    wrap.__name__ = f"averaged({optimiser.__name__}, {decay:g})"
    return wrap


def schedule_free(optimiser: Optimiser, *, momentum: float = 0.9) -> Optimiser:
    """Return an optimiser with Schedule-Free averages in the place of the cosine.

    The step size stays what the cosine begins with (Defazio et al., arXiv 2405.15682).

    Args:
        optimiser: from a schedule to a transformation.
        momentum: weight of the average in the weights where gradients are taken.
    """

    def wrap(schedule):
        rate = schedule(0)
        constant = optimiser(optax.constant_schedule(rate))
        free = optax.contrib.schedule_free(constant, rate, b1=momentum)
        return _ending(free, schedule, optax.contrib.schedule_free_eval_params)

    wrap.__name__ = f"schedule_free({optimiser.__name__})"
    return wrap


def adam_without_momentum(schedule: optax.Schedule) -> optax.GradientTransformation:
    r"""Return Adam with $\beta_1 = 0$, as Schedule-Free wants it."""
    return optax.adam(schedule, b1=0.0)


def gathered(optimiser: Optimiser, *, gradients: int) -> Optimiser:
    """Return an optimiser that moves by the mean of so many gradients, each of its own parameter.

    Args:
        optimiser: from a schedule to a transformation.
        gradients: number of gradients of one move.
    """

    def wrap(schedule):
        moves = optimiser(lambda move: schedule(gradients * move))
        return optax.MultiSteps(moves, gradients).gradient_transformation()

    wrap.__name__ = f"gathered({optimiser.__name__}, {gradients})"
    return wrap


def more_at_the_ends(method: Method, *, factor: int) -> Method:
    """Return a method whose boundary terms take all samples of a batch, the integral fewer.

    Of each `factor` consecutive samples, which lie in neighbouring cells, an inner node keeps one,
    drawn at random. An end becomes `factor` nodes with as many samples as an inner one, and its
    boundary weight is divided among them.

    Args:
        method: of a rule whose nodes all lie inside, such as that of Gauss and Legendre.
        factor: how many times the samples of an inner node the boundary terms take.
    """

    def prepare(key, nodes, periodic):
        count, size, dimension = nodes.x.shape
        groups = nodes.x.reshape(count, size // factor, factor, dimension)
        picked = jax.random.randint(key, (count - 2, size // factor, 1, 1), 0, factor)
        inner = jnp.take_along_axis(groups[1:-1], picked, axis=2)[:, :, 0]
        ends = groups[jnp.asarray([0, -1])].swapaxes(1, 2).reshape(-1, *inner.shape[1:])
        order = jnp.asarray([*range(1, count - 1), *[0] * factor, *[count - 1] * factor])
        t, mu, _, integral, boundary, _ = jax.tree.map(lambda leaf: leaf[order], nodes)
        x = jnp.concatenate([inner, ends])
        return method.prepare(key, Node(t, mu, x, integral, boundary / factor), periodic)

    name = f"{method.name}, {factor} times the samples at the ends"
    return dataclasses.replace(method, name=name, prepare=prepare)


def _ending(
    transform: optax.GradientTransformation,
    schedule: optax.Schedule,
    average: Callable[[Any, Any], Any],
) -> optax.GradientTransformation:
    """Return a transformation whose last step leads to the average in its state."""

    def update(gradient, state, params=None):
        state, step = state
        change, state = transform.update(gradient, state, params)
        end = average(state, optax.apply_updates(params, change))
        last = schedule(step + 1) <= _ZERO * schedule(0)
        change = jax.tree.map(lambda c, a, p: jnp.where(last, a - p, c), change, end, params)
        return change, (state, step + 1)

    return optax.GradientTransformation(lambda p: (transform.init(p), jnp.int32(0)), update)
