"""Schedules of Cloudflare's workflows in words, where these are surely right."""

import pytest

from bot.language.workflow_schedules import schedule_in_words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("0 3 * * *", "daily at 03:00 UTC"),
        ("00 03 * * *", "daily at 03:00 UTC"),
        ("*/30 * * * *", "every 30m"),
        ("0 * * * *", "hourly"),
        ("15 */4 * * *", "every 4h at :15 UTC"),
        ("0 9 * * MON-FRI", "weekdays at 09:00 UTC"),
        ("0 9 * * mon#1", "first monday at 09:00 UTC"),
        ("0 0 1 * *", "monthly on day 1 at 00:00 UTC"),
        ("5 4 L * *", "monthly on the last day at 04:05 UTC"),
    ],
)
def test_five_fields_in_words(written: str, words: str) -> None:
    assert schedule_in_words(written) == words


@pytest.mark.parametrize("written", ["0 9 * * 1-5", "0 9 * * 7", "0 9 * * */2", "0 9 * * 1#2"])
def test_numbers_of_weekdays_stay_as_they_are_since_cloudflare_counts_them_otherwise(written: str) -> None:
    assert schedule_in_words(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@daily",
        "* * * *",
        "0 9 * * * *",
        "0 0 30 2 *",
        "0 9 1 1 *",
        "* * * * *",
        "<!here> 9 * * *",
        "9" * 5000,
    ],
)
def test_all_else_stays_as_it_is(written: str) -> None:
    assert schedule_in_words(written) is None
