"""Tables of methods: which number stands where, and what a reader takes away."""

import csv
import re

import hoam_comparison
import hoam_numbers
import pytest
from hoam_cells import Cell
from hoam_results import Results

TABLES = """[table-errors]
caption = "Error of each method."
first = "system"
columns = { CFM = "cfm", "HOAM-G" = "hoam_g", floor = "floor" }
[[table-errors.rows]]
label = "bump, μ = 1.35"
cells = ["fig-a.{column}_135", "fig-b.{column}_bump"]
worst = ["fig-a.{column}_worst_135"]
numbers = { floor = "fig-c.pair" }
[[table-errors.rows]]
label = "trap"
cells = ["fig-a.{column}_trap"]
absent = ["floor"]
"""
NUMBERS = {
    ("fig-a", "hoam_g_135"): 0.1234,
    ("fig-a", "hoam_g_worst_135"): 0.2,
    ("fig-b", "cfm_bump"): 123.4,
    ("fig-b", "hoam_g_bump"): 9.0,
    ("fig-c", "pair"): 4.56e-5,
    ("fig-a", "hoam_g_trap"): 2.0,
    ("fig-a", "cfm_trap"): 0.00999,
}


@pytest.fixture
def results(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "tables.toml").write_text(TABLES, encoding="utf-8")
    return Results(tmp_path, {}, dict(NUMBERS), ())


def html_of(results):
    table = hoam_comparison.tables(results)["table-errors"]
    return "".join(hoam_comparison._html(table, "../"))


def test_the_first_pattern_that_names_a_recorded_number_fills_the_cell(results):
    rows = dict(hoam_comparison.tables(results)["table-errors"].rows)
    cfm, hoam_g, floor = rows["bump, μ = 1.35"]
    assert (cfm, floor) == (Cell(123.4), Cell(4.56e-5))
    assert hoam_g == Cell(0.1234, worst=0.2)
    assert rows["trap"][2] is None


def test_the_worst_of_one_seed_is_not_shown(results):
    results.numbers["fig-a", "hoam_g_worst_135"] = results.numbers["fig-a", "hoam_g_135"]
    rows = dict(hoam_comparison.tables(results)["table-errors"].rows)
    assert rows["bump, μ = 1.35"][1] == Cell(0.1234)


def test_a_cell_without_a_number_is_an_error_unless_it_is_absent(results):
    del results.numbers["fig-a", "cfm_trap"]
    with pytest.raises(ValueError, match=r"Expected a recorded number for cfm in 'trap'.*absent"):
        hoam_comparison.tables(results)


def test_a_pattern_that_names_no_recorded_number_is_an_error(results):
    path = results.root / "book" / "tables.toml"
    path.write_text(TABLES.replace("{column}_worst_135", "{column}-worst_135"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"'fig-a.{column}-worst_135' in 'bump, μ = 1.35' of"):
        hoam_comparison.tables(results)


@pytest.mark.parametrize("part", ["caption", "first", "columns", "rows"])
def test_a_table_without_one_of_its_parts_is_an_error(results, part):
    path = results.root / "book" / "tables.toml"
    text = TABLES.replace(f"{part} =", "other =").replace(f".{part}]]", ".other]]")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"got no .*{part}"):
        hoam_comparison.tables(results)


@pytest.mark.parametrize(
    ("value", "html", "latex"),
    [
        (0.0, "0", "0"),
        (0.1234, "0.12", "0.12"),
        (-123.4, "\N{MINUS SIGN}123", "-123"),
        (4.56e-5, "4.6&nbsp;×&nbsp;10<sup>\N{MINUS SIGN}5</sup>", r"4.6\times10^{-5}"),
        (12345.0, "1.2&nbsp;×&nbsp;10<sup>4</sup>", r"1.2\times10^{4}"),
        (float("inf"), "inf", "inf"),
    ],
)
def test_a_number_is_set_alike_on_a_page_and_in_latex(value, html, latex):
    text = hoam_numbers.short(value)
    assert hoam_numbers.number_html(text) == html
    assert hoam_numbers.number_latex(text) == latex
    plain = "".join(node.astext() for node in hoam_numbers.number_nodes(text))
    assert plain == re.sub("<[^>]+>", "", html).replace("&nbsp;", "\N{NO-BREAK SPACE}")


def test_csv_holds_every_number_in_full_and_the_worst_beside_it(results):
    text = hoam_comparison.as_csv(hoam_comparison.tables(results)["table-errors"])
    heading, bump, trap = list(csv.reader(text.splitlines()))
    assert heading == ["system", "CFM", "HOAM-G", "HOAM-G, worst", "floor"]
    assert bump == ["bump, μ = 1.35", "123.4", "0.1234", "0.2", "4.56e-05"]
    assert trap == ["trap", "0.00999", "2.0", "", ""]


def test_latex_has_a_line_for_each_row_and_powers_of_ten(results):
    text = hoam_comparison.as_latex(hoam_comparison.tables(results)["table-errors"])
    assert r"bump, $\mu$ = 1.35 & $123$ & $0.12$ ($0.2$) & $4.6\times10^{-5}$ \\" in text
    assert r"trap & $0.01$ & $2$ & -- \\" in text
    assert text.count(r"\\") == 3


def test_cells_of_a_page_carry_the_number_to_sort_by(results):
    html = html_of(results)
    assert re.findall(r'data-value="([^"]+)"', html) == [
        *("123.4", "0.1234", "4.56e-05"),
        *("0.00999", "2"),
    ]
    assert "0.12 (0.2)" in html
    assert "4.6&nbsp;×&nbsp;10<sup>\N{MINUS SIGN}5</sup>" in html


def test_the_links_of_a_table_lead_to_the_files_that_are_written(results, tmp_path):
    hoam_comparison.write_files(results, tmp_path)
    links = re.findall(r'href="../([^"]+)"', html_of(results))
    assert len(links) == 2
    assert all((tmp_path / link).is_file() for link in links)


TIMES = """[table-times]
caption = "Seconds."
first = "system"
single = "one seed"
fixed = ["full"]
columns = { full = "full", CFM = "cfm", "HOAM-G" = "hoam_g" }
[[table-times.rows]]
label = "trap"
cells = ["fig-t.{column}"]
best = ["fig-t.best_{column}"]
worst = ["fig-t.worst_{column}"]
error = ["fig-t.error_{column}"]
reached = ["fig-t.reached_{column}"]
numbers = { full = "fig-t.full" }
"""


@pytest.fixture
def times(results):
    (results.root / "book" / "tables.toml").write_text(TIMES, encoding="utf-8")
    names = {"full": 0.5, "cfm": 2.0, "best_cfm": 2.0, "worst_cfm": 2.0, "hoam_g": 3.0}
    names |= {"best_hoam_g": 2.5, "worst_hoam_g": 4.0, "error_hoam_g": 0.01, "error_cfm": 0.02}
    names |= {"reached_hoam_g": 1.0, "reached_cfm": 0.0}
    results.numbers.update({("fig-t", name): value for name, value in names.items()})
    return results


def test_a_number_without_a_range_is_marked_and_a_time_has_its_error(times):
    table = hoam_comparison.tables(times)["table-times"]
    full, cfm, hoam_g = table.rows[0][1]
    assert full == Cell(0.5)  # a column without seeds
    assert cfm == Cell(2.0, error=0.02, reached=False, note="one seed")
    assert hoam_g == Cell(3.0, 2.5, 4.0, 0.01, reached=True)
    html = "".join(hoam_comparison._html(table, "../"))
    assert "2<sup>\N{DAGGER}</sup><br/><small>error 0.02, not reached</small>" in html
    assert "3 (2.5\N{EN DASH}4)<br/><small>error 0.01, reached</small>" in html
    assert "<p>\N{DAGGER} one seed. Table as" in html


def test_csv_and_latex_hold_range_error_and_mark_too(times):
    table = hoam_comparison.tables(times)["table-times"]
    heading, trap = list(csv.reader(hoam_comparison.as_csv(table).splitlines()))
    found = dict(zip(heading, trap, strict=True))
    assert found == {
        **{"system": "trap", "full": "0.5", "CFM": "2.0", "CFM, error": "0.02"},
        **{"CFM, reached": "no", "CFM, note": "one seed", "HOAM-G": "3.0", "HOAM-G, best": "2.5"},
        **{"HOAM-G, worst": "4.0", "HOAM-G, error": "0.01", "HOAM-G, reached": "yes"},
    }
    text = hoam_comparison.as_latex(table)
    assert r"trap & $0.5$ & $2$$^\dagger$ [$0.02$]$^*$ & $3$ ($2.5$--$4$) [$0.01$] \\" in text
    assert r"\multicolumn{4}{l}{$^\dagger$ one seed; in square brackets: error; $^*$ not" in text
