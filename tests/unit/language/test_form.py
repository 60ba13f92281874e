"""A form's texts are read as the language's own words, and all mistakes are found at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given

from bot.browse.form import Form
from bot.browse.model import ListQuery
from bot.cloudflare.models import Status
from bot.language.errors import FormErrors
from bot.language.times import LONGEST, Clock, TimePoint, read, write
from tests.support.commands import NOW
from tests.support.list_commands import read_list

from .strategies import any_text, clocks, hostile_text, times

BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = Clock(NOW, BERLIN)


def asked(form: Form) -> ListQuery:
    query = replace(form, workflows=("orders",)).to_query(CLOCK)
    assert isinstance(query, ListQuery), query
    return query


def mistakes(form: Form) -> dict[str, str]:
    found = replace(form, workflows=("orders",)).to_query(CLOCK)
    assert isinstance(found, FormErrors), found
    return {key: f"{error.word} {error.problem}" for key, error in found.by_field.items()}


@pytest.mark.parametrize(
    ("form", "command"),
    [
        (Form(), "orders"),
        (
            Form((Status("errored"),), "24h", "1h", "5", "prod"),
            "orders errored since:24h until:1h rows:5 account:prod",
        ),
        (Form(since="yesterday 09:00"), 'orders since:"yesterday 09:00"'),
        (Form(since='"yesterday 09:00"'), 'orders since:"yesterday 09:00"'),
        (Form(since="“yesterday 09:00”"), 'orders since:"yesterday 09:00"'),
        (Form(since="  monday\t9am "), 'orders since:"monday 9am"'),
        (Form(since=" ", until="", rows=" "), "orders"),
        (Form(since='""'), "orders"),
        (Form(rows=" 020 "), "orders rows:20"),
        (Form((Status("zzz"),)), 'orders status:"zzz"'),
        (Form(view="table"), "orders view:table"),
        (Form(rows="100", view="table"), "orders view:table"),
        (Form(rows="21", view="table"), "orders view:table rows:21"),
    ],
)
def test_a_form_asks_as_a_command_does(form: Form, command: str) -> None:
    assert asked(form) == read_list(command, zone=BERLIN)


@pytest.mark.parametrize(
    ("form", "found"),
    [
        (Form(since="banana"), {"since": "since:banana is not a time I can read"}),
        (Form(until="banana"), {"until": "until:banana is not a time I can read"}),
        (Form(since="2099-01-01"), {"since": "since:2099-01-01 lies in the future"}),
        (Form(since="1h", until="2h"), {"until": "until:2h is not later than `since:1h`"}),
        (Form(since="1h", until="1h"), {"until": "until:1h is not later than `since:1h`"}),
        (Form(since='"9am'), {"since": '"9am opens a quote that is never closed'}),
        (Form(rows="21"), {"rows": "21 is not a whole number from 1 to 20"}),
        (Form(rows="101", view="table"), {"rows": "101 is not a whole number from 1 to 100"}),
        (Form(rows="1.5"), {"rows": "1.5 is not a whole number from 1 to 20"}),
        (Form(rows="5 6"), {"rows": "5 6 is not a whole number from 1 to 20"}),
        (
            Form(since="x", until="y", rows="z"),
            {
                "rows": "z is not a whole number from 1 to 20",
                "since": "since:x is not a time I can read",
                "until": "until:y is not a time I can read",
            },
        ),
        (
            Form(since="1h", until="2h", rows="0"),
            {
                "rows": "0 is not a whole number from 1 to 20",
                "until": "until:2h is not later than `since:1h`",
            },
        ),
        # A bound that can't be read is the only mistake: nothing is known of the other against it.
        (Form(since="2099-01-01", until="2h"), {"since": "since:2099-01-01 lies in the future"}),
    ],
)
def test_every_mistake_is_found_and_stands_at_its_field(form: Form, found: dict[str, str]) -> None:
    assert mistakes(form) == found


@pytest.mark.parametrize(
    ("form", "needed"),
    [
        (Form(), False),
        (Form(since="2h", until="now"), False),
        (Form(since="today"), True),
        (Form(until="9am"), True),
    ],
)
def test_a_zone_is_needed_for_what_clocks_on_the_wall_show(form: Form, *, needed: bool) -> None:
    assert form.needs_zone is needed


@given(any_text | hostile_text, any_text | hostile_text, any_text | hostile_text)
@example("9999999w" * 15, "0001-01-01", "0" * 5000)
def test_any_text_is_read_or_told(since: str, until: str, rows: str) -> None:
    form = Form(since=since, until=until, rows=rows)
    assert form.needs_zone in (True, False)
    answer = replace(form, workflows=("orders",)).to_query(CLOCK)
    if isinstance(answer, FormErrors):
        assert set(answer.by_field) <= {"since", "until", "rows"}
        assert answer.by_field


@given(times, clocks, clocks)
@example("0001-01-01T00:00Z", CLOCK, Clock(NOW, ZoneInfo("America/New_York")))
@example("9999-12-31T23:59:59.999Z", CLOCK, CLOCK)
@example("2026-10-25T00:30Z", CLOCK, CLOCK)
@example("2026-10-25T01:30Z", CLOCK, CLOCK)
@example("1890-01-01T00:00:30.250Z", CLOCK, CLOCK)
@example("24h", CLOCK, Clock(NOW + timedelta(minutes=3)))
def test_a_moment_that_is_written_again_is_the_same(text: str, then: Clock, now: Clock) -> None:
    moment = read(text, then)
    words = write(moment, now)
    assert len(words) <= LONGEST
    assert read(words, now).at == moment.at


@pytest.mark.parametrize(
    ("moment", "clock", "words"),
    [
        ("24h", CLOCK, "24h"),
        ("24h", Clock(NOW + timedelta(minutes=1), BERLIN), "2026-11-22 15:03"),
        ("today", CLOCK, "today"),
        ("today", Clock(NOW + timedelta(days=1), BERLIN), "2026-11-23 00:00"),
        ("2026-11-20 09:00", CLOCK, "2026-11-20 09:00"),
        ("2026-11-20T09:00:07.250Z", CLOCK, "2026-11-20 10:00:07.250"),
        ("90s", Clock(NOW + timedelta(seconds=1), BERLIN), "2026-11-23 15:01:52"),
        # Nobody's zone: the same in whichever turns out to be right.
        ("today", Clock(NOW), "2026-11-22T23:00:00Z"),
        ("2h", Clock(NOW), "2h"),
        # The hour that the clocks show twice.
        ("2026-10-25T00:30Z", CLOCK, "2026-10-25 02:30"),
        ("2026-10-25T01:30Z", CLOCK, "2026-10-25T01:30:00Z"),
    ],
)
def test_a_moment_is_written_in_its_own_words_or_as_clocks_show_it(
    moment: str, clock: Clock, words: str
) -> None:
    assert write(read(moment, CLOCK), clock) == words


def test_words_of_a_bookmark_that_mean_nothing_any_more_are_not_written() -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert write(TimePoint("the day it broke", at), CLOCK) == "2026-11-20 10:00"
