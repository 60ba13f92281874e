"""The digests of a workspace, one of them, and what is told after doing something with one: as it looks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.cloudflare.models import Status
from bot.digests.command.addressees import Channel
from bot.digests.command.requests import (
    DIGEST_CODEC,
    DeleteDigest,
    EditDigest,
    OfDigest,
    PauseDigest,
    PreviewDigest,
    ResumeDigest,
    RunDigest,
    ShowDigest,
)
from bot.digests.messages import confirmations, refusals
from bot.digests.messages.listing import digest_details_message, digests_message
from bot.digests.messages.text import digest_line
from bot.digests.model import Digest, DigestRun, Mention, spec_command
from bot.language.schedule import Schedule
from bot.ui.elements import Message
from tests.support.digest_messages import (
    NOW,
    ONCALL,
    all_buttons,
    assert_slack_shows,
    digest,
    menus_of,
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


def test_each_digest_of_a_list_has_a_menu_of_what_its_reader_may_do() -> None:
    message = digests_message([digest(), PAUSED, replace(PAUSED, number=9)], {7, 8})
    carried = [
        {label: DIGEST_CODEC.decode(value) for label, value in menu.items()} for menu in menus_of(message)
    ]
    assert carried == [
        {
            "Preview": PreviewDigest(7),
            "Run now": RunDigest(7),
            "Pause": PauseDigest(7),
            "Edit…": EditDigest(7),
            "Delete": DeleteDigest(7),
        },
        {
            "Preview": PreviewDigest(8),
            "Run now": RunDigest(8),
            "Resume": ResumeDigest(8),
            "Edit…": EditDigest(8),
            "Delete": DeleteDigest(8),
        },
        {"Show": ShowDigest(9), "Preview": PreviewDigest(9), "Run now": RunDigest(9)},
    ]
    assert actions(message) == [["digest_new"]]


@pytest.mark.parametrize("number", [1, 999_999_999])
def test_a_menu_carries_any_number(number: int) -> None:
    assert_slack_shows(digests_message([digest(number)], {number}))


def test_a_card_has_the_buttons_that_its_reader_may_press() -> None:
    for state, word in (("active", "digest_pause"), ("paused", "digest_resume")):
        one = digest(state=state)
        message = digest_details_message(one, (), (), may_change=True)
        kinds = ["digest_preview", "digest_run", word, "digest_edit", "digest_delete"]
        assert actions(message) == [kinds]
        for button in all_buttons(message):
            request = DIGEST_CODEC.decode(button["value"])
            assert isinstance(request, OfDigest)
            assert (request.kind, request.number) == (button["action_id"], 7)
            assert request.in_place is (request.kind not in ("digest_preview", "digest_run"))
            label = button["accessibility_label"]
            assert label.startswith(button["text"]["text"])
            assert label.endswith("digest 7")
    other = digest_details_message(digest(), (), (), may_change=False)
    assert actions(other) == [["digest_preview", "digest_run"]]


def test_a_command_names_the_channel_as_people_type_it_and_never_by_its_id() -> None:
    here = digest_details_message(digest(), (), (), may_change=True, here="#ops")
    assert visible_lines(here).endswith("`/workflows digest create #ops weekdays 09:00 Europe/Berlin`")
    elsewhere = digest_details_message(digest(), (), (), may_change=True)
    said = "In <#C1>: `/workflows digest create here weekdays 09:00 Europe/Berlin`"
    assert visible_lines(elsewhere).endswith(said)
    again = spec_command(plan(), "here")
    refused = refusals.channel_unavailable_message("person", Channel(plan().channel), again)
    assert "then try again there: `/workflows digest create here weekdays" in visible_lines(refused)


def test_a_group_whose_name_is_not_known_is_shown_by_slack() -> None:
    one = digest(plan=plan(mentions=(Mention("group", "S1"), Mention("everybody", "channel"))))
    text = visible_lines(digest_details_message(one, (), (), may_change=True))
    assert "mentions <!subteam^S1>, `@channel`" in text


def test_the_same_digest_made_twice_is_pointed_out() -> None:
    others = [digest(3), digest(4)]
    said = visible_lines(confirmations.created_message(digest(), others[:1]))
    assert "⚠️ Digest 3 tells the same there at the same times. To have it only once: " in said
    assert "`/workflows digest delete 7`" in said
    said = visible_lines(confirmations.changed_message(digest(), same=others))
    assert "⚠️ Digest 3, digest 4 tell the same there" in said
    assert "the same" not in visible_lines(confirmations.created_message(digest()))


def test_deleting_asks_first() -> None:
    card = digest_details_message(digest(), (), (), may_change=True)
    asked = [button for button in all_buttons(card) if "confirm" in button]
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
    "not yours": lambda one: refusals.not_yours_message(one, [f"UA{number}" for number in range(12)]),
    "not yours, no admins": lambda one: refusals.not_yours_message(one, ()),
    "not shown": lambda one: refusals.not_shown_message(one, ["UA"]),
    "none": lambda one: refusals.no_such_digest_message(one.number),
    "person not there": lambda one: refusals.channel_unavailable_message(
        "person", Channel(one.plan.channel, "ops"), spec_command(one.plan, "#ops")
    ),
    "bot not there": lambda one: refusals.channel_unavailable_message(
        "bot", Channel(one.plan.channel, "ops"), spec_command(one.plan, "#ops")
    ),
    "archived": lambda one: refusals.channel_unavailable_message(
        "archived", Channel(one.plan.channel, "ops"), spec_command(one.plan, "#ops")
    ),
    "nobody knows": lambda _: refusals.channel_unknown_message("internal_error <!here>"),
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
def test_at_a_field_it_is_told_in_plain_words_why_a_channel_can_not_be_used(
    missing: refusals.Missing, snapshot: SnapshotAssertion
) -> None:
    words = refusals.channel_unavailable_text(missing)
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
