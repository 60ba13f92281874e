"""`workflows-bot digest` in a terminal: what the team gets, for the bot's operator; nothing is posted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import HtmlPage
from tests.support.databases import migrated_database
from tests.support.teams import OTHER_TEAM, TEAM

from .bot_process import Ended, run
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLANS = (
    DigestSpec("C0OPS0001", Schedule("0 9 * * 1-5", "Europe/Berlin")),
    DigestSpec("C0GENERAL", Schedule("0 */4 * * *", "UTC"), workflows=("order-processing", "gone \u202e")),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def digests(shared_harness: Harness) -> Path:
    """The folder of a bot that knows two digests; the second is paused."""
    folder = shared_harness.folder / "terminal"
    folder.mkdir()
    async with migrated_database(f"sqlite:///{folder}/bot.sqlite3") as engine:
        store = DigestRepository(engine, TEAM, lambda: datetime.now(UTC))
        for plan in PLANS:
            await store.create(plan, "U0ADA0001")
        await store.pause(2)
    return folder


async def typed(harness: Harness, folder: Path, *words: str) -> Ended:
    """How a command in that folder ended; nothing of it may have reached Slack."""
    before = len(harness.slack.calls)
    settings = harness.settings(DATABASE_URL=f"sqlite:///{folder}/bot.sqlite3", BOT_REQUEST_DEADLINE="2")
    ended = await run(folder, "digest", *words, settings=settings)
    assert len(harness.slack.calls) == before
    assert "Traceback" not in ended.stderr
    return ended


async def test_every_digest_is_a_line(harness: Harness, digests: Path) -> None:
    ended = await typed(harness, digests, "list")
    assert ended.code == 0
    assert ended.stderr == ""
    first, second = ended.stdout.splitlines()
    assert first.startswith("   1  C0OPS0001  weekdays at 09:00 (Europe/Berlin)  next 20")
    assert first.endswith("  all workflows")
    assert second == (
        "   2  C0GENERAL  every 4h (UTC)  paused  order-processing, gone \N{REPLACEMENT CHARACTER}"
    )


async def test_digests_of_every_workspace_in_the_database_are_listed(harness: Harness) -> None:
    folder = harness.folder / "terminal-of-two"
    folder.mkdir()
    async with migrated_database(f"sqlite:///{folder}/bot.sqlite3") as engine:
        for number, team in enumerate((OTHER_TEAM, "", TEAM)):
            store = DigestRepository(engine, team, lambda: datetime.now(UTC))
            await store.create(PLANS[number % 2], "U0ADA0001")
    listed = await typed(harness, folder, "list")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["1", "2", "3"]
    for word in ("1", "2", "3"):
        assert (await typed(harness, folder, "preview", word)).stdout.startswith(f"Digest {word} · ")


async def test_a_preview_is_what_the_digest_would_say(harness: Harness, digests: Path) -> None:
    ended = await typed(harness, digests, "preview", "1")
    assert ended.code == 0
    assert ended.stderr == ""
    assert ended.stdout.startswith("Digest 1 · all workflows\ndefault · in the last 24 hours · as of 20")
    assert "weekdays at 09:00 (Europe/Berlin)" in ended.stdout
    assert " failed in the last 24 hours" in ended.stdout
    for name in ("order-processing", "image-pipeline"):
        assert f"\n{name} " in ended.stdout
    for markup in ("`", "<!date", "\u202e"):
        assert markup not in ended.stdout


async def test_an_account_that_does_not_answer_is_one_line_and_a_failure(
    harness: Harness, digests: Path
) -> None:
    harness.cloudflare.inject(HtmlPage(), times=None)
    ended = await typed(harness, digests, "preview", "2")
    assert ended.code == 1
    assert ended.stdout == ""
    (said,) = ended.stderr.splitlines()
    assert said.startswith("workflows-bot: digest 2: ")
    assert said.endswith("; `workflows-bot check` looks closer")


async def test_a_digest_that_does_not_exist_is_one_line_and_a_failure(
    harness: Harness, digests: Path
) -> None:
    ended = await typed(harness, digests, "preview", "7")
    assert ended.code == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        "workflows-bot: there is no digest 7; `workflows-bot digest list` shows them all\n"
    )


async def test_a_database_that_can_t_be_opened_is_one_line_and_a_failure(harness: Harness) -> None:
    folder = harness.folder / "terminal-without-database"
    (folder / "bot.sqlite3").mkdir(parents=True)
    ended = await typed(harness, folder, "list")
    assert ended.code == 1
    assert ended.stdout == ""
    (said,) = ended.stderr.splitlines()
    assert said.startswith("workflows-bot: DATABASE_URL: the database can't be used: ")
