"""The general index leads to where the chapters define their concepts."""

import os
import re

import pytest
import yaml

#: Entries of a chapter.
LEAST = 3
ENTRY = re.compile(r"^(?:# )?```\{index\} (.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def entries(root):
    """Return the entries of each chapter before the reference part, by the name of its page."""
    found = {}
    for part in yaml.safe_load((root / "_toc.yml").read_text())["parts"]:
        for page in (chapter.get("file", "") for chapter in part["chapters"]):
            if part["caption"] == "Reference":
                continue
            notebook = root / "notebooks" / f"{page.rpartition('/')[2]}.py"
            path = notebook if "_executed" in page else root / f"{page}.md"
            found[page] = [
                entry.removeprefix("single: ").strip()
                for line in ENTRY.findall(path.read_text())
                for entry in ([line] if line.startswith("single:") else line.split(","))
            ]
    return found


def test_every_chapter_has_entries(entries):
    assert {page for page, found in entries.items() if len(found) < LEAST} == set()
    assert sum(map(len, entries.values())) > 60


def test_an_entry_stands_once_in_a_chapter(entries):
    for page, found in entries.items():
        assert len(set(found)) == len(found), page


def built(root, name):
    path = root / "_build" / "html" / name
    if not path.exists():
        assert "CI" not in os.environ, "Expected built pages. Use `make book`."
        pytest.skip("the pages are not built")
    return path.read_text(encoding="utf-8")


def test_the_built_index_leads_to_every_entry(root, entries):
    page = built(root, "genindex.html")
    for chapter, found in entries.items():
        if found:
            assert page.count(f'href="{chapter}.html#index-') >= LEAST, chapter
        for entry in found:
            assert entry.rpartition("; ")[2] in page.replace("&#39;", "'"), entry


def test_the_glossary_leads_to_both_indices(root):
    page = built(root, "book/glossary.html")
    for name in ("genindex.html", "prf-prf.html"):
        assert f'href="../{name}' in page
        assert built(root, name)
