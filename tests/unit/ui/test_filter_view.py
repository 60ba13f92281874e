"""The filter's form, as it looks, and what comes back out of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.browse.command.options import MAX_TABLE_ROWS
from bot.browse.form import Form
from bot.browse.messages.filter_form import filled_in, filter_view, not_opened_message
from bot.browse.model import ListQuery
from bot.cloudflare.models import STATUSES, Status
from bot.language import times
from bot.language.errors import FormErrors
from bot.language.times import Clock, TimePoint
from bot.playground.simulators.slack import PayloadValidator
from bot.ui import limits
from bot.ui.form_fields import field_errors
from bot.ui.statuses import URGENCY, appearance
from tests.support.commands import ACCOUNTS, NOW
from tests.support.form_values import View, fill_form, shown_values
from tests.support.list_commands import read_list
from tests.support.oracle import rebuilt_view
from tests.support.screens import assert_slack_shows
from tests.unit.language.strategies import clocks, list_queries, selections

BERLIN = Clock(NOW, ZoneInfo("Europe/Berlin"))
METADATA = "https://hooks.slack.com/actions/T0/1/x\nC1\n1.abc"
zones = clocks.map(lambda clock: clock.zone)
UNSEEN = Status("hibernating <!channel> " * 20)


def opened(query: ListQuery, clock: Clock = BERLIN, accounts: tuple[str, ...] = ACCOUNTS) -> View:
    return filter_view(query, Form.of(query, clock), accounts, METADATA)


def assert_slack_opens(view: View) -> None:
    PayloadValidator().check_view(view)
    blocks = [block["type"] for block in view["blocks"]]
    assert [block["type"] for block in rebuilt_view(view)["blocks"]] == blocks
    for block in view["blocks"]:
        if options := block.get("element", {}).get("options"):
            element = block["element"]
            chosen = element.get("initial_options", [element.get("initial_option")])
            if element["type"] == "static_select" or "initial_options" in element:
                assert all(each in options for each in chosen), "Slack wants the options themselves"
            assert len({option["value"] for option in options}) == len(options)
        initial = block.get("element", {}).get("initial_value", "")
        assert len(initial) <= block.get("element", {}).get("max_length", len(initial))


@pytest.mark.parametrize(
    "query",
    [
        "orders",
        'order-processing errored since:24h until:"2026-11-23 09:00" rows:5 account:staging-eu',
        'orders,emails errored error:"card declined" longer:10m created:24h trigger:cron cause:91',
        "order-* paused,running created:24h shorter:90s id:ord",
    ],
)
def test_a_form_holds_what_the_list_was_asked_with(snapshot: SnapshotAssertion, query: str) -> None:
    view = opened(read_list(query, zone=BERLIN.zone))
    assert_slack_opens(view)
    assert view == snapshot


def test_a_single_account_is_no_question() -> None:
    view = opened(ListQuery.of("orders"), accounts=("prod",))
    assert_slack_opens(view)
    assert "account" not in shown_values(view)
    assert filled_in(fill_form(view), ListQuery.of("orders", "prod")).account == "prod"


def test_the_default_account_is_chosen_and_stays_unsaid() -> None:
    view = opened(ListQuery.of("orders"))
    assert shown_values(view)["account"] == "prod"
    assert filled_in(fill_form(view), ListQuery.of("orders")).account is None
    assert filled_in(fill_form(view, account="Staging-EU"), ListQuery.of("orders")).account == "Staging-EU"


@pytest.mark.parametrize("account", [None, "account-000", "account-099", "account-150"])
def test_accounts_beyond_a_menu_s_limit_are_counted_and_the_present_one_is_there(account: str | None) -> None:
    names = tuple(f"account-{number:03}" for number in range(151))
    view = opened(ListQuery.of("orders", account), accounts=names)
    assert_slack_opens(view)
    assert shown_values(view)["account"] == (account or names[0])
    assert "51 more do not fit" in view["blocks"][-1]["hint"]["text"]


def test_every_status_of_the_language_can_be_chosen() -> None:
    view = opened(ListQuery.of("orders", status=Status("running")))
    assert shown_values(view)["status"] == "🔵 Running"
    assert set(URGENCY) == set(STATUSES)
    for status in STATUSES:
        looks = appearance(status)
        values = fill_form(view, status=f"{looks.emoji} {looks.word}")
        assert filled_in(values, ListQuery.of("orders")).statuses == (status,)
    assert filled_in(fill_form(view, status=None), ListQuery.of("orders")).statuses == ()


@pytest.mark.parametrize("status", ["zzz", "any", "(any)", "(same)", "x" * 500, UNSEEN, ":skull:\u202e"])
def test_a_status_never_seen_before_is_chosen_and_stays(status: str) -> None:
    query = ListQuery.of("orders", status=Status(status))
    view = opened(query)
    assert_slack_opens(view)
    assert shown_values(view)["status"].startswith("⚪ ")
    assert filled_in(fill_form(view), query).statuses == (status,)
    assert filled_in(fill_form(view, status=None), query).statuses == ()
    assert filled_in(fill_form(view, status="🔴 Errored"), query).statuses == ("errored",)


@given(
    list_queries() | selections(),
    clocks.map(lambda clock: clock.zone),
    st.sampled_from([ACCOUNTS, ("prod",)]),
)
@example(ListQuery.of("<!channel>", status=UNSEEN), BERLIN.zone, ACCOUNTS)
def test_a_form_that_is_left_as_it_is_asks_for_the_same_list(
    query: ListQuery, zone: Any, accounts: tuple[str, ...]
) -> None:
    clock = Clock(NOW, zone)
    view = opened(query, clock, accounts)
    assert_slack_opens(view)
    again = filled_in(fill_form(view), query).to_query(clock)
    assert isinstance(again, ListQuery)
    assert _moments(again) == _moments(query.from_start)


@given(list_queries() | selections(), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_an_old_list_opens_with_the_moments_it_was_asked_with(query: ListQuery, age: timedelta) -> None:
    clock = Clock(NOW + age, BERLIN.zone)
    view = opened(query, clock)
    assert_slack_opens(view)
    again = filled_in(fill_form(view), query).to_query(clock)
    assert isinstance(again, ListQuery)
    assert _moments(again) == _moments(query.from_start)


def _moments(query: ListQuery) -> tuple[Any, ...]:
    chosen = query.selection
    bounds = (chosen.since, chosen.until, chosen.created_since, chosen.created_until)
    which = replace(chosen, since=None, until=None, created_since=None, created_until=None)
    return (
        which,
        [bound and bound.at for bound in bounds],
        query.rows,
        query.view,
        query.start,
        query.direction,
    )


@pytest.mark.parametrize(
    ("asked", "rows", "view", "command"),
    [
        ("orders", "10", "A table", "orders view:table"),
        ("orders rows:5", "5", "A table", "orders rows:5 view:table"),
        ("orders", "50", "A table", "orders rows:50 view:table"),
        ("orders view:table", "100", "A paragraph for each instance", "orders"),
        ("orders view:table", "20", "A paragraph for each instance", "orders rows:20"),
        ("orders view:table", "100", "A table", "orders view:table"),
        ("orders view:table", "100", ..., "orders view:table"),
    ],
)
def test_the_usual_number_of_rows_changes_with_the_view(
    asked: str, rows: str, view: Any, command: str
) -> None:
    query = read_list(asked)
    state = fill_form(opened(query), rows=rows, view=view)
    assert filled_in(state, query).to_query(BERLIN) == read_list(command)


def test_more_rows_than_a_view_has_room_for_are_told_at_the_field() -> None:
    query = read_list("orders view:table")
    mistakes = filled_in(
        fill_form(opened(query), rows="50", view="A paragraph for each instance"), query
    ).to_query(BERLIN)
    assert isinstance(mistakes, FormErrors)
    assert field_errors(mistakes) == {
        "rows": "“50” is not a whole number from 1 to 20. Expected: 1 to 20. Did you mean “20”?"
    }


def test_a_time_too_long_for_its_field_is_written_as_a_date() -> None:
    spans = "1h" * 40
    view = opened(ListQuery.of("orders", since=times.read(spans, BERLIN)))
    assert_slack_opens(view)
    assert shown_values(view)["since"] == "2026-11-21 23:03"


def test_metadata_that_does_not_fit_is_never_cut() -> None:
    query = ListQuery.of("orders")
    filter_view(query, Form(), ACCOUNTS, "x" * limits.METADATA)
    with pytest.raises(ValueError, match="3001 characters"):
        filter_view(query, Form(), ACCOUNTS, "x" * (limits.METADATA + 1))


def test_a_submission_without_any_state_leaves_the_choices_as_they_were() -> None:
    query = read_list("orders errored account:prod")
    assert filled_in({}, query) == Form(statuses=(Status("errored"),), account="prod", workflows=("orders",))


MISTAKEN = {
    "no time": Form(since="banana", until='"yesterday', rows="50"),
    "the future": Form(since="2099-01-01"),
    "the wrong way round": Form(since="1h", until="2h"),
    "no moment": Form(until="2026-02-30"),
    "no number": Form(rows="7.5"),
    "hostile": Form(since="`<!channel>`\u202e", until="x" * 3000, rows="`"),
    "hostile within a word": Form(since="x<!channel>`x\u202e", until="x<@U1|ada>&amp;x"),
}


@pytest.mark.parametrize("name", MISTAKEN)
def test_each_mistake_is_told_at_its_field(snapshot: SnapshotAssertion, name: str) -> None:
    mistakes = MISTAKEN[name].to_query(BERLIN)
    assert isinstance(mistakes, FormErrors)
    errors = field_errors(mistakes)
    assert all("\u202e" not in text and len(text) < 200 for text in errors.values())
    assert name.startswith("hostile") or not any("`" in text for text in errors.values())
    assert errors == snapshot


@pytest.mark.parametrize("query", ["orders errored since:24h", 'list "my `odd` <!here> flow"'])
def test_a_form_that_did_not_open_says_what_to_type(query: str) -> None:
    message = not_opened_message(read_list(query))
    assert_slack_shows(message)
    assert message.blocks[0]["text"]["text"].count("`/workflows ") == 2


def test_the_form_offers_as_many_rows_as_the_language() -> None:
    (rows,) = (
        block["element"] for block in opened(ListQuery.of("x"))["blocks"] if block.get("block_id") == "rows"
    )
    assert rows["min_value"] == "1"
    assert rows["max_value"] == str(MAX_TABLE_ROWS)
    assert rows["is_decimal_allowed"] is False


def test_what_stands_there_has_words_of_its_own_zone() -> None:
    query = ListQuery.of("orders", since=TimePoint("24h", NOW - timedelta(days=1)))
    assert shown_values(opened(query))["since"] == "2026-11-22 15:03:22"
