"""Pages of workflows that are asked for together are a list as if they were read one by one."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cloudflare.errors import Unavailable
from bot.cloudflare.models import PageNumber, Workflow, WorkflowList, WorkflowPage
from bot.cloudflare.workflow_pages import MOST_PAGES, read_workflows

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Pages:
    """Pages by their number; those that are missing are empty, and those that are errors fail."""

    def __init__(self, pages: Mapping[int, WorkflowPage | Exception]) -> None:
        self.pages = pages
        self.asked: list[int] = []
        self.rounds: list[int] = []
        self._under_way = 0

    async def ask(self, page: PageNumber) -> WorkflowPage:
        self.asked.append(page.number)
        self._under_way += 1
        await asyncio.sleep(0)
        if self._under_way:
            self.rounds.append(self._under_way)
            self._under_way = 0
        answer = self.pages.get(page.number, WorkflowPage((), None, ()))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def read(self) -> WorkflowList:
        return await read_workflows(self.ask, lambda: NOW)


def page(number: int, last: int, *, pages: int | None = None, names: str = "") -> WorkflowPage:
    rows = tuple(Workflow(name=f"flow-{names or number}-{each}") for each in range(3))
    following = PageNumber(number + 1) if number < last else None
    return WorkflowPage(rows, following, (), total=3 * last, pages=last if pages is None else pages)


async def test_three_pages_take_two_round_trips() -> None:
    pages = Pages({number: page(number, 3) for number in (1, 2, 3)})
    assert len((await pages.read()).rows) == 9
    assert pages.rounds == [1, 2]


async def test_so_many_pages_are_asked_for_at_once_and_no_more() -> None:
    pages = Pages({number: page(number, 20) for number in range(1, 21)})
    assert len((await pages.read()).rows) == 60
    assert pages.rounds == [1, 8, 8, 3]
    assert pages.asked == list(range(1, 21))


async def test_a_count_that_promises_too_many_pages_costs_a_few_requests_and_no_row() -> None:
    pages = Pages({1: page(1, 1000), 2: page(2, 2, pages=1000)})
    found = await pages.read()
    assert len(found.rows) == 6
    assert len(pages.asked) == 9
    assert not found.cut_short


async def test_a_count_that_promises_too_few_pages_hides_none() -> None:
    pages = Pages({number: page(number, 5, pages=1) for number in range(1, 6)})
    assert len((await pages.read()).rows) == 15


async def test_a_page_that_fails_fails_the_list_but_not_behind_its_end() -> None:
    down = Unavailable("down")
    with pytest.raises(Unavailable):
        await Pages({1: page(1, 4), 2: page(2, 4), 3: down, 4: page(4, 4)}).read()
    ended = Pages({1: page(1, 4), 2: replace(page(2, 2), pages=4), 3: down, 4: page(4, 4)})
    assert len((await ended.read()).rows) == 6


async def test_a_page_that_repeats_ends_the_list_visibly() -> None:
    pages = {number: page(number, 6, names="same" if number > 2 else "") for number in range(1, 7)}
    found = await Pages(pages).read()
    assert len(found.rows) == 9
    assert found.cut_short


async def test_a_list_without_an_end_is_cut() -> None:
    pages = Pages({number: page(number, 10**6) for number in range(1, 100)})
    found = await pages.read()
    assert pages.asked == list(range(1, MOST_PAGES + 1))
    assert found.cut_short


lying = st.builds(
    lambda number, last, promised, names: page(number, last, pages=promised, names=names),
    st.just(0),
    st.integers(1, 60),
    st.integers(1, 60),
    st.sampled_from(["", "same"]),
)


@given(st.lists(lying | st.just(Unavailable("down")), min_size=1, max_size=20))
@settings(max_examples=200)
def test_pages_asked_for_together_are_the_list_that_pages_one_by_one_are(
    drawn: list[WorkflowPage | Unavailable],
) -> None:
    numbered: dict[int, WorkflowPage | Exception] = {}
    for number, each in enumerate(drawn, start=1):
        numbered[number] = each
        if isinstance(each, WorkflowPage):
            following = PageNumber(number + 1) if each.total and number * 3 < each.total else None
            rows = tuple(row.model_copy(update={"name": f"{row.name}-{number % 7}"}) for row in each.rows)
            numbered[number] = replace(each, next=following, rows=rows)
    singly = {
        number: replace(each, pages=1) if isinstance(each, WorkflowPage) else each
        for number, each in numbered.items()
    }

    async def outcome(pages: Mapping[int, WorkflowPage | Exception]) -> WorkflowList | str:
        try:
            return await Pages(pages).read()
        except Unavailable as error:
            return error.reason

    assert asyncio.run(outcome(numbered)) == asyncio.run(outcome(singly))
