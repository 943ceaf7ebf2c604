"""The browser of this machine, driven through Playwright, which brings none of its own here."""

import os
import shutil

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

#: Milliseconds: only what hangs takes so long, however busy the machine is.
_PATIENCE = 300_000
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str:
    """Return the path of Chromium: that of the variable CHROMIUM, or the first on PATH.

    Raises:
        FileNotFoundError: if there is none.
    """
    found = next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *_NAMES))), None)
    if found is None:
        message = (
            f"Expected one of {', '.join(_NAMES)} on PATH; got none. "
            "Use `apt-get install chromium`, or CHROMIUM=/path/to/it."
        )
        raise FileNotFoundError(message)
    return found


def launch(playwright: Playwright) -> Browser:
    """Start the browser without a window."""
    # Its sandbox needs a user other than root, and its shared memory is small in containers.
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    return playwright.chromium.launch(executable_path=executable(), args=arguments)


def new_reader(
    browser: Browser, *, height: int = 900, width: int = 1280, pixels: int = 1
) -> BrowserContext:
    """Return the surroundings of a reader who was never here before, with a window of that size.

    Args:
        browser: what the reader uses.
        height: of the window, in CSS pixels.
        width: of the window, likewise.
        pixels: of the screen for one of CSS, each way; phones have at least two.
    """
    reader = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=pixels,
        color_scheme="light",
        permissions=["clipboard-read", "clipboard-write"],
    )
    reader.set_default_timeout(_PATIENCE)
    return reader


def wait_for_mathematics(page: Page) -> None:
    """Return once all formulas of a page are set, if it has any."""
    page.wait_for_function("() => document.readyState === 'complete'")
    page.evaluate("() => window.MathJax?.startup?.promise?.then(() => true)")
