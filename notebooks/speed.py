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
# (chap-speed)=
# # Speed
#
# A reduced model is worth its training if it answers faster, or answers what could not be asked before. This
# chapter measures the three times that decide: a training step, a rollout of the learned model, and a run of the
# full model. Then it puts them together and says where the full model wins. How many steps a training needs is the
# question of the next chapter, {ref}`chap-training`.
#
# :::{admonition} What you will learn
# :class: tip
# - what a hand-written forward pass saves over nested automatic differentiation;
# - what a rollout costs, and which integrator gives most for its evaluations;
# - how the particle-in-cell method scales, and how hard it is to beat in one dimension;
# - from how many queries, particles or dimensions on a surrogate pays.
# :::
#
# The times of the figures were taken while this page was built, on problems small enough for that, and on a machine that may
# have been busy with other things. Look at ratios. {ref}`sec-speed-full-size` has the same times at full size, from a machine that was not.

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
import json

import jax
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import ticker

jax.config.update("jax_num_cpu_devices", 2)

import hoam
from benchmarks import full_model, full_size, inference, measure, training

hoam.plotting.style()
report = hoam.report.Report("speed", profile=profile)
quick = profile == "quick"
runs = 1 if quick else 7
n_nodes = 4 if quick else 16

# %%
print(measure.machine())

# %% [markdown]
# ## A training step
#
# ```{index} nested automatic differentiation, GFLOP/s
# ```
#
# The loss {eq}`eq-action` needs the gradient of the potential in $x$, its time derivative, and with diffusion its
# Laplacian; training needs the gradient of all that in the parameters. Automatic differentiation, nested, gives it
# in three lines. It also computes a full Hessian for the sake of its trace, and sends every number through memory
# several times. {py:mod}`hoam.calculus` pushes value, slopes and generator of a batch through the layers together, each
# as one contiguous matrix; {py:mod}`hoam.devices` adds up the gradient one time node at a time, so that the activations of
# a node stay in cache, and shares the nodes among devices.
#
# The slow version is the oracle of the tests, where the two agree to rounding in double precision. Here, in single
# precision and at an untrained network, whose loss is a small difference of large terms, they agree to
# {num}`fig-speed-training.value_disagreement:.0e` in the value and {num}`fig-speed-training.gradient_disagreement:.0e`
# in the gradient. On {num}`fig-speed-training.nodes:.0f` nodes with 128 samples each, at $D = 2$, with
# diffusion, the fast step takes {num}`fig-speed-training.fast_milliseconds:.0f` ms and the nested one
# {num}`fig-speed-training.ratio:.1f` times as long.
#
# How much is left? The matrix products alone set a floor. {numref}`fig-speed-training` compares the operations per
# second inside them with what the machine reaches on a large product and nothing else.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-speed-training", "caption": "Left: operations per second in the matrix products of one training step (loss and gradient), by dimension of the state, without the Laplacian, with it, and with its estimate from one random direction. Dashed: the machine's rate for products of large square matrices, measured in the same run. Right: time of a step per sample, with the exact Laplacian by the forward pass, and with one random direction and a reverse pass."}, "image": {"alt": "Left: three bars for each of the dimensions 2, 6, 9 and 100, without Laplacian, with it and with its estimate, below a dashed line for the peak rate of the machine. Right: the time of the exact Laplacian rises with the dimension; that of the estimate is nearly flat."}}
step = training.ratio(runs=runs, n_nodes=n_nodes)
peak = measure.peak(runs=runs)
dimensions = (2, 6) if quick else (2, 6, 9, 100)
cases = {
    (epsilon, probes): [
        training.throughput(
            dimension=d,
            epsilon=epsilon,
            probes=probes,
            n_nodes=2 if d > 9 else n_nodes,
            runs=runs,
        )
        for d in dimensions
    ]
    for epsilon, probes in ((0.0, None), (training.EPSILON, None), (training.EPSILON, 1))
}
rates = {kind: np.asarray([case["gflops"] for case in timed]) for kind, timed in cases.items()}
microseconds = {
    probes: np.asarray([1e6 * c["median"] / c["samples"] for c in cases[training.EPSILON, probes]])
    for probes in (None, 1)
}
report.record(
    "fig-speed-training",
    nodes=n_nodes,
    ratio=step["ratio"],
    fast_milliseconds=1e3 * step["seconds"]["fast"]["median"],
    value_disagreement=step["disagreement"]["value"],
    gradient_disagreement=step["disagreement"]["gradient"],
    peak_gflops=peak,
    share_of_peak=rates[training.EPSILON, None][0] / peak,
    **{
        f"estimate_gain_{d}d": exact / estimated
        for d, exact, estimated in zip(dimensions, microseconds[None], microseconds[1], strict=True)
    },
)

figure, (axis, right) = plt.subplots(1, 2, figsize=(9.2, 3.6))
places = np.arange(len(dimensions))
dark, light = hoam.plotting.shades(2)
bars = {
    "without Laplacian": (light, ""),
    "with Laplacian, exact": (dark, ""),
    "estimated, one direction": ("white", "////"),
}
for place, rate, (name, (colour, hatch)) in zip(
    (-0.26, 0, 0.26), rates.values(), bars.items(), strict=True
):
    axis.bar(places + place, rate, 0.25, color=colour, hatch=hatch, edgecolor=dark, label=name)
axis.axhline(peak, color="0.3", linestyle="--", linewidth=1.2, label="large matrix product")
axis.set(xlabel="dimension D of the state", ylabel="GFLOP/s", xticks=places)
axis.set_xticklabels([str(d) for d in dimensions])
axis.grid(visible=False, axis="x")
axis.set_ylim(0, 1.6 * max(peak, *np.concatenate(list(rates.values()))))
axis.legend(loc="upper right", fontsize=8)
right.loglog(dimensions, microseconds[None], "o-", color=dark, label="exact")
right.loglog(dimensions, microseconds[1], "s--", color=light, label="estimated, one direction")
right.set(xlabel="dimension D of the state", ylabel="μs per sample and step")
right.set_xticks(dimensions, [str(d) for d in dimensions])
right.set_xticks([], minor=True)
right.legend(title="Laplacian", fontsize=9)
report.figure(
    "fig-speed-training",
    figure,
    data={
        "dimension": np.asarray(dimensions),
        **dict(zip(("without", "with", "rate_estimated"), rates.values(), strict=True)),
        "peak": np.full(len(dimensions), peak),
        "exact": microseconds[None],
        "estimated": microseconds[1],
    },
    units={
        **dict.fromkeys(("without", "with", "rate_estimated", "peak"), "GFLOP/s"),
        **dict.fromkeys(("exact", "estimated"), "us"),
    },
    parameters={
        "nodes": n_nodes,
        "samples at a node": cases[0.0, None][0]["samples"] // n_nodes,
        "epsilon": training.EPSILON,
        "runs": runs,
    },
)
plt.show()

# %% [markdown]
# ## A rollout
#
# ```{index} tolerance of a rollout, Bogacki-Shampine method
# ```
#
# {py:meth}`hoam.Model.sample <hoam.model.Model.sample>` takes equal steps of Heun's method, 128 over the trained
# interval, unless it is given a tolerance: then {num}`fig-speed-inference.pilot:.0f` particles, the pilot, choose steps of the
# Bogacki-Shampine method for all ({py:mod}`hoam.adaptive`). Particles do not feel one another, so they are moved in blocks of 256 through all times, small enough to keep the
# activations of all layers in cache, and devices share the blocks. Memory is that of the output times, however many
# steps there are.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-speed-inference", "caption": "Error and time of integrators for the two-stream model at two parameters held out. Error: of the electric energy, relative, in L2 over 128 output times, against a converged rollout of the same particles. Euler and its 1000 steps move all particles at once; all others move blocks of 256 on all devices. The points of a method differ in the number of steps; those of steps by tolerance in the tolerance, 6e-4, 3e-4 and 1e-4. The star is what Model.sample does without a tolerance. Dotted: 1 %."}, "image": {"alt": "Two scatters, one for each parameter, of error against seconds on logarithmic axes. The points of steps by tolerance descend from the largest error at the shortest time; Heun's lie to their right, then that of Runge-Kutta, Euler's furthest right."}}
mus = inference.SYSTEM.test_mus
found = {}
for mu in mus:
    problem = inference.Problem(n_particles=256 if quick else 2048, mu=mu)
    truth = inference.converged(problem, substeps=1 if quick else 4)
    found[mu] = inference.compare(problem, truth, runs=runs)
    euler = found[mu]["Euler, all at once"][0]
    chosen = {"": found[mu]["shipped"][0], "adaptive_": found[mu]["steps by tolerance"][1]}
    numbers = {"euler_error": euler["error"]}
    for name, entry in chosen.items():
        numbers[f"{name}error"] = entry["error"]
        numbers[f"{name}evaluations"] = entry["evaluations"]
        numbers[f"{name}speedup"] = euler["median"] / entry["median"]
    which = f"{mu:.2f}".replace(".", "")
    report.record("fig-speed-inference", **{f"{n}_{which}": v for n, v in numbers.items()})
per_particle = chosen[""]["median"] / len(problem.y0)
report.record(
    "fig-speed-inference",
    microseconds_per_particle=1e6 * per_particle,
    pilot=min(hoam.adaptive.PILOT, len(problem.y0)),
    tolerance=inference.TOLERANCE,
)

ink = {
    "Heun": (dark, "o"),
    "steps by tolerance": (light, "s"),
    "Runge-Kutta 4": (hoam.plotting.COLOURS["truth"], "D"),
    "Euler, all at once": (hoam.plotting.COLOURS["floor"], "x"),
    "shipped": (dark, "*"),
}
figure, axes = plt.subplots(1, 2, figsize=(8.6, 3.8), sharex=True, sharey=True)
for axis, mu in zip(axes, mus, strict=True):
    for name, entries in found[mu].items():
        colour, marker = ink[name]
        entries = sorted(entries, key=lambda entry: entry["median"])
        axis.loglog(
            [entry["median"] for entry in entries],
            [entry["error"] for entry in entries],
            marker=marker,
            markersize=14 if name == "shipped" else 7,
            linestyle="none" if name == "shipped" else "-",
            linewidth=1,
            color=colour,
            label=name,
        )
    axis.axhline(0.01, color="0.3", linestyle=":", linewidth=1)
    axis.set(xlabel=f"seconds for {len(problem.y0)} particles")
    axis.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:g}"))
    axis.xaxis.set_minor_locator(ticker.NullLocator())
    axis.annotate(f"μ = {mu:g}", (0.5, 1.02), xycoords="axes fraction", ha="center")
axes[0].set_ylabel("relative error of the energy")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
columns = [
    (mu, name, entry["evaluations"], entry["median"], entry["error"])
    for mu, of in found.items()
    for name, entries in of.items()
    for entry in entries
]
report.figure(
    "fig-speed-inference",
    figure,
    data={
        "integrator": np.asarray([list(ink).index(name) for _, name, *_ in columns]),
        **{
            key: np.asarray([row[i] for row in columns])
            for key, i in {"mu": 0, "evaluations": 2, "seconds": 3, "error": 4}.items()
        },
    },
    units={"seconds": "s"},
    parameters={"mu": ", ".join(f"{mu:g}" for mu in mus), "integrators": ", ".join(ink)},
)
plt.show()

# %% [markdown]
# The number of evaluations of the network decides. 1000 explicit Euler steps of all particles at once change the energy by
# {num}`fig-speed-inference.euler_error_125:.1e` and {num}`fig-speed-inference.euler_error_185:.1e`, at the two parameters. The
# {num}`fig-speed-inference.evaluations_125:.0f` evaluations of the equal steps change it by
# {num}`fig-speed-inference.error_125:.1e` and {num}`fig-speed-inference.error_185:.1e`, and are
# {num}`fig-speed-inference.speedup_125:.1f` and {num}`fig-speed-inference.speedup_185:.1f` times faster. They cost
# {num}`fig-speed-inference.microseconds_per_particle:.0f` μs for each particle, all output times together.
#
# **How short the steps have to be depends on the parameter.** With a tolerance of {num}`fig-speed-inference.tolerance:.0e` the pilot asks for
# {num}`fig-speed-inference.adaptive_evaluations_125:.0f` and {num}`fig-speed-inference.adaptive_evaluations_185:.0f` evaluations; the
# errors are {num}`fig-speed-inference.adaptive_error_125:.1e` and {num}`fig-speed-inference.adaptive_error_185:.1e`, and the rollouts are
# {num}`fig-speed-inference.adaptive_speedup_125:.1f` and {num}`fig-speed-inference.adaptive_speedup_185:.1f` times faster than
# Euler's. The pilot's own time counts less the more particles there are.
#
# We aimed at a tenth of Euler's time with the energy within one percent: {ref}`sec-speed-full-size` says how near we are with 25 000 particles.
# At the second parameter the steps of the pilot reach that. At the first, where particles are trapped between the waves, they take twice as many evaluations, which is too many;
# equal steps of second and of fourth order take more still ({numref}`fig-speed-inference`).
#
# ## The full model
#
# A particle-in-cell step gathers the field at each particle, moves it, and deposits its charge. Each of these is a
# pass over memory with a handful of operations.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-speed-full-model", "caption": "The particle-in-cell method of the two-stream instability: nanoseconds for one step of one particle, over the number of particles. A flat line is a time linear in the particles."}, "image": {"alt": "Line with logarithmic axes, nanoseconds per particle and step against number of particles, nearly flat."}}
counts = (10**3, 10**4) if quick else (10**3, 10**4, 10**5, 10**6)
updates = 10**5 if quick else 2 * 10**6  # of a particle, in each run
growth = full_model.scaling(counts, updates=updates, runs=runs)
nanoseconds = np.asarray([entry["nanoseconds"]["median"] for entry in growth])
update = nanoseconds[counts.index(10**4)] * 1e-9
report.record(
    "fig-speed-full-model",
    nanoseconds=1e9 * update,
    seconds_of_a_run=update * 25_000 * 4000,
    largest_over_smallest=nanoseconds[-1] / nanoseconds[counts.index(10**4)],
)
figure, axis = plt.subplots(figsize=(5.6, 3.4))
axis.loglog(counts, nanoseconds, "o-", color=hoam.plotting.COLOURS["truth"])
axis.set(
    xlabel="number of particles",
    ylabel="nanoseconds per particle and step",
    ylim=(nanoseconds.min() / 3, nanoseconds.max() * 3),
)
report.figure(
    "fig-speed-full-model",
    figure,
    data={"particles": np.asarray(counts), "nanoseconds": nanoseconds},
    units={"nanoseconds": "ns"},
    parameters={"updates": updates, "runs": runs},
)
plt.show()

# %% [markdown]
# One step of one particle takes {num}`fig-speed-full-model.nanoseconds:.0f` ns. A run of 25 000 particles over 4000 steps
# takes {num}`fig-speed-full-model.seconds_of_a_run:.1f` s at that rate. Between $10^4$ and $10^6$ particles the time per
# particle changes by a factor of {num}`fig-speed-full-model.largest_over_smallest:.2f`.
#
# ## Break-even
#
# ```{index} break-even, query
# ```
#
# Let a query be one population at one new $\mu$, at all output times. The full model with $N$ particles, $K$ steps
# and $c_d$ seconds per particle and step costs $c_d K N$. The surrogate costs $C n$ with $n$ particles, and its training $T$
# is paid once. After $Q$ queries the surrogate has been the cheaper choice if
#
# $$
# Q > Q^\ast = \frac{T}{c_d K N - C n} \qquad\text{and}\qquad c_d K N > C n .
# $$ (eq-break-even)
#
# For the same number of particles, the second condition fails here: $C$ is
# {num}`fig-speed-break-even.surrogate_over_full:.0f` times $c_1 K$ with the $K = 2000$ steps of our full model. **In one space
# dimension the full model beats its surrogate, at any number of queries**, as long as both move equally many particles.
#
# The surrogate can win for a reason that {eq}`eq-break-even` shows: $n$ and $N$ are not the same number. In the full model
# particles make the field, so it needs as many as hold the noise of the field down, even if only a mean is asked
# for. In the surrogate they do not feel one another: $n$ is what the *question* needs. {numref}`fig-speed-break-even` takes
# $n = 1000$. In three dimensions there are eight corners of a cell instead of two, $c_3$ is
# {num}`fig-speed-break-even.three_over_one:.1f` times $c_1$, and a grid needs many more particles to begin with.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-speed-break-even", "caption": "Where the surrogate pays. Left: seconds of one query over the particles of the full model, in one and three space dimensions, beside a rollout of 1000 particles. Right: queries after which training has paid for itself, over the same axis; none to the left of the dotted asymptotes. The rollout's cost is that of the two-stream model for both."}, "image": {"alt": "Left: two rising straight lines on logarithmic axes cross a horizontal line. Right: two curves fall from vertical asymptotes as the number of particles grows."}}
record = json.loads(inference.CHECKPOINT.with_suffix(".json").read_text())["record"]
training_seconds = record["training_seconds"]
landau = hoam.systems.StrongLandau()
n_landau = 1000 if quick else 20_000
states = landau.initial(full_model.KEY, mu=landau.test_mus[0], n_samples=n_landau)
landau_times = np.asarray([0.0, 10 * landau.time_step])
seconds = measure.timing(
    lambda: landau.evolve(full_model.KEY, states, mu=landau.test_mus[0], times=landau_times),
    runs=runs,
).median
costs = {1: update, 3: seconds / (10 * n_landau)}
steps, n = round(inference.SYSTEM.horizon / inference.SYSTEM.time_step), 1000
particles = np.geomspace(1e3, 1e9, 400)
full = {d: cost * steps * particles for d, cost in costs.items()}
surrogate = per_particle * n
queries = {
    d: np.where(t > surrogate, training_seconds / np.maximum(t - surrogate, 1e-12), np.inf)
    for d, t in full.items()
}
report.record(
    "fig-speed-break-even",
    surrogate_over_full=per_particle / (update * steps),
    three_over_one=costs[3] / costs[1],
    training_seconds=training_seconds,
    particles_at_equal_time_1d=surrogate / (costs[1] * steps),
    particles_at_equal_time_3d=surrogate / (costs[3] * steps),
    queries_at_ten_million_1d=training_seconds / (costs[1] * steps * 1e7 - surrogate),
    queries_at_ten_million_3d=training_seconds / (costs[3] * steps * 1e7 - surrogate),
)
figure, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.8), sharex=True)
for d, colour, dashes in ((1, dark, "-"), (3, light, "-.")):
    left.loglog(
        particles, full[d], color=colour, linestyle=dashes, label=f"full model, {d}-D space"
    )
    right.loglog(particles, queries[d], color=colour, linestyle=dashes, label=f"{d}-D space")
    right.axvline(surrogate / (costs[d] * steps), color=colour, linestyle=":", linewidth=1)
left.axhline(
    surrogate,
    color=hoam.plotting.COLOURS["HOAM-G"],
    linestyle="--",
    label="surrogate, 1000 particles",
)
left.set(xlabel="particles N of the full model", ylabel="seconds of one query")
right.axhline(1, color="0.6", linewidth=0.8)
right.set(
    xlabel="particles N of the full model", ylabel="queries to pay the training", ylim=(1e-3, 1e6)
)
left.legend(fontsize=9)
right.legend(fontsize=9)
report.figure(
    "fig-speed-break-even",
    figure,
    data={
        "particles": particles,
        **{f"seconds_{d}d": t for d, t in full.items()},
        **{f"queries_{d}d": q for d, q in queries.items()},
    },
    units={"seconds_1d": "s", "seconds_3d": "s"},
    parameters={"surrogate_particles": n, "steps": steps},
)
plt.show()

# %% [markdown]
# Training took {num}`fig-speed-break-even.training_seconds:.0f` s. A query of 1000 particles takes as long as a full run of
# {num}`fig-speed-break-even.particles_at_equal_time_1d:.0f` particles in one dimension, and of
# {num}`fig-speed-break-even.particles_at_equal_time_3d:.0f` in three. Against a full model of ten million
# particles the training is paid after {num}`fig-speed-break-even.queries_at_ten_million_1d:.2f` queries in one dimension and
# {num}`fig-speed-break-even.queries_at_ten_million_3d:.2f` in three: less than one query means that the training is cheaper
# than a single run. The runs that make the training samples come on top; here there are eight of
# them, and a practitioner often has them already.
#
# (sec-speed-full-size)=
# ## At full size
#
# ```{index} single: run time; at full size
# ```
#
# `python -m benchmarks --record` takes these times on the problems that we set ourselves goals for. They are medians of seven runs (fastest to slowest), of training steps and
# rollouts on two devices and of the full model on one, on machines that did nothing else, and are stored (`benchmarks/records/full_size.json`); the list below names the processors.

# %% tags=["hide-input"]
measured = full_size.numbers()
report.record("fig-speed-full-size", **measured)
for name, machine in full_size.machines().items():
    print(f"{name:20s}", ", ".join(f"{what} {value}" for what, value in machine.items()))
print(f"one large matrix product: {measured['peak_gflops']:.0f} GFLOP/s")
print("dimension, Laplacian                ms a step   GFLOP/s")
for name, cost in full_size.throughput().items():
    print(f"{name:35s} {1e3 * cost['median']:9.1f} {cost['gflops']:9.0f}")

# %% [markdown]
# | | goal | measured |
# | --- | --- | --- |
# | training step, 64 nodes with 128 samples, $D = 2$, with diffusion: times faster than by nested differentiation | 12 | {num}`fig-speed-full-size.step_ratio:.1f` ({num}`fig-speed-full-size.step_milliseconds:.0f` ms, {num}`fig-speed-full-size.step_milliseconds_low:.0f` to {num}`fig-speed-full-size.step_milliseconds_high:.0f`) |
# | relative difference of their gradients | $10^{-5}$ | {num}`fig-speed-full-size.step_gradient:.0e` |
# | rollout, 25 000 particles, 128 output times, μ = 1.25, steps by tolerance: times faster than 1000 Euler steps | 10 | {num}`fig-speed-full-size.tolerance_ratio_125:.1f` ({num}`fig-speed-full-size.tolerance_seconds_125:.1f` s, {num}`fig-speed-full-size.tolerance_seconds_low_125:.1f` to {num}`fig-speed-full-size.tolerance_seconds_high_125:.1f`) |
# | change of its energy | 1 % | {num}`fig-speed-full-size.tolerance_error_125:.2%` |
# | the same, μ = 1.85 | 10; 1 % | {num}`fig-speed-full-size.tolerance_ratio_185:.1f`; {num}`fig-speed-full-size.tolerance_error_185:.2%` |
# | particle-in-cell, 25 000 particles, 4000 steps | 1 s | {num}`fig-speed-full-size.run_seconds:.2f` s ({num}`fig-speed-full-size.run_seconds_low:.2f` to {num}`fig-speed-full-size.run_seconds_high:.2f`) |
# | the same with $10^7$ particles: time of a particle and step over that with $10^4$; memory | 1; bounded | {num}`fig-speed-full-size.most_over_least:.1f`; {num}`fig-speed-full-size.most_gigabytes:.1f` GB |
# | `import hoam` beyond that of JAX; with what training and sampling need, flax and optax | 0.7 s | {num}`fig-speed-full-size.import_seconds:.2f` s ({num}`fig-speed-full-size.import_seconds_low:.2f` to {num}`fig-speed-full-size.import_seconds_high:.2f`); {num}`fig-speed-full-size.use_seconds:.2f` s ({num}`fig-speed-full-size.use_seconds_low:.2f` to {num}`fig-speed-full-size.use_seconds_high:.2f`) |
# | each of the {num}`fig-speed-full-size.notebooks:.0f` notebooks of this book by itself, nothing compiled before | 180 s | {num}`fig-speed-full-size.notebook_seconds_median:.0f` s (median), {num}`fig-speed-full-size.notebook_seconds:.0f` s (longest) |
# | growth of the memory in $10^5$ steps of training | none | {num}`fig-speed-full-size.memory_bytes_per_step:.0f` bytes a step |
#
# Counted are the operations of matrix products that a method needs; with one random direction these are fewer in more than two dimensions, so an estimate may be faster at a lower rate. The bytes that a training step leaves behind are its loss, a number of the
# record. That a rollout needs the same memory for any number of steps is a matter of its program: the number of steps is an argument of it, and one program is compiled for all.
#
# At $\mu = 1.25$ the rollout misses its goal, narrowly: 1000 evaluations of Euler's method stand against {num}`fig-speed-full-size.tolerance_evaluations_125:.0f`, which are also cheaper, in blocks that stay in cache. At $\mu = 1.85$
# {num}`fig-speed-full-size.tolerance_evaluations_185:.0f` are enough. Equal steps of Heun's method are {num}`fig-speed-full-size.equal_ratio_125:.1f` and {num}`fig-speed-full-size.equal_ratio_185:.1f` times faster than
# Euler's, with errors of {num}`fig-speed-full-size.equal_error_125:.2%` and {num}`fig-speed-full-size.equal_error_185:.2%`.
#
# ## The paper's scale
#
# The paper trains with 256 times and 256 samples each, for 100 000 steps at most. The operations of a step are known
# (`benchmarks/training.py` counts them), and so is the rate that this machine reaches. For five seeds that gives the
# hours below. The runs are independent of one another: `profiles/slurm` gives each model of the training matrix a
# job of its own, and a cluster with as many nodes as seeds needs a fifth of the time.
#
# ```console
# $ pip install snakemake-executor-plugin-slurm
# $ snakemake --profile profiles/slurm retrain
# ```

# %%
for dimension, rate in zip(dimensions, rates[training.EPSILON, None], strict=True):
    operations = training.floating_point_operations(dimension=dimension, samples=256 * 256)
    hours = 5 * 100_000 * operations / (rate * 1e9) / 3600
    print(
        f"D = {dimension:3d}: {operations / 1e9:6.0f} GFLOP a step, {hours:8.0f} hours for 5 seeds"
    )
    report.record("fig-speed-plan", **{f"hours_{dimension}d": hours})

# %% [markdown]
# At $D = 2$ these are {num}`fig-speed-plan.hours_2d:.0f` hours on this machine. The models of this book are trained with an
# eighth of the samples a step and 4000 steps, and their variance is taken out by other means ({ref}`chap-two-stream`).
#
# ## What to remember
#
# - Derivatives of a perceptron are worth writing by hand once, if nested differentiation stays as their test.
# - Report the full model's time beside the surrogate's. In one dimension the full model wins.
# - A surrogate pays when the question needs far fewer particles than the field does.

# %% [markdown]
# ## Change this and see
#
# - `n_nodes = 64` in profile `book`: does the time of a step grow in proportion to its nodes?
# - `JAX_NUM_CPU_DEVICES=2` in the environment of the run: which of the panels profit from a second device?
# - `n_landau = 100`: is the time of a step per particle in three dimensions the same as with 20 000 of them?
#
# ## Exercises
#
# ````{exercise} The price of a query
# :label: ex-speed-equal-particles
#
# The surrogate evaluates a network with $p$ weights in its matrix products $e$ times per particle, forward and backward.
# The full model takes $K$ steps of about 30 operations in each dimension. For which $K$ do both need the same
# number of operations, with $p = 2\cdot10^4$ and $e = 200$? Why does the measured ratio differ?
#
# *Hint.* A product with a vector takes two operations per weight, and the backward pass as many again.
# ````
#
# ````{solution} ex-speed-equal-particles
# :class: dropdown
#
# $4pe = 1.6\cdot10^7$ operations against $30K$: $K \approx 5\cdot10^5$ steps, far more than the 2000 that are taken. The
# measured ratio is smaller, since matrix products run near the machine's peak and a step of the full model is bound by
# memory and by its scattered additions.
# ````
#
# ````{exercise} Steps of what order?
# :label: ex-speed-order
#
# Roll out the rotation $\dot x = (-x_2, x_1)$ from $(1, 0)$ to $t = 1$ with the steps of order 1 and 2 that the package has, in 4, 8 and 16 substeps. Read the
# orders off the errors. An error of $10^{-3}$ is wanted: which order takes fewer evaluations of the field?
#
# *Hint.* `hoam.sample.rollout` takes `substeps` and `order`; a step of order 2 evaluates the field twice.
# ````
#
# ````{solution-start} ex-speed-order
# :class: dropdown
# ````

# %%
from hoam.sample import rollout

end = np.asarray([np.cos(1.0), np.sin(1.0)])
for order in (1, 2):
    errors = []
    for substeps in (4, 8, 16):
        path = rollout(
            jax.random.key(0),
            lambda t, x: x[:, ::-1] * np.asarray([-1.0, 1.0]),
            x0=jax.numpy.asarray([[1.0, 0.0]]),
            times=jax.numpy.asarray([0.0, 1.0]),
            substeps=substeps,
            epsilon=0.0,
            order=order,
        )
        errors.append(float(np.abs(path[-1, 0] - end).max()))
    print(f"order {order}:", ", ".join(f"{error:.1e}" for error in errors))

# %% [markdown]
# The errors fall by about two and by about four when the substeps double. At order 1 an error of $10^{-3}$ takes hundreds of evaluations, at order 2 about
# two dozen. That is what {numref}`fig-speed-inference` shows for the learned field.
#
# ````{solution-end}
# ````
#
# ````{exercise} The best number of particles
# :label: ex-speed-noise
#
# A mean is asked for with a standard error of a hundredth of the population's deviation. How many particles does the surrogate need, and how many would it
# need for a tenth of that error? Put both into {eq}`eq-break-even`: what happens to the number of queries after which it pays, if the full model
# keeps its $N$?
#
# *Hint.* The standard error falls with the root of $n$, and $n$ enters the denominator only.
# ````
#
# ````{solution} ex-speed-noise
# :class: dropdown
#
# $n = 10^4$, and $10^6$. As long as $C n \ll c_d K N$ the queries hardly change, $Q^\ast \approx T/(c_d K N)$. At $n = c_d K N/C$ they diverge, and beyond it
# the surrogate never pays: a question that needs as many particles as the full model is best put to the full model.
# ````
