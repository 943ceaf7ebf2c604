r"""Noise-conditioned score matching: for each time and parameter a sampler by Langevin dynamics.

The score of the population under Gaussian noise, $p_\sigma = \rho_t * \mathcal{N}(0, \sigma^2)$, is
learned at levels $\sigma_1 > \dots > \sigma_L$ by denoising: with $x \sim \rho_t$ and
$z \sim \mathcal{N}(0, I)$,

$$L(s) = \int_0^1 \frac1L \sum_{i=1}^L \sigma_i^2\,\mathbb{E}_{x,z}\Bigl|s(x + \sigma_i z, \sigma_i;
t, \mu) + \frac{z}{\sigma_i}\Bigr|^2\,\mathrm{d}t$$

(Song and Ermon, arXiv 1907.05600, eqs. 5 and 6, there with a factor one half). The minimiser is
$s = \nabla\log p_{\sigma_i}$. Scores grow like $1/\sigma$, so the network gives $\sigma s$, which
stays of order one (arXiv 2006.09011, Section 3.3); with the weight $\sigma^2$ the loss is the mean
square of $\sigma s + z$.

On a periodic coordinate the noise is wrapped: the network sees $x + \sigma z$ modulo 1, and the
conditional mean of $-z/\sigma$ is the score of the wrapped law.
"""

import jax
import jax.numpy as jnp

from hoam.arguments import require
from hoam.methods.regression import Target, spread_evenly, squared_error
from hoam.noise import wrap
from hoam.quadrature import Rule
from hoam.samplers import AnnealedLangevin, noise_condition
from hoam.types import Method


def score_matching(*, rule: Rule, sampler: AnnealedLangevin | None = None) -> Method:
    r"""Return noise-conditioned score matching, conditioned on time and parameter.

    Args:
        rule: nodes and weights of the integral over $t$.
        sampler: annealed Langevin dynamics and the noise levels to learn; `AnnealedLangevin()`, 10
            levels from 1 to 0.01, if not given.

    Returns:
        A method for networks with one output per coordinate. Its loss at a node $(t_j, \mu)$ is
        $w_j$ times the mean over samples of $|\sigma s + z|^2$, at one level per node.

    Raises:
        TypeError: if `rule` is none, or `sampler` one of another method.

    Source: arXiv 1907.05600, Sections 4.2 and 4.3.
    """
    chosen = sampler or AnnealedLangevin()
    require(rule, Rule, what="a rule in time", use="e.g. hoam.quadrature.gauss_legendre(64)")
    require(chosen, AnnealedLangevin, what="a sampler of this method", use="AnnealedLangevin()")

    def prepare(key, nodes, periodic):
        key_level, key_noise = jax.random.split(key)
        level = (chosen.levels * spread_evenly(key_level, nodes)).astype(jnp.int32)
        sigma = jnp.asarray(chosen.sigmas, nodes.x.dtype)[jnp.minimum(level, chosen.levels - 1)]
        z = jax.random.normal(key_noise, nodes.x.shape, nodes.x.dtype)
        x = wrap(nodes.x + sigma[:, None, None] * z, periodic)
        return nodes._replace(x=x, extra=Target(jax.vmap(noise_condition)(sigma), -z))

    name = (
        f"score matching, {rule.name}, {chosen.levels} levels "
        f"{chosen.largest:g} to {chosen.smallest:g}"
    )
    return Method(name, rule, 0.0, squared_error, prepare, chosen)
