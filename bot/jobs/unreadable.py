"""Jobs that can't be begun: their row can't be read, or this version has no job of their name."""

from typing import Any, Final

import structlog
from dbos import _queue
from dbos._core import execute_dequeued_workflow
from sqlalchemy.exc import SQLAlchemyError

from bot.jobs import stored_jobs

_log = structlog.get_logger(__name__)

_PASSING: Final = (SQLAlchemyError, OSError, RuntimeError)
"""The database does not answer, or the event loop has ended: the job itself is well."""


def end_unreadable_jobs() -> None:
    """Have DBOS end a job as failed if it can't begin it.

    By itself it leaves most of them as running, and their partition blocked.
    """
    _queue.execute_dequeued_workflow = _execute  # type: ignore[attr-defined]  # no setting does it


def _execute(dbos: Any, status: Any, owner_xid: str) -> Any:  # noqa: ANN401 - as DBOS has it
    try:
        return execute_dequeued_workflow(dbos, status, owner_xid)
    except Exception as error:
        if isinstance(error, _PASSING) and not isinstance(error, RecursionError):
            raise
        job_id = status["workflow_uuid"]
        stored_jobs.fail(job_id, owner_xid, error)
        _log.error("job_unreadable", job=job_id, reason=type(error).__name__)  # an error may quote the row
        return None
