"""The arrows between the modules, read from the import statements."""

import ast
import graphlib

import pytest

ENVELOPE = {"results", "references", "check", "report", "verdicts"}
# Which groups a module may import from. A group is a module, or a package with all its files.
ALLOWED = {
    "arguments": set(),
    "types": {"arguments"},
    "formats": set(),
    "stores": {"formats"},
    "readers": {"arguments", "formats", "stores"},
    "resampling": {"arguments"},
    "population": {"arguments", "types", "readers", "resampling"},
    "survey": {"arguments", "population", "quadrature", "given_times"},
    "monitors": {"arguments", "types", "population", "model", "metrics"},
    "particle_mesh": {"arguments", "types"},
    "dispersion": {"arguments", "types"},
    "quadrature": {"arguments", "types"},
    "given_times": {"arguments", "quadrature"},
    "calculus": {"arguments", "types"},
    "networks": {"arguments", "types"},
    "minibatches": {"arguments", "types"},
    "scaling": {"arguments", "types", "population"},
    "nodes": {"types", "population", "scaling", "quadrature", "given_times", "minibatches"},
    "linear_part": {"arguments", "types"},
    "inference": {
        "arguments",
        "types",
        "adaptive",
        "calculus",
        "devices",
        "integrators",
        "linear_part",
        "sample",
    },
    "descriptions": {"networks", "samplers", "linear_part", "scaling"},
    "ritz": {"types", "population", "calculus", "linear_part", "model", "nodes", "quadrature"},
    "training_state": {"checkpoints", "devices"},
    "validation": {"arguments", "types", "population", "scaling", "given_times", "nodes"},
    "devices": {"types"},
    "files": set(),
    "output": {"files"},
    "integrators": {"types"},
    "adaptive": {"types", "integrators"},
    "checkpoints": {"arguments", "types", "files"},
    "systems": {"arguments", "types", "population", "particle_mesh", "dispersion", "integrators"},
    "histograms": {"types"},
    "quantisation": set(),
    "metrics": {"arguments", "types", "particle_mesh"},
    "methods": {"arguments", "types", "calculus", "quadrature", "samplers", "noise"},
    "samplers": {"arguments", "types", "integrators", "noise"},
    "noise": {"arguments", "types"},
    "sample": {"types", "calculus", "integrators"},
    "results": set(),
    "references": {"results", "files"},
    "check": {"results", "references"},
    "report": {"results", "check", "files", "slides"},
    "slides": {"legends"},
    "legends": set(),
    "verdicts": {"results"},
}
# Training gets its loss and its samples handed in.
FORBIDDEN = {
    "train": {"systems", "methods", "metrics", "plotting", "runs", *ENVELOPE},
    "model": {"systems", "methods", "metrics", "plotting", "train", "runs", *ENVELOPE},
    "plotting": {"systems", "methods", "train", "runs", *ENVELOPE},
    "runs": ENVELOPE,
    "matrix": ENVELOPE,
    "retrain": ENVELOPE - {"results"},
    "settings": {"systems", "plotting", "train", "runs", *ENVELOPE},
    "commands": {"systems", "plotting", "runs", *ENVELOPE},
    "__main__": ENVELOPE,
}


def group(module):
    return module.removeprefix("hoam.").split(".")[0]


def imports(path, package):
    """Yield the absolute names that a file imports from the package."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("hoam"))
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
            origin = node.module or ""
            origin = f"{base}.{origin}".rstrip(".") if node.level else origin
            if origin == "hoam":
                yield from (f"hoam.{alias.name}" for alias in node.names)
            elif origin.startswith("hoam."):
                yield origin


@pytest.fixture(scope="module")
def arrows(root):
    """Groups that each group imports from, itself left out."""
    found = {}
    for path in sorted((root / "hoam").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        package = ".".join(parts[:-1])
        if module != "hoam":
            targets = {group(name) for name in imports(path, package)} - {group(module)}
            found.setdefault(group(module), set()).update(targets)
    return found


def test_every_module_has_its_place(arrows):
    assert set(arrows) <= {*ALLOWED, *FORBIDDEN}


@pytest.mark.parametrize("module", ALLOWED)
def test_a_module_imports_only_what_it_may(arrows, module):
    assert arrows.get(module, set()) <= ALLOWED[module]


@pytest.mark.parametrize("module", FORBIDDEN)
def test_training_and_plotting_receive_functions(arrows, module):
    assert not arrows.get(module, set()) & FORBIDDEN[module]


def test_there_are_no_cycles(arrows):
    # The command line of report hands over to check, at run time and not on import.
    graph = {
        name: targets - {"check"} if name == "report" else targets
        for name, targets in arrows.items()
    }
    assert list(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize(
    ("pattern", "most"), [("hoam/**/*.py", 250), ("book/**/*.py", 250), ("tests/**/*.py", 300)]
)
def test_files_stay_short(root, pattern, most):
    lengths = {
        str(path.relative_to(root)): len(path.read_text().splitlines())
        for path in root.glob(pattern)
        if "_executed" not in path.parts
    }
    assert lengths
    assert {name: count for name, count in lengths.items() if count > most} == {}
