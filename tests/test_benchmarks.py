"""Benchmarks: what is compared is the same, counted right, and timed as they say."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks import full_model, measure, training
from hoam import networks


@pytest.fixture
def small(monkeypatch):
    """A network that compiles in a moment."""
    monkeypatch.setattr(training, "NETWORK", networks.CoLoRA(width=8, depth=3))


def test_a_time_is_a_median_between_the_extremes_and_the_first_run_does_not_count():
    calls = []
    found = measure.timing(lambda: calls.append(0) or jnp.zeros(()), runs=7)
    assert len(calls) == 8
    assert 0 <= found.low <= found.median <= found.high


def test_functions_timed_together_run_in_turn():
    order = []
    functions = {name: lambda name=name: order.append(name) for name in "ab"}
    assert set(measure.timings(functions, runs=3)) == {"a", "b"}
    assert order == list("ab" * 4)


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
