"""A small book with one figure, to build with the extension."""

import io
import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from hoam.report import Report

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = """notebook = "example"
profile = "book"
["fig-a".error]
value = 1.2e-5
rtol = 0.1
kind = "claim"
source = "a closed form"
why = "rounding of the figure"
["fig-a".count]
value = 5
atol = 0
kind = "exact"
source = "a count"
why = "an integer"
"""
CLAIMS = """[C1]
text = "The error is small."
figures = ["fig-a"]
confirmed = ["fig-a.error < 1e-9"]
limited = ["fig-a.error < 0.1"]
limits = "Small, not tiny."
"""
CITATION = """title: HOAM, reproduced
version: 1.2.3
date-released: "2024-10-16"
references:
  - identifiers:
      - type: other
        value: "arXiv:2410.12000"
"""
MODEL = {"steps": 100, "training_seconds": 7200.0, "versions": {"jax": "0.1"}}
CATALOGUE = """methods = ["AM", "HOAM-G"]
systems = ["trap", "oscillator"]
[paper]
"Figure 4" = "A line"
[figures.fig-a]
title = "A rising line"
systems = ["trap"]
methods = ["AM"]
paper = ["Figure 4"]
panels = "The panel of the trap, μ < 1."
units = { "energy*" = "J", t = "1", "x [0]" = "m" }
"""
NOTEBOOK = """# # A title
# %% mystnb={"figure": {"name": "fig-a"}}
x = [
    0,
]

# %% [markdown]
# The end.
"""
PAGES = {
    "index": (
        "Home\n====\n\n.. toctree::\n\n   part/page\n   tables\n\n.. verdicts::\n\n.. cite-book::\n"
    ),
    "part/page": (
        "Page\n====\n\nIt is :num:`fig-a.error:.2e`, and :num:`fig-a.count:.0f`.\n\n"
        ".. figure:: image.png\n   :name: fig-a\n   :alt: A rising line.\n\n   What it shows.\n"
    ),
    "tables": (
        "Tables\n======\n\n.. _the-papers-figures:\n\nPaper\n-----\n\n.. paper-figures::\n\n"
        + "".join(
            f".. reproduction-report:: {part}\n\n"
            for part in ("summary", "runs", "models", "numbers")
        )
        + ".. figure-index::\n\n.. slides:: fig-a\n"
    ),
}


def write_sources(root):
    """Write the sources of a small book, with results of which one number is off."""
    files = {
        "pyproject.toml": '[project]\nversion = "1.2.3"\nauthors = [{ name = "The authors" }]\n'
        'dependencies = ["numpy>=2"]\n',
        "CITATION.cff": CITATION,
        "book/claims.toml": CLAIMS,
        "tests/reference/example.toml": REFERENCE,
        "book/figures.toml": CATALOGUE,
        "notebooks/example.py": NOTEBOOK,
        "book/figures.schema.json": (ROOT / "book" / "figures.schema.json").read_text(),
        "checkpoints/trap-0.json": json.dumps({"record": MODEL}),
    }
    files |= {f"{name}.rst": text for name, text in PAGES.items()}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    report = Report("example", root=root)
    report.figure(
        "fig-a",
        figure,
        data={"t": [0, 1], "energy": [2, 3], "time": [4, 5]},
        units={"time": "s"},
        parameters={"mu": 1.25},
    )
    report.record("fig-a", error=1.2345e-5, count=4)
    figure.savefig(root / "part" / "image.png")
    plt.close(figure)


def build(book, **settings):
    """Build the book and return its warnings."""
    warnings = io.StringIO()
    overrides = {"extensions": ["hoam_book"], "numfig": True, "nitpicky": True} | settings
    with docutils_namespace():
        app = Sphinx(
            str(book),
            None,
            str(book / "out"),
            str(book / "trees"),
            "html",
            confoverrides=overrides,
            status=None,
            warning=warnings,
        )
        app.build()
    return warnings.getvalue()


def page(book, name):
    return (book / "out" / f"{name}.html").read_text()


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
