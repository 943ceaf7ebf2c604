"""Deposition, Poisson solve and field of the particle-in-cell method on a line and in a box."""

import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

from hoam import particle_mesh

LENGTH, CELLS = 50.0, 64
GRID = jnp.arange(CELLS) * (LENGTH / CELLS)
few = settings(max_examples=20, deadline=None, derandomize=True)


def deposit(x):
    return particle_mesh.density(x, length=LENGTH, cells=CELLS)


def test_evenly_spaced_particles_make_a_constant_density():
    x = (jnp.arange(4 * CELLS) + 0.3) * (LENGTH / (4 * CELLS))
    np.testing.assert_allclose(deposit(x), 1.0, rtol=1e-13)


@few
@given(seed=st.integers(0, 2**31), count=st.integers(1, 300), shift=st.integers(-3, 3))
def test_the_density_has_mean_one_and_does_not_see_full_periods(seed, count, shift):
    x = jax.random.uniform(jax.random.key(seed), (count,), maxval=LENGTH)
    n = deposit(x)
    assert float(n.mean()) == pytest.approx(1.0, rel=1e-12)
    assert float(n.min()) >= 0
    np.testing.assert_allclose(deposit(x + shift * LENGTH), n, atol=1e-9)


@pytest.mark.parametrize("position", [3.0, 10.3, 24.95, 40.0])
def test_deposition_conserves_the_first_moment_of_a_particle(position):
    n = deposit(jnp.asarray([position]))
    assert float(jnp.mean(n * GRID)) == pytest.approx(position, rel=1e-12)


def test_a_particle_between_the_last_cell_and_the_wrap_is_shared_by_both():
    n = np.asarray(deposit(jnp.asarray([LENGTH - 0.25 * LENGTH / CELLS])))
    np.testing.assert_allclose(n[[0, -1]], [0.75 * CELLS, 0.25 * CELLS], rtol=1e-11)
    assert np.count_nonzero(n) == 2


@pytest.mark.parametrize("mode", [1, 2, 5, 31])
@pytest.mark.parametrize("mu", [1.0, 1.85])
def test_the_poisson_solve_is_exact_for_single_modes(mode, mu):
    k = 2 * jnp.pi * mode / LENGTH
    n = 1 + 0.1 * jnp.cos(k * GRID + 0.4)
    phi = particle_mesh.electric_potential(n, mu=mu, length=LENGTH)
    np.testing.assert_allclose(phi, -(n - 1) / (mu * k) ** 2, atol=1e-13 / (mu * k) ** 2 + 1e-15)


@few
@given(seed=st.integers(0, 2**31))
def test_the_potential_has_mean_zero_and_its_second_derivative_returns_the_density(seed):
    n = deposit(jax.random.uniform(jax.random.key(seed), (500,), maxval=LENGTH))
    phi = particle_mesh.electric_potential(n, mu=1.3, length=LENGTH)
    k = 2 * jnp.pi * jnp.fft.rfftfreq(CELLS, d=LENGTH / CELLS)
    again = 1 + 1.3**2 * jnp.fft.irfft(-(k**2) * jnp.fft.rfft(phi), n=CELLS)
    assert abs(float(phi.mean())) < 1e-12
    np.testing.assert_allclose(again, n, atol=1e-10)


@pytest.mark.parametrize("cells", [63, 64])
def test_particles_exert_no_total_force_on_themselves(cells):
    x = jax.random.uniform(jax.random.key(0), (1000,), maxval=LENGTH)
    f = particle_mesh.force(x, mu=1.25, length=LENGTH, cells=cells)
    assert abs(float(f.sum())) < 1e-11 * float(jnp.abs(f).sum())


def test_the_force_is_the_slope_of_the_potential():
    # Particles at the quantiles of 1 + 0.2 cos(k x): the density of one mode up to its shape error.
    k = 2 * jnp.pi / LENGTH
    p = (jnp.arange(2**14) + 0.5) / 2**14
    x = p * LENGTH
    for _ in range(20):
        x = x - (x + 0.2 / k * jnp.sin(k * x) - p * LENGTH) / (1 + 0.2 * jnp.cos(k * x))
    f = particle_mesh.force(x, mu=1.5, length=LENGTH, cells=512)
    np.testing.assert_allclose(f, 0.2 / (1.5**2 * k) * jnp.sin(k * x), atol=2e-4)


def test_two_particles_attract_nothing_but_repel_each_other():
    # Equal charges: mu^2 phi'' = n - 1 and v' = phi' push neighbours apart.
    f = particle_mesh.force(jnp.asarray([24.0, 26.0]), mu=1.0, length=LENGTH, cells=CELLS)
    assert float(f[0]) < 0 < float(f[1])
    assert float(f[0]) == pytest.approx(-float(f[1]), rel=1e-10)


def test_the_field_energy_equals_its_three_expressions():
    mu = 1.25
    x = jax.random.uniform(jax.random.key(1), (1000,), maxval=LENGTH)
    energy = float(particle_mesh.field_energy(x, mu=mu, length=LENGTH, cells=CELLS))
    n = deposit(x)
    phi = particle_mesh.electric_potential(n, mu=mu, length=LENGTH)
    k = 2 * jnp.pi * jnp.fft.rfftfreq(CELLS, d=LENGTH / CELLS)
    modes = jnp.abs(jnp.fft.rfft(phi)) ** 2 * jnp.where(k == k[-1], 1, 2) / CELLS**2
    # mu^2/(2L) int phi'^2 by Parseval, and -1/2 of the mean of phi seen by the particles.
    assert energy == pytest.approx(0.5 * mu**2 * float(jnp.sum(k**2 * modes)), rel=1e-10)
    scaled = x * (CELLS / LENGTH)
    seen = jnp.interp(scaled, jnp.arange(CELLS + 1.0), jnp.append(phi, phi[0]))
    assert energy == pytest.approx(-0.5 * float(seen.mean()), rel=1e-10)
    assert energy > 0


def test_the_field_energy_of_a_single_mode_has_its_closed_form():
    k, mu = 2 * np.pi * 2 / LENGTH, 1.4
    x = jnp.arange(2**14) * (LENGTH / 2**14)
    x = x + 1e-3 * jnp.sin(k * x)
    energy = particle_mesh.field_energy(x, mu=mu, length=LENGTH, cells=512)
    # Displacements a sin(k x) make the density 1 - a k cos(k x), hence a^2/(4 mu^2).
    assert float(energy) == pytest.approx(1e-6 / (4 * mu**2), rel=1e-3)


BOX = (16, 8, 6)
SCATTERED = LENGTH * jnp.asarray(np.random.default_rng(0).random((2000, 3)))


def deposit_in_box(x):
    return particle_mesh.density(x, length=LENGTH, cells=BOX)


def force_in_box(x, cells=BOX):
    return particle_mesh.force(x, mu=1.25, length=LENGTH, cells=cells)


def test_the_density_in_a_box_has_mean_one_and_the_marginal_of_the_line():
    n = deposit_in_box(SCATTERED)
    assert n.shape == BOX
    assert float(n.mean()) == pytest.approx(1, rel=1e-12)
    for axis, cells in enumerate(BOX):
        others = tuple(i for i in range(3) if i != axis)
        line = particle_mesh.density(SCATTERED[:, axis], length=LENGTH, cells=cells)
        np.testing.assert_allclose(n.mean(axis=others), line, atol=1e-12)


@pytest.mark.parametrize("mode", [(1, 0, 0), (0, 2, 0), (3, 1, 2), (7, 3, 2)])
def test_the_poisson_solve_in_a_box_is_exact_for_single_modes(mode):
    grids = np.meshgrid(*(np.arange(n) * (LENGTH / n) for n in BOX), indexing="ij")
    k = 2 * np.pi * np.asarray(mode) / LENGTH
    n = 1 + 0.1 * jnp.cos(sum(a * x for a, x in zip(k, grids, strict=True)) + 0.4)
    phi = particle_mesh.electric_potential(n, mu=1.25, length=LENGTH)
    np.testing.assert_allclose(phi, -(n - 1) / (1.25**2 * (k @ k)), atol=1e-13)


@pytest.mark.parametrize("cells", [(16, 8, 6), (7, 5, 9)])
def test_particles_in_a_box_exert_no_total_force_on_themselves(cells):
    f = force_in_box(SCATTERED, cells)
    assert np.abs(f.sum(axis=0)).max() < 1e-11 * float(jnp.abs(f).sum())


def test_exchanging_the_directions_of_a_box_exchanges_the_components_of_the_force():
    order = np.asarray([2, 0, 1])
    turned = force_in_box(SCATTERED[:, order], tuple(BOX[i] for i in order))
    np.testing.assert_allclose(turned, force_in_box(SCATTERED)[:, order], atol=1e-11)


def test_a_box_with_one_cell_in_all_other_directions_is_a_line():
    f = force_in_box(SCATTERED, (CELLS, 1, 1))
    line = particle_mesh.force(SCATTERED[:, 0], mu=1.25, length=LENGTH, cells=CELLS)
    np.testing.assert_allclose(f[:, 0], line, atol=1e-12)
    np.testing.assert_allclose(f[:, 1:], 0.0, atol=1e-13)
    energy, expected = (
        particle_mesh.field_energy(x, mu=1.25, length=LENGTH, cells=cells)
        for x, cells in ((SCATTERED, (CELLS, 1, 1)), (SCATTERED[:, 0], CELLS))
    )
    assert float(energy) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_results_keep_the_precision_of_the_positions(dtype):
    x = jnp.linspace(0, 49, 100, dtype=dtype)
    assert deposit(x).dtype == dtype
    assert particle_mesh.force(x, mu=1.25, length=LENGTH, cells=CELLS).dtype == dtype
    assert particle_mesh.field_energy(x, mu=1.25, length=LENGTH, cells=CELLS).dtype == dtype
