"""What the methods of the comparison share: rules, budgets, and the rivals of a HOAM-G run."""

import dataclasses
from collections.abc import Callable, Iterator

from hoam import quadrature
from hoam.methods import dice, flow_matching, score_matching
from hoam.minibatches import stratified
from hoam.quadrature import Rule
from hoam.runs import Config
from hoam.types import Scalar

type Weight = Callable[[Scalar], Scalar]

#: Rules of the action-matching methods, by number of nodes.
#:
#: :meta hide-value:
RULES: dict[str, Callable[[int], Rule]] = {
    "am": quadrature.monte_carlo,
    "hoam_s": lambda n: quadrature.simpson(n + 1),
    "hoam_g": quadrature.gauss_legendre,
}
#: A step without derivatives of the network costs about a fifth of one with them.
_MORE_STEPS = 4


def budget(method: str, *, nodes: int, batch: int) -> tuple[Rule, int]:
    """Return rule and samples per node at the cost of `nodes` times `batch` samples a step.

    Args:
        method: a name of `RULES`. Simpson's rule needs twice the nodes to hold what Gauss holds.
        nodes: nodes of the other methods.
        batch: their samples per node.
    """
    if method == "hoam_s":
        nodes, batch = 2 * nodes, batch // 2
    return RULES[method](nodes), batch


def longer(config: Config, *, factor: int = 4) -> Config:
    """Return the run with more steps, `long` in its name.

    Args:
        config: the run.
        factor: how many times as many steps.
    """
    case, _, seed = config.name.rpartition("-")
    return dataclasses.replace(config, name=f"{case}_long-{seed}", steps=factor * config.steps)


def rivals(
    base: Config,
    *,
    dice_budget: tuple[int, int] | None = None,
    weight: Weight | None = None,
    probes: int | None = None,
) -> Iterator[Config]:
    """Yield flow matching, score matching and DICE on data, nodes and network of a HOAM-G run.

    The first two have the same network with more outputs, and more steps in about the same time.

    Args:
        base: the run, whose name holds `hoam_g`.
        dice_budget: as in `discrete`.
        weight: as in `discrete`.
        probes: as in `discrete`.
    """
    conditioned = {
        "network": base.network.clone(outputs=len(base.system.periods)),
        "steps": _MORE_STEPS * base.steps,
    }
    rule = base.method.rule
    yield _renamed(base, "cfm", method=flow_matching(rule=rule), **conditioned)
    yield _renamed(base, "ncsm", method=score_matching(rule=rule), **conditioned)
    yield discrete(base, dice_budget=dice_budget, weight=weight, probes=probes)


def discrete(
    base: Config,
    *,
    dice_budget: tuple[int, int] | None = None,
    weight: Weight | None = None,
    probes: int | None = None,
) -> Config:
    """Return DICE on data, nodes and network of a HOAM-G run.

    Args:
        base: the run, whose name holds `hoam_g`.
        dice_budget: Gauss-Legendre nodes and samples at each, those of the run if not given: a
            population may not move by more than its width between two times.
        weight: weight of times in the loss, that of the run's.
        probes: random directions of the Laplacian in the loss, as in the run's.
    """
    rule, minibatch = base.method.rule, base.minibatch
    if dice_budget is not None:
        nodes, batch = dice_budget
        rule, minibatch = quadrature.gauss_legendre(nodes), stratified(batch)
    method = dice(rule=rule, epsilon=base.method.epsilon, weight=weight, probes=probes)
    return _renamed(base, "dice", method=method, minibatch=minibatch)


def _renamed(base: Config, method_name: str, **changes) -> Config:
    return dataclasses.replace(base, name=base.name.replace("hoam_g", method_name), **changes)
