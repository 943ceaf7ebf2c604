r"""DICE: an action in discrete time that no function of time alone can change.

For a smooth potential the action-matching loss is, by integration by parts in time,

$$L(s) = \int_0^1 \mathbb{E}_{\rho_t}\bigl[\tfrac12|\nabla s|^2 + \tfrac{\epsilon^2}{2}\Delta s
\bigr]\,\mathrm{d}t - \int_0^1\!\int s\,\partial_t\rho\,\mathrm{d}x\,\mathrm{d}t.$$

A quadrature of $\partial_t s$ and the boundary terms cancel under $s \to s + c(t)$ only as far as
the rule is exact (`hoam.quadrature.Rule.gauge_defect`). Here the last integral is discretised as it
stands. On times $t_0 < \dots < t_n$, with $h_j = t_{j+1} - t_j$ and $s_j = s(t_j, \cdot)$, the
trapezoidal rule for the first integral and $\int s\,\partial_t\rho \approx \frac12(s_j + s_{j+1})
(\rho_{j+1} - \rho_j)$ on each interval give

$$\begin{aligned}
L_h(s) &= \sum_{j=0}^{n-1} \frac{h_j}{2}\bigl(e_j + e_{j+1}\bigr) + \frac12\Bigl(
\mathbb{E}_{\rho_j}[s_j + s_{j+1}] - \mathbb{E}_{\rho_{j+1}}[s_j + s_{j+1}]\Bigr), \\
e_j &= \mathbb{E}_{\rho_j}\bigl[\tfrac12|\nabla s_j|^2 + \tfrac{\epsilon^2}{2}\Delta s_j\bigr]
\end{aligned}$$

(the idea is that of Blickhan et al., arXiv 2507.05107; the derivation and the entropic term are
stated here). In each bracket one function is averaged over two laws, so a constant drops out: the
loss is invariant under $s \to s + c(t)$, for any $c$, on any times, and so is its estimate from
samples. For a fixed smooth $s$, $L_h = L + O(h^2)$.

Summed by parts, each time is a term of its own, with $\rho_{-1} = \rho_0$, $\rho_{n+1} = \rho_n$,
$t_{-1} = t_0$ and $t_{n+1} = t_n$:

$$L_h(s) = \sum_{j=0}^{n} \frac{t_{j+1} - t_{j-1}}{2}\,e_j + \frac12\bigl(\mathbb{E}_{\rho_{j-1}}
[s_j] - \mathbb{E}_{\rho_{j+1}}[s_j]\bigr).$$

This is what is computed: a node carries the samples of its two neighbours, each term is invariant
alone, and no derivative in time is needed. The minimiser solves, at each time, $-\nabla\cdot(\rho_j
\nabla s_j) + \frac{\epsilon^2}{2}\Delta\rho_j = (\rho_{j+1} - \rho_{j-1})/(t_{j+1} - t_{j-1})$: the
continuity equation with a central difference, of order 2 on equal steps and of order 1 at both ends
and where the step changes.

All terms use one minibatch for each time. Its errors then nearly cancel between neighbours, as
$\frac12\mathbb{E}_{\rho_j}[s_{j+1} - s_{j-1}]$; with fresh samples in each term they would grow
like $h^{-1/2}$.

The potential of one time is averaged over the population of the next. Choose times so close that a
population moves by less than its own width between them: far outside of $\rho_j$ the energy does
not hold $s_j$ back.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from hoam.calculus import evaluate
from hoam.methods.probing import check, draw_signs, mean_over_samples
from hoam.quadrature import Rule
from hoam.types import Method, Scalar


def dice(
    *,
    rule: Rule,
    epsilon: float = 0.0,
    weight: Callable[[Scalar], Scalar] | None = None,
    probes: int | None = None,
) -> Method:
    r"""Return the discrete inverse continuity equation on the nodes of a rule.

    Args:
        rule: its nodes and both ends are the times $t_j$; its weights are not used. A random rule
            draws other times each step, which leaves the loss as invariant.
        epsilon: diffusion $\epsilon \ge 0$ of the inference dynamics, in normalised units.
        weight: $\omega(t) > 0$ on [0, 1], which multiplies the term of each time and leaves the
            minimiser and the invariance as they are; 1 if not given.
        probes: number of random directions of Hutchinson's estimate of the Laplacian, as in
            `action_matching`. Not given, it is exact.

    Returns:
        A method whose loss at a node is the term of its time in the sum above. Inference is the
        rollout of $\nabla s$, as for action matching.

    Raises:
        TypeError: if `rule` is none, or `weight` no function.
        ValueError: if `epsilon` is negative or not finite, or `probes` is smaller than 1.

    Source: arXiv 2507.05107.
    """
    check(rule, epsilon, probes, weight)

    def with_signs(key, nodes, periodic):
        nodes = with_neighbours(key, nodes, periodic)
        signs = draw_signs(key, nodes, epsilon=epsilon, probes=probes)
        return nodes._replace(extra=(*nodes.extra, signs))

    def loss(network, params, node):
        layers = network.layers(params, node.t, node.mu, dimension=node.x.shape[-1])
        before, after, signs = node.extra

        def energy(s):
            return 0.5 * jnp.sum(s.slopes**2, axis=0) + s.generator

        def mean(samples):
            return jnp.mean(
                jax.vmap(lambda x: evaluate(layers, x, features=network.features))(samples)
            )

        term = node.integral * mean_over_samples(
            energy, layers, None, node.x, signs, epsilon=epsilon, features=network.features
        )
        term = term + node.boundary * (mean(before) - mean(after))
        return term if weight is None else weight(node.t) * term

    name = f"DICE, times of {rule.name}"
    if weight is not None:
        name += f", weight {getattr(weight, '__name__', repr(weight))}"
    if probes is not None:
        name += f", {probes} probe(s)"
    return Method(name, rule, epsilon, loss, with_signs)


def with_neighbours(key, nodes, periodic):
    r"""Return nodes in the order of their times, each with the samples of its neighbours.

    Args:
        key: not used.
        nodes: the nodes of one step, in any order.
        periodic: not used.

    Returns:
        Nodes whose `extra` are the samples `[B, D]` before and after, whose `integral` is
        $(t_{j+1} - t_{j-1})/2$ and whose `boundary` is the weight of the difference of the two
        means, one half.
    """
    del key, periodic
    order = jnp.argsort(nodes.t)
    nodes = jax.tree.map(lambda leaf: leaf[order], nodes)
    count = nodes.t.size
    before = jnp.maximum(jnp.arange(count) - 1, 0)
    after = jnp.minimum(jnp.arange(count) + 1, count - 1)
    return nodes._replace(
        integral=(nodes.t[after] - nodes.t[before]) / 2,
        boundary=jnp.full_like(nodes.t, 0.5),
        extra=(nodes.x[before], nodes.x[after]),
    )
