"""The Dockerfile, as far as it can be held to its word where no image can be built."""

import asyncio
import json
import re
import shutil
import signal
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.messages import ask, row_ids
from tests.system.process.harness import run_harness

from .building import ROOT
from .installing import Installed, environment
from .running import WITHIN, ready_at, run, started

IMAGE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
"""One instruction a line."""


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", IMAGE, re.MULTILINE)


def as_list(instruction: str) -> list[str]:
    """The words of a command that is written as a list, and so runs without a shell."""
    words = json.loads(instruction)
    assert isinstance(words, list)
    return words


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return environment(tmp_path_factory.mktemp("image") / "venv")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The folder `/app`: what is copied, without what `.dockerignore` holds back."""
    folder = tmp_path / "app"
    folder.mkdir()
    kept_out = shutil.ignore_patterns("__pycache__", "playground")
    for copied in instructions("COPY"):
        source, target = copied.split()
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / target, ignore=kept_out)
        else:
            shutil.copy(ROOT / source, folder / target)
    return folder


def test_only_what_is_copied_is_sent_to_be_built() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {line[1:] for line in rules if line.startswith("!")} == {
        copied.split()[0] for copied in instructions("COPY")
    }
    assert rules[-2:] == ["bot/playground", "**/__pycache__"]


def test_it_installs_what_is_locked_and_runs_as_nobody_special() -> None:
    [installs, prepares] = instructions("RUN")
    assert "--require-hashes -r requirements.txt" in installs
    [user] = instructions("USER")
    assert re.fullmatch(r"([1-9]\d+):\1", user)
    assert f"--uid {user.partition(':')[0]} " in prepares
    assert IMAGE.index("useradd") < IMAGE.index("\nUSER") < IMAGE.index("\nCMD")


def test_it_runs_what_the_procfile_runs() -> None:
    [command] = instructions("CMD")
    lines = [line.partition(": ")[2] for line in (ROOT / "Procfile").read_text().splitlines()]
    assert {line.partition(" --role ")[0] for line in lines} == {" ".join(as_list(command))}


async def test_its_command_serves_from_what_is_copied_and_leaves_with_0(
    installed: Installed, app: Path, tmp_path: Path
) -> None:
    [command] = instructions("CMD")
    program, *arguments = as_list(command)
    [database] = re.findall(r"DATABASE_URL=(\S+)", IMAGE)
    data = tmp_path / "data"
    data.mkdir()
    assert instructions("VOLUME") == ["/data"]
    async with run_harness(tmp_path) as harness:
        settings = harness.settings(DATABASE_URL=database.replace("/data", str(data)))
        async with started(app, installed.folder / "bin" / program, *arguments, **settings) as process:
            url = await ready_at(process)
            harness.slack.request_url = f"{url}/slack/events"
            assert len(row_ids(await ask(harness.ada, "list order-processing"))) == 10
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), WITHIN) == 0
    assert (data / "workflows-bot.sqlite3").exists()


@pytest.mark.parametrize(("status", "is_well"), [(200, True), (503, False), (None, False)])
async def test_its_health_check_asks_the_bot_and_no_proxy(
    status: int | None, installed: Installed, tmp_path: Path, *, is_well: bool
) -> None:
    [check] = instructions("HEALTHCHECK")
    program, *arguments = as_list(check.partition(" CMD ")[2])

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(status=status or 500)

    served = web.Application()
    served.router.add_get("/healthz", healthz)
    runner = web.AppRunner(served)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    if status is None:
        await runner.cleanup()
    proxy = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    asked = await run(tmp_path, installed.folder / "bin" / program, *arguments, PORT=str(port), **proxy)
    await runner.cleanup()
    assert (asked.code == 0) is is_well
