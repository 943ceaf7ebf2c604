"""The bill of materials: every package of the lock, with its hashes and its licence."""

import io
import json
import re
import shutil

import hoam_checks
import hoam_components
import hoam_twice
import hoam_versions
import pytest
from hoam_components import ABSENT, UNSTATED, Component
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

#: Needed on other systems only, so that their licences cannot be read here.
MARKED = re.compile(r"^([A-Za-z0-9._-]+)==\S+ ;", re.MULTILINE)


@pytest.fixture(scope="module")
def bill(root):
    return hoam_components.bill_of_materials(root)


def test_every_package_of_the_lock_is_listed_with_version_and_hashes(root, bill):
    lock = (root / "requirements.lock").read_text()
    names = re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE | re.IGNORECASE)
    assert [(e["name"], e["version"]) for e in bill["components"]] == sorted(names)
    assert sum(len(e["hashes"]) for e in bill["components"]) == lock.count("--hash=sha256:")
    assert all(
        re.fullmatch("[0-9a-f]{64}", h["content"]) for e in bill["components"] for h in e["hashes"]
    )
    assert all(entry["hashes"] for entry in bill["components"])


def test_every_installed_package_states_its_licence(root):
    found = hoam_components.locked(root)
    assert [component.name for component in found if component.licence == UNSTATED] == []
    assert {c.name for c in found if c.licence == ABSENT} <= set(
        MARKED.findall((root / "requirements.lock").read_text())
    )


def test_the_licences_are_those_of_free_software(root):
    # The names by which packages call them, with or without a hyphen and a version.
    known = re.compile(
        "MIT|BSD|Apache|MPL|Mozilla Public|PSF|Python Software|ISC|Zlib|CC0|LGPL|AFL|Unlicense|HPND"
        f"|{ABSENT}"
    )
    unknown = {
        c.name: c.licence for c in hoam_components.locked(root) if not known.search(c.licence)
    }
    assert unknown == {}


def test_the_document_has_the_form_of_cyclonedx(bill):
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    references = [entry["bom-ref"] for entry in bill["components"]]
    assert len(set(references)) == len(references)
    assert all(entry["purl"].startswith("pkg:pypi/") for entry in bill["components"])
    assert all(entry["type"] == "library" for entry in bill["components"])


def test_a_bar_in_a_licence_does_not_break_the_table(root, monkeypatch):
    odd = [Component("a", "1", "MIT | BSD", ())]
    monkeypatch.setattr(hoam_components, "locked", lambda root: odd)
    assert "| a | 1 | MIT \\| BSD |" in hoam_checks.components_table(root)


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
        *(path for path in [hoam_twice.RECORD] if (root / path).is_file()),  # made by `make twice`
    ]
    judges = hoam_versions.judged_by(root)
    for name in ("requirements.lock", "pyproject.toml", *records, *judges):
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
    measured = (root / hoam_twice.RECORD).is_file()
    assert ("numbers were the same to the last bit" in page) is measured
    assert "sphinx-book-theme" in page
    listed = json.loads((output / hoam_components.FILE).read_text())["components"]
    assert len(listed) == len(hoam_components.locked(root))
