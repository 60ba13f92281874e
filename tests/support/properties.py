"""Numbers of examples that respect the profile."""

from hypothesis import settings


def examples(most: int) -> int:
    """Return this many examples, or as many as the profile has if those are fewer."""
    return min(most, settings().max_examples)
