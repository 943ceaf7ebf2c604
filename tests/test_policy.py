"""The content-security policy of the pages: it names what stands in them, and nothing else."""

import base64
import hashlib
import os
import re

import hoam_policy
import pytest
from small_book import build, write_sources
from sphinx.errors import ExtensionError

PAGE = """<!DOCTYPE html>
<html><head>
    <meta charset="utf-8" />
    <script>let a = "<b>" && 1;</script>
    <script src="_static/doctools.js"></script>
    <script type="application/ld+json">{"a": 1}</script>
</head><body><button onclick="window.print()">print</button></body></html>
"""


def sha256(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def rules(page):
    content = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    return {name: set(rest) for name, *rest in map(str.split, content.split(";"))}


def test_scripts_and_handlers_are_named_by_their_hashes_and_data_are_not():
    found = rules(hoam_policy.with_policy(PAGE))["script-src"]
    print_button, script = sha256("window.print()"), sha256('let a = "<b>" && 1;')
    assert found == {"'self'", "'unsafe-hashes'", print_button, script}


def test_a_page_without_scripts_of_its_own_may_run_none():
    page = '<html><head><meta charset="utf-8" /></head></html>'
    assert rules(hoam_policy.with_policy(page))["script-src"] == {"'self'"}


def test_nothing_may_come_from_another_server():
    found = rules(hoam_policy.with_policy(PAGE))
    sources = set.union(*found.values())
    assert {"default-src", "object-src", "base-uri", "form-action"} <= set(found)
    assert not [s for s in sources if ":" in s and s != "data:"]
    assert "*" not in sources
    assert "'unsafe-eval'" not in sources
    assert "'unsafe-inline'" not in found["script-src"]


def test_the_policy_stands_once_before_any_script_however_often_it_is_written():
    once = hoam_policy.with_policy(PAGE)
    assert hoam_policy.with_policy(once) == once
    assert once.count("Content-Security-Policy") == 1
    assert once.index("Content-Security-Policy") < once.index("<script")


def test_a_changed_script_changes_the_policy():
    once = hoam_policy.with_policy(PAGE)
    again = hoam_policy.with_policy(once.replace("let a", "let b"))
    assert rules(once)["script-src"] != rules(again)["script-src"]


def test_a_page_that_declares_no_characters_is_refused():
    with pytest.raises(ValueError, match=r"Expected <meta charset=\.\.\.> in bare\.html.*got none"):
        hoam_policy.with_policy("<html><head><title>A</title></head></html>", "bare.html")


def policies(output):
    """Return the number of policies in each page of a tree, by its path."""
    found = {path: path.read_text(encoding="utf-8") for path in hoam_policy.pages(output)}
    meta = '<meta http-equiv="Content-Security-Policy"'
    return {str(path.relative_to(output)): page.count(meta) for path, page in found.items()}


def test_every_page_of_a_book_gets_one_policy_or_the_build_fails(tmp_path):
    write_sources(tmp_path)
    given = {"extensions": ["hoam_book", "hoam_policy"], "html_extra_path": ["extra"]}
    (tmp_path / "extra" / "_static").mkdir(parents=True)
    (tmp_path / "extra" / "_static" / "template.html").write_text("{% macro a() %}")
    (tmp_path / "extra" / "first.html").write_text(PAGE)
    assert build(tmp_path, **given) == ""
    found = policies(tmp_path / "out")
    assert {"first.html", "index.html", "part/page.html", "search.html"} <= set(found)
    assert set(found.values()) == {1}
    (tmp_path / "extra" / "bare.html").write_text("<html></html>")
    with pytest.raises(ExtensionError, match=r"Expected <meta charset=\.\.\.> in bare\.html"):
        build(tmp_path, **given)


def test_every_published_page_has_one_policy(root):
    found = policies(root / "_build" / "html")
    if not found:
        assert "CI" not in os.environ, "Expected built pages. Use `make book`."
        pytest.skip("the pages are not built")
    assert len(found) > 50
    assert {name: count for name, count in found.items() if count != 1} == {}


@pytest.mark.parametrize("name", ["book/index.html", "search.html"])
def test_the_published_pages_name_all_that_they_run(root, name):
    path = root / "_build" / "html" / name
    if not path.exists():
        assert "CI" not in os.environ, "Expected built pages. Use `make book`."
        pytest.skip("the pages are not built")
    page = path.read_text(encoding="utf-8")
    allowed = rules(page)["script-src"]
    scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*text/x-)[^>]*>(.*?)</script>", page, re.S)
    assert scripts
    assert {sha256(script) for script in scripts} <= allowed
