"""Writing: the file is the former one or the new one, whole, whatever happens."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from faults import interrupted, no_space

from hoam.files import write_atomically


@pytest.fixture
def path(tmp_path):
    """A file with first content in it, in a folder that was created with it."""
    path = tmp_path / "new" / "folder" / "file.json"
    write_atomically(path, b"first")
    return path


def test_the_second_content_replaces_the_first(path):
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("owner_and_name", [(os, "fsync"), (Path, "replace")])
@pytest.mark.parametrize(
    ("fault", "error"), [(no_space, OSError), (interrupted, KeyboardInterrupt)]
)
def test_a_fault_leaves_the_former_file_and_no_other(
    path, monkeypatch, owner_and_name, fault, error
):
    with monkeypatch.context() as patch:
        patch.setattr(*owner_and_name, fault)
        with pytest.raises(error):
            write_atomically(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(path.parent.iterdir()) == [path]


def test_a_kill_leaves_the_former_file(path):
    code = (
        "import os, sys, signal, pathlib, hoam.files as f\n"
        "os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)\n"
        "f.write_atomically(pathlib.Path(sys.argv[1]), b'half of a file')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"first"
