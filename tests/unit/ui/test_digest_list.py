"""The digests of a workspace, one of them, and what is told after doing something with one: as it looks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.cloudflare.models import Status
from bot.digests.command.requests import DIGEST_CODEC, OfDigest
from bot.digests.messages import confirmations
from bot.digests.messages.listing import digest_details_message, digests_message
from bot.digests.messages.text import digest_line
from bot.digests.model import Digest, DigestRun, spec_command
from bot.language.schedule import Schedule
from bot.ui.elements import Message
from tests.support.digest_messages import (
    NOW,
    ONCALL,
    all_buttons,
    assert_slack_shows,
    digest,
    plan,
    visible_lines,
)
from tests.support.properties import examples

from .test_digest_message import plans
from .test_hostile_texts import foreign

RICH = plan(
    schedule=Schedule("0 */4 * * *", "UTC"),
    account="staging",
    workflows=tuple(f"flow-{number}" for number in range(7)),
    status=Status("terminated"),
    window=timedelta(days=7),
    quiet=True,
    mentions=ONCALL,
    daily_thread=True,
)
PAUSED = digest(8, plan=RICH, state="paused", next_due=None, creator="U2")
OFF = replace(PAUSED, number=9, pause_reason="the channel is archived")
RUNS = [
    DigestRun(7, "a", NOW, "due", attempt=2, detail="Cloudflare gave no usable answer."),
    DigestRun(7, "b", NOW - timedelta(days=1), "sent", news=3),
    DigestRun(7, "c", NOW - timedelta(days=2), "quiet", news=0),
    DigestRun(7, "d", NOW - timedelta(days=3), "missed"),
    DigestRun(7, "e", NOW - timedelta(days=4), "failed", detail="x <!channel> " * 50),
]


def actions(message: Message) -> list[list[str]]:
    return [
        [element["action_id"] for element in block["elements"]]
        for block in message.blocks
        if block["type"] == "actions"
    ]


def test_a_list_of_digests(snapshot: SnapshotAssertion) -> None:
    message = digests_message([digest(), PAUSED, OFF], {7})
    assert_slack_shows(message)
    assert visible_lines(message) == snapshot
    assert message.text == snapshot


def test_a_digest_of_a_list_as_slack_gets_it(snapshot: SnapshotAssertion) -> None:
    assert digests_message([digest()], {7}) == snapshot


def test_a_list_without_digests_says_how_to_make_one(snapshot: SnapshotAssertion) -> None:
    message = digests_message([], ())
    assert_slack_shows(message)
    assert visible_lines(message) == snapshot
    assert actions(message) == [["digest_new"]]


def test_each_digest_has_the_buttons_that_its_reader_may_press() -> None:
    message = digests_message([digest(), PAUSED, replace(PAUSED, number=9)], {7, 8})
    assert actions(message) == [
        ["digest_preview", "digest_run", "digest_pause", "digest_edit", "digest_delete"],
        ["digest_preview", "digest_run", "digest_resume", "digest_edit", "digest_delete"],
        ["digest_preview", "digest_run"],
        ["digest_new"],
    ]
    buttons = [button for button in all_buttons(message) if button["action_id"] != "digest_new"]
    requests = [DIGEST_CODEC.decode(button["value"]) for button in buttons]
    assert [request.kind for request in requests] == [button["action_id"] for button in buttons]
    numbers = [request.number for request in requests if isinstance(request, OfDigest)]
    assert numbers == [7] * 5 + [8] * 5 + [9] * 2
    for button, number in zip(buttons, numbers, strict=True):
        label = button["accessibility_label"]
        assert label.startswith(button["text"]["text"])
        assert label.endswith(f"digest {number}")


def test_deleting_asks_first() -> None:
    asked = [button for button in all_buttons(digests_message([digest()], {7})) if "confirm" in button]
    assert [button["action_id"] for button in asked] == ["digest_delete"]
    assert "weekdays at 09:00" in asked[0]["confirm"]["text"]["text"]


@pytest.mark.parametrize("count", [5, 6, 7, 8, 20, 300])
def test_digests_beyond_a_message_s_limit_are_lines_and_then_a_number(count: int) -> None:
    many = [digest(number) for number in range(100, 100 + count)]
    message = digests_message(many, {one.number for one in many})
    assert_slack_shows(message)
    text = visible_lines(message)
    told = sum(f"*Digest {one.number}*" in text or f"*{one.number}* " in text for one in many)
    assert told >= min(count, 15)
    assert (f"{count - told} more. " in text) == (told < count)


def test_a_digest_in_full(snapshot: SnapshotAssertion) -> None:
    rich = digest(plan=replace(RICH, schedule=digest().plan.schedule))
    due = tuple(rich.plan.schedule.upcoming(NOW, 3))
    message = digest_details_message(rich, due, RUNS, may_change=True)
    assert_slack_shows(message)
    assert visible_lines(message) == snapshot


def test_of_many_runs_the_last_ten_are_shown() -> None:
    message = digest_details_message(digest(), (), [RUNS[1]] * 40, may_change=False)
    assert visible_lines(message).count("✅ sent") == 10


ANSWERS: dict[str, Callable[[Digest], Message]] = {
    "created": confirmations.created_message,
    "created elsewhere": confirmations.created_elsewhere_message,
    "changed": confirmations.changed_message,
    "resumed": confirmations.resumed_message,
    "restored": confirmations.restored_message,
    "run": confirmations.run_started_message,
    "run for nobody": lambda one: confirmations.with_no_worker_warning(
        confirmations.run_started_message(one)
    ),
    "paused": lambda one: confirmations.paused_message(replace(one, state="paused", next_due=None)),
    "deleted": lambda one: confirmations.deleted_message(replace(one, state="deleted", next_due=None)),
    "paused itself": lambda one: confirmations.paused_direct_message(one, "the zone is unknown <!here>"),
    "archived meanwhile": lambda one: confirmations.paused_direct_message(one, "is_archived"),
    "left alone": lambda one: confirmations.paused_direct_message(one, "not_in_channel"),
    "not yours": lambda one: confirmations.not_yours_message(one, [f"UA{number}" for number in range(12)]),
    "not yours, no admins": lambda one: confirmations.not_yours_message(one, ()),
    "not shown": lambda one: confirmations.not_shown_message(one, ["UA"]),
    "none": lambda one: confirmations.no_such_digest_message(one.number),
    "person not there": lambda one: confirmations.channel_unavailable_message(
        "person", one.plan.channel, spec_command(one.plan, "#ops")
    ),
    "bot not there": lambda one: confirmations.channel_unavailable_message(
        "bot", one.plan.channel, spec_command(one.plan, "#ops")
    ),
    "archived": lambda one: confirmations.channel_unavailable_message(
        "archived", one.plan.channel, spec_command(one.plan, "#ops")
    ),
    "nobody knows": lambda _: confirmations.channel_unknown_message("internal_error <!here>"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_says_what_became_of_a_digest_and_what_to_do(
    name: str, snapshot: SnapshotAssertion
) -> None:
    message = ANSWERS[name](digest())
    assert_slack_shows(message)
    assert visible_lines(message) == snapshot
    assert "*" not in message.text


def test_a_deletion_can_be_undone() -> None:
    assert actions(ANSWERS["deleted"](digest())) == [["digest_restore"]]


@pytest.mark.parametrize("missing", ["person", "bot", "archived"])
def test_at_a_field_a_shut_door_is_told_in_plain_words(
    missing: confirmations.Missing, snapshot: SnapshotAssertion
) -> None:
    words = confirmations.channel_unavailable_text(missing)
    assert not set("<`") & set(words)
    assert words == snapshot


def test_a_digest_is_a_line_in_a_terminal(snapshot: SnapshotAssertion) -> None:
    assert "\n".join(map(digest_line, (digest(), PAUSED, OFF))) == snapshot


digests = st.builds(
    digest,
    st.integers(1, 10**6),
    plan=plans,
    creator=st.just("U1"),
    state=st.sampled_from(["active", "paused", "deleted"]),
    pause_reason=st.none() | foreign,
)


@given(st.lists(digests, max_size=9), st.sets(st.integers(1, 10**6)))
@settings(
    suppress_health_check=[HealthCheck.large_base_example, HealthCheck.too_slow], max_examples=examples(25)
)
def test_any_digests_are_listed(listed: list[Digest], may_change: set[int]) -> None:
    assert_slack_shows(digests_message(listed, may_change | {one.number for one in listed[:3]}))


@given(digests, foreign, st.sampled_from(sorted(ANSWERS)))
@settings(
    suppress_health_check=[HealthCheck.large_base_example, HealthCheck.too_slow], max_examples=examples(40)
)
def test_any_digest_is_told_of(one: Digest, detail: str, name: str) -> None:
    runs = [DigestRun(1, "now:a", NOW, "failed", detail=detail * 100)] * 10
    assert_slack_shows(digest_details_message(one, (NOW,) * 3, runs, may_change=True))
    assert_slack_shows(ANSWERS[name](one))
    assert_slack_shows(confirmations.paused_direct_message(one, detail))
    assert "\n" not in digest_line(replace(one, pause_reason=detail))
