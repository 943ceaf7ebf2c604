r"""The action-matching loss, with any rule for its time integral.

$$L(s) = \int_0^1 \mathbb{E}_{x\sim\rho_t}\Bigl[\tfrac12|\nabla s|^2 + \partial_t s +
\tfrac{\epsilon^2}{2}\Delta s\Bigr]\,\mathrm{d}t + \mathbb{E}_{\rho_0}[s(0,\cdot)] -
\mathbb{E}_{\rho_1}[s(1,\cdot)]$$

(arXiv 2410.12000, Section 3; without the rule, Neklyudov et al., arXiv 2210.06662). Its minimiser
moves $\rho$ along $\partial_t\rho = -\nabla\cdot(\rho\nabla s) + \frac{\epsilon^2}{2}\Delta\rho$.
There is one loss and three methods: random nodes give AM, Simpson's HOAM-S, Gauss-Legendre nodes
HOAM-G.

A weight $\omega(t) > 0$ leaves the minimiser as it is and shifts attention between times,

$$\begin{aligned}
L_\omega(s) = {}& \int_0^1 \mathbb{E}_{\rho_t}\Bigl[\omega\bigl(\tfrac12|\nabla s|^2 + \partial_t s
+ \tfrac{\epsilon^2}{2}\Delta s\bigr) + \dot\omega s\Bigr]\,\mathrm{d}t \\
& + \omega(0)\,\mathbb{E}_{\rho_0}[s(0,\cdot)] - \omega(1)\,\mathbb{E}_{\rho_1}[s(1,\cdot)],
\end{aligned}$$

since up to a constant it is $\int\frac{\omega}{2}\,\mathbb{E}_{\rho_t}|\nabla s - \nabla s^*|^2\,
\mathrm{d}t$. Where small early motions decide what happens late, it lets the early times count.

The forward pass of `hoam.calculus.jet` carries one direction for each coordinate, so that a state
costs $D + 2$ rows. In many dimensions the gradient comes from one reverse pass instead, and the
Laplacian from $K$ random directions: $D$ then counts in the first layer alone.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from hoam.arguments import is_number
from hoam.methods.probing import check, draw_signs, mean_over_samples
from hoam.quadrature import Rule
from hoam.types import Method, Scalar


def action_matching(
    *,
    rule: Rule,
    epsilon: float = 0.0,
    weight: Callable[[Scalar], Scalar] | None = None,
    probes: int | None = None,
) -> Method:
    r"""Return the action-matching objective with the given rule in time.

    Args:
        rule: nodes and weights of the time integral; a random rule draws its nodes afresh each
            step.
        epsilon: diffusion $\epsilon \ge 0$ of the inference dynamics, in normalised units.
        weight: $\omega(t) > 0$ on [0, 1], differentiable by JAX; 1 if not given.
        probes: number $K$ of random directions of Hutchinson's estimate of the Laplacian, drawn
            afresh for every sample; the gradient then comes from a reverse pass, exactly. Not
            given, both are exact and come from the forward pass.

    Returns:
        A method whose loss at a node $(t_j, \mu)$ with samples $x_1, \dots, x_B$ is the mean over
        samples of $w_j[\omega(\frac12|\nabla s|^2 + \partial_t s + \frac{\epsilon^2}{2}\Delta s) +
        \dot\omega s] + \beta_j\omega s$ at $t_j$, with $w_j$ the rule's weight and $\beta_j$ the
        boundary weight.

    Raises:
        TypeError: if `rule` is none, or `weight` no function.
        ValueError: if `epsilon` is negative or not finite, or `probes` is smaller than 1.
    """
    check(rule, epsilon, probes, weight)

    def with_signs(key, nodes, periodic):
        del periodic
        return nodes._replace(extra=draw_signs(key, nodes, epsilon=epsilon, probes=probes))

    def loss(network, params, node):
        layers, rates = jax.jvp(
            lambda t: network.layers(params, t, node.mu, dimension=node.x.shape[-1]),
            (node.t,),
            (jnp.ones_like(node.t),),
        )
        omega, omega_rate = jax.jvp(weight or jnp.ones_like, (node.t,), (jnp.ones_like(node.t),))

        signs = None if probes is None else node.extra

        def term(s):
            energy = 0.5 * jnp.sum(s.slopes**2, axis=0) + s.generator
            integrand = omega * energy + omega_rate * s.value
            return node.integral * integrand + node.boundary * omega * s.value

        return mean_over_samples(
            term, layers, rates, node.x, signs, epsilon=epsilon, features=network.features
        )

    name = f"action matching, {rule.name}"
    if weight is not None:
        name += f", weight {getattr(weight, '__name__', repr(weight))}"
    if probes is not None:
        name += f", {probes} probe(s)"
    return Method(name, rule, epsilon, loss, with_signs)


def decaying(rate: float) -> Callable[[Scalar], Scalar]:
    r"""Return the weight $\omega(t) = \lambda e^{-\lambda t} / (1 - e^{-\lambda})$, of mean one.

    Args:
        rate: $\lambda > 0$; the start counts $e^\lambda$ times as much as the end.

    Raises:
        ValueError: if `rate` is not positive and finite.
    """
    if not is_number(rate) or not 0 < rate < float("inf"):
        message = f"Expected a finite rate > 0; got {rate!r}. Use no weight for equal times."
        raise ValueError(message)

    def weight(t: Scalar) -> Scalar:
        return rate * jnp.exp(-rate * t) / -jnp.expm1(-rate)

    weight.__name__ = f"decaying({rate:g})"
    return weight
