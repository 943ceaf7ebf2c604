r"""What `time_to_accuracy` trains: three populations, the recipe of each, and one idea a case.

Each case differs in one idea from the recipe of the book, but for `plain`, which has none of them.
Judged is always an error of the rollout at parameters that are not tested on, never the loss: a
rule with too few nodes has a low loss and a wrong model.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax.contrib

from benchmarks.ideas import (
    Scaled,
    adam_without_momentum,
    averaged,
    gathered,
    more_at_the_ends,
    schedule_free,
)
from hoam import quadrature
from hoam.matrix import configs, plasma
from hoam.methods import action_matching
from hoam.metrics import gaussian_wasserstein, moments
from hoam.minibatches import Minibatch, independent, paired, stratified
from hoam.model import Model
from hoam.networks import CoLoRA
from hoam.quadrature import Rule
from hoam.runs import Config
from hoam.systems import Oscillator, TwoStream

type Judge = Callable[[Model], float]


@dataclass(frozen=True)
class Case:
    """One idea.

    Args:
        changes: fields of the training run that differ from the recipe's.
        linear: rule of the linear system that is solved after training, see `hoam.ritz`; none for
            a network alone.
        budgets: numbers of steps, in rising order.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    linear: Rule | None = None
    budgets: tuple[int, ...] = (500, 1000)


@dataclass(frozen=True)
class Problem:
    """A population, and when a model of it is good enough.

    Args:
        recipe: from a seed to the training run.
        judge: from a training run to the error of its models.
        goal: the error that is good enough.
        cases: by name; the recipe is the first, `plain` the last.
        linear_samples: samples of each time in the linear system, fewer than there are: its time
            goes into the gradients of the network at all of them.
    """

    recipe: Callable[[int], Config]
    judge: Callable[[Config], Judge]
    goal: float
    cases: dict[str, Case]
    linear_samples: int = 2**12

    def runs(self) -> list[tuple[str, int]]:
        """Return all cases with their budgets."""
        return [(name, steps) for name, case in self.cases.items() for steps in case.budgets]

    def alike(self, case: str, steps: int) -> list[str]:
        """Return the cases whose network is trained as that of this one, with as many steps."""
        changes = self.cases[case].changes
        return [
            name
            for name, other in self.cases.items()
            if other.changes == changes and steps in other.budgets
        ]

    def config(self, case: str, steps: int, seed: int) -> Config:
        """Return the training run of a case."""
        changes = {"steps": steps, "every": steps, **self.cases[case].changes}
        return dataclasses.replace(self.recipe(seed), **changes)


def energy(run: Config) -> Judge:
    """Return the error of the electric energy that trainings of plasmas follow."""
    judge = run.monitor()
    assert judge is not None, "Expected a plasma of one space dimension."
    return judge


def floors(run: Config) -> Judge:
    """Return the Wasserstein distance to the exact Gaussian law, over that of a true sample.

    Both are averaged over time. The sampling floor is the distance of as many samples of the full
    model.
    """
    system, (w,), count = run.system, run.mus, 10_000
    assert isinstance(system, Oscillator), f"Expected the oscillator; got {system}."
    times = np.linspace(0, system.horizon, 33)
    means, deviations = (
        np.asarray(law(jnp.asarray(times), w)) for law in (system.mean, system.deviation)
    )
    key_floor, key_start, key_noise = jax.random.split(run.keys()["validation"], 3)

    def distance(paths: Any) -> float:
        laws = zip(np.asarray(paths)[1:], means[1:], deviations[1:], strict=True)
        return float(
            np.mean([gaussian_wasserstein(*moments(x), m, np.eye(2) * s**2) for x, m, s in laws])
        )

    floor = distance(system.simulate(key_floor, mu=w, times=times, n_samples=count))
    start = system.initial(key_start, mu=w, n_samples=count)[:, :2]

    def judge(model: Model) -> float:
        paths = model.sample(key_noise, start, times=times, mu=w, max_step=1 / 64, order=4)
        return distance(paths) / floor

    return judge


_NODES, _BATCH = 64, 128
_GAUSS = quadrature.gauss_legendre(_NODES)
_ADAM = {"optimiser": optax.adam, "learning_rate": 3e-3}
_UNWEIGHTED = {"method": action_matching(rule=_GAUSS)}
_INDEPENDENT = {"minibatch": independent(_BATCH)}
_ENDS = {
    "method": more_at_the_ends(action_matching(rule=_GAUSS, weight=plasma.WEIGHT), factor=8),
    "minibatch": stratified(8 * _BATCH),
}


def sobol_blocks(size: int) -> Minibatch:
    """Return a draw of one aligned block of the Sobol sequence that placed the particles at t = 0.

    The same particles at all nodes, as in `paired`; at the start they are spread evenly.

    Args:
        size: samples of a block, a power of two.
    """

    def draw(key: jax.Array, n_nodes: int, n_samples: int) -> jax.Array:
        start = size * jax.random.randint(key, (), 0, n_samples // size)
        return jnp.broadcast_to(start + jnp.arange(size), (n_nodes, size))

    return Minibatch(f"sobol_blocks({size})", draw)


_INPUTS = {"periodic": (True, False), "frequencies": (1.0, 2.0, 4.0, 8.0), "modulation_width": 32}
_NARROW = CoLoRA(**_INPUTS, width=32)
_PAPERS = {"network": CoLoRA(periodic=(True, False))}


def _shipped(name: str) -> Callable[[int], Config]:
    """Return the recipe of a shipped model, with any seed."""

    def recipe(seed: int) -> Config:
        run = configs()[f"{name}-0"]
        assert isinstance(run, Config)
        return dataclasses.replace(run, seed=seed)

    return recipe


_TWO_STREAMS = Problem(
    recipe=lambda seed: plasma.quiet(
        TwoStream(loading="quiet"),
        "two_stream-time",
        _GAUSS,
        _BATCH,
        seed=seed,
        validation_mus=(1.35, 1.65),
    ),
    judge=energy,
    goal=0.15,
    cases={
        "recipe": Case(),
        "linear part": Case(linear=_GAUSS, budgets=(50, 100, 250, 500)),
        "independent samples": Case(_INDEPENDENT),
        "paired samples": Case({"minibatch": paired(_BATCH)}),
        "Sobol blocks": Case({"minibatch": sobol_blocks(_BATCH)}),
        "even weight in time": Case(_UNWEIGHTED),
        "no frequencies": Case(_PAPERS),
        "half the width": Case({"network": _NARROW}),
        "half the width and linear part": Case(
            {"network": _NARROW}, linear=_GAUSS, budgets=(50, 100, 250, 500)
        ),
        "Muon at a third of the step": Case({"learning_rate": 3e-3}, budgets=(1000,)),
        "Muon at thrice the step": Case({"learning_rate": 3e-2}, budgets=(1000,)),
        "Adam instead of Muon": Case(_ADAM),
        "Adam at a third of the step": Case(_ADAM | {"learning_rate": 1e-3}, budgets=(1000,)),
        "Adam at thrice the step": Case(_ADAM | {"learning_rate": 1e-2}, budgets=(1000,)),
        "Lion instead of Muon": Case(
            {"optimiser": optax.lion, "learning_rate": 1e-3}, budgets=(1000,)
        ),
        "Schedule-Free Adam": Case(
            _ADAM | {"optimiser": schedule_free(adam_without_momentum)}, budgets=(500,)
        ),
        "average of the weights": Case(
            {"optimiser": averaged(optax.contrib.muon, decay=0.98)}, budgets=(500,)
        ),
        "four parameters a move": Case(
            {"optimiser": gathered(optax.contrib.muon, gradients=4)}, budgets=(500,)
        ),
        "four times the samples": Case({"minibatch": stratified(4 * _BATCH)}, budgets=(250,)),
        "eight times the samples at the ends": Case(_ENDS, budgets=(500,)),
        "twice the width": Case({"network": CoLoRA(**_INPUTS, width=128)}, budgets=(500,)),
        "a tenth of the output": Case({"network": Scaled(**_INPUTS, factor=0.1)}, budgets=(500,)),
        "plain": Case(_UNWEIGHTED | _INDEPENDENT | _ADAM | _PAPERS, budgets=(500, 1000, 2000)),
    },
)
_BUMP_STEPS = (100, 400)
_BUMP = Problem(
    recipe=_shipped("bump_on_tail-hoam_g"),
    judge=energy,
    goal=0.25,
    cases={
        "recipe": Case(budgets=_BUMP_STEPS),
        "linear part": Case(linear=quadrature.gauss_legendre(128), budgets=_BUMP_STEPS),
        "plain": Case(
            {"method": action_matching(rule=quadrature.gauss_legendre(128))}
            | {"minibatch": independent(64)}
            | _ADAM
            | _PAPERS,
            budgets=_BUMP_STEPS[-1:],
        ),
    },
    # Its waves carry a thousandth of the two streams' energy: markers' noise has to be smaller.
    linear_samples=2**15,
)
_SHORT = (150, 600)
_OSCILLATOR = Problem(
    recipe=_shipped("oscillator-w08-hoam_g"),
    judge=floors,
    goal=2.0,
    cases={
        "recipe": Case(budgets=(*_SHORT, 2400, 6000)),
        "linear part": Case(linear=_GAUSS, budgets=_SHORT),
        "cells": Case({"minibatch": stratified(32)}, budgets=_SHORT),
        "plain": Case(_ADAM, budgets=_SHORT),
    },
)
PROBLEMS = {
    "two streams": _TWO_STREAMS,
    "bump on tail": _BUMP,
    "oscillator": _OSCILLATOR,
}
