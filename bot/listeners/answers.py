"""Answers, and what goes wrong on the way to one: whatever it is, it becomes an answer, too."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from bot.blocks.limits import Block
from bot.blocks.parts import Message
from bot.blocks.problems import problem_message, unexpected_message
from bot.browse.bookmark import BookmarkUnreadable
from bot.browse.errors import CursorRefused, UnknownAccount
from bot.browse.shelf import BookmarkExpired
from bot.cloudflare.errors import CloudflareError
from bot.query.errors import QueryError

_log = structlog.get_logger(__name__)

_EXPLAINED: Final = (
    QueryError,
    CloudflareError,
    CursorRefused,
    UnknownAccount,
    BookmarkExpired,
    BookmarkUnreadable,
)

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """A message, and whether it tells of a problem: then what stood there before stays.

    Attributes:
        message: what to show.
        is_problem: it tells of one.
        plain: the same in blocks that every Slack shows, for when this one refuses the newer ones.
    """

    message: Message
    is_problem: bool = False
    plain: Message | None = None


@dataclass(frozen=True, slots=True)
class FormToOpen:
    """A form for who asked, and what to say instead if Slack does not open it."""

    view: Block
    instead: Message


class Told(Exception):
    """An error that has its message already."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


async def guarded(work: Awaitable[_Result], reference: str) -> _Result | Answer:
    """What some work comes to, or an answer that says what went wrong: nothing is raised past here.

    Args:
        work: makes an answer, or what leads to one.
        reference: the short id of this request, which also stands in the log.
    """
    try:
        return await work
    except Told as told:
        _log_problem(told.__cause__)
        return Answer(told.message, is_problem=True)
    except _EXPLAINED as error:
        return explained(error)
    except Exception:  # noqa: BLE001 - see below
        # The one place where anything at all is caught: the person is told, the log keeps the trace.
        _log.exception("unexpected_error")
        return Answer(unexpected_message(reference), is_problem=True)


def explained(error: Exception) -> Answer:
    """An error of this bot's own kinds in words."""
    _log_problem(error)
    return Answer(problem_message(error), is_problem=True)


def _log_problem(error: BaseException | None) -> None:
    """What went wrong, without what a person typed."""
    facts = {}
    if isinstance(error, CloudflareError):
        facts = {"reason": error.reason, "codes": error.codes, "status": error.http_status, "ray": error.ray}
    _log.info("problem_told", error=type(error).__name__, **facts)
