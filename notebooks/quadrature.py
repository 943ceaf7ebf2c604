# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# (chap-quadrature)=
# # Quadrature and the gauge test
#
# The action-matching loss {eq}`eq-action` holds one integral over time. Action matching draws the
# times of that integral at random; higher-order action matching takes the {term}`nodes <node>` and weights of a
# {term}`quadrature rule <rule>`. Nothing else differs. This chapter is about that one choice.
#
# :::{admonition} What you will learn
# :class: tip
# - what a rule promises: its degree and its order, measured here and compared with theory;
# - why no rule keeps its promise before it resolves the integrand, and what sets that scale;
# - the {term}`gauge` test, which needs no data and no network, and why random times always fail it;
# - how to use data that exists only at given times, and what must never be done with it.
# :::
#
# We write a rule as $Q(q) = \sum_{j=1}^n w_j\, q(t_j)$ for
# $I(q) = \int_0^1 q(t)\,\mathrm{d}t$. In `hoam` a rule is two arrays:

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
from math import factorial

import jax
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import root

import hoam
from hoam import quadrature

jax.config.update("jax_enable_x64", True)
hoam.plotting.style()
report = hoam.report.Report("quadrature", profile=profile)
draws = 200 if profile == "quick" else 20_000

INK = {
    "trapezoid": dict(color=hoam.plotting.COLOURS["floor"], marker="s"),
    "Simpson": dict(color=hoam.plotting.COLOURS["HOAM-S"], marker="^"),
    "Gauss-Legendre": dict(color=hoam.plotting.COLOURS["HOAM-G"], marker="o"),
    "spline": dict(color=hoam.plotting.shades(1)[0], marker="D"),
    "Monte Carlo": dict(color=hoam.plotting.COLOURS["AM"], marker="x"),
}

# %%
rule = quadrature.gauss_legendre(4)
print("nodes  ", rule.nodes.round(6))
print("weights", rule.weights.round(6))

# %% [markdown]
# (sec-degree)=
# ## Degree: what a rule integrates exactly
#
# ```{index} degree of a rule, Gauss-Legendre rule, Simpson's rule, Monte Carlo rule, spline rule
# ```
#
# The *degree* of a rule is the largest $d$ for which it integrates every polynomial of degree $d$
# without error. Two facts are worth keeping in mind {cite}`davis1984methods`. With $n$ nodes one can
# solve for $n$ weights, so degree $n - 1$ is free; a rule whose nodes are the zeros of the Legendre
# polynomial $P_n$ gets another $n$ for nothing. And nobody gets more: the polynomial
# $\prod_j (t - t_j)^2$ has degree $2n$, a positive integral, and the value zero under any rule with
# those nodes.
#
# {numref}`fig-quadrature-degrees` measures the degree. For each rule and each monomial it shows the
# error in double precision. Below the degree there is only rounding; above, the error jumps by many
# orders of magnitude. The measured degrees are
# {num}`fig-quadrature-degrees.trapezoid_9:.0f` (trapezoid, 9 nodes),
# {num}`fig-quadrature-degrees.simpson_9:.0f` (Simpson, 9 nodes),
# {num}`fig-quadrature-degrees.gauss_legendre_4:.0f` and
# {num}`fig-quadrature-degrees.gauss_legendre_8:.0f` (Gauss-Legendre, 4 and 8 nodes) and
# {num}`fig-quadrature-degrees.spline_9:.0f` (cubic spline through 9 irregular times). Nine random
# nodes integrate constants and nothing else.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-quadrature-degrees", "caption": "What each rule integrates exactly. Error of the rule for the monomial $t^d$ on [0, 1] in double precision. To the left of each jump a rule is exact up to rounding (errors below 10⁻¹⁷ are drawn there); the last exact $d$ is its degree. Nine random nodes are exact for constants alone."}, "image": {"alt": "Error on a logarithmic axis against the degree of the monomial. Every rule is at rounding level up to its degree, 1 for the trapezoid, 3 for Simpson and spline, 7 and 15 for Gauss-Legendre with four and eight nodes, and jumps up by many orders of magnitude beyond. Monte Carlo jumps at degree 1."}}
irregular = np.asarray([0.0, 0.09, 0.24, 0.35, 0.52, 0.61, 0.78, 0.9, 1.0])
rules = {
    "trapezoid_9": quadrature.trapezoid(9),
    "simpson_9": quadrature.simpson(9),
    "spline_9": quadrature.spline(irregular),
    "gauss_legendre_4": quadrature.gauss_legendre(4),
    "gauss_legendre_8": quadrature.gauss_legendre(8),
    "monte_carlo_9": quadrature.monte_carlo(9),
}
powers = np.arange(21)
errors = {
    name: np.asarray([abs(rule.integrate(rule.nodes**d) - 1 / (d + 1)) for d in powers])
    for name, rule in rules.items()
}
for name, error in errors.items():
    report.record("fig-quadrature-degrees", **{name: np.argmax(error > 1e-13) - 1})

figure, axis = plt.subplots(figsize=(7.2, 4))
labels = {
    "trapezoid_9": ("trapezoid", "trapezoid, 9 nodes", "-"),
    "simpson_9": ("Simpson", "Simpson, 9 nodes", "-"),
    "spline_9": ("spline", "spline, 9 irregular times", "-"),
    "gauss_legendre_4": ("Gauss-Legendre", "Gauss-Legendre, 4 nodes", "--"),
    "gauss_legendre_8": ("Gauss-Legendre", "Gauss-Legendre, 8 nodes", "-"),
    "monte_carlo_9": ("Monte Carlo", "Monte Carlo, 9 nodes", ":"),
}
for name, (kind, label, dashes) in labels.items():
    settings = dict(markersize=4.5, linewidth=1.3, linestyle=dashes, label=label)
    axis.semilogy(powers, np.maximum(errors[name], 1e-17), **INK[kind], **settings)
axis.set(xlabel="degree d of the monomial", ylabel="error of the rule", xticks=powers[::2])
axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
report.figure(
    "fig-quadrature-degrees",
    figure,
    data={"degree": powers, **errors},
    parameters={"irregular times": ", ".join(map(str, irregular))},
)
plt.show()

# %% [markdown]
# One step beyond the degree, the error has a closed form. For spacing $h$ and the first monomial that
# fails,
#
# $$
# \underbrace{\frac{h^2}{6}}_{\text{trapezoid},\ t^2}, \qquad
# \underbrace{\frac{2h^4}{15}}_{\text{Simpson},\ t^4}, \qquad
# \underbrace{\frac{(n!)^4}{(2n+1)\,[(2n)!]^2}}_{\text{Gauss-Legendre},\ t^{2n}} .
# $$ (eq-first-error)
#
# The last one is $\int_0^1 \prod_j (t - t_j)^2\,\mathrm{d}t$, the polynomial of the remark above. Measured
# over predicted error: {num}`fig-quadrature-degrees.trapezoid_beyond:.6f`,
# {num}`fig-quadrature-degrees.simpson_beyond:.6f` and
# {num}`fig-quadrature-degrees.gauss_legendre_beyond:.6f`. The rules are exact to their degree, *and
# not beyond*.

# %%
h, n = 1 / 8, 4
report.record(
    "fig-quadrature-degrees",
    trapezoid_beyond=errors["trapezoid_9"][2] / (h**2 / 6),
    simpson_beyond=errors["simpson_9"][4] / (2 * h**4 / 15),
    gauss_legendre_beyond=errors["gauss_legendre_4"][2 * n]
    / (factorial(n) ** 4 / ((2 * n + 1) * factorial(2 * n) ** 2)),
)

# %% [markdown]
# (sec-order)=
# ## Order: how fast the error falls
#
# ```{index} order of a rule, Bernstein ellipse, geometric convergence
# ```
#
# Degrees speak of polynomials. The integrand of the loss is none. What counts in practice is how the
# error falls as nodes are added, and here the oscillator helps: with its exact potential, pinned to
# zero at the mean, the integrand is known in closed form,
#
# $$
# q(t) = \mathbb{E}_{\rho_t}\bigl[\tfrac12|\nabla s|^2 + \partial_t s\bigr]
#      = -\tfrac12 |m'(t)|^2 + \mathrm{sd}(t)\,\mathrm{sd}''(t),
# $$ (eq-exact-integrand)
#
# where $m$ and $\mathrm{sd}$ are the mean and the standard deviation per coordinate of the Gaussian law
# ({ref}`chap-populations`). We integrate it with every rule.
#
# How fast *can* a rule converge? Trapezoid and Simpson are of order 2 and 4 in the spacing if $q$ has
# that many derivatives. The cubic spline is of order 4. Monte Carlo has the error
# $\sqrt{\operatorname{Var} q / n}$ whatever $q$ is. Gauss-Legendre is geometric: if $q$ is analytic in
# the ellipse with foci 0 and 1 that passes through its nearest singularity $z$, the error falls like
# $\varrho^{-2n}$ with {cite}`trefethen2019approximation`
#
# $$
# \varrho = \bigl|\zeta + \sqrt{\zeta - 1}\sqrt{\zeta + 1}\bigr|, \qquad \zeta = 2z - 1 .
# $$ (eq-bernstein)
#
# The singularities of {eq}`eq-exact-integrand` are the complex times at which the variance
# vanishes. Without noise on the velocity they solve $\tan(\omega z) = \pm i\omega$, that is
#
# $$
# z = \frac{1}{\omega}\Bigl(\frac{\pi}{2} + k\pi \pm i \operatorname{artanh}\frac1\omega\Bigr),
# \qquad \operatorname{Im} z \approx \frac{1}{\omega^2} .
# $$ (eq-poles)
#
# So a fast oscillator is hard in a way that its cosine does not show: each time the population passes
# through its focus, $q$ has a spike of width about $1/\omega^2$.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-quadrature-order", "caption": "Convergence on the exact integrand of the oscillator. Absolute error of the time integral against the number of nodes, for a slow oscillator (ω = 2, left) and a fast one (ω = 10, right). Left: trapezoid, Simpson and spline show their orders (thin grey lines: slopes −2 and −4), Gauss-Legendre is geometric at the rate set by the nearest complex singularity (dashed). Right: no rule shows its order before it resolves the spikes of width 1/ω²; up to there Gauss and Simpson nodes are equally good, and both far better than random ones (root mean square over independent draws)."}, "image": {"alt": "Two log-log plots of error against number of nodes. For the slow oscillator the trapezoid falls with slope two, Simpson and spline with slope four, Gauss-Legendre drops to rounding level with twenty nodes, Monte Carlo falls with slope one half. For the fast oscillator all deterministic rules first drop to about one hundredth, stay on a plateau up to about a hundred nodes, and only then show their orders."}}
system = hoam.systems.Oscillator()
integrand = jax.jit(jax.vmap(system.integrand, (0, None)))


def variance(t, w):
    """Return the variance per coordinate at a complex time."""
    free = np.cos(w * t) ** 2 + (np.sin(w * t) / w) ** 2
    noise = (t / 2 - np.sin(2 * w * t) / (4 * w)) / w**2
    return system.spread**2 * free + system.sigma**2 * noise


def ellipse(w):
    """Return the smallest ellipse parameter over the zeros of the variance near [0, 1]."""

    def split(z):
        value = variance(z[0] + 1j * z[1], w)
        return [value.real, value.imag]

    guesses = [(np.pi / 2 + k * np.pi) / w + 1j * np.arctanh(1 / w) / w for k in range(-1, 8)]
    zeros = [root(split, [z.real, z.imag], tol=1e-13).x @ [1, 1j] for z in guesses]
    zeta = 2 * np.asarray(zeros) - 1
    return np.abs(zeta + np.sqrt(zeta - 1) * np.sqrt(zeta + 1)).min()


def integral(rule, w):
    """Return the rule's value for the oscillator's integrand; one shape, so one compilation."""
    values = np.asarray(integrand(np.resize(rule.nodes, 2000), w))
    return float(rule.integrate(values[: rule.nodes.size]))


builders = {
    "trapezoid": (quadrature.trapezoid, 2 ** np.arange(2, 10) + 1),
    "Simpson": (quadrature.simpson, 2 ** np.arange(2, 10) + 1),
    "spline": (lambda n: quadrature.spline(np.linspace(0, 1, n)), 2 ** np.arange(2, 10) + 1),
    "Gauss-Legendre": (
        quadrature.gauss_legendre,
        np.unique(np.geomspace(2, 513, 40).round().astype(int)),
    ),
}
rng = np.random.default_rng(0)
curves, data = {}, {}
figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.2), sharey=True, sharex=True)
for axis, w in zip(axes, (2.0, 10.0), strict=True):
    exact = integral(quadrature.gauss_legendre(2000), w)
    for kind, (build, counts) in builders.items():
        error = np.asarray([abs(integral(build(int(n)), w) - exact) for n in counts])
        curves[kind, w] = counts, error
        axis.loglog(
            counts, np.maximum(error, 1e-13), label=kind, markersize=3.5, linewidth=1.2, **INK[kind]
        )
    counts = 2 ** np.arange(2, 10)
    values = np.asarray(integrand(rng.uniform(size=2**18), w))
    error = np.asarray(
        [np.sqrt(np.mean((values.reshape(-1, n).mean(axis=1) - exact) ** 2)) for n in counts]
    )
    curves["Monte Carlo", w] = counts, error
    axis.loglog(counts, error, label="Monte Carlo (rms)", markersize=5, **INK["Monte Carlo"])
    axis.annotate(f"ω = {w:g}", (0.97, 0.97), xycoords="axes fraction", ha="right", va="top")
for order, anchor in ((2, 1.2e-1), (4, 8e0)):
    guide = np.asarray([12.0, 500.0])
    axes[0].loglog(guide, anchor * guide**-order, color="0.6", linewidth=0.9)
    axes[0].annotate(
        f"slope −{order}",
        (guide[1], anchor * guide[1] ** -order),
        color="0.4",
        ha="right",
        va="top",
        fontsize=9,
        xytext=(4, -4) if order == 2 else (4, 14),
        textcoords="offset points",
    )
rate = {w: ellipse(w) for w in (2.0, 10.0)}
for axis, w, start, scale in ((axes[0], 2.0, 2, 1.5), (axes[1], 10.0, 90, 0.3)):
    guide = np.linspace(start, 24 if w == 2 else 480, 40)
    axis.loglog(
        guide,
        scale * rate[w] ** (-2.0 * guide),
        color="black",
        linewidth=1,
        linestyle="--",
        label="rate of the nearest singularity",
    )
for axis in axes:
    axis.set(xlabel="number of time nodes n", ylim=(3e-14, 2e2), xticks=[4, 16, 64, 256])
    axis.set_xticklabels(["4", "16", "64", "256"])
    axis.minorticks_off()
axes[0].set_ylabel("error of the time integral")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)

for kind in builders:
    if kind != "Gauss-Legendre":
        counts, error = curves[kind, 2.0]
        tail = (counts >= 33) & (error > 1e-11)
        slope = np.polyfit(np.log(counts[tail] - 1), np.log(error[tail]), 1)[0]
        report.record("fig-quadrature-order", **{f"order_{kind.lower()}": -slope})
counts, error = curves["Monte Carlo", 2.0]
report.record(
    "fig-quadrature-order",
    order_monte_carlo=-np.polyfit(np.log(counts), np.log(error), 1)[0],
    ellipse_slow=rate[2.0],
    ellipse_fast=rate[10.0],
)
for name, w, window in (("slow", 2.0, (3, 18)), ("fast", 10.0, (120, 400))):
    counts, error = curves["Gauss-Legendre", w]
    inside = (counts >= window[0]) & (counts <= window[1])
    slope = np.polyfit(counts[inside], np.log(error[inside]), 1)[0]
    report.record("fig-quadrature-order", **{f"ellipse_{name}_measured": np.exp(-slope / 2)})
for (kind, w), (counts, error) in curves.items():
    data |= {f"{kind}, w={w:g}: n": counts, f"{kind}, w={w:g}: error": error}
report.figure("fig-quadrature-order", figure, data=data, parameters={"omega": "2 and 10"})
plt.show()

# %% [markdown]
# At $\omega = 2$ theory and measurement agree. The measured orders are
# {num}`fig-quadrature-order.order_trapezoid:.2f` (trapezoid),
# {num}`fig-quadrature-order.order_simpson:.2f` (Simpson),
# {num}`fig-quadrature-order.order_spline:.2f` (spline) and
# {num}`fig-quadrature-order.order_monte_carlo:.2f` (Monte Carlo). The Gauss-Legendre error gives
# $\varrho = {}$ {num}`fig-quadrature-order.ellipse_slow_measured:.3f`; the complex zeros of the variance
# give {num}`fig-quadrature-order.ellipse_slow:.3f`.
#
# At $\omega = 10$ the same formula gives $\varrho = {}$ {num}`fig-quadrature-order.ellipse_fast:.4f`, so
# that a hundred more nodes buy less than two digits (measured:
# {num}`fig-quadrature-order.ellipse_fast_measured:.4f`). Between 10 and 100 nodes, Gauss, Simpson and
# spline are on the same plateau. **The name "higher order" is a promise about the limit; what
# training lives on is that a deterministic rule sees the same, nearly right, integral at every step.**
# Against random times that is worth a great deal even on the plateau, at every frequency of the paper:

# %%
frequencies = np.asarray(system.train_mus)
gauss, random = [], []
for w in frequencies:
    exact = integral(quadrature.gauss_legendre(2000), w)
    gauss.append(abs(integral(quadrature.gauss_legendre(64), w) - exact) / abs(exact))
    values = np.asarray(integrand(quadrature.gauss_legendre(2000).nodes, w))
    second = quadrature.gauss_legendre(2000).integrate(values**2)
    random.append(np.sqrt((second - exact**2) / 64) / abs(exact))
report.record(
    "fig-quadrature-order",
    gauss_64_relative_error_largest=max(gauss),
    monte_carlo_64_relative_error_smallest=min(random),
    monte_carlo_over_gauss_smallest=(np.asarray(random) / gauss).min(),
)

# %% [markdown]
# With 64 nodes the relative error of Gauss-Legendre is at most
# {num}`fig-quadrature-order.gauss_64_relative_error_largest:.1e` over $\omega = 2, 4, \dots, 18$. That of 64
# random times is at least {num}`fig-quadrature-order.monte_carlo_64_relative_error_smallest:.1e`; the ratio
# of the two, at each frequency, is never below
# {num}`fig-quadrature-order.monte_carlo_over_gauss_smallest:.0f`.

# %% [markdown]
# (sec-gauge)=
# ## The gauge test
#
# ```{index} gauge test, gauge defect
# ```
#
# A potential is determined up to a function of time: $s$ and $s + c(t)$ have the same gradient and
# generate the same flow. The exact loss does not see $c$ at all ({prf:ref}`lem-gauge`). The discrete
# loss does. For any rule,
#
# $$
# L_Q[s + c] - L_Q[s] \;=\; Q(c') - \bigl(c(1) - c(0)\bigr) ,
# $$ (eq-gauge-defect)
#
# because $c$ enters through $\partial_t s$ and through the two {term}`boundary terms` and nowhere else. We call
# the right-hand side the *gauge defect*. It involves no data, no network and no parameter: it is a test
# of the rule ({py:meth}`hoam.quadrature.Rule.gauge_defect`). It vanishes exactly when the rule integrates $c'$ exactly.
#
# {numref}`fig-quadrature-gauge` applies it. On the left, the gauge is $c(t) = \sin \kappa t$ and $\kappa$
# grows: each rule has a band of frequencies in which the gauge is harmless. Gauss-Legendre with 33
# nodes stays below $10^{-6}$ up to $\kappa = {}$ {num}`fig-quadrature-gauge.gauss_resolved:.0f`, Simpson
# with as many nodes up to {num}`fig-quadrature-gauge.simpson_resolved:.1f`. Random nodes have no such band.
# On the right, the distribution of the defect of $c = t^2$ over draws of 33 random nodes. The defect is a
# mean of $n$ independent terms, so it is nearly Gaussian with variance
#
# $$
# \operatorname{Var}\bigl[Q(c')\bigr] = \frac1n \Bigl(\int_0^1 c'^2\,\mathrm{d}t - (c(1) - c(0))^2\Bigr)
# = \frac{1}{3n} \quad \text{for } c = t^2 ,
# $$ (eq-gauge-variance)
#
# and the measured standard deviation is {num}`fig-quadrature-gauge.monte_carlo_deviation_ratio:.3f` times
# that. It is zero for one gauge only, $c'$ constant.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-quadrature-gauge", "caption": "The gauge test of four rules with 33 nodes. Left: size of the gauge defect for c(t) = sin κt against the frequency κ; for random nodes the root mean square over draws. A rule leaves the gauge alone as long as it resolves it. Right: the defect of c(t) = t² over independent draws of 33 random nodes (bars), the Gaussian of the same theoretical variance 1/(3n) (line), and the defect of the Simpson and Gauss-Legendre rules, which is zero (vertical line)."}, "image": {"alt": "Left: the gauge defect of Gauss-Legendre nodes is at rounding level up to a frequency of about 45 and then rises steeply; Simpson and trapezoid rise as powers of the frequency from the start; Monte Carlo is of order one tenth or more everywhere. Right: a bell-shaped histogram of width 0.1 around zero for random nodes, with a vertical line at zero for the deterministic rules."}}
n = 33
kappas = np.geomspace(0.5, 200, 160)
nodes = rng.uniform(size=(draws, n))
defects = {}
for kind, rule in {
    "trapezoid": quadrature.trapezoid(n),
    "Simpson": quadrature.simpson(n),
    "Gauss-Legendre": quadrature.gauss_legendre(n),
}.items():
    defects[kind] = np.asarray(
        [
            abs(rule.gauge_defect(lambda t, k=k: np.sin(k * t), lambda t, k=k: k * np.cos(k * t)))
            for k in kappas
        ]
    )
second_moment = kappas**2 * (0.5 + np.sin(2 * kappas) / (4 * kappas))
defects["Monte Carlo"] = np.sqrt((second_moment - np.sin(kappas) ** 2) / n)
squares = 2 * nodes.mean(axis=1) - 1

report.record(
    "fig-quadrature-gauge",
    gauss_resolved=kappas[np.argmax(defects["Gauss-Legendre"] > 1e-6) - 1],
    simpson_resolved=kappas[np.argmax(defects["Simpson"] > 1e-6) - 1],
    monte_carlo_mean=squares.mean(),
    monte_carlo_deviation_ratio=squares.std() * np.sqrt(3 * n),
    gauss_square=quadrature.gauss_legendre(n).gauge_defect(lambda t: t**2, lambda t: 2 * t),
    gauss_degree_66=quadrature.gauss_legendre(n).gauge_defect(
        lambda t: t**66, lambda t: 66 * t**65
    ),
    simpson_quartic=quadrature.simpson(n).gauge_defect(lambda t: t**4, lambda t: 4 * t**3),
)

figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.9), width_ratios=(1.25, 1))
for kind, values in defects.items():
    line = dict(INK[kind], marker="", linestyle=":" if kind == "Monte Carlo" else "-")
    label = f"{kind} (rms)" if kind == "Monte Carlo" else kind
    left.loglog(kappas, np.maximum(values, 1e-16), label=label, **line)
left.set(
    xlabel="frequency κ of the gauge sin κt",
    ylabel="size of the gauge defect",
    ylim=(3e-17, 1e4),
    xticks=[1, 10, 100],
)
left.set_xticklabels(["1", "10", "100"])
left.legend(fontsize=9, loc="center left", bbox_to_anchor=(0.3, 0.32))
height, edges, _ = right.hist(
    squares,
    bins=60,
    density=True,
    alpha=0.35,
    color=INK["Monte Carlo"]["color"],
    label="random nodes",
)
grid = np.linspace(-0.4, 0.4, 200)
sigma = np.sqrt(1 / (3 * n))
right.plot(
    grid,
    np.exp(-0.5 * (grid / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi)),
    color=INK["Monte Carlo"]["color"],
    linestyle=":",
    label="variance 1/(3n)",
)
right.plot([0, 0], [0, 4.6], color=INK["Gauss-Legendre"]["color"], label="Simpson, Gauss-Legendre")
right.set(
    xlabel="gauge defect of t², 33 nodes",
    ylabel="probability density",
    xlim=(-0.4, 0.4),
    ylim=(0, 6.4),
)
right.legend(fontsize=9, loc="upper left")
report.figure(
    "fig-quadrature-gauge",
    figure,
    data={"kappa": kappas, **defects, "histogram_density": height, "histogram_edges": edges},
    parameters={"nodes": n},
)
plt.show()

# %% [markdown]
# ### Why this is an instability
#
# ```{index} instability of random times
# ```
#
# The defect is linear in $c$. So for a *fixed* set of nodes with a defect $\delta \ne 0$, the loss along the
# ray $s + \lambda c$ is a straight line: it has no minimum. A network that can represent $c$ is paid
# $|\delta|$ per unit of $\lambda$ for learning something that means nothing
# ({numref}`fig-quadrature-descent`, left).
#
# Drawing fresh nodes at each step makes the average defect zero, and turns the slope into noise. Gradient
# descent with step $\eta$ moves the coefficient of the gauge by $-\eta\,\delta_k$ in step $k$, with
# independent $\delta_k$: a random walk, whose spread after $K$ steps is $\eta\sqrt{K \operatorname{Var}\delta}$
# and which no force pulls back (right; measured over predicted spread:
# {num}`fig-quadrature-descent.spread_ratio:.2f`). In a network the gauge is no separate coefficient. Its
# noise enters every weight, with the size $\sqrt{\operatorname{Var}\delta}$ that is
# {num}`fig-quadrature-descent.deviation:.2f` for 33 nodes and $c = t^2$, and grows with the frequency of $c$ as
# in {numref}`fig-quadrature-gauge`. The signal, the gradient of the true loss, becomes small as training
# succeeds; the noise does not.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-quadrature-descent", "caption": "What the gauge defect does to training. Left: change of the discrete loss when λt² is added to the potential, for fixed nodes: six draws of 33 random nodes give six slopes and no minimum, Simpson and Gauss-Legendre nodes give zero. Right: coefficient λ under stochastic gradient descent with fresh random nodes at each step, 40 runs; the dashed curves are two theoretical standard deviations of the random walk. With a rule that passes the gauge test λ stays at zero."}, "image": {"alt": "Left: six straight lines of different slopes through the origin for random nodes, and a flat line for the deterministic rules. Right: forty random walks that spread like the square root of the number of steps between two dashed parabola branches, and a flat line at zero."}}
steps, runs, eta = 2000, 40, 1e-2
batches = 1 if profile == "quick" else 10
drawn = [2 * rng.uniform(size=(200, steps, n)).mean(axis=2) - 1 for _ in range(batches)]
walk = -eta * np.cumsum(np.concatenate(drawn), axis=1)
deviation = np.sqrt(1 / (3 * n))
report.record(
    "fig-quadrature-descent",
    deviation=deviation,
    spread_ratio=walk[:, -1].std() / (eta * np.sqrt(steps) * deviation),
)

figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.7))
scale = np.asarray([-1.0, 1.0])
slopes = squares[6:12]
for i, slope in enumerate(slopes):
    left.plot(
        scale,
        scale * slope,
        color=INK["Monte Carlo"]["color"],
        linestyle=":",
        label="random nodes, six draws" if i == 0 else None,
    )
left.plot(scale, 0 * scale, color=INK["Gauss-Legendre"]["color"], label="Simpson, Gauss-Legendre")
left.set(
    xlabel="coefficient λ of the gauge t²", ylabel="change of the discrete loss", ylim=(-0.3, 0.3)
)
left.legend(fontsize=9, loc="upper center")
count = np.arange(1, steps + 1)
right.plot(count, walk[:runs].T, color=INK["Monte Carlo"]["color"], linewidth=0.6, alpha=0.45)
envelope = 2 * eta * deviation * np.sqrt(count)
right.plot(count, np.stack([envelope, -envelope], axis=1), "--", color="black", linewidth=1)
right.axhline(0, color=INK["Gauss-Legendre"]["color"])
right.set(xlabel="training step", ylabel="coefficient λ of the gauge t²")
report.figure(
    "fig-quadrature-descent",
    figure,
    data={"slopes": slopes, "walks": walk[:runs, ::10], "envelope": envelope[::10]},
    parameters={"nodes": n, "step_size": eta},
)
plt.show()

# %% [markdown]
# :::{admonition} A limit of the argument
# :class: warning
# The gauge test does not make a deterministic rule safe. Any rule has a blind spot: for
# $c'(t) = \prod_j (t - t_j)^2$ the rule sees $Q(c') = 0$ while $c$ has grown, and the discrete loss falls
# without bound along $\lambda c$. What protects HOAM is that this $c$ oscillates as fast as the nodes are
# dense, and that a network that is smooth in time does not find it quickly. A rule with too few nodes for
# its network will be found out, sooner or later, and the training loss will then *fall*. It is the
# validation loss, at other times, that tells.
# :::
#
# The size of that blind spot is known: with the monic polynomial above, the defect is exactly minus the
# Gauss-Legendre term of {eq}`eq-first-error`. For 4 nodes the ratio of measured to predicted defect is
# {num}`fig-quadrature-gauge.blind_spot_ratio:.6f`.

# %%
rule = quadrature.gauss_legendre(4)
slope = np.polynomial.Polynomial.fromroots(np.repeat(rule.nodes, 2))
defect = rule.gauge_defect(slope.integ(), slope)
predicted = -(factorial(4) ** 4) / (9 * factorial(8) ** 2)
report.record("fig-quadrature-gauge", blind_spot_ratio=defect / predicted)

# %% [markdown]
# (sec-snapping)=
# ## Data at given times: never snap
#
# ```{index} snapping, irregular times
# ```
#
# Samples often exist on a grid of times that someone else chose. It is tempting to move each Gauss node to
# the nearest time for which there is data and to keep the weights. This is *snapping*, and it undoes the
# rule. If node $j$ moves by $\delta_j$, the defect becomes
#
# $$
# Q_{\text{snapped}}(c') - \bigl(c(1) - c(0)\bigr) \approx \sum_j w_j\, \delta_j\, c''(t_j) ,
# $$ (eq-snapping)
#
# of first order in the grid spacing, whatever the order of the rule was.
#
# The cure costs nothing: take times that you have, evenly spread, and let *them* choose the weights.
# Integrate the cubic spline through the values at those times; its integral is a weighted sum of the values,
# and those weights form a rule, `hoam.quadrature.spline(times)`. It is of order 4 on any reasonable set of
# times, regular or not. If they are so uneven that a weight becomes negative, it refuses (Gauss-Legendre
# nodes together with both ends are such a set: they crowd at the ends); `hoam.given_times.on_times(times)` then fits a spline
# with fewer pieces instead of interpolating, or falls back on the trapezoidal weights, so that all weights are positive.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-quadrature-snapping", "caption": "Left: data exists at G + 1 equidistant times, and 32 of them are used. Gauss-Legendre nodes moved to the nearest of those times, with the Gauss weights kept (crosses), have a gauge defect for sin 5t that falls only like 1/G. The spline rule on 32 evenly spread times of the same grid (diamonds) does not depend on G, and the unmoved Gauss rule (line) is at rounding level. Right: error for the oscillator's integrand (ω = 2) on irregular times, each time moved at random by up to a fifth of the spacing: the spline rule keeps order 4, the trapezoidal rule order 2 (thin grey lines: slopes −2 and −4)."}, "image": {"alt": "Left: log-log plot of gauge defect against the number of grid intervals. Snapped Gauss nodes scatter around a line of slope minus one; spline weights on times of the grid lie on a constant far below it for coarse grids; exact Gauss nodes lie at rounding level. Right: log-log plot of error against the number of irregular times with slopes two and four."}}
gauge, derivative = (lambda t: np.sin(5 * t)), (lambda t: 5 * np.cos(5 * t))
gauss = quadrature.gauss_legendre(32)
grids = np.unique(np.geomspace(400, 40_000, 60).astype(int))
snapped, repaired = [], []
for size in grids:
    moved = np.rint(gauss.nodes * size) / size
    snapped.append(abs(np.sum(gauss.weights * derivative(moved)) - (gauge(1.0) - gauge(0.0))))
    spread = np.rint(np.linspace(0, 1, 32) * size) / size
    repaired.append(abs(quadrature.spline(spread).gauge_defect(gauge, derivative)))
snapped, repaired = np.asarray(snapped), np.asarray(repaired)

exact = integral(quadrature.gauss_legendre(2000), 2.0)
counts = 2 ** np.arange(3, 10) + 1
trials = 20
scatter = {"spline": [], "trapezoid": []}
for n in counts:
    spline_errors, trapezoid_errors = [], []
    for _ in range(trials):
        shift = rng.uniform(-1 / 5, 1 / 5, n) / (n - 1)
        shift[[0, -1]] = 0
        times = np.linspace(0, 1, n) + shift
        values = np.asarray(integrand(np.resize(times, 2000), 2.0))[:n]
        spline_errors.append(quadrature.spline(times).integrate(values) - exact)
        trapezoid_errors.append(np.trapezoid(values, times) - exact)
    scatter["spline"].append(np.sqrt(np.mean(np.square(spline_errors))))
    scatter["trapezoid"].append(np.sqrt(np.mean(np.square(trapezoid_errors))))

report.record(
    "fig-quadrature-snapping",
    order_snapped=-np.polyfit(np.log(grids), np.log(snapped), 1)[0],
    unmoved=abs(gauss.gauge_defect(gauge, derivative)),
    snapped_median=np.median(snapped[grids <= 1000]),
    repaired_median=np.median(repaired[grids <= 1000]),
    order_irregular_spline=-np.polyfit(np.log(counts[2:]), np.log(scatter["spline"][2:]), 1)[0],
    order_irregular_trapezoid=-np.polyfit(np.log(counts[2:]), np.log(scatter["trapezoid"][2:]), 1)[
        0
    ],
)

figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.9))
left.loglog(
    grids,
    snapped,
    linestyle="",
    label="moved Gauss nodes, Gauss weights",
    markersize=5,
    **INK["Monte Carlo"],
)
left.loglog(
    grids,
    repaired,
    linestyle="",
    label="times of the grid, spline weights",
    markersize=3.5,
    **INK["spline"],
)
left.axhline(
    max(abs(gauss.gauge_defect(gauge, derivative)), 1e-16),
    color=INK["Gauss-Legendre"]["color"],
    label="Gauss nodes, not moved",
)
left.loglog(grids, 4 / grids, color="0.6", linewidth=0.9)
left.annotate(
    "slope −1",
    (grids[-1], 4 / grids[-1]),
    color="0.4",
    ha="right",
    va="top",
    fontsize=9,
    xytext=(0, 34),
    textcoords="offset points",
)
left.set(
    xlabel="number G of grid intervals",
    ylabel="size of the gauge defect of sin 5t",
    ylim=(1e-15, 1e0),
)
left.legend(fontsize=9, loc="center left", bbox_to_anchor=(0.0, 0.35))
for kind, error in scatter.items():
    right.loglog(counts, error, label=f"{kind} on the same times", markersize=4, **INK[kind])
for order, anchor in ((2, 0.15), (4, 0.25)):
    guide = np.asarray([30.0, 513.0])
    right.loglog(guide, anchor * guide**-order, color="0.6", linewidth=0.9)
right.set(
    xlabel="number of irregular times",
    ylabel="error of the time integral (rms)",
    xticks=[8, 32, 128, 512],
)
right.set_xticklabels(["8", "32", "128", "512"])
right.minorticks_off()
right.legend(fontsize=9)
report.figure(
    "fig-quadrature-snapping",
    figure,
    data={
        "grid": grids,
        "snapped": snapped,
        "repaired": repaired,
        "irregular_n": counts,
        **{f"irregular_{k}": v for k, v in scatter.items()},
    },
    parameters={"gauss_nodes": 32, "gauge": "sin 5t", "omega": 2},
)
plt.show()

# %% [markdown]
# On grids of 400 to 1000 intervals the median defect is
# {num}`fig-quadrature-snapping.snapped_median:.1e` after snapping,
# {num}`fig-quadrature-snapping.repaired_median:.1e` with the spline rule on as many times, and
# {num}`fig-quadrature-snapping.unmoved:.0e` for the nodes left where they belong. The measured order of
# snapping is {num}`fig-quadrature-snapping.order_snapped:.1f`. On irregular times the spline rule has order
# {num}`fig-quadrature-snapping.order_irregular_spline:.1f`, the trapezoidal rule
# {num}`fig-quadrature-snapping.order_irregular_trapezoid:.1f`.
#
# `hoam.fit` therefore refuses a population whose times do not hold the nodes of the rule, and points to the
# spline rule instead.
#
# ## What to remember
#
# - A rule is judged by two numbers: its degree, and how many nodes it needs before its order shows.
# - Gauss-Legendre, Simpson and spline rules are deterministic: the loss they define is one fixed function
#   of the network. Random times define a new one at each step.
# - The gauge test {eq}`eq-gauge-defect` costs nothing and can be run before any training.
# - Simulate *at* the nodes, or weight the times you have. Never move a node.

# %% [markdown]
# ## Change this and see
#
# - `gauss = quadrature.gauss_legendre(8)` in the section on snapping: does a coarser rule suffer more from being moved, or less?
# - `gauge, derivative = (lambda t: t**2), (lambda t: 2 * t)` there: why does snapping still leave a defect, and the spline rule none?
# - `eta = 1e-3` in the random walk: how does the spread of the coefficient at the last step depend on the step size?
#
# ## Exercises
#
# ````{exercise} Two nodes are worth four equations
# :label: ex-quadrature-two-nodes
#
# Find nodes $t_1, t_2$ and weights $w_1, w_2$ on $[0, 1]$ such that the rule is exact for $1, t, t^2, t^3$.
#
# *Hint.* By symmetry the nodes are $\tfrac12 \pm a$ and the weights are equal. One equation is left.
# ````
#
# ````{solution} ex-quadrature-two-nodes
# :class: dropdown
#
# The weights are $\tfrac12$ each. With $u = t - \tfrac12$, odd powers of $u$ vanish by symmetry, and
# $u^2$ requires $a^2 = \int_{-1/2}^{1/2} u^2\,\mathrm{d}u = \tfrac1{12}$. So
# $t_{1,2} = \tfrac12 \pm \tfrac{1}{2\sqrt3}$, the zeros of the shifted $P_2$. Compare
# `hoam.quadrature.gauss_legendre(2).nodes`.
# ````
#
# ````{exercise} The defect of a periodic gauge
# :label: ex-quadrature-periodic
#
# Let $c(t) = \sin 2\pi k t$ with an integer $k$. Show that the trapezoidal rule with $n$ nodes has gauge
# defect zero unless $n - 1$ divides $k$, and $2\pi k$ if it does. Is the trapezoidal rule the better choice
# for HOAM, then?
#
# *Hint.* Sum a geometric series of roots of unity.
# ````
#
# ````{solution} ex-quadrature-periodic
# :class: dropdown
#
# The end values of $c'(t) = 2\pi k\cos 2\pi k t$ agree, so the rule is the plain mean over $N = n-1$
# equidistant points, and $\frac1N\sum_{j<N} e^{2\pi i k j/N}$ is 1 if $N$ divides $k$ and 0 otherwise. In the
# first case $Q(c') = 2\pi k$ while $c(1) - c(0) = 0$. The rule is exact for *periodic* gauges below
# $k = N$. But a population that starts at one law and ends at another has no reason to be periodic in
# time, and for a non-periodic integrand the trapezoidal rule is of order 2.
# ````
#
# ````{exercise} How many nodes does a fast oscillator need?
# :label: ex-quadrature-nodes
#
# Use {eq}`eq-poles` to show that for a zero with real part in the middle of $[0, 1]$ the Gauss-Legendre error
# falls like $e^{-4n/\omega^2}$ for large $\omega$. How many nodes are needed for a given relative error, as a
# function of $\omega$?
#
# *Hint.* For $\zeta = i\eta$ with small $\eta$, {eq}`eq-bernstein` gives $\varrho = \eta + \sqrt{1 + \eta^2}
# \approx 1 + \eta$.
# ````
#
# ````{solution} ex-quadrature-nodes
# :class: dropdown
#
# $\operatorname{Im} z \approx \omega^{-2}$ and $\zeta = 2z - 1$, so $\eta \approx 2\omega^{-2}$ and
# $\varrho^{-2n} \approx e^{-2n\eta} = e^{-4n/\omega^2}$. The number of nodes grows like
# $\tfrac14\omega^2\log(1/\text{error})$: quadratically, not linearly, in the frequency. That the plateau of
# {numref}`fig-quadrature-order` lies low for all frequencies of the paper is due to the factor
# $\mathrm{sd}(0)^2 = 10^{-2}$ in front of the spikes.
# ````
#
# ````{exercise} A variance that no rule removes
# :label: ex-quadrature-variance
#
# Let $\hat q_j$ be the mean of $B$ independent samples of the integrand at node $t_j$. Compute the variance of
# $\sum_j w_j \hat q_j$ for a deterministic rule with equal weights and for Monte Carlo in time, and compare.
#
# *Hint.* Condition on the times. The law of total variance has two terms.
# ````
#
# ````{solution} ex-quadrature-variance
# :class: dropdown
#
# Let $\sigma^2(t)$ be the variance of the integrand over the population at time $t$. With fixed nodes the
# variance is $\sum_j w_j^2 \sigma^2(t_j)/B \approx \frac{1}{nB}\int\sigma^2$. With random times the
# conditional variance is the same on average, and the variance of the conditional mean adds
# $\frac1n\operatorname{Var}_t q$. The second term does not contain $B$: more samples do not help. It does
# contain the gauge: $\operatorname{Var}_t(q + c')$ is as large as $c$ makes it.
# ````
#
# ````{exercise} A rule of yours
# :label: ex-quadrature-rule-of-yours
#
# Write the midpoint rule, $t_j = (j - \frac12)/n$ with equal weights, as a `quadrature.Rule`, and put it to the gauge test beside the
# trapezoid rule with as many nodes. By how much do their defects differ for slow gauges, and with which sign? What changes where
# neither resolves the gauge?
#
# *Hint.* `gauge_defect` takes $c$ and $c'$; the leading terms are $-\frac{h^2}{24}[c'']$ and $\frac{h^2}{12}[c'']$, with $[c'']$ the change over the horizon.
# ````
#
# ````{solution-start} ex-quadrature-rule-of-yours
# :class: dropdown
# ````

# %%
n = 33
midpoint = quadrature.Rule((np.arange(n) + 0.5) / n, np.full(n, 1 / n), "midpoint")
for kappa in (1.0, 10.0, 100.0):
    sizes = [
        rule.gauge_defect(lambda t, k=kappa: np.sin(k * t), lambda t, k=kappa: k * np.cos(k * t))
        for rule in (midpoint, quadrature.trapezoid(n))
    ]
    print(f"frequency {kappa:3.0f}: midpoint {sizes[0]:8.1e}, trapezoid {sizes[1]:8.1e}")

# %% [markdown]
# Of the opposite sign, and about half as large: a little less than half, since $n$ midpoints have the spacing $1/n$ and $n$ ends of
# intervals $1/(n - 1)$. That is why two thirds of the one and one third of the other make Simpson's rule. With three nodes a period or
# fewer the expansion says nothing, and both defects are large.
#
# ````{solution-end}
# ````
