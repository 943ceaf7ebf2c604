r"""The training matrix: every model under `checkpoints/`, by name, and the command that remakes it.

    python -m hoam.retrain --list
    python -m hoam.retrain --config two_stream-quiet-hoam_g-0

A name reads `<notebook>-<case>-<method>-<seed>`. Random keys of training data, validation data and
model are independent of one another and of the keys of the test runs in the notebooks.
"""

import argparse
import dataclasses
import importlib.metadata
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jax
import numpy as np
import optax.contrib

from hoam import minibatches, quadrature
from hoam.methods import action_matching, decaying
from hoam.minibatches import Minibatch
from hoam.model import Model
from hoam.networks import CoLoRA, Network
from hoam.quadrature import Rule
from hoam.systems import Oscillator, System, TwoStream
from hoam.train import fit
from hoam.types import PRNGKey, Scalar

_RULES: dict[str, Callable[[int], Rule]] = {
    "am": quadrature.monte_carlo,
    "hoam_s": lambda n: quadrature.simpson(n + 1),
    "hoam_g": quadrature.gauss_legendre,
}
#: Times at which random nodes are drawn: fine enough that the grid adds no error of its own.
_FINE_GRID = 513
_PACKAGES = ("hoam", "jax", "jaxlib", "flax", "optax")


@dataclasses.dataclass(frozen=True)
class Config:
    """One training run, complete: running it twice gives the same model.

    Args:
        name: name of the checkpoint.
        system: the full model that supplies samples.
        mus: training parameters.
        validation_mus: parameters of the validation loss, neither trained on nor tested.
        rule: rule in time.
        epsilon: diffusion, normalised units.
        network: network.
        minibatch: how samples are drawn.
        n_samples: training samples per time and parameter.
        steps: gradient steps.
        seed: seed of data and model.
        learning_rate: initial step size.
        weight: weight of the times in the loss, 1 if not given.
    """

    name: str
    system: System
    mus: tuple[float, ...]
    validation_mus: tuple[float, ...]
    rule: Rule
    epsilon: float
    network: Network
    minibatch: Minibatch
    n_samples: int
    steps: int
    seed: int
    learning_rate: float = 1e-2
    weight: Callable[[Scalar], Scalar] | None = None

    def keys(self) -> dict[str, PRNGKey]:
        """Return the independent random keys of this run: train, validation, model."""
        keys = jax.random.split(jax.random.key(1000 + self.seed), 3)
        return dict(zip(("train", "validation", "model"), keys, strict=True))

    def run(self, checkpoint: Path | None = None, *, progress: bool = True) -> Model:
        """Simulate the training data and train, resuming from `checkpoint` if it exists."""
        keys = self.keys()
        end = self.system.horizon
        times = np.linspace(0, end, _FINE_GRID) if self.rule.random else self.rule.times(0, end)
        population = self.system.population(
            keys["train"], mus=self.mus, times=times, n_samples=self.n_samples
        )
        # Simulated as finely as the training data, then thinned: fewer particles in a simulation
        # of interacting ones would be another population.
        validation = self.system.population(
            keys["validation"],
            mus=self.validation_mus,
            times=np.linspace(0, end, 97),
            n_samples=self.n_samples,
        ).thin(2**12)
        model = fit(
            keys["model"],
            population,
            action_matching(rule=self.rule, epsilon=self.epsilon, weight=self.weight),
            network=self.network,
            steps=self.steps,
            learning_rate=self.learning_rate,
            optimiser=optax.contrib.muon,
            minibatch=self.minibatch,
            validation=validation,
            checkpoint=checkpoint,
            progress=progress,
        )
        model.record.update(
            command=f"python -m hoam.retrain --config {self.name}",
            seed=self.seed,
            system=repr(self.system),
            mus=list(self.mus),
            validation_mus=list(self.validation_mus),
            n_samples=self.n_samples,
            minibatch=self.minibatch.name,
            versions={name: importlib.metadata.version(name) for name in _PACKAGES},
            python=platform.python_version(),
        )
        return model


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
    # Simpson's rule needs twice the nodes to hold what Gauss holds; the cost of a step is the same.
    sizes = {"hoam_g": (128, 64), "am": (128, 64), "hoam_s": (256, 32)}
    quiet = TwoStream(loading="quiet")
    for seed in range(3):
        for method, (nodes, batch) in sizes.items():
            yield _two_stream(quiet, method, _RULES[method](nodes), batch, seed)
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


def configs() -> dict[str, Config]:
    """Return all training runs by name."""
    return {config.name: config for config in (*_oscillators(), *_two_streams())}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; see the module."""
    parser = argparse.ArgumentParser(prog="python -m hoam.retrain", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print all names")
    parser.add_argument("--config", help="name of the model to train")
    parser.add_argument(
        "--output", type=Path, default=Path("checkpoints"), help="folder to write to"
    )
    options = parser.parse_args(arguments)
    known = configs()
    if options.list:
        print("\n".join(known))
        return 0
    if options.config not in known:
        parser.error(
            f"Expected the name of a training run; got {options.config!r}. "
            "Use one of those printed by --list."
        )
    config = known[options.config]
    target = options.output / f"{config.name}.safetensors"
    state = Path(".cache") / "training" / target.name
    model = config.run(state)
    model.save(target)
    state.unlink()  # the model is complete; its training state is not needed again
    print(f"{target}: loss {model.record['history']['loss'][-1]:.4e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
