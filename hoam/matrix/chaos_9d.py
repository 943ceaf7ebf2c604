"""Runs of the nine modes of convection."""

from collections.abc import Iterator

from hoam import minibatches, quadrature
from hoam.matrix.methods import longer, rivals
from hoam.methods import action_matching
from hoam.networks import CoLoRA
from hoam.quadrature import Rule
from hoam.runs import Config
from hoam.systems import Chaos9D


def runs() -> Iterator[Config]:
    """Yield all runs of this system."""
    for seed in range(3):
        hoam_g = _run("hoam_g", quadrature.gauss_legendre(128), 32, seed)
        yield from (hoam_g, longer(hoam_g))
        yield _run("hoam_s", quadrature.simpson(129), 32, seed)
        yield _run("am", quadrature.monte_carlo(64), 64, seed)
        # Too few nodes, at the same cost.
        yield _run("hoam_g_coarse", quadrature.gauss_legendre(64), 64, seed)
        # The longer the training, the finer the rule has to be.
        yield longer(_run("hoam_g_fine", quadrature.gauss_legendre(256), 16, seed))
        yield from rivals(hoam_g)
    for seed in range(3, 5):  # the rivals train in about three minutes or less
        yield from rivals(_run("hoam_g", quadrature.gauss_legendre(128), 32, seed))


def _run(case: str, rule: Rule, batch: int, seed: int) -> Config:
    return Config(
        name=f"chaos_9d-{case}-{seed}",
        system=Chaos9D(),
        mus=Chaos9D.train_mus,
        validation_mus=(13.75, 13.95),
        method=action_matching(rule=rule, epsilon=7e-2, probes=1),
        network=CoLoRA(frequencies=(1.0, 2.0, 4.0), modulation_width=32),
        minibatch=minibatches.stratified(batch),
        n_samples=2**13,
        steps=1000,
        seed=seed,
        n_validation=2**10,
    )
