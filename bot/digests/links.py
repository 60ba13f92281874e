"""Where a digest's buttons lead: the ordinary list of the instances that it tells of."""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.browse.bookmark import Bookmark
from bot.browse.model import ListQuery
from bot.browse.requests import OpenList
from bot.digests.report import Report
from bot.reasons import reason_of
from bot.slack.requests import RequestStore

_log = structlog.get_logger(__name__)


async def list_button_values(report: Report, requests: RequestStore, team: str) -> dict[str, str]:
    """Return a button's value for each workflow with news; none if the database can't keep it.

    Args:
        report: with the news.
        requests: makes requests into button values.
        team: Slack's id of the workspace where they are shown.
    """
    plan = report.plan
    names = dict.fromkeys(
        (*(group.workflow for group in report.groups), *report.ungrouped, *report.unexplained)
    )
    values = {}
    try:
        for name in names:
            request = OpenList(Bookmark(ListQuery(name, plan.account, plan.status)))
            values[name] = await requests.save(request, team)
    except (SQLAlchemyError, OSError) as error:
        _log.error("bookmark_not_kept", reason=reason_of(error))
    return values
