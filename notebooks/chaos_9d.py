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
# (chap-chaos-9d)=
# # Nine modes of convection
#
# A layer of fluid is heated from below. Projected onto nine Fourier modes, the equations of convection
# become nine ordinary differential equations {cite}`reiterer1998nine`, a larger relative of the Lorenz
# system; its parameter is the relative Rayleigh number $r$, the strength of the heating. All samples start next to
# the state of rest, which is unstable. Each soon takes one of two senses of
# rotation, and noise on every mode shakes it from then on. So the population starts as a point and splits.
#
# The chapter rebuilds this system's row of Figure 3 of {cite:t}`berman2024hoam` at the two
# parameters that no model was trained on, $r = 13.65$ and $r = 14.05$, and asks
#
# - **C3**: are both rotations there, and the shape of each?
# - **C6**: does {term}`action matching <action matching (AM)>` with random times converge in nine dimensions?
#
# :::{admonition} What you will learn
# :class: tip
# - what spreads this population: chaos, or the noise;
# - how to score a model in nine dimensions, by moments and by a transport distance beside its {term}`floor`;
# - what the noise of random {term}`time nodes <node>` does to a model, and how its training curve shows it;
# - how the loss is computed when there are many dimensions.
# :::
#
# To see the population move, {ref}`play with it <play-chaos-9d>`.
#
# ## The full model
#
# ```{index} convection, stochastic Runge-Kutta method
# ```
# ```{index} single: Lorenz system; nine modes
# ```
#
# The equations stand in {py:mod}`hoam.systems.chaos_9d`. The drift is quadratic in the modes $C_1, \dots, C_9$,
# every mode gets noise of amplitude $0.05$, and all start from $N(0, 0.02^2)$. Truth is a
# stochastic Runge-Kutta solution, which has order 4 where there is no noise; the explicit Euler method, used in the
# paper's code, inflates the amplitudes.

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
report = hoam.report.Report("chaos_9d", profile=profile)
quick = profile == "quick"
METHODS = {"HOAM-G": "hoam_g", "HOAM-S": "hoam_s", "AM": "am"}
LONG = {"HOAM-G, 4000 steps": "hoam_g_fine_long"}
SEEDS = range(1 if quick else 3)
system = hoam.systems.Chaos9D()
test_mus = system.test_mus
label = {mu: f"{round(100 * mu)}" for mu in test_mus}
times = np.linspace(0, system.horizon, 65 if quick else 129)
n_truth, n_model = (2**9, 2**8) if quick else (2**14, 2**11)
test_key = jax.random.key(41_001)  # no training or validation run uses it

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-chaos-truth", "caption": "The full model at r = 13.65. Left: mode 9 of three samples with noise (colours), and of one sample that is started like them and then left without noise (black). Right: histogram of mode 9 over time, all samples. From the state of rest every sample settles on one of two senses of rotation."}, "image": {"alt": "Left: three irregular curves of either sign that leave zero, overshoot and settle, and a smooth one in black. Right: a density that starts as a thin line at zero and splits after time two into two broad bands at plus and minus four."}}
truth, floors = {}, {}
for mu in test_mus:
    keys = jax.random.split(jax.random.fold_in(test_key, int(100 * mu)))
    truth[mu], floors[mu] = (
        np.asarray(system.simulate(k, mu=mu, times=times, n_samples=n_truth)) for k in keys
    )
mu = test_mus[0]
quiet = hoam.systems.Chaos9D(noise=0.0)
alone = np.asarray(quiet.simulate(test_key, mu=mu, times=times, n_samples=2))[:, 0, 8]
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6))
for i, colour in enumerate(hoam.plotting.shades(3)):
    axes[0].plot(times, truth[mu][:, i, 8], color=colour, linewidth=1.1)
axes[0].plot(times, alone, color="black", linewidth=1.1, label="without noise")
axes[0].legend(loc="lower right", fontsize=9)
edges = np.linspace(-10, 10, 61)
columns = np.stack([np.histogram(x[:, 8], edges, density=True)[0] for x in truth[mu]], axis=1)
image = axes[1].imshow(
    columns,
    origin="lower",
    aspect="auto",
    extent=(0, system.horizon, -10, 10),
    vmax=np.quantile(columns, 0.99),
)
axes[1].grid(visible=False)
figure.colorbar(image, ax=axes[1], label="probability density")
for axis in axes:
    axis.set(xlabel="time t", ylabel="mode C₉", ylim=(-10, 10))
early, late = (
    np.sign(truth[mu][(times > a) & (times < b), :, 8].mean(axis=0)) for a, b in ((4, 6), (18, 20))
)
report.record(
    "fig-chaos-truth", share_positive=np.mean(late > 0), changed_sides=np.mean(early != late)
)
settled = np.concatenate([[0.0], np.arange(300, 320 if quick else 360, 0.02)])
for r in (*test_mus, 14.2):  # how near a path without noise comes to its own past, for good
    path = np.asarray(quiet.simulate(test_key, mu=r, times=settled, n_samples=2))[1:, 0]
    span = len(path) // 2
    apart = [
        np.linalg.norm(path[lag:][:span] - path[:span], axis=1).max() for lag in range(50, span)
    ]
    size = np.sqrt(path.var(axis=0).sum())
    report.record("fig-chaos-truth", **{f"recurrence_{round(100 * r)}": min(apart) / size})
report.figure(
    "fig-chaos-truth",
    figure,
    data={"t": times, "paths": truth[mu][:, :3, 8], "without_noise": alone, "density": columns},
    parameters={"r": mu, "samples": n_truth},
)
plt.show()

# %% [markdown]
# A share of {num}`fig-chaos-truth.share_positive:.2f` of the samples ends on the positive side. Once decided, they stay: at the end
# {num}`fig-chaos-truth.changed_sides:.0e` of all are on another side than about $t = 5$.
#
# Without noise this system is periodic for $r$ between 13.5 and 14.15, and irregular only near 14.2
# ({py:mod}`hoam.systems.chaos_9d` has the measurements). After $t = 300$ a path without noise repeats itself, within some twenty units of time, up to
# {num}`fig-chaos-truth.recurrence_1365:.1%` ($r = 13.65$) and {num}`fig-chaos-truth.recurrence_1405:.1%` ($r = 14.05$) of its own size, which is the resolution in time; at $r = 14.2$
# it is {num}`fig-chaos-truth.recurrence_1420:.0%` away from any of its past. So over nearly all of the range of these experiments
# what spreads the samples is the noise. The name of the experiment promises more chaos than there is.
#
# ## Training
#
# Each model sees $2^{13}$ samples at each of the eight parameters $r = 13.5, 13.6, \dots, 14.2$: at 128 Gauss-Legendre
# nodes, 32 samples at each (HOAM-G), at 129 Simpson nodes, likewise (HOAM-S), or at 64 times drawn afresh at each step, 64
# samples at each (AM). A step costs the same for all, 4096 samples, and there are 1000 steps and three seeds of each. Diffusion is that of the
# paper, $\epsilon = 0.07$ in {term}`normalised units`. Here the Laplacian has nine terms: it is estimated with one random
# direction for each sample, and the gradient comes from one reverse pass
# ({py:func}`hoam.methods.action_matching`, `probes`). One direction with 64 samples was chosen
# over the exact Laplacian with 32, at equal time, by the moments at $r = 13.75$, which is neither trained on nor
# tested (800 steps, one seed); the number of nodes as told below.

# %%
models = {
    (name, seed): hoam.load(f"checkpoints/chaos_9d-{stem}-{seed}.safetensors")
    for name, stem in (METHODS | LONG).items()
    for seed in SEEDS
}
rollouts = {}
for (name, seed), model in models.items():
    for mu in test_mus:
        key = jax.random.fold_in(test_key, seed)
        start = system.initial(key, mu=mu, n_samples=n_model)
        rollouts[name, seed, mu] = np.asarray(model.sample(key, start, times=times, mu=mu))

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-chaos-training", "caption": "Training loss (left) and validation loss (right) over steps, median and range of three seeds. The validation loss is taken at r = 13.75 and 13.95, on other particles and at other times, with one spline rule for all methods. Lower is better."}, "image": {"alt": "Two panels of losses of three methods over a thousand steps. In both, the curves of Gauss-Legendre and Simpson nodes fall together; that of random times is noisy."}}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6))
columns = {}
for name, stem in METHODS.items():
    histories = [models[name, seed].record["history"] for seed in SEEDS]
    every = histories[0]["loss_every"]
    losses = np.stack([np.asarray(h["loss"]) for h in histories])
    validation = np.stack([np.asarray(h["validation"]) for h in histories])
    hoam.plotting.band(axes[0], name, (np.arange(losses.shape[1]) + 0.5) * every, losses)
    hoam.plotting.band(axes[1], name, histories[0]["step"], validation)
    columns |= {f"{stem}_loss": losses, f"{stem}_validation": validation}
    last = losses[:, -losses.shape[1] // 4 :]
    report.record(
        "fig-chaos-training",
        **{
            f"{stem}_noise": np.median(last.std(axis=1)),
            f"{stem}_validation": np.median(validation[:, -1]),
        },
    )
lowest = columns["hoam_g_loss"].min()
axes[0].set(xlabel="step", ylabel="training loss", ylim=(1.5 * lowest, -0.5 * lowest))
axes[1].set(xlabel="step", ylabel="validation loss")
axes[1].legend(fontsize=9)
report.figure(
    "fig-chaos-training",
    figure,
    data={"step": histories[0]["step"], **columns},
    parameters=trainings(models[name, seed].record for name in METHODS for seed in SEEDS),
)
plt.show()

# %% [markdown]
# Over the last quarter of the steps the training loss of AM scatters by {num}`fig-chaos-training.am_noise:.1f`, those of HOAM-S and
# HOAM-G by {num}`fig-chaos-training.hoam_s_noise:.1f` and {num}`fig-chaos-training.hoam_g_noise:.1f` (the parameter changes from
# step to step, and with it the minimum). The validation losses end at {num}`fig-chaos-training.am_validation:.1f` (AM),
# {num}`fig-chaos-training.hoam_s_validation:.1f` (HOAM-S) and {num}`fig-chaos-training.hoam_g_validation:.1f` (HOAM-G).
#
# HOAM-G was first trained with 64 nodes and 64 samples at each, again at the same cost. Then the rule does not resolve what the
# network can do between its nodes:

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-chaos-coarse", "caption": "Training loss over steps of HOAM-G with 64 and 128 nodes for 1000 steps and with 128 and 256 nodes for 4000 steps, three seeds each. The vertical axis is linear between -50 and 50 and logarithmic beyond."}, "image": {"alt": "Twelve curves. Most run together near minus 26. Two of 64 nodes leave them downwards after some 600 steps, and one of 128 nodes, trained for 4000 steps, after some 2800, each by a decade or more."}}
figure, axis = plt.subplots(figsize=(6.5, 3.6))
CASES = {
    ("64", ""): ("hoam_g_coarse", ":"),
    ("128", ""): ("hoam_g", "-"),
    ("128", "_long"): ("hoam_g_long", "--"),
    ("256", "_long"): ("hoam_g_fine_long", "-."),
}
INK = dict(zip(CASES, hoam.plotting.shades(len(CASES)), strict=True))
# Twice below the minimum that all others find: an error of the rule that the network exploits.
limit = 2 * np.median(columns["hoam_s_loss"][:, -20:])
data, records = {}, []
for (nodes, length), (stem, style) in CASES.items():
    records += [
        hoam.load(f"checkpoints/chaos_9d-{stem}-{seed}.safetensors").record for seed in SEEDS
    ]
    histories = [record["history"] for record in records[-len(SEEDS) :]]
    losses = data[f"nodes{nodes}{length}"] = np.stack([h["loss"] for h in histories])
    steps = (np.arange(losses.shape[1]) + 0.5) * histories[0]["loss_every"]
    data[f"step{nodes}{length}"] = steps
    label_of = f"{nodes} nodes" + (", 4000 steps" if length else "")
    axis.plot(steps, losses.T, style, color=INK[nodes, length], linewidth=1.2, label=label_of)
    runaway = sum(min(curve) < limit for curve in losses)
    report.record("fig-chaos-coarse", **{f"runaway_{nodes}{length}": runaway})
axis.set_yscale("symlog", linthresh=50)
axis.set(xlabel="step", ylabel="training loss")
named = dict(zip(*axis.get_legend_handles_labels()[::-1], strict=True))  # one line of each case
axis.legend(named.values(), named.keys(), fontsize=9)
report.figure("fig-chaos-coarse", figure, data=data, parameters=trainings(records))
plt.show()

# %% [markdown]
# Of the three seeds {num}`fig-chaos-coarse.runaway_64:.0f` ran away with 64 nodes, and {num}`fig-chaos-coarse.runaway_128:.0f` with 128. It
# is the same failure as that of too few Simpson nodes on the two streams ({numref}`fig-two-stream-coarse`). It was seen first in the
# errors at the held-out parameters, so giving up 64 nodes was not decided by validation data alone. The training loss shows the failure without
# them, and 128 nodes are those of the two streams. A rule that is exact for smooth integrands is not safe by itself: it has to be fine
# enough for what the network may do.
#
# And the longer a network is trained, the more it may do. The validation loss still falls at 1000 steps, so HOAM-G was trained for 4000 as well; then {num}`fig-chaos-coarse.runaway_128_long:.0f` of three seeds ran away with
# 128 nodes. With 256 nodes and 16 samples at each, at the same cost, {num}`fig-chaos-coarse.runaway_256_long:.0f` did. The table below has those beside the others. At $r = 13.75$ and
# $13.95$, where this was tried first with one seed and 128 nodes, four times the steps brought the error of the variances down; at the held-out parameters they change little.
#
# ## The population at t = 3.7
#
# ```{index} marginal densities
# ```
#
# The panels of Figure 3: modes 3 and 9, while the population is splitting.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-chaos-histograms", "caption": "Modes 3 and 9 at t = 3.7 at the two held-out parameters (top: r = 13.65, bottom: r = 14.05): full model and three reduced models, the first seed of each, equally many samples."}, "image": {"alt": "Two rows of four histograms over mode three and mode nine. In the full model two bright spots at the left, at positive and negative mode nine, joined by a faint loop on the right. HOAM has both spots, somewhat wider; those of AM are wide and dim."}}
LIMITS = ((-2.2, 0.6), (-10.0, 10.0))
MODES = [2, 8]
snapshot = int(np.argmin(np.abs(times - 3.7)))
panels = {}
for mu in test_mus:
    panels[f"full model, r = {mu}"] = truth[mu][snapshot, :n_model][:, MODES]
    for name in ("HOAM-S", "HOAM-G", "AM"):
        panels[f"{name}, r = {mu}"] = rollouts[name, 0, mu][snapshot][:, MODES]
figure, histograms = hoam.plotting.phase_space(
    panels, limits=LIMITS, labels=("mode C₃", "mode C₉"), rows=2, bins=48
)
stems = {"full model": "truth"} | METHODS
report.record(
    "fig-chaos-histograms",
    **{
        f"undecided_{stem}": np.mean(np.abs(panels[f"{name}, r = {test_mus[0]}"][:, 1]) < 2.5)
        for name, stem in stems.items()
    },
)
report.figure(
    "fig-chaos-histograms",
    figure,
    data={"density": histograms},
    parameters={"t": round(float(times[snapshot]), 3), "bins": 48, "panels": ", ".join(panels)},
)
plt.show()

# %% [markdown]
# At $r = 13.65$ a share of {num}`fig-chaos-histograms.undecided_truth:.3f` of the samples of the full model has no sense of rotation yet
# ($|C_9| < 2.5$), {num}`fig-chaos-histograms.undecided_hoam_g:.3f` of HOAM-G, {num}`fig-chaos-histograms.undecided_hoam_s:.3f` of HOAM-S and
# {num}`fig-chaos-histograms.undecided_am:.3f` of AM.
#
# ## Errors at unseen parameters
#
# ```{index} single: moments; errors of
# ```
#
# Three numbers, each beside its floor between two independent runs of the full model: the relative error of the mean,
# that of the nine variances ({py:func}`~hoam.metrics.distances.moment_errors`, over all times), and the
# Sinkhorn divergence at $t = 3.7$ and at the end, debiased, with regularisation 0.2 and every mode in units of its own root mean
# square {cite}`cuturi2022ott`. The Gaussian that has the exact mean and covariance of the full model is the model to beat: it
# knows the moments and has a single hump.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-chaos-moments", "caption": "Mean of mode 7 and standard deviations of modes 3 and 9 over time at the two held-out parameters: full model (black) and reduced models, median and range of three seeds."}, "image": {"alt": "Two rows of three panels. The true curves change quickly before time five and level off. Curves of the reduced models follow them."}}
N_SINKHORN = 2**8 if quick else 2**10
EPSILON = 0.2
unit = {mu: np.sqrt(np.mean(truth[mu] ** 2, axis=(0, 1))) for mu in test_mus}


def divergence(a, b, mu):
    """Return the Sinkhorn divergence of two clouds, each mode in units of its size."""
    return sinkhorn_divergence(
        a[:N_SINKHORN] / unit[mu], b[:N_SINKHORN] / unit[mu], epsilon=EPSILON
    )


def scores(paths, mu):
    """Return the errors of one rollout against the full model."""
    of_mean, of_variances = moment_errors(paths, truth[mu])
    return {
        "mean": of_mean,
        "variance": of_variances,
        "sinkhorn": divergence(paths[-1], truth[mu][-1], mu),
        "split": divergence(paths[snapshot], truth[mu][snapshot], mu),
    }


def of_images(paths):
    """Return the population of the four images of each particle."""
    return np.concatenate(list(system.images(paths)), axis=1)


def gaussian(x):
    """Return samples of the Gaussian with the mean and covariance of given ones."""
    draws = np.random.default_rng(7).multivariate_normal(*hoam.metrics.moments(x), size=n_model)
    return draws.astype(np.float32)


CURVES = {
    "mean of C₇": lambda x: x[..., 6].mean(axis=1),
    "deviation of C₃": lambda x: x[..., 2].std(axis=1),
    "deviation of C₉": lambda x: x[..., 8].std(axis=1),
}
figure, axes = plt.subplots(2, 3, figsize=(9, 5), sharex=True, sharey="col")
data = {"t": times}
for row, mu in zip(axes, test_mus, strict=True):
    for axis, (title, curve) in zip(row, CURVES.items(), strict=True):
        data[f"truth_{title}_{label[mu]}"] = curve(truth[mu])
        hoam.plotting.line(axis, "truth", times, curve(truth[mu]), linewidth=2.4)
        for name in ("AM", "HOAM-S", "HOAM-G"):
            curves = np.stack([curve(rollouts[name, s, mu]) for s in SEEDS])
            data[f"{METHODS[name]}_{title}_{label[mu]}"] = curves
            hoam.plotting.band(axis, name, times, curves)
        axis.set_ylabel(title)
    row[0].annotate(f"r = {mu}", (0.4, 0.88), xycoords="axes fraction")
    second = floors[mu][:, :n_model]
    of_mean, _ = moment_errors(of_images(second), truth[mu])
    for metric, value in (scores(second, mu) | {"images_mean": of_mean}).items():
        report.record("fig-chaos-moments", **{f"floor_{metric}_{label[mu]}": value})
    for name, i in (("sinkhorn", -1), ("split", snapshot)):
        value = divergence(gaussian(truth[mu][i]), truth[mu][i], mu)
        report.record("fig-chaos-moments", **{f"gaussian_{name}_{label[mu]}": value})
    for name, stem in (METHODS | LONG).items():
        each = [scores(rollouts[name, s, mu], mu) for s in SEEDS]
        for s, score in zip(SEEDS, each, strict=True):
            errors = moment_errors(of_images(rollouts[name, s, mu]), truth[mu])
            score |= dict(zip(("images_mean", "images_variance"), errors, strict=True))
        for metric in each[0]:
            values = [score[metric] for score in each]
            report.record(
                "fig-chaos-moments",
                **{
                    f"{stem}_{metric}_{label[mu]}": np.median(values),
                    f"{stem}_{metric}_worst_{label[mu]}": np.max(values),
                },
            )
    misses = [((rollouts["HOAM-G", s, mu] - truth[mu][:, :n_model]).mean(axis=1)) for s in SEEDS]
    shares = [np.square(miss / unit[mu]).sum(axis=0) for miss in misses]
    unbalanced = np.median([share[[1, 3, 4, 8]].sum() / share.sum() for share in shares])
    report.record("fig-chaos-moments", **{f"unbalanced_hoam_g_{label[mu]}": unbalanced})
    rise = int(np.argmin(np.abs(times - 2.5)))
    for name in ("truth", "hoam_g"):
        mode = np.median(np.atleast_2d(data[f"{name}_mean of C₇_{label[mu]}"]), axis=0)
        report.record(
            "fig-chaos-moments",
            **{
                f"rise_{name}_{label[mu]}": mode[rise],
                f"level_{name}_{label[mu]}": mode[times >= 15].mean(),
            },
        )
for axis in axes[-1]:
    axis.set_xlabel("time t")
axes[0, 2].legend(fontsize=8)
report.record("fig-chaos-moments", samples=n_model)
report.figure(
    "fig-chaos-moments", figure, data=data, parameters={"samples": n_model, "seeds": len(SEEDS)}
)
plt.show()

# %% [markdown]
# | median of three seeds (worst) | r | HOAM-G | HOAM-G, 4000 steps | HOAM-S | AM | Gaussian | floor |
# | --- | --- | --- | --- | --- | --- | --- | --- |
# | mean | 13.65 | {num}`fig-chaos-moments.hoam_g_mean_1365:.3f` ({num}`fig-chaos-moments.hoam_g_mean_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_mean_1365:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_mean_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_s_mean_1365:.3f` ({num}`fig-chaos-moments.hoam_s_mean_worst_1365:.3f`) | {num}`fig-chaos-moments.am_mean_1365:.3f` ({num}`fig-chaos-moments.am_mean_worst_1365:.3f`) | exact | {num}`fig-chaos-moments.floor_mean_1365:.3f` |
# |  | 14.05 | {num}`fig-chaos-moments.hoam_g_mean_1405:.3f` ({num}`fig-chaos-moments.hoam_g_mean_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_mean_1405:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_mean_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_s_mean_1405:.3f` ({num}`fig-chaos-moments.hoam_s_mean_worst_1405:.3f`) | {num}`fig-chaos-moments.am_mean_1405:.3f` ({num}`fig-chaos-moments.am_mean_worst_1405:.3f`) | exact | {num}`fig-chaos-moments.floor_mean_1405:.3f` |
# | mean, of four images | 13.65 | {num}`fig-chaos-moments.hoam_g_images_mean_1365:.3f` ({num}`fig-chaos-moments.hoam_g_images_mean_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_images_mean_1365:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_images_mean_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_s_images_mean_1365:.3f` ({num}`fig-chaos-moments.hoam_s_images_mean_worst_1365:.3f`) | {num}`fig-chaos-moments.am_images_mean_1365:.3f` ({num}`fig-chaos-moments.am_images_mean_worst_1365:.3f`) | exact | {num}`fig-chaos-moments.floor_images_mean_1365:.3f` |
# |  | 14.05 | {num}`fig-chaos-moments.hoam_g_images_mean_1405:.3f` ({num}`fig-chaos-moments.hoam_g_images_mean_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_images_mean_1405:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_images_mean_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_s_images_mean_1405:.3f` ({num}`fig-chaos-moments.hoam_s_images_mean_worst_1405:.3f`) | {num}`fig-chaos-moments.am_images_mean_1405:.3f` ({num}`fig-chaos-moments.am_images_mean_worst_1405:.3f`) | exact | {num}`fig-chaos-moments.floor_images_mean_1405:.3f` |
# | variances | 13.65 | {num}`fig-chaos-moments.hoam_g_variance_1365:.3f` ({num}`fig-chaos-moments.hoam_g_variance_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_variance_1365:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_variance_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_s_variance_1365:.3f` ({num}`fig-chaos-moments.hoam_s_variance_worst_1365:.3f`) | {num}`fig-chaos-moments.am_variance_1365:.3f` ({num}`fig-chaos-moments.am_variance_worst_1365:.3f`) | exact | {num}`fig-chaos-moments.floor_variance_1365:.3f` |
# |  | 14.05 | {num}`fig-chaos-moments.hoam_g_variance_1405:.3f` ({num}`fig-chaos-moments.hoam_g_variance_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_variance_1405:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_variance_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_s_variance_1405:.3f` ({num}`fig-chaos-moments.hoam_s_variance_worst_1405:.3f`) | {num}`fig-chaos-moments.am_variance_1405:.3f` ({num}`fig-chaos-moments.am_variance_worst_1405:.3f`) | exact | {num}`fig-chaos-moments.floor_variance_1405:.3f` |
# | Sinkhorn, t = 3.7 | 13.65 | {num}`fig-chaos-moments.hoam_g_split_1365:.3f` ({num}`fig-chaos-moments.hoam_g_split_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_split_1365:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_split_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_s_split_1365:.3f` ({num}`fig-chaos-moments.hoam_s_split_worst_1365:.3f`) | {num}`fig-chaos-moments.am_split_1365:.3f` ({num}`fig-chaos-moments.am_split_worst_1365:.3f`) | {num}`fig-chaos-moments.gaussian_split_1365:.3f` | {num}`fig-chaos-moments.floor_split_1365:.3f` |
# |  | 14.05 | {num}`fig-chaos-moments.hoam_g_split_1405:.3f` ({num}`fig-chaos-moments.hoam_g_split_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_split_1405:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_split_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_s_split_1405:.3f` ({num}`fig-chaos-moments.hoam_s_split_worst_1405:.3f`) | {num}`fig-chaos-moments.am_split_1405:.3f` ({num}`fig-chaos-moments.am_split_worst_1405:.3f`) | {num}`fig-chaos-moments.gaussian_split_1405:.3f` | {num}`fig-chaos-moments.floor_split_1405:.3f` |
# | Sinkhorn, t = 20 | 13.65 | {num}`fig-chaos-moments.hoam_g_sinkhorn_1365:.3f` ({num}`fig-chaos-moments.hoam_g_sinkhorn_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_sinkhorn_1365:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_sinkhorn_worst_1365:.3f`) | {num}`fig-chaos-moments.hoam_s_sinkhorn_1365:.3f` ({num}`fig-chaos-moments.hoam_s_sinkhorn_worst_1365:.3f`) | {num}`fig-chaos-moments.am_sinkhorn_1365:.3f` ({num}`fig-chaos-moments.am_sinkhorn_worst_1365:.3f`) | {num}`fig-chaos-moments.gaussian_sinkhorn_1365:.3f` | {num}`fig-chaos-moments.floor_sinkhorn_1365:.3f` |
# |  | 14.05 | {num}`fig-chaos-moments.hoam_g_sinkhorn_1405:.3f` ({num}`fig-chaos-moments.hoam_g_sinkhorn_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_g_fine_long_sinkhorn_1405:.3f` ({num}`fig-chaos-moments.hoam_g_fine_long_sinkhorn_worst_1405:.3f`) | {num}`fig-chaos-moments.hoam_s_sinkhorn_1405:.3f` ({num}`fig-chaos-moments.hoam_s_sinkhorn_worst_1405:.3f`) | {num}`fig-chaos-moments.am_sinkhorn_1405:.3f` ({num}`fig-chaos-moments.am_sinkhorn_worst_1405:.3f`) | {num}`fig-chaos-moments.gaussian_sinkhorn_1405:.3f` | {num}`fig-chaos-moments.floor_sinkhorn_1405:.3f` |
#
# ## Verdicts
#
# **C3.** Both rotations are there, and the shape of each ({numref}`fig-chaos-histograms`). At the end the divergence of
# HOAM-G is {num}`fig-chaos-moments.hoam_g_sinkhorn_1365:.2f` ($r = 13.65$) and {num}`fig-chaos-moments.hoam_g_sinkhorn_1405:.2f` ($r = 14.05$), over floors of
# {num}`fig-chaos-moments.floor_sinkhorn_1365:.2f` and {num}`fig-chaos-moments.floor_sinkhorn_1405:.2f`; the Gaussian that knows all moments has {num}`fig-chaos-moments.gaussian_sinkhorn_1365:.2f` and
# {num}`fig-chaos-moments.gaussian_sinkhorn_1405:.2f`. So the model has learned more than moments. We aimed at less than five floors, at both times and both parameters, and are there.
#
# **C6** is not confirmed. With random times at the same budget the variances are off by {num}`fig-chaos-moments.am_variance_1365:.2f` and
# {num}`fig-chaos-moments.am_variance_1405:.2f`, where HOAM-G has {num}`fig-chaos-moments.hoam_g_variance_1365:.2f` and {num}`fig-chaos-moments.hoam_g_variance_1405:.2f`, and HOAM-S
# {num}`fig-chaos-moments.hoam_s_variance_1365:.2f` and {num}`fig-chaos-moments.hoam_s_variance_1405:.2f`. That is a bad model, but a training that converges: its loss is noisy and
# goes down. {ref}`chap-strong-landau` asks the same in six dimensions.
#
# We aimed at 0.05 for the means and 0.15 for the variances. The variances meet it, with {num}`fig-chaos-moments.hoam_g_variance_1365:.3f` and {num}`fig-chaos-moments.hoam_g_variance_1405:.3f`.
# The means do not by themselves: after 1000 steps of HOAM-G they are off by {num}`fig-chaos-moments.hoam_g_mean_1365:.3f` and {num}`fig-chaos-moments.hoam_g_mean_1405:.3f`. Four things share the blame.
#
# - Balance. By the symmetries of the equations ({ref}`below <ex-chaos-symmetry>`) the means of modes 2, 4, 5 and 9 vanish. Nothing in a network knows of them, and a field that is a little stronger on one
#   side of the state of rest sends more particles there: the share of these four modes in the squared error is {num}`fig-chaos-moments.unbalanced_hoam_g_1365:.2f` and {num}`fig-chaos-moments.unbalanced_hoam_g_1405:.2f` (medians).
# - The floor. Two sets of {num}`fig-chaos-moments.samples:.0f` samples of the full model already differ by {num}`fig-chaos-moments.floor_mean_1365:.3f` and {num}`fig-chaos-moments.floor_mean_1405:.3f`, since chance decides
#   how many go to each side.
# - The start. The population leaves the state of rest exponentially, and a field that is a little too weak there is a delay: at $t = 2.5$ the mean of mode 7
#   is {num}`fig-chaos-moments.rise_hoam_g_1365:.2f` where the full model has {num}`fig-chaos-moments.rise_truth_1365:.2f`, at the larger $r$ {num}`fig-chaos-moments.rise_hoam_g_1405:.2f` and {num}`fig-chaos-moments.rise_truth_1405:.2f`.
# - The level later. From $t = 15$ on the mean of mode 7 is {num}`fig-chaos-moments.level_hoam_g_1405:.2f` instead of {num}`fig-chaos-moments.level_truth_1405:.2f` at $r = 14.05$; at $r = 13.65$ it is right,
#   {num}`fig-chaos-moments.level_hoam_g_1365:.2f` and {num}`fig-chaos-moments.level_truth_1365:.2f`.
#
# The first two can be mended after the training, at no cost: a user who knows the symmetries takes the four images of every particle for the population ({py:meth}`hoam.systems.chaos_9d.Chaos9D.images`). That is not in the paper. Then the means of HOAM-G are
# off by {num}`fig-chaos-moments.hoam_g_images_mean_1365:.3f` and {num}`fig-chaos-moments.hoam_g_images_mean_1405:.3f`, with the worst seeds at {num}`fig-chaos-moments.hoam_g_images_mean_worst_1365:.3f` and {num}`fig-chaos-moments.hoam_g_images_mean_worst_1405:.3f`, and the variances by
# {num}`fig-chaos-moments.hoam_g_images_variance_1365:.3f` and {num}`fig-chaos-moments.hoam_g_images_variance_1405:.3f`. It was seen first at the validation parameters, with three seeds. AM, whose errors are of other kinds too, keeps {num}`fig-chaos-moments.am_images_mean_1365:.3f` and {num}`fig-chaos-moments.am_images_mean_1405:.3f`.
#
# What was tried besides: four times the steps with 256 nodes leave the means at {num}`fig-chaos-moments.hoam_g_fine_long_mean_1365:.3f` and {num}`fig-chaos-moments.hoam_g_fine_long_mean_1405:.3f`; Simpson's rule
# with as many nodes moves the miss to the other parameter, {num}`fig-chaos-moments.hoam_s_mean_1365:.3f` and {num}`fig-chaos-moments.hoam_s_mean_1405:.3f`. At the validation parameters a linear part without products
# ({py:func}`hoam.ritz.enrich`), weights that fall in time, half of the nodes in the first fifth of it, both of these, and training on the images as well were tried; none mends more than the seeds differ by. Between HOAM-S and HOAM-G three seeds decide nothing.
#
# ## Change this and see
#
# - `probes=4` in {py:func}`hoam.methods.action_matching`: does the better Laplacian show in the moments?
# - `epsilon=0.02`: with less diffusion the rollout forgets its errors more slowly.
# - `Chaos9D(noise=0.2)`: is the population still made of two humps?
#
# ## Exercises
#
# ```{exercise} Shrinking volumes
# :label: ex-chaos-volume
#
# Show that the divergence of the drift is constant and equal to $-46/3$. By what factor does a volume of state space
# shrink in one unit of time without noise? How can the variances of the population grow all the same? Let the computer check: the
# trace of the Jacobian at some states, and its eigenvalues at the state of rest.
# *Hint: only the coefficient of $C_i$ in $\dot C_i$ counts, and products with $C_5$ cancel; `jax.jacfwd` of `Chaos9D.drift`.*
# ```
#
# ```{solution-start} ex-chaos-volume
# :class: dropdown
# ```
#
# The diagonal is $-\sigma b_1,\, -\sigma - C_5,\, -\sigma b_1,\, -\sigma + \dots$; in $\dot C_2$ the term $-C_2 C_5$ and in
# $\dot C_4$ the term $+C_4 C_5$ cancel in the sum. What is left is $-2\sigma b_1 - 2\sigma - \sigma b_5 - b_6 - 2b_1 - 1$. With $\sigma =
# a = \tfrac12$: $b_1 = \tfrac{10}{3}$, $b_5 = \tfrac43$, $b_6 = \tfrac83$, so the sum is $-\tfrac{10}{3} - 1 - \tfrac23 - \tfrac83 -
# \tfrac{20}{3} - 1 = -\tfrac{46}{3}$. Volumes shrink by $e^{46/3} \approx 4.6\cdot 10^6$. A cloud can become flat in most
# directions and long in few: volume is a product.

# %%
jacobian = jax.jit(jax.jacfwd(lambda x: system.drift(x, 0.0, 13.65)))
for state in 5 * np.random.default_rng(7).normal(size=(3, 9)):
    print(f"trace at a random state: {np.trace(jacobian(state)):.3f}")
rates = np.linalg.eigvals(np.asarray(jacobian(np.zeros(9)))).real
print("growth rates at rest:", *(f"{rate:.2f}" for rate in sorted(rates)))

# %% [markdown]
# At rest eight directions shrink and one grows: from a small cloud it makes a long and thin one.
#
# ```{solution-end}
# ```
#
# ```{exercise} Two humps by symmetry
# :label: ex-chaos-symmetry
#
# Show that changing the signs of $C_2$, $C_4$ and $C_9$ leaves the equations as they are. Conclude that the mean of $C_9$ is
# zero at all times, and that a Gaussian with the right moments puts its highest density where the full model has almost no
# samples. What does the column *Gaussian* of the table say of this?
# *Hint: the initial law and the noise have the same symmetry.*
# ```
#
# ```{solution} ex-chaos-symmetry
# :class: dropdown
#
# Every term of $\dot C_2$, $\dot C_4$, $\dot C_9$ holds exactly one of the three, every term of the other equations none or two
# of them. So the law is symmetric at all times, and odd moments of $C_9$ vanish. The full model has its two humps at either side
# of zero ({numref}`fig-chaos-truth`, right). The Sinkhorn divergence of the Gaussian is the price of one hump; a model
# that scores below it has learned more than moments.
# ```
#
# ```{exercise} The cost of a direction
# :label: ex-chaos-cost
#
# The forward pass carries $D + 2$ rows a sample with the exact Laplacian, and $K + 2$ with $K$ random directions, plus a
# reverse pass that costs about as much as two rows. From which $D$ on does $K = 1$ save work? Why may the gradient not be
# estimated from the same random direction, although $\mathbb E (v\cdot\nabla s)^2 = |\nabla s|^2$?
# *Hint: what is the variance of $(v\cdot g)^2$ for a vector $g$ of ones?*
# ```
#
# ```{solution} ex-chaos-cost
# :class: dropdown
#
# $K + 4 = 5 < D + 2$ from $D = 4$ on. It may be estimated: the estimate is unbiased. But for $g = (1, \dots, 1)$ the sum
# $v\cdot g$ has variance $D$, and its square a variance of about $2D^2$, twice the square of what is
# estimated. The
# reverse pass has none of this noise.
# ```
