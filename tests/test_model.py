"""Models: scaling, sampling in physical units, saving and loading."""

import json
import warnings
from dataclasses import replace

import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import translation
from hypothesis import given, settings

import hoam
from hoam import checkpoints, networks
from hoam.population import Population
from hoam.scaling import Scaling

few = settings(max_examples=15, deadline=None, derandomize=True)


def build(*, kind=networks.CoLoRA, periodic=(True, False), epsilon=0.0, seed=0):
    """Return an untrained model of a population in a box of length 50."""
    rng = np.random.default_rng(seed)
    samples = rng.uniform((0, -3), (50, 5), size=(2, 3, 40, 2))
    population = Population(samples, np.linspace(0, 4, 3), (1.0, 2.0), (50.0, None))
    network = kind(width=16, depth=3, periodic=periodic)
    params = network.initialise(jax.random.key(seed), dimension=2, parameters=1)
    return hoam.Model(network, params, Scaling.of(population), epsilon, {"steps": 0})


@pytest.fixture(scope="module")
def model():
    """A deterministic model with a periodic first coordinate."""
    return build()


X0 = np.asarray([[0.1, 0.0], [49.9, 1.0], [25.0, -2.0]], np.float32)
TIMES = np.linspace(0, 4, 5)


def sample(model, *, key=0, x0=X0, times=TIMES, mu=1.5, max_step=1 / 16, **options):
    return np.asarray(
        model.sample(jax.random.key(key), x0, times=times, mu=mu, max_step=max_step, **options)
    )


@few
@given(seed=st.integers(0, 2**31), low=st.floats(-100, 100), size=st.floats(0.1, 100))
def test_scaling_maps_the_data_to_the_unit_cube_and_back(seed, low, size):
    x = low + size * np.random.default_rng(seed).uniform(size=(2, 3, 5, 2))
    scaling = Scaling.of(Population(x, [1.0, 2.0, 5.0], [1.0, 3.0]))
    y = scaling.states(x)
    np.testing.assert_allclose(y.min((0, 1, 2)), 0, atol=1e-10)
    np.testing.assert_allclose(y.max((0, 1, 2)), 1, atol=1e-10)
    np.testing.assert_allclose(scaling.physical(y), x, rtol=1e-9, atol=1e-9)


def test_scaling_maps_times_to_the_unit_interval_and_parameters_to_standard_scores():
    x = np.random.default_rng(0).normal(size=(3, 3, 5, 1))
    scaling = Scaling.of(Population(x, [1.0, 2.0, 5.0], [1.0, 2.0, 6.0]))
    np.testing.assert_allclose(scaling.times(np.asarray([1.0, 2.0, 5.0])), [0, 0.25, 1])
    scores = scaling.parameters(np.asarray([[1.0], [2.0], [6.0]]))
    assert scores.mean() == pytest.approx(0, abs=1e-14)
    assert scores.std() == pytest.approx(1)


def test_a_single_parameter_value_and_a_constant_coordinate_normalise_to_zero():
    x = np.random.default_rng(0).normal(size=(1, 2, 5, 2))
    x[..., 1] = 7.0
    scaling = Scaling.of(Population(x, [0.0, 1.0], 3.5))
    np.testing.assert_array_equal(scaling.parameters(np.asarray([[3.5]])), 0.0)
    np.testing.assert_array_equal(scaling.states(x)[..., 1], 0.0)


def test_a_periodic_coordinate_is_scaled_by_its_period_not_by_its_data(model):
    assert model.scaling.low[0] == 0.0
    assert model.scaling.size[0] == 50.0


def test_samples_start_at_x0_and_have_one_row_per_time(model):
    path = sample(model)
    assert path.shape == (5, 3, 2)
    np.testing.assert_array_equal(path[0], X0)
    assert np.isfinite(path).all()


def test_periodic_coordinates_stay_in_the_box(model):
    # Lengthen the way: with the state scaled down the same field crosses the box.
    far = replace(model, params=jax.tree.map(lambda leaf: 3 * leaf, model.params))
    path = sample(far)
    assert ((path[..., 0] >= 0) & (path[..., 0] <= 50)).all()


@pytest.mark.parametrize("periodic", [(True, False), ()])
def test_a_shift_of_the_start_by_periods_changes_nothing_later(periodic):
    model = build(periodic=periodic)
    shifted = X0 + np.asarray([[100.0, 0.0]], np.float32)
    difference = sample(model, x0=shifted)[1:] - sample(model)[1:]
    difference[..., 0] = (difference[..., 0] + 25) % 50 - 25
    np.testing.assert_allclose(difference, 0, atol=2e-3)


def test_velocities_are_the_gradient_of_the_potential_in_normalised_units(model):
    t, mu = np.asarray([0.0, 1e-2]), 1.5
    path = sample(model, times=t, mu=mu, x0=X0[2:])
    score = jnp.asarray(model.scaling.parameters(np.asarray([[mu]]))[0])
    y = jnp.asarray(model.scaling.states(X0[2]))
    slope = np.asarray(jax.grad(model.potential)(y, jnp.asarray(0.0), score))
    # Time runs in units of the duration, 4, and states in units of their size.
    velocity = slope * np.asarray(model.scaling.size) / 4
    np.testing.assert_allclose((path[1] - path[0])[0] / 1e-2, velocity, rtol=2e-2, atol=1e-2)


def test_refining_the_steps_changes_little(model):
    coarse, fine = (sample(model, max_step=h) for h in (1 / 512, 1 / 1024))
    np.testing.assert_allclose(coarse, fine, atol=1e-3)


def test_without_noise_the_error_of_a_rollout_falls_at_least_with_the_square_of_the_step(model):
    coarse, middle, fine = (sample(model, max_step=h) for h in (1 / 16, 1 / 32, 1 / 64))
    assert 3 * np.abs(middle - fine).max() < np.abs(coarse - middle).max()


def test_a_higher_order_reaches_the_same_paths_with_fewer_steps(model):
    exact = sample(model, max_step=1 / 1024)
    steep, plain = (
        np.abs(sample(model, max_step=h, order=order) - exact).max()
        for h, order in ((1 / 64, 4), (1 / 128, 2))
    )
    assert steep < plain / 3


def test_steps_chosen_by_a_tolerance_lead_to_the_paths_of_many_equal_steps(model):
    exact = sample(model, max_step=1 / 1024, order=4)
    errors = [
        np.abs(sample(model, tolerance=tolerance) - exact).max() for tolerance in (1e-3, 1e-5)
    ]
    assert errors[1] < 1e-2
    assert errors[1] < errors[0] / 5


def test_a_pilot_chooses_the_same_steps_for_particles_in_every_block(model):
    rng = np.random.default_rng(1)
    x0 = rng.uniform((0, -3), (50, 5), size=(700, 2)).astype(np.float32)
    whole = sample(model, x0=x0, tolerance=1e-4)
    exact = sample(model, x0=x0, max_step=1 / 512, order=4)
    assert whole.shape == (len(TIMES), 700, 2)
    errors = (whole - exact) / np.asarray(model.scaling.size)
    for block in np.split(errors, [256, 512], axis=1):
        assert np.sqrt((block**2).mean()) < 1e-3


def test_no_tolerance_is_kept_below_that_of_single_precision(model):
    with pytest.raises(FloatingPointError, match="4096 attempts"):
        sample(model, tolerance=1e-12)


@pytest.mark.parametrize(
    ("steps", "compiled"), [("max_step", "_equal_steps"), ("tolerance", "_chosen_steps")]
)
def test_a_second_rollout_compiles_nothing(model, steps, compiled):
    sample(model, **{steps: 1e-2})
    functions = [getattr(hoam.inference, name) for name in (compiled, "_pilot")]
    sizes = [function._cache_size() for function in functions]
    for i in range(20):
        asked = {steps: 1 / (8 + i)}
        sample(model, key=i, x0=X0 + i, mu=1 + i / 20, times=TIMES / (1 + i), **asked)
    assert [function._cache_size() for function in functions] == sizes


def test_particles_keep_their_place(model):
    rng = np.random.default_rng(0)
    x0 = rng.uniform((0, -3), (50, 5), size=(700, 2)).astype(np.float32)
    few = sample(model, x0=x0[[5, 400, 699]], max_step=1 / 128)
    np.testing.assert_allclose(
        sample(model, x0=x0, max_step=1 / 128)[:, [5, 400, 699]], few, atol=2e-3
    )


def test_the_end_does_not_depend_on_output_times(model):
    few_times = sample(model, times=np.asarray([0.0, 4.0]), max_step=1 / 64)
    np.testing.assert_allclose(sample(model, max_step=1 / 64)[-1], few_times[-1], atol=1e-3)


def test_same_key_same_samples_and_other_key_other_samples_with_noise_only(model):
    noisy = build(epsilon=0.05)
    np.testing.assert_array_equal(sample(noisy), sample(noisy))
    assert not np.allclose(sample(noisy), sample(noisy, key=1))
    np.testing.assert_array_equal(sample(model), sample(model, key=1))


def test_noise_has_the_stated_diffusion_in_normalised_units():
    model = build(epsilon=0.05)
    still = replace(model, params=jax.tree.map(jnp.zeros_like, model.params))
    x0 = np.tile(np.asarray([[25.0, 1.0]], np.float32), (4000, 1))
    end = sample(still, x0=x0, times=np.asarray([0.0, 4.0]))[-1]
    expected = 0.05 * np.asarray(model.scaling.size)
    np.testing.assert_allclose(end.std(axis=0), expected, rtol=5 / np.sqrt(2 * 4000))


@pytest.mark.parametrize("kind", [networks.MLP, networks.FiLM, networks.CoLoRA])
def test_a_loaded_model_is_the_saved_one(kind, tmp_path):
    model = build(kind=kind, epsilon=0.01)
    path = tmp_path / "model.safetensors"
    model.save(path)
    again = hoam.load(path)
    assert translation.same(again.params, model.params)
    assert (again.network, again.scaling, again.epsilon) == (
        model.network,
        model.scaling,
        model.epsilon,
    )
    assert again.record == model.record
    np.testing.assert_array_equal(sample(again), sample(model))


def test_saving_writes_the_description_beside_the_arrays(model, tmp_path):
    model.save(tmp_path / "model.safetensors")
    assert {p.name for p in tmp_path.iterdir()} == {"model.safetensors", "model.json"}
    text = (tmp_path / "model.json").read_text()
    assert all(line.count("[") == line.count("]") for line in text.splitlines())
    described = json.loads(text)
    _, inside = checkpoints.load_arrays(tmp_path / "model.safetensors", kind="model")
    assert described == inside
    assert described["network"] == "CoLoRA"


def test_parameters_and_times_inside_the_trained_range_do_not_warn(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        paths = [sample(model, mu=mu) for mu in (1.0, 1.5, 2.0)]
    assert len(paths) == 3


@pytest.mark.parametrize("mu", [-0.5, 2.5])
def test_the_warning_of_extrapolation_says_how_far_outside_a_parameter_lies(mu):
    # Trained at 0.5, 1.0 and 1.5, whose standard deviation is 6^(-1/2).
    x0 = np.ones((4, 2), np.float32)
    with pytest.warns(UserWarning, match=r"lies 2.4 standard deviations of .* outside"):
        translation.untrained().sample(
            jax.random.key(0), x0, times=np.asarray([0.0, 2.0]), mu=mu, max_step=0.5
        )


@pytest.mark.parametrize(("gap", "warned"), [(1.0, []), (3.0, ["0.73", "from the nearest"])])
def test_a_parameter_in_a_gap_of_the_trained_ones_is_said_to_be_extrapolation(gap, warned):
    mus = np.asarray([[0.0], [1.0], [1.0 + gap], [2.0 + gap]])
    scaling = Scaling.of(Population(np.ones((4, 2, 1, 1)), [0.0, 2.0], mus))
    times, middle = np.asarray([0.0, 2.0]), np.asarray([1 + gap / 2])
    said = scaling.extrapolations(times, middle, mus)
    assert [word for word in warned if word not in " ".join(said)] == []
    assert len(said) == bool(warned)
    assert scaling.extrapolations(times, middle, mus[:0]) == []
    assert scaling.extrapolations(times, middle, mus[:1]) == []


def test_a_parameter_far_from_all_inside_their_box_is_said_to_be_extrapolation():
    line = np.linspace(0, 1, 6)
    mus = np.stack([line, line], axis=1)
    scaling = Scaling.of(Population(np.ones((6, 2, 1, 1)), [0.0, 2.0], mus))
    times = np.asarray([-0.5, 3.0])
    late, corner = scaling.extrapolations(times, np.asarray([1.0, 0.0]), mus)
    assert "leave the trained interval [0, 2] by 0.5 of its length" in late
    assert "from the nearest" in corner
    assert scaling.extrapolations(np.asarray([0.0, 2.0]), mus[2], mus) == []


def test_a_trained_model_knows_its_parameters_and_warns_between_those_that_lie_apart(tmp_path):
    samples = translation.population(mus=[0.0, 0.1, 1.0, 1.1], n_samples=16)
    translation.train(None, samples=samples, steps=1).save(tmp_path / "model.safetensors")
    model = hoam.load(tmp_path / "model.safetensors")
    with pytest.warns(UserWarning, match="from the nearest"):
        sample(model, x0=X0 * 0 + [3, -2], mu=0.5, times=np.asarray([0.0, 2.0]))
