"""Sphinx extension of the page on the checks, made of what was measured and installed.

```{seeded-faults}```   every fault that was put into the package, and the test that noticed
```{version-matrix}```  the versions that the numbers of the book were measured with
```{endurance}```       trainings that were killed many times, or were very long
```{built-twice}```     what came out of two builds from nothing, on one core each
```{rounding}```        how far other instructions moved the numbers
```{components}```      every package of the lock files, and what pages load, with its licence
"""

from pathlib import Path
from typing import Any

import hoam_components
import hoam_rounding
import hoam_twice
import hoam_versions
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from hoam.results import read_toml

ENDURANCE = "tests/endurance_record.toml"
LIST, RECORD = "tests/seeded_faults.toml", "tests/seeded_record.toml"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _date(record: dict[str, Any]) -> str:
    days = sorted({entry["date"] for entry in record.values()})
    return days[0] if days[:1] == days[-1:] else f"{days[0]} to {days[-1]}"


def faults_table(root: Path) -> str:
    """Return score and list of the seeded faults in Markdown."""
    listed = read_toml(root / LIST)["fault"]
    record = {entry["name"]: entry for entry in read_toml(root / RECORD)["fault"]}
    measured = [fault for fault in listed if fault["name"] in record]
    caught = sum(record[fault["name"]]["outcome"] == "caught" for fault in measured)
    versions = ", ".join(sorted({entry["version"] for entry in record.values()}))
    score = (
        f"**{caught} of {len(measured)} faults were caught, {100 * caught / len(measured):.1f} %** "
        f"({_date(record)}, version {versions})."
    )
    if len(measured) < len(listed):
        score += f" {len(listed) - len(measured)} more are listed and were not measured yet."
    rows = [_row("Fault", "Module", "Noticed by"), "|---|---|---|"]
    for fault in listed:
        entry = record.get(fault["name"])
        found = "not measured" if entry is None else _words(entry["by"]) or "**nobody**"
        module = fault["file"].removeprefix("hoam/").removesuffix(".py").replace("/", ".")
        rows.append(_row(fault["name"], f"`{module}`", found))
    return score + "\n\n" + "\n".join(rows) + "\n"


def endurance_text(root: Path) -> str:
    """Return what came out of trainings that were killed, and of a long one, in Markdown."""
    record = read_toml(root / ENDURANCE)
    kills, memory = record["kills"], record["memory"]
    return (
        f"Killed {len(kills['kills'])} times, the training ended "
        f"{'the same to the last bit as' if kills['same'] else '**not the same as**'} the one left "
        f"alone; at most {max(kills['lost'])} steps were lost to one kill, of one interval of "
        f"{kills['every']}. A training of {memory['steps']:,} steps held "
        f"{memory['megabytes_half_way']:.0f} MB half-way and {memory['megabytes_at_the_end']:.0f} "
        f"MB at the end, {memory['bytes_per_step']:.0f} bytes a step, among them the history of "
        f"the loss ({record['date']}, version {record['version']})."
    )


def components_table(root: Path) -> str:
    """Return the packages with their versions and licences in Markdown."""
    rows = [_row("Package", "Version", "Licence"), "|---|---|---|"]
    found = hoam_components.locked(root) + hoam_components.loaded()
    rows += [_row(c.name, c.version, c.licence) for c in found]
    return "\n".join(rows) + "\n"


class SeededFaultsDirective(SphinxDirective):
    """Show the score of the seeded faults and their list."""

    def run(self) -> list[nodes.Node]:
        """Return what the record says."""
        for path in (LIST, RECORD):
            self.env.note_dependency(path)
        return self.parse_text_to_nodes(faults_table(Path(self.env.srcdir)))


class VersionMatrixDirective(SphinxDirective):
    """Show the environments that tests and notebooks ran in."""

    def run(self) -> list[nodes.Node]:
        """Return what the record says."""
        root = Path(self.env.srcdir)
        self.env.note_dependency(hoam_versions.RECORD)
        for path in hoam_versions.judged_by(root):
            self.env.note_dependency(path)
        return self.parse_text_to_nodes(hoam_versions.versions_table(root))


class EnduranceDirective(SphinxDirective):
    """Show what came out of trainings that were killed, and of a long one."""

    def run(self) -> list[nodes.Node]:
        """Return what the record says."""
        self.env.note_dependency(ENDURANCE)
        return self.parse_text_to_nodes(endurance_text(Path(self.env.srcdir)))


class BuiltTwiceDirective(SphinxDirective):
    """Say how the numbers of two builds compare."""

    def run(self) -> list[nodes.Node]:
        """Return what the record says."""
        self.env.note_dependency(hoam_twice.RECORD)
        return self.parse_text_to_nodes(hoam_twice.twice_text(Path(self.env.srcdir)))


class RoundingDirective(SphinxDirective):
    """Say how far rounding moves the numbers, and how many tolerances rest on that."""

    def run(self) -> list[nodes.Node]:
        """Return what the record and the references say."""
        root = Path(self.env.srcdir)
        for path in (root / hoam_rounding.RECORD, *sorted(root.glob("tests/reference/*.toml"))):
            self.env.note_dependency(str(path.relative_to(root)))
        return self.parse_text_to_nodes(hoam_rounding.rounding_text(root))


class ComponentsDirective(SphinxDirective):
    """Show the packages of the lock files."""

    def run(self) -> list[nodes.Node]:
        """Return their table."""
        for path in hoam_components.LOCKS:
            self.env.note_dependency(path)
        return self.parse_text_to_nodes(components_table(Path(self.env.srcdir)))


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        hoam_components.write(Path(app.srcdir), Path(app.outdir))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives, and write the bill of materials beside the pages."""
    app.add_directive("seeded-faults", SeededFaultsDirective)
    app.add_directive("version-matrix", VersionMatrixDirective)
    app.add_directive("endurance", EnduranceDirective)
    app.add_directive("built-twice", BuiltTwiceDirective)
    app.add_directive("rounding", RoundingDirective)
    app.add_directive("components", ComponentsDirective)
    app.connect("build-finished", _finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
