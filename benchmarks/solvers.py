"""How a trained model is asked for its population: with which steps, and which is the cheapest.

A rollout takes steps of Heun's method over the horizon; a flow and a chain take theirs anew at each
output time.
"""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import jax
import numpy as np

from benchmarks.measure import clocked
from hoam.model import Model
from hoam.samplers import AnnealedLangevin, FlowSampler

_METHODS = {1: "Euler", 2: "Heun", 4: "Runge-Kutta 4"}


class Solver(NamedTuple):
    """Steps of a rollout, or a sampler.

    Attributes:
        label: its steps in words.
        max_step: of a rollout, as a fraction of the horizon.
        sampler: in place of that of the model, which has one.
    """

    label: str
    max_step: float | None = None
    sampler: FlowSampler | AnnealedLangevin | None = None

    @property
    def is_chain(self) -> bool:
        """Return whether these are the steps of annealed Langevin dynamics."""
        return isinstance(self.sampler, AnnealedLangevin)

    def sample(
        self, model: Model, key: jax.Array, x0: np.ndarray, *, times: np.ndarray, mu: float
    ) -> jax.Array:
        """Return `[T, N, D]`, the samples of a model, as `Model.sample` does."""
        if self.sampler is not None:
            model = dataclasses.replace(model, sampler=self.sampler)
        return model.sample(key, x0, times=times, mu=mu, max_step=self.max_step)

    def answer(
        self, model: Model, key: jax.Array, x0: np.ndarray, *, times: np.ndarray, mu: float
    ) -> "Answer":
        """Return the samples of a model, and the seconds.

        A chain is long, and starts anew at each time: each has a call of its own, so that only the
        first of them compiles.
        """
        calls = [(key, times)]
        if self.is_chain:
            calls = [(jax.random.fold_in(key, i), times[[0, i + 1]]) for i in range(len(times) - 1)]
        parts, seconds = [np.asarray(x0)[None]], []
        for k, call in calls:
            paths, took = clocked(self.sample, model, k, x0, times=call, mu=mu)
            parts.append(np.asarray(paths)[1:])
            seconds.append(took / (len(call) - 1))
        return Answer(np.concatenate(parts), tuple(seconds))


class Answer(NamedTuple):
    """What a model answers, and how long it takes.

    Attributes:
        paths: `[T, N, D]`, the start first.
        seconds: that one output time took, in each of the calls.
    """

    paths: np.ndarray
    seconds: tuple[float, ...]


class Cost(NamedTuple):
    """What an answer of a solver costs, and how wrong it is."""

    seconds: float
    error: float


def rollout(steps: int) -> Solver:
    """Return the solver of a rollout with equal steps."""
    return Solver(f"{steps} steps to the horizon", max_step=1 / steps)


def flow(steps: int = 32, *, order: int = 4, quiet: bool = False) -> Solver:
    """Return the solver of a flow, from independent or from evenly placed noise."""
    label = f"{steps} {'step' if steps == 1 else 'steps'}, {_METHODS[order]}"
    return Solver(label, sampler=FlowSampler(steps=steps, order=order, quiet=quiet))


def chain(steps: int = 100, *, levels: int = 10) -> Solver:
    """Return the solver of annealed Langevin dynamics, with so many steps at each noise level."""
    sampler = AnnealedLangevin(steps=steps, levels=levels)
    return Solver(f"{sampler.levels} x {steps} steps", sampler=sampler)


def cheapest(found: Mapping[Solver, Cost], *, goal: float) -> Solver:
    """Return the fastest solver whose error is at most the goal, or else the most accurate one."""
    reached = [solver for solver, cost in found.items() if cost.error <= goal]
    if not reached:
        return min(found, key=lambda solver: found[solver].error)
    return min(reached, key=lambda solver: found[solver].seconds)
