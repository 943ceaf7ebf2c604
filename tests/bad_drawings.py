"""Bad arguments of drawings and of their records, and what their messages say."""

from pathlib import Path

import numpy as np
from bad_values import MUS, TIMES, cases, of_one, with_arguments
from matplotlib.figure import Figure

from hoam import plotting, report

BOX = ((0.0, 1.0), (0.0, 1.0))
PANELS = {"a": np.zeros((3, 4, 2))}
CURVES = np.zeros((2, 3))


def drawing(function, name="AM", **given):
    """Return a call that draws into axes of its own."""
    return lambda folder: function(Figure().subplots(), name, **given)


def density(x, bins=2):
    return plotting.density(x, limits=BOX, bins=bins)


PLOTS = {
    **cases("hoam.plotting.curves.shades", of_one(plotting.shades, 0, 1.5)),
    **cases(
        "hoam.plotting.curves.line",
        [
            ("no method", drawing(plotting.line, "HOAM", x=TIMES, y=TIMES), "got 'HOAM'"),
            ("other lengths", drawing(plotting.line, x=TIMES, y=TIMES[1:]), "(3,) and (2,)"),
        ],
    ),
    **cases(
        "hoam.plotting.curves.band",
        [
            ("no method", drawing(plotting.band, "HOAM", x=TIMES, curves=CURVES), "got 'HOAM'"),
            ("one curve", drawing(plotting.band, x=TIMES, curves=CURVES[0]), "(3,) and ()"),
            ("other times", drawing(plotting.band, x=TIMES[1:], curves=CURVES), "(2,) and (3,)"),
        ],
    ),
    **cases(
        "hoam.plotting.curves.seeds",
        [("no method", drawing(plotting.seeds, "HOAM", groups={"a": TIMES}), "got 'HOAM'")],
    ),
    **cases(
        "hoam.plotting.curves.require_same",
        [("other lengths", lambda f: plotting.curves.require_same(TIMES, MUS), "(3,) and (2,)")],
    ),
    **cases(
        "hoam.plotting.planes.density",
        [
            (
                "three columns",
                lambda f: plotting.density(np.ones((4, 3)), limits=BOX, bins=2),
                "3)",
            ),
            ("no bins", lambda f: plotting.density(np.ones((4, 2)), limits=BOX, bins=0), "(0, 0)"),
        ],
    ),
    **{
        name: case
        for function, more in [
            (plotting.phase_space, {}),
            (plotting.density_animation, {"times": TIMES}),
        ]
        for name, case in cases(
            f"hoam.plotting.planes.{function.__name__}",
            with_arguments(
                function,
                {"panels": PANELS, "limits": BOX, "labels": ("x", "v"), **more},
                [
                    ("no panels", {"panels": {}}, "a number of panels"),
                    ("one axis", {"panels": {"a": TIMES}}, "()" if more else "(3,)"),
                    *([("other times", {"times": MUS}, "(2,) and (3,)")] if more else []),
                ],
            ),
        ).items()
    },
}


def book(folder):
    """Return a report whose own first write is not what is looked at."""
    made = object.__new__(report.Report)
    made.directory, made._figures = folder, {}
    return made


REPORTS = {
    **cases(
        "hoam.report.Report.figure",
        [
            (
                name,
                lambda folder, figure=figure, data=data, units=units: book(folder).figure(
                    figure, Figure(), data=data, units=units
                ),
                says,
            )
            for name, figure, data, units, says in [
                ("another id", "a/../b", {"t": TIMES}, {}, "'a/../b'"),
                ("no data", "fig-a", {}, {}, "arrays []"),
                ("a unit of nothing", "fig-a", {"t": TIMES}, {"x": "m"}, "units for ['x']"),
            ]
        ],
    ),
    **cases(
        "hoam.report.Report.animation",
        of_one(lambda figure: book(Path()).animation(figure, None), "../fig-a", "fig"),
    ),
}
CASES = {**PLOTS, **REPORTS}
