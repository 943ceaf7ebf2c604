"""What a reader works with: filters, tables to sort, exercises, buttons, and the keys."""

import math
import re
from pathlib import Path

import pytest
import yaml
from checks import disorder, open_page, show, tab_stops
from chromium import new_reader

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(
    chapter["file"]
    for part in yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    for chapter in part["chapters"]
    if part["caption"] != "Reference"
)
QUADRATURE = "book/_executed/quadrature.html"
#: Seconds from the request to the end of the event `load`, from a server on this machine.
SLOWEST_LOAD = 1.0
_SHOWN = """() => [...document.querySelectorAll('li.hoam-card')]
    .filter((card) => card.checkVisibility())
    .map((card) => [card.dataset.systems.split('|'), card.dataset.claims.split('|'),
                    card.querySelector('code').textContent])"""
_ROWS = """(table) => [...table.tBodies[0].rows].map((row) => {
    const value = row.cells[COLUMN].dataset.value;
    return [row.cells[0].textContent, value === undefined ? null : Number(value)];
})"""


def test_the_index_of_figures_shows_what_is_chosen(page, site):
    open_page(page, site + "book/figures.html")
    every = page.evaluate(_SHOWN)
    assert len(every) > 30
    status = page.locator("form.hoam-filter [role=status]")

    def chosen(test):
        return [card for card in every if test(*card[:2])]

    def holds(expected):
        assert 0 < len(expected) < len(every)
        assert page.evaluate(_SHOWN) == expected
        assert status.inner_text() == f"{len(expected)} of {len(every)} figures"

    page.locator("select[name=systems]").select_option("two streams")
    holds(chosen(lambda systems, claims: "two streams" in systems))
    page.locator("select[name=claims]").select_option("C4")
    both = chosen(lambda systems, claims: "two streams" in systems and "C4" in claims)
    holds(both)
    assert "fig-two-stream-energy" in [name for _, _, name in both]
    page.reload()  # the choice is part of the address
    holds(both)
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("() => !location.search")
    assert page.evaluate(_SHOWN) == every
    assert status.inner_text() == f"{len(every)} of {len(every)} figures"
    open_page(page, site + "book/figures.html?claims=C4")
    holds(chosen(lambda systems, claims: "C4" in claims))


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_table_is_sorted_by_the_column_that_is_pressed(page, site, way):
    open_page(page, site + "book/_executed/comparison.html")
    table = page.locator("table#table-errors")

    def press(heading):
        button = table.locator("thead button", has_text=re.compile(f"^{heading}$"))
        if way == "mouse":
            button.click()
        else:
            button.focus()
            page.keyboard.press("Enter")
        return table.locator("thead th[aria-sort]").get_attribute("aria-sort")

    def rows(column):
        return table.evaluate(_ROWS.replace("COLUMN", str(column)))

    headings = table.locator("thead th").all_inner_texts()
    column = headings.index("CFM, quiet")  # asked of the plasmas alone
    before = rows(column)
    known = sorted(value for _, value in before if value is not None)
    missing = [None] * (len(before) - len(known))
    assert missing
    assert [value for _, value in before] != known + missing
    assert press("CFM, quiet") == "ascending"
    assert [value for _, value in rows(column)] == known + missing
    assert press("CFM, quiet") == "descending"
    assert [value for _, value in rows(column)] == known[::-1] + missing
    assert sorted(name for name, _ in rows(column)) == sorted(name for name, _ in before)
    assert press("system") == "ascending"
    names = [name for name, _ in rows(column)]
    assert names == page.evaluate("(names) => names.toSorted((a, b) => a.localeCompare(b))", names)
    assert names != [name for name, _ in before]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_solution_of_a_chapter_opens(next_page, site, chapter):
    page = next_page
    page.goto(f"{site}{chapter}.html", wait_until="load")
    solutions = page.locator(".bd-content .solution.dropdown")
    exercises = page.locator(".bd-content .exercise.admonition").count()
    assert 3 <= solutions.count() == exercises <= 5
    for solution in solutions.all():
        content = solution.locator(":scope > :not(.admonition-title, button)").last
        assert not content.is_visible()
        solution.locator("button.toggle-button").click()
        assert content.is_visible()
        for code in solution.locator("div.cell_input, div.cell_output").all():
            assert code.is_visible()
    # All that was between the start of a solution and its end is inside.
    assert not page.locator(".bd-content", has_text=re.compile("solution-(start|end)")).count()


#: A page, what to open there, a block with a button, and what its text has to hold; commands are
#: copied in `test_reading.py`.
COPIES = {
    "code of a chapter": (QUADRATURE, None, "div.cell_input div.highlight", "profile"),
    "citation of a figure": (
        QUADRATURE,
        "details.hoam-record > summary",
        "details.hoam-record div.highlight",
        "fig-quadrature-degrees",
    ),
    "source of a notebook": ("book/source/quadrature.html", None, "div.highlight", "hoam"),
}


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_button_copies_what_is_beside_it(page, site, kind):
    name, closed, block, words = COPIES[kind]
    open_page(page, site + name)
    if closed:
        page.locator(closed).first.click()
    place = page.locator(block, has=page.locator("button.copybtn")).first
    place.hover()
    place.locator("button.copybtn").click()
    page.wait_for_function("() => document.querySelector('.copybtn.success')")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert words in copied
    assert not re.search(r"^(\$|>>>) ", copied, re.MULTILINE)


#: What is opened before the keyboard walks over a page; other chapters, and the pages of
#: `test_reading.py`, are closed.
OPENED = dict.fromkeys(sorted({f"{chapter}.html" for chapter in CHAPTERS} - {QUADRATURE})) | {
    "book/figures.html": "li.hoam-card:nth-child(-n + 3) summary",
    "book/_executed/play.html": ".bd-content .solution button.toggle-button",
    "book/_executed/comparison.html": "details.hoam-record:first-of-type > summary",
    "book/_executed/inference.html": (
        ".bd-content .solution button.toggle-button, details.hoam-record > summary"
    ),
    **dict.fromkeys(f"book/{name}.html" for name in ("checks", "glossary", "notes", "syllabus")),
}


@pytest.mark.parametrize("name", OPENED)
def test_the_keyboard_walks_over_records_solutions_and_tables_in_their_order(next_page, site, name):
    page = next_page
    open_page(page, site + name)
    for element in page.locator(OPENED[name]).all() if OPENED[name] else ():
        element.evaluate("(node) => node.click()")
    show(page, width=1280, mode="light")
    stops = tab_stops(page)
    assert stops[0]["text"] == "Skip to main content"
    assert len(stops) > 20
    assert disorder(stops) == []


def test_the_first_page_is_loaded_within_a_second(browser, site):
    # The least of some: other programs slow a page down, and nothing makes it faster.
    seconds = math.inf
    for _ in range(10):
        reader = new_reader(browser)
        page = reader.new_page()
        page.goto(site + "book/index.html", wait_until="load")
        page.wait_for_function("() => performance.timing.loadEventEnd > 0")
        taken = "performance.timing.loadEventEnd - performance.timing.navigationStart"
        seconds = min(seconds, page.evaluate(taken) / 1000)
        reader.close()
        if seconds < SLOWEST_LOAD:
            break
    assert 0 < seconds < SLOWEST_LOAD
