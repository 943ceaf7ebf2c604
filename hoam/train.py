r"""Training: minimise a method's loss over a population by stochastic gradients.

One step takes one parameter value, all nodes of the rule, and a minibatch of samples at each. The
nodes are shared among all devices (`hoam.devices`). Steps run in compiled chunks; the host sees the
loss once per chunk.
"""

import json
import time
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from tqdm import tqdm  # not tqdm.auto, which warns in notebooks without widgets

from hoam import checkpoints
from hoam.arguments import as_key, as_path, as_whole, is_positive, require, require_function
from hoam.devices import replicate, value_and_gradient
from hoam.files import held
from hoam.minibatches import Minibatch, stratified
from hoam.model import Model
from hoam.networks import Network
from hoam.nodes import node_sampler
from hoam.population import Population
from hoam.scaling import Scaling
from hoam.training_state import require_finite, resume
from hoam.types import Method, PRNGKey
from hoam.validation import require_alike, validator

_EXTRA = 2**31 - 1
_CHUNK = 50  # steps per compiled chunk: long enough to hide the host, short enough for a live bar


def fit(
    key: PRNGKey,
    population: Population,
    method: Method,
    *,
    network: Network,
    start: Model | None = None,
    steps: int = 4000,
    learning_rate: float = 3e-3,
    optimiser: Callable[[optax.Schedule], optax.GradientTransformation] = optax.adam,
    minibatch: Minibatch | None = None,
    validation: Population | None = None,
    monitor: Callable[[Model], float] | None = None,
    checkpoint: Path | str | None = None,
    checkpoint_every: int = 500,
    progress: bool = True,
) -> Model:
    r"""Train a network on a population by stochastic gradients with a cosine schedule.

    Args:
        key: random key of initialisation and minibatches; the result is a function of it.
        population: training samples; its times must hold the rule's nodes, which
            `rule.times(start, end)` gives.
        method: objective, e.g. `hoam.methods.action_matching(rule=...)`.
        network: network to train; its `outputs` are 1 for a potential, and the state dimension for
            a method with a sampler.
        start: a model of the same network to go on from, whose scaling is kept; a new one if not
            given.
        steps: number of gradient steps.
        learning_rate: initial step size; a cosine takes it to zero.
        optimiser: from a schedule to an optax transformation, e.g. `optax.contrib.muon`.
        minibatch: how samples are drawn (`hoam.minibatches`); 128 stratified samples at each node
            if not given.
        validation: samples of other particles, at other parameter values and other times, on which
            the loss is evaluated with a spline rule on its times; recorded, never trained on.
        monitor: a number to follow, such as the error of an observable at parameters held out: a
            function of the model so far, called with each validation and recorded, never trained
            on.
        checkpoint: file of the training state. If it exists, training resumes from it.
        checkpoint_every: steps between checkpoints and validations.
        progress: whether to show a bar with loss and time left.

    Returns:
        The trained model, with loss curve and wall time in its record. Its `history` holds, at each
        validation, the step, the seconds of training so far (compilation included, validation not),
        the validation loss and the monitored number.

    Raises:
        TypeError: if an argument is not of its kind: no key, population, method, network, model,
            minibatch, path or function where it says so.
        ValueError: if the rule's nodes are not among the population's times, the network's outputs
            do not suit the method, a number is out of range, samples do not fit into single
            precision, or `start` has another network, another number of coordinates or parameters,
            or a linear part.
        CheckpointError: if the checkpoint belongs to another run or cannot be read.
        FloatingPointError: if the loss becomes NaN or infinite; it names the step, its parameter
            value and learning rate, and the last checkpoint.
        BlockingIOError: if another process trains with this checkpoint.
    """
    as_key(key)
    as_whole(steps, least=1, what="the number of steps")
    as_whole(checkpoint_every, least=1, what="the number of steps between checkpoints")
    require(population, Population, what="a population", use="hoam.Population(samples, times, mus)")
    require(method, Method, what="a method", use="e.g. hoam.methods.action_matching(rule=rule)")
    require(network, Network, what="a network", use="e.g. hoam.networks.CoLoRA()")
    minibatch = stratified(128) if minibatch is None else minibatch
    require(minibatch, Minibatch, what="a minibatch", use="e.g. hoam.minibatches.stratified(128)")
    if not is_positive(learning_rate):
        message = f"Expected a learning rate > 0; got {learning_rate}. Use e.g. 3e-3."
        raise ValueError(message)
    if not callable(optimiser) or not hasattr(optimiser, "__name__"):  # which the record states
        message = f"Expected a function with a name; got {optimiser!r:.80}. Use e.g. optax.adam."
        raise TypeError(message)
    if monitor is not None:
        require_function(monitor, what="a monitor, a function of a model", use="e.g. a lambda")
    checkpoint = None if checkpoint is None else as_path(checkpoint)
    _require_outputs(network, method, population.dimension)
    scaling = Scaling.of(population)
    scaling = scaling if start is None else _fitting(start, network, population)
    periodic = jnp.asarray([period is not None for period in scaling.periods])
    held_out = None if validation is None else require_alike(validation, scaling)
    validate = held_out and validator(held_out, scaling, method, network, periodic)
    schedule = optax.cosine_decay_schedule(learning_rate, steps)
    transform = optimiser(schedule)
    draw = node_sampler(population, scaling, method.rule, minibatch)
    advance = _compile_chunk(method, network, transform, draw, periodic)
    key_init, key_steps = jax.random.split(key)
    if start is None:
        conditions = population.mus.shape[1] + (method.sampler.conditions if method.sampler else 0)
        params = network.initialise(key_init, dimension=population.dimension, parameters=conditions)
    else:
        params = start.params
    state = replicate((params, transform.init(params)))
    history = {n: list[float]() for n in ("loss", "step", "seconds", "validation", "monitor")}
    step, elapsed = 0, 0.0
    run = {
        "key": np.asarray(jax.random.key_data(key)).tolist(),
        "method": method.name,
        "steps": steps,
        "learning_rate": learning_rate,
        "optimiser": optimiser.__name__,
        "minibatch": minibatch.name,
        "samples": fingerprint(population.samples),
        "network": repr(network),
        "start": None if start is None else fingerprint(start.params),
        "scaling": asdict(scaling),
    }
    run = json.loads(json.dumps(run))  # tuples become lists, as a checkpoint gives them back
    with nullcontext() if checkpoint is None else held(checkpoint):
        if checkpoint is not None and checkpoint.exists():
            state, step, elapsed, history = resume(checkpoint, state, run)
        samples = scaling.states(np.asarray(population.samples, np.float32))
        data = replicate(minibatch.arrange(samples))

        def cause(step: int) -> str:
            mu = draw(jax.random.fold_in(key_steps, step), data).mu[0]
            value = np.asarray(mu) * scaling.mu_scale + scaling.mu_mean
            return f"mu = {value.tolist()}, learning rate = {np.asarray(schedule(step)):.3g}"

        shown = {"disable": not progress, "desc": method.name, "mininterval": 1.0}
        bar = tqdm(total=steps, initial=step, **shown)
        while step < steps:
            began = time.perf_counter()
            count = min(_CHUNK, steps - step, checkpoint_every - step % checkpoint_every)
            state, losses = advance(state, data, key_steps, jnp.arange(step, step + count))
            losses = np.asarray(losses)
            require_finite(losses, state, first=step, checkpoint=checkpoint, cause=cause)
            step += count
            history["loss"].extend(losses.tolist())
            elapsed += time.perf_counter() - began
            if step % checkpoint_every == 0 or step == steps:
                params = jax.device_get(state[0])
                history["step"].append(step)
                history["seconds"].append(round(elapsed, 2))
                if validate is not None:
                    history["validation"].append(validate(params))
                if monitor is not None:
                    model = Model(network, params, scaling, method.epsilon, {}, method.sampler)
                    history["monitor"].append(float(monitor(model)))
            bar.update(count)
            bar.set_postfix_str(f"loss {losses.mean():.3e}")
            if checkpoint is not None and (step % checkpoint_every == 0 or step == steps):
                progress_made = {"run": run, "step": step, "elapsed": elapsed, "history": history}
                checkpoints.save_tree(checkpoint, state, kind="training", description=progress_made)
        bar.close()
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), jax.device_get(state[0]))
    record = {**run, "training_seconds": round(elapsed, 1), "history": _thin(history)}
    record["mus"] = population.mus.tolist()
    return Model(network, params, scaling, method.epsilon, record, method.sampler)


def _require_outputs(network: Network, method: Method, dimension: int) -> None:
    outputs = 1 if method.sampler is None else dimension
    if network.outputs != outputs:
        message = (
            f"Expected a network with outputs={outputs} for {method.name}; "
            f"got outputs={network.outputs}. Use network.clone(outputs={outputs})."
        )
        raise ValueError(message)


def _fitting(start: Model, network: Network, population: Population) -> Scaling:
    require(start, Model, what="a model to start from", use="what hoam.fit returned")
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


def fingerprint(tree: Any) -> int:
    """Return a checksum of all arrays of a pytree, by which a record names data and models."""
    return zlib.crc32(b"".join(np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(tree)))


def _compile_chunk(
    method: Method, network: Network, optimiser: Any, draw: Callable, periodic: jax.Array
) -> Callable:
    loss_and_gradient = value_and_gradient(lambda params, node: method.loss(network, params, node))

    @jax.jit
    def advance(state, data, key, steps):
        def one(state, step):
            params, moments = state
            key_step = jax.random.fold_in(key, step)
            # Another key than those that draw splits off, whatever the method does with it.
            key_extra = jax.random.fold_in(key_step, _EXTRA)
            nodes = method.prepare(key_extra, draw(key_step, data), periodic)
            loss, gradient = loss_and_gradient(params, nodes)
            update, moments = optimiser.update(gradient, moments, params)
            return (optax.apply_updates(params, update), moments), loss

        return jax.lax.scan(one, state, steps)

    return advance


def _thin(history: dict[str, list[float]], points: int = 400) -> dict[str, Any]:
    """Return the history with the loss averaged over runs of steps, at most `points` values."""
    loss = np.asarray(history["loss"])
    width = max(1, -(-loss.size // points))
    means = [float(f"{part.mean():.6g}") for part in np.split(loss, range(width, loss.size, width))]
    return {**history, "loss": means, "loss_every": width}
