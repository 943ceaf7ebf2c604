"""Formatted numbers as they are set: with a real minus sign, and powers of ten as superscripts."""

import re
from html import escape

from docutils import nodes

MINUS = "\N{MINUS SIGN}"
_SPACE = "\N{NO-BREAK SPACE}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def parts(text: str) -> tuple[str, str]:
    """Return mantissa and power of ten of a formatted number; the power is empty if it has none."""
    mantissa, marker, exponent = text.partition("e")
    if not marker or not exponent.lstrip("+-").isdigit():
        return text, ""
    return mantissa, str(int(exponent))


def short(value: float) -> str:
    """Return a number with two digits, and with a power of ten where its size is unusual."""
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.2g}" if abs(value) < 99.5 else f"{value:.0f}"
    return f"{value:.1e}"


def number_nodes(text: str) -> list[nodes.Node]:
    """Return a formatted number as nodes of a page."""
    mantissa, power = (part.replace("-", MINUS) for part in parts(text))
    if not power:
        return [nodes.Text(mantissa)]
    times = nodes.Text(f"{mantissa}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10")
    return [times, nodes.superscript("", power)]


def number_html(text: str) -> str:
    """Return a formatted number as HTML."""
    mantissa, power = (part.replace("-", MINUS) for part in parts(text))
    return f"{mantissa}&nbsp;×&nbsp;10<sup>{power}</sup>" if power else mantissa


def tolerance_html(text: str) -> str:
    """Return a tolerance as HTML; it breaks before its second part, and nowhere else."""
    words = _NUMBER.sub(lambda found: number_html(found[0]), escape(text)).replace(" ", _SPACE)
    return words.replace(f",{_SPACE}", ", ").replace(f"{_SPACE}+", " +")


def number_latex(text: str) -> str:
    """Return a formatted number as LaTeX, to stand in a formula."""
    mantissa, power = parts(text)
    return rf"{mantissa}\times10^{{{power}}}" if power else mantissa
