"""Whatever comes between a click on `Filter…` and its list, the person is told, and loses nothing."""

import time
from datetime import timedelta
from typing import Any

import pytest

from bot.app import Bot
from bot.browse.bookmark import OverviewBookmark
from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.requests import OpenFilter
from bot.playground.simulators.cloudflare import Held, HtmlPage, Simulation
from bot.playground.simulators.slack import RESPONSE_URL, Failed, Fault, LocalSlack, Person, RateLimited
from bot.playground.simulators.slack import Slow as SlowSlack
from tests.support.buttons import CODEC, encode
from tests.support.filter_form import add_orders, open_filter, submit_and_wait, submit_filter
from tests.support.fixtures import ReadLog, RunBot
from tests.support.form_values import shown_values
from tests.support.messages import ask, row_ids


async def test_a_slow_cloudflare_lets_the_form_close_at_once(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders")
    view = await open_filter(ada, message)
    cloudflare.inject(held := Held())
    following = slack.next_message()
    reply = await submit_filter(ada, view, status="🔴 Errored")
    assert not reply.errors
    held.released.set()
    shown = await following
    assert shown.ts == message.ts
    assert len(row_ids(shown)) == 5


async def test_a_problem_leaves_the_list_and_is_told_below_it(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders")
    view = await open_filter(ada, message)
    cloudflare.inject(HtmlPage(), times=None)
    told = await submit_and_wait(slack, ada, view, status="🔴 Errored")
    assert "Cloudflare gave no usable answer" in told.text
    assert "/workflows list orders status:errored" in told.text
    assert ada.screen() == (message, told)


async def test_a_process_that_ends_in_between_says_so(
    ada: Person, bot: Bot, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders")
    view = await open_filter(ada, message)
    cloudflare.inject(Held())
    following = slack.next_message()
    await submit_filter(ada, view, status="🔴 Errored")
    assert await bot.background.drain(timedelta(0)) == 1
    told = await following
    assert "being restarted" in told.text
    assert ada.screen() == (message, told)


@pytest.mark.parametrize("minutes", [0, 31])
async def test_an_expired_response_url_is_no_end(
    minutes: int, ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders")
    view = await open_filter(ada, message)
    if minutes:
        slack.workspace.clock = lambda: time.time() + 60 * minutes
    else:
        slack.faults.add(RESPONSE_URL, Failed(404, "expired_url"))
    slack.interactions.clock = slack.workspace.clock
    shown = await submit_and_wait(slack, ada, view, status="🔴 Errored")
    assert len(row_ids(shown)) == 5
    assert shown.ts != message.ts
    assert shown.seen_only_by == ada.user.id
    assert len(slack.calls_of("chat.postEphemeral")) == 1


REFUSALS: dict[str, Fault] = {
    "rate limited": RateLimited(30),
    "broken": Failed(500),
    "too slow": SlowSlack(4),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_form_that_does_not_open_says_what_to_type(
    name: str, ada: Person, cloudflare: Simulation, slack: LocalSlack, read_log: ReadLog
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders errored since:2h")
    slack.faults.add("views.open", REFUSALS[name], times=3)
    told = await (await ada.click(message, "filter_open")).message()
    assert "The form did not open." in told.text
    assert "/workflows list orders status:errored since:2h" in told.text
    assert told.is_ephemeral
    assert ada.screen() == (message, told)
    (line,) = (line for line in read_log() if line["event"] == "form_not_shown")
    assert line["reason"]


async def test_a_trigger_that_expired_says_what_to_type(
    ada: Person, cloudflare: Simulation, slack: LocalSlack, read_log: ReadLog
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders")
    started = time.time()
    ticks = iter([started])
    slack.interactions.clock = lambda: next(ticks, started + 4)
    reply = await ada.click(message, "filter_open")
    assert "The form did not open." in (await reply.message()).text
    assert "expired_trigger_id" in [line.get("reason") for line in read_log()]


async def test_a_short_rate_limit_is_waited_for(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    slack.faults.add("views.open", RateLimited(1))
    assert shown_values((await open_filter(ada, await ask(ada, "orders"))).payload)["rows"] == "10"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("9.abc", "another version"),
        ("1.abc", "cut or changed"),
        ("", "another version"),
        (encode(OverviewBookmark(OverviewQuery())), "another kind of list"),
        ("s1.gone.status", "too old to be continued"),
        (
            CODEC.encode(OpenFilter(ListQuery.of("orders", "staging"))),
            "No account is called `staging` any more.",
        ),
    ],
)
async def test_a_button_that_can_not_be_read_opens_nothing_and_says_why(
    value: str, told: str, ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders")
    button = message.button("filter_open")
    reply = await ada.act(message, {**button.element, "block_id": button.block_id, "value": value})
    assert told in (await reply.message()).all_text()
    assert not slack.calls_of("views.open")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("1.abc", "cut or changed"),
        ("s1.gone./workflows list orders", "/workflows list orders"),
        ("", "version"),
    ],
)
async def test_a_form_whose_place_is_gone_says_so_below_the_list(
    value: str, told: str, ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders")
    view = await open_filter(ada, message)
    response_url, channel, _ = view.payload["private_metadata"].split("\n")
    view.payload["private_metadata"] = f"{response_url}\n{channel}\n{value}"
    shown = await submit_and_wait(slack, ada, view)
    assert told in shown.all_text()
    assert ada.screen() == (message, shown)


async def test_an_account_that_is_gone_by_then_is_said_to_be(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, api: str
) -> None:
    cloudflare.add_instance("orders")
    staging = {"account_id": cloudflare.account_id, "api_token": "simulated-token", "api_base_url": api}
    async with run_bot(cloudflare_accounts={"staging": staging}):
        ada = slack.person("ada")
        view = await open_filter(ada, await ask(ada, "orders"))
    async with run_bot():
        told = await submit_and_wait(slack, slack.person("ada"), view, account="staging")
    assert "No account is called `staging` any more." in told.text


async def test_a_fault_of_our_own_is_told_in_the_place_of_the_form(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    view = await open_filter(ada, await ask(ada, "orders"))
    view.payload["callback_id"] = "of-another-version"
    reply = await ada.submit(view, {})
    assert reply.ack.status == 200
    instead = slack.views.current(view)
    assert instead is not None
    assert instead.payload["title"]["text"] == "Nothing was done"
    assert "from an older version of the bot" in instead.all_text()


async def test_a_submission_without_a_place_gets_its_ack(bot: Bot, ada: Person) -> None:
    assert bot
    payload: dict[str, Any] = {
        "type": "view_submission",
        "view": {"type": "modal", "callback_id": "filter", "private_metadata": "", "state": {"values": {}}},
    }
    assert (await ada.send(payload)).ack.status == 200
