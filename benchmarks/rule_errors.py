r"""The error that a rule in time makes at a potential, in two parts.

With $e = \mathbb{E}_{\rho_t}[\frac12|\nabla s|^2]$ and $c = \mathbb{E}_{\rho_t}[s]$, the loss with
a rule $Q$ for the time integral, and with the weight $\omega$ of the times, is

$$L_Q - L = \underbrace{Q\bigl((\omega c)'\bigr) - \bigl[\omega c\bigr]_0^1}_{\text{gauge}} +
\underbrace{(Q - \textstyle\int)\,\omega\Bigl(e - \int s\,\partial_t\rho_t\,\mathrm{d}x\Bigr)
}_{\text{shape}}, \qquad \int s\,\partial_t\rho_t\,\mathrm{d}x = c' - \mathbb{E}_{\rho_t}
[\partial_t s].$$

The first part is that of a function of time alone; the second does not see one. DICE has no first.
"""

from collections.abc import Callable

import jax
import numpy as np

from hoam.quadrature import Rule

#: Over times: `energy` $\omega e$, `change` $(\omega c)'$, `shape` $\omega(e - \int s\,\partial_t
#: \rho)$, and $\omega$ times the means of the potential over the laws `before` and `after`.
type Columns = dict[str, np.ndarray]

DRAWS = 300


def parts(
    rule: Rule,
    at: Callable[[np.ndarray], Columns],
    *,
    exact: Columns,
    fine: Rule,
    discrete: bool = False,
) -> tuple[float, float]:
    """Return the gauge and the shape part of the error of a rule at a potential.

    Those of random times have mean zero: their root mean squares over draws are returned.

    Args:
        rule: the rule.
        at: what the potential gives at times in [0, 1]; not asked for random times.
        exact: the same at the nodes of `fine`.
        fine: a rule with so many nodes that its own error does not count.
        discrete: whether the loss is that of DICE on the rule's nodes and both ends.
    """
    if rule.draw is not None:
        draws = np.asarray(jax.vmap(rule.draw)(jax.random.split(jax.random.key(41), DRAWS)))
        gauge, shape = (
            np.interp(draws, fine.nodes, exact[name]).mean(axis=1) - fine.integrate(exact[name])
            for name in ("change", "shape")
        )
        return float(np.sqrt(np.mean(gauge**2))), float(np.sqrt(np.mean(shape**2)))
    if discrete:
        times = rule.times(0.0, 1.0)
        found = at(times)
        after, before = np.append(times[1:], 1.0), np.append(0.0, times[:-1])
        terms = (after - before) / 2 * found["energy"] + (found["before"] - found["after"]) / 2
        return 0.0, float(terms.sum() - fine.integrate(exact["shape"]))
    found = at(rule.nodes)
    gauge, shape = (
        rule.integrate(found[name]) - fine.integrate(exact[name]) for name in ("change", "shape")
    )
    return float(gauge), float(shape)
