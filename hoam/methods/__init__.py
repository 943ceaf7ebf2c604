"""Training objectives; each is a function that returns a `hoam.types.Method`."""

from hoam.methods.action_matching import action_matching, decaying
from hoam.methods.dice import dice
from hoam.methods.flow_matching import flow_matching
from hoam.methods.score_matching import score_matching

__all__ = ["action_matching", "decaying", "dice", "flow_matching", "score_matching"]
