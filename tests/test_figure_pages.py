"""What the pages say of each figure: its record, source, index, data, and the list for programs."""

import json
import re

import hoam_slides
import pytest
from figure_list import check_list
from small_book import NOTEBOOK, build, page, text_of, write_sources


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The book as it is, and the warnings of its build."""
    book = tmp_path_factory.mktemp("built")
    write_sources(book)
    return book, build(book)


def record_of(book):
    html = page(book, "part/page")
    start = html.index('<details class="hoam-record"')
    return html[start : html.index("</details>", start)]


def test_a_figure_has_its_record_below_with_links_that_work(built):
    book, _ = built
    html = page(book, "part/page")
    assert html.index('id="fig-a"') < html.index('<details class="hoam-record"')
    links = re.findall(r'href="([^"]+)"', record_of(book))
    assert len(links) == 9
    for link in links:
        address, _, anchor = link.partition("#")
        target = (book / "out" / "part" / address).resolve()
        assert target.is_file(), link
        assert not anchor or f'id="{anchor}"' in target.read_text(), link


def test_a_record_says_what_the_figure_is_and_how_it_was_made(built):
    words = text_of(record_of(built[0]))
    for part in (
        "1 of 2 numbers pass",
        "In the paper: Figure 4",
        "Evidence for: C1 (confirmed with limits)",
        "System: trap",
        "Methods: AM",
        "notebooks/example.py, lines 2\N{EN DASH}5",
        "1.234&nbsp;×&nbsp;10\N{MINUS SIGN}5",
        "profile book",
        "mu = 1.25",
        "t: pure numbers; energy: J; time: s",
        "version 1.2.3 (2024-10-16, commit unknown), figure fig-a",
        "@misc{hoam-reproduced-fig-a,",
        "title = {{A rising line, trap (HOAM, reproduced)}}",
    ):
        assert part in words


def test_the_source_links_to_its_lines_where_the_repository_is_known(tmp_path):
    write_sources(tmp_path)
    build(tmp_path, hoam_repository="https://example.org/book")
    target = "https://example.org/book/blob/main/notebooks/example.py#L2-L5"
    assert target in page(tmp_path, "part/page")


def test_the_book_and_each_figure_are_cited_with_their_address_where_it_is_known(built, tmp_path):
    write_sources(tmp_path)
    build(tmp_path, hoam_repository="https://example.org/book")
    url = "url = {https://example.org/book},"
    cited = json.loads((tmp_path / "out" / "figures.json").read_text())["figures"][0]["cite"]
    for text in (text_of(page(tmp_path, "index")), text_of(record_of(tmp_path)), cited["bibtex"]):
        assert url in text
    home = text_of(page(built[0], "index"))
    assert "The authors, HOAM, reproduced, version 1.2.3 (2024-10-16, commit unknown)." in home
    assert "@misc{hoam-reproduced, author = {{The authors}}, title = {{HOAM, reproduced}}," in home
    assert "url = " not in home + text_of(record_of(built[0]))


def test_the_source_page_holds_the_cell_of_the_figure_under_its_id(built):
    html = page(built[0], "book/source/example")
    start = depth = html.index('<span class="hoam-cell" id="fig-a">')
    for tag in re.finditer(r"</?span", html[start:]):
        depth += 1 if tag[0] == "<span" else -1
        if depth == start:
            break
    cell = re.sub(r'<span class="linenos">.*?</span>', "", html[start : start + tag.start()])
    assert text_of(cell) == '# %% mystnb={"figure": {"name": "fig-a"}} x = [ 0, ]'
    assert (built[0] / "out" / "book" / "source" / "example.py").read_text() == NOTEBOOK


def test_the_index_links_every_figure_with_caption_and_text_alternative(built):
    book, _ = built
    html = page(book, "tables")
    assert '<a href="part/page.html#fig-a">' in html
    assert '<a href="part/page.html#fig-a-record">' in html
    assert 'alt="A rising line."' in html
    assert "What it shows." in html
    assert (book / "out" / "_figures" / "fig-a.thumbnail.png").is_file()
    assert '<a href="_figures/fig-a-slide.png" download>slide</a>' in html


def test_a_list_of_slides_leads_to_each_slide_and_to_its_figure(built):
    html = page(built[0], "tables")
    listed = html[html.rindex('<ul class="hoam-figures">') :]
    assert '<a href="_figures/fig-a-slide.png"><img src="_figures/fig-a.thumbnail.png"' in listed
    assert '<a href="part/page.html#fig-a">' in listed


def test_a_slide_of_no_figure_is_an_error(built):
    with pytest.raises(ValueError, match=r"Expected figures of the book; got \['fig-b'\]"):
        hoam_slides.slides(None, ["fig-b"], {}, str, "")


def test_the_index_can_be_narrowed_and_is_complete_without_a_script(built):
    html = page(built[0], "tables")
    assert 'data-systems="trap" data-methods="AM" data-claims="C1"' in html
    form = html[html.index('<form class="hoam-filter" hidden>') : html.index("</form>")]
    for value in ("trap", "oscillator", "AM", "HOAM-G", "C1"):
        assert f'<option value="{value}">' in form
    assert "hidden" not in html[html.index('<li class="hoam-card"') :][:200]


def test_a_figure_of_the_paper_leads_to_ours_in_one_step(built):
    html = page(built[0], "tables")
    table = html[html.index('<table class="table hoam-paper">') :]
    row = table[table.index("Figure 4") : table.index("</tr>", table.index("Figure 4"))]
    assert 'href="part/page.html#fig-a"' in row
    assert 'href="part/page.html#fig-a-record"' in row
    assert 'href="index.html#claim-c1"' in row
    assert "<br/><small>The panel of the trap, μ &lt; 1.</small>" in row


def test_the_list_for_programs_describes_the_pages(built):
    content = check_list(built[0] / "out")
    (figure,) = content["figures"]
    assert (figure["title"], figure["paper"]) == ("A rising line", ["Figure 4"])
    assert figure["panels"] == "The panel of the trap, μ < 1."
    assert figure["files"][0]["units"] == {"t": "1", "energy": "J", "time": "s"}
    assert [number["passed"] for number in figure["numbers"]] == [True, False]


def test_every_array_of_published_data_has_its_unit(built):
    folder = built[0] / "out" / "_figures"
    table = (folder / "fig-a.csv").read_text().splitlines()
    assert table == ["t,energy [J],time [s]", "0,2,4", "1,3,5"]


def test_files_and_anchors_stay_when_the_book_is_built_anew(built, tmp_path):
    write_sources(tmp_path)
    build(tmp_path)
    names = [
        sorted(str(path.relative_to(root / "out")) for path in (root / "out").rglob("*"))
        for root in (built[0], tmp_path)
    ]
    assert names[0] == names[1]
    anchors = [
        re.findall(r'id="(fig-[^"]+)"', page(root, "part/page")) for root in (built[0], tmp_path)
    ]
    assert anchors[0] == anchors[1] == ["fig-a", "fig-a-record"]
    same = ("_figures/fig-a.csv", "figures.json")
    for name in same:
        assert (built[0] / "out" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
