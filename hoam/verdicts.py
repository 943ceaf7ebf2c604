"""Judge the claims of the paper by rules over recorded numbers.

A claims file holds one table per claim. A rule compares two quantities with `<`, `<=`, `>` or
`>=`; a quantity is a recorded number, a constant, or a constant times a recorded number:

    [C1]
    text = "..."                                # the claim, in our words
    figures = ["fig-a"]                         # the evidence
    confirmed = ["fig-a.error < 0.15", "fig-a.random > 3 * fig-a.error"]
    limited = ["fig-a.error < 0.5"]             # if not all of the above hold, but all of these
    limits = "..."                              # what the reader is told then
    accepted = "confirmed with limits"          # the verdict that `make test` holds the claim to
    reason = "..."                              # why it is accepted
    unmet = ["fig-a.error < 0.15"]              # the rules that are known not to hold
"""

import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoam.results import read_results, read_toml, recorded

CONFIRMED = "confirmed"
LIMITED = "confirmed with limits"
NOT_CONFIRMED = "not confirmed"

VERDICTS = (CONFIRMED, LIMITED, NOT_CONFIRMED)

_ACCEPTED = ("accepted", "reason", "unmet")
_KEYS = ("text", "figures", "confirmed", "limited", "limits", *_ACCEPTED)
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_CONSTANT = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBER = r"fig-[a-z0-9-]+\.[A-Za-z_]\w*"
_QUANTITY = re.compile(rf"(?:(?P<factor>{_CONSTANT})\s*\*\s*)?(?P<number>{_NUMBER})")

type Numbers = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Condition:
    """One rule with the values that its two sides take, and whether it holds."""

    rule: str
    left: float
    right: float
    holds: bool


@dataclass(frozen=True)
class Verdict:
    """What the recorded numbers say of one claim."""

    claim: str
    text: str
    figures: tuple[str, ...]
    verdict: str
    conditions: tuple[Condition, ...]
    limits: str = ""
    accepted: str = ""
    reason: str = ""
    unmet: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[Condition, ...]:
        """The rules that hold and were accepted as unmet, or the other way round, each once."""
        rules = {condition.rule: condition for condition in self.conditions}
        return tuple(c for c in rules.values() if c.holds == (c.rule in self.unmet))

    @property
    def differs(self) -> bool:
        """Whether the verdict is another than the accepted one."""
        return bool(self.accepted) and self.verdict != self.accepted


def recorded_numbers(results: Path) -> dict[tuple[str, str], float]:
    """Return all recorded numbers below a results directory, by figure and name.

    Raises:
        ValueError: if a file there holds no results.
    """
    numbers: dict[tuple[str, str], float] = {}
    for path in sorted(results.glob("*.json")):
        numbers |= recorded(read_results(path))
    return numbers


def _quantity(text: str, rule: str, numbers: Numbers) -> float:
    if re.fullmatch(_CONSTANT, text):
        return float(text)
    match = _QUANTITY.fullmatch(text)
    if match is None:
        message = (
            f"Expected a constant, a recorded number or their product; got {text!r} in {rule!r}. "
            "Use forms such as '0.15', 'fig-a.error' and '3 * fig-a.error'."
        )
        raise ValueError(message)
    figure, _, name = match["number"].partition(".")
    if (figure, name) not in numbers:
        message = (
            f"Expected a recorded number {figure}.{name} for {rule!r}; got none. "
            "Use report.record in its notebook, or correct the rule."
        )
        raise KeyError(message)
    return float(match["factor"] or 1) * numbers[figure, name]


def judge_rule(rule: str, numbers: Numbers) -> Condition:
    """Return whether one rule holds for the recorded numbers; NaN satisfies none.

    Raises:
        ValueError: if the rule is not a single comparison of the form above.
        KeyError: if a number was not recorded.
    """
    parts = re.split(r"(<=|>=|<|>)", rule)
    if len(parts) != 3:
        message = (
            f"Expected one comparison; got {rule!r}. Use one of {tuple(_COMPARE)} once in a rule."
        )
        raise ValueError(message)
    left, right = (_quantity(side.strip(), rule, numbers) for side in (parts[0], parts[2]))
    finite = math.isfinite(left) and math.isfinite(right)
    return Condition(rule, left, right, finite and _COMPARE[parts[1]](left, right))


def _judge_claim(claim: str, content: Mapping[str, Any], numbers: Numbers) -> Verdict:
    strict = [judge_rule(rule, numbers) for rule in content["confirmed"]]
    relaxed = [judge_rule(rule, numbers) for rule in content.get("limited", ())]
    if all(condition.holds for condition in strict):
        verdict = CONFIRMED
    elif relaxed and all(condition.holds for condition in relaxed):
        verdict = LIMITED
    else:
        verdict = NOT_CONFIRMED
    return Verdict(
        claim,
        content["text"],
        tuple(content["figures"]),
        verdict,
        (*strict, *relaxed),
        content.get("limits", "") if verdict == LIMITED else "",
        content.get("accepted", ""),
        content.get("reason", ""),
        tuple(content.get("unmet", ())),
    )


def _check_accepted(place: str, content: Mapping[str, Any]) -> None:
    """Raise where an accepted verdict is none, has no reason, or is known to fail no such rule."""
    rules = {*content["confirmed"], *content.get("limited", ())}
    strangers = sorted(set(content.get("unmet", ())) - rules)
    problems = {
        f"accepted to be one of {VERDICTS}; got {content.get('accepted')!r}": (
            "accepted" in content and content["accepted"] not in VERDICTS
        ),
        "a reason for the accepted verdict; got none": (
            "accepted" in content and not str(content.get("reason", "")).strip()
        ),
        f"rules of the claim under unmet; got {strangers}": bool(strangers),
    }
    for problem, there in problems.items():
        if there:
            message = f"{place}: Expected {problem}. Use the rules and verdicts of the claim."
            raise ValueError(message)


def difference(verdict: Verdict) -> str:
    """Return how a verdict differs from the accepted one, and by which rules; empty if it does not.

    Rules may change within a verdict: numbers have tolerances of their own.
    """
    if not verdict.differs:
        return ""
    lines = [
        f"  {c.rule}: {c.left:.4g} against {c.right:.4g}, {'now holds' if c.holds else 'fails now'}"
        for c in verdict.changed
    ]
    head = f"{verdict.claim}: Expected {verdict.accepted!r}; got {verdict.verdict!r}. "
    head += f"Accepted, because {verdict.reason} Use another accepted verdict only with a reason."
    return "\n".join([head, *(lines or ["  no rule is another than accepted: correct unmet"])])


def judge(claims: Path, numbers: Numbers) -> list[Verdict]:
    """Return the verdict on each claim that has rules; a claim without rules is not judged yet.

    Raises:
        ValueError: if a claim lacks its text, figures or rules list, or has an unknown key, or if
            what is accepted of it is no verdict, has no reason, or names rules it does not have.
    """
    content = read_toml(claims)
    for claim, entry in content.items():
        if not isinstance(entry, Mapping):
            message = f"{claims.name}: Expected a table {claim}; got {entry!r}. Use [{claim}]."
            raise ValueError(message)
        missing, unknown = {"text", "figures", "confirmed"} - set(entry), set(entry) - set(_KEYS)
        if missing or unknown:
            message = (
                f"{claims.name}, {claim}: Expected text, figures and confirmed, among {_KEYS}; "
                f"got {sorted(entry)}. Use an empty list where there are no rules yet."
            )
            raise ValueError(message)
        _check_accepted(f"{claims.name}, {claim}", entry)
    return [
        _judge_claim(claim, entry, numbers)
        for claim, entry in content.items()
        if entry["confirmed"]
    ]
