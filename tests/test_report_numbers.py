"""The numbers of the reproduction report: a table for each figure, and its reasons by letter."""

import re

import hoam_report_numbers
import pytest
from hoam_places import Place
from hoam_report_numbers import blocks
from hoam_results import Results
from small_book import build, page, text_of, write_sources

from hoam.check import Check

MINUS, SPACE = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


def check(name, *, figure="fig-a", notebook="example", source="a sum", why="rounding", **others):
    known = {"value": 1.0, "expected": 1.0, "ratio": 1.0, "kind": "build", "tolerance": "± 0"}
    return Check(
        notebook, figure, name, source=source, why=why, **({"passed": True} | known | others)
    )


def show(checks, places=("fig-a",)):
    """Return the numbers of the notebook `example` as HTML."""
    known = {name: Place(name, "part/page", str(i), "", "") for i, name in enumerate(places, 1)}
    return blocks(Results(None, {}, {}, tuple(checks)), "example", known, "{}.html".format)


def rows(html):
    """Return the texts of the cells, row by row, of all tables."""
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", html)
    return [[text_of(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in found]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The page of a small book that holds its report."""
    book = tmp_path_factory.mktemp("built")
    write_sources(book)
    assert build(book) == ""
    return book


def test_a_number_has_one_line_with_all_that_is_known_of_it():
    number = check("error", value=-1.5e-7, expected=-1.2e-7, ratio=1.25, tolerance="± 1e-07 + 30 %")
    heading, row = rows(show([number]))
    assert heading == list(hoam_report_numbers.HEADINGS)
    power = f" ×&nbsp;10{MINUS}7"
    tolerance = f"± 1&nbsp;×&nbsp;10{MINUS}7 + 30 %"
    values = [f"{MINUS}1.5{power}", f"{MINUS}1.2{power}", tolerance, "1.2500"]
    assert row == ["error", *values, "build", "a", "✓ pass"]


def test_a_bound_has_neither_an_expected_value_nor_a_ratio_and_its_signs_are_set():
    bound = check("gap", expected=None, ratio=float("nan"), tolerance="≥ -2, ≤ 3.5")
    row = rows(show([bound]))[1]
    assert row[2:5] == ["", f"≥ {MINUS}2, ≤ 3.5", ""]
    assert f"≥{SPACE}{MINUS}2, ≤{SPACE}3.5" in show([bound])


def test_each_reason_of_a_figure_is_listed_once_and_referred_to_by_its_letter():
    html = show(
        [
            check("one"),
            check("two", source="a run", why="noise < 1"),
            check("three"),
            check("four", source="", why=""),
        ]
    )
    assert [row[6] for row in rows(html)[1:]] == ["a", "b", "a", ""]
    listed = re.search(r'<ol type="a">(.*?)</ol>', html)
    assert re.findall(r"<li>(.*?)</li>", listed[1]) == [
        "Expected: a sum. Tolerance: rounding.",
        "Expected: a run. Tolerance: noise &lt; 1.",
    ]


def test_letters_go_on_after_z_as_those_of_a_list():
    assert [hoam_report_numbers.letter(i) for i in (0, 25, 26, 51, 52, 702)] == [
        *("a", "z", "aa", "az", "ba", "aaa")
    ]


def test_figures_come_in_the_order_of_the_book_and_those_not_drawn_come_last_without_a_link():
    names = ["fig-c", "fig-b", "fig-a"]
    numbers = [check("x", figure=name) for name in names]
    numbers.append(check("x", figure="fig-d", notebook="other"))
    html = show(numbers, places=("fig-a", "fig-b", "fig-d"))
    assert re.findall(r'class="hoam-block" id="(.*?)"', html) == [
        *("numbers-fig-a", "numbers-fig-b", "numbers-fig-c")
    ]
    assert re.findall(r'href="(.*?)"', html) == ["part/page.html#fig-a", "part/page.html#fig-b"]


def test_headings_of_columns_and_rows_are_marked_and_the_table_has_a_name():
    html = show([check("x"), check("y_z")])
    assert html.count('<th scope="col">') == 8
    assert html.count('<th scope="row">') == 2
    assert "<code>y_<wbr/>z</code>" in html
    name = re.search(r'aria-labelledby="(.*?)"', html)[1]
    assert f'<p id="{name}">' in html


def test_what_fails_is_marked_in_its_line_and_counted_above():
    html = show([check("good"), check("bad", passed=False)])
    assert "1 of 2 pass" in text_of(html)
    assert html.count('<tr class="hoam-failed"><th scope="row"><code>bad</code>') == 1
    assert rows(html)[2][-1] == "✗ fail"


def test_what_fails_comes_first_and_leads_to_its_table(report):
    html = page(report, "tables")
    problem = '<a class="reference internal" href="#numbers-fig-a">example: fig-a.count</a>'
    assert f"{problem}: Expected 5 ± 0" in html
    assert html.index(problem) < html.index('id="numbers-fig-a"')


def test_a_notebook_has_a_section_under_its_title_and_a_figure_its_number_and_link(report):
    html = page(report, "tables")
    section = html[html.index('<section id="numbers-example">') :]
    title = re.search(r"<h\d>(.*?)<", section)
    assert title[1] == "A title"
    link = '<a href="part/page.html#fig-a">Figure 1: A rising line, trap</a>'
    assert f"{link}, <code>fig-a</code>, " in section
    assert "1 of 2 pass" in text_of(section)


def test_a_record_leads_to_the_reasons_of_its_numbers(report):
    assert 'href="../tables.html#numbers-fig-a"' in page(report, "part/page")
