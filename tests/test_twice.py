"""Two builds on one core agree bit by bit, and what compares them would notice if they did not."""

import json
import math
import os
import sys
from typing import Any

import hoam_twice
import pytest
import yaml

from hoam.references import Reference
from hoam.results import dumps, read_toml, versions
from tests import twice, twice_builds
from tests.twice_numbers import CLOCK, compare, distances, expected, on_the_clock, same

X, SECONDS = "a: fig-a.x", "a: fig-a.seconds"
WORDS: dict[str, Any] = {"kind": "build", "source": "this book's build"}
JUDGES = {
    X: Reference("fig-a", "x", value=1.0, atol=0.1, why="rounding", **WORDS),
    SECONDS: Reference("fig-a", "seconds", lower=0.1, why="any machine", **WORDS),
}


@pytest.fixture(scope="module")
def record():
    """What was measured; `python -m tests.twice` writes it."""
    if not twice.RECORD.is_file():
        pytest.skip("Not measured yet, as the page on the checks says. Use `make twice`.")
    return read_toml(twice.RECORD)


def test_no_number_differs_that_does_not_rest_on_a_clock(record):
    assert record["different"] == record["missing"] == record["outside"] == []
    assert record["identical"] + len(record["clock"]) == record["numbers"]
    assert record["identical"] > 0.85 * record["numbers"]


def test_the_record_is_of_all_numbers_of_the_book(record, root):
    assert record["numbers"] == len(expected(root, twice.notebooks()))


def test_all_notebooks_of_the_book_were_built_twice(record, root):
    chapters = {name.rpartition("/")[2] for name in _files(root) if "/_executed/" in name}
    assert record["notebooks"] == sorted(chapters) == twice.notebooks()
    assert len(record["seconds"]) == 2


def test_one_core_and_two_agree_within_the_tolerances(record):
    two = record["two_cores"]
    assert two["notebooks"] == len(record["notebooks"])
    assert two["outside"] == []
    assert two["largest"] <= 1


def test_every_tolerance_is_three_times_as_wide_as_what_rounding_does(record):
    two = record["two_cores"]
    assert two["narrow"] == []
    # Where nothing moved, this says nothing of the tolerances, and neither does the page.
    assert (two["largest"] == 0) != ("three times" in hoam_twice._two_cores(two))


def _files(root):
    parts = yaml.safe_load((root / "_toc.yml").read_text())["parts"]
    return [chapter["file"] for part in parts for chapter in part["chapters"]]


def test_numbers_on_the_clock_are_few_and_none_has_a_value(root):
    judges = expected(root, twice.notebooks())
    clock = {name for name, judge in judges.items() if on_the_clock(judge)}
    assert clock == {name for name, judge in judges.items() if CLOCK.search(judge.why)}
    assert 0 < len(clock) < 0.15 * len(judges)
    assert {"speed: fig-speed-training.ratio", "inference: fig-inference-answers.ratio"} <= clock
    # Read from the records of trainings, so that it is the same in every build.
    assert "speed: fig-speed-break-even.training_seconds" not in clock


def test_bits_are_compared_and_not_values():
    assert same(math.nan, math.nan)
    assert same(0.1 + 0.2, 0.30000000000000004)
    assert not same(0.1 + 0.2, 0.3)
    assert not same(0.0, -0.0)


def test_equal_builds_are_identical():
    found = {X: 1.0, SECONDS: 2.0}
    nothing = {"clock": [], "different": [], "missing": []}
    assert compare(found, dict(found), JUDGES) == {"numbers": 2, "identical": 2} | nothing


def test_a_number_may_differ_only_if_it_rests_on_a_clock():
    found = compare({X: 1.0, SECONDS: 2.0}, {X: math.nextafter(1, 2), SECONDS: 3.0}, JUDGES)
    assert (found["identical"], found["clock"], found["different"]) == (0, [SECONDS], [X])
    assert compare({"b": 1.0}, {"b": 2.0}, {})["different"] == ["b"]  # without any reference


@pytest.mark.parametrize(
    ("one", "other", "missing"),
    [
        ({X: 1.0}, {X: 1.0}, [SECONDS]),
        ({X: 1.0, SECONDS: 1.0}, {SECONDS: 1.0}, [X]),
        ({X: 1.0, SECONDS: 1.0}, {X: 1.0, SECONDS: 1.0, "b": 1.0}, ["b"]),
    ],
)
def test_a_missing_number_is_found(one, other, missing):
    found = compare(one, other, JUDGES)
    assert found["missing"] == missing
    assert found["identical"] + len(missing) == found["numbers"]


def test_the_largest_distance_is_in_units_of_the_tolerance():
    found = distances({X: 1.0, SECONDS: 1.0}, {X: 1.05, SECONDS: 9.0}, JUDGES)
    assert found == {X: pytest.approx(0.5)}
    assert math.isnan(distances({X: 1.0}, {}, JUDGES)[X])
    judges = {name: JUDGES[X] for name in "abc"}
    found = distances({"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 1.1, "c": 1.0}, judges)
    assert list(found) == ["c", "b", "a"]  # the missing one first


def write_build(tree, numbers, *, page=True, **changes):
    """Write what a build with one notebook leaves."""
    for folder in ("results", "book/_executed", "tests/reference"):
        (tree / folder).mkdir(parents=True)
    words = 'kind = "build"\nsource = "s"\nwhy = "{}"\n'
    (tree / "tests" / "reference" / "a.toml").write_text(
        'notebook = "a"\nprofile = "book"\n["fig-a".x]\nvalue = 1.0\natol = 0.1\n'
        + words.format("rounding")
        + '["fig-a".seconds]\nlower = 0.1\n'
        + words.format("any machine")
    )
    known = {"notebook": "a", "profile": "book", "date": "2024-10-16", "seconds": 7.2}
    known |= {"machine": "M, 2 cores", "versions": versions()} | changes
    content = dumps(known | {"figures": {"fig-a": {"numbers": numbers}}})
    (tree / "results" / "a.json").write_text(content)
    if page:
        (tree / "book" / "_executed" / "a.ipynb").write_text("{}")
    return tree


def test_two_builds_are_measured_noted_and_shown(tmp_path, capsys):
    trees = [
        write_build(tmp_path / name, {"x": 1.0, "seconds": seconds})
        for name, seconds in (("a", 2.0), ("b", 3.0))
    ]
    ordinary = write_build(tmp_path / "ordinary", {"x": 1.05, "seconds": 1.0})
    entry = twice.measure(trees, ["a"], ordinary)
    assert "commit" not in entry  # of no repository
    assert not twice.tell(entry)
    assert "1 of 2 numbers are the same" in capsys.readouterr().out
    (ordinary / "tests").mkdir(exist_ok=True)
    assert "not measured yet" in hoam_twice.twice_text(ordinary)
    twice.note(entry, ordinary / hoam_twice.RECORD)
    assert read_toml(ordinary / hoam_twice.RECORD) == entry
    text = hoam_twice.twice_text(ordinary)
    assert text.startswith("**1 of 2 numbers were the same to the last bit** (1 notebooks; 2024-")
    assert "1 others rest on a clock. The notebooks of the two builds took 7 and 7 seconds." in text
    assert "all numbers pass" in text
    assert "`a: fig-a.x`, does so by 0.5 of its tolerance." in text
    assert entry["two_cores"]["narrow"] == [X]
    assert "less than three times as wide: `a: fig-a.x`." in text
    still = entry["two_cores"] | {"largest": 0.0}
    assert hoam_twice._two_cores(still).endswith("and none with a tolerance has moved.")
    entry["two_cores"]["narrow"] = []
    twice.note(entry, ordinary / hoam_twice.RECORD)
    assert "at least three times as wide" in hoam_twice.twice_text(ordinary)


def test_what_is_wrong_is_told_and_shown(tmp_path, capsys):
    a = write_build(tmp_path / "a", {"x": 1.0, "seconds": 2.0})
    b = write_build(tmp_path / "b", {"x": 1.2, "other": 2.0})
    entry = twice.measure([a, b], ["a"], tmp_path / "nothing")
    assert "two_cores" not in entry
    assert entry["different"] == [X]
    assert entry["missing"] == ["a: fig-a.other", SECONDS]
    assert entry["outside"] == ["a: fig-a.other", SECONDS, X]
    assert twice.tell(entry)
    assert f"different: {X}" in capsys.readouterr().out
    twice.note(entry, a / hoam_twice.RECORD)
    text = hoam_twice.twice_text(a)
    assert f"These differed without such a reason: `{X}`." in text
    assert "These were missing from a build: `a: fig-a.other`" in text
    assert "These did not pass the check of the report" in text


def test_builds_that_cannot_be_compared_are_refused(tmp_path):
    good = write_build(tmp_path / "a", {"x": 1.0, "seconds": 2.0})
    half = write_build(tmp_path / "half", {"x": 1.0}, page=False)
    with pytest.raises(RuntimeError, match=r"all notebooks in build half; got none of \['a'\]"):
        twice.measure([good, half], ["a"])
    other = write_build(tmp_path / "other", {"x": 1.0, "seconds": 2.0}, machine="N, 4 cores")
    with pytest.raises(RuntimeError, match="Expected one machine and one set of versions"):
        twice.measure([good, other], ["a"])
    with pytest.raises(RuntimeError, match=r"got \['no clone'\]. Use --again"):
        twice_builds.commit([tmp_path / "x", tmp_path / "y"])


def test_the_record_says_the_commit_that_was_built(tmp_path):
    tree = write_build(tmp_path / "a", {"x": 1.0, "seconds": 2.0})
    author = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for words in (("init", "-q"), (*author, "commit", "-q", "--allow-empty", "-m", "First")):
        twice_builds.git(*words, cwd=tree)
    made_at = twice.measure([tree, tree], ["a"], tmp_path / "nothing")["commit"]
    assert twice_builds.commit([tree]).startswith(made_at)


def test_a_build_has_one_core_and_its_own_package(tmp_path, monkeypatch):
    program = tmp_path / "snakemake"
    code = (
        "import json, os, sys; print(json.dumps([sys.argv[1:], sorted(os.sched_getaffinity(0)), "
        "os.environ['PYTHONPATH'], [n for n in os.environ if n.startswith('JAX_')]]))"
    )
    program.write_text(f"#!{sys.executable}\n{code}\n")
    program.chmod(0o755)
    monkeypatch.setattr(twice_builds, "SNAKEMAKE", program)
    before, tree = os.sched_getaffinity(0), tmp_path / "a"
    tree.mkdir()
    assert twice_builds.start(tree, {max(before)}, ["quadrature"]).wait() == 0
    assert os.sched_getaffinity(0) == before
    arguments, cores, path, settings = json.loads((tmp_path / "a.log").read_text())
    assert arguments == ["--cores", "1", *twice_builds.OPTIONS, "results/quadrature.json"]
    assert (cores, path, settings) == ([max(before)], str(tree), [])


def test_a_build_that_is_left_over_keeps_others_out_until_it_is_stopped(tmp_path, monkeypatch):
    program = tmp_path / "snakemake"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(twice_builds, "SNAKEMAKE", program)
    tree, core = tmp_path / "a", {min(os.sched_getaffinity(0))}
    tree.mkdir()
    process = twice_builds.start(tree, core, ["quadrature"])
    with pytest.raises(RuntimeError, match="Expected no build in a; got one that runs"):
        twice_builds.start(tree, core, ["quadrature"])
    twice_builds.stop(process)
    again = twice_builds.start(tree, core, ["quadrature"])
    twice_builds.stop(again)
    assert process.returncode == again.returncode == -15


def test_a_build_that_fails_is_told_with_what_it_said(tmp_path, monkeypatch):
    program = tmp_path / "snakemake"
    program.write_text("#!/bin/sh\necho no such notebook; exit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(twice_builds, "SNAKEMAKE", program)
    (tmp_path / "a").mkdir()
    with pytest.raises(RuntimeError, match="build a to end with 0; got 3: no such notebook"):
        twice_builds.build([tmp_path / "a"], ["quadrature"])
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    with pytest.raises(RuntimeError, match="Expected 2 cores; got 1"):
        twice_builds.build([tmp_path / "a"] * 2, ["quadrature"])
