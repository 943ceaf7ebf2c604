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
# # A model of my population
#
# Change the next cell, then run all. `hoam.readers` says what a file has to hold: the shortest is a
# table with one row per sample and columns `time`, `mu`, `x1`, `x2`, ...

# %%
FILE = "data.npz"  # .npz, .csv, .parquet, .nc or .zarr
HELD_OUT_TIMES = ()  # inner times to watch and not to train on
STEPS = 1000
SEEDS = 3
EPSILON = 0.03  # diffusion of the model, in units of the range of the samples
MODELS = "model-{seed}.safetensors"  # where the models go

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np

import hoam
from hoam.survey import survey

population = hoam.Population.from_file(FILE)
train = judged = population
if HELD_OUT_TIMES:
    train, judged = population.hold_out(HELD_OUT_TIMES)
print(survey(train))

# %% [markdown]
# Read the warnings. With few times, `hoam.methods.dice` is the safe choice; with times that resolve
# the motion, `hoam.methods.action_matching` has the higher order.

# %%
method = hoam.methods.dice(rule=hoam.given_times.on_times(train.times), epsilon=EPSILON)
models = [
    hoam.fit(
        jax.random.key(seed),
        train,
        method,
        network=hoam.networks.CoLoRA(width=32, depth=4),
        steps=STEPS,
        learning_rate=1e-2,
        monitor=hoam.monitors.means(jax.random.key(0), judged),
        checkpoint_every=max(1, STEPS // 10),
    )
    for seed in range(SEEDS)
]
for seed, model in enumerate(models):
    model.save(MODELS.format(seed=seed))

# %% [markdown]
# The error at the judged times: does it fall, and does it stay low?

# %%
for model in models:
    plt.plot(model.record["history"]["step"], model.record["history"]["monitor"])
plt.xlabel("step")
plt.ylabel("relative error of the means")
plt.show()

# %% [markdown]
# Predict at a parameter and at times of your choice, with the spread over the seeds.

# %%
mu, x0 = population.mus[0], population.samples[0, 0]
times = np.linspace(population.times[0], population.times[-1], 33)
paths = np.stack([model.sample(jax.random.key(0), x0, times=times, mu=mu) for model in models])
means = paths.mean(axis=2)
for i in range(population.dimension):
    low, high = means[..., i].min(axis=0), means[..., i].max(axis=0)
    plt.fill_between(times, low, high, alpha=0.2)
    plt.plot(times, np.median(means[..., i], axis=0), label=f"model, x{i + 1}")
    observed = population.samples[0, :, :, i].mean(axis=1)
    plt.plot(population.times, observed, ".", color="black")
plt.xlabel("time")
plt.ylabel("mean")
plt.legend()
plt.show()
