"""`Preview` in the form of a digest: what it would say, in a window above the form."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import Failure, Held, Simulation, TooManyRequests
from bot.playground.simulators.slack import ErrorCode, LocalSlack, Person, Reply, View
from tests.support.digest_actions import (
    add_failure,
    public_messages,
    send_digest_command,
    stored_states,
)
from tests.support.fixtures import ReadLog
from tests.support.form_values import Answer, fill_form
from tests.support.servers import PATIENCE


async def previewed(person: Person, view: View, **answers: Answer) -> Reply:
    """Press the button in a form that is filled in so."""
    (row,) = (block for block in view.payload["blocks"] if block["type"] == "actions")
    (button,) = row["elements"]
    action = {"type": "button", "action_id": button["action_id"], "value": button["value"]}
    return await person.act_in_view(
        view, action | {"block_id": row["block_id"]}, fill_form(view.payload, **answers)
    )


async def test_a_preview_stands_above_the_form_that_it_is_of(
    ada: Person, slack: LocalSlack, cloudflare: Simulation, tmp_path: Path
) -> None:
    add_failure(cloudflare, "orders", "ord-1", Failure("PaymentError", "card declined"))
    add_failure(cloudflare, "refunds", "ref-1")
    form = await (await send_digest_command(ada)).view()
    reply = await previewed(ada, form, workflows=("orders",), people=("U0GRACE01",))
    waiting = await reply.view()
    shown = await reply.view()
    assert "Reading what Cloudflare has…" in waiting.all_text()
    assert shown.id == waiting.id
    assert shown.payload["previous_view_id"] == form.id
    text = shown.all_text()
    assert "ord-1" in text
    assert "card declined" in text
    assert "ref-1" not in text
    assert "A preview, for you alone: what it would say now. It would call <@U0GRACE01>." in text
    assert not [block for block in shown.payload["blocks"] if block["type"] in ("actions", "input")]
    assert "Back" in text
    assert slack.views.current(form) == form, "the form is still there"
    assert stored_states(tmp_path) == {}
    assert not public_messages(slack)
    await ada.close(shown)
    again = await previewed(ada, form, workflows=("refunds",))
    await again.view()
    assert "ref-1" in (await again.view()).all_text()


async def test_what_is_wrong_in_the_form_is_told_instead(ada: Person) -> None:
    form = await (await send_digest_command(ada)).view()
    reply = await previewed(ada, form, words="whenever", window="x")
    await reply.view()
    text = (await reply.view()).all_text()
    assert "The form is not complete yet." in text
    assert "whenever" in text
    assert "no window" in text


async def test_an_account_that_can_t_be_read_is_told_in_the_window(
    ada: Person, cloudflare: Simulation
) -> None:
    form = await (await send_digest_command(ada)).view()
    cloudflare.inject(TooManyRequests(30), times=None)
    reply = await previewed(ada, form)
    await reply.view()
    text = (await reply.view()).all_text()
    assert "Too many requests to Cloudflare just now." in text
    assert "Preview" in text
    assert "reference `" in text, "the log has more about it"


async def test_a_fault_of_the_bot_s_own_takes_the_place_of_what_is_being_read(
    ada: Person, monkeypatch: pytest.MonkeyPatch, read_log: ReadLog
) -> None:
    monkeypatch.setattr("bot.digests.reading.news.candidates", None)
    form = await (await send_digest_command(ada)).view()
    reply = await previewed(ada, form)
    await reply.view()
    assert "Something went wrong inside this bot." in (await reply.view()).all_text()
    assert [line["event"] for line in read_log() if line["level"] == "error"] == ["unexpected_error"]


async def test_a_window_that_slack_does_not_show_or_that_was_closed_harms_nobody(
    bot: Bot, ada: Person, slack: LocalSlack, cloudflare: Simulation, read_log: ReadLog
) -> None:
    form = await (await send_digest_command(ada)).view()
    slack.faults.add("views.push", ErrorCode("expired_trigger_id"))
    pushed = slack.calls.follow(lambda call: call.method == "views.push")
    await previewed(ada, form)
    await pushed.next()
    cloudflare.inject(held := Held())
    updated = slack.calls.follow(lambda call: call.method == "views.update")
    reply = await previewed(ada, form)
    await ada.close(await reply.view())
    held.released.set()
    assert (await updated.next()).error == "not_found"
    await bot.background.drain(timedelta(seconds=PATIENCE))
    assert [line["method"] for line in read_log() if line["event"] == "form_not_shown"] == [
        "views.push",
        "views.update",
    ]
    assert slack.views.open_now() == (form,)
    assert not [entry for entry in read_log() if entry["level"] in ("error", "critical")]


async def test_hostile_names_are_inert_in_the_window_too(ada: Person, cloudflare: Simulation) -> None:
    hostile = "<!channel> *`x`* \u202e"
    add_failure(cloudflare, hostile, hostile, Failure(hostile, hostile))
    reply = await previewed(ada, await (await send_digest_command(ada)).view())
    await reply.view()
    shown = await reply.view()
    assert "1 failed in the last" in shown.all_text()
    title, *rest = shown.payload["blocks"]
    assert title["text"]["type"] == "plain_text", "where Slack reads no markup"
    assert "<!channel>" not in str(rest)
    assert "\u202e" not in shown.all_text()
