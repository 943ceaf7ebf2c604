"""The Sphinx extension, on a small book of its own: numbers, verdicts, report, rebuilds."""

import os
import re
import subprocess
import sys

import hoam_book
import hoam_docstrings
import hoam_report
import pytest
from small_book import build, page, text_of, write_sources

from hoam.results import machine


@pytest.fixture
def book(tmp_path):
    """The sources of a book, to change and build."""
    write_sources(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The book as it is, and the warnings of its build."""
    book = tmp_path_factory.mktemp("built")
    write_sources(book)
    return book, build(book)


def test_the_book_builds_without_a_warning(built):
    assert built[1] == ""


def test_numbers_stand_in_the_text_as_recorded(built):
    book, _ = built
    html = page(book, "part/page")
    assert "1.23\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10<sup>\N{MINUS SIGN}5</sup>" in html
    assert "and 4." in text_of(html)


def test_a_number_that_was_not_recorded_is_a_warning(book):
    roles = ["fig-a.absent", "fig-b.error", "fig-a.error:.2q", "error"]
    paragraphs = [f":num:`{role}`\n" for role in roles]
    (book / "tables.rst").write_text("\n".join(["Tables\n======\n", *paragraphs]))
    warnings = build(book).splitlines()
    for line in (4, 6, 8, 10):
        assert any(
            f"tables.rst:{line}:" in w and "Expected a recorded number" in w for w in warnings
        )


def test_the_verdict_is_shown_with_its_evidence(built):
    book, _ = built
    html = page(book, "index")
    words = text_of(html)
    assert "confirmed with limits Small, not tiny." in words
    assert "fig-a.error &lt; 0.1" in words
    assert 'href="part/page.html#fig-a"' in html


def test_a_verdict_that_is_not_the_accepted_one_says_so_on_its_page(book):
    claims = book / "book" / "claims.toml"
    text = 'accepted = "confirmed"\nreason = "it was tiny."\nunmet = []\n'
    claims.write_text(claims.read_text() + text)
    assert build(book) == ""
    words = text_of(page(book, "index"))
    assert re.search("C1: Expected .confirmed.; got .confirmed with limits.[.]", words)
    assert "fig-a.error &lt; 1e-9: 1.234e-05 against 1e-09, fails now" in words


def test_the_report_holds_every_number_and_every_run(built):
    book, _ = built
    words = text_of(page(book, "tables"))
    assert "fig-a.count: Expected 5 ± 0; got 4 (ratio 0.8)" in words
    for part in ("a closed form", "rounding of the figure", "± 10 %", "✗ fail", "✓ pass", "jaxlib"):
        assert part in words


def test_the_summary_counts_numbers_claims_and_models_and_names_the_machine(built):
    words = text_of(page(built[0], "tables"))
    for part in (
        "1 of 2 numbers pass (1 claim, 1 exact).",
        "1 claim judged: 1 confirmed with limits.",
        "Version 1.2.3, 2024-10-16, commit unknown.",
        "of wall time, the longest, example, in ",
        machine(),
        "1 trained model (2.0 hours of training) are shipped",
    ):
        assert part in words


def test_a_page_is_built_again_when_the_extension_changes(book, monkeypatch):
    build(book)
    before = (book / "trees" / "part" / "page.doctree").stat().st_mtime_ns
    assert build(book) == ""
    assert (book / "trees" / "part" / "page.doctree").stat().st_mtime_ns == before
    monkeypatch.setattr(hoam_book, "_fingerprint", lambda: 7)
    assert build(book) == ""
    assert (book / "trees" / "part" / "page.doctree").stat().st_mtime_ns > before


def test_a_page_is_built_again_when_a_number_changes(book):
    build(book)
    results = book / "results" / "example.json"
    results.write_text(results.read_text().replace("1.2345e-05", "4.5e-05"))
    assert build(book) == ""
    assert "4.50" in text_of(page(book, "part/page"))


def test_the_report_names_what_every_run_trains(tmp_path, root):
    assert hoam_report.also_trained(tmp_path) == ""
    sources = {
        "notebooks/own.py": "# # Own samples\nmodel = hoam.fit(key)\n",
        "notebooks/other.py": "# # Others\n# hoam.fit(key)\nmodel = hoam.load(path)\n",
        "tests/test_retrain.py": 'TWIN = "trap-hoam_g-0"\n',
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    said = hoam_report.also_trained(tmp_path)
    assert "Own samples; in the tests, trap-hoam_g-0 again" in said
    assert "Others" not in said
    ours = hoam_report.also_trained(root)
    assert "Bring your own population" in ours
    assert any(path.stem in ours for path in (root / "checkpoints").glob("*.json"))


def test_a_results_file_from_another_run_is_told_on_the_report(book):
    results = book / "results" / "example.json"
    results.write_text(results.read_text().replace('"notebook": "example"', '"notebook": "other"'))
    build(book)
    assert "Expected a results file of this run" in text_of(page(book, "tables"))


@pytest.mark.parametrize(
    ("markdown", "markup"),
    [
        (r"of $\rho(t)$ and `x`", r"of :math:`\rho(t)` and ``x``"),
        ("split $a\n    b$ here", "split :math:`a b` here"),
        ("    $$a = b$$", "\n    .. math::\n\n       a = b\n"),
        ("see :func:`hoam.fit` and ``x``", "see :func:`hoam.fit` and ``x``"),
        ("`periods=(50.0, None)`.", "``periods=(50.0, None)``."),
    ],
)
def test_docstrings_are_read_with_the_marks_of_markdown(markdown, markup):
    assert hoam_docstrings.markup(markdown) == markup


def test_only_type_aliases_of_the_package_stay_without_a_link():
    plain = object()
    for target, expected in (("Potential", plain), ("'N D'", plain), ("Population2", None)):
        node = {"refdomain": "py", "reftarget": target}
        assert hoam_docstrings.resolve(None, None, node, plain) is expected


def test_pages_do_without_the_scripts_of_live_code_cells():
    from sphinx.builders.html._assets import _CascadingStyleSheet, _JavaScript

    context = {
        "script_files": [
            _JavaScript(None, body='const THEBE_JS_URL = ""; const thebe_selector = ""'),
            _JavaScript("_static/sphinx-thebe.js"),
            _JavaScript("_static/doctools.js"),
        ],
        "css_files": [_CascadingStyleSheet("_static/sphinx-thebe.css")],
    }
    hoam_book.leave_out_thebe(None, "page", "page.html", context, None)
    assert [file.filename for file in context["script_files"]] == ["_static/doctools.js"]
    assert context["css_files"] == []


def test_a_type_alias_is_known_where_no_page_has_imported_its_module(root):
    """As when only a page of text has changed since the last build."""
    code = "import hoam_docstrings as d; print(sorted(d.aliases() & {'Field', 'Limits', 'Weight'}))"
    path = os.pathsep.join([str(root), str(root / "book" / "_extensions")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['Field', 'Limits', 'Weight']"
