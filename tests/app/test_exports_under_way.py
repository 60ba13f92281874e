"""Exports under way: how far each is, and how it ends where it is cancelled or cut short."""

import asyncio
import json
import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.export.service import Exports
from bot.export.spool import Spool
from bot.export.store import ExportStore, StoredExport
from bot.playground.simulators.cloudflare import (
    Held,
    Simulation,
    Slow,
    TooManyRequests,
)
from bot.playground.simulators.slack import ErrorCode, LocalSlack, Person
from bot.playground.simulators.slack import Slow as SlowCall
from bot.playground.simulators.slack.directory import ADA, GRACE
from bot.slack.edited_messages import EditedMessages
from bot.ui.elements import Message as MessageOfBot
from tests.support.databases import migrated_database
from tests.support.exports import fill, hold_uploads, told, until, wait_for_export_end
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, button_labels, click
from tests.support.teams import TEAM

pytestmark = pytest.mark.usefixtures("short_export_times")


@pytest.mark.parametrize(("admins", "by"), [("", "ada"), (GRACE.id, "grace")])
async def test_progress_is_said_in_one_message_and_cancelled_by_who_asked_or_an_admin(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, admins: str, by: str
) -> None:
    fill(cloudflare, 1_000)
    cloudflare.inject(Slow(0), times=1, operation="list_instances")
    cloudflare.inject(held := Held(), times=None, operation="list_instances")
    async with run_bot(bot_admins=admins):
        await slack.person("ada").command("/workflows", "export orders to #general")
        await until(lambda: [each for each in told(slack, "general") if "of about 1,000" in each.text])
        [message] = told(slack, "general")
        if not admins:
            refused = await click(slack.person("grace"), message, "export_cancel")
            assert "Only <@U0ADA0001>, who asked for this export, can cancel it" in refused.text
        await slack.person(by).click(message, "export_cancel")
        said = await wait_for_export_end(slack, "general")
        held.released.set()
    canceller = slack.workspace.user(by).id
    assert said.text.startswith(f"Export cancelled. <@{canceller}> cancelled it. No file was sent.")
    assert len(told(slack, "general")) == 1, "it is changed in place"
    assert button_labels(said) == ["Begin again"]
    assert not slack.files


async def test_an_export_that_has_ended_is_not_cancelled(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 1)
    await ask(ada, "export orders")
    await wait_for_export_end(slack)
    pressed = next(
        change.message
        for change in slack.changes
        if change.message is not None and "Exporting" in change.message.text
    )
    assert "This export has ended" in (await click(ada, pressed, "export_cancel")).text


@pytest.mark.parametrize("admins", ["", GRACE.id])
async def test_an_export_is_cancelled_while_the_database_does_not_answer(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, monkeypatch: pytest.MonkeyPatch, admins: str
) -> None:
    fill(cloudflare, 1_000)
    cloudflare.inject(held := Held(), times=None, operation="list_instances")

    async def refused(*_: object, **__: object) -> None:
        raise OSError("the database does not answer")

    async with run_bot(bot_admins=admins):
        await ask(slack.person("ada"), "export orders")
        [message] = await until(lambda: told(slack))
        for name in ("find", "cancel", "beat", "send", "end"):
            monkeypatch.setattr(ExportStore, name, refused)
        await slack.person("grace" if admins else "ada").click(message, "export_cancel")
        assert (await wait_for_export_end(slack)).text.startswith("Export cancelled.")
        held.released.set()
    assert not slack.files


async def test_an_export_is_cancelled_while_its_file_is_sent(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 3)
    release = hold_uploads(monkeypatch)
    await ask(ada, "export orders")
    [message] = await until(lambda: [each for each in told(slack) if each.text.startswith("Sending")])
    assert button_labels(message) == ["Cancel"]
    await ada.click(message, "export_cancel")
    assert (await wait_for_export_end(slack)).text.startswith("Export cancelled.")
    release.set()
    assert not slack.files


async def test_an_upload_that_takes_for_ever_is_given_up_and_frees_its_place(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 3)
    release = hold_uploads(monkeypatch)
    monkeypatch.setattr("bot.export.service.AT_ONCE", 1)
    await ask(ada, "export orders")
    message = await wait_for_export_end(slack)
    assert message.text.startswith("Export failed: the file may not be there.")
    release.set()
    while "has begun" not in (await ask(ada, "export orders")).all_text():
        pass  # its place is free a moment later
    await until(lambda: len(slack.files))


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_that_slack_does_not_take_is_said(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, method: str
) -> None:
    fill(cloudflare, 1)
    cloudflare.inject(held := Held(), times=1, operation="list_instances")
    await ask(ada, "export orders")
    slack.faults.add(method, ErrorCode("internal_error"), times=9)
    held.released.set()
    message = await wait_for_export_end(slack)
    assert message.text.startswith("Export failed: the file may not be there.")
    assert "internal_error" in message.text


async def test_a_person_has_two_exports_under_way_at_most(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 150)
    cloudflare.inject(held := Held(), times=None, operation="list_instances")
    for _ in range(2):
        await ask(ada, "export orders")
    assert "You have 2 exports under way." in (await ask(ada, "export orders")).text
    grace = slack.person("grace")
    assert "The export has begun" in (await ask(grace, "export orders")).text
    held.released.set()
    await wait_for_export_end(slack, "@grace")


async def test_a_restart_in_the_middle_is_told_with_the_command(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot
) -> None:
    fill(cloudflare, 1_000)
    cloudflare.inject(held := Held(), times=None, operation="list_instances")
    async with run_bot():
        await slack.person("ada").command("/workflows", "export orders errored,complete to #general")
        await until(lambda: told(slack, "general"))
    held.released.set()
    [message] = told(slack, "general")
    assert message.text.startswith("Export interrupted. This bot was restarted before the file was ready.")
    assert "`/workflows export orders status:errored,complete to #general`" in message.all_text()
    assert button_labels(message) == ["Begin again"]
    assert not slack.files


@pytest.mark.parametrize(
    ("is_sending", "said"), [(False, "before the file was ready"), (True, "while it sent")]
)
async def test_an_export_whose_process_is_gone_is_told_by_another_one(
    slack: LocalSlack, run_bot: RunBot, tmp_path: Path, is_sending: bool, said: str
) -> None:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    posted = await EditedMessages(client).post(MessageOfBot("Exporting: 1 row so far", []), ADA.id)
    async with migrated_database(f"sqlite:///{tmp_path}/bot.sqlite3") as engine:
        store = ExportStore(engine, lambda: datetime.now(UTC) - timedelta(seconds=61))
        await store.begin(StoredExport("gone", ADA.id, "export orders to <#C0GENERAL|general>"), TEAM)
        await store.tell_by("gone", posted)
        if is_sending:
            await store.send("gone")
        going_on = ExportStore(engine, lambda: datetime.now(UTC) - timedelta(seconds=30))
        await going_on.begin(StoredExport("fine", GRACE.id, "export emails"), TEAM)
    async with run_bot():
        message = await wait_for_export_end(slack)
        await asyncio.sleep(0.3)  # a second look tells nobody again
    assert said in message.text
    assert "`/workflows export orders to #general`" in message.all_text()
    assert len([change for change in slack.changes if said in change.message.text]) == 1
    assert not told(slack, "@grace")


async def test_an_export_that_another_process_took_for_abandoned_goes_on_and_says_so(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, tmp_path: Path
) -> None:
    fill(cloudflare, 800)
    cloudflare.inject(Slow(0), times=1, operation="list_instances")
    cloudflare.inject(held := Held(), times=None, operation="list_instances")
    database = f"sqlite:///{tmp_path}/shared.sqlite3"
    async with run_bot(database_url=database):
        await ask(slack.person("ada"), "export orders")
        await until(lambda: [each for each in told(slack) if "of about 800" in each.text])
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        async with migrated_database(database) as engine:
            other = ExportStore(engine, lambda: datetime.now(UTC) + timedelta(seconds=90))
            [taken] = await other.take_abandoned(TEAM, ())
            assert taken.message is not None
            await EditedMessages(client).change(taken.message, MessageOfBot("asked by: interrupted", []))
            await until(lambda: told(slack)[-1].text.startswith("Exporting"))
            assert await other.find(taken.key, TEAM) == taken
        held.released.set()
        message = await wait_for_export_end(slack)
    assert message.text.startswith("Exported 800 instances.")


async def test_a_process_that_stood_still_goes_on_with_its_exports(
    slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 800)
    cloudflare.inject(Slow(0.4), times=None, operation="list_instances")
    monkeypatch.setattr(ExportStore, "_silent_since", lambda self: self._seconds() + 60)
    async with run_bot():
        await ask(slack.person("ada"), "export orders")
        message = await wait_for_export_end(slack)
    assert message.text.startswith("Exported 800 instances.")
    assert not [change for change in slack.changes if change.message and "interrupted" in change.message.text]


async def test_an_export_is_noted_as_alive_while_slack_lets_its_progress_wait(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 300)
    cloudflare.inject(held := Held(), times=None, operation="list_instances")
    beats: list[str] = []
    beat = ExportStore.beat

    async def counted(self: ExportStore, key: str) -> str | None:
        beats.append(key)
        return await beat(self, key)

    monkeypatch.setattr(ExportStore, "beat", counted)
    slack.faults.add("chat.update", SlowCall(1.0), times=1)
    await ask(ada, "export orders")
    await until(lambda: len(beats) > 4)
    assert all("of about" not in each.text for each in told(slack)), "the first change is under way"
    held.released.set()
    await wait_for_export_end(slack)


async def test_the_end_of_an_export_is_told_again_where_another_process_took_it_for_abandoned(
    slack: LocalSlack,
    cloudflare: Simulation,
    run_bot: RunBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(cloudflare, 300)
    cloudflare.inject(held := Held(), times=None, operation="list_instances")
    database = f"sqlite:///{tmp_path}/shared.sqlite3"

    async def refused(*_: object, **__: object) -> None:
        raise OSError("the database does not answer")

    async with run_bot(database_url=database), migrated_database(database) as engine:
        await ask(slack.person("ada"), "export orders")
        with monkeypatch.context() as away:
            for name in ("beat", "send", "end"):
                away.setattr(ExportStore, name, refused)
            held.released.set()
            assert (await wait_for_export_end(slack)).text.startswith("Exported 300 instances.")
            assert len(slack.files) == 1
            other = ExportStore(engine, lambda: datetime.now(UTC) + timedelta(seconds=90))
            [taken] = await other.take_abandoned(TEAM, ())
            assert taken.message is not None
            client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
            await EditedMessages(client).change(taken.message, MessageOfBot("asked by: interrupted", []))
        await until(lambda: told(slack)[-1].text.startswith("Exported 300 instances."))
    assert len(told(slack)) == 1


@pytest.mark.parametrize("is_back", [True, False])
async def test_the_end_of_the_process_asks_once_more_a_database_that_did_not_answer(
    slack: LocalSlack,
    cloudflare: Simulation,
    run_bot: RunBot,
    read_log: ReadLog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_back: bool,
) -> None:
    fill(cloudflare, 3)
    database = f"sqlite:///{tmp_path}/shared.sqlite3"
    init: Any = Exports.__init__

    def with_long_pauses(self: Exports, *args: Any) -> None:
        init(self, *args)
        intervals = replace(self._services.intervals, beat=timedelta(hours=1))
        self._services = replace(self._services, intervals=intervals)

    monkeypatch.setattr(Exports, "__init__", with_long_pauses)
    end, keys, is_down = ExportStore.end, [], True

    async def ends(self: ExportStore, key: str) -> bool:
        keys.append(key)
        if is_down:
            raise OSError("the database does not answer")
        return await end(self, key)

    monkeypatch.setattr(ExportStore, "end", ends)
    async with run_bot(database_url=database):
        await ask(slack.person("ada"), 'export orders id:"orders-complete"')
        await until(lambda: keys)
        is_down = not is_back
    assert len(keys) == 2
    async with migrated_database(database) as engine:
        found = await ExportStore(engine, lambda: datetime.now(UTC)).find(keys[0], TEAM)
    assert (found is None) == is_back
    lost = [each for each in read_log() if each["event"] == "export_not_forgotten"]
    assert [(each["key"], each["outcome"]) for each in lost] == ([] if is_back else [(keys[0], "whole")])
    assert "orders-complete" not in json.dumps(read_log()), "what people type is in no log"


async def test_a_file_that_slack_takes_later_is_sent(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 1)
    cloudflare.inject(held := Held(), times=1, operation="list_instances")
    await ask(ada, "export orders")
    slack.faults.add("files.getUploadURLExternal", ErrorCode("ratelimited"), times=2)
    held.released.set()
    assert (await wait_for_export_end(slack)).text.startswith("Exported 1 instance.")
    assert len(slack.files) == 1


@pytest.mark.parametrize("method", ["_open", "_add", "_write"])
async def test_a_full_disk_is_said(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    fill(cloudflare, 300)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Spool, method, full)
    await ask(ada, "export orders")
    message = await wait_for_export_end(slack)
    assert message.text.startswith(
        "Export failed: it could not be written. The disk where this bot runs is full"
    )
    assert not slack.files
    assert "has begun" in (await ask(ada, "export orders")).all_text(), "its place is free"


async def test_an_export_that_waits_for_cloudflare_s_limit_is_cancelled(
    slack: LocalSlack, cloudflare: Simulation, ada: Person
) -> None:
    fill(cloudflare, 3)
    cloudflare.inject(TooManyRequests(30), times=None, operation="list_instances")
    await ask(ada, "export orders")
    [message] = await until(lambda: [each for each in told(slack) if "it goes on in" in each.text])
    await ada.click(message, "export_cancel")
    assert (await wait_for_export_end(slack)).text.startswith("Export cancelled.")
    assert not slack.files


async def test_an_export_is_cancelled_while_its_rows_are_put_in_order(
    slack: LocalSlack, cloudflare: Simulation, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cloudflare, 3)
    begun, go_on = threading.Event(), threading.Event()

    def held(*_: object) -> None:
        begun.set()
        go_on.wait(10)

    monkeypatch.setattr(Spool, "_write", held)
    await ask(ada, "export orders")
    await until(begun.is_set)
    await ada.click(told(slack)[-1], "export_cancel")
    try:
        assert (await wait_for_export_end(slack)).text.startswith("Export cancelled.")
    finally:
        go_on.set()
    assert not slack.files
