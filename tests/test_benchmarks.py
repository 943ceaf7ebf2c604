"""Benchmarks: what is compared is the same, counted right, and timed as they say."""

import dataclasses
import json
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import translation

from benchmarks import full_model, measure, solvers, time_to_accuracy, training
from hoam import networks
from hoam.samplers import FlowSampler


@pytest.fixture
def small(monkeypatch):
    """A network that compiles in a moment."""
    monkeypatch.setattr(training, "NETWORK", networks.CoLoRA(width=8, depth=3))


def test_a_time_is_a_median_between_the_extremes_and_a_run_to_warm_up_comes_before_each():
    calls = []
    found = measure.timing(lambda: calls.append(0) or jnp.zeros(()), runs=7)
    assert len(calls) == 14
    assert 0 <= found.low <= found.median <= found.high


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


def test_a_run_of_the_full_model_is_timed_at_every_size():
    found = full_model.scaling((64, 128), updates=256, runs=1)
    assert [(entry["particles"], entry["steps"]) for entry in found] == [(64, 4), (128, 2)]
    assert all(entry["nanoseconds"]["median"] > 0 for entry in found)


def test_steps_to_an_error_lie_on_the_power_law_between_two_budgets():
    error = {steps: 30 / steps for steps in (100, 400, 800)}
    assert time_to_accuracy.needed(error, 0.1) == pytest.approx(300)
    assert time_to_accuracy.needed(error, 1.0) == pytest.approx(100)  # nothing shorter was tried
    assert time_to_accuracy.needed(error, 0.01) == np.inf


def test_every_case_differs_from_the_recipe_and_all_see_as_many_samples():
    runs = {case: time_to_accuracy.config(case, 500, 0) for case in time_to_accuracy.CASES}
    for case, run in runs.items():
        batch = run.minibatch.draw(jax.random.key(0), run.method.rule.nodes.size, 10**4)
        assert batch.size == 64 * 128
        assert (case == "recipe") or run != runs["recipe"]


def test_every_case_was_trained_with_several_seeds_and_plain_up_to_the_goal():
    known = time_to_accuracy.errors(time_to_accuracy.records())
    assert known.keys() == time_to_accuracy.CASES.keys()
    assert all({500, 1000} <= budgets.keys() for budgets in known.values())
    assert np.median(known["plain"][2000]) < time_to_accuracy.GOAL


def test_one_seed_is_no_spread():
    found = {"recipe, 500, 0": 0.1, "recipe, 1000, 0": 0.2, "recipe, 1000, 2": 0.3}
    (errors,) = time_to_accuracy.errors(found).values()
    assert list(errors) == [1000]
    np.testing.assert_array_equal(errors[1000], [0.2, 0.3])


def test_the_ideas_that_the_chapter_on_speed_says_pay_do_so_at_both_budgets():
    known = time_to_accuracy.errors(time_to_accuracy.records())
    medians = {case: [np.median(known[case][steps]) for steps in (500, 1000)] for case in known}
    recipe = np.asarray(medians["recipe"])
    for case in ("independent samples", "paired samples", "no frequencies"):
        assert (medians[case] > 1.3 * recipe).all()
    for case in ("Adam instead of Muon", "even weight in time"):
        assert (np.abs(np.log(medians[case] / recipe)) < np.log(1.3)).all()
