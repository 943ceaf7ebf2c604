"""What is known of each figure: subjects, units, and the list for programs."""

import json
import os
import re
import subprocess
from pathlib import Path

import hoam_catalogue
import hoam_data
import hoam_results
import hoam_sources
import numpy as np
import pytest
from figure_list import check_list
from small_book import CATALOGUE

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "_build" / "html"


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "figures.toml"
    path.write_text(CATALOGUE)
    return path


def test_the_first_pattern_that_matches_gives_the_unit(catalogue):
    subject = hoam_catalogue.read(catalogue).subjects["fig-a"]
    names = ("energy_125", "t", "x [0]", "velocity")
    assert [subject.unit(name) for name in names] == ["J", "1", "m", None]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "A rising line"\n', "", "Expected .*title"),
        (
            '["trap"]\nmethods = ["AM"]\npaper',
            '["tarp"]\nmethods = ["AM"]\npaper',
            "Expected .*; got .*tarp",
        ),
        ('methods = ["AM"]\npaper', 'methods = ["MA"]\npaper', "Expected .*; got .*MA"),
        ('paper = ["Figure 4"]', 'paper = ["Figure 5"]', "Expected .*; got .*Figure 5"),
        ('t = "1"', 't = "s, m"', "Expected units"),
        ('t = "1"', 't = ""', "Expected units"),
    ],
)
def test_an_entry_that_names_what_is_not_known_is_an_error(catalogue, old, new, message):
    assert old in CATALOGUE
    catalogue.write_text(CATALOGUE.replace(old, new))
    with pytest.raises(ValueError, match=f"figures.toml, fig-a: {message}"):
        hoam_catalogue.read(catalogue)


def test_every_figure_of_the_paper_is_answered():
    known = hoam_catalogue.read(ROOT / "book" / "figures.toml")
    for name in known.paper:
        assert known.answers(name), name


def test_an_archive_is_published_with_its_units_and_the_same_arrays(tmp_path):
    source, target = tmp_path / "a.npz", tmp_path / "b.npz"
    np.savez_compressed(source, t=np.arange(3.0), **{"mean of x": np.ones((3, 2))})
    units = {"t": "s", "mean of x": "1"}
    assert hoam_data.arrays(source) == list(units)
    hoam_data.publish(source, target, units)
    first = target.read_bytes()
    with np.load(target, allow_pickle=False) as archive:
        assert json.loads(str(archive["units"])) == units
        np.testing.assert_array_equal(archive["t"], [0, 1, 2])
        np.testing.assert_array_equal(archive["mean of x"], np.ones((3, 2)))
    hoam_data.publish(source, target, units)
    assert target.read_bytes() == first


def test_a_table_is_published_with_units_in_its_heading(tmp_path):
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text("t,x\n0,1\n2,3\n")
    hoam_data.publish(source, target, {"t": "s", "x": "1"})
    assert target.read_text() == "t [s],x\n0,1\n2,3\n"


def test_an_array_without_a_unit_is_an_error(catalogue):
    known = hoam_catalogue.read(catalogue)
    results = hoam_results.Results(ROOT, {}, {}, (), (), known)
    with pytest.raises(ValueError, match=r"Expected a unit .* fig-a; got none for \['velocity'\]"):
        hoam_data.units(results, "fig-a", ["t", "velocity"])


def test_the_cell_of_a_figure_ends_where_the_next_begins(tmp_path):
    source = tmp_path / "example.py"
    source.write_text(
        'x = 1\n# %% mystnb={"figure": {"name": "fig-a"}}\ny = 2\n\n\n# %% [markdown]\n# Text.\n'
        '# %% mystnb={"figure": {"name": "fig-b"}}\nz = 3\n'
    )
    found = {name: (cell.first, cell.last) for name, cell in hoam_sources.cells(source).items()}
    assert found == {"fig-a": (2, 3), "fig-b": (8, 9)}


def test_without_git_the_commit_is_unknown(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1"\nauthors = [{name = "A"}]\n')
    found = hoam_results.edition(tmp_path)
    assert (found.commit, found.date) == ("unknown", "unknown")
    assert "commit unknown" in found.plain("fig-a")


def test_with_git_the_commit_is_that_of_the_tree_and_says_whether_files_have_changed(tmp_path):
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nversion = "1"\nauthors = [{name = "A"}]\n')
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for arguments in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "Begin")):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    clean = hoam_results.edition(tmp_path)
    assert re.fullmatch("[0-9a-f]{10}", clean.commit)
    assert f"commit {clean.commit}" in clean.bibtex("fig-a", "A line")
    project.write_text(project.read_text() + "# changed\n")
    assert hoam_results.edition(tmp_path).commit == f"{clean.commit}-dirty"


# The small book of test_figure_pages.py is held to the same on every run of the tests.
def test_the_list_for_programs_describes_the_pages_as_built():
    if not (BUILT / "figures.json").is_file():
        assert "CI" not in os.environ, "Expected built pages. Use `make book`."
        pytest.skip("the pages are not built")
    check_list(BUILT)
