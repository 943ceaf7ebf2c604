"""Runs of the hundred particles in a trap."""

from collections.abc import Iterator

from hoam import minibatches, quadrature
from hoam.matrix.methods import budget, rivals
from hoam.methods import action_matching
from hoam.networks import CoLoRA
from hoam.runs import Config, Enriched
from hoam.systems import Trap100D


def runs() -> Iterator[Config | Enriched]:
    """Yield all runs of this system."""
    for seed in range(5):
        hoam_g = _run("hoam_g", seed)
        yield from (hoam_g, _run("am", seed), _run("hoam_s", seed))
        yield from rivals(hoam_g, probes=1)
        # With 32 splines their coefficients ripple, at validation parameters too.
        yield Enriched(hoam_g, quadrature.gauss_legendre(64), splines=16, mixed=False)


def _run(method: str, seed: int) -> Config:
    rule, batch = budget(method, nodes=128, batch=32)
    return Config(
        name=f"trap_100d-{method}-{seed}",
        system=Trap100D(),
        mus=Trap100D.train_mus,
        validation_mus=(0.45, 0.75),
        method=action_matching(rule=rule, epsilon=0.1, probes=1),
        network=CoLoRA(frequencies=(1.0, 2.0, 4.0, 8.0), modulation_width=32),
        minibatch=minibatches.stratified(batch),
        # Random times come from four times as many stored ones: as many samples in all.
        n_samples=2**10 if rule.random else 2**12,
        steps=1000,
        learning_rate=5e-3,
        seed=seed,
        n_validation=2**9,
    )
