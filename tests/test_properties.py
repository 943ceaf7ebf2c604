"""What holds for any input: rules, populations, results, references and checkpoints."""

import json
import math
import re
import time

import bad_formats
import numpy as np
import pytest
import tomlkit
import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import hoam
from hoam import check, checkpoints, given_times, quadrature, references, results, training_state
from hoam.checkpoints import CheckpointError
from hoam.population import Population

few = settings(max_examples=50, deadline=None, derandomize=True)
NUMBERS = st.floats(-1e6, 1e6)
POSITIVE = st.floats(1e-6, 1e6)
RULES = st.one_of(
    st.builds(quadrature.gauss_legendre, st.integers(1, 40)),
    st.builds(quadrature.trapezoid, st.integers(2, 40)),
    st.builds(lambda half: quadrature.simpson(2 * half + 1), st.integers(1, 20)),
    st.builds(quadrature.monte_carlo, st.integers(1, 40)),
)


@few
@given(RULES, NUMBERS, NUMBERS)
def test_every_rule_keeps_a_constant_and_lies_between_the_extremes(rule, low, high):
    low, high = sorted((low, high))
    values = low + (high - low) * rule.nodes**2
    slack = 1e-9 * max(abs(low), abs(high), 1)
    assert rule.integrate(np.full(rule.nodes.size, low)) == pytest.approx(low, abs=slack)
    assert low - slack <= rule.integrate(values) <= high + slack


@few
@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=30), NUMBERS, NUMBERS)
def test_weights_on_any_times_are_positive_and_integrate_any_line_on_any_gaps(gaps, offset, slope):
    times = np.concatenate([[0.0], np.cumsum(gaps)])
    rule = given_times.on_times(times)
    assert (rule.weights > 0).all()
    size = max(abs(offset), abs(slope), 1)
    found = rule.integrate(offset + slope * rule.nodes)
    assert found == pytest.approx(offset + slope / 2, abs=1e-9 * size)


@few
@given(
    arrays.arrays(
        np.float64,
        arrays.array_shapes(min_dims=1, max_dims=5, min_side=0, max_side=3),
        elements=st.floats(allow_nan=True, allow_infinity=True),
    )
)
def test_a_population_is_made_of_finite_samples_with_four_axes_or_refused(samples):
    shape = samples.shape
    times = np.arange(shape[1], dtype=float) if samples.ndim > 1 else np.arange(2.0)
    mus = np.arange(max(shape[0], 1), dtype=float)
    good = samples.ndim == 4 and samples.size and shape[1] > 1 and np.isfinite(samples).all()
    if good:
        kept = Population(samples, times, mus)
        np.testing.assert_array_equal(kept.samples, samples)
    else:
        with pytest.raises(ValueError, match=r"(?s)Expected .*; got .*\. (Use|Remove|Sort) "):
            Population(samples, times, mus)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(), POSITIVE),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


def as_read(value):
    """Return a value as strict JSON keeps it, with numbers that are not finite as words."""
    if isinstance(value, dict):
        return {key: as_read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_read(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


@few
@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_results_are_strict_json_and_read_back_as_they_were(content):
    def refuse(constant):
        pytest.fail(f"not strict: {constant}")

    assert json.loads(results.dumps(content), parse_constant=refuse) == as_read(content)


NUMBER = st.one_of(st.floats(), st.integers(), st.booleans(), st.just("nan"), JSON)
WORDS = st.text(max_size=5)
RESULTS = st.fixed_dictionaries(
    {
        "notebook": st.just("example"),
        "profile": st.just("book"),
        "versions": st.just(results.versions()),
        "figures": st.one_of(
            st.dictionaries(
                st.just("fig-a"),
                st.one_of(
                    st.fixed_dictionaries(
                        {"numbers": st.one_of(st.dictionaries(WORDS, NUMBER, max_size=3), JSON)}
                    ),
                    JSON,
                ),
            ),
            JSON,
        ),
    }
)
#: Whole files, halves of some, and any other text.
TEXTS = st.one_of(
    st.builds(json.dumps, RESULTS),
    st.builds(lambda content, end: json.dumps(content)[:end], RESULTS, st.integers(0, 300)),
    st.builds(json.dumps, JSON),
    st.text(max_size=30),
)


@pytest.mark.usefixtures("as_users_run_it")
@settings(few, max_examples=300)
@given(TEXTS)
def test_any_results_file_holds_numbers_by_name_or_is_refused_as_documented(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("results")
    path = folder / "example.json"
    path.write_text(text, encoding="utf-8", errors="replace")
    (folder / "example.toml").write_text('notebook = "example"\nprofile = "book"\n')
    (*_, outcome) = found = check.check(folder, folder) or [None]
    try:
        numbers = results.recorded(results.read_results(path))
    except ValueError as error:
        assert re.search(r"(?s)^Expected .*; got .*\. Use `make book`", str(error))  # noqa: PT017
        assert len(found) == 1
        assert re.search(r"(?s)^example: Expected .*; got .*\. Use `make book`", outcome.message)
    else:
        assert all(type(value) is float for value in numbers.values())
        assert {type(word) for key in numbers for word in key} <= {str}
        assert len([entry for entry in found if entry]) >= len(numbers)


@few
@given(
    value=NUMBERS, atol=st.floats(1e-3, 1e6), name=st.from_regex(r"[a-z]\w{0,8}", fullmatch=True)
)
def test_a_reference_file_reads_back_and_accepts_just_its_interval(
    tmp_path_factory, value, atol, name
):
    entry = {"value": value, "atol": atol, "kind": "build", "source": "a run", "why": "rounding"}
    path = tmp_path_factory.mktemp("references") / "example.toml"
    content = {"notebook": "example", "profile": "book", "fig-a": {name: entry}}
    path.write_text(tomlkit.dumps(content), encoding="utf-8")
    _, entries = references.read(path)
    (reference,) = entries.values()
    assert (reference.name, reference.value, reference.atol) == (name, value, atol)
    for sign in (-1, 1):
        assert reference.accepts(value + sign * 0.999 * atol)
        assert not reference.accepts(value + sign * 1.001 * atol)


@few
@given(st.binary(max_size=200))
def test_any_other_bytes_for_a_reference_file_are_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("references") / "example.toml"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"(?s)Expected .*; got .*\. Use "):
        references.read(path)


def load_state(path):
    """Go on with the training whose state is in a file."""
    return training_state.resume(path, translation.untrained().params, {"steps": 1})


@pytest.fixture(scope="module", params=[hoam.load, load_state])
def saved(request, tmp_path_factory):
    """A file of a model or of a training state, its bytes, and what reads it."""
    path, load = tmp_path_factory.mktemp("saved") / "a.safetensors", request.param
    if load is hoam.load:
        translation.untrained().save(path)
    else:
        state = {"run": {"steps": 1}, "step": 1, "elapsed": 0.0, "history": {}}
        params = translation.untrained().params
        checkpoints.save_tree(path, params, kind="training", description=state)
    assert load(path)
    return path, path.read_bytes(), load


@pytest.mark.usefixtures("as_users_run_it")
@few
@given(st.data())
def test_any_flipped_bit_and_any_truncation_of_what_is_saved_is_noticed(saved, data):
    path, content, load = saved
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, 8 * len(content) - 1))
        spoilt = bytearray(content)
        spoilt[place // 8] ^= 1 << place % 8
    else:
        spoilt = content[: data.draw(st.integers(0, len(content) - 1))]
    path.write_bytes(bytes(spoilt))
    with pytest.raises(CheckpointError, match=r"(?s)Expected .*; got .* Use "):
        load(path)


@pytest.fixture(scope="module", params=bad_formats.SOUND)
def sound(request, tmp_path_factory):
    """A file of samples in one format, and the bytes of its parts."""
    path = tmp_path_factory.mktemp("samples") / request.param
    bad_formats.spoil(bytes)(path)
    return path, {part: part.read_bytes() for part in bad_formats.parts(path)}


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.filterwarnings("ignore")  # of a format that is young, and of odd values
@few
@given(st.data())
def test_spoilt_samples_are_refused_as_documented_or_make_a_population(sound, data):
    path, contents = sound
    part = data.draw(st.sampled_from(sorted(contents)))
    content = bytearray(contents[part])
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=9)):
            content[place] ^= data.draw(st.integers(1, 255))
    part.write_bytes(content)
    began = time.process_time()
    try:
        assert np.isfinite(Population.from_file(path).samples).all()
    except (ValueError, FileNotFoundError) as error:
        assert re.search(r"(?s)Expected .*; ?got .*\. (Use|Remove|Sort) ", str(error))  # noqa: PT017
    assert time.process_time() - began < 1
    assert part.read_bytes() == content
    part.write_bytes(contents[part])
