"""Write files so that a kill or a full disk loses nothing, and by one process at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from filelock import FileLock, Timeout


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` through a temporary file beside it, fsync and rename.

    Until the rename the previous file is intact, and after it the new one is complete.

    Args:
        path: where to write; its folder is created.
        content: all bytes of the file.

    Raises:
        OSError: if the disk is full or the folder not writable; a previous file at `path` stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def held(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold a file for this process, from before it exists until the block ends or the process dies.

    The lock is the operating system's, on a file beside it that is gone afterwards, so a kill
    leaves nothing that would be in the way. Half-written files of a killed process are removed.
    A process that holds a file may hold it once more.

    Args:
        path: the file; its folder is created.
        wait: seconds to wait for another process that holds it.

    Raises:
        BlockingIOError: if another process holds it, after that time still.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.lock")
    lock = FileLock(beside, is_singleton=True)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        message = (
            f"Expected {path} to be of this process alone; got another one that writes it. "
            "Use another file, or wait until that process has ended."
        )
        raise BlockingIOError(message) from None
    for part in path.parent.glob(f".{escape(path.name)}.*.part"):
        part.unlink(missing_ok=True)  # what a process that was killed while it wrote has left
    try:
        yield
    finally:
        if lock.lock_counter == 1:
            beside.unlink(missing_ok=True)  # while it is still held: who waits opens a new one
        lock.release()
