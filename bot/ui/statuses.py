"""What each status looks like: an emoji and a word, the most urgent first."""

from dataclasses import dataclass
from typing import Final

from bot.cloudflare.models import Status
from bot.ui import limits
from bot.ui.mrkdwn import plain


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a status looks: an emoji and a word, so that neither colour nor picture is needed."""

    emoji: str
    word: str


_APPEARANCES: Final = {
    "errored": Appearance("🔴", "Errored"),
    "rollingBack": Appearance("🟠", "Rolling back"),
    "running": Appearance("🔵", "Running"),
    "queued": Appearance("⏳", "Queued"),
    "waiting": Appearance("🟣", "Waiting"),
    "waitingForPause": Appearance("🟡", "Waiting for pause"),
    "paused": Appearance("⏸️", "Paused"),
    "terminated": Appearance("⚫", "Terminated"),
    "complete": Appearance("🟢", "Complete"),
}
"""In the order in which somebody on call wants to know of them."""

URGENCY: Final = tuple(_APPEARANCES)

_ENDING_WORDS: Final = {"errored": "failed", "complete": "completed", "terminated": "terminated"}
_LONGEST_STATUS: Final = 60


def appearance(status: Status | None) -> Appearance:
    """Return the look of a status; an unknown status is shown by its own name."""
    if status is None:
        return Appearance("⚪", "No status")
    return _APPEARANCES.get(status) or Appearance("⚪", limits.shorten(plain(status), _LONGEST_STATUS))


def ending_word(status: Status | None) -> str:
    """Return what became of an instance of a status at its end, in a word; `ended` for any other status."""
    return _ENDING_WORDS.get(status or "", "ended")
