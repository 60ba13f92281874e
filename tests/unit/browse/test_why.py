"""Which failures *Why?* asks about."""

from datetime import timedelta

import pytest

from bot.browse.overview.trouble import Failures, Rise, WorkflowRow
from bot.browse.why import why_of_workflow
from bot.cloudflare.models import Status, Workflow
from tests.support.commands import NOW

OLD = NOW - timedelta(days=6, seconds=7)
WORKFLOW = Workflow(name="orders", instances={Status("errored"): 9})


@pytest.mark.parametrize(
    ("row", "since"),
    [
        (WorkflowRow(WORKFLOW, Failures(0, 3)), None),
        (WorkflowRow(WORKFLOW, Failures(0, 3), since_look=Rise(5, OLD, is_recent=False)), None),
        (WorkflowRow(WORKFLOW, in_day=Rise(5, NOW - timedelta(hours=3))), None),
        (WorkflowRow(WORKFLOW, since_look=Rise(5, OLD, is_recent=False)), OLD.replace(second=0)),
        (
            WorkflowRow(WORKFLOW, Failures(0, 0), since_look=Rise(5, OLD, is_recent=False)),
            OLD.replace(second=0),
        ),
        (WorkflowRow(WORKFLOW), (NOW - timedelta(days=30)).replace(second=0)),
        (WorkflowRow(WORKFLOW, Failures(0, 0, complete=False)), (NOW - timedelta(days=30)).replace(second=0)),
    ],
)
def test_of_a_workflow_it_goes_back_to_when_there_were_fewer(row: WorkflowRow, since: object) -> None:
    asked = why_of_workflow(row, "staging", NOW).selection
    assert (asked.workflows, asked.account) == (("orders",), "staging")
    assert (None if asked.since is None else asked.since.at) == since
