"""The packed book: all pages, the same bytes every time."""

import os
import zipfile

import pytest
from offline import pack


@pytest.fixture
def pages(tmp_path):
    folder = tmp_path / "html"
    for name in ("book/index.html", "book/page.html", "_static/book.css", "_sources/page.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_it_holds_what_a_reader_needs_below_one_folder(pages, tmp_path):
    pack(pages, tmp_path / "book.zip", version="1.2.3")
    with zipfile.ZipFile(tmp_path / "book.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        start = archive.read("hoam-1.2.3/start.html").decode()
        assert archive.read("hoam-1.2.3/pages/book/page.html") == b"book/page.html"
    assert {name.split("/")[0] for name in names} == {"hoam-1.2.3"}
    assert "hoam-1.2.3/pages/_static/book.css" in names
    assert not any("_sources" in name for name in names)
    assert 'href="pages/book/index.html"' in start


def test_the_same_pages_give_the_same_bytes(pages, tmp_path):
    pack(pages, tmp_path / "one.zip", version="1.2.3")
    for path in pages.rglob("*"):
        os.utime(path, (1e9, 1e9))
        path.chmod(0o700)
    pack(pages, tmp_path / "two.zip", version="1.2.3")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    (pages / "book" / "page.html").write_text("changed")
    pack(pages, tmp_path / "three.zip", version="1.2.3")
    assert (tmp_path / "one.zip").read_bytes() != (tmp_path / "three.zip").read_bytes()


def test_without_built_pages_nothing_is_written(tmp_path):
    with pytest.raises(FileNotFoundError, match="Use `make book` first"):
        pack(tmp_path, tmp_path / "book.zip", version="1.2.3")
    assert list(tmp_path.iterdir()) == []
