"""What the command line writes: in any encoding, for people on a terminal, without tokens it can spare."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from tests.support.databases import migrated_database
from tests.support.teams import TEAM

from .bot_process import environment_of, run
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "büro-\N{SNOWMAN}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a digest whose workflow has letters that few encodings have."""
    url = f"sqlite:///{tmp_path_factory.mktemp('digests')}/bot.sqlite3"
    async with migrated_database(url) as engine:
        store = DigestRepository(engine, TEAM, lambda: datetime.now(UTC))
        plan = DigestSpec("C0OPS0001", Schedule("0 9 * * 1-5", "Europe/Berlin"), workflows=(NAME,))
        await store.create(plan, "U0ADA0001")
    return url


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        (
            {"PYTHONIOENCODING": "ascii"},
            NAME.encode(),
        ),  # click takes ASCII for a mistake, as it mostly is one
        ({"PYTHONIOENCODING": "latin-1"}, "büro-?".encode("latin-1")),
        ({"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, NAME.encode()),
        ({"PYTHONIOENCODING": "utf-8:strict"}, NAME.encode()),
    ],
    ids=["ascii", "latin-1", "C", "utf-8"],
)
async def test_digests_are_listed_in_any_encoding_and_by_the_database_alone(
    tmp_path: Path, database: str, encoding: dict[str, str], written: bytes
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "digest", "list"),
        cwd=tmp_path,
        env=environment_of({"DATABASE_URL": database}) | encoding,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await process.communicate()
    assert complaint == b""
    assert said.rstrip().endswith(written)
    assert process.returncode == 0


async def test_a_preview_needs_no_token_of_slacks(harness: Harness, database: str, tmp_path: Path) -> None:
    slack = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL")
    settings = harness.settings(*slack, DATABASE_URL=database)
    ended = await run(tmp_path, "digest", "preview", "1", settings=settings)
    assert ended.stderr == ""
    assert ended.stdout.startswith("Digest 1 · ")
    assert ended.code == 0


async def test_on_a_terminal_the_log_is_for_people(harness: Harness, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"),
        cwd=tmp_path,
        env=environment_of(harness.settings(NO_COLOR="1")),
        stderr=theirs,
    )
    os.close(theirs)
    said = ""
    try:
        while "ready" not in said:
            said += (await asyncio.to_thread(os.read, ours, 65536)).decode()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 15) == 0
    finally:
        if process.returncode is None:
            process.kill()
        os.close(ours)
    assert "{" not in said
    assert "\x1b" not in said
    line = next(line for line in said.splitlines() if "ready" in line)
    assert datetime.strptime(line.split()[0], "%H:%M:%S").replace(tzinfo=UTC)
    assert "mode=http" in line
