"""Runs of the bistable particle."""

import dataclasses
from collections.abc import Iterator

from hoam import minibatches
from hoam.matrix.methods import RULES, budget, rivals
from hoam.methods import action_matching
from hoam.networks import MLP, CoLoRA, FiLM
from hoam.runs import Config
from hoam.systems import Bistable

_WAVES = (1.0, 2.0, 4.0, 8.0, 16.0)
#: At first the cloud crosses the plane: 128 times are too far apart for DICE.
_DICE = (512, 8)
#: Networks of claim C7: those of the paper, and others with the waves in time that ours has.
_MODULATIONS = {
    "modulation_colora": CoLoRA(),
    "modulation_film": FiLM(),
    "modulation_mlp": MLP(),
    "waves_film": FiLM(modulation_width=32, frequencies=_WAVES),
    "waves_mlp": MLP(frequencies=_WAVES),
}


def runs() -> Iterator[Config]:
    """Yield all runs of this system."""
    for seed in range(3):
        same = [_run(method, seed) for method in RULES]
        yield from same
        yield from rivals(same[-1], dice_budget=_DICE)
        for name, network in _MODULATIONS.items():
            name = f"bistable-{name}-{seed}"
            yield dataclasses.replace(same[-1], name=name, network=network)
    for seed in range(3, 5):  # the rivals train in about three minutes or less
        yield from rivals(_run("hoam_g", seed), dice_budget=_DICE)


def _run(method: str, seed: int) -> Config:
    rule, batch = budget(method, nodes=128, batch=32)
    return Config(
        name=f"bistable-{method}-{seed}",
        system=Bistable(),
        mus=Bistable.train_mus,
        validation_mus=(0.12, 0.22),
        method=action_matching(rule=rule, epsilon=0.1),
        network=CoLoRA(frequencies=_WAVES, modulation_width=32),
        minibatch=minibatches.stratified(batch),
        n_samples=2**14,
        steps=1500,
        seed=seed,
    )
