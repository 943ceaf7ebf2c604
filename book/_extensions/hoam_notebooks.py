"""Notebooks to take away: without outputs, with a first cell that gets the package.

The pages show executed notebooks. A reader who wants to change one gets its source, as a script
(`.py`) and as a notebook (`.ipynb`), in the folder `_notebooks` beside the pages. The branch
`notebooks` of the repository holds the same files, for services that open a notebook from there.
"""

import ast
import functools
import json
import re
import shutil
import textwrap
import tomllib
from collections.abc import Sequence
from importlib.metadata import packages_distributions
from pathlib import Path
from urllib.parse import quote, urlsplit

import jupytext
import nbformat

FOLDER = "_notebooks"
BRANCH = "notebooks"

_WELCOME = """\
*A page of the book "HOAM, reproduced", version {version}, to run and to change. The text is written
in MyST Markdown; roles such as `num` become numbers and links only in the book.*

The next cell looks for the book's folder{how}; it holds the package `hoam` and the trained models.
"""
_FIND = """\
import os
from pathlib import Path

here = Path.cwd().resolve()
folders = [path for path in (here, *here.parents) if (path / "hoam" / "__init__.py").is_file()]
"""
_STOP = """\
if not folders:
    message = (
        f"Expected the book's folder at or above {here}; got none. "
        "Use this notebook inside it, after `make environment`, with the Python in `.venv`."
    )
    raise FileNotFoundError(message)
"""
_FETCH = """\
if not folders:
    import subprocess
    import sys

    folders = [here / "hoam-reproduced"]
    clone = ["git", "clone", "--quiet", "--depth", "1", "--branch", "v{version}"]
    subprocess.run([*clone, "{repository}", str(folders[0])], check=True)
    packages = {packages}
    install = [sys.executable, "-m", "pip", "install", "--quiet", str(folders[0])]
    subprocess.run([*install, *packages], check=True)
"""
_HOME = """\
os.chdir(folders[0])
# What one run has compiled the next one finds, as those of `make book` do.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(folders[0] / ".cache" / "jax"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")"""


# It reads the files of every distribution, which takes a third of a second.
_distributions = functools.cache(packages_distributions)


def imported(source: Path) -> set[str]:
    """Return the distributions that a script imports, or names as in `distribution("flax")`."""
    modules, named = set(), set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                modules |= {alias.name.split(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module), level=0):
                modules.add(module.split(".")[0])
            case ast.Call(func=ast.Name("distribution"), args=[ast.Constant(str(name))]):
                named.add(name)
    return named.union(*(_distributions().get(module, ()) for module in modules))


def needed(source: Path) -> list[str]:
    """Return what to install for a notebook, as `flax==0.12.12`.

    That is what the package depends on, and what the notebook imports, at the versions that
    `environment.yml` has.

    Args:
        source: a script in the folder `notebooks` of the repository.
    """
    root = source.resolve().parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    depends = {re.split(r"[^\w.-]", item)[0] for item in project["dependencies"]}
    pinned = re.findall(r"- (\S+)==(\S+)", (root / "environment.yml").read_text(encoding="utf-8"))
    names = {name.lower() for name in depends | imported(source)}
    return [f"{name}=={version}" for name, version in pinned if name in names]


def first_cells(
    *, repository: str, version: str, packages: list[str]
) -> list[nbformat.NotebookNode]:
    """Return the cells that say where a notebook comes from, and take it to the book's folder.

    Args:
        repository: address to clone from, at the tag of the version; none where it is empty.
        version: of the book.
        packages: what to install beside the package, where it is fetched.
    """
    how = ", or fetches it" if repository else ""
    listed = textwrap.indent(json.dumps(packages, indent=4), 4 * " ").lstrip()
    fetch = _FETCH.format(repository=repository, version=version, packages=listed)
    end = fetch if repository else _STOP
    return [
        nbformat.v4.new_markdown_cell(_WELCOME.format(version=version, how=how)),
        nbformat.v4.new_code_cell(_FIND + end + _HOME),
    ]


def clean(source: Path, first: Sequence[nbformat.NotebookNode] = ()) -> nbformat.NotebookNode:
    """Return a py:percent file as a notebook without outputs, behind the cells `first`.

    The same file gives the same notebook, cell names included.
    """
    notebook = jupytext.read(source)
    notebook.cells = [*first, *notebook.cells]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "file_extension": ".py"},
        }
    )
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return notebook


def write(
    sources: list[Path],
    target: Path,
    *,
    repository: str,
    version: str,
    templates: Sequence[Path] = (),
) -> None:
    """Write a script and a clean notebook for each source into the folder `target`.

    Args:
        sources: the notebooks of pages, which go to the book's folder first.
        target: folder, emptied before.
        repository: address of the book, or nothing.
        version: of the book.
        templates: notebooks for other data, which stay in the folder that they are opened in.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for source in [*sources, *templates]:
        packages = needed(source) if repository and source in sources else []
        first = first_cells(repository=repository, version=version, packages=packages)
        notebook = clean(source, first if source in sources else ())
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        (target / f"{source.stem}.ipynb").write_text(text, encoding="utf-8")
        shutil.copy2(source, target / source.name)


def launch_links(repository: str, name: str) -> dict[str, str]:
    """Return where services open a notebook from the branch of a GitHub repository.

    Raises:
        ValueError: if the address is not that of a GitHub repository.
    """
    address = urlsplit(repository)
    parts = address.path.strip("/").split("/")
    if address.scheme != "https" or address.netloc != "github.com" or len(parts) != 2:
        message = (
            f"Expected the https address of a GitHub repository; got {repository!r}. "
            'Use "https://github.com/OWNER/NAME" as repository-code in CITATION.cff.'
        )
        raise ValueError(message)
    place, path = "/".join(parts), f"notebooks/{quote(name)}.ipynb"
    return {
        "Binder": f"https://mybinder.org/v2/gh/{place}/{BRANCH}?urlpath=lab/tree/{path}",
        "Colab": f"https://colab.research.google.com/github/{place}/blob/{BRANCH}/{path}",
    }
