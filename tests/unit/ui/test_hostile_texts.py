"""Whatever people and the API call things, Slack shows the message, and nothing in it comes alive."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.browse.messages.instances import instances_message
from bot.browse.messages.overview import overview_message
from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.overview.trouble import Failures, Rise, WorkflowRow
from bot.browse.requests import ListInstances
from bot.browse.screen import Overview, Screen
from bot.cloudflare.errors import InvalidParameter
from bot.cloudflare.models import ApiMessage, CronSchedule, Instance, Status, Workflow
from bot.language.errors import QueryError
from bot.language.times import Clock
from bot.ui import limits
from bot.ui.elements import Controls
from bot.ui.mrkdwn import code, duration, escape
from bot.ui.problems import problem_message
from tests.support.commands import ACCOUNTS, NOW, read
from tests.support.properties import examples
from tests.support.screens import (
    assert_slack_shows,
    mrkdwn_texts,
    overview,
    row_buttons,
    screen,
    strip_code,
    visible_text,
)
from tests.unit.language.strategies import commands, list_queries

PROVOCATIONS = (
    "<!channel>",
    "<!here>",
    "@channel",
    "@here",
    "<@U012AB3CD>",
    "<#C012AB3CD>",
    "https://evil.example/x",
    "<https://evil.example|safe>",
    "mailto:a@b.example",
    "`",
    "```",
    "*bold*",
    "_it_",
    "~no~",
    ":skull:",
    "&",
    "&lt;",
    "<",
    ">",
    "\n",
    "\r",
    "\t",
    "\u202e",
    "\u2066",
    "\u200f",
    "\u061c",
    "\u2028",
    "🔴",
    "\x00",
    "|",
    "^",
    "<!date^0^x|y>",
)
_FIRST_PLACEHOLDER = 0xE000  # of the private use area, whose signs mean nothing to anybody
_PLACEHOLDERS = "".join(chr(_FIRST_PLACEHOLDER + number) for number in range(2 * len(PROVOCATIONS)))
"""One for each provocation, and as many for pieces of some other text."""


def _fill_in(placeholders: str, other: str) -> str:
    """Put a provocation, or up to ten characters of another text, for each placeholder; end as that does."""
    pieces = []
    for placeholder in placeholders:
        number = ord(placeholder) - _FIRST_PLACEHOLDER
        start = number % max(len(other), 1)
        is_provocation = number < len(PROVOCATIONS)
        pieces.append(PROVOCATIONS[number] if is_provocation else other[start : start + 10])
    return "".join([*pieces, other[-10:]])


# Two texts cost Hypothesis far less than a list of texts, and hold the same.
foreign = st.builds(
    _fill_in,
    st.text(_PLACEHOLDERS, min_size=1, max_size=12),
    st.text(st.characters(codec="utf-8"), max_size=40),
).filter(bool)
long_foreign = foreign | st.builds(lambda text, times: (text * times)[:400], foreign, st.integers(1, 100))
ids = long_foreign.map(lambda text: text[:271])
moments = st.none() | st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - as it asks
    datetime(2030, 1, 1),  # noqa: DTZ001 - as it asks
    timezones=st.just(UTC),
)
statuses = st.none() | st.sampled_from(["errored", "running"]).map(Status) | long_foreign.map(Status)
instances = st.builds(
    Instance,
    id=ids,
    status=statuses,
    created_on=moments,
    started_on=moments,
    ended_on=moments,
    trigger_source=st.none() | foreign,
)
messages = st.lists(
    st.builds(ApiMessage, code=st.none() | st.integers(), message=long_foreign), max_size=5
).map(tuple)
values = st.none() | st.sampled_from(["v", "v" * 2000])
controls = st.builds(
    Controls, previous=values, next=values, refresh=st.sampled_from(["v", "v" * 2000]), filter=values
)


queries = list_queries() | st.builds(ListQuery.of, foreign.map(lambda text: text[:64]), status=statuses)
firsts = st.none() | st.integers(1, 10**9)


@st.composite
def screens(draw: st.DrawFn) -> Screen:
    query = draw(queries)
    return screen(
        draw(st.lists(instances, max_size=query.rows)),
        query,
        account=draw(st.sampled_from(ACCOUNTS)),
        first=draw(firsts),
        messages=draw(messages),
        cursor_loop=draw(st.booleans()),
    )


@given(screens(), controls)
@settings(suppress_health_check=[HealthCheck.large_base_example], max_examples=examples(60))
@example(
    screen([Instance(id="&" * 271)] * 20, ListQuery.of("x" * 64, rows=20)),
    Controls("v" * 2000, "v" * 2000, "v" * 2000, "v" * 2000),
)
@example(screen([Instance(id="x", status=Status("<!channel>" * 400))]), Controls(None, None, "v"))
def test_any_list_is_shown(shown: Screen, buttons: Controls) -> None:
    message = instances_message(shown, buttons)
    assert_slack_shows(message)
    assert limits.size(message.blocks) <= limits.MESSAGE


@given(st.lists(ids, min_size=1, max_size=3), foreign)
def test_names_that_people_chose_stand_as_code_only(names: list[str], workflow: str) -> None:
    bait = "@channel https://evil.example "
    rows = [Instance(id=(bait + name)[:271]) for name in names]
    message = instances_message(screen(rows, ListQuery.of((bait + workflow)[:64])), Controls(None, None, "v"))
    for text in mrkdwn_texts(message):
        assert "@channel" not in strip_code(text)
        assert "evil.example" not in strip_code(text)


schedules = st.none() | st.lists(
    st.builds(CronSchedule, cron=foreign, next_instance=moments), max_size=8
).map(tuple)
counts = st.none() | st.dictionaries(statuses.filter(bool), st.integers(0, 10**9), max_size=12)
workflows = st.builds(
    Workflow,
    name=foreign.map(lambda text: text[:64]),
    instances=counts,
    triggered_on=moments,
    schedules=schedules,
    script_deleted=st.none() | st.booleans(),
)
rises = st.none() | st.builds(Rise, st.integers(1, 10**9), moments.filter(lambda at: at is not None))
rows = st.builds(
    WorkflowRow,
    workflows,
    failures=st.none() | st.builds(Failures, st.integers(0, 9), st.integers(0, 10**9), st.booleans()),
    since_look=rises,
    in_day=rises,
    queue=rises,
    missed=moments,
)
overviews = st.builds(
    overview,
    st.lists(rows, max_size=10),
    st.builds(OverviewQuery, account=st.none() | st.sampled_from(ACCOUNTS), search=st.none() | long_foreign),
    messages=messages,
)


@given(overviews, controls)
@settings(suppress_health_check=[HealthCheck.large_base_example], max_examples=examples(60))
def test_any_overview_is_shown(shown: Overview, buttons: Controls) -> None:
    assert_slack_shows(overview_message(shown, buttons, row_buttons(shown, "v" * 2000)))


@given(commands | foreign | long_foreign.map("orders since:{}".format))
@example("orders\\@channel https://evil.example")
@example("https://evil.example nonsense")
@example("orders status:`@channel")
@example('orders "status:errored" `@channel`')
@example("x" * 4000)
def test_any_mistake_is_told_and_what_was_typed_stands_as_code_only(text: str) -> None:
    try:
        request = read(text)
        if isinstance(request, ListInstances):
            request.query.resolve(Clock(NOW))
    except QueryError as error:
        message = problem_message(error)
        assert_slack_shows(message)
        for words in mrkdwn_texts(message):
            assert "@channel" not in strip_code(words)
            assert "evil.example" not in strip_code(words)


@given(long_foreign, messages, st.none() | foreign)
def test_any_refusal_of_the_api_is_told(reason: str, said: tuple[ApiMessage, ...], ray: str | None) -> None:
    assert_slack_shows(problem_message(InvalidParameter(reason, errors=said, ray=ray)))


@given(foreign)
def test_code_is_one_span_of_code(text: str) -> None:
    shown = code(text)
    assert strip_code(shown) == ""
    assert shown.startswith("`")


@given(foreign)
def test_what_is_escaped_holds_no_markup(text: str) -> None:
    assert not set("<>") & set(escape(text))


def test_marks_that_turn_the_direction_of_text_are_made_visible() -> None:
    marks = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    shown = visible_text(instances_message(screen([Instance(id=f"a{marks}b")]), Controls(None, None, "v")))
    assert not set(marks) & set(shown)


@given(st.timedeltas(timedelta(0), timedelta(days=4000)))
@example(timedelta(milliseconds=999, microseconds=700))
@example(timedelta(seconds=59, milliseconds=999))
def test_a_duration_is_short_and_in_its_largest_units(span: timedelta) -> None:
    said = duration(span)
    assert len(said) <= 9
    assert said != "1000ms"
    assert not re.search(r"\b60[ms]|\b24h", said)
