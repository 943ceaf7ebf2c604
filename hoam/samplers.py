r"""Samplers of the methods that take the time as a condition: an inner solve for each output time.

A rollout (`hoam.sample`) moves one population through all times. Here the samples of each time are
made from noise, by a network that was trained to be conditioned on $(t, \mu)$ and on one value
more: the time $\tau$ of a flow, or the level $\sigma$ of the noise.

`FlowSampler` solves the flow of conditional flow matching (arXiv 2210.02747),

$$\frac{\mathrm{d}y}{\mathrm{d}\tau} = v(y, \tau; t, \mu), \qquad y(0) \sim \mathcal{N}(\tfrac12,
\varsigma^2 I), \qquad y(1) \sim \rho_t.$$

`AnnealedLangevin` takes $T$ steps at each of $L$ levels $\sigma_1 > \dots > \sigma_L$ (arXiv
1907.05600, Algorithm 1),

$$y \leftarrow y + \tfrac{\alpha_i}{2} \nabla\log p_{\sigma_i}(y) + \sqrt{\alpha_i}\,z, \qquad
\alpha_i = \varepsilon\,\sigma_i^2 / \sigma_L^2, \qquad z \sim \mathcal{N}(0, I).$$

States are normalised to [0, 1]. A periodic coordinate lives on the circle of length 1: it starts
from the uniform law, moves on the line, and the network sees it modulo 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from hoam.integrators import STEPS
from hoam.noise import noise, quiet_noise, wrap
from hoam.types import PRNGKey, Scalar

#: From the further conditions `[1]` to a map of states `[N, D]` to outputs `[N, D]`.
type Conditional = Callable[[Float[Array, " C"]], Callable[[Float[Array, "N D"]], Any]]


def flow_condition(tau: Scalar) -> Float[Array, " 1"]:
    r"""Return what the network sees of the time of a flow, $2\tau - 1$."""
    return jnp.atleast_1d(2 * jnp.asarray(tau) - 1)


def noise_condition(sigma: Scalar) -> Float[Array, " 1"]:
    r"""Return what the network sees of a noise level, $1 + \log_{10}\sigma$."""
    return jnp.atleast_1d(1 + jnp.log10(jnp.asarray(sigma)))


@dataclass(frozen=True)
class FlowSampler:
    r"""Solve a flow from noise at $\tau = 0$ to samples at $\tau = 1$ in equal steps.

    Args:
        steps: number of steps, at least 1.
        order: of the solver: 1 for Euler's method, 2 for Heun's, 4 for the classical Runge-Kutta
            method. The network is evaluated `steps * order` times.
        spread: standard deviation $\varsigma$ of the noise, normalised. A trained model knows only
            the one it was trained with.
        quiet: whether the noise is placed evenly (`quiet_noise`) instead of drawn. A flow keeps
            much of that order, and collective quantities such as a field energy gain by it.

    Raises:
        ValueError: if a number is out of range.
    """

    steps: int = 32
    order: int = 4
    spread: float = 0.25
    quiet: bool = False

    conditions: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if self.steps < 1 or self.order not in STEPS or not 0 < self.spread < float("inf"):
            message = (
                f"Expected steps >= 1, an order of {sorted(STEPS)} and spread > 0; got "
                f"{self.steps}, {self.order} and {self.spread}. Use e.g. FlowSampler(steps=32)."
            )
            raise ValueError(message)

    def draw(
        self,
        key: PRNGKey,
        network: Conditional,
        *,
        like: Float[Array, "N D"],
        periodic: Bool[Array, " D"],
    ) -> Float[Array, "N D"]:
        r"""Draw samples at one time; see `hoam.types.Sampler`.

        Args:
            key: random key of the noise.
            network: from $2\tau - 1$ to the velocities $v(\cdot, \tau)$.
            like: array of the shape and type to return.
            periodic: `[D]`, which coordinates have period 1.
        """
        h = jnp.asarray(1 / self.steps, like.dtype)
        step = STEPS[self.order]

        def velocity(tau: Scalar, y: Array) -> Array:
            return network(flow_condition(tau))(wrap(y, periodic))

        place = quiet_noise if self.quiet else noise
        start = place(key, self.spread, like=like, periodic=periodic)
        return jax.lax.fori_loop(0, self.steps, lambda i, y: step(velocity, y, i * h, h), start)


@dataclass(frozen=True)
class AnnealedLangevin:
    r"""Langevin dynamics at noise levels that fall from the size of the data to their resolution.

    At each level $\alpha_i/\sigma_i^2 = \varepsilon/\sigma_L^2$ is the same number, `ratio`. Where
    the noise hides the data, $p_{\sigma_i} \approx \mathcal{N}(m, \sigma_i^2)$, a step contracts by
    $1 - \frac12$`ratio`: a large one forgets the level before, a small one has a small error of
    discretisation. For Gaussian data of standard deviation $\delta$ the variance of the samples is
    known in closed form, from $V \leftarrow (1 - \frac{\alpha_i}{2(\delta^2 + \sigma_i^2)})^2 V +
    \alpha_i$. With the defaults, $\varepsilon = 2\cdot10^{-5}$ as in the paper, it is within
    6.1 % of $\delta^2$ for $0.05 \le \delta \le 0.4$, and with `ratio=0.5` within 2.5 %; but a
    learned score has errors, and larger steps need not be better there. At $\delta = 0.02$, twice
    the last level, the variance is 19 % short.

    The chain starts from $\mathcal{N}(\frac12, \sigma_1^2)$, where the noise of the first level
    would leave the data.

    Args:
        levels: number $L$ of noise levels, at least 2.
        largest: $\sigma_1$, normalised: the data have size 1.
        smallest: $\sigma_L$, at most as large.
        steps: number $T$ of steps at each level; the network is evaluated $L T$ times, and once
            more to denoise.
        ratio: $\varepsilon/\sigma_L^2$, between 0 and 4, where the dynamics would be unstable.
        denoise: whether to end with $y + \sigma_L^2\nabla\log p_{\sigma_L}(y)$, the mean of the
            data given $y$, which takes off the noise of the last level (arXiv 2009.05475).

    Raises:
        ValueError: if a number is out of range.
    """

    levels: int = 10
    largest: float = 1.0
    smallest: float = 1e-2
    steps: int = 100
    ratio: float = 0.2
    denoise: bool = True

    conditions: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if self.levels < 2 or self.steps < 1 or not 0 < self.ratio < 4:
            message = (
                "Expected levels >= 2, steps >= 1 and a ratio between 0 and 4; got "
                f"{self.levels}, {self.steps} and {self.ratio}. Use e.g. AnnealedLangevin()."
            )
            raise ValueError(message)
        if not 0 < self.smallest <= self.largest < float("inf"):
            message = (
                "Expected 0 < smallest <= largest; got smallest="
                f"{self.smallest} and largest={self.largest}. Use e.g. 1e-2 and 1."
            )
            raise ValueError(message)

    @property
    def sigmas(self) -> np.ndarray:
        r"""Return the noise levels $\sigma_1, \dots, \sigma_L$, in geometric progression."""
        return np.geomspace(self.largest, self.smallest, self.levels)

    def draw(
        self,
        key: PRNGKey,
        network: Conditional,
        *,
        like: Float[Array, "N D"],
        periodic: Bool[Array, " D"],
    ) -> Float[Array, "N D"]:
        r"""Draw samples at one time; see `hoam.types.Sampler`.

        Args:
            key: random key of start and noise.
            network: from $1 + \log_{10}\sigma$ to $\sigma\nabla\log p_\sigma$.
            like: array of the shape and type to return.
            periodic: `[D]`, which coordinates have period 1.
        """
        sigmas = jnp.asarray(self.sigmas, like.dtype)
        key_start, key_levels = jax.random.split(key)

        def at_level(y: Array, inputs: tuple[Array, Array]) -> tuple[Array, None]:
            sigma, key = inputs
            scaled_score = network(noise_condition(sigma))

            def step(i: Array, y: Array) -> Array:
                z = jax.random.normal(jax.random.fold_in(key, i), y.shape, y.dtype)
                drift = self.ratio / 2 * scaled_score(wrap(y, periodic))
                return y + sigma * (drift + self.ratio**0.5 * z)

            return jax.lax.fori_loop(0, self.steps, step, y), None

        start = noise(key_start, self.largest, like=like, periodic=periodic)
        keys = jax.random.split(key_levels, self.levels)
        y, _ = jax.lax.scan(at_level, start, (sigmas, keys))
        if self.denoise:
            y = y + sigmas[-1] * network(noise_condition(sigmas[-1]))(wrap(y, periodic))
        return y
