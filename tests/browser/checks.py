"""What every page has to hold, each check a list of what is wrong. `test_faults.py` tries them."""

import functools
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
from axe_playwright_python.base import AXE_SCRIPT
from chromium import wait_for_mathematics
from PIL import Image
from playwright.sync_api import Page, TimeoutError

#: Bytes of one page with all that it loads, text compressed as servers send it.
LARGEST_PAGE = 3_000_000
#: Contrast of text and lines of a figure with its ground, that of WCAG 2 for text.
LEAST_CONTRAST = 4.5
#: CSS pixels between the margins of a sheet, 178 mm; see pdf.py.
PRINTED_WIDTH = 673
WIDTHS, MODES = (1280, 390), ("light", "dark")

#: Formulas are left out: their many parts have the colour of the text around them, and are read
#: out from the hidden MathML beside them. Without them a page takes a tenth of the time.
_AXE = """async () => (await axe.run(
    {exclude: [['mjx-container']]}, {resultTypes: ['violations'], preload: false},
)).violations.filter(v => ['serious', 'critical'].includes(v.impact)).flatMap(
    v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`)
)"""


#: The theme lets a keyboard reach what scrolls, some time after a window has changed.
_SCROLLERS_ARE_KNOWN = """() => !document.querySelector('#main-content')
    || [...document.querySelectorAll(
        'pre, .cell_output > .output, .pst-scrollable-table-container',
    )].every((node) => (node.tabIndex === 0) === (node.scrollWidth > node.clientWidth
            || node.scrollHeight > node.clientHeight))"""
#: Rows of a table are made alike, and so are the tables of the report and words of one kind in
#: code: a few stand for all.
_THIN_OUT = """() => {
    document.querySelectorAll('tbody > tr:nth-child(n + 25)').forEach((row) => row.remove());
    const blocks = [...document.querySelectorAll('.hoam-block')];
    blocks.slice(5).filter((node) => !node.querySelector('.hoam-failed'))
        .forEach((node) => node.replaceChildren());
    const seen = new Map();
    for (const word of document.querySelectorAll('.highlight pre span[class]')) {
        const place = word.closest('.hll, .cell_output, .cell_input, .admonition, details');
        const kind = `${word.className} in ${place?.className}`;
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
        if (seen.get(kind) > 3 && !word.matches('.hll')) word.replaceWith(...word.childNodes);
    }
}"""


def listen(page: Page) -> list[str]:
    """Return a list that grows with what goes wrong on a page from now on."""
    heard: list[str] = []
    page.on("console", lambda m: m.type == "error" and heard.append(f"console: {m.text}"))
    page.on("pageerror", lambda error: heard.append(f"script: {error}"))
    page.on("requestfailed", lambda request: heard.append(f"not loaded: {request.url}"))
    page.on("response", lambda r: r.status >= 400 and heard.append(f"{r.status}: {r.url}"))
    page.on(
        "request",
        lambda request: is_foreign(request.url) and heard.append(f"from elsewhere: {request.url}"),
    )
    return heard


def is_foreign(address: str) -> bool:
    """Return whether an address is of another machine."""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1"


def show(page: Page, *, width: int, mode: str) -> None:
    """Give a page a width, and a reader whose system is light or dark."""
    if (page.viewport_size or {}).get("width") != width:
        page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media="screen", color_scheme=mode)
    # What scrolls may have been looked at before, while the page was laid out for paper.
    page.evaluate("() => window.dispatchEvent(new Event('resize'))")
    try:
        page.wait_for_function(_SCROLLERS_ARE_KNOWN, timeout=9_000)
    except TimeoutError:  # what is opened while the theme looks is seen the next time
        page.evaluate("() => window.dispatchEvent(new Event('resize'))")
        page.wait_for_function(_SCROLLERS_ARE_KNOWN)
    theme = "document.documentElement.dataset.theme"
    page.wait_for_function(f"() => {theme} === undefined || {theme} === '{mode}'")
    # Colours fade from one theme to the other; the last one counts.
    page.evaluate("() => document.getAnimations().forEach((animation) => animation.finish())")


def unfold(page: Page) -> None:
    """Open all that a page shows closed: records, hidden code, solutions."""
    page.evaluate("""() => {
        document.querySelectorAll('details').forEach((node) => { node.open = true; });
        document.querySelectorAll('.toggle-button-hidden').forEach((node) => node.click());
    }""")


def sideways(page: Page) -> list[str]:
    """Say what makes a page wider than its window."""
    return page.evaluate("""() => {
        const width = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= width) return [];
        return [...document.body.querySelectorAll('*')]
            .filter((node) => node.getBoundingClientRect().right > width + 1)
            .slice(0, 5).map((node) => `wider than ${width}: ${node.outerHTML.slice(0, 120)}`);
    }""") or (
        ["wider than its window"]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth")
        else []
    )


def cut_formulas(page: Page) -> list[str]:
    """Say which displayed formulas are wider than the text: all is shown only after scrolling."""
    wait_for_mathematics(page)
    return page.evaluate("""() => [...document.querySelectorAll('div.math')].flatMap((block) => {
        const number = block.querySelector('.eqno')?.getBoundingClientRect();
        const edge = number ? number.left : block.getBoundingClientRect().right;
        const ends = [...block.querySelectorAll('mjx-math *')]
            .map((node) => node.getBoundingClientRect().right);
        const over = Math.round(Math.max(...ends) - edge);
        return over > 1 ? [`cut by ${over}: ${block.id || block.innerHTML.slice(0, 200)}`] : [];
    })""")


def cut_off(page: Page) -> list[str]:
    """Say what would be cut off at the right edge of a printed sheet.

    An inline formula counts by its edge alone: the MathML for listeners in it may be wider.
    """
    page.set_viewport_size({"width": PRINTED_WIDTH, "height": 990})
    page.emulate_media(media="print")
    return page.evaluate("""() => [...document.querySelectorAll('.bd-article *')]
        .filter((node) => node.checkVisibility() && !node.closest('svg, mjx-container'))
        .filter((node) => node.getBoundingClientRect().right > innerWidth + 1
            || (getComputedStyle(node).overflowX !== 'visible' && !node.matches('span.math')
                && node.clientWidth && node.scrollWidth > node.clientWidth + 1))
        .slice(0, 5).map((node) => `cut off: ${node.outerHTML.slice(0, 120)}`)""")


def barriers(page: Page) -> list[str]:
    """Return the serious and critical findings of axe-core, after thinning out what is alike."""
    page.evaluate(_THIN_OUT)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(_AXE)


def weight(page: Page) -> int:
    """Return the bytes of a page and of all that it has loaded, as they were sent."""
    page.evaluate("""() => Promise.all([...document.querySelectorAll('img')].map((image) => {
        image.loading = 'eager';
        return image.decode().catch(() => {});
    }))""")
    return page.evaluate("""() => performance.getEntries()
        .filter((entry) => ['navigation', 'resource'].includes(entry.entryType))
        .reduce((sum, entry) => sum + entry.encodedBodySize, 0)""")


def too_heavy(page: Page) -> list[str]:
    """Say if a page is over its budget of bytes."""
    size = weight(page)
    return [f"{size} bytes"] if size > LARGEST_PAGE else []


def figures(page: Page):
    """Return the figures that a page shows: of a film, its still."""
    places = (".bd-content figure", ".bd-content .cell_output", ".hoam-card")
    return page.locator(", ".join(f"{place} img:visible" for place in places)).all()


def _luminance(pixels: np.ndarray) -> np.ndarray:
    """Return relative luminance, WCAG 2: 0.2126 R + 0.7152 G + 0.0722 B of linear channels."""
    channels = pixels / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(picture: bytes) -> float:
    """Return the contrast of what is drawn, its farthest percent, with the most common colour."""
    values = _luminance(np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), float))
    counts, edges = np.histogram(values, bins=64, range=(0, 1))
    ground = edges[np.argmax(counts)] + 1 / 128
    low, high = np.percentile(values, [1, 99])
    return max((ground + 0.05) / (low + 0.05), (high + 0.05) / (ground + 0.05))


def illegible(page: Page) -> list[str]:
    """Say which figures, as they are shown, are faint."""
    found = []
    for image in figures(page):
        image.evaluate("(image) => { image.loading = 'eager'; return image.decode(); }")
        image.scroll_into_view_if_needed()
        ratio = contrast(image.screenshot())
        if ratio < LEAST_CONTRAST:
            found.append(f"contrast {ratio:.1f}: {image.get_attribute('src')}")
    return found


class _Names(HTMLParser):
    """Collects the places of a page, and what it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.places: set[str] = {"", "top"}
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            if key in ("id", "name") and value:
                self.places.add(value)
            elif key in ("href", "src") and value is not None and tag != "base":
                self.links.append(value)


@functools.cache
def names(path: Path) -> _Names:
    """Return the places and links of one page, which many others may lead to."""
    parser = _Names()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def raw_roles(text: str) -> list[str]:
    """Return what a page shows of the source of formulas and links, such as ":math:`x`"."""
    shown = re.sub(r"<(pre|code|script)\b.*?</\1>", "", text, flags=re.DOTALL)
    return re.findall(r":[a-z:]+:`[^`]*`", shown)


def broken_links(path: Path, top: Path) -> list[str]:
    """Say which links of a page lead to no file below `top`, or to no place in it."""
    found = []
    for link in names(path).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file() or not target.is_relative_to(top):
            found.append(f"{link}: no file")
        elif target.suffix == ".html" and unquote(parts.fragment) not in names(target).places:
            found.append(f"{link}: no such place")
    return found


def tab_stops(page: Page, *, most: int = 400) -> list[dict]:
    """Press Tab from the top of a page until it has gone round, and say where each press led."""
    page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }")
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate("""() => {
            const node = document.activeElement;
            if (!node || node === document.body) return null;
            window.hoamStops = window.hoamStops || [];
            const known = window.hoamStops.indexOf(node);
            if (known < 0) window.hoamStops.push(node);
            const before = window.hoamStops.at(-2);
            const box = node.getBoundingClientRect();
            const style = getComputedStyle(node);
            return {
                html: node.outerHTML.slice(0, 100),
                text: node.textContent.trim().slice(0, 40),
                again: known >= 0,
                hidden: !node.checkVisibility({visibilityProperty: true}) || box.width < 1,
                back: Boolean(before && known < 0
                    && (before.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING)),
                marked: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
                index: node.tabIndex,
            };
        }""")
        if stop is None or stop["again"]:
            break
        stops.append(stop)
    return stops


def disorder(stops: list[dict]) -> list[str]:
    """Say what is wrong with the order in which a keyboard walks over a page."""
    found = []
    for stop in stops:
        faults = {
            "hidden": stop["hidden"],
            "against the order of the text": stop["back"],
            "an order of its own": stop["index"] > 0,
            "not marked": not stop["marked"],
        }
        found += [f"{fault}: {stop['html']}" for fault, is_so in faults.items() if is_so]
    return found


def open_page(page: Page, address: str) -> list[str]:
    """Open a page, formulas and all, and return the list of what goes wrong on it."""
    heard = listen(page)
    page.goto(address, wait_until="load")
    wait_for_mathematics(page)
    return heard
