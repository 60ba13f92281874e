"""Starting and stopping `workflows-bot playground`."""

import asyncio
import json
import re
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from tests.system.process.bot_process import Ended, run

from .page_client import PageClient, button
from .playground_process import run_playground_process

REAL = {"CLOUDFLARE_ACCOUNT_ID": "0" * 32, "CLOUDFLARE_API_TOKEN": "a-real-token"}


async def refused(folder: Path, *arguments: str, **settings: str) -> Ended:
    """Return the output of a playground that fails to start."""
    ended = await run(folder, "playground", *arguments, settings=settings)
    assert ended.code != 0
    assert "Traceback" not in ended.stderr
    return ended


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_starts_with_the_overview_and_stops_on_sigterm_with_an_open_page(
    tmp_path: Path, session: aiohttp.ClientSession, number: signal.Signals
) -> None:
    async with run_playground_process(tmp_path, "--port", "0", "--instances", "200") as playground:
        page = PageClient(session, playground.address)
        async with page.feed() as feed:
            state = await feed.next("workspace")
            playground.process.send_signal(number)
            assert await playground.process.wait() == 0
    titles = [exchange["title"] for exchange in state["exchanges"]]
    assert titles == ["auth.test", "bots.info", "/workflows", "users.info"]
    assert "order-processing" in json.dumps(state["messages"])
    assert len(state["suggestions"]) == 4
    assert playground.stderr == ""
    assert playground.left_behind == set()


async def test_it_prints_an_address_with_a_secret_and_its_account(tmp_path: Path) -> None:
    said = []
    for start in ("first", "second"):
        async with run_playground_process(tmp_path / start, "--port", "0", "--seed", "7") as playground:
            said.append(playground.said)
            assert playground.address.host == "127.0.0.1"
            assert len(playground.address.fragment) > 20
    assert "A simulated account (seed 7)" in said[0]
    assert said[0] != said[1]


async def test_the_suggestions_are_answered(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    async with run_playground_process(tmp_path, "--port", "0") as playground:
        page = PageClient(session, playground.address)
        state = await page.state()
        for suggestion in state["suggestions"]:
            await page.type(suggestion["text"])
        seen = await page.state()
    texts = [message["text"] for message in seen["messages"]]
    assert [view["payload"]["title"]["text"] for view in seen["views"]] == ["New digest"]
    assert texts[1].startswith("order-processing · errored: 1–10 of 100+.")
    assert texts[2].startswith("image-pipeline, created since ")
    assert "no instances" not in texts[2]
    assert "status" in texts[3]


async def test_a_simulated_account_never_becomes_a_real_one(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    real = {
        **REAL,
        "CLOUDFLARE_ACCOUNTS": '{"staging": {"account_id": "1", "api_token": "x"}}',
        "WRANGLER_DEV_URL": "http://127.0.0.1:9",
        "SLACK_BOT_TOKEN": "xoxb-real",
        "SLACK_APP_TOKEN": "xapp-real",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "DATABASE_URL": "postgres://127.0.0.1:9/real",
        "CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    async with run_playground_process(tmp_path, "--port", "0", **real) as playground:
        page = PageClient(session, playground.address)
        await page.type("/workflows account:staging")
        state = await page.state()
    assert "order-processing" in json.dumps(state["messages"][0])
    assert "simulated" in state["messages"][1]["text"]
    state_json = json.dumps(state)
    assert not [value for value in ("a-real-token", "xoxb-real", "xapp-real") if value in state_json]


async def test_it_says_at_the_start_that_nothing_listens_where_wrangler_should(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with run_playground_process(tmp_path, "--port", "0", "--wrangler", url) as playground:
            state = await PageClient(session, playground.address).state()
    assert playground.stderr == (
        f"No Workflows engine answers at {url}: no connection to 127.0.0.1: connection refused. "
        "Start `wrangler dev` (4.117 or newer) there; it is asked again with each command.\n"
    )
    assert state["account"]["kind"] == "wrangler"


async def test_it_says_at_the_start_that_something_else_listens_where_wrangler_should(tmp_path: Path) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with run_playground_process(tmp_path, "--port", "0", "--wrangler", url) as playground:
            assert f"No Workflows engine answers at {url}: the answer is not JSON." in playground.stderr


async def test_nothing_on_this_machine_goes_through_a_proxy(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    asked: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as proxy:
        address = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), address)
        async with run_playground_process(tmp_path, "--port", "0", **proxies) as playground:
            page = PageClient(session, playground.address)
            async with page.feed() as feed:
                await page.type("/workflows list order-processing")
                message = await feed.message()
                await page.act("action", ts=message["ts"], action=button(message, "Older"))
                flipped = await feed.message("11–20")
                await page.act("action", ts=flipped["ts"], action=button(flipped, "Filter…"))
                await feed.next("view")
    assert asked == []


async def test_a_simulated_account_ignores_the_dotenv_file(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    (tmp_path / ".env").write_bytes(b"X=\xff\xfe\nCLOUDFLARE_ACCOUNT_ID=real\n")
    async with run_playground_process(tmp_path, "--port", "0") as playground:
        state = await PageClient(session, playground.address).state()
    assert state["account"]["kind"] == "simulated"


async def test_the_real_account_of_the_environment_can_be_asked_for(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    real = {**REAL, "CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:9", "BOT_ACCOUNT_NAME": "prod"}
    async with run_playground_process(tmp_path, "--port", "0", "--account", **real) as playground:
        page = PageClient(session, playground.address)
        async with page.feed() as feed:
            state = await feed.next("workspace")
            message = state["messages"][0] if state["messages"] else await feed.message()
        assert "prod" in playground.said
        assert state["account"]["kind"] == "account"
        assert state["faults"] == []
        assert "127.0.0.1" in message["text"]
        assert "connection refused" in message["text"]
        status, answer = await page.post("/fault", {"fault": "down"})
        assert (status, answer["error"]) == (400, "faults are available for the simulated account only")


async def test_a_missing_account_is_reported_in_one_line(tmp_path: Path) -> None:
    ended = await refused(tmp_path, "--account")
    assert re.fullmatch(r"FAIL  settings: no account is set: .+\n", ended.stderr)


async def test_an_invalid_wrangler_url_is_reported_in_one_line(tmp_path: Path) -> None:
    ended = await refused(tmp_path, "--wrangler", "8787")
    assert ended.stderr == "FAIL  settings: --wrangler 8787 is not a URL, as in http://127.0.0.1:8787\n"


async def test_an_unreachable_engine_is_reported_in_the_channel(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    arguments = ("--port", "0", "--wrangler", "http://127.0.0.1:9")
    async with run_playground_process(tmp_path, *arguments) as playground:
        page = PageClient(session, playground.address)
        async with page.feed() as feed:
            state = await feed.next("workspace")
            message = state["messages"][0] if state["messages"] else await feed.message()
    assert "no connection to 127.0.0.1: connection refused" in message["text"].lower()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--account", "--wrangler", "http://127.0.0.1:8787"),
        ("--account", "--seed", "1"),
        ("--wrangler", "http://127.0.0.1:8787", "--instances", "10"),
    ],
)
async def test_two_accounts_at_once_are_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = await refused(tmp_path, *arguments)
    assert "select different accounts: choose one" in ended.stderr


async def test_a_port_in_use_is_reported(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = await refused(tmp_path, "--port", str(port))
    assert ended.stderr == f"workflows-bot: --port {port}: can't listen there: Address already in use\n"


async def test_where_the_usual_port_is_taken_it_takes_another(tmp_path: Path) -> None:
    async with (
        run_playground_process(tmp_path / "one") as one,
        run_playground_process(tmp_path / "two") as two,
    ):
        assert one.address.port != two.address.port


async def test_a_slip_in_its_name_is_answered_with_the_right_one(tmp_path: Path) -> None:
    ended = await run(tmp_path, "playgroud", settings={})
    assert ended.code != 0
    assert "No such command 'playgroud'. Did you mean playground?" in ended.stderr


async def test_it_is_in_the_help(tmp_path: Path) -> None:
    ended = await run(tmp_path, "--help", settings={})
    assert re.search(r"^  playground +Try the bot in a browser\.$", ended.stdout, re.MULTILINE)
