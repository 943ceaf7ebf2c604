"""What each method costs with each of its solvers, and how wrong it is: the same seeds for all.

    JAX_NUM_CPU_DEVICES=2 python -m benchmarks.equal_error

measures what has no outcome yet, or that of a former model.
Times mean something only on a machine that does nothing else, so they are taken here and not while
the book is built. Three calls of each solver with each model count, after one that compiles. A
chain of annealed Langevin dynamics starts anew at each output time, and four of these are its
calls. The times of all seeds stand together, nine or fifteen of them: the seed has no part in them.
"""

import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import jax
import numpy as np

from benchmarks import chains, questions, solvers
from benchmarks.measure import RUNS, Timing, clocked, machine
from benchmarks.outcomes import Outcomes, significant
from benchmarks.solvers import Cost, Solver

OUTCOMES = Outcomes.of("equal_error")
#: Devices, as in the notebooks.
DEVICES = 2
#: Calls that are timed, after one that compiles.
CALLS = 3
#: Markers of the full model of a plasma, whose energy is the truth.
MARKERS = 2**16
#: An error counts as that of HOAM-G with its default up to this factor.
SLACK = 1.2

_ROLLOUTS = {
    method: [solvers.rollout(n) for n in (128, 64, 32, 16)]
    for method in ("am", "hoam_s", "hoam_g", "dice")
}
_PARTICLES = _ROLLOUTS | {
    "cfm": [solvers.flow(), *(solvers.flow(n, order=2) for n in (1, 2, 4, 8))],
    "ncsm": [
        *(solvers.chain(n) for n in (100, 30, 10)),
        *(solvers.chain(n, levels=5) for n in (100, 20)),
    ],
}
_PLASMAS = _ROLLOUTS | {
    "cfm": [solvers.flow(), *(solvers.flow(n, order=2) for n in (2, 8))],
    "cfm_quiet": [solvers.flow(n, order=2, quiet=True) for n in (8, 4, 2)],
    "ncsm": [solvers.chain(), solvers.chain(30), solvers.chain(100, levels=5)],
}
#: By case and method: the solvers, the default first.
SOLVERS: dict[str, dict[str, list[Solver]]] = {
    **dict.fromkeys(questions.PARTICLES, _PARTICLES),
    **dict.fromkeys(questions.PLASMAS, _PLASMAS),
}


class Run(NamedTuple):
    """All solvers of one model at one parameter, or the full model."""

    case: str
    mu: float
    method: str
    seed: int

    @property
    def name(self) -> str:
        """Return what its outcome is called."""
        return ", ".join(map(str, self))

    @property
    def digest(self) -> str:
        """Return that of the model's file; the full model has none."""
        if self.method == "full":
            return ""
        method = self.method.removesuffix("_quiet")
        return questions.digest(questions.asked(self.case).stem, method, self.seed)


def runs() -> Iterator[Run]:
    """Yield all runs: at parameters held out, and flows where their steps are chosen."""
    for case, methods in SOLVERS.items():
        yield Run(case, parameter(case), "full", 0)
        for method in methods:
            seeds = questions.seeds(case, method)
            yield from (Run(case, parameter(case), method, seed) for seed in seeds)
    for case, plasma in questions.PLASMAS.items():
        yield Run(case, plasma.validation_mu, "cfm", 0)


def parameter(case: str) -> float:
    """Return the parameter of a case, the first of those of a plasma."""
    asked = questions.asked(case)
    return asked.mu if isinstance(asked, questions.Particles) else asked.system.test_mus[0]


def measured(which: Run) -> dict[str, Any]:
    """Return seconds and error of each solver of a run, by the solver's label."""
    if which.method == "full":
        seconds = [_full(which.case, which.mu)[1] for _ in range(1 + RUNS)][1:]
        return {"model": which.digest, "seconds": [significant(s) for s in seconds]}
    found = {}
    for solver in SOLVERS[which.case][which.method]:
        seconds, error = _cost(which, solver)
        found[solver.label] = {
            "seconds": [significant(s) for s in seconds],
            "error": significant(error, 6),
        }
    return {"model": which.digest, "costs": found}


def error(case: str, method: str, solver: Solver, *, seed: int, mu: float | None = None) -> float:
    """Return the stored error of a model.

    Raises:
        KeyError: if there is none.
    """
    return _stored(case, method, solver, seed, mu)["error"]


def seconds(case: str, method: str, solver: Solver | None = None) -> Timing:
    """Return the stored seconds of all calls with all seeds, or those of the full model.

    Args:
        case: such as `bistable`.
        method: such as `hoam_g`, or `full` for the full model.
        solver: the default one if not given.

    Raises:
        KeyError: if there are none.
    """
    if method == "full":
        return Timing.of(OUTCOMES.read()[Run(case, parameter(case), "full", 0).name]["seconds"])
    solver = solver or SOLVERS[case][method][0]
    each = [_stored(case, method, solver, s)["seconds"] for s in questions.seeds(case, method)]
    return Timing.of(np.concatenate(each).tolist())


def costs(case: str, method: str) -> dict[Solver, Cost]:
    """Return, of each solver of a method, the medians of its seconds and of the seeds' errors."""
    seeds = questions.seeds(case, method)
    return {
        solver: Cost(
            seconds(case, method, solver).median,
            float(np.median([error(case, method, solver, seed=seed) for seed in seeds])),
        )
        for solver in SOLVERS[case][method]
    }


def _stored(
    case: str, method: str, solver: Solver, seed: int, mu: float | None = None
) -> dict[str, Any]:
    run = Run(case, parameter(case) if mu is None else mu, method, seed)
    return OUTCOMES.read()[run.name]["costs"][solver.label]


def stride(case: str, solver: Solver) -> int:
    """Return how many output times there are for each that a solver is asked for."""
    if case in questions.PARTICLES:
        return chains.EVERY["particles"] if solver.is_chain else 1
    return chains.EVERY["plasma"] if solver.is_chain or solver == solvers.flow() else 1


@cache
def _question(case: str) -> questions.Question:
    return questions.PARTICLES[case].question()


@cache
def _energy(case: str, mu: float) -> np.ndarray:
    plasma = questions.PLASMAS[case]
    return plasma.energy(plasma.truth(mu, MARKERS), mu)


def _full(case: str, mu: float) -> tuple[Any, float]:
    if case in questions.PLASMAS:
        return clocked(questions.PLASMAS[case].truth, mu, MARKERS)
    question = _question(case)
    where = {"mu": mu, "times": question.times, "n_samples": len(question.start)}
    return clocked(question.system.simulate, question.key, **where)


def _cost(which: Run, solver: Solver) -> tuple[list[float], float]:
    """Return the seconds of all output times, of each call that counts, and the error."""
    case, mu, every = which.case, which.mu, stride(which.case, solver)
    method, calls = which.method.removesuffix("_quiet"), 1 if solver.is_chain else 1 + CALLS
    if case in questions.PARTICLES:
        question = _question(case)
        model = questions.trained(questions.PARTICLES[case].stem, method, which.seed)
        answers = [question.ask(model, solver, every=every) for _ in range(calls)]
        error = question.error(answers[0].paths, every=every)
        intervals = len(question.times) - 1
    else:
        plasma = questions.PLASMAS[case]
        answers = [plasma.ask(method, which.seed, mu, solver, every=every) for _ in range(calls)]
        paths, intervals = answers[0].paths, plasma.intervals
        shift = plasma.noise(mu, paths.shape[1]) if which.method in ("cfm", "ncsm") else 0.0
        error = plasma.error(plasma.energy(paths, mu) - shift, _energy(case, mu), every=every)
    each = [intervals * seconds for answer in answers for seconds in answer.seconds]
    return each[1 : 1 + CALLS], error


def main() -> None:
    """Run what has no outcome yet, or that of a former model."""
    OUTCOMES.add("machine", machine())
    for which in runs():
        if OUTCOMES.read().get(which.name, {}).get("model") != which.digest:
            found = measured(which)
            OUTCOMES.add(which.name, found)
            sys.stdout.write(f"{which.name}: {found.get('costs', found)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    if (devices := jax.device_count()) != DEVICES:
        sys.exit(f"Expected {DEVICES} devices; got {devices}. Use JAX_NUM_CPU_DEVICES={DEVICES}.")
    main()
