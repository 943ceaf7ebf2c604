"""The record under each figure: data, images, asserted numbers, run, and how to cite it."""

import shutil
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from hoam_results import Edition, Results
from PIL import Image
from sphinx.util import logging

logger = logging.getLogger(__name__)

FOLDER = "_figures"
THUMBNAIL_WIDTH = 480
_LABELS = {
    ".csv": "data (CSV)",
    ".npz": "data (NPZ)",
    ".png": "image (PNG)",
    ".svg": "image (SVG)",
    ".gif": "film (GIF)",
}


def to_root(docname: str) -> str:
    """Return the relative path from a page to the top of the output."""
    return "../" * docname.count("/")


def mark(passed: bool) -> str:
    """Return the sign that a reader, and a screen reader, can tell a pass by."""
    return "✓ pass" if passed else "✗ fail"


def _links(figure: str, files: list[str], docname: str) -> str:
    base = f"{to_root(docname)}{FOLDER}/"
    names = sorted(files, key=lambda name: list(_LABELS).index(Path(name).suffix))
    items = [(name, _LABELS[Path(name).suffix]) for name in names]
    items.append((f"{figure}.json", "record (JSON)"))
    return " · ".join(f'<a href="{base}{name}" download>{label}</a>' for name, label in items)


def _numbers(results: Results, figure: str) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(c.name)}</code></td><td>{c.value:.4g}</td>"
        f"<td>{'' if c.expected is None else f'{c.expected:.4g} '}{escape(c.tolerance)}</td>"
        f"<td>{escape(c.kind)}</td><td>{mark(c.passed)}</td></tr>"
        for c in results.checks
        if c.figure == figure and c.name
    )
    if not rows:
        return ""
    head = "".join(f"<th>{t}</th>" for t in ("number", "value", "expected", "kind", "check"))
    return (
        '<div class="hoam-scroll"><table><thead><tr>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _pairs(title: str, content: dict[str, Any], *, join: str) -> str:
    if not content:
        return ""
    text = ", ".join(f"{key}{join}{value}" for key, value in content.items())
    return f"<p>{title}: {escape(text)}</p>"


def record(
    results: Results, figure: str, docname: str, *, edition: Edition, repository: str
) -> nodes.Node | None:
    """Return the collapsible record of one figure, or nothing where no result holds it."""
    run = results.run_of(figure)
    if run is None:
        return None
    entry = run["figures"][figure]
    line = results.line(run["notebook"], figure)
    source = f"notebooks/{run['notebook']}.py" + (f", line {line}" if line else "")
    if repository:
        target = f"{repository}/blob/{edition.commit or 'main'}/notebooks/{run['notebook']}.py"
        source = f'<a href="{escape(target)}{f"#L{line}" if line else ""}">{source}</a>'
    passed = [c.passed for c in results.checks if c.figure == figure and c.name]
    count = f", {sum(passed)} of {len(passed)} numbers pass" if passed else ""
    html = (
        f'<details class="hoam-record"><summary>Record of <code>{figure}</code>{count}</summary>'
        f"<p>{_links(figure, entry['files'], docname)}</p>"
        f"{_numbers(results, figure)}"
        f"{_pairs('Parameters', entry['parameters'], join=' = ')}"
        f"{_pairs('Units', entry['units'], join=' in ')}"
        f"<p>Run: profile {run['profile']}; {source}</p>"
        f"<p>Cite: {escape(edition.plain(figure))}</p>"
        f"<pre>{escape(edition.bibtex(figure))}</pre></details>"
    )
    return nodes.raw("", html, format="html")


def copy_files(results: Results, output: Path) -> None:
    """Copy images, data and records to the published tree, with a thumbnail of each image."""
    source, target = results.root / "results" / "figures", output / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for run in results.runs.values():
        for figure, entry in run["figures"].items():
            for name in (*entry["files"], f"{figure}.json"):
                if (source / name).is_file():
                    shutil.copy2(source / name, target / name)
                else:
                    logger.warning("Expected the file %s of %s; got none.", name, figure)
            image = target / f"{figure}.png"
            if image.is_file():
                with Image.open(image) as picture:
                    small = picture.convert("RGB")
                    small.thumbnail((THUMBNAIL_WIDTH, 10 * THUMBNAIL_WIDTH))
                    # Few colours: the page of all figures holds them all.
                    small = small.quantize(64)
                    small.save(target / f"{figure}.thumbnail.png", optimize=True)


def card(figure: str, text: dict[str, str], *, target: str, base: str) -> str:
    """Return a thumbnail of a figure with its caption, as a link to its place."""
    return (
        f'<a class="hoam-card" href="{target}#{figure}">'
        f'<img src="{base}{FOLDER}/{figure}.thumbnail.png" alt="{escape(text["alt"])}" '
        'loading="lazy"/>'
        f"<code>{figure}</code><span>{escape(text['caption'])}</span></a>"
    )
