"""The arrays of each figure, by name, held to what the catalogue says of them."""

import json
import os
import re
from pathlib import Path

import hoam_catalogue
import hoam_data
import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Names of times, which have a unit where anything has, and of numbers of things, which have none.
TIME = re.compile(r"(t|times?|hours?)(_.+)?|.+_t")
COUNT = re.compile(r"(.+_)?(steps?|nodes|n|degree|dimension|samples|particles|output_times)")
#: Stems of arrays, and what the catalogue calls their methods.
STEMS = {"am": "AM", "am_stratified": "AM, stratified", "dice": "DICE", "cfm": "CFM"} | {
    "hoam_s": "HOAM-S",
    "hoam_g": "HOAM-G",
    "ncsm": "NCSM",
}
STEM = re.compile(rf"(?:.+_)?({'|'.join(sorted(STEMS, reverse=True))})(?:_.+)?")


def unit_problems(units, names, stated=()):
    """Return the arrays that take the unit of the others and should not, and patterns of none."""
    subject = hoam_catalogue.Subject("", (), (), units)
    alone = hoam_catalogue.Subject("", (), (), {k: v for k, v in units.items() if k != "*"})
    rest, others = units.get("*"), [name for name in names if name not in stated]
    taken = {name for name in others if alone.unit(name) is None}
    wrong = TIME if set(units.values()) != {hoam_data.PURE} else None
    found = [name for name in sorted(taken) if wrong and wrong.fullmatch(name)]
    found += [name for name in sorted(taken) if rest != hoam_data.PURE and COUNT.fullmatch(name)]
    found += [name for name in sorted(others) if subject.unit(name) is None]
    for pattern, unit in alone.units.items():
        one = hoam_catalogue.Subject("", (), (), {pattern: unit})
        found += [pattern] if not any(map(one.unit, names)) else []
    return found


def methods(names):
    """Return the methods that arrays are named after."""
    return {STEMS[found[1]] for found in map(STEM.fullmatch, names) if found}


@pytest.mark.parametrize(
    ("units", "names", "found"),
    [
        ({"hour": "h", "*": "°C"}, ["hour", "April_low"], []),
        ({"*": "°C"}, ["hour", "April_low"], ["hour"]),
        ({"energy": "J", "*": "1"}, ["energy", "t_bump"], ["t_bump"]),
        ({"*": "1"}, ["energy", "t"], []),
        ({"*": "s"}, ["output_times", "cfm_bump"], ["output_times"]),
        ({"times": "s", "*": "1"}, ["t", "density"], ["t", "times"]),
        ({"t": "s"}, ["t", "density"], ["density"]),
    ],
)
def test_an_array_with_the_unit_of_another_is_found(units, names, found):
    assert unit_problems(units, names) == found


def test_methods_are_read_off_the_names_of_arrays():
    names = (
        "t",
        "truth_125",
        "hoam_g_late_0_125",
        "am_stratified_0",
        "score_cfm",
        "diced",
        "camera",
    )
    assert methods(names) == {"HOAM-G", "AM, stratified", "CFM"}


@pytest.fixture(scope="module")
def drawn():
    """The catalogue's subject, the arrays, and the units that the notebook states, by figure."""
    subjects = hoam_catalogue.read(ROOT / "book" / "figures.toml").subjects
    found = {}
    for path in sorted((ROOT / "results").glob("*.json")):
        for name, entry in json.loads(path.read_text())["figures"].items():
            for file in entry["files"]:
                if Path(file).suffix in hoam_data.SUFFIXES:
                    arrays = hoam_data.arrays(ROOT / "results" / "figures" / file)
                    found[name] = (subjects[name], arrays, entry["units"])
    if not found:
        assert "CI" not in os.environ, "Expected results. Use `make test`."
        pytest.skip("no notebook was run")
    return found


def test_no_figure_gives_an_array_the_unit_of_another(drawn):
    problems = {
        name: unit_problems(subject.units, arrays, stated)
        for name, (subject, arrays, stated) in drawn.items()
    }
    assert {name: found for name, found in problems.items() if found} == {}


def test_the_catalogue_lists_the_methods_that_a_figure_draws(drawn):
    listed = {
        name: sorted(methods(arrays) - set(subject.methods))
        for name, (subject, arrays, _) in drawn.items()
    }
    assert {name: missing for name, missing in listed.items() if missing} == {}
