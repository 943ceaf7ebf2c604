"""`figures.json`: what is known of every figure, for programs; its schema stands beside it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hoam_data
import hoam_sources
from hoam_figures import FOLDER, ordered
from hoam_places import Place
from hoam_results import Edition, Results

from hoam.check import Check
from hoam.results import SLIDE, dumps

NAME = "figures.json"
SCHEMA = "figures.schema.json"


def _file(name: str, results: Results, figure: str) -> dict[str, Any]:
    path = results.root / "results" / "figures" / name
    kind = {".csv": "data", ".npz": "data", ".json": "record"}.get(path.suffix, "image")
    kind = "slide" if name.endswith(SLIDE) else kind
    entry = {"path": f"{FOLDER}/{name}", "kind": kind, "format": path.suffix[1:]}
    if kind == "data":
        entry["units"] = hoam_data.units(results, figure, hoam_data.arrays(path))
    return entry


def _number(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "value": check.value,
        "expected": check.expected,
        "tolerance": check.tolerance,
        "kind": check.kind,
        "passed": check.passed,
    }


def _figure(
    results: Results,
    place: Place,
    edition: Edition,
    address: Callable[[str], str],
    repository: str,
) -> dict[str, Any]:
    figure, run = place.figure, results.run_of(place.figure) or {}
    subject, entry = results.catalogue.subjects[figure], run["figures"][figure]
    cell = hoam_sources.cell_of(results.root, run["notebook"], figure)
    page = address(place.page)
    return {
        "id": figure,
        "title": subject.title,
        "label": place.label,
        "caption": place.caption,
        "alt": place.alt,
        "page": f"{page}#{figure}",
        "record": f"{page}#{place.record}",
        "systems": subject.systems,
        "methods": subject.methods,
        "claims": [verdict.claim for verdict in results.claims_of(figure)],
        "paper": subject.paper,
        **({"panels": subject.panels} if subject.panels else {}),
        "files": [_file(name, results, figure) for name in ordered(entry["files"], figure)],
        "source": cell
        and {
            "path": cell.path,
            "first_line": cell.first,
            "last_line": cell.last,
            "page": hoam_sources.address(cell, figure),
        },
        "run": {key: run[key] for key in ("notebook", "profile", "date", "machine", "versions")},
        "parameters": entry["parameters"],
        "numbers": [_number(check) for check in results.checks_of(figure)],
        "cite": {
            "text": edition.plain(figure),
            "bibtex": edition.bibtex(figure, subject.words, url=repository),
        },
    }


def content(
    results: Results,
    places: dict[str, Place],
    edition: Edition,
    address: Callable[[str], str],
    repository: str = "",
) -> dict[str, Any]:
    """Return what `figures.json` holds; addresses are relative to the top of the output."""
    shown = {
        figure: place
        for figure, place in places.items()
        if results.drawn(figure) and figure in results.catalogue.subjects
    }
    return {
        "schema": SCHEMA,
        "edition": vars(edition),
        "claims": [
            {
                "id": verdict.claim,
                "text": verdict.text,
                "verdict": verdict.verdict,
                "figures": verdict.figures,
            }
            for verdict in results.verdicts
        ],
        "paper": [
            {
                "name": name,
                "shows": shows,
                "figures": [f for f in results.catalogue.answers(name) if f in shown],
            }
            for name, shows in results.catalogue.paper.items()
        ],
        "figures": [
            _figure(results, place, edition, address, repository) for place in shown.values()
        ],
    }


def write(known: dict[str, Any], root: Path, output: Path) -> None:
    """Write `figures.json` and its schema to the top of the published tree."""
    (output / NAME).write_text(dumps(known), encoding="utf-8")
    schema = root / "book" / SCHEMA
    if schema.is_file():
        shutil.copyfile(schema, output / SCHEMA)
