"""`pytest -m fast` selects the pure tests, all of them, and they are pure."""

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.plugin import NotFast, forbid_slow_calls

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def selected() -> set[str]:
    """The tests that `pytest -m fast` would run, without their parameters."""
    command = [sys.executable, "-m", "pytest", "-m", "fast", "--collect-only", "-q", "-p", "no:syrupy"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {line.partition("[")[0] for line in run.stdout.splitlines() if "::" in line}


def test_it_selects_every_plain_function_of_the_pure_folders_that_needs_no_event_loop(
    selected: set[str],
) -> None:
    plain = {
        f"{module.relative_to(ROOT)}::{line[4:].partition('(')[0]}"
        for folder in ("access", "browse", "cloudflare", "digests", "inspect", "language", "settings", "ui")
        for module in (ROOT / "tests/unit" / folder).glob("test_*.py")
        if "asyncio.run(" not in module.read_text()
        for line in module.read_text().splitlines()
        if line.startswith("def test_")
    }
    assert selected == plain
    assert len(selected) > 300


def listen() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))


@pytest.mark.parametrize(
    "call",
    [
        listen,
        lambda: socket.create_connection(("127.0.0.1", 1)),
        lambda: sqlite3.connect(":memory:"),
        lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    ],
    ids=["listen", "connect", "database", "process"],
)
def test_a_fast_test_that_leaves_the_process_fails(call: Callable[[], object]) -> None:
    with forbid_slow_calls(), pytest.raises(NotFast):
        call()


def test_the_other_tests_may_do_all_of_that() -> None:
    with sqlite3.connect(":memory:") as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
    database.close()
