"""Quotes, flags, and what Slack does to a text on its way."""

import pytest

from bot.language.errors import QueryError
from bot.language.tokens import from_slack, split


@pytest.mark.parametrize(
    "text",
    [
        '"my flow"',
        "'my flow'",
        "“my flow”",
        "„my flow“",
        "”my flow”",
        "«my flow»",
        "‘my flow’",
        "‚my flow‘",
        '“my flow"',
    ],
)
def test_any_keyboard_s_quotes_hold_words_together(text: str) -> None:
    (word,) = split(text)
    assert word.value == "my flow"
    assert word.quoted is True


@pytest.mark.parametrize(
    "text", ['since:"yesterday 09:00"', "since:“yesterday 09:00”", "since:'yesterday 09:00'"]
)
def test_a_value_may_stand_in_quotes(text: str) -> None:
    (word,) = split(text)
    assert word.key == "since"
    assert word.value == "yesterday 09:00"


def test_a_plain_quote_is_not_closed_by_another_kind() -> None:
    (word,) = split('"it’s here"')
    assert word.value == "it’s here"


def test_an_apostrophe_inside_a_word_opens_nothing() -> None:
    assert [word.value for word in split("ada's flow")] == ["ada's", "flow"]


def test_a_backslash_keeps_a_quote_inside_quotes() -> None:
    (word,) = split(r'"a \"b\" \\ c"')
    assert word.value == r'a "b" \ c'


def test_a_backslash_before_anything_else_is_a_backslash() -> None:
    (word,) = split(r'"C:\temp"')
    assert word.value == r"C:\temp"


@pytest.mark.parametrize("text", ['orders "abc', "since:'2h", "“x"])
def test_a_quote_that_is_never_closed_is_named(text: str) -> None:
    with pytest.raises(QueryError, match="opens a quote that is never closed"):
        split(text)


@pytest.mark.parametrize("dashes", ["--", "—", "–"])
def test_a_flag_survives_what_keyboards_make_of_two_dashes(dashes: str) -> None:
    (word,) = split(f"{dashes}Per-Page=20")
    assert word.key == "per_page"
    assert word.value == "20"
    assert word.is_flag is True


def test_a_word_that_only_begins_like_a_flag_is_a_word() -> None:
    (word,) = split("--2h")
    assert word.key is None
    assert word.value == "--2h"


def test_keys_are_read_without_regard_to_case() -> None:
    assert split("STATUS:Errored")[0].key == "status"


def test_an_address_is_no_key() -> None:
    (word,) = split("https://example.com/x")
    assert word.key is None


@pytest.mark.parametrize("space", [" ", "  ", "\t", "\n", "\u00a0", "\u3000"])
def test_any_space_parts_words(space: str) -> None:
    assert [word.value for word in split(f"a{space}b{space}")] == ["a", "b"]


def test_only_key_and_value_belong_to_the_text_of_a_word() -> None:
    assert [word.text for word in split('since:"a b"  x')] == ['since:"a b"', "x"]


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("<https://order.example|order.example>", "order.example"),
        ("<https://order.example/a>", "https://order.example/a"),
        ("<mailto:ops@example.com|ops@example.com>", "ops@example.com"),
        ("<tel:+4930123456|030 123456>", "030 123456"),
        ("<@U012AB3CD|ada>", "@ada"),
        ("<@U012AB3CD>", "@U012AB3CD"),
        ("<#C012AB3CD|general>", "#general"),
        ("<#C012AB3CD|>", "#C012AB3CD"),
        ("<!here>", "@here"),
        ("<!here|@here>", "@here"),
        ("<!subteam^S012AB3CD|@oncall>", "@oncall"),
        ("<!subteam^S012AB3CD>", "@S012AB3CD"),
        ("<@U012AB3CD|Ada Lovelace>", "@U012AB3CD"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("&amp;lt;", "&lt;"),
        ("cursor:a&amp;b", "cursor:a&b"),
        ("2 < 3 > 1", "2 < 3 > 1"),
    ],
)
def test_what_slack_wrote_is_undone(sent: str, typed: str) -> None:
    assert from_slack(sent) == typed
