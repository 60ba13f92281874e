"""What DBOS has stored of deliveries that began under an earlier version can still be read and written."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

import bot.jobs
from bot.digests.codec import baseline_from_json, baseline_to_json
from bot.digests.delivery.model import Prepared, Sent, SentKind
from bot.digests.delivery.workflow import DELIVERY, workflow_id
from bot.digests.runs import Attempt
from bot.jobs.dbos_runtime import VERSION
from bot.slack.poster import OutgoingMessage
from bot.ui.elements import Message

PREPARED: TypeAdapter[Prepared] = TypeAdapter(Prepared)
SENT: TypeAdapter[Sent] = TypeAdapter(Sent)

MARK: dict[str, str | int] = {"digest": 7, "slot": "2026-11-23T08:00Z", "created": 1}
STORED: dict[str, Any] = {
    "letter": {
        "channel": "C0OPS0001",
        "variants": [{"text": "News", "blocks": []}],
        "thread": "1.000100",
        "mark": MARK,
        "unsure": True,
    },
    "state": "sent",
    "news": 3,
    "detail": None,
    "plan": None,
    "baseline": None,
}


def test_the_names_that_dbos_stores_stay() -> None:
    assert VERSION == "1"
    assert DELIVERY.queue == "digests"
    assert DELIVERY.name == "deliver_digest"
    assert workflow_id(Attempt(7, "2026-11-23T08:00Z", 2)) == "digest:7:2026-11-23T08:00Z:2"


def test_a_prepared_message_keeps_its_stored_keys() -> None:
    message = OutgoingMessage(
        "C0OPS0001", (Message("News", []),), thread="1.000100", metadata=MARK, maybe_posted=True
    )
    prepared = Prepared(message, "sent", 3)
    assert PREPARED.validate_json(json.dumps(STORED)) == prepared
    assert json.loads(PREPARED.dump_json(prepared, by_alias=True)) == STORED


@pytest.mark.parametrize("kind", ["posted", "again", "late", "gone", "refused", "over"])
def test_a_result_of_posting_keeps_its_stored_value(kind: str) -> None:
    stored = {"kind": kind, "ts": None, "why": "a reason", "wait": 5.0}
    sent = SENT.validate_json(json.dumps(stored))
    assert sent == Sent(SentKind(kind), why="a reason", wait=5.0)
    assert json.loads(SENT.dump_json(sent)) == stored


def test_a_baseline_keeps_its_stored_keys() -> None:
    stored = (
        '{"at":"2026-11-23T08:00:00Z","counts":{"orders":{"errored":3},"bills":null},"partial":false,'
        '"news":{"2026-11-23T07:00:00Z":2},"told":["orders/a"]}'
    )
    baseline = baseline_from_json(stored)
    assert baseline.reported_ids == {"orders/a"}
    assert baseline_to_json(baseline) == stored


def test_jobs_know_no_feature() -> None:
    (folder,) = bot.jobs.__path__
    named = [path.name for path in Path(folder).glob("*.py") if "digest" in path.read_text().lower()]
    assert not named
