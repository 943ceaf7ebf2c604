"""What the command line leaves behind: files that replace no others unasked, a log, a table."""

import contextlib
import io
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from hoam.files import write_atomically


def refuse_existing(paths: Sequence[Path], *, force: bool) -> None:
    """Raise an error if there is a file already and it may not be replaced.

    Args:
        paths: the files that are going to be written.
        force: whether they may be replaced.

    Raises:
        FileExistsError: if one exists, unless `force`.
    """
    there = [str(path) for path in paths if path.exists()]
    if there and not force:
        message = f"Expected no file yet; got {there}. Use another name with --out, or --force."
        raise FileExistsError(message)


@contextlib.contextmanager
def log_file(path: Path, *, append: bool) -> Iterator[None]:
    """Write what the package logs to a file as well, each line with its time, in this block.

    If the block refuses its input by a `ValueError`, the file is as it was before. A disk that is
    full costs lines of the log, and stops nothing.

    Args:
        path: the file; its folder is created.
        append: keep what the file holds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    log, former = logging.getLogger("hoam"), path.read_bytes() if path.is_file() else None
    handler = logging.FileHandler(path, mode="a" if append else "w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    try:
        yield
    except ValueError:
        handler.close()
        if former is None:
            path.unlink()
        else:
            path.write_bytes(former)
        raise
    finally:
        log.removeHandler(handler)
        with contextlib.suppress(OSError):
            handler.close()


def save_npz(path: Path, **arrays: np.ndarray) -> None:
    """Write arrays to a compressed NumPy archive, whole or not at all.

    Args:
        path: the archive; its folder is created.
        arrays: each by the name that it has in the archive.
    """
    buffer = io.BytesIO()
    # numpy's stub takes a keyword `allow_pickle` beside the arrays; these are arrays only.
    np.savez_compressed(buffer, **arrays)  # pyright: ignore[reportArgumentType]
    write_atomically(path, buffer.getvalue())


def lost_samples(
    samples: np.ndarray, times: Sequence[float], *, mu: Sequence[float], names: Sequence[str]
) -> list[str]:
    """Say how many samples are not finite, and from which time on, one sentence for each model.

    Args:
        samples: `[M, T, N, D]`, a block for each of `M` models.
        times: `[T]`.
        mu: `[P]`, the parameter of all of them.
        names: `[M]`, what the sentences call the models. One without lost samples has none.
    """
    lost = ~np.isfinite(samples).all(axis=-1)
    return [
        f"Expected finite samples at mu = {list(mu)}; got {block.any(axis=0).sum()} of "
        f"{block.shape[1]} from {name} that are NaN or infinite, the first at time "
        f"{times[int(block.any(axis=1).argmax())]:g}. Use a start, times and a mu nearer to those "
        "of the training."
        for name, block in zip(names, lost, strict=True)
        if block.any()
    ]


def moment_table(samples: np.ndarray, times: Sequence[float]) -> str:
    """Return mean and deviation of each coordinate at each time as text, one line a time.

    Args:
        samples: `[M, T, N, D]`, a block for each of `M` models. Of several, the average is shown,
            with the standard deviation over the models behind a ±. NaN or infinite where a sample
            is.
        times: `[T]`.
    """
    rows = ["time " + " ".join(f"mean{i} sd{i}" for i in range(samples.shape[-1]))]
    with np.errstate(invalid="ignore", over="ignore"):  # it is shown, and told by `lost_samples`
        moments = np.stack([samples.mean(axis=2), samples.std(axis=2)], axis=-1)
        means = moments.mean(axis=0)
        spreads = moments.std(axis=0, ddof=1) if len(samples) > 1 else None
    for j, t in enumerate(times):
        values = [f"{m:.4g}" for m in means[j].ravel()]
        if spreads is not None:
            each = zip(values, spreads[j].ravel(), strict=True)
            values = [f"{value}±{spread:.1g}" for value, spread in each]
        rows.append(" ".join([f"{t:g}", *values]))
    return "\n".join(rows)
