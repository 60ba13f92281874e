"""Conditions that are looked at row by row, and a search that needs them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.browse.browser import Browser
from bot.browse.command.condition_options import CONDITION_OPTIONS
from bot.browse.conditions import matches, matches_cause
from bot.browse.model import ListQuery
from bot.browse.screen import Screen
from bot.browse.selection import Conditions, Selection
from bot.browse.several.reading import Limits
from bot.cloudflare.causes import Cause, cause_key
from bot.cloudflare.errors import InvalidResponse, RateLimited
from bot.cloudflare.instance_models import InstanceDetail, InstanceError
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance, Status
from bot.language.command import Command
from bot.language.options import Option
from bot.language.tokens import split
from tests.support.many_lists import START, ManyLists, instance
from tests.unit.browse.turning import round_trip, turn_newer

ERRORED = Status("errored")
MINUTE = timedelta(minutes=1)
NOW = START + timedelta(minutes=10)
BARE = Instance(id="ord-1", status=Status("complete"), created_on=START)
"""As the local engine lists it."""


def ran(seconds: float, status: str = "complete") -> Instance:
    return instance("ord-1", 0, status, seconds)


@pytest.mark.parametrize(
    ("where", "row", "answer"),
    [
        (Conditions(id="ord-"), BARE, True),
        (Conditions(id="ORD-1"), BARE, True),
        (Conditions(id="rd-"), BARE, False),
        (Conditions(version="4F2A"), BARE.model_copy(update={"version_id": "4f2a-77"}), True),
        (Conditions(version="4f2b"), BARE.model_copy(update={"version_id": "4f2a-77"}), False),
        (Conditions(version="4f2a"), BARE, None),
        (Conditions(trigger="cron"), BARE.model_copy(update={"trigger_source": "cron"}), True),
        (Conditions(trigger="cron"), BARE.model_copy(update={"trigger_source": "api"}), False),
        (Conditions(trigger="unknown"), BARE, None),
        (Conditions(longer=MINUTE), ran(60), True),
        (Conditions(longer=MINUTE), ran(59), False),
        (Conditions(longer=MINUTE), BARE, None),
        (Conditions(longer=MINUTE), instance("x", 0), True),
        (Conditions(longer=11 * MINUTE), instance("x", 0), False),
        (Conditions(longer=MINUTE), Instance(id="x", status=Status("queued"), created_on=START), False),
        (Conditions(longer=MINUTE), Instance(id="x", status=Status("running"), created_on=START), None),
        (Conditions(longer=MINUTE), ran(60, "terminated").model_copy(update={"started_on": None}), False),
        (Conditions(longer=MINUTE), Instance(id="x"), None),
        (Conditions(shorter=MINUTE), ran(59), True),
        (Conditions(shorter=MINUTE), ran(60), False),
        (Conditions(shorter=MINUTE), instance("x", 0), False),
        (Conditions(shorter=MINUTE), BARE, None),
        (Conditions(error="boom"), ran(1, "errored"), True),
        (Conditions(error="boom"), ran(1), False),
        (Conditions(error="boom"), Instance(id="x"), None),
        (Conditions(id="no", longer=MINUTE), BARE, False),
        (Conditions(id="ord", longer=MINUTE), BARE, None),
        (Conditions(), BARE, True),
    ],
)
def test_a_row_is_what_was_asked_for_or_not_or_does_not_say(
    where: Conditions, row: Instance, answer: bool | None
) -> None:
    assert matches(where, row, NOW) is answer


@pytest.mark.parametrize("option", CONDITION_OPTIONS, ids=lambda option: option.key)
def test_no_condition_is_met_by_every_row(option: Option[Any]) -> None:
    value = option.read(split(option.example)[0], Command(""))
    row = instance("other", 0, "running").model_copy(update={"version_id": "ffff", "trigger_source": "api"})
    assert matches(Conditions(**{option.key: value}), row, START) is False


CAUSE = Cause("charge-card", "PaymentError", "Card declined for order 17")


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        (Conditions(error="card DECLINED"), True),
        (Conditions(error="paymenterror"), True),
        (Conditions(error="timeout"), False),
        (Conditions(step="Charge-Card"), True),
        (Conditions(step="charge"), False),
        (Conditions(cause=cause_key(CAUSE)), True),
        (Conditions(cause=cause_key(replace(CAUSE, message="Card declined for order 18"))), True),
        (Conditions(cause=cause_key(Cause())), False),
        (Conditions(error="card", step="ship"), False),
    ],
)
def test_a_cause_is_what_was_asked_for_or_not(where: Conditions, answer: bool) -> None:
    assert matches_cause(where, CAUSE) is answer


def test_a_failure_without_a_known_cause_has_none_of_it() -> None:
    assert not matches_cause(Conditions(error="boom"), Cause())
    assert not matches_cause(Conditions(step="boom"), Cause())


def ids(*screens: Screen) -> list[str]:
    return [row.instance.id for screen in screens for row in screen.rows]


async def search(browser: Browser, screen: Screen) -> list[Screen]:
    screens = [screen]
    while (following := screens[-1].next or screens[-1].further) is not None:
        assert len(screens) < 500, "the search has no end"
        screens.append(await browser.turn(round_trip(following)))
    return screens


def sparse() -> ManyLists:
    """Return an account where every twentieth of 600 instances has another id."""
    rows = [instance(f"{'rare' if at % 20 == 0 else 'usual'}-{at:03}", at) for at in range(600)]
    return ManyLists({"a": rows[::2], "b": rows[1::2]}, page_size=10)


RARE = Selection(("a", "b"), where=Conditions(id="rare"))


async def test_a_search_ends_after_ten_pages_and_says_how_far_it_came() -> None:
    account = sparse()
    first = await account.browser().open(ListQuery(RARE, 10))
    assert len(account.calls) == 12
    assert set(account.priorities[2:]) == {Priority.BACKGROUND}
    searched = first.searched
    assert searched is not None
    assert searched.found == len(first.rows) == 5
    assert not searched.complete
    assert searched.back_to is not None
    newer = [row for rows in account.workflows.values() for row in rows if row.created_on > searched.back_to]  # type: ignore[operator]
    assert searched.rows >= len(newer)
    assert (first.next, first.is_last) == (None, False)
    assert first.further is not None


async def test_searching_further_finds_all_once_and_the_way_back_shows_the_same() -> None:
    browser = sparse().browser()
    screens = await search(browser, await browser.open(ListQuery(RARE, 10)))
    assert ids(*screens) == [f"rare-{at:03}" for at in range(580, -1, -20)]
    last = screens[-1]
    assert last.is_last
    assert last.searched is not None
    assert (last.searched.rows, last.searched.found, last.searched.complete) == (600, 30, True)
    back = [last]
    while back[-1].previous is not None:
        back.append(await turn_newer(browser, back[-1]))
    assert [ids(screen) for screen in reversed(back)] == [ids(screen) for screen in screens if screen.rows]


async def test_the_way_back_leads_past_screens_that_found_nothing() -> None:
    account = sparse()
    account.workflows["a"] += [instance("seldom-1", 900), instance("seldom-2", -900)]
    browser = account.browser()
    seldom = ListQuery(Selection(("a", "b"), where=Conditions(id="seldom")), 1)
    screens = await search(browser, await browser.open(seldom))
    assert [ids(screen) for screen in screens if screen.rows] == [["seldom-1"], ["seldom-2"]]
    assert not screens[2].rows, "the search went on"
    found = next(screen for screen in screens[1:] if screen.rows)
    back = await turn_newer(browser, found)
    assert ids(back) == ["seldom-1"]
    assert back.previous is None
    assert [ids(screen) for screen in await search(browser, back) if screen.rows] == [
        ["seldom-1"],
        ["seldom-2"],
    ]


async def test_a_search_ends_when_its_time_is_up_and_goes_on() -> None:
    browser = sparse().browser(limits=Limits(10, 0))
    first = await browser.open(ListQuery(RARE, 10))
    assert first.searched is not None
    assert first.searched.rows < 30
    assert first.further is not None


def failing(count: int, **changes: object) -> ManyLists:
    """Return an account of failed instances, every tenth for another reason."""
    rows = [instance(f"row-{at:03}", at, "errored", at + 1) for at in range(count)]
    errors = {
        row.id: InstanceError(name="Error", message="card declined" if at % 10 == 0 else "timeout")
        for at, row in enumerate(rows)
    }
    return replace(ManyLists({"a": rows}, errors=errors), **changes)  # type: ignore[arg-type]


DECLINED = Selection(("a",), statuses=(ERRORED,), where=Conditions(error="Declined"))


async def test_errors_are_looked_for_in_the_details_of_failures_and_shown() -> None:
    account = failing(100)
    browser = account.browser()
    screens = await search(browser, await browser.open(ListQuery(DECLINED, 3)))
    assert ids(*screens) == [f"row-{at:03}" for at in range(90, -1, -10)]
    assert {row.cause and row.cause.message for screen in screens for row in screen.rows} == {"card declined"}
    assert sorted(account.details) == sorted(set(account.details)), "each is asked about once"


async def test_no_more_details_are_read_than_a_screen_needs() -> None:
    account = failing(100)
    await account.browser().open(ListQuery(DECLINED, 1))
    assert len(account.details) == 20


async def test_a_budget_that_is_used_up_ends_a_search_where_it_is() -> None:
    account = failing(60)
    limited = RateLimited("slow down", retry_after=timedelta(seconds=9))
    answer = account.get_instance

    async def refuses(
        workflow: str, instance: str, priority: Priority = Priority.INTERACTIVE, *, steps: bool = False
    ) -> InstanceDetail:
        if len(account.details) >= 40:
            raise limited
        return await answer(workflow, instance, priority, steps=steps)

    account.get_instance = refuses  # type: ignore[method-assign]
    browser = account.browser()
    first = await browser.open(ListQuery(DECLINED, 10))
    assert ids(first) == ["row-050", "row-040", "row-030", "row-020"]
    assert first.searched is not None
    assert first.searched.stopped is limited
    assert first.searched.rows == 40
    account.get_instance = answer  # type: ignore[method-assign]
    assert ids(*await search(browser, first)) == [f"row-{at:03}" for at in range(50, -1, -10)]


async def test_a_failure_that_can_t_be_read_is_counted_as_unknown() -> None:
    account = failing(20)
    answer = account.get_instance

    async def broken(
        workflow: str, instance: str, priority: Priority = Priority.INTERACTIVE, *, steps: bool = False
    ) -> InstanceDetail:
        if instance == "row-010":
            raise InvalidResponse("not JSON")
        return await answer(workflow, instance, priority, steps=steps)

    account.get_instance = broken  # type: ignore[method-assign]
    screen = await account.browser().open(ListQuery(DECLINED, 10))
    assert ids(screen) == ["row-000"]
    assert screen.searched is not None
    assert screen.searched.unknown == 1
