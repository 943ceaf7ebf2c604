"""The front door of the package: light to open, every public name behind it, and its example."""

import json
import subprocess
import sys

import numpy as np
import pytest

import hoam

FUNCTIONS = {
    "metrics": (
        "electric_energy",
        "relative_error",
        "sinkhorn_divergence",
        "gaussian_wasserstein",
        "growth_rate",
    ),
    "quadrature": ("gauss_legendre", "simpson", "trapezoid", "monte_carlo", "spline", "Rule"),
    "networks": ("MLP", "FiLM", "CoLoRA"),
    "systems": (
        "Bistable",
        "BumpOnTail",
        "Chaos9D",
        "Oscillator",
        "StrongLandau",
        "Trap100D",
        "TwoStream",
    ),
    "methods": ("action_matching", "decaying"),
    "minibatches": ("Minibatch", "independent", "paired", "stratified"),
}


def test_importing_the_package_alone_loads_neither_jax_nor_any_other_heavy_package():
    code = (
        "import sys, json, hoam; print(json.dumps([m for m in "
        "('jax', 'numpy', 'scipy', 'flax', 'optax', 'ott', 'matplotlib') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("name", hoam.__all__)
def test_every_public_name_resolves(name):
    assert getattr(hoam, name) is not None
    assert name in dir(hoam)


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in FUNCTIONS.items() for name in names]
)
def test_public_names_of_the_modules_are_there_and_documented(module, name):
    assert getattr(getattr(hoam, module), name).__doc__


def test_an_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = hoam.no_such_name


def test_the_version_is_that_of_the_installed_package():
    from importlib.metadata import version

    assert hoam.__version__ == version("hoam")


def test_the_example_of_the_readme_runs(root):
    code = (root / "README.md").read_text().split("```python\n")[1].split("```")[0]
    for full, quick in {"2**15": "2**7", "2**12": "2**5", "(128)": "(4)", "4000": "2"}.items():
        assert code.count(full) == 1
        code = code.replace(full, quick)
    names = {}
    exec(code, names)
    assert names["paths"].shape == (len(names["times"]), 2**5, 2)
    np.testing.assert_array_equal(names["paths"][0], np.float32(names["x0"]))
