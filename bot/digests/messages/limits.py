"""Limits of digests in words: why there can't be another one, and why nobody was called."""

from bot.digests.limits import TooManyDigests
from bot.language.tokens import COMMAND
from bot.ui.explanations import Problem, explain
from bot.ui.mrkdwn import channel, command, plural

_LIST = f"{COMMAND} digest list"


@explain.register
def _(error: TooManyDigests) -> Problem:
    held = plural(error.limit, "digest", "digests")
    if error.whose == "person":
        return Problem(
            f"You have {held}, and one person may have no more.",
            (f"To make room, delete one of yours: {command(_LIST)} shows them.",),
        )
    return Problem(
        f"{channel(error.channel)} has {held}, and one channel may have no more.",
        (f"To make room, delete one of them: {command(_LIST)} in that channel shows them.",),
    )


def too_many_text(error: TooManyDigests) -> str:
    """Return the same at a form's field, as plain text."""
    whose = "You have" if error.whose == "person" else "This channel has"
    held = plural(error.limit, "digest", "digests")
    return f"{whose} {held}, the most there may be. Delete one first: {_LIST}"


def not_called(names: str) -> str:
    """Say that a digest calls nobody of a channel, as that was done often enough; `names` is mrkdwn."""
    return (
        f"🔕 {names} is not called: digests did that as often within the last hour as they may, here or "
        "for the same person. `BOT_CALLS_PER_CHANNEL` and `BOT_CALLS_PER_PERSON` set how often that is."
    )
