r"""Conditional flow matching: for each time and parameter a flow from noise to the population.

With $x_1 \sim \rho_t$ and independent noise $z$, straight paths $x_\tau = (1-\tau)z + \tau x_1$
have the velocity $x_1 - z$, and

$$L(v) = \int_0^1\!\int_0^1 \mathbb{E}_{z,\,x_1\sim\rho_t}\bigl|v(x_\tau, \tau; t, \mu) - (x_1 - z)
\bigr|^2\,\mathrm{d}\tau\,\mathrm{d}t$$

(Lipman et al., arXiv 2210.02747, eq. 23 with $\sigma_{\min} = 0$). The minimiser
$v = \mathbb{E}[x_1 - z \mid x_\tau]$ carries the law of $z$ at $\tau = 0$ to $\rho_t$ at
$\tau = 1$. The physical time $t$ is a condition here, and no more: each output time is a flow of
its own.

On a periodic coordinate, of length 1 when normalised, $z$ is uniform and the path the shortest way
round the circle. Its velocity is then the difference modulo 1, in $[-\frac12, \frac12)$, and the
network sees $x_\tau$ modulo 1 (arXiv 2302.03660, for the flat torus).
"""

import jax
import jax.numpy as jnp

from hoam.arguments import require
from hoam.methods.regression import Target, spread_evenly, squared_error
from hoam.noise import noise, wrap
from hoam.quadrature import Rule
from hoam.samplers import FlowSampler, flow_condition
from hoam.types import Method


def flow_matching(*, rule: Rule, sampler: FlowSampler | None = None) -> Method:
    r"""Return conditional flow matching, conditioned on time and parameter.

    Args:
        rule: nodes and weights of the integral over $t$.
        sampler: the solver of the flow, and the noise it starts from; `FlowSampler()` if not given.

    Returns:
        A method for networks with one output per coordinate. Its loss at a node $(t_j, \mu)$ is
        $w_j$ times the mean over samples of $|v - (x_1 - z)|^2$, at one $\tau$ per node.

    Raises:
        TypeError: if `rule` is none, or `sampler` one of another method.

    Source: arXiv 2210.02747, Section 4.
    """
    chosen = sampler or FlowSampler()
    require(rule, Rule, what="a rule in time", use="e.g. hoam.quadrature.gauss_legendre(64)")
    require(chosen, FlowSampler, what="a sampler of this method", use="FlowSampler()")

    def prepare(key, nodes, periodic):
        key_tau, key_noise = jax.random.split(key)
        tau = spread_evenly(key_tau, nodes)
        z = noise(key_noise, chosen.spread, like=nodes.x, periodic=periodic)
        way = nodes.x - z
        circular = jnp.broadcast_to(periodic, way.shape)
        way = jnp.where(circular, (way + 0.5) % 1 - 0.5, way)
        x = wrap(z + tau[:, None, None] * way, periodic)
        return nodes._replace(x=x, extra=Target(jax.vmap(flow_condition)(tau), way))

    name = f"flow matching, {rule.name}, noise {chosen.spread:g}"
    return Method(name, rule, 0.0, squared_error, prepare, chosen)
