"""Numbers to follow during training (`monitor` of `hoam.fit`)."""

import logging
from collections.abc import Callable

import numpy as np

from hoam.arguments import as_key, require
from hoam.metrics import moment_errors
from hoam.model import Model
from hoam.population import Population
from hoam.types import PRNGKey

log = logging.getLogger("hoam")


def means(key: PRNGKey, population: Population) -> Callable[[Model], float]:
    """Return the relative error of the means of rollouts, averaged over parameters.

    It goes to the log too, with that of the variances (`hoam.metrics.moment_errors`). Periodic
    coordinates, which have no mean, are left out.

    Args:
        key: random key of the noise of the rollouts.
        population: samples to compare with; rollouts start from those of its first time.

    Raises:
        TypeError: if key or population is none.
        ValueError: if all coordinates are periodic.
    """
    as_key(key)
    use = "hoam.Population(samples, times, mus)"
    require(population, Population, what="a population", use=use)
    line = [period is None for period in population.periods]
    if not any(line):
        message = (
            f"Expected a coordinate without a period; got {population.periods}. "
            "Use a monitor of your own."
        )
        raise ValueError(message)

    def error(model: Model) -> float:
        errors = []
        for mu, truth in zip(population.mus, population.samples, strict=True):
            paths = np.asarray(model.sample(key, truth[0], times=population.times, mu=mu))
            errors.append(moment_errors(paths[1:, :, line], truth[1:, :, line]))
        mean, variance = np.mean(errors, axis=0)
        log.info("relative errors of rollouts: mean %.3g, variance %.3g", mean, variance)
        return float(mean)

    return error
