"""The training step against the same loss by nested automatic differentiation.

Nodes of a Gauss-Legendre rule, samples at each, CoLoRA of rank 3 with 7 layers of 64. The slow
version is the oracle of the tests: Hessians by forward over reverse mode, mapped over samples and
times at once.
"""

import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.measure import ROOT, peak, save, timing, timings
from hoam import methods, networks, quadrature
from hoam.devices import value_and_gradient
from hoam.types import Node

sys.path.insert(0, str(ROOT / "tests"))

import oracles

EPSILON = 0.05
NETWORK = networks.CoLoRA()


def problem(*, dimension: int, n_nodes: int = 64, n_samples: int = 128) -> tuple[Any, Node]:
    """Return parameters of the network and the nodes of one step, single precision."""
    keys = jax.random.split(jax.random.key(0), 3)
    params = NETWORK.initialise(keys[0], dimension=dimension, parameters=1)
    # An untrained network hardly depends on time: move all parameters away from where they start.
    leaves, structure = jax.tree.flatten(params)
    noise = jax.random.split(keys[1], len(leaves))
    moved = [
        p + 0.05 * jax.random.normal(k, p.shape, p.dtype)
        for p, k in zip(leaves, noise, strict=True)
    ]
    rule = quadrature.gauss_legendre(n_nodes)
    nodes = Node(
        jnp.asarray(rule.nodes, jnp.float32),
        jnp.full((n_nodes, 1), 0.3, jnp.float32),
        jax.random.uniform(keys[2], (n_nodes, n_samples, dimension), jnp.float32),
        jnp.asarray(rule.weights, jnp.float32),
        jnp.zeros(n_nodes, jnp.float32).at[0].set(1.0).at[-1].set(-1.0),
    )
    return jax.tree.unflatten(structure, moved), nodes


def fast(
    *, epsilon: float, probes: int | None = None
) -> Callable[[Any, Node], tuple[jax.Array, Any]]:
    """Return value and gradient of the loss as `hoam.fit` computes them."""
    method = methods.action_matching(
        rule=quadrature.gauss_legendre(2), epsilon=epsilon, probes=probes
    )
    gradient = value_and_gradient(lambda params, node: method.loss(NETWORK, params, node))

    @jax.jit
    def step(params, nodes):
        periodic = jnp.zeros(nodes.x.shape[-1], bool)
        return gradient(params, method.prepare(jax.random.key(0), nodes, periodic))

    return step


def nested(*, epsilon: float) -> Callable[[Any, Node], tuple[jax.Array, Any]]:
    """Return value and gradient of the same loss by nested automatic differentiation."""

    def loss(params, nodes):
        s = oracles.potential(NETWORK, params)
        return jnp.sum(jax.vmap(lambda node: oracles.node_loss(s, node, epsilon))(nodes))

    return jax.jit(jax.value_and_grad(loss))


def disagreement(first: tuple, second: tuple) -> dict[str, float]:
    """Return the relative differences of two values and two gradients (L2 over all parameters)."""
    gradients = [
        jnp.concatenate([leaf.ravel() for leaf in jax.tree.leaves(g)]) for _, g in (first, second)
    ]
    return {
        "value": float(abs(first[0] - second[0]) / abs(second[0])),
        "gradient": float(
            jnp.linalg.norm(gradients[0] - gradients[1]) / jnp.linalg.norm(gradients[1])
        ),
    }


def floating_point_operations(
    *, dimension: int, samples: int, directions: int | None = None
) -> float:
    """Return the operations of the matrix products of one step.

    A sample sends value, generator and one slope per direction through each layer, and its value
    through the layer's time derivative; the gradient costs twice as much as the loss.

    Args:
        dimension: of the state.
        samples: of all nodes.
        directions: random ones of an estimate, whose gradient in the state takes one row of a
            reverse pass; not given, one slope per dimension gives gradient and Laplacian.
    """
    products = sum(n_in * n_out for n_in, n_out in NETWORK.shapes(dimension))
    slopes = dimension if directions is None else directions + 1
    return 3.0 * 2.0 * (slopes + 3) * products * samples


def ratio(*, runs: int = 7, n_nodes: int = 64) -> dict[str, Any]:
    """Return the times of the fast and the nested step at dimension 2, and how they agree."""
    params, nodes = problem(dimension=2, n_nodes=n_nodes)
    steps = {"fast": fast(epsilon=EPSILON), "nested": nested(epsilon=EPSILON)}
    seconds = timings({n: lambda step=s: step(params, nodes) for n, s in steps.items()}, runs=runs)
    difference = disagreement(steps["fast"](params, nodes), steps["nested"](params, nodes))
    return {
        "seconds": {name: value._asdict() for name, value in seconds.items()},
        "ratio": seconds["nested"].median / seconds["fast"].median,
        "disagreement": difference,
    }


def throughput(
    *, dimension: int, epsilon: float, probes: int | None = None, n_nodes: int = 64, runs: int = 7
) -> dict[str, float]:
    """Return the time of a step and the GFLOP/s of its matrix products."""
    params, nodes = problem(dimension=dimension, n_nodes=n_nodes)
    step = fast(epsilon=epsilon, probes=probes)
    seconds = timing(lambda: step(params, nodes), runs=runs)
    samples = nodes.x.shape[0] * nodes.x.shape[1]
    directions = probes if probes is None or epsilon else 0
    operations = floating_point_operations(
        dimension=dimension, samples=samples, directions=directions
    )
    rate = operations / seconds.median / 1e9
    return {**seconds._asdict(), "samples": samples, "gflops": rate}


def main() -> None:
    """Run the benchmark and write its numbers."""
    rates = {
        f"D={d}, {'with' if epsilon else 'without'} Laplacian, "
        f"{'exact' if probes is None else 'estimated'}": throughput(
            dimension=d, epsilon=epsilon, probes=probes
        )
        for d in (2, 6, 9, 100)
        for epsilon in (0.0, EPSILON)
        for probes in (None, 1)
    }
    save("training", {"peak_gflops": peak(), "step": ratio(), "throughput": rates})


if __name__ == "__main__":
    main()
