r"""A trained reduced model: a potential, the scaling of its data, and the samples it makes."""

import dataclasses
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hoam import checkpoints, networks
from hoam.arguments import as_key, as_path, require, require_shape
from hoam.descriptions import as_text, describe, restore
from hoam.files import write_atomically
from hoam.inference import check_steps, draw_each, potential, roll_out
from hoam.linear_part import LinearPart
from hoam.scaling import Scaling
from hoam.types import PRNGKey, Sampler, Scalar, as_parameters, as_times


@dataclass(frozen=True, eq=False)
class Model:
    """A trained potential and what is needed to use it; made by `hoam.fit` or `hoam.load`.

    Args:
        network: the network whose layers `params` fill.
        params: trained parameters, float32.
        scaling: normalisation fitted to the training data.
        epsilon: diffusion of the inference dynamics, in normalised units.
        record: how the model was made: method, seeds, loss curve, versions, wall time.
        sampler: how samples are drawn if the network is no potential (`hoam.samplers`). Another
            one of the same kind, with fewer steps say, may take its place:
            `dataclasses.replace(model, sampler=...)`.
        linear: linear part of the potential beside the network, set by `hoam.ritz.enrich`.
    """

    network: networks.Network
    params: Any
    scaling: Scaling
    epsilon: float
    record: dict[str, Any] = field(default_factory=dict)
    sampler: Sampler | None = None
    linear: LinearPart | None = None

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

        Raises:
            TypeError: if one holds no real numbers, or the model has a sampler and no potential.
            ValueError: if one has another shape.
        """
        require(self.sampler, type(None), what="a model of a potential", use="Model.sample")
        require_shape(y, (self.dimension,), what="y")
        require_shape(t, (), what="t")
        require_shape(mu, (len(self.scaling.mu_mean),), what="mu")
        physical = self.scaling.mu_mean[0] + self.scaling.mu_scale[0] * mu[0]
        basis = None if self.linear is None else self.linear.basis
        s = potential(self.network, basis, self.params, self._pieces(physical), self.dimension)
        return s(t, mu)(y)

    def sample(
        self,
        key: PRNGKey,
        x0: Float[Array, "N D"] | np.ndarray,
        *,
        times: np.ndarray,
        mu: float | np.ndarray,
        max_step: float | None = None,
        order: int = 2,
        tolerance: float | None = None,
    ) -> Float[Array, "T N D"]:
        r"""Roll the population out from `x0`, all times at once.

        It integrates $\mathrm{d}X = \nabla s\,\mathrm{d}t + \epsilon\,\mathrm{d}W$, normalised. A
        model with a sampler draws at each later time afresh, as many samples as `x0` has rows.

        Args:
            key: random key of the noise; a rollout without diffusion has none.
            x0: `[N, D]`, physical states at `times[0]`.
            times: `[T]`, ascending, physical units.
            mu: parameter value, scalar or `[P]`.
            max_step: largest step of a rollout, as a fraction of the trained time interval; 1/128
                if not given. Steps between two output times are equal.
            order: of the steps of a rollout: 1, 2 or 4; with diffusion 2. A step costs as many
                evaluations of the network. Order 4 pays where the learned field is smooth in time.
            tolerance: error of one step of a rollout without diffusion, root mean square over
                particles and normalised coordinates: the steps are then as long as it allows
                (`hoam.adaptive`), and `max_step` and `order` are not used. On the two streams
                `3e-4` changes the electric energy by less than 1 %.

        Returns:
            States `[T, N, D]` in physical units; the first row is `x0`. They are NaN or infinite
            where the learned field overflows, as it may far away from the training data.

        Raises:
            TypeError: if `key` is none.
            ValueError: if `x0` has the wrong dimension, is empty or not finite, times do not
                ascend, times or `mu` are farther than 2^20 trained intervals or standard deviations
                away, `max_step` or `tolerance` is not positive or makes more than 10^8 steps,
                there is no such order, or a tolerance is given to a model with diffusion or a
                sampler.
            FloatingPointError: if steps do not become short enough for the tolerance.

        Warns:
            UserWarning: if a time lies outside the trained interval, or `mu` outside the range of
                the training values or farther from the nearest of them than any of them is from
                its nearest neighbour (`Scaling.extrapolations`). Inside this distance a `mu` may
                still lie outside their hull, beyond a corner say.
        """
        as_key(key)
        x0 = self.scaling.as_states(x0)
        times, mu = as_times(times), self._parameter(mu)
        check_steps(max_step, order, tolerance, plain=not self.epsilon and self.sampler is None)
        self.scaling.require_near(times, mu)
        for what in self.scaling.extrapolations(times, mu[0], self._trained()):
            warnings.warn(what, stacklevel=2)
        t = self.scaling.times(times)
        y0 = self.scaling.states(x0)
        standard = self.scaling.parameters(mu)[0]
        periodic = tuple(period is not None for period in self.scaling.periods)
        if self.sampler is None:
            path = roll_out(
                key,
                self.params,
                self._pieces(float(mu[0, 0])),
                y0,
                t,
                standard,
                max_step=max_step,
                order=order,
                tolerance=tolerance,
                network=self.network,
                basis=None if self.linear is None else self.linear.basis,
                periodic=periodic,
                epsilon=self.epsilon,
            )
        else:
            path = draw_each(
                key,
                self.params,
                y0,
                jnp.asarray(t, jnp.float32),
                jnp.asarray(standard, jnp.float32),
                network=self.network,
                periodic=periodic,
                sampler=self.sampler,
            )
        return self.scaling.physical(path).at[0].set(x0)

    def _pieces(self, mu: Scalar) -> Array | None:
        return None if self.linear is None else self.linear.pieces(mu)

    def _parameter(self, mu: float | np.ndarray) -> np.ndarray:
        row, size = as_parameters(np.atleast_1d(mu)[None]), len(self.scaling.mu_mean)
        if row.shape[1] != size:
            message = (
                f"Expected mu with {size} value(s); got {row.shape[1]}. "
                "Use one parameter vector, as in training."
            )
            raise ValueError(message)
        return row

    def _trained(self) -> np.ndarray:
        """Return the training parameters `[M, P]`, of which a record of older files has none."""
        try:
            known = np.asarray(self.record.get("mus", ()), float)
            return known.reshape(-1, len(self.scaling.mu_mean))
        except (TypeError, ValueError):  # a record may hold anything
            return np.empty((0, len(self.scaling.mu_mean)))

    def save(self, path: Path | str, *, beside: Path | str | None = None) -> None:
        """Save the model: arrays and description in `path`, its record in a `.json` beside it.

        Args:
            path: file name ending in `.safetensors`.
            beside: file of the model, in that folder, whose linear part this is: the network is
                not written again, and the two files belong together.

        Raises:
            TypeError: if it is no path.
            ValueError: if the name ends otherwise, or `beside` is another model or elsewhere.
            OSError: if the file cannot be written; a previous one stays intact.
        """
        path, tree, description = as_path(path), self.params, describe(self)
        if path.suffix != ".safetensors":
            message = f"Expected a file name in .safetensors; got {path}. Use model.safetensors."
            raise ValueError(message)
        if self.linear is not None:
            tree = {**tree, "linear": self.linear.coefficients}
        checkpoints.save_tree(path, tree, kind="model", description=description, beside=beside)
        write_atomically(path.with_suffix(".json"), (as_text(description) + "\n").encode())


def load(path: Path | str) -> Model:
    """Load a model that `Model.save` wrote.

    Args:
        path: the `.safetensors` file.

    Raises:
        TypeError: if it is no path.
        FileNotFoundError: if there is no such file, or not the one it was saved beside.
        CheckpointError: if the file is truncated, not a model, or of another version.
    """
    arrays, description = checkpoints.load_arrays(path, kind="model")
    try:
        fields = restore(description)
        template = _template(fields, len(arrays))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = (
            f"Expected the description of a model in {path}; got one with a wrong entry "
            f"({error!r}). Use a file written by Model.save of this version."
        )
        raise checkpoints.CheckpointError(message) from error
    linear = fields["linear"]
    if linear is not None:
        template = {**template, "linear": linear.coefficients}
    params = checkpoints.fill_tree(template, arrays, path=path)
    if linear is not None:
        linear = dataclasses.replace(linear, coefficients=np.asarray(params.pop("linear")))
    params = jax.tree.map(jnp.asarray, params)
    return Model(params=params, **{**fields, "linear": linear})


def _template(fields: dict[str, Any], arrays: int) -> Any:
    """Return shape and type of the parameters of a model with these fields."""
    network, scaling, sampler = (fields[name] for name in ("network", "scaling", "sampler"))
    # Each layer has arrays of its own: a description alone must not decide how long this takes.
    if not network.depth <= arrays:
        raise ValueError(network.depth)
    conditions = len(scaling.mu_mean) + (sampler.conditions if sampler else 0)
    template = jax.eval_shape(
        lambda: network.initialise(
            jax.random.key(0), dimension=len(scaling.low), parameters=conditions
        )
    )
    return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, jnp.float32), template)
