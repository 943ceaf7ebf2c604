"""Runs of the oscillator: one model per frequency, five seeds at one of them."""

import dataclasses
from collections.abc import Iterator

from hoam import minibatches, quadrature
from hoam.matrix.methods import RULES, discrete
from hoam.methods import action_matching
from hoam.networks import MLP, CoLoRA, FiLM
from hoam.quadrature import Rule
from hoam.runs import Config
from hoam.systems import Oscillator

#: Numbers of time nodes of the stability study.
NODES = (16, 64, 256)


def runs() -> Iterator[Config]:
    """Yield all runs of this system."""
    for w in Oscillator.train_mus:
        for method, rule in RULES.items():
            for seed in range(5 if w == 8.0 else 1):
                yield _run(f"w{w:02.0f}-{method}", w, rule(256), 32, seed)
    # Other modulations, the rest being equal.
    for seed in range(6):
        base = _run("modulation_colora", 8.0, quadrature.gauss_legendre(256), 32, seed)
        if seed == 5:  # the others are those above
            yield base
        for name, network in (("film", FiLM()), ("mlp", MLP())):
            yield dataclasses.replace(base, name=base.name.replace("colora", name), network=network)
    # How stable each method is over the number of nodes, at the same cost: the fewer the nodes, the
    # more samples at each. Three methods with 256 nodes are above.
    for nodes in NODES:
        for seed in range(5):
            of = {
                method: _run(f"n{nodes:03d}-{method}", 8.0, rule(nodes), 8192 // nodes, seed)
                for method, rule in RULES.items()
            }
            yield discrete(of["hoam_g"])
            if nodes < 256:
                yield from of.values()
            # Not in the paper: random times, but one in each of n equal intervals.
            yield _run(
                f"n{nodes:03d}-am_stratified",
                8.0,
                quadrature.stratified(nodes),
                8192 // nodes,
                seed,
            )
    # Too few nodes for the fastest oscillation, at the same cost: what an unresolved rule does.
    yield _run("coarse-hoam_g", 18.0, quadrature.gauss_legendre(32), 256, 0)


def _run(case: str, w: float, rule: Rule, batch: int, seed: int) -> Config:
    return Config(
        name=f"oscillator-{case}-{seed}",
        system=Oscillator(),
        mus=(w,),
        validation_mus=(w,),
        method=action_matching(rule=rule),
        network=CoLoRA(),
        minibatch=minibatches.independent(batch),
        n_samples=10_000,
        steps=600,
        seed=seed,
    )
