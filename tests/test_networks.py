"""Networks: what each modulation does to the layers, sizes, and periodicity."""

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

from hoam import networks

T = jnp.asarray(0.3)
MU = jnp.asarray([0.5, -1.0])
KINDS = (networks.MLP, networks.FiLM, networks.CoLoRA)


@pytest.mark.parametrize("case", oracles.CASES)
def test_layers_have_the_shapes_of_one_perceptron(case):
    network = oracles.CASES[case]
    params = oracles.parameters(network, count=2)
    layers = network.layers(params, T, MU, dimension=2)
    inputs = 3 if any(network.periodic) else 2
    assert [kernel.shape for kernel, _ in layers] == [(inputs, 16), (16, 16), (16, 1)]
    assert [bias.shape for _, bias in layers] == [(16,), (16,), (1,)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_potential_depends_on_state_time_and_parameter(kind):
    network = kind(16, 3)
    s = oracles.potential(network, oracles.parameters(network, count=2))
    slopes = jax.grad(s, argnums=(0, 1, 2))(jnp.asarray([0.2, 0.7]), T, MU)
    assert all(bool((jnp.abs(slope) > 1e-8).all()) for slope in slopes)


def test_colora_adds_a_low_rank_matrix_and_leaves_the_biases_alone():
    network = networks.CoLoRA(16, 3, rank=2)
    params = oracles.parameters(network, count=2)
    one = network.layers(params, T, MU, dimension=2)
    two = network.layers(params, T + 0.5, MU, dimension=2)
    for (kernel, bias), (other_kernel, other_bias) in zip(one, two, strict=True):
        assert np.linalg.matrix_rank(kernel - other_kernel, tol=1e-10) == min(2, *kernel.shape)
        np.testing.assert_array_equal(bias, other_bias)


def test_film_scales_and_shifts_each_neuron():
    network = networks.FiLM(16, 3)
    params = oracles.parameters(network, count=2)
    stored = params["params"]
    without = {k: 0 * v if k.startswith("b") else v for k, v in stored.items()}
    shifts = network.layers({"params": without}, T, MU, dimension=2)
    layers = network.layers(params, T, MU, dimension=2)
    for i, ((kernel, bias), (_, shift)) in enumerate(zip(layers, shifts, strict=True)):
        ratio = kernel / stored[f"W{i}"]
        np.testing.assert_allclose(ratio, jnp.broadcast_to(ratio[0], ratio.shape), rtol=1e-10)
        assert np.abs(stored[f"b{i}"]).max() > 0
        np.testing.assert_allclose(bias, ratio[0] * stored[f"b{i}"] + shift, rtol=1e-8, atol=1e-12)


def test_mlp_equals_a_perceptron_with_time_and_parameter_appended():
    network = networks.MLP(16, 3)
    params = oracles.parameters(network, count=2)
    stored, x = params["params"], jnp.asarray([0.2, 0.7])
    h = jnp.concatenate([x, jnp.asarray([2 * T - 1]), MU])
    for i in range(2):
        h = jax.nn.swish(h @ stored[f"W{i}"] + stored[f"b{i}"])
    expected = (h @ stored["W2"] + stored["b2"])[0]
    np.testing.assert_allclose(oracles.potential(network, params)(x, T, MU), expected, rtol=1e-12)


def test_the_condition_is_time_centred_on_zero_and_the_parameter():
    condition = networks.CoLoRA(16, 3).condition(T, MU)
    np.testing.assert_allclose(condition, [2 * 0.3 - 1, 0.5, -1.0], rtol=1e-15)


def test_frequencies_add_waves_in_time_of_bounded_slope_to_the_condition():
    network = networks.CoLoRA(16, 3, frequencies=(0.5, 4.0))
    condition = network.condition(T, MU)
    phases = np.pi * np.asarray([0.5, 4.0]) * 0.3
    waves = [*np.cos(phases) / [1, 4], *np.sin(phases) / [1, 4]]
    np.testing.assert_allclose(condition, [2 * 0.3 - 1, 0.5, -1.0, *waves], rtol=1e-14)
    slopes = jax.jacfwd(network.condition)(T, MU)
    assert float(jnp.abs(slopes).max()) <= np.pi


@pytest.mark.parametrize("kind", [networks.FiLM, networks.CoLoRA])
def test_the_width_of_the_modulation_is_that_of_the_hypernetwork(kind):
    params = kind(16, 3, modulation_width=7).initialise(
        jax.random.key(0), dimension=2, parameters=1
    )
    assert params["params"]["Hypernetwork_0"]["Dense_1"]["kernel"].shape == (7, 7)


def test_the_papers_colora_has_21_modulation_values_from_layers_of_15():
    params = networks.CoLoRA().initialise(jax.random.key(0), dimension=2, parameters=1)["params"]
    hyper = params["Hypernetwork_0"]
    sizes = [hyper[f"Dense_{i}"]["kernel"].shape for i in range(4)]
    assert sizes == [(2, 15), (15, 15), (15, 15), (15, 21)]
    assert [params[f"W{i}"].shape for i in range(7)] == [(2, 64), *[(64, 64)] * 5, (64, 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_periodic_inputs_make_the_potential_and_its_gradient_periodic(kind):
    network = kind(16, 3, (True, False))
    s = jax.value_and_grad(oracles.potential(network, oracles.parameters(network, count=2)))
    x = jnp.asarray([0.2, 0.7])
    here, there = s(x, T, MU), s(x + jnp.asarray([3.0, 0.0]), T, MU)
    for a, b in zip(here, there, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)
    assert not np.allclose(s(x + jnp.asarray([0.0, 1.0]), T, MU)[0], here[0])


@pytest.mark.parametrize("kind", KINDS)
def test_initial_parameters_are_single_precision_and_a_function_of_the_key(kind):
    one, two, other = (
        kind(16, 3).initialise(jax.random.key(k), dimension=2, parameters=1) for k in (0, 0, 1)
    )
    assert {leaf.dtype for leaf in jax.tree.leaves(one)} == {jnp.dtype("float32")}
    assert jax.tree.all(jax.tree.map(lambda a, b: bool((a == b).all()), one, two))
    assert not jax.tree.all(jax.tree.map(lambda a, b: bool((a == b).all()), one, other))


def test_networks_that_are_equal_hash_equal_so_that_they_can_be_static_arguments():
    assert networks.CoLoRA(16, 3, (True, False)) == networks.CoLoRA(16, 3, (True, False))
    assert hash(networks.CoLoRA(16, 3)) == hash(networks.CoLoRA(16, 3))
    assert networks.CoLoRA(16, 3) != networks.CoLoRA(16, 4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_with_more_outputs_differs_in_its_last_layer_alone(kind):
    one, three = (
        kind(16, 3, outputs=n).layers(
            oracles.parameters(kind(16, 3, outputs=n), count=2), T, MU, dimension=2
        )
        for n in (1, 3)
    )
    assert [kernel.shape for kernel, _ in three] == [(2, 16), (16, 16), (16, 3)]
    assert [kernel.shape for kernel, _ in one[:-1]] == [kernel.shape for kernel, _ in three[:-1]]
    assert three[-1][1].shape == (3,)
