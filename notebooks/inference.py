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
# (chap-inference)=
# # Which parameter made this snapshot?
#
# A reduced model is made to be asked many times. Here it is asked which parameter a snapshot comes from: two hundred
# particles of the bistable system ({ref}`chap-bistable`), seen once, at $t = 6$, when they lie along two arms of a spiral. The
# same question goes to the full model, with the same samples, the same score and the same search.
#
# :::{admonition} What you will learn
# :class: tip
# - how a proper score turns samples of a model into an estimate of a parameter;
# - which part of the error of the answer comes from the snapshot, and which from the surrogate;
# - what both cost, and when the surrogate is worth it.
# :::
#
# ## The score
#
# ```{index} energy score, proper score, parameter inference
# ```
# ```{index} single: bootstrap; of a snapshot
# ```
#
# For a snapshot $y_1, \dots, y_n$ and samples $x, x'$ of a model at $\mu$, the energy score
#
# $$
# S(\mu) = \frac1n\sum_{i=1}^n \mathbb{E}|x - y_i| - \frac12\,\mathbb{E}|x - x'|
# $$ (eq-energy-score)
#
# is smallest on average at the law that the snapshot was drawn from {cite}`gneiting2007scoring`; up to a term without
# $\mu$ it is half the energy distance. It is evaluated on a grid of parameters, from the same start and the same noise
# at each, and the least value is refined by the parabola through its neighbours. Drawing the $y_i$ again, with repeats, gives a
# bootstrap at no more cost than a mean: the distances to each $y_i$ are there already.

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
import time

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

import hoam

hoam.plotting.style()
report = hoam.report.Report("inference", profile=profile)
quick = profile == "quick"
system = hoam.systems.Bistable()
SEEDS = range(1 if quick else 3)
T_SEEN, N_SEEN = 6.0, 200
N_MODEL = 2**8 if quick else 2**10
TRUE = (0.12, 0.17, 0.20, 0.23, 0.28)  # none of them trained on
grid = np.linspace(0.10, 0.30, 9 if quick else 41)
times = np.asarray([0.0, T_SEEN])
key_seen, key_start, key_noise = jax.random.split(jax.random.key(42_007), 3)

# %%
models = [hoam.load(f"checkpoints/bistable-hoam_g-{seed}.safetensors") for seed in SEEDS]
x0 = system.initial(key_start, mu=0.2, n_samples=N_MODEL)
seen = [
    np.asarray(
        system.simulate(jax.random.fold_in(key_seen, i), mu=mu, times=times, n_samples=N_SEEN)
    )[-1]
    for i, mu in enumerate(TRUE)
]


def surrogate(model):
    """Return mu -> samples at the time of the snapshot, by a rollout."""
    return lambda mu: model.sample(key_noise, x0, times=times, mu=mu)[-1]


def full(mu):
    """Return samples at the time of the snapshot, by the full model."""
    return system.simulate(key_noise, mu=mu, times=times, n_samples=N_MODEL)[-1]


def clouds(draw):
    """Return the samples at all parameters of the grid, and the seconds they took, warmed up."""
    jax.block_until_ready(draw(float(grid[0])))
    began = time.perf_counter()
    found = jax.block_until_ready([draw(float(mu)) for mu in grid])
    return found, time.perf_counter() - began


makers = {"full model": full} | {
    f"seed {s}": surrogate(m) for s, m in zip(SEEDS, models, strict=True)
}
samples, seconds = {}, {}
for name, draw in makers.items():
    samples[name], seconds[name] = clouds(draw)

# %% [markdown]
# The surrogates are the three {term}`HOAM-G <HOAM-G, HOAM-S>` models of the chapter on the bistable particle, asked by {py:meth}`hoam.model.Model.sample`, trained at $\mu = 0.10, 0.15, 0.25, 0.30$. Each
# evaluation has {num}`fig-inference-answers.samples:.0f` samples; there are {num}`fig-inference-answers.grid:.0f`
# parameters on the grid.

# %%
unit = np.std(np.concatenate(seen), axis=0)


@jax.jit
def distances(x, y):
    """Return the mean distance of samples to each y, and among themselves."""

    def length(a, b):
        square = jnp.sum((a[:, None] - b[None]) ** 2, axis=-1)
        return jnp.sqrt(square + 1e-12)

    return length(x, y).mean(axis=0), length(x, x).mean()


def least(scores):
    """Return the least argument on the grid for each row, refined by a parabola."""
    k = np.clip(scores.argmin(axis=1), 1, grid.size - 2)
    left, middle, right = (scores[np.arange(len(k)), k + d] for d in (-1, 0, 1))
    shift = 0.5 * (left - right) / (left - 2 * middle + right)
    return grid[k] + np.clip(shift, -1, 1) * (grid[1] - grid[0])


draws = 50 if quick else 400
generator = np.random.default_rng(0)
answers, spreads, curves = {}, {}, {}
for name, found in samples.items():
    answers[name], spreads[name], curves[name] = [], [], []
    for y in seen:
        both = [distances(x / unit, y / unit) for x in found]
        to_each = np.stack([np.asarray(a) for a, _ in both])
        own = np.asarray([float(b) for _, b in both])[:, None]
        score = to_each.mean(axis=1, keepdims=True) - own / 2
        rows = generator.integers(0, N_SEEN, (draws, N_SEEN))
        again = to_each[:, rows].mean(axis=2) - own / 2
        answers[name].append(least(score.T)[0])
        spreads[name].append(least(again.T).std(ddof=1))
        curves[name].append(score[:, 0])
answers = {name: np.asarray(values) for name, values in answers.items()}
spreads = {name: np.asarray(values) for name, values in spreads.items()}

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-inference-answers", "caption": "Left: energy score of the snapshot of μ = 0.20 over the parameter, less its least value, for the full model (black) and three surrogates. Right: estimated less true parameter for five snapshots, none at a parameter trained on, with the standard deviation of a bootstrap over the particles of the snapshot."}, "image": {"alt": "Left: four curves with a minimum near 0.20, close together at the minimum. Right: points around zero with error bars, black for the full model and coloured for the surrogates, which stay within about an error bar of it."}}
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8))
ensemble = np.stack([answers[f"seed {s}"] for s in SEEDS])
for k, name in enumerate(makers):
    colour = hoam.plotting.COLOURS["truth"] if k == 0 else hoam.plotting.shades(3)[k - 1]
    curve = curves[name][TRUE.index(0.20)]
    left.plot(
        grid, curve - curve.min(), color=colour, label=name, linestyle="-" if k == 0 else "--"
    )
    right.errorbar(
        np.asarray(TRUE) + 0.003 * (k - 1.5),
        answers[name] - np.asarray(TRUE),
        spreads[name],
        fmt="o" if k == 0 else "s",
        color=colour,
        markersize=4,
        linewidth=1.2,
        label=name,
    )
left.set(xlabel="μ", ylabel="energy score, less its least")
left.axvline(0.20, color="0.6", linewidth=1)
right.axhline(0, color="0.6", linewidth=1)
right.set(xlabel="true μ", ylabel="estimate less truth")
left.legend(fontsize=9)
error = {name: values - np.asarray(TRUE) for name, values in answers.items()}
bias = np.median(ensemble, axis=0) - np.asarray(TRUE)
surrogate_seconds = np.median([seconds[f"seed {s}"] for s in SEEDS])
report.record(
    "fig-inference-answers",
    samples=N_MODEL,
    grid=grid.size,
    full_error=np.sqrt(np.mean(error["full model"] ** 2)),
    full_spread=spreads["full model"].mean(),
    ensemble_error=np.sqrt(np.mean(bias**2)),
    member_error=np.sqrt(np.mean((ensemble - np.asarray(TRUE)) ** 2)),
    ensemble_range=np.ptp(ensemble, axis=0).mean(),
    surrogate_spread=np.mean([spreads[f"seed {s}"].mean() for s in SEEDS]),
    disagreement=np.sqrt(np.mean((ensemble - answers["full model"]) ** 2)),
    full_seconds=seconds["full model"],
    surrogate_seconds=surrogate_seconds,
    ratio=surrogate_seconds / seconds["full model"],
)
report.figure(
    "fig-inference-answers",
    figure,
    data={
        "true": np.asarray(TRUE),
        "grid": grid,
        **{f"estimate_{name}": values for name, values in answers.items()},
        **{f"spread_{name}": values for name, values in spreads.items()},
        **{f"score_{name}": np.stack(values) for name, values in curves.items()},
    },
    parameters={"time": T_SEEN, "seen": N_SEEN, "samples": N_MODEL},
)
plt.show()

# %% [markdown]
# | root mean square over five snapshots | full model | surrogates |
# | --- | --- | --- |
# | error of the estimate | {num}`fig-inference-answers.full_error:.4f` | {num}`fig-inference-answers.member_error:.4f` (one seed), {num}`fig-inference-answers.ensemble_error:.4f` (median of the seeds) |
# | bootstrap deviation, mean | {num}`fig-inference-answers.full_spread:.4f` | {num}`fig-inference-answers.surrogate_spread:.4f` |
# | range over seeds, mean | | {num}`fig-inference-answers.ensemble_range:.4f` |
# | surrogate less full model | | {num}`fig-inference-answers.disagreement:.4f` |
# | seconds for the grid | {num}`fig-inference-answers.full_seconds:.2f` | {num}`fig-inference-answers.surrogate_seconds:.2f` |
#
# The bootstrap knows the noise of the snapshot, and nothing of a surrogate's bias: a surrogate is as sure of itself
# as the full model is. The range over seeds, {num}`fig-inference-answers.ensemble_range:.4f`, is what gives it away; read it beside the
# bootstrap, {num}`fig-inference-answers.surrogate_spread:.4f`, before you trust an answer. It sees what differs between trainings
# and misses what they have in common, such as a gap between the training parameters.
#
# As to time, the surrogate takes {num}`fig-inference-answers.ratio:.1f` times as long as the full model, whose particles do not
# interact and whose step is two lines ({ref}`chap-speed`). An answer through a surrogate pays where a run of the full model is
# expensive, or where there is none and the samples are all there is ({ref}`chap-own-population`).
#
# A parameter outside of the training values is answered too, with a warning of extrapolation; here the search
# stays inside.
#
# ## Change this and see
#
# - `T_SEEN = 1.0`: how much less does an early snapshot say, and to whom?
# - `N_SEEN = 50`: by what factor does the bootstrap deviation grow, and is the surrogate's own error then still worth a thought?
# - `bistable-am` instead of `bistable-hoam_g` among the checkpoints: does the bootstrap notice the worse model, and does the range over seeds?
#
# ## Exercises
#
# ```{exercise} A wrong model is sure of itself
# :label: ex-inference-bootstrap
#
# Why does the bootstrap deviation of a surrogate not grow with its bias? Construct an estimate of the standard
# error that holds both, from the numbers of the figure.
# *Hint: which samples does the bootstrap draw again, and which not?*
# ```
#
# ```{solution} ex-inference-bootstrap
# :class: dropdown
#
# It draws the particles of the snapshot again and leaves the samples of the surrogate alone, so it measures the curvature of
# the score and the noise of its slope. Added in quadrature with the deviation over the seeds it holds the part of the bias that
# differs between trainings.
# ```
#
# ```{exercise} One snapshot more
# :label: ex-inference-times
#
# Which time would you choose for the snapshot, if there is one only? Where does the {term}`population` depend most on $\mu$, in units of its
# own width?
# *Hint: {numref}`fig-bistable-distance`, dotted lines.*
# ```
#
# ```{solution} ex-inference-times
# :class: dropdown
#
# Late enough that small differences have grown, and early enough that the two wells have not yet erased
# them: the dotted lines, the divergence between neighbouring parameters, are largest in between.
# ```
#
# ```{exercise} A proper score
# :label: ex-inference-proper
#
# Evaluate the score {eq}`eq-energy-score` for a snapshot of $N(0, 1)$ and models $N(m, \sigma^2)$ in one dimension, with the right law, a wrong mean, and a
# spread that is too small or too large. Leave out the second term of the score: which model wins now, and why?
# *Hint: $\mathbb{E}|x - y|$ is least for a model that is a single point, the median.*
# ```
#
# ```{solution-start} ex-inference-proper
# :class: dropdown
# ```

# %%
generator = np.random.default_rng(0)
snapshot = generator.normal(size=400)
for centre, spread in ((0.0, 1.0), (0.5, 1.0), (0.0, 0.5), (0.0, 2.0)):
    x, other = centre + spread * generator.normal(size=(2, 4000))
    gap = np.abs(x[:, None] - snapshot).mean()
    full = gap - np.abs(x - other).mean() / 2
    print(f"m = {centre}, sigma = {spread}: first term {gap:.3f}, score {full:.3f}")

# %% [markdown]
# The score is least for the right law. The first term alone prefers the narrow model: a forecast that hides its own spread. The second term pays the
# model for its spread, just as much as makes the truth the best answer.
#
# ```{solution-end}
# ```
