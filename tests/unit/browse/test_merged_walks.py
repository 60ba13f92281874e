"""Walks through several lists in one, any way, while everything may happen to them.

What holds, beside what `bot.browse.several.merged` says can't be promised:

- A screen has each instance once, the newest first, and none that was created after the walk began.
- Forward, no instance comes that an earlier screen has, and none is missing that stayed as it was in a list
  that could be read; at the end, nor in lists that were tried again.
- Back, each instance of the earlier screens comes that is still there, once, and no screen is passed over.
- A refresh and a retry keep the place, but on the first screen, where the walk begins anew.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.browse.bookmark import KeptPlace, ListBookmark
from bot.browse.browser import Browser, without_anchor
from bot.browse.errors import NoSuchWorkflow, NoSuchWorkflows
from bot.browse.model import ListQuery
from bot.browse.screen import Screen
from bot.browse.selection import Conditions, Selection, Stream
from bot.browse.several.reading import Limits
from bot.cloudflare.bounds import in_milliseconds
from bot.cloudflare.errors import (
    CloudflareError,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    TLSError,
    Unavailable,
)
from bot.cloudflare.models import Cursor, Instance, PageQuery, Status
from tests.support.many_lists import START, ManyLists, instance, refused_cursor
from tests.support.properties import examples
from tests.unit.browse.turning import round_trip

NAMES = ("billing", "emails", "orders")
STATUSES = ("errored", "running")
BOTH = tuple(Status(each) for each in STATUSES)
SELECTIONS = (
    Selection(),
    Selection(("*",), statuses=BOTH),
    Selection(("*",), statuses=BOTH[:1]),
    Selection(("orders",), statuses=BOTH),
    Selection(("*",), statuses=BOTH, where=Conditions(id="a")),
)
ERRORS: tuple[Callable[[], CloudflareError], ...] = (
    lambda: Unavailable("down"),
    lambda: InvalidResponse("no JSON"),
    lambda: NotAuthorized("wrong token"),
    lambda: TLSError("self-signed"),
    lambda: RateLimited("slow down", retry_after=timedelta(seconds=9)),
    refused_cursor,
)
MANY_TURNS = 500
MOST_TWINS = 3
"""Instances of a workflow that were created in the same millisecond, in lists without cursors."""

names, statuses = st.sampled_from(NAMES), st.sampled_from(STATUSES)
numbers = st.integers(0, 1_000_000)


def _is_twin(one: Instance, other: Instance) -> bool:
    assert one.created_on is not None
    assert other.created_on is not None
    return in_milliseconds(one.created_on) == in_milliseconds(other.created_on)


class MergedWalk(RuleBasedStateMachine):
    """One person turns pages while instances arrive, leave and change, and requests fail."""

    @initialize(
        rows=st.lists(st.tuples(names, statuses, st.integers(0, 9), st.booleans()), max_size=16),
        page_size=st.integers(1, 6),
        numbered=st.booleans(),
        selection=st.sampled_from(SELECTIONS),
        size=st.integers(1, 4),
    )
    def begin(
        self,
        rows: list[tuple[str, str, int, bool]],
        page_size: int,
        selection: Selection,
        size: int,
        *,
        numbered: bool,
    ) -> None:
        workflows: dict[str, list[Instance]] = {name: [] for name in NAMES}
        for at, (name, status, created, is_within) in enumerate(rows):
            prefix = "ab"[at % 2]
            moment = created + (0.000_4 if is_within else 0)
            row = instance(f"{prefix}-{name}-{at:02}", moment, status)
            if not numbered or sum(_is_twin(row, each) for each in workflows[name]) < MOST_TWINS:
                workflows[name].append(row)
        page_size += MOST_TWINS * numbered  # see what can't be promised without cursors
        self.account = ManyLists(workflows, page_size=page_size, numbered=numbered)
        self.account.fails = self._fails
        self.errors: dict[str, CloudflareError] = {}
        self.before: set[str] = set()
        self.touched: set[str] = set()
        self.failed: set[str] = set()
        self.there: dict[str, Instance] = {}
        self.has_late = self.has_failed = self.has_turned_back = False
        self.throttled = 0
        self.arrived = 0
        self.has_mixed_times = False
        self.query = ListQuery(selection, size)
        self.runner = asyncio.new_event_loop()
        self.browser = self._browser()
        self.screen: Screen | None = None
        self._open()

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.close()

    # What happens to the account.

    @rule(name=names, status=statuses)
    def arrive(self, name: str, status: str) -> None:
        """Create an instance."""
        self.arrived += 1
        if name in self.account.workflows:
            row = instance(f"a-late-{self.arrived}", 100 + self.arrived, status)
            self.account.workflows[name].append(row)

    @rule(number=numbers)
    def leave(self, number: int) -> None:
        """Delete an instance."""
        found = self._rows()
        if found:
            name, row = found[number % len(found)]
            self.account.workflows[name].remove(row)
            self.touched.add(row.id)

    @rule(number=numbers, status=statuses)
    def change_status(self, number: int, status: str) -> None:
        """Let an instance go from one list to another."""
        found = self._rows()
        if found:
            name, row = found[number % len(found)]
            rows = self.account.workflows[name]
            rows[rows.index(row)] = row.model_copy(update={"status": Status(status)})
            if row.status != status:
                self.touched.add(row.id)

    @rule(name=names)
    def delete_workflow(self, name: str) -> None:
        self.touched |= {row.id for row in self.account.workflows.pop(name, ())}
        self.failed.add(name)

    @rule()
    def change_how_times_are_written(self) -> None:
        self.account.in_milliseconds = not self.account.in_milliseconds
        self.has_mixed_times = True

    @rule(name=names, number=numbers)
    def fail(self, name: str, number: int) -> None:
        """Let all requests for a workflow's lists fail from now on."""
        self.errors[name] = ERRORS[number % len(ERRORS)]()

    @rule()
    def recover(self) -> None:
        """Let no request fail any more."""
        self.errors.clear()

    @rule(number=st.integers(1, 2))
    def throttle(self, number: int) -> None:
        """Let the next requests be refused."""
        self.throttled = number

    # What the person does.

    @rule()
    def ask_another_replica(self) -> None:
        self.browser = self._browser()

    @rule()
    def open_anew(self) -> None:
        self.browser = self._browser()
        self._open()

    @precondition(lambda self: self._following is not None)
    @rule()
    def forward(self) -> None:
        assert self.screen is not None
        assert self._following is not None
        before = self.screen
        shown = self._turn(self._following)
        if shown is None:
            return
        self.before |= set(self._ids(before))
        self._show(shown)
        self._check_forward()

    @precondition(lambda self: self.screen is not None and self.screen.previous is not None)
    @rule()
    def back(self) -> None:
        assert self.screen is not None
        assert self.screen.previous is not None
        after = self.screen
        shown = self._turn(self.screen.previous)
        if shown is None:
            return
        self._show(shown)
        ids = self._ids(shown)
        if shown.searched is not None and shown.searched.stopped is not None:
            self.screen = None  # it goes on with what the screen had
            return
        # Where all that was before has gone, what follows is shown.
        assert not ids & self._ids(after) or not self.before & self._steady()
        self.before -= ids | self.touched  # what changed may be anywhere
        self.has_turned_back = True
        self._check_nothing_left_out(shown)

    @precondition(lambda self: self.screen is not None)
    @rule()
    def refresh(self) -> None:
        assert self.screen is not None
        self._again(self.screen, fresh=True)

    @precondition(lambda self: self.screen is not None and self.screen.unread)
    @rule()
    def retry(self) -> None:
        assert self.screen is not None
        self._again(self.screen, fresh=False)

    @precondition(lambda self: self.screen is not None)
    @rule()
    def walk_to_the_end(self) -> None:
        for _ in range(MANY_TURNS):
            if self._following is None:
                return
            before = self.screen
            self.forward()
            if self.screen is before:
                return
        raise AssertionError("the list has no end")

    @precondition(lambda self: self.screen is not None)
    @rule()
    def walk_to_the_start(self) -> None:
        for _ in range(MANY_TURNS):
            before = self.screen
            if before is None or before.previous is None:
                return
            self.back()
            if self.screen is before:
                return
        raise AssertionError("the way back has no end")

    @property
    def _following(self) -> ListBookmark | None:
        return None if self.screen is None else self.screen.next or self.screen.further

    def _again(self, screen: Screen, *, fresh: bool) -> None:
        place = without_anchor(round_trip(screen.here))
        is_first = not getattr(place, "back", ())
        shown = self._turn(place, fresh=fresh)
        if shown is None:
            return
        if is_first:
            # What could not be asked anew is shown next as it is remembered.
            is_cut = shown.searched is not None and shown.searched.stopped is not None
            self._begin(shown, is_known=bool(is_cut or shown.unread or not fresh))
            return
        self._show(shown)
        self._check_forward()

    def _open(self) -> None:
        try:
            shown = self.runner.run_until_complete(self.browser.open(self.query))
        except (CloudflareError, NoSuchWorkflow, NoSuchWorkflows):
            self.screen = None
            return
        self._begin(shown)

    def _begin(self, shown: Screen, *, is_known: bool = False) -> None:
        """Begin a walk; one that `is_known` may show pages as they were when the one before began."""
        self.before = set()
        if not is_known:
            self.touched = set()
            self.there = {row.id: row for _, row in self._rows()}
        self.failed = set()
        self.has_turned_back = False
        self.has_late = is_known
        self._show(shown)
        self._check_forward()

    def _turn(self, place: ListBookmark | KeptPlace, *, fresh: bool = False) -> Screen | None:
        self.has_failed = False
        try:
            return self.runner.run_until_complete(self.browser.turn(round_trip(place), fresh=fresh))
        except (CloudflareError, NoSuchWorkflow):
            assert self.has_failed or len(self.account.workflows) < len(NAMES)
            return None

    def _show(self, shown: Screen) -> None:
        rows = shown.rows
        assert len(rows) <= self.query.rows
        ids = [row.instance.id for row in rows]
        assert len(ids) == len(set(ids))
        moments = [row.instance.created_on or START for row in rows]
        if self.has_mixed_times:
            moments = [in_milliseconds(moment) for moment in moments]
        assert moments == sorted(moments, reverse=True)
        self.screen = shown
        self.failed |= {stream.workflow for stream in shown.unread}
        # What is read for the first time later on may have what was created meanwhile.
        self.has_late |= bool(self.failed or (shown.searched and shown.searched.stopped))

    def _check_forward(self) -> None:
        """Check that nothing came twice, and that nothing is missing that is no older than what is shown."""
        assert self.screen is not None
        ids = self._ids(self.screen)
        again = ids & self.before
        if self.failed:
            again -= self.touched
        if self.has_turned_back:  # what a list had that could not be read on the way back
            again = {id_ for id_ in again if id_.split("-")[1] not in self.failed}
        assert not again
        seen = ids | self.before
        late = {id_ for id_ in ids if "late" in id_} - self.there.keys()
        assert self.has_late or not late
        steady = self._steady()
        if self._following is None and not self.screen.unread:
            steady = self._steady(with_failed=True)
        elif self._following is not None:
            oldest = self.screen.rows[-1].instance.created_on if self.screen.rows else None
            steady = {id_ for id_ in steady if self._is_newer(id_, oldest)}
        assert steady <= seen

    def _check_nothing_left_out(self, shown: Screen) -> None:
        """Check that what is still before a screen is no older than what it shows."""
        # Lists that were tried again come in order with what was there from then on.
        oldest = shown.rows[-1].instance.created_on if shown.rows and not self.failed else None
        left = {
            id_
            for id_ in self.before & self._steady()
            if shown.previous is None or self._is_older(id_, oldest)
        }
        assert not left

    def _steady(self, *, with_failed: bool = False) -> set[str]:
        """Return the ids of the instances of the list that stayed as they were when it was opened."""
        chosen = self.query.selection
        wanted = set(chosen.streams(NAMES))
        return {
            row.id
            for name, rows in self.account.workflows.items()
            for row in rows
            if row.id in self.there
            and row.id not in self.touched
            and (with_failed or name not in self.failed)
            and (Stream(name) in wanted or Stream(name, row.status) in wanted)
            and row.id.startswith(chosen.where.id or "")
        }

    def _is_newer(self, id_: str, moment: datetime | None) -> bool:
        return moment is not None and self._created_on(id_) > in_milliseconds(moment)

    def _is_older(self, id_: str, moment: datetime | None) -> bool:
        return moment is not None and self._created_on(id_) < in_milliseconds(moment)

    def _created_on(self, id_: str) -> datetime:
        created_on = self.there[id_].created_on
        assert created_on is not None
        return in_milliseconds(created_on)

    def _rows(self) -> list[tuple[str, Instance]]:
        return [(name, row) for name, rows in sorted(self.account.workflows.items()) for row in rows]

    def _ids(self, screen: Screen) -> set[str]:
        return {row.instance.id for row in screen.rows}

    def _fails(self, query: PageQuery) -> Exception | None:
        if self.throttled:
            self.throttled -= 1
            self.has_failed = True
            return RateLimited("slow down", retry_after=timedelta(seconds=9))
        error = self.errors.get(query.workflow)
        is_old = isinstance(error, type(refused_cursor())) and not isinstance(query.position, Cursor)
        self.has_failed |= error is not None and not is_old
        return None if is_old else error

    def _browser(self) -> Browser:
        return self.account.browser(limits=Limits(2, 60))


def test_whatever_happens_a_walk_loses_nothing_and_shows_nothing_twice() -> None:
    run_state_machine_as_test(
        MergedWalk, settings=settings(max_examples=examples(25), stateful_step_count=25)
    )
