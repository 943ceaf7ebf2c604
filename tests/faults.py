"""What can go wrong while a file is written, and what a message has to say."""

import errno
import re


def no_space(*args, **kwargs):
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, "No space left on device")


def interrupted(*args, **kwargs):
    """Fail as Ctrl-C does."""
    raise KeyboardInterrupt


def assert_clear(error, says):
    """Assert that a message says what was expected, what came, and what to do, with `says`."""
    message = str(error.value)
    assert re.search(r"Expected .*; ?got .*\. (Use|Remove|Sort) ", message, re.DOTALL), message
    assert says in message, message
