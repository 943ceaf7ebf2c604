"""Hold the code of figures to one style: no titles, named colours, lower-case labels with units.

A title would repeat the caption; colours belong to methods, `hoam.plotting` knows them.
"""

import ast
import re
from collections.abc import Iterator

_TITLES = {"set_title", "suptitle", "title"}
_LABELLERS = {"set_xlabel", "set_ylabel", "supxlabel", "supylabel"}
_HEX = re.compile(r"#[0-9A-Fa-f]{3,8}")
_COLOUR_KEYS = {"color", "c", "facecolor", "edgecolor", "colors"}
_NEUTRAL = re.compile(r"black|white|none|[01](\.\d+)?")
# Quantities that have a unit on some axes and none on others.
_QUANTITY = re.compile(r"(time t|position x|velocity v|electric energy E)[₁₂₃]?")
# Names of people and units, which keep their capitals.
_CAPITALS = {"Sinkhorn", "Wasserstein", "Gauss", "GFLOP/s", "Landau"}


def _text(node: ast.AST) -> str | None:
    """Return a text, or the start of one that is put together, or nothing."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _method(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _titles(node: ast.Call) -> Iterator[str]:
    given = any(keyword.arg == "title" for keyword in node.keywords)
    if (_method(node) in _TITLES and node.args) or (_method(node) == "set" and given):
        yield "Expected no title in a figure; got one. Use the caption, or annotate the panel."


def _colours(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        wrong = isinstance(node.value, str) and _HEX.fullmatch(node.value)
        text = node.value
    else:
        text = _text(node.value) if isinstance(node, ast.keyword) else None
        named = isinstance(node, ast.keyword) and node.arg in _COLOUR_KEYS and text
        wrong = named and not _HEX.fullmatch(text) and not _NEUTRAL.fullmatch(text)
    if wrong:
        yield (
            f"Expected a colour of hoam.plotting, black, white or a grey; got {text!r}. "
            "Use COLOURS for methods and shades for other curves."
        )


def _labels(node: ast.Call) -> Iterator[str]:
    given = [k.value for k in node.keywords if k.arg in ("xlabel", "ylabel")]
    if _method(node) in _LABELLERS:
        given += node.args[:1]
    if _method(node) == "colorbar":
        given += [k.value for k in node.keywords if k.arg == "label"]
    for text in (text for text in map(_text, given) if text is not None):
        word = text.split()[0] if text.split() else ""
        capital = len(word) > 1 and word[0].isupper() and word not in _CAPITALS
        if capital or not word:
            yield f"Expected a label in lower case; got {text!r}. Use what the axis shows."


def unit_problems(source: str) -> Iterator[str]:
    """Yield the labels without unit in the code of a figure whose data have units."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and _QUANTITY.fullmatch(str(node.value)):
            yield f"Expected a label with a unit; got {node.value!r}. Use that of the data, in []."


def style_problems(source: str) -> Iterator[str]:
    """Yield what is wrong with the style of the figures that a cell's code draws."""
    for node in ast.walk(ast.parse(source)):
        yield from _colours(node)
        if isinstance(node, ast.Call):
            yield from _titles(node)
            yield from _labels(node)
