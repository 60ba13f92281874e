"""Which messages were written by a person to the bot, and how many of them are answered."""

from collections.abc import Iterable
from typing import Any

import pytest

from bot.slack.interaction import Interaction
from bot.slack.written_messages import AnswerDecision, AnswerShares, parse_event
from tests.support.clock import Clock
from tests.support.written_messages import NOT_TO_THE_BOT, OF_NO_PERSON

MENTION: dict[str, Any] = {
    "type": "app_mention",
    "user": "U1",
    "text": "<@U0BOT0001> help",
    "channel": "C1",
    "ts": "1795965284.000101",
}
DIRECT: dict[str, Any] = {**MENTION, "type": "message", "channel": "D1", "channel_type": "im"}


@pytest.mark.parametrize("event", [MENTION, DIRECT], ids=["mention", "direct"])
def test_a_message_of_a_person_to_the_bot_is_read(event: dict[str, Any]) -> None:
    read = parse_event({"event": {**event, "thread_ts": "1.5"}, "event_time": 7, "team_id": "T1"})
    assert read is not None
    assert (read.text, read.sent_at) == ("<@U0BOT0001> help", 7)
    asked = read.interaction
    assert (asked.user, asked.channel, asked.thread, asked.team) == ("U1", event["channel"], "1.5", "T1")
    assert asked.is_direct is (event is DIRECT)


@pytest.mark.parametrize("event", [MENTION, DIRECT], ids=["mention", "direct"])
@pytest.mark.parametrize("changed", OF_NO_PERSON.values(), ids=OF_NO_PERSON)
def test_what_no_person_wrote_is_not_read(event: dict[str, Any], changed: dict[str, Any]) -> None:
    assert parse_event({"event": {**event, **changed}}) is None


@pytest.mark.parametrize("event", [MENTION, DIRECT], ids=["mention", "direct"])
@pytest.mark.parametrize("changed", NOT_TO_THE_BOT, ids=str)
def test_what_was_not_written_to_the_bot_is_not_read(event: dict[str, Any], changed: dict[str, Any]) -> None:
    assert parse_event({"event": {**event, **changed}}) is None


def test_two_messages_are_known_apart_and_one_is_known_again() -> None:
    def identity(**changed: str) -> str:
        read = parse_event({"event": {**MENTION, **changed}, "event_id": str(changed)})
        assert read is not None
        return read.interaction.identity

    assert identity() == identity(event_ts="1795965284.000101", text="edited")
    assert len({identity(), identity(channel="C2"), identity(ts="1795965284.000102")}) == 3


@pytest.mark.parametrize(
    ("container", "thread"),
    [
        ({"message_ts": "2.0", "thread_ts": "1.0"}, "1.0"),
        ({"message_ts": "1.0", "thread_ts": "1.0"}, None),
        ({"message_ts": "1.0"}, None),
        ({"message_ts": "1.0", "thread_ts": 7}, None),
        ("x", None),
        (None, None),
    ],
    ids=str,
)
def test_a_click_is_in_a_thread_below_its_first_message(container: object, thread: str | None) -> None:
    assert Interaction.of_payload({"container": container}).thread == thread


def takes(shares: AnswerShares, askers: Iterable[tuple[str, str]]) -> list[AnswerDecision]:
    return [shares.acquire(*asker) for asker in askers]


def test_one_person_is_answered_so_often_in_a_minute_and_then_again() -> None:
    clock = Clock()
    shares = AnswerShares(clock.seconds)
    once = [AnswerDecision.ANSWER] * 9 + [AnswerDecision.LAST] + [AnswerDecision.NONE] * 5
    assert takes(shares, [("U1", f"C{at}") for at in range(15)]) == once
    assert shares.acquire("U2", "C1") is AnswerDecision.ANSWER
    clock.advance(59.9)
    assert shares.acquire("U1", "C1") is AnswerDecision.NONE
    clock.advance(0.2)
    assert shares.acquire("U1", "C1") is AnswerDecision.ANSWER


def test_a_channel_and_all_together_are_answered_so_often() -> None:
    shares = AnswerShares(Clock().seconds)
    in_one = takes(shares, [(f"U{at}", "C1") for at in range(30)])
    assert in_one == [AnswerDecision.ANSWER] * 20 + [AnswerDecision.NONE] * 10
    elsewhere = takes(shares, [(f"U{at}", f"D{at}") for at in range(100, 200)])
    assert elsewhere == [AnswerDecision.ANSWER] * 30 + [AnswerDecision.NONE] * 70


def test_who_is_not_answered_uses_nothing_up() -> None:
    shares = AnswerShares(Clock().seconds)
    takes(shares, [("U1", "C1")] * 1000)
    assert takes(shares, [(f"U{at}", "C1") for at in range(2, 12)]) == [AnswerDecision.ANSWER] * 10
