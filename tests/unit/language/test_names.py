"""Which workflows a command says: several, patterns, all of them; what is a name, and what is a word."""

import pytest

from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.requests import ListInstances, ListWorkflows
from bot.browse.selection import Selection
from bot.cloudflare.models import Status
from bot.language.command import Command
from bot.language.errors import QueryError
from tests.support.commands import read
from tests.support.list_commands import read_known, read_list

NAMES = ("orders", "emails", "order-archive", "image-pipeline", "my flow")


@pytest.mark.parametrize(
    ("text", "workflows"),
    [
        ("orders,emails", ("orders", "emails")),
        ("list orders,emails", ("orders", "emails")),
        ("orders, emails", ("orders", "emails")),
        ("orders ,emails", ("orders", "emails")),
        ("orders and emails", ("orders", "emails")),
        ("orders or emails", ("orders", "emails")),
        ("orders & emails", ("orders", "emails")),
        ("orders + emails", ("orders", "emails")),
        ("orders;emails", ("orders", "emails")),
        ("orders, emails and invoices", ("orders", "emails", "invoices")),
        ("orders,orders", ("orders",)),
        ('list "my flow", orders, "x,y"', ("my flow", "orders", "x,y")),
        ("list order-*", ("order-*",)),
        ("order-*,*-mail", ("order-*", "*-mail")),
        ('list "*order*"', ("*order*",)),
        ("list *", ()),
        ("list ORDERS,emails", ("ORDERS", "emails")),
    ],
)
def test_several_names_patterns_and_all_are_read(text: str, workflows: tuple[str, ...]) -> None:
    assert read_list(text) == ListQuery(Selection(workflows))


@pytest.mark.parametrize(
    "text", ["list * errored", "list all errored", "everything errored", "* status:errored", "all failed"]
)
def test_all_with_a_filter_is_a_list_over_every_workflow(text: str) -> None:
    assert read_list(text).selection == Selection(statuses=(Status("errored"),))


@pytest.mark.parametrize("text", ["*", "all", "list all", "list", "list everything"])
def test_all_without_a_filter_is_the_overview(text: str) -> None:
    assert read(text) == ListWorkflows(OverviewQuery())


@pytest.mark.parametrize(
    ("text", "workflows"),
    [
        ("orders emails", ("orders", "emails")),
        ("list Orders,EMAIL", ("orders", "emails")),
        ("failed orders and image pipeline today", ("orders", "image-pipeline")),
        ("image pipeline, order archive", ("image-pipeline", "order-archive")),
        ("errored orders, emails, since:2h", ("orders", "emails")),
        ("list my flow and orders", ("my flow", "orders")),
        ("order-* errored", ("order-*",)),
        ("order-*, emails", ("order-*", "emails")),
        ("all orders", ("orders",)),
        ("orders and emails please", ("orders", "emails")),
    ],
)
def test_each_name_is_one_of_the_account_s_however_it_is_spelt(text: str, workflows: tuple[str, ...]) -> None:
    assert _selection(text, *NAMES).workflows == workflows


@pytest.mark.parametrize(
    ("text", "names", "meant"),
    [
        ("errored", ("errored", "orders"), Selection(("errored",))),
        ("list errored since:2h", ("errored", "orders"), Selection(("errored",))),
        ("errored errored", ("errored", "orders"), Selection(("errored",), statuses=(Status("errored"),))),
        ("errored orders", ("errored", "orders"), Selection(("orders",), statuses=(Status("errored"),))),
        ("all", ("all", "orders"), Selection(("all",))),
        ("list all errored", ("all", "orders"), Selection(("all",), statuses=(Status("errored"),))),
        ("latest", ("latest", "orders"), Selection(("latest",))),
        ("orders-and-emails", ("orders-and-emails", "orders", "emails"), Selection(("orders-and-emails",))),
        ("orders and emails", ("orders-and-emails", "image-pipeline"), Selection(("orders-and-emails",))),
        ("orders,emails", ("orders-emails", "orders", "emails"), Selection(("orders", "emails"))),
        ("a+b", ("a+b", "a", "b"), Selection(("a+b",))),
    ],
)
def test_the_name_of_a_real_workflow_wins_over_words(
    text: str, names: tuple[str, ...], meant: Selection
) -> None:
    assert _selection(text, *names) == meant


def test_a_status_that_is_a_workflow_s_name_too_is_said() -> None:
    request = read_known("errored orders", "errored", "orders")
    assert [(reading.typed, reading.meant) for reading in request.readings] == [("errored", "status:errored")]
    assert read_known("errored orders", "orders").readings == ()


@pytest.mark.parametrize(
    ("text", "problem", "proposals"),
    [
        (
            "list orders,emials errored",
            "emials is not the name of a workflow",
            ["list orders,emails errored", "list orders errored"],
        ),
        (
            "orders and emials since:2h",
            "emials is not the name of a workflow",
            ["orders and emails since:2h", "orders since:2h"],
        ),
        ("list gone,orders", "gone is not the name of a workflow", ["list orders"]),
        ("list gone, orders, emails", "gone is not the name of a workflow", ["list orders, emails"]),
        ("list foo,bar", "foo is not the name of a workflow", ["list"]),
        ("ordr-*", "ordr-* fits no workflow", ["orders", "order-archive"]),
        ("list zzz-*", "zzz-* fits no workflow", ["list"]),
        (
            "list orders with images",
            "images may be a second workflow",
            ["list orders with image-pipeline", "list orders with"],
        ),
        ("orders emails ord-59603", "looks like an instance's id", ["orders emails id:ord-59603"]),
        ("orders,emails page:3", "this list is of several workflows", ["orders,emails"]),
        ("list * page:3", "this list is of several workflows", ["list *"]),
        ("order-* page:3", "this list is of several workflows", ["order-*"]),
        ("orders errored paused cursor:abc", "this list is of several statuses", ["orders errored paused"]),
        (
            "orders errored since:2h page:2",
            "`since:2h` is about the end",
            ["orders errored created:2h page:2", "orders errored since:2h"],
        ),
        ("list since banana", "since banana is no filter", ["list"]),
    ],
)
def test_what_is_no_name_is_named_and_what_is_left_proposed(
    text: str, problem: str, proposals: list[str]
) -> None:
    with pytest.raises(QueryError) as refused:
        read_known(text, *NAMES)
    assert problem in f"{refused.value.word} {refused.value.problem}"
    assert [proposal.whole() for proposal in refused.value.proposals] == [
        f"/workflows {text}" for text in proposals
    ]


def test_words_that_are_one_name_and_two_are_asked_about() -> None:
    with pytest.raises(QueryError, match="one workflow, or several") as refused:
        read_known("orders and emails errored", "orders-and-emails", "orders", "emails")
    assert [proposal.whole() for proposal in refused.value.proposals] == [
        "/workflows orders-and-emails errored",
        "/workflows orders,emails errored",
    ]


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("orders errored,terminated", "errored terminated"),
        ("orders status:errored,terminated", "errored terminated"),
        ("orders status:failed,canceled", "errored terminated"),
        ("orders status:errored|paused", "errored paused"),
        ("orders errored paused", "errored paused"),
        ("orders errored or paused", "errored paused"),
        ("orders failed and paused", "errored paused"),
        ("orders status:errored status:paused", "errored paused"),
        ("orders status: errored, paused", "errored paused"),
        ("orders status errored,paused", "errored paused"),
        ("orders --status errored,paused", "errored paused"),
        ("orders errored errored", "errored"),
        ("orders errored/terminated", "errored terminated"),
        ('orders status:"hibernated" errored', "hibernated errored"),
        ("orders status:all", ""),
        ("orders status:any", ""),
    ],
)
def test_several_statuses_are_read(text: str, statuses: str) -> None:
    assert read_list(text).selection == Selection(("orders",), statuses=tuple(map(Status, statuses.split())))


def _selection(text: str, *names: str) -> Selection:
    request = read_known(text, *names)
    assert isinstance(request, ListInstances), request
    return request.query.query.selection


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("everything that failed today except emails", "everything that failed today orders,image-pipeline"),
        ("errored not emails", "errored orders,image-pipeline"),
        ("all but emails failed", "all orders,image-pipeline failed"),
        ("errored excluding order* and emails", "errored image-pipeline"),
        ("orders,image-pipeline except emails errored", "orders,image-pipeline errored"),
    ],
)
def test_a_workflow_that_is_to_be_left_out_is_refused_with_the_others(text: str, proposed: str) -> None:
    with pytest.raises(QueryError) as caught:
        read_known(text, "orders", "emails", "image-pipeline")
    assert "can't" in caught.value.problem
    proposals = [each.text if isinstance(each, Command) else each for each in caught.value.proposals]
    assert proposals == [proposed]
