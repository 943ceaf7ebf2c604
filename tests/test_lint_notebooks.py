import nbformat
import pytest
from lint_notebooks import catalogue_problems, figure_cells, lint, placeholders, run_problems
from nbformat import v4

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
    ((name, code),) = figure_cells(tmp_path / "example.py")
    assert name == "fig-a"
    assert code.startswith("report.figure(")
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
        ("What it shows.", "What it shows", "Expected a caption"),
        ("What it shows.", "Lines as in the figure above.", "got 'figure above'"),
        ("What it shows.", "Split as in the text.", "got 'in the text'"),
        ("What it shows.", "TODO: what it shows.", "caption: Expected a finished text; got 'TODO'"),
        (
            "A rising line.",
            "ALT of a line.",
            "text alternative: Expected a finished text; got 'ALT'",
        ),
        ("# # A title", "# # A title\n#\n# TEXT.", "prose: Expected a finished text; got 'TEXT'"),
    ],
)
def test_what_is_missing_is_said(tmp_path, old, new, message):
    found = problems(tmp_path, GOOD.replace(old, new))
    assert any(message in problem for problem in found)
    assert all(problem.startswith("example.py") for problem in found)


@pytest.mark.parametrize("word", ["ALT", "TEXT", "TODO", "XXX", "FIXME", "Lorem ipsum", "CAPTION"])
def test_a_placeholder_is_found_in_prose_and_left_alone_in_code(word):
    for text in (f"{word}: see there.", f"```{{admonition}} {word}\n```", f"* a *{word}*"):
        assert placeholders(text) == [word]
    for text in (f"`{word}`", f"```python\nx = {word}\n```", f"MY_{word}", f"{word}URE", "text"):
        assert placeholders(text) == []


def test_a_figure_drawn_in_a_cell_without_metadata_is_a_problem(tmp_path):
    text = GOOD.split("# %% mystnb")[0] + '# %%\nreport.figure("fig-a", figure, data={})\n'
    assert len(problems(tmp_path, text)) == 4


def test_two_notebooks_cannot_share_an_id(tmp_path):
    (tmp_path / "another.py").write_text(GOOD)
    assert any("Expected an id of its own" in problem for problem in problems(tmp_path, GOOD))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('axis.set_title("Energy")', "Expected no title"),
        ('figure.suptitle(f"Energy at {mu}")', "Expected no title"),
        ('axis.set(title=name, xlabel="time t")', "Expected no title"),
        ('axis.plot(x, y, color="#CC79A7")', "Expected a colour"),
        ('colours = {"a": "#123456"}', "Expected a colour"),
        ('axis.plot(x, y, color="tab:blue")', "Expected a colour"),
        ('axis.plot(x, y, c="C0")', "Expected a colour"),
        ('axis.set_xlabel("Time t")', "Expected a label"),
        ('axis.set(ylabel=f"Energy at {mu}")', "Expected a label"),
        ('figure.colorbar(image, label="Density")', "Expected a label"),
        ('axis.set(xlabel="")', "Expected a label"),
    ],
)
def test_a_figure_out_of_style_is_a_problem(tmp_path, code, message):
    (problem,) = problems(tmp_path, f"{GOOD}{code}\n")
    assert message in problem
    assert problem.startswith("example.py, fig-a")


@pytest.mark.parametrize(
    "code",
    [
        'axis.legend(title="Laplacian")',
        'axis.set(xlabel="time t", ylabel="Sinkhorn divergence")',
        'axis.plot(x, y, color=hoam.plotting.COLOURS["AM"])',
        'axis.axhline(0, color="0.5"); axis.plot(x, y, color="black")',
        'axis.set_ylabel("E")',
        'link = "#energy"',
    ],
)
def test_a_figure_in_style_passes(tmp_path, code):
    assert problems(tmp_path, f"{GOOD}{code}\n") == []


@pytest.fixture
def executed():
    cell = v4.new_code_cell("1 + 1", execution_count=1)
    return v4.new_notebook(cells=[v4.new_markdown_cell("# A title"), cell])


def run(tmp_path, notebook):
    nbformat.write(notebook, tmp_path / "example.ipynb")
    return run_problems(tmp_path / "example.ipynb")


def test_a_notebook_that_ran_without_complaint_passes(tmp_path, executed):
    executed.cells[1].outputs = [v4.new_output("stream", name="stdout", text="2")]
    assert run(tmp_path, executed) == []


def test_a_cell_that_did_not_run_is_a_problem(tmp_path, executed):
    executed.cells[1].execution_count = None
    assert "Expected a cell that ran" in run(tmp_path, executed)[0]


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (v4.new_output("stream", name="stderr", text="a warning"), "got 'a warning'"),
        (v4.new_output("error", ename="ValueError", evalue="", traceback=[]), "got ValueError"),
    ],
)
def test_a_cell_that_failed_or_complained_is_a_problem(tmp_path, executed, output, message):
    executed.cells[1].outputs = [output]
    (problem,) = run(tmp_path, executed)
    assert message in problem


def test_figures_and_entries_of_the_catalogue_belong_together(tmp_path):
    catalogue = tmp_path / "figures.toml"
    catalogue.write_text(
        "[figures.fig-a]\nunits = {'*' = '1'}\n[figures.fig-b]\nunits = {'*' = '1'}\n"
    )
    found = catalogue_problems(catalogue, {"fig-b": "", "fig-c": ""})
    assert [problem.split(": ")[0] for problem in found] == [
        "figures.toml, fig-a",
        "figures.toml, fig-c",
    ]
    assert "got no figure" in found[0]
    assert "got no entry" in found[1]


@pytest.mark.parametrize(
    ("unit", "label", "wrong"),
    [
        ("s", "time t", True),
        ("s", "electric energy E", True),
        ("s", "time t [s]", False),
        ("s", "relative error", False),
        ("1", "time t", False),
    ],
)
def test_data_with_units_have_labels_with_units(tmp_path, unit, label, wrong):
    catalogue = tmp_path / "figures.toml"
    catalogue.write_text(f"[figures.fig-a]\nunits = {{'*' = '{unit}'}}\n")
    found = catalogue_problems(catalogue, {"fig-a": f"axis.set(xlabel='{label}')"})
    assert len(found) == wrong
    assert all("fig-a: Expected a label with a unit" in problem for problem in found)
