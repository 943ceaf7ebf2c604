"""Settings of every test: double precision, no silent broadcasting, checked shapes."""

import os
import subprocess
import sys

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "agg")

from pathlib import Path

import jax
import jaxtyping
import pytest

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_rank_promotion", "raise")
# Most of the time goes into compilation: what was compiled once is kept, as for the notebooks.
CACHE = Path(__file__).resolve().parent.parent / ".cache" / "jax"
jax.config.update(
    "jax_compilation_cache_dir", os.environ.get("JAX_COMPILATION_CACHE_DIR", str(CACHE))
)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
jaxtyping.install_import_hook("hoam", "beartype.beartype")

HOLD = """
import sys, pathlib, hoam.files as f
with f.held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture
def as_users_run_it():
    """Switch off the checks of annotations, which only tests have and which would come first."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def no_tracing(monkeypatch):
    """Fail if anything is compiled or traced by jit."""

    def refuse(*args, **kwargs):
        pytest.fail("traced before the input was checked")

    monkeypatch.setattr(jax.lax, "scan", refuse)


@pytest.fixture
def holder():
    """Start a process that holds a file, and end it afterwards."""
    started = []

    def start(path):
        command = [sys.executable, "-c", HOLD, str(path)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        started.append(subprocess.Popen(command, text=True, **pipes))
        assert started[-1].stdout.readline() == "held\n"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
