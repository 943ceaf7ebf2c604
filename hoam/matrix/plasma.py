"""The recipe that the plasmas of one space dimension share."""

import dataclasses

from hoam import minibatches, quadrature
from hoam.methods import action_matching, decaying
from hoam.networks import CoLoRA
from hoam.quadrature import Rule
from hoam.runs import Config, Enriched
from hoam.systems.vlasov import Beams

#: Early times count most at first: small motions there decide what happens late.
WEIGHT = decaying(2.5)


def quiet(
    system: Beams,
    name: str,
    rule: Rule,
    batch: int,
    *,
    seed: int,
    validation_mus: tuple[float, ...],
    n_samples: int = 2**15,
    frequencies: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0),
) -> Config:
    """Return a run on quiet markers.

    Args:
        system: the plasma.
        name: name of the run without its seed.
        rule: rule in time.
        batch: samples per node and step.
        seed: seed of data and model.
        validation_mus: parameters held out.
        n_samples: markers of training data.
        frequencies: frequencies of time that the network sees.
    """
    return Config(
        name=f"{name}-{seed}",
        system=system,
        mus=system.train_mus,
        validation_mus=validation_mus,
        method=action_matching(rule=rule, weight=WEIGHT),
        network=CoLoRA(periodic=(True, False), frequencies=frequencies, modulation_width=32),
        minibatch=minibatches.stratified(batch),
        n_samples=n_samples,
        steps=4000,
        seed=seed,
    )


def late(config: Config) -> Config:
    """Return the run that goes on from one of HOAM-G, with nearly even weights and small steps."""
    return dataclasses.replace(
        config,
        name=config.name.replace("hoam_g", "hoam_g_late"),
        method=action_matching(rule=config.method.rule, weight=decaying(0.5)),
        steps=1000,
        learning_rate=5e-3,
        base=config,
    )


def enriched(config: Config) -> Enriched:
    """Return the run with its linear part, from the same linear system for every method."""
    return Enriched(config, quadrature.gauss_legendre(128))
