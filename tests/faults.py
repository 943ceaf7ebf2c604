"""What can go wrong while a file is written, and what a message has to say."""

import errno
import os
import re
from contextlib import contextmanager


def no_space(*args, **kwargs):
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, "No space left on device")


@contextmanager
def filling_up(monkeypatch):
    """A context in which the disk is full after one file."""
    sync, calls = os.fsync, []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) > 1:
            no_space()
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        yield


def interrupted(*args, **kwargs):
    """Fail as Ctrl-C does."""
    raise KeyboardInterrupt


def assert_clear(error, says):
    """Assert that a message says what was expected, what came, and what to do, with `says`."""
    message = str(error.value)
    assert re.search(r"Expected .*; ?got .*\. (Use|Remove|Sort) ", message, re.DOTALL), message
    assert says in message, message
