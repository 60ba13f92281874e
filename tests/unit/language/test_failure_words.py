"""What is asked of failures by cause, and what stays a list."""

from dataclasses import replace

import pytest

from bot.browse.model import HelpQuery
from bot.browse.requests import DescribeInstance, ListInstances, ShowFailures
from bot.browse.selection import Selection
from bot.cloudflare.models import Status
from bot.failures.requests import ListFailures
from bot.language import times
from bot.language.errors import QueryError
from bot.language.times import Clock
from bot.language.tokens import COMMAND
from tests.support.commands import NOW, read

ERRORED = (Status("errored"),)


@pytest.mark.parametrize(
    ("text", "workflows", "since"),
    [
        ("failures", (), None),
        ("failures *", (), None),
        ("failures all", (), None),
        ("failures orders", ("orders",), None),
        ("failures order-*", ("order-*",), None),
        ("failures orders,emails since:2h", ("orders", "emails"), "2h"),
        ("failures orders and emails", ("orders", "emails"), None),
        ("failures errored", (), None),
        ("failures of orders", ("orders",), None),
        ("failures in the last 2 hours", (), "last 2 hours"),
        ("Failure", (), None),
        ("causes orders", ("orders",), None),
        ("failures by cause", (), None),
        ("failures of orders grouped by error since:2h", ("orders",), "2h"),
        ("group failures", (), None),
        ("errors by workflow", (), None),
        ("failed by step", (), None),
        ("failed", (), None),
        ("errors", (), None),
        ("errored", (), None),
        ("what failed", (), None),
        ("what failed today?", (), "today"),
        ("show me errors since yesterday", (), "yesterday"),
        ("top errors", (), None),
        ("why", (), None),
        ("why did it fail", (), None),
        ("errored account:prod", (), None),
    ],
)
def test_failures_are_asked_for_in_many_words(
    text: str, workflows: tuple[str, ...], since: str | None
) -> None:
    asked = read(text)
    assert isinstance(asked, ListFailures), asked
    chosen = asked.query.query.selection
    assert (chosen.workflows, chosen.statuses, asked.query.since) == (workflows, ERRORED, since)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "status:errored",
            "list errored",
            "* errored",
            "all errored",
            "errored rows:20",
            "errored view:table",
        ),
        *("failed orders", "orders failures", "errored,terminated", "error:timeout", "errored created:2h"),
        "wrangler workflows instances list orders --status errored",
    ],
)
def test_who_asks_for_more_gets_the_list(text: str) -> None:
    asked = read(text)
    assert isinstance(asked, ListInstances), asked


def test_why_of_one_workflow_is_its_newest_failure() -> None:
    assert read("why did orders fail") == DescribeInstance("orders", None, Status("errored"))
    assert read("failures help") == HelpQuery("failures")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("failures rows:5", "rows:5"),
        ("failures orders status:complete", "status:complete"),
        ("failures view:table", "view:table"),
        ("failures search:order", "search:order"),
        ("failures sinse:2h", "sinse:2h"),
    ],
)
def test_what_it_can_not_do_is_refused(text: str, word: str) -> None:
    with pytest.raises(QueryError) as refused:
        read(text)
    assert refused.value.word == word or word in str(refused.value)


@pytest.mark.parametrize(
    "workflows", [(), ("orders",), ("order-*",), ("orders", "emails"), ("jobs", "my flow")]
)
@pytest.mark.parametrize("since", ["24h", "yesterday 17:30"])
@pytest.mark.parametrize("account", [None, "prod"])
def test_the_command_below_an_answer_asks_for_the_same(
    workflows: tuple[str, ...], since: str, account: str | None
) -> None:
    clock = Clock(NOW)
    selection = Selection(workflows, account, ERRORED, since=times.read(since, clock))
    asked = read(ShowFailures(selection).command().removeprefix(f"{COMMAND} "), zone="UTC")
    assert isinstance(asked, ListFailures)
    found = asked.query.resolve(clock).selection
    assert replace(found, since=None) == replace(selection, since=None)
    assert found.since is not None
    assert selection.since is not None
    assert found.since.at == selection.since.at
