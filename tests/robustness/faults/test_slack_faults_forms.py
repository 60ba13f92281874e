"""If Slack does not open a form or return a time zone, the person gets a message and loses no input."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.playground.simulators.slack import (
    AnswerLost,
    Dropped,
    ErrorCode,
    Failed,
    Fault,
    Held,
    Message,
    RateLimited,
    Slow,
    User,
)
from tests.support.clock import far_schedule
from tests.support.form_values import fill_form, shown_values
from tests.support.messages import ask

from .slack_harness import Harness, run_harness, wait_for_message
from .slack_surfaces import Asked

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Harness]:
    async with run_harness(tmp_path_factory.mktemp("bot")) as harness:
        yield harness


JSON = "application/json"

SHUT: dict[str, Fault] = {
    "expired_trigger_id": ErrorCode("expired_trigger_id"),
    "invalid_arguments": ErrorCode("invalid_arguments"),
    "token_revoked": ErrorCode("token_revoked"),
    "rate limited for an hour": RateLimited(3600),
    "500": Failed(500),
    "html with 200": Failed(200, "<html>"),
    "text with 200": Failed(200, "hello", "text/plain"),
    "JSON that is cut": Failed(200, '{"ok": tr', JSON),
    "connection broken": Dropped(),
}
"""Faults after which `views.open`, `views.push` and `views.update` show nothing."""

OPENS: dict[str, Fault] = {
    "slow": Slow(0.2),
    "answer lost": AnswerLost(),
    "connection broken once": Dropped(),
}
"""Faults after which they still show the view."""


async def _listed(harness: Harness) -> Message:
    return await ask(harness.ada(), harness.workflow())


async def _filter(harness: Harness) -> Asked:
    message = await _listed(harness)
    return Asked(lambda: harness.ada().click(message, "filter_open"), "Filter")


async def _new_digest(harness: Harness) -> Asked:
    return Asked(lambda: harness.ada().command("/workflows", "digest"), "New digest")


async def _edit_digest(harness: Harness) -> Asked:
    shown = await wait_for_message(
        await harness.ada().command("/workflows", f"digest show {await harness.digest()}"), "Digest"
    )
    return Asked(lambda: harness.ada().click(shown, "digest_edit"), "Digest 1")


FORMS: dict[str, Callable[[Harness], Awaitable[Asked]]] = {
    "filter": _filter,
    "new digest": _new_digest,
    "edit digest": _edit_digest,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fault", SHUT)
async def test_a_form_does_not_open_and_they_are_told(fault: str, form: str, harness: Harness) -> None:
    async with harness.cell():
        asked = await FORMS[form](harness)
        harness.fails("views.open", SHUT[fault])
        message = await wait_for_message(await asked.act(), "The form did not open.")
        assert "/workflows " in message.all_text(), "it says what to type instead"
        assert not harness.slack.views.open_now()
    assert "form_not_shown" in harness.events()
    assert not harness.logged("error", "critical")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fault", OPENS)
async def test_a_form_opens_once_and_nothing_else_is_said_in_spite_of(
    fault: str, form: str, harness: Harness
) -> None:
    async with harness.cell():
        asked = await FORMS[form](harness)
        before = harness.ada().screen()
        harness.fails("views.open", OPENS[fault], 1)
        reply = await asked.act()
        assert asked.words in (await reply.view()).all_text()
        await harness.settled()
        assert len(harness.slack.views.open_now()) == 1
        assert harness.ada().screen() == before


async def _previewed(harness: Harness) -> Asked:
    view = await (await harness.ada().command("/workflows", "digest")).view()
    (row,) = (block for block in view.payload["blocks"] if block["type"] == "actions")
    (button,) = row["elements"]
    action = {"type": "button", "action_id": button["action_id"], "value": button["value"]}
    values = fill_form(view.payload)
    return Asked(
        lambda: harness.ada().act_in_view(view, action | {"block_id": row["block_id"]}, values),
        "Nothing failed",
    )


@pytest.mark.parametrize("method", ["views.push", "views.update"])
@pytest.mark.parametrize("fault", SHUT)
async def test_a_preview_is_not_shown_and_they_are_told(fault: str, method: str, harness: Harness) -> None:
    async with harness.cell():
        asked = await _previewed(harness)
        harness.fails(method, SHUT[fault])
        await wait_for_message(await asked.act(), "The preview can't be shown just now.")
        assert harness.slack.views.open_now(), "the form is still there"
    assert not harness.logged("error", "critical")


@pytest.mark.parametrize("method", ["views.push", "views.update"])
@pytest.mark.parametrize("fault", OPENS)
async def test_a_preview_is_shown_and_nothing_else_is_said_in_spite_of(
    fault: str, method: str, harness: Harness
) -> None:
    async with harness.cell():
        asked = await _previewed(harness)
        before = harness.ada().screen()
        harness.fails(method, OPENS[fault], 1)
        reply = await asked.act()
        assert "Reading" in (await reply.view()).all_text()
        assert asked.words in (await reply.view()).all_text()
        await harness.settled()
        assert len(harness.slack.views.open_now()) == 2
        assert harness.ada().screen() == before


NOWHERE: dict[str, Fault] = {
    "rate limited for an hour": RateLimited(3600),
    "ratelimited": ErrorCode("ratelimited"),
    "fatal_error": ErrorCode("fatal_error"),
    "500": Failed(500),
    "html with 200": Failed(200, "<html>"),
    "text with 200": Failed(200, "hello", "text/plain"),
    "JSON that is cut": Failed(200, '{"ok": tr', JSON),
    "connection broken": Dropped(),
    "token_revoked": ErrorCode("token_revoked"),
    "missing_scope": ErrorCode("missing_scope"),
    "user_not_found": ErrorCode("user_not_found"),
}
"""Faults of the request that tells who a person is, and their time zone."""

STAYS_SO = {"missing_scope": "lacks the scope", "user_not_found": "that you are a member"}
"""Errors after which the bot does not retry for half a minute, and what it says."""


@pytest.mark.parametrize("fault", NOWHERE)
async def test_somebody_whom_slack_does_not_tell_is_answered_once_it_does(
    fault: str, harness: Harness
) -> None:
    async with harness.cell():
        person = await _somebody_new(harness)
        harness.fails("users.info", NOWHERE[fault])
        name = harness.workflow()
        refused = STAYS_SO.get(fault, "that you are a member")
        asked = await harness.slack.person(person).command("/workflows", f"{name} since:2026-01-02")
        assert refused in (await wait_for_message(asked, refused)).all_text()

        harness.slack.faults.clear()
        again = await harness.slack.person(person).command("/workflows", f"{name} since:2026-01-02")
        text = (await wait_for_message(again, refused if fault in STAYS_SO else name)).all_text()
        assert (name in text) is (fault not in STAYS_SO)
        assert "times are read as UTC" not in text
    assert not harness.logged("error", "critical")


@pytest.mark.parametrize("fault", [fault for fault in NOWHERE if fault not in STAYS_SO])
async def test_a_zone_is_utc_and_that_is_said_until_slack_knows_better(fault: str, harness: Harness) -> None:
    async with harness.cell():
        person = await _somebody_new(harness, is_known=True)
        harness.fails("users.info", NOWHERE[fault])
        name = harness.workflow()
        asked = await harness.slack.person(person).command("/workflows", f"{name} since:2026-01-02")
        assert "times are read as UTC" in (await wait_for_message(asked, name)).all_text()
        view = await (await harness.slack.person(person).command("/workflows", "digest")).view()
        assert shown_values(view.payload)["zone"] == "UTC"

        harness.slack.faults.clear()
        harness.slack.workspace.add(replace(harness.slack.workspace.user(person), tz="Asia/Tokyo"))
        again = await harness.slack.person(person).command("/workflows", f"{name} since:2026-01-02")
        assert "times are read as UTC" not in (await wait_for_message(again, name)).all_text()
    assert not harness.logged("error", "critical")


async def test_a_zone_that_takes_long_keeps_no_form_waiting(harness: Harness) -> None:
    async with harness.cell():
        person = await _somebody_new(harness, is_known=True)
        harness.fails("users.info", held := Held(), 1)
        reply = await harness.slack.person(person).command("/workflows", "digest")
        assert shown_values((await reply.view()).payload)["zone"] == "UTC"
        held.released.set()


@pytest.mark.parametrize("fault", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_a_digest_is_made_though_its_proof_can_only_be_text(fault: str, harness: Harness) -> None:
    async with harness.cell():
        harness.fails("chat.postEphemeral", ErrorCode(fault), 1)
        reply = await harness.ada().command("/workflows", f"digest create {far_schedule()}")
        proof = await reply.seen()
        assert proof.blocks == ()
        assert "Slack shows this line only if" in proof.text
        assert "is made" in (await reply.seen()).all_text()


@pytest.mark.parametrize("form", ["command", "form"])
@pytest.mark.parametrize("fault", [name for name in SHUT if not name.endswith(("_id", "_arguments"))])
async def test_a_digest_is_not_made_where_slack_does_not_say_who_is_there(
    fault: str, form: str, harness: Harness
) -> None:
    async with harness.cell():
        ada = harness.ada()
        before = await _numbers(harness)
        if form == "form":
            view = await (await ada.command("/workflows", "digest")).view()
            harness.fails("chat.postEphemeral", SHUT[fault])
            reply = await ada.submit(view, fill_form(view.payload))
        else:
            harness.fails("chat.postEphemeral", SHUT[fault])
            reply = await ada.command("/workflows", f"digest create {far_schedule()}")
        await wait_for_message(reply, "Slack did not let this bot look into that channel.")
        assert await _numbers(harness) == before, "none is left behind"


async def _numbers(harness: Harness) -> list[str]:
    listed = await wait_for_message(await harness.ada().command("/workflows", "digest list"), "igest")
    return [line for line in listed.all_text().split("\n") if line.startswith("*Digest ")]


async def _somebody_new(harness: Harness, *, is_known: bool = False) -> str:
    """Add a person; Slack may have said who they are, and not in which time zone."""
    number = len(harness.slack.workspace.people)
    person = User(f"U0NEW{number:04}", f"new-{number}", tz="" if is_known else "Asia/Tokyo")
    harness.slack.workspace.people += (person,)
    if is_known:
        await ask(harness.slack.person(person.name), "version")
    return person.name
