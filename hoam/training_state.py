"""The state of an interrupted training: when to go on from it, and when a run has to stop."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hoam import checkpoints
from hoam.devices import replicate


def require_finite(
    losses: np.ndarray,
    state: Any,
    *,
    first: int,
    checkpoint: Path | str | None,
    cause: Callable[[int], str],
) -> None:
    """Stop a run whose loss or parameters are NaN or infinite.

    Args:
        losses: losses of the last steps.
        state: parameters and moments after them.
        first: number of the first of these steps.
        checkpoint: file of the training state, if any, which the message names.
        cause: what is special about a step, in words.

    Raises:
        FloatingPointError: with the step, what is special about it, and the last good checkpoint.
    """
    bad = np.flatnonzero(~np.isfinite(losses))
    # A gradient may overflow where its loss does not: never save or return what it leaves behind.
    lost = [
        jax.tree_util.keystr(where)
        for where, leaf in jax.tree_util.tree_leaves_with_path(state)
        if not bool(jnp.isfinite(leaf).all())
    ]
    if not bad.size and not lost:
        return
    what = f"{losses[bad[0]]}" if bad.size else f"NaN or infinity in the parameters {lost[:3]}"
    step = first + (int(bad[0]) if bad.size else losses.size - 1)
    kept = checkpoint if checkpoint is not None and Path(checkpoint).exists() else "none"
    message = (
        f"Expected a finite loss; got {what} at step {step}. There {cause(step)}. "
        f"Last good checkpoint: {kept}. "
        "Use a smaller learning rate, a finer rule or larger minibatches."
    )
    raise FloatingPointError(message)


def resume(path: Path | str, state: Any, run: dict[str, Any]) -> tuple[Any, int, float, dict]:
    """Return state, step, seconds and history of an interrupted run.

    Args:
        path: file of the training state.
        state: a state of the same shape.
        run: what identifies the run.

    Raises:
        CheckpointError: if the file belongs to another run or cannot be read.
    """
    arrays, description = checkpoints.load_arrays(path, kind="training")
    known = description.get("run", {})
    complete = {"run", "step", "elapsed", "history"} <= set(description)
    if not complete or known != run:
        differs = [k for k in run if not isinstance(known, dict) or known.get(k) != run[k]]
        message = (
            f"Expected the training state of this run in {path}; got other {differs}. "
            "Use another file, or delete this one to train afresh."
        )
        raise checkpoints.CheckpointError(message)
    state = replicate(checkpoints.fill_tree(state, arrays, path=path))
    return state, description["step"], description["elapsed"], description["history"]
