"""A content-security policy in every page: what a browser may load, and which scripts it may run.

Scripts come from the book's own files. The few that a theme writes into a page are named by their
SHA-256, and so is what its print button does; a script that slipped into a page would not run.
Styles may stand in a page, because MathJax lays out formulas with style attributes.
"""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

_META = re.compile(r'\n?\s*<meta http-equiv="Content-Security-Policy"[^>]*>')
_CHARSET = re.compile(r"<meta charset=[^>]*>")
_JAVASCRIPT = {"", "module", "text/javascript", "application/javascript"}


class _Scripts(HTMLParser):
    """The scripts and event handlers that stand in a page itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: set[str] = set()
        self.handlers: set[str] = set()
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note event handlers, and whether what follows is a script."""
        self.handlers |= {value for name, value in attrs if name.startswith("on") and value}
        given = dict(attrs)
        kind = (given.get("type") or "").lower()
        self._inside = tag == "script" and "src" not in given and kind in _JAVASCRIPT

    def handle_endtag(self, tag: str) -> None:
        """Leave a script."""
        self._inside = False

    def handle_data(self, data: str) -> None:
        """Note a script."""
        if self._inside:
            self.scripts.add(data)


def _hashes(texts: set[str]) -> list[str]:
    digests = (hashlib.sha256(text.encode()).digest() for text in sorted(texts))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def policy(page: str) -> str:
    """Return the policy of a page, given as HTML."""
    found = _Scripts(page)
    scripts = ["'self'", *_hashes(found.scripts)]
    if found.handlers:
        scripts += ["'unsafe-hashes'", *_hashes(found.handlers)]
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(scripts),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def with_policy(page: str, name: str = "a page") -> str:
    """Return a page with its policy behind the declaration of its characters, and no other one.

    Args:
        page: HTML.
        name: what the message calls it.

    Raises:
        ValueError: if it declares no characters.
    """
    page = _META.sub("", page)
    meta = f'\n    <meta http-equiv="Content-Security-Policy" content="{policy(page)}">'
    guarded, count = _CHARSET.subn(lambda charset: charset[0] + meta, page, count=1)
    if not count:
        message = (
            f"Expected <meta charset=...> in {name}, behind which its policy stands; got none. "
            'Use <meta charset="utf-8"> at the top of its head.'
        )
        raise ValueError(message)
    return guarded


def pages(output: Path) -> list[Path]:
    """Return all pages of a published tree, without the templates of a theme in `_static`."""
    found = sorted(output.rglob("*.html"))
    return [path for path in found if "_static" not in path.relative_to(output).parts]


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for path in pages(Path(app.outdir)):
        page = path.read_text(encoding="utf-8")
        if (guarded := with_policy(page, str(path.relative_to(app.outdir)))) != page:
            path.write_text(guarded, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the policies once all pages are there."""
    app.connect("build-finished", _finish, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
