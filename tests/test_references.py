import json
import re
import statistics

import pytest

from hoam import references
from hoam.references import Reference

TEXTS = {"kind": "claim", "source": "closed form", "why": "seeds"}


def write(tmp_path, body, *, head='notebook = "example"\nprofile = "book"\n'):
    path = tmp_path / "example.toml"
    path.write_text(head + body)
    return path


def entry(**fields):
    lines = "\n".join(f"{key} = {value!r}" for key, value in (TEXTS | fields).items())
    return f'["fig-a".error]\n{lines}\n'


def test_a_number_of_kind_exact_does_not_come_from_a_model(root):
    known = {
        (path.stem, *name): entry
        for path in sorted((root / "tests" / "reference").glob("*.toml"))
        for name, entry in references.read(path)[1].items()
    }
    from_models = re.compile(r"checkpoint|trained|read from files|evaluation of|of the model\b")
    found = {
        name: entry.kind
        for name, entry in known.items()
        if from_models.search(f"{entry.source}; {entry.why}")
    }
    assert len(found) > 100
    assert [name for name, kind in found.items() if kind == "exact"] == []


def test_a_reference_reads_back(tmp_path):
    profile, entries = references.read(write(tmp_path, entry(value=0.5, rtol=0.1, upper=1)))
    assert profile == "book"
    assert entries == {
        ("fig-a", "error"): Reference("fig-a", "error", value=0.5, rtol=0.1, upper=1.0, **TEXTS)
    }


@pytest.mark.parametrize(
    ("fields", "inside", "outside"),
    [
        ({"value": 2.0, "rtol": 0.1}, (1.81, 2.19), (1.79, 2.21)),
        ({"value": -2.0, "rtol": 0.1}, (-2.19, -1.81), (-2.21, -1.79)),
        ({"value": 0.0, "atol": 0.1}, (-0.1, 0.1), (-0.11, 0.11)),
        ({"value": 2.0, "rtol": 0.1, "atol": 0.3}, (1.51, 2.49), (1.49, 2.51)),
        ({"value": 4.0, "atol": 0.0}, (4.0,), (4.0 + 1e-9,)),
        ({"upper": 0.15}, (-1.0, 0.15), (0.151, float("nan"), float("inf"))),
        ({"lower": 0.0, "upper": 1.0}, (0.0, 1.0), (-0.01, 1.01)),
        ({"value": 2.0, "rtol": 1.0, "lower": 1.0}, (1.0, 4.0), (0.9, 4.1)),
    ],
)
def test_tolerances_and_bounds_accept_what_they_say(fields, inside, outside):
    reference = Reference("fig-a", "error", **TEXTS, **fields)
    assert all(reference.accepts(number) for number in inside)
    assert not any(reference.accepts(number) for number in outside)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Expected a value or bounds; got neither"),
        ({"value": 1.0}, "Expected a tolerance with the value; got none"),
        ({"upper": 1.0, "rtol": 0.1}, "Expected a value with its tolerance"),
        ({"value": 0.0, "rtol": 0.1}, "Expected atol for a value of 0"),
        ({"value": 1.0, "rtol": -0.1}, "Expected tolerances of at least 0"),
        ({"lower": 2.0, "upper": 1.0}, "Expected lower <= upper"),
        ({"value": float("nan"), "rtol": 0.1}, "Expected finite numbers"),
        ({"value": 1.0, "rtol": 0.1, "kind": "guess"}, "Expected kind to be one of"),
        ({"value": 1.0, "rtol": 0.1, "why": " "}, "Expected a source and a why"),
    ],
)
def test_a_reference_that_says_too_little_is_an_error(fields, message):
    with pytest.raises(ValueError, match=message) as error:
        Reference("fig-a", "error", **(TEXTS | fields))
    assert "fig-a.error" in str(error.value)
    assert "Use " in str(error.value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (entry(value=1.0, rtol=0.1, tolerance=0.1), r"Expected keys among .* got \['tolerance'\]"),
        (entry(value="1.0", rtol=0.1), "Expected a number for value"),
        (entry(value=1.0, rtol=0.1, source=3), "Expected text for source"),
        ("stray = 1\n", "Expected tables by figure and number"),
        ('["fig-a"]\nerror = 1\n', "Expected a table per number"),
    ],
)
def test_a_malformed_file_is_an_error(tmp_path, body, message):
    with pytest.raises(ValueError, match=message):
        references.read(write(tmp_path, body))


@pytest.mark.parametrize("head", ['notebook = "other"\nprofile = "book"\n', "", "profile = 1\n"])
def test_a_file_must_name_its_notebook_and_profile(tmp_path, head):
    with pytest.raises(ValueError, match="Expected notebook = 'example' and a profile"):
        references.read(write(tmp_path, "", head=head))


def test_an_update_changes_one_value_and_keeps_comments(tmp_path):
    comment = "# measured on two machines\n"
    path = write(tmp_path, comment + entry(value=0.5, rtol=0.1))
    references.update(path, "fig-a", "error", number=0.25, reason="a finer grid")
    text = path.read_text()
    assert comment in text
    assert "was 0.5; a finer grid" in text
    assert references.read(path)[1]["fig-a", "error"].value == 0.25


@pytest.mark.parametrize(
    ("figure", "number", "reason", "error"),
    [
        ("fig-b", 0.25, "a reason", KeyError),
        ("fig-a", float("nan"), "a reason", ValueError),
        ("fig-a", 0.25, " ", ValueError),
    ],
)
def test_an_update_needs_a_reference_a_number_and_a_reason(tmp_path, figure, number, reason, error):
    path = write(tmp_path, entry(value=0.5, rtol=0.1))
    before = path.read_text()
    with pytest.raises(error, match="Expected a reference"):
        references.update(path, figure, "error", number=number, reason=reason)
    assert path.read_text() == before


def test_an_update_to_0_wants_an_absolute_tolerance_first(tmp_path):
    path = write(tmp_path, entry(value=0.5, rtol=0.1))
    before = path.read_text()
    with pytest.raises(ValueError, match="Expected atol for a value of 0"):
        references.update(path, "fig-a", "error", number=0.0, reason="a reason")
    assert path.read_text() == before


def test_bounds_are_not_updated_by_command(tmp_path):
    path = write(tmp_path, entry(upper=0.5))
    with pytest.raises(ValueError, match="Use an editor to move a bound"):
        references.update(path, "fig-a", "error", number=0.25, reason="a reason")


def test_three_times_the_spread_passes_where_one_was_measured(tmp_path):
    path = write(tmp_path, entry(value=0.5, spread=0.125, of="seeds"))
    (reference,) = references.read(path)[1].values()
    assert (reference.margin, reference.tolerance) == (0.375, "± 0.375")
    assert reference.accepts(0.875)
    assert reference.accepts(0.125)
    assert not reference.accepts(0.88)


@pytest.mark.parametrize(
    "fields",
    [
        {"spread": 0.1},
        {"of": "seeds"},
        {"of": "seeds", "atol": 0.1},
        {"of": "guesses", "atol": 0.1},
        {"spread": 0.1, "of": "guesses"},
        {"spread": 0.1, "of": "seeds", "atol": 0.3},
        {"spread": 0.1, "of": "seeds", "rtol": 0.1},
    ],
)
def test_a_spread_says_of_what_and_has_no_other_tolerance_beside_it(fields):
    with pytest.raises(ValueError, match=r"Expected a (spread alone|tolerance with)"):
        Reference("fig-a", "error", value=1.0, **{**TEXTS, **fields})


def test_the_spreads_over_seeds_of_short_trainings_are_those_of_their_records(root):
    record = root / "benchmarks" / "records" / "stability.json"
    outcomes = json.loads(record.read_text(encoding="utf-8"))
    _, found = references.read(root / "tests" / "reference" / "stability.toml")
    seeds = {name: r for (_, name), r in found.items() if r.of == "seeds"}
    # The others are in units of the kinetic energy, and hold its spread as well.
    spreads = {name: r for name, r in seeds.items() if "kinetic energy" not in r.why}
    assert len(spreads) == 13 < len(seeds)
    for name, reference in spreads.items():
        stem, quantity, nodes = name.rsplit("_", 2)
        run = f"{stem}, {nodes}, "
        values = [found[quantity] for key, found in outcomes.items() if key.startswith(run)]
        assert reference.spread == pytest.approx(statistics.stdev(values), rel=0.01)
        assert reference.kind == "build"
        assert reference.margin == pytest.approx(3 * reference.spread)
