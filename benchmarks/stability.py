r"""How stable five methods are on the two-stream instability, over the number of time nodes.

All trainings have the recipe of the book for this plasma (`hoam.matrix.plasma`): quiet markers,
samples spread over cells, the weight for early times, the network with frequencies in time, Muon.
They differ in method, nodes and seed alone; each step has the same number of samples, the fewer the
nodes the more at each. There are few steps, since all of it has to be trained again in an hour.

A training is judged by the exact loss at parameters held out, which needs no knowledge of the exact
potential $s^*$: with the weight $\omega$ of training,

$$L(s) = \int_0^1\omega\,\mathbb{E}_{\rho_t}\bigl[\tfrac12|\nabla s|^2 - \nabla s\cdot V\bigr]
\,\mathrm{d}t = \tfrac12\int_0^1\omega\,\mathbb{E}_{\rho_t}|\nabla s - \nabla s^*|^2\,\mathrm{d}t -
\tfrac12\int_0^1\omega\,\mathbb{E}_{\rho_t}|\nabla s^*|^2\,\mathrm{d}t,$$

with $V$ the velocities of the markers in phase space, which a simulator knows. It is 0 where
nothing moves, and *above 0 a training has diverged*: its squared error exceeds that of standing
still. No derivative in time stands in it, so no function of time changes it.

    python -m benchmarks.stability                 # all trainings that have no outcome yet
    python -m benchmarks.stability hoam_g 16 0     # one of them: method, nodes, seed
"""

import dataclasses
import functools
import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from benchmarks.outcomes import Outcomes, significant
from benchmarks.rule_errors import Columns, parts
from hoam import particle_mesh, quadrature
from hoam.inference import potential
from hoam.linear_part import Basis
from hoam.matrix import methods, plasma
from hoam.matrix.oscillator import NODES
from hoam.minibatches import in_cells
from hoam.model import Model
from hoam.networks import Network
from hoam.runs import Config
from hoam.systems import TwoStream
from hoam.train import fingerprint

OUTCOMES = Outcomes.of("stability")
#: Names of the methods in tables and figures, and in the names of trainings.
METHODS = {
    "HOAM-G": "hoam_g",
    "HOAM-S": "hoam_s",
    "DICE": "dice",
    "AM": "am",
    "AM, stratified": "am_stratified",
}
SEEDS = range(5)
#: Samples of a step, and steps.
SAMPLES, STEPS = 4096, 400

#: From a number of nodes to the rule of a method, or for DICE to its times.
RULES = {
    **methods.RULES,
    "dice": quadrature.gauss_legendre,
    "am_stratified": quadrature.stratified,
}
_SYSTEM = TwoStream(loading="quiet")
#: Markers of the training data; with so few the energy of the full model is off by 2 %.
_MARKERS = 2**13
#: Held out: these parameters, the first of so many other markers, and the times of a fine rule.
_MUS, _FINE = (1.35, 1.65), quadrature.gauss_legendre(192)
_JUDGED, _SIMULATED = 2**11, 2**15


def remembered(arrange: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Return `arrange`, which returns what it did before if the samples are those of before.

    All trainings with random times and one seed have the same samples, and ordering them takes
    almost as long as a training.
    """
    last: dict[int, np.ndarray] = {}

    def again(samples: np.ndarray) -> np.ndarray:
        key = fingerprint(samples)
        if key not in last:
            last.clear()
            last[key] = arrange(samples)
        return last[key]

    return again


_IN_CELLS = remembered(in_cells)


def config(method: str, nodes: int, seed: int) -> Config:
    """Return one training."""
    recipe = plasma.quiet(
        _SYSTEM,
        f"two_stream-n{nodes:03d}-{method}",
        RULES[method](nodes),
        SAMPLES // nodes,
        seed=seed,
        validation_mus=_MUS,
        n_samples=_MARKERS,
    )
    run = dataclasses.replace(
        recipe,
        steps=STEPS,
        every=STEPS,
        n_validation=2**10,
        minibatch=dataclasses.replace(recipe.minibatch, arrange=_IN_CELLS),
    )
    return methods.discrete(run, weight=plasma.WEIGHT) if method == "dice" else run


@functools.cache
def held_out() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times `[T]` in [0, 1] and states and velocities `[M, T, N, 2]` of markers.

    The times are the nodes of all rules and of a fine one, so that all see the same markers.
    """
    rules = [RULES[method](nodes) for method in ("hoam_g", "hoam_s") for nodes in NODES]
    times = np.unique(np.concatenate([rule.times(0.0, 1.0) for rule in (*rules, _FINE)]))
    length, cells = _SYSTEM.length, _SYSTEM.cells

    @jax.jit
    def velocities(path: Array, mu: Array) -> Array:
        def at(state):
            x, v = state.T
            a = particle_mesh.force(x, mu=mu, length=length, cells=cells)
            return jnp.stack([v, a], axis=1)[:_JUDGED]

        return jax.lax.map(at, path)

    states, speeds = [], []
    for key, mu in zip(jax.random.split(jax.random.key(500), len(_MUS)), _MUS, strict=True):
        path = _SYSTEM.simulate(key, mu=mu, times=_SYSTEM.horizon * times, n_samples=_SIMULATED)
        states.append(np.asarray(path[:, :_JUDGED]))
        speeds.append(np.asarray(velocities(path, jnp.asarray(mu))))
    return times, np.stack(states), np.stack(speeds)


@functools.partial(jax.jit, static_argnames=("network", "basis"))
def _along(
    network: Network,
    basis: Basis | None,
    params: Any,
    pieces: Any,
    y: Float[Array, "T N 2"],
    velocity: Float[Array, "T N 2"],
    t: Float[Array, " T"],
    mu: Float[Array, " 1"],
) -> Columns:
    """Return what a potential gives at times, from normalised states and velocities."""
    s = potential(network, basis, params, pieces, 2)

    def mean(t, y):
        return jnp.mean(jax.vmap(s(t, mu))(y))

    def at(inputs):
        t, before, y, after, velocity = inputs
        slopes = jax.vmap(jax.grad(s(t, mu)))(y)
        energy = 0.5 * jnp.mean(jnp.sum(slopes**2, axis=1))
        transport = jnp.mean(jnp.sum(slopes * velocity, axis=1))
        c, rate = jax.jvp(lambda t: mean(t, y), (t,), (jnp.ones_like(t),))
        omega, omega_rate = jax.jvp(plasma.WEIGHT, (t,), (jnp.ones_like(t),))
        return {
            "energy": omega * energy,
            "change": omega_rate * c + omega * (rate + transport),
            "shape": omega * (energy - transport),
            "before": omega * mean(t, before),
            "after": omega * mean(t, after),
        }

    before, after = jnp.concatenate([y[:1], y[:-1]]), jnp.concatenate([y[1:], y[-1:]])
    return jax.lax.map(at, (t, before, y, after, velocity))


def columns(model: Model, times: np.ndarray) -> Columns:
    """Return what the potential of a model gives at held-out times, averaged over parameters."""
    known, states, velocities = held_out()
    rows = np.abs(known[:, None] - times).argmin(axis=0)
    np.testing.assert_allclose(known[rows], times, atol=1e-12)
    scaling, linear = model.scaling, model.linear
    speed = scaling.duration / np.asarray(scaling.size, np.float32)
    found = [
        _along(
            model.network,
            linear and linear.basis,
            model.params,
            linear and linear.pieces(mu),
            scaling.states(states[m, rows]),
            velocities[m, rows] * speed,
            jnp.asarray(times, jnp.float32),
            jnp.asarray(scaling.parameters(np.asarray([mu])), jnp.float32),
        )
        for m, mu in enumerate(_MUS)
    ]
    return {name: np.mean([np.asarray(f[name], float) for f in found], 0) for name in found[0]}


def exact_loss(model: Model) -> float:
    """Return the loss of a model at the parameters held out: 0 where nothing moves."""
    return float(_FINE.integrate(columns(model, _FINE.nodes)["shape"]))


def train(method: str, nodes: int, seed: int) -> dict[str, float | None]:
    """Train once and return what came of it, `None` for what is not finite.

    Returns:
        Mean (`training`) and deviation (`scatter`) of the training loss over the last fifth of the
        steps; the loss that `fit` sees at other markers and 97 times, for DICE its own
        (`validation`); the `exact` loss; the two parts of the rule's error (`rule_errors`); the
        error of the electric `energy`. Nothing if the training broke off.
    """
    run = config(method, nodes, seed)
    try:
        model = run.run(progress=sys.stderr.isatty())
    except FloatingPointError:
        return {}
    history = model.record["history"]
    tail = np.asarray(history["loss"][-len(history["loss"]) // 5 :])
    exact = columns(model, _FINE.nodes)
    gauge, shape = parts(
        run.method.rule,
        lambda times: columns(model, times),
        exact=exact,
        fine=_FINE,
        discrete=method == "dice",
    )
    found = {
        "training": tail.mean(),
        "scatter": tail.std(),
        "validation": history["validation"][-1],
        "exact": _FINE.integrate(exact["shape"]),
        "gauge": gauge,
        "shape": shape,
        "energy": history["monitor"][-1],
    }
    return {name: significant(v) if np.isfinite(v) else None for name, v in found.items()}


def diverged(outcome: dict[str, float | None]) -> bool:
    """Return whether a training ended worse than standing still, or broke off."""
    loss = outcome.get("exact")
    return loss is None or loss > 0


def main(arguments: list[str]) -> None:
    """Train what is asked for and write the outcomes."""
    runs = [(method, n, seed) for seed in SEEDS for method in METHODS.values() for n in NODES]
    if arguments:
        method, nodes, seed = arguments
        runs = [(method, int(nodes), int(seed))]
    OUTCOMES.complete(runs, train)


if __name__ == "__main__":
    main(sys.argv[1:])
