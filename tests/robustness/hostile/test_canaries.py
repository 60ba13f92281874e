"""Each secret setting has a canary value, and none of them is ever written or sent."""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import make_url

from bot.playground.simulators.cloudflare import (
    ApiKey,
    ApiToken,
    Dropped,
    Failure,
    Fault,
    HtmlPage,
    JsonError,
    Simulation,
)
from bot.playground.simulators.slack import (
    RESPONSE_URL,
    AckError,
    ErrorCode,
    Failed,
    LocalSlack,
    Message,
    Unsigned,
)
from bot.settings import SettingsError, load
from bot.storage.database import open_database
from tests.support.form_values import fill_form
from tests.support.messages import ask, click
from tests.support.postgres import create_database
from tests.system.process.bot_process import run, started
from tests.system.process.harness import Harness, run_harness

CANARIES = {
    name: f"canary0f{name.lower().replace('_', '')}"
    for name in (
        "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY", "CLOUDFLARE_ACCOUNTS", "DATABASE_URL",
    )
}  # fmt: skip
KEYED = "f" * 32
SECRET = "canary5ecret"


@dataclass(frozen=True)
class Watched:
    """A bot with verbose logging, and its output."""

    harness: Harness
    folder: Path
    url: str
    database: str

    def said(self) -> dict[str, str]:
        """Everything that the bot wrote and sent."""
        slack = self.harness.slack
        written = {
            path.name: path.read_bytes().decode(errors="replace")
            for path in self.folder.rglob("*")
            if path.is_file()
        }
        calls = str([call.arguments for call in slack.calls])
        shown = str([(change.message.text, change.message.blocks) for change in slack.changes])
        views = str([response.body for response in slack.responses])
        return {**written, "calls": calls, "messages": shown, "response urls": views}

    async def get(self, path: str) -> str:
        async with self.harness.session.get(f"{self.url}{path}") as answer:
            return await answer.text()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def postgres(postgres_server: str) -> str:
    url = make_url(create_database(postgres_server))
    url = url.set(drivername="postgres", password=CANARIES["DATABASE_URL"])
    return url.render_as_string(hide_password=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["http", "socket mode"])
async def watched(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: str
) -> AsyncIterator[Watched]:
    """Run a bot over HTTP with PostgreSQL and a console log, or in Socket Mode with SQLite and a JSON log."""
    over_http = request.param == "http"
    slack = LocalSlack(
        CANARIES["SLACK_SIGNING_SECRET"],
        f"xoxb-{CANARIES['SLACK_BOT_TOKEN']}",
        f"xapp-{CANARIES['SLACK_APP_TOKEN']}",
    )
    folder = tmp_path_factory.mktemp("canaries")
    async with run_harness(folder, slack) as harness, _keyed_account() as account:
        port = free_port()
        database = postgres if over_http else f"sqlite:///{folder}/bot/kept.sqlite3"
        token = ApiToken(CANARIES["CLOUDFLARE_API_TOKEN"])
        harness.cloudflare.credentials = (token,)
        settings = harness.settings(
            CLOUDFLARE_API_TOKEN=token.value,
            CLOUDFLARE_EMAIL=f"{CANARIES['CLOUDFLARE_EMAIL']}@example.com",
            CLOUDFLARE_API_KEY=CANARIES["CLOUDFLARE_API_KEY"],
            CLOUDFLARE_ACCOUNTS=json.dumps({"keyed": account}),
            DATABASE_URL=database,
            BOT_LOG_LEVEL="debug",
            BOT_LOG_FORMAT="console" if over_http else "json",
            BOT_REQUEST_DEADLINE="2",
            PORT=str(port),
            **({} if over_http else {"SLACK_APP_TOKEN": slack.app_token}),
        )
        url = f"http://127.0.0.1:{port}"
        async with started(folder / "bot", "serve", settings=settings):
            slack.request_url = f"{url}/slack/events" if over_http else ""
            bot = Watched(harness, folder / "bot", url, database)
            await _is_ready(bot)
            yield bot


@asynccontextmanager
async def _keyed_account() -> AsyncIterator[Mapping[str, str]]:
    key = ApiKey("ops@example.com", CANARIES["CLOUDFLARE_ACCOUNTS"])
    other = Simulation(account_id=KEYED, credentials=(key,))
    other.add_instance("refunds", id="ref-1")
    async with other.serve() as api:
        yield {"account_id": KEYED, "email": key.email, "api_key": key.key, "api_base_url": api}


async def _is_ready(watched: Watched) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                if json.loads(await watched.get("/readyz"))["status"] == "ready":  # in Socket Mode, connected
                    return
            except OSError:
                pass
            await asyncio.sleep(0.05)


def assert_silent(watched: Watched, *more: str) -> None:
    for place, text in {**watched.said(), "endpoints": " ".join(more)}.items():
        for setting, canary in CANARIES.items():
            assert canary not in text, f"{setting} stands in {place}"


async def _unexpected(watched: Watched, message: Message) -> None:
    """Cause an internal error: a table is missing."""
    if watched.database.startswith("sqlite"):
        with closing(sqlite3.connect(watched.folder / "kept.sqlite3")) as database:
            database.execute("DROP TABLE bookmarks")
    else:
        with psycopg.connect(watched.database.replace("postgres://", "postgresql://")) as connection:
            connection.execute("DROP TABLE bookmarks")
    button = message.button("page_refresh")
    reply = await watched.harness.ada.act(
        message, {**button.element, "block_id": button.block_id, "value": "s1.key.command"}
    )
    assert "inside this bot" in (await reply.seen()).all_text()


@pytest.mark.asyncio(loop_scope="module")
async def test_no_canary_sings(watched: Watched) -> None:
    harness, ada, slack = watched.harness, watched.harness.ada, watched.harness.slack
    name = "order-processing"
    await ask(ada, "list refunds account:keyed")
    first = await ask(ada, f"list {name}")
    second = await click(ada, first, "page_next")
    view = await (await ada.click(second, "filter_open")).view()
    assert (await ada.submit(view, fill_form(view.payload, since="nonsense"))).errors
    harness.cloudflare.add_instance(name, id="new", status="errored", error=Failure("E", "m"))
    await (await ada.command("/workflows", "digest create daily 9am quiet")).seen()
    await (await ada.command("/workflows", "digest preview 1")).seen()
    posted = slack.calls.follow(lambda call: call.method == "chat.postMessage")
    await ada.command("/workflows", "digest run 1")
    await posted.next(20)
    faults: tuple[Fault, ...] = (HtmlPage(), Dropped(), JsonError(401, 10000, "Authentication error"))
    for number, fault in enumerate(faults):
        harness.cloudflare.inject(fault, times=3)
        await ask(ada, f"list {name} since:{10 + number}d")
        harness.cloudflare.clear_faults()
    slack.faults.add(RESPONSE_URL, Failed(404))
    slack.faults.add("chat.postEphemeral", ErrorCode("channel_not_found"))
    await (await ada.click(first, "page_refresh")).seen()
    if slack.request_url:
        stranger = slack.person("ada", via=slack.http(slack.request_url, Unsigned()))
        with pytest.raises(AckError):
            await stranger.command("/workflows", name)
    await _unexpected(watched, first)
    async with asyncio.timeout(5):
        while "Traceback" not in watched.said()["stderr.txt"]:  # noqa: ASYNC110 - a file has no event for it
            await asyncio.sleep(0.01)
    assert_silent(watched, await watched.get("/metrics"), await watched.get("/readyz"))


BAD = {
    "credentials in a URL": {"CLOUDFLARE_API_BASE_URL": "https://user:{}@api.example.com"},
    "credentials in Slack's URL": {"SLACK_API_URL": "https://user:{}@slack.example.com/api/"},
    "credentials in wrangler's URL": {"WRANGLER_DEV_URL": "http://user:{}@127.0.0.1:8787"},
    "another database": {"DATABASE_URL": "mysql://user:{}@host/name"},
    "no database": {"DATABASE_URL": "{}"},
    "a database's odd port": {"DATABASE_URL": "postgres://user:{}@host:port/name"},
    "a token of two lines": {"CLOUDFLARE_API_TOKEN": "{}\nX-Evil: 1"},
    "a secret of other letters": {"SLACK_SIGNING_SECRET": "{}é"},
    "accounts that are no JSON": {"CLOUDFLARE_ACCOUNTS": '{{"a": "{}'},
    "an account with a slip": {"CLOUDFLARE_ACCOUNTS": '{{"a": {{"account_id": "x", "api_tokn": "{}"}}}}'},
    "an account that is a text": {"CLOUDFLARE_ACCOUNTS": '{{"a": "{}"}}'},
}
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-x",
    "SLACK_SIGNING_SECRET": "0" * 32,
    "CLOUDFLARE_ACCOUNT_ID": "x",
    "CLOUDFLARE_API_TOKEN": "x",
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_setting_is_told_without_its_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, value in (GOOD | BAD[name]).items():
        monkeypatch.setenv(setting, value.format(SECRET))
    with pytest.raises(SettingsError) as wrong:
        load(_env_file=None)
    assert next(iter(BAD[name])) in wrong.value.problems[0]
    assert SECRET not in "".join(traceback.format_exception(wrong.value)) + repr(wrong.value)


async def test_nobody_hears_of_a_proxy_s_or_a_database_s_password(tmp_path: Path) -> None:
    """Neither address answers; `check` still checks everything."""
    closed = f"127.0.0.1:{free_port()}"
    settings = {
        **GOOD,
        "SLACK_API_URL": f"http://{closed}/api/",
        "CLOUDFLARE_API_BASE_URL": "http://api.example.com",
        "HTTP_PROXY": f"http://user:{SECRET}@{closed}",
        "DATABASE_URL": f"postgres://user:{SECRET}@{closed}/name",
        "BOT_LOG_LEVEL": "debug",
    }
    ended = await run(tmp_path, "check", settings=settings)
    assert [line.split()[0] for line in ended.stdout.splitlines()] == ["ok", "FAIL", "FAIL", "ok", "FAIL"]
    assert SECRET not in ended.stdout + ended.stderr


async def test_values_of_variables_stay_out_of_the_log_where_rich_is_installed(tmp_path: Path) -> None:
    package = tmp_path / "rich"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "console.py").write_text(
        "class Console:\n"
        "    def __init__(self, file, **_):\n"
        "        self.print = lambda said: print(said, file=file)\n"
    )
    (package / "traceback.py").write_text(
        dedent(
            """
            class Traceback:
                @staticmethod
                def from_exception(_, __, trace, show_locals, **___):
                    values = []
                    while trace and show_locals:
                        values.append(str(trace.tb_frame.f_locals))
                        trace = trace.tb_next
                    return " ".join(values)
            """
        )
    )
    program = """
        import structlog
        from bot.logs import configure_logging
        configure_logging("debug", "console")
        def fail(secret):
            raise RuntimeError("broken")
        try:
            fail("canary" + "5ecret")
        except RuntimeError:
            structlog.get_logger("bot").exception("unexpected_error")
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", dedent(program),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[3]}"},
        stderr=subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    assert b"RuntimeError: broken" in said
    assert SECRET.encode() not in said


async def test_a_database_s_password_stands_in_no_text_of_its_engine() -> None:
    engine = open_database(f"postgres://user:{SECRET}@127.0.0.1:1/name")
    assert SECRET not in f"{engine} {engine!r} {engine.url}"
    await engine.dispose()
