"""Arguments of another kind, words for numbers, and numbers too large, and what is said of them."""

import numpy as np
import translation
from bad_values import GOOD, INF, KEY, MUS, NAN, RULE, TIMES, cases, of_one, with_arguments

import hoam
from hoam import (
    arguments,
    checkpoints,
    integrators,
    methods,
    metrics,
    minibatches,
    networks,
    quadrature,
    readers,
    resampling,
)
from hoam.population import Population
from hoam.scaling import Scaling

POPULATION = Population(GOOD, TIMES, MUS)
MODEL = translation.untrained()
ONE = [[1.0]]
SINGLE = {
    **cases(
        "hoam.arguments.as_whole",
        [("too many", lambda f: arguments.as_whole(9, least=1, most=8, what="n"), "at most 8")],
    ),
    **cases(
        "hoam.arguments.as_single",
        [
            (
                "too large",
                lambda f: arguments.as_single(np.asarray([1.0, -1e40]), what="x"),
                "up to 3.4e+38; got 1.0e+40",
            )
        ],
    ),
    **cases("hoam.arguments.as_key", of_one(arguments.as_key, 0, "a", None), error=TypeError),
    **cases("hoam.arguments.as_path", of_one(arguments.as_path, None, 3, b"a"), error=TypeError),
    **cases(
        "hoam.arguments.require_function",
        of_one(arguments.require_function, 3, "a", what="a function", use="a lambda"),
        error=TypeError,
    ),
    **cases(
        "hoam.integrators.count_steps",
        [("too many", lambda f: integrators.count_steps(np.ones(2), 1e-9), "got 2e+09 of")],
    ),
}
PATHS = {
    name: case
    for of, function in [
        ("hoam.model.load", hoam.load),
        ("hoam.model.Model.save", MODEL.save),
        ("hoam.population.Population.from_file", Population.from_file),
        ("hoam.readers.read", readers.read),
        ("hoam.readers.read_states", readers.read_states),
        (
            "hoam.checkpoints.load_arrays",
            lambda path: checkpoints.load_arrays(path, kind="model"),
        ),
    ]
    for name, case in cases(of, of_one(function, None, 3), error=TypeError).items()
}


def from_arrays(samples, **more):
    return Population.from_arrays(samples, **{"times": TIMES, **more})


def equal_sizes(**more):
    return resampling.equal_sizes([[ONE]], **{"n_samples": None, "seed": 0, **more})


POPULATIONS = {
    **cases(
        "hoam.population.Population.from_arrays",
        [
            ("nothing", lambda f: from_arrays(None), "got [0] snapshots for 1"),
            ("nothing for two", lambda f: from_arrays(None, mus=MUS), "got [] snapshots for 0"),
            ("a number", lambda f: from_arrays(3.0), "got [0] snapshots for 1"),
            ("a word", lambda f: from_arrays("abc"), "got [0] snapshots for 1"),
            ("words", lambda f: from_arrays(["a", "b", "c"]), "real numbers for samples"),
            ("complex numbers", lambda f: from_arrays([[1j]] * 3), "real numbers for samples"),
            ("a negative seed", lambda f: from_arrays([ONE] * 3, seed=-1), "got -1"),
            ("a seed in words", lambda f: from_arrays([ONE] * 3, seed="a"), "got 'a'"),
            ("too many samples", lambda f: from_arrays([ONE] * 3, n_samples=10**12), "at most"),
        ],
    ),
    **cases(
        "hoam.resampling.equal_sizes",
        with_arguments(
            equal_sizes,
            {},
            [
                ("a negative seed", {"seed": -1}, "a seed, a whole number of at least 0; got -1"),
                ("a seed in words", {"seed": "a"}, "got 'a'"),
            ],
        ),
    ),
    **cases(
        "hoam.population.Population.hold_out",
        [
            ("a word", lambda folder: POPULATION.hold_out("abc"), "real numbers for times"),
            ("nothing", lambda folder: POPULATION.hold_out(None), "got nan"),
            ("one time", lambda folder: POPULATION.hold_out(0.5), "got 0.5"),
            ("two axes", lambda folder: POPULATION.hold_out([[0.5]]), "got [[0.5]]"),
        ],
    ),
    **cases(
        "hoam.scaling.Scaling.of",
        [
            (
                name,
                lambda folder, samples=samples, periods=periods: Scaling.of(
                    Population(samples, TIMES, MUS, periods)
                ),
                says,
            )
            for name, samples, periods, says in [
                ("samples of 1e40", GOOD + 1e40, (), "samples within single precision"),
                ("a range of 6e38", np.stack([GOOD[0] - 3e38, GOOD[0] + 3e38]), (), "6.0e+38"),
                ("a range of 1e-50", np.stack([GOOD[0], GOOD[0] + 1e-50]), (), "1e-50"),
                ("a period of 1e40", GOOD, (1e40, None), "periods within single precision"),
            ]
        ],
    ),
    **cases(
        "hoam.scaling.Scaling.as_states",
        [
            ("words", lambda f: MODEL.scaling.as_states([["a", "b"]]), "real numbers for x0"),
            ("NaN", lambda f: MODEL.scaling.as_states([[NAN, 1.0]]), "NaN or infinity"),
            ("one coordinate", lambda f: MODEL.scaling.as_states(ONE), "[N, 2]; got (1, 1)"),
        ],
    ),
    **cases(
        "hoam.scaling.Scaling.require_near",
        [
            (
                name,
                lambda f, t=t, mu=mu: MODEL.scaling.require_near(
                    np.asarray([0.0, t]), np.asarray([[mu]])
                ),
                says,
            )
            for name, t, mu, says in [
                ("a far time", 1e9, 1.0, "got 5e+08 and 0"),
                ("a far mu", 1.0, 1e300, "got 0.5 and 2.4"),
            ]
        ],
    ),
}
RULES = {
    name: case
    for make, count in [
        (quadrature.gauss_legendre, 10**6),
        (quadrature.simpson, 10**11 + 1),
        (quadrature.trapezoid, 10**11),
        (quadrature.monte_carlo, 10**11),
        (quadrature.stratified, 10**11),
        (minibatches.independent, 10**11),
        (minibatches.stratified, 10**11),
        (minibatches.paired, 10**11),
    ]
    for name, case in cases(f"{make.__module__}.{make.__name__}", of_one(make, count)).items()
}
METHODS = {
    name: case
    for method in (methods.action_matching, methods.dice)
    for of in [f"hoam.methods.{method.__name__}.{method.__name__}"]
    for name, case in {
        **cases(of, of_one(lambda e, method=method: method(rule=RULE, epsilon=e), "a", None)),
        **cases(
            f"{of}",
            of_one(lambda w, method=method: method(rule=RULE, weight=w), 3),
            error=TypeError,
        ),
    }.items()
} | {
    name: case
    for network in (networks.CoLoRA, networks.FiLM, networks.MLP)
    for name, case in cases(
        "hoam.networks.Network.initialise",
        [
            (
                f"{network.__name__} of {what}",
                lambda folder, network=network, value=value: network(frequencies=value).initialise(
                    KEY, dimension=1, parameters=1
                ),
                says,
            )
            for what, value, says in [
                ("NaN", (NAN,), "got (nan,)"),
                ("infinity", (INF,), "got (inf,)"),
                ("1e40", (1e40,), "got (1e+40,)"),
                ("words", ("a",), "real numbers for frequencies"),
                ("one number", 1.0, "got 1.0"),
            ]
        ],
    ).items()
}
LINE = np.asarray([1.0, 2.0, 3.0, 4.0])
METRICS = {
    **cases(
        "hoam.metrics.energy.electric_energy",
        [
            (
                name,
                lambda f, change=change: metrics.electric_energy(
                    GOOD[0], **{"mu": 1.0, "length": 1.0, **change}
                ),
                says,
            )
            for name, change, says in [
                ("a word for mu", {"mu": "a"}, "1.0 and a"),
                ("a word for a length", {"length": "a"}, "a and 1.0"),
                ("too many cells", {"cells": 10**12}, "at most"),
            ]
        ],
    ),
    **{
        name: case
        for function in (metrics.relative_error, metrics.relative_l2_error)
        for name, case in cases(
            f"hoam.metrics.energy.{function.__name__}",
            [
                ("words", lambda f, call=function: call(["a"] * 4, LINE), "real numbers for a se"),
                ("a truth of NaN", lambda f, call=function: call(LINE, LINE * NAN), "nan"),
                ("an infinite truth", lambda f, call=function: call(LINE, LINE * INF), "inf"),
            ],
        ).items()
    },
    **cases(
        "hoam.metrics.energy.growth_rate",
        [
            ("words", lambda f: metrics.growth_rate(TIMES, ["a"] * 3), "real numbers for a series"),
            ("times of NaN", lambda f: metrics.growth_rate(LINE * NAN, LINE), "finite times"),
            ("one fraction", lambda f: metrics.growth_rate(LINE, LINE, between=0.5), "got 0.5"),
            ("words between", lambda f: metrics.growth_rate(LINE, LINE, between="ab"), "between"),
        ],
    ),
    **cases(
        "hoam.metrics.distances.moments",
        [("words", lambda f: metrics.moments([["a"], ["b"]]), "real numbers for samples")],
    ),
    **cases(
        "hoam.metrics.distances.moment_errors",
        [
            ("NaN", lambda f: metrics.moment_errors(GOOD[0], GOOD[0] * NAN), "finite ones of the"),
            ("none", lambda f: metrics.moment_errors(GOOD[0, :, :0], GOOD[0]), "(3, 0, 2)"),
            ("words", lambda f: metrics.moment_errors("a", GOOD[0]), "real numbers for paths"),
        ],
    ),
    **cases(
        "hoam.metrics.distances.gaussian_wasserstein",
        [
            (
                "words",
                lambda f: metrics.gaussian_wasserstein(["a"], ONE, [1.0], ONE),
                "real numbers for means",
            )
        ],
    ),
    **cases(
        "hoam.metrics.distances.sinkhorn_divergence",
        [
            (
                "a word",
                lambda f: metrics.sinkhorn_divergence(GOOD[0, 0], GOOD[0, 0], epsilon="a"),
                "got a",
            )
        ],
    ),
}
CASES = {**SINGLE, **PATHS, **POPULATIONS, **RULES, **METHODS, **METRICS}
