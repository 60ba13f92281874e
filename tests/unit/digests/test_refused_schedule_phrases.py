"""What people type for a schedule, and why it is refused: a table of phrases."""

import pytest

from bot.language.errors import QueryError, read_field
from bot.language.schedule import Schedule
from tests.unit.digests.schedules import read_schedule

REFUSED: tuple[tuple[str, str, str | tuple[str, ...] | None], ...] = (
    ("@reboot", "@reboot is not a known schedule", None),
    ("every morning", "every morning names no time", "every morning at 09:00"),
    ("every evening", "every evening names no time", "every evening at 18:00"),
    ("every night", "every night names no time", "every night at 22:00"),
    ("every afternoon", "every afternoon names no time", "every afternoon at 14:00"),
    ("mornings", "mornings names no time", "mornings at 09:00"),
    ("every monday morning", "every monday morning names no time", "every monday morning at 09:00"),
    ("every morning at 9pm", "9pm is not in the morning", None),
    ("every day at 9", "9 is no time of day I know", "every day at 09:00"),
    ("every day at 9 o'clock", "9 o'clock is no time of day I know", "every day at 09:00"),
    ("daily 930", "930 is no time of day I know", "daily 09:30"),
    (
        "daily 9am IST",
        "IST may be several time zones",
        ("daily 9am Asia/Kolkata", "daily 9am Europe/Dublin", "daily 9am Asia/Jerusalem"),
    ),
    (
        "daily 9am AEST",
        "AEST may be several time zones",
        ("daily 9am Australia/Brisbane", "daily 9am Australia/Sydney"),
    ),
    ("daily 9am UTC-3:30", "UTC-3:30 is no offset that a time zone has all year", None),
    ("daily 9am Europe/Berln", "Europe/Berln is no time zone I know", "daily 9am Europe/Berlin"),
    (
        "daily 9am and 5:30pm",
        "daily 9am and 5:30pm has different minutes in different hours, which one digest can't",
        None,
    ),
    ("daily 9:00 and 9:05", "daily 9:00 and 9:05 leaves 5 minutes between 09:00 and 09:05", None),
    ("9am and 5pm", "9am and 5pm names no days", "daily 9am and 5pm"),
    ("9am", "9am names no days", "daily 9am"),
    ("weekends at 10", "10 is no time of day I know", "weekends at 10:00"),
    (
        "every 30 minutes from 9am to 5pm",
        "every 30 minutes from 9am to 5pm has different minutes in different hours, which one digest can't",
        None,
    ),
    ("every 2h from 9am to 6pm", "every 2h does not fit between 09:00 and 18:00", None),
    ("weekdays 9am to 5pm", "weekdays 9am to 5pm does not say how often", None),
    ("weekdays 9-17", "weekdays 9-17 does not say how often", None),
    ("every 90 minutes", "every 90 minutes divides neither an hour nor, in whole hours, a day", "every 1h"),
    ("every 45 minutes", "every 45 minutes divides neither an hour nor, in whole hours, a day", "every 30m"),
    ("every 5 minutes", "every 5 minutes is more often than every 15 minutes", "every 15m"),
    ("every minute", "every minute is more often than every 15 minutes", "every 15m"),
    ("every 24 hours", "every 24 hours names no time", "every 24 hours 09:00"),
    ("every 2 days", "every 2 days is too long to be counted by the clock", None),
    ("every two days at 9am", "every two days is too long to be counted by the clock", None),
    ("every other day 9am", "every other day does not come on the same days of each week", None),
    ("every second day", "every second day does not come on the same days of each week", None),
    ("every 7 days", "every 7 days is no interval I know", None),
    ("every 2 weeks on monday 9am", "every 2 weeks is too long to be counted by the clock", None),
    (
        "every second tuesday",
        "every second tuesday may mean one tuesday in several, or the second of each month",
        None,
    ),
    (
        "every second tuesday 9am",
        "every second tuesday may mean one tuesday in several, or the second of each month",
        None,
    ),
    ("every other monday", "every other monday does not come on the same days of each week", None),
    ("every other monday 9am", "every other monday does not come on the same days of each week", None),
    ("every other week", "every other week does not come on the same days of each week", None),
    ("alternate mondays 9am", "alternate mondays does not come on the same days of each week", None),
    ("biweekly", "biweekly may mean every second week, and digests come every week", None),
    ("biweekly monday 9am", "biweekly monday may mean every second week, and digests come every week", None),
    ("fortnightly", "fortnightly means every second week, and digests come every week", None),
    (
        "fortnightly on friday 9am",
        "fortnightly on friday means every second week, and digests come every week",
        None,
    ),
    ("every fortnight", "every fortnight means every second week, and digests come every week", None),
    ("bimonthly", "bimonthly may mean every second month, which takes cron fields", None),
    ("quarterly", "quarterly means every third month, which takes cron fields", None),
    ("every quarter", "every quarter means every third month, which takes cron fields", None),
    ("yearly", "yearly means once a year, which takes cron fields", None),
    ("every year", "every year means once a year, which takes cron fields", None),
    ("annually", "annually means once a year, which takes cron fields", None),
    ("every 3 months", "every 3 months is counted in months, which takes cron fields", None),
    ("every month", "month names no day of the month", "every month 1 09:00"),
    ("monthly", "monthly names no day of the month", "monthly 1 09:00"),
    ("monthly 9am", "9am is no day of the month", "monthly 1 9am"),
    ("1st 9am", "1st is no day of the week", "monthly 1st 9am"),
    ("monthly 31 9am", "31 is not a day of every month", "monthly last 9am"),
    ("every 31st 9am", "31st is not a day of every month", "every last day of the month 9am"),
    ("weekly", "weekly is not a known schedule", "mondays 09:00"),
    ("weekly 9am", "weekly is not a known schedule", "mondays 9am"),
    ("every week", "every week names no day of the week", "every monday 09:00"),
    ("twice a day", "twice a day does not say at which times", "daily 09:00 and 17:00"),
    ("daily", "daily names no time", "daily 09:00"),
    ("daily at", "daily at names no time", "daily at 09:00"),
    ("weekdays", "weekdays names no time", "weekdays 09:00"),
    ("mondays", "mondays names no time", "mondays 09:00"),
    ("monday", "monday names no time", "monday 09:00"),
    ("tomorrow 9am", "tomorrow comes once, and a digest comes again and again", None),
    ("today at 5pm", "today comes once, and a digest comes again and again", None),
    ("once at 9am", "once comes once, and a digest comes again and again", None),
    ("next monday 9am", "next comes once, and a digest comes again and again", None),
    ("hourly until 5", "until 5 follows a whole schedule and is no time zone I know", None),
    ("daily 9am until friday", "until friday follows a whole schedule and is no time zone I know", None),
    (
        "daily 9am starting monday",
        "starting monday follows a whole schedule and is no time zone I know",
        None,
    ),
    ("every mondya 9am", "every mondya is no interval I know", "every monday 9am"),
    ("evry day 9am", "evry is not a known schedule", "every day 9am"),
    ("dayly 9am", "dayly is not a known schedule", "daily 9am"),
    ("9am dayly", "dayly is not a known schedule", "9am daily"),
    ("every weekday at nine", "nine is no time of day I know", "every weekday at 09:00"),
    ("every moon 9am", "every moon is no interval I know", None),
    ("*/90 * * * *", "*/90 has a step that is longer than its field, the minute", None),
    ("*/60 * * * *", "*/60 has a step that is longer than its field, the minute", "0 * * * *"),
    ("0 */24 * * *", "*/24 has a step that is longer than its field, the hour", "0 0 * * *"),
    ("0 */36 * * *", "*/36 has a step that is longer than its field, the hour", None),
    ("0 9 */40 * *", "*/40 has a step that is longer than its field, the day of the month", None),
    ("0 9 * */13 *", "*/13 has a step that is longer than its field, the month", None),
    ("0 9 * * */8", "*/8 has a step that is longer than its field, the day of the week", None),
    ("5/90 * * * *", "5/90 has a step that is longer than its field, the minute", None),
    ("15 past every hour", "past is not a known schedule", None),
    (
        "every 4 hours starting at 9am",
        "starting at 9am follows a whole schedule and is no time zone I know",
        None,
    ),
    ("mon 9am and tue 10am", "and tue 10am follows a whole schedule and is no time zone I know", None),
    ("mon 9am, thu 5pm", "thu 5pm follows a whole schedule and is no time zone I know", None),
    ("sat & sun at 11", "11 is no time of day I know", "sat & sun at 11:00"),
    (
        "daily 9am BST",
        "BST may be several time zones",
        ("daily 9am Europe/London", "daily 9am Asia/Dhaka", "daily 9am Pacific/Bougainville"),
    ),
    ("daily 9am Munich", "Munich follows a whole schedule and is no time zone I know", None),
    ("daily 9am UTC+15", "UTC+15 is no offset that a time zone has all year", None),
    ("monthly at 9am", "at is no day of the month", "monthly 1 at 9am"),
    ("every weekend", "every weekend names no time", "every weekend 09:00"),
    ("every 10 minutes", "every 10 minutes is more often than every 15 minutes", "every 15m"),
    ("twice daily", "twice daily does not say at which times", "daily 09:00 and 17:00"),
    ("three times a day", "three times a day does not say at which times", None),
    ("daily 24:00", "24:00 is no time of day I know", None),
    ("daily 25:00", "25:00 is no time of day I know", None),
    ("daily 9:60", "9:60 is no time of day I know", None),
    ("daily at 9 and 5pm", "9 is no time of day I know", "daily at 09:00 and 5pm"),
    (
        "9am weekdays and 10am weekends",
        "and 10am weekends follows a whole schedule and is no time zone I know",
        None,
    ),
    (
        "weekdays 9am and weekends 10am",
        "and weekends 10am follows a whole schedule and is no time zone I know",
        None,
    ),
    ("all weekdays 9am", "all is not a known schedule", None),
    ("semiannually", "semiannually means every sixth month", None),
    ("every leap year", "every leap is no interval I know", None),
    ("whenever", "whenever is not a known schedule", None),
    ("sometimes", "sometimes is not a known schedule", None),
    ("on demand", "on is not a known schedule", None),
    ("when it fails", "when is not a known schedule", None),
    ("daily 9am friday", "friday follows a whole schedule and is no time zone I know", None),
    ("daily friday 9am", "daily names no time", None),
)
"""A phrase, the words that are refused with why, and what is proposed for the whole phrase."""


def propose(text: str) -> tuple[str, tuple[str, ...]]:
    """Return why a phrase is refused and what is proposed."""
    with pytest.raises(QueryError) as refusal:
        read_field(text, read_schedule)
    return f"{refusal.value.word} {refusal.value.problem}", refusal.value.choices


@pytest.mark.parametrize(("phrase", "problem", "proposal"), REFUSED)
def test_a_phrase_with_no_certain_meaning_is_refused(
    phrase: str, problem: str, proposal: str | tuple[str, ...] | None
) -> None:
    proposals = (proposal,) if isinstance(proposal, str) else proposal or ()
    assert propose(phrase) == (problem, proposals)
    assert all(isinstance(read_schedule(text), Schedule) for text in proposals)
