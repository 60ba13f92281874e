"""The bot's operator finds in its log what a person was told, by the reference in the message."""

import asyncio
import errno
import io
import os
import re
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.app import Bot
from bot.logs import configure_logging
from bot.playground.simulators.cloudflare import Held, HtmlPage, JsonError, Simulation
from bot.playground.simulators.slack import (
    RESPONSE_URL,
    AckError,
    ErrorCode,
    Failed,
    LocalSlack,
    Message,
    Person,
    Reply,
)
from bot.slack.bolt import SlackApp
from bot.telemetry import Metrics, current_request_id
from tests.support.digest_actions import ask_digest, make_overdue, wait_for_message
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, is_asking, row_ids
from tests.support.metrics import MetricChanges

from .test_digest_runs import shown_once

IN_SMALL_PRINT = re.compile(r"(?:^|· )reference `([^`]+)`$")


def reference_in(message: Message) -> str | None:
    """What stands at the end of a message's small print, and in its text."""
    last = message.blocks[-1]
    found = IN_SMALL_PRINT.search(last["elements"][0]["text"]) if last["type"] == "context" else None
    assert ("reference `" in message.text) is (found is not None), message.text
    return found[1] if found else None


def lines(read_log: ReadLog, reference: str) -> dict[str, dict[str, Any]]:
    """What the log holds of one request, by event."""
    return {line["event"]: line for line in read_log() if line.get("reference") == reference}


class Faults:
    """What can go wrong between somebody's act and its answer."""

    def __init__(self, ada: Person, slack: LocalSlack, cloudflare: Simulation, folder: Path) -> None:
        self.ada = ada
        self.slack = slack
        self.cloudflare = cloudflare
        self.folder = folder

    async def down_at_a_command(self) -> Reply:
        self.cloudflare.inject(HtmlPage(503), times=None)
        return await self.ada.command("/workflows", "orders")

    async def refused_at_an_overview(self) -> Reply:
        self.cloudflare.inject(JsonError(403, 10000, "Authentication error"), times=None)
        return await self.ada.command("/workflows")

    async def down_at_a_click(self) -> Reply:
        message = await ask(self.ada, "orders")
        self.cloudflare.inject(HtmlPage(503), times=None)
        return await self.ada.click(message, "page_refresh")

    async def refused_cursor(self) -> Reply:
        return await self.ada.command("/workflows", "orders cursor:rubbish")

    async def button_of_another_version(self) -> Reply:
        return await self._pressed({"value": "9.abc"})

    async def unknown_button(self) -> Reply:
        return await self._pressed({"action_id": "launch_rockets"})

    async def unknown_command(self) -> Reply:
        return await self.ada.command("/elsewhere", "x")

    async def form_that_does_not_open(self) -> Reply:
        message = await ask(self.ada, "orders")
        self.slack.faults.add("views.open", ErrorCode("expired_trigger_id"))
        return await self.ada.click(message, "filter_open")

    async def form_of_a_digest_that_does_not_open(self) -> Reply:
        self.slack.faults.add("views.open", ErrorCode("expired_trigger_id"))
        return await self.ada.command("/workflows", "digest")

    async def channel_that_slack_does_not_tell_of(self) -> Reply:
        self.slack.faults.add("chat.postEphemeral", ErrorCode("restricted_action"))
        return await self.ada.command("/workflows", "digest create daily 9am")

    async def preview_that_can_not_be_made(self) -> Reply:
        await ask_digest(self.ada, "create daily 9am")
        self.cloudflare.inject(HtmlPage(503), times=None)
        return await self.ada.command("/workflows", "digest preview 1")

    async def fault_of_our_own(self) -> Reply:
        message = await ask(self.ada, "orders")
        with closing(sqlite3.connect(self.folder / "bot.sqlite3")) as database:
            database.execute("DROP TABLE bookmarks")
        return await self._press(message, {"value": "s1.key.command"})

    async def _pressed(self, changed: dict[str, str]) -> Reply:
        return await self._press(await ask(self.ada, "orders"), changed)

    async def _press(self, message: Message, changed: dict[str, str]) -> Reply:
        button = message.button("page_refresh")
        return await self.ada.act(message, {**button.element, "block_id": button.block_id, **changed})


PROBLEMS: dict[Callable[[Faults], Awaitable[Reply]], tuple[str, str | None]] = {
    Faults.down_at_a_command: ("problem_told", "Unavailable"),
    Faults.refused_at_an_overview: ("problem_told", "NotAuthorized"),
    Faults.down_at_a_click: ("problem_told", "Unavailable"),
    Faults.refused_cursor: ("problem_told", "CursorRefused"),
    Faults.button_of_another_version: ("problem_told", "InvalidButton"),
    Faults.unknown_button: ("request_without_listener", None),
    Faults.unknown_command: ("request_without_listener", None),
    Faults.form_that_does_not_open: ("form_not_shown", None),
    Faults.form_of_a_digest_that_does_not_open: ("form_not_shown", None),
    Faults.channel_that_slack_does_not_tell_of: ("problem_told", "SlackApiError"),
    Faults.preview_that_can_not_be_made: ("problem_told", "Unavailable"),
    Faults.fault_of_our_own: ("unexpected_error", None),
}
"""What goes wrong, and the line in the log that tells of it, with its kind of error."""


@pytest.mark.parametrize("wrong", PROBLEMS, ids=lambda wrong: wrong.__name__)
async def test_what_may_be_looked_into_ends_with_the_reference_of_its_line_in_the_log(
    wrong: Callable[[Faults], Awaitable[Reply]],
    ada: Person,
    slack: LocalSlack,
    cloudflare: Simulation,
    tmp_path: Path,
    read_log: ReadLog,
) -> None:
    cloudflare.add_instance("orders", id="fine")
    reply = await wrong(Faults(ada, slack, cloudflare, tmp_path))
    reference = reference_in(await reply.message())
    assert reference == reply.ack.request_id
    assert reference is not None
    event, error = PROBLEMS[wrong]
    assert lines(read_log, reference)[event].get("error") == error


@pytest.mark.parametrize(
    "text", ["orders statsu:errored", "orders since:banana", "list ordes", "digest show 7", "digest list all"]
)
async def test_a_slip_of_the_keyboard_has_no_reference(
    text: str, ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="fine")
    assert reference_in(await ask(ada, text)) is None


async def test_what_goes_on_after_the_ack_is_logged_under_the_same_reference(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, read_log: ReadLog
) -> None:
    cloudflare.inject(held := Held(HtmlPage(503)), times=None)
    slack.faults.add(RESPONSE_URL, Failed(404, "expired_url"), times=9)
    async with run_bot(bot_ack_within=0.01):
        reply = await slack.person("ada").command("/workflows", "orders")
        assert is_asking(await reply.seen())
        reference = reply.ack.request_id
        assert not {"problem_told", "response_url_refused"} & set(lines(read_log, reference))
        held.released.set()
        message = await reply.seen()
    assert reference_in(message) == reference
    after = lines(read_log, reference)
    assert {"request", "stamina.retry_scheduled", "problem_told", "response_url_refused"} <= set(after)
    assert after["problem_told"]["status"] == 503
    assert not [line for line in read_log() if line["event"] in after and line["reference"] != reference]


async def test_two_who_share_one_failure_have_a_reference_each(
    ada: Person, slack: LocalSlack, cloudflare: Simulation, read_log: ReadLog
) -> None:
    cloudflare.inject(HtmlPage(503), times=None)
    messages = await asyncio.gather(ask(ada, "orders"), ask(slack.person("grace"), "orders"))
    references = {reference_in(message) for message in messages}
    assert references == {line["reference"] for line in read_log() if line["event"] == "problem_told"}
    assert len(references) == 2
    assert len(cloudflare.calls) == 3


async def test_a_reference_ends_with_its_request(bot: Bot) -> None:
    app = SlackApp(bot.client, Metrics())
    headers: dict[str, str | Sequence[str]] = {"content-type": "application/x-www-form-urlencoded"}
    references = set()
    for command in ("command=%2Felsewhere&text=x&team_id=T1&user_id=U1", "payload=%7B%7D"):
        answer = await app.async_dispatch(AsyncBoltRequest(body=command, headers=headers))
        references.add(answer.headers["X-Request-Id"][0])
        assert current_request_id() == "none"
    assert len(references) == 2


async def test_each_request_has_one_line_that_holds_nothing_that_was_typed(
    ada: Person, cloudflare: Simulation, read_log: ReadLog
) -> None:
    cloudflare.add_instance("orders", id="fine")
    for text in ("orders", "list canary", "orders statsu:canary", 'orders status:"canary"', "search:canary"):
        await ask(ada, text)
    await ask_digest(ada, "create #ops weekdays 25:00 workflow canary")
    requests = [line for line in read_log() if line["event"] == "request"]
    assert [(line["kind"], line["outcome"]) for line in requests] == [("command", "200")] * 6
    assert all(line["seconds"] > 0 for line in requests)
    assert len({line["reference"] for line in requests}) == 6
    assert "canary" not in str(read_log())


async def test_a_fault_where_nothing_else_handles_it_is_answered_and_logged(
    bot: Bot, read_log: ReadLog
) -> None:
    async def handle_badly(error: Exception) -> None:
        raise IndexError from error

    app = SlackApp(bot.client, Metrics())
    app.error(handle_badly)
    answer = await app.async_dispatch(AsyncBoltRequest(body="payload=%7B%7D"))
    assert answer.status == 500
    of_it = lines(read_log, answer.headers["X-Request-Id"][0])
    assert of_it["request"]["outcome"] == "500"
    assert "IndexError" in of_it["request_failed"]["exception"]


async def test_what_bolt_can_not_read_is_refused_and_no_fault(
    ada: Person, slack: LocalSlack, read_log: ReadLog
) -> None:
    moved = await MetricChanges.since_now(slack)
    with pytest.raises(AckError) as failed:
        await ada.send({"type": "view_submission", "view": None})
    assert failed.value.ack is not None
    assert failed.value.ack.status == 400
    assert await moved.by("requests_total", kind="view_submission", outcome="400") == 1
    of_it = lines(read_log, failed.value.ack.request_id)
    assert of_it["request_refused"]["reason"] == "it is none of Slack's (TypeError)"
    assert not [line for line in of_it.values() if line["level"] == "error"]


@pytest.mark.parametrize("actions", [[], None, {}, 7, [None], ["page_next"], [{"block_id": "b"}]], ids=repr)
async def test_a_click_on_nothing_is_acknowledged_and_no_fault(
    ada: Person, slack: LocalSlack, read_log: ReadLog, actions: object
) -> None:
    moved = await MetricChanges.since_now(slack)
    reply = await ada.send({"type": "block_actions", "actions": actions})
    assert reply.ack.status == 200
    assert await moved.by("requests_total", kind="block_actions", outcome="200") == 1
    assert await moved.by("errors_total") == 0
    of_it = lines(read_log, reply.ack.request_id)
    assert of_it["click_without_action"]["level"] == "warning"
    assert not ada.screen()


async def test_a_digest_that_fails_and_one_that_comes_are_counted_and_logged_under_their_references(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, tmp_path: Path, read_log: ReadLog
) -> None:
    cloudflare.add_workflow("orders")
    async with run_bot(bot_digest_retry_minutes=0.001):
        moved = await MetricChanges.since_now(slack)
        ada = slack.person("ada")
        await ask_digest(ada, "create every 1h")
        cloudflare.inject(HtmlPage(503), times=None)
        make_overdue(tmp_path, 1, timedelta(hours=3))
        failed = await wait_for_message(slack)
        cloudflare.clear_faults()
        await ask_digest(ada, "run 1")
        assert "could not be made" not in (await wait_for_message(slack, more_than=1)).all_text()
        assert "✅ sent" in await shown_once(ada, 1, "✅ sent")
        outcomes = ("due", "missed", "failed", "sent", "quiet", "put_off")
        counted = [await moved.by("digests_total", outcome=outcome) for outcome in outcomes]
        assert counted == [1, 2, 1, 1, 0, 0]
        assert 0 < await moved.by("digest_lateness_seconds_sum") < 3600

    assert "could not be made" in failed.all_text()
    reference = reference_in(failed)
    assert reference is not None
    assert re.fullmatch(r"1:[0-9-]{10}T[0-9]{2}:00Z", reference)
    of_it = lines(read_log, reference)
    assert {"digest_unreadable", "stamina.retry_scheduled"} <= set(of_it)
    assert of_it["digest_unreadable"]["digest"] == 1


class Broken(io.StringIO):
    """A log whose disk is full."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.usefixtures("read_log")
async def test_a_log_that_can_not_be_written_costs_nobody_their_answer(
    ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="ord-1")
    configure_logging("info", "json", Broken())
    assert row_ids(await ask(ada, "orders")) == ["ord-1"]


async def test_no_address_that_takes_answers_and_no_signature_is_logged(
    ada: Person, slack: LocalSlack, cloudflare: Simulation, read_log: ReadLog
) -> None:
    cloudflare.add_instance("orders")
    message = await ask(ada, "orders")
    slack.faults.add(RESPONSE_URL, Failed(500), times=4)
    await (await ada.click(message, "page_refresh")).seen()
    assert "response_url_refused" in [line["event"] for line in read_log()]
    said = str(read_log())
    addresses = [response.interaction for response in slack.responses]
    assert addresses
    assert not [address for address in addresses if address in said]
    assert "v0=" not in said


async def test_a_form_that_nobody_knows_ends_with_the_reference_of_its_line_in_the_log(
    ada: Person, slack: LocalSlack, cloudflare: Simulation, read_log: ReadLog
) -> None:
    cloudflare.add_instance("orders")
    view = await (await ada.click(await ask(ada, "orders"), "filter_open")).view()
    view.payload["callback_id"] = "of another version"
    reply = await ada.submit(view, {})
    instead = slack.views.current(view)
    assert instead is not None
    assert f"reference `{reply.ack.request_id}`" in instead.all_text()
    assert "request_without_listener" in lines(read_log, reply.ack.request_id)
