"""Choose the rows of an export: those that meet what the API can't be asked for."""

import asyncio
from collections.abc import Sequence

from bot.browse.causes import FOR_ALL
from bot.browse.checking import CheckedRows, RowChecker
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

    async def choose(self, stream: Stream, instances: Sequence[Instance]) -> list[Row]:
        """Return the rows of a list that are what was asked for, in their order.

        Throttles are waited out, and causes that can't be read are tried again.

        Raises:
            CausesRefused: no cause can be read.
        """
        if self._plan.selection.by_end:
            instances = [each for each in instances if self._is_within(each)]
        rows = [Row(stream.workflow, each) for each in instances]
        return rows if self._plan.checker is None else await self._meeting(self._plan.checker, rows)

    def _is_within(self, instance: Instance) -> bool:
        """Return whether an instance is in `since` and `until` where these mean the end."""
        answer = is_within(self._plan.selection, instance)
        self.unknown += answer is None
        return answer is True

    async def _meeting(self, checker: RowChecker, rows: list[Row]) -> list[Row]:
        """Return the rows that meet the conditions which the API lacks.

        Raises:
            CausesRefused: no cause can be read.
        """
        pauses = iter(self._bounds.retries)
        found: list[Row] = []
        while rows:
            await self._throttle.wait()
            until = asyncio.get_running_loop().time() + self._bounds.time.total_seconds()
            checked = await checker.check(rows, self._plan.as_of, until)
            found += [row for row, is_one in zip(checked.rows, checked.answers, strict=True) if is_one]
            rest = rows[len(checked.rows) :]
            refused = next(
                (each for each in checked.unread.values() if isinstance(each, FOR_ALL)), checked.stopped
            )
            if isinstance(refused, RateLimited):
                self._throttle.hold(refused)
            elif refused is not None:
                self._leave_out(checked, len(checked.unread) + len(rest), refused)
                raise CausesRefused
            again = {number for number, error in checked.unread.items() if may_pass(error)}
            wait = next(pauses, None) if again else None
            if wait is None:
                again = set()
            else:
                await asyncio.sleep(wait.total_seconds())
            failed = [error for number, error in checked.unread.items() if number not in again]
            self._leave_out(checked, len(failed), next(iter(failed), None))
            rows = [*(rows[number] for number in sorted(again)), *rest]
        return found

    def _leave_out(self, checked: CheckedRows, unread: int, error: CloudflareError | None) -> None:
        """Count rows that are not in the file because it is not known whether they meet the conditions."""
        self.unknown += sum(answer is None for answer in checked.answers) - len(checked.unread)
        self.unread_causes += unread
        self.cause_error = self.cause_error or error
