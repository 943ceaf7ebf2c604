"""The page that is played with, by keyboard: what it shows, says and loads."""

import json

import pytest
from checks import LARGEST_PAGE, listen, open_page, weight

PLAY = "book/_executed/play.html"
READY = "() => document.querySelector('.hoam-play [role=status]').textContent.includes('floor')"
PICTURES = "() => [...document.querySelectorAll('.hoam-play canvas')].map((c) => c.toDataURL())"


def words(page):
    return page.locator(".hoam-play [role=status]").inner_text()


def pictures(page):
    return page.evaluate(PICTURES)


def open_play(page, address):
    """Open the page, wait for the data of its first system, and return what goes wrong."""
    heard = open_page(page, address)
    page.wait_for_function(READY)
    return heard


def systems(page):
    """Return the titles of all systems."""
    return page.locator("select[name=system] option").all_inner_texts()


def titled(page, title):
    """Wait until a system is shown."""
    page.wait_for_function(
        "(title) => document.querySelector('.hoam-play [role=status]').textContent"
        ".toLowerCase().startsWith(title)",
        arg=title.lower(),
    )


def test_every_system_parameter_and_method_is_reached_by_keyboard(page, site):
    heard, seen = open_play(page, site + PLAY), set()
    titles = systems(page)
    assert len(titles) == 7
    for i, title in enumerate(titles):
        page.locator("select[name=system]").focus()
        if i:
            page.keyboard.press("ArrowDown")
        titled(page, title)
        for name in ("mu", "method"):
            menu = page.locator(f"select[name={name}]")
            menu.focus()
            page.keyboard.press("Home")  # a method stays chosen from one system to the next
            for _ in range(menu.locator("option").count() - 1):
                before = tuple(pictures(page))
                page.keyboard.press("ArrowDown")
                after = tuple(pictures(page))
                assert before != after, (title, name)
                seen.add(after)
    assert len(seen) > 25
    assert heard == []
    assert weight(page) < LARGEST_PAGE  # with the data of all systems


def test_the_arrow_keys_move_the_time(page, site):
    open_play(page, site + PLAY)
    page.locator("input[name=time]").focus()
    before, clock = pictures(page), page.locator("output[name=clock]")
    assert clock.inner_text() == "t = 0"
    page.keyboard.press("ArrowRight")
    assert clock.inner_text() != "t = 0"
    assert clock.inner_text() in words(page)
    assert all(a != b for a, b in zip(before, pictures(page), strict=True))
    page.keyboard.press("End")
    assert clock.inner_text() == "t = 40"
    assert page.locator("input[name=time]").get_attribute("aria-valuetext") == "t = 40"


def test_space_starts_and_stops_and_nothing_is_read_out_in_between(page, site):
    open_play(page, site + PLAY)
    status = page.locator(".hoam-play [role=status]")
    page.locator("input[name=time]").focus()
    before = pictures(page)
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('.hoam-play [name=time]').value > 2")
    assert status.get_attribute("aria-live") == "off"
    page.keyboard.press("Space")
    stopped = pictures(page)
    assert status.get_attribute("aria-live") == "polite"
    assert stopped != before
    page.wait_for_timeout(600)
    assert pictures(page) == stopped
    page.locator(".hoam-play button").focus()
    page.keyboard.press("Space")
    assert page.locator(".hoam-play button").inner_text() == "Pause"


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_until_it_is_asked_for(page, site, motion):
    page.emulate_media(reduced_motion=motion)
    open_play(page, site + PLAY)
    before = pictures(page)
    page.wait_for_timeout(1500)
    assert pictures(page) == before


def test_the_errors_it_says_are_the_recorded_ones(page, site, root):
    recorded = json.loads((root / "results" / "play.json").read_text())["figures"]
    numbers = recorded["fig-play-plasmas"]["numbers"]
    open_play(page, site + PLAY)
    assert systems(page)[0] == "two-stream instability"
    said = words(page)
    assert "HOAM-G" in said
    for name in ("two_stream_hoam_g_1_25", "two_stream_floor_1_25"):
        assert f"{float(f'{numbers[name]:.2g}'):g}" in said, name


def test_a_chapter_leads_to_its_system(page, site):
    open_page(page, site + "book/_executed/chaos_9d.html")
    page.get_by_role("link", name="play with it").click()
    page.wait_for_url("**/play.html*")
    page.wait_for_load_state("load")
    page.wait_for_function(READY)
    titled(page, "nine modes of convection")
    assert page.locator("select[name=system]").input_value() == "chaos_9d"


def test_it_plays_from_the_disk(page, built):
    heard = listen(page)
    page.context.set_offline(True)
    page.goto((built / PLAY).as_uri(), wait_until="load")
    page.wait_for_function(READY)
    page.locator("select[name=system]").select_option("trap_100d")
    titled(page, "one hundred particles")
    assert heard == []


def test_without_scripts_and_on_paper_the_still_figures_stand_for_it(browser, page, site):
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(site + PLAY)
    open_play(page, site + PLAY)
    assert page.locator(".hoam-play-still").is_hidden()
    page.emulate_media(media="print")
    for one in (plain, page):
        assert one.locator(".hoam-play").is_hidden()
        assert one.locator(".hoam-play-still").is_visible()
        assert one.locator("figure#fig-play-plasmas img").is_visible()
    context.close()


@pytest.mark.parametrize("ratio", [1, 2])
def test_panels_are_as_sharp_as_the_screen(browser, site, ratio):
    context = browser.new_context(device_scale_factor=ratio)
    page = context.new_page()
    open_play(page, site + PLAY)
    for canvas in page.locator(".hoam-play canvas").all():
        width, shown = canvas.evaluate("(c) => [c.width, c.clientWidth]")
        assert width == pytest.approx(ratio * shown, abs=1)
    context.close()
