"""What Python itself would write to standard error goes by way of the log, and quotes nothing."""

import json
import subprocess
import sys
from textwrap import dedent

from bot.telemetry import Metrics

CANARY = "canary-of-a-person"
PROGRAM = """
import gc, logging, threading, warnings
from bot.errors import StartupError
from bot.logs import run_log

CANARY = "canary-" + "of-a-person"

class Careless:
    def __del__(self):
        raise ValueError(CANARY)

def fail():
    raise KeyError(CANARY)

with run_log("debug", "json"):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    Careless()
    gc.collect()
    warnings.warn("odd")
    logging.getLogger("library").warning("%s and %s", CANARY)
    raise {error}
"""


def run(error: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", dedent(PROGRAM.format(error=error))],
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_nothing_handles_is_logged_without_what_it_quotes() -> None:
    ended = run("ValueError(CANARY)")
    assert ended.returncode == 1
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    events = [line["event"] for line in lines]
    assert [events[0], events[1], events[-1]] == ["thread_failed", "error_ignored", "ended_by_error"]
    assert "UserWarning: odd" in events[2]
    assert "can't be formatted" in events[3]
    assert len(events) == 5
    assert lines[-1]["exception"].endswith("\nValueError")
    assert CANARY not in ended.stderr


def test_what_ends_a_start_is_left_to_the_command_line() -> None:
    ended = run("StartupError('no port')")
    assert "ended_by_error" not in ended.stderr
    assert ended.stderr.endswith("bot.errors.StartupError: no port\n")


def test_lines_that_are_lost_are_counted_from_the_start() -> None:
    assert b"workflows_bot_log_lines_dropped_total 0.0" in Metrics().render()
