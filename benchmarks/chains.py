"""What the chains of NCSM come to with all seeds, at all parameters.

A chain takes ten times as long as a rollout, or more. A page that is built runs those of the
first seed, to time them; these are the others, and the same again to compare with.

    python -m benchmarks.chains     # those without an outcome, or with that of a former model
"""

import sys
from typing import Any

import numpy as np

from benchmarks import questions, solvers
from benchmarks.outcomes import Outcomes, significant

OUTCOMES = Outcomes.of("chains")
#: Chains run at every fourth output time of a plasma, and every second of the particles.
EVERY = {"plasma": 4, "particles": 2}


def digest(case: str, seed: int) -> str:
    """Return the start of the SHA-256 of a model's file."""
    return questions.digest(questions.asked(case).stem, "ncsm", seed)


def run(case: str, mu: float, seed: int) -> dict[str, Any]:
    """Return the error of a chain of particles, or the energies of one of a plasma."""
    found: dict[str, Any] = {"model": digest(case, seed)}
    if case in questions.PARTICLES:
        question, every = questions.PARTICLES[case].question(), EVERY["particles"]
        model = questions.trained(questions.asked(case).stem, "ncsm", seed)
        paths = question.ask(model, solvers.chain(), every=every).paths
        return found | {"error": significant(question.error(paths, every=every), 6)}
    plasma, every = questions.PLASMAS[case], EVERY["plasma"]
    paths = plasma.ask("ncsm", seed, mu, solvers.chain(), every=every).paths
    return found | {"energies": [significant(float(e), 6) for e in plasma.energy(paths, mu)]}


def runs() -> list[tuple[str, float, int]]:
    """Return case, parameter and seed of all chains."""
    pairs = [(case, particles.mu) for case, particles in questions.PARTICLES.items()]
    pairs += [(case, mu) for case, p in questions.PLASMAS.items() for mu in p.system.test_mus]
    return [(case, mu, seed) for case, mu in pairs for seed in questions.seeds(case, "ncsm")]


def name(case: str, mu: float, seed: int) -> str:
    """Return what the outcome of a chain is called."""
    return f"{case}, {mu}, {seed}"


def outcome(case: str, mu: float, seed: int) -> Any:
    """Return the stored error of a chain, or its energies `[T]`.

    Raises:
        KeyError: if there is none.
    """
    found = OUTCOMES.read()[name(case, mu, seed)]
    return found["error"] if "error" in found else np.asarray(found["energies"])


def main() -> None:
    """Run all chains that have no outcome yet, or that of a former model."""
    for case, mu, seed in runs():
        known = OUTCOMES.read().get(name(case, mu, seed), {})
        if known.get("model") != digest(case, seed):
            found = run(case, mu, seed)
            OUTCOMES.add(name(case, mu, seed), found)
            sys.stdout.write(f"{name(case, mu, seed)}: {found}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
