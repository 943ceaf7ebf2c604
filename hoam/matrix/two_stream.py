"""Runs of the two-stream instability, in both protocols."""

import dataclasses
from collections.abc import Iterator

from hoam import minibatches, quadrature
from hoam.matrix import plasma
from hoam.matrix.methods import RULES, budget, rivals
from hoam.methods import action_matching
from hoam.networks import CoLoRA
from hoam.quadrature import Rule
from hoam.runs import Config, Enriched
from hoam.systems import TwoStream


def runs() -> Iterator[Config | Enriched]:
    """Yield all runs of this system."""
    for seed in range(3):
        same = [_quiet(method, *budget(method, nodes=128, batch=64), seed) for method in RULES]
        hoam_g = same[-1]
        late = plasma.late(hoam_g)
        yield from (*same, late)
        yield from map(plasma.enriched, (*same, late))
        yield from rivals(hoam_g, weight=plasma.WEIGHT)
        yield _quiet("hoam_s_coarse", quadrature.simpson(129), 64, seed)
    for method, rule in RULES.items():
        # The second protocol: markers, diffusion and hypernetwork as in the paper, no weight.
        yield dataclasses.replace(
            _quiet(method, rule(64), 128, 0),
            name=f"two_stream-random-{method}-0",
            system=TwoStream(loading="random"),
            method=action_matching(rule=rule(64), epsilon=5e-2),
            network=CoLoRA(periodic=(True, False)),
            minibatch=minibatches.paired(128),
            n_samples=25_000,
        )


def _quiet(case: str, rule: Rule, batch: int, seed: int) -> Config:
    return plasma.quiet(
        TwoStream(loading="quiet"),
        f"two_stream-quiet-{case}",
        rule,
        batch,
        seed=seed,
        validation_mus=(1.35, 1.65),
    )
