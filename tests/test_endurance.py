"""What was measured of killed and of long trainings is what the page on the checks claims."""

import pytest

from hoam.results import read_toml
from tests import endurance

RECORD = read_toml(endurance.RECORD)


def test_a_training_killed_twenty_times_ended_like_the_one_left_alone():
    kills = RECORD["kills"]
    assert len(kills["kills"]) == endurance.KILLS == 20
    assert kills["same"]
    assert max(kills["lost"]) <= kills["every"]
    # One of the kills fell into the writing of a checkpoint.
    assert len(kills["within"]["halves"]) == 1


def test_memory_stays_flat_over_a_hundred_thousand_steps():
    memory = RECORD["memory"]
    assert memory["steps"] == endurance.STEPS == 10**5
    # The history of the loss alone has a few numbers of Python a step.
    assert memory["bytes_per_step"] < 200
    assert memory["megabytes_at_the_end"] < 1.1 * memory["megabytes_half_way"]


def test_a_training_that_ends_otherwise_is_no_record(monkeypatch):
    monkeypatch.setattr(endurance.sys, "executable", "false")
    with pytest.raises(RuntimeError, match="like the one left alone"):
        endurance.kills()
