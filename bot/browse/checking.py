"""Check rows by conditions; where they need to know why an instance failed, that is asked for."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.browse.causes import CauseReader, Causes, FailedInstance
from bot.browse.conditions import matches, matches_cause
from bot.browse.screen import Row
from bot.browse.selection import Conditions
from bot.cloudflare.errors import CloudflareError


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """What was found of some rows.

    Attributes:
        rows: the rows, or the first of them, each with its cause where that was asked for.
        answers: whether each is what was asked for; None where that is not known.
        stopped: why no more could be asked, where it was not the time.
        unread: why the causes of some of the rows could not be read, by the row's number from 0.
        unasked: the numbers of rows whose causes there was no time or no budget for.
    """

    rows: Sequence[Row]
    answers: Sequence[bool | None]
    stopped: CloudflareError | None = None
    unread: Mapping[int, CloudflareError] = field(default_factory=dict)
    unasked: AbstractSet[int] = frozenset()


@dataclass(frozen=True, slots=True)
class RowChecker:
    """Says which rows of an account meet conditions.

    Attributes:
        where: the conditions.
        causes: reads why instances failed.
        account: as settings name it; None means the default account.
        team: whose the question is.
    """

    where: Conditions
    causes: CauseReader
    account: str | None
    team: str

    def is_remembered(self, rows: Sequence[Row]) -> bool:
        """Return whether memory knows why all of these rows failed, so that a check asks for nothing."""
        failed = [FailedInstance(row.workflow, row.instance.id, row.instance.ended_on) for row in rows]
        return not self.causes.not_remembered(self.account, failed, team=self.team)

    async def check(self, rows: Sequence[Row], now: datetime, until: float) -> CheckedRows:
        """Check rows in their order, up to the first whose cause there is no time or no budget for.

        Args:
            rows: the rows.
            now: when they were read.
            until: when to ask for nothing more, by the clock of the event loop.
        """
        checked = await self.check_any(rows, now, until)
        if not checked.unasked:
            return checked
        end = min(checked.unasked)
        unread = {number: error for number, error in checked.unread.items() if number < end}
        return CheckedRows(checked.rows[:end], checked.answers[:end], checked.stopped, unread)

    async def check_any(self, rows: Sequence[Row], now: datetime, until: float) -> CheckedRows:
        """Check rows, also those behind one whose cause there is no time or no budget for.

        Args:
            rows: the rows.
            now: when they were read.
            until: when to ask for nothing more, by the clock of the event loop.
        """
        answers = [matches(self.where, row.instance, now) for row in rows]
        if not self.where.needs_cause:
            return CheckedRows(rows, answers)
        failed = {
            number: FailedInstance(row.workflow, row.instance.id, row.instance.ended_on)
            for number, row in enumerate(rows)
            if answers[number]
        }
        causes = Causes({})
        if failed:
            wanted = list(failed.values())
            causes = await self.causes.read(self.account, wanted, team=self.team, until=until)
        checked = list(rows)
        for number, instance in failed.items():
            cause = causes.known.get(instance)
            answers[number] = None if cause is None else matches_cause(self.where, cause)
            if cause is not None:
                checked[number] = replace(rows[number], cause=cause)
        unread = {number: causes.unread[each] for number, each in failed.items() if each in causes.unread}
        unasked = {
            number for number, each in failed.items() if each not in causes.known and number not in unread
        }
        return CheckedRows(checked, answers, causes.stopped if unasked else None, unread, unasked)
