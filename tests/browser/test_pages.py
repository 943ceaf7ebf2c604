"""Every page, on a wide and on a narrow screen, light and dark, and the chapters on paper."""

from itertools import product
from pathlib import Path

import pytest
from checks import (
    MODES,
    WIDTHS,
    barriers,
    broken_links,
    cut_formulas,
    cut_off,
    figures,
    illegible,
    open_page,
    raw_roles,
    show,
    sideways,
    too_heavy,
    unfold,
)

BUILT = Path(__file__).resolve().parents[2] / "_build" / "html"
PAGES = sorted(
    str(path.relative_to(BUILT))
    for path in BUILT.rglob("*.html")
    if path.name != "webpack-macros.html" and not {"mathjax", "_static"} & set(path.parts)
)
CHAPTERS = {name for name in PAGES if "_executed/" in name}
INDEX = "book/figures.html"
#: Pages with pictures of figures.
PICTURES = {*CHAPTERS, INDEX, "book/syllabus.html"}
PRINTED = CHAPTERS | {name for name in PAGES if "report" in name}
#: Either width and either light once. What a wide page shows beside its text is alike on pages of a
#: kind, of which one is searched for barriers in all four states.
FEW = ((390, "dark"), (1280, "light"))
KINDS = {
    "book/index.html",
    "book/_executed/quadrature.html",
    "book/report.html",
    "book/api/hoam.quadrature.html",
    "search.html",
}


def test_the_pages_are_there(built):
    assert len(PAGES) > 50
    assert set(PAGES) >= KINDS
    assert len(CHAPTERS) > 10


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_well_at_any_width_in_any_light_and_on_paper(next_page, site, name):
    heard, found = open_page(next_page, site + name), {}
    found["weight"] = too_heavy(next_page)
    for width, mode in product(WIDTHS, MODES):
        show(next_page, width=width, mode=mode)
        found[width, mode] = sideways(next_page)
    if name in PICTURES:
        show(next_page, width=1280, mode="dark")
        assert figures(next_page)
        found["figures in the dark"] = illegible(next_page)
    if name in PRINTED:
        found["paper"] = cut_off(next_page)
    unfold(next_page)
    for width, mode in product(WIDTHS, MODES) if name in KINDS else FEW:
        show(next_page, width=width, mode=mode)
        found[width, mode] += sideways(next_page) + barriers(next_page)
    show(next_page, width=1280, mode="light")
    found["formulas"] = cut_formulas(next_page)
    assert {state: faults for state, faults in found.items() if faults} == {}
    assert heard == []


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_the_figures_of_a_page_are_legible_on_a_phone_in_the_dark(phone, site, name):
    phone.goto(site + name, wait_until="load")
    show(phone, width=390, mode="dark")
    assert figures(phone)
    assert illegible(phone) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_its_icon_so_that_no_browser_asks_for_another(built, name):
    assert 'rel="icon"' in (built / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_shows_the_source_of_a_formula_or_a_link(built, name):
    assert raw_roles((built / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(built, name):
    assert broken_links(built / name, built) == []
