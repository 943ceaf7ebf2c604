r"""A trained reduced model: a potential, the scaling of its data, and the samples it makes."""

import dataclasses
import json
import warnings
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from scipy.spatial import KDTree

from hoam import checkpoints, networks
from hoam.calculus import evaluate
from hoam.devices import BLOCK, map_blocks
from hoam.files import write_atomically
from hoam.sample import adaptive_rollout, rollout
from hoam.scaling import Scaling
from hoam.types import PRNGKey, as_parameters, as_times


@dataclass(frozen=True, eq=False)
class Model:
    """A trained potential and what is needed to use it; made by `hoam.fit` or `hoam.load`.

    Args:
        network: the network whose layers `params` fill.
        params: trained parameters, float32.
        scaling: normalisation fitted to the training data.
        epsilon: diffusion of the inference dynamics, in normalised units.
        record: how the model was made: method, seeds, loss curve, versions, wall time.
    """

    network: networks.Network
    params: Any
    scaling: Scaling
    epsilon: float
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        """Return the state dimension `D`."""
        return len(self.scaling.low)

    def potential(self, y: Array, t: Array | float, mu: Array) -> Array:
        r"""Return the learned $s$ in normalised units.

        Args:
            y: `[D]`, normalised state.
            t: time in [0, 1].
            mu: `[P]`, standardised parameter.
        """
        layers = self.network.layers(self.params, t, mu, dimension=self.dimension)
        return evaluate(layers, y, features=self.network.features)

    def sample(
        self,
        key: PRNGKey,
        x0: Float[Array, "N D"] | np.ndarray,
        *,
        times: np.ndarray,
        mu: float | np.ndarray,
        max_step: float | None = None,
    ) -> Float[Array, "T N D"]:
        r"""Roll the population out from `x0`, all times at once.

        It integrates $\mathrm{d}X = \nabla s\,\mathrm{d}t + \epsilon\,\mathrm{d}W$, normalised.

        Args:
            key: random key of the noise; without diffusion it has no effect.
            x0: `[N, D]`, physical states at `times[0]`.
            times: `[T]`, ascending, physical units.
            mu: parameter value, scalar or `[P]`.
            max_step: largest step, as a fraction of the trained time interval. Not given, 1/16
                without diffusion, where smaller steps are taken as the error demands, and 1/256
                with diffusion, where steps are equal.

        Returns:
            States `[T, N, D]` in physical units; the first row is `x0`.

        Raises:
            ValueError: if `x0` has the wrong dimension or is not finite, or times do not ascend.

        Warns:
            UserWarning: if `mu` or a time lies outside the trained range (extrapolation).
        """
        x0, times, mu = jnp.asarray(x0, jnp.float32), as_times(times), self._parameter(mu)
        if x0.ndim != 2 or x0.shape[1] != self.dimension:
            message = (
                f"Expected x0 with shape [N, {self.dimension}]; got {x0.shape}. "
                "Use one row per particle and the coordinates of the training samples."
            )
            raise ValueError(message)
        if not bool(jnp.isfinite(x0).all()):
            message = "Expected a finite x0; got NaN or infinity. Use valid initial states."
            raise ValueError(message)
        t = self.scaling.times(times)
        if t[0] < -1e-9 or t[-1] > 1 + 1e-9:
            warnings.warn(
                f"times [{times[0]:g}, {times[-1]:g}] leave the trained interval: extrapolation",
                stacklevel=2,
            )
        if max_step is None:
            max_step = 1 / 16 if self.epsilon == 0 else 1 / 256
        y0 = self.scaling.states(x0)
        # Neighbours share a block, and so the steps that suit them.
        order = KDTree(y0, leafsize=BLOCK).indices if self.epsilon == 0 else np.arange(len(y0))
        path = _rollout(
            key,
            self.params,
            y0[order],
            jnp.asarray(t, jnp.float32),
            jnp.asarray(self.scaling.parameters(mu)[0], jnp.float32),
            jnp.asarray(max_step, jnp.float32),
            network=self.network,
            periodic=tuple(period is not None for period in self.scaling.periods),
            substeps=0 if self.epsilon == 0 else _substeps(t, max_step),
            epsilon=self.epsilon,
        )
        return self.scaling.physical(path[:, np.argsort(order)]).at[0].set(x0)

    def _parameter(self, mu: float | np.ndarray) -> np.ndarray:
        row = as_parameters(np.atleast_1d(np.asarray(mu, np.float64))[None])
        low, high = np.asarray(self.scaling.mu_low), np.asarray(self.scaling.mu_high)
        if row.shape[1] != low.size:
            message = (
                f"Expected mu with {low.size} value(s); got {row.shape[1]}. "
                "Use one parameter vector, as in training."
            )
            raise ValueError(message)
        if (row[0] < low).any() or (row[0] > high).any():
            warnings.warn(
                f"mu = {row[0].tolist()} lies outside the trained range "
                f"[{low.tolist()}, {high.tolist()}]: extrapolation",
                stacklevel=3,
            )
        return row

    def save(self, path: Path | str) -> None:
        """Save the model: arrays and description in `path`, its record in a `.json` beside it.

        Args:
            path: file name ending in `.safetensors`.

        Raises:
            OSError: if the file cannot be written; a previous one stays intact.
        """
        path = Path(path)
        description = {
            "network": type(self.network).__name__,
            "network_fields": _fields(self.network),
            "scaling": dataclasses.asdict(self.scaling),
            "epsilon": self.epsilon,
            "record": self.record,
        }
        checkpoints.save_tree(path, self.params, kind="model", description=description)
        text = json.dumps(description, indent=1) + "\n"
        write_atomically(path.with_suffix(".json"), text.encode())


def load(path: Path | str) -> Model:
    """Load a model that `Model.save` wrote.

    Args:
        path: the `.safetensors` file.

    Raises:
        FileNotFoundError: if there is no such file.
        CheckpointError: if the file is truncated, not a model, or of another version.
    """
    arrays, description = checkpoints.load_arrays(path, kind="model")
    try:
        kinds = {kind.__name__: kind for kind in (networks.CoLoRA, networks.FiLM, networks.MLP)}
        network = kinds[description["network"]](**_tuples(description["network_fields"]))
        scaling = Scaling(**_tuples(description["scaling"]))
        epsilon, record = float(description["epsilon"]), dict(description["record"])
    except (KeyError, TypeError, ValueError) as error:
        message = (
            f"Expected the description of a model in {path}; got one with a wrong entry "
            f"({error!r}). Use a file written by Model.save of this version."
        )
        raise checkpoints.CheckpointError(message) from error
    template = jax.eval_shape(
        lambda: network.initialise(
            jax.random.key(0), dimension=len(scaling.low), parameters=len(scaling.mu_mean)
        )
    )
    template = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, jnp.float32), template)
    params = checkpoints.fill_tree(template, arrays, path=path)
    return Model(network, jax.tree.map(jnp.asarray, params), scaling, epsilon, record)


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    # JSON knows lists only; fields are hashable so that a network can be a static argument.
    return {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}


def _fields(network: networks.Network) -> dict[str, Any]:
    skip = ("parent", "name")  # Linen's own fields
    return {
        f.name: getattr(network, f.name) for f in dataclasses.fields(network) if f.name not in skip
    }


def _substeps(times: np.ndarray, max_step: float) -> int:
    return max(1, int(np.ceil(np.diff(times).max() / max_step - 1e-9)))


@partial(jax.jit, static_argnames=("network", "periodic", "substeps", "epsilon"))
def _rollout(
    key: PRNGKey,
    params: Any,
    y0: Array,
    times: Array,
    mu: Array,
    max_step: Array,
    *,
    network: networks.Network,
    periodic: tuple[bool, ...],
    substeps: int,
    epsilon: float,
) -> Float[Array, "T N D"]:
    wrapped = jnp.asarray(periodic)[None]

    def paths(y0, key, params, times, mu, max_step):
        def field(t, y):
            layers = network.layers(params, t, mu, dimension=y.shape[1])
            slope = jax.grad(lambda z: evaluate(layers, z, features=network.features))
            # Particles may cross the box during the rollout; the network knows one period.
            return jax.vmap(slope)(jnp.where(wrapped, y % 1, y))

        if epsilon == 0:
            return adaptive_rollout(field, x0=y0, times=times, max_step=max_step)
        return rollout(key, field, x0=y0, times=times, substeps=substeps, epsilon=epsilon)

    return map_blocks(paths, y0, key, params, times, mu, max_step)
