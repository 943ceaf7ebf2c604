"""The command line `hoam`.

Look at samples of your own, fit a model to them, draw from it::

    hoam check data.npz
    hoam fit data.npz --config fit.toml --out model.safetensors
    hoam sample model.safetensors --start start.npz --times 0 1 2 --mu 0.3 --out samples.npz

Exit codes: 0 if all went well; 1 if a check warns, a training or a rollout diverges, or what they
make cannot be written; 2 if an input or an option is wrong, or another process trains the same
model, in which case nothing has been written; 130 if interrupted. Files that exist are replaced
only with `--force`.
"""

import dataclasses
import logging
import sys
import warnings
from pathlib import Path

import jax
import numpy as np
import tyro
from tyro.conf import Positional

from hoam.files import held
from hoam.minibatches import stratified
from hoam.model import load
from hoam.monitors import means
from hoam.output import log_file, lost_samples, moment_table, refuse_existing, save_npz
from hoam.population import Population
from hoam.readers import read_states
from hoam.settings import Data, load_settings
from hoam.survey import distance, survey
from hoam.train import fit as train

app = tyro.extras.SubcommandApp()
log = logging.getLogger("hoam")


@app.command
def check(data: Positional[Path], *, config: Path | None = None, mu: tuple[float, ...] = ()) -> int:
    """Say what the samples of a file allow, before a model is trained.

    Args:
        data: file of samples: .npz, .csv, .parquet, .nc or .zarr.
        config: TOML file; its table [data] is used.
        mu: a parameter that you mean to ask a model for: is it among those of the samples?
    """
    population, _ = _load(data, load_settings(config).data)
    found = survey(population)
    log.info("%s", found)
    if not mu:
        return int(bool(found.warnings))
    if len(mu) != population.mus.shape[1]:
        message = (
            f"Expected {population.mus.shape[1]} value(s) of mu; got {len(mu)}. "
            "Use as many as the samples have."
        )
        raise ValueError(message)
    low, high = population.mus.min(axis=0), population.mus.max(axis=0)
    inside = ((np.asarray(mu) >= low) & (np.asarray(mu) <= high)).all()
    log.info(
        "mu = %s: %.2g standard deviations of the parameters from the nearest of them, %s",
        list(mu),
        distance(population, np.asarray(mu)),
        "within their range" if inside else "warning: outside of their range (extrapolation)",
    )
    return int(bool(found.warnings) or not inside)


@app.command
def fit(
    data: Positional[Path],
    *,
    config: Path | None = None,
    out: Path = Path("model.safetensors"),
    resume: bool = False,
    force: bool = False,
    progress: bool = True,
) -> int:
    """Train a model on the samples of a file.

    Beside the model stand its record (.json), a log (.log) and, until training has ended, its state
    (.training.safetensors).

    Args:
        data: file of samples: .npz, .csv, .parquet, .nc or .zarr.
        config: TOML file, see hoam.settings; all defaults without one.
        out: file of the model, ending in .safetensors.
        resume: go on with a training that was interrupted.
        force: replace a model, and a state of training, that exist.
        progress: show a bar.
    """
    settings = load_settings(config)
    state, record = out.with_suffix(".training.safetensors"), out.with_suffix(".json")
    if out.suffix != ".safetensors":
        message = f"Expected a file ending in .safetensors; got {out}. Use another name."
        raise ValueError(message)
    population, held_out = _load(data, settings.data)
    found = survey(population)
    method = settings.method(found.rule)
    network = settings.architecture(tuple(p is not None for p in population.periods))
    monitor = None
    if None in population.periods:
        monitor = means(jax.random.key(settings.training.seed), held_out or population)
    with held(state):
        refuse_existing([out, record], force=force)
        if state.exists() and not (resume or force):
            message = (
                f"Expected no training under way; got its state in {state}. "
                "Use --resume to go on with it, or --force to start afresh."
            )
            raise FileExistsError(message)
        if not resume:
            state.unlink(missing_ok=True)
        with log_file(out.with_suffix(".log"), append=resume):
            log.info("%s\n%s", settings, found)
            highest = max(settings.network.frequencies, default=0)
            if highest > found.resolved:
                log.warning(
                    "warning: the network has waves of frequency %g, the times resolve %d",
                    highest,
                    found.resolved,
                )
            try:
                model = train(
                    jax.random.key(settings.training.seed),
                    population,
                    method,
                    network=network,
                    steps=settings.training.steps,
                    learning_rate=settings.training.learning_rate,
                    minibatch=stratified(settings.training.batch),
                    monitor=monitor,
                    checkpoint=state,
                    checkpoint_every=settings.training.checkpoint_every,
                    progress=progress,
                )
                model.record.update(settings=dataclasses.asdict(settings), data=data.name)
                model.save(out)
            except (FloatingPointError, OSError) as error:
                log.error("%s", error)
                return 1
            except KeyboardInterrupt:
                log.warning("Use --resume to go on from the last checkpoint.")
                raise
            state.unlink(missing_ok=True)
            log.info("%s: trained in %.0f s", out, model.record["training_seconds"])
    return 0


@app.command
def sample(
    models: Positional[tuple[Path, ...]],
    *,
    start: Path,
    times: tuple[float, ...],
    mu: tuple[float, ...] = (0.0,),
    out: Path = Path("samples.npz"),
    seed: int = 0,
    force: bool = False,
) -> int:
    """Draw the population of a parameter at all times, from a model or from each of several.

    Means and deviations are printed, with the standard deviation over the models where there are
    several. Samples that are lost, where a learned field overflows, are written as they are, NaN or
    infinite; a warning says how many, and the exit code is 1. Read as a population, a row of NaN is
    no sample.

    Args:
        models: files of trained models, such as those of several seeds.
        start: file of the states at the first time: .npz with x, .csv or .parquet.
        times: output times, the first that of the start.
        mu: the parameter.
        out: file to write, which can be read as a population: one block of samples for each model.
        seed: seed of the noise, if there is any.
        force: replace a file that exists.
    """
    if not models or out.suffix != ".npz":
        message = (
            f"Expected at least one model and a file ending in .npz; got {len(models)} and {out}. "
            "Use hoam sample model.safetensors --out samples.npz."
        )
        raise ValueError(message)
    refuse_existing([out], force=force)
    x0, members = read_states(start), [load(path) for path in models]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        paths = [
            np.asarray(
                model.sample(jax.random.key(seed), x0, times=np.asarray(times), mu=np.asarray(mu))
            )
            for model in members
        ]
    samples = np.stack(paths)
    lost = lost_samples(samples, times, mu=mu, names=list(map(str, models)))
    for said in [*dict.fromkeys(str(w.message) for w in caught), *lost]:
        log.warning("warning: %s", said)
    try:
        save_npz(out, samples=samples, times=np.asarray(times), mus=np.tile(mu, (len(members), 1)))
    except OSError as error:
        log.error("%s", error)
        return 1
    log.info("%s", moment_table(samples, times))
    return int(bool(lost))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; see the module.

    Args:
        arguments: the words after `hoam`; those of the process if not given.
    """
    console = logging.StreamHandler(sys.stdout)
    log.addHandler(console)
    log.setLevel(logging.INFO)
    try:
        return app.cli(prog="hoam", description=(__doc__ or "").replace("::", ":"), args=arguments)
    except (ValueError, OSError, ImportError) as error:
        sys.stderr.write(f"hoam: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("hoam: interrupted\n")
        return 130
    finally:
        log.removeHandler(console)


def _load(path: Path, data: Data) -> tuple[Population, Population | None]:
    """Return the population to train on, and that of the times held out."""
    population = Population.from_file(
        path,
        n_samples=data.n_samples or None,
        seed=data.seed,
        periods=tuple(period or None for period in data.periods),
    )
    if not data.held_out_times:
        return population, None
    return population.hold_out(data.held_out_times)
