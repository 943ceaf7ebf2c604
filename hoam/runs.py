r"""One training run, complete: data, method, network, budget, seed, and what is monitored.

Random keys of training data, validation data and model are independent of one another and of the
keys of the test runs in the notebooks.
"""

import dataclasses
import importlib.metadata
import platform
import time
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np
import optax.contrib
from jaxtyping import Array

from hoam.metrics import electric_energy, relative_l2_error
from hoam.minibatches import Minibatch
from hoam.model import Model
from hoam.networks import Network
from hoam.quadrature import Rule
from hoam.ritz import enrich
from hoam.systems import System
from hoam.systems.vlasov import Beams
from hoam.train import fit
from hoam.types import Method, PRNGKey

#: Times at which random nodes are drawn: fine enough that the grid adds no error of its own.
_FINE_GRID = 513
#: Particles of the rollouts that are monitored: enough for quiet markers to show the wave.
_MONITORED = 2**11
_PACKAGES = ("hoam", "jax", "jaxlib", "flax", "optax")


@dataclasses.dataclass(frozen=True)
class Config:
    """One training run, complete: running it twice gives the same model.

    Args:
        name: name of the checkpoint.
        system: the full model that supplies samples.
        mus: training parameters.
        validation_mus: parameters of the validation loss, neither trained on nor tested.
        method: objective, with its rule in time.
        network: network.
        minibatch: how samples are drawn.
        n_samples: training samples per time and parameter.
        steps: gradient steps.
        seed: seed of data and model.
        learning_rate: initial step size.
        n_validation: validation samples per time and parameter.
        optimiser: from a schedule to an optax transformation.
        every: steps between validations, each with a look at what is monitored.
        base: the run whose model this one goes on from, on the same data; none for a new model.
    """

    name: str
    system: System
    mus: tuple[float, ...]
    validation_mus: tuple[float, ...]
    method: Method
    network: Network
    minibatch: Minibatch
    n_samples: int
    steps: int
    seed: int
    learning_rate: float = 1e-2
    n_validation: int = 2**12
    optimiser: Callable[[optax.Schedule], optax.GradientTransformation] = dataclasses.field(
        default_factory=lambda: optax.contrib.muon  # a function as such would be a method
    )
    every: int = 500
    base: "Config | None" = None

    def keys(self) -> dict[str, PRNGKey]:
        """Return the independent random keys of this run: train, validation, model."""
        keys = jax.random.split(jax.random.key(1000 + self.seed), 3)
        return dict(zip(("train", "validation", "model"), keys, strict=True))

    def monitor(self) -> Callable[[Model], float] | None:
        """Return the error of the electric energy at the validation parameters.

        It is the relative L2 error over time, averaged over the parameters; of the plasmas of one
        space dimension only, and of rollouts only: a sampler would take longer than the training.
        """
        if not isinstance(self.system, Beams) or self.method.sampler is not None:
            return None
        system, times = self.system, np.linspace(0, self.system.horizon, 65)
        keys = jax.random.split(self.keys()["validation"], 2 * len(self.validation_mus))

        def energy(paths: Array, mu: float) -> np.ndarray:
            return electric_energy(paths, mu=mu, length=system.length)

        cases = []
        for mu, key, start in zip(self.validation_mus, keys[::2], keys[1::2], strict=True):
            truth = system.simulate(key, mu=mu, times=times, n_samples=self.n_samples)
            x0 = system.initial(start, mu=mu, n_samples=_MONITORED)
            cases.append((mu, x0, energy(truth, mu)))

        def error(model: Model) -> float:
            key = jax.random.key(0)  # of the noise of a rollout
            return float(
                np.mean(
                    [
                        relative_l2_error(
                            energy(model.sample(key, x0, times=times, mu=mu), mu),
                            truth,
                        )
                        for mu, x0, truth in cases
                    ]
                )
            )

        return error

    def run(
        self, checkpoint: Path | None = None, *, start: Model | None = None, progress: bool = True
    ) -> Model:
        """Simulate the training data and train, resuming from `checkpoint` if it exists.

        Args:
            checkpoint: file of the training state.
            start: the trained model of `base`, if there is one.
            progress: whether to show a bar.
        """
        keys = self.keys()
        # Not the minibatches that the start has seen, in the same order once more.
        key = keys["model"] if start is None else jax.random.fold_in(keys["model"], 1)
        rule, end = self.method.rule, self.system.horizon
        times = np.linspace(0, end, _FINE_GRID) if rule.random else rule.times(0, end)
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
        ).thin(self.n_validation)
        model = fit(
            key,
            population,
            self.method,
            network=self.network,
            start=start,
            steps=self.steps,
            learning_rate=self.learning_rate,
            optimiser=self.optimiser,
            minibatch=self.minibatch,
            validation=validation,
            monitor=self.monitor(),
            checkpoint=checkpoint,
            checkpoint_every=self.every,
            progress=progress,
        )
        model.record.update(
            command=f"python -m hoam.retrain --config {self.name}",
            seed=self.seed,
            system=repr(self.system),
            validation_mus=list(self.validation_mus),
            n_samples=self.n_samples,
            minibatch=self.minibatch.name,
            versions={name: importlib.metadata.version(name) for name in _PACKAGES},
            python=platform.python_version(),
        )
        return model


@dataclasses.dataclass(frozen=True)
class Enriched:
    """A trained model with its linear part solved for (`hoam.ritz`), on its own training data.

    Args:
        base: the training run of the model.
        rule: rule of the linear system; the samples are those of the base at its nodes.
        modes: waves along each periodic coordinate.
        degree: degree of the monomials.
        splines: cubic splines in time.
        mixed: whether there are products of coordinates too.
    """

    base: Config
    rule: Rule
    modes: int = 2
    degree: int = 2
    splines: int = 32
    mixed: bool = True

    @property
    def name(self) -> str:
        """Return the name of the base with `_ritz` after the method."""
        case, _, seed = self.base.name.rpartition("-")
        return f"{case}_ritz-{seed}"

    def run(self, base: Model) -> Model:
        """Return the trained `base` with its linear part."""
        system = self.base.system
        population = system.population(
            self.base.keys()["train"],
            mus=self.base.mus,
            times=self.rule.times(0, system.horizon),
            n_samples=self.base.n_samples,
        )
        began = time.perf_counter()
        model = enrich(
            base,
            population,
            rule=self.rule,
            modes=self.modes,
            degree=self.degree,
            splines=self.splines,
            mixed=self.mixed,
        )
        model.record.update(
            command=f"python -m hoam.retrain --config {self.name}",
            linear_seconds=round(time.perf_counter() - began, 1),
        )
        return model
