"""What a start need not wait for is not loaded by it."""

import json
import subprocess
import sys
from pathlib import Path

_LATE = {
    "alembic": "until an older database lacks a migration",
    "dbos": "until there is a digest",
    "psycopg": "but for PostgreSQL",
    "sqlalchemy.dialects.postgresql": "but for PostgreSQL",
    "bot.app": "but to serve",
    "bot.playground": "ever",
}
_LOADED = ("bot.cli", "bot.terminal", "bot.preview", "bot.check", "bot.serve")
"""What the commands load, in an order in which each loads more."""


def test_neither_the_commands_nor_a_new_database_load_what_they_may_never_need(tmp_path: Path) -> None:
    program = f"""
import asyncio, importlib, json, sys
late = {{}}
def look(after):
    late[after] = sorted(set({list(_LATE)}) & set(sys.modules))
for command in {list(_LOADED)}:
    importlib.import_module(command)
    look(command)
from bot.storage.database import migrate, open_database
asyncio.run(migrate(open_database("sqlite:///bot.sqlite3")))
look("a new database")
print(json.dumps(late))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    with_bot = ("bot.serve", "a new database")
    assert json.loads(ran.stdout) == {
        after: ["bot.app"] if after in with_bot else [] for after in (*_LOADED, "a new database")
    }


def test_the_playground_loads_when_it_is_run() -> None:
    program = "import bot.playground.command, sys; print('bot.app' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_the_network_loads_with_the_client() -> None:
    program = """
import json, sys
import bot.cloudflare
before = "aiohttp" in sys.modules
bot.cloudflare.WorkflowsClient
print(json.dumps([before, "aiohttp" in sys.modules]))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [False, True]
