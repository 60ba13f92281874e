"""Messages and modals with every block and element of Block Kit."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(name: str) -> Json:
    return {"text": plain(name.title()), "value": name}


def button(label: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action_id, **more}


def asked(label: str, element: Json, **more: Any) -> Json:
    """Return an input block whose block id is the label's first word in lower case."""
    return {
        "type": "input",
        "block_id": label.split(maxsplit=1)[0].lower(),
        "label": plain(label),
        "element": {"action_id": "given", **element},
        "optional": True,
        **more,
    }


LONG_ID = "*/30 * * * *-" + "1786001400000" * 19 + "12345678901"
MARKUP = (
    "*bold* _italic_ ~struck~ `code <b>` <https://example.com|a link> <@U0ADA0001> <#C0OPS0001> <!here> "
    "<!subteam^S0ONCALL1> <@U0BOT0001>\n"
    "> quoted\n```pre\n  formatted```\n:tada: &lt;script&gt;alert(1)&lt;/script&gt; "
    "<!date^1786001400^{date_short_pretty} at {time}|2026-08-06>"
)
OPTIONS = [option(name) for name in ("apple", "banana", "cherry")]
GROUPS = [
    {"label": plain("Fruit"), "options": OPTIONS},
    {"label": plain("Roots"), "options": [option("leek")]},
]
DAYS = ["Mon", "Tue", "Wed"]
RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Rich ", "style": {"bold": True}},
                {"type": "link", "url": "https://example.com", "text": "link"},
                {"type": "user", "user_id": "U0GRACE01"},
                {"type": "emoji", "name": "tada"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": name}]}
                for name in ("first item", "second item")
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a quote"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "pre  formatted"}]},
    ],
}


def _cell(value: str | int) -> Json:
    if isinstance(value, int):
        return {"type": "raw_number", "value": value, "text": f"{value:,}"}
    return {"type": "raw_text", "text": value}


DATA_TABLE: Json = {
    "type": "data_table",
    "caption": "Instances by workflow",
    "page_size": 3,
    "rows": [
        [_cell("Workflow"), _cell("Errored")],
        *([_cell(f"workflow-{number}"), _cell(number * 1000)] for number in (3, 1, 2, 5, 4)),
    ],
}
TABLE: Json = {
    "type": "table",
    "rows": [[_cell("Name"), _cell("Count")], [_cell("plain table row"), _cell("12")]],
}


def _points(*values: int) -> list[Json]:
    return [{"label": label, "value": value} for label, value in zip(DAYS, values, strict=True)]


def chart(kind: str) -> Json:
    points = _points(3, 8, 5)
    drawn: Json = {"type": kind}
    if kind == "pie":
        drawn["segments"] = points
    else:
        drawn["series"] = [
            {"name": "errored", "data": points},
            {"name": "complete", "data": _points(9, 2, 6)},
        ]
        drawn["axis_config"] = {
            "categories": DAYS,
            "x_label": "Day",
            "y_label": "Instances",
        }
    return {"type": "data_visualization", "title": f"A {kind} chart", "chart": drawn}


def charts(*kinds: str) -> list[Json]:
    return [chart(kind) for kind in kinds]


def showcase() -> list[Json]:
    """Return a message with all blocks without interaction."""
    return [
        {"type": "header", "text": plain("Showcase")},
        {"type": "section", "text": mrkdwn(MARKUP), "accessory": button("Beside", "noted", value="beside")},
        {"type": "section", "fields": [mrkdwn("*Left*\none"), mrkdwn("*Right*\ntwo")]},
        {"type": "section", "text": mrkdwn(f"`{LONG_ID}`")},
        {"type": "context", "elements": [mrkdwn("small print"), plain("plain print")]},
        {"type": "divider"},
        RICH,
        {"type": "markdown", "text": "## Markdown\n\n- **strong** item\n"},
        TABLE,
        DATA_TABLE,
    ]


def controls() -> list[Json]:
    """Return a message with every element that messages support."""
    elements: list[Json] = [
        button("Plain", "noted", value="plain"),
        button("Sure?", "sure", value="sure", style="danger", confirm=_CONFIRM),
        {"type": "static_select", "action_id": "choose", "placeholder": plain("Choose"), "options": OPTIONS},
        {"type": "overflow", "action_id": "more", "options": OPTIONS},
        {"type": "checkboxes", "action_id": "check", "options": OPTIONS},
        {"type": "radio_buttons", "action_id": "radio", "options": OPTIONS},
        {"type": "datepicker", "action_id": "date", "initial_date": "2026-11-23"},
        {"type": "timepicker", "action_id": "time"},
        {"type": "users_select", "action_id": "user", "placeholder": plain("Who")},
        {
            "type": "external_select",
            "action_id": "lookup",
            "placeholder": plain("Look up"),
            "min_query_length": 1,
        },
    ]
    return [{"type": "actions", "block_id": "controls", "elements": elements}]


_CONFIRM: Json = {
    "title": plain("Really?"),
    "text": mrkdwn("It *can't* be undone."),
    "confirm": plain("Do it"),
    "deny": plain("Leave it"),
}


def form() -> Json:
    """Return a modal with every input."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("A form"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "notify_on_close": True,
        "private_metadata": "kept",
        "blocks": [
            {"type": "section", "text": mrkdwn("Everything that can be asked.")},
            asked(
                "Line of text",
                {"type": "plain_text_input", "initial_value": "as it was", "max_length": 40},
                hint=plain("Type `bad` to be refused"),
                optional=False,
            ),
            asked("Paragraph", {"type": "plain_text_input", "multiline": True}),
            asked("Number", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
            asked("Email", {"type": "email_text_input"}),
            asked("Url", {"type": "url_text_input"}),
            asked("Static choice", {"type": "static_select", "option_groups": GROUPS}),
            asked("Several", {"type": "multi_static_select", "options": OPTIONS}),
            asked("External", {"type": "external_select", "min_query_length": 0}),
            asked("User", {"type": "users_select"}),
            asked("Channel", {"type": "channels_select"}),
            asked("Conversation", {"type": "conversations_select", "initial_conversation": "C0OPS0001"}),
            asked("Lookups", {"type": "multi_external_select", "min_query_length": 2}),
            asked("People", {"type": "multi_users_select", "initial_users": ["U0ADA0001"]}),
            asked(
                "Where",
                {
                    "type": "conversations_select",
                    "default_to_current_conversation": True,
                    "filter": {"include": ["public", "im"], "exclude_bot_users": True},
                },
            ),
            asked("Date", {"type": "datepicker"}),
            asked("Time", {"type": "timepicker", "initial_time": "09:00"}),
            asked("Moment", {"type": "datetimepicker"}),
            asked("Checks", {"type": "checkboxes", "options": OPTIONS, "initial_options": [OPTIONS[1]]}),
            asked("Radio", {"type": "radio_buttons", "options": OPTIONS}),
            {
                "type": "actions",
                "block_id": "deeper",
                "elements": [button("Deeper", "deeper"), button("Preview", "preview")],
            },
        ],
    }


def second(title: str) -> Json:
    return {
        "type": "modal",
        "callback_id": "second",
        "title": plain(title),
        "submit": plain("Done"),
        "blocks": [{"type": "section", "text": mrkdwn(f"This is {title}.")}],
    }
