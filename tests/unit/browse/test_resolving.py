"""What names and patterns mean: one rule for statistics, failures and exports."""

from datetime import UTC, datetime

import pytest

from bot.access.model import AccessRules, Person, Right, Rule, Standing
from bot.access.policy import Viewer
from bot.browse.errors import NoSuchWorkflow, NoSuchWorkflows
from bot.browse.resolving import refuse_names, resolve_names
from bot.browse.rights import Audience
from bot.browse.selection import Selection
from bot.cloudflare.models import Workflow, WorkflowList
from bot.language.command import Command
from bot.slack.reply import UserError

ORDERS, EMAILS, PAYROLL = "order-processing", "send-emails", "payroll"
LISTED = WorkflowList(
    tuple(Workflow(name=name) for name in (ORDERS, EMAILS, PAYROLL)), (), datetime(2026, 11, 1, tzinfo=UTC)
)
PERSON = Person("U1", Standing.MEMBER)


def viewer(*workflows: str) -> Viewer:
    rules = (Rule(("everyone",), ("*",), workflows, frozenset({Right.VIEW})),)
    return Viewer(PERSON, "C1", "T1", AccessRules(rules, are_set=True), ("prod",))


ALL = Audience(viewer("*"))


@pytest.mark.parametrize(
    ("typed", "visible"),
    [
        ((), (ORDERS, EMAILS, PAYROLL)),
        (("*",), (ORDERS, EMAILS, PAYROLL)),
        (("*-*",), (ORDERS, EMAILS)),
        ((ORDERS,), (ORDERS,)),
        (("Order Processing", "pay*"), (ORDERS, PAYROLL)),
        (("send_email", ORDERS), (ORDERS, EMAILS)),
    ],
)
def test_names_are_those_of_workflows(typed: tuple[str, ...], visible: tuple[str, ...]) -> None:
    assert resolve_names(Selection(typed), "prod", LISTED, ALL).visible == visible


def test_hidden_workflows_are_in_no_answer_and_a_named_one_is_refused() -> None:
    some = Audience(viewer("order-*"))
    assert resolve_names(Selection(()), "prod", LISTED, some).visible == (ORDERS,)
    for typed in ((PAYROLL,), (ORDERS, PAYROLL)):
        with pytest.raises(UserError):
            resolve_names(Selection(typed), "prod", LISTED, some)
        with pytest.raises(UserError):
            resolve_names(Selection(typed), "prod", LISTED, Audience(viewer("*"), viewer("order-*")))
    with pytest.raises(NoSuchWorkflows):
        resolve_names(Selection(("pay*",)), "prod", LISTED, some)


def test_a_name_that_a_list_lacks_which_was_cut_short_may_exist_if_it_may_be_seen() -> None:
    short = WorkflowList(LISTED.rows, (), LISTED.fetched_at, cut_short=True)
    assert resolve_names(Selection((ORDERS, "late")), "prod", short, ALL).visible == (ORDERS, "late")
    with pytest.raises(UserError):
        resolve_names(Selection(("late",)), "prod", short, Audience(viewer("order-*")))


def test_what_means_nothing_is_refused_with_what_may_be_meant() -> None:
    with pytest.raises(NoSuchWorkflow) as single:
        resolve_names(Selection(("order-procesing",)), "prod", LISTED, ALL)
    with pytest.raises(NoSuchWorkflows) as several:
        resolve_names(Selection(("order-procesing", EMAILS)), "prod", LISTED, ALL)
    for error, proposed in ((single, ORDERS), (several, f"{ORDERS},{EMAILS}")):
        asked = error.value.query.selection
        refusal = refuse_names(
            error.value, asked, lambda chosen: Command(f"stats {','.join(chosen.workflows)}")
        )
        assert f"`/workflows stats {proposed}`" in refusal.message.text
