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
# (chap-populations)=
# # Populations and trajectories
#
# A model of a particle system can be asked two kinds of questions. *Where will this particle be?* is a
# question about a trajectory. *How many particles will be here?* is a question about the population. The
# reduced models of this book answer the second kind only. That is a restriction, and it is also the whole
# idea: many different motions carry the same population, and one of them is much simpler than the others.
#
# :::{admonition} What you will learn
# :class: tip
# - that a population does not determine its trajectories, shown on an example with closed forms;
# - which motion costs the least kinetic energy, and how much the true one costs on top;
# - why a model of the motion gives all times in one {term}`rollout`, where a sampler of each density starts anew;
# - what is lost: everything that links two times of one particle.
# :::
#
# ## A population that passes through a focus
#
# ```{index} population, trajectory, focus of a population
# ```
#
# The example is the harmonic oscillator in the plane, with a little noise on the velocity,
#
# $$
# \begin{aligned}
# \mathrm{d}q &= v\,\mathrm{d}t, \qquad \mathrm{d}v = -\omega^2 q\,\mathrm{d}t + \sigma\,\mathrm{d}W, \\
# (q, v)(0) &\sim N\bigl((-1,-1,0,0),\, 10^{-2} I\bigr).
# \end{aligned}
# $$ (eq-focus)
#
# Only the position $q$ is observed. Its law is Gaussian at all times, $\rho_t = N(m(t), \mathrm{sd}(t)^2 I)$,
# and {py:mod}`hoam.systems.oscillator` holds both functions in closed form. After a quarter of a period every
# particle has run through the centre of its orbit, and the population is squeezed to a spot of size
# $0.1/\omega$. Then it opens again, upside down.

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
from functools import partial

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image, display
from matplotlib.animation import FuncAnimation
from scipy.stats import norm, spearmanr

import hoam
from hoam.sample import rollout

jax.config.update("jax_enable_x64", True)
hoam.plotting.style()
report = hoam.report.Report("populations", profile=profile)
n_samples = 500 if profile == "quick" else 10_000

TRUTH, FLOW, NOISY = (
    hoam.plotting.COLOURS["truth"],
    hoam.plotting.COLOURS["HOAM-G"],
    hoam.plotting.COLOURS["HOAM-S"],
)
system = hoam.systems.Oscillator()
omega, epsilon = 6.0, 0.05
times = np.linspace(0, 1, 241)
mean, deviation = (np.asarray(f(times, omega)) for f in (system.mean, system.deviation))


def rate(t):
    """Return sd'(t)."""
    return jax.jvp(lambda u: system.deviation(u, omega), (t,), (jnp.ones_like(t),))[1]


# %% [markdown]
# (sec-three-motions)=
# ## Three motions, one population
#
# ```{index} gradient flow, crossing paths, correlation in time
# ```
#
# We compare three motions of 10 000 particles.
#
# 1. **The truth**: {eq}`eq-focus`, each particle with its own hidden velocity.
# 2. **A gradient flow**: every particle moves with $\dot x = \nabla s(x, t)$, where
#    ```{math}
#    :label: eq-exact-potential
#    s(x, t) = m'\cdot(x - m) + \frac12 \frac{\mathrm{sd}'}{\mathrm{sd}}\, |x - m|^2 .
#    ```
#    There is no velocity to remember: two particles in the same place move alike. The equation is linear and
#    its solution is $x(t) = m(t) + \frac{\mathrm{sd}(t)}{\mathrm{sd}(0)}\,(x(0) - m(0))$. It visibly turns
#    $\rho_0$ into $\rho_t$.
# 3. **A gradient flow with diffusion**, $\mathrm{d}X = \nabla s_\epsilon\,\mathrm{d}t + \epsilon\,\mathrm{d}W$,
#    whose potential has $\mathrm{sd}'/\mathrm{sd} - \epsilon^2/(2\,\mathrm{sd}^2)$ in place of
#    $\mathrm{sd}'/\mathrm{sd}$, so that the drift takes back what the noise spreads.
#
# {numref}`fig-populations-paths` shows the first coordinate relative to its mean. The true paths cross at
# each focus. Those of the gradient flow bounce: they can never cross, because the velocity is a function of
# place and time. The clouds agree at every time.

# %%
key_truth, key_floor, key_noise = jax.random.split(jax.random.key(1), 3)
truth = np.asarray(system.simulate(key_truth, mu=omega, times=times, n_samples=n_samples))
other = np.asarray(system.simulate(key_floor, mu=omega, times=times, n_samples=n_samples))


def field(potential_epsilon):
    """Return the exact gradient field, as the rollout of the package takes it."""
    slope = jax.grad(lambda x, t: system.potential(x, t, omega, epsilon=potential_epsilon))
    return lambda t, x: jax.vmap(slope, (0, None))(x, t)


def roll(x0, output, *, epsilon, substeps):
    """Integrate the gradient flow through all output times."""
    run = jax.jit(
        lambda x: rollout(
            key_noise,
            field(epsilon),
            x0=x,
            times=jnp.asarray(output),
            substeps=substeps,
            epsilon=epsilon,
        )
    )
    return np.asarray(run(jnp.asarray(x0)))


flow = roll(truth[0], times, epsilon=0.0, substeps=2)
noisy = roll(truth[0], times, epsilon=epsilon, substeps=4)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-populations-paths", "caption": "Three motions of the same population (oscillator, ω = 6; first coordinate, relative to its mean). Top: 24 of 10 000 particles, coloured by where they start, over the band mean ± 2 standard deviations (grey). The true particles cross at each focus and arrive in reversed order; the gradient flow keeps their order; with diffusion the paths are rough. Bottom: histograms of all particles at t = 0.35 and t = 0.5 with the exact density (black line): the three populations are the same."}, "image": {"alt": "Three panels of paths in a band that narrows twice to a focus. In the first the coloured paths cross at each focus, in the second they bounce off without crossing, in the third they are jagged. Below each panel two bell-shaped histograms that agree with the same black curves."}}
figure, axes = plt.subplots(2, 3, figsize=(10.5, 5.6), sharey="row", height_ratios=(1.5, 1))
chosen = np.argsort(truth[0, :200, 0])[:: 200 // 24][:24]
shades = plt.get_cmap("viridis")(np.linspace(0, 0.95, chosen.size))
shown = (0.35, 0.5)
grid = np.linspace(-0.32, 0.32, 241)
motions = {"truth": truth, "gradient flow": flow, "gradient flow with diffusion": noisy}
for axis, below, (name, paths) in zip(*axes, motions.items(), strict=True):
    axis.fill_between(times, -2 * deviation, 2 * deviation, color="0.88", linewidth=0)
    for i, shade in zip(chosen, shades, strict=True):
        axis.plot(times, paths[:, i, 0] - mean[:, 0], color=shade, linewidth=0.8)
    axis.annotate(name, (0.5, 1.02), xycoords="axes fraction", ha="center")
    axis.set_xlabel("time t")
    for t, colour in zip(shown, hoam.plotting.shades(2), strict=True):
        j = np.abs(times - t).argmin()
        below.hist(
            paths[j, :, 0] - mean[j, 0],
            bins=grid[::6],
            density=True,
            color=colour,
            alpha=0.5,
            label=f"t = {t}",
        )
        below.plot(grid, norm.pdf(grid, scale=deviation[j]), color=TRUTH, linewidth=1.1)
    below.set_xlabel("position q₁ − m₁(t)")
axes[0, 0].set_ylabel("position q₁ − m₁(t)")
axes[1, 0].set_ylabel("probability density")
axes[1, 0].legend(fontsize=9, loc="upper left", handlelength=1)
report.figure(
    "fig-populations-paths",
    figure,
    data={
        "t": times,
        "mean": mean,
        "deviation": deviation,
        **{name.replace(" ", "_"): paths[:, chosen] for name, paths in motions.items()},
    },
    parameters={"omega": omega, "epsilon": epsilon, "particles": n_samples},
)
plt.show()

# %% [markdown]
# How equal are they? We compare mean and covariance of each cloud with the exact ones through the {term}`Wasserstein <Wasserstein distance>`
# distance between Gaussians, at each of the output times, and take the largest. Finite samples have a
# {term}`floor`: an independent population from the true system has the distance
# {num}`fig-populations-paths.distance_floor:.4f`. The gradient flow has
# {num}`fig-populations-paths.distance_flow:.4f`, with diffusion
# {num}`fig-populations-paths.distance_noisy:.4f`. As populations, the three cannot be told apart.
#
# As trajectories they can. The rank correlation between a particle's place at the start and half a period
# later is {num}`fig-populations-paths.memory_truth:.2f` for the truth, which turns the cloud upside down,
# {num}`fig-populations-paths.memory_flow:.2f` for the gradient flow, which keeps every particle in its
# order, and {num}`fig-populations-paths.memory_noisy:.2f` with diffusion, which forgets. **No statistic that links two
# times of one particle may be read off a gradient flow.** Any statistic of one time may.

# %%
half = np.abs(times - np.pi / omega).argmin()


def distance(paths):
    """Return the largest distance of sample moments to the exact law over all times."""
    return max(
        hoam.metrics.gaussian_wasserstein(*hoam.metrics.moments(x), m, sd**2 * np.eye(2))
        for x, m, sd in zip(paths[::4], mean[::4], deviation[::4], strict=True)
    )


def memory(paths):
    """Return the rank correlation of the first coordinate between start and half a period later."""
    return spearmanr(paths[0, :, 0], paths[half, :, 0]).statistic


report.record(
    "fig-populations-paths",
    distance_floor=distance(other),
    distance_flow=distance(flow),
    distance_noisy=distance(noisy),
    memory_truth=memory(truth),
    memory_flow=memory(flow),
    memory_noisy=memory(noisy),
)

# %% [markdown]
# {numref}`fig-populations-motion` shows two of the motions in the plane.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-populations-motion", "caption": "The same population carried by two motions (oscillator, ω = 6, frame that moves with the mean; particles coloured by where they start; the circle holds 86 % of the exact law). Left: true dynamics, which turns the cloud upside down through each focus. Right: gradient flow, which squeezes and opens it without mixing."}, "image": {"alt": "Animation with two panels of coloured points inside a circle that shrinks to a small spot and opens again twice. On the left the colours have changed sides after each focus, on the right every colour comes back to its own side."}}
frames = times[:: 40 if profile == "quick" else 5]
some = slice(0, 140)
colour = truth[0, some, 0] - mean[0, 0]
figure, axes = plt.subplots(1, 2, figsize=(6.6, 3.5), sharex=True, sharey=True, dpi=72)
angle = np.linspace(0, 2 * np.pi, 100)
clouds, rings = [], []
for axis, name in zip(axes, ("truth", "gradient flow"), strict=True):
    clouds.append(
        axis.scatter(
            [0] * colour.size, [0] * colour.size, c=colour, s=10, cmap="viridis", linewidths=0
        )
    )
    rings += axis.plot([], [], color=TRUTH, linewidth=1)
    axis.set(
        xlim=(-0.34, 0.34),
        ylim=(-0.34, 0.34),
        aspect="equal",
        xlabel="position q₁ − m₁(t)",
        xticks=[-0.3, 0, 0.3],
        yticks=[-0.3, 0, 0.3],
    )
    axis.annotate(name, (0.5, 1.02), xycoords="axes fraction", ha="center")
axes[0].set_ylabel("position q₂ − m₂(t)")
clock = axes[1].annotate("", (0.97, 0.03), xycoords="axes fraction", ha="right", va="bottom")


def show(t):
    """Put particles and circle where they are at time t."""
    j = np.abs(times - t).argmin()
    for cloud, ring, paths in zip(clouds, rings, (truth, flow), strict=True):
        cloud.set_offsets(paths[j, some] - mean[j])
        ring.set_data(2 * deviation[j] * np.cos(angle), 2 * deviation[j] * np.sin(angle))
    clock.set_text(f"t = {t:.2f}")


show(0.4)
report.figure(
    "fig-populations-motion",
    figure,
    data={"t": times, "truth": truth[:, some], "gradient_flow": flow[:, some]},
    parameters={"omega": omega},
)
movement = FuncAnimation(figure, show, frames=frames)
film = report.animation("fig-populations-motion", movement, frames_per_second=10)
report.record("fig-populations-motion", megabytes=film.stat().st_size / 1e6)
plt.close(figure)
display(Image(filename=str(film)))

# %% [markdown]
# (sec-kinetic-energy)=
# ## The price of a motion
#
# ```{index} kinetic energy of a population
# ```
# ```{index} rotation that is not seen
# ```
#
# If so many motions carry one population, which one should a model learn? The cheapest. Call
# $\frac12\mathbb{E}|\dot x|^2$ the *kinetic energy* of a motion at a time. For the oscillator it splits into
# three parts that can be read off separately:
#
# $$
# \underbrace{\tfrac12\,\mathbb{E}|v|^2}_{\text{truth}}
# = \underbrace{\tfrac12 |m'|^2 + (\mathrm{sd}')^2}_{\text{gradient flow}}
# + \underbrace{\tfrac12\,\mathbb{E}\bigl|v - \mathbb{E}[v \mid q]\bigr|^2}_{\text{several velocities in one place}} .
# $$ (eq-energy-split)
#
# The last term is what the hidden velocities cost. At a focus it is everything: the cloud has its smallest
# size, $\mathrm{sd}' = 0$, and all the energy of the spread sits in particles that cross.
#
# There is a second way to waste energy. Let $R$ be the rotation by a right angle. The field
#
# $$
# u_c(x, t) = \nabla s(x, t) + c\,R\,(x - m(t))
# $$ (eq-rotating)
#
# stirs the cloud while it moves. The cloud is round, so nobody sees it: the added part transports nothing,
# and costs $c^2\,\mathrm{sd}^2$. A gradient field is the one that does neither, and the next chapter proves
# that this holds in general ({prf:ref}`thm-minimal`). {numref}`fig-populations-energy` compares the three.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-populations-energy", "caption": "Kinetic energy of three motions that carry the same population (oscillator, ω = 6), without the part |m'|²/2 of the moving mean that they share. Truth: particles with their own velocities (line: closed form; dots: finite differences of 10 000 simulated paths). Rotating: the field of the gradient flow plus a rotation about the mean with rate ω/2. The gradient flow is below both at all times, and at rest at each focus (dotted lines)."}, "image": {"alt": "Kinetic energy against time. The true motion's energy rises from 0.01 to 0.36 at each focus with dots on the curve; the gradient flow's energy has two peaks beside each focus and falls to zero at the focus; the rotating field lies above the gradient flow by a small positive amount except near the foci."}}
sine, cosine = np.sin(omega * times), np.cos(omega * times)
velocity_variance = system.spread**2 * ((omega * sine) ** 2 + cosine**2) + system.sigma**2 * (
    times / 2 + sine * cosine / (2 * omega)
)
slope = np.asarray(jax.vmap(rate)(jnp.asarray(times)))
moving = (omega * sine) ** 2  # |m'|²/2, as |m_0|² = 2
energies = {
    "truth": velocity_variance,
    "gradient flow": slope**2,
    "rotating": slope**2 + (omega / 2) ** 2 * deviation**2,
}
step = times[1] - times[0]
increments = np.diff(truth - mean[:, None], axis=0) / step
simulated = 0.5 * np.mean(np.sum(increments**2, axis=2), axis=1)
middle = (times[1:] + times[:-1]) / 2

figure, axis = plt.subplots(figsize=(7.2, 3.8))
axis.plot(times, energies["truth"], color=TRUTH, label="truth")
axis.plot(middle[4::8], simulated[4::8], ".", color=TRUTH, markersize=5)
axis.plot(
    times,
    energies["rotating"],
    color=hoam.plotting.shades(2)[1],
    linestyle="-.",
    label="gradient flow and rotation",
)
axis.plot(times, energies["gradient flow"], color=FLOW, linestyle="--", label="gradient flow")
for k in range(2):
    axis.axvline((np.pi / 2 + k * np.pi) / omega, color="0.5", linewidth=0.8, linestyle=":")
axis.set(xlabel="time t", ylabel="kinetic energy of the spread", ylim=(0, None))
figure.legend(loc="outside upper center", ncols=3)
report.figure(
    "fig-populations-energy",
    figure,
    data={
        "t": times,
        **{k.replace(" ", "_"): v for k, v in energies.items()},
        "mean_motion": moving,
    },
    parameters={"omega": omega, "rotation_rate": omega / 2},
)
plt.show()

# %% [markdown]
# Over the whole interval the gradient flow spends {num}`fig-populations-energy.spread_flow:.4f` on the spread,
# the rotating field {num}`fig-populations-energy.spread_rotating:.4f`, the truth
# {num}`fig-populations-energy.spread_truth:.4f`. At no time is the gradient flow above either of the two: the
# largest excess is {num}`fig-populations-energy.largest_excess:.1e`. (Most of the energy is in the moving
# mean, {num}`fig-populations-energy.mean_motion:.2f`, which no motion can avoid.)
#
# The number that training will see is the same one with its sign changed. We evaluate the action-matching
# loss {eq}`eq-action` for the exact potential {eq}`eq-exact-potential`, with 600 Gauss-Legendre nodes and
# its expectation in closed form. Loss over minus the kinetic energy of the gradient flow:
# {num}`fig-populations-energy.loss_over_minus_energy:.9f`. **The minimum of the loss is minus the kinetic energy
# of the population**, and a training curve can be judged against it wherever that energy is known.

# %%
rule = hoam.quadrature.gauss_legendre(600)
ends = jnp.asarray([0.0, 1.0])
boundary = np.asarray(system.deviation(ends, omega) * jax.vmap(rate)(ends))
q = np.asarray(jax.jit(jax.vmap(system.integrand, (0, None)))(rule.nodes, omega))
loss = rule.integrate(q) + boundary[0] - boundary[1]
mean_energy = rule.integrate((omega * np.sin(omega * rule.nodes)) ** 2)
flow_energy = rule.integrate(np.asarray(jax.vmap(rate)(jnp.asarray(rule.nodes))) ** 2)
truth_energy = np.trapezoid(energies["truth"], times)
report.record(
    "fig-populations-energy",
    spread_flow=flow_energy,
    spread_rotating=np.trapezoid(energies["rotating"], times),
    spread_truth=truth_energy,
    mean_motion=mean_energy,
    largest_excess=max(
        (energies["gradient flow"] - energies[k]).max() for k in ("truth", "rotating")
    ),
    simulated_over_closed_form=np.mean(simulated) / np.mean(energies["truth"]),
    loss_over_minus_energy=-loss / (mean_energy + flow_energy),
)

# %% [markdown]
# (sec-one-rollout)=
# ## One rollout gives all times
#
# ```{index} rollout
# ```
# ```{index} single: inference; one rollout
# ```
# ```{index} single: Langevin dynamics; annealed
# ```
#
# Conditional flow matching {cite}`lipman2023flow` and noise-conditioned {term}`score` matching
# {cite}`song2019generative` learn to *sample* $\rho_t$, with $t$ as a condition. They start from a base law,
# say a standard Gaussian, and run an inner process with its own artificial time $\tau$ until the samples
# follow $\rho_t$. For the next output time they start again. A model of the motion starts once, from
# $\rho_0$, and passes through all output times on its way. {numref}`fig-populations-rollout` shows both, with
# the exact fields: for Gaussian laws the inner flow of flow matching has a closed form too. With straight
# paths from $z \sim N(0, I)$ to $x \sim \rho_t$, it carries $N(\tau m, a^2 I)$ along
#
# $$
# \frac{\mathrm{d}x}{\mathrm{d}\tau} = m + \frac{a'}{a}\,(x - \tau m), \qquad
# a(\tau)^2 = (1-\tau)^2 + \tau^2\,\mathrm{sd}(t)^2 .
# $$ (eq-inner-flow)

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-populations-rollout", "caption": "Two ways to get the population at eight times (oscillator, ω = 6, first coordinate, exact fields; grey: exact mean ± 2 standard deviations). Left: a model of the motion moves 30 particles from the initial law through all times. Middle: a sampler for each time moves 30 particles from a standard Gaussian to the law at that time (dots), and starts again for the next; the inner process runs in an artificial time of its own, drawn here to the left of each output time. Right: evaluations of the field per particle against the number of output times, for the fewest steps that keep every output within one per cent of a standard deviation, and for the chain of the paper."}, "image": {"alt": "Left: a narrow bundle of blue curves follows a cosine-shaped band. Middle: eight funnels of pink curves, each starting spread out between minus two and two and ending in the band. Right: log-log plot of evaluations against output times; the rollout is flat until it meets the number of its steps, flow matching and annealed Langevin dynamics rise in proportion and lie one to three orders of magnitude above at a hundred output times."}}
stops = np.linspace(1 / 8, 1, 8)
few = truth[0, :30]
path = roll(few, times, epsilon=0.0, substeps=2)


@partial(jax.jit, static_argnames="steps")
def inner(z, t, *, steps):
    """Carry base samples to the law at time t by the exact field of flow matching."""
    m, sd = system.mean(t, omega), system.deviation(t, omega)

    def velocity(tau, x):
        a2 = (1 - tau) ** 2 + (tau * sd) ** 2
        return m + (tau * sd**2 - (1 - tau)) / a2 * (x - tau * m)

    grid = jnp.linspace(0, 1, steps + 1)
    return rollout(key_noise, velocity, x0=z, times=grid, substeps=1, epsilon=0.0)


base = jax.random.normal(jax.random.key(5), few.shape)
width = 0.85 * (stops[1] - stops[0])

figure, (left, centre, right) = plt.subplots(1, 3, figsize=(11.4, 3.7), width_ratios=(1, 1, 0.85))
for axis in (left, centre):
    axis.fill_between(
        times, mean[:, 0] - 2 * deviation, mean[:, 0] + 2 * deviation, color="0.85", linewidth=0
    )
    axis.set(xlabel="time t", ylim=(-2.6, 2.6), xlim=(-0.02, 1.02))
left.plot(times, path[:, :, 0], color=FLOW, linewidth=0.5, alpha=0.7)
centre.sharey(left)
for t in stops:
    bundle = np.asarray(inner(base, t, steps=64))
    at = t - width * np.linspace(1, 0, 65)
    centre.plot(at, bundle[:, :, 0], color=hoam.plotting.COLOURS["CFM"], linewidth=0.5, alpha=0.6)
    centre.plot([t] * few.shape[0], bundle[-1, :, 0], ".", color=TRUTH, markersize=2.5)
    left.plot(
        [t] * few.shape[0], path[np.abs(times - t).argmin(), :, 0], ".", color=TRUTH, markersize=2.5
    )
left.set_ylabel("position q₁")
left.annotate("one rollout", (0.5, 1.02), xycoords="axes fraction", ha="center")
centre.annotate("a sampler for each time", (0.5, 1.02), xycoords="axes fraction", ha="center")


exact_mean, exact_sd = (np.asarray(f(stops, omega)) for f in (system.mean, system.deviation))


def steps_needed(error, tolerance=0.01):
    """Return the first power of two of steps, from 8, whose error is below the tolerance."""
    return next(n for n in 2 ** np.arange(3, 13) if error(int(n)) < tolerance)


def rollout_error(n):
    """Return the largest error of a particle over the output times, in standard deviations."""
    end = roll(few[:8], np.linspace(0, 1, n + 1), epsilon=0.0, substeps=1)[n // 8 :: n // 8]
    stretch = exact_sd[:, None, None] / system.spread
    exact = exact_mean[:, None] + stretch * (few[:8] - np.asarray(system.start))
    return (np.abs(end - exact) / exact_sd[:, None, None]).max()


def inner_error(n):
    """Return the same for the sampler of flow matching."""
    ends = np.stack([np.asarray(inner(base[:8], t, steps=n))[-1] for t in stops])
    exact = exact_mean[:, None] + exact_sd[:, None, None] * np.asarray(base[:8])
    return (np.abs(ends - exact) / exact_sd[:, None, None]).max()


rollout_steps, inner_steps = steps_needed(rollout_error), steps_needed(inner_error)
langevin_steps = 10 * 100
outputs = np.geomspace(1, 1000, 60)
evaluations = {
    "one rollout": 2 * np.maximum(rollout_steps, outputs),
    "flow matching": 2 * inner_steps * outputs,
    "annealed Langevin": langevin_steps * outputs,
}
for (name, count), kind in zip(evaluations.items(), ("HOAM-G", "CFM", "NCSM"), strict=True):
    hoam.plotting.line(right, kind, outputs, count, label=name)
right.set(
    xscale="log",
    yscale="log",
    xlabel="number of output times",
    ylabel="field evaluations per particle",
    xticks=[1, 10, 100, 1000],
)
right.set_xticklabels(["1", "10", "100", "1000"])
right.legend(fontsize=9, loc="upper left")
report.record(
    "fig-populations-rollout",
    rollout_steps=rollout_steps,
    inner_steps=inner_steps,
    langevin_steps=langevin_steps,
    evaluations_ratio_flow_matching=2 * inner_steps * 100 / (2 * max(rollout_steps, 100)),
    evaluations_ratio_langevin=langevin_steps * 100 / (2 * max(rollout_steps, 100)),
)
report.figure(
    "fig-populations-rollout",
    figure,
    data={
        "t": times,
        "path": path[:, :, 0],
        "outputs": outputs,
        **{k.replace(" ", "_"): v for k, v in evaluations.items()},
    },
    parameters={"omega": omega, "output_times": stops.size},
)
plt.show()

# %% [markdown]
# To make the comparison fair we ask for the same error, one per cent of a standard deviation at each of eight
# output times, with the same method of Heun (two evaluations a step). The rollout needs
# {num}`fig-populations-rollout.rollout_steps:.0f` steps, for all times together. The inner flow needs
# {num}`fig-populations-rollout.inner_steps:.0f`, *for each*. At 100 output times the rollout evaluates its field
# {num}`fig-populations-rollout.evaluations_ratio_flow_matching:.0f` times less often than flow matching, and
# {num}`fig-populations-rollout.evaluations_ratio_langevin:.0f` times less often than annealed Langevin dynamics with
# the {num}`fig-populations-rollout.langevin_steps:.0f` steps of the paper's protocol.
#
# Three remarks keep this honest. The ratio depends on the number of output times: for a single one, a sampler
# may be the cheaper choice. A rollout accumulates its errors, while a sampler's error at one time knows nothing
# of the others. And evaluations are not seconds; run times at equal error are another measurement.
#
# That the rollout reaches all times is then a matter of accuracy. With the exact potential, 10 000 particles and
# {num}`fig-populations-rollout.output_times:.0f` output times, the largest distance to the exact law is
# {num}`fig-populations-rollout.distance_over_floor:.2f` times the floor, the distance of an independent population
# of the true system. (It can be below one: the flow inherits the sampling error of its start and adds none.)

# %%
report.record(
    "fig-populations-rollout",
    output_times=len(times),
    distance_over_floor=distance(flow) / distance(other),
)

# %% [markdown]
# ## What to remember
#
# - A population fixes the densities, not the paths. Among all fields that carry it, one is a gradient, and it
#   has the least kinetic energy.
# - The gradient field needs no hidden variables. The truth needed a velocity; the flow needs $x$ and $t$.
# - One rollout passes through all times.
# - A gradient flow has forgotten who is who. Use it for densities, moments and energies; not for correlations
#   between two times of one particle.

# %% [markdown]
# ## Change this and see
#
# - `omega, epsilon = 6.0, 0.5`: how much wilder are the paths of the flow with diffusion, and does the population at the
#   stops change?
# - `half //= 2` in the cell of the rank correlation, which is then that of start and focus: which of the three motions still
#   knows the order of the start?
# - `langevin_steps = 10 * 10`: how many steps may a sampler take for each output time before a rollout is the cheaper one?
#
# ## Exercises
#
# ````{exercise} On the line there is no choice
# :label: ex-populations-line
#
# Let $\rho_t > 0$ be smooth densities on $\mathbb{R}$ that decay fast. Show that exactly one velocity field $u$
# with $\rho u \to 0$ at infinity satisfies $\partial_t\rho + \partial_x(\rho u) = 0$, and that its flow keeps every
# quantile: if $x(0)$ is the $p$-quantile of $\rho_0$, then $x(t)$ is the $p$-quantile of $\rho_t$.
#
# *Hint.* Integrate the equation from $-\infty$ to $x$.
# ````
#
# ````{solution} ex-populations-line
# :class: dropdown
#
# With $F(t, x) = \int_{-\infty}^x \rho_t$ the integrated equation reads $\partial_t F + \rho u = 0$, so
# $u = -\partial_t F/\rho$ is the only solution. Along $\dot x = u$,
# $\frac{\mathrm{d}}{\mathrm{d}t}F(t, x(t)) = \partial_t F + \rho u = 0$: the probability to the left of a particle
# never changes.
# ````
#
# ````{exercise} Stirring a round cloud
# :label: ex-populations-stir
#
# Show that the rotation in {eq}`eq-rotating` transports nothing, $\nabla\cdot(\rho\,R(x - m)) = 0$ for
# $\rho = N(m, \mathrm{sd}^2 I)$, and that it adds $c^2\,\mathrm{sd}^2$ to the kinetic energy. What changes if the
# covariance is $\operatorname{diag}(a^2, b^2)$ with $a \ne b$?
#
# *Hint.* $\nabla\rho$ is parallel to $x - m$.
# ````
#
# ````{solution} ex-populations-stir
# :class: dropdown
#
# $\nabla\cdot(\rho R y) = \nabla\rho\cdot Ry + \rho\,\nabla\cdot(Ry)$ with $y = x - m$. The first term vanishes because
# $\nabla\rho = -\rho\, y/\mathrm{sd}^2$ and $y\cdot Ry = 0$; the second because $R$ has no trace. The mixed term
# $\mathbb{E}[\nabla s\cdot Ry]$ vanishes as well, by symmetry and by $y\cdot Ry=0$, which leaves
# $\frac{c^2}{2}\mathbb{E}|y|^2 = c^2\mathrm{sd}^2$. For an elliptic cloud a rigid rotation turns the ellipse and is
# seen; the invisible field is $\Sigma^{1/2}R\,\Sigma^{-1/2}y$, which follows the level sets.
# ````
#
# ````{exercise} Where does the energy go at a focus?
# :label: ex-populations-focus
#
# Compute $\mathbb{E}|v - \mathbb{E}[v\mid q]|^2$ for $\sigma = 0$ and show that it equals
# $2\cdot 10^{-4}/\mathrm{sd}(t)^2$. At which time is it largest?
#
# *Hint.* The conditional variance of a Gaussian is $\operatorname{Var} v - \operatorname{Cov}(q,v)^2/\operatorname{Var} q$,
# and the map $(q, v)(0) \mapsto (q, v)(t)$ has determinant one.
# ````
#
# ````{solution} ex-populations-focus
# :class: dropdown
#
# Per coordinate, $\operatorname{Var}q \operatorname{Var}v - \operatorname{Cov}^2$ is the determinant of the covariance,
# which the flow conserves: $(10^{-2})^2$. Dividing by $\operatorname{Var} q = \mathrm{sd}^2$ gives $10^{-4}/\mathrm{sd}^2$
# per coordinate. It is largest where the cloud is smallest, at $\omega t = \pi/2$.
# ````
#
# ````{exercise} A question the flow cannot answer
# :label: ex-populations-question
#
# Which of these may be computed from a gradient flow of the right population: (a) the mean electric energy at
# $t = 20$; (b) the diffusion coefficient $\lim \mathbb{E}|x(t) - x(0)|^2/2t$; (c) the histogram of velocities at
# $t = 4$ if velocities are part of the state; (d) the time a particle spends in a given region, on average?
# Check your answer to (b) with the oscillator at $\omega = 6$: compare $\mathbb{E}|x(t) - x(0)|^2$, less the part of the mean, of
# the truth and of the gradient flow, which agree in all laws of one time.
#
# *Hint.* How many times does the definition involve? Is it linear in something of one time? The flow is
# $x(t) = m(t) + \frac{\mathrm{sd}(t)}{\mathrm{sd}(0)}\,(x(0) - m(0))$.
# ````
#
# ````{solution-start} ex-populations-question
# :class: dropdown
# ````
#
# (a) and (c) involve one time. (b) links two times of one particle and cannot be computed. (d) looks like a
# question about a path, but the average is $\int \mathbb{P}(x(t)\in A)\,\mathrm{d}t$, an integral over one-time
# probabilities: it may.

# %%
swing, stops = hoam.systems.Oscillator(), np.linspace(0, 1, 5)
paths = swing.simulate(jax.random.key(6), mu=6.0, times=stops, n_samples=2**14)
centred = np.asarray(paths) - np.asarray(swing.mean(stops, 6.0))[:, None]
widths = np.asarray(swing.deviation(stops, 6.0))
flow = (widths / widths[0])[:, None, None] * centred[0]
for k in range(1, len(stops)):
    deviations = [x[k].std() for x in (centred, flow)]
    moved = [np.mean(np.sum((x[k] - x[0]) ** 2, axis=-1)) for x in (centred, flow)]
    print(
        f"t = {stops[k]:.2f}: deviations {deviations[0]:.3f} and {deviations[1]:.3f}, "
        f"moved {moved[0]:.4f} and {moved[1]:.4f}"
    )

# %% [markdown]
# The deviations agree at each time, the displacements do not: at $t = 0.5$ the true particles have changed sides, and those of the flow
# are back where they came from.
#
# ````{solution-end}
# ````
