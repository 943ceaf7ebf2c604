import ast

import pytest
from dependencies import Package, inputs

FILES = {
    "hoam/__init__.py": '_HOME = {"fit": "hoam.train"}\n',
    "hoam/types.py": "import numpy\n",
    "hoam/metrics.py": "from hoam.types import Population\n",
    "hoam/networks.py": "",
    "hoam/train.py": "from hoam import checkpoints\n",
    "hoam/checkpoints.py": "",
    "hoam/report.py": 'if __name__ == "__main__":\n    from hoam.check import main\n',
    "hoam/check.py": "",
    "hoam/systems/__init__.py": ("from hoam.systems.ring import Ring\nfrom .line import Line\n"),
    "hoam/systems/base.py": "from ..types import Population\n",
    "hoam/systems/ring.py": "from hoam.systems.base import System\n",
    "hoam/systems/line.py": "from .base import System\n",
    "benchmarks/clock.py": "import time\n",
    "benchmarks/outcomes.py": "",
    "benchmarks/chains.py": "from benchmarks import outcomes\n",
    "benchmarks/races.py": (
        "import benchmarks.clock\nfrom hoam.metrics import energy\nSTEM = 'third-'\n"
    ),
    "benchmarks/records/chains.json": "",
    "checkpoints/example-a-0.json": "",
    "checkpoints/example-a-0.safetensors": "",
    "checkpoints/example-a-0.part": "",
    "checkpoints/other-a-0.json": "",
    "checkpoints/third-a-0.json": "",
}


@pytest.fixture
def place(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("import numpy", set()),
        ("import hoam", set()),
        ("import hoam\nhoam.metrics.energy(x)", {"metrics", "types"}),
        ("from hoam import metrics", {"metrics", "types"}),
        ("from hoam import metrics as m\nm.energy(x)", {"metrics", "types"}),
        ("import hoam.metrics", {"metrics", "types"}),
        ("import hoam.metrics as m", {"metrics", "types"}),
        ("from hoam.metrics import energy", {"metrics", "types"}),
        ("import hoam\nhoam.fit(key)", {"train", "checkpoints"}),
        ("from hoam import fit", {"train", "checkpoints"}),
        ("import hoam as h\nh.fit(key)", {"train", "checkpoints"}),
        ("import hoam\nhoam.systems.Ring()", {"systems", "systems.ring", "systems.base", "types"}),
        ("from hoam.systems import Line", {"systems", "systems.line", "systems.base", "types"}),
        (
            "from hoam import systems\nsystems.Line()",
            {"systems", "systems.line", "systems.base", "types"},
        ),
        ("import hoam\ndef f():\n    return hoam.networks.MLP()", {"networks"}),
        ("from hoam.report import Report", {"report"}),
        ("import hoam\nprint(hoam.__version__)", set()),
    ],
)
def test_only_the_modules_in_use_count(place, source, needed):
    found = Package(place).needed(ast.parse(source)) - {"hoam"}
    assert found == {f"hoam.{name}" for name in needed}


def test_a_name_that_is_not_known_counts_as_the_whole_package(place):
    package = Package(place)
    assert package.needed(ast.parse("import hoam\nhoam.unknown()")) == set(package.files)


@pytest.mark.parametrize(
    ("text", "checkpoints"),
    [
        ("", {"example"}),
        ('load("checkpoints/other-a-0")', {"example", "other"}),
        ('load(f"other-{method}-{seed}")', {"example", "other"}),
    ],
)
def test_a_notebook_needs_its_checkpoints_and_those_it_names(place, text, checkpoints):
    notebook = place / "notebooks" / "example.py"
    notebook.parent.mkdir()
    notebook.write_text(f"import hoam\n{text}\n")
    found = inputs(notebook, place)
    assert {"notebooks/example.py", "hoam/__init__.py"} <= set(found)
    assert {name for name in found if name.startswith("checkpoints/")} == {
        name
        for name in FILES
        if name.startswith(tuple(f"checkpoints/{c}-" for c in checkpoints)) and "part" not in name
    }


@pytest.mark.parametrize(
    ("text", "benchmarks", "others"),
    [
        ("import hoam", set(), set()),
        ("from benchmarks import clock", {"clock.py"}, set()),
        ("import benchmarks.clock", {"clock.py"}, set()),
        (
            "from benchmarks.races import STEM",
            {"races.py", "clock.py"},
            {"hoam/metrics.py", "hoam/types.py", "checkpoints/third-a-0.json"},
        ),
        (
            "from benchmarks import chains",
            {"chains.py", "outcomes.py", "records/chains.json"},
            set(),
        ),
    ],
)
def test_a_notebook_needs_the_benchmarks_that_it_imports_and_what_they_need(
    place, text, benchmarks, others
):
    notebook = place / "notebooks" / "example.py"
    notebook.parent.mkdir()
    notebook.write_text(f"{text}\n")
    found = set(inputs(notebook, place))
    assert {name for name in found if name.startswith("benchmarks/")} == {
        f"benchmarks/{name}" for name in benchmarks
    }
    own = {"notebooks/example.py", "checkpoints/example-a-0.json"}
    assert found - own - {"hoam/__init__.py", "checkpoints/example-a-0.safetensors"} == others | {
        f"benchmarks/{name}" for name in benchmarks
    }


def test_the_notebooks_of_the_book_resolve(root):
    package = Package(root)
    for notebook in sorted((root / "notebooks").glob("*.py")):
        needed = package.needed(ast.parse(notebook.read_text()))
        assert "hoam.report" in needed
        assert "hoam.retrain" not in needed, f"{notebook.name} uses a name that does not resolve"
