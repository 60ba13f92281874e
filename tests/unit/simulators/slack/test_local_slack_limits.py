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
from bot.playground.simulators.slack.message import elements_of, with_ids

CENSOR = PayloadValidator()

# Newer sources allow more than older ones; the local Slack uses the smaller number.
STRICTER_THAN_THE_ORACLE = {"DATA_VISUALIZATION_SERIES_MAX_ITEMS"}
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
    "child_blocks",
    "rich_text_title",
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


def container(*children: Any, **more: Any) -> dict[str, Any]:
    return {"type": "container", "title": plain("Output"), "child_blocks": list(children), **more}


def action_cell(**more: Any) -> dict[str, Any]:
    return {"type": "action", "element": button(), "fallback": RAW, **more}


def data_table(*cells: Any, **more: Any) -> dict[str, Any]:
    """Return a table of one column with a header and these cells below it."""
    return {"type": "data_table", "caption": "runs", "rows": [[RAW], *([cell] for cell in cells)], **more}


def alert(**more: Any) -> dict[str, Any]:
    return {"type": "alert", "text": plain("Not saved"), **more}


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
    "table rows": (table("table", 100), table("table", 101)),
    "table columns": (table("table", 1, columns=20), table("table", 1, columns=21)),
    "data table rows": (table("data_table", 201), table("data_table", 202)),
    "data table columns": (table("data_table", 2, columns=20), table("data_table", 2, columns=21)),
    "data table characters": (
        table("data_table", 10, "x" * 1000),
        table("data_table", 10, "x" * 1001),
    ),
    "largest page": (data_table(RAW, page_size=100), data_table(RAW, page_size=101)),
    "smallest page": (data_table(RAW, page_size=1), data_table(RAW, page_size=0)),
    "row header": (data_table(RAW, row_header_column_index=0), data_table(RAW, row_header_column_index=1)),
    "button in a cell": (
        data_table(action_cell(element=button(text=plain("x" * 75), value="x" * 2000))),
        data_table(action_cell(element=button(value="x" * 2001))),
    ),
    "container title": (
        container(section(), title=plain("x" * 150)),
        container(section(), title=plain("x" * 151)),
    ),
    "container subtitle": (
        container(section(), subtitle=mrkdwn("x" * 150)),
        container(section(), subtitle=mrkdwn("x" * 151)),
    ),
    "blocks of a container": (container(*[section()] * 10), container(*[section()] * 11)),
    "text in a container": (container(section("x" * 3000)), container(section("x" * 3001))),
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
    "a cell whose text is no string": (data_table({"type": "raw_text", "text": 7}), "must be more than 0"),
    "a number that is a word": (data_table({"type": "raw_number", "value": "7", "text": "7"}), "a number"),
    "a menu in a cell": (data_table(action_cell(element=menu(1))), "unsupported type: static_select"),
    "a cell with no button": (data_table({"type": "action", "fallback": RAW}), "unsupported type: None"),
    "a button for a fallback": (data_table(action_cell(fallback=button())), "unsupported type: button"),
    "an empty fallback": (
        data_table(action_cell(fallback={"type": "raw_text", "text": ""})),
        "must be more than 0 characters",
    ),
    "a button in the header": (
        {**data_table(RAW), "rows": [[action_cell()], [RAW]]},
        "unsupported type in a header: action",
    ),
    "rich text in the header": (
        {**data_table(RAW), "rows": [[{"type": "rich_text", "elements": []}], [RAW]]},
        "unsupported type in a header: rich_text",
    ),
    "a button in a plain table": ({"type": "table", "rows": [[action_cell()]]}, "unsupported type: action"),
    "a page of no size": (data_table(RAW, page_size=True), "must be between 1 and 100"),
    "a container without a title": (
        {"type": "container", "child_blocks": [section()]},
        "missing required field: title or rich_text_title",
    ),
    "a container with a mrkdwn title": (container(section(), title=mrkdwn("no")), "type plain_text"),
    "a container with nothing in it": (container(), "no fewer than 1 items allowed"),
    "a container in a container": (container(container(section())), "unsupported type: container"),
    "a data table in a container": (container(data_table(RAW)), "unsupported type: data_table"),
    "a chart in a container": (
        container(pie({"label": "errored", "value": 1})),
        "unsupported type: data_visualization",
    ),
    "a container that starts folded and can't unfold": (
        container(section(), default_collapsed=True),
        "requires `is_collapsible`",
    ),
    "a divider under a title that folds": (
        container(section(), is_collapsible=True, has_header_divider=True),
        "cannot be used with `is_collapsible`",
    ),
    "a container of its own width": (container(section(), width="huge"), "must be one of narrow"),
    "a flag that is a word": (container(section(), is_collapsible="yes"), "must be a boolean"),
    "a pie with nothing in it": (pie({"label": "errored", "value": 0}), "must be more than 0"),
    "a pie with a long label": (pie({"label": "x" * 21, "value": 1}), "must be less than 21 characters"),
    "mrkdwn in a menu": (
        actions({**menu(1), "options": [{"text": mrkdwn("no"), "value": "1"}]}),
        "must be a text object of type plain_text",
    ),
    "a block that this bot does not send": (
        {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"},
        "unsupported type: image",
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


def test_what_a_container_holds_counts_towards_the_message() -> None:
    CENSOR.check_message("fallback", [container(*[section()] * 9)] * 5)

    assert "no more than 50 items allowed" in refusal(*[container(*[section()] * 10)] * 5)
    assert "no more than 1 table blocks" in refusal(container(table("table", 1)), table("table", 1))
    assert refusal(*[container(section("x" * 2640))] * 6) == "msg_blocks_too_long"


def test_the_cells_of_all_data_tables_of_a_message_have_a_limit_together() -> None:
    half = table("data_table", 5, "x" * 1000)
    CENSOR.check_message("fallback", [half, half, section("x" * 3000)])

    assert "must be less than 20001 characters" in refusal(half, half, data_table(RAW))


def test_block_ids_are_not_repeated() -> None:
    assert "block_id already exists: a" in refusal(section(block_id="a"), section(block_id="a"))
    inside = container(section(block_id="a"))
    assert "block_id already exists: a" in refusal(section(block_id="a"), inside)


@pytest.mark.parametrize(
    ("kind", "block"),
    [
        ("container", container(section())),
        ("data_table", data_table(action_cell())),
        ("action", data_table(action_cell())),
        ("table", container(table("table", 1))),
    ],
)
def test_a_slack_may_lack_a_newer_block_or_cell(kind: str, block: Any) -> None:
    CENSOR.check_message("fallback", [block])

    with pytest.raises(RefusedError, match=f"invalid_blocks.*unsupported type: {kind}"):
        PayloadValidator(frozenset({kind})).check_message("fallback", [block])


def test_a_slack_without_buttons_in_cells_takes_a_table_without_them() -> None:
    PayloadValidator(frozenset({"action"})).check_message("fallback", [data_table(RAW)])


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
    "a data table": modal(blocks=[table("data_table", 2)]),
    "a table": modal(blocks=[table("table", 2)]),
    "a container": modal(blocks=[container(section())]),
    "a chart": modal(blocks=[pie({"label": "errored", "value": 1})]),
    "a long alert": modal(blocks=[alert(text=plain("x" * 201))]),
    "an alert of its own level": modal(blocks=[alert(level="fatal")]),
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
            blocks=[alert(text=mrkdwn("x" * 200), level="error"), *[section()] * 99],
        )
    )


def test_a_slack_without_alerts_refuses_a_view_with_one() -> None:
    with pytest.raises(RefusedError, match="unsupported type: alert"):
        PayloadValidator(frozenset({"alert"})).check_view(modal(blocks=[alert()]))


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
            slackblocks.TableBlock([[slackblocks.RawText("cell")]]),
            slackblocks.DataTableBlock(
                [[slackblocks.RawText("h")], [slackblocks.RawNumber(1, "1")]], "caption"
            ),
            slackblocks.DataVisualizationBlock(
                "pie", slackblocks.PieChart([slackblocks.ChartSegment("a", 1)])
            ),
            slackblocks.DataVisualizationBlock("bars", slackblocks.BarChart([runs], axes)),
            slackblocks.ContainerBlock(
                [slackblocks.SectionBlock("folded")],
                title="Output",
                is_collapsible=True,
                default_collapsed=True,
            ),
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
        {"type": "context", "elements": [mrkdwn("context")]},
        rich,
        {
            "type": "data_table",
            "caption": "caption",
            "rows": [[{"type": "raw_number", "value": 7, "text": "seven"}, action_cell()]],
        },
        container(section("folded"), title=plain("Output")),
    )
    message = Message(ts="1.1", channel="C", text="fallback", blocks=blocks)

    assert message.all_text().splitlines() == [
        "Header",
        "text",
        "field",
        "Older",
        "context",
        "rich ",
        "https://example.com",
        "caption",
        "seven",
        "Older",
        "Output",
        "folded",
    ]


def test_buttons_in_cells_and_containers_are_found_with_their_block() -> None:
    rows = [action_cell(element=button(action_id="show", value=str(number))) for number in (1, 2)]
    blocks = [data_table(*rows, block_id="table"), container(section(accessory=button()), block_id="fold")]
    message = Message(ts="1.1", channel="C", text="fallback", blocks=with_ids(blocks))
    assert [(found.block_id, found.value) for found in message.buttons()[:2]] == [
        ("table", "1"),
        ("table", "2"),
    ]
    child = message.blocks[1]["child_blocks"][0]
    assert message.button("older").block_id == child["block_id"] != "fold"


def test_elements_without_an_action_id_get_one_wherever_they_are() -> None:
    nameless = {"type": "button", "text": plain("Older")}
    blocks = with_ids([data_table(action_cell(element=nameless)), container(actions(nameless))])

    assert all(element["action_id"] for _, element in elements_of(blocks))
    assert len(list(elements_of(blocks))) == 2
