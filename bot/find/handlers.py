"""Answers to searches for instances: `find TEXT`, and ids without their workflows."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from bot.access.policy import Access
from bot.browse.handlers import ListHandlers
from bot.browse.model import OverviewQuery
from bot.browse.requests import DescribeInstance, ListWorkflows, NotYet
from bot.find.messages import (
    looking_message,
    no_id_message,
    none_found_message,
    not_yet_message_of,
    rows_message,
    with_way,
)
from bot.find.model import Hit, SearchResult, SearchScope, TargetOutcome
from bot.find.requests import FindInstances
from bot.find.search import InstanceSearch
from bot.find.targets import Targets, read_targets, target_of_id
from bot.inspect.handlers import InspectHandlers
from bot.slack.interaction import Interaction
from bot.slack.reply import Delayed, Reply, ShowMessage
from bot.slack.requests import RequestStore

_MOST_WORDS_OF_NAME: Final = 5
_MANY: Final = 20
"""Workflows to ask from which on a notice comes first that it takes a while."""


@dataclass(frozen=True, slots=True)
class FindHandlers:
    """Handlers of searches.

    Attributes:
        search: looks for instances.
        inspect: shows one.
        lists: shows workflows by their names, and what the bot does not do yet.
        requests: makes requests into button values.
        now: the clock.
        access: says who may look at what.
    """

    search: InstanceSearch
    inspect: InspectHandlers
    lists: ListHandlers
    requests: RequestStore
    now: Callable[[], datetime]
    access: Access

    async def find(self, request: FindInstances, interaction: Interaction) -> Reply:
        """Show the instances that a text asks for: one as `show` does, several as a list."""
        viewer = await self.access.viewer(interaction)
        scope = await self.search.scope(viewer, request.account)
        accounts = _accounts_of(scope)
        targets = read_targets(request.text, accounts)
        if not targets.shown:
            if len(request.text.split()) > _MOST_WORDS_OF_NAME:
                return ShowMessage(no_id_message())
            text = request.text.casefold()
            found = (account for name, account in accounts.items() if text in name.casefold())
            account = next(found, request.account or viewer.meant_accounts()[0])
            search = ListWorkflows(OverviewQuery(search=request.text, account=account))
            return await self.lists.list_workflows(search, interaction)
        named = targets.shown[0].named
        if (
            named is not None and len(targets.shown) == 1
        ):  # no search is needed, and each refusal has its words
            one = DescribeInstance(
                named.workflow, named.instance, account=named.account, account_id=named.account_id
            )
            return await self.inspect.describe(one, interaction)
        return await self._find(request, targets, scope, interaction)

    async def describe(self, request: DescribeInstance, interaction: Interaction) -> Reply:
        """Show the instance that words name; one without its workflow is looked for."""
        if request.workflow is not None or request.instance is None:
            return await self.inspect.describe(request, interaction)
        scope = await self.search.scope(await self.access.viewer(interaction), request.account)
        targets = Targets((target_of_id(request.instance),))
        return await self._find(FindInstances(request.instance, request.account), targets, scope, interaction)

    async def show_not_yet(self, request: NotYet, interaction: Interaction) -> Reply:
        """Say that the bot can't do something yet, and to which instance it would be done."""
        if request.workflow is not None or request.instance is None:
            return await self.lists.show_not_yet(request, interaction)
        viewer = await self.access.viewer(interaction)
        if not viewer.visible_accounts:
            return await self.lists.show_not_yet(request, interaction)
        scope = await self.search.scope(viewer, None)
        targets = Targets((target_of_id(request.instance),))
        result = await self._search(targets, scope, everywhere=False)
        if len(result.hits) != 1:
            return await self.lists.show_not_yet(request, interaction)
        return ShowMessage(not_yet_message_of(request, result.hits[0].subject))

    async def _find(
        self, request: FindInstances, targets: Targets, scope: SearchScope, interaction: Interaction
    ) -> Reply:
        """Look where hints lead; then, if there is more to ask than a moment takes, say so and go on."""
        hinted = [] if request.everywhere else await self._follow_hints(targets, scope)
        rest = partial(self._search_and_show, request, targets, scope, hinted, interaction)
        missing = [found for found in hinted if _is_to_be_looked_for(found)]
        to_ask = sum(not candidate.is_empty for candidate in scope.candidates)
        if (missing or request.everywhere) and to_ask > _MANY:
            return Delayed(looking_message(targets, to_ask, scope), rest)
        return await rest()

    async def _search_and_show(
        self,
        request: FindInstances,
        targets: Targets,
        scope: SearchScope,
        hinted: Sequence[TargetOutcome],
        interaction: Interaction,
    ) -> Reply:
        result = await self._search(targets, scope, everywhere=request.everywhere, hinted=hinted)
        hits = result.hits
        if not hits and len(targets.shown) == 1:
            return ShowMessage(none_found_message(result, request, self.now()))
        if len(hits) == 1 and len(targets.shown) == 1:
            subject = hits[0].subject
            shown = await self.inspect.describe(
                DescribeInstance(subject.workflow, subject.instance, account=subject.account), interaction
            )
            return with_way(shown, result, request) if isinstance(shown, ShowMessage) else shown
        return ShowMessage(rows_message(result, request, self.requests.encode_if_fits, self.now()))

    async def _follow_hints(self, targets: Targets, scope: SearchScope) -> list[TargetOutcome]:
        return list(await asyncio.gather(*(self.search.find_by_hints(each, scope) for each in targets.shown)))

    async def _search(
        self,
        targets: Targets,
        scope: SearchScope,
        *,
        everywhere: bool,
        hinted: Sequence[TargetOutcome] | None = None,
    ) -> SearchResult:
        """Look for each target where hints lead, and for those that are missing in all workflows."""
        if hinted is None or len(hinted) < len(targets.shown):
            hinted = await self._follow_hints(targets, scope)
        allowance = None if everywhere else self.search.allowance()
        hits: list[Hit] = [hit for found in hinted for hit in found.hits]
        found: list[TargetOutcome] = []
        for each in hinted:
            if _is_to_be_looked_for(each) or (everywhere and each.elsewhere is None):
                found.append(await self.search.find(each, scope, hits, allowance))
                hits += found[-1].hits
            else:
                found.append(each)
        return SearchResult(found, scope, targets.left_out)


def _is_to_be_looked_for(found: TargetOutcome) -> bool:
    return not found.hits and found.elsewhere is None


def _accounts_of(scope: SearchScope) -> dict[str, str | None]:
    """Return the account of each workflow by its name; of several of one name, the first."""
    accounts: dict[str, str | None] = {}
    for candidate in scope.candidates:
        accounts.setdefault(candidate.workflow.name, candidate.account)
    return accounts
