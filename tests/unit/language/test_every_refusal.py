"""Every command about instances that can't be understood leads on: to at least one that can, and means it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.browse.command.options import LIST_OPTIONS
from bot.browse.command.pending_query import TimesRefused
from bot.browse.requests import OfInstances
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.routing.command_reader import read_command, read_with_times
from tests.support.commands import typed

WORKFLOWS = ("order-processing", "order-refunds", "emails", "image-pipeline")
VERBS = ("", "list", "failures", "stats", "export", "find", "search", "show", "why", "csv")
NAMES = (
    *("", "*", "order-processing", "emails,image-pipeline", "order-*", "banana", "bananas-*", "foo,bar", "5"),
    *("order-processing,banana", '""', "x" * 65, "ord-59603", "latest"),
)
GOOD = {
    "status": "errored",
    "since": "5h",
    "until": "1h",
    "rows": "5",
    "view": "table",
    "trigger": "cron",
    "version": "4f2a",
    "longer": "10m",
    "shorter": "2h",
    "id": "ord-59",
    "error": "timeout",
    "step": "charge-card",
    "account": "staging",
}
BAD = (
    *("banana", "", "!!", "-5", "0", "99999999999999w", "tomorrow", "10/11/2026", "1.5", "24", "2hous", '""'),
    *("yesteday", "25:00", "errord,banana", "a b", "#nowhere", "xlsx", "'", "١٢", "=1+1", "é", "\u202e", "*"),
)
KEYS = (*(option.key for option in LIST_OPTIONS), "search", "as", "to", "output", "statsu", "nonsense", "not")
PAIRS = (
    *("longer:2h shorter:1h", "longer:1h shorter:1h", "since:1h until:2h", "since:1h until:1h"),
    *("created:1h created_until:3h", "since:1h created:2h", "page:2 cursor:x", "since:1h since:2h"),
    *("status:complete error:x", "page:2 since:2h status:errored", "direction:asc", "--status", "--since"),
    *("--banana x", "as xlsx", "to #nowhere", "since banana", "longer than abc", "foo bar", "except emails"),
)


def refusal(text: str, workflows: tuple[str, ...]) -> QueryError | None:
    """Return why a command is refused; None if it is understood."""
    command = typed(text, workflows)
    try:
        request = read_command(command)
        if isinstance(request, OfInstances):
            request.resolve(command.clock)
    except QueryError as error:
        return error
    return None


def require_proposals(
    text: str, kept: tuple[str, ...] = (), names: tuple[tuple[str, ...], ...] = (WORKFLOWS, ())
) -> None:
    """Fail if a command is refused without one that is understood, or if such a one lacks what was right."""
    for workflows in names:
        error = refusal(text, workflows)
        if error is None:
            continue
        assert error.proposals, f"{text!r}: {error}"
        assert error.problem
        assert error.expected
        for proposal in error.proposals:
            assert isinstance(proposal, Command)
            read_with_times(typed(proposal.text, () if isinstance(error, TimesRefused) else workflows))
            leads_on = proposal.text.startswith("help ") or proposal.text == "list"
            lacks = [word for word in kept if word not in proposal.text and word != error.word]
            assert leads_on or not lacks, f"{text!r} -> {proposal.text!r} without {lacks}"


@pytest.mark.parametrize("verb", ["list", "failures", "stats", "export", "find"])
def test_a_refusal_of_any_value_of_any_filter_proposes_what_can_be_read(verb: str) -> None:
    for key in KEYS:
        for value in BAD if key in ("since", "longer", "status") else BAD[:5]:
            require_proposals(f"{verb} order-processing {key}:{value}", names=(WORKFLOWS,))
    for pair in PAIRS:
        require_proposals(f"{verb} order-processing {pair}", names=(WORKFLOWS,))


@pytest.mark.parametrize("verb", ["list", "failures", "stats", "export"])
@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_of_a_name_proposes_what_can_be_read(verb: str, name: str) -> None:
    require_proposals(f"{verb} {name}".strip())
    require_proposals(f"{verb} {name} since:2h".strip())


@given(
    verb=st.sampled_from(["list", "failures", "stats", "export"]),
    good=st.sampled_from(["since", "account"]),
    key=st.sampled_from(KEYS),
    value=st.sampled_from(BAD),
)
@example("export", "since", "longer", "banana")
@example("failures", "account", "since", "10/11/2026")
@example("stats", "account", "since", "tomorrow")
def test_what_is_right_in_a_refused_command_stays_in_what_it_proposes(
    verb: str, good: str, key: str, value: str
) -> None:
    if key in (good, "search", "created", "not") or "'" in value:
        return
    word = f"{good}:{GOOD[good]}"
    require_proposals(f"{verb} emails {word} {key}:{value}", kept=("emails", GOOD[good]))


@given(
    verb=st.sampled_from(VERBS),
    name=st.sampled_from(NAMES),
    words=st.lists(
        st.one_of(
            st.builds("{}:{}".format, st.sampled_from(KEYS), st.sampled_from(BAD)),
            st.sampled_from([f"{key}:{value}" for key, value in GOOD.items()]),
            st.sampled_from(PAIRS),
            st.sampled_from(["failed", "yesterday", "stuck", "top 5", "as a table", "to here", "?", "and"]),
        ),
        max_size=4,
    ),
)
def test_a_refusal_of_any_words_proposes_what_can_be_read(verb: str, name: str, words: list[str]) -> None:
    require_proposals(" ".join((verb, name, *words)).strip())
