"""Training objectives; each is a function that returns a `hoam.types.Method`."""

from hoam.methods.action_matching import action_matching, decaying

__all__ = ["action_matching", "decaying"]
