"""The numbers of the figures: what the notebooks recorded, against the references."""

import json
from pathlib import Path

import pytest
from lint_notebooks import run_problems
from PIL import Image

from hoam import references, slides
from hoam.check import check, table
from hoam.results import SLIDE

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.py"))


def profile_of_results():
    profiles = {
        json.loads(path.read_text())["profile"] for path in (ROOT / "results").glob("*.json")
    }
    return profiles.pop() if len(profiles) == 1 else "book"


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_numbers_of_a_notebook_are_as_expected(notebook):
    found = check(ROOT / "results", ROOT / "tests" / "reference", profile=profile_of_results())
    mine = [entry for entry in found if entry.notebook in (notebook, "")]
    assert all(entry.passed for entry in mine), "\n" + table(mine)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_notebook_has_references(notebook):
    profile, _ = references.read(ROOT / "tests" / "reference" / f"{notebook}.toml")
    assert profile == "book"


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_cell_of_a_notebook_ran_without_complaint(notebook):
    assert run_problems(ROOT / "book" / "_executed" / f"{notebook}.ipynb") == []


def test_results_and_references_belong_to_notebooks():
    paths = [*(ROOT / "results").glob("*.json"), *(ROOT / "tests" / "reference").glob("*.toml")]
    assert {path.stem for path in paths} <= set(NOTEBOOKS)


def test_every_drawn_figure_has_its_files():
    for path in sorted((ROOT / "results").glob("*.json")):
        for figure, entry in json.loads(path.read_text())["figures"].items():
            for name in (*entry["files"], f"{figure}.json"):
                assert (ROOT / "results" / "figures" / name).stat().st_size > 0, name


def slides_of_results():
    """Yield each drawn figure with its slide; tables have numbers and no drawing, so no slide.

    A film has one, of its still.
    """
    for path in sorted((ROOT / "results").glob("*.json")):
        for figure, entry in json.loads(path.read_text())["figures"].items():
            if f"{figure}.png" in entry["files"]:
                yield figure, ROOT / "results" / "figures" / f"{figure}{SLIDE}", entry["slide"]


def test_every_drawn_figure_has_a_slide_that_is_legible_from_the_back_row_and_hides_nothing():
    for figure, path, found in slides_of_results():
        with Image.open(path) as picture:
            assert picture.size == (slides.WIDTH, slides.HEIGHT), figure
        assert found["points"] >= slides.FLOOR, figure
        for problem in ("outside", "overlapping", "hidden"):
            assert found[problem] == [], (figure, problem)


def test_all_slides_together_are_a_small_part_of_the_book():
    assert sum(path.stat().st_size for _, path, _ in slides_of_results()) < 25e6
