"""Each mistake: the word named, what was expected, the nearest right one, the command put right."""

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.language.errors import QueryError
from tests.support.list_commands import read_list

MISTAKES = (
    "orders statsu:errored",
    "orders Statsu:errored rows:5",
    "statsu:errored orders",
    "orders xyzzy:1",
    "orders errord",
    "orders foo",
    "lits orders errored",
    "hlep orders filters",
    "orders status:",
    "orders status:wurst",
    'orders status:""',
    "orders status:errored,wurst",
    "orders status:errord,complete",
    "orders,emails page:3",
    "orders errored paused page:3",
    "orders errored since:2h page:3",
    "orders since:2h created:5h",
    "orders created:1h created_until:2h",
    "orders rows:0",
    "orders --per-page 100",
    "orders page:zero",
    "orders page:3 cursor:abc",
    "orders cursor:",
    "orders direction:asc",
    "orders page:2 direction:asc",
    "orders cursor:abc direction:up",
    "orders cursor:abc direction:dsc",
    "orders account:stagin-eu",
    "orders account:nobody",
    "orders search:x",
    "orders --status",
    "orders --status rows:5",
    'orders "abc',
    'list ""',
    "help filtres",
    "orders since:",
    "orders since:sometime",
    "orders since:2026-13-01",
    "orders since:9999999w",
    "orders since:25:00",
    "orders since:5",
    "orders since:tomorrow",
    "orders since:2026-11-24",
    "orders since:1h until:2h",
    "orders since:1h until:1h",
)


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_answered_with_what_to_type_instead(text: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(QueryError) as refused:
        read_list(text)
    error = refused.value
    assert snapshot == {
        "word": error.word,
        "problem": error.problem,
        "expected": error.expected,
        "nearest": error.nearest,
        "command": error.corrected,
    }


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("erroredd-flow erroredd", "/workflows erroredd-flow errored"),
        ("list erroredd-flow erroredd", "/workflows list erroredd-flow errored"),
        ('"row:5 flow" row:5', '/workflows "row:5 flow" rows:5'),
    ],
)
def test_only_the_wrong_word_is_put_right(text: str, command: str) -> None:
    with pytest.raises(QueryError) as refused:
        read_list(text)
    assert refused.value.corrected == command


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ('orders sinc:"yesterday 09:00"', 'orders since:"yesterday 09:00"'),
        ("orders statsu:“errored”", "orders status:errored"),
        ('"my flow" errord', '"my flow" errored'),
        ("orders --statsu errored --page 2", "orders status:errored page:2"),
    ],
)
def test_a_command_put_right_can_be_typed_as_it_stands(text: str, query: str) -> None:
    with pytest.raises(QueryError) as refused:
        read_list(text)
    assert refused.value.corrected is not None
    assert read_list(refused.value.corrected) == read_list(query)


@pytest.mark.parametrize(
    "word", ["<xyzzy>", "(xyzzy)", "`xyzzy`", "*xyzzy*", "xyzzy!", "~xyzzy~", "\u200bxyzzy"]
)
def test_a_word_is_left_out_with_the_marks_around_it(word: str) -> None:
    with pytest.raises(QueryError) as raised:
        read_list(f"orders {word} errored")
    assert raised.value.corrected == "/workflows orders errored"


def test_the_message_of_an_error_names_word_problem_and_expectation() -> None:
    with pytest.raises(QueryError, match=r"rows:0 .*number from 1 to 20; expected `rows:1` to `rows:20`"):
        read_list("orders rows:0")


def test_a_status_may_come_before_the_name() -> None:
    assert read_list("ERRORED orders") == read_list("orders errored")


@pytest.mark.parametrize("value", ["!complete", "-errored", "errored,!running", "not complete"])
def test_no_single_status_is_offered_for_what_excludes_one_or_names_several(value: str) -> None:
    with pytest.raises(QueryError) as refused:
        read_list(f"orders status:{value}")
    assert refused.value.nearest != "status:complete"
    assert refused.value.nearest is None or "running" not in refused.value.nearest


@pytest.mark.parametrize("flag", ["--reverse", "--json", "--local"])
def test_a_flag_of_wrangler_s_that_is_none_here_is_said_to_be_unknown(flag: str) -> None:
    with pytest.raises(QueryError, match="is a filter I don't know"):
        read_list(f"orders {flag}")


def test_a_page_out_of_bounds_is_told_the_bound() -> None:
    with pytest.raises(QueryError, match="from 1 to 1,000,000"):
        read_list("orders page:1000001")


def test_the_last_hour_is_an_hour_back() -> None:
    assert read_list('orders since:"last hour"') == read_list("orders since:1hour")
