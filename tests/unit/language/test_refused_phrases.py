"""What is proposed where a phrase that means several filters is refused."""

import pytest

from bot.language.command import Command
from bot.language.errors import QueryError
from bot.routing.command_reader import read_command
from tests.support.commands import NOW
from tests.support.digest_commands import catch_typed_refusal


def proposals(text: str, workflows: tuple[str, ...] = ()) -> list[str]:
    """Return the texts that are proposed in place of one that is refused."""
    with pytest.raises(QueryError) as error:
        read_command(Command(text, now=NOW, workflows=workflows))
    return [proposal.text for proposal in error.value.proposals if isinstance(proposal, Command)]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("failures created yesterday orders since:2h", "failures orders since:2h"),
        ("failures stuck orders since:2h", "failures orders since:2h"),
        ("failures stuck orders since:2h top 5", "failures orders since:2h"),
        ("stats stuck orders since:2h", "stats orders since:2h"),
        (
            "list orders page:2 failed yesterday",
            'list orders page:2 failed created:yesterday created_until:"end of yesterday"',
        ),
        (
            "list orders stuck shorter:10m",
            "list orders status:queued,running,waiting longer:10m shorter:1h",
        ),
        ("list orders waiting for 2h shorter:1h", "list orders status:waiting longer:1h shorter:2h"),
    ],
)
def test_a_phrase_of_several_filters_is_left_out_or_put_right_as_one(text: str, right: str) -> None:
    assert right in proposals(text)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("find", "/workflows help find"),
        ("search", "/workflows help find"),
        ("export orders to", "/workflows export orders to here"),
        ("export orders since:2h into", "/workflows export orders since:2h to here"),
    ],
)
def test_a_command_without_its_end_is_not_guessed(text: str, corrected: str) -> None:
    error = catch_typed_refusal(text)
    assert error is not None
    assert error.corrected == corrected


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("failures since version 4f2a", ["list failed version:4f2a", "failures"]),
        ("failures orders since 4f2a", ["list failed orders version:4f2a", "failures orders"]),
        ("failures orders since the last deploy", ["failures orders"]),
        (
            "failures since yesterday since version 4f2a",
            ["list failed since yesterday version:4f2a", "failures since yesterday"],
        ),
        ("what failed since version 4f2a", ["what failed version:4f2a", "what failed"]),
        ("orders since deployment 4f2a", ["orders version:4f2a", "orders"]),
        ("orders since 4f2a", ["orders version:4f2a", "orders"]),
        ("orders since last deploy", ["orders"]),
        ("stats orders since version 4f2a", ["stats orders version:4f2a", "stats orders"]),
    ],
)
def test_a_version_in_a_times_place_is_offered_as_a_version(text: str, texts: list[str]) -> None:
    assert proposals(text, ("emails", "orders")) == texts
