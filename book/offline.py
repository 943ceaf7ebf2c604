"""Pack the built book into one file to unpack and read anywhere, without a network.

python book/offline.py      # writes _build/hoam-VERSION-offline.zip and prints its name
"""

import sys
import tomllib
import zipfile
from pathlib import Path

#: The earliest day that a zip file can hold: the same pages give the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_START = "start.html"
_REDIRECT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>HOAM, reproduced</title>
<meta http-equiv="refresh" content="0; url=pages/book/index.html"></head>
<body><p><a href="pages/book/index.html">HOAM, reproduced, version {version}</a></p></body></html>
"""
#: What a reader of the packed book has no use for: the sources of pages, and other programs' lists.
_LEFT_OUT = {"_sources", "objects.inv", ".buildinfo", ".doctrees"}


def version(root: Path) -> str:
    """Return the version in the pyproject.toml of `root`."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]


def pack(pages: Path, target: Path, *, version: str) -> None:
    """Write the built pages to a zip file, with `start.html` beside them to open first.

    The same pages give the same bytes, whenever and wherever they are packed.

    Args:
        pages: folder that the book was built to.
        target: file to write.
        version: of the book, which names the folder inside.

    Raises:
        FileNotFoundError: if the pages are not built.
    """
    if not (pages / "book" / "index.html").is_file():
        message = f"Expected the built book in {pages}; got none. Use `make book` first."
        raise FileNotFoundError(message)
    top = f"hoam-{version}"
    files = [path for path in sorted(pages.rglob("*")) if path.is_file()]
    draft = target.with_name(f"{target.name}.part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:

        def add(name: str, content: bytes) -> None:
            entry = zipfile.ZipInfo(f"{top}/{name}", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)

        add(_START, _REDIRECT.format(version=version).encode())
        for path in files:
            name = path.relative_to(pages)
            if not _LEFT_OUT & set(name.parts):
                add(f"pages/{name.as_posix()}", path.read_bytes())
    draft.replace(target)


def main() -> None:
    """Pack the book of this repository."""
    root = Path(__file__).resolve().parent.parent
    target = root / "_build" / f"hoam-{version(root)}-offline.zip"
    pack(root / "_build" / "html", target, version=version(root))
    sys.stdout.write(f"{target.relative_to(root)}: {target.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
