"""What can go wrong while a file is written."""

import errno


def no_space(*args, **kwargs):
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, "No space left on device")


def interrupted(*args, **kwargs):
    """Fail as Ctrl-C does."""
    raise KeyboardInterrupt
