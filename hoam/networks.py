r"""Networks whose weights depend on time and parameter.

Every network here is one multilayer perceptron in the state,

$$s(x; t, \mu) = C_L\,\sigma(\cdots\sigma(C_1 \varphi(x) + c_1)\cdots) + c_L, \qquad
\sigma(z) = z\,\mathrm{sigmoid}(z),$$

and a map from $(t, \mu)$ to its layers $(C_\ell, c_\ell)$. The modulations differ in that map
alone:

- `CoLoRA`: $C_\ell = W_\ell + A_\ell\,\mathrm{diag}(\alpha_\ell(t,\mu))\,B_\ell$, rank 3
  (arXiv 2402.14646);
- `FiLM`: $C_\ell = \mathrm{diag}(1 + \gamma_\ell)\,W_\ell$ and
  $c_\ell = (1 + \gamma_\ell)\,b_\ell + \beta_\ell$ (arXiv 1709.07871);
- `MLP`: $t$ and $\mu$ appended to $x$, which is a time-dependent bias in the first layer.

So layers are built once per time and parameter, never per particle. Kernels are stored as
`[in, out]`. A method with a further condition, such as the noise level of a score, appends it to
$\mu$.
"""

from itertools import pairwise
from typing import Any

import flax.linen as nn
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam.arguments import as_floats, as_whole
from hoam.types import Layers, PRNGKey, Scalar

# Parameters are single precision whatever JAX's default: checkpoints must not depend on a switch.
_kernel = nn.initializers.lecun_normal(dtype=jnp.float32)
_SIZES = ("width", "depth", "outputs", "rank", "modulation_width")
_zeros = nn.initializers.constant(0.0, jnp.float32)


class Network(nn.Module):
    r"""A perceptron in $x$ with layers that depend on $(t, \mu)$; see the subclasses.

    Args:
        width: neurons of each hidden layer.
        depth: number of layers, the output included.
        periodic: for each coordinate, whether it enters as $(\cos 2\pi x, \sin 2\pi x)$ instead of
            $x$; empty for none. Coordinates are normalised, so the period is 1.
        frequencies: time enters the modulation also as $(\cos \pi ft, \sin \pi ft)/\max(f, 1)$ for
            each $f$ given: small perceptrons learn fast oscillations late or never
            (arXiv 2006.10739). Empty, as in the paper, for none.
        outputs: values of the last layer: 1 for a potential, the state dimension for a velocity or
            a score.
    """

    width: int = 64
    depth: int = 7
    periodic: tuple[bool, ...] = ()
    frequencies: tuple[float, ...] = ()
    outputs: int = 1

    def initialise(self, key: PRNGKey, *, dimension: int, parameters: int) -> Any:
        """Return initial parameters for states of `dimension` and `parameters` values of mu.

        Raises:
            ValueError: if `periodic` does not have one entry per coordinate, a size is not a
                whole number of at least 1, or `frequencies` are not numbers of single precision.
        """
        sizes = {name: getattr(self, name, 1) for name in _SIZES} | {"dimension": dimension}
        for name, size in sizes.items():
            as_whole(size, least=1, what=f"the {name} of a network")
        if self.periodic and len(self.periodic) != dimension:
            message = (
                f"Expected one entry of periodic per coordinate, {dimension}; got {self.periodic}. "
                "Use an empty tuple for a network without periodic inputs."
            )
            raise ValueError(message)
        if not _finite(self.frequencies):
            message = (
                f"Expected frequencies of single precision; got {self.frequencies!r}. "
                "Use e.g. frequencies=(1.0, 2.0), or an empty tuple for none."
            )
            raise ValueError(message)
        inputs = self.features(jnp.zeros(dimension)).size
        return self.init(key, inputs, jnp.zeros(()), jnp.zeros(parameters))

    def layers(self, params: Any, t: Scalar, mu: Float[Array, " P"], *, dimension: int) -> Layers:
        """Return kernels `[in, out]` and biases `[out]` of all layers at one time and parameter.

        Args:
            params: what `initialise` returned, possibly trained.
            t: time in [0, 1].
            mu: `[P]`, standardised parameter.
            dimension: state dimension.
        """
        inputs = self.features(jnp.zeros(dimension)).size
        return self.apply(  # pyright: ignore[reportReturnType]
            params, inputs, jnp.asarray(t), mu
        )

    def features(self, x: Float[Array, " D"]) -> Float[Array, " F"]:
        r"""Return $\varphi(x)$, the inputs of the first layer."""
        if not any(self.periodic):
            return x
        columns = [
            [jnp.cos(2 * jnp.pi * x[i]), jnp.sin(2 * jnp.pi * x[i])] if wrapped else [2 * x[i] - 1]
            for i, wrapped in enumerate(self.periodic)
        ]
        return jnp.stack([value for column in columns for value in column])

    def condition(self, t: Scalar, mu: Float[Array, " P"]) -> Float[Array, " C"]:
        r"""Return what the modulation sees of time and parameter."""
        frequencies = jnp.asarray(self.frequencies, mu.dtype)
        phases, scale = jnp.pi * frequencies * t, jnp.maximum(frequencies, 1)
        waves = [jnp.cos(phases) / scale, jnp.sin(phases) / scale]
        return jnp.concatenate([2 * jnp.atleast_1d(t) - 1, mu, *waves])

    def shapes(self, inputs: int) -> list[tuple[int, int]]:
        """Return (in, out) of each layer."""
        sizes = [inputs, *[self.width] * (self.depth - 1), self.outputs]
        return list(pairwise(sizes))


def _finite(frequencies: object) -> bool:
    with np.errstate(over="ignore"):  # infinity is what is looked for
        values = as_floats(frequencies, "frequencies").astype(np.float32)
    return values.ndim == 1 and bool(np.isfinite(values).all())


class Hypernetwork(nn.Module):
    r"""A small perceptron in time and parameter: three swish layers of 15 and a linear one.

    Args:
        outputs: number of modulation values.
        width: neurons per hidden layer.
        depth: number of hidden layers.
    """

    outputs: int
    width: int = 15
    depth: int = 3

    @nn.compact
    def __call__(self, condition: Float[Array, " C"]) -> Float[Array, " outputs"]:
        """Return modulation values under one condition."""
        h = condition
        for _ in range(self.depth):
            h = nn.swish(nn.Dense(self.width)(h))
        return nn.Dense(self.outputs)(h)


class CoLoRA(Network):
    r"""Low-rank modulation, $C_\ell = W_\ell + A_\ell\,\mathrm{diag}(\alpha_\ell)\,B_\ell$.

    Args:
        rank: number of $\alpha$ per layer.
        modulation_width: neurons of each hidden layer of the hypernetwork.
    """

    rank: int = 3
    modulation_width: int = 15

    @nn.compact
    def __call__(self, inputs: int, t: Scalar, mu: Float[Array, " P"]) -> Layers:
        """Return the layers at one time and parameter."""
        modulation = Hypernetwork(self.depth * self.rank, self.modulation_width)
        alphas = modulation(self.condition(t, mu)).reshape(self.depth, self.rank)
        layers = []
        for i, ((n_in, n_out), alpha) in enumerate(zip(self.shapes(inputs), alphas, strict=True)):
            kernel = self.param(f"W{i}", _kernel, (n_in, n_out))
            a = self.param(f"A{i}", _kernel, (n_in, self.rank))
            b = self.param(f"B{i}", _kernel, (self.rank, n_out))
            bias = self.param(f"b{i}", _zeros, (n_out,))
            layers.append((kernel + (a * alpha[None]) @ b, bias))
        return tuple(layers)


class FiLM(Network):
    """Feature-wise linear modulation: scale and shift each neuron before its activation.

    Args:
        modulation_width: neurons of each hidden layer of the hypernetwork.
    """

    modulation_width: int = 15

    @nn.compact
    def __call__(self, inputs: int, t: Scalar, mu: Float[Array, " P"]) -> Layers:
        """Return the layers at one time and parameter."""
        shapes = self.shapes(inputs)
        modulation = Hypernetwork(2 * sum(n_out for _, n_out in shapes), self.modulation_width)
        values = modulation(self.condition(t, mu))
        layers = []
        for i, (n_in, n_out) in enumerate(shapes):
            scale, shift, values = values[:n_out], values[n_out : 2 * n_out], values[2 * n_out :]
            kernel = self.param(f"W{i}", _kernel, (n_in, n_out))
            bias = self.param(f"b{i}", _zeros, (n_out,))
            layers.append((kernel * (1 + scale)[None], (1 + scale) * bias + shift))
        return tuple(layers)


class MLP(Network):
    r"""No modulation: $(x, t, \mu)$ enter the first layer together."""

    @nn.compact
    def __call__(self, inputs: int, t: Scalar, mu: Float[Array, " P"]) -> Layers:
        """Return the layers at one time and parameter."""
        condition = self.condition(t, mu)
        layers = []
        for i, (n_in, n_out) in enumerate(self.shapes(inputs)):
            bias = self.param(f"b{i}", _zeros, (n_out,))
            if i == 0:
                joint = self.param("W0", _kernel, (n_in + condition.size, n_out))
                layers.append((joint[:n_in], bias + condition @ joint[n_in:]))
            else:
                layers.append((self.param(f"W{i}", _kernel, (n_in, n_out)), bias))
        return tuple(layers)
