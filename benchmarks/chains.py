"""What the chains of NCSM come to with all seeds, at all parameters.

A chain takes up to a thousand times as long as a rollout. A page that is built runs those of the
first seed, to time them; these are the others, and the same again to compare with.

    python -m benchmarks.chains     # those that have no outcome yet
"""

import hashlib
from typing import Any

from benchmarks import questions, solvers
from benchmarks.measure import ROOT
from benchmarks.outcomes import Outcomes, significant

OUTCOMES = Outcomes.of("chains")
SEEDS = range(3)
#: Chains run at every fourth output time of a plasma, and every second of the particles.
EVERY = {"plasma": 4, "particles": 2}


def digest(stem: str, seed: int) -> str:
    """Return the start of the SHA-256 of a model's file: an outcome is that of one model."""
    path = ROOT / "checkpoints" / f"{stem}ncsm-{seed}.safetensors"
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def run(case: str, mu: float, seed: int) -> dict[str, Any]:
    """Return the error of a chain of particles, or the energies of one of a plasma."""
    if case in questions.PARTICLES:
        particles = questions.PARTICLES[case]
        question, every = particles.question(), EVERY["particles"]
        model = questions.trained(particles.stem, "ncsm", seed)
        paths = question.ask(model, solvers.chain(), every=every).paths
        error = question.error(paths, every=every)
        return {"model": digest(particles.stem, seed), "error": significant(error, 6)}
    plasma = questions.PLASMAS[case]
    paths = plasma.ask("ncsm", seed, mu, solvers.chain(), every=EVERY["plasma"]).paths
    energies = [significant(float(e), 6) for e in plasma.energy(paths, mu)]
    return {"model": digest(plasma.stem, seed), "energies": energies}


def runs() -> list[tuple[str, float, int]]:
    """Return case, parameter and seed of all chains."""
    pairs = [(case, particles.mu) for case, particles in questions.PARTICLES.items()]
    pairs += [(case, mu) for case, p in questions.PLASMAS.items() for mu in p.system.test_mus]
    return [(case, mu, seed) for case, mu in pairs for seed in SEEDS]


def outcome(case: str, mu: float, seed: int) -> Any:
    """Return the stored error or energies of a chain.

    Raises:
        KeyError: if there is none.
    """
    found = OUTCOMES.read()[f"{case}, {mu}, {seed}"]
    return found.get("error", found.get("energies"))


if __name__ == "__main__":
    OUTCOMES.complete(runs(), run)
