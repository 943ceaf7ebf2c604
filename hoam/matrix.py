r"""The training matrix: every model under `checkpoints/`, by name.

A name reads `<notebook>-<case>-<method>-<seed>`.
"""

import dataclasses
from collections.abc import Callable, Iterator

from hoam import minibatches, quadrature
from hoam.methods import decaying
from hoam.networks import CoLoRA
from hoam.quadrature import Rule
from hoam.runs import Config, Enriched
from hoam.systems import Bistable, Chaos9D, Oscillator, TwoStream

_RULES: dict[str, Callable[[int], Rule]] = {
    "am": quadrature.monte_carlo,
    "hoam_s": lambda n: quadrature.simpson(n + 1),
    "hoam_g": quadrature.gauss_legendre,
}


def _oscillators() -> Iterator[Config]:
    for w in Oscillator.train_mus:
        for method, rule in _RULES.items():
            for seed in range(5 if w == 8.0 else 1):
                yield _oscillator(f"w{w:02.0f}-{method}", w, rule(256), 32, seed)
    # Too few nodes for the fastest oscillation, at the same cost: what an unresolved rule does.
    yield _oscillator("coarse-hoam_g", 18.0, quadrature.gauss_legendre(32), 256, 0)


def _oscillator(case: str, w: float, rule: Rule, batch: int, seed: int) -> Config:
    return Config(
        name=f"oscillator-{case}-{seed}",
        system=Oscillator(),
        mus=(w,),
        validation_mus=(w,),
        rule=rule,
        epsilon=0.0,
        network=CoLoRA(),
        minibatch=minibatches.independent(batch),
        n_samples=10_000,
        steps=600,
        seed=seed,
    )


def _two_streams() -> Iterator[Config]:
    quiet = TwoStream(loading="quiet")
    for seed in range(3):
        for method in _RULES:
            rule, batch = _budget(method, nodes=128, batch=64)
            yield _two_stream(quiet, method, rule, batch, seed)
        yield _two_stream(quiet, "hoam_s_coarse", quadrature.simpson(129), 64, seed)
    for method, rule in _RULES.items():
        # The second protocol: markers, diffusion and hypernetwork as in the paper, no weight.
        yield dataclasses.replace(
            _two_stream(TwoStream(loading="random"), method, rule(64), 128, 0),
            epsilon=5e-2,
            network=CoLoRA(periodic=(True, False)),
            minibatch=minibatches.paired(128),
            n_samples=25_000,
            weight=None,
        )


def _two_stream(system: TwoStream, case: str, rule: Rule, batch: int, seed: int) -> Config:
    return Config(
        name=f"two_stream-{system.loading}-{case}-{seed}",
        system=system,
        mus=system.train_mus,
        validation_mus=(1.35, 1.65),
        rule=rule,
        epsilon=0.0,
        network=CoLoRA(
            periodic=(True, False), frequencies=(1.0, 2.0, 4.0, 8.0), modulation_width=32
        ),
        minibatch=minibatches.stratified(batch),
        n_samples=2**15,
        steps=4000,
        seed=seed,
        weight=decaying(2.5),
    )


def _continued() -> Iterator[Config]:
    # Once the early times are learned, the late ones: nearly even weights, smaller steps.
    for config in _two_streams():
        if config.name.startswith("two_stream-quiet-hoam_g-"):
            yield dataclasses.replace(
                config,
                name=config.name.replace("hoam_g", "hoam_g_late"),
                steps=1000,
                learning_rate=5e-3,
                weight=decaying(0.5),
                base=config,
            )


def _enriched() -> Iterator[Enriched]:
    # All methods get their linear part from the same linear system, on Gauss-Legendre nodes.
    methods = (*_RULES, "hoam_g_late")
    for config in (*_two_streams(), *_continued()):
        if config.name.split("-")[1:3] in (["quiet", method] for method in methods):
            yield Enriched(config, quadrature.gauss_legendre(128))


def _stochastic() -> Iterator[Config]:
    for seed in range(3):
        for method in _RULES:
            yield _bistable(method, seed)
        yield _chaos("hoam_g", quadrature.gauss_legendre(128), 32, seed)
        yield _chaos("hoam_s", quadrature.simpson(129), 32, seed)
        yield _chaos("am", quadrature.monte_carlo(64), 64, seed)
        # Too few nodes, at the same cost.
        yield _chaos("hoam_g_coarse", quadrature.gauss_legendre(64), 64, seed)


def _chaos(case: str, rule: Rule, batch: int, seed: int) -> Config:
    return Config(
        name=f"chaos_9d-{case}-{seed}",
        system=Chaos9D(),
        mus=Chaos9D.train_mus,
        validation_mus=(13.75, 13.95),
        rule=rule,
        epsilon=7e-2,
        network=CoLoRA(frequencies=(1.0, 2.0, 4.0), modulation_width=32),
        minibatch=minibatches.stratified(batch),
        n_samples=2**13,
        steps=1000,
        seed=seed,
        probes=1,
        n_validation=2**10,
    )


def _bistable(method: str, seed: int) -> Config:
    rule, batch = _budget(method, nodes=128, batch=32)
    return Config(
        name=f"bistable-{method}-{seed}",
        system=Bistable(),
        mus=Bistable.train_mus,
        validation_mus=(0.12, 0.22),
        rule=rule,
        epsilon=0.1,
        network=CoLoRA(frequencies=(1.0, 2.0, 4.0, 8.0, 16.0), modulation_width=32),
        minibatch=minibatches.stratified(batch),
        n_samples=2**14,
        steps=1500,
        seed=seed,
    )


def _budget(method: str, *, nodes: int, batch: int) -> tuple[Rule, int]:
    """Return rule and samples per node at the cost of `nodes` times `batch` samples a step.

    Simpson's rule needs twice the nodes to hold what Gauss holds.
    """
    if method == "hoam_s":
        nodes, batch = 2 * nodes, batch // 2
    return _RULES[method](nodes), batch


def configs() -> dict[str, Config | Enriched]:
    """Return all training runs by name; one that goes on from another comes after it."""
    runs = (*_oscillators(), *_two_streams(), *_stochastic(), *_continued(), *_enriched())
    return {config.name: config for config in runs}
