"""Runs of strong Landau damping in six dimensions."""

from collections.abc import Iterator

from hoam import minibatches
from hoam.matrix.methods import budget, longer, rivals
from hoam.methods import action_matching
from hoam.networks import CoLoRA
from hoam.runs import Config
from hoam.systems import StrongLandau


def runs() -> Iterator[Config]:
    """Yield all runs of this system."""
    for seed in range(5):
        hoam_g, am, hoam_s = (_run(method, seed) for method in ("hoam_g", "am", "hoam_s"))
        yield from (hoam_g, am, hoam_s)
        yield from rivals(hoam_g, probes=1)
        if seed < 3:  # the filaments are learned last
            yield from (longer(hoam_g), longer(hoam_s), longer(am))


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
