"""What people type, what is understood, and how it is said again."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.language.errors import QueryError
from bot.language.schedule import Schedule
from bot.language.schedule_words import read, take
from bot.language.tokens import split
from tests.unit.digests.schedules import HOME, read_schedule

from .strategies import ZONES, cron_forms, zones

SAID = {
    "daily at 09:00": "daily 9am | DAILY 09:00 | day 9:00 | every day at 9 am | 0 9 * * * | 0 9 * * 0-6",
    "weekdays at 09:00": "weekdays 09:00 | weekday 9am | every weekday 9am | mon-fri 9am | 0 9 * * 1-5",
    "weekends at 10:00": "weekends 10:00 | sat,sun 10am | sun, sat at 10:00 | cron 0 10 * * 6,7",
    "mondays at 09:00": "monday 9:00 | mon 9am | Mondays at 9:00 AM | every monday 09:00 | 0 9 * * mon",
    "mon,thu at 14:30": "mon,thu 14:30 | thu mon 2:30pm | mondays and thursdays 14:30 | Mon, Thurs 2:30 pm",
    "mon,fri,sat,sun at 00:00": "fri-mon 12am | sun,mon,fri-sat 00:00 | mon & fri-sun 00:00",
    "hourly": "every hour | every 1h | every 60 minutes | 0 * * * *",
    "every 4h": "every 4 hours | every 240m | 0 */4 * * * | 0 0,4,8,12,16,20 * * *",
    "every 30m": "every 30 min | every 30minutes | */30 * * * * | 0,30 * * * *",
    "every 15m": "*/15 * * * * | 0/15 * * * *",
    "monthly on day 1 at 09:00": "monthly 1 09:00 | monthly 1st 9am | monthly on the 1st at 9am | 0 9 1 * *",
    "monthly on the last day at 18:00": "monthly last 18:00 | monthly last day 6pm | 0 18 L * *",
    "first monday at 09:00": "first monday 9am | 1st mon 9am | first mon of the month 9am | 0 9 * * mon#1",
    "last friday at 16:00": "last friday 4pm | last fri of every month 16:00 | 0 16 * * 5L",
    "monthly on days 1 and 15 at 09:00": "0 9 1,15 * * | CRON 0 09 15,1 * * | monthly 1 and 15 9am",
    "hourly at :30": "30 * * * * | hourly :30",
    "every 5h from 00:00 to 20:00": "0 */5 * * * | every 5h from 0:00 to 20:00",
    "cron 0 9 * 1 1": "0 9 * jan mon",
    "cron 0 9 31 * *": "0 9 31 * *",
    "cron 0 9 * * 1#5": "0 9 * * mon#5",
    "daily at 09:00, 09:30, 17:00 and 17:30": "0,30 9,17 * * * | daily 9:00, 9:30, 17:00, 17:30",
    "cron 0 9 1 */3 *": "0 9 1 1,4,7,10 *",
}
TEXTS = [(text, said) for said, texts in SAID.items() for text in (said, *texts.split(" | "))]


@pytest.mark.parametrize(("text", "said"), TEXTS)
def test_what_is_understood_is_said_again(text: str, said: str) -> None:
    assert read_schedule(text).in_words() == f"{said} ({HOME})"


@given(cron_forms, zones)
def test_words_read_back_as_the_schedule_they_were_said_of(form: tuple[str, ...], zone: str) -> None:
    try:
        plan = read(" ".join(form), zone)
    except QueryError:
        assume(False)
    assert read(plan.in_words(), HOME) == plan


@given(
    st.sampled_from([text for text, _ in TEXTS]),
    st.sampled_from(ZONES),
    st.sampled_from(["{}", "({})"]),
    st.sampled_from([str, str.lower, str.upper]),
)
def test_a_zone_at_the_end_is_taken_whatever_its_case(
    text: str, zone: str, brackets: str, case: type[str]
) -> None:
    plan = read_schedule(f"{text} {brackets.format(case(zone))}")
    assert plan == Schedule(read_schedule(text).cron, zone)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("weekdays 09:00 orders", "orders"),
        ("weekdays 09:00 Europe/Berlin orders billing status:errored", "orders billing status:errored"),
        ("every 4h all window:24h", "all window:24h"),
        ("0 9 * * 1-5 5-orders quiet", "5-orders quiet"),
        ("mon,thu 14:30 search:a/b", "search:a/b"),
        ('hourly "a/b"', '"a/b"'),
        ('hourly "Europe/Berlin" orders', "orders"),
        ("daily 9 am", ""),
    ],
)
def test_a_command_goes_on_behind_the_schedule(text: str, rest: str) -> None:
    behind = take(split(text), HOME).rest
    assert " ".join(token.text for token in behind) == rest
    assert all(text[token.start : token.end] == token.text for token in behind)
