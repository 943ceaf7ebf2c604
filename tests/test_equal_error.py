"""Stored costs are those of the shipped models, and the fastest of what reaches an error counts."""

import json

import jax
import numpy as np
import pytest

from benchmarks import equal_error, full_size, measure, questions, solvers
from benchmarks.equal_error import Run
from benchmarks.outcomes import Outcomes


def test_every_solver_of_every_shipped_model_has_a_cost():
    found = equal_error.OUTCOMES.read()
    assert set(found) == {"machine", *(run.name for run in equal_error.runs())}
    for run in equal_error.runs():
        assert found[run.name]["model"] == run.digest, run.name
        if run.method == "full":
            assert len(found[run.name]["seconds"]) == measure.RUNS
            continue
        for solver in equal_error.SOLVERS[run.case][run.method]:
            stored = found[run.name]["costs"][solver.label]
            assert len(stored["seconds"]) == equal_error.CALLS
            assert all(0 < seconds < 1000 for seconds in stored["seconds"])
            assert 0 < stored["error"] < np.inf


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
    assert len(again) == sum(len(questions.seeds(case, "ncsm")) for case in equal_error.SOLVERS)
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
    stored = equal_error.error(case, "hoam_g", solver, seed=1)
    with jax.numpy_rank_promotion("allow"):  # OTT relies on it
        found = question.error(question.ask(model, solver).paths)
    assert found == pytest.approx(stored, rel=0.05)


def test_costs_are_medians_of_all_calls_and_of_the_errors_of_the_seeds(tmp_path, monkeypatch):
    monkeypatch.setattr(equal_error, "OUTCOMES", Outcomes(tmp_path / "equal_error.json"))
    labels = [solver.label for solver in equal_error.SOLVERS["bistable"]["hoam_g"]]
    each = (([1.0, 9.0, 8.0], 0.3), ([5.0, 6.0, 4.0], 0.1), ([2.0, 7.0, 3.0], 0.2))
    for seed, (seconds, error) in enumerate(each):
        costs = {label: {"seconds": seconds, "error": error} for label in labels}
        equal_error.OUTCOMES.add(Run("bistable", 0.2, "hoam_g", seed).name, {"costs": costs})
    for found in equal_error.costs("bistable", "hoam_g").values():
        assert found == solvers.Cost(5.0, 0.2)
    assert equal_error.seconds("bistable", "hoam_g") == (5.0, 1.0, 9.0)


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


class Answering:
    """A question whose answers take one second more each time, the first a hundred."""

    start, times = np.zeros((4, 2)), np.linspace(0, 1, 9)

    def __init__(self):
        self.took = iter([100.0, 1.0, 2.0, 3.0, 4.0])

    def ask(self, model, solver, *, every):
        calls = 5 if solver.is_chain else 1
        return solvers.Answer(np.zeros((1, 4, 2)), tuple(next(self.took) for _ in range(calls)))

    def error(self, paths, *, every):
        return 0.5


@pytest.mark.parametrize("solver", [solvers.rollout(16), solvers.chain()])
def test_three_calls_count_after_one_that_compiles(monkeypatch, solver):
    asked = Answering()
    monkeypatch.setattr(equal_error, "_question", lambda case: asked)
    method = "ncsm" if solver.is_chain else "hoam_g"
    monkeypatch.setitem(equal_error.SOLVERS["bistable"], method, [solver])
    found = equal_error.measured(Run("bistable", 0.2, method, 0))
    # Seconds of one output time, of which there are eight after the start.
    assert found["costs"][solver.label] == {"seconds": [8.0, 16.0, 24.0], "error": 0.5}


def test_a_full_model_is_timed_seven_times_after_one_that_compiles(monkeypatch):
    took = iter([100.0, *range(1, 8)])
    monkeypatch.setattr(equal_error, "_full", lambda case, mu: (None, float(next(took))))
    found = equal_error.measured(Run("landau", 0.875, "full", 0))
    assert found["seconds"] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


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
