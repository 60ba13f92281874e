"""Times as they stand in logs and on pages, from where people paste them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language.time_words import needs_zone
from bot.language.times import Clock, read
from tests.support.commands import NOW

NINE = datetime(2026, 11, 22, 9, 12, 44, tzinfo=UTC)
KATHMANDU = ZoneInfo("Asia/Kathmandu")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 09:12:44 UTC",
        "2026-11-22T09:12:44Z",
        "2026-11-22 09:12:44 +0000 UTC",  # Go
        "2026-11-22 09:12:44+00",  # PostgreSQL
        "2026-11-22T10:12:44+01:00",
        "2026-11-22T03:42:44-0530",
        "20261122T091244Z",
        "Sun, 22 Nov 2026 09:12:44 +0000",  # RFC 2822
        "Sun, 22 Nov 2026 10:12:44 +0100 (CET)",
        "Sun, 22 Nov 2026 14:42:44 +0530 (IST)",
        "Sunday, 22-Nov-26 09:12:44 GMT",  # RFC 850
        "22/Nov/2026:09:12:44 +0000",  # nginx
        "[22/Nov/2026:09:12:44 +0000]",
        "Sun Nov 22 09:12:44 UTC 2026",  # date(1)
        "Sun Nov 22 2026 10:12:44 GMT+0100",  # JavaScript
        "1795338764",
        "1795338764000",
        "1795338764.000",
        "1795338764000000",
        "1795338764000000000",
    ],
)
def test_a_time_with_its_zone_is_the_same_for_everybody(text: str) -> None:
    assert read(text, Clock(NOW, KATHMANDU)).at == NINE
    assert not needs_zone(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 09:12:44",
        "2026/11/22 09:12:44",  # nginx, errors
        "Nov 22 09:12:44",  # syslog
        "Sun Nov 22 09:12:44 2026",  # ctime
        "Nov 22, 2026, 9:12:44 AM",
        "Nov 22, 2026, 9:12:44\N{NARROW NO-BREAK SPACE}AM",
        "22.11.2026 09:12:44",
        "22.11.2026, 09:12:44",
        "11/22/2026, 9:12:44 AM",
    ],
)
def test_a_time_without_a_zone_is_in_the_asker_s(text: str) -> None:
    at = datetime(2026, 11, 22, 9, 12, 44, tzinfo=KATHMANDU)
    assert read(text, Clock(NOW, KATHMANDU)).at == at
    assert needs_zone(text)


@pytest.mark.parametrize(
    ("text", "millisecond"),
    [
        ("2026-11-22 09:12:44,123", 123),
        ("2026-11-22 09:12:44.5", 500),
        ("2026-11-22T09:12:44.123456789Z", 123),
        ("1795338764123", 123),
        ("1795338764.123456", 123),
    ],
)
def test_parts_of_a_second_are_read_to_the_millisecond(text: str, millisecond: int) -> None:
    assert read(text, Clock(NOW)).at == NINE.replace(microsecond=millisecond * 1000)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T9:00Z", "2026-11-22 09:00"),
        ("2026-11-22T09Z", "2026-11-22 09:00"),
        ("1am CET", "2026-11-23 00:00"),
        ("1am MEZ", "2026-11-23 00:00"),
        ("5pm PST", "2026-11-23 01:00"),
        ("yesterday 9am UTC+2", "2026-11-22 07:00"),
        ("9am New York", "2026-11-23 14:00"),
        ("monday 9am Europe/Berlin", "2026-11-23 08:00"),
        ("today UTC", "2026-11-23 00:00"),
        ("2026-07-22 09:00 CEST", "2026-07-22 07:00"),
        ("2026-10-25 02:30 CEST", "2026-10-25 00:30"),
        ("2026-10-25 02:30 CET", "2026-10-25 01:30"),
        ("9am MST", "2026-11-22 16:00"),
    ],
)
def test_a_zone_with_one_meaning_counts(text: str, moment: str) -> None:
    assert read(text, Clock(NOW, KATHMANDU)).at == datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert not needs_zone(text)
