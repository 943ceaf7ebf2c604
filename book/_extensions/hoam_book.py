"""Sphinx extension of the book: recorded numbers in the text, and pages made of results.

    {num}`fig-two-stream-energy.error:.2f`    a recorded number, formatted
    ```{verdicts}```                          the claims, each with evidence and verdict
    ```{reproduction-report} summary```       what was reproduced: summary, runs, models or numbers
    ```{results-table} table-errors```        a table of `book/tables.toml`
    ```{cite-book}```                         how to cite the book
    ```{paper-figures}```                     the paper's figures, each with ours
    ```{figure-index}```                      all figures of the book
    ```{slides} fig-a fig-b```                the slides of some

Under every figure whose id starts with `fig-` stands its record.
"""

import hashlib
from pathlib import Path
from typing import Any

import hoam_comparison
import hoam_docstrings
import hoam_figures
import hoam_index
import hoam_json
import hoam_places
import hoam_record
import hoam_report_numbers
import hoam_results
import hoam_slides
import hoam_sources
from docutils import nodes
from hoam_index import figure_index, paper_figures
from hoam_numbers import number_nodes
from hoam_record import figure_record
from hoam_report import ReportDirective
from hoam_report_numbers import report_numbers
from hoam_tables import VerdictsDirective, load_for_page
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

logger = logging.getLogger(__name__)

# Pages that show what other pages hold are written whenever any page is.
PAGE_MARKS = ("figure_index", "paper_figures", "slides", "numbers")


class NumberRole(SphinxRole):
    """Insert a recorded number: `figure.name` or `figure.name:format`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number, or a warning and a visible mark where there is none."""
        key, _, form = self.text.partition(":")
        figure, _, name = key.strip().partition(".")
        numbers = load_for_page(self.env).numbers
        try:
            content = number_nodes(format(numbers[figure, name], form.strip() or ".3g"))
        except (KeyError, ValueError) as error:
            problem = "got none" if isinstance(error, KeyError) else f"got format {form!r}"
            logger.warning(
                "Expected a recorded number %s with a format; %s. Use report.record.",
                key,
                problem,
                location=self.get_location(),
            )
            return [nodes.problematic(self.rawtext, f"[{key}]")], []
        return [nodes.inline("", "", *content, classes=["hoam-number"])], []


class CiteBookDirective(SphinxDirective):
    """Show how to cite the book itself, as one line and as BibTeX."""

    def run(self) -> list[nodes.Node]:
        """Return a block for each, which has a button that copies it."""
        edition, url = self.config.hoam_edition, self.config.hoam_repository
        texts = (edition.plain(), edition.bibtex(url=url))
        return [nodes.literal_block(text, text, language="none") for text in texts]


class FigureIndexDirective(SphinxDirective):
    """Show every figure, with its subject, and links to its place and its record."""

    def run(self) -> list[nodes.Node]:
        """Return a stand-in, which is replaced once all pages are read."""
        load_for_page(self.env)
        hoam_places.mark(self.env, self.env.docname, "figure_index")
        return [figure_index()]


class PaperFiguresDirective(SphinxDirective):
    """Show the figures of the paper, each with those of the book that answer it."""

    def run(self) -> list[nodes.Node]:
        """Return a stand-in, which is replaced once all pages are read."""
        load_for_page(self.env)
        hoam_places.mark(self.env, self.env.docname, "paper_figures")
        return [paper_figures()]


def _read_page(app: Sphinx, doctree: nodes.document) -> None:
    """Note the figures of a page, and keep a place for the record under each."""

    def lead(figure: str, caption: str) -> str:
        subject = load_for_page(app.env).catalogue.subjects.get(figure)
        return subject.lead(caption) if subject else ""

    for figure in hoam_places.note(app.env, app.env.docname, doctree, lead):
        stand_in = figure_record(figure=hoam_places.name_of(figure))
        figure.parent.insert(figure.parent.index(figure) + 1, stand_in)


def _pages_to_write(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    return [page for name in PAGE_MARKS for page in hoam_places.marked(env, name)]


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put records, the index and the table of the paper's figures where their stand-ins are."""
    results = hoam_results.load(Path(app.srcdir))
    base = "" if app.builder.name == "singlehtml" else hoam_places.to_root(docname)
    places = hoam_places.places(app.env)

    def address(page: str) -> str:
        # An empty address is that of the page at hand.
        return app.builder.get_relative_uri(docname, page) if page != docname else ""

    def page_of(content: str) -> str | None:
        return next(map(address, hoam_places.marked(app.env, content)), None)

    for stand_in in list(doctree.findall(figure_record)):
        html = hoam_record.record(
            results,
            stand_in["figure"],
            app.config.hoam_edition,
            base=base,
            page_of=page_of,
            repository=app.config.hoam_repository,
        )
        stand_in.replace_self(nodes.raw("", html, format="html"))
    for stand_in in list(doctree.findall(figure_index)):
        html = hoam_index.index(results, places, address, base)
        stand_in.replace_self(nodes.raw("", html, format="html"))
    for stand_in in list(doctree.findall(hoam_slides.slide_list)):
        html = hoam_slides.slides(results, stand_in["figures"], places, address, base)
        stand_in.replace_self(nodes.raw("", html, format="html"))
    for stand_in in list(doctree.findall(paper_figures)):
        html = hoam_index.answers(results, places, address, page_of("verdicts"))
        stand_in.replace_self(nodes.raw("", html, format="html"))
    for stand_in in list(doctree.findall(report_numbers)):
        html = hoam_report_numbers.blocks(results, stand_in["notebook"], places, address)
        stand_in.replace_self(nodes.raw("", html, format="html"))


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        results, output = hoam_results.load(Path(app.srcdir)), Path(app.outdir)
        hoam_figures.copy_files(results, output)
        hoam_comparison.write_files(results, output)
        hoam_sources.write_files(results.root, output)
        places = hoam_places.places(app.env)
        known = hoam_json.content(
            results,
            places,
            app.config.hoam_edition,
            app.builder.get_target_uri,
            app.config.hoam_repository,
        )
        hoam_json.write(known, results.root, output)


def leave_out_thebe(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: nodes.document | None
) -> None:
    """Leave out the scripts of live code cells, which Jupyter Book adds, twice, to every page."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if "thebe" not in str(file)]


def _fingerprint() -> int:
    """Return a number that changes with this extension, so that its pages are then read again."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return int(hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12], 16)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role, the directives and the figure records."""
    hoam_results.load.cache_clear()
    app.setup_extension("sphinx.ext.autodoc")
    app.add_config_value("hoam_edition", hoam_results.edition(Path(app.srcdir)), "env")
    app.add_config_value("hoam_repository", "", "env")
    stand_ins = (figure_index, figure_record, paper_figures, report_numbers, hoam_slides.slide_list)
    for node in stand_ins:
        app.add_node(node)
    app.add_role("num", NumberRole())
    app.add_directive("verdicts", VerdictsDirective)
    app.add_directive("reproduction-report", ReportDirective)
    app.add_directive("results-table", hoam_comparison.ResultsTableDirective)
    app.add_directive("cite-book", CiteBookDirective)
    app.add_directive("figure-index", FigureIndexDirective)
    app.add_directive("paper-figures", PaperFiguresDirective)
    app.add_directive("slides", hoam_slides.SlidesDirective)
    app.connect("doctree-read", _read_page)
    app.connect("env-purge-doc", hoam_places.forget)
    app.connect("env-updated", _pages_to_write)
    app.connect("doctree-resolved", _fill)
    app.connect("html-collect-pages", hoam_sources.pages)
    app.connect("html-page-context", leave_out_thebe)
    app.connect("build-finished", _finish)
    app.connect("missing-reference", hoam_docstrings.resolve)
    app.connect("autodoc-process-docstring", hoam_docstrings.convert, priority=400)
    return {
        "version": "1",
        "env_version": _fingerprint(),
        "parallel_read_safe": False,
        "parallel_write_safe": True,
    }
