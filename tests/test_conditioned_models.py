"""Models with a sampler: what they draw, how they are saved, and another sampler in place."""

import json
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import translation

import hoam
from hoam import checkpoints, networks
from hoam.population import Population
from hoam.samplers import AnnealedLangevin, FlowSampler
from hoam.scaling import Scaling

SAMPLERS = [FlowSampler(steps=3, order=2), AnnealedLangevin(levels=3, steps=2)]
TIMES = np.linspace(0, 4, 4)
X0 = np.random.default_rng(1).uniform((0, -3), (50, 5), size=(6, 2)).astype(np.float32)


def build(sampler, kind=networks.CoLoRA):
    """Return an untrained model of a population in a box of length 50."""
    samples = np.random.default_rng(0).uniform((0, -3), (50, 5), size=(2, 3, 40, 2))
    population = Population(samples, np.linspace(0, 4, 3), (1.0, 2.0), (50.0, None))
    network = kind(width=16, depth=3, periodic=(True, False), outputs=2)
    params = network.initialise(jax.random.key(0), dimension=2, parameters=2)
    return hoam.Model(network, params, Scaling.of(population), 0.0, {"steps": 0}, sampler)


def sample(model, *, key=0, x0=X0, times=TIMES, mu=1.5):
    return np.asarray(model.sample(jax.random.key(key), x0, times=times, mu=mu))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_samples_start_at_x0_stay_in_the_box_and_depend_on_the_key_alone(sampler):
    model = build(sampler)
    path = sample(model)
    assert path.shape == (4, 6, 2)
    np.testing.assert_array_equal(path[0], X0)
    assert np.isfinite(path).all()
    assert ((path[..., 0] >= 0) & (path[..., 0] <= 50)).all()
    np.testing.assert_array_equal(sample(model), path)
    np.testing.assert_array_equal(sample(model, x0=X0 + 1)[1:], path[1:])
    assert not np.allclose(sample(model, key=1)[1:], path[1:])


def test_noise_differs_between_times_and_the_law_with_time_and_parameter():
    model = build(FlowSampler(steps=3))
    still = replace(model, params=jax.tree.map(jnp.zeros_like, model.params))
    path = sample(still, x0=np.zeros((500, 2), np.float32))[1:, :, 1]
    assert np.abs(np.corrcoef(path) - np.eye(3)).max() < 0.2
    # The same noise at another time or parameter is mapped elsewhere.
    two = [
        sample(model, times=np.asarray([0.0, t]), mu=mu) for t, mu in ((2, 1.0), (4, 1.0), (4, 2.0))
    ]
    assert not np.allclose(two[0][1], two[1][1])
    assert not np.allclose(two[1][1], two[2][1])


@pytest.mark.parametrize("kind", [networks.MLP, networks.FiLM, networks.CoLoRA])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_loaded_model_is_the_saved_one(sampler, kind, tmp_path):
    model = build(sampler, kind)
    model.save(tmp_path / "model.safetensors")
    again = hoam.load(tmp_path / "model.safetensors")
    assert translation.same(again.params, model.params)
    assert (again.network, again.sampler) == (model.network, model.sampler)
    assert json.loads((tmp_path / "model.json").read_text())["sampler"]["fields"]["steps"] > 0


def test_another_sampler_takes_the_place_of_the_first():
    model = build(FlowSampler(steps=64))
    exact, error = sample(model), {}
    for steps, order in ((4, 1), (8, 1), (8, 4)):
        path = sample(replace(model, sampler=FlowSampler(steps=steps, order=order)))
        way = (path - exact + np.asarray([25, 0])) % np.asarray([50, 1e9]) - np.asarray([25, 0])
        error[steps, order] = np.abs(way[1:, :, 0]).max()
    assert error[8, 4] < error[8, 1] < error[4, 1]


# Their numbers came back from JSON as integers, which only the checks of annotations mind.
@pytest.mark.usefixtures("as_users_run_it")
def test_models_saved_before_there_were_samplers_load_as_rollouts(root):
    path = root / "checkpoints" / "two_stream-quiet-hoam_g-0.safetensors"
    _, description = checkpoints.load_arrays(path, kind="model")
    assert "outputs" not in description["network_fields"]
    model = hoam.load(path)
    assert model.sampler is None
    assert model.network.outputs == 1


def test_a_description_of_an_unknown_sampler_is_refused(tmp_path):
    model = build(FlowSampler())
    model.save(tmp_path / "model.safetensors")
    arrays, description = checkpoints.load_arrays(tmp_path / "model.safetensors", kind="model")
    description["sampler"]["kind"] = "Oracle"
    checkpoints.save_tree(tmp_path / "other.safetensors", model.params, kind="model",
                          description=description)  # fmt: skip
    assert arrays
    with pytest.raises(checkpoints.CheckpointError, match="wrong entry"):
        hoam.load(tmp_path / "other.safetensors")
