"""`Filter…` from end to end: a click, a form, and another list in the place of the old one."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.browse.model import ListQuery
from bot.browse.requests import OpenFilter
from bot.cloudflare.models import Status
from bot.language.tokens import quote
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, View
from bot.playground.simulators.slack.directory import ADA
from bot.storage.database import open_database
from tests.support.buttons import CODEC, request_store, save
from tests.support.filter_form import add_orders, echoed_command, open_filter, submit_and_wait, submit_filter
from tests.support.fixtures import RunBot
from tests.support.form_values import shown_values
from tests.support.messages import ask, button_labels, click, row_ids
from tests.support.overviews import open_workflow


async def test_a_form_opens_with_what_the_list_was_asked_with(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders errored since:24h rows:3")
    calls = len(cloudflare.calls)
    reply = await ada.click(message, "filter_open")
    view = await reply.view()
    assert shown_values(view.payload) == {
        "workflows": "orders",
        "status": "🔴 Errored",
        "since": "24h",
        "trigger": "Anything",
        "rows": "3",
        "view": "A paragraph for each instance",
    }
    assert len(cloudflare.calls) == calls
    await reply.nothing()
    (button,) = (button for button in message.buttons() if button.action_id == "filter_open")
    assert button_labels(message)[-2:] == [button.label, "Share"] == ["Filter…", "Share"]
    assert button.element["accessibility_label"] == "Filter this list"
    assert len(slack.calls_of("views.open")) == 1


async def test_nobody_is_asked_for_a_zone_where_there_is_no_time(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    slack.workspace.add(replace(ADA, tz=""))  # for a zone, Slack would be asked again
    view = await open_filter(ada, await ask(ada, "orders errored"))
    await submit_and_wait(slack, ada, view, status=None)
    assert len(slack.calls_of("users.info")) == 1, "who she is"


async def test_what_is_asked_for_takes_the_place_of_the_list(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders rows:20")
    view = await open_filter(ada, message)
    shown = await submit_and_wait(slack, ada, view, status="🔴 Errored", since="2d", rows="3")
    assert shown.ts == message.ts
    assert shown.is_ephemeral
    assert ada.screen() == (shown,)
    assert row_ids(shown) == ["ord-020", "ord-015", "ord-010"]
    assert echoed_command(shown) == "/workflows list orders status:errored since:2d rows:3"
    assert row_ids(await ask(ada, echoed_command(shown).removeprefix("/workflows "))) == row_ids(shown)
    query = cloudflare.calls[-1].query
    assert query["status"] == "errored"
    assert not {"page", "cursor", "direction"} & set(query)


async def test_a_filtered_list_is_walked_and_filtered_again(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare, 60)
    shown = await submit_and_wait(
        slack, ada, await open_filter(ada, await ask(ada, "orders")), status="🔴 Errored"
    )
    older = await click(ada, shown, "page_next")
    assert row_ids(older) == ["ord-005", "ord-000"]
    view = await open_filter(ada, older)
    assert shown_values(view.payload)["status"] == "🔴 Errored"
    everything = await submit_and_wait(slack, ada, view, status=None, rows="20")
    assert everything.ts == shown.ts
    assert len(row_ids(everything)) == 20
    assert "1–20 of 60 ·" in everything.all_text()
    assert echoed_command(everything) == "/workflows list orders rows:20"


@pytest.mark.parametrize("start", ["page:2", "cursor:{}", "cursor:{} direction:asc"])
async def test_a_filtered_list_starts_at_its_first_page(
    start: str, ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare, 120)
    message = await ask(ada, "orders rows:20")
    for _ in range(5):
        message = await click(ada, message, "page_next")
    cursor = cloudflare.calls[-1].query["cursor"]
    message = await ask(ada, f"orders {start.format(quote(cursor))}")
    assert message.button("filter_open").value == CODEC.encode(OpenFilter(ListQuery.of("orders"))), (
        "no long cursor in it"
    )
    shown = await submit_and_wait(slack, ada, await open_filter(ada, message), rows="7")
    assert echoed_command(shown) == "/workflows list orders rows:7"
    assert row_ids(shown) == [f"ord-{number:03}" for number in range(119, 112, -1)]


async def test_emptied_fields_ask_for_everything(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    view = await open_filter(ada, await ask(ada, "orders errored since:2d until:2026-12-01T09:00Z rows:3"))
    shown = await submit_and_wait(slack, ada, view, status=None, since=None, until=None, rows=None)
    assert echoed_command(shown) == "/workflows list orders"


BAD: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "no time": ({"since": "banana"}, {"since": "“banana” is not a time I can read."}),
    "both bounds": (
        {"since": "banana", "until": "kiwi"},
        {"since": "“banana” is not a time", "until": "“kiwi” is not a time"},
    ),
    "the future": ({"since": "2099-01-01"}, {"since": "“2099-01-01” lies in the future."}),
    "the wrong way round": ({"since": "1h", "until": "2h"}, {"until": "“2h” is not later than 1h."}),
    "too many rows": ({"rows": "21"}, {"rows": "“21” is not a whole number from 1 to 20."}),
    "no rows": ({"rows": "0"}, {"rows": "“0” is not a whole number"}),
    "all at once": (
        {"rows": "x", "since": "1h", "until": "2h"},
        {"rows": "“x” is not", "until": "“2h” is not later"},
    ),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_input_is_told_at_its_field_and_nothing_is_lost(
    name: str, ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    answers, told = BAD[name]
    add_orders(cloudflare)
    message = await ask(ada, "orders errored")
    view = await open_filter(ada, message)
    calls = len(cloudflare.calls)
    reply = await submit_filter(ada, view, **answers)
    assert set(reply.errors) == set(told)
    assert all(reply.errors[field].startswith(words) for field, words in told.items())
    assert slack.views.current(view) is not None, "the form stays open"
    assert ada.screen() == (message,)
    assert len(cloudflare.calls) == calls
    shown = await submit_and_wait(slack, ada, view, rows="5")
    assert shown.ts == message.ts


async def opened_for(person: Person, message: Message, value: str) -> View:
    """The form behind a button of another list: this API takes no status that it does not know."""
    button = message.button("filter_open")
    reply = await person.act(message, {**button.element, "block_id": button.block_id, "value": value})
    return await reply.view()


async def test_an_unseen_status_stays_chosen(ada: Person, cloudflare: Simulation, slack: LocalSlack) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders")
    value = CODEC.encode(OpenFilter(ListQuery.of("orders", status=Status("hibernating"))))
    view = await opened_for(ada, message, value)
    assert shown_values(view.payload)["status"] == "⚪ hibernating"
    assert "It says: invalid status" in (await submit_and_wait(slack, ada, view, rows="5")).all_text()
    assert cloudflare.calls[-1].query["status"] == "hibernating"
    view = await opened_for(ada, message, value)
    assert len(row_ids(await submit_and_wait(slack, ada, view, status="🔴 Errored"))) == 5


async def test_a_question_too_long_for_a_button_is_kept_and_found_again(
    ada: Person, cloudflare: Simulation, slack: LocalSlack, tmp_path: Path
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders")
    letters = random.Random(1).choices([chr(0x4E00 + number) for number in range(20_000)], k=900)  # noqa: S311
    status = Status('"'.join("".join(letters[start : start + 4]) for start in range(0, 900, 4)))
    query = ListQuery.of("orders", status=status)
    database = open_database(f"sqlite:///{tmp_path}/bot.sqlite3")
    value = await save(request_store(database, lambda: datetime.now(UTC)), OpenFilter(query))
    await database.dispose()
    assert value.startswith("s1.")
    assert value.endswith(query.command())
    view = await opened_for(ada, message, value)
    assert 1400 < len(view.payload["private_metadata"]) <= 3000
    refused = await submit_and_wait(slack, ada, view, rows="5")
    assert cloudflare.calls[-1].query["status"] == status
    assert ada.screen() == (message, refused)
    shown = await submit_and_wait(slack, ada, await opened_for(ada, message, value), status=None)
    assert len(row_ids(shown)) == 10


async def test_another_account_is_chosen(run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation) -> None:
    other = Simulation(account_id="f" * 32)
    other.add_instance("orders", id="from-staging")
    cloudflare.add_instance("orders", id="from-default")
    async with other.serve() as url:
        staging = {"account_id": "f" * 32, "api_token": "simulated-token", "api_base_url": url}
        async with run_bot(cloudflare_accounts={"staging": staging}):
            ada = slack.person("ada")
            view = await open_filter(ada, await ask(ada, "orders"))
            assert shown_values(view.payload)["account"] == "default"
            shown = await submit_and_wait(slack, ada, view, account="staging")
            assert row_ids(shown) == ["from-staging"]
            assert echoed_command(shown) == "/workflows list orders account:staging"
            view = await open_filter(ada, shown)
            assert shown_values(view.payload)["account"] == "staging"
            shown = await submit_and_wait(slack, ada, view, account="default")
            assert row_ids(shown) == ["from-default"]


async def test_a_form_opened_by_one_replica_is_answered_by_another(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    async with run_bot():
        ada = slack.person("ada")
        message = await ask(ada, "orders")
        view = await open_filter(ada, message)
    async with run_bot():
        shown = await submit_and_wait(slack, slack.person("ada"), view, status="🔴 Errored")
    assert shown.ts == message.ts
    assert len(row_ids(shown)) == 5


async def test_a_hostile_name_is_inert_in_the_form(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    name = "<!channel> `x` \u202e"
    cloudflare.add_instance(name, id="fine")
    overview = await ask(ada, "")
    view = await open_filter(ada, await open_workflow(ada, overview))
    assert "mrkdwn" not in str(view.payload), "Slack reads no markup in it"
    assert "\u202e" not in view.all_text()
    assert row_ids(await submit_and_wait(slack, ada, view, rows="5")) == ["fine"]


async def test_socket_mode_needs_nothing_special(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    async with run_bot(slack_app_token=slack.app_token) as bot:
        assert bot.socket_mode is not None
        slack.request_url = ""
        await bot.socket_mode.connect()
        try:
            ada = slack.person("ada")
            message = await ask(ada, "orders")
            view = await open_filter(ada, message)
            assert "since" in (await submit_filter(ada, view, since="banana")).errors
            shown = await submit_and_wait(slack, ada, view, status="🔴 Errored")
        finally:
            await bot.socket_mode.close()
    assert shown.ts == message.ts
    assert len(row_ids(shown)) == 5


async def test_several_workflows_statuses_and_conditions_are_chosen(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    for workflow in ("orders", "emails", "images"):
        for status in ("errored", "terminated", "complete"):
            cloudflare.add_instance(workflow, id=f"{workflow}-{status}", status=status)
    view = await open_filter(ada, await ask(ada, "orders errored"))
    following = slack.next_message()
    reply = await submit_filter(
        ada, view, workflows=["orders", "emails"], status=["🔴 Errored", "⚫ Terminated"], id="e"
    )
    assert not reply.errors
    shown = await following
    assert echoed_command(shown) == "/workflows list orders,emails status:errored,terminated id:e"
    assert set(row_ids(shown)) == {"emails-errored", "emails-terminated"}
    again = shown_values((await open_filter(ada, shown)).payload)
    assert (again["workflows"], again["status"], again["id"]) == (
        "orders, emails",
        "🔴 Errored, ⚫ Terminated",
        "e",
    )


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({"longer": "soon"}, "longer", "“soon” is no length of time"),
        ({"longer": "2h", "shorter": "1h"}, "shorter", "“1h” is not longer than 2h"),
        ({"version": "x/y"}, "version", "“x/y” has other signs"),
        ({"status": "🔵 Running", "error": "timeout"}, "error", "“timeout” is about errored instances"),
        ({"status": None, "since": "1h", "created": "2h"}, "created", "both mean the creation"),
        ({"created": "1h", "created_until": "2h"}, "created_until", "“2h” is not later than 1h"),
    ],
)
async def test_what_cannot_be_of_a_condition_is_told_at_its_field(
    answers: dict[str, str], field: str, words: str, ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    add_orders(cloudflare)
    message = await ask(ada, "orders errored")
    view = await open_filter(ada, message)
    reply = await submit_filter(ada, view, **answers)
    assert list(reply.errors) == [field]
    assert words in reply.errors[field]
    assert slack.views.current(view) is not None
    assert ada.screen() == (message,)


async def test_the_menu_of_workflows_offers_names_and_the_pattern_that_is_typed(
    ada: Person, cloudflare: Simulation
) -> None:
    for workflow in ("orders", "order-archive", "emails"):
        cloudflare.add_instance(workflow, id=f"{workflow}-1")
    view = await open_filter(ada, await ask(ada, "orders"))
    assert await offered(ada, view, "") == ["emails", "order-archive", "orders"]
    assert await offered(ada, view, "MAIL") == ["emails"]
    assert await offered(ada, view, "order-*") == ["order-*", "order-archive"]
    assert await offered(ada, view, "zzz*") == []


async def offered(person: Person, view: View, typed: str) -> list[str]:
    """What the menu of workflows offers for what is typed."""
    answer = await person.type_into_menu("filter_workflows", typed, view)
    return [option["value"] for option in answer["options"]]
