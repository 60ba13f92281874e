"""What a process is started as, and what ends a start."""

from enum import Enum


class Role(Enum):
    """What a process does: answer people, deliver digests, or both."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


class StartupError(Exception):
    """A start ends here; the message is one line that says what to do."""
