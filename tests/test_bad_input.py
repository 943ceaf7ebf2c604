"""Bad input: one clear error, before any compilation, and nothing written or lost."""

import re

import jax
import numpy as np
import pytest
import translation
from faults import assert_clear
from translation import train

from hoam import calculus, check, metrics, minibatches, networks, quadrature
from hoam.methods import action_matching, decaying, dice, flow_matching
from hoam.population import Population
from hoam.results import dumps, versions
from hoam.samplers import AnnealedLangevin, FlowSampler
from hoam.systems import Oscillator, TwoStream
from hoam.types import as_times

pytestmark = pytest.mark.usefixtures("as_users_run_it")
KEY = jax.random.key(0)
GOOD = np.zeros((2, 3, 4, 2))
TIMES = np.linspace(0, 1, 3)
MUS = np.asarray([1.0, 2.0])


def with_value(value):
    samples = GOOD.copy()
    samples[1, 2, 3, 0] = value
    return samples


@pytest.fixture(scope="module")
def model():
    """An untrained model of a translation."""
    return translation.untrained()


POPULATIONS = {
    "a NaN": (lambda: Population(with_value(np.nan), TIMES, MUS), "nan at index [1, 2, 3, 0]"),
    "an infinity": (lambda: Population(with_value(np.inf), TIMES, MUS), "inf at index"),
    "three axes": (lambda: Population(GOOD.reshape(2, 3, 8), TIMES, MUS), "(2, 3, 8)"),
    "five axes": (lambda: Population(GOOD[None], TIMES, MUS), "(1, 2, 3, 4, 2)"),
    "no samples": (lambda: Population(GOOD[:, :, :0], TIMES, MUS), "(2, 3, 0, 2)"),
    "integer samples": (lambda: Population(GOOD.astype(int), TIMES, MUS), "dtype int64"),
    "descending times": (lambda: Population(GOOD, TIMES[::-1], MUS), "ascending"),
    "repeated times": (lambda: Population(GOOD, np.asarray([0, 1, 1.0]), MUS), "ascending"),
    "NaN among times": (lambda: Population(GOOD, np.asarray([0, np.nan, 1]), MUS), "ascending"),
    "one time": (lambda: Population(GOOD[:, :1], TIMES[:1], MUS), "at least two times"),
    "too many times": (lambda: Population(GOOD, np.linspace(0, 1, 5), MUS), "3; got 5"),
    "too few mus": (lambda: Population(GOOD, TIMES, 1.0), "2; got 1"),
    "too many mus": (lambda: Population(GOOD, TIMES, np.arange(3.0)), "2; got 3"),
    "NaN among mus": (lambda: Population(GOOD, TIMES, np.asarray([1, np.nan])), "finite mus"),
    "mus of three axes": (lambda: Population(GOOD, TIMES, np.ones((2, 1, 1))), "[M, P]"),
    "a missing period": (lambda: Population(GOOD, TIMES, MUS, (50.0,)), "(50.0,)"),
    "a negative period": (lambda: Population(GOOD, TIMES, MUS, (-1.0, None)), "(-1.0, None)"),
}
NUMBERS = {
    "an even number of Simpson nodes": (lambda: quadrature.simpson(64), "got 64. Use 65"),
    "one Simpson node": (lambda: quadrature.simpson(1), "got 1. Use 3"),
    "no Gauss node": (lambda: quadrature.gauss_legendre(0), "got 0"),
    "one trapezoidal node": (lambda: quadrature.trapezoid(1), "got 1"),
    "no random node": (lambda: quadrature.monte_carlo(0), "got 0"),
    "spline times too irregular": (
        lambda: quadrature.spline(np.asarray([0.0, 0.001, 0.5, 0.999, 1.0])),
        "positive spline weights",
    ),
    "one spline time": (lambda: quadrature.spline(np.zeros(1)), "two times"),
    "values that match no nodes": (
        lambda: quadrature.simpson(5).integrate(np.zeros(4)),
        "5 values, one per node; got shape (4,)",
    ),
    "a negative epsilon": (
        lambda: action_matching(rule=quadrature.simpson(3), epsilon=-1.0),
        "got -1.0",
    ),
    "a NaN epsilon": (
        lambda: action_matching(rule=quadrature.simpson(3), epsilon=float("nan")),
        "got nan",
    ),
    "a negative epsilon of DICE": (
        lambda: dice(rule=quadrature.simpson(3), epsilon=-1.0),
        "got -1.0",
    ),
    "a flow without steps": (lambda: FlowSampler(steps=0), "got 0, 4 and 0.25"),
    "a solver of order 3": (lambda: FlowSampler(order=3), "an order of [1, 2, 4]"),
    "a flow from a point": (lambda: FlowSampler(spread=0.0), "32, 4 and 0.0"),
    "one noise level": (lambda: AnnealedLangevin(levels=1), "got 1, 100 and 0.2"),
    "Langevin dynamics without steps": (lambda: AnnealedLangevin(steps=0), "got 10, 0 and 0.2"),
    "unstable Langevin dynamics": (lambda: AnnealedLangevin(ratio=4.0), "got 10, 100 and 4.0"),
    "noise levels that rise": (
        lambda: AnnealedLangevin(smallest=2.0),
        "smallest=2.0 and largest=1.0",
    ),
    "a weight that does not decay": (lambda: decaying(0.0), "got 0.0"),
    "no probe": (lambda: calculus.hutchinson(lambda x, t, mu: x.sum(), probes=0), "got 0"),
    "an empty minibatch": (lambda: minibatches.stratified(0), "got 0"),
    "periodic inputs of another dimension": (
        lambda: networks.MLP(periodic=(True,)).initialise(KEY, dimension=2, parameters=1),
        "2; got (True,)",
    ),
    "an unknown loading": (lambda: TwoStream(loading="loud"), "'loud'"),
    "one particle": (
        lambda: Oscillator().simulate(KEY, mu=2.0, times=TIMES, n_samples=1),
        "at least 2 samples",
    ),
    "simulated times that descend": (
        lambda: Oscillator().simulate(KEY, mu=2.0, times=TIMES[::-1], n_samples=4),
        "ascending",
    ),
    "times of two axes": (lambda: as_times(np.zeros((2, 2))), "(2, 2)"),
    "paths of two axes": (
        lambda: metrics.electric_energy(np.zeros((3, 2)), mu=1.0, length=50.0),
        "(3, 2)",
    ),
    "series of different lengths": (
        lambda: metrics.relative_error(np.ones(3), np.ones(4)),
        "(3,) and (4,)",
    ),
    "a window that descends": (
        lambda: metrics.growth_rate(TIMES, TIMES + 1, between=(0.5, 0.1)),
        "(0.5, 0.1)",
    ),
    "no regularisation": (
        lambda: metrics.sinkhorn_divergence(np.ones((2, 1)), np.ones((2, 1)), epsilon=0.0),
        "epsilon > 0",
    ),
    "clouds of different dimension": (
        lambda: metrics.sinkhorn_divergence(np.ones((2, 1)), np.ones((2, 2)), epsilon=1.0),
        "(2, 1) and (2, 2)",
    ),
}
TRAININGS = {
    "nodes that are not among the times": (
        lambda path: train(path, samples=translation.population(times=[0.0, 1.0, 2.0])),
        "Gauss-Legendre 6",
    ),
    "a potential with two outputs": (
        lambda path: train(path, network=networks.MLP(outputs=2)),
        "outputs=1 for action matching, Gauss-Legendre 6; got outputs=2",
    ),
    "a flow with one output": (
        lambda path: train(path, method=flow_matching(rule=translation.RULE)),
        "got outputs=1. Use network.clone(outputs=2)",
    ),
    "no steps": (lambda path: train(path, steps=0), "steps >= 1"),
    "a negative learning rate": (lambda path: train(path, learning_rate=-1.0), "-1.0"),
    "a NaN learning rate": (lambda path: train(path, learning_rate=float("nan")), "nan"),
    "an infinite learning rate": (lambda path: train(path, learning_rate=float("inf")), "inf"),
}


@pytest.mark.usefixtures("no_tracing")
@pytest.mark.parametrize("case", [*POPULATIONS, *NUMBERS])
def test_bad_values_are_refused_with_what_was_expected_and_what_to_do(case):
    call, says = {**POPULATIONS, **NUMBERS}[case]
    with pytest.raises(ValueError, match="Expected") as error:
        call()
    assert_clear(error, says)


@pytest.mark.usefixtures("no_tracing")
@pytest.mark.parametrize("case", TRAININGS)
def test_bad_training_input_is_refused_before_tracing_and_nothing_is_written(case, tmp_path):
    call, says = TRAININGS[case]
    with pytest.raises(ValueError, match="Expected") as error:
        call(tmp_path / "training.safetensors")
    assert_clear(error, says)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("x0", "says"),
    [
        (np.zeros((4, 3), np.float32), "shape [N, 2]; got (4, 3)"),
        (np.zeros(2, np.float32), "shape [N, 2]; got (2,)"),
        (np.full((4, 2), np.nan, np.float32), "NaN or infinity"),
        (np.full((4, 2), np.inf, np.float32), "NaN or infinity"),
    ],
)
@pytest.mark.usefixtures("no_tracing")
def test_bad_start_states_are_refused_before_tracing(model, x0, says):
    with pytest.raises(ValueError, match="Expected") as error:
        model.sample(KEY, x0, times=TIMES, mu=1.0)
    assert_clear(error, says)


@pytest.mark.usefixtures("no_tracing")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mu": np.asarray([1.0, 2.0])}, "1 value(s); got 2"),
        ({"mu": float("nan")}, "finite mus"),
        ({"times": TIMES[::-1]}, "ascending"),
        ({"times": TIMES[:1]}, "two times"),
    ],
)
def test_bad_times_and_parameters_of_samples_are_refused_before_tracing(model, change, says):
    with pytest.raises(ValueError, match="Expected") as error:
        model.sample(KEY, np.zeros((4, 2), np.float32), **{"times": TIMES, "mu": 1.0, **change})
    assert_clear(error, says)


@pytest.mark.parametrize("change", [{"mu": 0.4}, {"mu": 1.6}, {"times": np.asarray([0.0, 2.5])}])
def test_leaving_the_trained_range_warns_of_extrapolation_and_still_samples(model, change):
    x0 = np.ones((4, 2), np.float32)
    arguments = {"times": np.asarray([0.0, 2.0]), "mu": 1.0, "max_step": 0.25, **change}
    with pytest.warns(UserWarning, match="extrapolation"):
        path = model.sample(KEY, x0, **arguments)
    assert np.isfinite(path).all()


@pytest.mark.parametrize(
    "change",
    [{"profile": "quick"}, {"notebook": "another"}, {"versions": {**versions(), "jax": "0.0.1"}}],
)
def test_a_results_file_from_another_run_does_not_pass_and_is_left_as_it_is(tmp_path, change):
    results, reference = tmp_path / "results", tmp_path / "reference"
    results.mkdir()
    reference.mkdir()
    (reference / "one.toml").write_text('notebook = "one"\nprofile = "book"\n')
    run = {"notebook": "one", "profile": "book", "versions": versions(), "figures": {}, **change}
    path = results / "one.json"
    path.write_text(dumps(run))
    before = path.read_bytes()
    (outcome,) = check.check(results, reference)
    assert not outcome.passed
    assert re.search(r"Expected a results file of this run.*; got .*\. Use ", outcome.message)
    assert path.read_bytes() == before
