"""One instance from end to end: typed, or opened by a row's button, refreshed, and paged through."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.browse.requests import ShowInstance
from bot.cloudflare.models import Instance, Status
from bot.inspect.model import InstanceRef
from bot.inspect.requests import RefreshInstance, TurnSteps
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, Failure, Held, JsonError, Simulation
from bot.playground.simulators.cloudflare.steps import Attempt, Sleep, Step
from bot.playground.simulators.slack import LocalSlack, Message, Person, View
from tests.support.buttons import CODEC
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import answer, ask, button_labels, click, has_button, row_ids

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
CARD = Failure("Error", "card declined")
BROKEN = Failure("Error", "broken pipe")


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _done(name: str, start: float) -> Step:
    return Step(f"{name}-1", (Attempt(_at(start), _at(start + 1), success=True),), output="1")


def _failed(name: str, start: float, count: int = 3) -> Step:
    attempts = tuple(
        Attempt(_at(start + 2 * place), _at(start + 2 * place + 1), success=False, error=CARD)
        for place in range(count)
    )
    return Step(f"{name}-1", attempts, retries=count - 1)


@pytest.fixture
def orders(cloudflare: Simulation) -> Simulation:
    """Return an account with a workflow whose newest instance but one failed in its second step."""
    cloudflare.add_workflow("refunds")
    cloudflare.add_instance(
        "orders", id="ord-1001", created_on=START - timedelta(hours=2), status="errored", error=BROKEN
    )
    cloudflare.add_instance(
        "orders",
        id="ord-1002",
        created_on=START,
        started_on=_at(1),
        ended_on=_at(8),
        status="errored",
        error=CARD,
        steps=(_done("load", 1), _failed("charge", 2)),
    )
    cloudflare.add_instance("orders", id="ord-1003", created_on=_at(60))
    return cloudflare


def _calls(cloudflare: Simulation) -> tuple[int, int, int]:
    """Return how often instances, workflows and one instance were asked for."""
    return cloudflare.list_calls, cloudflare.workflow_calls, cloudflare.count("get_instance")


async def _press(person: Person, message: Message, action_id: str, value: str) -> Any:
    action = {"type": "button", "action_id": action_id, "block_id": "row", "value": value}
    return await person.act(message, action)


async def _open(person: Person, request: ShowInstance) -> Any:
    """Press the Details button of a row."""
    return await _press(person, await ask(person, "list orders"), "instance_show", CODEC.encode(request))


async def _press_in(person: Person, view: View, action_id: str) -> Any:
    """Press a button of a modal."""
    rows = [block for block in view.payload["blocks"] if block["type"] == "actions"]
    [(row, button)] = [
        (row, button) for row in rows for button in row["elements"] if button["action_id"] == action_id
    ]
    action = {key: button[key] for key in ("type", "action_id", "text", "value")}
    return await person.act_in_view(view, {**action, "block_id": row["block_id"]})


async def _until(slack: LocalSlack, view: View, is_shown: Callable[[str], bool]) -> View:
    """Return a modal once its text is as it is to be."""
    for _ in range(150):
        current = slack.views.current(view)
        assert current is not None
        if is_shown(current.all_text()):
            return current
        await asyncio.sleep(0.02)
    raise AssertionError(slack.views.current(view))


async def _filled(slack: LocalSlack, opened: View) -> View:
    """Return a modal once it shows more than that it is looked up."""
    return await _until(slack, opened, lambda text: "Looking it up" not in text)


@pytest.mark.parametrize("text", ["show orders ord-1002", "orders ord-1002", "orders/ord-1002"])
async def test_an_instance_is_shown_with_the_step_that_failed_first(
    text: str, ada: Person, orders: Simulation
) -> None:
    message = await ask(ada, text)
    told = message.all_text()
    assert message.is_ephemeral
    assert "🔴 ord-1002 · errored" in told
    assert "*Failed in step 2 of 2, `charge`, after 3 attempts*\n```Error: card declined```" in told
    assert told.index("Failed in step 2") < told.index("*Steps*") < told.index("✅ 1 *load*")
    assert told.endswith("`/workflows show orders ord-1002`")
    assert _calls(orders) == (0, 0, 1)
    assert "Failed in step 2 of 2, `charge`, after 3 attempts" in message.text


async def test_a_row_s_details_open_at_once_and_are_filled_by_one_call(
    ada: Person, orders: Simulation, slack: LocalSlack
) -> None:
    row = Instance(
        id="ord-1002", status=Status("errored"), created_on=START, started_on=_at(1), ended_on=_at(8)
    )
    message = await ask(ada, "list orders")
    before = _calls(orders)
    orders.inject(held := Held())
    reply = await _press(
        ada, message, "instance_show", CODEC.encode(ShowInstance("orders", "ord-1002", row=row))
    )
    opened = await reply.view()
    assert "🔴 ord-1002 · errored" in opened.all_text()
    assert "Looking it up…" in opened.all_text()
    held.released.set()
    filled = await _filled(slack, opened)
    assert "Failed in step 2 of 2, `charge`, after 3 attempts" in filled.all_text()
    assert "card declined" in filled.all_text()
    assert [after - was for after, was in zip(_calls(orders), before, strict=True)] == [0, 0, 1]
    assert len(ada.screen()) == 1, "nothing but the list is in the channel"


async def test_what_goes_wrong_stands_in_the_modal_with_a_button_to_try_again(
    ada: Person, orders: Simulation, slack: LocalSlack
) -> None:
    message = await ask(ada, "list orders")
    orders.inject(JsonError(), times=None)
    reply = await _press(ada, message, "instance_show", CODEC.encode(ShowInstance("orders", "ord-1002")))
    view = await _filled(slack, await reply.view())
    assert "Cloudflare gave no usable answer." in view.all_text()
    orders.clear_faults()
    await _press_in(ada, view, "instance_refresh")
    await _until(slack, view, lambda text: "card declined" in text)


async def test_a_running_instance_is_refreshed_in_place(ada: Person, orders: Simulation) -> None:
    orders.add_instance(
        "orders", id="ord-1004", status="running", created_on=_at(100), steps=(_done("load", 101),)
    )
    message = await ask(ada, "show orders ord-1004")
    assert "🔵 ord-1004 · running" in message.all_text()
    orders.set_status("orders", "ord-1004", "complete")
    refreshed = await click(ada, message, "instance_refresh")
    assert "🟢 ord-1004 · complete" in refreshed.all_text()
    assert has_button(refreshed, "instance_refresh"), "it may be restarted"
    assert len(ada.screen()) == 1


async def test_a_modal_is_refreshed_in_place(ada: Person, orders: Simulation, slack: LocalSlack) -> None:
    orders.add_instance("orders", id="ord-1004", status="running", created_on=_at(100))
    view = await _filled(slack, await (await _open(ada, ShowInstance("orders", "ord-1004"))).view())
    orders.set_status("orders", "ord-1004", "complete")
    await _press_in(ada, view, "instance_refresh")
    await _until(slack, view, lambda text: "🟢 ord-1004 · complete" in text)
    assert len(ada.screen()) == 1


async def test_the_age_of_a_version_is_asked_for_once_and_not_where_a_look_took_two_calls(
    ada: Person, orders: Simulation
) -> None:
    orders.add_instance("orders", id="ord-1004", status="running", created_on=_at(100))
    first = await ask(ada, "show orders latest running")
    assert (orders.count("get_version"), ", created " in first.all_text()) == (0, False)
    assert ", created " in (await ask(ada, "show orders ord-1004")).all_text()
    assert ", created " in (await click(ada, first, "instance_refresh")).all_text()
    assert ", created " in (await ask(ada, "show orders ord-1002")).all_text()
    assert orders.count("get_version") == 1


async def test_a_version_that_can_t_be_read_costs_nothing_but_its_age(
    ada: Person, orders: Simulation
) -> None:
    orders.add_instance("orders", id="ord-1004", status="running", created_on=_at(100))
    orders.inject(JsonError(404, 10300, "workflows.api.error.version.not_found"), operation="get_version")
    assert "🔵 ord-1004 · running" in (await ask(ada, "show orders ord-1004")).all_text()
    assert orders.count("get_version") == 1


async def test_one_instance_is_not_asked_for_at_each_press_of_refresh(
    ada: Person, orders: Simulation
) -> None:
    orders.add_instance("orders", id="ord-1004", status="running", created_on=_at(100))
    message = await ask(ada, "show orders ord-1004")
    for _ in range(5):
        message = await click(ada, message, "instance_refresh")
    assert orders.count("get_instance") == 2


async def test_pages_of_steps_are_turned_in_place_for_one_call(
    ada: Person, orders: Simulation, slack: LocalSlack
) -> None:
    steps = [_done(f"row {number}", number) for number in range(50)]
    steps[44] = _failed("row 44", 44)
    orders.add_instance(
        "orders", id="ord-1004", status="errored", error=CARD, created_on=_at(0), steps=tuple(steps)
    )
    message = await ask(ada, "show orders ord-1004")
    assert "1–20 of 50" in message.all_text()
    assert button_labels(message)[:2] == ["Later steps ▶", "Failed step"]
    later = await click(ada, message, "steps_next")
    assert "21–40 of 50" in later.all_text()
    failed = await click(ada, later, "steps_failed")
    assert "41–50 of 50" in failed.all_text()
    assert "🔴 45 *row 44*" in failed.all_text()
    assert not has_button(failed, "steps_failed")
    assert "21–40 of 50" in (await click(ada, failed, "steps_previous")).all_text()
    assert orders.count("get_instance") == 1
    assert len(ada.screen()) == 1
    view = await _filled(slack, await (await _open(ada, ShowInstance("orders", "ord-1004"))).view())
    await _press_in(ada, view, "steps_failed")
    await _until(slack, view, lambda text: "🔴 45 *row 44*" in text)


async def test_the_step_that_ended_a_long_run_is_one_press_away_though_others_failed_before(
    ada: Person, orders: Simulation
) -> None:
    steps = [_done(f"row {number}", number) for number in range(70)]
    steps[30], steps[64] = _failed("row 30", 30), _failed("row 64", 64)
    orders.add_instance(
        "orders", id="ord-1004", status="errored", error=CARD, created_on=_at(0), steps=tuple(steps[:65])
    )
    failed = await click(ada, await ask(ada, "show orders ord-1004"), "steps_failed")
    assert "🔴 65 *row 64*" in failed.all_text()


async def test_an_instance_that_was_restarted_is_seen_to_run_by_refresh(
    ada: Person, orders: Simulation
) -> None:
    orders.add_instance("orders", id="ord-1004", status="errored", error=CARD, created_on=_at(0))
    failed = await ask(ada, "show orders ord-1004")
    orders.add_instance("orders", id="ord-1004", status="running", created_on=_at(0))
    assert "🔵 ord-1004 · running" in (await click(ada, failed, "instance_refresh")).all_text()


async def test_the_step_that_goes_on_is_one_press_away(ada: Person, orders: Simulation) -> None:
    steps = [_done(f"row {number}", number) for number in range(30)]
    sleep = Sleep("cool down-1", _at(40), _at(90_000), finished=False)
    orders.add_instance("orders", id="ord-1004", status="waiting", created_on=_at(0), steps=(*steps, sleep))
    message = await ask(ada, "show orders ord-1004")
    assert "*Sleeps in step 31, `cool down`" in message.all_text()
    going = await click(ada, message, "steps_going")
    assert "💤 31 sleep *cool down*" in going.all_text()


@pytest.mark.parametrize(
    ("text", "shown", "lists"),
    [
        ("show orders latest", "ord-1003", 1),
        ("show orders latest failed", "ord-1002", 1),
        ("show orders failed", "ord-1002", 1),
        ("why did orders fail", "ord-1002", 1),
    ],
)
async def test_the_newest_costs_a_list_and_a_detail(
    text: str, shown: str, lists: int, ada: Person, orders: Simulation
) -> None:
    message = await ask(ada, text)
    assert f"`/workflows show orders {shown}`" in message.all_text()
    assert _calls(orders) == (lists, 0, 1)


async def test_the_newest_of_a_list_that_was_shown_costs_a_detail_alone(
    ada: Person, orders: Simulation
) -> None:
    await ask(ada, "list orders errored")
    await ask(ada, "show orders latest failed")
    assert (orders.list_calls, orders.count("get_instance")) == (1, 1)


@pytest.mark.usefixtures("orders")
async def test_without_any_instance_the_list_is_a_press_away(ada: Person) -> None:
    message = await ask(ada, "show refunds latest failed")
    assert "`refunds` has no instance that is errored." in message.all_text()
    assert "No instances." in (await click(ada, message, "command_run")).all_text()


@pytest.mark.usefixtures("orders")
async def test_an_id_that_is_not_there_leads_to_the_workflow_s_list(ada: Person) -> None:
    message = await ask(ada, "show orders ord-9999")
    assert "No instance of that id." in message.all_text()
    assert row_ids(await click(ada, message, "command_run")) == ["ord-1003", "ord-1002", "ord-1001"]


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("text", ["show Orders ord-1002", "show order ord-1002", "Orders ord-1002"])
async def test_a_name_in_other_words_is_resolved_and_said(text: str, ada: Person) -> None:
    message = await ask(ada, text)
    assert "🔴 ord-1002 · errored" in message.all_text()
    assert "as `orders`" in message.all_text()


@pytest.mark.usefixtures("orders")
async def test_a_typo_is_put_right_by_a_press(ada: Person) -> None:
    message = await ask(ada, "show oders ord-1002")
    assert "no workflow called `oders`" in message.all_text()
    assert "🔴 ord-1002 · errored" in (await click(ada, message, "command_run")).all_text()


async def test_a_mistyped_status_of_the_newest_is_proposed(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="ord-1002", status="errored")
    cloudflare.add_instance("emails", id="mail-1")
    message = await ask(ada, "show latest faild")
    assert "/workflows show latest errored" in message.all_text()


async def test_the_name_may_be_left_out_where_there_is_one_workflow(
    ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="ord-1002", status="errored", error=CARD)
    for text in ("show ord-1002", "ord-1002", "why did ord-1002 fail", "show latest failed"):
        assert "🔴 ord-1002 · errored" in (await ask(ada, text)).all_text(), text


async def test_an_id_alone_is_asked_for_where_a_list_shows_it(ada: Person, orders: Simulation) -> None:
    orders.add_instance("refunds", id="ref-1")
    await ask(ada, "list orders")
    assert "🔴 ord-1002 · errored" in (await ask(ada, "show ord-1002")).all_text()
    assert orders.count("get_instance") == 1


@pytest.mark.usefixtures("orders")
async def test_a_link_of_this_account_is_shown_and_one_of_another_is_said(ada: Person) -> None:
    path = "workers/workflows/orders/instance/ord-1002"
    shown = await ask(ada, f"show https://dash.cloudflare.com/{DEFAULT_ACCOUNT_ID}/{path}")
    assert "🔴 ord-1002 · errored" in shown.all_text()
    assert f"https://dash.cloudflare.com/{DEFAULT_ACCOUNT_ID}/{path}" in str(shown.blocks)
    other = await ask(ada, f"https://dash.cloudflare.com/{'f' * 32}/{path}")
    assert "That link leads to another Cloudflare account." in other.all_text()
    assert "🔴 ord-1002 · errored" in (await click(ada, other, "command_run")).all_text()


async def test_a_link_to_another_account_of_the_bot_s_is_looked_up_there(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    other = Simulation(account_id="f" * 32)
    other.add_instance("orders", id="ord-1002", status="errored", error=CARD)
    async with other.serve() as url:
        staging = {"account_id": "f" * 32, "api_token": "simulated-token", "api_base_url": url}
        async with run_bot(cloudflare_accounts={"staging": staging}):
            path = "workers/workflows/orders/instance/ord-1002"
            message = await ask(slack.person("ada"), f"https://dash.cloudflare.com/{'f' * 32}/{path}")
            assert "🔴 ord-1002 · errored" in message.all_text()
            assert "`orders` in `staging`" in message.all_text()
            assert "`/workflows show orders ord-1002 account:staging`" in message.all_text()
        may_there = json.dumps([{"who": ["everyone"], "accounts": ["staging"], "rights": ["view"]}])
        async with run_bot(cloudflare_accounts={"staging": staging}, bot_access=may_there):
            message = await ask(slack.person("ada"), f"https://dash.cloudflare.com/{'f' * 32}/{path}")
            assert "🔴 ord-1002 · errored" in message.all_text()


@pytest.mark.usefixtures("orders")
async def test_the_list_of_errored_instances_is_one_press_away(ada: Person, slack: LocalSlack) -> None:
    view = await _filled(slack, await (await _open(ada, ShowInstance("orders", "ord-1002"))).view())
    assert "Lists open in the channel behind this window." in view.all_text()
    listed = await (await _press_in(ada, view, "list_open")).seen()
    assert row_ids(listed) == ["ord-1002", "ord-1001"]
    assert listed.is_ephemeral


@pytest.mark.usefixtures("orders")
async def test_following_the_link_to_the_dashboard_does_nothing(ada: Person) -> None:
    message = await ask(ada, "show orders ord-1002")
    reply = await ada.click(message, "dashboard_open")
    await reply.nothing()


async def test_a_long_run_is_shown_page_by_page(
    run_bot: RunBot, slack: LocalSlack, orders: Simulation
) -> None:
    steps = tuple(_done(f"row {number}", number / 10) for number in range(2_500))
    orders.add_instance("orders", id="ord-1004", status="complete", created_on=_at(0), steps=steps)
    async with run_bot(bot_request_deadline=30.0):
        ada = slack.person("ada")
        message = await answer(await ada.command("/workflows", "show orders ord-1004"), 30)
        assert "1–20 of 2,500" in message.all_text()
        later = await (await ada.click(message, "steps_next")).message(30)
        assert "21–40 of 2,500" in later.all_text()
        assert orders.count("get_instance") == 1


async def test_nothing_of_an_instance_is_logged(ada: Person, orders: Simulation, read_log: ReadLog) -> None:
    orders.add_instance("orders", id="ord-1004", status="errored", error=CARD, params={"secret": "hunter2"})
    await ask(ada, "show orders ord-1004")
    await ask(ada, "show orders ord-9999")
    logged = str(read_log())
    for word in ("hunter2", "card declined", "ord-1004", "ord-9999"):
        assert word not in logged


@pytest.mark.parametrize(
    "request_",
    [
        ShowInstance("orders", "ord-1"),
        ShowInstance(
            "my flow", "i" * 100, "prod", Instance(id="ord-1", status=Status("errored"), created_on=START)
        ),
        TurnSteps(InstanceRef("orders", "ord-1"), 24_980),
        RefreshInstance(InstanceRef("orders", "ord-1", "staging"), 20),
    ],
)
def test_what_its_buttons_carry_is_read_again(request_: Any) -> None:
    written = CODEC.encode(request_)
    assert CODEC.decode(written) == request_
    assert len(written) <= 500


async def test_others_of_its_version_are_a_press_away_with_what_became_of_them(
    ada: Person, orders: Simulation
) -> None:
    for number in range(3):
        orders.add_instance("orders", id=f"ord-old-{number}", status="complete", version_id="a" * 36)
    for number in range(25):
        status = "errored" if number % 5 == 0 else "complete"
        orders.add_instance("orders", id=f"ord-new-{number:02}", status=status, version_id="b" * 36)
    shown = await ask(ada, "show orders ord-new-20")
    others = await click(ada, shown, "version_list")
    text = others.all_text()
    assert "orders · version bbbbbbbb" in text
    assert "ran version `bbbbbbbb`: 🔴 5 errored · 🟢 20 complete" in text
    assert "The newest 20 are shown." in text
    assert "ord-old" not in text
    assert "ord-new-24" in text
    assert sum(button.action_id == "instance_show" for button in others.buttons()) == 20
    assert "🔴 ord-new-20 · errored" in shown.all_text()
    old = await click(ada, await ask(ada, "show orders ord-old-1"), "version_list")
    assert "3 of all " in old.all_text()
    assert orders.list_calls == 1
