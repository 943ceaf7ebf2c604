"""The study of stability: errors of rules in two parts, and a record of every training."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks import exact_loss, stability
from benchmarks.outcomes import Outcomes, significant
from benchmarks.rule_errors import parts
from hoam import minibatches, networks, quadrature
from hoam.model import Model
from hoam.nodes import node_table
from hoam.scaling import Scaling
from hoam.types import Node

FINE = quadrature.gauss_legendre(40)


def columns(times, *, gauge=0.0, shape=0.0):
    """What some potential gives: c' = gauge sin(3t) and the shape's integrand shape t^2."""
    times = np.asarray(times)
    return {"change": gauge * np.sin(3 * times), "shape": shape * times**2}


def test_a_function_of_time_shows_in_the_gauge_part_alone_and_the_rest_in_the_other():
    for rule in (quadrature.simpson(5), quadrature.gauss_legendre(1), quadrature.monte_carlo(8)):
        found = {
            name: parts(
                rule,
                lambda times, only=only: columns(times, **only),
                exact=columns(FINE.nodes, **only),
                fine=FINE,
            )
            for name, only in {"gauge": {"gauge": 1.0}, "shape": {"shape": 1.0}}.items()
        }
        assert found["gauge"][1] == found["shape"][0] == 0
        assert abs(found["gauge"][0]) > 1e-4
        assert abs(found["shape"][1]) > 1e-4 or rule.name == "Simpson 5"  # exact to degree 3
    gauge, shape = parts(
        quadrature.gauss_legendre(1),
        lambda times: columns(times, gauge=1.0, shape=1.0),
        exact=columns(FINE.nodes, gauge=1.0, shape=1.0),
        fine=FINE,
    )
    assert gauge == pytest.approx(np.sin(1.5) - (1 - np.cos(3)) / 3)
    assert shape == pytest.approx(1 / 4 - 1 / 3)


def test_the_error_of_random_times_is_the_deviation_of_their_mean():
    _, shape = parts(
        quadrature.monte_carlo(50),
        columns,
        exact=columns(FINE.nodes, shape=1.0),
        fine=FINE,
    )
    assert shape == pytest.approx(np.sqrt((1 / 5 - 1 / 9) / 50), rel=0.1)


@pytest.fixture
def small(monkeypatch):
    """An untrained model and few markers that were held out."""
    monkeypatch.setattr(exact_loss, "_SIMULATED", 2**10)
    monkeypatch.setattr(exact_loss, "_JUDGED", 2**8)
    exact_loss.held_out.cache_clear()
    network = networks.CoLoRA(width=8, depth=3, periodic=(True, False))
    params = network.initialise(jax.random.key(3), dimension=2, parameters=1)
    scaling = Scaling(
        (0.0, -8.0), (50.0, 16.0), 0.0, 40.0, (1.55,), (0.2,), (1.2,), (1.9,), (50.0, None)
    )
    yield Model(network, params, scaling, 0.0)
    exact_loss.held_out.cache_clear()


def loss(model, method, times):
    """The loss of a method as training takes it, on all markers held out."""
    known, states, _ = exact_loss.held_out()
    rows = np.abs(known[:, None] - times).argmin(axis=0)
    _, integral, boundary = node_table(method.rule, known[rows])
    total = 0.0
    for m, mu in enumerate((1.35, 1.65)):
        standard = model.scaling.parameters(np.asarray([[mu]]))[0]
        nodes = Node(
            jnp.asarray(times, jnp.float32),
            jnp.broadcast_to(jnp.asarray(standard, jnp.float32), (times.size, 1)),
            jnp.asarray(model.scaling.states(states[m, rows])),
            jnp.asarray(integral, jnp.float32),
            jnp.asarray(boundary, jnp.float32),
        )
        nodes = method.prepare(jax.random.key(0), nodes, jnp.asarray([True, False]))
        terms = jax.lax.map(lambda node: method.loss(model.network, model.params, node), nodes)
        total += float(terms.sum()) / 2
    return total


@pytest.mark.parametrize("name", ["hoam_g", "hoam_s", "dice"])
def test_what_a_training_sees_is_the_exact_loss_and_the_two_parts_of_the_error(small, name):
    method = stability.config(name, 16, 0).method
    exact = exact_loss.columns(small, exact_loss.FINE.nodes)
    gauge, shape = parts(
        method.rule,
        lambda times: exact_loss.columns(small, times),
        exact=exact,
        fine=exact_loss.FINE,
        discrete=name == "dice",
    )
    seen = loss(small, method, method.rule.times(0.0, 1.0))
    assert exact_loss.exact_loss(small) + gauge + shape == pytest.approx(seen, rel=1e-4)
    assert max(abs(gauge), abs(shape)) > 1e-3  # so that leaving one out would be seen


def test_the_exact_loss_of_what_does_not_move_is_zero(small):
    still = Model(small.network, jax.tree.map(jnp.zeros_like, small.params), small.scaling, 0.0)
    assert exact_loss.exact_loss(still) == 0
    assert exact_loss.exact_loss(small) != 0


def test_all_trainings_differ_in_method_nodes_and_seed_alone():
    runs = {(m, n): stability.config(m, n, 1) for m in stability.METHODS.values() for n in (16, 64)}
    for (method, nodes), run in runs.items():
        batch = run.minibatch.draw(jax.random.key(0), nodes, 10**4)
        assert batch.size == stability.SAMPLES
        assert run.method.rule.nodes.size == nodes + (method == "hoam_s")
        assert "weight decaying(2.5)" in run.method.name
        assert run.method.name.startswith("DICE") == (method == "dice")
        other = runs["hoam_g", nodes]
        for same in ("network", "system", "mus", "steps", "seed", "n_samples", "learning_rate"):
            assert getattr(run, same) == getattr(other, same)


def test_samples_are_ordered_once_as_long_as_they_are_the_same():
    calls = []
    arrange = stability.remembered(lambda x: calls.append(0) or minibatches.in_cells(x))
    x = np.random.default_rng(0).normal(size=(1, 2, 64, 2)).astype(np.float32)
    np.testing.assert_array_equal(arrange(x), minibatches.in_cells(x))
    np.testing.assert_array_equal(arrange(x.copy()), minibatches.in_cells(x))
    assert len(calls) == 1
    np.testing.assert_array_equal(arrange(2 * x), minibatches.in_cells(2 * x))
    assert len(calls) == 2


def test_a_study_goes_on_from_what_it_has(tmp_path, capsys):
    outcomes, trained = Outcomes(tmp_path / "study.json"), []

    def train(case, seed):
        trained.append((case, seed))
        if len(trained) == 2:
            raise KeyboardInterrupt
        return {"error": seed}

    runs = [("b", 0), ("a", 1)]
    with pytest.raises(KeyboardInterrupt):
        outcomes.complete(runs, train)
    assert outcomes.read() == {"b, 0": {"error": 0}}
    outcomes.complete(runs, train)
    assert trained == [("b", 0), ("a", 1), ("a", 1)]
    assert list(json.loads(outcomes.path.read_text())) == ["a, 1", "b, 0"]
    assert "a, 1: {'error': 1}" in capsys.readouterr().out


def test_an_outcome_that_is_no_number_is_not_written(tmp_path):
    outcomes = Outcomes(tmp_path / "study.json")
    with pytest.raises(ValueError, match="not JSON compliant"):
        outcomes.add("a", float("nan"))
    assert outcomes.read() == {}
    assert significant(0.0123456) == 0.01235


def test_every_method_was_trained_with_all_nodes_and_several_seeds():
    found = stability.OUTCOMES.read()
    planned = {
        f"{method}, {nodes}, {seed}"
        for method in stability.METHODS.values()
        for nodes in stability.NODES
        for seed in stability.SEEDS
    }
    assert found.keys() <= planned
    assert len(stability.seeds(found)) > 1


def test_a_seed_counts_once_all_its_trainings_are_there():
    found = {f"{m}, {n}, 2": {} for m in stability.METHODS.values() for n in stability.NODES}
    assert stability.seeds(found | {"hoam_g, 16, 0": {}}) == [2]
    found.popitem()
    assert stability.seeds(found) == []


@pytest.mark.parametrize(
    ("outcome", "worse"),
    [({}, True), ({"exact": None}, True), ({"exact": 0.1}, True), ({"exact": -0.1}, False)],
)
def test_a_training_has_diverged_that_is_worse_than_standing_still(outcome, worse):
    assert stability.diverged(outcome) is worse


def test_only_a_diverged_training_has_a_number_that_is_not_finite():
    for outcome in stability.OUTCOMES.read().values():
        missing = [name for name, value in outcome.items() if value is None]
        assert stability.diverged(outcome) or (outcome and not missing)
