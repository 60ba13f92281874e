"""slackblocks, an independent library with its own table of Slack's limits, builds our blocks anew."""

from typing import Any

import slackblocks


def rebuilt(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same blocks as slackblocks would send them; it raises where one of its limits is broken."""
    built = slackblocks.Message(channel="C1", text="fallback", blocks=[_block(block) for block in blocks])
    return [_without_id(block) for block in built.to_dict()["blocks"]]


def _block(block: dict[str, Any]) -> Any:
    match block["type"]:
        case "header":
            return slackblocks.HeaderBlock(_text(block["text"]))
        case "section":
            accessory = block.get("accessory")
            button = _button(accessory) if accessory else None
            return slackblocks.SectionBlock(_text(block["text"]), accessory=button)
        case "context":
            return slackblocks.ContextBlock([_text(element) for element in block["elements"]])
        case "actions":
            return slackblocks.ActionsBlock([_button(element) for element in block["elements"]])
        case unknown:
            raise ValueError(f"no words for {unknown}")


def _text(text: dict[str, Any]) -> Any:
    if text["type"] == "plain_text":
        kind = slackblocks.TextType.PLAINTEXT
        return slackblocks.Text(text["text"], type_=kind, emoji=text["emoji"])
    return slackblocks.Text(text["text"], verbatim=text["verbatim"])


def _button(button: dict[str, Any]) -> Any:
    return slackblocks.Button(
        _text(button["text"]),
        action_id=button["action_id"],
        value=button["value"],
        accessibility_label=button["accessibility_label"],
    )


def _without_id(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "block_id"}
