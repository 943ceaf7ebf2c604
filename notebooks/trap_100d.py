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
# (chap-trap-100d)=
# # One hundred particles in a trap
#
# One hundred particles on a line follow a trap that swings to and fro. They attract one another, and each is shaken by its own noise. One
# *sample* is the position of all of them, a point of $\mathbb{R}^{100}$, and the {term}`population` is a cloud of such points. No grid reaches
# there; methods that need nothing but samples might.
#
# The chapter rebuilds this problem of {cite:t}`berman2024hoam` at $\mu = 0.6$, which no model was trained on, and asks
#
# - **C2** and **C6**: what do random time nodes do in one hundred dimensions?
# - **C3**: how much of the shape of the population does a model get right there?
#
# :::{admonition} What you will learn
# :class: tip
# - why the exact {term}`potential` of this problem is nearly a sum of functions of one coordinate;
# - why a loss near its minimum can leave the variances wrong, and what solving for a linear part changes;
# - how high the {term}`floor` of a transport distance lies in one hundred dimensions;
# - why one random direction is enough for the Laplacian here.
# :::
#
# To see the population move, {ref}`play with it <play-trap-100d>`.
#
# ## The full model
#
# ```{index} particles in a trap, mean-field interaction
# ```
#
# $$
# \begin{aligned}
# \mathrm{d}x_i &= \Bigl[(a(t) - x_i)^3 - \tfrac12(x_i - \bar x)\Bigr]\mathrm{d}t + \sqrt{0.02}\,\mathrm{d}W_i, \qquad
# \bar x = \tfrac1{100}\textstyle\sum_j x_j, \\
# a(t) &= \tfrac54\sin\bigl(\pi t + \tfrac32 + \mu\cos 2\pi t\bigr), \qquad t \in [0, 2].
# \end{aligned}
# $$ (eq-trap)
#
# At the start particle $i$ is Gaussian with deviation 0.1 and mean $-0.09$ to $-0.3$, staggered from the first to the last
# ({py:mod}`hoam.systems.trap_100d`). The cubic force is strong far from the centre of the trap and flat at it.

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
import jax
import matplotlib.pyplot as plt
import numpy as np

import hoam
from hoam.metrics import moment_errors, sinkhorn_divergence
from hoam.results import trainings

hoam.plotting.style()
report = hoam.report.Report("trap_100d", profile=profile)
quick = profile == "quick"
METHODS = {"HOAM-G": "hoam_g", "HOAM-S": "hoam_s", "AM": "am", "with linear part": "hoam_g_ritz"}
ALONE = ("AM", "HOAM-S", "HOAM-G")
SEEDS = range(1 if quick else 5)
system = hoam.systems.Trap100D()
(mu,) = system.test_mus
times = np.linspace(0, system.horizon, 33 if quick else 65)
middle = len(times) // 2
n_truth, n_model = (2**9, 2**8) if quick else (2**12, 2**11)
test_key = jax.random.key(43_001)  # no training or validation run uses it

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-trap-truth", "caption": "The full model at μ = 0.6. Left: centre of the trap (black) and five of the hundred particles of one sample. Middle and right: mean and standard deviation over samples of the first, the fiftieth and the last particle."}, "image": {"alt": "Left: the trap swings between plus and minus 1.25; the particles follow it late and stay within plus and minus 0.6. Middle: three means that start apart, meet before time one and swing between 0.2 and minus 0.35. Right: three deviations that fall from 0.1 and then vary between 0.05 and 0.085."}}
truth, floor = (
    np.asarray(system.simulate(k, mu=mu, times=times, n_samples=n_truth))
    for k in jax.random.split(test_key)
)
neighbours = {
    near: np.asarray(
        system.simulate(
            jax.random.fold_in(test_key, round(100 * near)), mu=near, times=times, n_samples=n_model
        )
    )
    for near in (0.5, 0.7)
}
centre = np.asarray(system.centre(times, mu))
figure, axes = plt.subplots(1, 3, figsize=(9, 3.2))
axes[0].plot(times, centre, color="black", label="centre of the trap")
axes[0].plot(times, truth[:, 0, ::22], linewidth=0.9)
for i, colour in zip((0, 49, 99), hoam.plotting.shades(3), strict=True):
    axes[1].plot(times, truth[..., i].mean(axis=1), color=colour, label=f"particle {i + 1}")
    axes[2].plot(times, truth[..., i].std(axis=1), color=colour)
for axis, name in zip(axes, ("position", "mean", "standard deviation"), strict=True):
    axis.set(xlabel="time t", ylabel=name)
axes[2].set_ylim(0, None)
axes[1].legend(fontsize=8)
pairs = np.triu_indices(system.particles, k=1)
correlation = np.corrcoef(truth[-1], rowvar=False)[pairs].mean()
report.record(
    "fig-trap-truth",
    correlation=correlation,
    variance_ratio=1 + (system.particles - 1) * correlation,
    floor_correlation=n_truth**-0.5,
    skewness=np.mean(((truth[middle] - truth[middle].mean(0)) / truth[middle].std(0)) ** 3),
)
report.figure(
    "fig-trap-truth",
    figure,
    data={
        "t": times,
        "centre": centre,
        "paths": truth[:, 0, ::22],
        "mean": truth.mean(axis=1),
        "deviation": truth.std(axis=1),
    },
    parameters={"mu": mu, "samples": n_truth},
)
plt.show()

# %% [markdown]
# The particles lag far behind the trap and turn round when it comes back across them. The noise of the mean $\bar x$ is a tenth of that
# of a particle, so in every sample $\bar x$ takes nearly the same path, and given that path the particles do not see one another. Between
# two particles the correlation is {num}`fig-trap-truth.correlation:.4f` at $t = 2$, averaged over all pairs; that of a single pair cannot
# be told from zero, since its sampling error is {num}`fig-trap-truth.floor_correlation:.3f`. So
#
# $$\rho(t, x) \approx \prod_{i=1}^{100}\rho_i(t, x_i), \qquad s(t, x) \approx \sum_{i=1}^{100} s_i(t, x_i),$$ (eq-trap-sum)
#
# and since each $\rho_i$ is nearly Gaussian (skewness {num}`fig-trap-truth.skewness:.2f` at $t = 1$), each $s_i$ is nearly a parabola
# ({ref}`ex-trap-potential`). The problem is easy for whoever knows that. The network of the paper has to find it out in one hundred
# dimensions.
#
# ## Training
#
# {term}`HOAM-G <HOAM-G, HOAM-S>` sees $2^{12}$ samples at each of 128 Gauss-Legendre nodes and six parameters, $\mu = 0.3, 0.4, 0.5, 0.7, 0.8, 0.9$, 32 of them in
# a step. HOAM-S sees as many at each of 257 Simpson nodes, twice the data, 16 of them in a step. AM draws 128 times
# afresh at each step, 32 samples at each, from 513 stored times with $2^{10}$ samples, about the data of HOAM-G. A step costs the same
# for all, 4096 samples, and there are 1000 steps, and five seeds of each. Diffusion is that of the paper, $\epsilon = 0.1$ in
# normalised units. The Laplacian is estimated with one random direction for each sample ({ref}`ex-trap-probe`).
#
# Nodes and step size were chosen by the moments and the loss at $\mu = 0.45$ and $0.75$, neither trained on nor tested. With 64 nodes, 64
# samples at each and twice the step size the training loss of HOAM-G ran away after some 600 steps, far below the validation loss: the
# failure of {numref}`fig-chaos-coarse` once more.

# %%
models = {
    (name, seed): hoam.load(f"checkpoints/trap_100d-{stem}-{seed}.safetensors")
    for name, stem in METHODS.items()
    for seed in SEEDS
}
rollouts = {}
for (name, seed), model in models.items():
    key = jax.random.fold_in(test_key, seed)
    start = system.initial(key, mu=mu, n_samples=n_model)
    rollouts[name, seed] = np.asarray(model.sample(key, start, times=times, mu=mu))

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-trap-training", "caption": "Training loss (left) and validation loss (right) over steps, as a share of the least loss of independent Gaussian particles: one is perfect, more than one is too good to be true. Median and range over seeds. The validation loss is taken at μ = 0.45 and 0.75, on other particles and at other times, with one spline rule for all methods, in the middle and at the end of the training. Dotted: what moving the means alone would reach at μ = 0.6."}, "image": {"alt": "Left: three curves rise from zero to one within two hundred steps; two stay there, that of random times jumps up and down by several tenths around it. Right: short lines between 0.95 and one; those of HOAM stay near 0.98 with bands that open downwards with time, that of HOAM-S to 0.94, and that of AM rises from 0.95 to 0.97."}}
quadrature = hoam.quadrature.spline(times / system.horizon)
velocities = jax.jit(jax.vmap(jax.vmap(system.drift, (0, None, None)), (0, 0, None)))
rates = {}  # of the means and of the variances, exactly: averages over the full model's forces
for i, each in enumerate((mu, 0.45, 0.75, *system.train_mus)):
    paths = truth
    if i:
        key = jax.random.fold_in(test_key, 1000 + i)
        paths = np.asarray(system.simulate(key, mu=each, times=times, n_samples=n_model // 2))
    force = np.asarray(velocities(paths, times, each))
    covariance = np.mean((paths - paths.mean(axis=1, keepdims=True)) * force, axis=1)
    rates[each] = force.mean(axis=1), 2 * covariance + system.noise**2, paths.var(axis=1)


def gains(model, mu):
    """Return what means and variances take off the loss in a model's units."""
    size, units = np.asarray(model.scaling.size), model.scaling.duration
    rate, spreading, variance = (r / size**k for r, k in zip(rates[mu], (1, 2, 2), strict=True))
    spreading = units * spreading - model.epsilon**2
    parts = ((units * rate) ** 2 / 2, spreading**2 / (8 * variance))
    return np.asarray([quadrature.integrate(part).sum() for part in parts])


figure, axes = plt.subplots(1, 2, figsize=(9, 3.6))
columns = {}
for name in ALONE:
    stem, curves = METHODS[name], {"loss": [], "validation": []}
    for seed in SEEDS:
        model = models[name, seed]
        history = model.record["history"]
        for which, mus in (("loss", system.train_mus), ("validation", (0.45, 0.75))):
            least = np.mean([gains(model, each).sum() for each in mus])
            curves[which].append(-np.asarray(history[which]) / least)
    curves = {which: np.stack(values) for which, values in curves.items()}
    steps = (np.arange(curves["loss"].shape[1]) + 0.5) * history["loss_every"]
    hoam.plotting.band(axes[0], name, steps, curves["loss"])
    hoam.plotting.band(axes[1], name, history["step"], curves["validation"])
    columns |= {f"{stem}_{which}": values for which, values in curves.items()}
    last = curves["loss"][:, -steps.size // 4 :]
    report.record(
        "fig-trap-training",
        **{
            f"{stem}_noise": np.median(last.std(axis=1)),
            f"{stem}_last": np.median(last.mean(axis=1)),
            f"{stem}_validation": np.median(curves["validation"][:, -1]),
            f"{stem}_validation_worst": np.min(curves["validation"][:, -1]),
            f"{stem}_validation_most": np.max(curves["validation"][:, -1]),
        },
    )
of_mean, of_variances = gains(models["HOAM-G", 0], mu)
variance_share = of_variances / (of_mean + of_variances)
report.record("fig-trap-training", variance_share_60=variance_share)
for axis, which in zip(axes, ("training", "validation"), strict=True):
    axis.axhline(1, color="black", linewidth=1)
    axis.set(xlabel="step", ylabel=f"share of the least {which} loss")
axes[0].set_ylim(-0.1, 1.7)
axes[1].axhline(1 - variance_share, color="black", linestyle=":", linewidth=1)
axes[0].legend(fontsize=8, loc="lower right")
report.figure(
    "fig-trap-training",
    figure,
    data={"step": steps, "validation_step": history["step"], **columns},
    parameters=trainings(models[name, seed].record for name in ALONE for seed in SEEDS),
)
plt.show()

# %% [markdown]
# For independent Gaussian particles the least loss is known ({ref}`ex-trap-potential`), so the figure shows what share of it a model has
# reached. (Each method normalises with its own data, so the losses themselves do not compare.) Over the last quarter of the steps the
# training loss of AM scatters by {num}`fig-trap-training.am_noise:.3f` of the least loss, that of HOAM-S by
# {num}`fig-trap-training.hoam_s_noise:.3f` and that of HOAM-G by {num}`fig-trap-training.hoam_g_noise:.3f`. (The parameter changes from
# step to step, and with it the least loss; that part is in all three.) HOAM-G ends at {num}`fig-trap-training.hoam_g_last:.3f`, more than
# there is to gain: it exploits its nodes and samples. On others it reaches {num}`fig-trap-training.hoam_g_validation:.3f`, HOAM-S
# {num}`fig-trap-training.hoam_s_validation:.3f` and AM {num}`fig-trap-training.am_validation:.3f`.
#
# These shares look good, and say little. At $\mu = 0.6$ a share of {num}`fig-trap-training.variance_share_60:.3f` is all that the
# variances are worth: to change them as the population does, against the diffusion. The rest is the motion of the means. A model that
# carries the population about as a *rigid cloud*, and knows nothing of how the trap squeezes it, is on the dotted line.
#
# ## The linear part, solved for
#
# ```{index} single: Ritz method; in high dimension
# ```
#
# {py:mod}`hoam.ritz` adds to the trained network, which it leaves as it is, the coordinates $u_i = 2x_i - 1$ (normalised) and their
# squares,
#
# $$s(x, t; \mu) = s_\theta(x, t; \mu) + \sum_{i=1}^{100}\bigl[b_i(t, \mu)\,u_i + c_i(t, \mu)\,u_i^2\bigr],$$ (eq-trap-linear)
#
# with coefficients that are cubic splines in time, 16 of them, solved for at each training parameter by the Gauss rule with 64 nodes, and
# linear in $\mu$ between these. The loss is quadratic in them, and where it is least over a test function $\varphi$,
#
# $$\frac{\mathrm{d}}{\mathrm{d}t}\,\mathbb{E}_{\rho_t}[\varphi] = \mathbb{E}_{\rho_t}\Bigl[\nabla\varphi\cdot\nabla s + \frac{\epsilon^2}{2}\Delta\varphi\Bigr]. $$
#
# That is the weak form of the continuity equation. With $\varphi = u_i$ and $u_i^2$, the rates of all means and second moments are those
# of the population, whatever the network has left out. Functions of different particles have orthogonal gradients, so there are one
# hundred small systems instead of a large one. No noise of minibatches enters: each average runs over all samples. The linear part is
# ours, not the paper's.
#
# ## The population over time

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-trap-histograms", "caption": "Density of particle 50 over time and position at μ = 0.6: full model, the reduced models (first seed), HOAM-G with its linear part, and the full model at one of the two nearest training parameters."}, "image": {"alt": "Six panels of a bright winding band over time. The bands of the full models and of HOAM-G with its linear part are narrow and alike; those of HOAM-G, HOAM-S and AM wind in the same way, but are about twice as wide, dim, and widen with time."}}
shown = {"full model": truth[:, :n_model]}
shown |= {name: rollouts[name, 0] for name in ("HOAM-G", "HOAM-S", "AM")}
shown |= {
    "HOAM-G + linear part": rollouts["with linear part", 0],
    "full model, μ = 0.7": neighbours[0.7],
}
half = times[1] / 2
panels = {
    name: np.column_stack([np.repeat(times, n_model), paths[..., 49].ravel()])
    for name, paths in shown.items()
}
figure, histograms = hoam.plotting.phase_space(
    panels,
    limits=((-half, system.horizon + half), (-0.9, 0.7)),
    labels=("time t", "position"),
    rows=2,
    bins=len(times),
)
width = truth[..., 49].std(axis=1)
report.record(
    "fig-trap-histograms",
    **{
        f"width_{stem}": np.mean(rollouts[name, 0][..., 49].std(axis=1) / width)
        for name, stem in METHODS.items()
    },
)
report.figure(
    "fig-trap-histograms",
    figure,
    data={"density": histograms},
    parameters={"mu": mu, "particle": 50, "panels": ", ".join(panels)},
)
plt.show()

# %% [markdown]
# One particle of the hundred, in the manner of the histograms in the paper's appendix. The networks have learned its path, and hardly how
# the trap squeezes the cloud, which widens as the diffusion has it: on average over time the band of HOAM-G is
# {num}`fig-trap-histograms.width_hoam_g:.1f` times as wide as that of the full model. With the linear part, {num}`fig-trap-histograms.width_hoam_g_ritz:.2f`
# times, it has its width back. But a neighbouring parameter looks right too ({numref}`fig-trap-histograms`, last panel); numbers have to tell them apart.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-trap-moments", "caption": "Mean of all particles (left) and root of their mean variance (right) over time at μ = 0.6: full model (black) and reduced models, median and range over seeds. Top: network alone; bottom: HOAM-G with its linear part."}, "image": {"alt": "Top left: all means follow the black curve, those of AM with a visible band. Top right: the true deviation falls from 0.1 to half of it and varies; those of the models grow steadily to about 0.15. Bottom: mean and deviation lie on or near the black curves."}}
N_SINKHORN = 2**8 if quick else 2**10
EPSILON = 5.0
unit = np.sqrt(np.mean(truth**2, axis=(0, 1)))
CURVES = {
    "mean": lambda x: x.mean(axis=(1, 2)),
    "deviation": lambda x: np.sqrt(x.var(axis=1).mean(axis=1)),
}


def divergence(cloud, i):
    """Return the Sinkhorn divergence of a cloud to the full model at one time."""
    return sinkhorn_divergence(
        cloud[:N_SINKHORN] / unit, truth[i, :N_SINKHORN] / unit, epsilon=EPSILON
    )


def scores(paths):
    """Return the errors of one rollout against the full model."""
    of_mean, of_variances = moment_errors(paths, truth)
    return {
        "mean": of_mean,
        "variance": of_variances,
        "middle": divergence(paths[middle], middle),
        "end": divergence(paths[-1], -1),
    }


figure, axes = plt.subplots(2, 2, figsize=(9, 5), sharex=True, sharey="col")
data = {"t": times}
for row, names in zip(axes, (ALONE, ("with linear part",)), strict=True):
    for axis, (title, curve) in zip(row, CURVES.items(), strict=True):
        data[f"truth_{title}"] = curve(truth)
        hoam.plotting.line(axis, "truth", times, curve(truth), linewidth=2.4)
        for name in names:
            curves = np.stack([curve(rollouts[name, seed]) for seed in SEEDS])
            data[f"{METHODS[name]}_{title}"] = curves
            hoam.plotting.band(axis, name if name in ALONE else "HOAM-G", times, curves)
        axis.set_ylabel(title)
    kind = "network alone" if names == ALONE else "with linear part"
    row[0].annotate(kind, (0.55, 0.88), xycoords="axes fraction")
for axis in axes[-1]:
    axis.set_xlabel("time t")
axes[0, 1].set_ylim(0, None)
axes[0, 1].legend(fontsize=8)
for name, stem in METHODS.items():
    each = [scores(rollouts[name, seed]) for seed in SEEDS]
    for metric in each[0]:
        values = [score[metric] for score in each]
        report.record(
            "fig-trap-moments",
            **{
                f"{stem}_{metric}_60": np.median(values),
                f"{stem}_{metric}_worst_60": np.max(values),
            },
        )
# The yardsticks: no model is among them.
draws = np.random.default_rng(7)
model = models["HOAM-G", 0]
epsilon, size, units = model.epsilon, np.asarray(model.scaling.size), model.scaling.duration
diffused = epsilon * np.sqrt(times / units)[:, None, None] * size
rigid = diffused * draws.normal(size=(len(times), N_SINKHORN, system.particles))
rigid += truth.mean(axis=1)[:, None] + start[:N_SINKHORN] - start.mean(axis=0)
gaussians = {
    name: draws.multivariate_normal(*hoam.metrics.moments(truth[i]), size=N_SINKHORN)
    for name, i in (("middle", middle), ("end", -1))
}
nearest = [scores(paths) for paths in neighbours.values()]
yardsticks = {
    "floor": scores(floor[:, :n_model]),
    "neighbour": {metric: min(score[metric] for score in nearest) for metric in nearest[0]},
    "rigid": scores(rigid.astype(np.float32)),
    "gaussian": {
        "middle": divergence(gaussians["middle"].astype(np.float32), middle),
        "end": divergence(gaussians["end"].astype(np.float32), -1),
    },
}
for name, values in yardsticks.items():
    report.record("fig-trap-moments", **{f"{name}_{m}_60": v for m, v in values.items()})
cost = 2 * np.sum(truth[middle].var(axis=0) / unit**2)
report.record("fig-trap-moments", samples=n_model, cost=cost)
report.figure(
    "fig-trap-moments",
    figure,
    data=data,
    parameters={"samples": n_model, "seeds": len(SEEDS)},
)
plt.show()

# %% [markdown]
# The number of splines was chosen at $\mu = 0.45$ and $0.75$. With 32 of them, two nodes for each, the deviation ripples in time, for all
# seeds alike.
#
# ## Errors
#
# ```{index} Sinkhorn divergence, high dimension
# ```
#
# Relative errors of the mean and of the one hundred variances ({py:func}`~hoam.metrics.distances.moment_errors`, over all times), and the Sinkhorn
# divergence at $t = 1$ and $t = 2$, debiased, with every coordinate in units of its own root mean square and regularisation 5, which is
# about half of the mean squared distance between two samples, {num}`fig-trap-moments.cost:.0f`. With less regularisation the floor drowns
# everything ({ref}`ex-trap-floor`). For models: median of five seeds (worst).
#
# | error at μ = 0.6 | mean | variances | Sinkhorn, t = 1 | Sinkhorn, t = 2 |
# | --- | --- | --- | --- | --- |
# | HOAM-G | {num}`fig-trap-moments.hoam_g_mean_60:.3f` ({num}`fig-trap-moments.hoam_g_mean_worst_60:.3f`) | {num}`fig-trap-moments.hoam_g_variance_60:.2f` ({num}`fig-trap-moments.hoam_g_variance_worst_60:.2f`) | {num}`fig-trap-moments.hoam_g_middle_60:.2f` ({num}`fig-trap-moments.hoam_g_middle_worst_60:.2f`) | {num}`fig-trap-moments.hoam_g_end_60:.2f` ({num}`fig-trap-moments.hoam_g_end_worst_60:.2f`) |
# | HOAM-S | {num}`fig-trap-moments.hoam_s_mean_60:.3f` ({num}`fig-trap-moments.hoam_s_mean_worst_60:.3f`) | {num}`fig-trap-moments.hoam_s_variance_60:.2f` ({num}`fig-trap-moments.hoam_s_variance_worst_60:.2f`) | {num}`fig-trap-moments.hoam_s_middle_60:.2f` ({num}`fig-trap-moments.hoam_s_middle_worst_60:.2f`) | {num}`fig-trap-moments.hoam_s_end_60:.2f` ({num}`fig-trap-moments.hoam_s_end_worst_60:.2f`) |
# | AM | {num}`fig-trap-moments.am_mean_60:.3f` ({num}`fig-trap-moments.am_mean_worst_60:.3f`) | {num}`fig-trap-moments.am_variance_60:.2f` ({num}`fig-trap-moments.am_variance_worst_60:.2f`) | {num}`fig-trap-moments.am_middle_60:.2f` ({num}`fig-trap-moments.am_middle_worst_60:.2f`) | {num}`fig-trap-moments.am_end_60:.2f` ({num}`fig-trap-moments.am_end_worst_60:.2f`) |
# | HOAM-G + linear part | {num}`fig-trap-moments.hoam_g_ritz_mean_60:.3f` ({num}`fig-trap-moments.hoam_g_ritz_mean_worst_60:.3f`) | {num}`fig-trap-moments.hoam_g_ritz_variance_60:.2f` ({num}`fig-trap-moments.hoam_g_ritz_variance_worst_60:.2f`) | {num}`fig-trap-moments.hoam_g_ritz_middle_60:.2f` ({num}`fig-trap-moments.hoam_g_ritz_middle_worst_60:.2f`) | {num}`fig-trap-moments.hoam_g_ritz_end_60:.2f` ({num}`fig-trap-moments.hoam_g_ritz_end_worst_60:.2f`) |
# | nearest training parameter | {num}`fig-trap-moments.neighbour_mean_60:.3f` | {num}`fig-trap-moments.neighbour_variance_60:.2f` | {num}`fig-trap-moments.neighbour_middle_60:.2f` | {num}`fig-trap-moments.neighbour_end_60:.2f` |
# | Gaussian with exact moments | exact | exact | {num}`fig-trap-moments.gaussian_middle_60:.2f` | {num}`fig-trap-moments.gaussian_end_60:.2f` |
# | rigid cloud | {num}`fig-trap-moments.rigid_mean_60:.3f` | {num}`fig-trap-moments.rigid_variance_60:.2f` | {num}`fig-trap-moments.rigid_middle_60:.2f` | {num}`fig-trap-moments.rigid_end_60:.2f` |
# | floor | {num}`fig-trap-moments.floor_mean_60:.3f` | {num}`fig-trap-moments.floor_variance_60:.2f` | {num}`fig-trap-moments.floor_middle_60:.2f` | {num}`fig-trap-moments.floor_end_60:.2f` |
#
# Below the models stand four yardsticks. *Nearest training parameter* is the full model at $\mu = 0.5$ or $0.7$, for each number the
# better of the two: a model that learns nothing between the parameters. The *Gaussian* has the exact mean and covariance at that time.
# The *rigid cloud* has the exact means, and otherwise only diffuses: its potential is $\sum_i \dot m_i x_i$. The *floor* is another run
# of the full model.
#
# ## Verdicts
#
# We aimed at 5 % for the mean and 20 % for the variances.
#
# **C3** is not confirmed here for the network alone. HOAM-G meets the aim for the mean, {num}`fig-trap-moments.hoam_g_mean_60:.3f`, not
# far below the nearest training parameter's {num}`fig-trap-moments.neighbour_mean_60:.3f`; HOAM-S, with twice the data, has
# {num}`fig-trap-moments.hoam_s_mean_60:.3f`. Their variances are off by {num}`fig-trap-moments.hoam_g_variance_60:.1f` and
# {num}`fig-trap-moments.hoam_s_variance_60:.1f` times their size, not far below the rigid cloud's {num}`fig-trap-moments.rigid_variance_60:.1f`. At
# $t = 2$ the divergence of HOAM-G is {num}`fig-trap-moments.hoam_g_end_60:.0f`, that of the nearest training parameter
# {num}`fig-trap-moments.neighbour_end_60:.2f`. The shape is a small share of the loss, and our trainings end before it is learned. Those
# of the paper are many times longer; whether that is enough we have not tried.
#
# With the linear part both aims are met: {num}`fig-trap-moments.hoam_g_ritz_mean_60:.3f` and
# {num}`fig-trap-moments.hoam_g_ritz_variance_60:.2f`. The divergence at $t = 2$ falls to {num}`fig-trap-moments.hoam_g_ritz_end_60:.3f`,
# between the floor, {num}`fig-trap-moments.floor_end_60:.3f`, and the nearest training parameter. At $t = 1$ it is
# {num}`fig-trap-moments.hoam_g_ritz_middle_60:.2f`, next to the floor, {num}`fig-trap-moments.floor_middle_60:.2f`, where that parameter has
# {num}`fig-trap-moments.neighbour_middle_60:.2f`. Only for the variances, which hardly depend on $\mu$, is that parameter nearer, with
# {num}`fig-trap-moments.neighbour_variance_60:.2f`.
# The Gaussian with exact moments scores like the floor, so beyond moments there is nothing in this problem that these distances see.
#
# **C2 and C6.** In one hundred dimensions action matching with random times does converge, after a fashion: its loss comes down and
# stays. But it scatters by {num}`fig-trap-training.am_noise:.2f` of its size, where that of HOAM-G scatters by
# {num}`fig-trap-training.hoam_g_noise:.2f`, and the mean is off by {num}`fig-trap-moments.am_mean_60:.3f`, at worst
# {num}`fig-trap-moments.am_mean_worst_60:.3f`: worse than the nearest training parameter. What ran away in our trials was a quadrature
# rule with too few nodes. And a rule is no insurance: one seed of HOAM-S ends at {num}`fig-trap-training.hoam_s_validation_worst:.2f` of the least
# validation loss, below all seeds of AM ({num}`fig-trap-training.am_validation_worst:.2f` or more), and its training loss does not show it. One of HOAM-G ends at
# {num}`fig-trap-training.hoam_g_validation_most:.2f`, more than there is to gain; its mean is off by {num}`fig-trap-moments.hoam_g_mean_worst_60:.2f`. Of DICE, with as many nodes, two seeds of five do so, and far ({ref}`chap-comparison`).
#
# ## Change this and see
#
# - `epsilon` in the training: the rigid cloud spreads by $\epsilon^2$ in unit time. What is left of the variance error of the network alone with
#   $\epsilon = 0.02$?
# - `Trap100D(attraction=20.0)`: how far do the correlations between particles rise, and is {eq}`eq-trap-sum` still good?
# - `degree=3` in {py:func}`hoam.ritz.enrich`: do the skewed humps of the particles profit?
#
# ## Exercises
#
# ```{exercise} What holds the particles together
# :label: ex-trap-mean
#
# Sum {eq}`eq-trap` over all particles. Show that the attraction cancels, and with $y_i = x_i - \bar x$ that
#
# $$\mathrm{d}\bar x = \bigl[(a - \bar x)^3 + 3(a - \bar x)\,\overline{y^2} - \overline{y^3}\bigr]\mathrm{d}t + \tfrac{1}{10}\sqrt{0.02}\,\mathrm{d}W.$$
#
# All particles have about the same variance $v$. Given the correlation $c$ of two of them, what is the variance of $\bar x$, and how much
# larger than for independent ones is it at $t = 2$? Where does this come from?
# *Hint: $\sum_i y_i = 0$. At which rate do the $y_i$ relax, and at which $\bar x$?*
# ```
#
# ```{solution} ex-trap-mean
# :class: dropdown
#
# $\sum_i (x_i - \bar x) = 0$ removes the attraction. Expand $(a - \bar x - y_i)^3$ and average: the term linear in $y_i$ vanishes. The
# sum of one hundred independent noises, divided by one hundred, has a tenth of the amplitude. The variance of $\bar x$ is
# $\frac{v}{100}(1 + 99c)$, which is {num}`fig-trap-truth.variance_ratio:.2f` times that of independent particles. The trap pulls back
# $\bar x$ and the $y_i$ at about the same rate, $3(a - \bar x)^2$; the attraction pulls back the $y_i$ only, at $\frac12$ more. So
# $\bar x$ varies more than a mean of independent particles of the same variance would.
# ```
#
# ```{exercise} The potential that moments give
# :label: ex-trap-potential
#
# Let the particles be independent and Gaussian with means $m_i(t)$ and variances $v_i(t)$. Show that
#
# $$s = \sum_i\Bigl[\dot m_i\,x_i + \frac{\dot v_i - \epsilon^2}{4v_i}(x_i - m_i)^2\Bigr]$$
#
# transports them with diffusion $\epsilon$, and that the minimum of the loss is
# $-\frac12\int\sum_i\bigl[\dot m_i^2 + (\dot v_i - \epsilon^2)^2/(4v_i)\bigr]\mathrm{d}t$.
# *Hint: what are $\dot m$ and $\dot v$ of $\mathrm{d}X = (\alpha + \beta(X - m))\,\mathrm{d}t + \epsilon\,\mathrm{d}W$?*
# ```
#
# ```{solution} ex-trap-potential
# :class: dropdown
#
# The field $\dot m + \beta(x - m)$ has $\dot v = 2\beta v + \epsilon^2$ and keeps a Gaussian Gaussian; solve for $\beta$, and integrate
# in $x$. The minimum is minus the kinetic energy, and $\frac12\mathbb{E}|\nabla s|^2 = \frac12\sum_i(\dot m_i^2 + \beta_i^2 v_i)$ is the
# sum that was to be shown. Its second part is the small share of {numref}`fig-trap-training`. The rigid cloud has $\beta_i = 0$.
# ```
#
# ```{exercise} One direction in a hundred
# :label: ex-trap-probe
#
# The forward pass carries $D + 2$ rows a sample with the exact Laplacian, and 3 with one random direction, plus a reverse pass worth
# about two. What does that save here? The estimate is $v^\top H v$ with the Hessian $H$ of $s$ and random signs $v_i = \pm1$. Show that
# its variance is $2\sum_{i\ne j}H_{ij}^2$. What is it for a potential like {eq}`eq-trap-sum`?
# *Hint: $v_i^2 = 1$.*
# ```
#
# ```{solution} ex-trap-probe
# :class: dropdown
#
# 102 rows against about 5, a factor of twenty. In $v^\top H v = \sum_i H_{ii} + \sum_{i\ne j} v_iv_jH_{ij}$ the first sum does not depend
# on $v$. In the second the products $v_iv_j$ with $i < j$ are uncorrelated with variance 1, and each stands there twice:
# $\sum_{i<j} 4H_{ij}^2 = 2\sum_{i\ne j}H_{ij}^2$. For a sum of functions of one coordinate the Hessian is diagonal and the variance zero:
# one direction gives the exact Laplacian. The closer the network comes to the exact potential, the less this noise.
# ```
#
# ```{exercise} The floor in one hundred dimensions
# :label: ex-trap-floor
#
# Compute the Sinkhorn divergence at $t = 2$ between two runs of the full model, and between the full model at $\mu = 0.6$ and at the
# nearest training parameters, with regularisation 1, 2, 5 and 10. Why does the floor depend on it so strongly, and what is the price of a
# large one?
# *Hint: how far is a sample from the nearest of another thousand?*
# ```
#
# ```{solution-start} ex-trap-floor
# :class: dropdown
# ```

# %%
for strength in (1.0, 2.0, 5.0, 10.0):
    first, *others = (
        sinkhorn_divergence(
            x[-1, :N_SINKHORN] / unit, truth[-1, :N_SINKHORN] / unit, epsilon=strength
        )
        for x in (floor, neighbours[0.5], neighbours[0.7])
    )
    print(f"regularisation {strength:4.0f}: floor {first:.3f}, neighbours", np.round(others, 3))

# %% [markdown]
# In one hundred dimensions all samples are about equally far apart, and an independent thousand has none near a given one. Sharp
# transport has to pay these distances, which say nothing of the laws. Regularisation blurs the plan, until it compares means and spreads
# only: cheap to estimate, and blind to finer shape. That is why the *Gaussian* of the table scores like the floor.
#
# ```{solution-end}
# ```
