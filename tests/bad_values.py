"""Bad arguments of populations, rules, methods and networks, and what their messages say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from hoam import calculus, given_times, linear_part, minibatches, networks, quadrature, quantisation
from hoam.methods import action_matching, decaying, dice, probing
from hoam.nodes import node_table
from hoam.population import Population
from hoam.samplers import AnnealedLangevin, FlowSampler
from hoam.types import as_parameters, as_times

KEY = jax.random.key(0)
GOOD = np.zeros((2, 3, 4, 2))
TIMES = np.linspace(0, 1, 3)
MUS = np.asarray([1.0, 2.0])
NAN, INF = float("nan"), float("inf")
RULE = quadrature.simpson(3)


class Case(NamedTuple):
    """A call that must fail: of what, with which words, and what stands in the folder before."""

    of: str
    call: Callable[[Path], Any]
    says: str
    error: type[Exception] = ValueError
    given: Callable[[Path], Any] = lambda folder: None


def cases(of, entries, **more):
    """Return named cases of one function from `(name, arguments, says)`."""
    return {f"{of}: {name}": Case(of, call, says, **more) for name, call, says in entries}


def with_value(value):
    samples = GOOD.copy()
    samples[1, 2, 3, 0] = value
    return samples


def population(samples=GOOD, times=TIMES, mus=MUS, periods=()):
    return lambda folder: Population(samples, times, mus, periods)


def of_one(function, *values, **more):
    """Return entries that call a function with one value each, said back in the message."""
    return [
        (repr(value), lambda folder, value=value: function(value, **more), f"got {value!r}")
        for value in values
    ]


def with_arguments(function, defaults, entries):
    """Return entries that call a function with changed keyword arguments."""
    return [
        (name, lambda folder, change=change: function(**{**defaults, **change}), says)
        for name, change, says in entries
    ]


POPULATIONS = cases(
    "hoam.population.Population",
    [
        ("a NaN", population(with_value(NAN)), "nan at index [1, 2, 3, 0]"),
        ("an infinity", population(with_value(INF)), "inf at index"),
        ("three axes", population(GOOD.reshape(2, 3, 8)), "(2, 3, 8)"),
        ("five axes", population(GOOD[None]), "(1, 2, 3, 4, 2)"),
        ("no samples", population(GOOD[:, :, :0]), "(2, 3, 0, 2)"),
        ("integers", population(GOOD.astype(int)), "dtype int64"),
        ("complex numbers", population(GOOD + 0j), "dtype complex128"),
        ("objects", population(GOOD.astype(object)), "dtype object"),
        ("a word", population("abc"), "shape ()"),
        ("nothing", population(None), "shape ()"),
        ("ragged rows", population([[1.0], [1.0, 2.0]]), "inhomogeneous"),
        ("descending times", population(times=TIMES[::-1]), "ascending"),
        ("repeated times", population(times=np.asarray([0, 1, 1.0])), "ascending"),
        ("NaN among times", population(times=np.asarray([0, NAN, 1])), "ascending"),
        ("one time", population(GOOD[:, :1], TIMES[:1]), "at least two times"),
        ("too many times", population(times=np.linspace(0, 1, 5)), "3; got 5"),
        ("too few mus", population(mus=1.0), "2; got 1"),
        ("too many mus", population(mus=np.arange(3.0)), "2; got 3"),
        ("NaN among mus", population(mus=np.asarray([1, NAN])), "finite mus"),
        ("mus of three axes", population(mus=np.ones((2, 1, 1))), "[M, P]"),
        ("a missing period", population(periods=(50.0,)), "(50.0,)"),
        ("a negative period", population(periods=(-1.0, None)), "(-1.0, None)"),
        ("an infinite period", population(periods=(INF, None)), "(inf, None)"),
        ("a period in words", population(periods=("long", None)), "('long', None)"),
        ("a lone period", population(periods=50.0), "got 50.0"),
    ],
)
SELECTIONS = {
    **cases(
        "hoam.population.Population.select",
        of_one(Population(GOOD, TIMES, MUS).select, [7], [-3], [0.5]),
    ),
    **cases(
        "hoam.population.Population.thin",
        of_one(Population(GOOD, TIMES, MUS).thin, 0, -1, 2.5, NAN),
    ),
    **cases(
        "hoam.types.as_times",
        [
            ("two axes", lambda folder: as_times(np.zeros((2, 2))), "(2, 2)"),
            ("words", lambda folder: as_times(["now", "then"]), "real numbers for times"),
            ("complex numbers", lambda folder: as_times([0, 1j]), "real numbers for times"),
        ],
    ),
    **cases(
        "hoam.types.as_parameters",
        [
            ("a word", lambda folder: as_parameters("high"), "real numbers for mus"),
            ("none", lambda folder: as_parameters([]), "(0, 1)"),
        ],
    ),
}
RULES = {
    **cases("hoam.quadrature.gauss_legendre", of_one(quadrature.gauss_legendre, 0, 2.5, NAN, "4")),
    **cases(
        "hoam.quadrature.simpson",
        [
            *of_one(quadrature.simpson, 4.5, -1),
            ("an even number", lambda folder: quadrature.simpson(64), "got 64. Use 65"),
            ("one node", lambda folder: quadrature.simpson(1), "got 1. Use 3"),
        ],
    ),
    **cases("hoam.quadrature.trapezoid", of_one(quadrature.trapezoid, 1, 2.5)),
    **cases("hoam.quadrature.monte_carlo", of_one(quadrature.monte_carlo, 0, 1.5)),
    **cases("hoam.quadrature.stratified", of_one(quadrature.stratified, 0, 1.5)),
    **cases(
        "hoam.quadrature.spline",
        [
            (
                "too irregular times",
                lambda folder: quadrature.spline(np.asarray([0.0, 0.001, 0.5, 0.999, 1.0])),
                "positive spline weights",
            ),
            ("one time", lambda folder: quadrature.spline(np.zeros(1)), "two times"),
        ],
    ),
    **cases(
        "hoam.quadrature.unit_nodes",
        [
            (
                "times that rounding makes one",
                lambda folder: quadrature.unit_nodes(np.asarray([-1e16, 0.0, 1e-3])),
                "0.0 and 0.001. Remove",
            )
        ],
    ),
    **{
        name: case
        for make in (given_times.on_times, given_times.trapezoid)
        for name, case in cases(
            f"hoam.given_times.{make.__name__}",
            [("times that descend", lambda folder, make=make: make(TIMES[::-1]), "ascending")],
        ).items()
    },
    **cases(
        "hoam.given_times.fitted_spline",
        [
            ("no pieces", lambda folder: given_times.fitted_spline(TIMES, 0), "got 0"),
            ("too many", lambda f: given_times.fitted_spline(np.arange(9.0), 40), "40 piece(s)"),
        ],
    ),
    **cases(
        "hoam.quadrature.Rule.times",
        [
            ("reversed ends", lambda folder: RULE.times(1.0, 0.0), "ascending"),
            ("no end", lambda folder: RULE.times(0.0, NAN), "ascending"),
        ],
    ),
    **cases(
        "hoam.quadrature.Rule.integrate",
        [
            ("too few values", lambda folder: RULE.integrate(np.zeros(2)), "shape (2,)"),
            ("one value", lambda folder: RULE.integrate(np.float64(1)), "shape ()"),
        ],
    ),
    **cases(
        "hoam.nodes.node_table",
        [("absent nodes", lambda folder: node_table(RULE, np.linspace(0, 1, 4)), "Simpson 3")],
    ),
}


def diffusion(method):
    return of_one(lambda value: method(rule=RULE, epsilon=value), -1.0, NAN, INF)


METHODS = {
    **cases("hoam.methods.action_matching.action_matching", diffusion(action_matching)),
    **cases("hoam.methods.dice.dice", diffusion(dice)),
    **cases("hoam.methods.probing.check", of_one(lambda k: probing.check(RULE, 0.0, k), 0, 1.5)),
    **cases("hoam.methods.action_matching.decaying", of_one(decaying, 0.0, NAN, INF)),
    **cases(
        "hoam.calculus.hutchinson",
        of_one(lambda k: calculus.hutchinson(lambda x, t, mu: x.sum(), probes=k), 0, 0.5),
    ),
    **cases("hoam.minibatches.independent", of_one(minibatches.independent, 0, NAN)),
    **cases("hoam.minibatches.stratified", of_one(minibatches.stratified, -1, 1.5)),
    **cases("hoam.minibatches.paired", of_one(minibatches.paired, 0, True)),
    **cases(
        "hoam.samplers.FlowSampler",
        [
            *of_one(lambda n: FlowSampler(steps=n), 0, 1.5),
            ("order 3", lambda folder: FlowSampler(order=3), "an order of [1, 2, 4]"),
            ("no spread", lambda folder: FlowSampler(spread=0.0), "4 and 0.0"),
        ],
    ),
    **cases(
        "hoam.samplers.AnnealedLangevin",
        [
            *of_one(lambda n: AnnealedLangevin(levels=n), 1, 2.5),
            *of_one(lambda n: AnnealedLangevin(ratio=n), 4.0, NAN),
            ("no steps", lambda folder: AnnealedLangevin(steps=0), "got 0"),
            (
                "rising levels",
                lambda folder: AnnealedLangevin(smallest=2.0),
                "smallest=2.0 and largest=1.0",
            ),
        ],
    ),
    **cases(
        "hoam.networks.Network.initialise",
        [
            (
                name,
                lambda folder, change=change, dimension=dimension: networks.CoLoRA(
                    **change
                ).initialise(KEY, dimension=dimension, parameters=1),
                says,
            )
            for name, change, dimension, says in [
                ("periods of other coordinates", {"periodic": (True,)}, 2, "2; got (True,)"),
                ("no neurons", {"width": 0}, 1, "the width of a network"),
                ("no layers", {"depth": 0}, 1, "the depth of a network"),
                ("half a rank", {"rank": 1.5}, 1, "the rank of a network"),
                ("no coordinates", {}, 0, "the dimension of a network"),
            ]
        ],
    ),
    **cases(
        "hoam.linear_part.Basis",
        [
            *of_one(lambda n: linear_part.Basis((False,), modes=n), 0),
            *of_one(lambda n: linear_part.Basis((False,), degree=n), 0.5),
            ("no coordinate", lambda folder: linear_part.Basis(()), "got 0"),
            (
                "periodic powers",
                lambda folder: linear_part.Basis((True,), mixed=False),
                "got (True,)",
            ),
        ],
    ),
    **cases("hoam.linear_part.knots", of_one(linear_part.knots, 3)),
    **cases(
        "hoam.quantisation.quantise",
        [
            (
                name,
                lambda folder, limits=limits: quantisation.quantise(np.zeros((3, 2)), limits),
                says,
            )
            for name, limits, says in [
                ("an empty range", ((0.0, 1.0), (2.0, 2.0)), "2 ascending limits"),
                ("a range too few", ((0.0, 1.0),), "got [[0.0, 1.0]]"),
                ("a range without end", ((0.0, NAN), (0.0, 1.0)), "got [[0.0, nan]"),
            ]
        ],
    ),
}
