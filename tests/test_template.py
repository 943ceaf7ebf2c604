"""The notebook that a user starts from runs on a small file and leaves models that can be used."""

import matplotlib as mpl
import numpy as np
import pytest

import hoam


@pytest.mark.parametrize("held_out", [(), (0.5,)])
def test_the_template_runs_on_a_small_file(root, tmp_path, monkeypatch, held_out):
    x = np.random.default_rng(0).normal(size=(60, 2))
    times = np.linspace(0, 1, 9)
    samples = np.stack([[x + mu * t for t in times] for mu in (1.0, 2.0)])
    np.savez(tmp_path / "data.npz", samples=samples, times=times, mus=[1.0, 2.0])
    monkeypatch.chdir(tmp_path)
    text = (root / "book" / "template.py").read_text()
    for old, new in {
        "STEPS = 1000": "STEPS = 3",
        "SEEDS = 3": "SEEDS = 2",
        "HELD_OUT_TIMES = ()": f"HELD_OUT_TIMES = {held_out}",
    }.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    with mpl.rc_context({"backend": "agg"}), pytest.MonkeyPatch.context() as patch:
        patch.setattr("matplotlib.pyplot.show", lambda: None)
        names = {}
        exec(compile(text, "template.py", "exec"), names)
    assert names["paths"].shape == (2, 33, 60, 2)
    for seed in (0, 1):
        assert hoam.load(tmp_path / f"model-{seed}.safetensors").record["steps"] == 3
