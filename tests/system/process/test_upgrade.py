"""A bot that starts with the database of the version before: what people had set up goes on."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import connect

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.browse.bookmark import Bookmark, VisitedPage
from bot.browse.model import ListQuery
from bot.cloudflare.models import Cursor
from bot.playground.simulators.slack import LocalSlack, Message
from tests.support.buttons import encode
from tests.support.databases import migrated_database
from tests.support.messages import row_ids
from tests.support.old_databases import downgrade
from tests.support.teams import TEAM

from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = (
    """INSERT INTO digests (channel, creator, plan, state, created_at, changed_at, next_due)
    VALUES ('C0GENERAL', 'U0ADA0001', :scheduled, 'active', 1, 1, :due)""",
    """INSERT INTO digests (channel, creator, plan, state, created_at, changed_at)
    VALUES ('C0OPS0001', 'U0ADA0001', :paused, 'paused', 1, 1)""",
    """INSERT INTO digest_runs (digest, slot, due_at, state, attempt, try_at, posting)
    VALUES (2, 'now:2026-11-23T08:00:00Z', :due, 'due', 0, :due, FALSE)""",
    "INSERT INTO bookmarks (key, text, expires_at) VALUES ('kept', :place, :due + 3600)",
)
"""A digest that is due, one that somebody wants posted now, and a place in a list behind a button."""


@pytest_asyncio.fixture(loop_scope="module")
async def folder(shared_harness: Harness) -> Path:
    """The folder of a bot with such a database."""
    folder = shared_harness.folder / "upgrade"
    folder.mkdir()
    slot = datetime.now(UTC).replace(second=0, microsecond=0)
    schedule = {"cron": f"{slot.minute} {slot.hour} * * *", "zone": "UTC"}
    place = Bookmark(ListQuery.of("order-processing"), visited=(VisitedPage(Cursor("a token"), 100),))
    values = {
        "scheduled": json.dumps({"channel": "C0GENERAL", "schedule": schedule}),
        "paused": json.dumps({"channel": "C0OPS0001", "schedule": schedule}),
        "due": int(slot.timestamp()),
        "place": encode(place),
    }
    async with migrated_database(f"sqlite:///{folder}/bot.sqlite3") as engine, engine.begin() as connection:
        await connection.run_sync(downgrade, "0002")
        for statement in ROWS:
            asked = text(statement)
            names = asked.compile().params
            await connection.execute(asked, {name: values[name] for name in names})
    return folder


async def test_what_was_set_up_before_goes_on_for_the_team_of_the_token(
    harness: Harness, folder: Path
) -> None:
    url = f"sqlite:///{folder}/bot.sqlite3"
    async with harness.bot("upgraded", harness.settings(DATABASE_URL=url)) as bot:
        listed = await (await harness.ada.command("/workflows", "digest list")).seen()
        assert "*Digest 1*" in listed.all_text()
        assert "*Digest 2*" in listed.all_text()

        button = {"type": "button", "action_id": "page_next", "block_id": "b", "value": "s1.kept."}
        shown = await harness.ada.act(listed, button)
        assert len(row_ids(await shown.message())) == 10

        for channel in ("general", "ops"):
            assert "digest" in (await _posted(harness.slack, channel)).all_text().lower()
        assert not [entry for entry in bot.log if entry["level"] in {"warning", "error"}]

    with closing(connect(folder / "bot.sqlite3")) as kept:
        for table in ("bookmarks", "digests", "digest_runs"):
            teams = kept.execute(f"SELECT DISTINCT team_id FROM {table}").fetchall()  # noqa: S608 - ours
            assert teams == [(TEAM,)], table


async def _posted(slack: LocalSlack, channel: str) -> Message:
    """The first message that everybody in a channel sees."""
    changes = slack.workspace.changes.follow()
    while not (posted := [message for message in slack.messages(channel) if not message.is_ephemeral]):
        await changes.next(20)
    return posted[0]
