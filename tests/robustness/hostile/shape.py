"""Checks whether a document has the shape of Slack's requests, with any texts."""

from collections.abc import Callable, Mapping
from typing import Final


def is_slack_payload(document: object) -> bool:
    """Return whether a document, as for `requests.send_request`, is a command or an interaction of Slack."""
    match document:
        case {"form": {"command": str(), **form}}:
            return all(isinstance(value, str) for value in form.values())
        case {"payload": {"type": str(kind), "user": {"id": str()}, **payload}}:
            texts = (payload.get(key, "") for key in ("response_url", "trigger_id", "value", "action_id"))
            there = _HOLDS.get(kind, ()) and all(_HAS[part](payload.get(part)) for part in _HOLDS[kind])
            places = (payload.get(key) for key in ("channel", "team", "enterprise"))
            in_form = "view" in payload or "digest_form" in str(payload.get("actions"))
            whole = not in_form or _is_view(payload.get("view"))
            told = all(isinstance(text, str) for text in texts) and all(map(_is_place, places))
            return bool(there) and whole and told
    return False


def _is_place(place: object) -> bool:
    return place is None or (isinstance(place, dict) and isinstance(place.get("id"), str))


def _are_actions(actions: object) -> bool:
    return isinstance(actions, list) and bool(actions) and all(map(_is_action, actions))


def _is_action(action: object) -> bool:
    names = ("action_id", "block_id", "type")
    return isinstance(action, dict) and all(
        isinstance(text, str) for text in (action.get("value", ""), *(action.get(name) for name in names))
    )


def _is_view(view: object) -> bool:
    match view:
        case {
            "type": "modal",
            "callback_id": str(),
            "private_metadata": str(),
            "state": {"values": dict(values)},
        }:
            return all(isinstance(actions, dict) for actions in values.values())
    return False


_HOLDS: Final = {
    "block_actions": ("actions",),
    "view_submission": ("view",),
    "block_suggestion": ("action_id", "block_id"),
}
_HAS: Final[Mapping[str, Callable[[object], bool]]] = {
    "actions": _are_actions,
    "view": _is_view,
    "action_id": lambda text: isinstance(text, str),
    "block_id": lambda text: isinstance(text, str),
}
