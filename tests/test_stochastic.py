"""Runge-Kutta drift between half steps of noise: order 4 without noise, order 2 of moments."""

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from convergence import order_in_the_step, slope
from scipy.linalg import expm

from hoam.systems import Bistable, Chaos9D, Trap100D
from hoam.systems.base import gaussian, subscripted
from hoam.systems.stochastic import StochasticSystem


class Linear(StochasticSystem):
    """A base of linear test equations, whose moments are known."""

    horizon: ClassVar[float] = 1.0

    def initial(self, key, *, mu, n_samples):
        return gaussian(key, mean=self.amplitudes(), deviation=0.0, n_samples=n_samples)


@dataclass(frozen=True)
class Relaxation(Linear):
    """dx = -x dt + dW."""

    time_step: float

    def amplitudes(self):
        return (1.0,)

    def drift(self, x, t, mu):
        return -mu * x


@dataclass(frozen=True)
class Pendulum(Linear):
    """dx = v dt, dv = (-x - v/2) dt + dW: no noise on the position."""

    time_step: float = 0.02
    matrix: ClassVar = np.asarray([[0.0, 1.0], [-1.0, -0.5]])

    def amplitudes(self):
        return (0.0, 1.0)

    def drift(self, x, t, mu):
        return jnp.asarray(self.matrix, x.dtype) @ x


@dataclass(frozen=True)
class Forced(Linear):
    """x' = cos(t) x, without noise: x = exp(sin t) x(0)."""

    time_step: float

    def amplitudes(self):
        return (0.0,)

    def drift(self, x, t, mu):
        return jnp.cos(t) * x


@pytest.mark.parametrize(
    ("kind", "mu", "end", "coarsest", "n_samples", "tolerance"),
    [
        (Bistable, 0.1, 4.0, 0.02, 32, 0.2),
        (Bistable, 0.3, 4.0, 0.02, 32, 0.2),
        (Chaos9D, 13.5, 8.0, 0.1, 8, 0.15),
        (Chaos9D, 14.2, 8.0, 0.1, 8, 0.15),
        (Trap100D, 0.6, 2.0, 0.04, 4, 0.2),
    ],
)
def test_without_noise_the_systems_have_order_4_in_their_step(
    kind, mu, end, coarsest, n_samples, tolerance
):
    order, errors = order_in_the_step(
        lambda step: kind(noise=0.0, time_step=step),
        mu=mu,
        end=end,
        steps=[coarsest, coarsest / 2, coarsest / 4],
        n_samples=n_samples,
    )
    assert order == pytest.approx(4, abs=tolerance)
    # The fast start of the bistable particle, at a speed of 10, costs digits.
    assert errors[0] < 1e-3 if kind is Bistable else errors[-1] < 1e-6


def test_without_noise_the_order_is_4_also_for_a_drift_that_depends_on_time():
    times, start = np.asarray([0.5, 3.0]), jnp.ones((1, 1))
    exact = np.exp(np.sin(3.0) - np.sin(0.5))

    def end(h):
        return float(Forced(h).evolve(jax.random.key(0), start, mu=1.0, times=times)[-1, 0, 0])

    steps = 2.5 / np.asarray([32, 64, 128])
    errors = [abs(end(h) - exact) for h in steps]
    assert slope(steps, errors) == pytest.approx(4, abs=0.2)


def test_the_stationary_variance_converges_with_order_2():
    n, times = 2**19, np.asarray([0.0, 6.0])
    steps = np.asarray([1.0, 0.5, 0.25])
    errors = [
        np.asarray(
            Relaxation(h).evolve(jax.random.key(0), jnp.zeros((n, 1)), mu=1.0, times=times)[-1]
        ).var()
        / 0.5
        - 1
        for h in steps
    ]
    # With the exact flow e^-h the stationary variance is 1/2 h coth h = 1/2 (1 + h^2/3 + ...).
    np.testing.assert_allclose(errors[1:], steps[1:] / np.tanh(steps[1:]) - 1, atol=5 * 2 / n**0.5)
    assert slope(steps, errors) == pytest.approx(2, abs=0.15)


def test_the_law_of_a_linear_equation_with_noise_on_the_velocity_alone_is_met():
    n, times = 2**14, np.asarray([0.0, 0.7, 2.5])
    paths = np.asarray(Pendulum().simulate(jax.random.key(0), mu=0.0, times=times, n_samples=n))
    # The covariance approaches that of equilibrium, diag(1, 1) for this friction and noise.
    for x, t in zip(paths, times, strict=True):
        flow = expm(t * Pendulum.matrix)
        mean, covariance = flow @ [0.0, 1.0], np.eye(2) - flow @ flow.T
        assert (np.abs(x.mean(axis=0) - mean) <= 1e-6 + 5 * np.sqrt(np.diag(covariance) / n)).all()
        np.testing.assert_allclose(np.cov(x.T), covariance, atol=5 * np.sqrt(2 / n) + 1e-3)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_paths_keep_the_precision_of_their_start(dtype):
    start = jnp.ones((3, 2), dtype)
    paths = Pendulum().evolve(jax.random.key(0), start, mu=0.0, times=np.asarray([0.0, 0.1]))
    assert paths.dtype == dtype


def test_same_key_same_paths_and_other_key_other_paths():
    one, two, other = (
        Pendulum().simulate(jax.random.key(k), mu=0.0, times=[0.0, 1.0], n_samples=8)
        for k in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, other)


def test_names_carry_their_number_as_a_subscript():
    names = subscripted("x", 100)
    assert (len(names), names[0], names[9], names[-1]) == (100, "x₁", "x₁₀", "x₁₀₀")
