"""Sphinx extension: a film shows its still until a reader plays it, and stops when told to.

What moves by itself for more than five seconds has to be stopped by who reads beside it (WCAG 2,
criterion 2.2.2), and to some readers motion does harm. A disclosure needs no script for that: what
it hides is neither loaded nor played, keys open it as well, and paper shows the still (book.css).
"""

from html import escape
from typing import Any

import hoam_places
from docutils import nodes
from hoam_figures import FOLDER
from hoam_tables import load_for_page
from sphinx.application import Sphinx

_FILM = """<details class="hoam-film">
<summary><span>Play the film</span><span>Stop the film</span></summary>
<img src="{source}" alt="{alt}" loading="lazy">
</details>
"""


def _hold_still(app: Sphinx, doctree: nodes.document) -> None:
    """Put the still in the place of each film of a page, and the film into a disclosure above."""
    for figure in doctree.findall(nodes.figure):
        name = hoam_places.name_of(figure)
        run = load_for_page(app.env).run_of(name) if name else None
        if run is None or f"{name}.gif" not in run["figures"][name]["files"]:
            continue
        image = next(iter(figure.findall(nodes.image)))
        image["uri"] = f"/results/figures/{name}.png"
        source = f"{hoam_places.to_root(app.env.docname)}{FOLDER}/{name}.gif"
        film = _FILM.format(source=source, alt=escape(image.get("alt", "")))
        image.parent.insert(image.parent.index(image), nodes.raw("", film, format="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the change, before Sphinx collects the images of a page."""
    app.setup_extension("hoam_book")
    app.connect("doctree-read", _hold_still, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
