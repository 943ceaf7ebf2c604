"""Nothing that a user or a build runs asks for the network: where it is refused, all works."""

import os
import socket
import subprocess
import sys
import warnings

import bad_formats
import jax
import numpy as np
import pytest
import translation
from conftest import CACHE

import hoam
from hoam import commands
from hoam.population import Population

#: What every Python refuses that has it on its path: addresses of other machines.
REFUSAL = """
import os, socket
from pathlib import Path

with Path(os.environ["STARTED"]).open("a") as file:
    file.write(f"{os.getpid()}\\n")

def refuse(*args, **kwargs):
    raise PermissionError("asked for the network")

def local_alone(method):
    def call(self, address, *rest):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            refuse()
        return method(self, address, *rest)
    return call

for name in ("connect", "connect_ex", "sendto", "bind"):
    setattr(socket.socket, name, local_alone(getattr(socket.socket, name)))
socket.gethostbyname = socket.create_connection = refuse
"""


@pytest.fixture
def refused(monkeypatch):
    """Fail at any use of a socket."""

    def refuse(*args, **kwargs):
        pytest.fail("asked for the network")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.mark.usefixtures("refused")
def test_training_sampling_and_saving_work_without_a_network(tmp_path):
    model = translation.train(tmp_path / "training.safetensors", steps=2)
    model.save(tmp_path / "model.safetensors")
    again = hoam.load(tmp_path / "model.safetensors")
    x0 = np.random.default_rng(0).normal(size=(4, 2))
    path = again.sample(jax.random.key(0), x0, times=np.asarray([0.0, 2.0]), mu=1.0)
    report = hoam.report.Report("example", root=tmp_path)
    report.record("fig-a", mean=float(path.mean()))
    np.testing.assert_array_equal(path[0], x0.astype(np.float32))
    assert np.isfinite(path).all()
    assert (tmp_path / "model.safetensors").stat().st_size > 0
    hoam.metrics.moment_errors(path, path)


@pytest.mark.usefixtures("refused")
@pytest.mark.parametrize("name", bad_formats.SOUND)
def test_every_format_of_samples_is_read_without_a_network(tmp_path, name):
    bad_formats.spoil(bytes)(tmp_path / name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a format that is young
        assert np.isfinite(Population.from_file(tmp_path / name).samples).all()


@pytest.mark.usefixtures("refused")
def test_the_distance_of_two_clouds_needs_no_network():
    cloud = np.random.default_rng(0).normal(size=(16, 2))
    with jax.numpy_rank_promotion("allow"):  # OTT relies on it
        assert abs(hoam.metrics.sinkhorn_divergence(cloud, cloud, epsilon=1.0)) < 1e-6


@pytest.mark.usefixtures("refused")
def test_the_command_line_needs_no_network(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x, times = np.random.default_rng(0).normal(size=(100, 2)), np.linspace(0, 1, 9)
    np.savez("data.npz", samples=[[x + t for t in times]], times=times, mus=[1.0])
    np.savez("start.npz", x=x)
    (tmp_path / "fit.toml").write_text(
        "[network]\nwidth = 8\ndepth = 3\n[training]\nsteps = 2\nbatch = 16\n"
    )
    draw = "sample model.safetensors --start start.npz --times 0 1 --mu 1 --out out.npz"
    for words in ("check data.npz", "fit data.npz --config fit.toml --no-progress", draw):
        assert commands.main([*map(str, words.split())]) == 0
    with np.load("out.npz") as found:
        assert np.isfinite(found["samples"]).all()


@pytest.fixture
def surroundings(root, tmp_path):
    """The environment of a process in which, and below which, every Python refuses the network."""
    (tmp_path / "sitecustomize.py").write_text(REFUSAL)
    path = os.pathsep.join([str(tmp_path), str(root)])
    cache = {"JAX_COMPILATION_CACHE_DIR": str(CACHE)}
    started = {"PYTHONPATH": path, "STARTED": str(tmp_path / "started")}
    return {**os.environ, **cache, **started}


def test_a_process_without_a_network_cannot_reach_one(surroundings):
    code = "import socket; socket.socket().connect(('192.0.2.1', 80))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=surroundings, capture_output=True, text=True
    )
    assert "PermissionError: asked for the network" in done.stderr


def test_a_notebook_runs_without_a_network(root, tmp_path, surroundings):
    (tmp_path / "hoam").symlink_to(root / "hoam")
    (tmp_path / "pyproject.toml").symlink_to(root / "pyproject.toml")
    (tmp_path / "CITATION.cff").symlink_to(root / "CITATION.cff")
    page = tmp_path / "page.ipynb"
    command = [sys.executable, str(root / "book" / "execute.py")]
    command += [str(root / "notebooks" / "populations.py"), str(page), "--profile", "quick"]
    done = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "results" / "populations.json").is_file()
    started = (tmp_path / "started").read_text().split()
    assert len(set(started)) >= 2  # the one that runs the notebook, and the notebook's own
