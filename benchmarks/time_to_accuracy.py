r"""The shortest training that is good enough: which ideas pay, and by how much.

The two-stream instability with quiet markers, HOAM-G. Every case differs in one idea from the
recipe of the book, but for `plain`, which has none of them. A cosine takes the step size to zero
over the budget, whatever that is, and with it the noise of the weights: what a budget buys is known
at its end alone. Judged is the error of the
electric energy at the validation parameters, never the loss: a rule with too few nodes has a low
loss and a wrong model.

What a budget of steps buys depends on seeds, not on machines, and takes hours to find: it is stored
under `benchmarks/records`. Seconds of a step depend on the machine: each kind of step is timed when
the page is made.

    python -m benchmarks.time_to_accuracy                 # all runs that have no record yet
    python -m benchmarks.time_to_accuracy recipe 500 0    # one of them: case, steps, seed
"""

import dataclasses
import sys
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax

from benchmarks.measure import timings
from benchmarks.outcomes import Outcomes, significant
from hoam import quadrature
from hoam.devices import replicate, value_and_gradient
from hoam.matrix import plasma
from hoam.methods import action_matching
from hoam.minibatches import independent, paired
from hoam.networks import CoLoRA
from hoam.runs import Config
from hoam.systems import TwoStream
from hoam.types import Node

RECORDS = Outcomes.of("time_to_accuracy")
#: The error of the electric energy that is good enough (relative, L2 in time).
GOAL = 0.15
SEEDS = (0, 1, 2)
BUDGETS = (500, 1000, 2000)

_NODES, _BATCH = 64, 128
_UNWEIGHTED = action_matching(rule=quadrature.gauss_legendre(_NODES))
_PAPERS = CoLoRA(periodic=(True, False))
#: What each case changes in the recipe.
CASES: dict[str, dict[str, Any]] = {
    "recipe": {},
    "Adam instead of Muon": {"optimiser": optax.adam, "learning_rate": 3e-3},
    "independent samples": {"minibatch": independent(_BATCH)},
    "paired samples": {"minibatch": paired(_BATCH)},
    "even weight in time": {"method": _UNWEIGHTED},
    "no frequencies": {"network": _PAPERS},
    "plain": {
        "method": _UNWEIGHTED,
        "minibatch": independent(_BATCH),
        "network": _PAPERS,
        "optimiser": optax.adam,
        "learning_rate": 3e-3,
    },
}


def config(case: str, steps: int, seed: int) -> Config:
    """Return the training run of a case."""
    recipe = plasma.quiet(
        TwoStream(loading="quiet"),
        "two_stream-time",
        quadrature.gauss_legendre(_NODES),
        _BATCH,
        seed=seed,
        validation_mus=(1.35, 1.65),
    )
    return dataclasses.replace(recipe, steps=steps, every=steps, **CASES[case])


def slug(case: str) -> str:
    """Return the name of a case as recorded numbers and columns of data have it."""
    return case.lower().replace(" ", "_")


def records() -> dict[str, float]:
    """Return the errors at validation parameters that are known, by `case, steps, seed`."""
    return RECORDS.read()


def errors(found: dict[str, float]) -> dict[str, dict[int, np.ndarray]]:
    """Return the errors of the seeds that are known by case and budget, where there are several."""
    known: dict[str, dict[int, np.ndarray]] = {}
    for case in CASES:
        for steps in BUDGETS:
            names = [f"{case}, {steps}, {seed}" for seed in SEEDS]
            values = np.asarray([found[name] for name in names if name in found])
            if values.size > 1:
                known.setdefault(case, {})[steps] = values
    return known


def train(case: str, steps: int, seed: int) -> float:
    """Train one run and add its error to the records."""
    model = config(case, steps, seed).run(progress=sys.stderr.isatty())
    error = model.record["history"]["monitor"][-1]
    RECORDS.add(f"{case}, {steps}, {seed}", significant(error))
    return error


def needed(error: dict[int, float], goal: float = GOAL) -> float:
    """Return the steps at which the error over the budget falls below the goal, or infinity.

    Args:
        error: error by budget, in rising order; between two budgets both are taken to be powers of
            one another.
        goal: the error that is good enough.
    """
    budgets, found = np.log(list(error)), np.log(list(error.values()))
    enough = np.flatnonzero(found <= np.log(goal))
    if enough.size == 0:
        return float("inf")
    first = enough[0]
    if first == 0:
        return float(np.exp(budgets[0]))
    share = (found[first - 1] - np.log(goal)) / (found[first - 1] - found[first])
    return float(np.exp(budgets[first - 1] + share * (budgets[first] - budgets[first - 1])))


def seconds(*, runs: int) -> dict[str, float]:
    """Return the median seconds of a step of each case, timed in one run.

    Cases differ in seconds where optimiser, nodes or network differ; one of each kind is timed.
    """
    configs = {case: config(case, BUDGETS[0], SEEDS[0]) for case in CASES}
    kinds = {
        case: f"{run.optimiser.__name__}, {run.method.rule.nodes.size}, {run.network}"
        for case, run in configs.items()
    }
    one_of_each = {kind: _step(configs[case]) for case, kind in reversed(kinds.items())}
    found = timings(one_of_each, runs=runs)
    return {case: found[kind].median for case, kind in kinds.items()}


def _step(config: Config) -> Callable[[], Any]:
    """Return one step of a run on samples at random places: gradient and update."""
    rule, network = config.method.rule, config.network
    size = config.minibatch.draw(jax.random.key(0), rule.nodes.size, 1).shape
    x = jax.random.uniform(jax.random.key(1), (*size, 2))
    ends = np.zeros(size[0], np.float32)
    nodes = Node(
        np.asarray(rule.nodes, np.float32),
        np.zeros((size[0], 1), np.float32),
        x,
        np.asarray(rule.weights, np.float32),
        ends,
    )
    optimiser = config.optimiser(optax.constant_schedule(config.learning_rate))
    params = network.initialise(jax.random.key(2), dimension=2, parameters=1)
    state = replicate((params, optimiser.init(params)))
    gradient = value_and_gradient(lambda params, node: config.method.loss(network, params, node))

    @jax.jit
    def step(state, nodes):
        params, moments = state
        loss, slope = gradient(params, nodes)
        update, moments = optimiser.update(slope, moments, params)
        return optax.apply_updates(params, update), moments, loss

    return lambda: step(state, nodes)


def main(arguments: list[str]) -> None:
    """Train what is asked for and write its record."""
    runs = [(case, steps, seed) for steps in BUDGETS for seed in SEEDS for case in CASES]
    if arguments:
        case, steps, seed = arguments
        runs = [(case, int(steps), int(seed))]
    for case, steps, seed in runs:
        if f"{case}, {steps}, {seed}" not in records():
            error = train(case, steps, seed)
            sys.stdout.write(f"{case}, {steps} steps, seed {seed}: {error:.3f}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
