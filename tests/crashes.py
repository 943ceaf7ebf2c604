"""Kill a training at random moments, again and again, until it ends: is it the one left alone?

python -m tests.crashes --kills 20

Each run is a fork of this process, on one core, and is killed (SIGKILL): the first one within the
third write of a checkpoint, of which half is on the disk, the others at a random moment, writes
included: there is one every other step. What is left behind is resumed by the next. Prints what was
seen as JSON; the exit code is 1 unless the last run has the parameters and
losses of an undisturbed one bit for bit, and no kill cost more than one interval.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(ROOT / ".cache" / "jax"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(ROOT / "tests"))

STEPS, EVERY = 300, 2
DELAY = 0.02  # seconds: some intervals of training and writing
WRITE = 3  # the one within which the first run is killed


def train(folder: Path, pipe: int) -> None:
    """Train and save a model; say each interval, before its checkpoint is written."""
    import jax
    import translation

    def interval(model: object) -> float:
        os.write(pipe, b".")
        return 0.0

    population = translation.population(n_samples=64)
    settings = {**translation.SHORT, "steps": STEPS, "checkpoint_every": EVERY}
    state = folder / "state.safetensors"
    model = translation.hoam.fit(
        jax.random.key(0),
        population,
        translation.METHOD,
        checkpoint=state,
        monitor=interval,
        **settings,
    )
    model.save(folder / "model.safetensors")


def die_within(write: int) -> None:
    """Kill this process within one of its writes, after half of the new file."""
    writes = iter(range(1, write + 1))

    def kill(descriptor: int) -> None:
        if next(writes) == write:
            os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = kill


def run(
    folder: Path, *, kill: tuple[int, float] | None = None, within: int | None = None
) -> int | None:
    """Return the number of intervals that a run said before it was killed, nothing if it ended.

    Args:
        folder: where it reads and writes.
        kill: after how many intervals, and how many seconds later; never if not given.
        within: the write within which it kills itself.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        if within:
            die_within(within)
        try:
            train(folder, writing)
        except BaseException as error:  # the child must not go on as a second parent
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    os.close(writing)
    said = 0
    while (kill is None or said < kill[0]) and (new := len(os.read(reading, 1))):
        said += new
    if kill is not None:
        time.sleep(kill[1])
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with os.fdopen(reading, "rb") as rest:
        said += len(rest.read())
    if code not in (0, -signal.SIGKILL):
        message = f"Expected the run to end or to be killed; got exit code {code}. Use its message."
        raise RuntimeError(message)
    return None if code == 0 else said


def step(folder: Path) -> int:
    """Return the step of the checkpoint, 0 without one."""
    from hoam.checkpoints import load_arrays

    path = folder / "state.safetensors"
    return load_arrays(path, kind="training")[1]["step"] if path.exists() else 0


def result(folder: Path) -> tuple[dict, dict]:
    """Return the arrays and the losses of the trained model."""
    from hoam.checkpoints import load_arrays

    arrays, description = load_arrays(folder / "model.safetensors", kind="model")
    history = description["record"]["history"]
    return {k: v.tobytes() for k, v in arrays.items()}, {k: history[k] for k in ("loss", "step")}


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.crashes", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None, help="of the moments; any if not given")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)  # forks of a process with threads
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    moments = random.Random(seed)
    import flax.linen  # noqa: F401
    import optax  # noqa: F401

    with tempfile.TemporaryDirectory() as directory:
        alone, again = Path(directory) / "alone", Path(directory) / "again"
        run(alone)
        said = run(again, within=WRITE)
        halves = [path.name.split(".")[1] for path in again.glob(".*.part")]
        within = {"write": WRITE, "said": said, "step": step(again), "halves": halves}
        kills, lost = [step(again)], [EVERY * said - step(again)]
        while len(kills) < chosen.kills:
            before = step(again)
            after = moments.randint(0, 2 * STEPS // EVERY // max(chosen.kills, 4))
            said = run(again, kill=(after, moments.uniform(0, DELAY)))
            if said is None:  # it came to its end: the next kills are those of another run
                again = again.with_name(f"again-{len(kills)}")
                continue
            kills.append(step(again))
            lost.append(before + EVERY * said - step(again))
        run(again)
        same = result(again) == result(alone)
        left = sorted(path.name for path in again.iterdir())
    clean = left == ["model.json", "model.safetensors", "state.safetensors"]
    found = {"seed": seed, "every": EVERY, "kills": kills, "lost": lost, "same": same, "left": left}
    found["within"] = within
    sys.stdout.write(json.dumps(found) + "\n")
    return 0 if same and clean and max(lost, default=0) <= EVERY else 1


if __name__ == "__main__":
    sys.exit(main())
