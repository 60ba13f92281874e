"""atheris finds no failure in any target, and earlier findings stay fixed."""

import json
import os
import re
import subprocess
from importlib.util import find_spec

import pytest

from tests.robustness.hostile.targets import TARGETS
from tests.support.background_commands import FUZZED
from tests.support.teams import TEAM


def _kept(cron: str, zone: str, next_due: int | None = None) -> bytes:
    plan = f'{{"channel": "C1", "schedule": {{"cron": "{cron}", "zone": "{zone}"}}}}'
    return f'{{"plan": {plan}, "baseline": null, "next_due": {next_due or "null"}}}'.encode()


@pytest.mark.timeout(900)
@pytest.mark.skipif(  # in CI it has to run
    find_spec("atheris") is None and not os.environ.get("CI"),
    reason="atheris is there for Linux on x86-64 and Python 3.11 to 3.13",
)
def test_ten_thousand_inputs_break_no_parser(finished_command: subprocess.CompletedProcess[str]) -> None:
    assert finished_command.returncode == 0, finished_command.stderr[-6000:]
    written = finished_command.stderr
    executed = re.findall(r"stat::number_of_executed_units: (\d+)", written)
    assert [int(count) >= FUZZED for count in executed] == [True] * len(TARGETS), written[-6000:]


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
