"""All packages that the book is made with: a bill of materials (CycloneDX) and their licences.

Names, versions and hashes are those of `requirements.lock`, licences those that the installed
packages state.
"""

import functools
import json
import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, metadata
from pathlib import Path
from typing import Any

_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)([^\n]*(?:\n +[^\n]*)*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
ABSENT = "not installed on this system"
UNSTATED = "not stated"
FILE = "components.cdx.json"


@dataclass(frozen=True)
class Component:
    """One package: its name, version, licence and the hashes of its files."""

    name: str
    version: str
    licence: str
    hashes: tuple[str, ...]


@functools.cache
def licence(name: str) -> str:
    """Return the licence that an installed package states, in the words it uses."""
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        return ABSENT
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
    """Return the packages of the lock file, by name."""
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    found = [
        Component(name.lower(), version, licence(name), tuple(_HASH.findall(rest)))
        for name, version, rest in _ENTRY.findall(text)
    ]
    return sorted(found, key=lambda component: component.name)


def bill_of_materials(root: Path) -> dict[str, Any]:
    """Return all packages as a CycloneDX document, version 1.6."""
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
        "components": [_entry(component) for component in locked(root)],
    }


def _entry(component: Component) -> dict[str, Any]:
    address = f"pkg:pypi/{component.name}@{component.version}"
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
