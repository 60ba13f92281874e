"""Runs that people ask for out of turn: one at a time for each digest, with a pause in between."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping, Select, and_, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digests.codec import run_of, seconds
from bot.digests.model import Digest, DigestRun
from bot.digests.runs import RUN_NOW, RUN_WHILE_ACTIVE
from bot.storage.tables import digest_runs

_SLOT_WIDTH: Final = timedelta(seconds=1)
"""A slot names a second, and is used once."""


@dataclass(frozen=True, slots=True)
class RunNowResult:
    """The result of asking for a run.

    Attributes:
        run: the new one; if none was added, the one that is due or the last one.
        added: whether it is new.
        again_at: when a run may be asked for again; None if it was not too soon.
    """

    run: DigestRun
    added: bool = False
    again_at: datetime | None = None


async def add_run(
    connection: AsyncConnection, digest: Digest, now: datetime, pause: timedelta
) -> RunNowResult:
    """Add a run of a digest that this transaction has locked, unless one is due or the last was too recent.

    Args:
        connection: of the transaction.
        digest: as it is now; a paused one goes out all the same.
        now: the clock.
        pause: the least time between two runs that are asked for.
    """
    is_paused = digest.state == "paused"
    kind = RUN_NOW if is_paused else RUN_WHILE_ACTIVE
    run = DigestRun(digest.number, f"{kind}{now:%Y-%m-%dT%H:%M:%SZ}", now.replace(microsecond=0))
    asked_for = _asked_for(digest)
    waiting = asked_for.where(digest_runs.c.state == "due")
    if is_paused:  # runs asked for before the pause are never delivered
        waiting = waiting.where(digest_runs.c.slot.not_like(f"{RUN_WHILE_ACTIVE}%"))
    if (row := await _fetch_first(connection, waiting)) is not None:
        return RunNowResult(run_of(row))
    posted = asked_for.where(digest_runs.c.state.not_in(("due", "missed")))
    if (row := await _fetch_first(connection, posted)) is not None:
        last = run_of(row)
        again_at = last.due_at + max(pause, _SLOT_WIDTH)
        if now < again_at:
            return RunNowResult(last, again_at=again_at)
    if (row := await _fetch_first(connection, asked_for.where(digest_runs.c.slot == run.slot))) is not None:
        return RunNowResult(run_of(row), again_at=run.due_at + _SLOT_WIDTH)
    await connection.execute(
        insert(digest_runs).values(
            team_id=digest.team,
            digest=digest.number,
            slot=run.slot,
            due_at=seconds(now),
            state=run.state,
            attempt=0,
            try_at=seconds(now),
            posting=False,
        )
    )
    return RunNowResult(run, added=True)


def _asked_for(digest: Digest) -> Select[Any]:
    """Select the runs of a digest that people asked for, the latest first."""
    own = and_(digest_runs.c.digest == digest.number, digest_runs.c.team_id == digest.team)
    runs = select(digest_runs).where(own, digest_runs.c.slot.startswith(RUN_NOW))
    return runs.order_by(digest_runs.c.due_at.desc(), digest_runs.c.slot.desc())


async def _fetch_first(connection: AsyncConnection, runs: Select[Any]) -> RowMapping | None:
    row: RowMapping | None = (await connection.execute(runs.limit(1))).mappings().first()
    return row
