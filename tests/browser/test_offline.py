"""The packed book, unpacked and read from the disk, with no network at all."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from checks import listen
from chromium import wait_for_mathematics
from offline import pack
from test_play import PLAY, READY

pytestmark = pytest.mark.xdist_group("packed")  # one process makes it, once
PAGES = ("book/index.html", "book/_executed/quadrature.html", "book/report.html", "search.html")


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("offline")
    pack(built, folder / "book.zip", version="1.2.3")
    with zipfile.ZipFile(folder / "book.zip") as archive:
        archive.extractall(folder)
    yield folder / "hoam-1.2.3"
    shutil.rmtree(folder)


@pytest.fixture
def cut_off(page):
    """A page that can open files only, and the addresses that it asked for all the same."""
    asked = []

    def refuse(route):
        asked.append(route.request.url)
        route.abort()

    page.route(lambda address: not address.startswith(("file:", "data:", "blob:")), refuse)
    page.context.set_offline(True)
    return page, asked


def test_the_network_is_cut(cut_off):
    page, asked = cut_off
    page.set_content("<img src='https://example.org/x.png' onerror='window.failed = true'>")
    page.wait_for_function("() => window.failed")
    assert asked == ["https://example.org/x.png"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_without_a_network(cut_off, unpacked, name):
    page, asked = cut_off
    heard = listen(page)
    page.goto((unpacked / "pages" / name).as_uri(), wait_until="load")
    wait_for_mathematics(page)
    assert asked == []
    assert heard == []
    for element in page.locator("img").all():
        assert element.evaluate("n => { n.loading = 'eager'; return n.decode().then(() => true) }")
    # The style of the book is there, and so are the letters of its formulas, and its icons.
    assert page.locator(".bd-main").evaluate("n => getComputedStyle(n).display") == "flex"
    assert page.evaluate("() => [...document.fonts].every(font => font.status !== 'error')")
    assert page.evaluate("""() => [...document.fonts].some(
        (font) => font.family.includes('Font Awesome') && font.status === 'loaded')""")


def test_no_page_asks_for_anything_that_is_not_packed(page, unpacked):
    """Every page once, one after the other, the animations included; formulas may still be set."""
    page.context.set_offline(True)
    place, faults = [""], []

    def note(fault):
        faults.append(f"{place[-1]}: {fault}")

    page.on("request", lambda r: r.url.startswith(("http", "ws")) and note(f"asks for {r.url}"))
    # What the next page cuts short is no fault of this one.
    page.on(
        "requestfailed",
        lambda r: r.failure != "net::ERR_ABORTED" and note(f"{r.failure}: {r.url}"),
    )
    page.on("console", lambda m: m.type == "error" and note(m.text))
    page.on("pageerror", lambda error: note(error))
    top = unpacked / "pages"
    for path in sorted(top.rglob("*.html")):
        # The first file goes on to the book at once.
        if path == top / "index.html" or {"mathjax", "_static"} & set(path.relative_to(top).parts):
            continue
        place.append(str(path.relative_to(top)))
        page.goto(path.as_uri(), wait_until="load")
        if place[-1] == PLAY:
            page.wait_for_function(READY)
    assert PLAY in place
    assert len(place) > 50
    assert faults == []


def test_the_first_file_leads_to_the_book(cut_off, unpacked):
    page, _ = cut_off
    page.goto((unpacked / "start.html").as_uri())
    page.wait_for_url("**/pages/book/index.html")
    assert page.title().startswith("HOAM, reproduced")


def test_formulas_are_set_and_the_search_works(cut_off, unpacked):
    page, asked = cut_off
    page.goto((unpacked / "pages" / "book" / "action_matching.html").as_uri(), wait_until="load")
    wait_for_mathematics(page)
    assert page.locator("mjx-container").count() > 20
    page.goto((unpacked / "pages" / "search.html").as_uri() + "?q=Gauss-Legendre")
    page.locator("#search-results ul.search li a").first.wait_for()
    assert "quadrature" in page.locator("#search-results").inner_html()
    assert asked == []
