"""When a digest is due: in whose zone, and how that is said."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.playground.simulators.slack import Failed, LocalSlack, Message, Person
from bot.playground.simulators.slack.directory import ADA
from tests.support.digest_actions import (
    ask_digest,
    line_of,
    next_answer,
    send_digest_command,
    stored_plans,
)
from tests.support.filter_form import submit_filter
from tests.support.fixtures import ReadLog
from tests.support.form_values import Answer
from tests.support.messages import ask, button_labels


def next_in(message: Message, zone: str) -> datetime:
    """The next time in a confirmation, as a clock in some zone has it."""
    at = int(line_of(message, 1).split("<!date^")[1].split("^")[0])
    return datetime.fromtimestamp(at, ZoneInfo(zone))


async def without_zone(ada: Person, slack: LocalSlack) -> None:
    """Have Slack say who Ada is, and not in which time zone."""
    slack.workspace.add(replace(ADA, tz=""))
    await ask(ada, "version")


SCHEDULES = {
    "daily 9am": ("daily at 09:00", (9, 0)),
    "Weekdays at 17:45": ("weekdays at 17:45", (17, 45)),
    "mon,thu 14:30": ("mon,thu at 14:30", (14, 30)),
    "every monday 08:05": ("mondays at 08:05", (8, 5)),
    "first monday 9am": ("first monday at 09:00", (9, 0)),
    "monthly last 23:59": ("monthly on the last day at 23:59", (23, 59)),
    "30 6 * * 1-5": ("weekdays at 06:30", (6, 30)),
    '"30 6 * * MON-FRI"': ("weekdays at 06:30", (6, 30)),
    "`30 6 * * 1-5`": ("weekdays at 06:30", (6, 30)),
    "@daily": ("daily at 00:00", (0, 0)),
    "9am daily": ("daily at 09:00", (9, 0)),
    "monday to friday 9am": ("weekdays at 09:00", (9, 0)),
}


async def test_a_schedule_is_repeated_in_words_with_its_next_time_in_the_asker_s_zone(
    slack: LocalSlack, ada: Person
) -> None:
    assert ada.user.tz == "Europe/London"
    for person in (ada, slack.person("grace")):
        for text, (words, clock) in SCHEDULES.items():
            made = await ask_digest(person, f"create {text}")
            assert line_of(made, 1).startswith(words), text
            assert f" ({person.user.tz}) · <!date^" in line_of(made, 1), text
            following = next_in(made, person.user.tz)
            assert (following.hour, following.minute) == clock, text
            assert following > datetime.now(UTC)


async def test_a_zone_that_is_said_is_the_one(ada: Person) -> None:
    for text in ("Asia/Tokyo", "(Asia/Tokyo)", "asia/tokyo", "zone:Asia/Tokyo", "tz Asia/Tokyo"):
        made = await ask_digest(ada, f"create daily 9am {text}")
        assert line_of(made, 1).startswith("daily at 09:00 (Asia/Tokyo) · <!date^"), text
        assert next_in(made, "Asia/Tokyo").hour == 9


async def test_where_slack_does_not_tell_the_zone_it_is_utc_and_that_is_said(
    ada: Person, slack: LocalSlack, read_log: ReadLog, tmp_path: Path
) -> None:
    slack.workspace.add(replace(ADA, tz=""))
    made = await ask_digest(ada, "create daily 9am")
    assert line_of(made, 1).startswith("daily at 09:00 (UTC) · <!date^")
    assert next_in(made, "UTC").hour == 9
    assert line_of(made, 2) == "all workflows · UTC until Slack tells its creator's time zone"
    assert line_of(made, 3) == (
        "⚠️ Slack did not tell your time zone: UTC is taken until it does, then your own. "
        "To choose one now: `/workflows digest edit 1`"
    )
    elsewhere = await send_digest_command(ada, "create #ops daily 9am")
    assert "Slack did not tell your time zone" in (await elsewhere.message()).all_text()
    assert [json.loads(plan)["zone_assumed"] for plan in stored_plans(tmp_path)] == [True, True]
    assert "time_zone_unknown" in [entry["event"] for entry in read_log()]


async def test_a_zone_that_is_not_known_is_asked_for_by_a_button(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    await without_zone(ada, slack)
    slack.faults.add("users.info", Failed(429), times=20)
    made = await ask_digest(ada, "create daily 9am")
    elsewhere = await (await send_digest_command(ada, "create #ops daily 9am")).message()
    shown = await ask_digest(ada, "show 1")
    for message in (made, elsewhere, shown):
        assert "Choose time zone…" in button_labels(message)
    button = next(button for button in made.buttons() if button.label == "Choose time zone…")
    view = await (await ada.press(made, button)).view()
    assert "UTC stands in" in view.all_text()
    following = next_answer(slack)
    await submit_filter(ada, view, zone="Asia/Tokyo")
    assert "Choose time zone…" not in button_labels(await following)
    assert json.loads(stored_plans(tmp_path)[0])["schedule"]["zone"] == "Asia/Tokyo"
    assert "Choose time zone…" not in button_labels(await ask_digest(ada, "show 1"))


async def test_a_zone_is_asked_for_only_where_none_is_said_otherwise(ada: Person, slack: LocalSlack) -> None:
    await without_zone(ada, slack)
    asked = len(slack.calls_of("users.info"))
    await ask_digest(ada, "list")
    assert "Did you mean" in (await ask_digest(ada, "create dayly 9am")).all_text()
    assert len(slack.calls_of("users.info")) == asked
    assert line_of(await ask_digest(ada, "create daily 9am"), 1).startswith("daily at 09:00 (UTC)")


async def test_a_zone_that_was_said_is_no_stand_in(ada: Person, slack: LocalSlack, tmp_path: Path) -> None:
    slack.workspace.add(replace(ADA, tz=""))
    for text in ("daily 9am UTC", "daily 9am zone:UTC", "daily 9am Asia/Tokyo"):
        assert "time zone" not in (await ask_digest(ada, f"create {text}")).all_text()
    assert not any("zone_assumed" in plan for plan in stored_plans(tmp_path))


@pytest.mark.parametrize(
    ("answers", "assumed"),
    [
        ({}, True),
        ({"zone": "Asia/Tokyo"}, False),
        ({"words": "daily 9am UTC"}, False),
        ({"words": "hourly"}, True),
    ],
)
async def test_a_form_says_that_utc_stands_in_and_what_is_chosen_is_no_stand_in(
    answers: dict[str, Answer], assumed: bool, ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    await without_zone(ada, slack)
    slack.faults.add("users.info", Failed(503), times=5)
    view = await (await send_digest_command(ada)).view()
    assert "Slack did not tell your time zone. UTC stands in until it does" in view.all_text()
    following = next_answer(slack)
    await submit_filter(ada, view, **answers)
    assert ("Slack did not tell your time zone" in (await following).all_text()) is assumed
    (plan,) = stored_plans(tmp_path)
    assert ("zone_assumed" in plan) is assumed

    edited = await (await send_digest_command(ada, "edit 1")).view()
    assert ("UTC stands in" in edited.all_text()) is assumed
    following = next_answer(slack)
    await submit_filter(ada, edited, zone="Europe/Berlin", words=None, days=("Sunday",), time="10:00")
    assert "time zone" not in (await following).all_text()
    assert "zone_assumed" not in stored_plans(tmp_path)[0]
