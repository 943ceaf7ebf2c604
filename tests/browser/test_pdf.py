"""The printed book: a few chapters of it, looked over as the whole one is when it is made."""

import pytest
import yaml
from pdf import Print, chapters, make
from pdf_check import captions, outline, problems
from pypdf import PdfReader, PdfWriter

pytestmark = pytest.mark.xdist_group("printed")  # one process makes it, once
NAME = "HOAM, reproduced, version 1.2.3"
CONTENTS = {
    "root": "book/index",
    "parts": [
        {"caption": "Ideas", "chapters": [{"file": "book/_executed/quadrature"}]},
        {
            "caption": "Reference",
            "chapters": [
                {"file": "book/rerun", "sections": [{"file": "book/profile_quick"}]},
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    path = tmp_path_factory.mktemp("contents") / "_toc.yml"
    path.write_text(yaml.safe_dump(CONTENTS, sort_keys=False))
    return path


@pytest.fixture(scope="module")
def pages(built, contents):
    return [built / f"{chapter.name}.html" for chapter in chapters(contents, built)]


@pytest.fixture(scope="module")
def printed(built, contents, browser, tmp_path_factory):
    target = tmp_path_factory.mktemp("printed") / "book.pdf"
    make(built, contents, target, name=NAME, browser=browser)
    return target


def test_every_page_of_the_contents_is_printed(root, built):
    found = chapters(root / "_toc.yml", built)
    names = [chapter.name for chapter in found]
    assert len(names) == len(set(names)) > 50
    assert all((built / f"{name}.html").is_file() for name in names)
    assert "book/api/hoam.quadrature" in names


def test_nothing_is_wrong_with_the_print(printed, pages):
    assert problems(printed, pages, footer=NAME) == []
    assert 10 < len(PdfReader(printed).pages) < 60


def test_the_bookmarks_are_the_contents(printed):
    found = outline(PdfReader(printed))
    assert found[0] == (0, "HOAM, reproduced")
    for entry in (
        (0, "Ideas"),
        (1, "Quadrature and the gauge test"),
        (2, "The gauge test"),
        (1, "Rerun and change"),
        (2, "The profile quick"),
    ):
        assert entry in found
    assert "Contents" not in [name for _, name in found]


def test_solutions_are_open_and_hidden_code_stays_away(printed):
    text = " ".join(sheet.extract_text() for sheet in PdfReader(printed).pages)
    words = " ".join(text.split())
    assert words.count("Solution to Exercise") >= 3
    assert "code cell source" not in words


def test_no_link_leads_to_this_machine_and_some_lead_to_other_chapters(printed):
    reader, inner = PdfReader(printed), 0
    for sheet in reader.pages:
        for item in sheet.get("/Annots", []):
            annotation = item.get_object()
            assert "127.0.0.1" not in str(annotation.get("/A", {}).get("/URI", ""))
            inner += "/Dest" in annotation
    assert inner > 5


def test_captions_are_read_up_to_their_first_formula(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        '<figure><figcaption><p><span class="caption-number">Figure 1 </span>'
        '<span class="caption-text">Loss of <em>all</em> <span class="x">models</span> for '
        '<span class="math">x</span> and more</span></p></figcaption></figure>'
    )
    assert captions(path) == ["Loss of all models for "]


def test_a_last_sheet_that_is_blank_is_left_out_of_a_chapter(printed, tmp_path):
    reader = PdfReader(printed)
    count = len(reader.pages)
    assert Print("whole", reader, []).sheets == count
    writer = PdfWriter(clone_from=reader)
    writer.add_blank_page()
    writer.write(tmp_path / "longer.pdf")
    assert Print("longer", PdfReader(tmp_path / "longer.pdf"), []).sheets == count


def test_a_blank_sheet_a_lost_chapter_and_a_lost_figure_are_found(printed, pages, tmp_path):
    reader, start = PdfReader(printed), None
    writer = PdfWriter()
    for number, sheet in enumerate(reader.pages):
        if "Quadrature and the gauge test" in sheet.extract_text() and start is None:
            start = number
        if number == start:
            continue
        writer.add_page(sheet)
    writer.add_blank_page()
    writer.write(tmp_path / "faulty.pdf")
    found = problems(tmp_path / "faulty.pdf", pages, footer=NAME)
    for expected in ("got a blank sheet", "Expected the bookmark", "Expected its number"):
        assert any(expected in problem for problem in found), expected
    (tmp_path / "more.html").write_text(
        "<title>HOAM, reproduced</title>"
        '<figcaption><span class="caption-text">A figure that was never drawn.</span></figcaption>'
    )
    found = problems(printed, [tmp_path / "more.html"], footer=NAME)
    assert found == ["more.html: Expected the caption 'A figure that was never drawn.'; got none."]
