"""What people ask is not turned round: neither in what is read, nor in what is proposed."""

import pytest

from bot.browse.requests import ListInstances, ListWorkflows, OfInstances
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.language.filters import nearest_status
from bot.routing.command_reader import read_command
from bot.routing.verbs import nearest_command
from tests.support.commands import NOW

BOOM = "list * status:errored error:boom"
NAMES = ("emails", "orders", "order-refunds")


def read(text: str, workflows: tuple[str, ...] = ()) -> str:
    """Return what to type for what a text is read as, in a bot with two accounts."""
    accounts = ("default", "staging")
    request = read_command(Command(text, accounts=accounts, now=NOW, workflows=workflows))
    assert isinstance(request, ListWorkflows | OfInstances), request
    again = request.query if isinstance(request, ListWorkflows) else request
    return again.command().removeprefix("/workflows").strip()


def proposals(text: str, workflows: tuple[str, ...]) -> list[str]:
    """Return the texts that are proposed where one is refused; none where it is not."""
    try:
        read_command(Command(text, now=NOW, workflows=workflows))
    except QueryError as error:
        return [proposal.text for proposal in error.proposals if isinstance(proposal, Command)]
    return []


@pytest.mark.parametrize("word", ["crates", "creates", "brakes", "emails", "down", "town", "dune", "fair"])
def test_a_plain_word_is_no_status_mistyped(word: str) -> None:
    assert nearest_status(word) is None


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("faild", "errored"),
        ("crahsed", "errored"),
        ("errord", "errored"),
        ("compleet", "complete"),
        ("succes", "complete"),
        ("runing", "running"),
        ("canceld", "terminated"),
    ],
)
def test_a_status_mistyped_is_still_known(word: str, status: str) -> None:
    assert nearest_status(word) == status


@pytest.mark.parametrize("word", ["started", "restrat", "terminat", "deleted", "paus"])
def test_nothing_is_proposed_that_the_bot_can_not_do(word: str) -> None:
    assert nearest_command(word) not in {"restart", "terminate", "delete", "pause", "resume", "trigger"}


@pytest.mark.parametrize(
    "text", ["started orders", "what started orders", "is orders up", "crates", "orders brakes"]
)
def test_no_proposal_asks_something_else(text: str) -> None:
    said = " ".join(proposals(text, NAMES))
    assert not any(word in said for word in ("restart", "complete", "errored", "failed")), said


@pytest.mark.parametrize("workflows", [(), NAMES])
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("is orders down", "list orders status:errored"),
        ("what is down", "failures *"),
        ("is anything down?", "failures *"),
        ("is everything up?", ""),
        ("is emails up", "list emails"),
        ("is emails failing", "list emails status:errored"),
        ("show errors on fire", "failures *"),
        ("what is on fire account:staging", "failures * account:staging"),
        ("is everything ok? account:staging", "account:staging"),
        ("orders ok? account:staging", "list orders account:staging"),
        ("orders as csv account:staging", "export orders account:staging"),
        ("version 4f2a errored", "list * status:errored version:4f2a"),
        ("version 4f2a", "list * version:4f2a"),
        ("version orders", "stats orders"),
        ("stats orders slowest", "stats orders"),
        ("stats orders longest since:7d", "stats orders since:7d"),
        ("stats orders slow", "stats orders"),
        ("stats orders p95", "stats orders"),
        ("stats slow", "stats *"),
        ("stats versions", "stats *"),
        ("longest running orders", "stats orders"),
        ("stats orders longest running", "stats orders"),
        ("stats slowest steps", "stats *"),
        ("stats of the slowest steps of orders", "stats orders"),
        ("TypeError: boom account:staging since:2h", f"{BOOM} account:staging since:2h"),
        ('TypeError: boom since:"last 2h"', f'{BOOM} since:"last 2h"'),
        ("TypeError: boom\n  at pay (x.js:3) account:Staging", f"{BOOM} account:staging"),
        ("TypeError: bad status:500", 'list * status:errored error:"bad status:500"'),
        ("TypeError: boom: code:5", 'list * status:errored error:"boom: code:5"'),
    ],
)  # fmt: skip
def test_a_question_is_read_as_it_is_meant(text: str, meant: str, workflows: tuple[str, ...]) -> None:
    assert read(text, workflows) == meant


@pytest.mark.parametrize("text", ["is orders on fire", "orders failed on fire", "errors on fire in orders"])
def test_what_is_on_fire_is_no_step(text: str) -> None:
    assert read(text, NAMES) == "failures orders"


@pytest.mark.parametrize(
    ("text", "name", "meant"),
    [
        ("stats slow", "slow", 'stats "slow"'),
        ("stats versions", "versions", 'stats "versions"'),
        ("version cafe errored", "cafe", "failures cafe"),
        ("stats orders 'slow'", "slow", 'stats orders, "slow"'),
    ],
)
def test_a_workflow_may_be_called_like_a_word_for_statistics(text: str, name: str, meant: str) -> None:
    assert read(text, (*NAMES, name)) == meant


def test_an_account_that_is_mistyped_behind_a_pasted_error_is_put_right() -> None:
    with pytest.raises(QueryError, match="is no account I know") as refused:
        read("TypeError: boom account:stagin")
    assert refused.value.corrected == "/workflows TypeError: boom account:staging"


def test_a_reading_has_no_hole_where_a_name_stood() -> None:
    request = read_command(Command("is errored failing", now=NOW, workflows=("errored",)))
    assert isinstance(request, ListInstances)
    assert [reading.typed for reading in request.readings] == ["is failing"]
