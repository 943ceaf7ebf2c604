"""Every chapter teaches: goals, and three to five exercises with hints and hidden solutions."""

import re
from itertools import pairwise

import pytest
import yaml

EXERCISE = re.compile(r"^`{3,}\{exercise\}[^\n]*\n:label: (ex-[\w-]+)\n(.*?)^`{3,}$", re.M | re.S)
SOLUTION = re.compile(r"^`{3,}\{solution(?:-start)?\} (ex-[\w-]+)\n:class: dropdown$", re.M)
EXECUTED = re.compile(r"\{solution-start\} (ex-[\w-]+)\n(.*?)\{solution-end\}", re.S)


def chapters(root):
    """Return the text of each chapter before the reference part, by name; code is set apart."""
    toc = yaml.safe_load((root / "_toc.yml").read_text())
    found = {}
    for part in toc["parts"]:
        for name in (entry.get("file", "") for entry in part["chapters"]):
            if part["caption"] != "Reference":
                stem = name.rpartition("/")[2]
                notebook = root / "notebooks" / f"{stem}.py"
                path = notebook if "_executed" in name else root / f"{name}.md"
                text = path.read_text()
                # In a notebook words are comments; a line that is none is code.
                words = (
                    re.sub(r"^(?!#)(.+)$", r"CODE \1", text, flags=re.M)
                    if notebook == path
                    else text
                )
                found[stem] = re.sub(r"^# ?", "", words, flags=re.M) if notebook == path else text
    return found


@pytest.fixture(scope="module")
def texts(root):
    return chapters(root)


def pytest_generate_tests(metafunc):
    if "chapter" in metafunc.fixturenames:
        root = metafunc.config.rootpath
        metafunc.parametrize("chapter", chapters(root))


def test_a_chapter_says_what_is_learned(chapter, texts):
    goals = re.search(r"What you will learn\n(.*?)\n:::", texts[chapter], re.S)
    assert goals
    assert len(re.findall(r"^- ", goals[1], re.M)) >= 3


def test_a_chapter_has_three_to_five_exercises_each_with_a_hint_and_a_hidden_solution(
    chapter, texts
):
    exercises = dict(EXERCISE.findall(texts[chapter]))
    assert 3 <= len(exercises) <= 5
    assert [label for label, text in exercises.items() if "*Hint" not in text] == []
    assert sorted(SOLUTION.findall(texts[chapter])) == sorted(exercises)


def test_executed_solutions_hold_code_and_every_chapter_has_work_on_paper(chapter, texts):
    executed = dict(EXECUTED.findall(texts[chapter]))
    assert [label for label, text in executed.items() if "\nCODE " not in text] == []
    assert len(executed) < len(EXERCISE.findall(texts[chapter]))


def test_every_chapter_that_runs_has_an_exercise_to_solve_by_code(chapter, texts, root):
    if (root / "notebooks" / f"{chapter}.py").is_file():
        assert EXECUTED.search(texts[chapter])


def test_every_chapter_leads_to_code_and_to_figures_or_equations(chapter, texts):
    assert re.search(r"\{py:(mod|class|func|meth)\}`hoam\.", texts[chapter])
    assert re.search(r"\{(numref|eq)\}`(fig|eq)-", texts[chapter])


def test_a_chapter_that_runs_says_what_to_change(chapter, texts, root):
    if (root / "notebooks" / f"{chapter}.py").is_file():
        found = re.search(
            r"^## Change this and see\n\n((?:- .*\n(?: .*\n)*)+)", texts[chapter], re.M
        )
        assert found
        assert len(re.findall(r"^- .*`", found[1], re.M)) >= 2


def test_theorems_proofs_and_the_glossary_can_be_referred_to(texts, root):
    kinds = re.findall(r"\{prf:(\w+)\}", texts["action_matching"])
    assert {"definition", "theorem", "proposition", "lemma", "proof"} <= set(kinds)
    claims = sum(kind in ("theorem", "proposition", "lemma") for kind in kinds)
    assert kinds.count("proof") >= claims > 0
    glossary = (root / "book" / "glossary.md").read_text()
    assert "```{glossary}" in glossary


def test_the_lectures_name_exercises_and_figures_that_exist(texts, root):
    words = (root / "book" / "syllabus.md").read_text()
    known = {label for text in texts.values() for label, _ in EXERCISE.findall(text)}
    assert set(re.findall(r"\bex-[\w-]+", words)) <= known
    assert words.count("Expected answer") >= 8
    for plan in re.findall(r"\| minutes \| what.*?\n\n", words, re.S):
        spans = [tuple(map(int, span)) for span in re.findall(r"^\| (\d+) -- (\d+) \|", plan, re.M)]
        assert (spans[0][0], spans[-1][1]) == (0, 90)
        assert all(before[1] == after[0] for before, after in pairwise(spans))
