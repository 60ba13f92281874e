"""Words that ask for one instance, and those that do not."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.browse.command.names import looks_like_instance
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows, ShowInstance
from bot.cloudflare.models import Status
from bot.failures.requests import ListFailures
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.routing.command_reader import read_command
from bot.slack.requests import Request
from tests.support.commands import ACCOUNTS, HERE, NOW, read

ERRORED = Status("errored")
NAMES = ("orders", "image-pipeline", "image-archive")
LINK = (
    "https://dash.cloudflare.com/0123456789abcdef0123456789abcdef/workers/workflows/orders/instance/ord-59603"
)


def known(text: str) -> Request:
    """Read a command with the names of the account's workflows at hand."""
    return read_command(replace(Command.from_slack(text, ACCOUNTS, HERE, "UTC", NOW), workflows=NAMES))


def _plain(request: Request) -> Request:
    return replace(request, readings=())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("show orders ord-59603", DescribeInstance("orders", "ord-59603")),
        ("orders ord-59603", DescribeInstance("orders", "ord-59603")),
        ("list orders ord-59603", DescribeInstance("orders", "ord-59603")),
        ("orders/ord-59603", DescribeInstance("orders", "ord-59603")),
        ("orders:ord-59603", DescribeInstance("orders", "ord-59603")),
        ("show orders/ord-59603", DescribeInstance("orders", "ord-59603")),
        ("Show ord-59603 of orders", DescribeInstance("orders", "ord-59603")),
        ("please describe the instance ord-59603 of orders", DescribeInstance("orders", "ord-59603")),
        (
            "npx wrangler workflows instances describe orders ord-59603",
            DescribeInstance("orders", "ord-59603"),
        ),
        ("wrangler workflows instances describe orders latest", DescribeInstance("orders")),
        ("status orders ord-59603", DescribeInstance("orders", "ord-59603")),
        ("get orders ord-59603", DescribeInstance("orders", "ord-59603")),
        ('show orders "my own id"', DescribeInstance("orders", "my own id")),
        ("show orders xyzzy", DescribeInstance("orders", "xyzzy")),
        ("show ord-59603", DescribeInstance(None, "ord-59603")),
        ("show orders latest", DescribeInstance("orders")),
        ("show latest orders", DescribeInstance("orders")),
        ("show the most recent run of orders", DescribeInstance("orders")),
        ("show orders latest failed", DescribeInstance("orders", status=ERRORED)),
        ("show orders failed", DescribeInstance("orders", status=ERRORED)),
        ("show orders last failed", DescribeInstance("orders", status=ERRORED)),
        ("show the last failed order orders", None),
        ("show latest", DescribeInstance()),
        ("show latest failed", DescribeInstance(status=ERRORED)),
        ("show orders latest running", DescribeInstance("orders", status=Status("running"))),
        ("show orders latest account:staging-eu", DescribeInstance("orders", account="Staging-EU")),
        ("why did orders fail", DescribeInstance("orders", status=ERRORED)),
        ("why did ord-59603 fail", DescribeInstance(None, "ord-59603")),
        ("why did orders ord-59603 fail?", DescribeInstance("orders", "ord-59603")),
        ("explain orders ord-59603", DescribeInstance("orders", "ord-59603")),
        ("debug orders", DescribeInstance("orders", status=ERRORED)),
    ],
)
def test_one_instance_is_asked_for(text: str, meant: DescribeInstance | None) -> None:
    if meant is None:
        with pytest.raises(QueryError):
            known(text)
        return
    assert _plain(known(text)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "show orders ord-59603",
        "show orders latest failed",
        "steps orders ord-59603",
        "params orders ord-59603",
        "outputs orders latest",
        "what happened to orders",
        "show latest",
        "why did orders fail",
        "orders ord-59603",
    ],
)
def test_the_names_need_not_be_known(text: str) -> None:
    assert read(text) == known(text)


@pytest.mark.parametrize("text", [LINK, f"show {LINK}", f"<{LINK}>", f"show <{LINK}>", f"why {LINK}"])
def test_a_link_to_the_dashboard_stands_in_place_of_both(text: str) -> None:
    meant = DescribeInstance("orders", "ord-59603", account_id="0123456789abcdef0123456789abcdef")
    assert _plain(known(text)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "show image pipeline ord-59603",
        "show Image-Pipeline ord-59603",
        "show image_pipeline ord-59603",
        "image pipeline ord-59603",
        "image-pipeline/ord-59603",
    ],
)
def test_a_name_in_other_words_is_resolved(text: str) -> None:
    assert _plain(known(text)) == DescribeInstance("image-pipeline", "ord-59603")


@pytest.mark.parametrize("text", ["ord-59603", "show me ord-59603", "5dd78a45-4313-491a-8f70-0bbe1d4061fa"])
def test_an_id_alone_is_one_where_no_workflow_is_called_so(text: str) -> None:
    request = known(text)
    assert isinstance(request, DescribeInstance)
    assert request.workflow is None


def test_a_workflow_may_be_called_like_an_id() -> None:
    command = Command.from_slack("show flow-20261129", ACCOUNTS, HERE, "UTC", NOW)
    request = read_command(replace(command, workflows=("flow-20261129",)))
    assert isinstance(request, ListInstances)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("show me", ListWorkflows),
        ("show orders", ListInstances),
        ("show image pipeline", ListInstances),
        ("show orders errored", ListInstances),
        ("show errored orders", ListInstances),
        ("show failed orders", ListInstances),
        ("show me orders failed since 2h", ListInstances),
        ("show orders last 5", ListInstances),
        ("show the last 5 of orders", ListInstances),
        ("show orders latest since:2h", ListInstances),
        ("show failed", ListFailures),
        ("show me what failed", ListFailures),
        ("why", ListFailures),
        ("orders latest", ListInstances),
        ("status", ListWorkflows),
        ("status orders", ListInstances),
        ("get orders", ListInstances),
    ],
)
def test_lists_are_still_asked_for_with_show(text: str, kind: type[Request]) -> None:
    assert isinstance(known(text), kind)


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("show orders ord-59603 rows:5", ["show orders ord-59603"]),
        ("show orders ord-59603 since:2h", ["show orders ord-59603"]),
        ("orders ord-59603 status:errored", ["orders ord-59603"]),
        ("why did orders break xyzzy", ["why did orders break"]),
        ("show image latest", ["show image-pipeline latest", "show image-archive latest"]),
    ],
)
def test_what_one_instance_does_not_take_is_refused(text: str, proposed: list[str]) -> None:
    with pytest.raises(QueryError) as refused:
        known(text)
    assert [proposal.whole() for proposal in refused.value.proposals] == [
        f"/workflows {each}" for each in proposed
    ]


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", fullmatch=True)
ids = st.from_regex(r"[A-Za-z0-9_-]{1,100}", fullmatch=True) | st.sampled_from(
    ["latest", "failed", "recent", "me", "all", "2h", "last", "my id", "most recent", "run", "help"]
)


@given(names, ids)
def test_any_name_and_id_can_be_typed(name: str, instance: str) -> None:
    assume(instance not in (name, "orders"))
    typed = ShowInstance(name, instance).command().removeprefix("/workflows ")
    known_names = (name, "orders")
    for workflows in (known_names,) if looks_like_instance(name) else ((), known_names):
        command = replace(Command.from_slack(typed, ACCOUNTS, HERE, "UTC", NOW), workflows=workflows)
        assert read_command(command) == DescribeInstance(name, instance), typed


@pytest.mark.parametrize(
    "request_",
    [
        DescribeInstance("orders", "ord-59603"),
        DescribeInstance("orders", "my id"),
        DescribeInstance("orders", status=ERRORED),
        DescribeInstance("orders", account="prod"),
        DescribeInstance("my flow"),
        DescribeInstance("latest", "ord-59603"),
    ],
)
def test_what_is_to_be_typed_for_it_means_the_same(request_: DescribeInstance) -> None:
    command = Command.from_slack(request_.command().removeprefix("/workflows "), ACCOUNTS, HERE, "UTC", NOW)
    assert read_command(command) == request_


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("show me what failed in the last hour", 'failures * since:"last hour"'),
        ("display the failures of the last day", 'failures * since:"last day"'),
        ("show failed last night", 'failures * since:"last night" until:"end of last night"'),
        ("show me everything from last night", 'list * since:"last night"'),
        ("show the last hour", 'list * since:"last hour"'),
        ("status today", "list * since:today"),
        ("show orders last week", 'list orders since:"last week" until:"end of last week"'),
        ("show orders latest since yesterday", "list orders rows:1 since:yesterday"),
        ("show the latest failed orders of today", "list orders status:errored rows:1 since:today"),
    ],
)
def test_a_time_asks_for_what_ran_then_and_not_for_the_latest_instance(text: str, meant: str) -> None:
    assert known(text).command() == f"/workflows {meant}"


@pytest.mark.parametrize("name", ["hour", "night", "monday"])
def test_a_workflow_may_be_called_like_a_time(name: str) -> None:
    for text, status in ((f"show {name} latest", None), (f"why did {name} fail", ERRORED)):
        command = Command.from_slack(text, ACCOUNTS, HERE, "UTC", NOW)
        asked = read_command(replace(command, workflows=(*NAMES, name)))
        assert _plain(asked) == DescribeInstance(name, status=status)


def test_a_mistyped_status_is_named_and_not_left_out() -> None:
    with pytest.raises(QueryError) as refused:
        read("show orders latest faild")
    assert refused.value.corrected == "/workflows show orders latest errored"
