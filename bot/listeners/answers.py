"""Answers, and what goes wrong on the way to one: whatever it is, it becomes an answer, too."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import structlog

from bot.browse.bookmark import InvalidBookmark
from bot.browse.errors import CursorRefused
from bot.browse.store import BookmarkExpired
from bot.cloudflare.errors import CloudflareError, UnknownAccount
from bot.language.errors import QueryError
from bot.slack.client import SLACK_ERRORS, reason
from bot.ui.elements import Message
from bot.ui.limits import Block
from bot.ui.problems import problem_message, unexpected_message
from bot.ui.request_id import with_request_id

_log = structlog.get_logger(__name__)

_EXPLAINED: Final = (
    QueryError,
    CloudflareError,
    CursorRefused,
    UnknownAccount,
    BookmarkExpired,
    InvalidBookmark,
)

_TO_LOOK_INTO: Final = (CloudflareError, CursorRefused, InvalidBookmark, *SLACK_ERRORS)
"""What whoever runs the bot may want to find in the log; a slip of the keyboard is nothing to look into."""

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
        outcome = await work
    except Told as told:
        return _explained(told.__cause__ or told, told.message, reference)
    except _EXPLAINED as error:
        return explained(error, reference)
    except Exception:  # noqa: BLE001 - see below
        # The one place where anything at all is caught: the person is told, the log keeps the trace.
        _log.exception("unexpected_error")
        return Answer(unexpected_message(reference), is_problem=True)
    if isinstance(outcome, FormToOpen):  # if Slack does not open it, the log says why
        return replace(outcome, instead=with_request_id(outcome.instead, reference))
    return outcome


def explained(error: Exception, reference: str) -> Answer:
    """An error of this bot's own kinds in words, and in the log."""
    return _explained(error, problem_message(error), reference)


def log_problem(error: BaseException) -> None:
    """Log what a person is told of, without what they typed."""
    facts: dict[str, Any] = {}
    if isinstance(error, CloudflareError):
        facts = {"reason": error.reason, "codes": error.codes, "status": error.http_status, "ray": error.ray}
    elif isinstance(error, SLACK_ERRORS):
        facts = {"reason": reason(error)}
    elif isinstance(error, InvalidBookmark):
        facts = {"reason": str(error)}
    _log.info("problem_told", error=type(error).__name__, **facts)


def _explained(error: BaseException, told: Message, reference: str) -> Answer:
    log_problem(error)
    if isinstance(error, _TO_LOOK_INTO):
        told = with_request_id(told, reference)
    return Answer(told, is_problem=True)
