"""The notebook that a user starts from runs on a small file and leaves models that can be used."""

import hoam_notebooks
import matplotlib as mpl
import nbformat
import numpy as np
import pytest

import hoam


@pytest.fixture(scope="module")
def taken(root, tmp_path_factory):
    """The template as the book offers it beside its notebooks."""
    folder = tmp_path_factory.mktemp("taken") / "_notebooks"
    template = root / "book" / "template.py"
    hoam_notebooks.write([], folder, repository="", version="1.2.3", templates=[template])
    return folder


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_the_template_is_offered_as_a_notebook_without_outputs_that_stays_in_its_folder(
    root, taken
):
    source = (root / "book" / "template.py").read_text()
    notebook = nbformat.read(taken / "template.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert (taken / "template.py").read_text() == source
    assert notebook.cells[0].source.startswith("# A model of my population")
    assert len(code(notebook)) == source.count("\n# %%\n")
    assert not any(cell.get("outputs") for cell in notebook.cells)
    assert "chdir" not in "".join(code(notebook))


@pytest.mark.parametrize("held_out", [(), (0.5,)])
def test_the_template_runs_on_a_small_file(taken, tmp_path, monkeypatch, held_out):
    x = np.random.default_rng(0).normal(size=(60, 2))
    times = np.linspace(0, 1, 9)
    samples = np.stack([[x + mu * t for t in times] for mu in (1.0, 2.0)])
    np.savez(tmp_path / "data.npz", samples=samples, times=times, mus=[1.0, 2.0])
    monkeypatch.chdir(tmp_path)
    text = "\n".join(code(nbformat.read(taken / "template.ipynb", as_version=4)))
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
        exec(compile(text, "template.ipynb", "exec"), names)
    assert names["paths"].shape == (2, 33, 60, 2)
    for seed in (0, 1):
        assert hoam.load(tmp_path / f"model-{seed}.safetensors").record["steps"] == 3
