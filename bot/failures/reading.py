"""Read what failed and why, and group it by cause."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.browse.browser import Browser
from bot.browse.causes import CauseReader, Causes, FailedInstance
from bot.browse.conditions import moment_of
from bot.browse.resolving import ResolvedNames, list_for_names, resolve_names
from bot.browse.rights import Audience
from bot.browse.screen import Found, Row
from bot.browse.selection import Selection
from bot.browse.several.planning import WorkflowFilter
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance
from bot.failures.grouping import group_by_cause
from bot.failures.model import (
    MOST_MARKS,
    Deployment,
    FailureGroup,
    Failures,
    UnknownCauses,
    ranked,
    spread,
)

WITHIN: Final = timedelta(seconds=20)
"""How long instances are asked about; Slack takes an answer for half an hour, people do not wait for it."""
MOST_VERSIONS: Final = 5
"""Groups whose version is looked up: one request each, the first time."""
NEAR: Final = timedelta(hours=1)
"""How long after the beginning of a version a failure is said to have come with it."""


class FailureReader:
    """Reads what failed and why; all of it is background work.

    Args:
        browser: reads lists.
        causes: reads why instances failed.
        accounts: each account's workflows by the account's name, the default first.
        within: how long instances are asked about.
    """

    def __init__(
        self,
        browser: Browser,
        causes: CauseReader,
        accounts: Mapping[str, CachedWorkflows],
        within: timedelta = WITHIN,
    ) -> None:
        self._browser = browser
        self._causes = causes
        self._accounts = Accounts(accounts)
        self._within = within.total_seconds()

    async def resolve(self, selection: Selection, audience: Audience) -> ResolvedNames:
        """Return the workflows that names mean.

        Raises:
            CloudflareError: the account's workflows are needed for it, and can't be read.
            NoSuchWorkflow, NoSuchWorkflows, UserError, UnknownAccount: as `resolve_names`.
        """
        account, workflows = self._accounts.get(selection.account)
        return resolve_names(selection, account, await list_for_names(workflows, selection), audience)

    async def find(
        self, selection: Selection, *, allows: WorkflowFilter, team: str, fresh: bool = False
    ) -> Found:
        """Return the instances that failed, as far as they can be read.

        Raises:
            CloudflareError, NoSuchWorkflow, NoSuchWorkflows, UnknownAccount: as `Browser.read_back`.
        """
        return await self._browser.read_back(selection, allows=allows, team=team, fresh=fresh)

    def unknown(self, found: Found, team: str) -> int:
        """Return how many instances have to be asked about, as far as memory knows."""
        return self._causes.not_remembered(found.account, _failed(found.rows), team=team)

    async def explain(self, selection: Selection, found: Found, team: str) -> Failures:
        """Return why instances failed, by cause.

        Raises:
            UnknownAccount: settings name no such account.
        """
        until = asyncio.get_running_loop().time() + self._within
        causes = await self._causes.read(found.account, _failed(found.rows), team=team, until=until)
        stretch = _stretch(selection, found)
        # The texts of a cause are folded when it is first grouped; that takes a while for some hundred.
        groups = await asyncio.to_thread(_groups, found.rows, causes, selection, stretch)
        failures = Failures(selection, found, groups, _unknown(causes), stretch)
        if not failures.is_complete:  # what was not read may have failed before, or by another version
            return replace(failures, groups=ranked(groups))
        groups = ranked([_since_when(group, failures) for group in groups])
        return replace(failures, groups=await self._add_deployments(groups, selection, found.account))

    async def _add_deployments(
        self, groups: Sequence[FailureGroup], selection: Selection, account: str
    ) -> Sequence[FailureGroup]:
        """Say of the first groups whether the version that they began with was new."""
        first = groups[:MOST_VERSIONS]
        dated = await asyncio.gather(*(self._date_deployment(group, selection, account) for group in first))
        return [*dated, *groups[MOST_VERSIONS:]]

    async def _date_deployment(self, group: FailureGroup, selection: Selection, account: str) -> FailureGroup:
        if group.deployment is None:
            return group
        _, workflows = self._accounts.get(account)
        try:
            version = await workflows.get_version(
                group.workflow, group.deployment.version, priority=Priority.BACKGROUND
            )
        except CloudflareError:  # what it adds is not worth a notice
            return group
        if not _is_near(version.created_on, group.first, selection):
            return group
        return replace(group, deployment=replace(group.deployment, created_on=version.created_on))


def _failed(rows: Sequence[Row]) -> list[FailedInstance]:
    return [FailedInstance(row.workflow, row.instance.id, row.instance.ended_on) for row in rows]


def _groups(
    rows: Sequence[Row], causes: Causes, selection: Selection, stretch: timedelta | None
) -> Sequence[FailureGroup]:
    failed = (
        (row.workflow, row.instance, causes.known.get(each))
        for row, each in zip(rows, _failed(rows), strict=True)
    )
    groups = []
    for key, members in group_by_cause(failed).items():
        instances: tuple[Instance, ...] = tuple(instance for instance, _ in members)
        name = None if key.fingerprint is None else key.fingerprint.key
        group = FailureGroup(key.workflow, members[0][1], name, instances)
        if stretch is not None and selection.since is not None:
            group = _with_counts(group, selection.since.at, stretch)
        groups.append(group)
    return groups


def _since_when(group: FailureGroup, failures: Failures) -> FailureGroup:
    """Say since which version a group is there, and whether it has just begun."""
    oldest = group.instances[-1].version_id
    is_only = all(each.version_id == oldest for each in group.instances)
    begins = failures.found.fetched_at - failures.stretch if failures.stretch else None
    return replace(
        group,
        deployment=None if oldest is None else Deployment(oldest, is_only=is_only),
        is_new=begins is not None
        and failures.selection.until is None
        and group.first is not None
        and group.first >= begins,
    )


def _unknown(causes: Causes) -> UnknownCauses:
    error = next(iter(causes.unread.values()), None)
    return UnknownCauses(len(causes.unread), error, len(causes.unasked), causes.stopped)


def _is_near(created_on: datetime | None, first: datetime | None, selection: Selection) -> bool:
    """Return whether failures began shortly after a version that began in the time that was asked for."""
    if created_on is None or first is None or selection.since is None:
        return False
    return created_on >= selection.since.at and timedelta() <= first - created_on <= NEAR


def _stretch(selection: Selection, found: Found) -> timedelta | None:
    """Return how long each mark of the charts is, so that some of them fill the time that was asked for."""
    if selection.since is None:
        return None
    until = found.fetched_at if selection.until is None else min(selection.until.at, found.fetched_at)
    span = until - selection.since.at
    return span / MOST_MARKS if span > timedelta(minutes=1) else None


def _with_counts(group: FailureGroup, start: datetime, stretch: timedelta) -> FailureGroup:
    moments = [moment for each in group.instances if (moment := moment_of(each)) is not None]
    return replace(group, counts=spread(moments, start, stretch, MOST_MARKS))
