"""The runs of digests: begun, rescheduled and finished. The result of a run is written once.

An attempt is the right to deliver a run. Rescheduling a run starts another attempt, and writes of earlier
attempts are refused: a worker that has lost its lease can change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.digests.codec import baseline_to_json, digest_of, moment, run_of, seconds, spec_from_json
from bot.digests.model import Baseline, Digest, DigestRun, DigestSpec, RunState
from bot.storage.tables import digest_runs, digests

MOST_MISSED: Final = 20
"""The most missed slots that a digest names, from the latest."""
RUN_NOW: Final = "now:"
"""How the slot of a run begins that somebody asked for."""
RUN_WHILE_ACTIVE: Final = f"{RUN_NOW}active:"
"""How it begins where the digest was active then: pausing the digest stops this run, too."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one run.

    Attributes:
        digest: the digest's number.
        slot: the run's.
        number: how often the run was rescheduled before.
    """

    digest: int
    slot: str
    number: int

    @property
    def request_id(self) -> str:
        """The request id under which all attempts at this run are logged."""
        return f"{self.digest}:{self.slot}"


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run that is being delivered.

    Attributes:
        digest: its current state.
        run: with the time of the first attempt.
        posting: its message may have been posted already.
        channel: where it may have been posted; empty where that is not known.
        posting_at: when it was last about to be posted; None where that is not known.
    """

    digest: Digest
    run: DigestRun
    posting: bool
    channel: str = ""
    posting_at: datetime | None = None

    @property
    def is_asked_for(self) -> bool:
        """Return whether a person asked for this run, which then reports the absence of news, too."""
        return self.run.slot.startswith(RUN_NOW)

    @property
    def unwanted(self) -> str | None:
        """Return why the run is no longer to be delivered, by what its digest is now; None if it is."""
        if self.digest.state == "deleted":
            return "the digest was deleted"
        asked_for_though_paused = self.is_asked_for and not self.run.slot.startswith(RUN_WHILE_ACTIVE)
        if self.digest.state == "paused" and not asked_for_though_paused:
            return "the digest was paused"
        return None


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of a run.

    Attributes:
        state: anything but `due`.
        ended_at: when it ended.
        news: how many instances it reported.
        detail: why it was not sent; None for a slot that no worker delivered in time.
        channel: of the message, if one was posted.
        ts: Slack's id of the message.
        plan: what was asked, and by `baseline`, for the next digest to continue from.
        baseline: None leaves the digest's as it was.
    """

    state: RunState
    ended_at: datetime
    news: int | None = None
    detail: str | None = None
    channel: str | None = None
    ts: str | None = None
    plan: DigestSpec | None = None
    baseline: Baseline | None = None


# What each delivery asks is put together once: that takes longer than to ask it.
_IS_DIGEST: Final = and_(
    digests.c.number == bindparam("of_digest"), digests.c.team_id == bindparam("of_team")
)
_FIND_DIGEST: Final = select(digests).where(_IS_DIGEST)
_FIND_PLAN: Final = select(digests.c.plan, digests.c.baseline).where(_IS_DIGEST).with_for_update()
_UPDATE_DIGEST: Final = update(digests).where(_IS_DIGEST)
_IS_OPEN: Final = and_(
    digest_runs.c.digest == bindparam("of_digest"),
    digest_runs.c.team_id == bindparam("of_team"),
    digest_runs.c.slot == bindparam("of_slot"),
    digest_runs.c.attempt == bindparam("of_attempt"),
    digest_runs.c.state == "due",
)
"""The run while it has no result and this is its current attempt."""
_FIND_RUN: Final = select(digest_runs).where(_IS_OPEN)
_UPDATE_RUN: Final = update(digest_runs).where(_IS_OPEN)
_BEGIN_RUN: Final = _UPDATE_RUN.where(digest_runs.c.began_at.is_(None))
_IS_OF_DIGEST: Final = and_(
    digest_runs.c.digest == bindparam("of_digest"), digest_runs.c.team_id == bindparam("of_team")
)
_LAST_SENT: Final = select(func.max(digest_runs.c.due_at)).where(
    _IS_OF_DIGEST, digest_runs.c.state == "sent", digest_runs.c.slot.not_like(f"{RUN_NOW}%")
)
_LIST_MISSED: Final = (
    select(digest_runs.c.due_at)
    .where(
        _IS_OF_DIGEST,
        digest_runs.c.state == "missed",
        digest_runs.c.detail.is_(None),
        digest_runs.c.due_at > func.coalesce(_LAST_SENT.scalar_subquery(), 0),
        digest_runs.c.due_at <= bindparam("until"),
    )
    .order_by(digest_runs.c.due_at.desc())
    .limit(MOST_MISSED)
)
_FIND_SENT: Final = (
    select(digest_runs.c.due_at, digest_runs.c.ts)
    .where(
        _IS_OF_DIGEST,
        digest_runs.c.state == "sent",
        digest_runs.c.channel == bindparam("in_channel"),
        digest_runs.c.ts.is_not(None),
        digest_runs.c.due_at > bindparam("after"),
        digest_runs.c.due_at < bindparam("before"),
    )
    .order_by(digest_runs.c.ended_at, digest_runs.c.ts)
)


class RunRepository:
    """The runs of one workspace's digests.

    Its methods may be repeated after a failure and called by several workers at once. They raise
    `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Args:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace.
    """

    def __init__(self, engine: AsyncEngine, team: str) -> None:
        self._engine = engine
        self._team = team

    async def begin(self, attempt: Attempt, now: datetime) -> ActiveRun | None:
        """Begin a run and return it with its digest; None if it has ended or this attempt is superseded.

        Raises:
            ValueError: the digest or the run can't be read; the run has begun.
        """
        async with self._engine.begin() as connection:
            await connection.execute(_BEGIN_RUN, {**self._key(attempt), "began_at": seconds(now)})
        return await self.find(attempt)

    async def find(self, attempt: Attempt) -> ActiveRun | None:
        """Return the run with its digest; None if it has ended or this attempt is superseded.

        Raises:
            ValueError: the digest or the run can't be read.
        """
        key, digest_key = self._key(attempt), self._digest_key(attempt.digest)
        async with self._engine.connect() as connection:
            run = (await connection.execute(_FIND_RUN, key)).mappings().first()
            digest = (await connection.execute(_FIND_DIGEST, digest_key)).mappings().first()
        if run is None or digest is None:
            return None
        posting_at = moment(run["posting_at"])
        return ActiveRun(
            digest_of(digest), run_of(run), bool(run["posting"]), run["channel"] or "", posting_at
        )

    async def get(self, attempt: Attempt) -> DigestRun | None:
        """Return the run, whatever its digest is; None if it has ended or this attempt is superseded.

        Raises:
            ValueError: it can't be read.
        """
        async with self._engine.connect() as connection:
            run = (await connection.execute(_FIND_RUN, self._key(attempt))).mappings().first()
        return None if run is None else run_of(run)

    async def mark_posting(self, attempt: Attempt, channel: str, now: datetime) -> bool:
        """Note that a message is about to be posted to a channel; return False if it must not be."""
        return await self._change(attempt, posting=True, channel=channel, posting_at=seconds(now))

    async def unmark_posting(self, attempt: Attempt) -> bool:
        """Note that Slack did not accept the message."""
        return await self._change(attempt, posting=False, channel=None, posting_at=None)

    async def reschedule(self, attempt: Attempt, until: datetime, why: str) -> bool:
        """Schedule another attempt; return False if this one is superseded or the run has ended."""
        return await self._change(attempt, attempt=attempt.number + 1, try_at=seconds(until), detail=why)

    async def finish(self, attempt: Attempt, result: RunResult) -> bool:
        """Record the result and the digest's new baseline; return False if the run has ended already."""
        async with self._engine.begin() as connection:
            done = await connection.execute(
                _UPDATE_RUN,
                {
                    **self._key(attempt),
                    "state": result.state,
                    "try_at": None,
                    "ended_at": seconds(result.ended_at),
                    "news": result.news,
                    "detail": result.detail,
                    "channel": result.channel,
                    "ts": result.ts,
                },
            )
            if done.rowcount and result.plan is not None and result.baseline is not None:
                await self._save_baseline(connection, attempt.digest, result.plan, result.baseline)
        return bool(done.rowcount)

    async def pause(self, digest: int, why: str, now: datetime, channel: str | None = None) -> bool:
        """Pause a digest that can't be delivered; return False if it is paused or deleted already.

        One that no longer goes to *channel*, if that is given, is not paused either.
        """
        there = digests.c.channel == channel if channel is not None else true()
        async with self._engine.begin() as connection:
            paused = await connection.execute(
                _UPDATE_DIGEST.where(digests.c.state == "active", there).values(
                    state="paused", paused_why=why, next_due=None, changed_at=seconds(now)
                ),
                self._digest_key(digest),
            )
        return bool(paused.rowcount)

    async def list_missed_since(self, run: DigestRun) -> tuple[datetime, ...]:
        """Return the slots that no worker delivered between the last scheduled message and this run."""
        until = {"until": seconds(run.due_at)}
        async with self._engine.connect() as connection:
            newest_first: Sequence[int] = (
                await connection.scalars(_LIST_MISSED, self._digest_key(run.digest) | until)
            ).all()
        return tuple(datetime.fromtimestamp(at, UTC) for at in reversed(newest_first))

    async def find_thread(self, digest: Digest, run: DigestRun) -> str | None:
        """Return `ts` of the digest's first message on the day of this run, in its channel and time zone."""
        day = run.due_at.astimezone(ZoneInfo(digest.plan.schedule.zone)).date()
        there = {
            "in_channel": digest.plan.channel,
            "after": seconds(run.due_at - timedelta(days=2)),
            "before": seconds(run.due_at + timedelta(days=2)),
        }
        async with self._engine.connect() as connection:
            sent = await connection.execute(_FIND_SENT, self._digest_key(digest.number) | there)
            for due_at, ts in sent:
                at = datetime.fromtimestamp(due_at, ZoneInfo(digest.plan.schedule.zone))
                if at.date() == day:
                    return str(ts)
        return None

    async def _change(self, run: Attempt, /, **values: Any) -> bool:  # noqa: ANN401 - columns of several types
        async with self._engine.begin() as connection:
            changed = await connection.execute(_UPDATE_RUN, self._key(run) | values)
        return bool(changed.rowcount)

    async def _save_baseline(
        self, connection: AsyncConnection, number: int, plan: DigestSpec, baseline: Baseline
    ) -> None:
        """Save a baseline, unless the digest asks for something else now."""
        key = self._digest_key(number)
        row = (await connection.execute(_FIND_PLAN, key)).mappings().first()
        if row is None:
            return
        now = spec_from_json(row["plan"])
        if (now.account, now.workflows, now.status) == (plan.account, plan.workflows, plan.status):
            await connection.execute(_UPDATE_DIGEST, key | {"baseline": baseline_to_json(baseline)})

    def _digest_key(self, number: int) -> dict[str, Any]:
        """Return the parameters that name a digest."""
        return {"of_digest": number, "of_team": self._team}

    def _key(self, attempt: Attempt) -> dict[str, Any]:
        """Return the parameters that name an attempt."""
        return {
            **self._digest_key(attempt.digest),
            "of_slot": attempt.slot,
            "of_attempt": attempt.number,
        }
