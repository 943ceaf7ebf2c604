"""Sphinx extension: what each run profile does, read from the files that make it so.

```{profile-settings}```   what the notebooks make smaller in the profile `quick`
```{profile-numbers}```    how many numbers each notebook is held to, by kind
```{profile-trainings}```  how many models of each system are trained, and how long it took
"""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hoam_results
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

Cell = str | nodes.Node
#: Trainings that `make retrain` runs at once, each on a core.
AT_A_TIME = 2


@dataclass(frozen=True)
class Setting:
    """A choice that a notebook makes by its profile, in the words of its source."""

    name: str
    quick: str
    other: str


def _asks_for_quick(test: ast.expr) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == "quick")
        or (isinstance(node, ast.Constant) and node.value == "quick")
        for node in ast.walk(test)
    )


def _choices(node: ast.AST, name: str, source: str) -> Iterator[Setting]:
    """Yield the choices below a node, each under the name that is closest to it."""
    if isinstance(node, ast.IfExp) and _asks_for_quick(node.test):
        branches = (ast.get_source_segment(source, part) for part in (node.body, node.orelse))
        yield Setting(name, *(" ".join((branch or "").split()) for branch in branches))
        return
    if isinstance(node, ast.Assign):
        name = ast.unparse(node.targets[0]).strip("()")
    elif isinstance(node, ast.For):
        name = ast.unparse(node.target)
    elif isinstance(node, ast.FunctionDef):
        name = node.name
    elif isinstance(node, ast.keyword) and node.arg:
        name = node.arg
    for child in ast.iter_child_nodes(node):
        yield from _choices(child, name, source)


def settings(source: str) -> list[Setting]:
    """Return the choices of a notebook's source, in their order."""
    return list(_choices(ast.parse(source), "", source))


def trainings(checkpoints: Path, systems: list[str]) -> dict[str, tuple[int, float]]:
    """Return, for each system, how many models `checkpoints` holds and their hours of training."""
    found = dict.fromkeys(systems, (0, 0.0))
    for path in sorted(checkpoints.glob("*.json")):
        system = path.stem.split("-")[0]
        record = json.loads(path.read_text(encoding="utf-8"))["record"]
        count, hours = found.get(system, (0, 0.0))
        found[system] = (count + 1, hours + own_seconds(record) / 3600)
    return {system: entry for system, entry in found.items() if entry[0]}


def own_seconds(record: dict[str, Any]) -> float:
    """Return the seconds of a model's own run: a linear part keeps those of its network besides."""
    return record.get("linear_seconds", record["training_seconds"])


def _code(text: str) -> nodes.Node:
    return nodes.literal(text, text)


def _table(head: list[str], rows: list[list[Cell]]) -> nodes.table:
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    for part, content in ((nodes.thead(), [head]), (nodes.tbody(), rows)):
        for cells in content:
            row = nodes.row()
            for cell in cells:
                node = nodes.Text(cell) if isinstance(cell, str) else cell
                row += nodes.entry("", nodes.paragraph("", "", node))
            part += row
        group += part
    return nodes.table("", group, classes=["hoam-profile"])


class _Profile(SphinxDirective):
    """A table that is made again when a file it was read from changes."""

    @property
    def root(self) -> Path:
        return Path(self.env.srcdir)

    def read(self, path: Path) -> str:
        self.env.note_dependency(str(path))
        return path.read_text(encoding="utf-8")


class SettingsDirective(_Profile):
    """Show what the notebooks do differently in the profile `quick`."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows: list[list[Cell]] = [
            [path.stem, *map(_code, (choice.name, choice.quick, choice.other))]
            for path in sorted((self.root / "notebooks").glob("*.py"))
            for choice in settings(self.read(path))
        ]
        return [_table(["notebook", "setting", "quick", "book and full"], rows)]


class NumbersDirective(_Profile):
    """Show how many numbers the profile `book` is held to."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        results = hoam_results.load(self.root)
        for path in results.sources():
            self.env.note_dependency(str(path))
        notebook = {figure: name for name, run in results.runs.items() for figure in run["figures"]}
        counts = Counter((notebook[c.figure], c.kind) for c in results.checks if c.name)
        kinds = ("exact", "build", "claim")
        rows: list[list[Cell]] = [
            [name, *(str(counts[name, kind]) for kind in kinds)] for name in sorted(results.runs)
        ]
        rows.append(["all", *(str(sum(counts[n, k] for n in results.runs)) for k in kinds)])
        return [_table(["notebook", *kinds], rows)]


class TrainingsDirective(_Profile):
    """Show what the profile `full` trains."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        folder = self.root / "checkpoints"
        self.env.note_dependency(str(folder))
        notebooks = [path.stem for path in sorted((self.root / "notebooks").glob("*.py"))]
        found = trainings(folder, notebooks)
        rows: list[list[Cell]] = [
            [name, str(count), f"{hours:.1f}"] for name, (count, hours) in found.items()
        ]
        models, hours = (sum(entry[i] for entry in found.values()) for i in (0, 1))
        rows.append(["all", str(models), f"{hours:.1f}"])
        rows.append([f"all, {AT_A_TIME} at a time", str(models), f"{hours / AT_A_TIME:.1f}"])
        return [_table(["system", "models", "hours of training"], rows)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the three tables."""
    app.add_directive("profile-settings", SettingsDirective)
    app.add_directive("profile-numbers", NumbersDirective)
    app.add_directive("profile-trainings", TrainingsDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
