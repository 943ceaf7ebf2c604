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
# (chap-training)=
# # Training that is good enough
#
# Seconds of a step ({ref}`chap-speed`) do not say what a training costs. How long does it take until the surrogate is
# good enough? This chapter fixes an error, changes one idea at a time, and counts steps and seconds.
#
# :::{admonition} What you will learn
# :class: tip
# - how to compare trainings: by an error on parameters held out, at the end of a schedule, over several seeds;
# - which of the usual ideas pay here (less variance, another optimiser, another network), and which do not;
# - why the longest part of a training can be replaced by a linear system;
# - how the answer changes from one population to the next.
# :::
#
# A cosine takes the step size to zero over the budget of steps, and with it the noise of the weights. What a budget buys is known at its
# end alone, so each point below is a training from scratch. The errors are those of stored runs (`python -m benchmarks.time_to_accuracy` makes
# them), three seeds each: they depend on seeds, not on machines. Seconds were taken while this page was built.

# %% tags=["parameters"]
profile = "book"

# %% tags=["hide-input"]
import jax
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import ticker

jax.config.update("jax_num_cpu_devices", 2)

import hoam
from benchmarks import measure, time_to_accuracy
from benchmarks.problems import PROBLEMS

hoam.plotting.style()
report = hoam.report.Report("training", profile=profile)
runs = 1 if profile == "quick" else 3

# %%
print(measure.machine())


# %% tags=["hide-input"]
def panels(name: str, found: dict, *, columns: int, ylabel: str):
    """Draw one panel for each case beside the recipe; return the figure and what is plotted."""
    cases, data = [case for case in found if case != "recipe"], {}
    rows = -(-len(cases) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(9.2, 0.8 + 2.3 * rows), sharex=True, sharey=True, squeeze=False
    )
    ink = hoam.plotting.COLOURS["HOAM-G"]
    for axis, case in zip(axes.flat, cases, strict=True):
        for which, colour in (("recipe", hoam.plotting.COLOURS["floor"]), (case, ink)):
            curve = found[which]
            best, middle, worst = np.quantile(curve.errors, (0, 0.5, 1), axis=1)
            axis.fill_between(curve.seconds, best, worst, color=colour, alpha=0.2)
            axis.loglog(curve.seconds, middle, "o-", color=colour)
            slug = time_to_accuracy.slug(which)
            data |= {
                f"steps_{slug}": curve.steps,
                f"seconds_{slug}": curve.seconds,
                f"error_{slug}": middle,
                f"worst_{slug}": worst,
                f"best_{slug}": best,
            }
        axis.axhline(PROBLEMS[name].goal, color="0.3", linestyle=":", linewidth=1)
        axis.annotate(case, (0.5, 1.02), xycoords="axes fraction", ha="center", fontsize=9)
    for axis in axes.flat:  # once all is drawn: a panel that turns logarithmic resets the others
        for scale in (axis.xaxis, axis.yaxis):
            scale.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
            scale.set_major_formatter(ticker.StrMethodFormatter("{x:g}"))
            scale.set_minor_locator(ticker.NullLocator())
    figure.legend(
        axes[0, 0].lines[:2], ("recipe", "with the change"), loc="outside upper center", ncols=2
    )
    for axis in axes[-1]:
        axis.set_xlabel("seconds of training")
    for axis in axes[:, 0]:
        axis.set_ylabel(ylabel)
    return figure, data
