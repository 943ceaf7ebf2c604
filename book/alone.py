"""Run a program, unless it already runs in this folder.

    python book/alone.py LOCK PROGRAM ARGUMENTS...

The lock is the operating system's and goes over to the program, so a kill leaves nothing in the
way. Two builds of one folder would write the same files.
"""

import fcntl
import os
import sys
from pathlib import Path


def main(lock: Path, command: list[str]) -> None:
    """Become the program, with the lock in its hands.

    Args:
        lock: file of the lock; its folder is created.
        command: program and arguments.

    Raises:
        SystemExit: if another process holds the lock.
    """
    lock.parent.mkdir(exist_ok=True)
    held = os.open(lock, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = (
            f"Expected no other build in {Path.cwd()}; got one that is still running. "
            "Use this folder when that has ended, or a copy of it."
        )
        raise SystemExit(message) from None
    os.set_inheritable(held, True)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
