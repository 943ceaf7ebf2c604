"""The release of an edition, as far as it goes without a server: a dry run of each command."""

import os
import re
import shutil
import subprocess

import hoam_notebooks
import pytest
import release
import yaml

import hoam

ADDRESS = "https://github.com/someone/some-book"
FILES = {
    "pyproject.toml": '[project]\nversion = "1.2.3"\n',
    "CITATION.cff": (f'version: 1.2.3\ndate-released: "2026-01-02"\nrepository-code: {ADDRESS}\n'),
    "CHANGELOG.md": (
        "# Changelog\n\n## [1.2.3] - 2026-01-02\n\n### Added\n\n- Much.\n\n"
        "## [1.2.2] - 2025-01-01\n\n- Little.\n"
    ),
    "notebooks/example.py": "# %%\n1 + 1\n",
    "environment.yml": "name: hoam\n",
}
# In the place of what takes long: it leaves the files that the real commands leave.
RUN = (
    "#!/bin/sh\nmkdir -p _build/html/_notebooks\necho '{}' > _build/html/_notebooks/example.ipynb\n"
)
MAKEFILE = "release:\n\t@mkdir -p _build/release && touch _build/release/book.zip\n"
GH = """#!/bin/sh
echo "$@" > gh.log
for argument in "$@"; do
    case "$argument" in _build/*) test -f "$argument" || exit 1 ;; esac
done
"""


@pytest.fixture(scope="module")
def workflow(root):
    return yaml.safe_load((root / ".github" / "workflows" / "deploy.yml").read_text())


@pytest.fixture
def sources(root, tmp_path):
    """A small book in git, with the scripts of this one, and a server that is a folder."""
    folder = tmp_path / "sources"
    programs = {".ci/run": RUN, "Makefile": MAKEFILE, "bin/gh": GH}
    for name, text in (FILES | programs).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    for name in (".ci/notebooks-branch", "book/release.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / name, folder / name)
    git(tmp_path, "init", "--quiet", "--bare", "server")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    who = ("-c", "user.name=Someone", "-c", "user.email=someone@example.org")
    git(folder, *who, "commit", "--quiet", "--message", "All")
    git(folder, "remote", "add", "origin", str(tmp_path / "server"))
    return folder


def settings(folder):
    """What a command sees on a server, where Git knows nobody and guesses no name."""
    nobody = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "user.useConfigOnly",
        "GIT_CONFIG_VALUE_0": "true",
    }
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    plain = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return plain | nobody | {"PATH": path, "GITHUB_REF_NAME": "v1.2.3"}


def shell(folder, *command):
    return subprocess.run(
        command, cwd=folder, env=settings(folder), capture_output=True, text=True, check=False
    )


def git(folder, *arguments):
    done = shell(folder, "git", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands(workflow):
    return [step["run"] for step in workflow["jobs"]["deploy"]["steps"] if "run" in step]


def test_a_dry_run_publishes_the_notebooks_and_the_files(workflow, sources, tmp_path):
    before = git(sources, "status", "--porcelain")
    for command in commands(workflow):
        done = shell(sources, "bash", "-e", "-c", command)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    branch = git(tmp_path / "server", "ls-tree", "-r", "--name-only", "notebooks").splitlines()
    for link in hoam_notebooks.launch_links(ADDRESS, "example").values():
        assert re.search(r"(?:lab/tree|blob/notebooks)/(.+)$", link)[1] in branch
    assert {"environment.yml", "pyproject.toml", "notebooks/example.ipynb"} <= set(branch)
    assert git(tmp_path / "server", "rev-list", "--count", "notebooks").strip() == "1"
    person = git(sources, "log", "-1", "--format=%an %ae")
    assert git(tmp_path / "server", "log", "-1", "--format=%an %ae", "notebooks") == person
    assert "_build/release/book.zip" in (sources / "gh.log").read_text()
    assert (sources / "notes.md").read_text() == "### Added\n\n- Much.\n"
    assert git(sources, "status", "--porcelain", "--untracked-files=no") == before


def test_the_branch_needs_the_built_notebooks(sources):
    done = shell(sources, ".ci/notebooks-branch")
    assert done.returncode == 1
    assert "Use `make book` first" in done.stderr


def test_the_workflow_runs_on_version_tags_and_names_what_exists(root, workflow):
    trigger = workflow[True]  # the key `on`, which YAML reads as a truth value
    assert trigger == {"push": {"tags": ["v*"]}}
    assert workflow["permissions"]["contents"] == "write"
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), re.MULTILINE))
    for command in commands(workflow):
        assert subprocess.run(["bash", "-n", "-c", command], check=False).returncode == 0
        assert set(re.findall(r"\bmake (\w+)", command)) <= targets
        for script in re.findall(r"(?:^|\s)((?:\.ci|book)/[\w.-]+)", command):
            assert (root / script).is_file(), script
    steps = workflow["jobs"]["deploy"]["steps"]
    done = [step.get("uses", step.get("run")) for step in steps]
    (pages,) = [number for number, what in enumerate(done) if "deploy-pages" in what]
    assert done.index(".ci/notebooks-branch origin") < pages  # whose buttons open the branch
    (upload,) = [step for step in steps if "pages-artifact" in step.get("uses", "")]
    assert upload["with"]["path"] == "_build/html"


def test_a_release_that_agrees_passes(sources):
    release.check(sources, "v1.2.3")
    assert release.notes(sources) == "### Added\n\n- Much."


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("CITATION.cff", "version: 1.2.3", "version: 1.2.2", "version in CITATION.cff"),
        ("CITATION.cff", "2026-01-02", "2026-01-03", "date-released in CITATION.cff"),
        ("CITATION.cff", "date-released", "# date-released", "date-released in CITATION.cff"),
        ("CITATION.cff", "repository-code", "x", "Expected repository-code"),
        ("CHANGELOG.md", "[1.2.3]", "[1.2.4]", "Expected a section on 1.2.3"),
        ("CHANGELOG.md", "] - 2026-01-02", "] - unreleased", "Expected a date of 1.2.3"),
        ("CHANGELOG.md", "] - 2026-01-02", "] - soon", "Expected a date of 1.2.3"),
        ("pyproject.toml", "1.2.3", "1.2.2", "Expected tag to be v1.2.2"),
    ],
)
def test_a_release_that_disagrees_is_refused(sources, name, old, new, message):
    path = sources / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        release.check(sources, "v1.2.3")


def test_this_book_is_refused_for_what_only_a_release_brings_and_for_nothing_else(root):
    changelog = (root / "CHANGELOG.md").read_text()
    tag = f"v{hoam.__version__}"
    released = re.search(rf"^## \[{re.escape(tag[1:])}\] - [\d-]+$", changelog, re.MULTILINE)
    address = yaml.safe_load((root / "CITATION.cff").read_text()).get("repository-code")
    if not released:
        # Until then the date in CITATION.cff is that of the latest edition, for slides to cite.
        with pytest.raises(ValueError, match=r"Expected a date of .*; got unreleased"):
            release.check(root, tag)
    elif not address:
        with pytest.raises(ValueError, match="Expected repository-code"):
            release.check(root, tag)
    else:
        release.check(root, tag)
