"""Plan an export: its lists, bounds and file name."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.access.policy import Viewer
from bot.browse.causes import CauseReader
from bot.browse.checking import RowChecker
from bot.browse.errors import NoSuchWorkflow, NoSuchWorkflows
from bot.browse.person_clock import PersonClock
from bot.browse.resolving import list_for_names, refuse_names, resolve_names
from bot.browse.rights import Audience
from bot.browse.selection import Selection
from bot.browse.several.planning import plan
from bot.cloudflare.accounts import Accounts
from bot.export.destinations import Destinations
from bot.export.lines import Lines
from bot.export.plan import ExportPlan
from bot.export.requests import StartExport
from bot.language.command import Reading
from bot.slack.interaction import Interaction

_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Planned:
    """An export that can begin.

    Attributes:
        plan: what it reads.
        readings: which workflow's name was read for which other one.
        notices: sentences in mrkdwn for its person, as that times are read in UTC.
    """

    plan: ExportPlan
    readings: tuple[Reading, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportPlanner:
    """Plans exports.

    Attributes:
        accounts: each account's workflows.
        causes: reads why instances failed.
        destinations: knows where files can go.
        lookback: how long before a time an instance may have been created that ended since.
        clock: of each person.
    """

    accounts: Accounts
    causes: CauseReader
    destinations: Destinations
    lookback: timedelta
    clock: PersonClock

    async def plan(self, request: StartExport, viewer: Viewer, interaction: Interaction) -> Planned:
        """Plan an export. Nothing is read before it is certain that its file can be sent.

        Raises:
            UserError: it can't be made as it was asked for, or a name means no workflow.
            CloudflareError: the workflows can't be read.
        """
        clock, notices = await self.clock.get(interaction, needs_zone=request.query.needs_zone)
        asked = request.resolve(clock).selection
        await self.destinations.require(request, interaction)
        account, workflows = self.accounts.get(asked.account)
        listed = await list_for_names(workflows, asked)
        try:
            names = resolve_names(asked, account, listed, Audience(viewer))
        except (NoSuchWorkflow, NoSuchWorkflows) as error:
            raise refuse_names(
                error, asked, lambda chosen: request.of_workflows(chosen.workflows).again()
            ) from error
        selection = names.selection
        allows = self.destinations.workflow_filter(request.channel, viewer, selection)
        planned = plan(selection, listed, allows, self.lookback, most=None)
        where, now = selection.where, self.clock.now()
        export = ExportPlan(
            workflows=workflows,
            selection=selection,
            streams=planned.streams,
            expected={} if _is_bounded(selection) else planned.counts,
            lookback=self.lookback,
            lines=Lines(request.format, with_causes=where.needs_cause),
            file_name=_file_name(selection, now),
            as_of=now,
            checker=RowChecker(where, self.causes, selection.account, viewer.team) if where else None,
            unlisted=planned.omitted.unlisted,
            some_hidden=any(selection.has(row.name) and not allows(row.name) for row in listed.rows),
        )
        return Planned(export, names.readings, notices)


def _is_bounded(selection: Selection) -> bool:
    """Return whether a selection has bounds of time, so that counts of all times say nothing of it."""
    bounds = (selection.since, selection.until, selection.created_since, selection.created_until)
    return any(each is not None for each in bounds)


def _file_name(selection: Selection, now: datetime) -> str:
    """Return a file's name without its ending: letters that every system takes, what it has, and of when."""
    parts = (selection.workflow or "workflows", *selection.statuses, f"{now:%Y-%m-%dT%H%MZ}")
    safe = (re.sub(r"[^A-Za-z0-9._-]+", "-", part)[:_LONGEST_NAME].strip(".-_") for part in parts)
    return "_".join(filter(None, safe)) or "export"
