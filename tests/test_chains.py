"""Stored answers of chains are those of the shipped models, and what is asked is what pages say."""

import dataclasses
import json
import os

import jax
import numpy as np
import pytest

from benchmarks import chains, questions, solvers
from benchmarks.outcomes import Outcomes
from hoam import systems
from tests import translation


def test_every_chain_has_an_outcome_of_the_shipped_model():
    found = chains.OUTCOMES.read()
    assert set(found) == {chains.name(*run) for run in chains.runs()}
    for case, mu, seed in chains.runs():
        assert found[chains.name(case, mu, seed)]["model"] == chains.digest(case, seed)
        assert np.all(np.isfinite(chains.outcome(case, mu, seed)))


def test_only_chains_of_models_that_have_changed_run_again(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(chains, "OUTCOMES", Outcomes(tmp_path / "chains.json"))
    monkeypatch.setattr(chains, "run", lambda *what: asked.append(what) or {"model": "same"})
    monkeypatch.setattr(chains, "digest", lambda case, seed: "same")
    chains.main()
    assert asked == chains.runs()
    chains.main()
    assert asked == chains.runs()
    monkeypatch.setattr(chains, "digest", lambda case, seed: "new" if case == "bump" else "same")
    chains.main()
    again = asked[len(chains.runs()) :]
    assert len(again) == 2 * len(questions.seeds("bump", "ncsm"))
    assert {case for case, *_ in again} == {"bump"}


def test_no_parameter_that_is_asked_for_was_trained_on():
    for case, mu, _ in chains.runs():
        system = (questions.PARTICLES | questions.PLASMAS)[case].system
        assert mu in system.test_mus
        assert mu not in system.train_mus


def drawn(root, notebook, figure):
    """Return the numbers of a figure that the build has drawn, and the file of its data."""
    path = root / "results" / f"{notebook}.json"
    run = json.loads(path.read_text()) if path.exists() else {"profile": None}
    if run["profile"] != "book":
        assert "CI" not in os.environ, "Expected results of the book. Use `make book`."
        pytest.skip("the book's results are not there")
    return run["figures"][figure]["numbers"], root / "results" / "figures" / f"{figure}.npz"


@pytest.mark.parametrize("case", questions.PARTICLES)
def test_the_chain_of_a_page_has_the_stored_error(root, case):
    numbers, _ = drawn(root, "comparison", "fig-comparison-errors")
    mu = questions.PARTICLES[case].mu
    stored = [chains.outcome(case, mu, seed) for seed in questions.seeds(case, "ncsm")]
    for name, statistic in (("best_", np.min), ("", np.median), ("worst_", np.max)):
        assert numbers[f"ncsm_{name}{case}"] == pytest.approx(statistic(stored), rel=0.03)


@pytest.mark.parametrize(
    ("case", "end"), [("two_stream", "125"), ("bump", "135"), ("landau", "875")]
)
def test_the_chain_of_a_page_has_the_stored_energies(root, case, end):
    numbers, data = drawn(root, "comparison_plasmas", "fig-plasmas-energy")
    mu = questions.PLASMAS[case].system.test_mus[0]
    with np.load(data) as arrays:
        energies = arrays[f"ncsm_{case}_{end}"] + numbers[f"noise_{case}_{end}"]
    stored = [chains.outcome(case, mu, seed) for seed in questions.seeds(case, "ncsm")]
    np.testing.assert_allclose(energies, stored, rtol=0.03, atol=1e-6)


def test_a_chain_is_asked_for_each_time_alone_and_a_rollout_for_all_at_once():
    times, x0 = np.asarray([0.0, 1.0, 2.0, 3.0]), np.ones((4, 2), np.float32)
    asked = []

    def sample(self, key, x0, *, times, mu, max_step):
        asked.append(tuple(times))
        return np.broadcast_to(x0, (len(times), *x0.shape)) + np.asarray(times)[:, None, None]

    model = dataclasses.make_dataclass("Model", ["sampler"], namespace={"sample": sample})(None)
    for solver, calls in (
        (solvers.rollout(4), [(0, 1, 2, 3)]),
        (solvers.flow(), [(0, 1, 2, 3)]),
        (solvers.chain(2), [(0, 1), (0, 2), (0, 3)]),
    ):
        asked.clear()
        paths, seconds = solver.answer(model, jax.random.key(0), x0, times=times, mu=1.0)
        assert asked == calls
        assert len(seconds) == len(calls)
        np.testing.assert_array_equal(paths[:, 0, 0], 1 + times)


def test_an_answer_starts_with_the_start_and_goes_on_as_the_model():
    model, x0 = translation.untrained(), np.ones((4, 2), np.float32)
    key, where = jax.random.key(0), {"times": np.linspace(0, 2, 3), "mu": 1.0}
    paths, _ = solvers.rollout(8).answer(model, key, x0, **where)
    np.testing.assert_array_equal(paths[0], x0)
    np.testing.assert_array_equal(paths, model.sample(key, x0, max_step=1 / 8, **where))


def test_the_error_is_small_between_two_runs_and_large_but_finite_for_lost_samples():
    question = questions.PARTICLES["bistable"].question(n_samples=256, intervals=4)
    lost = question.truth + 1e6
    with jax.numpy_rank_promotion("allow"):  # OTT relies on it
        floor, far = question.error(question.other), question.error(lost)
        assert 0 < floor < 0.1
        assert question.error(question.truth) == pytest.approx(0, abs=1e-6)
        assert 10 * floor < far < 100
        # The same at every second output time, which are those that count.
        assert question.error(lost[::2], every=2) == far


def test_independent_samples_of_a_uniform_plasma_have_the_energy_of_noise():
    plasma, n, mu = questions.PLASMAS["two_stream"], 1024, 1.25
    assert isinstance(plasma.system, systems.TwoStream)
    x = np.random.default_rng(0).uniform(0, plasma.system.length, (400, n, 1))
    energies = plasma.energy(np.concatenate([x, 0 * x], axis=-1).astype(np.float32), mu)
    error = energies.std() / np.sqrt(len(energies))
    assert abs(energies.mean() - plasma.noise(mu, n)) < 4 * error < 0.4 * plasma.noise(mu, n)
