"""Look over the printed book, sheet by sheet: nothing blank, no figure lost, no chapter missing."""

import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from pypdf import PageObject, PdfReader
from pypdf.generic import Destination


class _Captions(HTMLParser):
    """Collects the captions of figures, each up to its first formula."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag == "figcaption":
            self.found.append("")
        elif tag == "span" and "caption-text" in classes and self.found:
            self._open, self._depth = True, 0
        elif tag == "span" and self._open:
            self._depth += 1
            self._open = "math" not in classes

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._open:
            self._open = self._depth > 0
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] += data


def captions(page: Path) -> list[str]:
    """Return the captions of the figures of one built page, each up to its first formula."""
    parser = _Captions()
    parser.feed(page.read_text(encoding="utf-8"))
    return [caption for caption in parser.found if caption.strip()]


def letters(text: str) -> str:
    """Return the letters and digits of a text alone: lines and ligatures differ in print."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))


def is_blank(sheet: PageObject, footer: str = "") -> bool:
    """Return whether a sheet has no picture, and no text but its foot and a number."""
    text = letters(sheet.extract_text()).removesuffix(letters(footer))
    return not text.strip("0123456789") and not len(sheet.images)


def outline(reader: PdfReader) -> list[tuple[int, str]]:
    """Return the bookmarks, each with how deep it stands."""

    def walk(entries: list, depth: int) -> Iterator[tuple[int, str]]:
        for entry in entries:
            if isinstance(entry, Destination):
                yield depth, str(entry.title)
            else:
                yield from walk(entry, depth + 1)

    return list(walk(reader.outline, 0))


def problems(printed: Path, pages: list[Path], *, footer: str) -> list[str]:
    """Return what is wrong with a printed book, one sentence each.

    Args:
        printed: the PDF.
        pages: the built pages that it should hold.
        footer: what the foot of each sheet says, but for its number.
    """
    reader = PdfReader(printed)
    found, text = [], ""
    for number, sheet in enumerate(reader.pages, start=1):
        words = sheet.extract_text()
        text += re.sub(rf"{re.escape(footer)}\s*·\s*\d+", "", words)
        if not re.search(rf"{re.escape(footer)}\s*·\s*{number}\b", words):
            found.append(f"sheet {number}: Expected its number at the foot; got none.")
        if is_blank(sheet, f"{footer}{number}"):
            found.append(f"sheet {number}: Expected content; got a blank sheet.")
    plain = letters(text)
    names = [letters(name) for _, name in outline(reader)]
    for page in pages:
        title = re.search(r"<title>(.*?)( &#8212;.*)?</title>", page.read_text("utf-8"), re.DOTALL)
        name = re.sub(r"\s+", " ", title[1]).strip() if title else page.stem
        if letters(name) not in names:
            found.append(f"{page.name}: Expected the bookmark {name!r}; got none.")
        found += [
            f"{page.name}: Expected the caption {caption!r}; got none."
            for caption in captions(page)
            if letters(caption) not in plain
        ]
    return found
