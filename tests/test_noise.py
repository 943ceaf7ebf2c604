"""Noise to start from: its law, and the error of its means where it is placed evenly."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hoam import noise
from hoam.samplers import FlowSampler

PERIODIC = jnp.asarray([True, False])


def means(place, count, *, keys=8):
    """Return the means over samples of a wave in each coordinate, `[keys, 2]`."""
    found = []
    for key in jax.random.split(jax.random.key(0), keys):
        y = place(key, 0.25, like=jnp.zeros((count, 2)), periodic=PERIODIC)
        found.append([jnp.cos(2 * jnp.pi * y[:, 0]).mean(), y[:, 1].mean() - 0.5])
    return np.asarray(found)


@pytest.mark.parametrize("place", [noise.noise, noise.quiet_noise])
def test_noise_is_uniform_on_the_circle_and_gaussian_on_the_line(place):
    n = 4096
    y = np.asarray(place(jax.random.key(1), 0.25, like=jnp.zeros((n, 2)), periodic=PERIODIC))
    for values, cumulative in (
        (y[:, 0], lambda x: x),
        (y[:, 1], lambda x: np.asarray(jax.scipy.stats.norm.cdf(x, 0.5, 0.25))),
    ):
        empirical = (np.arange(n) + 0.5) / n
        assert np.abs(cumulative(np.sort(values)) - empirical).max() < 2.2 / np.sqrt(n)
    assert abs(np.corrcoef(y.T)[0, 1]) < 4 / np.sqrt(n)


@pytest.mark.parametrize(
    ("place", "order"), [(noise.noise, 0.5), (noise.quiet_noise, 1.0)], ids=["drawn", "quiet"]
)
def test_means_of_n_samples_err_by_one_over_root_n_if_drawn_and_by_about_one_over_n_if_quiet(
    place, order
):
    counts = np.asarray([2**8, 2**10, 2**12, 2**14])
    errors = np.sqrt([np.mean(means(place, int(n)) ** 2) for n in counts])
    slope = -np.polyfit(np.log(counts), np.log(errors), 1)[0]
    assert slope == pytest.approx(order, abs=0.25)


def test_a_quiet_start_is_finite_for_any_count_and_depends_on_the_key():
    like = jnp.zeros((1000, 2), jnp.float32)
    one, two = (
        noise.quiet_noise(jax.random.key(k), 0.25, like=like, periodic=PERIODIC) for k in (0, 1)
    )
    assert np.all(np.isfinite(one))
    assert not np.allclose(one, two)


def test_a_flow_keeps_the_order_of_its_quiet_start():
    # A flow that only shifts the circle: the wave in its samples is that of the start.
    shift = lambda condition: lambda y: jnp.full_like(y, 0.3)  # noqa: E731
    waves = []
    for quiet in (True, False):
        sampler = FlowSampler(steps=2, order=1, quiet=quiet)
        like = jnp.zeros((4096, 1))
        y = sampler.draw(jax.random.key(2), shift, like=like, periodic=jnp.asarray([True]))
        waves.append(abs(np.exp(2j * np.pi * np.asarray(y)[:, 0]).mean()))
    assert waves[0] < 0.1 * waves[1]
