"""The plotted data of each figure, published with the unit of every array.

A CSV table names the unit in its heading, `t [s]`; a pure number has none. An NPZ archive holds
one more entry, `units`, which is a JSON text: `json.loads(str(numpy.load(path)["units"]))`.
"""

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
from hoam_results import Results

PURE = "1"
UNITS = "units"
SUFFIXES = (".csv", ".npz")


def arrays(path: Path) -> list[str]:
    """Return the names of the arrays in a CSV table or an NPZ archive."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8") as stream:
            return stream.readline().rstrip("\n").split(",")
    with zipfile.ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist()]


def units(results: Results, figure: str, names: list[str]) -> dict[str, str]:
    """Return the unit of each array: what the notebook states, or else the catalogue.

    Raises:
        ValueError: if neither knows the unit of an array.
    """
    run = results.run_of(figure)
    stated = run["figures"][figure]["units"] if run else {}
    subject = results.catalogue.subjects.get(figure)
    found = {name: stated.get(name) or (subject.unit(name) if subject else None) for name in names}
    unknown = [name for name, unit in found.items() if unit is None]
    if unknown:
        message = (
            f"Expected a unit for each array of {figure}; got none for {unknown}. "
            "Use units in book/figures.toml."
        )
        raise ValueError(message)
    return {name: str(unit) for name, unit in found.items()}


def publish(source: Path, target: Path, of: dict[str, str]) -> None:
    """Copy a data file, with the units `of` its arrays."""
    if source.suffix == ".csv":
        heading, _, body = source.read_text(encoding="utf-8").partition("\n")
        names = heading.split(",")
        cells = [name if of[name] == PURE else f"{name} [{of[name]}]" for name in names]
        target.write_text(f"{','.join(cells)}\n{body}", encoding="utf-8")
        return
    shutil.copyfile(source, target)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        # A date of its own would make each build another file.
        entry = zipfile.ZipInfo(f"{UNITS}.npy", date_time=(1980, 1, 1, 0, 0, 0))
        with archive.open(entry, "w") as stream:
            np.lib.format.write_array(stream, np.asarray(json.dumps(of)), allow_pickle=False)
