"""Tolerances are three times what rounding does to the numbers of the same kind."""

import os
import platform
import subprocess
import sys

import pytest

from hoam.references import Reference, read
from hoam.results import read_toml
from tests import rounding
from tests.test_twice import write_build
from tests.twice_builds import notebooks


def reference(name="x", value=1.0, **changes):
    """Return a reference whose tolerance is to be derived."""
    fields = {"rtol": 0.1, "kind": "build", "source": "this book", "why": "rounding"} | changes
    return Reference("fig-a", name, value=value, **fields)


def numbered(count, **changes):
    """Return references of one reason, by figure and name."""
    return {("fig-a", f"x{i}"): reference(f"x{i}", **changes) for i in range(count)}


@pytest.fixture(scope="module")
def record():
    """What was measured; `python -m tests.rounding` writes it."""
    return read_toml(rounding.RECORD)


def test_the_record_is_of_all_numbers_of_the_book_that_have_a_value_and_are_computed(record, root):
    assert sorted(record["distances"]) == sorted(record["machines"]) == notebooks()
    for notebook, distances in record["distances"].items():
        judges = read(root / "tests" / "reference" / f"{notebook}.toml")[1]
        valued = [j for j in judges.values() if j.value is not None]
        # What is read from a file of the repository, rounding does not move.
        computed = [j for j in valued if not j.source.startswith(("benchmarks/records", "stored"))]
        fewest, most = ({f"{j.figure}.{j.name}" for j in some} for some in (computed, valued))
        assert fewest - set(distances) == set(distances) - most == set(), notebook


def test_every_tolerance_is_three_times_what_rounding_does(record, root):
    for notebook, distances in record["distances"].items():
        judges = read(root / "tests" / "reference" / f"{notebook}.toml")[1]
        for family in rounding.families(judges):
            shares = [distances[f"{j.figure}.{j.name}"] / j.margin for j in family]
            assert max(shares) <= 1 / 3, (notebook, family[0].why)
            assert all(j.of == "machines" for j in family), (notebook, family[0].why)


def test_the_largest_distance_in_a_family_gives_the_spread_of_all():
    judges = numbered(rounding.FEWEST) | {("fig-a", "y"): reference("y", value=10.0)}
    distances = {f"fig-a.x{i}": 0.001 * i for i in range(rounding.FEWEST)}
    found = rounding.spreads(judges, distances)
    share = 0.001 * (rounding.FEWEST - 1) / 0.1
    assert found == pytest.approx({key: share * judge.margin for key, judge in judges.items()})


def test_what_was_derived_follows_from_the_record_again():
    judges = numbered(rounding.FEWEST)
    distances = {"fig-a.x3": 0.02}
    first = rounding.spreads(judges, distances)
    derived = {
        key: reference(key[1], rtol=None, spread=spread, of="machines")
        for key, spread in first.items()
    }
    assert rounding.spreads(derived, distances) == pytest.approx(first)


def test_reasons_with_few_numbers_share_one_family():
    few = {("fig-a", f"y{i}"): reference(f"y{i}", why=f"reason {i}") for i in range(3)}
    sizes = sorted(map(len, rounding.families(numbered(rounding.FEWEST) | few)))
    assert sizes == [3, rounding.FEWEST]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "exact"},
        {"rtol": 1e-6},
        {"value": 0.0, "rtol": None, "atol": 0.1},
        {"rtol": None, "spread": 0.1, "of": "seeds"},
        {"value": None, "rtol": None, "lower": 0.1},
    ],
)
def test_what_is_exact_or_rests_on_another_spread_is_left_alone(changes):
    assert not rounding.families({("fig-a", "x"): reference(**changes)})


def test_what_did_not_move_may_move_by_the_least_share():
    judges = numbered(rounding.FEWEST)
    found = rounding.spreads(judges, {})
    assert set(found.values()) == {rounding.LEAST / 3}
    still = reference("x", rtol=None, spread=rounding.LEAST / 3, of="machines")
    assert rounding.moved(still)


def test_derived_tolerances_are_written_and_all_else_is_kept(tmp_path):
    place = write_build(tmp_path / "tree", {"x": 1.0}) / "tests" / "reference" / "a.toml"
    path = tmp_path / "record.toml"
    rounding.note({"date": "2024-10-16", "distances": {"a": {"fig-a.x": 0.0123}}}, path)
    assert rounding.derive(place.parents[2], path) == 1
    (x, seconds) = read(place)[1].values()
    assert (x.spread, x.of, x.atol, x.value) == (0.013, "machines", None, 1.0)
    assert (seconds.lower, seconds.why) == (0.1, "any machine")


def test_distances_are_those_of_numbers_with_a_value(tmp_path):
    moved = write_build(tmp_path / "avx", {"x": 1.0012345, "seconds": 2.0})
    ordinary = write_build(tmp_path / "ordinary", {"x": 1.0, "seconds": 3.0})
    entry = rounding.measure(moved, ["a"], ordinary)
    assert entry["distances"] == {"a": {"fig-a.x": 0.00123}}
    with pytest.raises(RuntimeError, match=r"Expected results of all notebooks in avx; got none"):
        rounding.measure(moved, ["a", "b"], ordinary)
    other = write_build(tmp_path / "other", {"x": 1.0}, machine="N, 4 cores")
    with pytest.raises(RuntimeError, match="Expected one machine and one set of versions"):
        rounding.measure(moved, ["a"], other)


def test_notebooks_measured_anew_join_the_others_of_any_machine():
    run = {"date": "2024-10-16", "versions": {"jax": "1"}}
    old = run | {
        "machines": {"a": "N, 2 cores", "b": "N, 2 cores"},
        "distances": {"a": {"fig-a.x": 0.1}, "b": {"fig-b.y": 0.2}},
    }
    new = run | {"machines": {"b": "M, 4 cores"}, "distances": {"b": {"fig-b.z": 0.3}}}
    assert rounding.joined(old, new) == run | {
        "machines": {"a": "N, 2 cores", "b": "M, 4 cores"},
        "distances": {"a": {"fig-a.x": 0.1}, "b": {"fig-b.z": 0.3}},
    }
    with pytest.raises(RuntimeError, match=r"Use python -m tests\.rounding without names"):
        rounding.joined(old | {"versions": {"jax": "2"}}, new)


def waves(flags):
    """Return values that a fresh process computes by a program compiled with some flags."""
    code = (
        "import jax, jax.numpy as jnp; x = jnp.linspace(0, 1, 4096);"
        "print(jax.jit(lambda x: jnp.cos(3 * x) * x + x)(x).tobytes().hex())"
    )
    surroundings = {**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=surroundings, check=True, capture_output=True).stdout


@pytest.mark.skipif(platform.machine() != "x86_64", reason="The flag is one of these processors.")
def test_the_flag_changes_how_a_program_rounds():
    """Otherwise the record would hold zeros, and the tolerances would rest on nothing."""
    assert waves(rounding.FLAGS) != waves("")
