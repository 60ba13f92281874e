"""A short throttle of Cloudflare's is waited for by the bot, and not by the person."""

import time
from datetime import timedelta

import pytest

from bot.playground.simulators.cloudflare import Held, Simulation, TooManyRequests
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.digest_actions import add_failure, ask_digest
from tests.support.filter_form import open_filter, submit_filter
from tests.support.fixtures import RunBot
from tests.support.messages import ask, has_button, row_ids

FOLLOWS = "The answer follows by itself in 1s."
REFUSED = "Too many requests to Cloudflare just now. Try again in"


@pytest.fixture(autouse=True)
def throttled_from_the_first_second_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the client hand on a throttle of a second, as it does with one of four."""
    monkeypatch.setattr("bot.cloudflare.client._LONGEST_DELAY", timedelta(0))


async def test_a_command_is_told_and_answered_without_being_typed_again(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(TooManyRequests(1))
    started = time.monotonic()
    reply = await ada.command("/workflows", "orders")
    assert reply.ack_message is not None
    assert FOLLOWS in reply.ack_message.text
    await reply.message()
    assert row_ids(await reply.message()) == ["fine"]
    assert time.monotonic() - started >= 1
    assert len(cloudflare.calls) == 2
    (answered,) = slack.responses
    assert answered.body["replace_original"] is True


@pytest.mark.parametrize("text", ["", "orders since:24h"])
async def test_every_list_waits(text: str, ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(TooManyRequests(1))
    reply = await ada.command("/workflows", text)
    assert FOLLOWS in (await reply.message()).text
    assert has_button(await reply.message(), "page_refresh")


async def test_the_preview_of_a_digest_waits(ada: Person, cloudflare: Simulation) -> None:
    add_failure(cloudflare, "orders", "ord-1")
    await ask_digest(ada, "create daily 9am")
    cloudflare.inject(TooManyRequests(1))
    reply = await ada.command("/workflows", "digest preview 1")
    assert FOLLOWS in (await reply.message()).text
    assert "ord-1" in (await reply.message()).all_text()


@pytest.mark.parametrize("text", ["preview 1", "create daily 9am workflow:orders", "edit 1 workflow:orders"])
async def test_a_digest_that_a_longer_throttle_is_in_the_way_of_is_one_press_away(
    text: str, ada: Person, cloudflare: Simulation
) -> None:
    add_failure(cloudflare, "orders", "ord-1")
    await ask_digest(ada, "create daily 9am")
    cloudflare.inject(TooManyRequests(30))
    refused = await ask_digest(ada, text)
    assert REFUSED in refused.text
    (button,) = [button for button in refused.buttons() if button.action_id == "command_run"]
    assert (button.label, button.value) == ("Try again", f"digest {text}")


async def test_a_throttle_that_is_known_only_after_the_ack_is_told_then(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(held := Held(TooManyRequests(1)))
    async with run_bot(bot_ack_within=0.0001):
        ada = slack.person("ada")
        await ask(ada, "version")  # Slack says once who she is
        before = len(slack.responses)
        reply = await ada.command("/workflows", "orders")
        held.released.set()
        told = [(await reply.message()).text for _ in range(2)]
        assert told[0].startswith("Asking Cloudflare…")
        assert FOLLOWS in told[1]
        assert row_ids(await reply.message()) == ["fine"]
    assert [sent.body["replace_original"] for sent in list(slack.responses)[before:]] == [True, True]


async def test_a_click_leaves_the_list_until_its_answer_takes_its_place(
    ada: Person, cloudflare: Simulation
) -> None:
    for number in range(11):
        cloudflare.add_instance("orders", id=f"i{number:02}")
    shown = await ask(ada, "orders")
    cloudflare.inject(TooManyRequests(1))
    reply = await ada.click(shown, "page_refresh")
    word = await reply.message()
    assert FOLLOWS in word.text
    assert word.is_ephemeral
    assert word.ts != shown.ts
    refreshed = await reply.message()
    assert refreshed.ts == shown.ts
    assert len(row_ids(refreshed)) == 10


async def test_a_filtered_list_waits_behind_its_form(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="broken", status="errored")
    view = await open_filter(ada, await ask(ada, "orders"))
    cloudflare.inject(TooManyRequests(1))
    seen = slack.changes.follow(lambda change: change.kind != "deleted")
    await submit_filter(ada, view, status="🔴 Errored")
    assert FOLLOWS in (await seen.next(5)).message.text
    assert row_ids((await seen.next(5)).message) == ["broken"]


async def test_nobody_s_request_is_sent_in_the_pause(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.add_instance("invoices", id="paid")
    cloudflare.inject(TooManyRequests(1))
    first = await ada.command("/workflows", "orders")
    second = await slack.person("grace").command("/workflows", "invoices")
    assert len(cloudflare.calls) == 1
    for reply, rows in ((first, ["fine"]), (second, ["paid"])):
        assert "The answer follows by itself in" in (await reply.message()).text
        assert row_ids(await reply.message()) == rows
    assert len(cloudflare.calls) == 3


async def test_a_throttle_is_waited_for_once(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(TooManyRequests(1), times=2)
    reply = await ada.command("/workflows", "orders")
    assert FOLLOWS in (await reply.message()).text
    refused = await reply.message()
    assert REFUSED in refused.text
    assert has_button(refused, "command_run")


@pytest.mark.parametrize("seconds", [21, 60, None])
async def test_a_longer_one_is_told_at_once(seconds: int | None, ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(TooManyRequests(seconds))
    reply = await ada.command("/workflows", "orders")
    assert reply.ack_message is not None
    assert REFUSED in reply.ack_message.text


async def test_a_person_who_has_used_up_their_share_waits_themselves(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cloudflare.limiter.WINDOW", timedelta(seconds=10))
    for name in ("orders", "invoices"):
        cloudflare.add_instance(name)
    async with run_bot(bot_request_budget=10, bot_person_share=0.1):
        ada = slack.person("ada")
        await ask(ada, "orders")
        refused = await ask(ada, "invoices")
    assert "One person's share of the requests to Cloudflare is used up" in refused.text
