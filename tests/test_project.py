"""What the files beside the code promise: versions that agree, nothing tied to a machine."""

import re
import subprocess
import tomllib

import pytest
import yaml
from hoam_results import edition
from lint_notebooks import figure_cells, lint

import hoam

TEXT_SUFFIXES = {
    "",
    ".py",
    ".md",
    ".toml",
    ".yml",
    ".yaml",
    ".cff",
    ".lock",
    ".json",
    ".bib",
    ".css",
}
MACHINE_PATH = re.compile(r"(?<![\w.:/<$}~])/(?:home|root|Users|work|tmp|mnt|opt|usr/local)/\w")
LOCKS = ("requirements.lock", "tests/torchcfm.lock")
# Spelled apart, so that this file does not hold what it forbids.
INDEX_HOSTS = ("pypi" + ".org", "python" + "hosted", "npm" + "js.", "conda" + ".anaconda")


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def locked(root):
    text = (root / "requirements.lock").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


@pytest.fixture(scope="module")
def sources(root):
    """Files that git has or would take, apart from what others wrote."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, f"Expected a git checkout; got: {done.stderr}"
    paths = [root / line for line in done.stdout.splitlines()]
    return [path for path in paths if path.is_file() and "_vendor" not in path.parts]


def name_of(requirement):
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()


def test_the_version_is_the_same_everywhere(root, project):
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    assert hoam.__version__ == project["version"] == citation["version"]
    assert f"## [{project['version']}]" in (root / "CHANGELOG.md").read_text()


def test_what_is_cited_is_what_the_package_and_the_book_say_of_themselves(root, project):
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    book = yaml.safe_load((root / "_config.yml").read_text())
    authors = [author["name"] for author in citation["authors"]]
    assert authors == [author["name"] for author in project["authors"]] == [book["author"]]
    assert citation["title"] == book["title"] == edition(root).title
    assert citation["license"] == project["license"]
    assert (root / "LICENSE").read_text().startswith(f"{project['license']} License")
    assert citation["abstract"].startswith(f"{project['description']}. ")
    assert citation["keywords"] == project["keywords"]


def test_the_lock_holds_every_direct_dependency(root, project, locked):
    extras = project["optional-dependencies"].values()
    direct = {name_of(item) for group in (project["dependencies"], *extras) for item in group}
    assert direct <= set(locked)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes(root, lock):
    start, *blocks = re.split(r"^(?=[a-z0-9._-]+==)", (root / lock).read_text(), flags=re.MULTILINE)
    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert [line for line in start.splitlines() if not line.startswith("#")] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(root, lock):
    text = (root / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links)", text, re.MULTILINE)


def test_the_conda_environment_has_the_versions_of_the_lock(root, project, locked):
    content = yaml.safe_load((root / "environment.yml").read_text())
    (pinned,) = [item["pip"] for item in content["dependencies"] if isinstance(item, dict)]
    versions = dict(item.split("==") for item in pinned if "==" in item)
    direct = {*project["dependencies"], *project["optional-dependencies"]["book"]}
    assert {name_of(item) for item in direct} <= set(versions)
    assert versions == {name: locked[name] for name in versions}
    (python,) = [item for item in content["dependencies"] if str(item).startswith("python=")]
    minor = int(python.split("=")[1].split(".")[1])
    assert minor >= int(project["requires-python"].split(".")[1])


def test_nothing_is_pickled(sources):
    assert [p.name for p in sources if p.suffix in (".pkl", ".pickle", ".pt", ".joblib")] == []
    users = [
        p.name
        for p in sources
        if p.suffix == ".py" and re.search(r"^\s*(import|from) pickle", p.read_text(), re.M)
    ]
    assert users == []


def test_checkpoints_are_small_and_come_in_pairs(root):
    files = [path for path in (root / "checkpoints").glob("*") if not path.name.startswith(".")]
    assert [path.name for path in files if path.stat().st_size >= 300_000] == []
    assert sum(path.stat().st_size for path in files) < 40_000_000
    weights = {path.stem for path in files if path.suffix == ".safetensors"}
    records = {path.stem for path in files if path.suffix == ".json"}
    assert weights == records
    assert {path.suffix for path in files} <= {".safetensors", ".json"}


def test_no_file_is_large(sources, root):
    large = {str(p.relative_to(root)): p.stat().st_size for p in sources if p.stat().st_size > 1e6}
    assert large == {}


def test_no_source_names_a_path_of_a_machine_or_a_package_index(sources, root):
    found = []
    for path in sources:
        if path.suffix not in TEXT_SUFFIXES or path.name == "test_project.py":
            continue
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(root)}: {match[0]}" for match in MACHINE_PATH.finditer(text)]
        found += [f"{path.relative_to(root)}: {host}" for host in INDEX_HOSTS if host in text]
    assert found == []


def test_notebooks_are_without_outputs_and_every_figure_is_named_and_described(root):
    assert lint(root / "notebooks") == []


def test_figures_are_not_all_gone(root):
    notebooks = list((root / "notebooks").glob("*.py"))
    assert any(figure_cells(notebook) for notebook in notebooks)


def test_every_module_is_on_one_page(root):
    modules = sorted(
        ".".join(path.relative_to(root).with_suffix("").parts)
        for path in (root / "hoam").rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py", "retrain.py")
    )
    pages = (root / "book" / "api").glob("hoam*.md")
    named = [name for page in pages for name in re.findall(r"automodule:: (\S+)", page.read_text())]
    packages = {f"hoam.{path.parent.name}" for path in (root / "hoam").glob("*/__init__.py")}
    assert sorted(set(named) - packages) == modules
    assert len(set(named)) == len(named)


def test_every_chapter_of_the_contents_exists(root):
    contents = yaml.safe_load((root / "_toc.yml").read_text())
    chapters = [entry["file"] for part in contents["parts"] for entry in part["chapters"]]
    for chapter in (contents["root"], *chapters):
        path = root / chapter
        source = root / "notebooks" / f"{path.name}.py" if "_executed" in chapter else None
        assert (source or path.with_suffix(".md")).is_file(), chapter
