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
# (chap-play)=
# # Play: truth against model
#
# All seven systems of the experiments on one page: choose a system, a parameter, a method and a time, and see the
# {term}`population` of the full model beside that of the reduced one. No model was trained on the parameters offered
# here, except on the oscillator, which has one model for each frequency.
#
# :::{admonition} What you will learn
# :class: tip
# - what the populations of the seven systems look like as they move;
# - where and when each method leaves the truth;
# - how to read an observable over time beside its {term}`floor`.
# :::
#
# ```{play}
# ```
#
# Each dot is one of {num}`fig-play-plasmas.shown:.0f` samples; both panels start from the initial law. A sample of the {term}`rollouts <rollout>`, AM,
# HOAM-S, HOAM-G and DICE, is the same dot at all times; flow matching (CFM, from a quiet start) draws each time afresh. The
# lower panel shows one *observable*: the {term}`electric energy` of a plasma, a standard deviation of any other population, from
# {num}`fig-play-plasmas.samples:.0f` samples of a plasma's model and {num}`fig-play-stochastic.samples:.0f` of another. Its error is the relative
# $L_2$ norm over time, and the *floor* is the error of as many samples of another run of the full model. On bump on tail the
# floor lies above the errors of some models: collisions spoil the order of a quiet start, which rollouts without noise keep.
# The chapters of the systems take more samples, more seeds, more than one metric, and for plasmas other steps of a rollout.
#
# The slider takes the arrow keys, the space bar starts and stops. Nothing moves before that.

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import jax
import matplotlib.pyplot as plt
import numpy as np

import hoam
from hoam.metrics import electric_energy, relative_l2_error
from hoam.quantisation import LEVELS, quantise
from hoam.samplers import FlowSampler

hoam.plotting.style()
report = hoam.report.Report("play", profile=profile)
quick = profile == "quick"
METHODS = {"HOAM-G": "hoam_g", "HOAM-S": "hoam_s", "AM": "am", "DICE": "dice", "CFM": "cfm"}
SAMPLER = FlowSampler(steps=8, order=2, quiet=True)
STEP = 1 / 8 if quick else 1 / 120  # of a rollout, of the horizon
TIMES = 5 if quick else 31
SHOWN = 64 if quick else 500
MARKERS, TRUE_MARKERS = (2**8, 2**10) if quick else (2**12, 2**14)
SAMPLES, TRUE_SAMPLES = (2**7, 2**9) if quick else (2**11, 2**12)
test_key = jax.random.key(49_001)  # no training or validation run uses it


class Case(NamedTuple):
    """A system, its checkpoints, and what is looked at."""

    title: str
    system: hoam.systems.base.System
    stem: str
    plane: tuple[int, int]
    limits: tuple[tuple[float, float], tuple[float, float]]
    labels: tuple[str, str]
    observable: str
    observe: Callable[[np.ndarray, float], np.ndarray]
    parameter: str = "μ"
    time: str = "time t"
    mus: tuple[float, ...] = ()
    methods: tuple[str, ...] = tuple(METHODS)
    samples: tuple[int, int] = (SAMPLES, TRUE_SAMPLES)
    step: float = STEP
    scale: str = "linear"


def spread(coordinate):
    """Return a function from paths to the standard deviation of a coordinate over time."""
    return lambda paths, mu: paths[..., coordinate].std(axis=1)


def plasma(title, system, stem, limits, *, velocity=1, marks=("", ""), cells=512):
    """Return the case of a plasma, looked at in phase space and by its electric energy."""
    return Case(
        title,
        system,
        stem,
        (0, velocity),
        limits,
        (f"position x{marks[0]} [Debye lengths]", f"velocity v{marks[1]} [thermal speeds]"),
        "electric energy E [mass × thermal speed²]",
        lambda paths, mu: electric_energy(paths, mu=mu, length=system.length, cells=cells),
        time="time t [1/plasma frequency]",
        samples=(MARKERS, TRUE_MARKERS),
        step=2 * STEP,
        scale="logarithmic",
    )


PLASMAS = {
    "two_stream": plasma(
        "two-stream instability",
        hoam.systems.TwoStream(),
        "two_stream-quiet-",
        ((0.0, 50.0), (-8.0, 8.0)),
    ),
    "bump_on_tail": plasma(
        "bump on tail", hoam.systems.BumpOnTail(), "bump_on_tail-", ((0.0, 50.0), (-4.0, 7.0))
    ),
    "strong_landau": plasma(
        "strong Landau damping",
        hoam.systems.StrongLandau(),
        "strong_landau-",
        ((0.0, 4 * np.pi), (-4.5, 4.5)),
        velocity=3,
        marks=("₁", "₁"),
        cells=128,
    ),
}
OTHERS = {
    "oscillator": Case(
        "oscillator",
        hoam.systems.Oscillator(),
        "oscillator-w{:02.0f}-",
        (0, 1),
        ((-1.4, 1.4), (-1.4, 1.4)),
        ("position q₁", "position q₂"),
        "standard deviation of q₁",
        spread(0),
        parameter="ω",
        mus=(2.0, 8.0, 14.0),
        methods=("HOAM-G", "HOAM-S", "AM"),
    ),
    "bistable": Case(
        "bistable particle",
        hoam.systems.Bistable(),
        "bistable-",
        (0, 1),
        ((-6.5, 6.5), (-12.5, 10.5)),
        ("position x", "velocity v"),
        "standard deviation of x",
        spread(0),
    ),
    "chaos_9d": Case(
        "nine modes of convection",
        hoam.systems.Chaos9D(),
        "chaos_9d-",
        (2, 8),
        ((-2.4, 0.6), (-12.0, 12.0)),
        ("mode C₃", "mode C₉"),
        "standard deviation of C₉",
        spread(8),
        parameter="r",
    ),
    "trap_100d": Case(
        "one hundred particles in a trap",
        hoam.systems.Trap100D(),
        "trap_100d-",
        (0, 99),
        ((-1.1, 1.1), (-1.1, 1.1)),
        ("position x₁", "position x₁₀₀"),
        "standard deviation of x₁₀₀",
        spread(99),
    ),
}


def parameters(case):
    """Return the parameters of a case."""
    return case.mus or case.system.test_mus


def named(mu):
    """Return the end of the names of numbers, such as `1_25`."""
    return f"{mu:g}".replace(".", "_")


# %% [markdown]
# Truth and rollouts are made here, from the models that the chapters on the experiments judge, always the first seed.
# Then {num}`fig-play-plasmas.shown:.0f` samples of each go to the page, one byte for a coordinate ({py:mod}`hoam.quantisation`): what is drawn is off by
# at most {num}`fig-play-plasmas.rounding:.1%` of the width of a panel. All errors are computed before that.


# %%
def look(case, mu):
    """Return paths in the plane and the observable: of the full model, of another run, of each model."""
    system, times = case.system, np.linspace(0, case.system.horizon, TIMES)
    keys = jax.random.split(jax.random.fold_in(test_key, round(1000 * mu)), 4)
    models, exact = case.samples
    found = {
        name: np.asarray(system.simulate(key, mu=mu, times=times, n_samples=n))
        for name, key, n in (("truth", keys[0], exact), ("floor", keys[1], models))
    }
    dimension = len(system.coordinates)
    start = system.initial(keys[2], mu=mu, n_samples=models)[:, :dimension]
    for name in case.methods:
        model = hoam.load(f"checkpoints/{case.stem.format(mu)}{METHODS[name]}-0.safetensors")
        if model.sampler is None:
            paths = model.sample(keys[3], start, times=times, mu=mu, max_step=case.step)
        else:
            model = dataclasses.replace(model, sampler=SAMPLER)
            paths = model.sample(keys[3], start, times=times, mu=mu)
        found[name] = np.asarray(paths)
    return {
        name: (paths[:, :SHOWN, case.plane], case.observe(paths, mu))
        for name, paths in found.items()
    }


seen = {
    (stem, mu): look(case, mu)
    for stem, case in (PLASMAS | OTHERS).items()
    for mu in parameters(case)
}


# %% tags=["hide-input"]
def window(case, curves):
    """Return the range of the observable that is drawn, from the true curves after the start."""
    low, high = np.min(curves[:, 1:]), np.max(curves)
    return (low / 4, 4 * high) if case.scale == "logarithmic" else (0.0, 1.6 * high)


def observable(axis, stem, case, limits):
    """Draw the observable at the first parameter: full model and all methods."""
    times = np.linspace(0, case.system.horizon, TIMES)
    for name in ("truth", *case.methods):
        hoam.plotting.line(axis, name, times, seen[stem, parameters(case)[0]][name][1])
    axis.axvline(times[TIMES // 2], color="0.5", linewidth=0.8)
    axis.set(
        xlabel=case.time,
        ylabel=case.observable,
        yscale="log" if case.scale == "logarithmic" else "linear",
        ylim=limits,
    )


def observables(cases, data):
    """Return the observables alone, which is what fits on a slide."""
    rows = -(-len(cases) // 3)
    figure, axes = plt.subplots(rows, -(-len(cases) // rows), figsize=(8, 4.5))
    for axis, (stem, case) in zip(axes.flat, cases.items(), strict=True):
        observable(axis, stem, case, data[f"{stem}_window"])
        place = f"{case.title}, {case.parameter} = {parameters(case)[0]:g}"
        axis.annotate(place, (0.5, 1.02), xycoords="axes fraction", ha="center", fontsize=9)
    figure.legend(*axes.flat[-1].get_legend_handles_labels(), loc="outside upper center", ncols=6)
    plt.close(figure)  # the page shows the other
    return figure


def settings(cases):
    """Return what a figure of some systems was drawn for."""
    samples, true_samples = next(iter(cases.values())).samples
    return {
        stem: f"{case.parameter} = {', '.join(f'{mu:g}' for mu in parameters(case))}"
        for stem, case in cases.items()
    } | {
        "samples": samples,
        "samples of the full model": true_samples,
        "times": TIMES,
        "steps of a rollout": round(1 / STEP),
    }


def still(figure_id, cases):
    """Draw full model, HOAM-G and the observable of each system; record errors; return the data."""
    figure, axes = plt.subplots(len(cases), 3, figsize=(10, 2.9 * len(cases)))
    data = {}
    for row, (stem, case) in zip(axes, cases.items(), strict=True):
        mu, times = parameters(case)[0], np.linspace(0, case.system.horizon, TIMES)
        middle = TIMES // 2
        curves = np.stack([seen[stem, each]["truth"][1] for each in parameters(case)])
        data |= {
            f"{stem}_t": times,
            f"{stem}_limits": np.asarray(case.limits),
            f"{stem}_window": np.asarray(window(case, curves)),
            f"{stem}_words": np.asarray(
                [case.title, case.parameter, *case.labels, case.time, case.observable, case.scale]
            ),
            f"{stem}_parameters": np.asarray(parameters(case)),
        }
        for each in parameters(case):
            shown = seen[stem, each]
            for name, (paths, values) in shown.items():
                kind = METHODS.get(name, name)
                if name != "truth":
                    error = relative_l2_error(values, shown["truth"][1])
                    report.record(figure_id, **{f"{stem}_{kind}_{named(each)}": error})
                if name != "floor":
                    data[f"{stem}_{kind}_{named(each)}_states"] = quantise(paths, case.limits)
                    data[f"{stem}_{kind}_{named(each)}_observable"] = values
        for axis, name in zip(row, ("truth", "HOAM-G"), strict=False):
            points = seen[stem, mu][name][0][middle]
            axis.plot(*points.T, ".", color=hoam.plotting.COLOURS[name], markersize=2.5)
            axis.set(
                xlim=case.limits[0],
                ylim=case.limits[1],
                xlabel=case.labels[0],
                ylabel=case.labels[1],
            )
            label = "full model" if name == "truth" else name
            axis.annotate(
                f"{label}, {case.parameter} = {mu:g}, t = {times[middle]:g}",
                (0.5, 1.02),
                xycoords="axes fraction",
                ha="center",
                fontsize=9,
            )
        observable(row[2], stem, case, data[f"{stem}_window"])
    samples, _ = next(iter(cases.values())).samples
    report.record(figure_id, shown=SHOWN, samples=samples, rounding=0.5 / (LEVELS - 1))
    handles, labels = axes[-1, 2].get_legend_handles_labels()  # all methods
    figure.legend(handles, labels, loc="outside upper center", ncols=6)
    return figure, data


# %% [markdown]
# (sec-play-stills)=
# ## The same, at rest
#
# ```{index} animations, still figures
# ```
#
# {numref}`fig-play-plasmas` and {numref}`fig-play-stochastic` hold the middle of each horizon still. Their data are those of the
# animation, and their records list the error of each model and each floor.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-play-plasmas", "caption": "Three plasmas at the smaller of their two held-out parameters (rows: two-stream instability, bump on tail, strong Landau damping). Left: full model in the middle of the horizon, 500 samples; middle: HOAM-G; right: electric energy over time, full model and five methods, first seeds (grey line: the time of the panels)."}, "image": {"alt": "Three rows of three panels. Top: dots around two empty vortices, alike in black and blue; energies rise together over two decades and level off, those of HOAM and AM somewhat higher. Middle: a broad band of dots with few dots above it, alike; energies rise unevenly and apart from one another. Bottom: two crossing arms of dots; energies fall in three arches, and part after the second."}}
figure, data = still("fig-play-plasmas", PLASMAS)
report.figure(
    "fig-play-plasmas",
    figure,
    data=data,
    parameters=settings(PLASMAS),
    slide=observables(PLASMAS, data),
)
plt.show()

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-play-stochastic", "caption": "Four stochastic systems at the smallest of the parameters offered (rows: oscillator, bistable particle, nine modes of convection, one hundred particles in a trap). Left: full model in the middle of the horizon, 500 samples; middle: HOAM-G; right: standard deviation of one coordinate over time, full model and all methods of the page, first seeds (grey line: the time of the panels). Curves that leave a panel have diverged, or are far off."}, "image": {"alt": "Four rows of three panels. First: a small spot of dots in both; deviations fall and rise a little, that of AM stays level. Second: a curved cloud of dots, alike; deviations swing, rise and settle together, but that of AM leaves the panel. Third: two level streaks of dots, thin in black and wider in blue; deviations rise to a peak and settle together, AM a little above. Fourth: a round spot, wider in blue; the black deviation stays low, those of the rollouts lie above it, and that of CFM leaves the panel at once."}}
figure, data = still("fig-play-stochastic", OTHERS)
report.figure(
    "fig-play-stochastic",
    figure,
    data=data,
    parameters=settings(OTHERS),
    slide=observables(OTHERS, data),
)
plt.show()

# %% [markdown]
# ## What to look for
#
# ```{index} observable
# ```
#
# - **Two streams, $\mu = 1.25$, HOAM-G.** The vortices roll up as they should; after saturation the energy stays too high
#   (error {num}`fig-play-plasmas.two_stream_hoam_g_1_25:.2f`, floor {num}`fig-play-plasmas.two_stream_floor_1_25:.2f`). See {ref}`chap-two-stream`.
# - **Bistable particle, AM.** Watch dots leave the panel: random times lose samples. The error is
#   {num}`fig-play-stochastic.bistable_am_0_2:.1f`, where HOAM-G has {num}`fig-play-stochastic.bistable_hoam_g_0_2:.2f`. See {ref}`chap-bistable`.
# - **Oscillator, $\omega = 14$.** HOAM-G keeps the rhythm of the deviation (error {num}`fig-play-stochastic.oscillator_hoam_g_14:.2f`); with the
#   Simpson rule the same seed goes astray ({num}`fig-play-stochastic.oscillator_hoam_s_14:.2f`), and so does AM
#   ({num}`fig-play-stochastic.oscillator_am_14:.2f`). See {ref}`chap-oscillator`.
# - **Trap.** All rollouts are too wide (HOAM-G: {num}`fig-play-stochastic.trap_100d_hoam_g_0_6:.2f`), flow matching much more so
#   ({num}`fig-play-stochastic.trap_100d_cfm_0_6:.2f`). See {ref}`chap-trap-100d`.
#
# ## Change this and see
#
# - `SAMPLER = FlowSampler(steps=8, order=2)`: without the quiet start, what becomes of the energies of CFM?
# - `MARKERS = 2**13`: by how much does the floor of bump-on-tail fall?
# - `STEP = 1 / 30`: which of the rollouts notice?
#
# ## Exercises
#
# ```{exercise} Reading a floor
# :label: ex-play-floor
#
# A model has an error of 0.05 and the floor is 0.05 too. Can its error be that of the population it stands for? What would have to be
# computed to know more?
# *Hint: the floor contains the sampling noise of two runs.*
# ```
#
# ```{solution} ex-play-floor
# :class: dropdown
#
# The number cannot tell: a perfect model, with as many samples, scores as much. With more samples of truth and model both errors fall, and
# what remains of the model's is its own. That is why the chapters take up to 131 072 markers, where this page takes few.
# ```
#
# ```{exercise} Who is who
# :label: ex-play-paths
#
# Choose the oscillator at $\omega = 2$ and follow the uppermost dot of either panel with the arrow keys. Why may the two dots part, though the populations
# agree? Which panels of flow matching could be followed in this way?
# *Hint: a gradient field has one velocity in each place.*
# ```
#
# ```{solution} ex-play-paths
# :class: dropdown
#
# The truth has a hidden velocity, so that paths cross; a gradient flow moves all particles of one place alike, and they keep their
# order about the mean. Only densities are to be compared. In flow matching a dot is a new sample at each time: there is no path at all.
# ```
#
# ```{exercise} One byte
# :label: ex-play-byte
#
# The panel of the two-stream instability is 50 Debye lengths (of $\mu = 1$) wide. How far is a dot at most from its place, in Debye lengths? How
# many bits would it take to stay below a hundredth of one? Could the page compute the electric energy of a quiet start from the bytes?
# *Hint: 254 steps span the range; round the positions of `TwoStream(loading="quiet").initial` and use `electric_energy`.*
# ```
#
# ```{solution-start} ex-play-byte
# :class: dropdown
# ```
#
# Half a step, $50/508 \approx 0.1$. A hundredth needs $50/0.02 = 2500$ steps, that is 12 bits.

# %%
streams = hoam.systems.TwoStream(loading="quiet")
start = np.asarray(streams.initial(test_key, mu=1.25, n_samples=2**12))
for bits in (8, 12):
    step = streams.length / (2**bits - 2)
    rounded = np.stack([step * np.rint(start[:, 0] / step), start[:, 1]], axis=1)
    wrong = np.abs(rounded - start).max()
    energy = electric_energy(rounded[None], mu=1.25, length=streams.length, cells=streams.cells)
    print(f"{bits:2d} bits: at most {wrong:.4f} off, energy {energy[0]:.0e}")

# %% [markdown]
# The density of a quiet start is even, and its energy next to nothing; one byte leaves an energy that is a tenth of that of the wave at its lowest, about
# $10^{-3}$. What the eye does not see, a Poisson equation does. So the curves of the page are computed before rounding.
#
# ```{solution-end}
# ```
