"""Bad arguments of metrics, systems, training and models, and what their messages say."""

import jax
import numpy as np
import translation
from bad_values import GOOD, INF, NAN, TIMES, cases, of_one
from translation import train

from hoam import dispersion, metrics, networks, quadrature, ritz
from hoam.methods import flow_matching
from hoam.population import Population
from hoam.scaling import Scaling
from hoam.systems import Bistable, Oscillator, StrongLandau, TwoStream
from hoam.systems.loading import check_loading
from hoam.systems.splitting import schedule

KEY = jax.random.key(0)
CLOUD = np.ones((3, 2))
METRICS = {
    **cases(
        "hoam.metrics.energy.electric_energy",
        [
            (
                name,
                lambda folder, paths=paths, more=more: metrics.electric_energy(
                    paths, **{"mu": 1.0, "length": 50.0, **more}
                ),
                says,
            )
            for name, paths, more, says in [
                ("two axes", np.zeros((3, 2)), {}, "(3, 2)"),
                ("no particles", np.zeros((3, 0, 2)), {}, "(3, 0, 2)"),
                ("no mu", np.zeros((3, 4, 2)), {"mu": 0.0}, "50.0 and 0.0"),
                ("NaN for mu", np.zeros((3, 4, 2)), {"mu": NAN}, "50.0 and nan"),
                ("a negative length", np.zeros((3, 4, 2)), {"length": -1.0}, "-1.0 and 1.0"),
                ("no cells", np.zeros((3, 4, 2)), {"cells": 0}, "a number of cells"),
            ]
        ],
    ),
    **cases(
        "hoam.metrics.energy.relative_error",
        [("lengths", lambda f: metrics.relative_error(np.ones(3), np.ones(4)), "(3,) and (4,)")],
    ),
    **cases(
        "hoam.metrics.energy.growth_rate",
        [
            (
                name,
                lambda folder, energy=energy, more=more: metrics.growth_rate(
                    np.arange(4.0), energy, **more
                ),
                says,
            )
            for name, energy, more, says in [
                ("a window that descends", np.ones(4), {"between": (0.5, 0.1)}, "(0.5, 0.1)"),
                ("NaN", np.asarray([1, NAN, 2, 3]), {}, "from nan to nan"),
                ("no energy", np.zeros(4), {}, "from 0.0 to 0.0"),
                ("another length", np.ones(3), {}, "(4,) and (3,)"),
            ]
        ],
    ),
    **cases(
        "hoam.metrics.distances.moments",
        [
            ("one sample", lambda folder: metrics.moments(np.ones((1, 2))), "(1, 2)"),
            ("one axis", lambda folder: metrics.moments(np.ones(4)), "(4,)"),
        ],
    ),
    **cases(
        "hoam.metrics.distances.moment_errors",
        [("times", lambda f: metrics.moment_errors(GOOD[0], GOOD[0][:2]), "(2, 4, 2)")],
    ),
    **cases(
        "hoam.metrics.distances.gaussian_wasserstein",
        [
            (
                "another dimension",
                lambda folder: metrics.gaussian_wasserstein(
                    np.zeros(2), np.eye(2), np.zeros(3), np.eye(3)
                ),
                "(2,), (3,), (2, 2), (3, 3)",
            )
        ],
    ),
    **cases(
        "hoam.metrics.distances.sinkhorn_divergence",
        [
            (
                name,
                lambda folder, other=other, epsilon=epsilon: metrics.sinkhorn_divergence(
                    CLOUD, other, epsilon=epsilon
                ),
                says,
            )
            for name, other, epsilon, says in [
                ("no regularisation", CLOUD, 0.0, "epsilon > 0; got 0.0"),
                ("too much of it", CLOUD, INF, "epsilon > 0; got inf"),
                ("another dimension", np.ones((3, 1)), 1.0, "(3, 2) and (3, 1)"),
                ("an empty cloud", CLOUD[:0], 1.0, "(0, 2)"),
                ("NaN", CLOUD * NAN, 1.0, "NaN or infinity"),
            ]
        ],
    ),
}


def simulate(**changes):
    settings = {"mu": 2.0, "times": TIMES, "n_samples": 4, **changes}
    return lambda folder: Oscillator().simulate(KEY, **settings)


BEAM = ((1.0, 0.0, 1.0),)
SYSTEMS = {
    **cases(
        "hoam.systems.base.System.simulate",
        [
            ("one particle", simulate(n_samples=1), "got 1"),
            ("half a particle", simulate(n_samples=2.5), "got 2.5"),
            ("NaN for mu", simulate(mu=NAN), "finite mus"),
            ("two parameters", simulate(mu=[1.0, 2.0]), "one parameter"),
            ("times that descend", simulate(times=TIMES[::-1]), "ascending"),
        ],
    ),
    **cases(
        "hoam.systems.base.System.population",
        [
            (
                "two coordinates of mu",
                lambda folder: Oscillator().population(
                    KEY, mus=np.ones((2, 2)), times=TIMES, n_samples=4
                ),
                "(2, 2)",
            )
        ],
    ),
    **cases("hoam.systems.loading.check_loading", of_one(check_loading, "loud")),
    **cases(
        "hoam.systems.splitting.schedule",
        [
            *of_one(lambda h: schedule(TIMES, time_step=h, dtype=np.float64), 0.0, -1.0, NAN),
            (
                "of a system",
                lambda folder: Bistable(time_step=0.0).simulate(
                    KEY, mu=0.2, times=TIMES, n_samples=4
                ),
                "got 0.0",
            ),
        ],
    ),
    **cases(
        "hoam.systems.vlasov.VlasovPoisson",
        [
            ("an unknown loading", lambda folder: TwoStream(loading="loud"), "'loud'"),
            ("no cells", lambda folder: TwoStream(cells=0), "got 0"),
            ("negative collisions", lambda f: TwoStream(collision_rate=-1.0), "got -1.0"),
        ],
    ),
    **cases(
        "hoam.systems.strong_landau.StrongLandau",
        of_one(lambda value: StrongLandau(perturbation=value), 1.5, NAN),
    ),
    **cases(
        "hoam.dispersion.fastest_root",
        [
            ("no wave", lambda f: dispersion.fastest_root(0.0, mu=1.0, beams=BEAM), "got 0.0"),
            ("no beams", lambda f: dispersion.fastest_root(1.0, mu=1.0, beams=()), "and ()"),
        ],
    ),
    **cases(
        "hoam.dispersion.fastest_mode",
        of_one(lambda m: dispersion.fastest_mode(mu=1.0, length=1.0, beams=BEAM, modes=m), 0),
    ),
    **cases(
        "hoam.scaling.Scaling",
        [
            (
                "numbers of coordinates",
                lambda f: Scaling((0.0,), (1.0, 1.0), 0.0, 1.0, *[(1.0,)] * 4, (None,)),
                "one for each coordinate",
            ),
            (
                "no length",
                lambda f: Scaling((0.0,), (0.0,), 0.0, 1.0, *[(1.0,)] * 4, (None,)),
                "positive lengths",
            ),
        ],
    ),
}


def fit(**changes):
    return lambda folder: train(folder / "training.safetensors", **changes)


def other_validation():
    return Population(np.ones((1, 5, 4, 3)), np.linspace(0, 2, 5), [1.0])


TRAININGS = cases(
    "hoam.train.fit",
    [
        ("absent nodes", fit(samples=translation.population(times=[0.0, 1.0, 2.0])), "Legendre 6"),
        ("two outputs", fit(network=networks.MLP(outputs=2)), "got outputs=2"),
        ("one output", fit(method=flow_matching(rule=translation.RULE)), "clone(outputs=2)"),
        ("no steps", fit(steps=0), "got 0"),
        ("half a step", fit(steps=1.5), "got 1.5"),
        ("no checkpoints", fit(checkpoint_every=0), "between checkpoints"),
        ("a negative learning rate", fit(learning_rate=-1.0), "-1.0"),
        ("NaN for it", fit(learning_rate=NAN), "nan"),
        ("an infinite one", fit(learning_rate=INF), "inf"),
        ("validation of other data", fit(validation=other_validation()), "got 3, 1"),
    ],
)
MODEL = translation.untrained()


def sample(x0=((1.0, 1.0),), **changes):
    return lambda folder: MODEL.sample(KEY, x0, **{"times": TIMES, "mu": 1.0, **changes})


SAMPLES = {
    **cases(
        "hoam.model.Model.sample",
        [
            ("three coordinates", sample(np.zeros((4, 3))), "shape [N, 2]; got (4, 3)"),
            ("one axis", sample(np.zeros(2)), "shape [N, 2]; got (2,)"),
            ("no particles", sample(np.zeros((0, 2))), "got (0, 2)"),
            ("NaN", sample(np.full((4, 2), NAN)), "NaN or infinity"),
            ("infinity", sample(np.full((4, 2), INF)), "NaN or infinity"),
            ("overflow", sample(np.full((4, 2), 1e300)), "NaN or infinity"),
            ("words", sample("here"), "real numbers for x0"),
            ("complex numbers", sample(np.ones((4, 2)) * 1j), "real numbers for x0"),
            ("two parameters", sample(mu=np.asarray([1.0, 2.0])), "1 value(s); got 2"),
            ("NaN for mu", sample(mu=NAN), "finite mus"),
            ("a word for mu", sample(mu="high"), "real numbers for mus"),
            ("times that descend", sample(times=TIMES[::-1]), "ascending"),
            ("one time", sample(times=TIMES[:1]), "two times"),
            ("no step", sample(max_step=0.0), "got 0.0"),
            ("order 3", sample(order=3), "an order of [1, 2, 4]"),
            ("a step back", sample(max_step=-1.0), "got -1.0"),
            ("NaN for a step", sample(max_step=NAN), "got nan"),
            ("no tolerance", sample(tolerance=0.0), "a positive tolerance"),
            ("NaN for a tolerance", sample(tolerance=NAN), "a positive tolerance"),
        ],
    ),
    **cases(
        "hoam.ritz.enrich",
        [
            (
                "random nodes",
                lambda folder: ritz.enrich(
                    MODEL, translation.population(n_samples=8), rule=quadrature.monte_carlo(4)
                ),
                "fixed nodes",
            )
        ],
    ),
    **cases(
        "hoam.model.Model.save",
        [("another ending", lambda folder: MODEL.save(folder / "model.json"), "model.json")],
    ),
}
