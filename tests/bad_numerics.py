"""Bad arguments of histograms, rules, scalings, surveys and single numbers, and what is said."""

import numpy as np
from bad_values import GOOD, INF, MUS, NAN, RULE, TIMES, cases, of_one, with_arguments

from hoam import (
    arguments,
    histograms,
    methods,
    metrics,
    quadrature,
    quantisation,
    samplers,
    survey,
)
from hoam.population import Population
from hoam.scaling import Scaling

POPULATION = Population(GOOD, TIMES, MUS)
SCALING = Scaling((0.0, 0.0), (1.0, 2.0), 0.0, 1.0, *[(1.0,)] * 4, (None, None))
CLOSE = Population(GOOD, np.asarray([-1e16, 0.0, 1e-3]), MUS)
PLANE = np.ones((4, 2))


SINGLE = {
    **cases("hoam.arguments.as_whole", of_one(arguments.as_whole, 0, 1.5, True, least=1, what="n")),
    **cases(
        "hoam.arguments.as_floats",
        [
            ("words", lambda folder: arguments.as_floats("here", "x"), "real numbers for x"),
            ("ragged", lambda folder: arguments.as_floats([[1], [1, 2]], "x"), "inhomogeneous"),
        ],
    ),
    **cases(
        "hoam.arguments.require",
        [("a word", lambda f: arguments.require("a", int, what="n", use="1"), "Expected n; got")],
        error=TypeError,
    ),
    **cases(
        "hoam.arguments.one_of",
        [("another", lambda f: arguments.one_of("a", ("b",), what="a word"), "['b']; got 'a'")],
    ),
}
SCALINGS = {
    **cases("hoam.scaling.Scaling.of", of_one(Scaling.of, None, [[1.0]]), error=TypeError),
    **{
        name: case
        for call in (SCALING.states, SCALING.physical)
        for name, case in cases(
            f"hoam.scaling.Scaling.{call.__name__}",
            [
                ("one coordinate", lambda folder, call=call: call(np.ones((5, 1))), "(5, 1)"),
                ("whole numbers", lambda f, call=call: call(np.ones((5, 2), int)), "int64"),
                ("a number", lambda folder, call=call: call(1.0), "shape ()"),
            ],
        ).items()
    },
    **cases(
        "hoam.scaling.Scaling.parameters",
        [
            ("two components", lambda folder: SCALING.parameters(np.ones((3, 2))), "(3, 2)"),
            ("one axis", lambda folder: SCALING.parameters(MUS), "(2,)"),
        ],
    ),
}
SURVEYS = {
    **cases("hoam.survey.survey", of_one(survey.survey, None, [1.0]), error=TypeError),
    **cases(
        "hoam.survey.survey",
        [("times that rounding makes one", lambda folder: survey.survey(CLOSE), "0.0 and 0.001")],
    ),
    **cases("hoam.survey.wave_defects", of_one(survey.wave_defects, 64), error=TypeError),
    **cases(
        "hoam.survey.distance",
        of_one(lambda mu: survey.distance(POPULATION, mu), NAN, INF, [1.0, 2.0], []),
    ),
    **cases(
        "hoam.survey.distance",
        [("a word", lambda folder: survey.distance(POPULATION, "high"), "real numbers for mu")],
    ),
}
RULES = {
    **cases(
        "hoam.quadrature.Rule",
        [
            (name, lambda folder, n=n, w=w: quadrature.Rule(n, w, "mine"), says)
            for name, n, w, says in [
                ("a weight too few", [0.0, 1.0], [1.0], "as many weights"),
                ("weights of another sum", [0.0, 1.0], [1.0, 1.0], "sum 1"),
                ("NaN for a weight", [0.0, 1.0], [NAN, 1.0], "nan"),
                ("descending nodes", [1.0, 0.0], [0.5, 0.5], "ascending"),
                ("nodes beyond", [0.0, 1.5], [0.5, 0.5], "[0, 1]"),
                ("no nodes", [], [], "got []"),
                ("words", ["a"], [1.0], "real numbers for nodes"),
            ]
        ],
    ),
    **cases(
        "hoam.quadrature.Rule.gauge_defect",
        [
            ("a constant", lambda f: RULE.gauge_defect(lambda t: 1.0, np.cos), "2 values"),
            ("a constant slope", lambda f: RULE.gauge_defect(np.sin, lambda t: 1.0), "3 values"),
        ],
    ),
    **{
        name: case
        for method, other in [
            (methods.action_matching, None),
            (methods.dice, None),
            (methods.flow_matching, samplers.AnnealedLangevin()),
            (methods.score_matching, samplers.FlowSampler()),
        ]
        for name, case in cases(
            f"hoam.methods.{method.__name__}.{method.__name__}",
            with_arguments(
                method,
                {},
                [
                    ("a number of nodes", {"rule": 64}, "a rule in time; got 64"),
                    ("a kind of rule", {"rule": quadrature.simpson}, "got <function simpson"),
                    *(
                        [("a stranger", {"rule": RULE, "sampler": other}, "a sampler")]
                        * (other is not None)
                    ),
                ],
            ),
            error=TypeError,
        ).items()
    },
}
SERIES = {
    name: case
    for function in (metrics.relative_error, metrics.relative_l2_error)
    for name, case in cases(
        f"hoam.metrics.energy.{function.__name__}",
        [
            ("times", lambda f, call=function: call(np.ones(3), np.ones(4)), "(3,) and (4,)"),
            ("one time", lambda f, call=function: call(np.ones(1), np.ones(1)), "(1,)"),
            ("two axes", lambda f, call=function: call(PLANE, PLANE), "(4, 2)"),
        ],
    ).items()
}
CELLS = histograms.Cells(((0.0, 1.0), (0.0, 1.0)), (2, 2))
SHARES = np.full(5, 0.2)
HISTOGRAMS = {
    **cases(
        "hoam.histograms.Cells",
        [
            ("an empty range", lambda f: histograms.Cells(((0, 0), (0, 1)), (2, 2)), "ascending"),
            ("no cells", lambda f: histograms.Cells(((0, 1), (0, 1)), (2, 0)), "(2, 0)"),
        ],
    ),
    **cases(
        "hoam.histograms.Cells.shares",
        [
            ("three coordinates", lambda folder: CELLS.shares(np.ones((4, 3))), "(4, 3)"),
            ("no samples", lambda folder: CELLS.shares(np.ones((0, 2))), "(0, 2)"),
        ],
    ),
    **cases(
        "hoam.histograms.Cells.density",
        [("other cells", lambda folder: CELLS.density(np.full(4, 0.25)), "(4,)")],
    ),
    **cases(
        "hoam.histograms.total_variation",
        [
            ("other cells", lambda f: histograms.total_variation(SHARES, SHARES[1:]), "(4,)"),
            ("counts", lambda f: histograms.total_variation(SHARES, 2 * SHARES), "1 and 2"),
        ],
    ),
    **cases(
        "hoam.histograms.sampling_distance",
        of_one(lambda n: histograms.sampling_distance(SHARES, n=n, m=2), 0),
    ),
    **cases(
        "hoam.quantisation.restore",
        [
            (
                "a range too few",
                lambda f: quantisation.restore(np.zeros((3, 2), np.uint8), ((0.0, 1.0),)),
                "2 ascending limits",
            )
        ],
    ),
}
CASES = {**SINGLE, **SCALINGS, **SURVEYS, **RULES, **SERIES, **HISTOGRAMS}
