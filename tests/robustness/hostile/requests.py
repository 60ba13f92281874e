"""The bot's app in this process, with canned answers of Slack and Cloudflare."""

import asyncio
import json
import logging
import sys
import tempfile
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import count
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

import structlog
from slack_bolt.request.async_request import AsyncBoltRequest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import open_access, run_exports
from bot.database import database
from bot.digests.reading import ReportBuilder
from bot.features import Resources, build_router
from bot.jobs.presence import WorkerMonitor
from bot.playground.simulators.slack import PayloadValidator
from bot.settings import Settings
from bot.slack.background import Background
from bot.slack.bolt import SlackApp
from bot.slack.client import answer_session, slack_client
from bot.slack.http import UNREADABLE
from bot.slack.responder import Responder
from bot.slack.team import InstalledTeam
from bot.storage.database import adopt_rows
from bot.storage.tables import digest_runs, digests
from bot.stored_requests import open_stores
from bot.telemetry import Metrics
from bot.upstream import cause_reader, cloudflare_session, open_accounts
from tests.robustness.hostile.canned import canned
from tests.robustness.hostile.shape import is_slack_payload
from tests.support.teams import TEAM

SECRET: Final = "made-up"
RESPONSE_URL: Final = "RESPONSE_URL"
"""A placeholder in payloads for a `response_url`."""
ROWS: Final = [
    {"id": f"ord-{number}", "status": "errored", "created_on": "2026-11-23T12:04:00.500Z"}
    for number in range(30)
]
WORKFLOWS: Final = [
    {"name": name, "instances": {"errored": 2, "running": 1}}
    for name in ("orders", "refunds", "a: b <!here>")
]
MEMBER: Final = {"team_id": TEAM, "is_restricted": False, "tz": "Europe/Berlin"}
_FAULTS: Final = ("background_work_failed", "unexpected_error", "listener_failed", "request_failed")
_TIDY_EVERY: Final = 50
_TRIGGERS: Final = count(1)
_GRACE: Final = timedelta(seconds=20)


@dataclass
class AppHarness:
    """The parts that one app needs.

    Attributes:
        faults: what was logged that is a fault of the bot's own, with its trace.
        posted: what the bot said after its acks.
        answers: how many answers the last ack held.
    """

    loop: asyncio.AbstractEventLoop
    faults: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    posted: list[Mapping[str, Any]] = field(default_factory=list)
    slack: str = ""
    requests: int = 0
    answers: int = 0

    async def start(self) -> None:
        self._stack = AsyncExitStack()
        self.slack = await self._stack.enter_async_context(canned(self._slack))
        cloudflare = await self._stack.enter_async_context(canned(_cloudflare))
        folder = self._stack.enter_context(tempfile.TemporaryDirectory())
        account = {"account_id": "x", "api_token": "x", "api_base_url": cloudflare}
        settings = Settings(
            _env_file=None,
            slack_bot_token="xoxb-made-up",
            slack_signing_secret=SECRET,
            slack_api_url=f"{self.slack}/api/",
            cloudflare_accounts={"prod": account, "Staging-EU": account},
            database_url=f"sqlite:///{folder}/bot.sqlite3",
            bot_request_budget=10**9,
        )
        client = await self._stack.enter_async_context(slack_client(settings))
        self.engine: AsyncEngine = await self._stack.enter_async_context(database(settings))
        session = await self._stack.enter_async_context(cloudflare_session())
        metrics = Metrics()
        accounts = open_accounts(settings, session, metrics)
        self.background = Background(timedelta(seconds=2))
        stored = await self._stack.enter_async_context(
            open_stores(self.engine, settings.keep_bookmarks, _now)
        )
        causes = cause_reader(settings, accounts, stored.causes)
        reports = ReportBuilder(accounts, timedelta(days=1), _now, causes)
        access, zones = await self._stack.enter_async_context(open_access(settings, client))
        installed = InstalledTeam(client, partial(adopt_rows, self.engine))
        responder = Responder(await self._stack.enter_async_context(answer_session(settings)), client)
        exports = await self._stack.enter_async_context(
            run_exports(settings, client, self.engine, installed.get_id)
        )
        router = build_router(
            Resources(
                settings=settings,
                client=client,
                engine=self.engine,
                installed=installed,
                accounts=accounts,
                analytics={},
                reports=reports,
                stored=stored,
                responder=responder,
                background=self.background,
                workers=WorkerMonitor(self.engine),
                access=access,
                zones=zones,
                causes=causes,
                exports=exports,
                now=_now,
            )
        )
        self.app = SlackApp(client, metrics)
        self.app.listen(router)
        self.loop.set_exception_handler(lambda _, context: self.faults.append(str(context)))
        structlog.configure(processors=[self.note])
        logging.getLogger().handlers = [logging.NullHandler()]

    async def closed(self) -> None:
        await self._stack.aclose()

    def note(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> NoReturn:
        """Record errors of the bot."""
        told = event.get("exc_info")
        error = told if isinstance(told, BaseException) else sys.exception()
        if event["event"] in _FAULTS:
            self.faults.append(str(event))
            self.traces.append("".join(traceback.format_exception(error)))
        raise structlog.DropEvent

    def _slack(self, path: str, body: bytes) -> bytes:
        if path.startswith("/api/"):
            method = path.removeprefix("/api/")
            said = json.loads(body) if body.startswith(b"{") else {}
            if method == "auth.test":
                return json.dumps({"ok": True, "team_id": TEAM}).encode()
            if method == "users.info":
                return json.dumps({"ok": True, "user": MEMBER}).encode()
            if "view" in said:
                PayloadValidator().check_view(said["view"])
                return b'{"ok":true,"view":{"id":"V1"}}'
        else:
            said = json.loads(body)
        if "text" in said:
            PayloadValidator().check_message(said["text"], said.get("blocks") or [])
            self.posted.append(said)
        return b'{"ok":true}'

    async def deliver(self, body: str) -> int | None:
        """Deliver a request, and return the status of the answer, or None if the request is unreadable."""
        try:
            request = AsyncBoltRequest(body=body, headers={"Content-Type": _FORM})
        except UNREADABLE:
            return None
        answer = await self.app.async_dispatch(request)
        self.answers = 0
        if answer.body.startswith("{"):
            self.answers = 1
            said = json.loads(answer.body)
            if "text" in said:
                PayloadValidator().check_message(said["text"], said.get("blocks") or [])
            if "view" in said:
                PayloadValidator().check_view(said["view"])
        cut_short = await self.background.drain(_GRACE)
        assert not cut_short, "work that does not end"
        self.requests += 1
        if self.requests % _TIDY_EVERY == 0:
            async with self.engine.begin() as connection:
                await connection.execute(delete(digest_runs))
                await connection.execute(delete(digests))
        return answer.status


_FORM: Final = "application/x-www-form-urlencoded"


def _now() -> datetime:
    return datetime.now(UTC)


def _cloudflare(path: str, _: bytes) -> bytes:
    depth = path.partition("?")[0].count("/")
    result: Any = (
        WORKFLOWS if depth == 3 else WORKFLOWS[0] if depth == 4 else ROWS if depth == 5 else {"status": "x"}
    )
    return json.dumps({"success": True, "errors": [], "messages": [], "result": result}).encode()


@cache
def get_harness() -> AppHarness:
    """Return the harness of this process."""
    made = AppHarness(asyncio.new_event_loop())
    made.loop.run_until_complete(made.start())
    return made


def _with_its_own_trigger(payload: Any) -> Any:
    """Return a payload with a new `trigger_id`, as Slack sends one with each interaction."""
    if isinstance(payload, dict) and isinstance(payload.get("trigger_id"), str):
        return {**payload, "trigger_id": f"{payload['trigger_id'][:99]}{next(_TRIGGERS)}"}
    return payload


def body_of(data: bytes, slack: str) -> str:
    """Return the body for JSON of `{"form": …}`, `{"payload": …}` or `{"event": …}`, or else the data."""
    text = data.decode(errors="replace").replace(RESPONSE_URL, f"{slack}/actions/I1/x")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    match document:
        case {"form": dict(form)}:
            texts = {key: value for key, value in form.items() if isinstance(value, str)}
            return urlencode(_with_its_own_trigger(texts), errors="replace")
        case {"payload": payload}:
            return urlencode({"payload": json.dumps(_with_its_own_trigger(payload))})
        case {"event": event}:
            return json.dumps(event)
        case _:
            return text


def send_request(data: bytes) -> int | None:
    """Send a signed request, and return the status of its answer; None if it is unreadable.

    Raises:
        AssertionError: it is not acknowledged, or not answered as it should be. What has not the shape of
            Slack's may be refused, and is no fault of the bot's either.
    """
    here = get_harness()
    here.faults.clear()
    here.traces.clear()
    here.posted.clear()
    status = here.loop.run_until_complete(here.deliver(body_of(data, here.slack)))
    if is_slack_payload(_document(data)):
        assert status == 200, status
    else:
        assert status in (200, 400, None), status
    assert not here.faults, "\n".join([*here.faults, *here.traces])
    return status


def _document(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
