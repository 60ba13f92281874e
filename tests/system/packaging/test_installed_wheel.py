"""The wheel alone in an environment of its own: the bot that people install."""

import asyncio
import re
import signal
import sqlite3
from contextlib import closing
from importlib.metadata import distributions
from pathlib import Path

import aiohttp
import pytest
from packaging.utils import canonicalize_name
from yarl import URL

from bot import __version__
from tests.support.digest_actions import ask_digest
from tests.support.messages import ask, click, row_ids
from tests.system.process.harness import Harness, run_harness

from .building import ROOT, Built
from .installing import Installed, install, pins
from .running import WITHIN, ready_at, run, said, started

LOAD_ALL = """
import importlib, pkgutil, sys
import bot
for module in pkgutil.walk_packages(bot.__path__, "bot."):
    if module.name != "bot.__main__":
        importlib.import_module(module.name)
print(*sorted(sys.modules))
"""
"""Every module of the bot, so that nothing it needs is only there by chance."""


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(built.wheel, tmp_path_factory.mktemp("elsewhere") / "venv")


def test_what_requirements_txt_pins_is_all_that_the_wheel_asks_for(installed: Installed) -> None:
    checked = installed.pip("check")
    assert checked.returncode == 0, checked.stdout
    assert {canonicalize_name(package.name) for package in distributions(path=[str(installed.packages)])} == {
        "workflows-bot",
        *(canonicalize_name(pin.name) for pin in pins()),
    }


async def test_every_module_loads_from_the_wheel_and_needs_nothing_else(
    installed: Installed, tmp_path: Path
) -> None:
    where = await run(tmp_path, installed.python, "-c", "import bot; print(bot.__file__)")
    assert Path(where.said.strip()) == installed.packages / "bot" / "__init__.py"
    loaded = await run(tmp_path, installed.python, "-c", LOAD_ALL)
    assert loaded.code == 0, loaded.said
    assert {"dbos", "bot.digests.delivery.workflow", "bot.playground.command"} <= set(loaded.said.split())
    assert str(ROOT) not in (await run(tmp_path, installed.python, "-c", "import sys; print(sys.path)")).said


async def test_the_command_says_its_version_and_what_settings_it_lacks(
    installed: Installed, tmp_path: Path
) -> None:
    told, checked = await asyncio.gather(
        run(tmp_path, installed.command, "--version"), run(tmp_path, installed.command, "check")
    )
    assert told.code == 0
    assert __version__ in told.said
    assert checked.code != 0
    assert "SLACK_BOT_TOKEN" in checked.said
    assert "Traceback" not in checked.said


async def test_it_serves_answers_what_slack_signed_keeps_its_tables_and_leaves_with_0(
    installed: Installed, tmp_path: Path
) -> None:
    async with (
        run_harness(tmp_path) as harness,
        started(tmp_path, installed.command, "serve", **harness.settings()) as process,
    ):
        url = await ready_at(process)
        harness.slack.request_url = f"{url}/slack/events"
        assert await readiness(harness, url) == {"status": "ready"}
        listed = await ask(harness.ada, "list order-processing")
        assert len(row_ids(listed)) == 10
        assert len(row_ids(await click(harness.ada, listed, "page_next"))) == 10
        assert "Digest 1" in (await ask_digest(harness.ada, "create weekdays 09:00")).text
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), WITHIN) == 0
    with closing(sqlite3.connect(tmp_path / "workflows-bot.sqlite3")) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"alembic_version", "bookmarks", "digests"} <= tables


async def readiness(harness: Harness, url: str) -> object:
    async with harness.session.get(f"{url}/readyz") as answer:
        return await answer.json()


async def test_its_playground_has_its_page(installed: Installed, tmp_path: Path) -> None:
    async with started(
        tmp_path, installed.command, "playground", "--instances", "10", "--port", "0"
    ) as process:
        address = (await said(process, r"^Open (http://\S+)$"))[1]
        async with aiohttp.ClientSession() as session, session.get(address) as page:
            assert page.status == 200
            text = await page.text()
            files = re.findall(r'(?:src|href)="([^"#:]+\.(?:js|css|svg))"', text)
            assert files
            for file in files:
                async with session.get(page.url.join(URL(file))) as answer:
                    assert answer.status == 200, file
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), WITHIN) == 0
