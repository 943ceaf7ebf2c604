"""Stored costs are those of the shipped models, and the fastest of what reaches an error counts."""

import json

import jax
import numpy as np
import pytest

from benchmarks import equal_error, full_size, questions, solvers
from benchmarks.equal_error import Run
from benchmarks.outcomes import Outcomes


def test_every_solver_of_every_shipped_model_has_a_cost():
    found = equal_error.OUTCOMES.read()
    assert set(found) == {"machine", *(run.name for run in equal_error.runs())}
    for run in equal_error.runs():
        assert found[run.name]["model"] == run.digest, run.name
        if run.method == "full":
            assert equal_error.full_seconds(run.case) > 0
            continue
        costs = equal_error.costs(run.case, run.method, run.seed, mu=run.mu)
        for seconds, error in costs.values():
            assert 0 < seconds < 1000
            assert 0 < error < np.inf


def test_only_runs_of_models_that_have_changed_are_measured_again(tmp_path, monkeypatch):
    measured = []
    monkeypatch.setattr(equal_error, "OUTCOMES", Outcomes(tmp_path / "equal_error.json"))
    monkeypatch.setattr(
        equal_error, "measured", lambda run: measured.append(run) or {"model": run.digest}
    )
    equal_error.main()
    assert measured == list(equal_error.runs())
    equal_error.main()
    assert measured == list(equal_error.runs())
    digest = questions.digest
    monkeypatch.setattr(
        questions, "digest", lambda *model: "new" if "ncsm" in model else digest(*model)
    )
    equal_error.main()
    again = measured[len(list(equal_error.runs())) :]
    assert len(again) == len(equal_error.SOLVERS) * len(equal_error.SEEDS)
    assert {run.method for run in again} == {"ncsm"}


def test_parameters_are_held_out_and_steps_are_chosen_at_others():
    for case, mu, method, _ in equal_error.runs():
        asked = (questions.PARTICLES | questions.PLASMAS)[case]
        assert mu not in asked.system.train_mus
        if mu not in asked.system.test_mus:
            assert (mu, method) == (asked.validation_mu, "cfm")


def test_a_stored_error_is_found_again():
    case, solver = "bistable", solvers.rollout(16)
    question = questions.PARTICLES[case].question()
    model = questions.trained(questions.PARTICLES[case].stem, "hoam_g", 1)
    stored = equal_error.costs(case, "hoam_g", 1)[solver]
    with jax.numpy_rank_promotion("allow"):  # OTT relies on it
        found = question.error(question.ask(model, solver).paths)
    assert found == pytest.approx(stored.error, rel=0.05)


def test_costs_over_seeds_are_medians(tmp_path, monkeypatch):
    monkeypatch.setattr(equal_error, "OUTCOMES", Outcomes(tmp_path / "equal_error.json"))
    labels = [solver.label for solver in equal_error.SOLVERS["bistable"]["dice"]]
    for seed, (seconds, error) in enumerate(((1.0, 0.3), (5.0, 0.1), (2.0, 0.2))):
        costs = {label: {"seconds": seconds, "error": error} for label in labels}
        equal_error.OUTCOMES.add(Run("bistable", 0.2, "dice", seed).name, {"costs": costs})
    for found in equal_error.over_seeds("bistable", "dice").values():
        assert found == solvers.Cost(2.0, 0.2)


@pytest.mark.parametrize(
    ("case", "solver", "every"),
    [
        ("bistable", solvers.rollout(16), 1),
        ("bistable", solvers.flow(), 1),
        ("bistable", solvers.chain(levels=5), 2),
        ("landau", solvers.rollout(16), 1),
        ("landau", solvers.flow(2, order=2), 1),
        ("landau", solvers.flow(), 4),
        ("landau", solvers.chain(30), 4),
    ],
)
def test_long_solvers_are_asked_for_fewer_times(case, solver, every):
    assert equal_error.stride(case, solver) == every


@pytest.mark.parametrize("case", equal_error.SOLVERS)
def test_the_median_of_the_seeds_lies_in_their_range(case):
    for method, (default, *_) in equal_error.SOLVERS[case].items():
        ends = equal_error.range_of_seconds(case, method)
        middle = equal_error.over_seeds(case, method)[default].seconds
        assert 0 < ends["fastest"] <= middle <= ends["slowest"]


def test_the_book_has_the_numbers_that_the_benchmarks_wrote(tmp_path, monkeypatch):
    shipped = full_size.OUTCOMES.read()
    monkeypatch.setattr(full_size, "ROOT", tmp_path)
    monkeypatch.setattr(full_size, "OUTCOMES", Outcomes(tmp_path / "full_size.json"))
    for name, content in shipped.items():
        path = tmp_path / "results" / "benchmarks" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    full_size.collect()
    assert full_size.OUTCOMES.read() == shipped
    numbers = full_size.numbers()
    step = shipped["training-2-devices"]["step"]
    assert numbers["step_ratio"] == step["ratio"]
    assert numbers["step_ratio"] == pytest.approx(
        step["seconds"]["nested"]["median"] / step["seconds"]["fast"]["median"]
    )
    assert all(np.isfinite(list(numbers.values())))
    assert {"full_model", "startup", "memory"} <= set(shipped)
