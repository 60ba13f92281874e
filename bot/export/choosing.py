"""Choose the rows of an export: those that meet what the API can't be asked for."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence

from bot.browse.causes import FOR_ALL
from bot.browse.checking import RowChecker
from bot.browse.conditions import is_within
from bot.browse.screen import Row
from bot.browse.selection import Stream
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.cloudflare.models import Instance
from bot.export.plan import Bounds, ExportPlan
from bot.export.retries import Throttle, may_pass


class CausesRefused(Exception):
    """Cloudflare refuses to say why an instance failed, and would refuse it of each of the others."""


class RowChooser:
    """Chooses the rows that an export is about.

    Args:
        plan: says what it is about.
        throttle: holds requests back.
        bounds: for how long causes are read, and how often.

    Attributes:
        unknown: rows that do not say whether they are what was asked for, and are left out.
        unread_causes: rows that are left out because it could not be read why they failed.
        cause_error: why not, of the first.
    """

    def __init__(self, plan: ExportPlan, throttle: Throttle, bounds: Bounds) -> None:
        self._plan = plan
        self._throttle = throttle
        self._bounds = bounds
        self.unknown = 0
        self.unread_causes = 0
        self.cause_error: CloudflareError | None = None

    async def choose(
        self, stream: Stream, instances: Sequence[Instance]
    ) -> AsyncGenerator[Sequence[Row], None]:
        """Yield the rows that meet the conditions, as soon as that is known of them.

        Throttles are waited out, and causes that can't be read are tried again.

        Raises:
            CausesRefused: no cause can be read.
        """
        if self._plan.selection.by_end:
            instances = [each for each in instances if self._is_within(each)]
        rows = [Row(stream.workflow, each) for each in instances]
        if self._plan.checker is None:
            yield rows
            return
        async for found in self._filter_rows(self._plan.checker, rows):
            yield found

    def _is_within(self, instance: Instance) -> bool:
        """Return whether an instance is in `since` and `until` where these mean the end."""
        answer = is_within(self._plan.selection, instance)
        self.unknown += answer is None
        return answer is True

    async def _filter_rows(
        self, checker: RowChecker, rows: Sequence[Row]
    ) -> AsyncGenerator[Sequence[Row], None]:
        """Yield the rows that meet the conditions which the API lacks.

        Raises:
            CausesRefused: no cause can be read.
        """
        pauses = iter(self._bounds.retries)
        while rows:
            await self._throttle.wait()
            until = asyncio.get_running_loop().time() + self._bounds.time.total_seconds()
            checked = await checker.check_any(rows, self._plan.as_of, until)
            unread, unasked = checked.unread, checked.unasked
            self.unknown += checked.answers.count(None) - len(unread) - len(unasked)
            yield [row for row, is_one in zip(checked.rows, checked.answers, strict=True) if is_one]
            refused = next((each for each in unread.values() if isinstance(each, FOR_ALL)), checked.stopped)
            if isinstance(refused, RateLimited):
                self._throttle.hold(refused)
            elif refused is not None:
                self._leave_out({*unread, *unasked}, refused)
                raise CausesRefused
            again = {number for number, error in unread.items() if may_pass(error)}
            wait = next(pauses, None) if again else None
            if wait is None:
                again = set()
            else:
                await asyncio.sleep(wait.total_seconds())
            failed = unread.keys() - again
            if failed:
                self._leave_out(failed, unread[min(failed)])
            rows = [rows[number] for number in sorted(again | unasked)]

    def _leave_out(self, numbers: Collection[int], error: CloudflareError) -> None:
        """Count rows that are not in the file because it could not be read why they failed."""
        self.unread_causes += len(numbers)
        self.cause_error = self.cause_error or error
