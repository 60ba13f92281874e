"""The limits of the local Slack, compared with slackblocks' independent table."""

from contextlib import suppress
from typing import Any

import pytest
import slackblocks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slackblocks import _limits as oracle

from bot.playground.simulators.slack import Message, PayloadValidator, RefusedError, limits
from bot.playground.simulators.slack.blocks import RULES

CENSOR = PayloadValidator()

# Newer sources allow more than older ones; the local Slack uses the smaller number.
STRICTER_THAN_THE_ORACLE = {
    "DATA_TABLE_ROWS_MAX_ITEMS",
    "DATA_TABLE_CONTENT_MAX_LENGTH",
    "DATA_VISUALIZATION_SERIES_MAX_ITEMS",
}
SHARED = sorted(name for name in vars(limits) if name.isupper() and hasattr(oracle, name))


KEYS = [
    "block_id",
    "action_id",
    "text",
    "fields",
    "elements",
    "rows",
    "caption",
    "element",
    "accessory",
    "title",
    "chart",
    "blocks",
]
RAW = {"type": "raw_text", "text": "cell"}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "text", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Older"), "action_id": "older", **more}


def actions(*elements: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def option(text: str = "one", value: str = "1") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def menu(count: int) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "menu", "options": [option()] * count}


def table(kind: str, rows: int, text: str = "cell", columns: int = 2) -> dict[str, Any]:
    row = [{"type": "raw_text", "text": text}] * columns
    caption = {"caption": "runs"} if kind == "data_table" else {}
    return {"type": kind, "rows": [row] * rows, **caption}


def pie(*segments: Any) -> dict[str, Any]:
    return {
        "type": "data_visualization",
        "title": "runs",
        "chart": {"type": "pie", "segments": list(segments)},
    }


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Filter"), "blocks": [section()], **more}


def refusal(*blocks: Any) -> str:
    with pytest.raises(RefusedError) as refused:
        CENSOR.check_message("fallback", list(blocks))
    return str(refused.value)


@pytest.mark.parametrize("name", SHARED)
def test_the_figures_agree_with_slackblocks(name: str) -> None:
    ours, theirs = getattr(limits, name), getattr(oracle, name)
    if name in STRICTER_THAN_THE_ORACLE:
        assert ours < theirs
    else:
        assert ours == theirs


def test_the_oracle_covers_most_figures() -> None:
    assert len(SHARED) > 40
    assert set(SHARED) >= STRICTER_THAN_THE_ORACLE


AT_THE_LIMIT: dict[str, tuple[Any, Any]] = {
    "section text": (section("x" * 3000), section("x" * 3001)),
    "section fields": (
        section(fields=[mrkdwn("x" * 2000)] * 4),
        section(fields=[mrkdwn("x" * 2001)] * 4),
    ),
    "number of fields": (section(fields=[mrkdwn("x")] * 10), section(fields=[mrkdwn("x")] * 11)),
    "header": (
        {"type": "header", "text": plain("x" * 150)},
        {"type": "header", "text": plain("x" * 151)},
    ),
    "context elements": (
        {"type": "context", "elements": [mrkdwn("x")] * 10},
        {"type": "context", "elements": [mrkdwn("x")] * 11},
    ),
    "actions elements": (
        actions(*[button(action_id=str(number)) for number in range(25)]),
        actions(*[button(action_id=str(number)) for number in range(26)]),
    ),
    "button text": (actions(button(text=plain("x" * 75))), actions(button(text=plain("x" * 76)))),
    "button value": (actions(button(value="x" * 2000)), actions(button(value="x" * 2001))),
    "button url": (actions(button(url="x" * 3000)), actions(button(url="x" * 3001))),
    "action_id": (actions(button(action_id="x" * 255)), actions(button(action_id="x" * 256))),
    "block_id": (section(block_id="x" * 255), section(block_id="x" * 256)),
    "accessory": (section(accessory=button()), section(accessory=button(text=plain("x" * 76)))),
    "options": (actions(menu(100)), actions(menu(101))),
    "option text": (
        actions({**menu(1), "options": [option(text="x" * 75)]}),
        actions({**menu(1), "options": [option(text="x" * 76)]}),
    ),
    "option value": (
        actions({**menu(1), "options": [option(value="x" * 150)]}),
        actions({**menu(1), "options": [option(value="x" * 151)]}),
    ),
    "overflow": (
        actions({"type": "overflow", "options": [option()] * 5}),
        actions({"type": "overflow", "options": [option()] * 6}),
    ),
    "markdown": ({"type": "markdown", "text": "x" * 12_000}, {"type": "markdown", "text": "x" * 12_001}),
    "table rows": (table("table", 100), table("table", 101)),
    "table columns": (table("table", 1, columns=20), table("table", 1, columns=21)),
    "data table rows": (table("data_table", 101), table("data_table", 102)),
    "data table characters": (
        table("data_table", 10, "x" * 500),
        table("data_table", 10, "x" * 501),
    ),
    "page size": ({**table("data_table", 2), "page_size": 100}, {**table("data_table", 2), "page_size": 101}),
}


@pytest.mark.parametrize(("fits", "too_much"), AT_THE_LIMIT.values(), ids=AT_THE_LIMIT)
def test_a_limit_is_met_and_not_passed(fits: Any, too_much: Any) -> None:
    CENSOR.check_message("fallback", [fits])
    assert refusal(too_much).startswith("invalid_blocks")


NEVER: dict[str, tuple[Any, str]] = {
    "empty text": (section(""), "must be more than 0 characters"),
    "no text": ({"type": "section"}, "must define either `text` or `fields`"),
    "no header text": ({"type": "header"}, "missing required field: text"),
    "mrkdwn header": ({"type": "header", "text": mrkdwn("no")}, "must be a text object of type plain_text"),
    "mrkdwn button": (actions(button(text=mrkdwn("no"))), "must be a text object of type plain_text"),
    "text that is a number": (section(5), "must be a string"),  # type: ignore[arg-type]
    "no elements": ({"type": "actions", "elements": []}, "no fewer than 1 items allowed"),
    "the same action twice": (actions(button(), button()), "already exists"),
    "a style of its own": (actions(button(style="loud")), "must be one of primary, danger"),
    "a button as input": (
        {"type": "input", "label": plain("Label"), "element": button()},
        "unsupported type: button",
    ),
    "an unheard-of block": ({"type": "hologram"}, "unsupported type: hologram"),
    "an alert in a message": ({"type": "alert", "text": plain("no")}, "unsupported type: alert"),
    "not a block": ("text", "unsupported type: None"),
    "an empty cell": (table("table", 2, ""), "must be more than 0 characters"),
    "a data table of one row": (table("data_table", 1), "no fewer than 2 items allowed"),
    "rows of different lengths": (
        {**table("data_table", 2), "rows": [[RAW], [RAW, RAW]]},
        "must all hold the same number of cells",
    ),
    "a cell of its own kind": (
        {**table("table", 1), "rows": [[{"type": "mrkdwn", "text": "no"}]]},
        "unsupported type: mrkdwn",
    ),
    "a number without text": (
        {**table("data_table", 2), "rows": [[RAW], [{"type": "raw_number", "value": 7}]]},
        "must be more than 0 characters",
    ),
    "a pie with nothing in it": (pie({"label": "errored", "value": 0}), "must be more than 0"),
    "a pie with a long label": (pie({"label": "x" * 21, "value": 1}), "must be less than 21 characters"),
    "mrkdwn in a menu": (
        actions({**menu(1), "options": [{"text": mrkdwn("no"), "value": "1"}]}),
        "must be a text object of type plain_text",
    ),
    "an image without alt_text": (
        {"type": "image", "image_url": "https://example.com/a.png"},
        "missing required field: alt_text",
    ),
}


@pytest.mark.parametrize(("block", "reason"), NEVER.values(), ids=NEVER)
def test_a_broken_block_is_refused_with_its_reason(block: Any, reason: str) -> None:
    assert reason in refusal(block)


WORDS = st.sampled_from(["", "words", "plain_text", "mrkdwn", "raw_text", "raw_number", "button", "pie"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 200) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "type", "elements", "options", "value"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(sorted(RULES)), more=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=3))
def test_any_json_at_all_is_either_shown_or_refused(kind: str, more: dict[str, Any]) -> None:
    block = {**more, "type": kind}
    with suppress(RefusedError):
        CENSOR.check_message("fallback", [block])
    with suppress(RefusedError):
        CENSOR.check_view({"type": "modal", "title": plain("Title"), **more, "blocks": [block]})


def test_a_message_holds_fifty_blocks() -> None:
    CENSOR.check_message("fallback", [section()] * 50)

    assert "no more than 50 items allowed" in refusal(*[section()] * 51)


def test_a_message_holds_one_table_and_two_charts() -> None:
    chart = pie({"label": "errored", "value": 1})
    CENSOR.check_message("fallback", [table("table", 1), chart, chart])

    assert "no more than 1 table blocks" in refusal(table("table", 1), table("table", 1))
    assert "no more than 2 data_visualization blocks" in refusal(chart, chart, chart)


def test_markdown_blocks_share_their_limit() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    CENSOR.check_message("fallback", [half, half])

    assert "in all" in refusal(half, half, {"type": "markdown", "text": "x"})


def test_block_ids_are_not_repeated() -> None:
    assert "block_id already exists: a" in refusal(section(block_id="a"), section(block_id="a"))


def test_a_messages_blocks_hold_some_thirteen_thousand_characters() -> None:
    CENSOR.check_message("fallback", [section("x" * 2640)] * 5)

    assert refusal(*[section("x" * 2640)] * 5, section("x")) == "msg_blocks_too_long"


def test_invisible_strings_do_not_count_as_characters() -> None:
    CENSOR.check_message("fallback", [section(accessory=button(value="x" * 2000))] * 10)


@pytest.mark.parametrize(("text", "blocks"), [(None, None), ("", []), ("", None)])
def test_a_message_needs_text(text: str | None, blocks: Any) -> None:
    with pytest.raises(RefusedError, match="no_text"):
        CENSOR.check_message(text, blocks)


def test_blocks_are_a_list() -> None:
    with pytest.raises(RefusedError, match="must be an array"):
        CENSOR.check_message("fallback", {"type": "section"})


VIEWS: dict[str, Any] = {
    "long title": modal(title=plain("x" * 25)),
    "long submit": modal(submit=plain("x" * 25)),
    "long private_metadata": modal(private_metadata="x" * 3001),
    "too many blocks": modal(blocks=[section()] * 101),
    "no blocks": modal(blocks=[]),
    "a block for messages": modal(blocks=[table("data_table", 2)]),
    "no kind": {**modal(), "type": "window"},
    "an input and no submit": modal(
        blocks=[{"type": "input", "label": plain("Label"), "element": {"type": "plain_text_input"}}]
    ),
    "not an object": "view",
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_broken_view_is_refused(view: Any) -> None:
    with pytest.raises(RefusedError, match="invalid_arguments"):
        CENSOR.check_view(view)


def test_a_view_at_its_limits_is_shown() -> None:
    CENSOR.check_view(
        modal(
            title=plain("x" * 24),
            submit=plain("x" * 24),
            close=None,
            private_metadata="x" * 3000,
            callback_id="",
            blocks=[section()] * 100,
        )
    )


def test_a_view_of_more_than_250_kilobytes_is_too_large() -> None:
    with pytest.raises(RefusedError, match="view_too_large"):
        CENSOR.check_view(modal(blocks=[section("x" * 3000)] * 100))


def test_blocks_of_slackblocks_are_accepted() -> None:
    def words(text: str) -> slackblocks.Text:
        return slackblocks.Text(text, type_=slackblocks.TextType.PLAINTEXT)

    runs = slackblocks.DataSeries("runs", [slackblocks.DataPoint("Mon", 1), slackblocks.DataPoint("Tue", 2)])
    axes = slackblocks.AxisConfig(["Mon", "Tue"])
    message = slackblocks.Message(
        channel="general",
        text="fallback",
        blocks=[
            slackblocks.HeaderBlock("Header"),
            slackblocks.SectionBlock(
                "text", accessory=slackblocks.Button("Details", action_id="show", value="1")
            ),
            slackblocks.ContextBlock([slackblocks.Text("context")]),
            slackblocks.DividerBlock(),
            slackblocks.ActionsBlock(
                [
                    slackblocks.Button("Older", action_id="older", style="primary"),
                    slackblocks.StaticSelectMenu(
                        action_id="menu", options=[slackblocks.Option(words("One"), "1")]
                    ),
                    slackblocks.OverflowMenu("more", [slackblocks.Option(words("Two"), "2")]),
                ]
            ),
            slackblocks.MarkdownBlock("*words*"),
            slackblocks.ImageBlock("https://example.com/a.png", alt_text="a"),
            slackblocks.TableBlock([[slackblocks.RawText("cell")]]),
            slackblocks.DataTableBlock(
                [[slackblocks.RawText("h")], [slackblocks.RawNumber(1, "1")]], "caption"
            ),
            slackblocks.DataVisualizationBlock(
                "pie", slackblocks.PieChart([slackblocks.ChartSegment("a", 1)])
            ),
            slackblocks.DataVisualizationBlock("bars", slackblocks.BarChart([runs], axes)),
        ],
    )

    CENSOR.check_message("fallback", message.to_dict()["blocks"])


def test_all_text_is_the_visible_text() -> None:
    link = {"type": "link", "url": "https://example.com"}
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "rich "}, link]}],
    }
    confirm = {"title": plain("hidden"), "text": plain("hidden"), "confirm": plain("y"), "deny": plain("n")}
    blocks = (
        {"type": "header", "text": plain("Header")},
        section("text", fields=[mrkdwn("field")], accessory=button(value="hidden", confirm=confirm)),
        {"type": "context", "elements": [mrkdwn("context"), {"type": "image", "alt_text": "alt"}]},
        rich,
        {
            "type": "data_table",
            "caption": "caption",
            "rows": [[{"type": "raw_number", "value": 7, "text": "seven"}]],
        },
    )
    message = Message(ts="1.1", channel="C", text="fallback", blocks=blocks)

    assert message.all_text().splitlines() == [
        "Header",
        "text",
        "field",
        "Older",
        "context",
        "alt",
        "rich ",
        "https://example.com",
        "caption",
        "seven",
    ]
