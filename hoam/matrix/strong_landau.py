"""Runs of strong Landau damping in six dimensions."""

from collections.abc import Iterator

from hoam import minibatches, quadrature
from hoam.matrix.methods import budget, rivals
from hoam.methods import action_matching
from hoam.networks import CoLoRA
from hoam.runs import Config, Enriched
from hoam.systems import StrongLandau


def runs() -> Iterator[Config | Enriched]:
    """Yield all runs of this system."""
    for seed in range(3):
        hoam_g = _run("hoam_g", seed)
        yield from (hoam_g, _run("am", seed))
        yield Enriched(hoam_g, quadrature.gauss_legendre(64), modes=1)
        yield from rivals(hoam_g, probes=1)
    yield _run("hoam_s", 0)


def _run(method: str, seed: int) -> Config:
    rule, batch = budget(method, nodes=64, batch=64)
    return Config(
        name=f"strong_landau-{method}-{seed}",
        system=StrongLandau(loading="quiet"),
        mus=StrongLandau.train_mus,
        validation_mus=(0.925, 1.075),
        # Without diffusion there is no Laplacian: the probe only selects the reverse pass.
        method=action_matching(rule=rule, probes=1),
        network=CoLoRA(
            periodic=(True,) * 3 + (False,) * 3,
            frequencies=(1.0, 2.0, 4.0, 8.0),
            modulation_width=32,
        ),
        minibatch=minibatches.stratified(batch),
        n_samples=2**15,
        steps=2000,
        seed=seed,
        n_validation=2**12,
    )
