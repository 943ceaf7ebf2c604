r"""What can be said of a population before a model is trained on it.

*Time.* The rule that its times allow (`hoam.given_times.on_times`) is put to the gauge test with
waves $c(t) = \cos(\pi f t + \varphi)$: the defect is the change of the loss, exactly zero before
discretisation, when $c$ is added to the potential. A rule that fails for waves which the network
can form lets training exploit it. The times *resolve* the frequencies up to the first whose defect
exceeds 0.01.

*Space.* Where a population moves by more than its own width between two times, samples alone do not
say which way it went: there may be many potentials between them. The move is, for each coordinate,
the Wasserstein distance $W_1$ of consecutive snapshots, in units of the standard deviation of the
earlier. Periodic coordinates are left out.

*Samples.* The mean of $n$ samples is known to $n^{-1/2}$ of their width.
"""

from dataclasses import dataclass

import numpy as np

from hoam.arguments import as_floats, require
from hoam.given_times import on_times
from hoam.population import Population
from hoam.quadrature import Rule

_FEW = 100  # samples: a mean is known to a tenth of the width
_FEW_TIMES = 8
_TOLERANCE = 0.01


@dataclass(frozen=True)
class Survey:
    """What `survey` found.

    Attributes:
        shape: of the samples, `[M, T, N, D]`.
        counts: `[M, T]`, distinct samples.
        moves: `[M, T - 1]`, largest move of a coordinate to the next time, in its widths.
        rule: the rule that the times allow.
        defects: `[T]`, its gauge defects for waves of the frequencies 1, 2, ...
        resolved: largest frequency that the times resolve.
        warnings: what should be thought over before training, one sentence each.
    """

    shape: tuple[int, ...]
    counts: np.ndarray
    moves: np.ndarray
    rule: Rule
    defects: np.ndarray
    resolved: int
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        """Return all of it as lines of text."""
        m, t, n, d = self.shape
        shown = self.defects[: self.resolved + 1]
        waves = ", ".join(f"{f}: {defect:.0e}" for f, defect in enumerate(shown, start=1))
        lines = [
            f"parameters {m}, times {t}, samples {n}, coordinates {d}",
            f"distinct samples at each parameter and time: {self.counts.min()} to "
            f"{self.counts.max()}",
            f"largest move between two times: {self.moves.max():.2f} widths",
            f"rule in time: {self.rule.name}, {self.rule.why}",
            f"gauge defects of this rule, by frequency: {waves}",
            f"resolved frequencies: up to {self.resolved}",
            *(f"warning: {warning}" for warning in self.warnings),
        ]
        return "\n".join(lines)


def survey(population: Population) -> Survey:
    """Return what can be said of a population before training.

    Args:
        population: the training population, on any times.

    Raises:
        TypeError: if it is no population.
        ValueError: if two times are too close for double precision.
    """
    require(population, Population, what="a population", use="hoam.Population(samples, times, mus)")
    samples, times = population.samples, population.times
    rule = on_times(times)
    defects = wave_defects(rule)
    # The first that is not resolved counts: higher ones may vanish at the nodes by chance.
    resolved = int(np.argmax(np.append(defects, np.inf) > _TOLERANCE))
    counts = np.asarray([[len(np.unique(x, axis=0)) for x in block] for block in samples])
    moves = _moves(population)
    warnings = []
    if times.size < _FEW_TIMES:
        warnings.append(
            f"{times.size} times are few for a rule: its order needs at least {_FEW_TIMES}."
        )
    if resolved < 1:
        warnings.append(
            "The times resolve no wave in time: the rule changes the loss by more than "
            f"{_TOLERANCE:g} when a wave cos(pi t + phase) is added to the potential. "
            "Use DICE, whose loss no wave changes, or more times."
        )
    if moves.max() > 1:
        m, j = np.unravel_index(moves.argmax(), moves.shape)
        warnings.append(
            f"The population of mu = {population.mus[m].tolist()} moves by {moves.max():.1f} "
            f"widths between the times {times[j]:g} and {times[j + 1]:g}: other motions would fit "
            "as well. Use more times there."
        )
    if counts.min() < _FEW:
        m, j = np.unravel_index(counts.argmin(), counts.shape)
        warnings.append(
            f"{counts.min()} distinct samples of mu = {population.mus[m].tolist()} at time "
            f"{times[j]:g}: their mean is known to {100 * counts.min() ** -0.5:.0f} % of the width."
        )
    return Survey(samples.shape, counts, moves, rule, defects, resolved, tuple(warnings))


def wave_defects(rule: Rule) -> np.ndarray:
    r"""Return the largest gauge defect of $\cos(\pi ft + \varphi)$ over all phases.

    Args:
        rule: a rule in time with `n` nodes.

    Returns:
        `[n]`, for $f = 1, \dots, n$.

    Raises:
        TypeError: if it is no rule.
    """
    require(rule, Rule, what="a rule in time", use="e.g. hoam.given_times.on_times(times)")

    def defect(f: int) -> float:
        cosine = rule.gauge_defect(
            lambda t: np.cos(np.pi * f * t), lambda t: -np.pi * f * np.sin(np.pi * f * t)
        )
        sine = rule.gauge_defect(
            lambda t: np.sin(np.pi * f * t), lambda t: np.pi * f * np.cos(np.pi * f * t)
        )
        return float(np.hypot(cosine, sine))

    return np.asarray([defect(f) for f in range(1, rule.nodes.size + 1)])


def distance(population: Population, mu: float | np.ndarray) -> float:
    r"""Return the distance of a parameter to the nearest of a population.

    Args:
        population: the population.
        mu: value or `[P]`.

    Returns:
        The Euclidean distance, each component in units of the standard deviation of the
        population's values; 0 at one of them.

    Raises:
        ValueError: if `mu` is no finite parameter with as many components.
    """
    asked = np.atleast_1d(as_floats(mu, "mu"))
    if asked.shape != population.mus.shape[1:] or not np.isfinite(asked).all():
        message = (
            f"Expected a finite mu of {population.mus.shape[1]} component(s); got {mu!r}. "
            "Use one parameter of the population's kind."
        )
        raise ValueError(message)
    spread = population.mus.std(axis=0)
    steps = (population.mus - asked) / np.where(spread > 0, spread, 1.0)
    return float(np.sqrt((steps**2).sum(axis=1)).min())


def _moves(population: Population) -> np.ndarray:
    line = [period is None for period in population.periods]
    if not any(line):
        return np.zeros((len(population.mus), population.times.size - 1))
    ordered = np.sort(population.samples[..., line], axis=2)
    width = ordered[:, :-1].std(axis=2)
    move = np.abs(np.diff(ordered, axis=1)).mean(axis=2)
    return (move / np.where(width > 0, width, np.inf)).max(axis=-1)
