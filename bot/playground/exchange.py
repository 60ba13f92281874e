"""One exchange between Slack, the bot and Cloudflare."""

from dataclasses import dataclass
from typing import Final, Literal

from bot.cloudflare.client import Call
from bot.playground.simulators.slack import Ack, Delivery, Payload, Problem
from bot.slack.channels import UNAVAILABLE

Kind = Literal[
    "command",
    "message",
    "action",
    "view_action",
    "submit",
    "close",
    "suggest",
    "shortcut",
    "other",
    "web_api",
]

_KINDS: Final[dict[str, Kind]] = {
    "view_submission": "submit",
    "view_closed": "close",
    "block_suggestion": "suggest",
    "message_action": "shortcut",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A message or a modal that the bot sent in addition to its ack.

    Attributes:
        via: `response_url`, or the method of the Web API.
        after: seconds since the interaction.
        error: Slack's error code, or None. `problems` has the details.
    """

    via: str
    after: float
    status: int
    error: str | None
    problems: tuple[Problem, ...]
    body: Payload

    @property
    def is_membership_check(self) -> bool:
        """Whether the bot asked who is in a channel, and Slack said that somebody is not."""
        return self.via == "chat.postEphemeral" and self.error in UNAVAILABLE and not self.problems


@dataclass(frozen=True, slots=True)
class Exchange:
    """One interaction of a person and its results so far, or a call that the bot made on its own.

    Attributes:
        at: Unix time.
        title: a short description.
        sent: the request from Slack; None if the bot acted on its own.
        ack: None while it is pending, or if none came.
        failure: the error that the person sees.
        calls: requests to Cloudflare.
    """

    id: str
    ts: str
    at: float
    person: str | None
    channel: str | None
    kind: Kind
    title: str
    sent: Delivery | None = None
    ack: Ack | None = None
    failure: str | None = None
    answers: tuple[Answer, ...] = ()
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A message from Slackbot about a failure; it is for everyone if `person` is None."""

    ts: str
    channel: str
    person: str | None
    text: str
    problems: tuple[str, ...] = ()


def start_exchange(delivery: Delivery, ts: str, at: float) -> Exchange:
    """Start the exchange of a delivery."""
    payload = delivery.payload
    event = payload.get("event", {})
    return Exchange(
        id=delivery.interaction_id,
        ts=ts,
        at=at,
        person=event.get("user") or payload.get("user_id") or payload.get("user", {}).get("id"),
        channel=event.get("channel") or payload.get("channel_id") or payload.get("channel", {}).get("id"),
        kind=_kind(payload),
        title=_title(payload) if delivery.kind != "events_api" else delivery.typed,
        sent=delivery,
    )


def _kind(payload: Payload) -> Kind:
    if "command" in payload:
        return "command"
    if payload.get("type") == "event_callback":
        return "message"
    if payload.get("type") == "block_actions":
        return "view_action" if "view" in payload else "action"
    return _KINDS.get(str(payload.get("type")), "other")


def _title(payload: Payload) -> str:
    if "command" in payload:
        return f"{payload['command']} {payload['text']}".rstrip()
    if payload.get("actions"):
        return action_label(payload["actions"][0])
    if payload.get("type") == "block_suggestion":
        return f"{payload['action_id']}: {payload['value']}"
    if payload.get("type") == "message_action":
        return str(payload["callback_id"])
    if "view" in payload:
        return f"{payload['view']['title']['text']}: {_kind(payload)}"
    return str(payload.get("type"))


def action_label(action: Payload) -> str:
    """Return the visible label of the element that was used, or else its action id."""
    for place in (action.get("selected_option"), action):
        label = place.get("text") if isinstance(place, dict) else None
        if isinstance(label, dict) and label.get("text"):
            return str(label["text"])
    return str(action.get("action_id"))
