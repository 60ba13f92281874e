"""A word that is one slip away from a time is offered as that time wherever one may stand."""

import pytest

from bot.browse.requests import ListInstances
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.language.mistyped_times import one_slip_from
from bot.routing.command_reader import read_command
from bot.routing.other_meanings import may_mean_another
from tests.support.commands import NOW

NAMES = ("emails", "nightly-cleanup", "orders", "weekly")


def refuse(text: str) -> QueryError:
    """Return the error of a command that is read with the names of the workflows."""
    with pytest.raises(QueryError) as error:
        read_command(Command(text, now=NOW, workflows=NAMES))
    return error.value


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("what failed last nigth", "what failed last night"),
        ("what failed lats night", "what failed last night"),
        ("what failed in the last huor", "what failed in the last hour"),
        ("failed overnigth", "failed overnight"),
        ("errors todya", "errors today"),
        ("failures yesteday", "failures yesterday"),
        ("failures last nigth", "failures last night"),
        ("failures orders since yesteday", "failures orders since yesterday"),
        ("orders last weak", "orders last week"),
        ("orders between mondey and friday", "orders between monday and friday"),
        ("orders failed past 2 huors", "orders failed past 2 hours"),
        ("ordesr yesteday", "orders yesterday"),
        ("failures since lst night", "failures since last night"),
        ("list orders since yeterday until tody", "list orders since yesterday until today"),
        ("what failed on mondya", "what failed on monday"),
        ("errors from thrusday", "errors from thursday"),
        ("orders failed in the last huor", "orders failed in the last hour"),
        ("stats Yesteday", "stats yesterday"),
        ("export orders yesteday", "export orders yesterday"),
        ("show orders failed yesteday", "show orders failed yesterday"),
        ("why did orders fail yesteday", "why did orders fail yesterday"),
        ("show me what failed in the last hou", "show me what failed in the last hour"),
        ("show what broke last nigth", "show what broke last night"),
        ("status of orders lats week", "status of orders last week"),
    ],
)
def test_the_time_that_is_meant_is_proposed(text: str, right: str) -> None:
    assert refuse(text).corrected == f"/workflows {right}"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("show me what faild in the last hou", "show me what errored in the last hour"),
        ("show ordrs failed last hou", "show orders failed last hour"),
        ("faild ordrs last nigth", "errored orders last night"),
        ("failures in the last hou for ordrs", "failures in the last hour for orders"),
        ("orders from yesteday to last nigth", "orders from yesterday to last night"),
        ("ordrs failed from yesteday to this mornng", "orders failed from yesterday to this morning"),
    ],
)
def test_several_slips_are_corrected_at_once(text: str, right: str) -> None:
    assert refuse(text).corrected == f"/workflows {right}"


def test_the_mistyped_word_is_named() -> None:
    error = refuse("what failed last nigth")
    assert (error.word, error.problem) == ("nigth", "is not a time I can read")


@pytest.mark.parametrize(
    "text", ["last weekly", "weekly failed", "nightly failed", "nightly-cleanup last night"]
)
def test_a_workflow_may_be_called_nearly_like_a_time(text: str) -> None:
    assert isinstance(read_command(Command(text, now=NOW, workflows=NAMES)), ListInstances)


def test_a_workflow_may_be_one_slip_away_from_a_time() -> None:
    request = read_command(Command("nigth failed", now=NOW, workflows=(*NAMES, "nigth")))
    assert isinstance(request, ListInstances)
    assert request.query.query.workflow == "nigth"


def test_a_word_in_quotes_is_meant_as_it_is() -> None:
    assert "yesterday" not in "".join(proposal.whole() for proposal in refuse('orders "yesteday"').proposals)


def test_another_mistake_is_told_first_where_the_time_alone_does_not_help() -> None:
    assert refuse("wat failed last nigth").word == "wat"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("orders failed with weak password", 'error:"weak password"'),
        ("orders failed in paste", "step:paste"),
        ('orders failed in "mondya"', "step:mondya"),
    ],
)
def test_a_text_may_hold_what_is_no_time_there(text: str, read: str) -> None:
    request = read_command(Command(text, now=NOW, workflows=NAMES))
    assert isinstance(request, ListInstances)
    assert read in request.command()


@pytest.mark.parametrize("text", ["orders xday", "orders weak password", "orders banana today"])
def test_what_is_no_time_with_the_right_word_is_not_offered_as_one(text: str) -> None:
    assert refuse(text).problem != "is not a time I can read"


def test_a_name_that_may_be_a_time_mistyped_is_looked_up_among_the_workflows() -> None:
    typed = Command("what failed yesteday", now=NOW)
    assert may_mean_another(read_command(typed), typed)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("nigth", "night"),
        ("huor", "hour"),
        ("yesteday", "yesterday"),
        ("yesterdayy", "yesterday"),
        ("weak", "week"),
        ("mondat", "monday"),
        ("mornings", "morning"),
        ("weekly", None),
        ("nightly", None),
        ("nghit", None),
        ("dya", None),
        ("lst", "last"),
        ("night", None),
        ("", None),
    ],
)
def test_one_letter_may_be_wrong_missing_too_many_or_swapped(word: str, meant: str | None) -> None:
    assert one_slip_from(word) == meant
