"""How five fields are stored: one form for many spellings, and never another meaning."""

from datetime import datetime, timedelta
from itertools import islice, pairwise

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from bot.language.cron import NeverComes, canonical, closest, is_field

from .strategies import cron_forms, hours, minutes

WALL = datetime(2026, 1, 1)  # noqa: DTZ001 - a wall clock has none


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0 9 * * 1-5", "0 9 * * 1-5"),
        ("00 09 * * MON-FRI", "0 9 * * 1-5"),
        ("0 9 * * 5,4,3,2,1", "0 9 * * 1-5"),
        ("0 9 * * 6,7", "0 9 * * 0,6"),
        ("0 9 * * 0-7", "0 9 * * *"),
        ("0 9 1-31 * *", "0 9 * * *"),
        ("0 */1 * 1-12 *", "0 * * * *"),
        ("0,30 0-23 * * *", "*/30 * * * *"),
        ("0 0-23/4 * jan,feb *", "0 */4 * 1,2 *"),
        ("0 9 */2 * *", "0 9 */2 * *"),
        ("0 9 * * */2", "0 9 * * 0,2,4,6"),
        ("0 9 1-7 * */7", "0 9 1-7 * */7"),
        ("0 9 1-7 * 7", "0 9 1-7 * 0"),
        ("0 9 1-31 * 1", "0 9 * * *"),
        ("0 9 l,15 * *", "0 9 15,L * *"),
        ("0 9 LW * *", "0 9 LW * *"),
        ("0 9 * * 7L,mon#2", "0 9 * * 0L,1#2"),
    ],
)
def test_one_form_is_stored_for_all_spellings(typed: str, stored: str) -> None:
    assert canonical(typed.split()) == stored


@given(cron_forms)
def test_what_is_stored_is_stored_as_it_is(form: tuple[str, ...]) -> None:
    stored = canonical(form)
    assert canonical(stored.split()) == stored


@given(cron_forms)
def test_what_is_stored_means_what_was_typed(form: tuple[str, ...]) -> None:
    typed = islice(CronSim(" ".join(form), WALL), 40)
    assert list(islice(CronSim(canonical(form), WALL), 40)) == list(typed)


@pytest.mark.parametrize("form", ["0 9 31 2 *", "0 9 30 feb *", "0 9 31 4,6,9,11 *", "0 9 */5 2 1#5"])
def test_a_day_of_no_calendar_never_comes(form: str) -> None:
    with pytest.raises(NeverComes):
        canonical(form.split())


@pytest.mark.parametrize(
    "text", ["", " ", "* *", "60", "-1", "1-", "*/0", "x", "²", "9" * 5000, "5-1", "1/2/3"]
)
def test_what_no_minute_can_be_is_no_field(text: str) -> None:
    assert not is_field(0, text)


@given(st.text(max_size=6), st.integers(0, 4))
def test_of_any_text_it_can_be_told_whether_it_is_a_field(text: str, place: int) -> None:
    fields = ["0", "0", "*", "*", "*"]
    fields[place] = text
    if is_field(place, text):
        CronSim(" ".join(fields), WALL)


@given(minutes, hours)
def test_the_closest_two_times_are_as_close_as_any_two_slots_of_a_day(minute: str, hour: str) -> None:
    cron = canonical((minute, hour, "*", "*", "*"))
    first, second = closest(cron)
    slots = list(islice(CronSim(cron, WALL), 200))
    gaps = [later - earlier for earlier, later in pairwise(slots)]
    assert timedelta(minutes=second - first) == min(gaps)
