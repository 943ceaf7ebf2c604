"""Sphinx extension: buttons that download or launch a page's notebook, and the edition below it.

```{launch-places}```    whether the buttons of this edition launch notebooks elsewhere

Where the book is published is said once, as `repository-code` in CITATION.cff. Without it, no page
offers to launch a notebook elsewhere; the notebook and its script are always there to download.
"""

from html import escape
from pathlib import Path
from typing import Any

import hoam_notebooks
import yaml
from docutils import nodes
from hoam_results import Edition, edition
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

_EXECUTED = "book/_executed/"


def repository(root: Path) -> str:
    """Return the address of the book's repository, or nothing where CITATION.cff has none.

    It begins the addresses of files, so it ends neither in a slash nor in `.git`.
    """
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    return citation.get("repository-code", "").rstrip("/").removesuffix(".git")


def footer(edition: Edition) -> str:
    """Return the line that says which edition a page belongs to."""
    commit = f", commit {edition.commit}" if edition.commit else ""
    return f"<p>Version {escape(edition.version)}, {escape(edition.date)}{escape(commit)}.</p>"


def _button(url: str, text: str, tooltip: str, icon: str, label: str) -> dict[str, str]:
    return {
        "type": "link",
        "url": url,
        "text": text,
        "tooltip": tooltip,
        "icon": icon,
        "label": f"{label}-button",
    }


def buttons(name: str, base: str, address: str) -> list[dict[str, Any]]:
    """Return the groups of buttons of one notebook: where to launch it, and what to download.

    Args:
        name: of the notebook.
        base: address of the folder with the clean notebooks, seen from the page.
        address: of the repository, or nothing.
    """
    files = {".ipynb": ("notebook without outputs", "code"), ".py": ("script", "file")}
    downloads = [
        _button(f"{base}/{name}{suffix}", suffix, f"Download {what}", f"fas fa-{icon}", suffix[1:])
        for suffix, (what, icon) in files.items()
    ]
    printing = {
        "type": "javascript",
        "javascript": "window.print()",
        "text": ".pdf",
        "tooltip": "Print this page",
        "icon": "fas fa-file-pdf",
        "label": "print-button",
    }
    groups = [("Download this page", "fas fa-download", [*downloads, printing], "download-buttons")]
    if address:
        launches = [
            _button(url, service, f"Open in {service}", "fas fa-rocket", service.lower())
            for service, url in hoam_notebooks.launch_links(address, name).items()
        ]
        groups.insert(0, ("Launch this page", "fas fa-rocket", launches, "launch-buttons"))
    return [
        {"type": "group", "tooltip": tooltip, "icon": icon, "buttons": group, "label": label}
        for tooltip, icon, group, label in groups
    ]


class LaunchPlacesDirective(SphinxDirective):
    """Say whether this edition has an address from which its notebooks are launched."""

    def run(self) -> list[nodes.Node]:
        """Return one sentence."""
        address = self.config.hoam_repository
        if not address:
            return [nodes.paragraph("", "This edition has none: its buttons download and print.")]
        link = nodes.reference("", address, refuri=address)
        words = (nodes.Text("That of this edition is "), link, nodes.Text("."))
        return [nodes.paragraph("", "", *words)]


def _set_buttons(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: nodes.document | None
) -> None:
    """Put a notebook's own buttons in the place of the theme's, which offer its outputs."""
    if page.startswith(_EXECUTED):
        base = context["pathto"](hoam_notebooks.FOLDER, 1)
        groups = buttons(page.removeprefix(_EXECUTED), base, app.config.hoam_repository)
        others = context.get("header_buttons", [])
        context["header_buttons"] = groups + [
            button for button in others if button.get("label") != "download-buttons"
        ]


def _set_edition(app: Sphinx, config: Config) -> None:
    config.hoam_repository = config.hoam_repository or repository(Path(app.srcdir))
    config.html_theme_options["extra_footer"] = footer(edition(Path(app.srcdir)))


def _write_notebooks(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        root = Path(app.srcdir)
        hoam_notebooks.write(
            sorted((root / "notebooks").glob("*.py")),
            Path(app.outdir) / hoam_notebooks.FOLDER,
            repository=app.config.hoam_repository,
            version=edition(root).version,
            templates=sorted((root / "book").glob("template.py")),
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the buttons, the files that they lead to, and the line in the footer."""
    app.setup_extension("hoam_book")
    app.add_directive("launch-places", LaunchPlacesDirective)
    app.connect("config-inited", _set_edition)
    # After those of the theme.
    app.connect("html-page-context", _set_buttons, priority=900)
    app.connect("build-finished", _write_notebooks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
