"""Each way to write a time, and what it means on a Monday at 14:03:22 UTC."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.language.errors import QueryError
from bot.language.times import Clock, TimePoint, read
from bot.language.tokens import quote
from tests.support.commands import NOW
from tests.support.list_commands import read_list, read_pending

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", "2026-11-23 14:01:52"),
        ("30m", "2026-11-23 13:33"),
        ("2h", "2026-11-23 12:03"),
        ("2H", "2026-11-23 12:03"),
        ("1h30m", "2026-11-23 12:33"),
        ("1h 30m", "2026-11-23 12:33"),
        ("2 hours", "2026-11-23 12:03"),
        ("3 days ago", "2026-11-20 14:03"),
        ("3 days", "2026-11-20 14:03"),
        ("3d", "2026-11-20 14:03"),
        ("1w", "2026-11-16 14:03"),
        ("1 week 2 days", "2026-11-14 14:03"),
        ("120 min", "2026-11-23 12:03"),
        ("0h", "2026-11-23 14:03"),
        ("now", "2026-11-23 14:03:22"),
        ("today", "2026-11-23 00:00"),
        ("Today 09:00", "2026-11-23 09:00"),
        ("today at 9am", "2026-11-23 09:00"),
        ("yesterday", "2026-11-22 00:00"),
        ("yesterday 17:30", "2026-11-22 17:30"),
        ("monday", "2026-11-23 00:00"),
        ("mon", "2026-11-23 00:00"),
        ("sunday", "2026-11-22 00:00"),
        ("last friday", "2026-11-20 00:00"),
        ("tue 5pm", "2026-11-17 17:00"),
        ("tuesday at 5:15 pm", "2026-11-17 17:15"),
        ("09:00", "2026-11-23 09:00"),
        ("9am", "2026-11-23 09:00"),
        ("12am", "2026-11-23 00:00"),
        ("12pm", "2026-11-23 12:00"),
        ("14:03", "2026-11-23 14:03"),
        ("14:04", "2026-11-22 14:04"),
        ("23:59", "2026-11-22 23:59"),
        ("2026-11-22", "2026-11-22 00:00"),
        ("2026-11-22 09:00", "2026-11-22 09:00"),
        ("2026-11-22T09:00", "2026-11-22 09:00"),
        ("2026-11-22t09:00z", "2026-11-22 09:00"),
        ("2026-11-22T09:00:07Z", "2026-11-22 09:00:07"),
        ("2026-11-22T09:00:07.250Z", "2026-11-22 09:00:07.250"),
        ("2026-11-22T09:00+02:00", "2026-11-22 07:00"),
        ("2026-11-22 09:00 +02:00", "2026-11-22 07:00"),
        ("2026-11-22T09:00-0330", "2026-11-22 12:30"),
        ("20 november 2026", "2026-11-20 00:00"),
        ("nov 20", "2026-11-20 00:00"),
        ("20.11.2026", "2026-11-20 00:00"),
        ("november 20 at 09:30", "2026-11-20 09:30"),
        ("20th of november", "2026-11-20 00:00"),
        ("on the 20th of November, 2026 at 9 a.m.", "2026-11-20 09:00"),
        ("friday 20 nov 9am", "2026-11-20 09:00"),
        ("10.11.2026", "2026-11-10 00:00"),
        ("10.11.26", "2026-11-10 00:00"),
        ("10.11.", "2026-11-10 00:00"),
        ("28.11.", "2025-11-28 00:00"),
        ("nov 30", "2025-11-30 00:00"),
        ("feb 29", "2024-02-29 00:00"),
        ("2026/11/20", "2026-11-20 00:00"),
        ("20261120", "2026-11-20 00:00"),
        ("9.30", "2026-11-23 09:30"),
        ("9.30pm", "2026-11-22 21:30"),
        ("yesterday 10.11", "2026-11-22 10:11"),
        ("10.11 9am", "2026-11-10 09:00"),
        ("9am yesterday", "2026-11-22 09:00"),
        ("noon", "2026-11-23 12:00"),
        ("midnight", "2026-11-23 00:00"),
        ("yesterday noon", "2026-11-22 12:00"),
        ("monday noon", "2026-11-23 12:00"),
        ("noon on friday", "2026-11-20 12:00"),
        ("day before yesterday", "2026-11-21 00:00"),
        ("the day before yesterday at noon", "2026-11-21 12:00"),
        ("last night", "2026-11-22 18:00"),
        ("last night at 11pm", "2026-11-22 23:00"),
        ("last night at 2am", "2026-11-23 02:00"),
        ("this morning", "2026-11-23 06:00"),
        ("this morning at 3:15", "2026-11-23 03:15"),
        ("yesterday evening", "2026-11-22 18:00"),
        ("friday night 1am", "2026-11-21 01:00"),
        ("this week", "2026-11-23 00:00"),
        ("last week", "2026-11-16 00:00"),
        ("this month", "2026-11-01 00:00"),
        ("last month", "2026-10-01 00:00"),
        ("this year", "2026-01-01 00:00"),
        ("last year", "2025-01-01 00:00"),
        ("start of the week", "2026-11-23 00:00"),
        ("end of yesterday", "2026-11-23 00:00"),
        ("end of last week", "2026-11-23 00:00"),
        ("end of last month", "2026-11-01 00:00"),
        ("end of last night", "2026-11-23 06:00"),
        ("past week", "2026-11-16 14:03"),
        ("last 2 hours", "2026-11-23 12:03"),
        ("in the last 2 hours", "2026-11-23 12:03"),
        ("past hour", "2026-11-23 13:03"),
        ("last day", "2026-11-22 14:03"),
        ("90 min ago", "2026-11-23 12:33"),
        ("2h ago", "2026-11-23 12:03"),
        ("half an hour", "2026-11-23 13:33"),
        ("a month ago", "2026-10-23 14:03"),
        ("a year ago", "2025-11-23 14:03"),
        ("2 days ago at 9am", "2026-11-21 09:00"),
    ],
)
def test_a_time_is_read(text: str, moment: str) -> None:
    assert read(text, Clock(NOW)).at == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"), [("last monday", "2026-11-16 00:00"), ("monday 17:00", "2026-11-16 17:00")]
)
def test_a_weekday_means_the_last_such_moment_that_has_passed(text: str, moment: str) -> None:
    assert read(text, Clock(NOW)).at == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-22 9am", "2026-11-22 9:00", "2026-11-22 at 09:00"])
def test_a_date_goes_with_every_way_to_write_a_clock(text: str) -> None:
    assert read(text, Clock(NOW)).at == datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "sometime",
        "2h30",
        "-2h",
        "h",
        "12345678s",
        "25:00",
        "12:60",
        "13pm",
        "0am",
        "9:5",
        "2026-13-01",
        "2026-02-30",
        "2026-11-22T25:00Z",
        "9999999w",
        "9999999w" * 20,
        "0001-01-01T00:00+10:00",
        "9999-12-31T23:00-10:00",
        "x",
        "🕐",
    ],
)
def test_what_is_no_time_is_refused_by_name(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        read(text, Clock(NOW))
    assert refused.value.word == text
    assert "`2h`" in refused.value.expected


@pytest.mark.parametrize(
    "text", ["2h", "3d", "1h30m", "today", "09:00", "an hour ago", "two days ago", "1.5h"]
)
def test_who_asks_in_the_same_minute_asks_the_same(text: str) -> None:
    asked = {read_list(f'orders since:"{text}"', now=NOW.replace(second=second)) for second in (0, 22, 59)}
    assert len(asked) == 1


def test_seconds_are_kept_where_seconds_were_typed() -> None:
    assert read("90s", Clock(NOW)).at == NOW - timedelta(seconds=90)
    assert read("120s", Clock(NOW)).at.second == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2 Hours AGO", "2hours"),
        ("last 2 hours", "2hours"),
        ("an hour and a half ago", "1h30m"),
        ("a month ago", "1 month ago"),
        ("Last Week", "last week"),
        ("1am UTC", "2026-11-23T01:00:00Z"),
        ("Yesterday   09:00", "yesterday 09:00"),
        ("2026-11-22", "2026-11-22T00:00:00Z"),
        ("2026-11-22T09:00+02:00", "2026-11-22T07:00:00Z"),
        ("2026-11-22T09:00:00.250Z", "2026-11-22T09:00:00.250Z"),
        ("nov 20", "2026-11-20T00:00:00Z"),
    ],
)
def test_a_time_says_what_was_understood(text: str, said: str) -> None:
    understood = read(text, Clock(NOW))
    assert understood.text == said
    assert read(said, Clock(NOW)) == TimePoint(said, understood.at)


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-11-24", "2026-11-23T14:03:23Z", "2027-01-01", "today 23:00"]
)
def test_a_list_cannot_begin_in_the_future(text: str) -> None:
    with pytest.raises(QueryError, match="lies in the future"):
        read_list(f'orders since:"{text}"')


@pytest.mark.parametrize(
    ("hour", "night"),
    [
        ("2026-11-23 02:00", "2026-11-22"),
        ("2026-11-23 05:59", "2026-11-22"),
        ("2026-11-23 06:00", "2026-11-23"),
        ("2026-11-23 23:00", "2026-11-23"),
    ],
)
@pytest.mark.parametrize(
    ("text", "clock"), [("tonight", "18:00"), ("this night", "18:00"), ("tonight 11pm", "23:00")]
)
def test_until_morning_tonight_is_the_night_that_has_begun(
    text: str, clock: str, hour: str, night: str
) -> None:
    read_at = Clock(datetime.fromisoformat(f"{hour}+00:00"))
    assert f"{read(text, read_at).at:%Y-%m-%d %H:%M}" == f"{night} {clock}"


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("tonight", "last night"),
        ("tonight at 11pm", "last night at 11pm"),
        ("this evening", "last evening"),
        ("today 23:00", "yesterday 23:00"),
        ("tomorrow", "today"),
    ],
)
def test_a_time_that_is_still_to_come_proposes_the_day_before(text: str, proposed: str) -> None:
    with pytest.raises(QueryError) as raised:
        read_list(f'orders since:"{text}"')
    assert raised.value.corrected == f"/workflows list orders since:{quote(proposed)}"


@pytest.mark.parametrize("text", ["2026-11-24", "2027-01-01", "forever", "2026-13-01"])
def test_without_a_time_that_is_like_it_the_rest_is_proposed(text: str) -> None:
    with pytest.raises(QueryError) as raised:
        read_list(f"orders errored since:{text}")
    assert raised.value.corrected == "/workflows list orders status:errored"
    assert raised.value.choices == ("",)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("since:2hous", "since:2hours"),
        ("since:yesteday", "since:yesterday"),
        ("since:wendesday", "since:wednesday"),
        ("since:-2h", "since:2h"),
        ('since:"yesterday mroning"', 'since:"yesterday morning"'),
        ("since:1h until:2h", "since:2h until:1h"),
        ("since:2026-11-20 until:24", "since:2026-11-20 until:24m"),
    ],
)
def test_a_mistyped_time_is_proposed_as_it_is_spelt(text: str, meant: str) -> None:
    with pytest.raises(QueryError) as raised:
        read_list(f"orders {text}")
    assert raised.value.corrected == f"/workflows list orders {meant}"


def test_a_list_may_end_in_the_future() -> None:
    assert read_list("orders until:2027-01-01").until is not None


@pytest.mark.parametrize(
    "filters", ["since:1h until:2h", "since:1h until:1h", "since:today until:yesterday", "until:2d since:1d"]
)
def test_times_with_nothing_between_them_are_refused(filters: str) -> None:
    with pytest.raises(QueryError, match="not later than"):
        read_list(f"orders {filters}")


def test_both_ends_are_read() -> None:
    query = read_list("orders since:yesterday until:today")
    assert query.since == TimePoint("yesterday", datetime(2026, 11, 22, tzinfo=UTC))
    assert query.until == TimePoint("today", datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    ["today", "yesterday 09:00", "monday", "09:00", "9am", "2026-11-22", "2026-11-22 09:00", "nov 20", "xyz"],
)
def test_wall_clock_times_need_a_zone(text: str) -> None:
    assert read_pending(f'orders since:"{text}"').needs_zone
    assert read_pending(f'orders until:"{text}"').needs_zone


@pytest.mark.parametrize(
    "text",
    ["2h", "3 days ago", "now", "2026-11-22T09:00Z", "2026-11-22T09:00:00+0100", "2026-11-22 09:00+01:00"],
)
def test_other_times_need_none(text: str) -> None:
    assert not read_pending(f'orders since:"{text}"').needs_zone


def test_a_list_without_times_needs_no_zone() -> None:
    assert not read_pending("orders errored").needs_zone


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("today", "2026-11-22 23:00"),
        ("yesterday 09:00", "2026-11-22 08:00"),
        ("15:00", "2026-11-23 14:00"),
        ("15:30", "2026-11-22 14:30"),
        ("2026-11-22", "2026-11-21 23:00"),
        ("nov 20", "2026-11-19 23:00"),
        ("10.11.2026", "2026-11-09 23:00"),
        ("this month", "2026-10-31 23:00"),
        ("a month ago", "2026-10-23 13:03"),
        ("2h", "2026-11-23 12:03"),
        ("2026-11-22T09:00Z", "2026-11-22 09:00"),
    ],
)
def test_wall_clock_times_are_in_the_asker_s_zone(text: str, moment: str) -> None:
    assert read(text, Clock(NOW, BERLIN)).at == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_the_asker_s_day_is_what_counts() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # already Tuesday in Berlin
    assert read("today", Clock(late, BERLIN)).at == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert read("tuesday", Clock(late, BERLIN)).at == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert read("monday", Clock(late, BERLIN)).at == datetime(2026, 11, 22, 23, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday 25:00", "today 13pm", "2026-11-22 25:00", "monday 99:99"])
def test_a_clock_that_is_none_is_not_left_out(text: str) -> None:
    with pytest.raises(QueryError):
        read(text, Clock(NOW))


@pytest.mark.parametrize("text", ["5 nov 2026 10:00 EST", "5 nov 2026 10:00 -0500"])
def test_a_zone_that_was_typed_counts(text: str) -> None:
    assert read(text, Clock(NOW)).at == datetime(2026, 11, 5, 15, tzinfo=UTC)
