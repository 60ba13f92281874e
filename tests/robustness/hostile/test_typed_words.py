"""What people type is in no log at any level, whatever refuses it: a database, Cloudflare or Slack."""

import asyncio
import io
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import structlog
from psycopg import sql
from sqlalchemy import insert, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.playground.simulators.cloudflare import Failure, JsonError, Simulation
from bot.playground.simulators.slack import RESPONSE_URL, AnswerLost, ErrorCode, Failed, LocalSlack
from bot.playground.simulators.slack.directory import GRACE, GUS
from bot.reasons import reason_of
from bot.storage.tables import bookmarks
from tests.support.databases import migrated_database
from tests.support.digest_actions import add_failure, ask_digest
from tests.support.fixtures import RunBot
from tests.support.logs import logs
from tests.support.messages import ask, click
from tests.support.postgres import create_database

CANARY = "canary-of-a-person"
TABLES = ("bookmarks", "walks", "visited_pages", "digests", "digest_runs")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    return create_database(request.getfixturevalue("postgres_server"))


def refuse_rows(url: str, table: str, *, update: bool = False, schema: str = "public") -> None:
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
        name, on = sql.Identifier(f"refuse_{table}_{when}"), sql.Identifier(schema, table)
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
        async with migrated_database(url) as engine:
            errors = await refusals(engine)
            refuse_rows(url, "bookmarks")
            errors += await refusals_of_trigger(engine)
            assert len(errors) > 6
            for error in errors:
                log.error("failed", reason=reason_of(error), exc_info=error)
                behind = RuntimeError("another")
                behind.__cause__ = error
                log.error("failed_too", exc_info=behind)
                for name in ("dbos", "asyncio", "library"):
                    library = logging.getLogger(name)
                    try:
                        raise error  # noqa: TRY301 - as a library has it
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


async def logged(written: io.StringIO, sign: str) -> None:
    """Wait for a line."""
    async with asyncio.timeout(20):
        while sign not in written.getvalue():  # noqa: ASYNC110 - a log has no event for it
            await asyncio.sleep(0.05)


async def test_what_a_bot_is_told_while_its_database_refuses_rows_is_in_no_line(
    url: str, run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_failure(cloudflare, CANARY, "ord-1", Failure("PaymentError", CANARY))
    for number in range(30):
        cloudflare.add_instance(CANARY, id=f"{CANARY}-{number:03}")
    create = f"create daily 9am workflow:{CANARY}"
    with logs("debug") as written:
        async with run_bot(database_url=url):
            ada = slack.person("ada")
            await ask_digest(ada, create)
            await logged(written, "worker_started")
            jobs = url.replace(".sqlite3", ".sqlite3.dbos.sqlite3")
            refuse_rows(jobs, "operation_outputs", schema="dbos")
            await ask_digest(ada, "run 1")
            await logged(written, '"logger":"dbos"')  # what it can't store is the digest's message
            for table in TABLES:
                refuse_rows(url, table)
            assert "inside this bot" in (await ask_digest(ada, create)).all_text()
            await click(ada, await ask(ada, f"list {CANARY}"), "page_next")
            refuse_rows(url, "digests", update=True)
            assert "inside this bot" in (await ask_digest(ada, "pause 1")).all_text()
            refuse_rows(url, "handled_requests")
            assert "inside this bot" in (await ask_digest(ada, create)).all_text()
    assert written.getvalue().count("unexpected_error") == 3
    assert CANARY not in written.getvalue()


async def test_what_cloudflare_and_slack_repeat_is_in_no_line(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders")
    with logs("debug") as written:
        async with run_bot():
            ada = slack.person("ada")
            for status in (400, 404, 500):
                cloudflare.inject(JsonError(status, 1234, f"can't do {CANARY}"), times=3)
                assert CANARY in (await ask(ada, f"list orders since:{status}h")).all_text()
                cloudflare.clear_faults()
            listed = await ask(ada, "list orders")
            slack.faults.add("views.open", AnswerLost())  # so that it is sent again, with the whole form
            await (await ada.click(listed, "filter_open")).view()
            slack.faults.add(RESPONSE_URL, Failed(400, f"no {CANARY}"), times=5)
            await (await ada.click(listed, "page_refresh")).seen()
            slack.faults.add("chat.postEphemeral", ErrorCode(f"no {CANARY}"), times=5)
            await ask_digest(ada, "create daily 9am")
            slack.workspace.add(replace(GRACE, tz=""))
            await ask(slack.person("grace"), "version")
            slack.workspace.add(GUS)
            for name in ("grace", "gus"):  # one of whom Slack has said who they are
                slack.faults.add("users.info", ErrorCode(f"no {CANARY}"))
                await ask(slack.person(name), "list orders since:09:00")
    told = ("problem_told", "stamina.retry_scheduled", "response_url_refused", "time_zone_unknown")
    for event in (*told, "person_unknown"):
        assert event in written.getvalue()
    assert CANARY not in written.getvalue()
