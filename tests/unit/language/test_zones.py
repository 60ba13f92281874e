"""Zones as people type them: which are certain, which must be asked about, and which nobody knows."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.zones import (
    find_zones,
    longest_zone,
    may_begin_zone,
    moments_at,
    nearest_zone,
    offset_text,
    parse_offset,
)

NAMES = sorted(name for name in available_timezones() if "/" in name)
SHOWN = (
    "WET WEST CET CEST EET EEST MSK WAT CAT EAT SAST PKT WIB IDT HKT JST KST AWST ACST ACDT AEST "
    "AEDT NZST NZDT NST NDT ADT EST EDT CST CDT MST MDT PST PDT AKST AKDT HST IST"
)
YEAR = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=5 * n) for n in range(73)]


def offsets(name: str) -> set[timedelta | None]:
    return {at.astimezone(ZoneInfo(name)).utcoffset() for at in YEAR}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("europe/berlin", "Europe/Berlin"),
        ("(Europe/Berlin)", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("berlin time", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("NYC", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("port au prince", "America/Port-au-Prince"),
        ("St. Johns", "America/St_Johns"),
        ("UTC", "UTC"),
        ("gmt", "UTC"),
        ("Z", "UTC"),
        ("CET", "Europe/Berlin"),
        ("CEST", "Europe/Berlin"),
        ("MEZ", "Europe/Berlin"),
        ("PST", "America/Los_Angeles"),
        ("Pacific Time", "America/Los_Angeles"),
        ("ET", "America/New_York"),
        ("AEDT", "Australia/Sydney"),
    ],
)
def test_a_zone_with_one_meaning_is_found(words: str, name: str) -> None:
    assert find_zones(words) == (name,)
    assert nearest_zone(words) == name


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("IST", ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem")),
        ("cst", ("America/Chicago", "Asia/Shanghai", "America/Havana")),
        ("BST", ("Europe/London", "Asia/Dhaka", "Pacific/Bougainville")),
        ("MST", ("America/Phoenix", "America/Denver")),
        ("AEST", ("Australia/Brisbane", "Australia/Sydney")),
        ("Eastern", ("America/New_York", "Australia/Sydney")),
    ],
)
def test_a_zone_with_several_meanings_has_all_of_them_and_no_nearest_one(
    words: str, names: tuple[str, ...]
) -> None:
    assert find_zones(words) == names
    assert nearest_zone(words) is None


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("UTC+2", 2),
        ("UTC +2", 2),
        ("utc+02:00", 2),
        ("GMT-3", -3),
        ("+0200", 2),
        ("-08", -8),
        ("UTC\N{MINUS SIGN}5", -5),
        ("UTC+5:30", 5.5),
        ("+05:45", 5.75),
        ("UTC-9:30", -9.5),
        ("UTC+14", 14),
        ("UTC+0", 0),
    ],
)
def test_an_offset_becomes_a_zone_that_has_it_all_year(words: str, hours: float) -> None:
    (name,) = find_zones(words)
    assert offsets(name) == {timedelta(hours=hours)}
    assert parse_offset(words) == timedelta(hours=hours)


@pytest.mark.parametrize("words", ["UTC-3:30", "UTC+12:45", "UTC+1:20", "UTC-13"])
def test_an_offset_that_no_zone_has_all_year_is_no_zone_and_has_no_nearest_one(words: str) -> None:
    assert find_zones(words) == ()
    assert nearest_zone(words) is None


@given(st.integers(-14 * 4, 14 * 4))
def test_no_zone_is_found_or_proposed_that_lacks_the_offset_that_was_said(quarters: int) -> None:
    offset = timedelta(minutes=15 * quarters)
    text = offset_text(offset)
    assert parse_offset(text) == offset or not offset
    for name in (*find_zones(text), nearest_zone(text)):
        assert name is None or offsets(name) == {offset}


@pytest.mark.parametrize("word", SHOWN.split())
def test_the_clocks_of_each_zone_of_an_abbreviation_show_it(word: str) -> None:
    found = find_zones(word)
    assert found
    for name in found:
        assert word in {at.astimezone(ZoneInfo(name)).tzname() for at in YEAR}


@pytest.mark.parametrize(
    "words",
    [
        "+2",
        "+ 09:00",
        "UTC+15",
        "UTC+2h",
        "UTC2",
        "quiet",
        "now",
        "and 5pm",
        "Munich",
        "north",
        "5",
        "",
        "()",
    ],
)
def test_what_is_no_zone_is_not_found(words: str) -> None:
    assert find_zones(words) == ()
    assert nearest_zone(words) is None


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Berln", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("Sidney", "Australia/Sydney"),
        ("US/Los_Angeles", "America/Los_Angeles"),
    ],
)
def test_a_slip_is_proposed_and_not_taken(words: str, name: str) -> None:
    assert find_zones(words) == ()
    assert nearest_zone(words) == name


@pytest.mark.parametrize("words", ["Boston", "Europe/Munich", "America/Boston", "Foo/Bar", "Bern"])
def test_another_city_is_not_proposed_because_its_name_looks_alike(words: str) -> None:
    assert nearest_zone(words) is None


@given(st.sampled_from(NAMES))
def test_every_name_is_found_in_any_case_and_with_spaces(name: str) -> None:
    assert find_zones(name.upper()) == (name,)
    assert find_zones(name.replace("_", " ")) == (name,)


def test_every_zone_begins_with_a_word_that_zones_may_begin_with() -> None:
    last_parts = {name.rpartition("/")[2] for name in NAMES}
    cities = {part for part in last_parts if find_zones(part) and parse_offset(part) is None}
    spellings = {f"({text.replace('_', ' ')} time)" for text in (*NAMES, *cities, *SHOWN.split())}
    assert all(may_begin_zone(text.split()[0]) for text in spellings)
    assert may_begin_zone("Berlin,")
    assert not may_begin_zone("York")


def test_the_asker_s_own_clocks_count_for_an_abbreviation() -> None:
    assert find_zones("PST", own="Asia/Manila") == ("America/Los_Angeles", "Asia/Manila")
    assert find_zones("PST", own="America/Vancouver") == ("America/Los_Angeles",)
    assert find_zones("PST", own="Europe/Berlin") == ("America/Los_Angeles",)


def test_the_first_words_that_are_a_zone_are_counted() -> None:
    assert longest_zone(["New", "York", "quiet"]) == 2
    assert longest_zone(["UTC", "+2", "quiet"]) == 2
    assert longest_zone(["Berlin", "quiet"]) == 1
    assert longest_zone(["quiet", "Berlin"]) == 0
    assert longest_zone([]) == 0


@pytest.mark.parametrize(
    ("words", "wall", "moments"),
    [
        ("CET", "2026-11-28 01:00", {"Europe/Berlin": "00:00"}),
        ("CET", "2026-07-28 03:00", {"UTC+01:00": "02:00", "Europe/Berlin": "01:00"}),
        ("CEST", "2026-10-25 02:30", {"Europe/Berlin": "00:30"}),
        ("CET", "2026-10-25 02:30", {"Europe/Berlin": "01:30"}),
        ("Berlin", "2026-07-28 03:00", {"Europe/Berlin": "01:00"}),
        ("PST", "2026-11-28 01:00", {"America/Los_Angeles": "09:00"}),
        ("MST", "2026-11-28 01:00", {"America/Phoenix": "08:00"}),
        ("MST", "2026-07-28 01:00", {"America/Phoenix": "08:00", "America/Denver": "07:00"}),
        (
            "IST",
            "2026-07-28 09:00",
            {"Asia/Kolkata": "03:30", "Europe/Dublin": "08:00", "Asia/Jerusalem": "06:00"},
        ),
        ("UTC+2", "2026-07-28 03:00", {"UTC+02:00": "01:00"}),
        ("-03:30", "2026-07-28 03:00", {"UTC-03:30": "06:30"}),
        ("Z", "2026-07-28 03:00", {"UTC": "03:00"}),
        ("quiet", "2026-07-28 03:00", {}),
    ],
)
def test_a_clock_in_a_zone_is_each_moment_that_it_can_mean(
    words: str, wall: str, moments: dict[str, str]
) -> None:
    found = moments_at(words, datetime.fromisoformat(wall))
    assert {name: f"{at:%H:%M}" for name, at in found.items()} == moments
