"""Write files so that a kill or a full disk loses nothing."""

import os
from pathlib import Path


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
