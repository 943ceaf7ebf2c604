"""Every page, on a wide and on a narrow screen, light and dark."""

from itertools import product
from pathlib import Path

import pytest
from checks import (
    MODES,
    WIDTHS,
    barriers,
    broken_links,
    cut_off,
    figures,
    illegible,
    open_page,
    show,
    sideways,
    too_heavy,
)

BUILT = Path(__file__).resolve().parents[2] / "_build" / "html"
PAGES = sorted(
    str(path.relative_to(BUILT))
    for path in BUILT.rglob("*.html")
    if path.name != "webpack-macros.html" and not {"mathjax", "_static"} & set(path.parts)
)
CHAPTERS = [name for name in PAGES if "_executed/" in name]


def test_the_pages_are_there(built):
    assert len(PAGES) > 50
    assert {"book/index.html", "book/_executed/two_stream.html", "search.html"} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_well_at_any_width_in_any_light(page, site, name):
    heard, found = open_page(page, site + name), {}
    assert too_heavy(page) == []
    for width, mode in product(WIDTHS, MODES):
        show(page, width=width, mode=mode)
        found[width, mode] = sideways(page)
    # A narrow page hides what a wide one shows in the same colours; the dark look sees it.
    for width, mode in ((1280, "light"), (1280, "dark"), (390, "dark")):
        show(page, width=width, mode=mode)
        found[width, mode] += barriers(page)
    assert {state: faults for state, faults in found.items() if faults} == {}
    assert heard == []


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(built, name):
    assert broken_links(built / name, built) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_are_legible_in_the_dark(page, site, name):
    open_page(page, site + name)
    show(page, width=1280, mode="dark")
    assert figures(page)
    assert illegible(page) == []


@pytest.mark.parametrize(
    "name", [name for name in PAGES if "_executed/" in name or "report" in name]
)
def test_nothing_is_cut_off_on_paper(page, site, name):
    open_page(page, site + name)
    assert cut_off(page) == []
