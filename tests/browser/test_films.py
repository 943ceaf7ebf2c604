"""A film is still until it is played, and stops when told to."""

import pytest
from checks import open_page

PAGES = {
    "fig-populations-motion": "book/_executed/populations.html",
    "fig-two-stream-film": "book/_executed/two_stream.html",
}


def moves(page, figure):
    """Return whether what a figure shows changes in a second, which is ten frames of a film."""
    first = figure.screenshot()
    for _ in range(10):
        page.wait_for_timeout(100)
        if figure.screenshot() != first:
            return True
    return False


@pytest.mark.parametrize(
    ("name", "motion"), [*zip(PAGES, ("no-preference", "reduce"), strict=True)]
)
def test_a_film_is_still_until_a_key_plays_it_and_after_a_key_stops_it(page, site, name, motion):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(reduced_motion=motion)
    assert open_page(page, site + PAGES[name]) == []
    figure = page.locator(f"figure#{name}")
    film, still = figure.locator("details img"), figure.locator("details + img")
    button = figure.locator("summary")
    figure.scroll_into_view_if_needed()
    assert not moves(page, still)
    assert not [url for url in asked if url.endswith(".gif")]  # nor is it loaded
    for _ in range(2):
        assert button.inner_text() == "Play the film"
        assert still.is_visible()
        assert not film.is_visible()
        place = button.bounding_box()
        button.press("Enter")
        assert button.inner_text() == "Stop the film"
        assert not still.is_visible()
        film.evaluate("(image) => image.decode()")
        assert moves(page, film)
        assert button.bounding_box()["y"] == place["y"]  # to be pressed again where it is
        button.press("Enter")
    assert not moves(page, still)
    assert [url for url in asked if url.endswith(f"{name}.gif")]
    button.click()
    page.emulate_media(media="print")
    assert still.is_visible()
    assert not film.is_visible()


def test_every_film_of_the_book_is_one_of_these(built):
    chapters = sorted((built / "book" / "_executed").glob("*.html"))
    held = {path.name for path in chapters if "hoam-film" in path.read_text(encoding="utf-8")}
    assert held == {address.rpartition("/")[2] for address in PAGES.values()}
    assert not list((built / "_images").glob("*.gif"))  # none moves by itself
