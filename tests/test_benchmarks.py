"""Benchmarks: what is compared is the same, counted right, and timed as they say."""

import dataclasses
import json
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import translation

from benchmarks import (
    full_model,
    full_size,
    measure,
    notebooks,
    solvers,
    time_to_accuracy,
    training,
)
from benchmarks.outcomes import Outcomes
from benchmarks.problems import PROBLEMS, floors
from hoam import networks, quadrature
from hoam.runs import Config
from hoam.samplers import FlowSampler


@pytest.fixture
def small(monkeypatch):
    """A network that compiles in a moment."""
    monkeypatch.setattr(training, "NETWORK", networks.CoLoRA(width=8, depth=3))


def test_a_time_is_a_median_between_the_extremes_after_a_run_to_warm_up():
    calls = []
    found = measure.timing(lambda: calls.append(0) or jnp.zeros(()), runs=7)
    assert len(calls) == 1 + 7
    assert 0 <= found.low <= found.median <= found.high


def test_of_several_functions_each_timed_run_follows_one_of_the_same():
    calls = []
    measure.timings({n: lambda n=n: calls.append(n) or jnp.zeros(()) for n in "ab"}, runs=7)
    assert "".join(calls) == "aabb" * 7


def test_a_clocked_call_hands_on_what_it_computes_and_lasts_as_long_as_it_works():
    result, seconds = measure.clocked(lambda wait, value: time.sleep(wait) or value, 0.02, value=3)
    assert result == 3
    assert 0.02 <= seconds < 2


def test_a_solver_asks_a_model_as_its_numbers_say():
    model, x0, times = translation.untrained(), np.ones((4, 2), np.float32), np.asarray([0.0, 2.0])
    key, asked = jax.random.key(0), {"times": times, "mu": 1.0}
    np.testing.assert_array_equal(
        solvers.rollout(7).sample(model, key, x0, **asked),
        model.sample(key, x0, max_step=1 / 7, **asked),
    )
    handed = dataclasses.make_dataclass("Sampled", ["sampler"])(None)
    handed.__class__.sample = lambda self, *_, **options: (self.sampler, options["max_step"])
    assert solvers.flow(3, order=2, quiet=True).sample(handed, key, x0, **asked) == (
        FlowSampler(steps=3, order=2, quiet=True),
        None,
    )


def test_the_cheapest_solver_is_the_fastest_that_is_good_enough_or_else_the_best():
    slow, fast, rough = solvers.rollout(64), solvers.rollout(32), solvers.rollout(1)
    found = {
        slow: solvers.Cost(2.0, 0.10),
        fast: solvers.Cost(1.0, 0.12),
        rough: solvers.Cost(0.1, 0.9),
    }
    assert solvers.cheapest(found, goal=0.12) is fast
    assert solvers.cheapest(found, goal=0.11) is slow
    assert solvers.cheapest(found, goal=0.01) is slow


def test_functions_timed_together_run_in_turn():
    order = []
    functions = {name: lambda name=name: order.append(name) for name in "ab"}
    assert set(measure.timings(functions, runs=3)) == {"a", "b"}
    assert order == list("aabb" * 3)


def test_numbers_are_written_with_the_name_of_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "ROOT", tmp_path)
    content = json.loads(measure.save("trial", {"seconds": np.float32(1.5)}).read_text())
    assert content["seconds"] == 1.5
    assert content["machine"]["processor"]
    assert content["machine"]["cores"] >= 1
    assert content["machine"]["devices"] == jax.device_count()


def test_the_fast_and_the_nested_step_agree(small):
    found = training.ratio(runs=1, n_nodes=4)
    assert found["disagreement"]["value"] < 1e-4
    assert found["disagreement"]["gradient"] < 1e-4
    assert found["ratio"] > 0


def test_operations_are_those_of_the_products(small):
    one_way = 2 * (2 * 8 + 8 * 8 + 8 * 1) * 5 * 4 * 16
    assert training.floating_point_operations(dimension=2, samples=4 * 16) == 3 * one_way
    # Two rows of value and generator, one of the value under the layer's time derivative, one of
    # the reverse pass, and one of each direction.
    estimate = training.floating_point_operations(dimension=2, samples=4 * 16, directions=2)
    assert estimate == 3 * one_way / 5 * 6


def test_a_run_of_the_full_model_is_timed_at_every_size():
    found = full_model.scaling((64, 128), updates=64 * 30, runs=1)
    assert [(entry["particles"], entry["steps"]) for entry in found] == [(64, 30), (128, 20)]
    assert all(entry["nanoseconds"]["median"] > 0 for entry in found)


def test_every_notebook_was_timed_by_itself():
    timed = full_size.OUTCOMES.read()["notebooks"]["seconds"]
    assert sorted(timed) == notebooks.names()


def test_notebooks_timed_anew_join_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "OUTCOMES", Outcomes(tmp_path / "full_size.json"))
    monkeypatch.setattr(measure, "ROOT", tmp_path)
    notebooks.OUTCOMES.add("notebooks", {"seconds": {"play": 1.0, "speed": 2.0}})
    monkeypatch.setattr(notebooks, "seconds", lambda name: {"speed": 3.04}[name])
    notebooks.main(["speed"])
    written = json.loads((tmp_path / "results" / "benchmarks" / "notebooks.json").read_text())
    assert written["seconds"] == {"play": 1.0, "speed": 3.0}


def test_steps_to_an_error_lie_on_the_power_law_between_two_budgets():
    steps = np.asarray([100, 400, 800])
    seeds = np.asarray([0.5, 1.0, 2.0])  # the median counts
    curve = time_to_accuracy.Curve(steps, 3.0 + 0.1 * steps, (30 / steps)[:, None] * seeds)
    assert time_to_accuracy.needed(curve, 0.1) == pytest.approx((300, 33))
    assert time_to_accuracy.needed(curve, 1.0) == pytest.approx((100, 13))  # none is shorter
    assert time_to_accuracy.needed(curve, 0.01) == (np.inf, np.inf)
    lucky = curve._replace(errors=np.asarray([[0.1], [0.2], [0.05]]))
    assert time_to_accuracy.needed(lucky, 0.1) == pytest.approx((400 * 2**0.5, 3 + 40 * 2**0.5))


@pytest.mark.parametrize("name", PROBLEMS)
def test_cases_differ_from_the_recipe_and_all_see_as_many_samples_unless_they_say_so(name):
    problem = PROBLEMS[name]
    runs = {case: problem.config(case, 500, 0) for case in problem.cases}
    size = {
        case: run.minibatch.draw(jax.random.key(0), run.method.rule.nodes.size, 10**4).size
        for case, run in runs.items()
    }
    more = {"four times the samples": 4, "eight times the samples at the ends": 8}
    for case, idea in problem.cases.items():
        assert size[case] == size["recipe"] * more.get(case, 1)
        assert (case == "recipe") != (idea.linear is not None or runs[case] != runs["recipe"])
    assert not {*runs["recipe"].system.test_mus} & {*runs["recipe"].validation_mus} or name == (
        "oscillator"  # a model of one frequency; its law is known in closed form
    )


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_case_was_trained_with_all_seeds_at_all_budgets(name):
    found = time_to_accuracy.RECORDS.read()
    wanted = {
        f"{name}, {case}, {steps}, {seed}"
        for case, steps in PROBLEMS[name].runs()
        for seed in time_to_accuracy.SEEDS
    }
    assert {key for key in found if key.startswith(f"{name}, ")} == wanted
    assert all(np.isfinite(found[key]) and found[key] > 0 for key in wanted)


def test_a_network_alone_and_with_its_linear_part_take_one_training(tmp_path, monkeypatch):
    trained = []
    monkeypatch.setattr(time_to_accuracy, "RECORDS", Outcomes(tmp_path / "records.json"))
    monkeypatch.setattr(Config, "run", lambda run, **_: trained.append(run) or "network")
    monkeypatch.setattr(time_to_accuracy, "with_linear_part", lambda *_: "with linear part")
    error = {"network": 1.0, "with linear part": 2.0}
    problem = dataclasses.replace(PROBLEMS["oscillator"], judge=lambda run: error.get)
    monkeypatch.setitem(PROBLEMS, "oscillator", problem)
    new = time_to_accuracy.train("oscillator", "linear part", 150, 1)
    assert new == {"oscillator, recipe, 150, 1": 1.0, "oscillator, linear part, 150, 1": 2.0}
    assert time_to_accuracy.RECORDS.read() == new
    assert len(trained) == 1


def test_the_linear_system_takes_training_samples_of_the_run_at_the_nodes_of_its_rule(monkeypatch):
    run = dataclasses.replace(PROBLEMS["oscillator"].config("linear part", 1, 0), n_samples=5000)
    rule = quadrature.gauss_legendre(3)
    monkeypatch.setattr(time_to_accuracy, "enrich", lambda model, population, rule: population)
    handed = time_to_accuracy.with_linear_part("network", run, rule, 4096)
    same = run.system.population(
        run.keys()["train"], mus=run.mus, times=rule.times(0.0, 1.0), n_samples=5000
    )
    np.testing.assert_array_equal(handed.samples, same.samples[:, :, :4096])


def test_the_law_itself_is_at_the_floor_and_a_population_that_rests_is_not(monkeypatch):
    run = PROBLEMS["oscillator"].config("recipe", 1, 0)
    judge = floors(run)
    at_rest, exact = (
        dataclasses.make_dataclass("Rolled", [], namespace={"sample": method})()
        for method in (
            lambda self, key, x0, *, times, **_: np.broadcast_to(x0, (len(times), *x0.shape)),
            lambda self, key, x0, *, times, **_: run.system.simulate(
                key, mu=8.0, times=times, n_samples=len(x0)
            ),
        )
    )
    assert 0.3 < judge(exact) < 3
    assert judge(at_rest) > 100


def test_the_ideas_that_the_chapter_on_trainings_says_pay_do_so():
    found, goal = time_to_accuracy.RECORDS.read(), PROBLEMS["two streams"].goal

    def errors(case, steps):
        seeds = time_to_accuracy.SEEDS
        return [found[f"two streams, {case}, {steps}, {seed}"] for seed in seeds]

    def median(case, steps):
        return np.median(errors(case, steps))

    for steps in (500, 1000):
        recipe = median("recipe", steps)
        assert min(median(f"{draw} samples", steps) for draw in ("independent", "paired")) > (
            1.3 * recipe
        )
        assert median("no frequencies", steps) > 1.2 * recipe
        for case in ("Adam instead of Muon", "even weight in time"):
            assert abs(np.log(median(case, steps) / recipe)) < np.log(1.3)
    assert median("Lion instead of Muon", 1000) > 1.3 * median("recipe", 1000)
    assert median("Muon at a third of the step", 1000) > median("recipe", 1000)
    assert median("Muon at thrice the step", 1000) == 1
    adam = median("Adam instead of Muon", 1000)
    assert min(median(f"Adam at {part} the step", 1000) for part in ("a third of", "thrice")) > adam
    for steps in (500, 1000):
        cells, blocks = median("recipe", steps), median("Sobol blocks", steps)
        assert cells < blocks < median("independent samples", steps)
    assert median("half the width", 500) < 1.1 * median("recipe", 500)
    assert median("half the width", 1000) < median("recipe", 1000)
    recipe = errors("recipe", 500)
    assert abs(np.log(median("average of the weights", 500) / np.median(recipe))) < np.log(1.1)
    assert min(errors("four parameters a move", 500)) > max(recipe)
    for case in ("twice the width", "a tenth of the output"):
        assert median(case, 500) > 1.5 * np.median(recipe)
    assert median("four times the samples", 250) > median("recipe", 1000)
    free, adam = (errors(case, 500) for case in ("Schedule-Free Adam", "Adam instead of Muon"))
    assert min(free) < max(adam)
    assert np.median(free) > np.median(adam)
    assert median("linear part", 100) < 1.1 * goal
    assert median("linear part", 250) < 0.7 * median("recipe", 1000)

    found = {key: value for key, value in found.items() if key.startswith("oscillator, ")}
    for case, steps in PROBLEMS["oscillator"].runs():
        floors = [found[f"oscillator, {case}, {steps}, {seed}"] for seed in (0, 1, 2)]
        assert np.median(floors) > PROBLEMS["oscillator"].goal
        if steps <= 600:
            assert min(floors) > 2
    last = {
        case: np.median([found[f"oscillator, {case}, 600, {seed}"] for seed in (0, 1, 2)])
        for case in PROBLEMS["oscillator"].cases
    }
    assert abs(np.log(last["cells"] / last["recipe"])) < np.log(1.3)
    assert last["linear part"] > 10 * last["plain"] > 20 * last["recipe"]
