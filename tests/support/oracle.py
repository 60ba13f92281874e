"""slackblocks, an independent library with its own table of Slack's limits, builds our blocks anew."""

from typing import Any

import slackblocks


def rebuild_blocks(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same blocks as slackblocks would send them; it raises where one of its limits is broken."""
    built = slackblocks.Message(channel="C1", text="fallback", blocks=[_block(block) for block in blocks])
    return [_without_id(block) for block in built.to_dict()["blocks"]]


def rebuilt_view(view: dict[str, Any]) -> dict[str, Any]:
    """The same modal as slackblocks would send it."""
    texts = {key: _text(view[key]) for key in ("title", "submit", "close")}
    blocks = [_block(block) for block in view["blocks"]]
    names = {key: view[key] for key in ("callback_id", "private_metadata")}
    built: dict[str, Any] = slackblocks.ModalView(blocks=blocks, **texts, **names).to_dict()
    return built


def _block(block: dict[str, Any]) -> Any:
    match block["type"]:
        case "header":
            return slackblocks.HeaderBlock(_text(block["text"]))
        case "section":
            accessory = block.get("accessory")
            element = _accessory(accessory) if accessory else None
            fields = [_text(field) for field in block["fields"]] if "fields" in block else None
            text = _text(block["text"]) if "text" in block else None
            return slackblocks.SectionBlock(text, fields=fields, accessory=element)
        case "context":
            return slackblocks.ContextBlock([_text(element) for element in block["elements"]])
        case "divider":
            return slackblocks.DividerBlock()
        case "actions":
            elements = block["elements"]
            return slackblocks.ActionsBlock(
                [_input(each) if each["type"] == "external_select" else _button(each) for each in elements]
            )
        case "input":
            hint = _text(block["hint"]) if "hint" in block else None
            return slackblocks.InputBlock(
                _text(block["label"]),
                _input(block["element"]),
                block_id=block["block_id"],
                hint=hint,
                optional=block["optional"],
            )
        case unknown:
            raise ValueError(f"no words for {unknown}")


def _input(element: dict[str, Any]) -> Any:
    given = {key: value for key, value in element.items() if key != "type"}
    if "placeholder" in given:
        given["placeholder"] = _text(given["placeholder"])
    match element["type"]:
        case "static_select":
            options = [_option(option) for option in given.pop("options")]
            initial = _option(given.pop("initial_option"))
            return slackblocks.StaticSelectMenu(options=options, initial_option=initial, **given)
        case "external_select":
            return slackblocks.ExternalSelectMenu(**given)
        case "multi_static_select":
            options = [_option(option) for option in given.pop("options")]
            initial_options = [_option(option) for option in given.pop("initial_options", [])]
            return slackblocks.StaticMultiSelectMenu(
                options=options, initial_options=initial_options or None, **given
            )
        case "multi_external_select":
            initial_options = [_option(option) for option in given.pop("initial_options", [])]
            return slackblocks.ExternalMultiSelectMenu(initial_options=initial_options or None, **given)
        case "plain_text_input":
            return slackblocks.PlainTextInput(**given)
        case "number_input":
            return slackblocks.NumberInput(**given)
        case unknown:
            raise ValueError(f"no words for {unknown}")


def _option(option: dict[str, Any]) -> Any:
    return slackblocks.Option(_text(option["text"]), option["value"])


def _text(text: dict[str, Any]) -> Any:
    if text["type"] == "plain_text":
        kind = slackblocks.TextType.PLAINTEXT
        return slackblocks.Text(text["text"], type_=kind, emoji=text.get("emoji", False))
    return slackblocks.Text(text["text"], verbatim=text["verbatim"])


def _accessory(element: dict[str, Any]) -> Any:
    if element["type"] == "overflow":
        return slackblocks.OverflowMenu(element["action_id"], [_option(one) for one in element["options"]])
    return _button(element)


def _button(button: dict[str, Any]) -> Any:
    return slackblocks.Button(
        _text(button["text"]),
        action_id=button["action_id"],
        value=button["value"],
        accessibility_label=button["accessibility_label"],
        url=button.get("url"),
    )


def _without_id(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "block_id"}
