"""What a process is started as, and what ends a start."""

from enum import Enum


class Role(Enum):
    """What a process does: answer people, deliver digests, or both."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


class PlainError(Exception):
    """An error whose message is one line of the bot's own, and quotes nothing that a person typed."""

    @property
    def for_log(self) -> str:
        """The message: it may be logged, see `bot.reasons`."""
        return str(self)


class StartupError(PlainError):
    """A start ends here; the message is one line that says what to do."""
