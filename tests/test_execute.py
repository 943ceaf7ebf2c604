import json

import jupytext
import nbformat
import papermill
import pytest
import yaml
from execute import LIMITS, execute, prepare, publish

from hoam.results import PROFILES

SOURCE = """# %% [markdown]
# # A title

# %% tags=["parameters"]
profile = "book"

# %%
print(profile)
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "example.py"
    path.write_text(SOURCE)
    return path


# The kernel is another process; the event loop of its client leaves sockets to the collector.
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_runs_with_its_profile_and_a_failure_leaves_no_page(source, tmp_path):
    target = tmp_path / "pages" / "example.ipynb"
    execute(source, target, profile="quick")
    notebook = nbformat.read(target, as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[-1].outputs[0].text == "quick\n"
    assert notebook.cells[1].source == 'profile = "quick"'
    before = target.read_text()
    assert str(tmp_path) not in before
    source.write_text(SOURCE.replace("print(profile)", "print(undefined)"))
    with pytest.raises(papermill.PapermillExecutionError, match="undefined"):
        execute(source, target, profile="quick")
    assert target.read_text() == before
    assert list(target.parent.iterdir()) == [target]


def test_a_stalled_cell_ends_long_before_the_job_that_builds_the_book(root):
    assert tuple(LIMITS) == PROFILES
    workflow = yaml.safe_load((root / ".github" / "workflows" / "ci.yml").read_text())
    assert LIMITS["book"] <= 60 * workflow["jobs"]["all"]["timeout-minutes"] / 4


def test_the_injected_cell_is_hidden_and_times_are_dropped(source):
    notebook = prepare(source)
    injected = nbformat.v4.new_code_cell('# Parameters\nprofile = "quick"\n')
    injected.metadata["tags"] = ["injected-parameters"]
    injected.metadata["papermill"] = {"duration": 1.0}
    notebook.cells.insert(2, injected)
    notebook.metadata["papermill"] = {"input_path": "x"}
    published = publish(notebook)
    assert "remove-cell" in published.cells[2].metadata["tags"]
    assert "papermill" not in json.dumps(published)


def test_a_page_shows_the_parameters_that_it_was_run_with(source):
    source.write_text(SOURCE.replace('"book"', '"book"\nseed = 1  # kept'))
    notebook = prepare(source)
    assert publish(notebook).cells[1].source == 'profile = "book"\nseed = 1  # kept'
    injected = nbformat.v4.new_code_cell('# Parameters\nprofile = "quick"\n')
    injected.metadata["tags"] = ["injected-parameters"]
    notebook.cells.insert(2, injected)
    published = publish(notebook)
    assert published.cells[1].source == 'profile = "quick"\nseed = 1  # kept'
    assert published.cells[1].metadata["tags"] == ["parameters"]


def test_a_notebook_without_a_parameters_cell_is_an_error(source):
    jupytext.write(jupytext.reads("# %%\n1 + 1\n", fmt="py:percent"), source, fmt="py:percent")
    with pytest.raises(ValueError, match="Expected one cell tagged 'parameters'"):
        prepare(source)
