"""Find instances by their ids among all workflows that a person may look at.

Cloudflare has no such search: an id is asked for in one workflow after the other. What leads to the right one
sooner comes first: the text itself, the lists read lately, analytics. The local engine makes an instance of
each id that it is asked for, so that its client reads its list instead (`cloudflare.phantoms`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain

from bot.access.model import Right
from bot.access.policy import Viewer
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.analytics import AnalyticsClient
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import WorkflowList
from bot.find.asking import Asking
from bot.find.likeliness import likeliest_first
from bot.find.model import Allowance, Candidate, Coverage, Hit, SearchScope, TargetOutcome, Way
from bot.find.prefixes import PrefixScan, ScanBounds
from bot.find.targets import Shape, Target
from bot.slack.problem_log import log_problem


@dataclass(frozen=True, slots=True)
class SearchBounds:
    """How much a search may take.

    Attributes:
        asked: requests for ids, of one search that ends where it finds something. With the pages of the scan
            they leave a person a part of their share of the budget.
        at_once: requests under way.
        failures: answers that fail before an account is left alone.
        listing: for the lists of workflows.
        hint: for analytics.
        asking: for asking workflows, all of them.
        scan: of the lists of instances.
    """

    asked: int = 150
    at_once: int = 32
    failures: int = 5
    listing: timedelta = timedelta(seconds=5)
    hint: timedelta = timedelta(seconds=2)
    asking: timedelta = timedelta(seconds=12)
    scan: ScanBounds = field(default_factory=ScanBounds)


class InstanceSearch:
    """Looks for instances.

    Args:
        accounts: all that are configured.
        analytics: what asks an account's analytics, by the name of each account that has them.
        bounds: how much a search may take.
    """

    def __init__(
        self,
        accounts: Accounts,
        analytics: Mapping[str, AnalyticsClient],
        bounds: SearchBounds | None = None,
    ) -> None:
        self._accounts = accounts
        self._analytics = analytics
        self._bounds = bounds or SearchBounds()

    async def scope(self, viewer: Viewer, account: str | None) -> SearchScope:
        """Return where a person may look: in an account, or in all if none is named.

        Raises:
            UnknownAccount: settings name no such account.
        """
        names = viewer.visible_accounts if account is None else (self._accounts.get(account)[0],)
        listed = await asyncio.gather(*map(self._list_workflows, names))
        candidates, unread, incomplete = [], [], []
        for name, found in zip(names, listed, strict=True):
            requested = self._accounts.request_name(name)
            allows = viewer.workflow_filter(requested)
            if isinstance(found, WorkflowList):
                rows = found.rows
                incomplete += [] if found.is_complete else [name]
            else:  # those that are known from before
                rows = self._accounts.get(name)[1].known_workflows
                unread.append((name, found))
            candidates += [Candidate(requested, row) for row in rows if allows(row.name)]
        some_hidden = not all(viewer.may_all(Right.VIEW, name) for name in names)
        return SearchScope(names, tuple(candidates), tuple(unread), tuple(incomplete), some_hidden)

    async def find_by_hints(self, target: Target, scope: SearchScope) -> TargetOutcome:
        """Look where something says that a target is: the text, the lists read lately, analytics."""
        coverage = Coverage(askable=sum(not candidate.is_empty for candidate in scope.candidates))
        if target.shape is Shape.PART:
            return TargetOutcome(target, coverage)
        if (said := target.named) is not None:
            try:
                account = self._accounts.find_linked(said.account_id, said.account)
            except LookupError:
                return TargetOutcome(target, coverage, elsewhere=said.account_id)
            named = [
                candidate
                for candidate in scope.candidates
                if (candidate.account, candidate.workflow.name) == (account, said.workflow)
            ]
            if hits := await self._ask_all(named, target, coverage):
                return TargetOutcome(target, coverage, hits, Way.NAMED)
        if hits := await self._ask_all(self._cached(target, scope), target, coverage):
            return TargetOutcome(target, coverage, hits, Way.CACHE)
        hinted = await self._ask_analytics(target, scope)
        hits = await self._ask_all(hinted, target, coverage)
        if hits:
            return TargetOutcome(target, coverage, hits, Way.ANALYTICS)
        gone = tuple(each.workflow.name for each in hinted if coverage.has_asked(each))
        led_to = tuple(each.workflow.name for each in hinted if not coverage.has_asked(each))
        return TargetOutcome(target, coverage, (), Way.ANALYTICS, gone, led_to)

    def allowance(self) -> Allowance:
        """Return how many workflows one search may ask."""
        return Allowance(self._bounds.asked)

    async def find(
        self, hinted: TargetOutcome, scope: SearchScope, hits: Sequence[Hit], allowance: Allowance | None
    ) -> TargetOutcome:
        """Look for a target in all workflows, as far as the bounds allow.

        Args:
            hinted: what the hints led to.
            scope: where to look.
            hits: instances that were found for other targets: theirs are likely workflows.
            allowance: how many workflows may be asked, of which this takes its own; None to ask all of them,
                also once it is found.
        """
        target, coverage = hinted.target, Coverage(hinted.coverage.askable)
        ordered = likeliest_first([each for each in scope.candidates if not each.is_empty], target, hits)
        is_part = target.shape in (Shape.PART, Shape.LIKELY_PART)
        found: tuple[Hit, ...] = ()
        if is_part and (found := await self._scan(target, ordered, coverage)) and allowance is not None:
            return TargetOutcome(target, coverage, found, _way_of_scan(target, found))
        if target.shape is not Shape.PART:
            asked = await self._ask_each(ordered, target, coverage, allowance)
            known = {hit.subject for hit in found}
            if found := (*found, *(hit for hit in asked if hit.subject not in known)):
                return TargetOutcome(target, coverage, found, Way.ASKED)
        if target.shape is Shape.EITHER and (found := await self._scan(target, ordered, coverage)):
            return TargetOutcome(target, coverage, found, _way_of_scan(target, found))
        return TargetOutcome(target, coverage, found, Way.ASKED, hinted.gone_from, hinted.led_to)

    async def _scan(
        self, target: Target, candidates: Sequence[Candidate], coverage: Coverage
    ) -> tuple[Hit, ...]:
        bounds = self._bounds.scan
        scan = PrefixScan(self._accounts, target.text, coverage, bounds, or_within=target.may_be_within)
        return await scan.find(candidates)

    async def _list_workflows(self, account: str) -> WorkflowList | CloudflareError | TimeoutError:
        """Return an account's workflows, or why they can't be read."""
        _, workflows = self._accounts.get(account)
        try:
            async with asyncio.timeout(self._bounds.listing.total_seconds()):
                return await workflows.list_workflows()
        except (CloudflareError, TimeoutError) as error:
            log_problem(error)
            return error

    def _cached(self, target: Target, scope: SearchScope) -> list[Candidate]:
        with_id = {
            account: set(self._accounts.get(account)[1].workflows_with(target.text))
            for account in {candidate.account for candidate in scope.candidates}
        }
        return [
            candidate
            for candidate in scope.candidates
            if candidate.workflow.name in with_id[candidate.account]
        ]

    async def _ask_analytics(self, target: Target, scope: SearchScope) -> list[Candidate]:
        """Return the workflows that had an instance by what analytics say."""
        accounts = {candidate.account for candidate in scope.candidates}
        names = {self._accounts.get(account)[0]: account for account in accounts}
        asked = [name for name in names if name in self._analytics]
        answers = await asyncio.gather(*(self._ask_account(name, target.text) for name in asked))
        hinted = {
            (names[name], workflow) for name, found in zip(asked, answers, strict=True) for workflow in found
        }
        return [
            candidate
            for candidate in scope.candidates
            if (candidate.account, candidate.workflow.name) in hinted
        ]

    async def _ask_account(self, account: str, instance: str) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(self._bounds.hint.total_seconds()):
                return await self._analytics[account].find_workflows(instance)
        except (CloudflareError, TimeoutError) as error:
            log_problem(error)
            return ()

    async def _ask_all(
        self, candidates: Sequence[Candidate], target: Target, coverage: Coverage
    ) -> tuple[Hit, ...]:
        """Ask a few workflows at once."""
        return await self._ask_each(candidates, target, coverage, None)

    async def _ask_each(
        self, candidates: Sequence[Candidate], target: Target, coverage: Coverage, allowance: Allowance | None
    ) -> tuple[Hit, ...]:
        """Ask workflows for an id, in their order, as far as the bounds allow."""
        asking = Asking(self._accounts, target.text, coverage, allowance, self._bounds.failures)
        try:
            async with asyncio.timeout(self._bounds.asking.total_seconds()):
                await asking.ask(candidates, self._bounds.at_once)
        except TimeoutError:
            coverage.out_of_time = True
        logged = {type(error): error for error in chain(coverage.failed.values(), coverage.stopped.values())}
        for error in logged.values():
            log_problem(error)
        order = {
            (candidate.account, candidate.workflow.name): number
            for number, candidate in enumerate(candidates)
        }
        return tuple(sorted(asking.hits, key=lambda hit: order[hit.subject.account, hit.subject.workflow]))


def _way_of_scan(target: Target, hits: Sequence[Hit]) -> Way:
    begins = hits[0].subject.instance.casefold().startswith(target.text.casefold())
    return Way.LISTED if begins else Way.HELD
