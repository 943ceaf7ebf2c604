"""The files of each figure in the published tree: images, slide, data, record, thumbnail."""

import json
import shutil
from pathlib import Path

import hoam_data
from hoam_results import Results
from PIL import Image, ImageFilter
from sphinx.util import logging

from hoam.results import SLIDE, dumps

logger = logging.getLogger(__name__)

FOLDER = "_figures"
THUMBNAIL_WIDTH = 480
_SHARPER = ImageFilter.UnsharpMask(radius=2, percent=200, threshold=0)
_LABELS = {
    ".csv": "data (CSV)",
    ".npz": "data (NPZ)",
    ".png": "image (PNG)",
    ".svg": "image (SVG)",
    SLIDE: "slide (PNG, 16:9)",
    ".gif": "film (GIF)",
    ".json": "record (JSON)",
}


def _ending(name: str) -> str:
    return SLIDE if name.endswith(SLIDE) else Path(name).suffix


def label(name: str) -> str:
    """Return the words for a file of a figure."""
    return _LABELS[_ending(name)]


def ordered(files: list[str], figure: str) -> list[str]:
    """Return the files of a figure, its record included, in the order in which they are shown."""
    known = list(_LABELS)
    return sorted([*files, f"{figure}.json"], key=lambda name: known.index(_ending(name)))


def _publish_record(source: Path, target: Path, units: dict[str, str]) -> None:
    """Copy a record, with the units of the published data."""
    record = json.loads(source.read_text(encoding="utf-8"))
    target.write_text(dumps(record | {"units": units}), encoding="utf-8")


def copy_files(results: Results, output: Path) -> None:
    """Copy images, data and records to the published tree, with a thumbnail of each image."""
    source, target = results.root / "results" / "figures", output / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for run in results.runs.values():
        for figure, entry in run["figures"].items():
            units: dict[str, str] = {}
            for name in ordered(entry["files"], figure):
                if not (source / name).is_file():
                    logger.warning("Expected the file %s of %s; got none.", name, figure)
                elif Path(name).suffix in hoam_data.SUFFIXES:
                    units = hoam_data.units(results, figure, hoam_data.arrays(source / name))
                    hoam_data.publish(source / name, target / name, units)
                elif name == f"{figure}.json":  # comes last
                    _publish_record(source / name, target / name, units)
                else:
                    shutil.copy2(source / name, target / name)
            image = target / f"{figure}.png"
            if image.is_file():
                with Image.open(image) as picture:
                    small = picture.convert("RGB")
                    small.thumbnail((THUMBNAIL_WIDTH, 10 * THUMBNAIL_WIDTH))
                    # Thin lines have faded, and fade again where the page shows them smaller.
                    small = small.filter(_SHARPER)
                    # Few colours: the page of all figures holds them all.
                    small = small.quantize(64)
                    small.save(target / f"{figure}.thumbnail.png", optimize=True)
