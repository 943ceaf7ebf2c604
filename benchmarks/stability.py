r"""How stable five methods are on the two-stream instability, over the number of time nodes.

All trainings have the recipe of the book for this plasma (`hoam.matrix.plasma`): quiet markers,
samples spread over cells, the weight for early times, the network with frequencies in time, Muon.
They differ in method, nodes and seed alone; each step has the same number of samples, the fewer the
nodes the more at each. There are few steps, since all of it has to be trained again in an hour.

*Above zero of the exact loss a training has diverged* (`benchmarks.exact_loss`): its squared error
exceeds that of a model that stands still.

    python -m benchmarks.stability                 # all trainings that have no outcome yet
    python -m benchmarks.stability hoam_g 16 0     # one of them: method, nodes, seed
"""

import dataclasses
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.exact_loss import FINE, MUS, SYSTEM, columns
from benchmarks.outcomes import Outcomes, significant
from benchmarks.rule_errors import parts
from hoam import quadrature
from hoam.matrix import methods, plasma
from hoam.matrix.oscillator import NODES
from hoam.minibatches import in_cells
from hoam.runs import Config
from hoam.train import fingerprint

OUTCOMES = Outcomes.of("stability")
#: Names of the methods in tables and figures, and in the names of trainings.
METHODS = {
    "HOAM-G": "hoam_g",
    "HOAM-S": "hoam_s",
    "DICE": "dice",
    "AM": "am",
    "AM, stratified": "am_stratified",
}
SEEDS = range(5)
#: Samples of a step, and steps.
SAMPLES, STEPS = 4096, 400

#: From a number of nodes to the rule of a method, or for DICE to its times.
RULES = {
    **methods.RULES,
    "dice": quadrature.gauss_legendre,
    "am_stratified": quadrature.stratified,
}
#: Markers of the training data; with so few the energy of the full model is off by 2 %.
_MARKERS = 2**13


def remembered(arrange: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Return `arrange`, which returns what it did before if the samples are those of before.

    All trainings with random times and one seed have the same samples, and ordering them takes
    almost as long as a training.
    """
    last: dict[int, np.ndarray] = {}

    def again(samples: np.ndarray) -> np.ndarray:
        key = fingerprint(samples)
        if key not in last:
            last.clear()
            last[key] = arrange(samples)
        return last[key]

    return again


_IN_CELLS = remembered(in_cells)


def config(method: str, nodes: int, seed: int) -> Config:
    """Return one training."""
    recipe = plasma.quiet(
        SYSTEM,
        f"two_stream-n{nodes:03d}-{method}",
        RULES[method](nodes),
        SAMPLES // nodes,
        seed=seed,
        validation_mus=MUS,
        n_samples=_MARKERS,
    )
    run = dataclasses.replace(
        recipe,
        steps=STEPS,
        every=STEPS,
        n_validation=2**10,
        minibatch=dataclasses.replace(recipe.minibatch, arrange=_IN_CELLS),
    )
    return methods.discrete(run, weight=plasma.WEIGHT) if method == "dice" else run


def train(method: str, nodes: int, seed: int) -> dict[str, float | None]:
    """Train once and return what came of it, `None` for what is not finite.

    Returns:
        Mean (`training`) and deviation (`scatter`) of the training loss over the last fifth of the
        steps; the loss that `fit` sees at other markers and 97 times, for DICE its own
        (`validation`); the `exact` loss; the two parts of the rule's error (`rule_errors`); the
        error of the electric `energy`. Nothing if the training broke off.
    """
    run = config(method, nodes, seed)
    try:
        model = run.run(progress=sys.stderr.isatty())
    except FloatingPointError:
        return {}
    history = model.record["history"]
    tail = np.asarray(history["loss"][-len(history["loss"]) // 5 :])
    exact = columns(model, FINE.nodes)
    gauge, shape = parts(
        run.method.rule,
        lambda times: columns(model, times),
        exact=exact,
        fine=FINE,
        discrete=method == "dice",
    )
    found = {
        "training": tail.mean(),
        "scatter": tail.std(),
        "validation": history["validation"][-1],
        "exact": FINE.integrate(exact["shape"]),
        "gauge": gauge,
        "shape": shape,
        "energy": history["monitor"][-1],
    }
    return {name: significant(v) if np.isfinite(v) else None for name, v in found.items()}


def runs() -> list[tuple[str, int, int]]:
    """Return method, nodes and seed of all trainings."""
    return [(method, n, seed) for seed in SEEDS for method in METHODS.values() for n in NODES]


def seeds(outcomes: dict[str, Any]) -> list[int]:
    """Return the seeds with which all methods were trained, with all numbers of nodes."""
    cases = [f"{method}, {nodes}" for method in METHODS.values() for nodes in NODES]
    return [seed for seed in SEEDS if all(f"{case}, {seed}" in outcomes for case in cases)]


def diverged(outcome: dict[str, float | None]) -> bool:
    """Return whether a training ended worse than standing still, or broke off."""
    loss = outcome.get("exact")
    return loss is None or loss > 0


def main(arguments: list[str]) -> None:
    """Train what is asked for and write the outcomes."""
    chosen = runs()
    if arguments:
        method, nodes, seed = arguments
        chosen = [(method, int(nodes), int(seed))]
    OUTCOMES.complete(chosen, train)


if __name__ == "__main__":
    main(sys.argv[1:])
