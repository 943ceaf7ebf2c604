"""Docstrings are written with Markdown's marks; Sphinx reads reStructuredText."""

import re
import sys
from typing import Any, TypeAliasType

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


def resolve(_app: Any, _env: Any, node: Any, text: Any) -> Any:
    """Leave shapes such as `'N D'` and the package's type aliases as plain text."""
    target = str(node.get("reftarget", ""))
    shape = target[:1] in "'\"" or not target
    alias = any(
        isinstance(getattr(module, target, None), TypeAliasType)
        for name, module in list(sys.modules.items())
        if name.split(".")[0] == "hoam"
    )
    return text if node.get("refdomain") == "py" and (shape or alias) else None
