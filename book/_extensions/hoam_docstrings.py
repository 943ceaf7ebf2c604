"""Docstrings are written with Markdown's marks; Sphinx reads reStructuredText."""

import functools
import importlib
import pkgutil
import re
from typing import Any, TypeAliasType

import hoam

_DISPLAY = re.compile(r"^(?P<indent> *)\$\$(?P<formula>.+?)\$\$ *$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"(?<![\\$`])\$(?P<formula>[^$`]+?)\$(?!\$)")
_CODE = re.compile(r"(?<![`:\w])`(?P<code>[^`\n]+)`(?![`_])")


def _display(match: re.Match[str]) -> str:
    indent = match["indent"]
    lines = [line.strip() for line in match["formula"].strip().splitlines()]
    body = "\n".join(f"{indent}   {line}" for line in lines)
    return f"\n{indent}.. math::\n\n{body}\n"


def _inline(match: re.Match[str]) -> str:
    formula = " ".join(match["formula"].split())
    return f":math:`{formula}`"


def markup(text: str) -> str:
    """Return `text` with code, `$...$` and `$$...$$` in the marks of reStructuredText."""
    text = _CODE.sub(r"``\g<code>``", text)
    text = _DISPLAY.sub(_display, text)
    return _INLINE.sub(_inline, text)


def convert(
    _app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]
) -> None:
    """Convert the lines of one docstring in place."""
    lines[:] = markup("\n".join(lines)).split("\n")


@functools.cache
def aliases() -> frozenset[str]:
    """Return the names of the package's type aliases.

    Its modules are imported for that: where few pages have changed, nothing else has done so.
    """
    names = (module.name for module in pkgutil.walk_packages(hoam.__path__, "hoam."))
    modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
    return frozenset(
        name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, TypeAliasType)
    )


def resolve(_app: Any, _env: Any, node: Any, text: Any) -> Any:
    """Leave shapes such as `'N D'` and the package's type aliases as plain text."""
    target = str(node.get("reftarget", ""))
    plain = target[:1] in "'\"" or not target or target in aliases()
    return text if node.get("refdomain") == "py" and plain else None
