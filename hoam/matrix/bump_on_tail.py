"""Runs of the bump-on-tail instability: the recipe of the two streams, on more markers."""

from collections.abc import Iterator

from hoam.matrix import plasma
from hoam.matrix.methods import budget, rivals
from hoam.runs import Config, Enriched
from hoam.systems import BumpOnTail


def runs() -> Iterator[Config | Enriched]:
    """Yield all runs of this system."""
    for seed in range(3):
        hoam_g = _quiet("hoam_g", seed)
        yield from (hoam_g, plasma.enriched(hoam_g), _quiet("hoam_s", seed), _quiet("am", seed))
        yield from rivals(hoam_g, weight=plasma.WEIGHT)


def _quiet(method: str, seed: int) -> Config:
    rule, batch = budget(method, nodes=128, batch=64)
    return plasma.quiet(
        BumpOnTail(loading="quiet"),
        f"bump_on_tail-{method}",
        rule,
        batch,
        seed=seed,
        validation_mus=(1.45, 1.75),
        # Its waves carry about a hundredth of the two streams' energy: less noise of markers.
        # Random times come from four times as many stored ones, which memory limits.
        n_samples=2**16 if rule.random else 2**17,
        frequencies=(1.0, 2.0, 4.0, 8.0, 16.0),
    )
