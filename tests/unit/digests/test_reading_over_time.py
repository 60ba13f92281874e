"""Whatever happens to an account, and whenever its digests are made: each failure is told of once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests.model import DigestSpec
from bot.digests.news import OVERLAP
from bot.language.durations import LONGEST_WINDOW
from tests.support.digest_account import HOUR, MINUTE, Account, chart_total, plan, run_account
from tests.support.properties import examples

FLOWS = ("a", "b", "c")
LONGEST_LAG = int(OVERLAP.total_seconds()) - 1

flows = st.sampled_from(FLOWS)
waits = st.sampled_from([1, 5, 59, 119, 120, 121, 15 * MINUTE, HOUR, 7 * HOUR, 25 * HOUR])
events = st.one_of(
    st.tuples(st.just("digest"), st.booleans()),
    st.tuples(st.just("fail"), flows),
    st.tuples(st.just("start"), flows),
    st.tuples(st.just("end"), flows),
    st.tuples(st.just("surface"), flows, st.integers(1, LONGEST_LAG)),
    st.tuples(st.just("forget"), flows),
    st.tuples(st.just("restart"), flows),
)
stories = st.lists(st.tuples(waits, events), min_size=5, max_size=40)
windows = st.sampled_from([1, 5, 24, 7 * 24, 30 * 24]).map(lambda hours: timedelta(hours=hours))


@dataclass
class Story:
    """An account in which things happen, and what its digests should tell.

    Attributes:
        pending: failures that no digest has told of, by workflow and id, with their ends.
        told: the ends of those that one has.
    """

    prod: Account
    plan: DigestSpec
    pending: dict[tuple[str, str], datetime] = field(default_factory=dict)
    told: list[datetime] = field(default_factory=list)
    running: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    async def go_on(self, wait: int, event: tuple[Any, ...]) -> None:
        self.prod.clock.advance(wait)
        what, *rest = event
        if what == "digest":
            await self.digest(*rest)
        else:
            happens: Callable[..., None] = getattr(self, what)
            happens(*rest)

    async def digest(self, shares: bool = False) -> None:
        sharing = self.prod.clock() if shares else None
        self.prod.clock.advance(16)  # past the memory of some seconds
        first = self.prod.baseline is None
        report = await self.prod.digest(self.plan, sharing)
        until = self.prod.clock()
        expected = {
            place: ended
            for place, ended in self.pending.items()
            if not first or ended > until - self.plan.window
        }
        assert report.total == len(expected)
        assert report.exact is True
        assert report.unexplained == {}
        shown = {(group.workflow, new.id): new.at for group in report.groups for new in group.shown}
        assert shown.items() <= expected.items()
        assert sum(group.total for group in report.groups) + sum(report.ungrouped.values()) == report.total
        self.told += expected.values()
        self.pending.clear()
        start = (until - self.plan.window).replace(minute=0, second=0)
        assert chart_total(report) == sum(ended >= start for ended in self.told)

    def surface(self, flow: str, lag: int) -> None:
        """A failure comes to light some time after it happened."""
        self._failed((flow, self._name()), lag)

    def fail(self, flow: str) -> None:
        self._failed((flow, self._name()), 0)

    def start(self, flow: str) -> None:
        place = (flow, self._name())
        self.prod.simulation.add_instance(flow, id=place[1], status="running")
        self.running.append(place)

    def end(self, flow: str) -> None:
        """What has run longest fails, which was created whenever."""
        if place := self._oldest(self.running, flow):
            self.prod.simulation.set_status(*place, "errored")
            self.pending[place] = self.prod.clock()
            self.failed.append(place)

    def forget(self, flow: str) -> None:
        """The oldest failure is past its retention."""
        if place := self._oldest(self.failed, flow):
            self.prod.simulation.remove_instance(*place)
            self.pending.pop(place, None)

    def restart(self, flow: str) -> None:
        """Somebody has it run once more; it may fail again."""
        if place := self._oldest(self.failed, flow):
            self.prod.simulation.set_status(*place, "running")
            self.pending.pop(place, None)
            self.running.append(place)

    def _failed(self, place: tuple[str, str], ago: int) -> None:
        self.prod.fail(*place, ago)
        self.pending[place] = self.prod.clock.ago(ago)
        self.failed.append(place)

    def _name(self) -> str:
        self.count += 1
        return f"i{self.count}"

    @staticmethod
    def _oldest(places: list[tuple[str, str]], flow: str) -> tuple[str, str] | None:
        found = next((place for place in places if place[0] == flow), None)
        if found:
            places.remove(found)
        return found


@settings(max_examples=examples(40))
@given(windows, stories)
def test_each_failure_is_told_of_once_and_drawn_once(
    window: timedelta, story: list[tuple[int, tuple[Any, ...]]]
) -> None:
    assert window <= LONGEST_WINDOW

    async def tell() -> None:
        async with run_account() as prod:
            told = Story(prod, plan(window=window))
            for wait, event in story:
                await told.go_on(wait, event)
            await told.digest()

    asyncio.run(tell())
