"""What the chapters of the comparison ask of all methods: populations, starts, times and errors.

No key is that of a training or validation run, and no parameter one that was trained on.
"""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import jax
import numpy as np

import hoam
from benchmarks.measure import ROOT
from benchmarks.solvers import Answer, Solver
from hoam.metrics import electric_energy, relative_l2_error, sinkhorn_divergence
from hoam.model import Model
from hoam.systems import System
from hoam.systems.vlasov import VlasovPoisson

#: Samples that are asked for, and the intervals between output times of particles.
PARTICLE_SAMPLES, PLASMA_SAMPLES, INTERVALS = 2**10, 2**12, 8
#: What the full models of plasmas and the starts of their rollouts are drawn with.
KEY = jax.random.key(47_001)


def trained(stem: str, method: str, seed: int) -> Model:
    """Return a shipped model, such as that of `two_stream-quiet-`, `hoam_g` and 0."""
    return hoam.load(ROOT / "checkpoints" / f"{stem}{method}-{seed}.safetensors")


def asked(case: str) -> "Particles | Plasma":
    """Return what is asked of the methods in a case."""
    return (PARTICLES | PLASMAS)[case]


def seeds(case: str, method: str) -> range:
    """Return the seeds that there are models of: five where a training takes under three minutes.

    The others have three. (`tests/test_questions.py` holds this.)
    """
    method = method.removesuffix("_quiet")  # the models of `cfm`, started otherwise
    shipped = (ROOT / "checkpoints").glob(f"{asked(case).stem}{method}-*.safetensors")
    return range(len(list(shipped)))


def digest(stem: str, method: str, seed: int) -> str:
    """Return the start of the SHA-256 of a model's file: a stored outcome is that of one model."""
    path = ROOT / "checkpoints" / f"{stem}{method}-{seed}.safetensors"
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


@dataclass(frozen=True)
class Question:
    """A population at output times, and two runs of the full model.

    Attributes:
        start: `[N, D]`, where rollouts start.
        times: `[T]`, from 0 to the horizon.
        truth: `[T, N, D]`, the full model.
        other: `[T, N, D]`, the full model with another key, for the floor.
    """

    system: System
    mu: float
    epsilon: float
    key: jax.Array
    start: np.ndarray
    times: np.ndarray
    truth: np.ndarray
    other: np.ndarray

    def ask(self, model: Model, solver: Solver, *, every: int = 1) -> Answer:
        """Return the samples of a model at each `every`-th output time."""
        times = self.times[::every]
        return solver.answer(model, self.key, self.start, times=times, mu=self.mu)

    def error(self, paths: np.ndarray, *, every: int = 1) -> float:
        """Return the Sinkhorn divergence to the full model, averaged over every second output time.

        Coordinates are in units of their root mean square. States outside the range of the full
        model are put on its edge: the divergence does not converge for a few samples at any
        distance.

        Args:
            paths: `[T, N, D]` at the times of `ask`.
            every: that of `ask`, 1 or 2.
        """
        unit = np.sqrt(np.mean(self.truth**2, axis=(0, 1)))
        inside = np.clip(paths, self.truth.min(axis=(0, 1)), self.truth.max(axis=(0, 1)))
        pairs = zip(inside[:: 2 // every][1:], self.truth[::2][1:], strict=True)
        return float(
            np.mean(
                [sinkhorn_divergence(a / unit, b / unit, epsilon=self.epsilon) for a, b in pairs]
            )
        )


class Particles(NamedTuple):
    """A system of particles at one parameter.

    Attributes:
        epsilon: regularisation of the divergence, that of its chapter.
        stem: what the names of its models begin with.
    """

    title: str
    system: System
    mu: float
    epsilon: float
    stem: str

    def question(
        self, *, n_samples: int = PARTICLE_SAMPLES, intervals: int = INTERVALS
    ) -> Question:
        """Return what is asked."""
        times = np.linspace(0, self.system.horizon, intervals + 1)
        key = jax.random.fold_in(jax.random.key(43_001), round(100 * self.mu))
        keys = jax.random.split(key, 3)
        truth, other = (
            np.asarray(self.system.simulate(k, mu=self.mu, times=times, n_samples=n_samples))
            for k in keys[:2]
        )
        start = np.asarray(self.system.initial(keys[2], mu=self.mu, n_samples=n_samples))
        return Question(self.system, self.mu, self.epsilon, keys[2], start, times, truth, other)


class Plasma(NamedTuple):
    """A plasma, with the cells of its field and the intervals between output times.

    Attributes:
        view: limits of position and velocity in figures.
        validation_mu: where the steps of a flow are chosen.
    """

    title: str
    system: VlasovPoisson
    stem: str
    cells: int
    intervals: int
    view: tuple[tuple[float, float], tuple[float, float]]
    validation_mu: float

    @property
    def times(self) -> np.ndarray:
        """Return the output times."""
        return np.linspace(0, self.system.horizon, self.intervals + 1)

    def energy(self, paths: np.ndarray, mu: float) -> np.ndarray:
        """Return the electric energy over time, `[T]`."""
        return np.asarray(
            electric_energy(paths, mu=mu, length=self.system.length, cells=self.cells)
        )

    def noise(self, mu: float, n_samples: int) -> float:
        r"""Return $L^2/(24 N\mu^2)$, the mean energy of the noise of independent samples."""
        return self.system.length**2 / (24 * n_samples * mu**2)

    def truth(self, mu: float, n_samples: int, *, again: bool = False) -> np.ndarray:
        """Return the full model `[T, N, D]`, or a second run of it."""
        key = jax.random.fold_in(KEY, round(1000 * mu))
        if again:
            key = jax.random.fold_in(key, 1)
        return np.asarray(self.system.simulate(key, mu=mu, times=self.times, n_samples=n_samples))

    def error(self, energies: np.ndarray, truth: np.ndarray, *, every: int = 1) -> float:
        """Return the relative L2 error of energies over the output times after the first.

        Args:
            energies: `[T]` at the times of `ask`, without the mean energy of their noise.
            truth: the energy of the full model at all output times.
            every: that of `ask`.
        """
        return float(relative_l2_error(energies[1:], truth[::every][1:]))

    def ask(
        self,
        method: str,
        seed: int,
        mu: float,
        solver: Solver,
        *,
        n_samples: int = PLASMA_SAMPLES,
        every: int = 1,
    ) -> Answer:
        """Return the samples of a trained model at each `every`-th output time."""
        key = jax.random.fold_in(KEY, seed)
        start = np.asarray(self.system.initial(key, mu=mu, n_samples=n_samples))
        model = trained(self.stem, method, seed)
        return solver.answer(model, key, start, times=self.times[::every], mu=mu)


PARTICLES = {
    "bistable": Particles("bistable, μ = 0.2", hoam.systems.Bistable(), 0.2, 0.05, "bistable-"),
    "chaos_1365": Particles(
        "convection, r = 13.65", hoam.systems.Chaos9D(), 13.65, 0.2, "chaos_9d-"
    ),
    "chaos_1405": Particles(
        "convection, r = 14.05", hoam.systems.Chaos9D(), 14.05, 0.2, "chaos_9d-"
    ),
    "trap_60": Particles("trap, μ = 0.6", hoam.systems.Trap100D(), 0.6, 5.0, "trap_100d-"),
}
PLASMAS = {
    "two_stream": Plasma(
        "two streams",
        hoam.systems.TwoStream(loading="quiet"),
        "two_stream-quiet-",
        512,
        16,
        ((0.0, 50.0), (-8.0, 8.0)),
        1.35,
    ),
    "bump": Plasma(
        "bump on tail",
        hoam.systems.BumpOnTail(loading="quiet"),
        "bump_on_tail-",
        512,
        16,
        ((0.0, 50.0), (1.5, 6.5)),
        1.45,
    ),
    "landau": Plasma(
        "Landau damping",
        hoam.systems.StrongLandau(),
        "strong_landau-",
        128,
        18,
        ((0.0, 4 * np.pi), (-5.0, 5.0)),
        0.925,
    ),
}
