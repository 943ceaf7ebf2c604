"""Training: known answers, determinism, resumption, and what stops it."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import pytest
import translation
from translation import METHOD, SHORT

import hoam
from hoam import checkpoints, methods, minibatches, networks, quadrature
from hoam.nodes import node_table
from hoam.scaling import Scaling
from hoam.types import Method, Node


@pytest.fixture(scope="module")
def population():
    """A Gaussian that moves at three speeds."""
    return translation.population()


@pytest.fixture(scope="module")
def uninterrupted(population):
    """A short run from start to end."""
    return hoam.fit(jax.random.key(0), population, METHOD, **SHORT)


@pytest.fixture(scope="module")
def trained(population):
    """A run long enough to learn the translation."""
    validation = translation.population(
        mus=(0.75,), n_samples=64, times=np.linspace(0, translation.DURATION, 9), seed=1
    )
    settings = {**SHORT, "steps": 400, "learning_rate": 2e-2, "checkpoint_every": 100}
    settings["minibatch"] = minibatches.paired(32)
    return hoam.fit(jax.random.key(0), population, METHOD, validation=validation, **settings)


def test_the_loss_of_a_translating_gaussian_reaches_minus_its_kinetic_energy(trained, population):
    size = np.asarray(Scaling.of(population).size)
    velocities = np.asarray(translation.MUS)[:, None] * translation.DIRECTION
    squares = ((velocities * translation.DURATION / size) ** 2).sum(axis=1)
    energy = 0.5 * squares.mean()
    loss = np.mean(trained.record["history"]["loss"][-40:])
    assert loss == pytest.approx(-energy, rel=0.05)


def test_the_validation_loss_reaches_minus_the_kinetic_energy_of_its_own_parameter(
    trained, population
):
    size = np.asarray(Scaling.of(population).size)
    velocity = 0.75 * translation.DIRECTION * translation.DURATION / size
    history = trained.record["history"]
    assert history["step"] == [100, 200, 300, 400]
    assert history["validation"][-1] == pytest.approx(-0.5 * velocity @ velocity, rel=0.05)


@pytest.mark.parametrize(("mu", "tolerance"), [(1.0, 0.05), (1.25, 0.1)])
def test_samples_drift_at_the_speed_of_trained_and_untrained_parameters(
    trained, population, mu, tolerance
):
    x0 = population.samples[0, 0, :128]
    path = np.asarray(
        trained.sample(jax.random.key(1), x0, times=np.linspace(0, 2, 3), mu=mu, max_step=1 / 32)
    )
    drift = (path[-1] - path[0]).mean(axis=0)
    np.testing.assert_allclose(drift, mu * 2 * translation.DIRECTION, rtol=tolerance)
    np.testing.assert_allclose(path[-1].std(axis=0), x0.std(axis=0), rtol=0.2)


def without_seconds(model):
    """The history but for the one thing that a rerun cannot repeat."""
    return {name: v for name, v in model.record["history"].items() if name != "seconds"}


def test_same_key_same_model_and_other_key_other_model(population, uninterrupted):
    again = hoam.fit(jax.random.key(0), population, METHOD, **SHORT)
    other = hoam.fit(jax.random.key(1), population, METHOD, **SHORT)
    assert translation.same(again.params, uninterrupted.params)
    assert again.record["history"]["loss"] == uninterrupted.record["history"]["loss"]
    assert not translation.same(other.params, uninterrupted.params)


@pytest.mark.parametrize("saves", [1, 3])
def test_an_interrupted_and_resumed_run_equals_the_uninterrupted_bit_for_bit(
    population, uninterrupted, tmp_path, monkeypatch, saves
):
    path = tmp_path / "training.safetensors"
    save, calls = checkpoints.save_tree, []

    def interrupt(*args, **kwargs):
        if len(calls) == saves:
            raise KeyboardInterrupt
        calls.append(1)
        save(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "save_tree", interrupt)
        with pytest.raises(KeyboardInterrupt):
            hoam.fit(jax.random.key(0), population, METHOD, checkpoint=path, **SHORT)
    _, description = checkpoints.load_arrays(path, kind="training")
    resumed = hoam.fit(jax.random.key(0), population, METHOD, checkpoint=path, **SHORT)
    assert description["step"] == 10 * saves
    assert translation.same(resumed.params, uninterrupted.params)
    assert without_seconds(resumed) == without_seconds(uninterrupted)


def test_a_finished_checkpoint_gives_the_model_without_training(
    population, uninterrupted, tmp_path, monkeypatch
):
    path = tmp_path / "training.safetensors"
    hoam.fit(jax.random.key(0), population, METHOD, checkpoint=path, **SHORT)
    before = path.read_bytes()
    again = hoam.fit(jax.random.key(0), population, METHOD, checkpoint=path, **SHORT)
    assert translation.same(again.params, uninterrupted.params)
    assert path.read_bytes() == before


def test_one_gradient_step_is_that_of_adam_on_the_summed_loss(population):
    # One sample: the loss has no randomness.
    one = hoam.Population(
        population.samples[:1, :, :1], population.times, population.mus[:1], population.periods
    )
    key = jax.random.key(3)
    settings = {**SHORT, "steps": 1, "minibatch": minibatches.paired(1)}
    model = hoam.fit(key, one, METHOD, learning_rate=1e-3, **settings)

    scaling = Scaling.of(one)
    params = translation.NETWORK.initialise(jax.random.split(key)[0], dimension=2, parameters=1)
    times = scaling.times(one.times)
    index, integral, boundary = node_table(METHOD.rule, times)

    x = scaling.states(np.asarray(one.samples[0, index], np.float32))
    columns = times[index], np.zeros((index.size, 1)), x, integral, boundary
    nodes = Node(*(jnp.asarray(column, jnp.float32) for column in columns))

    def loss(params):
        return jnp.sum(
            jax.lax.map(lambda node: METHOD.loss(translation.NETWORK, params, node), nodes)
        )

    value, gradient = jax.jit(jax.value_and_grad(loss))(params)
    adam = optax.adam(1e-3)
    update, _ = adam.update(gradient, adam.init(params), params)
    assert model.record["history"]["loss"][0] == pytest.approx(float(value), rel=1e-4)
    expected = optax.apply_updates(params, update)
    for a, b in zip(jax.tree.leaves(model.params), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-4)


@pytest.mark.parametrize("rule", [quadrature.monte_carlo(6), quadrature.simpson(5)])
def test_every_rule_trains(rule):
    times = np.linspace(0, translation.DURATION, 33)
    population = translation.population(times=times, n_samples=64)
    method = methods.action_matching(rule=rule, epsilon=0.05)
    model = hoam.fit(jax.random.key(0), population, method, **SHORT)
    assert len(model.record["history"]["loss"]) == SHORT["steps"]
    assert model.epsilon == 0.05


def test_another_optimiser_trains_and_is_recorded(population, uninterrupted):
    model = hoam.fit(jax.random.key(0), population, METHOD, optimiser=optax.contrib.muon, **SHORT)
    loss = model.record["history"]["loss"]
    assert model.record["optimiser"] == "muon"
    assert uninterrupted.record["optimiser"] == "adam"
    assert loss[0] == uninterrupted.record["history"]["loss"][0]
    assert np.mean(loss[-5:]) < np.mean(loss[:5])
    assert not translation.same(model.params, uninterrupted.params)


def test_trained_parameters_are_single_precision(uninterrupted):
    assert {leaf.dtype for leaf in jax.tree.leaves(uninterrupted.params)} == {jnp.dtype("float32")}


def test_the_record_says_how_the_model_was_made(uninterrupted):
    record = uninterrupted.record
    assert record["steps"] == SHORT["steps"]
    assert "Gauss-Legendre 6" in record["method"]
    assert record["training_seconds"] > 0
    assert len(record["history"]["loss"]) == SHORT["steps"]


def test_the_monitored_number_is_that_of_the_model_at_each_validation(population):
    speeds = []

    def speed(model):
        x0, times = np.asarray([[3.0, -2.0]]), np.asarray([0.0, 2.0])
        path = model.sample(jax.random.key(1), x0, times=times, mu=1.0)
        speeds.append(float(path[-1, 0, 0]) - 3.0)
        return speeds[-1]

    model = hoam.fit(jax.random.key(0), population, METHOD, monitor=speed, **SHORT)
    history = model.record["history"]
    assert history["step"] == [10, 20, 30, 40]
    assert history["monitor"] == speeds
    assert speed(model) == speeds[3]  # the last is the model itself
    assert history["seconds"] == sorted(history["seconds"])
    assert history["validation"] == []


def test_training_goes_on_from_the_start_it_is_given(population, uninterrupted):
    settings = {**SHORT, "steps": 1, "learning_rate": 1e-9}
    onward = hoam.fit(jax.random.key(5), population, METHOD, start=uninterrupted, **settings)
    for a, b in zip(
        jax.tree.leaves(onward.params), jax.tree.leaves(uninterrupted.params), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-7)
    assert onward.record["start"] != uninterrupted.record["start"] is None


def test_a_start_keeps_its_scaling_on_other_data(uninterrupted):
    elsewhere = translation.population(mus=(0.5, 2.0), n_samples=64)
    settings = {**SHORT, "steps": 1}
    onward = hoam.fit(jax.random.key(5), elsewhere, METHOD, start=uninterrupted, **settings)
    assert onward.scaling == uninterrupted.scaling


def test_a_start_of_another_network_is_refused(population, uninterrupted):
    settings = {**SHORT, "network": networks.CoLoRA(width=8, depth=3)}
    with pytest.raises(ValueError, match=r"(?s)Expected a start with the network.*width = 8"):
        hoam.fit(jax.random.key(5), population, METHOD, start=uninterrupted, **settings)


def test_a_start_with_a_linear_part_is_refused(population, uninterrupted):
    enriched = hoam.ritz.enrich(uninterrupted, population, rule=translation.RULE, splines=4)
    with pytest.raises(ValueError, match=r"(?s)and a linear part.*before hoam.ritz.enrich"):
        hoam.fit(jax.random.key(5), population, METHOD, start=enriched, **SHORT)


def test_progress_shows_the_loss_and_the_time_left(population, capsys):
    hoam.fit(jax.random.key(0), population, METHOD, **{**SHORT, "progress": True, "steps": 10})
    shown = capsys.readouterr().err
    assert "loss" in shown
    assert "10/10" in shown


def test_the_table_of_nodes_has_the_rules_weights_and_the_ends():
    rule = quadrature.gauss_legendre(5)
    times = rule.times(0.0, 1.0)
    index, integral, boundary = node_table(rule, times)
    np.testing.assert_allclose(times[index], times)
    assert integral.sum() == pytest.approx(1, abs=1e-14)
    np.testing.assert_array_equal(boundary, [1, 0, 0, 0, 0, 0, -1])
    assert integral[0] == integral[-1] == 0


def test_the_table_picks_the_rules_nodes_from_a_finer_grid():
    index, integral, boundary = node_table(quadrature.simpson(5), np.linspace(0, 1, 17))
    np.testing.assert_array_equal(index, [0, 4, 8, 12, 16])
    np.testing.assert_allclose(integral, np.asarray([1, 4, 2, 4, 1]) / 12)
    np.testing.assert_array_equal(boundary, [1, 0, 0, 0, -1])


def test_a_diverging_run_stops_with_the_step_and_keeps_the_last_good_checkpoint(
    population, tmp_path
):
    path = tmp_path / "training.safetensors"
    settings = {**SHORT, "checkpoint_every": 1}
    told = (
        r"at step \d+\. There mu = \[[\d.]+\], learning rate = [\d.e+]+\. "
        r"Last good checkpoint: \S*training\.safetensors\."
    )
    with pytest.raises(FloatingPointError, match=told) as caught:
        hoam.fit(
            jax.random.key(0), population, METHOD, learning_rate=1e9, checkpoint=path, **settings
        )
    arrays, description = checkpoints.load_arrays(path, kind="training")
    assert description["step"] >= 1
    assert f"at step {description['step']}." in str(caught.value)
    assert all(np.isfinite(array).all() for array in arrays.values())
    assert list(tmp_path.iterdir()) == [path]


def test_parameters_that_become_nan_under_a_finite_loss_stop_the_run(population, tmp_path):
    def loss(network, params, node):
        value = METHOD.loss(network, params, node)
        # Finite, with a gradient that is not.
        return value + jnp.sqrt(0.0 * value)

    method = Method("broken", METHOD.rule, 0.0, loss)
    path = tmp_path / "training.safetensors"
    with pytest.raises(FloatingPointError, match="at step 0"):
        hoam.fit(
            jax.random.key(0),
            population,
            method,
            checkpoint=path,
            **{**SHORT, "steps": 1, "checkpoint_every": 1},
        )
    assert not path.exists()
