"""The slides of some figures, as a teacher shows them: thumbnails that lead to the slides."""

from collections.abc import Callable
from html import escape

import hoam_places
from docutils import nodes
from hoam_figures import FOLDER
from hoam_places import Place
from hoam_results import Results
from hoam_tables import load_for_page
from sphinx.util.docutils import SphinxDirective

from hoam.results import SLIDE


class slide_list(nodes.General, nodes.Element):
    """Stands where the slides go, until all pages are read."""


class SlidesDirective(SphinxDirective):
    """Show the slides of the figures whose ids are the arguments."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return a stand-in, which is replaced once all pages are read."""
        load_for_page(self.env)
        hoam_places.mark(self.env, self.env.docname, "slides")
        return [slide_list(figures=self.arguments[0].split())]


def slides(
    results: Results,
    figures: list[str],
    places: dict[str, Place],
    address: Callable[[str], str],
    base: str,
) -> str:
    """Return a list of slides as HTML.

    Args:
        results: all results.
        figures: their ids, in the order of the talk.
        places: where the figures stand.
        address: gives the address of a page.
        base: relative path to the top of the output.

    Raises:
        ValueError: if one is no figure of the book.
    """
    unknown = [figure for figure in figures if figure not in places]
    if unknown:
        message = f"Expected figures of the book; got {unknown}. Use ids of book/figures.toml."
        raise ValueError(message)
    cards = []
    for figure in figures:
        place, title = places[figure], results.catalogue.subjects[figure].title
        cards.append(
            f'<li class="hoam-card"><a href="{base}{FOLDER}/{figure}{SLIDE}">'
            f'<img src="{base}{FOLDER}/{figure}.thumbnail.png" alt="{escape(place.alt)}" '
            f'loading="lazy"/><strong>{escape(title)}</strong></a>'
            f'<span>slide, <a href="{address(place.page)}#{figure}">{place.label}</a></span></li>'
        )
    return f'<ul class="hoam-figures">{"".join(cards)}</ul>'
