"""Measured orders of convergence."""

import jax
import numpy as np


def slope(steps, errors):
    """Return the order of convergence, fitted to errors."""
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


def order_in_the_step(system, *, mu, end, steps, n_samples):
    """Return the order of a system in its step, and the root mean square errors at the last time.

    `system(step)` makes the system, without noise. The reference is 16 times finer.
    """
    start = system(steps[0]).initial(jax.random.key(0), mu=mu, n_samples=n_samples)

    def last(step):
        times = np.asarray([0.0, end])
        return np.asarray(system(step).evolve(jax.random.key(0), start, mu=mu, times=times)[-1])

    reference = last(min(steps) / 16)
    errors = [np.sqrt(np.mean((last(step) - reference) ** 2)) for step in steps]
    return slope(steps, errors), errors
