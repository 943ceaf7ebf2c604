"""The built book, served on this machine to a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import launch, new_reader
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from serving import serve


@pytest.fixture(scope="session")
def built(root) -> Path:
    """The pages that `make book` built."""
    pages = root / "_build" / "html"
    assert (pages / "book" / "index.html").is_file(), "Expected built pages. Use `make book`."
    return pages


@pytest.fixture(scope="session")
def site(built) -> Iterator[str]:
    """The address of the book."""
    with serve(built) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser) -> Iterator[Page]:
    """A page of a reader who was never here before."""
    reader = new_reader(browser)
    yield reader.new_page()
    reader.close()


@pytest.fixture(scope="session")
def reader(browser) -> Iterator[BrowserContext]:
    """A reader who goes from page to page: what these share is loaded once."""
    reader = new_reader(browser)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def phone(browser) -> Iterator[Page]:
    """A page on a phone, in the dark."""
    reader = new_reader(browser, width=390, pixels=2)
    page = reader.new_page()
    page.emulate_media(color_scheme="dark")
    yield page
    reader.close()


@pytest.fixture
def next_page(reader) -> Iterator[Page]:
    """A page of the reader who goes from page to page."""
    page = reader.new_page()
    yield page
    page.close()
