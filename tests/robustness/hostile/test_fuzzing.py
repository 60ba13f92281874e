"""atheris finds no failure in any target, and earlier findings stay fixed."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.robustness.hostile.targets import TARGETS
from tests.support.teams import TEAM


def _kept(cron: str, zone: str, next_due: int | None = None) -> bytes:
    plan = f'{{"channel": "C1", "schedule": {{"cron": "{cron}", "zone": "{zone}"}}}}'
    return f'{{"plan": {plan}, "baseline": null, "next_due": {next_due or "null"}}}'.encode()


ROOT = Path(__file__).parents[3]
RUNS = 10_000


@pytest.fixture(scope="module")
def fuzzed() -> subprocess.CompletedProcess[str]:
    """Fuzz all targets, while other tests need no processor."""
    if find_spec("atheris") is None:
        reason = "atheris is missing: it is there for Linux on x86-64 and Python 3.11 to 3.13"
        if os.environ.get("CI"):
            pytest.fail(f"in CI it has to run: {reason}")
        pytest.skip(reason)
    fuzz = [sys.executable, "-m", "tests.robustness.hostile", "--runs", str(RUNS), "--seed", "1"]
    return subprocess.run(["nice", "-n", "5", *fuzz], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.timeout(600)
def test_ten_thousand_inputs_at_each_door_break_nothing(fuzzed: subprocess.CompletedProcess[str]) -> None:
    assert fuzzed.returncode == 0, fuzzed.stderr[-6000:]
    executed = re.findall(r"stat::number_of_executed_units: (\d+)", fuzzed.stderr)
    assert [int(count) >= RUNS for count in executed] == [True] * len(TARGETS), fuzzed.stderr[-6000:]


HALVED = {
    "type": "view_submission",
    "team": {"id": TEAM},
    "user": {"id": "U1"},
    "view": {
        "type": "modal",
        "callback_id": "digest",
        "private_metadata": "\n\n",
        "state": {
            "values": {
                "channel": {"channel": {"selected_conversation": "C\ud83d"}},
                "words": {"words": {"value": "daily 9am"}},
                "zone": {"digest_zone": {"selected_option": {"value": "UTC"}}},
            }
        },
    },
}
FOUND = {
    "a time beyond the calendar in a row": (
        "answer",
        b'{"body": {"result": [{"id": "a", "created_on": "0001-01-01T00:00:00+10:00"}], "success": true}}',
    ),
    "a time beyond the calendar in a bookmark": (
        "button_value",
        b'{"query": {"workflow": "x", "since": {"text": "1h", "at": "9999-12-31T23:59:59-23:59"}}}',
    ),
    "a time without a zone in a bookmark": (
        "button_value",
        b'{"query": {"workflow": "x"}, "anchor": "2026-11-23T14:03:22"}',
    ),
    "a channel without an id": ("digest_command", b"create <#|ops> weekdays 09:00"),
    "a name with another name in it": ("digest_command", b"create mon 14:30 mention <@U1|ada<!here>"),
    "a schedule that is none": ("kept_digest", _kept("", "UTC")),
    "a zone with a null": ("kept_digest", _kept("0 9 * * *", "\\u0000")),
    "a zone that is a folder": ("kept_digest", _kept("0 9 * * *", "Europe")),
    "a date that no calendar has": ("kept_digest", _kept("0 9 * * *", "UTC", next_due=10**30)),
    "half a character in a form": ("request", json.dumps({"payload": HALVED}).encode()),
    "actions that are no list": ("request", b'{"payload": {"type": "block_actions", "actions": 5}}'),
    "a user who is a name": (
        "request",
        b'{"payload": {"type": "block_actions", "user": "ada", "actions": [{"action_id": "x"}]}}',
    ),
    "an answer to nowhere": (
        "request",
        b'{"payload": {"type": "shortcut", "user": {"id": "U1"}, "response_url": 7, "callback_id": "x"}}',
    ),
    "a name beside one that is none": ("list_command", b"3e\xff\xffe\xff\xff\xe2\x9cd &ev-"),
    "a long story in place of a time": ("list_command", b"orders since:" + b"x" * 3000),
}


@pytest.mark.usefixtures("_app")
@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_stays_mended(name: str) -> None:
    target, data = FOUND[name]
    TARGETS[target].run(data)
