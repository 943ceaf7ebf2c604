"""Bad arguments of fields, systems and training, and what their messages say."""

import numpy as np
import translation
from bad_numerics import POPULATION, SCALING
from bad_values import GOOD, INF, KEY, MUS, NAN, TIMES, cases, of_one, with_arguments
from translation import train

from hoam import (
    dispersion,
    inference,
    methods,
    minibatches,
    monitors,
    nodes,
    particle_mesh,
    quadrature,
    resampling,
    systems,
)
from hoam.population import Population

LINE, BOX = np.linspace(0, 1, 4), np.ones((4, 2))
MESH = {
    name: case
    for function, defaults in [
        (particle_mesh.density, {"x": LINE}),
        (particle_mesh.force, {"x": LINE, "mu": 1.0}),
        (particle_mesh.field_energy, {"x": LINE, "mu": 1.0}),
    ]
    for name, case in cases(
        f"hoam.particle_mesh.{function.__name__}",
        with_arguments(
            function,
            {"length": 1.0, "cells": 4, **defaults},
            [
                ("no length", {"length": 0.0}, "got 0.0"),
                ("NaN for a length", {"length": NAN}, "got nan"),
                ("no cells", {"cells": 0}, "got 0"),
                ("half a cell", {"cells": 1.5}, "got 1.5"),
                ("no particles", {"x": LINE[:0]}, "shape (0,)"),
                ("whole numbers", {"x": np.arange(4)}, "int64"),
                ("a box for a line", {"x": BOX}, "[N] as positions for cells 4"),
                ("a line for a box", {"cells": (4, 4)}, "[N, 2]"),
                ("other directions", {"x": BOX, "cells": (4, 4, 4)}, "[N, 3]"),
            ],
        ),
    ).items()
} | cases(
    "hoam.particle_mesh.electric_potential",
    of_one(lambda v: particle_mesh.electric_potential(np.ones(4), mu=1.0, length=v), 0.0, INF),
)
BEAM = ((1.0, 0.0, 1.0),)
OTHERS = {
    **cases(
        "hoam.dispersion.dispersion_function",
        with_arguments(
            dispersion.dispersion_function,
            {"omega": 1j, "k": 1.0, "mu": 1.0, "beams": BEAM},
            [
                ("no wave", {"k": 0.0}, "got 0.0"),
                ("NaN for mu", {"mu": NAN}, "nan"),
                ("no beams", {"beams": ()}, "and ()"),
            ],
        ),
    ),
    **{
        name: case
        for system, field in [
            (systems.Oscillator, "spread"),
            (systems.Bistable, "damping"),
            (systems.Chaos9D, "prandtl"),
            (systems.Trap100D, "attraction"),
            (systems.TwoStream, "time_step"),
            (systems.BumpOnTail, "collision_rate"),
        ]
        for name, case in cases(
            f"{system.__module__}.{system.__name__}",
            of_one(lambda v, system=system, field=field: system(**{field: v}), NAN, INF),
        ).items()
    },
    **cases(
        "hoam.systems.chaos_9d.Chaos9D.images",
        [
            ("eight modes", lambda f: systems.Chaos9D.images(np.ones((4, 8))), "(4, 8)"),
            ("a number", lambda f: systems.Chaos9D.images(np.ones(())), "()"),
        ],
    ),
    **cases(
        "hoam.inference.check_steps",
        [
            ("no step", lambda f: inference.check_steps(0.0, 2, None, plain=True), "got 0.0"),
            ("order 4 of noise", lambda f: inference.check_steps(None, 4, None, plain=False), "4"),
            (
                "a tolerance of noise",
                lambda f: inference.check_steps(None, 2, 1e-3, plain=False),
                "0.001",
            ),
        ],
    ),
    **cases(
        "hoam.monitors.means",
        [
            (
                "periodic coordinates alone",
                lambda folder: monitors.means(KEY, Population(GOOD, TIMES, MUS, (1.0, 1.0))),
                "(1.0, 1.0)",
            )
        ],
    ),
    **cases(
        "hoam.nodes.node_sampler",
        [
            (
                "absent nodes",
                lambda folder: nodes.node_sampler(
                    POPULATION, SCALING, quadrature.simpson(5), minibatches.paired(2)
                ),
                "Simpson 5",
            )
        ],
    ),
    **cases(
        "hoam.resampling.equal_sizes",
        [
            (
                name,
                lambda folder, x=x, n=n: resampling.equal_sizes([x], n_samples=n, seed=0),
                says,
            )
            for name, x, n, says in [
                ("an empty snapshot", [np.ones((0, 2))], None, "(0, 2)"),
                ("other coordinates", [BOX, LINE], None, "(4, 1)"),
                ("no samples", [BOX], 0, "got 0"),
            ]
        ],
    ),
    **cases(
        "hoam.train.fit",
        [
            ("arrays", lambda f: train(f / "t.safetensors", samples=GOOD), "a population; got"),
            ("a kind of method", lambda f: train(f / "t", method=methods.dice), "a method; got"),
            (
                "a kind of network",
                lambda f: train(f / "t", network=type(translation.NETWORK)),
                "a network; got",
            ),
        ],
        error=TypeError,
    ),
}
CASES = {**MESH, **OTHERS}
