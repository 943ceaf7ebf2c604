"""Sphinx extension: the page on which a reader plays the populations.

```{play}```   menus, panels and a slider, for the figures whose ids start with `fig-play-`

The data are those of the figures, and the errors their recorded numbers: each system becomes one
script, which the page asks for when the system is chosen. A script, and not a data file, because a
page that is read from a disk may load nothing else. Each system is a target, `play-two-stream`.
"""

import base64
import json
import math
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import hoam_places
import hoam_results
import matplotlib as mpl
import numpy as np
from docutils import nodes
from hoam_results import Results
from hoam_tables import load_for_page
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from hoam.plotting import COLOURS, LINES

FOLDER = "_play"
PREFIX = "fig-play-"
TRUTH = "truth"
DIGITS = 4  # of the values of a curve
SCRIPTS = ("play_panels.js", "play.js")
PATTERNS = {"--": "dashed", "-.": "dashdot", ":": "dotted"}
PAGE = """<form class="hoam-play" data-folder="{folder}" aria-label="Populations" hidden>
<p class="hoam-play-menus">
<label>System <select name="system">{systems}</select></label>
<label><span>Parameter</span> <select name="mu"></select></label>
<label>Method <select name="method"></select></label>
</p>
<div class="hoam-play-panels"><canvas role="img"></canvas><canvas role="img"></canvas>
<canvas role="img" class="hoam-play-wide"></canvas></div>
<p class="hoam-play-time">
<button type="button">Play</button>
<label>Time <input type="range" name="time" min="0" max="0" value="0"></label>
<output name="clock"></output>
</p>
<p class="hoam-play-words" role="status" aria-live="polite"></p>
</form>
<p class="hoam-play-still">What moves here needs a browser that runs scripts. The
<a href="#{still}">figures below</a> show the same models at rest.</p>
"""


def figures(results: Results) -> list[str]:
    """Return the figures that hold what is played, in order."""
    names = [name for run in results.runs.values() for name in run["figures"]]
    return [name for name in names if name.startswith(PREFIX)]


def read(results: Results, figure: str) -> dict[str, np.ndarray]:
    """Return the arrays of a figure."""
    with np.load(results.root / "results" / "figures" / f"{figure}.npz") as archive:
        return dict(archive)


def stems(arrays: dict[str, np.ndarray]) -> list[str]:
    """Return the systems that the arrays of a figure belong to."""
    return [name.removesuffix("_words") for name in arrays if name.endswith("_words")]


def dashes(method: str) -> list[float]:
    """Return the dashes of the line of a method, in units of its width."""
    style = LINES[method]
    if isinstance(style, tuple):
        return list(style[1])
    return list(mpl.rcParams[f"lines.{PATTERNS[style]}_pattern"]) if style in PATTERNS else []


def _rounded(values: np.ndarray) -> list[float | None]:
    """Return values to some digits, and null where there is none."""
    return [float(f"{v:.{DIGITS}g}") if math.isfinite(v) else None for v in values.tolist()]


def _cases(
    arrays: dict[str, np.ndarray], numbers: dict[tuple[str, str], float], figure: str, stem: str
) -> Iterator[dict[str, Any]]:
    for mu in arrays[f"{stem}_parameters"].tolist():
        end, models = f"{mu:g}".replace(".", "_"), []
        for name, colour in COLOURS.items():
            key = f"{stem}_{name.lower().replace('-', '_')}_{end}"
            if f"{key}_states" not in arrays:
                continue
            # From one time to the next, modulo 256: steps are alike, and compress to two thirds.
            states = arrays[f"{key}_states"]
            steps = np.diff(states, axis=0, prepend=np.zeros_like(states[:1]))
            models.append(
                {
                    "name": "full model" if name == TRUTH else name,
                    "colour": colour,
                    "dashes": dashes(name),
                    "error": None if name == TRUTH else numbers[figure, key],
                    "values": _rounded(arrays[f"{key}_observable"]),
                    "steps": base64.b64encode(steps.tobytes()).decode(),
                }
            )
        truth, *others = models
        floor = numbers[figure, f"{stem}_floor_{end}"]
        yield {"mu": mu, "floor": floor, "truth": truth, "models": others}


def content(results: Results, figure: str, stem: str) -> dict[str, Any]:
    """Return all that the page shows of one system."""
    arrays = read(results, figure)
    words = ("title", "parameter", "horizontal", "vertical", "time", "observable", "scale")
    return {
        **dict(zip(words, arrays[f"{stem}_words"].tolist(), strict=True)),
        "limits": arrays[f"{stem}_limits"].tolist(),
        "window": arrays[f"{stem}_window"].tolist(),
        "times": _rounded(arrays[f"{stem}_t"]),
        "cases": list(_cases(arrays, results.numbers, figure, stem)),
    }


def script(stem: str, shown: dict[str, Any]) -> str:
    """Return the script that hands the data of one system to the page."""
    text = json.dumps(shown, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"hoamPlay.take({json.dumps(stem)},{text});\n"


class PlayDirective(SphinxDirective):
    """Show what a reader plays with."""

    def run(self) -> list[nodes.Node]:
        """Return menus and panels, empty until a script runs, under the names of all systems."""
        results = load_for_page(self.env)
        hoam_places.mark(self.env, self.env.docname, "play")
        anchors, options, shown = [], [], figures(results)
        for figure in shown:
            arrays = read(results, figure)
            for stem in stems(arrays):
                anchors.append(f"play-{stem.replace('_', '-')}")
                title = escape(str(arrays[f"{stem}_words"][0]))
                options.append(f'<option value="{stem}">{title}</option>')
        if not shown:
            return []
        folder = f"{hoam_places.to_root(self.env.docname)}{FOLDER}/"
        html = PAGE.format(folder=folder, systems="".join(options), still=shown[0])
        targets = [nodes.container(ids=[name], names=[name]) for name in anchors]
        for target in targets:  # one each: a node of several names leads all to its last id
            self.state.document.note_explicit_target(target)
        return [*targets, nodes.raw("", html, format="html")]


def _load_scripts(
    app: Sphinx, page: str, _template: str, _context: dict[str, Any], _tree: nodes.document | None
) -> None:
    """Load the scripts and the style on this page alone."""
    if page in hoam_places.marked(app.env, "play"):
        for name in SCRIPTS:
            app.add_js_file(f"play/{name}", loading_method="defer")
        app.add_css_file("play/play.css")


def write_files(results: Results, output: Path) -> None:
    """Write the script of each system to the published tree."""
    target = output / FOLDER
    target.mkdir(exist_ok=True)
    for figure in figures(results):
        for stem in stems(read(results, figure)):
            text = script(stem, content(results, figure, stem))
            (target / f"{stem}.js").write_text(text, encoding="utf-8")


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        write_files(hoam_results.load(Path(app.srcdir)), Path(app.outdir))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, its scripts and their data."""
    app.add_directive("play", PlayDirective)
    # Before other extensions put a list of their own in the place of the builder's.
    app.connect("html-page-context", _load_scripts, priority=400)
    app.connect("build-finished", _finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
