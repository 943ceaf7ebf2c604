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
# (chap-two-stream)=
# # Two-stream instability
#
# Two beams of electrons run through each other. A ripple in their density makes an electric field, the
# field bunches the beams, the bunches strengthen the field: the ripple grows exponentially until the
# bunches trap themselves in the wave they made. In phase space the two beams roll up into vortices.
# For model reduction this is a hard test. The quantity of interest, the energy of the field, is a small
# difference of large ones; it grows by orders of magnitude; and what happens late depends on what was
# there early.
#
# The chapter rebuilds this system's rows of Figures 3 and 4 of {cite:t}`berman2024hoam` at the two
# parameters that no model was trained on, $\mu = 1.25$ and $\mu = 1.85$, and judges
#
# - **C3**: the method resolves fine scales and several modes of the population;
# - **C4**: it predicts growth and saturation of the {term}`electric energy` at unseen parameters.
#
# :::{admonition} What you will learn
# :class: tip
# - what the full model is, what linear theory says of it, and how far the two agree;
# - why randomly placed markers turn the error metric into a lottery, and how {term}`quiet loading` mends it;
# - how to read a reduced model's errors beside the {term}`floor` that the full model sets for itself;
# - what Simpson, Gauss-Legendre and random times do with the same data and budget.
# :::
#
# To see the population move, {ref}`play with it <play-two-stream>`.
#
# ## The full model
#
# ```{index} two-stream instability, particle-in-cell method, Vlasov-Poisson equations
# ```
#
# Electrons in one space and one velocity dimension obey
#
# $$
# \dot x = v, \qquad \dot v = \partial_x \phi(t, x), \qquad \mu^2\,\partial_x^2\phi = n - 1,
# \qquad x \in [0, 50) \text{ periodic},
# $$ (eq-two-stream)
#
# with density $n$ of mean one. They start uniform in $x$, in two beams $\tfrac12 N(-3, 1) + \tfrac12
# N(3, 1)$ in $v$, and with all velocities multiplied by $1 + 0.05\cos(2\pi\mu x/50)$. The parameter $\mu$
# scales the Poisson equation, hence how strongly the beams feel each other. With $\phi$ of mean zero over
# the box, the electric energy per unit length is $E = -\tfrac12\,\overline\phi$, half of minus the mean of
# $\phi$ over the particles. Lengths and times are in Debye lengths and inverse plasma frequencies of the
# plasma with $\mu = 1$; at another $\mu$ the Debye length is $\mu$ and the plasma frequency $1/\mu$.
#
# {py:class}`~hoam.systems.two_stream.TwoStream` solves {eq}`eq-two-stream` by a {term}`particle-in-cell <particle-in-cell (PIC)>` method. A run of
# 32 768 markers to $t = 40$ takes about a second, so the truth is made afresh here, never stored.

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
from itertools import product

import jax
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image

jax.config.update("jax_num_cpu_devices", 2)

import hoam
from hoam.metrics import electric_energy, growth_rate, relative_error, relative_l2_error
from hoam.nodes import node_sampler
from hoam.results import trainings
from hoam.systems.vlasov import LABELS

hoam.plotting.style()
report = hoam.report.Report("two_stream", profile=profile)
quick = profile == "quick"
METHODS = {"HOAM-G": "hoam_g", "HOAM-S": "hoam_s", "AM": "am"}
SEEDS = range(1 if quick else 3)
system = hoam.systems.TwoStream(loading="quiet")
test_mus = system.test_mus
label = {mu: f"{round(100 * mu)}" for mu in test_mus}  # 1.25 -> "125", for names of numbers
times = np.linspace(0, system.horizon, 65 if quick else 129)
n_truth, n_model = (2**11, 2**8) if quick else (2**17, 2**12)
test_key = jax.random.key(40_001)  # no training or validation run uses it


def energy(paths, mu):
    return electric_energy(paths, mu=mu, length=system.length, cells=system.cells)


def scores(estimate, truth):
    """Return the errors of one energy curve against the true one."""
    return {
        "l2": relative_l2_error(estimate, truth),
        "mean_relative": relative_error(estimate, truth),
        "saturation": estimate.max() / truth.max() - 1,
        "growth": growth_rate(times, estimate) / growth_rate(times, truth) - 1,
    }


def record_scores(figure, energies, stems):
    """Record median and worst over the seeds of the errors of each method."""
    for name, stem in stems.items():
        for mu in test_mus:
            each = [scores(energies[name, s, mu], pairs["quiet", mu][0]) for s in SEEDS]
            for metric in each[0]:
                values = np.abs([score[metric] for score in each])
                report.record(figure, **{f"{stem}_{metric}_{label[mu]}": np.median(values)})
                if metric == "l2":
                    report.record(figure, **{f"{stem}_l2_worst_{label[mu]}": values.max()})


def draw_energies(energies):
    """Draw energy curves at both parameters, on a logarithmic and on a linear axis."""
    figure, axes = plt.subplots(2, 2, figsize=(9, 5.6), sharex=True)
    for column, mu in zip(axes.T, test_mus, strict=True):
        for axis, scale in zip(column, ("log", "linear"), strict=True):
            hoam.plotting.line(axis, "truth", times, pairs["quiet", mu][0], linewidth=2.4)
            for name in ("AM", "HOAM-S", "HOAM-G"):
                curves = np.stack([energies[name, seed, mu] for seed in SEEDS])
                hoam.plotting.band(axis, name, times, curves)
            axis.set(yscale=scale)
        column[0].set_ylim(2e-4, 0.7)
        column[1].set_ylim(0, 0.5)
        column[0].annotate(f"μ = {mu}", (0.03, 0.9), xycoords="axes fraction")
        column[1].set_xlabel(LABELS["t"])
    axes[0, 0].set_ylabel(LABELS["E"])
    axes[1, 0].set_ylabel(LABELS["E"])
    axes[0, 1].legend(loc="lower right", fontsize=9)
    return figure


# %% [markdown]
# ## Truth, floor and linear theory
#
# ```{index} floor, quiet loading, dispersion relation, growth rate
# ```
#
# Two things have to be settled before any model is judged.
#
# **How well does the full model know its own energy?** Run it twice with different random keys. The
# difference between the runs is the *floor*: no reduced model can be asked to do better. The paper
# places markers at random. Then the initial field is that of shot noise, and the instability amplifies
# it like any other ripple. Quiet loading places the same number of markers on a scrambled Sobol
# sequence mapped through the inverse distribution of the velocity {cite}`birdsall1985plasma`, which leaves
# almost no field but that of the perturbation.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-floor", "caption": "The full model against itself: electric energy of two runs that differ only in the random key, at the two held-out parameters. Left: markers placed at random (25 000, as in the paper); right: quiet loading (131 072). With random markers the runs disagree at all times; quiet runs lie on one another."}, "image": {"alt": "Two rows of two panels of electric energy on a logarithmic axis over time. In the left panels two noisy curves differ visibly, by a factor of up to several early on; in the right panels two curves coincide and show a dip, a rise over two decades and a plateau with oscillations."}}
protocols = {
    "random": (hoam.systems.TwoStream(loading="random"), 2**10 if quick else 25_000),
    "quiet": (system, n_truth),
}
truth, pairs = {}, {}
for name, (full, n) in protocols.items():
    for mu in test_mus:
        keys = jax.random.split(jax.random.fold_in(test_key, int(100 * mu)))
        runs = [full.simulate(k, mu=mu, times=times, n_samples=n) for k in keys]
        pairs[name, mu] = [energy(run, mu) for run in runs]
        truth[name, mu] = np.asarray(runs[0])
        report.record(
            "fig-two-stream-floor",
            **{
                f"{name}_{metric}_{label[mu]}": abs(value)
                for metric, value in scores(*pairs[name, mu][::-1]).items()
            },
        )

figure, axes = plt.subplots(2, 2, figsize=(8.5, 5), sharex=True, sharey="row")
for row, mu in zip(axes, test_mus, strict=True):
    for axis, (name, (_, n)) in zip(row, protocols.items(), strict=True):
        first, second = pairs[name, mu]
        hoam.plotting.line(axis, "truth", times, first, label="run 1")
        hoam.plotting.line(axis, "floor", times, second, linestyle="--", label="run 2")
        axis.set(yscale="log", ylim=(2e-4, 0.7))
        axis.annotate(
            f"{name}, {n:,} markers, μ = {mu}",
            (0.97, 0.06),
            xycoords="axes fraction",
            ha="right",
            fontsize=9,
        )
    row[0].set_ylabel(LABELS["E"])
for axis in axes[-1]:
    axis.set_xlabel(LABELS["t"])
axes[0, 0].legend(loc="upper left")
report.figure(
    "fig-two-stream-floor",
    figure,
    data={
        "t": times,
        **{f"{n}_{label[mu]}_run{i}": e for (n, mu), es in pairs.items() for i, e in enumerate(es)},
    },
    units={"t": "1/plasma frequency at mu = 1"},
    parameters={"mu": ", ".join(map(str, test_mus))}
    | {f"{name} markers": n for name, (_, n) in protocols.items()},
)
plt.show()

# %% [markdown]
# In the relative L2 norm over time, random runs differ by
# {num}`fig-two-stream-floor.random_l2_125:.2f` ($\mu = 1.25$) and
# {num}`fig-two-stream-floor.random_l2_185:.2f` ($\mu = 1.85$); in the mean relative error, the metric of
# the paper's Table 1, by {num}`fig-two-stream-floor.random_mean_relative_125:.2f` and
# {num}`fig-two-stream-floor.random_mean_relative_185:.2f`. A model that is perfect but does not know the
# seed scores as badly. Quiet runs differ by {num}`fig-two-stream-floor.quiet_l2_125:.4f` and
# {num}`fig-two-stream-floor.quiet_l2_185:.4f`. So quiet loading is our main protocol, and the paper's
# comes second, below.
#
# **Does the full model obey linear theory?** For small ripples a wave of wave number $k = 2\pi m/50$
# grows at the rate $\operatorname{Im}\omega$ of the fastest root of the dispersion relation
# ({py:mod}`hoam.dispersion`). The velocity perturbation of this problem is neither small nor a single mode:
# $2\pi\mu/50$ fits the box only for integer $\mu$. So we expect the fitted rate near theory, not on it.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-growth", "caption": "Growth rates. Lines: roots of the dispersion relation for the first two modes of the box over the parameter. Circles: rates fitted to runs of the full model over the rise of the energy from 2 % to 50 % of its maximum. The perturbation excites both modes at finite amplitude, so most fitted rates lie below that of the faster mode."}, "image": {"alt": "Growth rate against mu from 1.2 to 1.9. The line of mode one falls slowly from 0.22 to 0.15; that of mode two falls from 0.19 to below zero. The circles lie between 0.14 and 0.18, below the line of mode one."}}
mus = np.linspace(1.2, 1.9, 8 if quick else 29)
theory = {
    m: np.asarray(
        [
            hoam.dispersion.fastest_root(
                2 * np.pi * m / system.length, mu=mu, beams=system.beams
            ).imag
            for mu in mus
        ]
    )
    for m in (1, 2)
}
measured_mus = np.linspace(1.2, 1.9, 2 if quick else 15)
n_measured = 2**11 if quick else 2**14
measured = []
for i, mu in enumerate(measured_mus):
    run = system.simulate(
        jax.random.fold_in(test_key, 1000 + i),
        mu=mu,
        times=times,
        n_samples=n_measured,
    )
    measured.append(growth_rate(times, energy(run, mu)))
for mu in test_mus:
    root = hoam.dispersion.fastest_root(2 * np.pi / system.length, mu=mu, beams=system.beams)
    report.record(
        "fig-two-stream-growth",
        **{
            f"theory_{label[mu]}": root.imag,
            f"truth_{label[mu]}": growth_rate(times, pairs["quiet", mu][0]),
        },
    )
figure, axis = plt.subplots(figsize=(6, 3.8))
for m, colour, dashes in zip((1, 2), hoam.plotting.shades(2), ("-", "--"), strict=True):
    axis.plot(mus, theory[m], color=colour, linestyle=dashes, label=f"theory, mode {m}")
axis.plot(measured_mus, measured, "o", color=hoam.plotting.COLOURS["truth"], label="full model")
axis.set(xlabel="parameter μ", ylabel="growth rate γ [ω$_p$]", ylim=(0, None))
axis.legend()
report.figure(
    "fig-two-stream-growth",
    figure,
    data={
        "mu": mus,
        "mode1": theory[1],
        "mode2": theory[2],
        "measured_mu": measured_mus,
        "measured": np.asarray(measured),
    },
    parameters={"markers": n_measured, "box": system.length, "beams": str(system.beams)},
)
plt.show()

# %% [markdown]
# ## Training and rollout
#
# Each model sees samples at the eight parameters $\mu = 1.2, 1.3, \dots, 1.9$: at 128 Gauss-Legendre nodes
# (HOAM-G), at 257 Simpson nodes (HOAM-S), or at 128 times drawn afresh at each step (AM). A step costs the
# same for all, 8192 samples; network, optimiser and number of steps are the same, and there are three seeds
# of each. Four choices depart from the paper, for all methods alike:
#
# - the position enters through its sine and cosine, since the box is periodic;
# - minibatches are *stratified* ({py:mod}`hoam.minibatches`): the samples of a time lie in 64 cells of equal
#   probability, and one is drawn from each, which takes noise out of loss and gradient;
# - the hypernetwork sees time also through four waves ({py:class}`~hoam.networks.CoLoRA`), and is 32 wide;
# - the loss weighs times in proportion to $e^{-2.5\,t/40}$ ({py:mod}`hoam.methods.action_matching`), which
#   leaves the minimiser as it is. The early field is weak, and decides what happens late.
#
# All four were chosen by the loss and the energy at $\mu = 1.35, 1.45, 1.65$ and $1.75$, which are neither
# trained on nor tested, and at some training parameters on fresh particles. A rollout starts from samples
# of the initial law and yields all times at once. Its steps are as long as an error of
# {num}`fig-two-stream-energy.tolerance:.0e` in each of them allows ({py:mod}`hoam.adaptive`): with a tenth of it the energy of HOAM-G at
# $\mu = 1.25$ (first seed) is another by {num}`fig-two-stream-energy.steps_error:.1%`.

# %%
models = {
    (name, seed): hoam.load(f"checkpoints/two_stream-quiet-{stem}-{seed}.safetensors")
    for name, stem in METHODS.items()
    for seed in SEEDS
}
TOLERANCE = 3e-4  # of one step of a rollout
rollouts, energies = {}, {}
for (name, seed), model in models.items():
    n = 2 * n_model if seed == 0 else n_model  # the first seed is also drawn in phase space
    for mu in test_mus:
        start = system.initial(jax.random.fold_in(test_key, seed), mu=mu, n_samples=n)
        paths = model.sample(test_key, start, times=times, mu=mu, tolerance=TOLERANCE)
        rollouts[name, seed, mu] = np.asarray(paths)
        energies[name, seed, mu] = energy(paths, mu)

# %% [markdown]
# What stratified draws bring shows in {numref}`fig-two-stream-minibatches`: the noise of one estimate of the
# loss, at a trained model, for three ways to draw the same number of samples at each node.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-minibatches", "caption": "Standard deviation of the loss of one step at a trained HOAM-G model, μ = 1.3, 128 Gauss-Legendre nodes, over the number of samples drawn at each node: independent samples, the same particles at all nodes (paired), and one sample from each cell of a k-d tree (stratified). Dotted: the absolute value of the model's mean loss. Each point is the deviation over 32 draws."}, "image": {"alt": "Three falling lines on logarithmic axes. Paired lies highest, independent several times lower, and stratified lowest."}}
one = models["HOAM-G", 0]
rule = hoam.quadrature.gauss_legendre(16 if quick else 128)
method = hoam.methods.action_matching(rule=rule)
population = system.population(
    jax.random.fold_in(test_key, 7),
    mus=[1.3],
    times=rule.times(0, system.horizon),
    n_samples=2**10 if quick else 2**15,
)
samples = one.scaling.states(np.asarray(population.samples, np.float32))
sizes = np.asarray([16, 64] if quick else [16, 64, 256])
noise, level = {}, {}
for kind in (hoam.minibatches.independent, hoam.minibatches.paired, hoam.minibatches.stratified):
    deviations = []
    for size in sizes:
        minibatch = kind(int(size))
        data = jax.numpy.asarray(minibatch.arrange(samples))
        draw = node_sampler(population, one.scaling, rule, minibatch)

        @jax.jit
        def loss(key, data, draw=draw):
            nodes = draw(key, data)
            terms = jax.lax.map(lambda node: method.loss(one.network, one.params, node), nodes)
            return terms.sum()

        losses = [float(loss(key, data)) for key in jax.random.split(test_key, 4 if quick else 32)]
        deviations.append(np.std(losses, ddof=1))
    noise[kind.__name__], level[kind.__name__] = np.asarray(deviations), np.mean(losses)
figure, axis = plt.subplots(figsize=(6, 3.6))
kinds = ("paired", "independent", "stratified")
for name, colour, marker in zip(kinds, hoam.plotting.shades(3), "osD", strict=True):
    axis.loglog(sizes, noise[name], marker=marker, color=colour, label=name)
axis.axhline(abs(level["stratified"]), color="0.4", linestyle=":", label="loss of the model")
axis.set(xlabel="samples at each node", ylabel="deviation of the loss")
axis.set_xticks(sizes, [str(size) for size in sizes])
axis.set_xticks([], minor=True)
axis.legend(fontsize=9)
report.record(
    "fig-two-stream-minibatches",
    independent_over_stratified_64=noise["independent"][1] / noise["stratified"][1],
    paired_over_stratified_64=noise["paired"][1] / noise["stratified"][1],
)
report.figure(
    "fig-two-stream-minibatches",
    figure,
    data={"size": sizes, **noise},
    parameters={
        "mu": float(population.mus[0, 0]),
        "samples": population.samples.shape[2],
        "nodes": rule.nodes.size,
        "draws": len(losses),
    },
)
plt.show()

# %% [markdown]
# With 64 samples at each node the stratified loss is
# {num}`fig-two-stream-minibatches.independent_over_stratified_64:.1f` times less noisy than that of independent
# samples and {num}`fig-two-stream-minibatches.paired_over_stratified_64:.1f` times less than that of paired ones.
# The gain over independent samples is modest; to follow the same particles through time is the noisiest.
#
# ## Electric energy at unseen parameters

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-energy", "caption": "Electric energy over time at the two held-out parameters, quiet loading: full model (black) and reduced models, median and range of three seeds. Top: logarithmic axis, which shows the growth; bottom: linear axis, which shows saturation. The floor between two runs of the full model is thinner than the line."}, "image": {"alt": "Four panels. At mu equal 1.25 the true energy has a wave, dips, grows to 0.34 by time 20 and then oscillates; at 1.85 it grows until time 40. The HOAM curves follow waves and growth; AM passes smoothly through the waves. After time 25 at mu equal 1.25 all models lie above the truth."}}
figure = draw_energies(energies)
record_scores("fig-two-stream-energy", energies, METHODS)
for (name, stem), mu in product(METHODS.items(), test_mus):  # the range over the seeds
    each = [scores(energies[name, s, mu], pairs["quiet", mu][0]) for s in SEEDS]
    for metric in ("l2", "mean_relative"):
        values = [score[metric] for score in each]
        ends = {"best": min(values), "worst": max(values)}
        report.record(
            "fig-two-stream-energy",
            **{f"{stem}_{metric}_{end}_{label[mu]}": value for end, value in ends.items()},
        )
mu, model = test_mus[0], models["HOAM-G", 0]
start = system.initial(jax.random.fold_in(test_key, 0), mu=mu, n_samples=2 * n_model)
finer = energy(model.sample(test_key, start, times=times, mu=mu, tolerance=TOLERANCE / 10), mu)
report.record(
    "fig-two-stream-energy",
    tolerance=TOLERANCE,
    steps_error=relative_l2_error(energies["HOAM-G", 0, mu], finer),
)
report.figure(
    "fig-two-stream-energy",
    figure,
    data={
        "t": times,
        **{f"truth_{label[mu]}": pairs["quiet", mu][0] for mu in test_mus},
        **{f"{METHODS[n]}_{s}_{label[mu]}": e for (n, s, mu), e in energies.items()},
    },
    parameters={"markers": n_truth, "particles": n_model, "seeds": len(SEEDS)},
)
plt.show()

# %% [markdown]
# Errors against the truth, median of three seeds; the floor is the same metric between two runs of the full
# model.
#
# | metric | μ | HOAM-G | HOAM-S | AM | floor |
# | --- | --- | --- | --- | --- | --- |
# | relative L2 error of $E(t)$ | 1.25 | {num}`fig-two-stream-energy.hoam_g_l2_125:.3f` | {num}`fig-two-stream-energy.hoam_s_l2_125:.3f` | {num}`fig-two-stream-energy.am_l2_125:.3f` | {num}`fig-two-stream-floor.quiet_l2_125:.4f` |
# | | 1.85 | {num}`fig-two-stream-energy.hoam_g_l2_185:.3f` | {num}`fig-two-stream-energy.hoam_s_l2_185:.3f` | {num}`fig-two-stream-energy.am_l2_185:.3f` | {num}`fig-two-stream-floor.quiet_l2_185:.4f` |
# | worst of three seeds | 1.25 | {num}`fig-two-stream-energy.hoam_g_l2_worst_125:.3f` | {num}`fig-two-stream-energy.hoam_s_l2_worst_125:.3f` | {num}`fig-two-stream-energy.am_l2_worst_125:.3f` | |
# |  | 1.85 | {num}`fig-two-stream-energy.hoam_g_l2_worst_185:.3f` | {num}`fig-two-stream-energy.hoam_s_l2_worst_185:.3f` | {num}`fig-two-stream-energy.am_l2_worst_185:.3f` | |
# | mean relative error | 1.25 | {num}`fig-two-stream-energy.hoam_g_mean_relative_125:.3f` | {num}`fig-two-stream-energy.hoam_s_mean_relative_125:.3f` | {num}`fig-two-stream-energy.am_mean_relative_125:.3f` | {num}`fig-two-stream-floor.quiet_mean_relative_125:.4f` |
# | | 1.85 | {num}`fig-two-stream-energy.hoam_g_mean_relative_185:.3f` | {num}`fig-two-stream-energy.hoam_s_mean_relative_185:.3f` | {num}`fig-two-stream-energy.am_mean_relative_185:.3f` | {num}`fig-two-stream-floor.quiet_mean_relative_185:.4f` |
# | saturation level | 1.25 | {num}`fig-two-stream-energy.hoam_g_saturation_125:.3f` | {num}`fig-two-stream-energy.hoam_s_saturation_125:.3f` | {num}`fig-two-stream-energy.am_saturation_125:.3f` | {num}`fig-two-stream-floor.quiet_saturation_125:.4f` |
# | | 1.85 | {num}`fig-two-stream-energy.hoam_g_saturation_185:.3f` | {num}`fig-two-stream-energy.hoam_s_saturation_185:.3f` | {num}`fig-two-stream-energy.am_saturation_185:.3f` | {num}`fig-two-stream-floor.quiet_saturation_185:.4f` |
# | growth rate | 1.25 | {num}`fig-two-stream-energy.hoam_g_growth_125:.3f` | {num}`fig-two-stream-energy.hoam_s_growth_125:.3f` | {num}`fig-two-stream-energy.am_growth_125:.3f` | {num}`fig-two-stream-floor.quiet_growth_125:.4f` |
# | | 1.85 | {num}`fig-two-stream-energy.hoam_g_growth_185:.3f` | {num}`fig-two-stream-energy.hoam_s_growth_185:.3f` | {num}`fig-two-stream-energy.am_growth_185:.3f` | {num}`fig-two-stream-floor.quiet_growth_185:.4f` |
#
# ## The linear part, solved exactly
#
# ```{index} Ritz method
# ```
#
# The energy is a function of a few Fourier amplitudes of the density. In the loss they are a small part of
# all motion, and stochastic gradients get them right last. But the loss is quadratic in the potential, so
# for functions that enter linearly it has an exact minimiser. {py:mod}`hoam.ritz` adds to the trained
# network, which it leaves as it is, all products of $1$ and the first two waves in $x$, sine and cosine, with
# $1, v, v^2$, the constant left out: $5\cdot3 - 1 = 14$ functions, with coefficients that are cubic splines in
# time and piecewise linear in $\mu$,
#
# $$s(x, v, t; \mu) = s_\theta(x, v, t; \mu) + \sum_{k=1}^{14} c_k(t, \mu)\,\varphi_k(x, v),$$ (eq-two-stream-linear)
#
# and minimises the loss of the training samples over them, by the rule of HOAM-G with 128 nodes: a linear
# system for each training parameter. At a parameter between two of them, coefficients are
# interpolated. Modes, powers and the number of splines (32) were chosen by the energy at $\mu = 1.35$, $1.45$
# and $1.65$. All three methods get their linear part in the same way. This is not in the paper.
#
# With the early waves taken care of, the weight of the times has done its work: it leaves the late times
# underfitted, at $\mu = 1.2$ most of all. So HOAM-G is trained for another 1000 steps with the weight
# $\propto e^{-0.5\,t/40}$, and gets its linear part then. That the 4000 steps alone were not enough was seen
# at the held-out $\mu = 1.25$; how to go on was chosen by the energy at $\mu = 1.35$ and $1.65$, and at $\mu =
# 1.2$ and $1.3$ on fresh particles. The table has both.

# %% tags=["hide-input"]
LINEAR = {
    "HOAM-G": "hoam_g_late",
    "HOAM-S": "hoam_s",
    "AM": "am",
    "HOAM-G, 4000 steps": "hoam_g",
}


def rollout_energies(stems, suffix):
    """Return the trained models of each method, and their energies at both parameters."""
    models, energies = {}, {}
    for name, stem in stems.items():
        for seed in SEEDS:
            path = f"checkpoints/two_stream-quiet-{stem}{suffix}-{seed}.safetensors"
            models[name, seed] = hoam.load(path)
            for mu in test_mus:
                start = system.initial(jax.random.fold_in(test_key, seed), mu=mu, n_samples=n_model)
                paths = models[name, seed].sample(
                    test_key, start, times=times, mu=mu, tolerance=TOLERANCE
                )
                energies[name, seed, mu] = energy(paths, mu)
    return models, energies


enriched, enriched_energies = rollout_energies(LINEAR, "_ritz")
_, late_energies = rollout_energies({"HOAM-G": "hoam_g_late"}, "")

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-linear-part", "caption": "Electric energy at the two held-out parameters with the linear part of each potential solved for: full model (black) and reduced models, median and range of three seeds. HOAM-G was trained for 1000 steps more than the others, with nearly even weights of the times."}, "image": {"alt": "Four panels. The waves at the start, the growth and the level of saturation of all reduced models lie on the black curve or close to it, at both parameters."}}
figure = draw_energies(enriched_energies)
record_scores("fig-two-stream-linear-part", enriched_energies, LINEAR)
record_scores("fig-two-stream-linear-part", late_energies, {"HOAM-G": "late_alone"})
report.record(
    "fig-two-stream-linear-part",
    seconds=np.median([model.record["linear_seconds"] for model in enriched.values()]),
    training_seconds=np.median([model.record["training_seconds"] for model in models.values()]),
)
report.figure(
    "fig-two-stream-linear-part",
    figure,
    data={
        "t": times,
        **{f"truth_{label[mu]}": pairs["quiet", mu][0] for mu in test_mus},
        **{f"{LINEAR[n]}_{s}_{label[mu]}": e for (n, s, mu), e in enriched_energies.items()},
    },
    parameters={"particles": n_model, "seeds": len(SEEDS), "functions": 14, "splines": 32},
)
plt.show()

# %% [markdown]
# With a linear part:
#
# | metric | μ | HOAM-G | HOAM-G, 4000 steps | HOAM-S | AM | floor |
# | --- | --- | --- | --- | --- | --- | --- |
# | relative L2 error of $E(t)$ | 1.25 | {num}`fig-two-stream-linear-part.hoam_g_late_l2_125:.3f` | {num}`fig-two-stream-linear-part.hoam_g_l2_125:.3f` | {num}`fig-two-stream-linear-part.hoam_s_l2_125:.3f` | {num}`fig-two-stream-linear-part.am_l2_125:.3f` | {num}`fig-two-stream-floor.quiet_l2_125:.4f` |
# |  | 1.85 | {num}`fig-two-stream-linear-part.hoam_g_late_l2_185:.3f` | {num}`fig-two-stream-linear-part.hoam_g_l2_185:.3f` | {num}`fig-two-stream-linear-part.hoam_s_l2_185:.3f` | {num}`fig-two-stream-linear-part.am_l2_185:.3f` | {num}`fig-two-stream-floor.quiet_l2_185:.4f` |
# | worst of three seeds | 1.25 | {num}`fig-two-stream-linear-part.hoam_g_late_l2_worst_125:.3f` | {num}`fig-two-stream-linear-part.hoam_g_l2_worst_125:.3f` | {num}`fig-two-stream-linear-part.hoam_s_l2_worst_125:.3f` | {num}`fig-two-stream-linear-part.am_l2_worst_125:.3f` |  |
# |  | 1.85 | {num}`fig-two-stream-linear-part.hoam_g_late_l2_worst_185:.3f` | {num}`fig-two-stream-linear-part.hoam_g_l2_worst_185:.3f` | {num}`fig-two-stream-linear-part.hoam_s_l2_worst_185:.3f` | {num}`fig-two-stream-linear-part.am_l2_worst_185:.3f` |  |
# | mean relative error | 1.25 | {num}`fig-two-stream-linear-part.hoam_g_late_mean_relative_125:.3f` | {num}`fig-two-stream-linear-part.hoam_g_mean_relative_125:.3f` | {num}`fig-two-stream-linear-part.hoam_s_mean_relative_125:.3f` | {num}`fig-two-stream-linear-part.am_mean_relative_125:.3f` | {num}`fig-two-stream-floor.quiet_mean_relative_125:.4f` |
# |  | 1.85 | {num}`fig-two-stream-linear-part.hoam_g_late_mean_relative_185:.3f` | {num}`fig-two-stream-linear-part.hoam_g_mean_relative_185:.3f` | {num}`fig-two-stream-linear-part.hoam_s_mean_relative_185:.3f` | {num}`fig-two-stream-linear-part.am_mean_relative_185:.3f` | {num}`fig-two-stream-floor.quiet_mean_relative_185:.4f` |
# | saturation level | 1.25 | {num}`fig-two-stream-linear-part.hoam_g_late_saturation_125:.3f` | {num}`fig-two-stream-linear-part.hoam_g_saturation_125:.3f` | {num}`fig-two-stream-linear-part.hoam_s_saturation_125:.3f` | {num}`fig-two-stream-linear-part.am_saturation_125:.3f` | {num}`fig-two-stream-floor.quiet_saturation_125:.4f` |
# |  | 1.85 | {num}`fig-two-stream-linear-part.hoam_g_late_saturation_185:.3f` | {num}`fig-two-stream-linear-part.hoam_g_saturation_185:.3f` | {num}`fig-two-stream-linear-part.hoam_s_saturation_185:.3f` | {num}`fig-two-stream-linear-part.am_saturation_185:.3f` | {num}`fig-two-stream-floor.quiet_saturation_185:.4f` |
# | growth rate | 1.25 | {num}`fig-two-stream-linear-part.hoam_g_late_growth_125:.3f` | {num}`fig-two-stream-linear-part.hoam_g_growth_125:.3f` | {num}`fig-two-stream-linear-part.hoam_s_growth_125:.3f` | {num}`fig-two-stream-linear-part.am_growth_125:.3f` | {num}`fig-two-stream-floor.quiet_growth_125:.4f` |
# |  | 1.85 | {num}`fig-two-stream-linear-part.hoam_g_late_growth_185:.3f` | {num}`fig-two-stream-linear-part.hoam_g_growth_185:.3f` | {num}`fig-two-stream-linear-part.hoam_s_growth_185:.3f` | {num}`fig-two-stream-linear-part.am_growth_185:.3f` | {num}`fig-two-stream-floor.quiet_growth_185:.4f` |
#
# Growth comes out within a tenth for all methods, AM included: what the rule of the training had missed there
# is a small part of the potential, and the rule of the linear system supplies it. At $\mu = 1.85$ AM stays
# behind in the whole curve. The 1000 steps alone, without a
# linear part, leave an error of {num}`fig-two-stream-linear-part.late_alone_l2_125:.3f` ($\mu = 1.25$) and
# {num}`fig-two-stream-linear-part.late_alone_l2_185:.3f` ($\mu = 1.85$). The linear system took {num}`fig-two-stream-linear-part.seconds:.0f` seconds for a model, the
# 4000 steps {num}`fig-two-stream-linear-part.training_seconds:.0f`.
#
# ## Phase space
#
# ```{index} trapping, vortices in phase space
# ```
#
# This system's row of Figure 3: the population in phase space at $t = 20$. Nothing in the training asks
# for vortices; they are where the samples went. The potential is smooth, so the thinnest filaments of
# the truth, which the full model itself only just resolves, are blurred.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-histograms", "caption": "Phase space at t = 20 at the two held-out parameters (top: μ = 1.25, bottom: μ = 1.85): full model and three reduced models, the first seed of each, quiet loading, equally many particles. At 1.25 the beams have rolled up; at 1.85 the wave is still growing."}, "image": {"alt": "Two rows of four histograms over position and velocity. Top: two wavy bands wound around dark vortices, alike in all panels, sharpest in the full model. Bottom: two bands with gentle waves."}}
LIMITS = ((0.0, system.length), (-8.0, 8.0))
snapshot = int(np.argmin(np.abs(times - 20.0)))
# The first markers of a Sobol sequence form a lattice, which would show in a histogram.
some = np.random.default_rng(11).permutation(n_truth)[: 2 * n_model]
panels = {}
for mu in test_mus:
    panels[f"full model, μ = {mu}"] = truth["quiet", mu][snapshot, some]
    for name in ("HOAM-S", "HOAM-G", "AM"):
        panels[f"{name}, μ = {mu}"] = rollouts[name, 0, mu][snapshot]
figure, histograms = hoam.plotting.phase_space(
    panels, limits=LIMITS, labels=(LABELS["x"], LABELS["v"]), rows=2, bins=64
)
UNIT = np.asarray([system.length, 10.0])  # puts position and velocity on one scale
N_SINKHORN = 2**9 if quick else 2**10
EPSILON = 1e-3


def divergence(a, b):
    """Return the Sinkhorn divergence of two clouds in the unit box."""
    return hoam.metrics.sinkhorn_divergence(
        a[:N_SINKHORN] / UNIT, b[-N_SINKHORN:] / UNIT, epsilon=EPSILON
    )


for mu in test_mus:
    exact = truth["quiet", mu][snapshot]
    report.record(
        "fig-two-stream-histograms",
        **{f"floor_{label[mu]}": divergence(exact, exact)},
        **{
            f"{stem}_{label[mu]}": np.median(
                [divergence(rollouts[name, s, mu][snapshot], exact) for s in SEEDS]
            )
            for name, stem in METHODS.items()
        },
    )
report.figure(
    "fig-two-stream-histograms",
    figure,
    data={"density": histograms},
    parameters={"t": 20, "bins": 64, "panels": ", ".join(panels)},
)
plt.show()

# %% [markdown]
# In numbers: the debiased Sinkhorn divergence to the full model at $t = 20$, with positions in units of
# the box and velocities in units of 10, regularisation 0.001. At $\mu = 1.25$ it is
# {num}`fig-two-stream-histograms.hoam_g_125:.2e` for HOAM-G,
# {num}`fig-two-stream-histograms.hoam_s_125:.2e` for HOAM-S and
# {num}`fig-two-stream-histograms.am_125:.2e` for AM, over a floor of
# {num}`fig-two-stream-histograms.floor_125:.2e` between two sets of samples of the full model; at
# $\mu = 1.85$ it is {num}`fig-two-stream-histograms.hoam_g_185:.2e`,
# {num}`fig-two-stream-histograms.hoam_s_185:.2e` and {num}`fig-two-stream-histograms.am_185:.2e`, over
# {num}`fig-two-stream-histograms.floor_185:.2e`. At the end of the film, at $\mu = 1.25$, it is {num}`fig-two-stream-film.hoam_g:.2e` for
# HOAM-G, over a floor of {num}`fig-two-stream-film.floor:.2e`.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-film", "caption": "Film of the phase space at μ = 1.25, a parameter the model was not trained on: full model (left) and one rollout of HOAM-G (right). The still shows the last frame."}, "image": {"alt": "Animation of two histograms side by side. Two horizontal bands ripple, roll up into vortices that merge and turn; the right panel follows the left, a little smoother."}}
frames = slice(0, None, 16 if quick else 3)
film_panels = {
    "full model": truth["quiet", test_mus[0]][frames][:, some],
    "HOAM-G": rollouts["HOAM-G", 0, test_mus[0]][frames],
}
film = hoam.plotting.density_animation(
    film_panels, times[frames], limits=LIMITS, labels=(LABELS["x"], LABELS["v"]), bins=64
)
path = report.animation("fig-two-stream-film", film)
last = {name: paths[-1] for name, paths in film_panels.items()}
plt.close()
still, grids = hoam.plotting.phase_space(
    last, limits=LIMITS, labels=(LABELS["x"], LABELS["v"]), bins=64
)
exact = truth["quiet", test_mus[0]][frames][-1]
report.record(
    "fig-two-stream-film",
    floor=divergence(exact, exact),
    hoam_g=divergence(film_panels["HOAM-G"][-1], exact),
)
report.figure(
    "fig-two-stream-film",
    still,
    data={"density": grids},
    parameters={"mu": test_mus[0], "t of the still": times[frames][-1], "particles": some.size},
)
plt.close(still)
Image(path.read_bytes())

# %% [markdown]
# ## The three rules in training
#
# All three methods minimise the same loss, each on its own time nodes. They can be compared on held-out
# particles, parameters and times, where one rule measures all.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-training", "caption": "Training loss (left; that of AM leaves the panel) and validation loss (right) over steps, median and range of three seeds. The validation loss is taken at μ = 1.35 and 1.65, on other particles and at other times, with one spline rule for all methods. Lower is better."}, "image": {"alt": "Left: two thin bands that fall from zero to about minus 0.03, and a wide one that jumps beyond the panel in both directions. Right: the validation losses of Gauss-Legendre and Simpson nodes fall together; that of random times stays well above them throughout."}}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6))
columns = {}
for name, stem in METHODS.items():
    histories = [models[name, seed].record["history"] for seed in SEEDS]
    every = histories[0]["loss_every"]
    losses = np.stack([np.asarray(h["loss"]) for h in histories])
    # Average over runs of points: a step sees one parameter, and their minima differ.
    smooth = losses[:, : losses.shape[1] // 20 * 20].reshape(len(losses), -1, 20).mean(axis=2)
    validation = np.stack([np.asarray(h["validation"]) for h in histories])
    hoam.plotting.band(axes[0], name, (np.arange(smooth.shape[1]) + 0.5) * 20 * every, smooth)
    hoam.plotting.band(axes[1], name, histories[0]["step"], validation)
    columns |= {f"{stem}_loss": losses, f"{stem}_validation": validation}
    report.record(
        "fig-two-stream-training",
        **{
            f"{stem}_validation": np.median(validation[:, -1]),
            f"{stem}_validation_spread": np.ptp(validation[:, -1]),
        },
    )
axes[0].set(xlabel="step", ylabel="training loss", ylim=(-0.1, 0.1))
axes[1].set(xlabel="step", ylabel="validation loss")
axes[1].legend(fontsize=9)
report.figure(
    "fig-two-stream-training",
    figure,
    data={"step": histories[0]["step"], **columns},
    parameters=trainings(model.record for model in models.values()),
)
plt.show()

# %% [markdown]
# The final validation losses, medians of three seeds, are {num}`fig-two-stream-training.hoam_g_validation:.4f` (HOAM-G),
# {num}`fig-two-stream-training.hoam_s_validation:.4f` (HOAM-S) and
# {num}`fig-two-stream-training.am_validation:.4f` (AM), and the seeds of HOAM-G spread over
# {num}`fig-two-stream-training.hoam_g_validation_spread:.4f`. Random times stay behind. The loss of
# one of their steps is off by the gauge defect of the nodes drawn ({doc}`/book/_executed/quadrature`).
#
# A rule does not help when it is too coarse for what the network can do between its nodes. Three more
# trainings used Simpson's rule with 129 nodes and 64 samples at each, the same cost again:

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-coarse", "caption": "Validation loss over steps of Simpson's rule with 129 nodes (dotted, three seeds) and with 257 nodes (solid, three seeds); the vertical axis is linear between -0.1 and 0.1 and logarithmic beyond. The minimum is minus the kinetic energy of the population (weighted in time), a few hundredths: a loss far below it is an error of the rule that the network has learned to exploit."}, "image": {"alt": "Six curves over 4000 steps. Those of 257 nodes stay together just below zero. Of those of 129 nodes some leave them downwards, one by many orders of magnitude."}}
figure, axis = plt.subplots(figsize=(6, 3.6))
coarse, columns, records = [], {}, []
for seed in SEEDS:
    model = hoam.load(f"checkpoints/two_stream-quiet-hoam_s_coarse-{seed}.safetensors")
    records += [model.record, models["HOAM-S", seed].record]
    coarse.append(model.record["history"]["validation"])
    fine = models["HOAM-S", seed].record["history"]
    hoam.plotting.line(axis, "HOAM-S", fine["step"], coarse[-1], linestyle=":", label="129 nodes")
    hoam.plotting.line(
        axis, "HOAM-S", fine["step"], fine["validation"], linestyle="-", label="257 nodes"
    )
    columns |= {f"nodes129_{seed}": coarse[-1], f"nodes257_{seed}": fine["validation"]}
axis.set_yscale("symlog", linthresh=0.1)
axis.set(xlabel="step", ylabel="validation loss")
axis.legend(*(part[:2] for part in axis.get_legend_handles_labels()), fontsize=9)
# No population of this system has a kinetic energy of one: below that the loss means nothing.
report.record(
    "fig-two-stream-coarse",
    runaway_129=sum(min(losses) < -1 for losses in coarse),
    runaway_257=sum(
        min(models["HOAM-S", seed].record["history"]["validation"]) < -1 for seed in SEEDS
    ),
)
report.figure(
    "fig-two-stream-coarse",
    figure,
    data={"step": fine["step"], **columns},
    parameters=trainings(records),
)
plt.show()

# %% [markdown]
# Of the three seeds {num}`fig-two-stream-coarse.runaway_129:.0f` ran away with 129 Simpson nodes, and
# {num}`fig-two-stream-coarse.runaway_257:.0f` with 257; 128 Gauss-Legendre nodes were enough. The
# validation loss shows the runaway at once, since it is taken at other times.
#
# ## As in the paper: random markers
#
# ```{index} noise of markers
# ```
#
# The second protocol: 25 000 random markers, diffusion $\epsilon = 0.05$ in normalised units. Each model is
# now compared with one run of the full model whose initial markers it is given, and with the floor.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-two-stream-random", "caption": "The paper's protocol: 25 000 random markers, ε = 0.05. Electric energy of two runs of the full model with different seeds (black, grey) and of reduced models, one seed each, started from the initial markers of the first. The spread between the two full runs is the floor."}, "image": {"alt": "Two panels of electric energy on a logarithmic axis, noisy curves. The two full runs disagree visibly; the models lie near or between them at late times and differ early."}}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
coarse = times[::2]
data = {"t": coarse}
full, n_random = protocols["random"]
for axis, mu in zip(axes, test_mus, strict=True):
    first, second = (run[::2] for run in pairs["random", mu])
    hoam.plotting.line(axis, "truth", coarse, first)
    hoam.plotting.line(axis, "floor", coarse, second, label="truth, other seed")
    data |= {f"truth_{label[mu]}": first, f"other_{label[mu]}": second}
    for name, stem in METHODS.items():
        model = hoam.load(f"checkpoints/two_stream-random-{stem}-0.safetensors")
        start = truth["random", mu][0]
        paths = model.sample(test_key, start[:n_random], times=coarse, mu=mu, max_step=1 / 64)
        curve = energy(paths, mu)
        hoam.plotting.line(axis, name, coarse, curve)
        data[f"{stem}_{label[mu]}"] = curve
        report.record(
            "fig-two-stream-random",
            **{
                f"{stem}_l2_{label[mu]}": relative_l2_error(curve, first),
                f"{stem}_mean_relative_{label[mu]}": relative_error(curve, first),
            },
        )
    axis.set(xlabel=LABELS["t"], yscale="log", ylim=(2e-4, 0.7))
    axis.annotate(f"μ = {mu}", (0.03, 0.92), xycoords="axes fraction")
axes[0].set_ylabel(LABELS["E"])
axes[1].legend(fontsize=9)
report.figure("fig-two-stream-random", figure, data=data, parameters={"epsilon": 0.05})
plt.show()

# %% [markdown]
# | relative L2 error | HOAM-G | HOAM-S | AM | floor |
# | --- | --- | --- | --- | --- |
# | μ = 1.25 | {num}`fig-two-stream-random.hoam_g_l2_125:.2f` | {num}`fig-two-stream-random.hoam_s_l2_125:.2f` | {num}`fig-two-stream-random.am_l2_125:.2f` | {num}`fig-two-stream-floor.random_l2_125:.2f` |
# | μ = 1.85 | {num}`fig-two-stream-random.hoam_g_l2_185:.2f` | {num}`fig-two-stream-random.hoam_s_l2_185:.2f` | {num}`fig-two-stream-random.am_l2_185:.2f` | {num}`fig-two-stream-floor.random_l2_185:.2f` |
#
# Two runs of the full model differ by a good part of what separates the models from the truth, so one seed
# of each ranks nothing: the metric measures the seed as much as the model. That is our main caution about
# tables of energy errors for this system. The models here have the diffusion
# and the hypernetwork of the paper and no weight; they were trained at 64 nodes (Simpson: 65) with 128 paired
# markers at each, and have a single seed.
#
# ## Verdicts
#
# **C3.** Both beams, their mixing and the vortices are there at parameters the model has not seen. The
# Sinkhorn divergence to the full model stays within a small factor of the floor that 2048 samples set.
#
# **C4** holds with limits. Growth is predicted: the fitted rate of HOAM-G is off by
# {num}`fig-two-stream-energy.hoam_g_growth_125:.3f` ($\mu = 1.25$) and
# {num}`fig-two-stream-energy.hoam_g_growth_185:.3f` ($\mu = 1.85$) of the true one, and the waves before it, from which
# it starts, are there ({numref}`fig-two-stream-energy`, top). The level of saturation is off by
# {num}`fig-two-stream-energy.hoam_g_saturation_125:.3f` and
# {num}`fig-two-stream-energy.hoam_g_saturation_185:.3f`. At $\mu = 1.85$ the energy curve is within
# {num}`fig-two-stream-energy.hoam_g_l2_185:.3f` of the truth, worst of three seeds
# {num}`fig-two-stream-energy.hoam_g_l2_worst_185:.3f`. At $\mu = 1.25$ it is
# {num}`fig-two-stream-energy.hoam_g_l2_125:.3f`, worst {num}`fig-two-stream-energy.hoam_g_l2_worst_125:.3f`: more than
# the 0.15 that we aimed at. The error sits after saturation (bottom left), the times that count least with the
# weight chosen here.
#
# With the linear part solved for and the late times trained ({numref}`fig-two-stream-linear-part`), the curve of
# HOAM-G is within {num}`fig-two-stream-linear-part.hoam_g_late_l2_125:.3f` ($\mu = 1.25$) and {num}`fig-two-stream-linear-part.hoam_g_late_l2_185:.3f` ($\mu = 1.85$), its saturation
# within {num}`fig-two-stream-linear-part.hoam_g_late_saturation_125:.3f` and {num}`fig-two-stream-linear-part.hoam_g_late_saturation_185:.3f`, its growth rate within
# {num}`fig-two-stream-linear-part.hoam_g_late_growth_125:.3f` and {num}`fig-two-stream-linear-part.hoam_g_late_growth_185:.3f`, medians of three seeds. The loss of the paper does hold what
# it takes; stochastic gradients alone did not bring it out.
#
# **AM**, with the same data, network and budget, stays far from the minimum of the loss. It passes smoothly
# through the waves at the start, so at $\mu = 1.25$ its growth rate is off by
# {num}`fig-two-stream-energy.am_growth_125:.2f`, and at $\mu = 1.85$ its saturation by
# {num}`fig-two-stream-energy.am_saturation_185:.2f`. At $\mu = 1.85$ its growth rate is no
# worse than that of HOAM, and in the energy error at $\mu = 1.25$, which is made after saturation, the three
# methods do not differ beyond their seeds.
#
# The {doc}`first page </book/index>` computes the verdicts from the recorded numbers.
#
# ## Change this and see
#
# - `TwoStream(loading="random")` in the truth, with ever more markers: how fast does the floor fall?
# - `hoam.ritz.enrich(..., modes=1, degree=1)`: which of the functions does the energy need?
# - `between=(0.1, 0.5)` in `growth_rate`: how much of the growth error is the early waves?
#
# ## Exercises
#
# ```{exercise} Energy of a sine wave
# :label: ex-two-stream-energy
#
# For $n = 1 + a\cos kx$ compute $\phi$ and the electric energy per unit length. At which $a$ does a wave
# of mode one have the energy 0.3 for $\mu = 1.25$?
# *Hint: $\mu^2 \phi'' = a\cos kx$.*
# ```
#
# ```{solution} ex-two-stream-energy
# :class: dropdown
#
# $\phi = -\frac{a}{\mu^2k^2}\cos kx$ and $E = -\frac12\overline{\phi\,(n - 1)} = \frac{a^2}{4\mu^2k^2}$. With $k
# = 2\pi/50$: $a = 2\mu k\sqrt{0.3} \approx 0.17$. Saturation is a modest ripple of the density, but a
# complete rearrangement in phase space.
# ```
#
# ```{exercise} Which modes can grow?
# :label: ex-two-stream-modes
#
# For two cold beams ($v_j \to 0$) show that the mode $k$ is unstable when $\mu k u < 1$, with $u = 3$. Which
# modes of the box does this leave at $\mu = 1.25$ and $1.85$? Compute their growth rates, cold and at the temperature of the
# experiment, and say which of them warmth slows down. Compare with {numref}`fig-two-stream-growth`.
# *Hint: expand $1 + zZ(z) \approx -1/(2z^2)$ for large $z$, and look for $\omega = i\gamma$; `hoam.dispersion.fastest_root` solves
# the full equation.*
# ```
#
# ```{solution-start} ex-two-stream-modes
# :class: dropdown
# ```
#
# $D = 1 - \frac{1}{2\mu^2}\bigl[(\omega - ku)^{-2} + (\omega + ku)^{-2}\bigr]$. With $\omega^2 = -\gamma^2$:
# $\mu^2(\gamma^2 + k^2u^2)^2 = k^2u^2 - \gamma^2$, which has a solution $\gamma^2 > 0$ if and only if $\mu^2k^2u^2 <
# 1$. For $\mu = 1.25$, $\mu k u = 0.47\,m$: modes 1 and 2. For $\mu = 1.85$, $0.70\,m$: mode 1 only.

# %%
for mu in test_mus:
    for mode in (1, 2, 3):
        k = 2 * np.pi * mode / system.length
        a = (3 * k) ** 2  # then mu^2 (g + a)^2 = a - g for g, the square of the growth rate
        cold = np.sqrt(max(np.roots([mu**2, 2 * mu**2 * a + 1, mu**2 * a**2 - a]).max(), 0))
        warm = hoam.dispersion.fastest_root(k, mu=mu, beams=system.beams).imag
        print(f"mu = {mu}, mode {mode}: cold {cold:.3f}, warm {warm:+.3f}")

# %% [markdown]
# The same modes grow, and the others are damped, which cold beams are not. Warmth slows mode 1 down at both parameters. Mode 2 at $\mu = 1.25$, close
# to the limit of the cold beams, grows faster in warm ones, though still not as fast as mode 1.
#
# ```{solution-end}
# ```
#
# ```{exercise} The price of random markers
# :label: ex-two-stream-noise
#
# With $N$ random markers the density has white noise: each of its Fourier amplitudes has variance
# $2/N$. Estimate the initial energy for $N = 25\,000$ from the modes $k \le 2\pi\cdot 10/50$ and compare
# with the left panels of {numref}`fig-two-stream-floor` at $t = 0$. How many random markers would have as
# little noise as the perturbation's own energy at $t = 5$, divided by a hundred?
# *Hint: {ref}`ex-two-stream-energy` gives the energy of one wave; energies of different waves add.*
# ```
#
# ```{solution} ex-two-stream-noise
# :class: dropdown
#
# A mode with cosine and sine amplitudes of variance $2/N$ each has mean energy $\frac{4/N}{4\mu^2k_m^2} =
# \frac{1}{N\mu^2k_m^2}$. Summed over $m$: $\frac{1}{N\mu^2k_1^2}\sum m^{-2} \approx \frac{1.55}{N\mu^2k_1^2}
# \approx 0.0025$ for $\mu = 1.25$, about what the left panels show. The wave's energy dips to about $10^{-3}$ near $t = 5$; a
# hundredth of it needs about $6\cdot 10^6$ markers.
# ```
