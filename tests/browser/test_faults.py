"""Each check of a page finds the fault it is there for, and passes the page without it."""

import base64
import io

import pytest
from checks import (
    barriers,
    broken_links,
    cut_formulas,
    cut_off,
    disorder,
    illegible,
    listen,
    names,
    raw_roles,
    show,
    sideways,
    tab_stops,
    too_heavy,
    unfold,
)
from PIL import Image, ImageDraw
from serving import serve

GOOD = """<!doctype html><html lang="en"><head><title>Page</title>
<style>a:focus, button:focus { outline: 2px solid blue }</style></head>
<body><main class="bd-article"><h1 id="there">Page</h1><p>Words, <a href="#there">a link</a>.</p>
<button>press</button></main></body></html>"""


def drawing(ground):
    """Return a black line on a ground, as an address to show it by."""
    image = Image.new("RGBA", (200, 200), ground)
    ImageDraw.Draw(image).line([(0, 100), (200, 120)], fill=(0, 0, 0, 255), width=9)
    buffer = io.BytesIO()
    image.save(buffer, "png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def planted(find, page, tmp_path, **change):
    """Return what a check finds on the good page with one thing replaced."""
    html = GOOD
    for old, new in change.values():
        assert old in html
        html = html.replace(old, new)
    (tmp_path / "page.html").write_text(html)
    (tmp_path / "icon.png").write_bytes(b"")
    Image.effect_noise((2000, 2000), 99).save(tmp_path / "large.png")  # noise stays as it is
    with serve(tmp_path) as address:
        heard = listen(page)
        page.goto(f"{address}page.html", wait_until="load")
        return find(page, heard)


def body(html):
    return {"body": ("</main>", f"{html}</main>")}


CHECKS = {
    "heard": lambda page, heard: [line for line in heard if "favicon" not in line],
    "sideways": lambda page, _: sideways(page),
    "folded": lambda page, _: unfold(page) or sideways(page),
    "barriers": lambda page, _: barriers(page),
    "cut off": lambda page, _: cut_off(page),
    "formulas": lambda page, _: cut_formulas(page),
    "heavy": lambda page, _: too_heavy(page),
    "keyboard": lambda page, _: disorder(tab_stops(page)),
}
FAULTS = [
    ("heard", body("<script>console.error('planted')</script>"), "console: planted"),
    ("heard", body("<script>undefinedName</script>"), "script: undefinedName"),
    ("heard", body("<img src='gone.png' alt='gone'>"), "404"),
    ("heard", body("<script src='https://example.org/x.js'></script>"), "from elsewhere"),
    ("sideways", body("<div style='width: 5000px'>wide</div>"), "wider than"),
    ("folded", body("<details><summary>more</summary><div style='width: 5000px'>wide</div>"
     "</details>"), "wider than"),
    ("folded", body("<script>const show = () => { note.style.width = '5000px' }</script>"
     "<button class='toggle-button-hidden' onclick='show()'>show</button><p id='note'>wide</p>"),
     "wider than"),
    ("barriers", body("<p style='color: #aaa; background: #fff'>faint</p>"), "color-contrast"),
    ("barriers", body("<img src='icon.png'>"), "image-alt"),
    ("barriers", body("<button></button>"), "button-name"),
    ("barriers", body("<div class='highlight'><pre style='background: #fff'>"
     + 90 * "<span class='n'>word</span> " + "<span class='k' style='color: #aaa'>faint</span>"
     + "</pre></div>"), "color-contrast"),
    ("cut off", body("<pre style='overflow: auto'>" + 300 * "x" + "</pre>"), "cut off: <pre"),
    ("formulas", body("<div class='math' id='wide' style='overflow: auto'><mjx-math>"
     "<b style='display: block; width: 5000px'>x</b></mjx-math></div>"), "cut by"),
    ("formulas", body("<div class='math'><span class='eqno' style='float: right'>(1)</span>"
     "<mjx-math><b style='display: inline-block; width: 100%'>x</b></mjx-math></div>"), "cut by"),
    ("barriers", {"lang": (' lang="en"', "")}, "html-has-lang"),
    ("heavy", body("<img src='large.png' alt='large'>"), "bytes"),
    ("keyboard", body("<button tabindex='3'>first</button>"), "an order of its own"),
    ("keyboard", body("<a href='#' style='opacity: 1; width: 0; display: inline-block'></a>"),
     "hidden"),
    ("keyboard", {"style": ("outline: 2px solid blue", "outline: none")}, "not marked"),
]  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_page_passes(page, tmp_path, check):
    assert planted(CHECKS[check], page, tmp_path) == []


@pytest.mark.parametrize(("check", "change", "expected"), FAULTS)
def test_a_planted_fault_is_found(page, tmp_path, check, change, expected):
    found = planted(CHECKS[check], page, tmp_path, **change)
    assert any(expected in line for line in found), found


def test_the_source_of_a_formula_in_the_text_is_found_and_code_may_hold_it():
    assert raw_roles("<p>for any :math:`c`, see :py:func:`f`</p>") == [":math:`c`", ":py:func:`f`"]
    assert raw_roles("<pre>:math:`c`</pre><p><code class='x'>:ref:`a`</code> time 1:20:`</p>") == []


@pytest.mark.parametrize(
    ("ground", "mode", "faint"),
    [
        ((255, 255, 255, 255), "dark", False),
        ((0, 0, 0, 0), "light", False),
        ((0, 0, 0, 0), "dark", True),  # black lines, and the night shines through
    ],
)
def test_a_faint_figure_is_found(page, ground, mode, faint):
    page.set_content(
        "<style>:root { color-scheme: light dark } "
        "@media (prefers-color-scheme: dark) { body { background: #14181e } }</style>"
        f"<div class='bd-content'><figure><img src='{drawing(ground)}'></figure></div>"
    )
    show(page, width=1280, mode=mode)
    assert bool(illegible(page)) == faint


def test_a_page_is_looked_at_once_the_keyboard_knows_what_scrolls(page):
    wide = f"<main id='main-content'><pre style='overflow: auto'>{60 * 'word '}</pre></main>"
    page.set_content(wide)
    page.evaluate("""() => window.addEventListener('resize', () => setTimeout(() => {
        document.querySelector('pre').tabIndex = 0;
    }, 900))""")
    show(page, width=390, mode="light")
    assert page.evaluate("() => document.querySelector('pre').tabIndex") == 0


def test_a_broken_link_is_found(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(GOOD)
    assert broken_links(path, tmp_path) == []
    links = ("gone.html", "page.html#gone", "../outside.html")
    (tmp_path.parent / "outside.html").write_text(GOOD)
    names.cache_clear()
    path.write_text(GOOD + "".join(f"<a href='{link}'>x</a>" for link in links))
    found = broken_links(path, tmp_path)
    assert [line.split(":")[0] for line in found] == list(links)
