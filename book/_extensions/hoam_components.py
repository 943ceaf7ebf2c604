"""All that the book is made with: a bill of materials (CycloneDX) and the licences.

Names, versions and hashes of packages are those of the lock files, licences those that the
installed packages state. The scripts and fonts that others wrote and that pages load are listed
too, with the hash of the file itself.
"""

import functools
import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, metadata
from pathlib import Path
from typing import Any

_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)([^\n]*(?:\n +[^\n]*)*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
UNSTATED = "not stated"
#: What is installed: for the book, and for the one test that has an environment of its own.
LOCKS = ("requirements.lock", "tests/torchcfm.lock")
FILE = "components.cdx.json"
#: Packages of the first lock that only some systems or Pythons need: the version and the licence
#: that the metadata of its file on PyPI state.
MARKED = {
    "aiohappyeyeballs": ("2.7.1", "Python Software Foundation License"),
    "aiohttp": ("3.14.5", "Apache-2.0 AND MIT"),
    "aiosignal": ("1.4.0", "Apache Software License"),
    "appnope": ("1.0.0", "BSD-2-Clause"),
    "cffi": ("2.1.1", "MIT-0"),
    "colorama": ("0.4.6", "BSD License"),
    "frozenlist": ("1.8.0", "Apache-2.0"),
    "lazy-importer": ("0.1.0", "Apache-2.0"),
    "multidict": ("7.2.1", "Apache-2.0"),
    "nest-asyncio": ("1.6.0", "BSD License"),
    "pexpect": ("4.9.0", "ISC License (ISCL)"),
    "propcache": ("0.5.4", "Apache-2.0"),
    "ptyprocess": ("0.7.0", "ISC License (ISCL)"),
    "pycparser": ("3.12", "BSD-3-Clause"),
    "pyreadline3": ("3.5.6", "BSD License"),
    "uvloop": ("0.23.0", "Apache Software License, MIT License"),
    "yarl": ("1.25.1", "Apache-2.0"),
}
#: Packages of the second lock, which are not in the environment of the book: likewise.
APART = {"pot": ("0.9.6.post1", "MIT License"), "torchcfm": ("1.0.7", "MIT")}
_VENDOR = Path(__file__).resolve().parent.parent / "_vendor"
_THEME = "pydata_sphinx_theme/theme/pydata_sphinx_theme/static"
#: What pages load and others wrote: version, licence, the package that brings it, if any, the file.
LOADED = {
    "mathjax": ("3.2.2", "Apache-2.0", "", "mathjax/tex-chtml-full.js"),
    "bootstrap": ("5.3.3", "MIT", "pydata-sphinx-theme", f"{_THEME}/scripts/bootstrap.js"),
    "@fortawesome/fontawesome-free": (
        "6.5.2",
        "OFL-1.1",
        "pydata-sphinx-theme",
        f"{_THEME}/vendor/fontawesome/webfonts/fa-solid-900.woff2",
    ),
    "clipboard": (
        "2.0.8",
        "MIT",
        "sphinx-copybutton",
        "sphinx_copybutton/_static/clipboard.min.js",
    ),
}


@dataclass(frozen=True)
class Component:
    """One package: its name, version, licence, the hashes of its files, and the registry it has."""

    name: str
    version: str
    licence: str
    hashes: tuple[str, ...]
    registry: str = "pypi"


@functools.cache
def licence(name: str) -> str:
    """Return the licence that a package states, in the words it uses.

    Raises:
        PackageNotFoundError: if it is neither installed nor one that only other systems or another
            environment need.
    """
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        if name not in MARKED | APART:
            raise
        return (MARKED | APART)[name][1]
    if expression := stated.get("License-Expression"):
        return expression
    classes = [
        entry.split(" :: ")[-1]
        for entry in stated.get_all("Classifier", [])
        if entry.startswith("License ::") and entry.count("::") > 1
    ]
    files = [f for f in distribution(name).files or () if f.name.upper().startswith("LICEN")]
    text = (stated.get("License") or (files[0].read_text() if files else "")).strip().splitlines()
    return ", ".join(classes) or (text[0].strip(" #") if text else UNSTATED)


def locked(root: Path) -> list[Component]:
    """Return the packages of both lock files, by name."""
    found = [
        Component(name.lower(), version, licence(name), tuple(_HASH.findall(rest)))
        for lock in LOCKS
        for name, version, rest in _ENTRY.findall((root / lock).read_text(encoding="utf-8"))
    ]
    return sorted(found, key=lambda component: component.name)


def loaded_file(package: str, path: str) -> Path:
    """Return the file of a script or font: that of an installed package, or of this repository."""
    return Path(str(distribution(package).locate_file(path))) if package else _VENDOR / path


def loaded() -> list[Component]:
    """Return the scripts and fonts that pages load, with the hash of each file."""
    return [
        Component(
            name,
            version,
            licence,
            (hashlib.sha256(loaded_file(package, path).read_bytes()).hexdigest(),),
            "npm",
        )
        for name, (version, licence, package, path) in LOADED.items()
    ]


def bill_of_materials(root: Path) -> dict[str, Any]:
    """Return packages, scripts and fonts as a CycloneDX document, version 1.6."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": [_entry(component) for component in locked(root) + loaded()],
    }


def _entry(component: Component) -> dict[str, Any]:
    name = component.name.replace("@", "%40")
    address = f"pkg:{component.registry}/{name}@{component.version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": component.name,
        "version": component.version,
        "purl": address,
        "licenses": [{"license": {"name": component.licence}}],
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in component.hashes],
    }


def write(root: Path, output: Path) -> None:
    """Write the bill of materials to the published tree."""
    text = json.dumps(bill_of_materials(root), indent=1) + "\n"
    (output / FILE).write_text(text, encoding="utf-8")
