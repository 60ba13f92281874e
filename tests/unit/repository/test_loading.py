"""What a start need not wait for is not loaded by it."""

import json
import subprocess
import sys

_LATE = {
    "alembic": "until a database lacks a migration",
    "dbos": "until there is a digest",
    "psycopg": "but for PostgreSQL",
    "sqlalchemy.dialects.postgresql": "but for PostgreSQL",
    "bot.playground": "ever",
}


def test_the_commands_do_not_load_what_they_may_never_need() -> None:
    program = f"""
import importlib, json, sys
late = {{}}
for command in ["bot.cli", "bot.terminal", "bot.check", "bot.serve"]:
    importlib.import_module(command)
    late[command] = sorted(set({list(_LATE)}) & set(sys.modules))
print(json.dumps(late))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == {"bot.cli": [], "bot.terminal": [], "bot.check": [], "bot.serve": []}


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
