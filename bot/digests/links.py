"""Where a digest's buttons lead: to an instance, to those that it does not show, or to a workflow's list."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.browse.bookmark import Bookmark
from bot.browse.command.options import DEFAULT_ROWS
from bot.browse.messages.details import details_value
from bot.browse.model import ListQuery
from bot.browse.requests import OpenList, ShowInstance
from bot.cloudflare.models import Instance, is_ended
from bot.digests.command.requests import OfInstances, OpenInstances, TurnInstances
from bot.digests.messages.instances import InstanceButtons, rows_at
from bot.digests.report import Report
from bot.reasons import reason_of
from bot.slack.requests import RequestStore

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DigestLinks:
    """The values of a digest's buttons; without one there is no button.

    Attributes:
        lists: opens the list of a workflow as it is now, by workflow.
        instances: opens the new instances of a workflow that the digest does not show, by workflow.
        details: opens the newest instance of a group, by workflow and id.
    """

    lists: Mapping[str, str] = field(default_factory=dict)
    instances: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[tuple[str, str], str] = field(default_factory=dict)


NO_LINKS: Final = DigestLinks()


async def digest_links(number: int, report: Report, requests: RequestStore, team: str) -> DigestLinks:
    """Return the values of a digest's buttons; those that the database can't keep are left out.

    Args:
        number: the digest's.
        report: with the news.
        requests: makes requests into button values.
        team: Slack's id of the workspace where they are shown.
    """
    lists, instances, details = {}, {}, {}
    for group in report.groups:
        newest = group.shown[0]
        shown = _show_instance(_query(group.workflow, report), newest.id, newest.at)
        if value := details_value(shown, requests.encode_if_fits):
            details[group.workflow, newest.id] = value
    try:
        for name in dict.fromkeys((*report.instances, *report.unexplained)):
            if rest := _unshown_instances(name, number, report):
                instances[name] = await requests.save(rest, team)
            else:
                lists[name] = await requests.save(OpenList(Bookmark(_query(name, report))), team)
    except (SQLAlchemyError, OSError) as error:
        _log.error("bookmark_not_kept", reason=reason_of(error))
    return DigestLinks(lists, instances, details)


async def instance_buttons(request: OfInstances, requests: RequestStore, team: str) -> InstanceButtons:
    """Return the values of the buttons beside and below some instances, without those that can't be kept."""
    places = (request.offset - DEFAULT_ROWS, request.offset + DEFAULT_ROWS)
    turns = [_at_offset(request, offset) for offset in places]
    wanted = (*turns, OpenList(Bookmark(request.query)))
    values = [None if one is None else await requests.try_save(one, team) for one in wanted]
    shown = (
        _show_instance(request.query, instance, datetime.fromtimestamp(at, UTC))
        for instance, at in rows_at(request)
    )
    newer, older, live = values
    return InstanceButtons(newer, older, live, [details_value(one, requests.encode_if_fits) for one in shown])


def _at_offset(request: OfInstances, offset: int) -> TurnInstances | None:
    """Return the request for another screen of the instances; None outside of them."""
    if not 0 <= offset < len(request.instances):
        return None
    same = {one.name: getattr(request, one.name) for one in fields(OfInstances)}
    return TurnInstances(**{**same, "offset": offset})


def _unshown_instances(workflow: str, number: int, report: Report) -> OpenInstances | None:
    """Return the request for the new instances of a workflow that no group shows; None if all are shown."""
    shown = {one.id for group in report.groups if group.workflow == workflow for one in group.shown}
    rest = [one for one in report.instances.get(workflow, ()) if one.id not in shown]
    if not rest:
        return None
    return OpenInstances(
        digest=number,
        query=_query(workflow, report),
        account=report.account,
        until=int(report.until.timestamp()),
        instances=tuple((one.id, int(one.at.timestamp())) for one in rest),
        exact=all(group.exact for group in report.groups if group.workflow == workflow) and report.exact,
    )


def _show_instance(query: ListQuery, instance: str, at: datetime) -> ShowInstance:
    """Return the request for an instance, with the status and the time at which it came to it."""
    has_ended = is_ended(query.status)
    row = Instance(
        id=instance,
        status=query.status,
        ended_on=at if has_ended else None,
        modified_on=None if has_ended else at,
    )
    return ShowInstance(query.workflow, instance, query.account, row)


def _query(workflow: str, report: Report) -> ListQuery:
    return ListQuery.of(workflow, report.plan.account, report.plan.status)
