r"""The shortest training that is good enough: which ideas pay, and by how much.

`benchmarks.problems` says what is trained. A cosine takes the step size to zero over the budget of
steps, whatever that is, and with it the noise of the weights: what a budget buys is known at its
end alone, so each budget is a training of its own.

What a budget buys depends on seeds, not on machines, and takes hours to find: it is stored under
`benchmarks/records`. Seconds depend on the machine: those of each kind of step, and of the linear
system, are measured when the page is made.

    python -m benchmarks.time_to_accuracy                # all runs that have no record yet
    python -m benchmarks.time_to_accuracy "two streams" recipe 500 0       # problem, case, ...
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.measure import clocked, timings
from benchmarks.outcomes import Outcomes, significant
from benchmarks.problems import PROBLEMS
from hoam.devices import replicate, value_and_gradient
from hoam.model import Model
from hoam.nodes import node_table
from hoam.population import Population
from hoam.quadrature import Rule
from hoam.ritz import enrich
from hoam.runs import Config
from hoam.scaling import Scaling
from hoam.types import Node

RECORDS = Outcomes.of("time_to_accuracy")
SEEDS = (0, 1, 2)


def slug(case: str) -> str:
    """Return the name of a case as recorded numbers and columns of data have it."""
    return case.lower().replace(" ", "_").replace("-", "_")


class Curve(NamedTuple):
    """Errors over the budget.

    Args:
        steps: `[B]`, gradient steps of each training, rising.
        seconds: `[B]`, seconds that they take here, with the linear system where there is one.
        errors: `[B, S]`, errors of the seeds.
    """

    steps: np.ndarray
    seconds: np.ndarray
    errors: np.ndarray


def curves(name: str, found: dict[str, float], *, runs: int) -> dict[str, Curve]:
    """Return the curve of each case of a problem; seconds are measured now.

    Args:
        name: of the problem.
        found: the records.
        runs: timed runs of a step.
    """
    seconds = step_seconds(name, runs=runs)
    result = {}
    for case, idea in PROBLEMS[name].cases.items():
        steps = np.asarray(idea.budgets)
        result[case] = Curve(
            steps,
            steps * seconds[case] + linear_seconds(name, case),
            np.asarray([[found[f"{name}, {case}, {n}, {s}"] for s in SEEDS] for n in steps]),
        )
    return result


def runs() -> list[tuple[str, str, int, int]]:
    """Return problem, case, steps and seed of all trainings.

    A network with and without its linear part is trained once, as the first of these cases.
    """
    return [
        (name, case, steps, seed)
        for name, problem in PROBLEMS.items()
        for seed in SEEDS
        for case, steps in problem.runs()
        if case == problem.alike(case, steps)[0]
    ]


def outcomes(name: str, case: str, steps: int, seed: int) -> dict[str, str]:
    """Return, by case, the names of the outcomes that come of one training."""
    alike = PROBLEMS[name].alike(case, steps)
    return {other: f"{name}, {other}, {steps}, {seed}" for other in alike}


def train(name: str, case: str, steps: int, seed: int) -> dict[str, float]:
    """Train one run and add its error to the records, with those that take no other training."""
    problem = PROBLEMS[name]
    config = problem.config(case, steps, seed)
    model, judge = config.run(progress=sys.stderr.isatty()), problem.judge(config)
    new = {}
    for other, outcome in outcomes(name, case, steps, seed).items():
        rule, whole = problem.cases[other].linear, model
        if rule is not None:
            whole = with_linear_part(model, config, rule, problem.linear_samples)
        new[outcome] = judge(whole)
    for what, error in new.items():
        RECORDS.add(what, significant(error))
    return new


def with_linear_part(model: Model, config: Config, rule: Rule, samples: int) -> Model:
    """Return a trained model with its linear part, on some of its training samples."""
    system, times = config.system, rule.times(0.0, config.system.horizon)
    population = system.population(
        config.keys()["train"], mus=config.mus, times=times, n_samples=config.n_samples
    )
    return enrich(model, population.thin(samples), rule=rule)


def needed(curve: Curve, goal: float) -> tuple[float, float]:
    """Return steps and seconds from which on the median error is within the goal, or infinities.

    Between two budgets the error is taken to be a power of the steps; nothing shorter than the
    first was tried.

    Args:
        curve: errors over the budget.
        goal: the error that is good enough.
    """
    error = np.median(curve.errors, axis=1)
    missed = np.flatnonzero(error > goal)
    if missed.size and missed[-1] == error.size - 1:
        return np.inf, np.inf
    between = [missed[-1], missed[-1] + 1] if missed.size else [0]
    # From the smaller error to the larger one, as interpolation wants it.
    logarithms = np.log([error[between], curve.steps[between]])[:, ::-1]
    steps = float(np.exp(np.interp(np.log(goal), *logarithms)))
    return steps, float(np.interp(steps, curve.steps, curve.seconds))


def step_seconds(name: str, *, runs: int) -> dict[str, float]:
    """Return the median seconds of a step of each case of a problem, timed in one run.

    Cases differ in seconds where optimiser, samples or network differ; one of each kind is timed.
    """
    problem = PROBLEMS[name]
    configs = {case: problem.config(case, 1, SEEDS[0]) for case in problem.cases}
    kinds = {
        case: f"{run.optimiser.__name__}, {_nodes(run).x.shape}, {run.network}"
        for case, run in configs.items()
    }
    one_of_each = {kind: _step(configs[case]) for case, kind in reversed(kinds.items())}
    found = timings(one_of_each, runs=runs)
    return {case: found[kind].median for case, kind in kinds.items()}


def linear_seconds(name: str, case: str) -> float:
    """Return the seconds of a case's linear system once it is compiled; 0 if it has none.

    They do not depend on where samples are: these are at random places.
    """
    problem = PROBLEMS[name]
    run, rule = problem.config(case, 1, SEEDS[0]), problem.cases[case].linear
    if rule is None:
        return 0.0
    system, times = run.system, rule.times(0.0, run.system.horizon)
    count = min(problem.linear_samples, run.n_samples)
    shape = (len(run.mus), times.size, count, len(system.coordinates))
    samples = np.random.default_rng(0).random(shape, np.float32)
    population = Population(
        samples * np.asarray([period or 1.0 for period in system.periods], np.float32),
        times,
        np.asarray(run.mus)[:, None],
        system.periods,
    )
    params = run.network.initialise(jax.random.key(0), dimension=shape[-1], parameters=1)
    model = Model(run.network, params, Scaling.of(population), run.method.epsilon)
    # Parameters follow one another through one program, which the first of them compiles.
    first = Population(
        population.samples[:1], population.times, population.mus[:1], population.periods
    )
    enrich(model, first, rule=rule)
    return clocked(enrich, model, population, rule=rule)[1]


def _nodes(run: Config) -> Node:
    """Return the nodes of one step, with samples at random places."""
    times = run.method.rule.times(0.0, 1.0)
    index, integral, boundary = node_table(run.method.rule, times)
    size = run.minibatch.draw(jax.random.key(0), index.size, run.n_samples).shape
    nodes = Node(
        jnp.asarray(times[index], jnp.float32),
        jnp.zeros((index.size, 1)),
        jax.random.uniform(jax.random.key(1), (*size, len(run.system.coordinates))),
        jnp.asarray(integral, jnp.float32),
        jnp.asarray(boundary, jnp.float32),
    )
    periodic = jnp.asarray([period is not None for period in run.system.periods])
    return run.method.prepare(jax.random.key(3), nodes, periodic)


def _step(run: Config) -> Callable[[], Any]:
    """Return one step of a run: gradient and update."""
    nodes, network = _nodes(run), run.network
    dimension = nodes.x.shape[-1]
    optimiser = run.optimiser(optax.constant_schedule(run.learning_rate))
    params = network.initialise(jax.random.key(2), dimension=dimension, parameters=1)
    state = replicate((params, optimiser.init(params)))
    gradient = value_and_gradient(lambda params, node: run.method.loss(network, params, node))

    @jax.jit
    def step(state, nodes):
        params, moments = state
        loss, slope = gradient(params, nodes)
        update, moments = optimiser.update(slope, moments, params)
        return optax.apply_updates(params, update), moments, loss

    return lambda: step(state, nodes)


def main(arguments: list[str]) -> None:
    """Train what is asked for and write its record."""
    chosen = runs()
    if arguments:
        name, case, steps, seed = arguments
        chosen = [(name, case, int(steps), int(seed))]
    for run in chosen:
        if not RECORDS.read().keys() >= {*outcomes(*run).values()}:
            for what, error in train(*run).items():
                sys.stdout.write(f"{what}: {error:.3f}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
