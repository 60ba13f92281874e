"""A slow Cloudflare or a slow Slack: people wait or are told, each once, and nobody else is held up."""

import asyncio
from collections import Counter
from pathlib import Path

from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Held, Simulation, Slow
from bot.playground.simulators.slack import RESPONSE_URL, LocalSlack, Message, Person
from bot.playground.simulators.slack import Held as HeldBySlack
from bot.telemetry import Metrics
from bot.upstream import cloudflare_session, open_accounts
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask, is_asking, row_ids
from tests.support.servers import bot_settings

BUSY = "This bot is busy: too many requests wait for an answer from Cloudflare."


def _fill(cloudflare: Simulation, workflows: int) -> None:
    for number in range(workflows):
        cloudflare.add_instance(f"w{number}", id=f"i{number}")


async def _ask_all(person: Person, workflows: int) -> list[Message]:
    """Ask for different lists at once; return the answers."""

    async def one(number: int) -> Message:
        reply = await person.command("/workflows", f"list w{number}")
        message = await answer(reply)
        await reply.nothing()
        return message

    return await asyncio.gather(*map(one, range(workflows)))


async def test_a_wait_for_a_turn_is_not_part_of_the_deadline(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 9)
    cloudflare.inject(Slow(1.5), times=None)
    async with run_bot(bot_connections=3, bot_request_deadline=4.0):
        answers = await _ask_all(slack.person("ada"), 9)  # the last ones have theirs after 4.5 s
    assert [row_ids(answer) for answer in answers] == [[f"i{number}"] for number in range(9)]
    assert len(cloudflare.calls) == 9, "nothing was asked twice"


async def test_a_crowd_at_a_slow_cloudflare_is_answered_as_far_as_it_goes_and_the_others_are_told(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 60)
    cloudflare.inject(Slow(0.4), times=None)
    async with run_bot(bot_connections=3, bot_request_deadline=2.6):
        answers = await _ask_all(slack.person("ada"), 60)
    told = [answer for answer in answers if BUSY in answer.text]
    answered = [answer for answer in answers if row_ids(answer)]
    assert len(told) + len(answered) == 60
    assert 6 <= len(answered) <= 22, "as many as have their turn in time"
    assert len(cloudflare.calls) == len(answered), "who was told cost Cloudflare nothing"
    assert all("Try again in" in answer.text and "`/workflows list w" in answer.text for answer in told)


async def test_an_account_that_does_not_answer_holds_up_no_other(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    dead = Simulation()
    _fill(dead, 30)
    dead.inject(held := Held(), times=None)
    cloudflare.add_instance("orders", id="fine")
    async with dead.serve() as url:
        account = {
            "account_id": DEFAULT_ACCOUNT_ID,
            "api_token": DEFAULT_TOKEN.value,
            "api_base_url": url,
        }
        async with run_bot(
            bot_connections=4, bot_request_deadline=3.0, cloudflare_accounts={"dead": account}
        ):
            ada, grace = slack.person("ada"), slack.person("grace")
            asked = [ada.command("/workflows", f"list w{number} account:dead") for number in range(30)]
            crowd = asyncio.gather(*asked)
            await held.reached.wait()
            reply = await grace.command("/workflows", "list orders")
            assert not crowd.done()
            assert reply.ack_message is not None
            assert row_ids(reply.ack_message) == ["fine"]
            replies = await crowd
            answers = [await answer(reply) for reply in replies]
    words = Counter(BUSY if BUSY in answer.text else answer.text.split(".")[0] for answer in answers)
    assert words.keys() == {BUSY, "Cloudflare gave no usable answer"}


async def test_a_crowd_at_a_slow_slack_has_its_answers_once_and_others_theirs_at_once(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    _fill(cloudflare, 61)
    async with run_bot(bot_ack_within=0.1):
        ada, grace = slack.person("ada"), slack.person("grace")
        await ask(grace, "list w60")
        cloudflare.inject(held := Held(), times=60)
        slack.faults.add(RESPONSE_URL, held_by_slack := HeldBySlack(), times=60)
        crowd = asyncio.ensure_future(_ask_all(ada, 60))
        while sum(map(is_asking, ada.screen())) < 60:  # noqa: ASYNC110 - it is many events
            await asyncio.sleep(0.05)
        held.released.set()
        await held_by_slack.reached.wait()
        reply = await grace.command("/workflows", "list w60")
        assert reply.ack_message is not None
        assert row_ids(reply.ack_message) == ["i60"]
        held_by_slack.released.set()
        answers = await crowd
    assert [row_ids(answer) for answer in answers] == [[f"i{number}"] for number in range(60)]
    assert Counter(Counter(sent.interaction for sent in slack.responses).values()) == {1: 60}
    assert not slack.calls_of("chat.postEphemeral")


async def test_an_account_has_as_many_connections_as_it_may_have_requests_at_once(
    slack: LocalSlack, cloudflare: Simulation, api: str, tmp_path: Path
) -> None:
    cloudflare.inject(Held(), times=None)
    settings = bot_settings(slack, api, tmp_path, bot_connections=120, bot_request_deadline=60)
    async with cloudflare_session() as session:
        (account,) = open_accounts(settings, session, Metrics()).values()
        asked = asyncio.gather(*(account.get_workflow(f"w{n}") for n in range(130)), return_exceptions=True)
        for _ in range(150):  # before the first answer is there
            await asyncio.sleep(0.1)
            if len(cloudflare.calls) >= 120:
                break
        assert len(cloudflare.calls) == 120, "the others wait here, and not in the session"
        await account.close()
        asked.cancel()
