"""What a training is given, refused before anything is compiled where it does not fit together."""

from typing import Any

import numpy as np

from hoam.arguments import as_key, as_path, as_whole, is_positive, require, require_function
from hoam.minibatches import Minibatch
from hoam.model import Model
from hoam.networks import Network
from hoam.population import Population
from hoam.scaling import Scaling
from hoam.types import Method

_SAMPLES = {"what": "a population", "use": "hoam.Population(samples, times, mus)"}


def check(
    key: Any,
    population: Any,
    method: Any,
    *,
    network: Any,
    start: Any,
    steps: Any,
    learning_rate: Any,
    optimiser: Any,
    minibatch: Any,
    validation: Any,
    monitor: Any,
    checkpoint: Any,
    checkpoint_every: Any,
) -> Scaling:
    """Return the scaling of a training whose arguments, those of `hoam.fit`, fit together.

    Args:
        key: as in `hoam.fit`, like all others.
        population: see there.
        method: see there.
        network: see there.
        start: see there.
        steps: see there.
        learning_rate: see there.
        optimiser: see there.
        minibatch: see there.
        validation: see there.
        monitor: see there.
        checkpoint: see there.
        checkpoint_every: see there.

    Raises:
        TypeError: if one is not of its kind.
        ValueError: if a number is out of range, or two do not fit together.
    """
    as_key(key)
    as_whole(steps, least=1, what="the number of steps")
    as_whole(checkpoint_every, least=1, what="the number of steps between checkpoints")
    require(population, Population, **_SAMPLES)
    require(method, Method, what="a method", use="e.g. hoam.methods.action_matching(rule=rule)")
    require(network, Network, what="a network", use="e.g. hoam.networks.CoLoRA()")
    if start is not None:
        require(start, Model, what="a model to start from", use="what hoam.fit returned")
    if not is_positive(learning_rate):
        message = f"Expected a learning rate > 0; got {learning_rate}. Use e.g. 3e-3."
        raise ValueError(message)
    # Records and checkpoints know it by its name.
    named = {"what": "an optimiser, a function with a name", "use": "e.g. optax.adam itself"}
    require_function(optimiser if hasattr(optimiser, "__name__") else repr(optimiser), **named)
    if minibatch is not None:
        require(minibatch, Minibatch, what="a minibatch", use="e.g. hoam.minibatches.stratified(8)")
    if monitor is not None:
        require_function(monitor, what="a monitor, a function of a model", use="e.g. a lambda")
    if checkpoint is not None:
        as_path(checkpoint)
    if validation is not None:
        require(validation, Population, **_SAMPLES)
        _require_alike(validation, population)
        Scaling.of(validation)  # its samples, too, have to be of single precision
    outputs = 1 if method.sampler is None else population.dimension
    if network.outputs != outputs:
        message = (
            f"Expected a network with outputs={outputs} for {method.name}; "
            f"got outputs={network.outputs}. Use network.clone(outputs={outputs})."
        )
        raise ValueError(message)
    scaling = Scaling.of(population)
    return scaling if start is None else _scaling_of(start, network, population)


def _require_alike(validation: Population, population: Population) -> None:
    shapes = [(p.dimension, p.mus.shape[1]) for p in (validation, population)]
    ends = [p.times[[0, -1]] for p in (validation, population)]
    if shapes[0] != shapes[1] or not np.allclose(*ends):
        message = (
            f"Expected validation samples like those of training, {population.dimension} "
            f"coordinates and {population.mus.shape[1]} parameter(s) over the same interval; got "
            f"{validation.dimension}, {validation.mus.shape[1]} and {validation.times[[0, -1]]}. "
            "Use the same system and horizon."
        )
        raise ValueError(message)


def _scaling_of(start: Model, network: Network, population: Population) -> Scaling:
    shape = (population.dimension, population.mus.shape[1])
    known = (start.dimension, len(start.scaling.mu_mean))
    if start.network != network or known != shape or start.linear is not None:
        linear = "" if start.linear is None else " and a linear part"
        message = (
            f"Expected a start with the network {network!r} alone, for {shape} inputs; "
            f"got {start.network!r} for {known}{linear}. Use network=start.network, a population "
            "like the one it was trained on, and the model as it was before hoam.ritz.enrich."
        )
        raise ValueError(message)
    return start.scaling
