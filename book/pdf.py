"""Print the built book to one PDF, chapter by chapter, through Chromium.

python book/pdf.py      # writes _build/hoam-VERSION.pdf and prints its name

Each page of the contents is printed as the browser prints it, with formulas set, solutions open,
and films still. The chapters are joined, with running numbers, bookmarks, and links between them.
"""

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pdf_check
import yaml
from chromium import launch, new_reader, wait_for_mathematics
from offline import version
from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import Destination, Fit, IndirectObject
from serving import serve

_PAPER = {
    "format": "A4",
    "margin": {"top": "18mm", "bottom": "20mm", "left": "16mm", "right": "16mm"},
}
_FOOTER = (
    '<div style="font: 8px sans-serif; width: 100%; text-align: center; color: #444">'
    '{} · <span class="pageNumber"></span></div>'
)
#: Solutions are open on paper; hidden code and records are left to the screen (see book.css).
_OPEN = """() => {
    for (const node of document.querySelectorAll('.toggle-hidden, .toggle-button-hidden')) {
        node.classList.remove('toggle-hidden', 'toggle-button-hidden');
    }
    return Promise.all([...document.querySelectorAll('img')].map((image) => {
        image.loading = 'eager';
        return image.decode();
    }));
}"""
#: Chromium names a section twice where its heading is broken into lines; the page does not.
_SECTIONS = """() => [...document.querySelectorAll('.bd-article h2')].map((heading) => {
    const copy = heading.cloneNode(true);
    copy.querySelectorAll('a.headerlink').forEach((link) => link.remove());
    return copy.textContent.trim();
})"""


@dataclass(frozen=True)
class Chapter:
    """One page of the contents: its name, how deep it stands, and the part that it opens."""

    name: str
    depth: int = 0
    part: str = ""


def _entries(entries: list[dict], depth: int, pages: Path, part: str = "") -> Iterator[Chapter]:
    for entry in entries:
        names = [entry["file"]] if "file" in entry else []
        if "glob" in entry:
            found = sorted(pages.glob(f"{entry['glob']}.html"))
            names = [path.relative_to(pages).with_suffix("").as_posix() for path in found]
        for name in names:
            yield Chapter(name, depth, part)
            part = ""
        yield from _entries(entry.get("sections", []), depth + 1, pages)


def chapters(contents: Path, pages: Path) -> list[Chapter]:
    """Return the pages of a contents file, in order."""
    toc = yaml.safe_load(contents.read_text(encoding="utf-8"))
    found = [Chapter(toc["root"])]
    for part in toc["parts"]:
        found += _entries(part["chapters"], 1, pages, part["caption"])
    return found


@dataclass(frozen=True)
class Print:
    """One printed page of the book: title, sheets, and the sheet that each section starts on."""

    title: str
    reader: PdfReader
    sections: list[tuple[str, int]]

    @property
    def sheets(self) -> int:
        """The number of sheets; a last one that only the margin of the page reaches is left out."""
        pages = self.reader.pages
        return len(pages) - (len(pages) > 1 and pdf_check.is_blank(pages[-1]))


def _sheets(reader: PdfReader, outline: list, depth: int = 0) -> Iterator[tuple[int, str, int]]:
    """Yield depth, name and sheet of all headings."""
    for entry in outline:
        if isinstance(entry, Destination):
            yield depth, str(entry.title), reader.get_destination_page_number(entry) or 0
        else:
            yield from _sheets(reader, entry, depth + 1)


def print_chapter(page: Page, address: str) -> Print:
    """Print one page of the book.

    Raises:
        ValueError: if the sections of the print are not those of the page.
    """
    page.goto(address, wait_until="load")
    wait_for_mathematics(page)
    page.evaluate(_OPEN)
    title = re.split(r"\s+[—|]\s+", page.title())[0]
    names = page.evaluate(_SECTIONS)
    reader = PdfReader(io.BytesIO(page.pdf(**_PAPER, tagged=True, outline=True)))
    headings = [(d, name, sheet) for d, name, sheet in _sheets(reader, reader.outline)]
    printed = [sheet for d, name, sheet in headings if d == 1 and name != "Contents"]
    if len(printed) != len(names):
        message = (
            f"Expected sections {names} in the print of {title}; got {headings}. "
            "Use headings of the second level below one of the first."
        )
        raise ValueError(message)
    return Print(title, reader, list(zip(names, printed, strict=True)))


def _numbers(page: Page, count: int, name: str) -> PdfReader:
    """Return as many empty pages as the book has, each with its number."""
    page.set_content('<div style="break-after: page">&nbsp;</div>' * (count - 1) + "&nbsp;")
    return PdfReader(
        io.BytesIO(
            page.pdf(
                **_PAPER,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=_FOOTER.format(name),
            )
        )
    )


def _local(annotation: dict, base: str) -> str | None:
    """Return the page of the book that an annotation links to, or nothing."""
    address = str(annotation.get("/A", {}).get("/URI", ""))
    return urlsplit(address).path.strip("/") if address.startswith(base) else None


def link(writer: PdfWriter, base: str, starts: dict[str, int]) -> None:
    """Turn links to pages of the book into links within the PDF; drop those to its other files."""
    for number, page in enumerate(writer.pages):
        kept, inner = [], []
        for item in page.get("/Annots", []):
            annotation = item.get_object()
            target = _local(annotation, base)
            if target is None:
                kept.append(item)
            elif target in starts:
                inner.append((annotation["/Rect"], starts[target]))
        if "/Annots" in page:
            page["/Annots"].clear()  # pyright: ignore[reportAttributeAccessIssue]
            page["/Annots"].extend(kept)  # pyright: ignore[reportAttributeAccessIssue]
        for box, start in inner:
            writer.add_annotation(
                page_number=number,
                annotation=Link(rect=box, target_page_index=start, fit=Fit.fit()),
            )


def make(pages: Path, contents: Path, target: Path, *, name: str, browser: Browser) -> None:
    """Print the pages of a contents file to one PDF.

    Args:
        pages: folder that the book was built to.
        contents: the table of contents, `_toc.yml`.
        target: file to write.
        name: what the foot of each page says beside its number.
        browser: what prints. A process can drive only one.

    Raises:
        FileNotFoundError: if the pages are not built.
    """
    if not (pages / "book" / "index.html").is_file():
        message = f"Expected the built book in {pages}; got none. Use `make book` first."
        raise FileNotFoundError(message)
    writer, starts = PdfWriter(), {}
    with serve(pages) as base, new_reader(browser, width=1000, height=1400) as reader:
        page = reader.new_page()
        parents: list[IndirectObject | None] = [None]
        part = None
        for chapter in chapters(contents, pages):
            printed = print_chapter(page, f"{base}{chapter.name}.html")
            start = len(writer.pages)
            starts[f"{chapter.name}.html"] = start
            writer.append(printed.reader, pages=(0, printed.sheets), import_outline=False)
            if chapter.part:
                part = writer.add_outline_item(title=chapter.part, page_number=start)
            del parents[chapter.depth + 1 :]
            above = part if chapter.depth == 1 else parents[chapter.depth]
            parents.append(
                writer.add_outline_item(title=printed.title, page_number=start, parent=above)
            )
            for heading, number in printed.sections:
                writer.add_outline_item(
                    title=heading, page_number=start + number, parent=parents[-1]
                )
        link(writer, base, starts)
        stamps = _numbers(page, len(writer.pages), name)
    for sheet, stamp in zip(writer.pages, stamps.pages, strict=True):
        sheet.merge_page(stamp)
    writer.add_metadata({"/Title": name})
    writer.compress_identical_objects()
    draft = target.with_name(f"{target.name}.part")
    with draft.open("wb") as file:
        writer.write(file)
    draft.replace(target)


def main() -> int:
    """Print the book of this repository, look it over, and return the exit code."""
    root = Path(__file__).resolve().parent.parent
    pages, contents, edition = root / "_build" / "html", root / "_toc.yml", version(root)
    target = root / "_build" / f"hoam-{edition}.pdf"
    name = f"HOAM, reproduced, version {edition}"
    with sync_playwright() as playwright, launch(playwright) as browser:
        make(pages, contents, target, name=name, browser=browser)
    count, size = len(PdfReader(target).pages), target.stat().st_size / 1e6
    sys.stdout.write(f"{target.relative_to(root)}: {count} pages, {size:.1f} MB\n")
    built = [pages / f"{chapter.name}.html" for chapter in chapters(contents, pages)]
    found = pdf_check.problems(target, built, footer=name)
    sys.stderr.write("".join(f"{problem}\n" for problem in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
