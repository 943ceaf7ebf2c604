r"""The action-matching loss, with any rule for its time integral.

$$L(s) = \int_0^1 \mathbb{E}_{x\sim\rho_t}\Bigl[\tfrac12|\nabla s|^2 + \partial_t s +
\tfrac{\epsilon^2}{2}\Delta s\Bigr]\,\mathrm{d}t + \mathbb{E}_{\rho_0}[s(0,\cdot)] -
\mathbb{E}_{\rho_1}[s(1,\cdot)]$$

(arXiv 2410.12000, Section 3; without the rule, Neklyudov et al., arXiv 2210.06662). Its minimiser
moves $\rho$ along $\partial_t\rho = -\nabla\cdot(\rho\nabla s) + \frac{\epsilon^2}{2}\Delta\rho$.
There is one loss and three methods: random nodes give AM, Simpson's HOAM-S, Gauss-Legendre nodes
HOAM-G.
"""

import jax
import jax.numpy as jnp

from hoam.calculus import jet
from hoam.quadrature import Rule
from hoam.types import Method


def action_matching(*, rule: Rule, epsilon: float = 0.0) -> Method:
    r"""Return the action-matching objective with the given rule in time.

    Args:
        rule: nodes and weights of the time integral; a random rule draws its nodes afresh each
            step.
        epsilon: diffusion $\epsilon \ge 0$ of the inference dynamics, in normalised units.

    Returns:
        A method whose loss at a node $(t_j, \mu)$ with samples $x_1, \dots, x_B$ is the mean over
        samples of $w_j(\frac12|\nabla s|^2 + \partial_t s + \frac{\epsilon^2}{2}\Delta s) + \beta_j
        s$, with $w_j$ the rule's weight and $\beta_j$ the boundary weight.

    Raises:
        ValueError: if `epsilon` is negative or not finite.
    """
    if not 0 <= epsilon < float("inf"):
        message = f"Expected a finite epsilon >= 0; got {epsilon}. Use 0 for no diffusion."
        raise ValueError(message)

    def loss(network, params, node):
        dimension = node.x.shape[-1]
        layers, rates = jax.jvp(
            lambda t: network.layers(params, t, node.mu, dimension=dimension),
            (node.t,),
            (jnp.ones_like(node.t),),
        )
        directions = jnp.eye(dimension, dtype=node.x.dtype)

        def at_sample(x):
            s = jet(
                layers, rates, x, directions=directions, epsilon=epsilon, features=network.features
            )
            integrand = 0.5 * jnp.sum(s.slopes**2) + s.generator
            return node.integral * integrand + node.boundary * s.value

        return jnp.mean(jax.vmap(at_sample)(node.x))

    return Method(f"action matching, {rule.name}", rule, epsilon, loss)
