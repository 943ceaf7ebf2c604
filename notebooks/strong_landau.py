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
# (chap-strong-landau)=
# # Strong Landau damping
#
# A plasma in a box has a ripple in its density. The ripple makes an electric field, the field drives the electrons through
# the ripple, and the two exchange energy to and fro. But electrons of different velocities get out of step: the field decays
# although nothing rubs. What was a wave in space is wound up into ever thinner filaments in phase space. If the ripple is
# small, the decay has a rate that Landau found; here it is half of the mean density, and the decay is another one.
#
# Three dimensions of space and three of velocity make this the paper's largest plasma. The chapter rebuilds its row of Figure 3 of
# {cite:t}`berman2024hoam` at two parameters that no model was trained on, $\mu = 0.875$ and $\mu = 1.125$, and asks
#
# - **C3**: are the fine scales of the population there?
# - **C6**: does action matching with random times converge in six dimensions?
#
# :::{admonition} What you will learn
# :class: tip
# - why a plasma in six dimensions behaves like one in two, and what the other four must do then;
# - how strong damping differs from Landau's, and why;
# - why an error norm that is dominated by the start can be small for a model that decays too slowly;
# - what random times do to training in six dimensions, and what they do not do.
# :::
#
# To see the population move, {ref}`play with it <play-strong-landau>`.
#
# ## The full model
#
# ```{index} Landau damping
# ```
#
# $$
# \begin{aligned}
# \dot x &= v, \qquad \dot v = \nabla\phi(t, x), \qquad \mu^2\Delta\phi = n - 1, \\
# f(0, x, v) &\propto \bigl(1 + \alpha\cos kx_1\bigr)\,e^{-|v|^2/2}, \qquad k = \alpha = \tfrac12, \\
# x &\in [0, 4\pi)^3 \text{ periodic}.
# \end{aligned}
# $$ (eq-landau)
#
# The initial law is the same for all parameters; $\mu$ is the Debye length, in units of that at $\mu = 1$, and sets
# how strongly the field acts. Times are in inverse plasma frequencies at $\mu = 1$; at another $\mu$ the plasma frequency is $1/\mu$.
#
# By symmetry the exact field points along $x_1$ and depends on $x_1$ alone. So $(x_1, v_1)$ obey the equations of a plasma in one
# space and one velocity dimension, $x_2, x_3$ stream freely and stay uniform, and $v_2, v_3$ stay what they are. The solver, a
# particle-in-cell method on a grid in three dimensions ({py:mod}`hoam.systems.strong_landau`), knows nothing of this, and neither do
# the models. Its particles make noise in all three directions, which late exceeds the wave. The electric energy is therefore
# taken from the density along $x_1$ alone, for truth and models alike.

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
import jax
import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import find_peaks

jax.config.update("jax_num_cpu_devices", 2)

import hoam
from hoam.histograms import Cells, total_variation
from hoam.metrics import electric_energy, relative_error, relative_l2_error
from hoam.results import trainings
from hoam.systems.vlasov import LABELS

hoam.plotting.style()
report = hoam.report.Report("strong_landau", profile=profile)
quick = profile == "quick"
METHODS = {"HOAM-G": "hoam_g", "HOAM-S": "hoam_s", "AM": "am"}
LONG = {
    "HOAM-G, 8000 steps": "hoam_g_long",
    "HOAM-S, 8000 steps": "hoam_s_long",
    "AM, 8000 steps": "am_long",
}
STEMS = METHODS | LONG
SEEDS = {
    **dict.fromkeys(METHODS, range(1 if quick else 5)),
    **dict.fromkeys(LONG, range(1 if quick else 3)),
}
system = hoam.systems.StrongLandau()
test_mus = system.test_mus
label = {mu: f"{round(1000 * mu)}" for mu in test_mus}  # 0.875 -> "875", for names of numbers
times = np.linspace(0, system.horizon, 65 if quick else 129)
snapshot = int(np.argmin(np.abs(times - 4.0)))
late = times >= 5
n_truth, n_model = (2**12, 2**8) if quick else (2**16, 2**13)
test_key = jax.random.key(45_001)  # no training or validation run uses it
k = 2 * np.pi / system.length
LIMITS, AXES = ((0.0, system.length), (-5.0, 5.0)), ("position x₁ [λ$_D$]", "velocity v₁ [v$_t$]")
PLANE = np.asarray([0, 3])


def observe(paths, mu):
    """Return what this page looks at: energy, phase space at t = 4 and 9, other coordinates."""
    paths = np.asarray(paths)
    waves = np.exp(1j * k * paths[..., 1:3]).mean(axis=1)
    return {
        "energy": electric_energy(paths, mu=mu, length=system.length, cells=128),
        "plane": paths[[snapshot, -1]][..., PLANE],
        "wave": np.abs(waves).max(axis=-1),
        "spread": np.abs(paths[..., 4:].std(axis=1) - 1).max(axis=-1),
    }


# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-landau-truth", "caption": "The full model at μ = 0.875, in the plane of position and velocity along the first direction, at six times, on one colour scale. The ripple is sheared, and wound up into filaments."}, "image": {"alt": "Six histograms of position and velocity. At first a cloud bright at both edges; it is sheared into an S, folded into two crossing arms, and in the end into several thin tilted stripes."}}
truth, pair, floor, neighbour, reduction, in_space = {}, {}, {}, {}, {}, {}
for mu in test_mus:
    keys = jax.random.split(jax.random.fold_in(test_key, round(1000 * mu)), 6)

    def run(key, n, mu=mu, full=system):
        return full.simulate(key, mu=mu, times=times, n_samples=n)

    paths = run(keys[0], n_truth)
    truth[mu] = observe(paths, mu)
    in_space[mu] = jax.lax.map(
        lambda x, mu=mu: hoam.particle_mesh.field_energy(
            x, mu=mu, length=system.length, cells=system.cells
        ),
        paths[..., :3],
    )
    if mu == test_mus[0]:
        planes = np.asarray(paths[..., PLANE])
    pair[mu] = observe(run(keys[1], n_truth), mu)
    floor[mu] = observe(run(keys[2], n_model), mu)
    line = hoam.systems.StrongLandau(cells=(128, 1, 1))  # one cell across: the reduction
    reduction[mu] = observe(run(keys[3], n_truth, full=line), mu)
    # What a model would score that answers with the population of a nearest training parameter.
    neighbour[mu] = [
        observe(run(key, n_model, near), mu)
        for key, near in zip(
            keys[4:], sorted(system.train_mus, key=lambda m: abs(m - mu)), strict=False
        )
    ]
moments = (0.0, 1.0, 2.0, 4.0, 6.0, 9.0)
panels = {f"t = {t:g}": planes[int(np.argmin(np.abs(times - t)))] for t in moments}
figure, grids = hoam.plotting.phase_space(
    panels, limits=LIMITS, labels=AXES, rows=2, bins=32 if quick else 80
)
report.record("fig-landau-truth", ripple=2 * np.abs(np.exp(1j * k * planes[0, :, 0]).mean()))
report.figure(
    "fig-landau-truth",
    figure,
    data={"t": np.asarray(moments), "density": grids},
    parameters={"mu": test_mus[0], "markers": n_truth},
)
plt.show()

# %% [markdown]
# ## Decay, strong and weak
#
# ```{index} damping rate
# ```
# ```{index} single: Landau damping; strong
# ```
# ```{index} single: Landau damping; weak
# ```
#
# The energy starts from $\alpha^2/(4\mu^2k^2)$ and has three more maxima before the horizon. The *decay rate* of a curve is minus half
# the slope of the straight line through the logarithms of these four; in another run or a model, the maximum is the highest value within 0.6 of the
# true one's time. Landau's rate is that of the dispersion relation ({py:mod}`hoam.dispersion`).

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-landau-decay", "caption": "Left: density along x₁ over time, full model at μ = 0.875. Right: electric energy at both held-out parameters, from the density along x₁ (lines) and from the field in three dimensions (dotted); points mark the maxima, dashed lines decay at Landau's rate for a small ripple."}, "image": {"alt": "Left: bright and dark patches that change places along the position three times over time and fade into an even colour. Right: two curves on a logarithmic axis, falling from 0.3 and 0.2 in four arches over two decades, far faster than two straight dashed lines; dotted curves leave them at the deep minima after time four and near the end."}}
peaks = {mu: np.asarray([0, *find_peaks(truth[mu]["energy"])[0]])[:4] for mu in test_mus}


def decay(curve, mu):
    """Return the decay rate through the four maxima."""
    highest = [curve[np.abs(times - times[i]) <= 0.6].max() for i in peaks[mu]]
    return -np.polyfit(times[peaks[mu]], np.log(highest), 1)[0] / 2


def scores(curve, mu):
    """Return the errors of one energy curve, and its late level relative to the true one."""
    exact = truth[mu]["energy"]
    return {
        "l2": relative_l2_error(curve, exact),
        "mean_relative": relative_error(curve, exact),
        "decay": abs(decay(curve, mu) / decay(exact, mu) - 1),
        "late": curve[late].mean() / exact[late].mean(),
    }


edges = np.linspace(0, system.length, 65)
columns = np.stack([np.histogram(x[:, 0], edges, density=True)[0] for x in planes], axis=1)
figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.8))
image = axes[0].imshow(
    columns * system.length,
    origin="lower",
    aspect="auto",
    extent=(0, system.horizon, 0, system.length),
)
axes[0].grid(visible=False)
axes[0].set(xlabel=LABELS["t"], ylabel=AXES[0])
figure.colorbar(image, ax=axes[0], label="density (mean 1)")
data = {"t": times}
for mu, colour in zip(test_mus, hoam.plotting.shades(2), strict=True):
    exact = truth[mu]["energy"]
    root = hoam.dispersion.fastest_root(k, mu=mu, beams=((1.0, 0.0, 1.0),))
    axes[1].plot(times, exact, color=colour, label=f"μ = {mu}")
    axes[1].plot(times, in_space[mu], ":", color=colour, linewidth=1)
    axes[1].plot(times[peaks[mu]], exact[peaks[mu]], "o", color=colour, markersize=5)
    axes[1].plot(times, exact[0] * np.exp(2 * root.imag * times), "--", color=colour, linewidth=1)
    data |= {f"energy_{label[mu]}": exact, f"in_space_{label[mu]}": np.asarray(in_space[mu])}
    report.record(
        "fig-landau-decay",
        **{
            f"start_{label[mu]}": exact[0],
            f"rate_{label[mu]}": decay(exact, mu),
            f"landau_{label[mu]}": -root.imag,
            f"pair_l2_{label[mu]}": relative_l2_error(pair[mu]["energy"], exact),
            f"reduction_l2_{label[mu]}": relative_l2_error(reduction[mu]["energy"], exact),
            f"noise_{label[mu]}": np.asarray(in_space[mu]).min(),
        },
        **{
            f"floor_{name}_{label[mu]}": value
            for name, value in scores(floor[mu]["energy"], mu).items()
        },
        **{
            f"neighbour_{name}_{label[mu]}": np.mean(
                [scores(n["energy"], mu)[name] for n in neighbour[mu]]
            )
            for name in ("l2", "mean_relative", "decay", "late")
        },
    )
axes[1].set(xlabel=LABELS["t"], ylabel=LABELS["E"], yscale="log", ylim=(1e-6, 0.5))
axes[1].legend(fontsize=9)
report.figure(
    "fig-landau-decay",
    figure,
    data=data | {"density": columns},
    parameters={"mu": ", ".join(map(str, test_mus)), "markers": n_truth},
)
plt.show()

# %% [markdown]
# Two runs of the full model that differ in the random key differ by {num}`fig-landau-decay.pair_l2_875:.1e` and
# {num}`fig-landau-decay.pair_l2_1125:.1e` in the relative L2 norm of the energy over time. A run of the exact reduction on a finer grid
# differs from them by {num}`fig-landau-decay.reduction_l2_875:.1e` and {num}`fig-landau-decay.reduction_l2_1125:.1e`. So the truth is known; the
# *floor* on this page is another run with as many particles as the models have. The energy of the field in three dimensions never falls
# below {num}`fig-landau-decay.noise_1125:.0e`, which is noise.
#
# The energy decays at the rate {num}`fig-landau-decay.rate_875:.3f` ($\mu = 0.875$) and {num}`fig-landau-decay.rate_1125:.3f` ($\mu = 1.125$); Landau's is
# {num}`fig-landau-decay.landau_875:.3f` and {num}`fig-landau-decay.landau_1125:.3f`. Linear theory lets electrons pass the wave on nearly straight
# paths, and only the few that are about as fast as the wave take energy from it. This wave bends their paths before it has decayed at that rate, and far more of them: it
# reaches into the bulk of the velocities ({ref}`ex-landau-bounce`). So the decay depends on $\alpha$ ({ref}`ex-landau-weak`), and it
# is no constant rate, as the maxima show: they do not lie on a line.
#
# ## Training
#
# Each model sees $2^{15}$ samples at each of the nine parameters $\mu = 0.8, 0.85, \dots, 1.2$: at 64 Gauss-Legendre nodes, 64 samples
# at each (HOAM-G), at 129 Simpson nodes, 32 at each (HOAM-S), or at 64 times drawn afresh at each step, 64 at each (AM). A
# step costs the same for all, 4096 samples; there are 2000 steps, and five seeds of each; network and optimiser are the same. Minibatches are stratified, positions
# enter through sine and cosine, as for the two streams ({ref}`chap-two-stream`). There is no diffusion and hence no Laplacian, so that
# one reverse pass gives all six derivatives.

# %%
models = {
    (name, seed): hoam.load(f"checkpoints/strong_landau-{stem}-{seed}.safetensors")
    for name, stem in STEMS.items()
    for seed in SEEDS[name]
}
observed = {}
for (name, seed), model in models.items():
    for mu in test_mus:
        start = system.initial(jax.random.fold_in(test_key, seed), mu=mu, n_samples=n_model)
        observed[name, seed, mu] = observe(model.sample(test_key, start, times=times, mu=mu), mu)


def curves_of(name, mu, quantity="energy"):
    """Return one curve for each seed."""
    return np.stack([observed[name, seed, mu][quantity] for seed in SEEDS[name]])


# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-landau-training", "caption": "Training loss (left, averaged over a hundred steps; the axis is linear between -0.2 and 0.2 and logarithmic beyond) and validation loss (right) over steps, median and range of five seeds. The validation loss is taken at μ = 0.925 and 1.075, on other particles and at other times, with one spline rule for all methods. Lower is better."}, "image": {"alt": "Left: two thin curves fall together to about minus 0.14; a wide band around a dotted one leaves them in both directions, beyond plus and minus one. Right: validation losses, narrow bands of HOAM at the bottom, a dotted curve above them and its band reaching far up."}}
def gauge(model):
    """Return by how much the mean of the potential over fixed states changes in time, μ = 1."""
    y = model.scaling.states(system.initial(test_key, mu=1.0, n_samples=256))
    each = jax.vmap(
        lambda t: jax.vmap(lambda x: model.potential(x, t, np.zeros(1, np.float32)))(y).mean()
    )
    return np.ptp(each(np.linspace(0, 1, 65)))


figure, axes = plt.subplots(1, 2, figsize=(9, 3.6))
columns = {}
for name, stem in METHODS.items():
    histories = [models[name, seed].record["history"] for seed in SEEDS[name]]
    every = histories[0]["loss_every"]
    losses = np.stack([np.asarray(h["loss"]) for h in histories])
    # Average over runs of points: a step sees one parameter, and their minima differ.
    smooth = losses.reshape(len(losses), -1, 20).mean(axis=2)
    validation = np.stack([np.asarray(h["validation"]) for h in histories])
    hoam.plotting.band(axes[0], name, (np.arange(smooth.shape[1]) + 0.5) * 20 * every, smooth)
    hoam.plotting.band(axes[1], name, histories[0]["step"], validation)
    columns |= {f"{stem}_loss": losses, f"{stem}_validation": validation}
    last = losses[:, -losses.shape[1] // 4 :]
    report.record(
        "fig-landau-training",
        **{
            f"{stem}_noise": np.median(last.std(axis=1)),
            f"{stem}_noise_worst": last.std(axis=1).max(),
            f"{stem}_validation": np.median(validation[:, -1]),
            f"{stem}_validation_worst": validation[:, -1].max(),
            f"{stem}_validation_best": validation[:, -1].min(),
            f"{stem}_gauge_worst": max(gauge(models[name, seed]) for seed in SEEDS[name]),
        },
    )
converged = 0.7 * np.median(columns["hoam_g_validation"][:, -1])
report.record("fig-landau-training", am_failed=np.sum(columns["am_validation"][:, -1] > converged))
axes[0].set_yscale("symlog", linthresh=0.2)
axes[0].set(xlabel="step", ylabel="training loss")
axes[1].set(xlabel="step", ylabel="validation loss")
axes[1].legend(fontsize=9)
report.figure(
    "fig-landau-training",
    figure,
    data={"step": histories[0]["step"], **columns},
    parameters=trainings(models[name, seed].record for name in METHODS for seed in SEEDS[name]),
)
plt.show()

# %% [markdown]
# All five seeds of HOAM-G go down together, and those of HOAM-S with them. Those of AM part. They start more slowly; the best ends at a
# validation loss of {num}`fig-landau-training.am_validation_best:.3f`, where the median of HOAM-G has {num}`fig-landau-training.hoam_g_validation:.3f`, their median at {num}`fig-landau-training.am_validation:.3f`, and the last stays at
# {num}`fig-landau-training.am_validation_worst:.3f`; {num}`fig-landau-training.am_failed:.0f` of the five end above 0.7 of the median of HOAM-G, which we call not converged. In the last quarter of the steps the training loss of the worst scatters by {num}`fig-landau-training.am_noise_worst:.1f`, that of the median seed of AM by {num}`fig-landau-training.am_noise:.3f`, and
# those of HOAM-G by {num}`fig-landau-training.hoam_g_noise_worst:.3f` at most (the parameter changes from step to step, and with it the minimum).
#
# What happened to the last can be seen in its potential. The mean of $s$ over fixed states changes by {num}`fig-landau-training.am_gauge_worst:.0f` over the horizon; in the models of HOAM-G it does
# so by {num}`fig-landau-training.hoam_g_gauge_worst:.1f` at most. A function of time alone moves no particle, and an exact rule gives it no weight
# ({ref}`chap-quadrature`). With random times the loss of a step is off by its gauge defect, and the larger the function, the louder the noise
# of the steps that should remove it.
#
# ## The population at t = 4
#
# ```{index} filamentation
# ```
#
# The panels of Figure 3, and below them those of the end, where the filaments are thinnest.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-landau-histograms", "caption": "Position and velocity along the first direction at the two held-out parameters at t = 4 (top: μ = 0.875, middle: μ = 1.125) and at the end (bottom: μ = 0.875): full model and three reduced models, the first seed of each, equally many particles."}, "image": {"alt": "Three rows of four histograms. At time four two crossing arms in all panels, blurred in the middle for AM. At time nine the full model has tilted parallel stripes; the others have one wide band with blurred or misplaced stripes and a few bright spots."}}
BINS = 32
ROWS = {
    "μ = 0.875, t = 4": (0.875, 0),
    "μ = 1.125, t = 4": (1.125, 0),
    "μ = 0.875, t = 9": (0.875, 1),
}
panels = {}
for row, (mu, i) in ROWS.items():
    panels[f"full, {row}"] = floor[mu]["plane"][i]
    for name in ("HOAM-S", "HOAM-G", "AM"):
        panels[f"{name}, {row}"] = observed[name, 0, mu]["plane"][i]
figure, histograms = hoam.plotting.phase_space(
    panels, limits=LIMITS, labels=AXES, rows=3, bins=BINS
)


cells = Cells(LIMITS, (BINS, BINS))


def distance(one, mu, i):
    """Return the total variation distance of two histograms in the plane, that to the full model."""
    return total_variation(*(cells.shares(each[mu]["plane"][i]) for each in (one, truth)))


for mu in test_mus:
    for i, when in enumerate(("", "_end")):
        near = [distance({mu: n}, mu, i) for n in neighbour[mu]]
        numbers = {"floor": distance(floor, mu, i), "neighbour": np.mean(near)}
        for name, stem in STEMS.items():
            each = [distance({mu: observed[name, s, mu]}, mu, i) for s in SEEDS[name]]
            numbers |= {stem: np.median(each), f"{stem}_worst": np.max(each)}
        report.record(
            "fig-landau-histograms", **{f"{n}{when}_{label[mu]}": v for n, v in numbers.items()}
        )
report.figure(
    "fig-landau-histograms",
    figure,
    data={"density": histograms},
    parameters={"bins": BINS, "panels": "; ".join(panels)},
)
plt.show()

# %% [markdown]
# In numbers: the total variation distance between histograms in this plane with 32 by 32 bins, that of a model or of the full model with
# as many particles against the full model with eight times as many. *Nearest parameter* is a model that answers with the population at a
# training parameter, 0.025 away (mean over the two).
#
# | median of the seeds (worst) | μ | HOAM-G | HOAM-S | AM | nearest parameter | floor |
# | --- | --- | --- | --- | --- | --- | --- |
# | t = 4 | 0.875 | {num}`fig-landau-histograms.hoam_g_875:.3f` ({num}`fig-landau-histograms.hoam_g_worst_875:.3f`) | {num}`fig-landau-histograms.hoam_s_875:.3f` ({num}`fig-landau-histograms.hoam_s_worst_875:.3f`) | {num}`fig-landau-histograms.am_875:.3f` ({num}`fig-landau-histograms.am_worst_875:.3f`) | {num}`fig-landau-histograms.neighbour_875:.3f` | {num}`fig-landau-histograms.floor_875:.3f` |
# | t = 4 | 1.125 | {num}`fig-landau-histograms.hoam_g_1125:.3f` ({num}`fig-landau-histograms.hoam_g_worst_1125:.3f`) | {num}`fig-landau-histograms.hoam_s_1125:.3f` ({num}`fig-landau-histograms.hoam_s_worst_1125:.3f`) | {num}`fig-landau-histograms.am_1125:.3f` ({num}`fig-landau-histograms.am_worst_1125:.3f`) | {num}`fig-landau-histograms.neighbour_1125:.3f` | {num}`fig-landau-histograms.floor_1125:.3f` |
# | t = 9 | 0.875 | {num}`fig-landau-histograms.hoam_g_end_875:.3f` ({num}`fig-landau-histograms.hoam_g_worst_end_875:.3f`) | {num}`fig-landau-histograms.hoam_s_end_875:.3f` ({num}`fig-landau-histograms.hoam_s_worst_end_875:.3f`) | {num}`fig-landau-histograms.am_end_875:.3f` ({num}`fig-landau-histograms.am_worst_end_875:.3f`) | {num}`fig-landau-histograms.neighbour_end_875:.3f` | {num}`fig-landau-histograms.floor_end_875:.3f` |
# | t = 9 | 1.125 | {num}`fig-landau-histograms.hoam_g_end_1125:.3f` ({num}`fig-landau-histograms.hoam_g_worst_end_1125:.3f`) | {num}`fig-landau-histograms.hoam_s_end_1125:.3f` ({num}`fig-landau-histograms.hoam_s_worst_end_1125:.3f`) | {num}`fig-landau-histograms.am_end_1125:.3f` ({num}`fig-landau-histograms.am_worst_end_1125:.3f`) | {num}`fig-landau-histograms.neighbour_end_1125:.3f` | {num}`fig-landau-histograms.floor_end_1125:.3f` |
#
# At $t = 4$ HOAM has the two arms and the way they cross, a little too even in brightness. At the end the
# full model has stripes; the models have a wide band, whose stripes are few or in the wrong place, and some particles gathered in spots. The potential is
# smooth, and no diffusion spreads what it has gathered.
#
# ## Electric energy at unseen parameters


# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-landau-energy", "caption": "Electric energy over time at the two held-out parameters: full model (black) and reduced models, median and range of five seeds. Top: linear axis; bottom: logarithmic axis."}, "image": {"alt": "Four panels. On the linear axis all curves fall from the same start, with a first and a second smaller maximum; the band of AM rises at late times. On the logarithmic axis the curves of HOAM follow the arches of the truth to time five and then stay above it, those of AM still higher."}}
def record_scores(figure, name, stem):
    """Record median and worst over the seeds of the scores of one method."""
    for mu in test_mus:
        each = [scores(curve, mu) for curve in curves_of(name, mu)]
        for metric in each[0]:
            values = [score[metric] for score in each]
            report.record(
                figure,
                **{
                    f"{stem}_{metric}_{label[mu]}": np.median(values),
                    f"{stem}_{metric}_worst_{label[mu]}": np.max(values),
                },
            )


figure, axes = plt.subplots(2, 2, figsize=(9, 5.6), sharex=True, sharey="row")
data = {"t": times}
for column, mu in zip(axes.T, test_mus, strict=True):
    data[f"truth_{label[mu]}"] = truth[mu]["energy"]
    for axis in column:
        hoam.plotting.line(axis, "truth", times, truth[mu]["energy"], linewidth=2.4)
        for name in ("AM", "HOAM-S", "HOAM-G"):
            curves = curves_of(name, mu)
            data[f"{METHODS[name]}_{label[mu]}"] = curves
            hoam.plotting.band(axis, name, times, curves)
    column[1].set(xlabel=LABELS["t"], yscale="log", ylim=(1e-5, 0.5))
    column[0].annotate(f"μ = {mu}", (0.45, 0.88), xycoords="axes fraction")
for axis in axes[:, 0]:
    axis.set_ylabel(LABELS["E"])
axes[0, 1].legend(fontsize=9)
for name, stem in METHODS.items():
    record_scores("fig-landau-energy", name, stem)
    for mu in test_mus:
        each = [scores(curve, mu) for curve in curves_of(name, mu)]
        report.record(
            "fig-landau-energy",
            **{
                f"{stem}_{metric}_best_{label[mu]}": min(score[metric] for score in each)
                for metric in ("l2", "mean_relative")
            },
        )
for mu in test_mus:  # a wave of the energy E is a ripple of the density of amplitude 2 mu k sqrt(E)
    curves = {"truth": truth[mu]["energy"]}
    curves["hoam_g"] = np.median(curves_of("HOAM-G", mu), axis=0)
    report.record(
        "fig-landau-energy",
        **{
            f"ripple_{name}_{label[mu]}": 2 * mu * k * np.sqrt(curve[late].mean())
            for name, curve in curves.items()
        },
    )
report.figure("fig-landau-energy", figure, data=data, parameters={"particles": n_model})
plt.show()

# %% [markdown]
# | median of five seeds (worst) | μ | HOAM-G | HOAM-S | AM | nearest parameter | floor |
# | --- | --- | --- | --- | --- | --- | --- |
# | relative L2 error of $E(t)$ | 0.875 | {num}`fig-landau-energy.hoam_g_l2_875:.3f` ({num}`fig-landau-energy.hoam_g_l2_worst_875:.3f`) | {num}`fig-landau-energy.hoam_s_l2_875:.3f` ({num}`fig-landau-energy.hoam_s_l2_worst_875:.3f`) | {num}`fig-landau-energy.am_l2_875:.3f` ({num}`fig-landau-energy.am_l2_worst_875:.3f`) | {num}`fig-landau-decay.neighbour_l2_875:.3f` | {num}`fig-landau-decay.floor_l2_875:.4f` |
# |  | 1.125 | {num}`fig-landau-energy.hoam_g_l2_1125:.3f` ({num}`fig-landau-energy.hoam_g_l2_worst_1125:.3f`) | {num}`fig-landau-energy.hoam_s_l2_1125:.3f` ({num}`fig-landau-energy.hoam_s_l2_worst_1125:.3f`) | {num}`fig-landau-energy.am_l2_1125:.3f` ({num}`fig-landau-energy.am_l2_worst_1125:.3f`) | {num}`fig-landau-decay.neighbour_l2_1125:.3f` | {num}`fig-landau-decay.floor_l2_1125:.4f` |
# | error of the decay rate | 0.875 | {num}`fig-landau-energy.hoam_g_decay_875:.2f` ({num}`fig-landau-energy.hoam_g_decay_worst_875:.2f`) | {num}`fig-landau-energy.hoam_s_decay_875:.2f` ({num}`fig-landau-energy.hoam_s_decay_worst_875:.2f`) | {num}`fig-landau-energy.am_decay_875:.2f` ({num}`fig-landau-energy.am_decay_worst_875:.2f`) | {num}`fig-landau-decay.neighbour_decay_875:.2f` | {num}`fig-landau-decay.floor_decay_875:.3f` |
# |  | 1.125 | {num}`fig-landau-energy.hoam_g_decay_1125:.2f` ({num}`fig-landau-energy.hoam_g_decay_worst_1125:.2f`) | {num}`fig-landau-energy.hoam_s_decay_1125:.2f` ({num}`fig-landau-energy.hoam_s_decay_worst_1125:.2f`) | {num}`fig-landau-energy.am_decay_1125:.2f` ({num}`fig-landau-energy.am_decay_worst_1125:.2f`) | {num}`fig-landau-decay.neighbour_decay_1125:.2f` | {num}`fig-landau-decay.floor_decay_1125:.3f` |
# | mean of $E$ for $t \ge 5$ over the true one | 0.875 | {num}`fig-landau-energy.hoam_g_late_875:.1f` ({num}`fig-landau-energy.hoam_g_late_worst_875:.1f`) | {num}`fig-landau-energy.hoam_s_late_875:.1f` ({num}`fig-landau-energy.hoam_s_late_worst_875:.1f`) | {num}`fig-landau-energy.am_late_875:.1f` ({num}`fig-landau-energy.am_late_worst_875:.1f`) | {num}`fig-landau-decay.neighbour_late_875:.1f` | {num}`fig-landau-decay.floor_late_875:.2f` |
# |  | 1.125 | {num}`fig-landau-energy.hoam_g_late_1125:.1f` ({num}`fig-landau-energy.hoam_g_late_worst_1125:.1f`) | {num}`fig-landau-energy.hoam_s_late_1125:.1f` ({num}`fig-landau-energy.hoam_s_late_worst_1125:.1f`) | {num}`fig-landau-energy.am_late_1125:.1f` ({num}`fig-landau-energy.am_late_worst_1125:.1f`) | {num}`fig-landau-decay.neighbour_late_1125:.1f` | {num}`fig-landau-decay.floor_late_1125:.2f` |
#
# We aimed at 0.25 in the L2 norm and at 0.1 for the decay rate. HOAM reaches the first with ease, and misses the second: up to about $t = 5$ the
# curves follow the truth from arch to arch, and from then on they are too high. Both at once are possible since the norm is dominated by the start, which is given,
# and by the first maximum. So the norm is to be read beside the column *nearest parameter*: training parameters lie close here, and the energy at the next one is a better
# answer than that of a network. In the density the late error is small. The energy is quadratic; from $t = 5$ on a wave of the true mean energy is a
# ripple of {num}`fig-landau-energy.ripple_truth_875:.3f` of the mean density ($\mu = 0.875$), and HOAM-G has one of {num}`fig-landau-energy.ripple_hoam_g_875:.3f`.
#
# ## Four times the steps
#
# At 2000 steps the validation loss of HOAM-G still falls ({numref}`fig-landau-training`). So all three methods were trained again, with three seeds each, for 8000 steps,
# all else the same. That this mends the late energy was first seen at the validation parameters $\mu = 0.925$ and $1.075$, with one seed of HOAM-G; that Simpson's rule, with twice the nodes
# of HOAM-G and half the samples at each, mends it further, at the same parameters with two seeds.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-landau-long", "caption": "Electric energy at the two held-out parameters: full model (black), HOAM-G after 2000 steps (dotted), HOAM-G and HOAM-S after 8000 steps (solid), AM after 8000 steps (dashed), medians and ranges of three seeds (2000 steps: five)."}, "image": {"alt": "Two panels on a logarithmic axis. All lie on the black curve up to time four. After it the solid lines of 8000 steps stay nearest to it: at mu equal 0.875 the green one of HOAM-S meets the top of the last arch and the blue one of HOAM-G lies a little above it, at 1.125 both are near it; the dotted blue one of 2000 steps lies higher and the red one highest. From then on the black curve falls and none follows."}}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True)
data = {"t": times}
for axis, mu in zip(axes, test_mus, strict=True):
    hoam.plotting.line(axis, "truth", times, truth[mu]["energy"], linewidth=2.4)
    styles = dict(zip(("HOAM-G", *LONG), (":", "-", "-", "--"), strict=True))
    for name, dashes in styles.items():
        colour = hoam.plotting.COLOURS[name.split(",")[0]]
        curves = data[f"{STEMS[name]}_{label[mu]}"] = curves_of(name, mu)
        axis.fill_between(times, curves.min(0), curves.max(0), color=colour, alpha=0.2, linewidth=0)
        axis.plot(times, np.median(curves, axis=0), color=colour, linestyle=dashes, label=name)
    axis.set(xlabel=LABELS["t"], yscale="log", ylim=(1e-5, 0.5))
    axis.annotate(f"μ = {mu}", (0.45, 0.9), xycoords="axes fraction")
axes[0].set_ylabel(LABELS["E"])
handles = axes[0].get_legend_handles_labels()
figure.legend(*handles, loc="outside lower center", ncols=5, fontsize=9)
for name, stem in LONG.items():
    record_scores("fig-landau-long", name, stem)
    final = [models[name, seed].record["history"]["validation"][-1] for seed in SEEDS[name]]
    report.record(
        "fig-landau-long",
        **{f"{stem}_validation": np.median(final), f"{stem}_validation_worst": max(final)},
    )
report.record(
    "fig-landau-long",
    **{
        f"seconds_{stem}": np.median(
            [models[name, seed].record["training_seconds"] for seed in SEEDS[name]]
        )
        for name, stem in STEMS.items()
    },
)
for mu in test_mus:  # at the time of the last of the four maxima
    for name, curve in (
        ("truth", truth[mu]["energy"]),
        *(
            (stem, np.median(data[f"{stem}_{label[mu]}"], axis=0))
            for stem in ("hoam_g_long", "hoam_s_long")
        ),
    ):
        report.record("fig-landau-long", **{f"fourth_{name}_{label[mu]}": curve[peaks[mu][-1]]})
report.figure(
    "fig-landau-long",
    figure,
    data=data,
    parameters={"particles": n_model}
    | trainings(models[name, seed].record for name in ("HOAM-G", *LONG) for seed in SEEDS[name]),
)
plt.show()

# %% [markdown]
# | median of three seeds, of five after 2000 steps (worst) | μ | HOAM-G, 2000 steps | HOAM-G, 8000 steps | HOAM-S, 8000 steps | AM, 8000 steps |
# | --- | --- | --- | --- | --- | --- |
# | relative L2 error of $E(t)$ | 0.875 | {num}`fig-landau-energy.hoam_g_l2_875:.3f` ({num}`fig-landau-energy.hoam_g_l2_worst_875:.3f`) | {num}`fig-landau-long.hoam_g_long_l2_875:.3f` ({num}`fig-landau-long.hoam_g_long_l2_worst_875:.3f`) | {num}`fig-landau-long.hoam_s_long_l2_875:.3f` ({num}`fig-landau-long.hoam_s_long_l2_worst_875:.3f`) | {num}`fig-landau-long.am_long_l2_875:.3f` ({num}`fig-landau-long.am_long_l2_worst_875:.3f`) |
# |  | 1.125 | {num}`fig-landau-energy.hoam_g_l2_1125:.3f` ({num}`fig-landau-energy.hoam_g_l2_worst_1125:.3f`) | {num}`fig-landau-long.hoam_g_long_l2_1125:.3f` ({num}`fig-landau-long.hoam_g_long_l2_worst_1125:.3f`) | {num}`fig-landau-long.hoam_s_long_l2_1125:.3f` ({num}`fig-landau-long.hoam_s_long_l2_worst_1125:.3f`) | {num}`fig-landau-long.am_long_l2_1125:.3f` ({num}`fig-landau-long.am_long_l2_worst_1125:.3f`) |
# | error of the decay rate | 0.875 | {num}`fig-landau-energy.hoam_g_decay_875:.2f` ({num}`fig-landau-energy.hoam_g_decay_worst_875:.2f`) | {num}`fig-landau-long.hoam_g_long_decay_875:.2f` ({num}`fig-landau-long.hoam_g_long_decay_worst_875:.2f`) | {num}`fig-landau-long.hoam_s_long_decay_875:.2f` ({num}`fig-landau-long.hoam_s_long_decay_worst_875:.2f`) | {num}`fig-landau-long.am_long_decay_875:.2f` ({num}`fig-landau-long.am_long_decay_worst_875:.2f`) |
# |  | 1.125 | {num}`fig-landau-energy.hoam_g_decay_1125:.2f` ({num}`fig-landau-energy.hoam_g_decay_worst_1125:.2f`) | {num}`fig-landau-long.hoam_g_long_decay_1125:.2f` ({num}`fig-landau-long.hoam_g_long_decay_worst_1125:.2f`) | {num}`fig-landau-long.hoam_s_long_decay_1125:.2f` ({num}`fig-landau-long.hoam_s_long_decay_worst_1125:.2f`) | {num}`fig-landau-long.am_long_decay_1125:.2f` ({num}`fig-landau-long.am_long_decay_worst_1125:.2f`) |
# | mean of $E$ for $t \ge 5$ over the true one | 0.875 | {num}`fig-landau-energy.hoam_g_late_875:.1f` ({num}`fig-landau-energy.hoam_g_late_worst_875:.1f`) | {num}`fig-landau-long.hoam_g_long_late_875:.1f` ({num}`fig-landau-long.hoam_g_long_late_worst_875:.1f`) | {num}`fig-landau-long.hoam_s_long_late_875:.1f` ({num}`fig-landau-long.hoam_s_long_late_worst_875:.1f`) | {num}`fig-landau-long.am_long_late_875:.1f` ({num}`fig-landau-long.am_long_late_worst_875:.1f`) |
# |  | 1.125 | {num}`fig-landau-energy.hoam_g_late_1125:.1f` ({num}`fig-landau-energy.hoam_g_late_worst_1125:.1f`) | {num}`fig-landau-long.hoam_g_long_late_1125:.1f` ({num}`fig-landau-long.hoam_g_long_late_worst_1125:.1f`) | {num}`fig-landau-long.hoam_s_long_late_1125:.1f` ({num}`fig-landau-long.hoam_s_long_late_worst_1125:.1f`) | {num}`fig-landau-long.am_long_late_1125:.1f` ({num}`fig-landau-long.am_long_late_worst_1125:.1f`) |
#
# With four times the steps, {num}`fig-landau-long.seconds_hoam_g_long:.0f` seconds of training instead of {num}`fig-landau-long.seconds_hoam_g:.0f`, HOAM-G meets the first three maxima and comes near the fourth: the error in the L2 norm is now below that of the nearest
# training parameter ({num}`fig-landau-decay.neighbour_l2_875:.3f` and {num}`fig-landau-decay.neighbour_l2_1125:.3f`), and the decay rate, for which we aimed at 0.1, is off by {num}`fig-landau-long.hoam_g_long_decay_875:.3f` and
# {num}`fig-landau-long.hoam_g_long_decay_1125:.3f`, with the worst seeds at {num}`fig-landau-long.hoam_g_long_decay_worst_875:.2f` and {num}`fig-landau-long.hoam_g_long_decay_worst_1125:.2f`. It is the fourth maximum that misses: at $\mu = 0.875$ the energy there is {num}`fig-landau-long.fourth_hoam_g_long_875:.4f`
# instead of {num}`fig-landau-long.fourth_truth_875:.4f`, after a start from {num}`fig-landau-decay.start_875:.3f`. A likely reason is that the filaments are thin, and carry little of the kinetic energy that the loss is made of.
#
# HOAM-S has both, more nodes and four times the steps. At $\mu = 0.875$ it reaches the goal, with {num}`fig-landau-long.hoam_s_long_decay_875:.3f` (worst {num}`fig-landau-long.hoam_s_long_decay_worst_875:.2f`) and a fourth maximum of {num}`fig-landau-long.fourth_hoam_s_long_875:.4f`;
# at $\mu = 1.125$, where HOAM-G reaches it, it misses it by little, with {num}`fig-landau-long.hoam_s_long_decay_1125:.3f` (worst {num}`fig-landau-long.hoam_s_long_decay_worst_1125:.2f`), though at both validation parameters the two seeds that were looked at first had met it. In the L2 norm
# it is behind HOAM-G. After 2000 steps it has {num}`fig-landau-energy.hoam_s_decay_875:.3f` and {num}`fig-landau-energy.hoam_s_decay_1125:.3f`: the further steps help at the first parameter alone. With seeds as far apart as these, three do not tell the two rules apart: each meets the goal at one parameter, neither at both, and it lies at the
# edge of what this budget gives. The validation loss does not tell them apart either, with medians of {num}`fig-landau-long.hoam_s_long_validation:.3f` and {num}`fig-landau-long.hoam_g_long_validation:.3f`.
# A linear part of the potential ({py:func}`hoam.ritz.enrich`, one wave along each position, linear and quadratic in the velocities), which helps on the other plasmas, was tried on HOAM-G at the validation parameters with one seed, and does not help here.
# DICE, with no quadrature of the time derivative, is about as good as HOAM-G after 2000 steps: the error of its whole curve is {num}`fig-plasmas-energy.dice_l2_landau_875:.2f` and {num}`fig-plasmas-energy.dice_l2_landau_1125:.2f`
# at the output times of {ref}`chap-comparison-plasmas`, that of HOAM-G {num}`fig-plasmas-energy.hoam_g_l2_landau_875:.2f` and {num}`fig-plasmas-energy.hoam_g_l2_landau_1125:.2f` ({numref}`fig-plasmas-energy`). It was not trained longer.
#
# AM converges with all three seeds, the one of them that had failed included, whose step sizes now fall more slowly; its errors are still several times those of HOAM-G at equal steps.
#
# ## The other four coordinates
#
# ```{index} single: marginal densities; stationary
# ```
#
# Uniform positions and Maxwellian velocities should stay as they are. The models have to learn this: nothing in the network says so.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-landau-marginals", "caption": "What should not change, at μ = 0.875. Left: modulus of the mean of exp(ikx) for x₂ or x₃, the larger one, zero for a uniform law. Right: deviation of the standard deviation of v₂ or v₃ from one, the larger one. Median and range of three seeds; grey: full model with as many particles."}, "image": {"alt": "Two panels of curves below 0.01, those of HOAM at or below the grey one on the right and above it on the left. The band of AM reaches 0.02 in both."}}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4))
data = {"t": times}
for axis, quantity in zip(axes, ("wave", "spread"), strict=True):
    for mu in test_mus:
        report.record(
            "fig-landau-marginals", **{f"floor_{quantity}_{label[mu]}": floor[mu][quantity].max()}
        )
        for name, stem in STEMS.items():
            curves = curves_of(name, mu, quantity)
            data[f"{stem}_{quantity}_{label[mu]}"] = curves
            report.record(
                "fig-landau-marginals",
                **{f"{stem}_{quantity}_{label[mu]}": np.median(curves.max(axis=1))},
            )
    hoam.plotting.line(axis, "floor", times, floor[test_mus[0]][quantity])
    for name, stem in METHODS.items():
        hoam.plotting.band(axis, name, times, data[f"{stem}_{quantity}_{label[test_mus[0]]}"])
    axis.set(xlabel=LABELS["t"], ylim=(0, None))
axes[0].set_ylabel("wave in x₂ or x₃")
axes[1].set_ylabel("deviation of spread of v₂ or v₃")
axes[1].legend(fontsize=9)
report.figure(
    "fig-landau-marginals",
    figure,
    data=data,
    parameters={"mu": test_mus[0], "particles": n_model, "seeds": len(SEEDS["HOAM-G"])},
)
plt.show()

# %% [markdown]
# The largest wave along $x_2$ or $x_3$, $|\overline{e^{ikx}}|$, over all times, median of five seeds, is {num}`fig-landau-marginals.hoam_g_wave_875:.4f` (HOAM-G) over a floor of {num}`fig-landau-marginals.floor_wave_875:.4f`, and the largest change of the
# spread of $v_2$ or $v_3$ is {num}`fig-landau-marginals.hoam_g_spread_875:.4f` over {num}`fig-landau-marginals.floor_spread_875:.4f`; at $\mu = 1.125$ it is {num}`fig-landau-marginals.hoam_g_wave_1125:.4f` over
# {num}`fig-landau-marginals.floor_wave_1125:.4f` and {num}`fig-landau-marginals.hoam_g_spread_1125:.4f` over {num}`fig-landau-marginals.floor_spread_1125:.4f`. The failed seeds of AM move what should stand still, by some percent.
#
# After 8000 steps they are {num}`fig-landau-marginals.hoam_g_long_wave_875:.4f` and {num}`fig-landau-marginals.hoam_g_long_spread_875:.4f` ($\mu = 0.875$).
#
# ## Verdicts
#
# **C3** holds with limits. At $t = 4$, the time of the paper's figure, the distance of HOAM-G is {num}`fig-landau-histograms.hoam_g_875:.3f` ($\mu = 0.875$) and {num}`fig-landau-histograms.hoam_g_1125:.3f`
# ($\mu = 1.125$) over floors of {num}`fig-landau-histograms.floor_875:.3f` and {num}`fig-landau-histograms.floor_1125:.3f`: the population is there at parameters not seen. At $t = 9$ it is {num}`fig-landau-histograms.hoam_g_end_875:.3f` and
# {num}`fig-landau-histograms.hoam_g_end_1125:.3f` over {num}`fig-landau-histograms.floor_end_875:.3f` and {num}`fig-landau-histograms.floor_end_1125:.3f`: the filaments are not, and with them the late decay of the energy is missed. Its rate is
# off by {num}`fig-landau-energy.hoam_g_decay_875:.2f` and {num}`fig-landau-energy.hoam_g_decay_1125:.2f`, where we aimed at 0.1. After 8000 steps it is {num}`fig-landau-long.hoam_g_long_decay_875:.3f` and
# {num}`fig-landau-long.hoam_g_long_decay_1125:.3f`, and the distance at $t = 9$ is {num}`fig-landau-histograms.hoam_g_long_end_875:.3f` and {num}`fig-landau-histograms.hoam_g_long_end_1125:.3f`. HOAM-S, with more nodes,
# then has {num}`fig-landau-long.hoam_s_long_decay_875:.3f` and {num}`fig-landau-long.hoam_s_long_decay_1125:.3f`, with {num}`fig-landau-histograms.hoam_s_long_end_875:.3f` and {num}`fig-landau-histograms.hoam_s_long_end_1125:.3f` at $t = 9$.
#
# **C6** is not confirmed. Of five seeds of AM {num}`fig-landau-training.am_failed:.0f` did not converge in the budget that was enough for every seed of HOAM; the energy of the worst is off by
# {num}`fig-landau-energy.am_l2_worst_875:.2f` and {num}`fig-landau-energy.am_l2_worst_1125:.2f`. The others went down, the best of them to the validation loss of HOAM-G. The median error of the energy
# is {num}`fig-landau-energy.am_l2_875:.2f` and {num}`fig-landau-energy.am_l2_1125:.2f` for AM, for HOAM-G {num}`fig-landau-energy.hoam_g_l2_875:.3f` and {num}`fig-landau-energy.hoam_g_l2_1125:.3f`. So random times do not exclude convergence in six dimensions;
# they make it slower and a matter of the seed. After 8000 steps all three seeds of AM that were trained so long are down, with errors of {num}`fig-landau-long.am_long_l2_875:.3f` and {num}`fig-landau-long.am_long_l2_1125:.3f` where HOAM-G has
# {num}`fig-landau-long.hoam_g_long_l2_875:.3f` and {num}`fig-landau-long.hoam_g_long_l2_1125:.3f`.
#
# ## Change this and see
#
# - `StrongLandau(perturbation=0.1)`: how near to Landau's rate does the decay come?
# - `StrongLandau(loading="random")`: how much of the late wave can be seen above the noise of random markers?
# - `hoam.matrix.methods.longer(run, factor=16)`: does the late energy still come down?
#
# ## Exercises
#
# ```{exercise} Energy at the start
# :label: ex-landau-start
#
# Show that the electric energy per unit volume starts from $\alpha^2/(4\mu^2k^2)$. What is it at the two parameters, and
# why must every model be right there?
# *Hint: solve $\mu^2\Delta\phi = \alpha\cos kx_1$.*
# ```
#
# ```{solution} ex-landau-start
# :class: dropdown
#
# $\phi = -\frac{\alpha}{\mu^2k^2}\cos kx_1$, so $E = -\frac12\overline{\phi\,(n - 1)} = \frac{\alpha^2}{4\mu^2k^2}$: with $\alpha = k$ this is
# $\frac{1}{4\mu^2}$, hence 0.327 and 0.198; {numref}`fig-landau-decay` starts from {num}`fig-landau-decay.start_875:.3f` and
# {num}`fig-landau-decay.start_1125:.3f`. A rollout starts from samples of the initial law itself. The first maximum is the largest by
# far, and so a good part of the L2 norm is right for any model.
# ```
#
# ```{exercise} Six dimensions that are two
# :label: ex-landau-reduction
#
# Let $g(t, x_1, v_1)$ solve the equations of a plasma in one space and one velocity dimension from $g_0 \propto (1 +
# \alpha\cos kx_1)e^{-v_1^2/2}$. Show that $f = g\cdot M(v_2)M(v_3)$, with the Maxwellian $M$, solves the Vlasov equation of
# {eq}`eq-landau`. What does the potential $s$ of action matching then look like?
# *Hint: $f$ does not depend on $x_2$ and $x_3$, so neither does $n$.*
# ```
#
# ```{solution} ex-landau-reduction
# :class: dropdown
#
# With $n = n(x_1)$ the field is $\partial_1\phi(x_1)\,e_1$. In $\partial_tf + v\cdot\nabla_xf + \nabla\phi\cdot\nabla_vf$ the terms with $\partial_{x_2},
# \partial_{x_3}$ vanish and of the last only $\partial_1\phi\,\partial_{v_1}$ is left, so it is $M(v_2)M(v_3)$ times the equation of $g$, which is zero. The
# law of $(x_2, x_3, v_2, v_3)$ does not change, so the field of least kinetic energy leaves them alone, and $s$ is a function of
# $(t, x_1, v_1)$. The particles do move: those of the full model stream along $x_2$, those of the gradient flow stand still. The populations
# are the same.
# ```
#
# ```{exercise} Bounce frequency
# :label: ex-landau-bounce
#
# An electron near the bottom of a trough of a travelling wave, a ripple $a\cos(kx - \omega t)$ of the density, oscillates. Show that its frequency
# is $\omega_b = \sqrt a/\mu$, and that electrons are trapped up to a velocity of $2\omega_b/k$ relative to the wave. The standing ripple of
# {eq}`eq-landau` is two such waves with $a = \alpha/2$. Compare $\omega_b$ with $\omega = 1.52$ and Landau's rate, and the width with $\omega/k$, at $\mu =
# 0.875$.
# *Hint: seen from the wave, a pendulum.*
# ```
#
# ```{solution} ex-landau-bounce
# :class: dropdown
#
# With $\phi = -\frac{a}{\mu^2k^2}\cos k\xi$ in the frame of the wave, $\ddot\xi = \frac{a}{\mu^2k}\sin k\xi$. About $k\xi = \pi$ this is an oscillator
# with $\omega_b^2 = a/\mu^2$. The energy $\frac12\dot\xi^2 + \frac{a}{\mu^2k^2}\cos k\xi$ of the orbit that just passes the top is
# $\frac{a}{\mu^2k^2}$, so at the bottom $\dot\xi^2 = 4a/(\mu k)^2$. For $\mu = 0.875$: $\omega_b = 0.57$, over five times the rate
# {num}`fig-landau-decay.landau_875:.2f`, and a width of 2.3 beside a phase velocity of 3.0 thermal velocities. The two waves reach
# nearly every electron that is faster than 0.8 thermal velocities.
# ```
#
# ```{exercise} From weak to strong
# :label: ex-landau-weak
#
# Run the full model at $\mu = 1$ with $\alpha = 0.05, 0.1, 0.3, 0.5$. Fit the rate through the maxima after the start, and compare with
# Landau's. From which $\alpha$ on is linear theory off by a tenth?
# *Hint: `scipy.signal.find_peaks`, and the energy from the density along $x_1$.*
# ```
#
# ```{solution-start} ex-landau-weak
# :class: dropdown
# ```

# %%
for alpha in (0.05, 0.1, 0.3, 0.5):
    weak = hoam.systems.StrongLandau(perturbation=alpha)
    paths = weak.simulate(test_key, mu=1.0, times=times, n_samples=2**11 if quick else 2**15)
    curve = electric_energy(paths, mu=1.0, length=weak.length, cells=128)
    maxima = find_peaks(curve)[0][:3]
    rate = -np.polyfit(times[maxima], np.log(curve[maxima]), 1)[0] / 2
    print(f"alpha = {alpha}: rate {rate:.3f}")
print(f"Landau: {-hoam.dispersion.fastest_root(k, mu=1.0, beams=((1.0, 0.0, 1.0),)).imag:.3f}")

# %% [markdown]
# Linear theory is off by a tenth somewhat above $\alpha = 0.1$, and by much more at the ripple of this page.
#
# ```{solution-end}
# ```
