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


def moment_table(samples: np.ndarray, times: Sequence[float]) -> str:
    """Return mean and deviation of each coordinate at each time as text, one line a time.

    Args:
        samples: `[M, T, N, D]`, a block for each of `M` models. Of several, the average is shown,
            with the standard deviation over the models behind a ±.
        times: `[T]`.
    """
    rows = ["time " + " ".join(f"mean{i} sd{i}" for i in range(samples.shape[-1]))]
    moments = np.stack([samples.mean(axis=2), samples.std(axis=2)], axis=-1)
    for j, t in enumerate(times):
        values = [f"{m:.4g}" for m in moments[:, j].mean(axis=0).ravel()]
        if len(samples) > 1:
            spread = moments[:, j].std(axis=0, ddof=1).ravel()
            values = [f"{value}±{s:.1g}" for value, s in zip(values, spread, strict=True)]
        rows.append(" ".join([f"{t:g}", *values]))
    return "\n".join(rows)
