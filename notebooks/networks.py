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
# (chap-networks)=
# # Networks and modulation
#
# The {term}`potential` $s(x, t, \mu)$ has three arguments of different kinds. There are many states $x$: tens of
# thousands of particles at each time. There are few times, and even fewer parameters. A network should make use
# of that. Here every network is *one* perceptron in $x$, whose weights depend on $(t, \mu)$:
#
# $$
# s(x; t, \mu) = C_L\,\sigma\bigl(\cdots \sigma(C_1 \varphi(x) + c_1) \cdots\bigr) + c_L ,
# \quad (C_\ell, c_\ell) = \text{layers}(t, \mu) .
# $$ (eq-network)
#
# The layers are built once per time and parameter. What is done per particle is a plain perceptron.
#
# :::{admonition} What you will learn
# :class: tip
# - three ways to let weights depend on time and parameter, and what each costs in parameters;
# - what a trained modulation looks like;
# - how the derivatives in the loss are computed in one forward pass, and what that saves;
# - when to estimate a Laplacian with random directions, and when not.
# :::

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
from functools import partial

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

import hoam
from hoam.calculus import evaluate, gradient, hutchinson, jet, laplacian, time_derivative
from hoam.results import project_root

jax.config.update("jax_enable_x64", True)
hoam.plotting.style()
report = hoam.report.Report("networks", profile=profile)
KINDS = {"CoLoRA": hoam.networks.CoLoRA(), "FiLM": hoam.networks.FiLM(), "MLP": hoam.networks.MLP()}


def count(tree):
    """Return the number of scalars in a pytree."""
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


# %% [markdown]
# (sec-modulation)=
# ## Three modulations
#
# ```{index} modulation, low-rank modulation, CoLoRA, FiLM, hypernetwork
# ```
#
# Seven layers of width 64 with the activation $\sigma(z) = z/(1 + e^{-z})$ (swish) make the perceptron. Its own
# weights are $W_\ell$ and $b_\ell$. A *hypernetwork*, three small layers of width 15, turns $(t, \mu)$ into
# modulation values.
#
# **CoLoRA** {cite}`berman2024colora` adds a matrix of low rank $r = 3$ to each kernel and lets only its diagonal
# depend on time and parameter:
#
# $$
# C_\ell = W_\ell + A_\ell\,\operatorname{diag}(\alpha_\ell(t, \mu))\,B_\ell, \qquad c_\ell = b_\ell .
# $$ (eq-colora)
#
# The directions $A_\ell, B_\ell$ are learned once, for all times. The hypernetwork decides how far to go along
# them: $3 \times 7$ numbers. {py:class}`hoam.networks.CoLoRA` is this network.
#
# **FiLM** {cite}`perez2018film` scales and shifts each neuron before its activation,
#
# $$
# C_\ell = \operatorname{diag}(1 + \gamma_\ell(t, \mu))\,W_\ell, \qquad
# c_\ell = (1 + \gamma_\ell(t, \mu))\,b_\ell + \beta_\ell(t, \mu) ,
# $$ (eq-film)
#
# with two values per neuron.
#
# **The plain perceptron** (MLP) appends $t$ and $\mu$ to the input. In the form {eq}`eq-network` that is a bias
# of the first layer that depends on them, and nothing else. It is a useful thing to notice: the plain network is
# a modulated one too, with the weakest modulation.
#
# | states in $\mathbb{R}^2$, one $\mu$ | perceptron | low-rank factors | hypernetwork | all |
# |---|---:|---:|---:|---:|
# | CoLoRA | {num}`fig-networks-modulation.perceptron:.0f` | {num}`fig-networks-modulation.factors:.0f` | {num}`fig-networks-modulation.hypernetwork_colora:.0f` | {num}`fig-networks-modulation.parameters_colora:.0f` |
# | FiLM | {num}`fig-networks-modulation.perceptron:.0f` | | {num}`fig-networks-modulation.hypernetwork_film:.0f` | {num}`fig-networks-modulation.parameters_film:.0f` |
# | MLP | {num}`fig-networks-modulation.parameters_mlp:.0f` | | | {num}`fig-networks-modulation.parameters_mlp:.0f` |
#
# CoLoRA adds {num}`fig-networks-modulation.colora_extra_percent:.0f` per cent to the perceptron, FiLM
# {num}`fig-networks-modulation.film_extra_percent:.0f` per cent, nearly all of it in the hypernetwork's last layer.

# %%
params = {
    name: jax.jit(lambda key, net=net: net.initialise(key, dimension=2, parameters=1))(
        jax.random.key(0)
    )
    for name, net in KINDS.items()
}
weights = params["CoLoRA"]["params"]
size = {name: count(p) for name, p in params.items()}
hyper = {name: count(params[name]["params"]["Hypernetwork_0"]) for name in ("CoLoRA", "FiLM")}
factors = count([leaf for key, leaf in weights.items() if key[0] in "AB"])
perceptron = size["CoLoRA"] - factors - hyper["CoLoRA"]
report.record(
    "fig-networks-modulation",
    parameters_colora=size["CoLoRA"],
    parameters_film=size["FiLM"],
    parameters_mlp=size["MLP"],
    hypernetwork_colora=hyper["CoLoRA"],
    hypernetwork_film=hyper["FiLM"],
    factors=factors,
    perceptron=perceptron,
    colora_extra_percent=100 * (size["CoLoRA"] / perceptron - 1),
    film_extra_percent=100 * (size["FiLM"] / perceptron - 1),
)

# %% [markdown]
# ## What a trained modulation does
#
# {numref}`fig-networks-modulation` compares a CoLoRA network before training with one that has learned the
# two-stream instability (the chapter {doc}`/book/_executed/two_stream`). Its hypernetwork sees $t$ and $\mu$ and, if
# the network is given a list of frequencies $f$, also $\cos \pi f t$ and $\sin \pi f t$ over $\max(f, 1)$, so that a
# small network can follow a {term}`population` that oscillates; this one has $f = 1, 2, 4, 8$. The left column shows
# the largest $\alpha$ of each layer over time, the right one how strongly each layer is modulated, by $\|A_\ell\operatorname{diag}(\alpha_\ell)B_\ell\| / \|W_\ell\|$ in the Frobenius
# norm.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-networks-modulation", "caption": "Modulation of a CoLoRA network before training (top) and after training on the two-stream instability (bottom). Left: in each of the seven layers, the one of its three α that varies most in time, for two parameter values (solid: μ = 1.9, dashed: μ = 1.2). Right: size of the low-rank term relative to the kernel it is added to, in each layer over time, at μ = 1.9."}, "image": {"alt": "Top left: seven nearly flat curves for the untrained network. Bottom left: seven curves that bend and differ between the two parameter values for the trained network. Right: heat maps of layer against time; the untrained one is uniform along time, the trained one changes along time and is stronger."}}
model = hoam.load(project_root() / "checkpoints/two_stream-quiet-hoam_g-0.safetensors")
network, scaling = model.network, model.scaling
fresh = jax.jit(lambda key: network.initialise(key, dimension=2, parameters=1))(jax.random.key(0))
grid = np.linspace(0, 1, 161)
ends = scaling.parameters(np.asarray([[1.2], [1.9]]))
hypernetwork = hoam.networks.Hypernetwork(network.depth * network.rank, network.modulation_width)


def modulation(params, mu):
    """Return alpha over time, [times, layers, rank]."""
    weights = {"params": params["params"]["Hypernetwork_0"]}
    at = jax.vmap(lambda t: hypernetwork.apply(weights, network.condition(t, mu)))
    return np.asarray(at(jnp.asarray(grid))).reshape(grid.size, network.depth, network.rank)


def strength(params, alpha):
    """Return |A diag(alpha) B| / |W| in the Frobenius norm, [times, layers]."""
    p = params["params"]
    return np.stack(
        [
            np.linalg.norm(
                np.einsum("ir,tr,ro->tio", p[f"A{i}"], alpha[:, i], p[f"B{i}"]), axis=(1, 2)
            )
            / np.linalg.norm(p[f"W{i}"])
            for i in range(network.depth)
        ],
        axis=1,
    )


figure, axes = plt.subplots(2, 2, figsize=(9.6, 5.8), sharex=True, width_ratios=(1.1, 1))
t = scaling.start + scaling.duration * grid
shades = plt.get_cmap("viridis")(np.linspace(0, 0.92, network.depth))
stages = {"before training": fresh, "after training": model.params}
alphas = {name: [modulation(p, mu) for mu in ends] for name, p in stages.items()}
strengths = {name: strength(p, alphas[name][1]) for name, p in stages.items()}
top = max(values.max() for values in strengths.values())
for (left, right), name in zip(axes, stages, strict=True):
    low, high = alphas[name]
    for i, shade in enumerate(shades):
        k = np.ptp(high[:, i], axis=0).argmax()
        left.plot(t, high[:, i, k], color=shade, linewidth=1.4, label=f"{i + 1}")
        left.plot(t, low[:, i, k], color=shade, linewidth=1, linestyle="--")
    left.set_ylabel(f"modulation α, {name}")
    image = right.imshow(
        strengths[name].T,
        aspect="auto",
        origin="lower",
        cmap="cividis",
        vmin=0,
        vmax=top,
        extent=(t[0], t[-1], 0.5, network.depth + 0.5),
    )
    right.grid(visible=False)
    right.set(ylabel="layer", yticks=range(1, network.depth + 1))
for axis in axes[1]:
    axis.set_xlabel(hoam.systems.vlasov.LABELS["t"])
axes[0, 0].legend(
    title="layer",
    ncols=4,
    fontsize=8,
    title_fontsize=8,
    loc="best",
    handlelength=1.2,
    columnspacing=1,
)
figure.colorbar(image, ax=axes[:, 1], label="size of the low-rank term relative to W", shrink=0.8)
trained = np.concatenate(
    [modulation(model.params, mu) for mu in scaling.parameters(np.linspace(1.2, 1.9, 8)[:, None])]
)
trained = trained.reshape(len(trained), -1)
spectrum = np.linalg.svd(trained - trained.mean(axis=0), compute_uv=False) ** 2
report.record(
    "fig-networks-modulation",
    values=trained.shape[1],
    range_before=np.ptp(alphas["before training"][1], axis=0).max(),
    range_after=np.ptp(alphas["after training"][1], axis=0).max(),
    strength_before=strengths["before training"].max(),
    strength_after=strengths["after training"].max(),
    directions_99_percent=np.argmax(np.cumsum(spectrum) / spectrum.sum() > 0.99) + 1,
)
report.figure(
    "fig-networks-modulation",
    figure,
    data={
        "t": t,
        **{f"alpha_{k.replace(' ', '_')}": np.stack(v) for k, v in alphas.items()},
        **{f"strength_{k.replace(' ', '_')}": v for k, v in strengths.items()},
    },
    parameters={"mu": "1.2 and 1.9"},
)
plt.show()

# %% [markdown]
# The largest change of an $\alpha$ over the time interval is
# {num}`fig-networks-modulation.range_before:.2f` before and {num}`fig-networks-modulation.range_after:.2f` after training. There are
# {num}`fig-networks-modulation.values:.0f` of them, and they do not move independently: over all times and eight
# parameter values, {num}`fig-networks-modulation.directions_99_percent:.0f` directions hold 99 % of their variance. The
# modulation is a reduced model within the reduced model.

# %% [markdown]
# (sec-periodic)=
# ## Periodic coordinates
#
# ```{index} single: periodic coordinates; embedding
# ```
#
# In a periodic box $x = 0$ and $x = 1$ are one place. The network of the paper does not know: its potential jumps
# there, and so does the force on a particle that crosses. `hoam` can replace the coordinate by
# $\varphi(x) = (\cos 2\pi x, \sin 2\pi x)$, which costs 64 parameters. The jump of an untrained network of either
# kind, over its own standard deviation on the box: {num}`fig-networks-periodic.jump_plain:.2f` without,
# {num}`fig-networks-periodic.jump_periodic:.0e` with. Each experiment names the inputs it uses.

# %%
states = jax.random.uniform(jax.random.key(3), (500, 2))
mu = jnp.asarray([0.3])


def potential(net, params, *, dimension):
    """Return s(x, t, mu) for given parameters."""
    return lambda x, t, mu: evaluate(
        net.layers(params, t, mu, dimension=dimension), x, features=net.features
    )


for name, periodic in (("jump_plain", ()), ("jump_periodic", (True, False))):
    net = hoam.networks.CoLoRA(periodic=periodic)
    fresh = jax.jit(lambda key, net=net: net.initialise(key, dimension=2, parameters=1))
    s = potential(net, fresh(jax.random.key(0)), dimension=2)
    seam = states.at[:, 0].set(1.0), states.at[:, 0].set(0.0), states
    right, left, inside = (jax.vmap(s, (0, None, None))(x, 0.4, mu) for x in seam)
    jump = jnp.abs(right - left).max() / inside.std()
    report.record("fig-networks-periodic", **{name: jump})

# %% [markdown]
# (sec-jet)=
# ## Derivatives in one forward pass
#
# ```{index} forward mode, generator
# ```
# ```{index} single: Laplacian; exact
# ```
#
# The loss needs $\nabla s$, $\partial_t s$ and, with diffusion, $\Delta s$, at every particle of every step; and then
# the gradient of all that with respect to the weights. The usual tool is to nest automatic differentiation:
# a Hessian per particle, its trace, and a reverse pass through everything.
#
# A perceptron allows something simpler. Let each layer carry, beside its value $h$, the slopes
# $J_k = \partial_{x_k} h$ and one more channel, the *generator* $g = \partial_t h + \frac{\epsilon^2}{2}\Delta h$.
# A linear layer whose weights change at the rates $(\dot C, \dot c)$ maps
#
# $$
# h \mapsto Ch + c, \qquad J_k \mapsto CJ_k, \qquad g \mapsto Cg + \dot C h + \dot c ,
# $$ (eq-jet-linear)
#
# and the activation, applied elementwise,
#
# $$
# J_k \mapsto \sigma'(h)\,J_k, \qquad
# g \mapsto \sigma'(h)\,g + \frac{\epsilon^2}{2}\,\sigma''(h) \sum_k J_k^2 .
# $$ (eq-jet-activation)
#
# Time derivative and Laplacian obey the same rule, so they share a channel: only their sum is needed. A state in
# $\mathbb{R}^D$ costs $D + 2$ rows in each matrix product, all with the same matrix. One row more, $h$ itself, meets
# $\dot C$: $D + 3$ in all, the grey line of {numref}`fig-networks-cost`. The rates come from one
# forward derivative of the layers in $t$, taken once per time.
#
# **Agreement.** Against nested automatic differentiation, on random networks of all three kinds and 64 random
# states, gradient and generator differ by at most {num}`fig-networks-cost.difference_double:.0e` (relative, double
# precision) and {num}`fig-networks-cost.difference_single:.0e` (single). Both are rounding.


# %%
def lively(net, dimension, key=0):
    """Return parameters in general position: hypernetwork and biases not at their zero start."""
    shapes = jax.eval_shape(
        lambda: net.initialise(jax.random.key(0), dimension=dimension, parameters=1)
    )
    leaves, tree = jax.tree.flatten(shapes)
    rng = np.random.default_rng(key)
    scales = [0.3 if len(a.shape) == 1 else a.shape[0] ** -0.5 for a in leaves]
    drawn = [jnp.asarray(k * rng.normal(size=a.shape)) for k, a in zip(scales, leaves, strict=True)]
    return jax.tree.unflatten(tree, drawn)


def with_jet(net, params, x, t, mu, epsilon):
    """Return slopes and generator of a batch by the forward pass of the package."""
    layers, rates = jax.jvp(
        lambda u: net.layers(params, u, mu, dimension=x.shape[1]), (t,), (jnp.ones_like(t),)
    )
    directions = jnp.eye(x.shape[1], dtype=x.dtype)[:, None]
    result = jet(layers, rates, x, directions=directions, epsilon=epsilon, features=net.features)
    return result.slopes.T, result.generator


def nested(net, params, x, t, mu, epsilon):
    """Return the same by nested automatic differentiation: a Hessian per state."""
    s = potential(net, params, dimension=x.shape[1])

    def one(row):
        curvature = jnp.trace(jax.hessian(lambda y: s(y, t, mu))(row))
        generator = time_derivative(s)(row, t, mu) + 0.5 * epsilon**2 * curvature
        return gradient(s)(row, t, mu), generator

    return jax.vmap(one)(x)


def difference(a, b):
    """Return the largest difference relative to the largest value."""
    return max(float(jnp.abs(u - v).max() / jnp.abs(v).max()) for u, v in zip(a, b, strict=True))


worst = {"difference_double": 0.0, "difference_single": 0.0}
for net in KINDS.values():
    args = (lively(net, 2), states[:64], jnp.asarray(0.4), mu)
    expected = jax.jit(lambda *a, net=net: nested(net, *a, 0.7))(*args)
    pushed = jax.jit(lambda *a, net=net: with_jet(net, *a, 0.7))
    for name, dtype in (("difference_double", jnp.float64), ("difference_single", jnp.float32)):
        found = pushed(*jax.tree.map(lambda a, dtype=dtype: a.astype(dtype), args))
        worst[name] = max(worst[name], difference(found, expected))
report.record("fig-networks-cost", **worst)

# %% [markdown]
# **Cost.** {numref}`fig-networks-cost` counts floating-point operations in the programs that are handed to the
# compiler, which is reproducible where timings are not. In two dimensions the forward pass with all derivatives costs
# {num}`fig-networks-cost.jet_2:.1f` plain evaluations; nested differentiation costs
# {num}`fig-networks-cost.nested_2:.1f`. With the gradient with respect to the weights on top, the step costs
# {num}`fig-networks-cost.jet_step_2:.1f` against {num}`fig-networks-cost.nested_step_2:.1f` evaluations. Operations
# are only half of the story: the forward pass also touches less memory, since all that a
# layer moves meets the same matrix.


# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-networks-cost", "caption": "Floating-point operations for the derivatives in the loss (gradient, time derivative, Laplacian), in units of one plain evaluation of the network, against the state dimension D. Solid: the values; dashed: the values and their gradient with respect to all weights, which is one training step. Counted in the programs handed to the compiler, for CoLoRA, 7 layers of width 64. Grey: D + 3, the rows of all products."}, "image": {"alt": "Log-log plot of operations against dimension from 1 to 32. The curve of the forward pass follows D plus three, that of nested differentiation lies about twice as high; the dashed curves of the full training step lie about three times above the solid ones."}}
def operations(function, *args):
    """Return the floating-point operations of a function's program, as the compiler counts them."""
    return jax.jit(function).lower(*args).cost_analysis()["flops"]


def step(derivatives, net):
    """Return the gradient of the loss of one node with respect to the weights."""

    def loss(params, x, t, mu):
        slopes, generator = derivatives(net, params, x, t, mu, 0.7)
        return jnp.mean(0.5 * jnp.sum(slopes**2, axis=1) + generator)

    return jax.grad(loss)


def values_only(params, x, t, mu):
    """Return the potential of a batch: the unit of cost."""
    layers = net.layers(params, t, mu, dimension=x.shape[1])
    return jax.vmap(lambda row: evaluate(layers, row))(x)


dimensions = np.asarray([1, 2, 9] if profile == "quick" else [1, 2, 4, 6, 9, 16, 32])
net = KINDS["CoLoRA"]
cost = {name: [] for name in ("jet", "nested", "jet_step", "nested_step")}
for d in dimensions:
    x = jax.random.uniform(jax.random.key(4), (32, int(d)))
    args = (lively(net, int(d)), x, jnp.asarray(0.4), mu)
    unit = operations(values_only, *args)
    for name, function in (("jet", with_jet), ("nested", nested)):
        cost[name].append(operations(partial(function, net, epsilon=0.7), *args) / unit)
        cost[f"{name}_step"].append(operations(step(function, net), *args) / unit)
cost = {name: np.asarray(values) for name, values in cost.items()}
report.record("fig-networks-cost", **{f"{k}_2": v[dimensions == 2][0] for k, v in cost.items()})
report.record(
    "fig-networks-cost", ratio_step_9=(cost["nested_step"] / cost["jet_step"])[dimensions == 9][0]
)

figure, axis = plt.subplots(figsize=(7.2, 4))
axis.loglog(dimensions, dimensions + 3, color="0.75", linewidth=4, label="D + 3")
dark, light = hoam.plotting.shades(2)
for name, key, colour, mark in (
    ("nested differentiation", "nested", light, "s"),
    ("one forward pass", "jet", dark, "o"),
):
    axis.loglog(
        dimensions,
        cost[f"{key}_step"],
        color=colour,
        marker=mark,
        markersize=4,
        linestyle="--",
        linewidth=1.3,
        label=f"{name}, with weight gradient",
    )
    axis.loglog(
        dimensions, cost[key], color=colour, marker=mark, markersize=4, linewidth=1.3, label=name
    )
axis.set(
    xlabel="state dimension D",
    ylabel="operations, in plain evaluations",
    xticks=[1, 2, 4, 8, 16, 32],
    yticks=[3, 10, 30, 100, 300],
)
axis.set_xticklabels(["1", "2", "4", "8", "16", "32"])
axis.set_yticklabels(["3", "10", "30", "100", "300"])
axis.minorticks_off()
axis.legend(fontsize=9)
report.figure(
    "fig-networks-cost",
    figure,
    data={"dimension": dimensions, **cost},
    parameters={"network": "CoLoRA, 7 layers, width 64", "states": 32},
)
plt.show()

# %% [markdown]
# (sec-hutchinson)=
# ## Random directions
#
# ```{index} Hutchinson's estimate
# ```
# ```{index} single: Laplacian; estimated
# ```
#
# The exact pass costs $D + 2$ rows. In high dimension one can do with fewer. If $z$ has independent random signs
# as entries, $\mathbb{E}[z^\top H z] = \operatorname{tr} H$; the mean over $K$ such directions estimates the
# Laplacian at the cost of $K + 2$ rows {cite}`hutchinson1990stochastic`. The diagonal of $H$ enters
# without error, because $z_i^2 = 1$. All variance comes from the rest:
#
# $$
# \operatorname{Var}\Bigl[\frac1K \sum_{k=1}^K z_k^\top H z_k\Bigr] = \frac{2}{K} \sum_{i \ne j} H_{ij}^2 .
# $$ (eq-hutchinson)
#
# {numref}`fig-networks-hutchinson` checks this for a network in 20 dimensions. The measured variance is between
# {num}`fig-networks-hutchinson.variance_ratio_smallest:.2f` and {num}`fig-networks-hutchinson.variance_ratio_largest:.2f`
# times {eq}`eq-hutchinson`, and the mean is {num}`fig-networks-hutchinson.bias_in_standard_errors:.1f` standard errors
# from the exact Laplacian.
#
# In two dimensions the question does not arise: the exact Laplacian takes one row more than a single random
# direction, and has no variance. In the loss of action matching `probes=K` turns the estimate on. The gradient
# is then exact still: it comes from one reverse pass, so that the dimension counts in the first layer alone
# ({numref}`fig-speed-training`). The models of {ref}`chap-chaos-9d` are trained so.

# %% tags=["hide-input"] mystnb={"figure": {"name": "fig-networks-hutchinson", "caption": "Hutchinson's estimate of the Laplacian of a random CoLoRA network at one state in 20 dimensions. Root mean square error over independent draws, relative to the Laplacian, against the number of random directions (dots), and the prediction from the off-diagonal entries of the Hessian (line). Dotted line: the size of the Laplacian itself. The exact forward pass takes 20 directions (vertical line) and has no error."}, "image": {"alt": "Log-log plot: dots fall on a line of slope minus one half as the number of random directions grows from one to sixty-four. A dotted horizontal line marks the size of the Laplacian, a vertical line marks 20 directions."}}
dimension, draws = 20, 400 if profile == "quick" else 20_000
net = KINDS["CoLoRA"]
s = potential(net, lively(net, dimension), dimension=dimension)
x = jax.random.uniform(jax.random.key(6), (dimension,))
hessian = np.asarray(jax.jit(jax.hessian(lambda y: s(y, 0.4, mu)))(x))
exact = float(jax.jit(laplacian(s))(x, 0.4, mu))
off_diagonal = np.sum(hessian**2) - np.sum(np.diag(hessian) ** 2)

single = jax.jit(jax.vmap(lambda key: hutchinson(s, probes=1)(key, x, 0.4, mu)))
values = np.asarray(single(jax.random.split(jax.random.key(7), draws)))
probes = 2 ** np.arange(0, 7)
groups = [values[: draws // k * k].reshape(-1, k).mean(axis=1) for k in probes]
rms = np.asarray([np.sqrt(np.mean((g - exact) ** 2)) for g in groups])
predicted = np.sqrt(2 * off_diagonal / probes)
report.record(
    "fig-networks-hutchinson",
    variance_ratio_smallest=((rms / predicted) ** 2).min(),
    variance_ratio_largest=((rms / predicted) ** 2).max(),
    bias_in_standard_errors=abs(values.mean() - exact) / (values.std() / np.sqrt(draws)),
    trace_difference=abs(exact - np.trace(hessian)) / abs(exact),
)

figure, axis = plt.subplots(figsize=(7.2, 3.8))
scale = abs(exact)
axis.loglog(probes, predicted / scale, color=dark, label="predicted")
axis.loglog(
    probes, rms / scale, "o", color=hoam.plotting.COLOURS["truth"], markersize=5, label="measured"
)
axis.axhline(1, color="0.4", linestyle=":", linewidth=1.2, label="size of the Laplacian")
axis.axvline(
    dimension,
    color="0.4",
    linewidth=1.2,
    linestyle="-.",
    label="exact from here on",
)
axis.set(
    xlabel="number K of random directions",
    ylabel="relative error of the Laplacian (rms)",
    xticks=probes,
)
axis.set_xticklabels([str(k) for k in probes])
axis.set(ylim=(0.2, 8), yticks=[0.25, 0.5, 1, 2, 4])
axis.set_yticklabels(["0.25", "0.5", "1", "2", "4"])
axis.minorticks_off()
axis.legend(fontsize=9)
report.figure(
    "fig-networks-hutchinson",
    figure,
    data={"directions": probes, "measured": rms / scale, "predicted": predicted / scale},
    parameters={"dimension": dimension, "draws": draws},
)
plt.show()

# %% [markdown]
# ## What to remember
#
# - All networks here are one perceptron in $x$; they differ in how $(t, \mu)$ sets its weights.
# - CoLoRA moves a few numbers in directions that are learned once.
# - Gradient, time derivative and Laplacian come out of one forward pass, exactly.
# - Use random directions when the dimension is large, and know their variance.

# %% [markdown]
# ## Change this and see
#
# - `rank=6` in the `CoLoRA` of `KINDS`: how many parameters does it add, and where?
# - `dimension = 100` for the random directions: does the relative error of one direction grow with the dimension?
# - `(True, True)` among the networks on a circle: what does a coordinate lose that is no angle but is treated as one?
#
# ## Exercises
#
# ````{exercise} Counting
# :label: ex-networks-count
#
# Derive the number of parameters of a CoLoRA network of $L$ layers, width $w$ and rank $r$, for inputs of dimension
# $D$ and one parameter $\mu$. Check it against the table.
#
# *Hint.* The perceptron has $Dw + (L-2)w^2 + w$ kernel entries and $(L-1)w + 1$ biases.
# ````
#
# ````{solution} ex-networks-count
# :class: dropdown
#
# The factors of a layer with $m$ inputs and $n$ outputs have $r(m + n)$ entries, in total
# $r\,[(D + w) + (L-2)\,2w + (w + 1)]$. The hypernetwork has $(2\cdot 15 + 15) + 2\,(15\cdot15 + 15)$ parameters in its
# hidden layers and $16\,rL$ in its output. For $L = 7$, $w = 64$, $r = 3$, $D = 2$ the three parts are
# $21057$, $2313$ and $861$.
# ````
#
# ````{exercise} A modulation that does nothing
# :label: ex-networks-gauge
#
# Which parameters of a CoLoRA network can be changed without changing the gradient $\nabla s$ at all? Relate your
# answer to {prf:ref}`lem-gauge`.
#
# *Hint.* Look at the last layer. Then look at $A_\ell$, $B_\ell$ and the scale of $\alpha_\ell$.
# ````
#
# ````{solution} ex-networks-gauge
# :class: dropdown
#
# The last bias $b_L$ is a constant gauge. It does not depend on time in CoLoRA; in FiLM it does, through $\beta_L(t)$,
# so FiLM can represent any gauge $c(t)$ that its hypernetwork can, and CoLoRA only through neurons that saturate to
# constants. Moreover, $A_\ell \to A_\ell S$, $\alpha_\ell \to S^{-1}\alpha_\ell$ for any invertible diagonal $S$ changes
# nothing: a symmetry of the parametrisation, not of the loss.
# ````
#
# ````{exercise} The jet of a product
# :label: ex-networks-jet
#
# Suppose a layer multiplies two channels, $h = fg$. Give its rules for $J_k$ and for the generator.
#
# *Hint.* $\Delta(fg) = f\Delta g + 2\nabla f\cdot\nabla g + g\Delta f$.
# ````
#
# ````{solution} ex-networks-jet
# :class: dropdown
#
# $J_k(h) = f J_k(g) + g J_k(f)$, and with $G = \partial_t + \frac{\epsilon^2}{2}\Delta$:
# $G(fg) = f\,Gg + g\,Gf + \epsilon^2\sum_k J_k(f)J_k(g)$. The extra term is the "carré du champ" of the diffusion.
# ````
#
# ````{exercise} Gaussian directions
# :label: ex-networks-hutchinson
#
# Compute the variance of Hutchinson's estimate when $z$ is standard Gaussian, and compare with {eq}`eq-hutchinson`.
# Check both by drawing one direction ($K = 1$) many times, for a full symmetric $H$ and for its diagonal alone.
#
# *Hint.* In the eigenbasis of $H$, $z^\top H z = \sum_i \lambda_i z_i^2$, and $\operatorname{Var} z_i^2 = 2$.
# `hoam.calculus.random_signs` draws the directions of this book.
# ````
#
# ````{solution-start} ex-networks-hutchinson
# :class: dropdown
# ````
#
# $\operatorname{Var} = \frac2K\sum_i\lambda_i^2 = \frac2K\|H\|_F^2$: the diagonal is back in the sum.

# %%
generator = np.random.default_rng(3)
size, drawn = 20, 20_000
square = generator.normal(size=(size, size))
symmetric = (square + square.T) / 2
signs = hoam.calculus.random_signs(jax.random.key(4), (drawn,), 1, size)[:, 0]
directions = {"signs": np.asarray(signs), "Gaussian": generator.normal(size=(drawn, size))}
for form, hessian in {"full": symmetric, "diagonal": np.diag(np.diag(symmetric))}.items():
    for kind, z in directions.items():
        counted = hessian if kind == "Gaussian" else hessian - np.diag(np.diag(hessian))
        measured = np.einsum("ni,ij,nj->n", z, hessian, z).var()
        print(
            f"{form:8s} {kind:8s} measured {measured:4.0f}, expected {2 * np.sum(counted**2):4.0f}"
        )

# %% [markdown]
# Random signs are never worse. On a diagonal $H$ they make no error at all, while Gaussian directions keep one; on a full one
# the diagonal is a small part of the sum, and it hardly matters which are drawn.
#
# ````{solution-end}
# ````
