"""The form of a digest, as it looks, and what comes back out of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.cloudflare.errors import Unavailable
from bot.cloudflare.models import STATUSES, Status
from bot.digests.form import DAYS, NOT_CHOSEN, DigestForm
from bot.digests.links import DigestLinks
from bot.digests.messages.form import (
    chosen_account,
    digest_form,
    filled_in,
    form_mistake_message,
    form_not_opened_message,
    suggestions,
)
from bot.digests.messages.preview import preview_failed_view, preview_view, reading_view
from bot.digests.messages.report import DigestControls, digest_message
from bot.digests.model import DigestSpec, Mention
from bot.language.errors import FormErrors, QueryError
from bot.language.schedule import Schedule
from bot.language.schedule_words import read
from bot.playground.simulators.slack import PayloadValidator
from bot.ui import limits
from bot.ui.form_fields import field_errors
from bot.ui.problems import problem_message
from tests.support.commands import ACCOUNTS
from tests.support.digest_messages import (
    ONCALL,
    WEEKDAYS,
    assert_slack_shows,
    bars,
    group,
    plan,
    report,
    row,
    visible_lines,
)
from tests.support.properties import examples
from tests.unit.digests.strategies import schedules

from .test_digest_message import FULL, WORST
from .test_hostile_texts import foreign

METADATA = "https://hooks.slack.com/actions/T0/1/x\nC1\n7"
State = dict[str, dict[str, dict[str, Any]]]

_SHOWN_AS = {
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "timepicker": ("selected_time", "initial_time"),
    "plain_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
}
"""Where an element's state stands at a submission, and where it stood when the form was opened."""


def opened(
    form: DigestForm, number: int | None = None, accounts: tuple[str, ...] = ACCOUNTS
) -> dict[str, Any]:
    view = digest_form(form, number, accounts, METADATA)
    PayloadValidator().check_view(view)
    for block in view["blocks"]:
        options = block.get("element", {}).get("options", [])
        assert len({option["value"] for option in options}) == len(options)
        initial = block.get("element", {}).get("initial_options", [])
        assert not options or all(option in options for option in initial), (
            "Slack wants the options themselves"
        )
    return view


def submitted(view: dict[str, Any], **answers: Any) -> State:
    """The state of a form as it is submitted, where some fields were changed, by block id."""
    state: State = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            key, initial = _SHOWN_AS[element["type"]]
            answer = answers.pop(block["block_id"], element.get(initial))
            empty: Any = [] if key in ("selected_options", "selected_users") else None
            state[block["block_id"]] = {
                element["action_id"]: {"type": element["type"], key: empty if answer is None else answer}
            }
    assert not answers, f"the form has no {list(answers)}"
    return state


def option(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": value[:75], "emoji": True}, "value": value}


def options(*values: str) -> list[dict[str, Any]]:
    return [option(value) for value in values]


RICH = plan(
    schedule=Schedule("30 14 * * 0,4", "America/New_York"),
    account="staging-eu",
    workflows=("order-processing", "a: b <!here>"),
    status=Status("terminated"),
    window=timedelta(hours=36),
    quiet=True,
    mentions=ONCALL,
    daily_thread=True,
)


def test_a_new_digest_s_form(snapshot: SnapshotAssertion) -> None:
    assert opened(DigestForm.blank("C1", "Europe/Berlin")) == snapshot


def test_an_old_digest_s_form_holds_its_plan(snapshot: SnapshotAssertion) -> None:
    assert opened(DigestForm.of(RICH), 7) == snapshot


def test_a_new_form_that_is_left_as_it_is_asks_for_working_days_at_nine() -> None:
    asked = filled_in(submitted(opened(DigestForm.blank("C1", "Europe/Berlin")))).to_spec()
    assert asked == DigestSpec("C1", WEEKDAYS)


def test_the_people_called_stay_though_their_names_are_not_known_any_more() -> None:
    asked = filled_in(submitted(opened(DigestForm.of(RICH), 7))).to_spec()
    assert isinstance(asked, DigestSpec)
    assert set(asked.mentions) == {Mention("person", "U1"), *ONCALL[1:]}
    assert replace(asked, mentions=RICH.mentions) == RICH


def _may_be_typed(schedule: Schedule) -> bool:
    """Whether it is not due too often to be kept."""
    try:
        return read(schedule.in_words(), "UTC") == schedule
    except QueryError:
        return False


some_plans = st.builds(
    plan,
    schedule=schedules.filter(_may_be_typed),
    account=st.sampled_from([None, "prod", "no-more"]),
    workflows=st.lists(foreign.map(lambda text: text[:64]), max_size=20, unique=True).map(tuple),
    status=st.sampled_from(STATUSES) | foreign.map(lambda text: Status(text[:100])),
    window=st.integers(1, 720).map(lambda hours: timedelta(hours=hours)),
    quiet=st.booleans(),
    mentions=st.sampled_from([(), ONCALL[2:], (Mention("person", "U9"), Mention("group", "S9"))]),
    daily_thread=st.booleans(),
)


@given(some_plans, st.sampled_from([ACCOUNTS, ("prod",)]))
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=examples(60))
@example(plan(schedule=Schedule("0 9 * * *", "UTC")), ACCOUNTS)
@example(plan(schedule=read("cron 0,25,50 1,4,7,11,17,21 1,4,9,13,22 1,3,6,8,11 *", "UTC")), ACCOUNTS)
def test_a_form_that_is_left_as_it_is_asks_for_the_same_plan(
    before: DigestSpec, accounts: tuple[str, ...]
) -> None:
    assert filled_in(submitted(opened(DigestForm.of(before), 7, accounts))).to_spec() == before


@pytest.mark.parametrize(
    ("cron", "days", "time", "words"),
    [
        ("0 9 * * 1-5", DAYS[:5], "09:00", ""),
        ("30 14 * * 1,4", ("mon", "thu"), "14:30", ""),
        ("5 0 * * 0,6", ("sat", "sun"), "00:05", ""),
        ("0 9 * * *", DAYS, "09:00", ""),
        ("0 */4 * * *", (), "", "every 4h"),
        ("0 9 * * 1#1", (), "", "first monday at 09:00"),
        ("0 9 1 * *", (), "", "monthly on day 1 at 09:00"),
        ("0 9,15 * * 1-5", (), "", "weekdays at 09:00 and 15:00"),
        ("0 9 * 3 1", (), "", "cron 0 9 * 3 1"),
    ],
)
def test_days_and_a_time_hold_what_they_can_and_words_the_rest(
    cron: str, days: tuple[str, ...], time: str, words: str
) -> None:
    form = DigestForm.of(plan(schedule=Schedule(cron, "UTC")))
    assert form.days == days
    assert form.time == time
    assert form.words == words
    asked = form.to_spec()
    assert isinstance(asked, DigestSpec)
    assert asked.schedule == Schedule(cron, "UTC")


def test_words_win_over_days_and_time_and_may_name_their_own_zone() -> None:
    form = replace(DigestForm.blank("C1", "Europe/Berlin"), words="every 4h")
    assert replace(form, words="daily 9am UTC").to_spec() == DigestSpec("C1", Schedule("0 9 * * *", "UTC"))
    assert form.to_spec() == DigestSpec("C1", Schedule("0 */4 * * *", "Europe/Berlin"))


def test_an_empty_window_is_the_usual_one() -> None:
    assert (
        replace(DigestForm.blank("C1", "UTC"), window=" ").to_spec()
        == DigestForm.blank("C1", "UTC").to_spec()
    )


BLANK = DigestForm.blank("C1", "Europe/Berlin")
MISTAKES = {
    "everything": DigestForm("", "Mars/Olympus", window="90m", words="evry 4h"),
    "no days": replace(BLANK, days=()),
    "no time": replace(BLANK, time=""),
    "too often": replace(BLANK, words="every 5m"),
    "a zone like one": replace(BLANK, zone="Europe/Berln"),
    "too many workflows": replace(BLANK, workflows=tuple(f"flow-{number}" for number in range(21))),
    "too many mentions": replace(
        BLANK, mentions=tuple(Mention("person", f"U{number}") for number in range(6))
    ),
    "hostile within a word": replace(BLANK, words="x<!channel>x `&` https://evil.example"),
    "hostile words": replace(BLANK, words="<!channel> `&` https://evil.example", window="*x*"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told_at_its_field(name: str, snapshot: SnapshotAssertion) -> None:
    asked = MISTAKES[name].to_spec()
    assert isinstance(asked, FormErrors)
    said = field_errors(asked)
    fields = {block.get("block_id") for block in opened(BLANK)["blocks"]}
    assert set(said) <= fields, "Slack takes no error of a field that is not there"
    assert not any("`" in words for words in said.values())
    assert said == snapshot


def test_a_single_account_is_no_question() -> None:
    view = opened(BLANK, accounts=("prod",))
    assert "account" not in submitted(view)
    assert chosen_account(submitted(view)) is None


def test_of_several_accounts_of_which_none_is_meant_one_has_to_be_chosen() -> None:
    view = opened(replace(BLANK, account=NOT_CHOSEN), accounts=("prod", "eu"))
    (block,) = (block for block in view["blocks"] if block.get("block_id") == "account")
    assert not block.get("optional")
    left = filled_in(submitted(view)).to_spec()
    assert isinstance(left, FormErrors)
    assert list(left.by_field) == ["account"]
    chosen = filled_in(submitted(view, account=option("eu"))).to_spec()
    assert isinstance(chosen, DigestSpec)
    assert chosen.account == "eu"


def test_an_account_that_is_no_more_can_be_left() -> None:
    view = opened(DigestForm.of(plan(account="no-more")), 7, ("prod",))
    assert chosen_account(submitted(view)) == "no-more"
    assert chosen_account(submitted(view, account=option("prod"))) == "prod"


def test_accounts_beyond_a_menu_s_limit_leave_room_for_the_present_one() -> None:
    names = tuple(f"account-{number:03}" for number in range(150))
    view = opened(DigestForm.of(plan(account="account-149")), 7, names)
    assert chosen_account(submitted(view)) == "account-149"


def test_what_is_chosen_and_ticked_comes_back() -> None:
    state = submitted(
        opened(BLANK),
        channel="C2",
        days=options("sun"),
        time="23:45",
        zone=option("UTC"),
        account=option("staging-eu"),
        workflows=options("x", "y"),
        status=option("running"),
        how=options("quiet", "daily_thread"),
        people=["U7"],
        groups=options("here", "S1 oncall"),
    )
    assert filled_in(state).to_spec() == plan(
        channel="C2",
        schedule=Schedule("45 23 * * 0", "UTC"),
        account="staging-eu",
        workflows=("x", "y"),
        status=Status("running"),
        quiet=True,
        daily_thread=True,
        mentions=(
            Mention("person", "U7"),
            Mention("everybody", "here", "here"),
            Mention("group", "S1", "oncall"),
        ),
    )


@pytest.mark.parametrize("state", [{}, {"channel": {}}, {"days": {"days": {"selected_options": None}}}])
def test_a_form_without_fields_has_mistakes_and_no_fault(state: State) -> None:
    assert isinstance(filled_in(state).to_spec(), FormErrors)


def test_menus_that_load_as_one_types_have_ids_of_their_own() -> None:
    elements = {
        block["block_id"]: block["element"] for block in opened(BLANK)["blocks"] if "element" in block
    }
    assert elements["zone"]["action_id"] == "digest_zone"
    assert elements["workflows"]["action_id"] == "digest_workflows"
    assert {elements[name]["min_query_length"] for name in ("zone", "workflows")} == {0}


def test_a_digest_to_oneself_is_edited_where_it_is() -> None:
    view = opened(DigestForm.of(plan(channel="D1")), 7)
    assert "im" in view["blocks"][0]["element"]["filter"]["include"]
    assert submitted(view)["channel"]["channel"]["selected_conversation"] == "D1"


def test_what_does_not_fit_is_never_cut() -> None:
    with pytest.raises(ValueError, match="metadata has 3001"):
        digest_form(BLANK, None, ACCOUNTS, "x" * (limits.METADATA + 1))
    with pytest.raises(ValueError, match="value has 151"):
        suggestions(["x" * 151])


@pytest.mark.parametrize("number", [None, 7])
def test_a_form_that_did_not_open_says_what_to_type(number: int | None, snapshot: SnapshotAssertion) -> None:
    message = form_not_opened_message(number)
    assert_slack_shows(message)
    assert visible_lines(message) == snapshot


def test_a_mistake_in_a_form_that_is_closed_is_told() -> None:
    message = form_mistake_message("window", "“90m” is no window <!here> I know.", None)
    assert_slack_shows(message)
    assert "Window: “90m” is no window <!here> I know." in visible_lines(message)


# Previews.


def test_a_preview_is_a_window_without_buttons(snapshot: SnapshotAssertion) -> None:
    small = report([group(total=9)], rows=[row("order-processing", errored=9)], chart=bars(1, 8))
    controls = DigestControls(DigestLinks({"order-processing": "orders"}), is_preview=True)
    view = preview_view(digest_message(None, small, controls).plain)
    PayloadValidator().check_view(view)
    assert not any("accessory" in block or block["type"] == "actions" for block in view["blocks"])
    assert view == snapshot


@pytest.mark.parametrize("told", [FULL, WORST], ids=["full", "worst"])
def test_any_preview_opens(told: Any) -> None:
    PayloadValidator().check_view(
        preview_view(digest_message(None, told, DigestControls(is_preview=True)).plain)
    )


def test_a_problem_is_shown_in_the_preview_s_place() -> None:
    PayloadValidator().check_view(preview_view(problem_message(Unavailable("no answer within 10 s"))))


@pytest.mark.parametrize("problems", [(), ("“x” is wrong <!here>",) * 9, ("x" * 9000,)])
def test_what_is_wrong_in_a_form_is_shown_in_the_preview_s_place(problems: tuple[str, ...]) -> None:
    view = preview_failed_view(problems)
    PayloadValidator().check_view(view)
    assert len(view["blocks"]) == 1 + len(problems)


def test_meanwhile_the_window_says_what_happens(snapshot: SnapshotAssertion) -> None:
    PayloadValidator().check_view(reading_view())
    assert reading_view() == snapshot
