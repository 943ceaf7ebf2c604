import pytest
from lint_notebooks import figure_names, lint

HEADER = (
    '# %% mystnb={"figure": {"name": "fig-a", "caption": "What it shows."}, '
    '"image": {"alt": "A rising line."}}'
)
GOOD = f"""# %% [markdown]
# # A title

# %% tags=["parameters"]
profile = "book"

{HEADER}
report.figure("fig-a", figure, data={{"t": t}})
"""


def problems(tmp_path, text):
    (tmp_path / "example.py").write_text(text)
    return lint(tmp_path)


def test_a_notebook_with_described_figures_passes(tmp_path):
    assert problems(tmp_path, GOOD) == []
    assert figure_names(tmp_path / "example.py") == ["fig-a"]
    assert problems(tmp_path, GOOD.replace("# # A title", "# (chap-a)=\n# # A title")) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"name": "fig-a", ', "", "Expected a figure name"),
        ('"name": "fig-a"', '"name": "energy"', "Expected a figure name"),
        ("What it shows.", "", "Expected a caption"),
        ("A rising line.", "", "Expected a text alternative"),
        ('report.figure("fig-a"', 'report.figure("fig-b"', "Expected report.figure of the cell's"),
        (' tags=["parameters"]', "", "Expected one cell tagged parameters"),
        ("# # A title", "# No title", "Expected a title"),
    ],
)
def test_what_is_missing_is_said(tmp_path, old, new, message):
    found = problems(tmp_path, GOOD.replace(old, new))
    assert any(message in problem for problem in found)
    assert all(problem.startswith("example.py") for problem in found)


def test_a_figure_drawn_in_a_cell_without_metadata_is_a_problem(tmp_path):
    text = GOOD.split("# %% mystnb")[0] + '# %%\nreport.figure("fig-a", figure, data={})\n'
    assert len(problems(tmp_path, text)) == 4


def test_two_notebooks_cannot_share_an_id(tmp_path):
    (tmp_path / "another.py").write_text(GOOD)
    assert any("Expected an id of its own" in problem for problem in problems(tmp_path, GOOD))
