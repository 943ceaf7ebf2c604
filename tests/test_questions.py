"""Each median of the comparison rests on enough seeds, and no key is that of a training run."""

import statistics

import pytest

from benchmarks import equal_error, questions

ROWS = [
    (case, method)
    for case, methods in equal_error.SOLVERS.items()
    for method in methods
    if not method.endswith("_quiet")
]


@pytest.mark.usefixtures("as_users_run_it")  # shipped files hold whole frequencies
@pytest.mark.parametrize(("case", "method"), ROWS)
def test_there_are_three_seeds_and_five_of_what_trains_in_under_three_minutes(case, method):
    seeds = questions.seeds(case, method)
    models = [questions.trained(questions.asked(case).stem, method, seed) for seed in seeds]
    assert [model.record["seed"] for model in models] == list(seeds)
    seconds = [model.record["training_seconds"] for model in models[:3]]
    assert len(seeds) >= (5 if statistics.median(seconds) < 180 else 3)


def test_a_quiet_start_has_the_seeds_of_the_flow_it_starts():
    for case in questions.PLASMAS:
        assert questions.seeds(case, "cfm_quiet") == questions.seeds(case, "cfm")


def test_the_keys_of_a_question_are_not_those_of_a_training():
    for asked in (questions.asked("bistable"), questions.asked("chaos_1365")):
        question = asked.question(n_samples=4, intervals=1)
        assert not (question.truth[0] == question.other[0]).any()
        assert not (question.truth[0] == question.start).any()
