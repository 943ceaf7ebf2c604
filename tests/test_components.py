"""The bill of materials: every package and script, with its hashes and its licence."""

import contextlib
import hashlib
import io
import json
import re
import shutil
from importlib.metadata import PackageNotFoundError, distributions, metadata

import hoam_checks
import hoam_components
import hoam_rounding
import hoam_twice
import hoam_versions
import pytest
from hoam_components import APART, LOADED, LOCKS, MARKED, UNSTATED, Component
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

#: Needed on some systems only.
CONDITION = re.compile(r"^([A-Za-z0-9._-]+)==(\S+) ;", re.MULTILINE)
#: How a script or font says which version it is.
BANNERS = {
    "mathjax": 'VERSION="{}"',
    "bootstrap": "Bootstrap v{}",
    "@fortawesome/fontawesome-free": "Font Awesome Free {}",
    "clipboard": "clipboard.js v{}",
}


@pytest.fixture(scope="module")
def bill(root):
    return hoam_components.bill_of_materials(root)


def test_every_package_of_the_locks_is_listed_with_version_and_hashes(root, bill):
    lock = "".join((root / path).read_text() for path in LOCKS)
    names = re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE | re.IGNORECASE)
    packages = [e for e in bill["components"] if e["purl"].startswith("pkg:pypi/")]
    assert [(e["name"], e["version"]) for e in packages] == sorted(names)
    assert sum(len(e["hashes"]) for e in packages) == lock.count("--hash=sha256:")
    assert all(
        re.fullmatch("[0-9a-f]{64}", h["content"]) for e in bill["components"] for h in e["hashes"]
    )
    assert all(entry["hashes"] for entry in bill["components"])


def test_every_installed_package_states_its_licence(root):
    found = hoam_components.locked(root)
    assert [component.name for component in found if component.licence == UNSTATED] == []
    assert all(component.licence for component in found)


def test_the_licences_of_what_only_some_systems_need_are_those_of_the_locked_versions(root):
    needed = dict(CONDITION.findall((root / "requirements.lock").read_text()))
    assert {name: version for name, (version, _) in MARKED.items()} == needed
    for name, (version, stated) in MARKED.items():
        with contextlib.suppress(PackageNotFoundError):  # where it is installed, it can be read
            assert (metadata(name)["Version"], hoam_components.licence(name)) == (version, stated)


def test_the_licences_of_the_packages_of_one_test_are_those_of_the_locked_versions(root):
    lock = (root / "tests" / "torchcfm.lock").read_text()
    versions = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock, re.MULTILINE))
    assert {name: version for name, (version, _) in APART.items()} == versions
    listed = {c.name: (c.version, c.licence) for c in hoam_components.locked(root)}
    assert {name: listed[name] for name in APART} == APART
    installed = map(str, root.glob(".venv-torchcfm/lib/*/site-packages"))
    for package in distributions(path=list(installed)):  # where they are, they can be read
        if (name := package.metadata["Name"].lower()) in APART:
            assert package.version == APART[name][0]
            assert package.metadata["License"] in APART[name][1]


def test_a_package_that_is_not_there_is_an_error_unless_only_other_systems_need_it():
    with pytest.raises(PackageNotFoundError):
        hoam_components.licence("no-such-package")


def test_scripts_and_fonts_that_pages_load_are_listed_with_the_versions_that_they_state(bill):
    listed = {e["name"]: e for e in bill["components"] if e["purl"].startswith("pkg:npm/")}
    assert set(listed) == set(LOADED) == set(BANNERS)
    for name, (version, licence, package, path) in LOADED.items():
        file = hoam_components.loaded_file(package, path)
        assert listed[name]["hashes"][0]["content"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert listed[name]["licenses"] == [{"license": {"name": licence}}]
        # Minified code has its banner beside it; that of the fonts is in the licence of the icons.
        beside = [file, *file.parents[3].glob("scripts/*.LICENSE.txt"), *file.parent.glob("*.txt")]
        texts = [text.read_text(encoding="utf-8", errors="replace") for text in beside]
        assert any(BANNERS[name].format(version) in text for text in texts), name


def test_every_script_of_others_in_the_repository_is_listed(root):
    vendor = root / "book" / "_vendor"
    listed = {path for _, _, package, path in LOADED.values() if not package}
    assert {str(path.relative_to(vendor)) for path in vendor.rglob("*.js")} == listed


def test_the_licences_are_those_of_free_software(root):
    # The names by which packages call them, with or without a hyphen and a version.
    known = re.compile(
        "MIT|BSD|Apache|MPL|Mozilla Public|PSF|Python Software|ISC|Zlib|CC0|LGPL|AFL|Unlicense|HPND"
        "|OFL"
    )
    found = hoam_components.locked(root) + hoam_components.loaded()
    unknown = {c.name: c.licence for c in found if not known.search(c.licence)}
    assert unknown == {}


def test_the_document_has_the_form_of_cyclonedx(bill):
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    references = [entry["bom-ref"] for entry in bill["components"]]
    assert len(set(references)) == len(references)
    purl = re.compile(r"pkg:(pypi|npm)/(%40[\w-]+/)?[\w.-]+@[\w.+-]+")
    assert [e["purl"] for e in bill["components"] if not purl.fullmatch(e["purl"])] == []
    assert all(entry["type"] == "library" for entry in bill["components"])


def test_a_bar_in_a_licence_does_not_break_the_table(root, monkeypatch):
    odd = [Component("a", "1", "MIT | BSD", ())]
    monkeypatch.setattr(hoam_components, "locked", lambda root: odd)
    table = hoam_checks.components_table(root)
    assert "| a | 1 | MIT \\| BSD |" in table
    assert "| mathjax | " in table


def test_the_score_of_the_faults_is_that_of_the_record(root, tmp_path):
    (tmp_path / "tests").mkdir()
    listed = [
        f'[[fault]]\nname = "{name}"\nfile = "hoam/a.py"\nold = "1"\nnew = "2"\ntests = []\n'
        for name in ("one", "two", "three")
    ]
    measured = [
        f'[[fault]]\nname = "{name}"\noutcome = "{outcome}"\nby = "{by}"\nseconds = 1.0\n'
        'date = "2024-10-16"\nversion = "1.2.3"\n'
        for name, outcome, by in [("one", "caught", "test_a_b"), ("two", "missed", "")]
    ]
    (tmp_path / hoam_checks.LIST).write_text("\n".join(listed))
    (tmp_path / hoam_checks.RECORD).write_text("\n".join(measured))
    text = hoam_checks.faults_table(tmp_path)
    assert "**1 of 2 faults were caught, 50.0 %** (2024-10-16, version 1.2.3). 1 more" in text
    assert "| one | `a` | a b |" in text
    assert "| two | `a` | **nobody** |" in text
    assert "| three | `a` | not measured |" in text


def test_the_page_on_the_checks_is_built_with_its_tables_policy_and_bill(root, tmp_path):
    source, output = tmp_path / "source", tmp_path / "output"
    (source / "tests" / "reference").mkdir(parents=True)
    records = [
        hoam_checks.LIST,
        hoam_checks.RECORD,
        hoam_checks.ENDURANCE,
        hoam_versions.RECORD,
        hoam_rounding.RECORD,
        *(path for path in [hoam_twice.RECORD] if (root / path).is_file()),  # made by `make twice`
    ]
    judges = [str(p.relative_to(root)) for p in root.glob("tests/reference/*.toml")]
    for name in (*LOCKS, "pyproject.toml", *records, *judges):
        shutil.copy(root / name, source / name)
    shutil.copy(root / "book" / "checks.md", source / "index.md")
    extensions = ["myst_parser", "hoam_checks", "hoam_policy"]
    warnings = io.StringIO()
    with docutils_namespace():
        app = Sphinx(
            source,
            None,
            output,
            tmp_path / "trees",
            "html",
            confoverrides={"extensions": extensions, "html_theme": "basic"},
            status=None,
            warning=warnings,
            freshenv=True,
        )
        app.build()
    assert warnings.getvalue() == ""
    page = (output / "index.html").read_text()
    assert page.count("Content-Security-Policy") == 1
    assert "faults were caught" in page
    assert "environments all tests passed" in page
    assert "numbers with a value moved" in page
    measured = (root / hoam_twice.RECORD).is_file()
    assert ("numbers were the same to the last bit" in page) is measured
    assert "sphinx-book-theme" in page
    listed = json.loads((output / hoam_components.FILE).read_text())["components"]
    assert len(listed) == len(hoam_components.locked(root)) + len(LOADED)
