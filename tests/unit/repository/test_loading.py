"""What a start need not wait for is not loaded by it."""

import json
import subprocess
import sys

import pytest

_LATE = {
    "alembic": "until a database lacks a migration",
    "dbos": "until there is a digest",
    "psycopg": "but for PostgreSQL",
    "sqlalchemy.dialects.postgresql": "but for PostgreSQL",
    "bot.playground": "ever",
}


@pytest.mark.parametrize("command", ["bot.cli", "bot.serve", "bot.check", "bot.terminal"])
def test_a_command_does_not_load_what_it_may_never_need(command: str) -> None:
    program = f"import json, sys, {command}; print(json.dumps(list(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(_LATE).isdisjoint(json.loads(ran.stdout))


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
