"""Sphinx extension: names for what the theme leaves without one, for who listens to a page."""

import re
from html import unescape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

_SUMMARY = re.compile(r"(?P<link><a [^>]*>(?P<title>[^<]*)</a><details[^>]*>)<summary>")


def name_summaries(html: str) -> str:
    """Return a table of contents in which each button that unfolds a chapter names it."""

    def named(found: re.Match[str]) -> str:
        title = unescape(found["title"]).strip().replace('"', "&quot;")
        return f'{found["link"]}<summary aria-label="Pages of {title}">'

    return _SUMMARY.sub(named, html)


def plain_citations(body: str) -> str:
    """Return a page whose bibliography is no list for who listens, since its entries are not."""
    return body.replace('role="list" class="citation-list"', 'class="citation-list"').replace(
        'class="citation-list" role="list"', 'class="citation-list"'
    )


def _name(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: nodes.document | None
) -> None:
    make = context.get("generate_toctree_html")
    if "body" in context:
        context["body"] = plain_citations(context["body"])
    if make is not None:
        context["generate_toctree_html"] = lambda *a, **k: name_summaries(str(make(*a, **k)))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the change, after the theme has made its tables of contents."""
    app.connect("html-page-context", _name, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
