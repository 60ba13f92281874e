"""What is asked for without the name of a workflow: the overview, and help."""

import pytest

from bot.browse.model import HelpQuery, OverviewQuery
from bot.browse.requests import ListWorkflows
from bot.home.help import TOPICS
from bot.language.errors import QueryError
from tests.support.commands import read


@pytest.mark.parametrize("text", ["", "   ", "/workflows", "\n"])
def test_nothing_asks_for_every_workflow(text: str) -> None:
    assert read(text) == ListWorkflows(OverviewQuery())


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("search:order", OverviewQuery(search="order")),
        ('search:"my flow"', OverviewQuery(search="my flow")),
        ("account:PROD", OverviewQuery(account="prod")),
        ("account:prod search:x", OverviewQuery("prod", "x")),
        ("--search order --account prod", OverviewQuery("prod", "order")),
        ("--search=order", OverviewQuery(search="order")),
        ("search order account:prod", OverviewQuery("prod", "order")),
        ("search order --account prod", OverviewQuery("prod", "order")),
        ("search name:order", OverviewQuery(search="order")),
    ],
)
def test_the_overview_can_be_narrowed(text: str, asked: OverviewQuery) -> None:
    assert read(text) == ListWorkflows(asked)


@pytest.mark.parametrize("word", ["help", "HELP", "--help", "-h", "?", "/workflows help"])
def test_help_always_answers(word: str) -> None:
    assert read(word) == HelpQuery()


@pytest.mark.parametrize("text", ["orders --help", "list --help", "list orders --help"])
def test_help_is_given_wherever_wrangler_would_give_it(text: str) -> None:
    assert isinstance(read(text), HelpQuery)


@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_has_its_help(topic: str) -> None:
    assert read(f"help {topic.upper()}") == HelpQuery(topic)


def test_a_mistyped_topic_is_put_right() -> None:
    with pytest.raises(QueryError) as refused:
        read("help filtres")
    assert refused.value.corrected == "/workflows help filters"


@pytest.mark.parametrize("text", ["search:", 'search:""', 'search:"  "'])
def test_a_search_for_nothing_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="has no value"):
        read(text)


@pytest.mark.parametrize(
    ("text", "right"), [("serch:order", "search:order"), ("accuont:prod", "account:prod")]
)
def test_a_mistyped_option_of_the_overview_is_put_right(text: str, right: str) -> None:
    with pytest.raises(QueryError) as refused:
        read(text)
    assert refused.value.corrected == f"/workflows {right}"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("search order status:errored", "list order status:errored"),
        ("search order status:faild", "list order status:errored"),
        ("find orders sinc:2h", "list orders since:2h"),
        ("search order rows: 5", "list order rows: 5"),
        ("search order acount:prod", "search order account:prod"),
        ("search order account:prd", "search order account:prod"),
        ("search order colour:red", "search order"),
        ("search:order errored", "order errored"),
        ("search:order statsu:errored", "order status:errored"),
        ("name:order since:2h", "order since:2h"),
    ],
)
def test_a_search_leaves_no_filter_out_and_takes_none_for_text(text: str, right: str) -> None:
    with pytest.raises(QueryError) as refused:
        read(text)
    assert refused.value.corrected == f"/workflows {right}"
