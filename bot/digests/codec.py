"""Plans and baselines as the JSON that the database keeps."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from bot.digests.model import Baseline, Digest, DigestRun, DigestSpec
from bot.language import cron

_log = structlog.get_logger(__name__)

_PLAN: Final = TypeAdapter(DigestSpec)
_BASELINE: Final = TypeAdapter(Baseline)


def spec_to_json(plan: DigestSpec) -> str:
    """Write a plan as text."""
    return _PLAN.dump_json(plan, exclude_defaults=True).decode()


def spec_from_json(text: str) -> DigestSpec:
    """Read a plan that `spec_to_json` wrote, in this version or an earlier one.

    Raises:
        ValueError: it is anything else.
    """
    plan = _PLAN.validate_json(text)
    if not cron.comes(plan.schedule.cron):
        raise ValueError("the schedule is none")
    try:
        ZoneInfo(plan.schedule.zone)
    except ZoneInfoNotFoundError:
        pass  # it may have had that name when the plan was made; its slots raise the error
    except OSError as error:
        raise ValueError("the time zone is none") from error
    return plan


def plan_version(plan: DigestSpec) -> str:
    """Return 16 characters that are others for another plan: a form says by them what it was opened with."""
    return hashlib.blake2b(spec_to_json(plan).encode(), digest_size=8).hexdigest()


def baseline_to_json(baseline: Baseline) -> str:
    """Write a baseline as text."""
    unused = None if baseline.behind else {"behind"}
    return _BASELINE.dump_json(baseline, by_alias=True, exclude=unused).decode()


def baseline_from_json(text: str) -> Baseline:
    """Read a baseline that `baseline_to_json` wrote.

    Raises:
        ValueError: it is anything else.
    """
    return _BASELINE.validate_json(text)


def digest_of(row: RowMapping) -> Digest:
    """Read a row of the table `digests`.

    Raises:
        ValueError: something in it can't be read.
    """
    return Digest(
        number=row["number"],
        team=row["team_id"],
        plan=spec_from_json(row["plan"]),
        creator=row["creator"],
        created_at=_required(row["created_at"]),
        state=row["state"],
        pause_reason=row["paused_why"],
        next_due=moment(row["next_due"]),
        baseline=baseline_from_json(row["baseline"]) if row["baseline"] else None,
    )


def digests_of(rows: Iterable[RowMapping]) -> tuple[Digest, ...]:
    """Read the digests of some rows. An unreadable row is logged and left out."""
    found = []
    for row in rows:
        try:
            found.append(digest_of(row))
        except ValueError:
            _log.error("digest_not_understood", digest=row["number"])  # and no trace, as that holds its plan
    return tuple(found)


def run_of(row: RowMapping) -> DigestRun:
    """Read a row of the table `digest_runs`."""
    return DigestRun(
        digest=row["digest"],
        slot=row["slot"],
        due_at=_required(row["due_at"]),
        state=row["state"],
        attempt=row["attempt"],
        began_at=moment(row["began_at"]),
        ended_at=moment(row["ended_at"]),
        news=row["news"],
        detail=row["detail"],
    )


def seconds(at: datetime) -> int:
    """Return a moment as the tables keep it: whole seconds since 1970."""
    return int(at.timestamp())


def moment(at: Any) -> datetime | None:  # noqa: ANN401 - as rows have it
    """Return the moment that a column holds, if any."""
    return None if at is None else _required(at)


def _required(at: int) -> datetime:
    try:
        return datetime.fromtimestamp(at, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("a time is beyond the calendar") from error
