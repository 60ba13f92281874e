"""Messages that people write to the bot, in a channel or directly; Slack tells of them by events.

https://docs.slack.dev/reference/events/app_mention and https://docs.slack.dev/reference/events/message.im
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.cloudflare.limiter import charge_to
from bot.reasons import reason_of
from bot.slack.admission import Admission
from bot.slack.background import Background
from bot.slack.handled import KEEP, HandledRequests
from bot.slack.interaction import Interaction
from bot.slack.reply import Reply, ShowMessage
from bot.slack.responder import Responder
from bot.ui.notices import person_unknown_message, too_many_messages_message

_log = structlog.get_logger(__name__)

_WRITTEN_BY_PEOPLE: Final = (None, "file_share", "thread_broadcast", "me_message")
"""Subtypes of what people write. All others report events in the channel or changes of older messages."""
_BY_PROGRAMS: Final = ("bot_id", "bot_profile", "app_id")
_SLACKBOT: Final = "USLACKBOT"
_OLDEST: Final = KEEP / 2
"""A message that Slack reports later than this gets no answer: the note that it had one may be gone."""

_WINDOW: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """A message that a person wrote to the bot.

    Attributes:
        interaction: who wrote it, and where.
        text: as Slack sends it, with the mention of the bot.
        sent_at: Unix time at which Slack had the event; None where it does not say.
        is_shared: people of other organisations are in the channel.
    """

    interaction: Interaction
    text: str
    sent_at: int | None
    is_shared: bool

    @property
    def is_of_unknown_origin(self) -> bool:
        """Return whether the channel is shared, and the person may be of another organisation."""
        return self.is_shared and not self.interaction.home_teams


def parse_event(body: Mapping[str, Any]) -> WrittenMessage | None:
    """Return the message in the envelope of an event; None where no person wrote one to the bot."""
    event = body.get("event")
    if not isinstance(event, dict):
        return None
    interaction = Interaction.of_event(body)
    is_to_bot = event.get("type") == "app_mention" or (
        event.get("type") == "message" and interaction.is_direct
    )
    is_by_person = (
        event.get("subtype") in _WRITTEN_BY_PEOPLE
        and not any(event.get(key) for key in (*_BY_PROGRAMS, "hidden"))
        and interaction.user not in {"", _SLACKBOT}
    )
    if not (is_to_bot and is_by_person and interaction.channel and interaction.message):
        return None
    text, sent_at = event.get("text"), body.get("event_time")
    return WrittenMessage(
        interaction,
        text if isinstance(text, str) else "",
        sent_at if isinstance(sent_at, int) else None,
        is_shared=body.get("is_ext_shared_channel") is True,
    )


class AnswerDecision(Enum):
    """Whether a message may be answered: yes, yes for the last time this minute, or no."""

    ANSWER = auto()
    LAST = auto()
    NONE = auto()


class AnswerShares:
    """How many messages this process answers in a minute.

    Slack takes some hundred messages a minute from the bot, digests included. Answers take half of them at
    most, and those to one person or channel a part of that.

    Args:
        now: a monotonic clock in seconds.
    """

    PERSON: Final = 10
    CHANNEL: Final = 20
    ALL: Final = 50

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self._used: dict[str, int] = {}

    def acquire(self, user: str, channel: str) -> AnswerDecision:
        """Count an answer to a person in a channel, if it is within the limits."""
        if self._now() - self._began >= _WINDOW.total_seconds():
            self._began = self._now()
            self._used.clear()
        most = {f"person {user}": self.PERSON, f"channel {channel}": self.CHANNEL, "all": self.ALL}
        if any(self._used.get(share, 0) >= limit for share, limit in most.items()):
            return AnswerDecision.NONE
        for share in most:
            self._used[share] = self._used.get(share, 0) + 1
        return AnswerDecision.LAST if self._used[f"person {user}"] == self.PERSON else AnswerDecision.ANSWER


@dataclass(frozen=True, slots=True)
class MessageAnswers:
    """Answers people's messages, each once. Programs get no answer, so two bots never talk to each other.

    Attributes:
        admission: who is answered.
        background: holds the work, since an event is acknowledged at once.
        responder: sends the answers.
        handled: what any process has answered.
        shares: limits the answers.
        now: Unix time.
    """

    admission: Admission
    background: Background
    responder: Responder
    handled: HandledRequests
    shares: AnswerShares
    now: Callable[[], float] = time.time

    def take(
        self, body: Mapping[str, Any], *, is_retry: bool, make: Callable[[WrittenMessage], Awaitable[Reply]]
    ) -> None:
        """Answer the message that an event tells of, if any, in the background.

        Args:
            body: the envelope.
            is_retry: whether Slack says that it sends the event again.
            make: makes the answer; raises nothing.
        """
        message = parse_event(body)
        if message is None or self._is_old(message):
            return
        self.background.start_once(
            message.interaction.identity, lambda: self._answer(message, make, is_retry=is_retry)
        )

    async def _answer(
        self,
        message: WrittenMessage,
        make: Callable[[WrittenMessage], Awaitable[Reply]],
        *,
        is_retry: bool,
    ) -> None:
        interaction = message.interaction
        refusal = await self.admission.refusal(interaction)
        if interaction.user == self.admission.bot:
            return
        if refusal is None and message.is_of_unknown_origin:
            refusal = person_unknown_message()
        decision = self.shares.acquire(interaction.user, str(interaction.channel))
        if decision is AnswerDecision.NONE:
            _log.warning("message_not_answered", reason="too many messages", channel=interaction.channel)
            return
        if not await self._is_first(interaction, is_retry=is_retry):
            return
        if refusal is None and decision is AnswerDecision.LAST:
            refusal = too_many_messages_message(AnswerShares.PERSON)

        async def reply() -> Reply:
            return await make(message) if refusal is None else ShowMessage(refusal)

        with charge_to(interaction.user):
            await self.responder.deliver(reply(), interaction)

    async def _is_first(self, interaction: Interaction, *, is_retry: bool) -> bool:
        """Return whether no process has answered this; with the database down, whether it is no retry."""
        try:
            return await self.handled.begin(interaction)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("message_not_noted", reason=reason_of(error))
            return not is_retry

    def _is_old(self, message: WrittenMessage) -> bool:
        return message.sent_at is not None and message.sent_at < self.now() - _OLDEST.total_seconds()
