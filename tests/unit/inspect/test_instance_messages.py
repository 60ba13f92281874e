"""One instance, as it looks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.cloudflare.instance_models import (
    Attempt,
    InstanceDetail,
    InstanceError,
    Rollback,
    Schedule,
    Step,
    Trigger,
)
from bot.cloudflare.models import Instance
from bot.inspect.messages.buttons import InstanceControls
from bot.inspect.messages.detail import instance_message, instance_modal, loading_modal, not_opened_message
from bot.inspect.messages.key_step import ordinal
from bot.inspect.model import InstanceRef, InstanceView
from bot.inspect.timeline import STEPS_PER_PAGE, cut_page, find_key_step, summarize_steps
from bot.playground.simulators.slack import PayloadValidator
from bot.ui import limits
from bot.ui.elements import Message
from bot.ui.mrkdwn import code_block
from tests.support.instances import BEGIN, NOW, at, detail, done, failed, failures, retrying
from tests.support.screens import assert_slack_shows, visible_text
from tests.unit.inspect.test_timeline import statuses, steps

SUBJECT = InstanceRef("order-processing", "ord-59603")
ENDED = InstanceControls(list="errored", of_errored=True, account_id="a" * 32)
GOING = InstanceControls(refresh="again", list="all")
LONG = "v" * 2_000
FULLEST = InstanceControls(
    LONG, LONG, LONG, LONG, LONG, LONG, version=LONG, account_id="a" * 32, incomplete=True
)
HOSTILE = "*bold* `code` <!channel> &amp; <@U0ADA0001>\n```\u202e"


def view(found: InstanceDetail, first: int = 0, subject: InstanceRef = SUBJECT) -> InstanceView:
    summary = summarize_steps(found)
    return InstanceView(
        subject, found, summary, find_key_step(found, summary), cut_page(found, first, NOW), NOW
    )


def shown(found: InstanceDetail, controls: InstanceControls = GOING, first: int = 0) -> Message:
    message = instance_message(view(found, first), controls, "")
    assert_slack_shows(message)
    PayloadValidator().check_view(instance_modal(view(found, first), controls, ""))
    return message


PRICED = (done("load order", 1, 1.045), done("price", 1.1, 1.22))
SLEEPING = Step(type="sleep", name="cool down-1", start=at(2), end=at(90_000), finished=False)
WAITING = Step(
    type="waitForEvent", name="approval-1", start=at(2), end=at(90_000), finished=False, event_type="approved"
)
ROLLED_BACK = Step(type="rollback", name="price-1", start=at(58), end=at(59), success=True)
OUT_OF_STOCK = InstanceError(name="Error", message="out of stock")

LOOKS: dict[str, InstanceDetail] = {
    "completed": detail("complete", PRICED),
    "failed after retries": detail("errored", (*PRICED, failed("charge", 2, failures(2, 6)))),
    "failed with several errors": detail(
        "errored",
        (*PRICED, failed("charge", 2, (*failures(2, 1, OUT_OF_STOCK), *failures(5, 4), *failures(20, 1)))),
    ),
    "failed with another error of its own": detail(
        "errored",
        [failed("charge", 2, failures(2, 1))],
        error=InstanceError(name="WorkflowFatalError", message="step failed"),
    ),
    "failed outside its steps": detail("errored", PRICED),
    "failed without an error": detail("errored", (), error=None),
    "running, with a retry to come": detail("running", (*PRICED, retrying("charge", 2, failures(2, 3)))),
    "running, in its second attempt": detail(
        "running", (*PRICED, retrying("charge", 2, (*failures(2, 1), Attempt(start=at(9)))))
    ),
    "sleeping": detail("waiting", (*PRICED, SLEEPING)),
    "waiting for an event": detail("waiting", (*PRICED, WAITING)),
    "paused": detail("paused", PRICED),
    "queued": detail("queued", (), start=None),
    "terminated": detail(
        "terminated", (*PRICED, WAITING, Step(type="termination", trigger=Trigger(source="user")))
    ),
    "rolled back": detail(
        "errored",
        (*PRICED, failed("charge", 2, failures(2, 1)), ROLLED_BACK),
        rollback=Rollback(outcome="complete"),
    ),
    "rollback failed": detail(
        "errored",
        (*PRICED, failed("charge", 2, failures(2, 1)), ROLLED_BACK),
        rollback=Rollback(outcome="failed", error=OUT_OF_STOCK),
    ),
    "partial": detail("errored", PRICED, is_partial=True, step_count=63, unread_fields=("schedule",)),
    "without its steps": detail("errored", (), is_partial=True, step_count=25_000, unread_fields=("steps",)),
    "started by a schedule": detail(
        "complete",
        PRICED,
        trigger=Trigger(source="cron"),
        schedule=Schedule(cron="*/5 * * * *", scheduledTime=int(BEGIN.timestamp() * 1000)),
    ),
    "with a new kind of step": detail("running", [Step(type="brandNew", name="odd-1", start=at(1))]),
    "of the local engine": detail(
        "running", [Step(type="step", name="a-1", start=at(1))], version_id=None, trigger=None
    ),
    "of a new status": detail("hibernating", PRICED),
}


@pytest.mark.parametrize("look", LOOKS)
def test_an_instance_is_shown(look: str, snapshot: SnapshotAssertion) -> None:
    found = LOOKS[look]
    message = shown(found, ENDED if found.end else GOING)
    assert visible_text(message) == snapshot
    assert message.text == snapshot(name="spoken")


def test_a_page_of_a_long_run(snapshot: SnapshotAssertion) -> None:
    made = [done(f"row {number}", number, number + 1) for number in range(25_000)]
    made[12_345] = failed("row 12345", 12_345, failures(12_345, 2))
    controls = InstanceControls(previous="p", next="n", failed="f", list="l", of_errored=True)
    message = shown(detail("errored", made), controls, first=20_000)
    assert visible_text(message) == snapshot


def test_the_blocks_of_a_message_and_of_a_modal(snapshot: SnapshotAssertion) -> None:
    found = view(LOOKS["failed after retries"])
    assert instance_message(found, ENDED, "prod").blocks == snapshot
    assert instance_modal(found, ENDED, "prod") == snapshot(name="modal")


@pytest.mark.parametrize(
    "row",
    [
        None,
        Instance(id="ord-59603"),
        Instance(id="x", status="errored", created_on=BEGIN, started_on=at(1), ended_on=at(9)),
    ],
)
def test_a_modal_shows_at_once_what_its_row_knew(row: Instance | None, snapshot: SnapshotAssertion) -> None:
    loading = loading_modal(SUBJECT, row, NOW, "")
    PayloadValidator().check_view(loading)
    assert loading == snapshot
    assert_slack_shows(not_opened_message(SUBJECT))


@given(st.lists(steps, max_size=30), statuses, st.integers(0, 30))
def test_whatever_it_did_it_can_be_shown(made: list[Step], status: str, first: int) -> None:
    shown(detail(status, made), FULLEST, first)


def test_the_longest_names_and_errors_fit_into_a_message() -> None:
    error = InstanceError(name="&" * 5_000, message=HOSTILE * 500)
    made = [
        failed(
            "&" * 256,
            number,
            [Attempt(start=at(number), end=at(number + 1), success=False, error=error)] * 40,
        )
        for number in range(STEPS_PER_PAGE)
    ]
    found = detail(
        "errored", made, error=error, rollback=Rollback(outcome="failed", error=error), version_id="v" * 5_000
    )
    subject = InstanceRef("&" * 64, "&" * 271)
    message = instance_message(view(found, subject=subject), FULLEST, "&" * 60)
    assert_slack_shows(message)
    assert limits.fits(message.blocks)
    PayloadValidator().check_view(instance_modal(view(found, subject=subject), FULLEST, "&" * 60))


def test_foreign_texts_are_shown_and_never_read() -> None:
    error = InstanceError(name=HOSTILE, message=HOSTILE)
    made = [
        failed(HOSTILE, 1, failures(1, 2, error)),
        Step(type=HOSTILE, name=HOSTILE),
        Step(type="waitForEvent", name="w-1", event_type=HOSTILE, finished=False, end=NOW),
        Step(type="termination", trigger=Trigger(source=HOSTILE)),
    ]
    found = detail("errored", made, error=error, trigger=Trigger(source=HOSTILE), version_id=HOSTILE)
    message = shown(found)
    written = json.dumps([message.text, message.blocks], ensure_ascii=False)
    assert "<!channel>" not in written
    assert "<@U0ADA0001>" not in written
    assert "\u202e" not in written


@given(st.text(), st.integers(10, 200))
def test_a_block_of_code_keeps_to_its_length(text: str, most: int) -> None:
    block = code_block(text, most)
    assert block.startswith("```")
    assert block.endswith("```")
    assert len(block) <= most + 6
    assert "`" not in block[3:-3]


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (112, "112th"), (1021, "1,021st")]
)
def test_attempts_are_counted_in_words(number: int, said: str) -> None:
    assert ordinal(number) == said
