"""What the pages on run profiles say is read from the notebooks and the trained models."""

import json

import hoam_profiles
import pytest

from hoam.matrix import configs

SOURCE = """
profile = "book"
quick = profile == "quick"
SEEDS = range(1 if quick else 3)
n_truth, n_model = (2**9, 2**8) if quick else (2**15, 25_000)
title = "a" if SEEDS else "b"
frames = times[:: 40 if profile == "quick" else 5]


def seeds(case):
    return range(1 if quick or case == "x" else 3)


for seed in range(2 if quick else 4):
    draw(n_samples=10 if quick else 20)
"""


def test_every_choice_is_found_in_the_words_of_the_source():
    assert [
        (choice.name, choice.quick, choice.other) for choice in hoam_profiles.settings(SOURCE)
    ] == [
        ("SEEDS", "1", "3"),
        ("n_truth, n_model", "(2**9, 2**8)", "(2**15, 25_000)"),
        ("frames", "40", "5"),
        ("seeds", "1", "3"),
        ("seed", "2", "4"),
        ("n_samples", "10", "20"),
    ]


def test_every_notebook_is_smaller_in_the_quick_profile(root):
    for path in (root / "notebooks").glob("*.py"):
        found = hoam_profiles.settings(path.read_text())
        assert found, path.name
        assert all(choice.name and choice.quick != choice.other for choice in found), path.name


def test_trained_models_are_counted_by_system(root):
    systems = [path.stem for path in (root / "notebooks").glob("*.py")]
    found = hoam_profiles.trainings(root / "checkpoints", systems)
    assert sum(count for count, _ in found.values()) == len(
        list((root / "checkpoints").glob("*.json"))
    )
    assert all(hours > 0 for _, hours in found.values())


def test_a_linear_part_counts_without_the_network_that_it_was_added_to(tmp_path):
    for name, seconds in (
        ("trap-a-0", {"training_seconds": 3600}),
        ("trap-a_ritz-0", {"training_seconds": 3600, "linear_seconds": 36}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps({"record": seconds}))
    assert hoam_profiles.trainings(tmp_path, ["trap"]) == {"trap": (2, pytest.approx(1.01))}


def test_all_models_are_trained_again_in_less_than_twelve_hours_of_two_cores(root):
    trained = {path.stem for path in (root / "checkpoints").glob("*.json")}
    assert trained == set(configs())
    found = hoam_profiles.trainings(root / "checkpoints", [])
    assert 1 < sum(hours for _, hours in found.values()) / hoam_profiles.AT_A_TIME < 12
