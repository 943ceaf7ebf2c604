"""What the tests of the plasmas share: energies, distributions and growing waves."""

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import norm, qmc

from hoam import dispersion, particle_mesh
from hoam.systems.loading import mixture_quantile


def beam_distribution(v, beams):
    """Return the distribution function of a mixture of beams."""
    return sum(f * norm.cdf(v, u, s) for f, u, s in beams)


def energies(paths, system, mu):
    """Return kinetic and electric energy per particle over time."""
    kinetic = 0.5 * np.mean(np.asarray(paths)[..., 1] ** 2, axis=1)
    field = [
        float(particle_mesh.field_energy(x, mu=mu, length=system.length, cells=system.cells))
        for x in paths[..., 0]
    ]
    return kinetic, np.asarray(field)


def growing_mode(x, v, k, omega, size):
    """Displace markers along the growing eigenmode, with a density perturbation of a given size.

    With phi ~ exp(i k x - i omega t) the displacements obey i (k v - omega) dv = i k phi and
    i (k v - omega) dx = dv.
    """
    rate = 1j * (k * v - omega)
    push = 1j * k * np.exp(1j * k * x) / rate
    shift = push / rate
    scale = size / abs(k * np.mean(shift * np.exp(-1j * k * x)))
    return np.stack([x + (scale * shift).real, v + (scale * push).real], axis=1)


def seeded_growth(system, *, mode, mu):
    """Return the growth rate of a run started from the fastest wave of one mode of the box."""
    k = 2 * np.pi * mode / system.length
    omega = dispersion.fastest_root(k, mu=mu, beams=system.beams)
    points = qmc.Sobol(2, scramble=True, rng=np.random.default_rng(1)).random_base2(14)
    x, v = system.length * points[:, 0], mixture_quantile(points[:, 1], system.beams)
    start = jnp.asarray(growing_mode(x, v, k, omega, 2e-3))
    times = np.linspace(0, 10, 41)
    paths = system.evolve(jax.random.key(0), start, mu=mu, times=times)
    amplitude = np.abs(np.exp(-1j * k * np.asarray(paths[..., 0])).mean(axis=1))
    return np.polyfit(times, np.log(amplitude), 1)[0]
