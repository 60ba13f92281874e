"""What passed between Slack, the bot and Cloudflare because of one act."""

from dataclasses import dataclass
from typing import Final, Literal

from bot.cloudflare.client import Call
from bot.playground.simulators.slack import Ack, Delivery, Payload, Problem

Kind = Literal["command", "action", "view_action", "submit", "close", "suggest", "other", "web_api"]

_KINDS: Final[dict[str, Kind]] = {
    "view_submission": "submit",
    "view_closed": "close",
    "block_suggestion": "suggest",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A message or a modal that the bot sent beside its ack.

    Attributes:
        via: `response_url`, or the method of the Web API.
        after: seconds since the act.
        error: Slack's word for why it refused, and `problems` what it dislikes.
    """

    via: str
    after: float
    status: int
    error: str | None
    problems: tuple[Problem, ...]
    body: Payload


@dataclass(frozen=True, slots=True)
class Exchange:
    """One act of a person, and everything it led to so far; or something the bot did unasked.

    Attributes:
        at: Unix time.
        title: what was done, in a few words.
        sent: what Slack sent; None where the bot was not asked.
        ack: None while it is waited for, and where none came.
        failed: why the person sees an error.
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
    """What Slackbot tells somebody, or everybody where `person` is None: why something was not shown."""

    ts: str
    channel: str
    person: str | None
    text: str
    problems: tuple[str, ...] = ()


def start_exchange(delivery: Delivery, ts: str, at: float) -> Exchange:
    """Return the exchange that starts with this delivery."""
    payload = delivery.payload
    return Exchange(
        id=delivery.interaction_id,
        ts=ts,
        at=at,
        person=payload.get("user_id") or payload.get("user", {}).get("id"),
        channel=payload.get("channel_id") or payload.get("channel", {}).get("id"),
        kind=_kind(payload),
        title=_title(payload),
        sent=delivery,
    )


def _kind(payload: Payload) -> Kind:
    if "command" in payload:
        return "command"
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
    if "view" in payload:
        return f"{payload['view']['title']['text']}: {_kind(payload)}"
    return str(payload.get("type"))


def action_label(action: Payload) -> str:
    """Return what somebody pressed or chose, as it reads on the screen; else the action's id."""
    for place in (action.get("selected_option"), action):
        label = place.get("text") if isinstance(place, dict) else None
        if isinstance(label, dict) and label.get("text"):
            return str(label["text"])
    return str(action.get("action_id"))
