"""A message is answered once, however often Slack sends it, and only if a person wrote it to the bot."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot, build_bot
from bot.playground.simulators.slack import AckError, LocalSlack, Payload, Person, Signer, Unsigned
from bot.playground.simulators.slack.events import envelope, event_of
from bot.playground.simulators.slack.signing import RequestSigner
from tests.support.fixtures import ReadLog, RunBot
from tests.support.servers import bot_settings
from tests.support.written_messages import (
    HELP,
    NOT_TO_THE_BOT,
    OF_NO_PERSON,
    answers,
    deliver,
    with_event,
    write,
    written,
)


class Retrying:
    """Signs requests that Slack sends again."""

    def __init__(self, secret: str) -> None:
        self._signer: RequestSigner = Signer(secret)

    def headers(self, body: str) -> dict[str, str]:
        retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
        return {**self._signer.headers(body), **retry}


def again(slack: LocalSlack) -> Person:
    """Return Ada, whose events are sent again."""
    return slack.person("ada", via=slack.http(slack.request_url, Retrying(slack.signing_secret)))


async def test_an_event_that_is_sent_again_is_answered_once(bot: Bot, ada: Person, slack: LocalSlack) -> None:
    body = written(slack)
    await deliver(bot, ada, body)
    for _ in range(3):
        await deliver(bot, again(slack), body)
    assert len(answers(slack)) == 1


async def test_an_event_whose_first_sending_was_lost_is_answered(
    bot: Bot, ada: Person, slack: LocalSlack
) -> None:
    assert ada
    await deliver(bot, again(slack), written(slack))
    assert len(answers(slack)) == 1


async def test_a_message_that_comes_by_several_events_is_answered_once(
    bot: Bot, ada: Person, slack: LocalSlack
) -> None:
    body = written(slack)
    await deliver(bot, ada, body)
    await deliver(bot, ada, {**body, "event_id": "Ev0OTHER01"})
    await deliver(bot, ada, with_event(body, edited={"user": ada.user.id, "ts": "9999999999.000001"}))
    assert len(answers(slack)) == 1


async def test_each_of_several_messages_is_answered(bot: Bot, ada: Person, slack: LocalSlack) -> None:
    for _ in range(3):
        await deliver(bot, ada, written(slack))
    assert len(answers(slack)) == 3


async def test_an_event_at_two_processes_and_after_a_restart_is_answered_once(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    body = written(slack)
    async with run_bot() as first:
        await deliver(first, slack.person("ada"), body)
        async with run_bot() as second:
            await deliver(second, again(slack), body)
    async with run_bot() as third:
        await deliver(third, again(slack), body)
    assert len(answers(slack)) == 1


@pytest.mark.parametrize(("minutes", "is_answered"), [(10, True), (45, False)])
async def test_a_message_that_slack_tells_of_much_later_is_not_answered(
    bot: Bot, ada: Person, slack: LocalSlack, minutes: int, *, is_answered: bool
) -> None:
    sent_at = int(time.time()) - 60 * minutes
    await deliver(bot, ada, {**written(slack), "event_time": sent_at})
    assert bool(answers(slack)) is is_answered


async def test_without_the_database_a_message_is_answered_and_its_repetitions_are_not(
    bot: Bot, ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as database:
        database.execute("DROP TABLE handled_requests")
        database.commit()
    await deliver(bot, ada, written(slack))
    assert len(answers(slack)) == 1
    await deliver(bot, again(slack), written(slack))
    assert len(answers(slack)) == 1


@pytest.mark.parametrize("channel", ["general", "@ada"])
async def test_what_no_person_wrote_to_the_bot_is_acknowledged_and_left_alone(
    bot: Bot, ada: Person, slack: LocalSlack, channel: str
) -> None:
    for changed in (*OF_NO_PERSON.values(), *NOT_TO_THE_BOT):
        await deliver(bot, ada, with_event(written(slack, channel=channel), **changed))
    assert answers(slack) == []
    assert not slack.calls_of("chat.postEphemeral")
    assert not slack.calls_of("chat.postMessage")


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
async def test_a_message_with_a_file_or_to_the_channel_too_is_still_a_persons(
    bot: Bot, ada: Person, slack: LocalSlack, subtype: str
) -> None:
    await deliver(bot, ada, with_event(written(slack, channel="@ada"), subtype=subtype))
    assert len(answers(slack)) == 1


async def test_the_bot_does_not_answer_its_own_messages(bot: Bot, slack: LocalSlack) -> None:
    direct = slack.person("ada", "@ada")
    answer = await write(direct, "help")
    own = event_of(answer, slack.workspace)
    assert own is not None
    await deliver(bot, direct, own)
    # As if Slack did not say that a program wrote it.
    plain = {key: value for key, value in own["event"].items() if key not in {"bot_id", "app_id"}}
    await deliver(bot, direct, {**own, "event": plain})
    assert answers(slack) == [answer]


async def test_somebody_who_writes_without_end_is_told_once_that_the_bot_goes_silent(
    bot: Bot, ada: Person, slack: LocalSlack, read_log: ReadLog
) -> None:
    for _ in range(13):
        await deliver(bot, ada, written(slack))
    said = [message.all_text() for message in answers(slack)]
    assert [HELP in text for text in said] == [True] * 9 + [False]
    assert "10 times within a minute" in said[-1]
    assert len([event for event in read_log() if event["event"] == "message_not_answered"]) == 3
    await deliver(bot, ada, written(slack, by="grace"))
    assert answers(slack)[-1].seen_only_by == "U0GRACE01", "others are answered"


async def test_an_odd_event_is_acknowledged(bot: Bot, ada: Person, slack: LocalSlack) -> None:
    odd: tuple[Any, ...] = (None, 7, "x", [], [[]], {}, {"type": []}, {"type": "app_mention"})
    for event in odd:
        await deliver(bot, ada, {**written(slack), "event": event})
        await deliver(bot, ada, {**written(slack), "event": event, "authorizations": [event]})
    assert answers(slack) == []


async def test_an_odd_time_is_no_fault(bot: Bot, ada: Person, slack: LocalSlack, read_log: ReadLog) -> None:
    for sent_at in (None, "x", 1.5, True, 10**400, -(10**400)):
        await deliver(bot, ada, {**written(slack), "event_time": sent_at})
    assert not [event for event in read_log() if event["level"] == "error"]


async def test_odd_authorizations_are_no_fault(bot: Bot, ada: Person, slack: LocalSlack) -> None:
    odd: tuple[Any, ...] = (None, 7, "x", [], [None], ["x"], [{}], {"team_id": 7})
    for authorizations in odd:
        await deliver(bot, ada, {**written(slack), "authorizations": authorizations})
    assert not [call for call in slack.calls if call.error]


async def test_slack_may_verify_the_address(ada: Person, slack: LocalSlack) -> None:
    challenge: Payload = {
        "type": "url_verification",
        "token": "x",
        "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd",
    }
    for _ in range(2):
        answer = (await ada.send(challenge, "events_api")).ack.as_json()
        assert answer == {"challenge": challenge["challenge"]}
    stranger = slack.person("ada", via=slack.http(slack.request_url, Unsigned()))
    with pytest.raises(AckError, match="401"):
        await stranger.send(challenge, "events_api")


@pytest.mark.parametrize("channel", ["general", "@ada"])
async def test_messages_are_answered_in_socket_mode_too(
    slack: LocalSlack, api: str, tmp_path: Path, channel: str
) -> None:
    settings = bot_settings(slack, api, tmp_path, slack_signing_secret=None, slack_app_token=slack.app_token)
    async with build_bot(settings) as bot:
        assert bot.socket_mode is not None
        await bot.socket_mode.connect()
        try:
            ada = slack.person("ada", channel)
            body = written(slack, channel=channel)
            for _ in range(2):
                await deliver(bot, ada, body)
            assert [HELP in message.all_text() for message in answers(slack)] == [True]
            for odd in (None, "x", {"type": "app_mention", "user": 7}):
                await deliver(bot, ada, envelope({}, slack.workspace) | {"event": odd})
        finally:
            await bot.socket_mode.close()
