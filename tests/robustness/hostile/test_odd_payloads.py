"""Signed requests that Slack never sends are refused or acknowledged, and no fault of the bot's."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.robustness.hostile import seeds
from tests.robustness.hostile.requests import send_request
from tests.support.teams import TEAM

pytestmark = pytest.mark.usefixtures("_app")

DEEP: Final[Any] = json.loads("[" * 400 + "]" * 400)
ODD: Final[tuple[Any, ...]] = (
    None,
    7,
    True,
    "",
    "x",
    [],
    {},
    [[]],
    [None],
    {"id": []},
    10**400,
    float("nan"),
    DEEP,
)
MEMBER: Final = {"user": {"id": "U1", "team_id": TEAM}, "team": {"id": TEAM}, "trigger_id": "1.2.a"}
KINDS: Final[tuple[Any, ...]] = (
    "block_actions", "view_submission", "view_closed", "block_suggestion", "shortcut", "message_action",
    "interactive_message", "dialog_submission", "dialog_cancellation", "dialog_suggestion",
    "workflow_step_edit", "event_callback", "url_verification", "app_rate_limited", "unheard_of",
    "", None, 7, [], {},
)  # fmt: skip


def one_of_each_kind() -> dict[str, dict[str, Any]]:
    """Return one document for each way in, by the kind of its payload."""
    found: dict[str, dict[str, Any]] = {}
    for document in map(json.loads, seeds.requests()):
        (payload,) = document.values()
        kind = f"{payload.get('type', 'command')}{' in a modal' if 'view' in payload else ''}"
        if kind not in found and "view" in payload:  # the fuzzers see to the fields
            payload["view"]["state"]["values"] = dict([*payload["view"]["state"]["values"].items()][:1])
        found.setdefault(kind, document)
    return found


DOCUMENTS: Final = one_of_each_kind()


def changed_everywhere(value: Any) -> Iterator[Any]:
    """Yield copies with something odd in the place of each part, and without it."""
    yield from ODD
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: other for name, other in value.items() if name != key}
            yield from ({**value, key: odd} for odd in changed_everywhere(part))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from ([*value[:at], odd, *value[at + 1 :]] for odd in changed_everywhere(part))


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_something_odd_in_any_place_is_no_fault(kind: str) -> None:
    ((way, payload),) = DOCUMENTS[kind].items()
    sent = 0
    for changed in changed_everywhere(payload):
        send_request(json.dumps({way: changed}).encode())
        sent += 1
    assert sent > 50


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_any_kind_with_any_part_is_no_fault(kind: Any) -> None:
    body: dict[str, Any] = {"type": kind, **MEMBER}
    parts: tuple[dict[str, Any], ...] = (
        {},
        *({"actions": odd} for odd in (*ODD, [{}], [{"action_id": 7}], [{"action_id": "page_next"}])),
        *({"view": odd} for odd in (*ODD, {"callback_id": "filter"}, {"type": "workflow_step"})),
        *({"event": odd} for odd in (*ODD, {"type": []}, {"type": "workflow_step_execute"})),
        *({"callback_id": odd} for odd in ODD),
        *({"action_id": odd} for odd in ODD),
        *({"response_urls": odd} for odd in ODD),
        *({"authorizations": odd} for odd in ODD),
        *({"command": odd} for odd in ODD),
        *({"challenge": odd} for odd in ODD),
        *({"ssl_check": odd} for odd in (*ODD, "1", 1)),
    )
    for part in parts:
        send_request(json.dumps({"event": {**body, **part}}).encode())


@pytest.mark.parametrize("place", [{}, {"view": {"id": "V1", "type": "modal"}}, {"channel": {"id": "C1"}}])
@pytest.mark.parametrize(
    "actions", [[], None, {}, [None], [{}], "x", 7, [[]], ["x"], [{"block_id": "b"}], [{"action_id": None}]]
)
def test_a_click_on_nothing_is_acknowledged(actions: Any, place: dict[str, Any]) -> None:
    click = {"type": "block_actions", **MEMBER, **place, "actions": actions}
    assert send_request(json.dumps({"payload": click}).encode()) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"payload",
        b"payload=",
        b"payload=%7B",
        b"payload=NaN",
        b"payload=%22text%22",
        b"payload=%7B%7D&payload=%5B%5D",
        b"payload%5B%5D=1",
        b"command",
        b"command=",
        b"command=%2Fworkflows",
        b"command=%2Fworkflows&command=%2Fother",
        b"command=%2Fworkflows&payload=%7B%7D",
        b"ssl_check=1",
        b"ssl_check=0&token=x",
        b"%00=%00",
        b"a=b&" * 5000,
        b"{}",
        b'{"type": "url_verification"}',
        b'{"type": "url_verification", "challenge": {"a": [1, 2, {}]}}',
        b'{"type": "url_verification", "challenge": "\\ud800"}',
        b'{"command": "/workflows", "text": 5}',
        b'{"command": "/workflows", "text": ["list"], "team_id": "T0LOCAL01", "user_id": "U1"}',
        b'{"command": ["/workflows"], "team_id": "T0LOCAL01", "user_id": {}}',
        b"{" * 2000,
        b"[" * 200_000,
        b'{"type": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:50]),
)
def test_a_body_of_no_known_shape_is_no_fault(body: bytes) -> None:
    send_request(body)
