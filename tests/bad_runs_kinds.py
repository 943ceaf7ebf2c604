"""Arguments of another kind or far too large for training, simulation and rollouts."""

from functools import partial

import numpy as np
import optax
import translation
from bad_values import GOOD, KEY, MUS, NAN, TIMES, cases, of_one
from translation import train

import hoam
from hoam import inference, monitors
from hoam.population import Population
from hoam.systems import Bistable, Oscillator
from hoam.systems.splitting import schedule
from hoam.validation import require_alike

MODEL = translation.untrained()
SAMPLES = translation.population(n_samples=32)
OTHERS = Population(np.ones((1, 5, 4, 3)), np.linspace(0, 2, 5), [1.0])
VAST = Population(SAMPLES.samples * 1e40, SAMPLES.times, SAMPLES.mus)


def fit(**changes):
    return lambda folder: train(folder / "training.safetensors", **changes)


def fit_with_key(key):
    return hoam.fit(key, SAMPLES, translation.METHOD, network=translation.NETWORK)


TRAININGS = {
    **cases(
        "hoam.train.fit",
        [
            ("a word for a minibatch", fit(minibatch="a"), "a minibatch; got 'a'"),
            ("an empty word for a minibatch", fit(minibatch=""), "a minibatch; got ''"),
            ("a word for an optimiser", fit(optimiser="adam"), "with a name; got 'adam'"),
            ("an optimiser made already", fit(optimiser=optax.adam(1.0)), "with a name; got Gra"),
            ("one without a name", fit(optimiser=partial(optax.adam, b1=0.5)), "a name; got"),
            ("a word for a start", fit(start="x"), "a model to start from; got 'x'"),
            ("validation by arrays", fit(validation=GOOD), "a population; got array"),
            ("a number for a monitor", fit(monitor=3), "a monitor, a function of a model; got 3"),
            ("a number for a checkpoint", lambda folder: train(3), "the path of a file; got 3"),
            ("a number for a key", lambda folder: fit_with_key(0), "random key; got 0"),
        ],
        error=TypeError,
    ),
    **cases(
        "hoam.train.fit",
        [
            ("samples of 1e40", fit(samples=VAST), "single precision"),
            ("validation samples of 1e40", fit(validation=VAST), "single precision"),
            ("vast samples from a start", fit(samples=VAST, start=MODEL), "single precision"),
            ("steps without end", fit(steps=10**12), "at most 2147483647"),
            ("a word for the learning rate", fit(learning_rate="a"), "got a"),
        ],
    ),
    **cases(
        "hoam.validation.require_alike",
        [("of three coordinates", lambda f: require_alike(OTHERS, MODEL.scaling), "got 3, 1")],
    ),
    **cases(
        "hoam.validation.require_alike",
        of_one(require_alike, None, scaling=MODEL.scaling),
        error=TypeError,
    ),
    **cases(
        "hoam.monitors.means",
        [
            ("no key", lambda folder: monitors.means(0, SAMPLES), "random key; got 0"),
            ("arrays", lambda folder: monitors.means(KEY, GOOD), "a population; got array"),
        ],
        error=TypeError,
    ),
}


def simulate(system, key=KEY, **changes):
    given = {"mu": 0.2, "times": TIMES, "n_samples": 4, **changes}
    return lambda folder: system.simulate(key, **given)


def population(**changes):
    given = {"mus": MUS, "times": TIMES, "n_samples": 4, **changes}
    return lambda folder: Oscillator().population(KEY, **given)


SIMULATIONS = {
    **cases(
        "hoam.systems.base.System.simulate",
        [
            ("far too many steps", simulate(Bistable(), times=[0, 1e12]), "100000000 steps"),
            ("times of 1e300", simulate(Oscillator(), times=[0, 1e300]), "times within single"),
            ("mu of 1e300", simulate(Oscillator(), mu=1e300), "mu within single precision"),
            ("10^12 samples", simulate(Oscillator(), n_samples=10**12), "at most 2147483647"),
            ("samples of 2^35 bytes", simulate(Oscillator(), n_samples=2**30), "17179869184"),
        ],
    ),
    **cases(
        "hoam.systems.base.System.simulate",
        [("a number for a key", simulate(Oscillator(), key=0), "random key; got 0")],
        error=TypeError,
    ),
    **cases(
        "hoam.systems.base.System.population",
        [
            ("10^12 samples", population(n_samples=10**12), "at most 2147483647"),
            ("too many of all", population(mus=np.arange(1.0, 2**9), n_samples=2**22), "bytes"),
            ("mus of 1e300", population(mus=[1.0, 1e300]), "mus within single precision"),
        ],
    ),
    **cases(
        "hoam.systems.splitting.schedule",
        of_one(lambda h: schedule(TIMES, time_step=h, dtype=np.dtype(np.float64)), "a", None),
    ),
    **cases(
        "hoam.systems.splitting.schedule",
        [
            (
                "far too small",
                lambda f: schedule(TIMES, time_step=1e-300, dtype=np.dtype(np.float64)),
                "got 1e+300 of at most 1e-300",
            )
        ],
    ),
}


def sample(key=KEY, **changes):
    given = {"times": TIMES, "mu": 1.0, **changes}
    return lambda folder: MODEL.sample(key, [[1.0, 1.0]], **given)


ROLLOUTS = {
    **cases(
        "hoam.model.Model.sample",
        [
            ("a word for a step", sample(max_step="a"), "got 'a'"),
            ("a word for an order", sample(order="a"), "got 'a'"),
            ("a list for an order", sample(order=[2]), "got [2]"),
            ("a word for a tolerance", sample(tolerance="a"), "got 'a'"),
            ("far too small steps", sample(max_step=1e-300), "at most 100000000 steps"),
            ("mu of 1e300", sample(mu=1e300), "Use values near those of training"),
            ("a time of 1e12", sample(times=[0.0, 1e12]), "Use values near those of training"),
        ],
    ),
    **cases(
        "hoam.model.Model.sample",
        [("a number for a key", sample(key=0), "random key; got 0")],
        error=TypeError,
    ),
    **cases(
        "hoam.inference.check_steps",
        [
            ("a word", lambda f: inference.check_steps("a", 2, None, plain=True), "got 'a'"),
            ("NaN", lambda f: inference.check_steps(NAN, 2, None, plain=True), "got nan"),
        ],
    ),
}
CASES = {**TRAININGS, **SIMULATIONS, **ROLLOUTS}
