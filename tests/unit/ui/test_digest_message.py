"""A digest, as it looks."""

import operator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.cloudflare.errors import (
    CloudflareError,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    Unavailable,
    UnknownAccount,
)
from bot.cloudflare.models import Status
from bot.digests.links import DigestLinks
from bot.digests.messages.phrases import mention_markup
from bot.digests.messages.report import DigestControls, digest_message, maybe_repeated, unreadable_message
from bot.digests.model import Mention
from bot.digests.report import Bar, Group, NewInstance, Report, WorkflowRow
from bot.ui import limits
from tests.support.digest_messages import (
    COMPLETE,
    ERRORED,
    NOW,
    ONCALL,
    RUNNING,
    SINCE,
    all_buttons,
    assert_slack_shows,
    bars,
    group,
    plan,
    report,
    row,
    visible_lines,
)
from tests.support.properties import examples
from tests.unit.digests.strategies import schedules

from .test_hostile_texts import foreign, ids, long_foreign

CALLS = "<@U1> <!subteam^S1> <!here>"
ROWS = (
    row("order-processing", {ERRORED: 15, RUNNING: -3}, errored=20, running=4, complete=12_345),
    row("refunds", {ERRORED: 2, Status("queued"): -1}, errored=2, complete=7),
    row("billing", {}, hibernated=1),
)
LINKS = DigestLinks(
    lists={"refunds": "refunds", "reminders": "rose"},
    instances={"order-processing": "orders", "invoices": "more"},
)
FULL = report(
    [group(total=15), group("refunds", None, None, 2), group("billing", "TypeError", None, 4, exact=False)],
    plan=plan(mentions=ONCALL),
    exact=False,
    ungrouped={"invoices": 4},
    unexplained={"reminders": 3},
    rows=ROWS,
    empty=12,
    gone=["legacy-import"],
    chart=bars(*[0] * 20, 1, 4, 0, 14),
    missed=[SINCE, NOW - timedelta(days=1)],
)
QUIET = report(rows=ROWS[:1], chart=bars(0, 0, 0))


def test_a_digest_with_everything(snapshot: SnapshotAssertion) -> None:
    messages = digest_message(7, FULL, DigestControls(LINKS))
    for one in (messages.full, messages.plain):
        assert_slack_shows(one, CALLS)
        assert visible_lines(one) == snapshot
    assert messages.full.text == messages.plain.text == snapshot


def test_a_digest_as_slack_gets_it(snapshot: SnapshotAssertion) -> None:
    small = report([group(total=4)], rows=ROWS[:1], chart=bars(1, 0, 3))
    assert digest_message(7, small, DigestControls(LINKS)) == snapshot


def test_a_digest_without_news(snapshot: SnapshotAssertion) -> None:
    messages = digest_message(7, QUIET, DigestControls())
    for one in (messages.full, messages.plain):
        assert_slack_shows(one, "")
        assert visible_lines(one) == snapshot
    assert messages.full.text == "Nothing failed since Friday 9:00 · Digest 7"


def test_a_first_digest_tells_of_its_window_and_of_no_changes() -> None:
    first = report(
        [group()], first=True, plan=plan(window=timedelta(days=7)), rows=[row("orders", None, errored=3)]
    )
    for one in (
        digest_message(7, first, DigestControls()).full,
        digest_message(7, first, DigestControls()).plain,
    ):
        text = visible_lines(one)
        assert text.startswith("🔴 1 failed in the last 7 days, in order-processing\n")
        assert "since" not in text
        assert "+" not in text


def test_a_digest_of_chosen_workflows_names_them() -> None:
    chosen = report(plan=plan(workflows=("a", "b", "c", "d", "e")))
    assert "\nDigest 7 · a, b, c and 2 more · `prod`" in visible_lines(
        digest_message(7, chosen, DigestControls()).full
    )


def test_another_status_than_errored_is_told_in_its_own_words() -> None:
    waiting = report(
        [group(error=None, said=None)], plan=plan(status=Status("waitingForPause")), chart=bars(1)
    )
    text = visible_lines(digest_message(7, waiting, DigestControls()).full)
    assert text.startswith("🟡 1 newly waiting for pause since Friday 9:00, in order-processing\n")
    assert "errored" not in text.lower()


def test_failures_stand_above_the_counts_and_these_above_the_chart() -> None:
    kinds = [block["type"] for block in digest_message(7, FULL, DigestControls()).full.blocks]
    text = visible_lines(digest_message(7, FULL, DigestControls()).full)
    assert text.index("PaymentDeclined") < text.index("[table]") < text.index("[chart]")
    assert kinds[0] == "header"


def test_a_digest_calls_whom_it_should_in_its_text_too_and_only_with_news() -> None:
    loud = digest_message(7, FULL, DigestControls()).full
    assert loud.text.startswith(CALLS)
    assert CALLS in visible_lines(loud)
    silent = digest_message(7, replace(QUIET, plan=plan(mentions=ONCALL)), DigestControls()).full
    assert "<@" not in silent.text + visible_lines(silent)
    assert "<!subteam" not in silent.text + visible_lines(silent)


def test_a_digest_that_may_not_call_the_channel_calls_the_others_and_says_so() -> None:
    messages = digest_message(7, FULL, DigestControls(may_call_channel=False))
    for one in (messages.full, messages.plain):
        assert_slack_shows(one, "<@U1> <!subteam^S1>")
        assert one.text.startswith("<@U1> <!subteam^S1> At least 25 failed since Friday 9:00, most in")
        said = visible_lines(one)
        assert "<!here>" not in one.text + said
        assert "🔕 `@here` is not called: digests did that as often within the last hour as they may" in said


def test_a_digest_without_news_says_nothing_of_calls() -> None:
    quiet = replace(QUIET, plan=plan(mentions=ONCALL))
    assert "🔕" not in visible_lines(digest_message(7, quiet, DigestControls(may_call_channel=False)).full)
    nobody = replace(FULL, plan=plan())
    assert "🔕" not in visible_lines(digest_message(7, nobody, DigestControls(may_call_channel=False)).full)


def test_a_preview_calls_nobody_and_says_whom_it_would() -> None:
    messages = digest_message(None, FULL, DigestControls(is_preview=True))
    for one in (messages.full, messages.plain):
        assert_slack_shows(one, "")
        said = "for you alone: what it would say now. It would call `@ana`, `@oncall`, `@here`"
        assert said in visible_lines(one)
        assert "digest run" not in visible_lines(one)


def test_more_of_a_group_is_a_button_into_its_list() -> None:
    one = digest_message(7, FULL, DigestControls(LINKS)).full
    assert [
        (button["text"]["text"], button["action_id"], button["value"]) for button in all_buttons(one)
    ] == [
        ("And at least 12 more", "digest_instances", "orders"),
        ("Open", "list_open", "refunds"),
        ("Show the 4", "digest_instances", "more"),
        ("Open", "list_open", "rose"),
    ]
    assert all(
        button["accessibility_label"].startswith(button["text"]["text"]) for button in all_buttons(one)
    ), "speech control calls a button by what stands on it"


def test_without_a_button_what_is_left_out_is_said() -> None:
    assert "\nAnd at least 12 more\n" in visible_lines(digest_message(7, FULL, DigestControls()).full)


def test_each_instance_id_stands_as_it_is() -> None:
    for one in (messages := digest_message(7, FULL, DigestControls())).full, messages.plain:
        for told in FULL.groups:
            assert all(f"`{new_instance.id}`" in visible_lines(one) for new_instance in told.shown)


def test_workflows_that_have_no_room_are_counted_with_the_command_that_shows_them() -> None:
    many = report(
        rows=[row(f"workflow-{number:04}", {}, complete=number) for number in range(900)], empty=100
    )
    messages = digest_message(7, replace(many, plan=plan(account="prod")), DigestControls())
    for one in (messages.full, messages.plain):
        assert_slack_shows(one, "")
        told = sum(f"workflow-{number:04}" in visible_lines(one) for number in range(900))
        assert 15 < told <= 100
        assert (
            f"{900 - told} more workflows: `/workflows account:prod` · 100 workflows have no instances"
            in visible_lines(one)
        )


def test_a_status_beyond_the_table_s_columns_is_counted_with_the_others() -> None:
    statuses = ("errored", "running", "queued", "waiting", "paused", "terminated", "complete")
    everything = report(rows=[row("orders", {Status("complete"): 1}, **dict.fromkeys(statuses, 2))])
    table = next(
        block for block in digest_message(7, everything, DigestControls()).full.blocks if "rows" in block
    )
    head, (*_, others) = table["rows"]
    assert [cell["text"] for cell in head] == [
        "Workflow", "🔴 Errored", "🔵 Running", "⏳ Queued", "🟣 Waiting", "⏸️ Paused", "Others",
    ]  # fmt: skip
    assert others == {"type": "raw_number", "value": 4, "text": "4 (+1)"}


def test_an_engine_that_does_not_count_is_no_zero() -> None:
    uncounted = report(rows=[WorkflowRow("orders", None, None)])
    for one in (messages := digest_message(7, uncounted, DigestControls())).full, messages.plain:
        assert_slack_shows(one, "")
        assert "not counted" in visible_lines(one)
        assert "0" not in visible_lines(one).partition("orders")[2].partition("\n")[0]


@pytest.mark.parametrize("hours", [1, 2, 20, 21, 24, 48, 49, 168, 720])
def test_a_chart_of_any_length_counts_everything(hours: int) -> None:
    drawn = report(chart=bars(*range(hours)), plan=plan(window=timedelta(hours=hours)))
    messages = digest_message(7, drawn, DigestControls())
    assert_slack_shows(messages.full, "")
    assert_slack_shows(messages.plain, "")
    (chart,) = (block["chart"] for block in messages.full.blocks if block["type"] == "data_visualization")
    points = chart["series"][0]["data"]
    assert sum(point["value"] for point in points) == sum(range(hours))
    assert [point["label"] for point in points] == chart["axis_config"]["categories"]


def test_labels_of_an_hour_that_comes_twice_differ() -> None:
    night = NOW.replace(month=10, day=25, hour=5, minute=0, second=0)
    twice = report(until=night, chart=[Bar(night - timedelta(hours=back), back) for back in range(10, 0, -1)])
    (chart,) = (
        block["chart"]
        for block in digest_message(7, twice, DigestControls()).full.blocks
        if block["type"] == "data_visualization"
    )
    assert [label for label in chart["axis_config"]["categories"] if "02:00" in label] == [
        "25 Oct 02:00+0200",
        "25 Oct 02:00+0100",
    ]


def test_one_failure_among_thousands_is_seen_in_the_characters() -> None:
    drawn = report(chart=bars(0, 1, 5_000, 2_500))
    assert "`▁▂█▅`" in visible_lines(digest_message(7, drawn, DigestControls()).plain)


def test_a_digest_that_may_be_there_twice_says_so() -> None:
    messages = digest_message(7, FULL, DigestControls())
    for one in (messages.full, messages.plain):
        assert_slack_shows(maybe_repeated(one), CALLS)
        assert "may be here twice" in visible_lines(maybe_repeated(one))
        assert maybe_repeated(one).blocks[:-1] == one.blocks


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("no answer within 10 s"),
        RateLimited("Please wait", retry_after=timedelta(minutes=4), http_status=429),
        UnknownAccount("staging", ["prod"]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_digest_that_could_not_be_made_says_why(snapshot: SnapshotAssertion, error: Exception) -> None:
    one = unreadable_message(7, error, NOW)
    assert_slack_shows(one, "")
    assert visible_lines(one) == snapshot
    assert "2026-11-23T08:00:04Z" in one.text


UNREADABLE: list[CloudflareError] = [
    Unavailable("no answer within 10 s"),
    RateLimited("Please wait", retry_after=timedelta(minutes=4), http_status=429),
    NotAuthorized("Authentication error"),
    InvalidResponse("a web page"),
    InvalidParameter("a name that none can have"),
]


def test_workflows_that_could_not_be_read_are_named_with_why() -> None:
    partly = report(
        [group()], exact=False, unread={"a": UNREADABLE[0], "b": UNREADABLE[0], "c": UNREADABLE[2]}
    )
    for one in (messages := digest_message(7, partly, DigestControls())).full, messages.plain:
        assert_slack_shows(one, "")
        assert (
            "⚠️ *Could not be read.* What is new there comes with the next digest:\n"
            "• `a`, `b`: Cloudflare gave no usable answer.\n"
            "• `c`: Cloudflare does not let this bot read Workflows."
        ) in visible_lines(one)
        assert one.text.endswith("; could not be read: a, b, c")


def test_people_are_not_called_for_what_could_not_be_read_alone() -> None:
    unread = report(plan=plan(mentions=ONCALL), exact=False, unread={"a": UNREADABLE[0]})
    said = digest_message(7, unread, DigestControls()).full
    assert_slack_shows(said, "")
    assert "⚪ Nothing failed since Friday 9:00, as far as could be looked at" in visible_lines(said)
    assert "as far as could be looked at" in visible_lines(said)


# Whatever things are called.

workflow_names = foreign.map(lambda text: text[:64])
counts = st.dictionaries(
    st.sampled_from(["errored", "running", "complete"]).map(Status) | foreign.map(Status),
    st.integers(1, 10**9),
    max_size=8,
)
changes = st.none() | st.dictionaries(st.sampled_from([ERRORED, COMPLETE]), st.integers(-9, 9), max_size=2)
rows = st.builds(WorkflowRow, workflow_names, st.none() | counts, changes)
new_instances = st.builds(NewInstance, ids, st.just(NOW))
errors = st.none() | long_foreign | st.just("a line\n" * 400)
groups = st.builds(
    lambda name, error, said, some, more, exact: Group(
        name, error, said, some, len(some) + more, exact=exact
    ),
    workflow_names,
    errors,
    errors,
    st.lists(new_instances, min_size=1, max_size=3),
    st.integers(0, 10**6),
    st.booleans(),
)
named_counts = st.dictionaries(workflow_names, st.integers(1, 10**6), max_size=30)
mentions = st.lists(
    st.builds(Mention, st.just("person"), foreign, st.just("") | foreign)
    | st.builds(Mention, st.just("group"), st.just("S1"), foreign)
    | st.just(Mention("everybody", "channel", "channel")),
    max_size=5,
).map(tuple)
plans = st.builds(
    plan,
    schedule=schedules,
    workflows=st.lists(workflow_names, max_size=20).map(tuple),
    status=st.just(ERRORED) | foreign.map(Status),
    mentions=mentions,
)


reports = st.builds(
    report,
    st.lists(groups, max_size=5),
    plan=plans,
    account=st.sampled_from(["prod", "staging-eu"]),
    exact=st.booleans(),
    first=st.booleans(),
    ungrouped=named_counts,
    unexplained=named_counts,
    rows=st.builds(operator.mul, st.lists(rows, max_size=6), st.sampled_from([1, 40])),
    empty=st.integers(0, 1000),
    gone=st.lists(workflow_names, max_size=20),
    chart=st.lists(st.integers(0, 10**6), max_size=60).map(lambda counts: bars(*counts)),
    missed=st.integers(0, 700).map(lambda count: [NOW] * count),
    unread=st.dictionaries(workflow_names, st.sampled_from(UNREADABLE), max_size=10),
)


WORST = report(
    [
        Group("&" * 64, "&" * 400, "&" * 2000, [NewInstance(f"{place}{'&' * 270}", NOW)] * 3, 9, exact=False)
        for place in range(5)
    ],
    plan=plan(workflows=("&" * 64,) * 20, mentions=(Mention("person", "U" * 20),) * 5),
    ungrouped={f"{place:02}{'&' * 62}": 10**6 for place in range(40)},
    unexplained={f"{place:02}{'<' * 62}": 10**6 for place in range(40)},
    rows=[
        WorkflowRow(f"{place:03}{'&' * 61}", {ERRORED: 1, Status("&" * 300): 4}, None) for place in range(200)
    ],
    gone=["&" * 64] * 20,
    chart=bars(*range(720)),
    missed=[NOW] * 700,
    unread={f"{place}{'&' * 63}": UNREADABLE[place % len(UNREADABLE)] for place in range(10)},
)


@given(reports, st.sampled_from(["v", "v" * 2000]), st.booleans())
@settings(
    suppress_health_check=[HealthCheck.large_base_example, HealthCheck.too_slow], max_examples=examples(50)
)
@example(WORST, "v" * 2000, False)
@example(WORST, '"' * 2000, True)
def test_any_digest_is_shown(told: Report, value: str, is_preview: bool) -> None:
    names = [*(one.workflow for one in told.groups), *told.ungrouped, *told.unexplained]
    values = dict.fromkeys(names, value)
    details = {(one.workflow, one.shown[0].id): value for one in told.groups}
    controls = DigestControls(DigestLinks(values, values, details), is_preview=is_preview)
    messages = digest_message(7, told, controls)
    called = "" if is_preview or not told.has_news else mention_markup(told.plan.mentions)
    for one in (messages.full, messages.plain):
        if is_preview:
            assert_slack_shows(maybe_repeated(one))
        else:
            assert_slack_shows(maybe_repeated(one), called)


def test_the_longest_digest_tells_what_it_leaves_out() -> None:
    values = dict.fromkeys((one.workflow for one in WORST.groups), "v" * 2000)
    details = {(one.workflow, one.shown[0].id): "v" * 2000 for one in WORST.groups}
    messages = digest_message(7, WORST, DigestControls(DigestLinks(values, values, details)))
    for one in (messages.full, messages.plain):
        assert "Shortened: all of it does not fit" in visible_lines(one)
        assert limits.size(one.blocks) > limits.MESSAGE / 2
        assert "more workflows: `/workflows`" in visible_lines(one)
