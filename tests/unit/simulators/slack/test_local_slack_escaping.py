"""The escaping of a command's text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.tokens import from_slack
from bot.playground.simulators.slack import User, Workspace
from bot.playground.simulators.slack.directory import ADA, GRACE, SECRET
from bot.playground.simulators.slack.escaping import escape_text

PIECES = (
    *("#ops", "@ada", "@oncall", "@here", "#nowhere", "https://example.com/x?a=1&b=2", "ada@example.com"),
    *("&", "<", ">", "&lt;", "#", "@", "|", " ", ",", ".", '"', "http://", "word", "é"),
)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("digest in #ops", "digest in <#C0OPS0001|ops>"),
        ("channel:#ops, then", "channel:<#C0OPS0001|ops>, then"),
        ('"#ops"', '"<#C0OPS0001|ops>"'),
        ("#secret", "<#G0SECRET1|>"),
        ("@ada,@grace.", "<@U0ADA0001|ada>,<@U0GRACE01|grace>."),
        ("@workflows", "<@U0BOT0001|workflows>"),
        ("mention:@oncall @here", "mention:<!subteam^S0ONCALL1|@oncall> <!here>"),
        ("@channel @everyone", "<!channel> <!everyone>"),
        ("see https://example.com/a?b=1&c=2.", "see <https://example.com/a?b=1&amp;c=2>."),
        ("ada@example.com", "<mailto:ada@example.com|ada@example.com>"),
        ("#opsy @adam #ops-2 @ @@ #", "#opsy @adam #ops-2 @ @@ #"),
        ("x#ops y@ada", "x#ops y@ada"),
        ("a<b & c>d &lt;", "a&lt;b &amp; c&gt;d &amp;lt;"),
        ("<#C0OPS0001|ops>", "&lt;#C0OPS0001|ops&gt;"),
        ("#0 9 * * 1-5", "#0 9 * * 1-5"),
        ("", ""),
    ],
)
def test_names_get_their_ids_and_signs_become_entities(typed: str, sent: str) -> None:
    assert escape_text(typed, Workspace(), ADA) == sent


@pytest.mark.parametrize(("who", "sent"), [(ADA, "<#G0SECRET1|>"), (GRACE, "#secret")])
def test_a_private_channel_is_known_to_those_in_it(who: User, sent: str) -> None:
    secret = replace(SECRET, members=frozenset({ADA.id}))

    assert escape_text("#secret", Workspace(channels=(secret,)), who) == sent


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_the_bot_reads_escaped_and_plain_text(typed: str) -> None:
    for workspace in (Workspace(), Workspace(should_escape=False)):
        assert from_slack(escape_text(typed, workspace, ADA)) == typed


def test_without_should_escape_only_the_signs_change() -> None:
    typed = "#ops @ada @here https://example.com a&b"

    assert escape_text(typed, Workspace(should_escape=False), ADA) == typed.replace("&", "&amp;")
