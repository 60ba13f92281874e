"""Ordinary inputs as seeds for the fuzzers."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp

from bot.browse.bookmark import Bookmark, OverviewBookmark
from bot.browse.form import Form
from bot.browse.messages.filter_form import filter_view
from bot.browse.model import OverviewQuery
from bot.digests.codec import baseline_to_json, spec_to_json
from bot.digests.form import DigestForm
from bot.digests.messages.form import digest_form
from bot.digests.model import Baseline
from bot.language.times import Clock
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Simulation
from bot.playground.simulators.slack import Ack, Delivery, LocalSlack
from tests.robustness.hostile.mutation import ODD
from tests.robustness.hostile.requests import RESPONSE_URL
from tests.support.buttons import encode
from tests.support.form_values import fill_form
from tests.support.list_commands import read_list
from tests.unit.browse.test_bookmark import SAMPLES
from tests.unit.digests.test_digest_grammar_properties import SENTENCES
from tests.unit.ui.test_digest_form_view import RICH

ACCOUNTS: Final = ("prod", "Staging-EU")
NOW: Final = datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC)
ROW: Final = {
    "number": 7, "team_id": "T1", "creator": "U1", "created_at": 1_764_000_000, "state": "active",
    "paused_why": None, "next_due": None,
}  # fmt: skip


def list_commands() -> Sequence[bytes]:
    return _encoded(
        "",
        "search:order",
        "list orders",
        "orders errored since:24h until:1h rows:20 page:3",
        'list "my flow" status:"brand new" since:"yesterday 17:30" account:prod',
        "orders cursor:eyJpZCI6MX0= direction:asc",
        "orders --status errored --page 3 --per-page=20",
        "orders since:2026-11-23T09:00Z until:monday",
        "orders “errored” since:1h30m",
        "<https://a.example|a.example> <#C1|ops> <@U1> &lt;x&gt;",
        "orders since:last friday",
        "help filters",
        "statsu:errored orders",
    )


def digest_commands() -> Sequence[bytes]:
    return _encoded(
        *(" ".join(sentence) for sentence in SENTENCES),
        "create <#C1|ops> weekdays 09:00 Europe/Berlin workflow orders refunds quiet "
        "mention:<!subteam^S1|@oncall> thread:daily window:7d status:terminated account:prod",
        "create mon,thu 14:30 mention <@U1|ada> <!here> all",
        "create every 4h workflow:a,b",
        "create first monday 9am",
        "create monthly on the last day at 16:00",
        "create cron 0 9 1,15 * *",
        "create */30 8-18 * * mon-fri",
        "show #7",
    )


def button_values() -> Sequence[bytes]:
    places = (
        *SAMPLES,
        Bookmark(read_list("orders errored since:24h")),
        OverviewBookmark(OverviewQuery("prod", "x")),
        OverviewBookmark(OverviewQuery(), after="orders", order=("mail", "orders")),
    )
    return [
        *_encoded(*(encode(place) for place in places), "s1.AbCd_-012.list orders", "s1.", "2.x", "s1.a.b.c"),
        b"turn"
        + _json(
            {
                "place": {
                    "query": {
                        "workflow": "orders",
                        "status": "errored",
                        "rows": 20,
                        "start": {"token": "abc"},
                        "since": {"text": "24h", "at": "2026-11-22T14:03:00Z"},
                        "direction": "asc",
                    },
                    "position": {"number": 3},
                    "offset": 10,
                    "anchor": "2026-11-23T14:03:22Z",
                    "trail": [{"position": None, "rows": 100}],
                }
            }
        ),
        b'refresh{"place":{"overview":{"account":"prod","search":"order"},"offset":10}}',
    ]


def answers() -> Sequence[bytes]:
    """Return answers of the simulation with a few rows, and errors."""
    return [_json(document) for document in asyncio.run(_answers())]


async def _answers() -> list[dict[str, Any]]:
    simulation = Simulation()
    simulation.seed(1, instances=40)
    name = next(iter(simulation.records.by_name))
    instance = simulation.instances(name)[0].id
    paths = {
        f"/{name}/instances?per_page=3": "instances", f"/{name}/instances?per_page=3&page=2": "instances",
        "?per_page=3": "workflows", f"/{name}": "workflow", f"/{name}/instances/{instance}": "instance",
        "/missing/instances": "instances", f"/{name}/instances?cursor=rubbish": "instances",
    }  # fmt: skip
    documents: list[dict[str, Any]] = []
    async with simulation.serve() as url, aiohttp.ClientSession() as session:
        for path, reads in paths.items():
            root = f"{url}/accounts/{DEFAULT_ACCOUNT_ID}/workflows{path}"
            headers = {"Authorization": f"Bearer {DEFAULT_TOKEN.value}"}
            async with session.get(root, headers=headers) as answer:
                body, told = await answer.json(), dict(answer.headers)
                documents.append({"reads": reads, "status": answer.status, "headers": told, "body": body})
    limited = {
        "Retry-After": "30",
        "Ratelimit": '"default";r=50;t=30',
        "Ratelimit-Policy": '"burst";q=100;w=60',
    }
    documents.append({**documents[5], "status": 429, "headers": limited})
    for document, position in zip(documents, ("none", "cursor", "page") * 3, strict=False):
        document["position"] = position
    return documents


def filter_states() -> Sequence[bytes]:
    query = read_list("orders errored since:24h until:1h")
    view = filter_view(query, Form.of(query, Clock(NOW)), ACCOUNTS, "x")
    return [_json(fill_form(view)), _json(fill_form(view, since="yesterday 09:00", rows="x", until=None))]


def digest_states() -> Sequence[bytes]:
    view = digest_form(DigestForm.blank("C1", "Europe/Berlin"), None, ACCOUNTS, "x")
    rich = {
        "words": "first monday 9am", "window": "36h", "workflows": ["orders", "a: b"],
        "people": ["U1", "U2"], "groups": ["@here (everybody who is active)"],
    }  # fmt: skip
    return [_json(fill_form(view)), _json(fill_form(view, **rich))]


def kept_digests() -> Sequence[bytes]:
    baseline = Baseline(
        NOW, {"orders": {}, "bills": None}, partial=True, news={NOW: 3}, reported_ids=frozenset({"orders/a"})
    )
    row = {"plan": json.loads(spec_to_json(RICH)), "baseline": json.loads(baseline_to_json(baseline))}
    return [_json({**row, "created_at": 1_764_000_000, "next_due": None}), _json({**row, "baseline": None})]


@dataclass
class _RecordingTransport:
    """A transport that records deliveries without sending them."""

    deliveries: list[Delivery] = field(default_factory=list)

    async def deliver(self, delivery: Delivery) -> Ack:
        self.deliveries.append(delivery)
        return Ack(200, "", 0.0)


def requests() -> Sequence[bytes]:
    """Return every command, click and form of the bot, as the local Slack sends them."""
    return asyncio.run(_requests())


async def _requests() -> list[bytes]:
    notes = _RecordingTransport()
    slack = LocalSlack()
    ada = slack.person("ada", via=notes)
    for text in ("", "list orders errored", "digest", "digest list", "help", "nonsense foo", *_digests()):
        await ada.command("/workflows", text)
    query = read_list("orders errored since:24h")
    value = encode(Bookmark(query))
    for action, carried in (
        ("page_next", value), ("page_refresh", encode(OverviewBookmark(OverviewQuery()))),
        ("list_open", value), ("filter_open", value), ("digest_show", "1"), ("digest_new", ""),
        ("digest_pause", "1"), ("digest_edit", "1"), ("workflow_open", value), ("unknown", "x"),
    ):  # fmt: skip
        button = {"type": "button", "action_id": action, "block_id": "b", "value": carried}
        common = {"type": "block_actions", "channel": {"id": "C0GENERAL"}, "response_url": RESPONSE_URL}
        await ada.send({**common, "actions": [button]})
    remembered = f"{RESPONSE_URL}\nC0GENERAL\n"
    views = [
        filter_view(query, Form.of(query, Clock(NOW)), ACCOUNTS, remembered + value),
        digest_form(DigestForm.blank("C0GENERAL", "Europe/Berlin"), None, ACCOUNTS, remembered),
    ]
    for view in views:
        kept = {
            key: view[key] for key in ("type", "callback_id", "private_metadata")
        }  # the bot reads no other fields
        state = {**kept, "id": "V1", "state": {"values": fill_form(view)}}
        await ada.send({"type": "view_submission", "view": state})
        if view["callback_id"] == "filter":
            continue
        preview = {"type": "button", "action_id": "digest_form_preview", "block_id": "b", "value": "form"}
        await ada.send({"type": "block_actions", "view": state, "actions": [preview]})
    for menu in ("digest_zone", "digest_workflows"):
        await ada.send({"type": "block_suggestion", "action_id": menu, "block_id": "b", "value": "o"})
    for block in ("workflows/", "workflows/prod", "workflows/none"):
        await ada.send(
            {"type": "block_suggestion", "action_id": "workflow_open", "block_id": block, "value": "o"}
        )
    for text in ("@workflows digest list", "@workflows orders errored"):
        await ada.say(text)
    return [_json(_document(delivery)) for delivery in notes.deliveries]


def _digests() -> Sequence[str]:
    return (
        "digest create weekdays 09:00 workflow orders quiet",
        "digest show 1",
        "digest preview 1",
        "digest run 1",
    )


def _document(delivery: Delivery) -> dict[str, Any]:
    kinds = {"slash_commands": "form", "interactive": "payload", "events_api": "event"}
    payload = {**delivery.payload}
    if "response_url" in payload:
        payload["response_url"] = RESPONSE_URL
    return {kinds[delivery.kind]: payload}


def _encoded(*texts: str) -> list[bytes]:
    return [text.encode() for text in texts]


def _json(document: Any) -> bytes:
    return json.dumps(document).encode()


def dictionary(seeds: Sequence[bytes]) -> list[bytes]:
    """Return a dictionary for a fuzzer: words of seeds and unusual ones."""
    words = {word for seed in seeds for word in seed.split() if len(word) < 30}
    return sorted(
        words
        | {str(odd).encode(errors="replace") for odd in ODD if isinstance(odd, str) and odd.strip("\x00\n ")}
    )
