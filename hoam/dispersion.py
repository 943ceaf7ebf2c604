r"""Linear theory of electrostatic waves for a mixture of drifting Maxwellians.

A perturbation $e^{i(kx - \omega t)}$ of $\sum_j n_j N(u_j, v_j^2)$ under $\mu^2\phi'' = n - 1$
obeys

$$D(\omega, k) = 1 + \sum_j \frac{n_j}{\mu^2 k^2 v_j^2}\bigl[1 + z_j Z(z_j)\bigr] = 0, \qquad
z_j = \frac{\omega/k - u_j}{\sqrt 2\, v_j},$$

with the plasma dispersion function $Z(z) = i\sqrt\pi\,w(z)$ (Fried and Conte, 1961; $w$ is SciPy's
`wofz`). On a box of length $L$ only $k = 2\pi m/L$ with an integer $m$ fits.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import newton
from scipy.special import wofz

from hoam.arguments import as_whole


def dispersion_function(
    omega: complex, k: float, *, mu: float, beams: Sequence[tuple[float, float, float]]
) -> complex:
    r"""Return $D(\omega, k)$.

    Args:
        omega: complex frequency.
        k: wave number, non-zero.
        mu: scaling of the Poisson equation.
        beams: (density, mean velocity, thermal velocity) of each Maxwellian.

    Raises:
        ValueError: if `k` or `mu` is zero or not finite, or there is no beam.
    """
    if not 0 < abs(k * mu) < np.inf or not beams:
        message = (
            f"Expected k and mu other than zero and at least one beam; got {k}, {mu} and {beams}. "
            "Use k = 2 pi m / length of a whole number m."
        )
        raise ValueError(message)
    value = 1.0 + 0.0j
    for n, u, v in beams:
        z = (omega / k - u) / (np.sqrt(2) * v)
        value += n / (mu * k * v) ** 2 * (1 + z * _plasma_dispersion(z))
    return complex(value)


def fastest_root(k: float, *, mu: float, beams: Sequence[tuple[float, float, float]]) -> complex:
    r"""Return the root $\omega$ of $D(\cdot, k)$ with the largest imaginary part, the growth rate.

    Newton's method with the exact derivative, started on a grid of phase velocities and growth
    rates.

    Args:
        k: wave number, positive.
        mu: scaling of the Poisson equation.
        beams: (density, mean velocity, thermal velocity) of each Maxwellian.

    Raises:
        ValueError: if `k` or `mu` is zero or not finite, there is no beam, or no start converges to
            a root.
    """
    dispersion_function(0j, k, mu=mu, beams=beams)  # refuses what has no root before the search
    reach = max(abs(u) + 2 * v for _, u, v in beams)
    starts = [
        complex(k * phase, growth)
        for phase in np.linspace(-reach, reach, 13)
        for growth in (-0.3, -0.05, 0.05, 0.3)
    ]
    # A start far from any root may overflow; it is discarded like one that does not converge.
    with np.errstate(all="ignore"):
        found = [_refine(start, k, mu, beams) for start in starts]
    roots = [root for root in found if root is not None]
    if not roots:
        message = (
            f"Expected a root of the dispersion function at k = {k}; got none. Use another k or mu."
        )
        raise ValueError(message)
    return max(roots, key=lambda w: (round(w.imag, 9), w.real))


def fastest_mode(
    *, mu: float, length: float, beams: Sequence[tuple[float, float, float]], modes: int = 12
) -> tuple[int, complex]:
    r"""Return the mode number $m$ and frequency of the fastest-growing wave of a periodic box.

    Args:
        mu: scaling of the Poisson equation.
        length: length of the box, $k = 2\pi m/L$.
        beams: (density, mean velocity, thermal velocity) of each Maxwellian.
        modes: number of modes searched.

    Raises:
        ValueError: if `modes` is smaller than 1; see also `fastest_root`.
    """
    as_whole(modes, least=1, what="a number of modes")
    roots = {
        m: fastest_root(2 * np.pi * m / length, mu=mu, beams=beams) for m in range(1, modes + 1)
    }
    best = max(roots, key=lambda m: roots[m].imag)
    return best, roots[best]


def _refine(
    start: complex, k: float, mu: float, beams: Sequence[tuple[float, float, float]]
) -> complex | None:
    root, result = newton(  # pyright: ignore[reportGeneralTypeIssues, reportAssignmentType]
        lambda w: dispersion_function(w, k, mu=mu, beams=beams),
        start,
        fprime=lambda w: _derivative(w, k, mu, beams),
        maxiter=60,
        tol=1e-12,
        full_output=True,
        disp=False,
    )
    omega = complex(root)  # pyright: ignore[reportArgumentType]
    residual = abs(dispersion_function(omega, k, mu=mu, beams=beams))
    return omega if result.converged and residual < 1e-8 else None


def _plasma_dispersion(z: complex) -> complex:
    return 1j * np.sqrt(np.pi) * wofz(z)


def _derivative(
    omega: complex, k: float, mu: float, beams: Sequence[tuple[float, float, float]]
) -> complex:
    value = 0.0 + 0.0j
    for n, u, v in beams:
        z = (omega / k - u) / (np.sqrt(2) * v)
        big_z = _plasma_dispersion(z)
        # d/dz [1 + z Z] = Z + z Z' with Z' = -2 (1 + z Z).
        slope = big_z - 2 * z * (1 + z * big_z)
        value += n / (mu * k * v) ** 2 * slope / (np.sqrt(2) * v * k)
    return value
