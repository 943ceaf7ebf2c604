"""Steps that a pilot chooses: order, tolerance, output between steps, and their limits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hoam.adaptive import MOST, choose_steps, follow_steps
from hoam.integrators import bogacki_shampine_step

MATRIX = jnp.asarray([[-0.3, 2.0], [-2.0, -0.1]])
X0 = jnp.asarray([[1.0, 0.0], [0.5, -2.0], [-1.0, 1.0]])


def rotation(t, x):
    """A linear field with a rate that varies in time, so that the times of the stages matter."""
    return jnp.cos(t) * x @ MATRIX.T


def exact(t):
    return X0 @ jax.scipy.linalg.expm(jnp.sin(t) * MATRIX).T


def chosen(tolerance, *, field=rotation, x=X0, end=2.0):
    return np.asarray(jax.jit(lambda: choose_steps(field, x, 0.0, end, tolerance))())


def count(grid):
    return len(np.unique(grid)) - 1


def test_the_method_has_order_3_and_its_estimate_the_order_of_the_embedded_one():
    sizes = np.asarray([0.2, 0.1, 0.05])
    found = [bogacki_shampine_step(rotation, X0, 0.0, h, rotation(0.0, X0)) for h in sizes]
    errors = [float(jnp.abs(x - exact(h)).max()) for (x, *_), h in zip(found, sizes, strict=True)]
    estimates = [float(jnp.abs(estimate).max()) for *_, estimate in found]
    slope = lambda values: np.polyfit(np.log(sizes), np.log(values), 1)[0]  # noqa: E731
    assert slope(errors) == pytest.approx(4, abs=0.2)
    assert slope(estimates) == pytest.approx(3, abs=0.2)


def test_the_velocity_after_a_step_is_that_of_the_next():
    after, slope, _ = bogacki_shampine_step(rotation, X0, 0.3, 0.1, rotation(0.3, X0))
    np.testing.assert_allclose(slope, rotation(0.4, after), rtol=1e-12)


def test_the_grid_ascends_from_start_to_end_and_repeats_its_last_time():
    grid = chosen(1e-4)
    steps = count(grid)
    assert grid.shape == (MOST + 1,)
    assert grid[0] == 0
    assert (np.diff(grid[: steps + 1]) > 0).all()
    np.testing.assert_array_equal(grid[steps:], 2.0)


def test_the_number_of_steps_grows_like_the_inverse_cube_root_of_the_tolerance():
    tolerances = np.asarray([1e-5, 1e-6, 1e-7, 1e-8])
    steps = [count(chosen(tolerance)) for tolerance in tolerances]
    assert np.polyfit(np.log(tolerances), np.log(steps), 1)[0] == pytest.approx(-1 / 3, abs=0.04)


def test_steps_are_short_where_the_field_turns_fast():
    def bump(t, x):
        return x * 10 * jnp.exp(-((t - 1.0) ** 2) / 0.005)

    grid = chosen(1e-4, field=bump)
    inside = (np.abs(grid - 1) < 0.2).sum()
    outside = count(grid) - inside
    # A fifth of the interval.
    assert inside > 3 * outside


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5, 1e-7])
def test_the_error_stays_in_proportion_to_the_tolerance_at_every_output_time(tolerance):
    times = jnp.linspace(0.0, 2.0, 41)
    path = follow_steps(rotation, x0=X0, times=times, grid=jnp.asarray(chosen(tolerance)))
    truth = jnp.stack([exact(t) for t in times])
    np.testing.assert_array_equal(path[0], X0)
    assert float(jnp.abs(path - truth).max()) < 20 * tolerance


def test_output_between_steps_has_order_4_and_is_the_state_itself_at_their_ends():
    errors = []
    for n in (4, 8, 16):
        grid = jnp.linspace(0.0, 2.0, n + 1)
        middle = jnp.sort(jnp.concatenate([grid, grid[:-1] + 1 / n]))
        path = follow_steps(rotation, x0=X0, times=middle, grid=grid)
        ends = follow_steps(rotation, x0=X0, times=grid, grid=grid)
        np.testing.assert_allclose(path[::2], ends, atol=1e-12)
        # One step from an exact state would be off by h^4; so is the cubic between two of them.
        errors.append(float(jnp.abs(path[1] - exact(middle[1])).max()))
    assert np.polyfit(np.log([4, 8, 16]), np.log(errors), 1)[0] == pytest.approx(-4, abs=0.3)


def test_output_times_may_lie_many_in_one_step_or_many_steps_apart():
    grid = jnp.linspace(0.0, 2.0, 33)
    times = jnp.asarray([0.0, 0.01, 0.02, 1.9, 2.0])
    path = follow_steps(rotation, x0=X0, times=times, grid=grid)
    np.testing.assert_allclose(path, [exact(t) for t in times], atol=5e-4)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_field_that_is_not_finite_ends_after_as_many_attempts_as_are_allowed(value):
    grid = chosen(1e-4, field=lambda t, x: jnp.where(t > 1, value, 1.0) * jnp.ones_like(x))
    assert grid[-1] < 1.01
