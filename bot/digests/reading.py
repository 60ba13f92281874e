"""Make the report of a digest: read what Cloudflare has, and tell what is new in it.

The API lists the instances of one workflow at a time, chooses them by creation alone, and has the error of a
failure only in the instance itself. So the counts, which come with the list of workflows, say where to look;
instances are read back as far as long runs may have begun; and the causes of the newest stand for all.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from cachetools import TTLCache

from bot.browse.causes import CauseReader
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.models import Status, Workflow
from bot.digests import chart, news
from bot.digests.causes import MOST_DETAILS, FailureCauses, read_causes
from bot.digests.model import ERRORED, Baseline, DigestSpec
from bot.digests.news import WorkflowFindings
from bot.digests.report import Report, WorkflowRow
from bot.digests.scope import MayReport, NotAllowed, report_all
from bot.digests.search import SHARED_FOR, ReportPeriod, Search
from bot.digests.survey import AccountSnapshot
from bot.inspect.masked_errors import mask_cause
from bot.inspect.payloads import PayloadPolicy

_MOST_SURVEYS: Final = 64


class ReportBuilder:
    """Reads accounts for digests; all of it is background work.

    Args:
        accounts: of settings, by name, the default first.
        lookback: how long before the last digest an instance may have been created that ended since.
        now: the clock.
        causes: reads why instances failed; None reads them without a memory, and hides likely secrets.
    """

    def __init__(
        self,
        accounts: Mapping[str, CachedWorkflows],
        lookback: timedelta,
        now: Callable[[], datetime],
        causes: CauseReader | None = None,
    ) -> None:
        self._accounts = Accounts(accounts)
        self._causes = causes or CauseReader(accounts, partial(mask_cause, policy=PayloadPolicy()))
        self._lookback = lookback
        self._surveys: TTLCache[Hashable, AccountSnapshot] = TTLCache(
            _MOST_SURVEYS, SHARED_FOR.total_seconds(), timer=lambda: now().timestamp()
        )

    async def report(  # noqa: PLR0913 - the keyword arguments have defaults
        self,
        plan: DigestSpec,
        baseline: Baseline | None,
        *,
        missed: Sequence[datetime] = (),
        sharing: Hashable | None = None,
        patient: bool = True,
        most_details: int = MOST_DETAILS,
        may_report: MayReport = report_all,
        team: str = "",
    ) -> Report:
        """Make the report of a digest with this plan.

        It names the workflows that can't be read, and covers the others.

        Args:
            plan: what is asked.
            baseline: what the last digest knew; None if there was none.
            missed: slots that no worker delivered.
            sharing: what all digests have in common that are due at once, and so share what they read anew;
                None shares with nobody, and is content with what was read some seconds ago.
            patient: whether to raise RateLimited, so that the caller waits; else what Cloudflare refuses
                counts as
                unreadable.
            most_details: instances that are asked for their cause.
            may_report: says which workflows may be told of. Of the others the plan's count as unreadable, and
                nothing is said of those that it does not name.
            team: whose digest it is.

        Raises:
            NotAllowed: nothing may be told.
            CloudflareError: nothing can be read just now; what was read meanwhile is not read again.
            RateLimited: Cloudflare limits requests, and the call is `patient`.
            UnknownAccount: settings name no such account.
        """
        account, workflows = self._accounts.get(plan.account)
        survey = self._survey(account, workflows, sharing)
        withheld = {name: NotAllowed() for name in plan.workflows if not may_report(account, name)}
        if withheld and len(withheld) == len(set(plan.workflows)):
            raise NotAllowed
        everything = await survey.list_workflows()
        is_partial = everything.cut_short or everything.incomplete_rows > 0
        asked = _asked_for(plan, everything.rows)
        allowed = [row for row in asked if may_report(account, row.name)]
        if asked and not allowed:
            raise NotAllowed
        counted = await survey.count_workflows(allowed, patient=patient)
        span = ReportPeriod.of(plan, baseline, everything.fetched_at, self._lookback)
        candidates = news.candidates(counted, plan.status, baseline)
        searched = await Search(survey, plan.status, span).search(candidates, patient=patient)
        rows = [row for row in counted if row.name not in searched.gone]
        causes = None
        if plan.status == ERRORED:
            ask = partial(self._causes.read, account, team=team, turns=survey.turns)
            causes = await read_causes(ask, searched.found, most=most_details, patient=patient)
        groups, ungrouped = news.group_news(searched.found, causes.causes if causes else None)
        new_instances = [new_instance for one in searched.found for new_instance in one.new_instances]
        hours = chart.by_hour(baseline.news if baseline else {}, new_instances, span.until)
        counts = _counts(rows)
        shown = _shown(counts, searched.found)
        return Report(
            plan=plan,
            account=account,
            since=span.since,
            until=span.until,
            first=baseline is None,
            groups=groups,
            total=len(new_instances),
            exact=searched.exact and not (searched.unexplained or is_partial),
            ungrouped=ungrouped,
            unexplained=searched.unexplained,
            rows=[_row(name, counts[name], baseline) for name in shown],
            empty=len(rows) - len(shown),
            gone=[name for name in plan.workflows if name not in {*withheld, *(row.name for row in rows)}],
            chart=chart.bars(hours, plan.window, span.until),
            missed=missed,
            unread={**searched.unread, **withheld},
            instances={one.workflow: one.new_instances for one in searched.found},
            read=_read_by_workflow(causes),
            unread_causes=causes.unread if causes else None,
            baseline=_catching_up(
                Baseline(
                    at=span.until,
                    counts={name: by_status for name, by_status in counts.items() if by_status != {}},
                    partial=is_partial,
                    news=hours,
                    reported_ids=_reported_ids(searched.found, span, baseline),
                ),
                {*searched.unread, *withheld, *(span.behind.keys() & searched.left_out)},
                span,
                baseline,
            ),
        )

    def _survey(self, account: str, workflows: CachedWorkflows, sharing: Hashable | None) -> AccountSnapshot:
        if sharing is None:
            return AccountSnapshot(workflows, fresh=False)
        key = (account, sharing)
        survey = self._surveys.get(key)
        if survey is None:
            survey = self._surveys[key] = AccountSnapshot(workflows, fresh=True)
        return survey


def _asked_for(plan: DigestSpec, everything: Sequence[Workflow]) -> Sequence[Workflow]:
    """Return a plan's workflows; those that the list lacks have no counts and are asked for by name.

    Where one is deleted while the list is read, another one slips through between two of its pages.
    """
    if not plan.workflows:
        return everything
    by_name = {row.name: row for row in everything}
    return [by_name.get(name) or Workflow(name=name) for name in dict.fromkeys(plan.workflows)]


def _read_by_workflow(causes: FailureCauses | None) -> Mapping[str, int]:
    """Count the instances whose cause was read, by workflow."""
    known = causes.causes if causes is not None else {}
    return Counter(workflow for (workflow, _), cause in known.items() if cause is not None)


def _counts(rows: Sequence[Workflow]) -> dict[str, dict[Status, int] | None]:
    """Return the counts of each workflow without zeros; None if there are no counts."""
    return {
        row.name: None
        if row.instances is None
        else {status: count for status, count in row.instances.items() if count}
        for row in rows
    }


def _shown(
    counts: Mapping[str, Mapping[Status, int] | None], found: Sequence[WorkflowFindings]
) -> Sequence[str]:
    """Return the workflows that have instances, or may have; those with news first, then by name."""
    places = {one.workflow: place for place, one in enumerate(found)}
    having = [name for name, by_status in counts.items() if by_status != {}]
    return sorted(having, key=lambda name: (places.get(name, len(places)), name.casefold()))


def _row(name: str, counts: Mapping[Status, int] | None, baseline: Baseline | None) -> WorkflowRow:
    before = baseline.counts_of(name) if baseline is not None else None
    if counts is None or before is None:
        return WorkflowRow(name, counts, None)
    if counts == before:
        return WorkflowRow(name, counts, {})
    changes = {status: counts.get(status, 0) - before.get(status, 0) for status in {**counts, **before}}
    return WorkflowRow(name, counts, {status: by for status, by in changes.items() if by})


def _catching_up(
    now: Baseline, behind: Collection[str], span: ReportPeriod, before: Baseline | None
) -> Baseline:
    """Return a baseline that knows of some workflows no more than the one before did."""
    counts = {name: by_status for name, by_status in now.counts.items() if name not in behind}
    for name in behind:
        known = None if before is None else before.counts_of(name)
        if known != {}:
            counts[name] = known
    reported_ids = set(now.reported_ids)
    for name in behind:
        reported_ids |= {key for key in span.reported_ids if key.startswith(news.key(name, ""))}
    return replace(
        now,
        counts=counts,
        reported_ids=frozenset(reported_ids),
        behind={name: span.of_workflow(name).since for name in sorted(behind)},
    )


def _reported_ids(
    found: Sequence[WorkflowFindings], span: ReportPeriod, baseline: Baseline | None
) -> frozenset[str]:
    """Return the ids that the next digest sees again, as it rereads the last moments of this one."""
    again = span.until - news.OVERLAP
    ids = frozenset(
        news.key(one.workflow, new_instance.id)
        for one in found
        for new_instance in one.new_instances
        if new_instance.at > again
    )
    return span.reported_ids | ids if baseline is not None and again < baseline.at else ids
