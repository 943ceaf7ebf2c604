import math

import pytest

from hoam import verdicts

NUMBERS = {
    ("fig-a-b", "error"): 0.1,
    ("fig-a-b", "random"): 0.4,
    ("fig-c", "missing"): math.nan,
    ("fig-c", "far"): math.inf,
}
CLAIM = """
[C1]
text = "It works."
figures = ["fig-a-b"]
confirmed = ["fig-a-b.error < {strict}", "fig-a-b.random > 3 * fig-a-b.error"]
limited = ["fig-a-b.error < {relaxed}"]
limits = "Only on Mondays."

[C2]
text = "Nobody looked yet."
figures = []
confirmed = []
"""


def judge(tmp_path, text):
    path = tmp_path / "claims.toml"
    path.write_text(text)
    return verdicts.judge(path, NUMBERS)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("fig-a-b.error < 0.15", True),
        ("fig-a-b.error<1e-1", False),
        ("fig-a-b.error <= 1e-1", True),
        ("fig-a-b.error >= 0.1", True),
        ("fig-a-b.error > -.5", True),
        ("fig-a-b.random > 3 * fig-a-b.error", True),
        ("fig-a-b.random > 5 * fig-a-b.error", False),
        ("0.5*fig-a-b.random < fig-a-b.error", False),
        ("fig-c.missing < 1", False),
        ("fig-c.missing > 1", False),
        ("fig-c.far > 1", False),
    ],
)
def test_a_rule_compares_recorded_numbers_and_constants(rule, holds):
    condition = verdicts.judge_rule(rule, NUMBERS)
    assert condition.holds is holds
    assert condition.rule == rule


@pytest.mark.parametrize(
    "rule",
    [
        "fig-a-b.error",
        "0.1 < fig-a-b.error < 0.2",
        "fig-a-b.error == 0.1",
        "fig-a-b.error + 1 < 2",
        "fig-a-b.error < 2 * 3",
        "__import__('os') < 1",
        "fig-a-b.error < ",
    ],
)
def test_anything_else_is_an_error(rule):
    with pytest.raises(ValueError, match=r"Expected .*; got .*\. Use "):
        verdicts.judge_rule(rule, NUMBERS)


def test_a_rule_over_a_number_that_was_not_recorded_is_an_error():
    with pytest.raises(KeyError, match=r"Expected a recorded number fig-a-b\.absent"):
        verdicts.judge_rule("fig-a-b.absent < 1", NUMBERS)


@pytest.mark.parametrize(
    ("strict", "relaxed", "verdict", "limits"),
    [
        (0.2, 0.5, verdicts.CONFIRMED, ""),
        (0.05, 0.5, verdicts.LIMITED, "Only on Mondays."),
        (0.05, 0.05, verdicts.NOT_CONFIRMED, ""),
    ],
)
def test_the_rules_decide_the_verdict(tmp_path, strict, relaxed, verdict, limits):
    (judged,) = judge(tmp_path, CLAIM.format(strict=strict, relaxed=relaxed))
    assert (judged.claim, judged.verdict, judged.limits) == ("C1", verdict, limits)
    assert [condition.left for condition in judged.conditions] == pytest.approx([0.1, 0.4, 0.1])


def test_without_rules_for_limits_a_claim_that_fails_is_not_confirmed(tmp_path):
    text = '[C1]\ntext = "x"\nfigures = []\nconfirmed = ["fig-a-b.error < 0"]\n'
    (judged,) = judge(tmp_path, text)
    assert judged.verdict == verdicts.NOT_CONFIRMED


@pytest.mark.parametrize("line", ["", 'confirmed = []\nverdict = "confirmed"\n'])
def test_a_claim_with_missing_or_unknown_keys_is_an_error(tmp_path, line):
    with pytest.raises(ValueError, match=r"C1: Expected text, figures and confirmed"):
        judge(tmp_path, f'[C1]\ntext = "x"\nfigures = []\n{line}')


def test_the_claims_of_the_book_can_be_judged(root):
    numbers = verdicts.recorded_numbers(root / "results")
    assert numbers, "Expected results; got none. Use `make test`, which runs the notebooks first."
    judged = verdicts.judge(root / "book" / "claims.toml", numbers)
    figures = {figure for figure, _ in numbers}
    assert all(set(verdict.figures) <= figures for verdict in judged)
