"""What people type is in no log at any level, whatever refuses it: a database, Cloudflare or Slack."""

import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import psycopg
import pytest
import structlog
from psycopg import sql
from sqlalchemy import insert, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.playground.simulators.cloudflare import Failure, JsonError, Simulation
from bot.playground.simulators.slack import RESPONSE_URL, Failed, LocalSlack, Named
from bot.reasons import reason_of
from bot.storage.database import migrate, open_database
from bot.storage.tables import bookmarks
from tests.support.digest_actions import add_failure, ask_digest
from tests.support.fixtures import RunBot
from tests.support.logs import logs
from tests.support.messages import ask, click
from tests.support.postgres import create_database, run_postgres

CANARY = "canary-of-a-person"
TABLES = ("bookmarks", "walks", "visited_pages", "handled_requests", "digests", "digest_runs")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with run_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    return create_database(request.getfixturevalue("server"))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(url)
    try:
        await migrate(engine)
        yield engine
    finally:
        await engine.dispose()


def refuse_rows(url: str, table: str, *, update: bool = False) -> None:
    """Have a trigger refuse each row of a table, and quote it."""
    when = "UPDATE" if update else "INSERT"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(make_url(url).database or "")) as database:
            database.execute(
                f"CREATE TRIGGER refuse_{table}_{when} BEFORE {when} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{CANARY}'); END"
            )
        return
    with psycopg.connect(make_url(url).render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'no: %', row_to_json(NEW)::text USING ERRCODE = '25006'; END$$"
        )
        name, on = sql.Identifier(f"refuse_{table}_{when}"), sql.Identifier(table)
        connection.execute(
            sql.SQL("CREATE TRIGGER {} BEFORE {} ON {} FOR EACH ROW EXECUTE FUNCTION refuse()").format(
                name, sql.SQL(when), on
            )
        )


ROW = {"key": CANARY, "text": CANARY, "expires_at": 1, "team_id": CANARY}
REFUSED: dict[str, dict[str, object]] = {
    "a row that is there": ROW,
    "too long": {**ROW, "key": CANARY * 10},
    "a NUL": {**ROW, "key": "k", "text": f"{CANARY}\0"},
    "half a character": {**ROW, "key": "k", "text": f"{CANARY}\ud800"},
    "no number": {**ROW, "key": "k", "expires_at": CANARY},
    "no column's type": {**ROW, "key": "k", "expires_at": [CANARY]},
    "too large": {**ROW, "key": "k", "expires_at": 10**40},
    "nothing": {**ROW, "key": "k", "text": None},
}


async def refusals(engine: AsyncEngine) -> list[Exception]:
    """What the database says to each of these, and to odd questions."""
    errors: list[Exception] = []
    asked = [
        f"SELECT CAST('{CANARY}' AS integer) + json_array_length('{CANARY}')",
        f"SELECT '{CANARY}'::timestamptz",
        f"SELECT CAST(x'ff' || '{CANARY}' AS text)",
    ]
    async with engine.begin() as connection:
        await connection.execute(insert(bookmarks).values(ROW))
    for row in REFUSED.values():
        try:
            async with engine.begin() as connection:
                await connection.execute(insert(bookmarks).values(row))
        except Exception as error:  # noqa: BLE001 - of many kinds
            errors.append(error)
    for question in asked:
        try:
            async with engine.begin() as connection:
                (await connection.execute(text(question))).all()
        except Exception as error:  # noqa: BLE001
            errors.append(error)
    return errors


@pytest.mark.parametrize("style", ["json", "console"])
async def test_what_a_database_refuses_is_in_no_line(url: str, style: str) -> None:
    log = structlog.get_logger("bot")
    with logs("debug", style) as written:
        async with opened(url) as engine:
            errors = await refusals(engine)
            refuse_rows(url, "bookmarks")
            errors += await refusals_of_trigger(engine)
            assert len(errors) > 6
            for error in errors:
                log.error("failed", reason=reason_of(error), exc_info=error)
                try:
                    raise RuntimeError("behind it") from error
                except RuntimeError:
                    log.exception("failed_too")
                for name in ("dbos", "asyncio", "library"):
                    library = logging.getLogger(name)
                    try:
                        raise error
                    except Exception as caught:  # noqa: BLE001
                        library.warning(f"it failed: {caught}")
                        library.warning("it failed: %r", caught)
                        library.error("it failed", exc_info=True)
                        library.debug("parameters: %s", ROW)
                    library.warning("later: %s", error)
        assert CANARY not in written.getvalue()


async def refusals_of_trigger(engine: AsyncEngine) -> list[Exception]:
    try:
        async with engine.begin() as connection:
            await connection.execute(insert(bookmarks).values({**ROW, "key": "other"}))
    except SQLAlchemyError as error:
        return [error]
    raise AssertionError("a trigger refuses it")


def refuse_everything(url: str) -> None:
    for table in TABLES:
        refuse_rows(url, table)


@pytest.mark.parametrize("level", ["debug", "error"])
async def test_what_a_bot_is_told_while_its_database_refuses_rows_is_in_no_line(
    url: str, level: str, run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_failure(cloudflare, CANARY, "ord-1", Failure("PaymentError", CANARY))
    for number in range(30):
        cloudflare.add_instance(CANARY, id=f"{CANARY}-{number:03}-{'x' * 60}")
    create = f"create daily 9am workflow:{CANARY} title:{CANARY}"
    with logs(level) as written:
        async with run_bot(database_url=url):
            ada = slack.person("ada")
            await ask_digest(ada, f"create daily 9am workflow:{CANARY}")
            shown = await ask_digest(ada, "show 1")
            refuse_everything(url)
            print((await ask_digest(ada, create)).all_text())
            print((await ask_digest(ada, f"create daily 9am workflow:{CANARY}")).all_text())
            await ask_digest(ada, "run 1")
            listed = await ask(ada, f"list {CANARY}")
            await click(ada, listed, "page_next")
            refuse_rows(url, "digests", update=True)
            print((await ask_digest(ada, "pause 1")).all_text())
            print((await ask_digest(ada, "delete 1")).all_text())
            del shown
        print(written.getvalue()[-5000:])
        assert CANARY not in written.getvalue()
