r"""A noisy harmonic oscillator in the plane, observed through its position only.

$$\begin{aligned}
\mathrm{d}q &= v\,\mathrm{d}t, \qquad \mathrm{d}v = -\omega^2 q\,\mathrm{d}t +
\sigma\,\mathrm{d}W, \\
(q, v)(0) &\sim N\bigl((-1, -1, 0, 0),\; 10^{-2} I\bigr), \qquad \sigma = 5\cdot 10^{-2}
\end{aligned}$$

(arXiv 2410.12000, Section 4.1 and Figure 2; $\mu = \omega$). The law of $q(t)$ is the isotropic
Gaussian $N(m(t), \mathrm{sd}(t)^2 I)$ with

$$\begin{aligned}
m &= m_0 \cos\omega t, \\
\mathrm{sd}^2 &= 10^{-2}\Bigl(\cos^2\omega t + \frac{\sin^2\omega t}{\omega^2}\Bigr) +
\frac{\sigma^2}{\omega^2}\Bigl(\frac t2 - \frac{\sin 2\omega t}{4\omega}\Bigr),
\end{aligned}$$

and the potential that moves it is quadratic, so every quantity of the method has a closed form. The
stochastic differential equation is linear: each step samples its exact Gaussian transition.
"""

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.systems.base import System, gaussian
from hoam.types import PRNGKey, Scalar, as_times


@dataclass(frozen=True)
class Oscillator(System):
    """The harmonic oscillator; see the module for its equations.

    Args:
        sigma: noise on the velocity.
        spread: standard deviation of each initial coordinate.

    Raises:
        ValueError: if a number is not finite.
    """

    sigma: float = 5e-2
    spread: float = 0.1

    train_mus: ClassVar[tuple[float, ...]] = (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0)
    test_mus: ClassVar[tuple[float, ...]] = train_mus
    horizon: ClassVar[float] = 1.0
    periods: ClassVar[tuple[float | None, ...]] = (None, None)
    coordinates: ClassVar[tuple[str, ...]] = ("q₁", "q₂")
    start: ClassVar[tuple[float, ...]] = (-1.0, -1.0)

    def initial(self, key: PRNGKey, *, mu: Scalar, n_samples: int) -> Float[Array, "N 4"]:
        """Draw positions and velocities; the law does not depend on `mu`."""
        del mu
        return gaussian(
            key, mean=(*self.start, 0.0, 0.0), deviation=self.spread, n_samples=n_samples
        )

    def evolve(
        self, key: PRNGKey, states: Float[Array, "N 4"], *, mu: Scalar, times: np.ndarray
    ) -> Float[Array, "T N 2"]:
        """Sample the exact transition between output times; no time-stepping error."""
        coefficients = _transition_coefficients(np.diff(as_times(times)), float(mu), self.sigma)
        return _transitions(key, states, jnp.asarray(coefficients, states.dtype))

    def mean(self, t: Scalar | Array, mu: Scalar) -> Array:
        r"""Return $m(t) = m_0\cos\omega t$, shape `[..., 2]` for times `[...]`."""
        return jnp.tensordot(jnp.cos(mu * jnp.asarray(t)), jnp.asarray(self.start), axes=0)

    def deviation(self, t: Scalar | Array, mu: Scalar) -> Array:
        r"""Return $\mathrm{sd}(t)$, the standard deviation of each coordinate, shape of `t`."""
        t = jnp.asarray(t)
        ballistic = jnp.cos(mu * t) ** 2 + (jnp.sin(mu * t) / mu) ** 2
        diffusive = (t / 2 - jnp.sin(2 * mu * t) / (4 * mu)) / mu**2
        return jnp.sqrt(self.spread**2 * ballistic + self.sigma**2 * diffusive)

    def law_nodes(self, t: Scalar, mu: Scalar, *, n: int = 8) -> tuple[Array, Array]:
        r"""Return nodes `[n^2, 2]` and weights `[n^2]` of a Gauss-Hermite rule for the law at t.

        Expectations of polynomials up to degree 2n - 1 in each coordinate are exact.

        Args:
            t: time.
            mu: the frequency.
            n: nodes per coordinate.
        """
        from scipy.special import roots_hermitenorm  # takes half as long as all of this package

        nodes, weights = roots_hermitenorm(n)
        grid = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2)
        product = np.outer(weights, weights).ravel() / (2 * np.pi)
        return self.mean(t, mu)[None] + self.deviation(t, mu) * grid, jnp.asarray(product)

    def potential(
        self,
        x: Float[Array, " 2"],
        t: Scalar,
        mu: Scalar,
        *,
        epsilon: float = 0.0,
        scale: tuple[float, float] = (1.0, 1.0),
    ) -> Float[Array, ""]:
        r"""Return the exact potential, pinned to zero at the mean.

        $$s(x, t) = \sum_i m_i' y_i + \tfrac12\Bigl(\frac{\mathrm{sd}'}{\mathrm{sd}} -
        \frac{\epsilon^2}{2\,\mathrm{sd}^2}\Bigr) y_i^2, \qquad y = x - m$$

        A coordinate measured in units of $S_i$ has its terms divided by $S_i^2$, and $\epsilon$ in
        those units.

        Args:
            x: `[2]`, a position.
            t: time.
            mu: the frequency.
            epsilon: diffusion of the inference dynamics, whose spreading the potential has to undo.
            scale: $S$, unit of each coordinate.
        """
        t = jnp.asarray(t, x.dtype)
        m, slope = jax.jvp(lambda u: self.mean(u, mu), (t,), (jnp.ones_like(t),))
        sd, change = jax.jvp(lambda u: self.deviation(u, mu), (t,), (jnp.ones_like(t),))
        unit = jnp.asarray(scale, x.dtype)
        y = (x - m) / unit
        rate = change / sd - 0.5 * (epsilon * unit / sd) ** 2
        return jnp.sum(slope / unit * y + 0.5 * rate * y**2)

    def integrand(
        self, t: Scalar, mu: Scalar, *, scale: tuple[float, float] = (1.0, 1.0)
    ) -> Float[Array, ""]:
        r"""Return $q(t) = \sum_i \tfrac12(\mathrm{sd}\,\mathrm{sd}'' - m_i'^2)/S_i^2$.

        It is the expectation of $\tfrac12|\nabla s|^2 + \partial_t s$ under the exact law for
        $\epsilon = 0$, with $s$ pinned to zero at the mean.

        Args:
            t: time.
            mu: the frequency.
            scale: $S$, unit of each coordinate.
        """
        slope = jax.jvp(lambda u: self.mean(u, mu), (t,), (jnp.ones_like(t),))[1]
        second = jax.grad(jax.grad(self.deviation))(t, mu)
        terms = 0.5 * (self.deviation(t, mu) * second - slope**2)
        return jnp.sum(terms / jnp.asarray(scale, terms.dtype) ** 2)

    def kinetic_energy(
        self, t: Scalar, mu: Scalar, *, scale: tuple[float, float] = (1.0, 1.0)
    ) -> Float[Array, ""]:
        r"""Return $\sum_i \tfrac12(m_i'^2 + \mathrm{sd}'^2)/S_i^2 = E[\tfrac12|\nabla s|^2]$.

        Minus its integral over [0, 1] is the minimum of the loss for $\epsilon = 0$.

        Args:
            t: time.
            mu: the frequency.
            scale: $S$, unit of each coordinate.
        """
        slope = jax.jvp(lambda u: self.mean(u, mu), (t,), (jnp.ones_like(t),))[1]
        terms = 0.5 * (slope**2 + jax.grad(self.deviation)(t, mu) ** 2)
        return jnp.sum(terms / jnp.asarray(scale, terms.dtype) ** 2)


def _transition_coefficients(h: np.ndarray, w: float, sigma: float) -> np.ndarray:
    """Return `[T - 1, 6]`: three of the rotation, then the Cholesky factor of its noise.

    In double precision, and by series where h is small: the variance of q is of order h^3, and
    would drown in the rounding of its closed form.
    """
    x = 2 * w * h
    excess = np.where(x < 1e-2, x**3 / 6 * (1 - x**2 / 20), x - np.sin(x)) / (4 * w)
    sine = np.sin(w * h)
    qq, qv, vv = excess / w**2, (sine / w) ** 2 / 2, h - excess
    root = np.sqrt(qq)
    rest = np.sqrt(np.maximum(vv - (qv / root) ** 2, 0.0))
    noise = [sigma * root, sigma * qv / root, sigma * rest]
    return np.stack([np.cos(w * h), sine / w, -w * sine, *noise], axis=1)


@jax.jit
def _transitions(
    key: PRNGKey, states: Float[Array, "N 4"], coefficients: Float[Array, "G 6"]
) -> Float[Array, "T N 2"]:
    def step(state, inputs):
        key, (c, s, back, qq, qv, vv) = inputs
        q, v = state
        a, b = jax.random.normal(key, (2, *q.shape), q.dtype)
        q, v = c * q + s * v + qq * a, c * v + back * q + qv * a + vv * b
        return (q, v), q

    start = (states[:, :2], states[:, 2:])
    keys = jax.random.split(key, coefficients.shape[0])
    _, path = jax.lax.scan(step, start, (keys, tuple(coefficients.T)))
    return jnp.concatenate([start[0][None], path])
