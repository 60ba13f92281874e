"""What a question says of itself can be typed again; and no text whatever breaks the reading of it."""

from contextlib import suppress

from hypothesis import example, given

from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.requests import ListInstances
from bot.browse.selection import Selection
from bot.cloudflare.models import Cursor, Status
from bot.language.errors import QueryError
from bot.language.times import Clock
from bot.language.tokens import COMMAND, quote, split
from tests.support.commands import NOW, escaped, read
from tests.support.list_commands import read_or_refuse, read_pending

from .strategies import (
    any_text,
    clocks,
    commands,
    hostile_text,
    list_queries,
    overview_queries,
    selections,
    times,
)


@given(list_queries() | selections())
@example(ListQuery(Selection()))
@example(ListQuery(Selection(("my flow", "orders", "x,y"))))
@example(ListQuery(Selection(("order-*", "*mail*"), statuses=(Status("zzz"), Status("errored")))))
@example(ListQuery.of("orders", start=Cursor("//8=")))
@example(ListQuery.of("orders", status=Status('say "when"')))
@example(ListQuery.of("list"))
@example(ListQuery.of("errored"))
@example(ListQuery.of("/workflows"))
@example(ListQuery.of("--page"))
def test_a_list_reads_its_own_command_as_itself(query: ListQuery) -> None:
    assert read_pending(escaped(query.command())).resolve(Clock(NOW)) == query


@given(overview_queries)
@example(OverviewQuery(search="//x"))
def test_an_overview_reads_its_own_command_as_itself(query: OverviewQuery) -> None:
    assert read_or_refuse(escaped(query.command()), Clock(NOW)) == query


@given(commands, clocks)
@example("orders since:2026-11-23T09:00:00.123456Z", Clock(NOW))
@example("orders status:'a\"b'", Clock(NOW))
def test_whatever_was_understood_can_be_typed_again(text: str, clock: Clock) -> None:
    understood = read_or_refuse(text, clock)
    if isinstance(understood, ListQuery | OverviewQuery):
        again = read_or_refuse(escaped(understood.command()), clock)
        assert again == understood
        assert isinstance(again, ListQuery | OverviewQuery)
        assert again.command() == understood.command()


@given(times, clocks)
def test_a_time_reads_its_own_words_as_itself(text: str, clock: Clock) -> None:
    understood = read_or_refuse(f'orders until:"{text}"', clock)
    assert isinstance(understood, ListQuery)
    assert understood.until is not None
    assert read_or_refuse(f'orders until:"{understood.until.text}"', clock) == understood


@given(commands | any_text | hostile_text, clocks)
@example("orders since:" + "9999999w" * 15, Clock(NOW))
@example("orders rows:000000001" + "9" * 5000, Clock(NOW))
def test_any_text_is_read_or_refused_in_words(text: str, clock: Clock) -> None:
    answer = read_or_refuse(text, clock)
    if isinstance(answer, QueryError):
        assert all((answer.word, answer.problem, answer.expected))


@given(commands | any_text | hostile_text)
@example("orders since:" + "9999999w" * 15)
def test_whether_a_zone_is_needed_can_always_be_told(text: str) -> None:
    with suppress(QueryError):
        request = read(text)
        assert not isinstance(request, ListInstances) or request.query.needs_zone in (True, False)


@given(commands)
@example("/workflowsstatus:erroredstatus:errored orders")
@example("/workflows` orders orders")
def test_every_proposed_command_can_be_read(text: str) -> None:
    refused = read_or_refuse(text, Clock(NOW))
    if isinstance(refused, QueryError) and refused.nearest is not None:
        assert refused.corrected is not None
        assert refused.corrected.startswith(COMMAND)
        assert not isinstance(read_or_refuse(escaped(refused.corrected), Clock(NOW)), QueryError)


@given(hostile_text | any_text)
def test_a_quoted_value_is_one_word_and_no_key(value: str) -> None:
    (token,) = split(quote(value))
    assert token.key is None
    assert token.value == value
    assert token.is_flag is False


@given(hostile_text | any_text)
def test_a_quoted_value_stays_the_value_of_its_key(value: str) -> None:
    (token,) = split(f"cursor:{quote(value)}")
    assert token.key == "cursor"
    assert token.value == value
