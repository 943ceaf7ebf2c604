r"""The loss of a model on markers that were held out, without an error of any rule in time.

With the weight $\omega$ of training it is

$$L(s) = \int_0^1\omega\,\mathbb{E}_{\rho_t}\bigl[\tfrac12|\nabla s|^2 - \nabla s\cdot V\bigr]
\,\mathrm{d}t = \tfrac12\int_0^1\omega\,\mathbb{E}_{\rho_t}|\nabla s - \nabla s^*|^2\,\mathrm{d}t -
\tfrac12\int_0^1\omega\,\mathbb{E}_{\rho_t}|\nabla s^*|^2\,\mathrm{d}t,$$

with $V$ the velocities of the markers in phase space, which a simulator knows, and the unknown
exact potential $s^*$. It is 0 where nothing moves. No derivative in time stands in it, so that no
function of time changes it.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from benchmarks.rule_errors import Columns
from hoam import particle_mesh, quadrature
from hoam.inference import potential
from hoam.linear_part import Basis
from hoam.matrix import methods, plasma
from hoam.matrix.oscillator import NODES
from hoam.model import Model
from hoam.networks import Network
from hoam.systems import TwoStream

SYSTEM = TwoStream(loading="quiet")
#: Held out: these parameters, the first of so many markers, and the times of a fine rule.
MUS, FINE = (1.35, 1.65), quadrature.gauss_legendre(192)
_JUDGED, _SIMULATED = 2**11, 2**15


@functools.cache
def held_out() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times `[T]` in [0, 1] and states and velocities `[M, T, N, 2]` of markers.

    The times are the nodes of all fixed rules of the study and those of the fine one, so that one
    set of markers serves all.
    """
    gauss, simpson = (methods.RULES[name] for name in ("hoam_g", "hoam_s"))
    rules = [FINE, *map(gauss, NODES), *map(simpson, NODES)]
    times = np.unique(np.concatenate([rule.times(0.0, 1.0) for rule in rules]))
    length, cells = SYSTEM.length, SYSTEM.cells

    @jax.jit
    def velocities(path: Array, mu: Array) -> Array:
        def at(state):
            x, v = state.T
            a = particle_mesh.force(x, mu=mu, length=length, cells=cells)
            return jnp.stack([v, a], axis=1)[:_JUDGED]

        return jax.lax.map(at, path)

    states, speeds = [], []
    for key, mu in zip(jax.random.split(jax.random.key(500), len(MUS)), MUS, strict=True):
        path = SYSTEM.simulate(key, mu=mu, times=SYSTEM.horizon * times, n_samples=_SIMULATED)
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
            jnp.asarray(scaling.parameters(np.asarray([[mu]]))[0], jnp.float32),
        )
        for m, mu in enumerate(MUS)
    ]
    return {name: np.mean([np.asarray(f[name], float) for f in found], 0) for name in found[0]}


def exact_loss(model: Model) -> float:
    """Return the loss of a model at the parameters held out: 0 where nothing moves."""
    return float(FINE.integrate(columns(model, FINE.nodes)["shape"]))
