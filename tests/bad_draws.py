"""Bad arguments of noise, of resampled rows and of a potential, and what their messages say."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import translation
from bad_values import INF, KEY, NAN, cases, of_one, with_arguments

from hoam import arguments, noise, resampling, samplers

PLANE = np.ones((4, 2))
GENERATOR = np.random.default_rng(0)


def resample(samples=PLANE, n_samples=4, generator=GENERATOR):
    return resampling.resample(samples, n_samples, generator)


def quiet_noise(key=KEY, deviation=0.25, **more):
    good = {"like": jnp.zeros((4, 2)), "periodic": jnp.asarray([True, False])}
    return noise.quiet_noise(key, deviation, **{**good, **more})


DRAWS = {
    **cases(
        "hoam.resampling.resample",
        with_arguments(
            resample,
            {},
            [
                ("one axis", {"samples": PLANE[:, 0]}, "(4,)"),
                ("no samples", {"samples": PLANE[:0]}, "(0, 2)"),
                ("a word", {"samples": "abc"}, "got shape ()"),
                ("no rows", {"n_samples": 0}, "at least 1; got 0"),
                ("half a row", {"n_samples": 1.5}, "got 1.5"),
            ],
        ),
    ),
    **cases(
        "hoam.resampling.resample",
        of_one(lambda generator: resample(generator=generator), 0, None),
        error=TypeError,
    ),
    **cases(
        "hoam.noise.quiet_noise",
        [
            *of_one(lambda deviation: quiet_noise(deviation=deviation), 0.0, -1.0, NAN, INF, "a"),
            *with_arguments(
                quiet_noise,
                {},
                [
                    ("no samples", {"like": jnp.zeros((0, 2))}, "(0, 2)"),
                    ("no coordinates", {"like": jnp.zeros((4, 0))}, "(4, 0)"),
                    ("one axis", {"like": jnp.zeros(4)}, "(4,)"),
                    ("whole numbers", {"like": jnp.zeros((4, 2), int)}, "of int"),
                    ("a number", {"like": 3.0}, "got shape ()"),
                    ("one answer for two", {"periodic": jnp.asarray([True])}, "2 coordinate(s)"),
                    ("numbers", {"periodic": jnp.ones(2)}, "true or false"),
                    ("nothing", {"periodic": None}, "got None"),
                ],
            ),
        ],
    ),
    **cases("hoam.noise.quiet_noise", of_one(quiet_noise, 0, None), error=TypeError),
}
MODEL = translation.untrained()
SAMPLER = dataclasses.replace(MODEL, sampler=samplers.FlowSampler())
STATE = {"y": jnp.ones(2), "t": 0.5, "mu": jnp.ones(1)}
POTENTIALS = {
    **cases(
        "hoam.arguments.require_shape",
        of_one(lambda x: arguments.require_shape(x, (2,), what="x"), "ab", None, [1.0, 2.0]),
        error=TypeError,
    ),
    **cases(
        "hoam.arguments.require_shape",
        [("three", lambda f: arguments.require_shape(np.ones(3), (2,), what="x"), "(3,)")],
    ),
    **cases(
        "hoam.model.Model.potential",
        with_arguments(
            MODEL.potential,
            STATE,
            [
                ("one coordinate", {"y": jnp.ones(1)}, "y, of shape (2,); got shape (1,)"),
                ("many states", {"y": jnp.ones((5, 2))}, "(5, 2)"),
                ("two times", {"t": jnp.zeros(2)}, "t, of shape (); got shape (2,)"),
                ("two parameters", {"mu": jnp.ones(2)}, "mu, of shape (1,); got shape (2,)"),
                ("a number for mu", {"mu": 1.0}, "got shape ()"),
            ],
        ),
    ),
    **cases(
        "hoam.model.Model.potential",
        [
            *with_arguments(
                MODEL.potential,
                STATE,
                [
                    ("words", {"y": "ab"}, "got 'ab'"),
                    ("no time", {"t": None}, "got None"),
                    ("complex numbers", {"mu": jnp.ones(1, complex)}, "mu, real numbers"),
                ],
            ),
            ("a sampler", lambda folder: SAMPLER.potential(**STATE), "got FlowSampler"),
        ],
        error=TypeError,
    ),
}
CASES = {**DRAWS, **POTENTIALS}
