"""The Sphinx extension, on a small book of its own."""

import io
import re
import shutil
import sys
from pathlib import Path

import hoam_book
import hoam_docstrings
import matplotlib.pyplot as plt
import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from hoam.report import Report

REFERENCE = """notebook = "example"
profile = "book"
["fig-a".error]
value = 1.2e-5
rtol = 0.1
kind = "claim"
source = "a closed form"
why = "rounding of the figure"
["fig-a".count]
value = 5
atol = 0
kind = "exact"
source = "a count"
why = "an integer"
"""
CLAIMS = """[C1]
text = "The error is small."
figures = ["fig-a"]
confirmed = ["fig-a.error < 1e-9"]
limited = ["fig-a.error < 0.1"]
limits = "Small, not tiny."
"""
PAGES = {
    "index": "Home\n====\n\n.. toctree::\n\n   part/page\n   tables\n\n.. verdicts::\n",
    "part/page": (
        "Page\n====\n\nIt is :num:`fig-a.error:.2e`, and :num:`fig-a.count:.0f`.\n\n"
        ".. figure:: image.png\n   :name: fig-a\n   :alt: A rising line.\n\n   What it shows.\n"
    ),
    "tables": "Tables\n======\n\n.. reproduction-report::\n\n.. figure-index::\n",
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The sources of a small book, with results of which one number is off."""
    root = tmp_path_factory.mktemp("sources")
    files = {
        "pyproject.toml": '[project]\nversion = "1.2.3"\nauthors = [{ name = "The authors" }]\n',
        "CITATION.cff": 'date-released: "2024-10-16"\n',
        "book/claims.toml": CLAIMS,
        "tests/reference/example.toml": REFERENCE,
        "notebooks/example.py": '#\n# %% mystnb={"figure": {"name": "fig-a"}}\n',
    }
    files |= {f"{name}.rst": text for name, text in PAGES.items()}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    report = Report("example", root=root)
    report.figure("fig-a", figure, data={"t": [0, 1]}, parameters={"mu": 1.25})
    report.record("fig-a", error=1.2345e-5, count=4)
    figure.savefig(root / "part" / "image.png")
    plt.close(figure)
    return root


@pytest.fixture
def book(sources, tmp_path):
    """A copy of the sources, to change and build."""
    return Path(shutil.copytree(sources, tmp_path / "book"))


@pytest.fixture(scope="module")
def built(sources, tmp_path_factory):
    """The book as it is, and the warnings of its build."""
    book = Path(shutil.copytree(sources, tmp_path_factory.mktemp("built") / "book"))
    return book, build(book)


def build(book, **settings):
    """Build the book and return its warnings."""
    warnings = io.StringIO()
    overrides = {"extensions": ["hoam_book"], "numfig": True, "nitpicky": True} | settings
    with docutils_namespace():
        app = Sphinx(
            str(book),
            None,
            str(book / "out"),
            str(book / "trees"),
            "html",
            confoverrides=overrides,
            status=None,
            warning=warnings,
        )
        app.build()
    return warnings.getvalue()


def page(book, name):
    return (book / "out" / f"{name}.html").read_text()


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


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


def test_a_figure_has_its_record_below_with_links_that_work(built):
    book, _ = built
    html = page(book, "part/page")
    record = html[html.index('<details class="hoam-record"') : html.index("</details>")]
    assert html.index('id="fig-a"') < html.index('<details class="hoam-record"')
    for link in re.findall(r'href="([^"]+)"', record):
        assert (book / "out" / "part" / link).resolve().is_file(), link
    words = text_of(record)
    assert "1 of 2 numbers pass" in words
    assert "notebooks/example.py, line 2" in words
    assert "profile book" in words
    assert "mu = 1.25" in words
    assert "version 1.2.3 (2024-10-16), figure fig-a" in words
    assert "@misc{hoam-reproduced-fig-a," in words


def test_the_source_links_to_a_line_where_the_repository_is_known(book):
    build(book, hoam_repository="https://example.org/book")
    assert "https://example.org/book/blob/main/notebooks/example.py#L2" in page(book, "part/page")


def test_the_verdict_is_shown_with_its_evidence(built):
    book, _ = built
    html = page(book, "index")
    words = text_of(html)
    assert "confirmed with limits Small, not tiny." in words
    assert "fig-a.error &lt; 0.1" in words
    assert 'href="part/page.html#fig-a"' in html


def test_the_report_holds_every_number_and_every_run(built):
    book, _ = built
    words = text_of(page(book, "tables"))
    assert "1 of 2 numbers pass." in words
    assert "fig-a.count: Expected 5 ± 0; got 4 (ratio 0.8)" in words
    for part in ("a closed form", "rounding of the figure", "± 10 %", "✗ fail", "✓ pass", "jaxlib"):
        assert part in words


def test_the_index_links_every_figure_with_caption_and_text_alternative(built):
    book, _ = built
    html = page(book, "tables")
    assert '<a class="hoam-card" href="part/page.html#fig-a">' in html
    assert 'alt="A rising line."' in html
    assert "What it shows." in html
    assert (book / "out" / "_figures" / "fig-a.thumbnail.png").is_file()


def test_a_page_is_built_again_when_a_number_changes(book):
    build(book)
    results = book / "results" / "example.json"
    results.write_text(results.read_text().replace("1.2345e-05", "4.5e-05"))
    assert build(book) == ""
    assert "4.50" in text_of(page(book, "part/page"))


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
    assert "hoam.types" in sys.modules or __import__("hoam.types")
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
