"""All that people can read in a message, wherever Slack has it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.message_text import MOST_TEXT, message_text

MRKDWN = {"type": "mrkdwn", "text": "in a section"}
BUTTON = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Open"},
    "value": "2.secret",
    "url": "https://dash.cloudflare.com",
    "confirm": {"text": {"type": "plain_text", "text": "Sure?"}},
}


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        ({"text": "hello"}, ["hello"]),
        ({"text": "behind", "blocks": [{"type": "section", "text": MRKDWN}]}, ["in a section", "behind"]),
        ({"blocks": [{"type": "section", "fields": [MRKDWN, MRKDWN]}]}, ["in a section"] * 2),
        ({"blocks": [{"type": "actions", "elements": [BUTTON]}]}, ["Open", "https://dash.cloudflare.com"]),
        ({"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": [
            {"type": "rich_text_section", "elements": [
                {"type": "text", "text": "a"}, {"type": "link", "url": "https://b", "text": "c"},
                {"type": "user", "user_id": "U1"}, {"type": "emoji", "name": "tada"},
            ]},
        ]}]}]}, ["a", "https://b", "c"]),
        ({"attachments": [{"pretext": "p", "title": "t", "title_link": "https://l", "text": "x", "color": "r",
                           "fields": [{"title": "Workflow", "value": "orders", "short": True}]}]},
         ["p", "t", "https://l", "x", "Workflow", "orders"]),
        ({"attachments": [{"blocks": [{"type": "section", "text": MRKDWN}]}]}, ["in a section"]),
        ({"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}]]}]}, ["cell"]),
    ],
)  # fmt: skip
def test_the_texts_of_a_message(message: dict[str, Any], texts: list[str]) -> None:
    assert message_text(message).split("\n") == texts


def test_a_long_message_is_cut() -> None:
    assert message_text({"text": "x" * 100_000}) == "x" * MOST_TEXT
    assert len(message_text({"blocks": [{"text": "y" * 999}] * 100})) <= MOST_TEXT
    assert len(message_text({"blocks": [{"text": ""}] * 100_000})) <= MOST_TEXT


def test_no_depth_is_too_deep() -> None:
    nested: Any = {"text": "deep"}
    for _ in range(4_000):
        nested = {"elements": [nested]}
    assert not message_text({"blocks": [nested] * 3, "text": "not reached"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["text", "blocks", "elements", "url", "value", "short", "x"]), inner
        )
    ),
)


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments"]), JSON))
def test_any_object_has_a_text(message: dict[str, Any]) -> None:
    assert len(message_text(message)) <= MOST_TEXT
