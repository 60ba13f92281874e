"""`workflows-bot check`: a line for each thing that a running bot relies on, and what to do about it."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_ANALYTICS_TOKEN,
    DEFAULT_TOKEN,
    ApiToken,
)
from bot.playground.simulators.slack import ErrorCode, Failed, LocalSlack, Workspace

from .bot_process import Ended
from .harness import Harness, run_harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = "ok    settings: HTTP; accounts: default"
TOKEN = "ok    slack token: workflows in local"
SCOPES = (
    "ok    slack scopes: app_mentions:read, channels:history, chat:write, commands, files:write, "
    "groups:history, im:history, usergroups:read, users:read"
)
AGAIN = "is not granted: without it, a digest that is cut off while it is sent may come twice, and says so"
ACCOUNT = "ok    account default: reads Workflows; there are 5"
FOLDER = "<the folder that it runs in>"
DATABASE = f"ok    database: sqlite in {FOLDER}/workflows-bot.sqlite3, tables up to date, jobs can be kept"
ACCESS = (
    "ok    access: no rules: all full members may look at every workflow and set up digests, guests nothing"
)
WELL = [SETTINGS, TOKEN, SCOPES, ACCOUNT, ACCESS, DATABASE]
DEAD_PROXY = "no connection to the proxy 127.0.0.1:1 of HTTP_PROXY: connection refused"
LACKING = ApiToken("canary-lacking", frozenset({"Zone Read"}))
PERMISSIONS = "Workers Tail Read, Workers Scripts Read, Workers Scripts Write"


def _with(old: str, *new: str) -> list[str]:
    place = WELL.index(old)
    return [*WELL[:place], *new, *WELL[place + 1 :]]


def _second_account(harness: Harness, **more: str) -> str:
    """Return a setting with a second account, called `eu`."""
    account = {
        "account_id": DEFAULT_ACCOUNT_ID,
        "api_token": DEFAULT_TOKEN.value,
        "api_base_url": harness.api,
    }
    return json.dumps({"eu": account | more})


def _cases(harness: Harness) -> dict[str, tuple[dict[str, str], int, list[str]]]:
    """Settings, the exit code and the lines."""
    settings = harness.settings
    credentials = f"its credentials are wrong, or lack one of these permissions: {PERMISSIONS}"
    return {
        "all well": (settings(), 0, WELL),
        "socket mode": (
            settings("SLACK_SIGNING_SECRET", SLACK_APP_TOKEN=harness.slack.app_token),
            0,
            [
                "ok    settings: Socket Mode; accounts: default",
                TOKEN,
                SCOPES,
                "ok    slack app token: Socket Mode can connect",
                ACCOUNT,
                ACCESS,
                DATABASE,
            ],
        ),
        "wrong bot token": (
            settings(SLACK_BOT_TOKEN="xoxb-canary"),
            1,
            [
                SETTINGS,
                (
                    "FAIL  slack token: Slack refuses SLACK_BOT_TOKEN (invalid_auth): "
                    "copy it anew from OAuth & Permissions"
                ),
                ACCOUNT,
                ACCESS,
                DATABASE,
            ],
        ),
        "no signing secret": (
            settings(SLACK_SIGNING_SECRET="canary"),
            1,
            [
                *WELL[:3],
                (
                    "FAIL  slack signing secret: SLACK_SIGNING_SECRET is not 32 hexadecimal digits, as "
                    "Slack's are: copy it from the Slack app's Basic Information"
                ),
                *WELL[3:],
            ],
        ),
        "as docker has it": (
            {name: f'"{value}"' for name, value in settings().items()}
            | {"CLOUDFLARE_API_TOKEN": f"Bearer {DEFAULT_TOKEN.value}"},
            0,
            [
                (
                    f"{SETTINGS}; left out: quotation marks around CLOUDFLARE_ACCOUNT_ID, "
                    "CLOUDFLARE_API_BASE_URL, SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET; "
                    "left out: what an HTTP header has before CLOUDFLARE_API_TOKEN"
                ),
                *WELL[1:],
            ],
        ),
        "wrong app token": (
            settings(SLACK_APP_TOKEN="xapp-canary"),
            1,
            [
                "ok    settings: Socket Mode; accounts: default",
                TOKEN,
                SCOPES,
                (
                    "FAIL  slack app token: Slack refuses SLACK_APP_TOKEN (invalid_auth): it must be an "
                    "app-level token (xapp-…) with the scope connections:write, and Socket Mode must be "
                    "on in the app's settings"
                ),
                ACCOUNT,
                ACCESS,
                DATABASE,
            ],
        ),
        "slack unreachable": (
            settings(SLACK_API_URL="http://127.0.0.1:1/api/"),
            1,
            [
                SETTINGS,
                (
                    "FAIL  slack token: Slack can't be reached: no connection to 127.0.0.1: "
                    "connection refused; asked was http://127.0.0.1:1/api/"
                ),
                ACCOUNT,
                ACCESS,
                DATABASE,
            ],
        ),
        "dead proxy": (
            settings(HTTP_PROXY="http://ada:canary@127.0.0.1:1"),
            1,
            [
                SETTINGS,
                f"FAIL  slack token: Slack can't be reached: {DEAD_PROXY}; asked was {harness.slack.api_url}",
                (
                    f"FAIL  account default: {DEAD_PROXY}; asked was {harness.api}/accounts/"
                    "0123456789abcdef0123456789abcdef"
                ),
                ACCESS,
                DATABASE,
            ],
        ),
        "wrong cloudflare token": (
            settings(CLOUDFLARE_API_TOKEN="canary"),
            1,
            _with(ACCOUNT, f"FAIL  account default: Authentication error: {credentials}"),
        ),
        "lacking permission": (
            settings(CLOUDFLARE_API_TOKEN=LACKING.value),
            1,
            _with(ACCOUNT, f"FAIL  account default: Authentication error: {credentials}"),
        ),
        "malformed account": (
            settings(CLOUDFLARE_ACCOUNT_ID="my account"),
            1,
            _with(
                ACCOUNT,
                "FAIL  account default: Could not route to /client/v4/accounts/my%20account/workflows, "
                "perhaps your object identifier is invalid?: look at its account id",
            ),
        ),
        "cloudflare unreachable": (
            settings(CLOUDFLARE_API_BASE_URL="http://127.0.0.1:1/client/v4"),
            1,
            _with(
                ACCOUNT,
                "FAIL  account default: no connection to 127.0.0.1: connection refused; "
                "asked was http://127.0.0.1:1/client/v4/accounts/"
                "0123456789abcdef0123456789abcdef",
            ),
        ),
        "one account of two": (
            settings(WRANGLER_DEV_URL="http://127.0.0.1:1"),
            1,
            [
                "ok    settings: HTTP; accounts: default, local",
                TOKEN,
                SCOPES,
                ACCOUNT,
                (
                    "FAIL  account local: no connection to 127.0.0.1: connection refused; "
                    "asked was http://127.0.0.1:1/cdn-cgi/local/explorer/api"
                ),
                ACCESS,
                DATABASE,
            ],
        ),
        "analytics": (
            settings(
                CLOUDFLARE_ANALYTICS_API_TOKEN=DEFAULT_ANALYTICS_TOKEN.value,
                CLOUDFLARE_ACCOUNTS=_second_account(harness, analytics_api_token="canary"),
            ),
            1,
            [
                "ok    settings: HTTP; accounts: default, eu",
                TOKEN,
                SCOPES,
                ACCOUNT,
                ACCOUNT.replace("default", "eu"),
                "ok    analytics of default: answers queries about Workflows",
                (
                    "FAIL  analytics of eu: Authentication error: the analytics token is wrong, or lacks the "
                    "permission Account Analytics Read"
                ),
                ACCESS,
                DATABASE,
            ],
        ),
        "database unreachable": (
            settings(DATABASE_URL="postgres://user:canary@127.0.0.1:1/name"),
            1,
            _with(
                DATABASE,
                "FAIL  database: DATABASE_URL: the database can't be used: connection failed: connection to "
                'server at "127.0.0.1", port 1 failed: Connection refused',
            ),
        ),
    }


CASES = (
    "all well",
    "socket mode",
    "wrong bot token",
    "no signing secret",
    "as docker has it",
    "wrong app token",
    "slack unreachable",
    "dead proxy",
    "wrong cloudflare token",
    "lacking permission",
    "malformed account",
    "cloudflare unreachable",
    "one account of two",
    "analytics",
    "database unreachable",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endings(shared_harness: Harness) -> AsyncIterator[dict[str, Ended]]:
    """How each case ended; as many at a time as there are cores."""
    shared_harness.cloudflare.credentials = (DEFAULT_TOKEN, DEFAULT_ANALYTICS_TOKEN, LACKING)
    cores = asyncio.Semaphore(os.cpu_count() or 1)

    async def end(case: str, settings: dict[str, str]) -> tuple[str, Ended]:
        async with cores:
            first = case == CASES[0]
            folder = case.replace(" ", "-")
            return case, await shared_harness.run(folder, "check", settings, own_interpreter=first)

    cases = _cases(shared_harness)
    yield dict(await asyncio.gather(*(end(case, settings) for case, (settings, *_) in cases.items())))


@pytest.mark.parametrize("case", CASES)
async def test_it_has_a_line_for_each_and_fails_with_any(
    shared_harness: Harness, endings: dict[str, Ended], case: str
) -> None:
    _, code, lines = _cases(shared_harness)[case]

    said = endings[case].stdout.replace(str(shared_harness.folder / case.replace(" ", "-")), FOLDER)
    assert said.splitlines() == lines
    assert endings[case].code == code
    assert endings[case].stderr == ""


async def test_every_case_is_tested(shared_harness: Harness) -> None:
    assert tuple(_cases(shared_harness)) == CASES


@pytest.mark.parametrize(
    ("scopes", "code", "line"),
    [
        (
            {"commands"},
            1,
            (
                "FAIL  slack scopes: missing: chat:write, users:read; add them under OAuth & Permissions and "
                "install the app again"
            ),
        ),
        (
            {"commands", "chat:write", "users:read"},
            0,
            (
                f"ok    slack scopes: chat:write, commands, users:read; channels:history {AGAIN}; "
                f"groups:history {AGAIN}, in private "
                "channels; app_mentions:read is not granted: without it, messages that mention the bot are "
                "not answered; im:history is not granted: without it, direct messages to the bot are not "
                "answered; files:write is not granted: without it, nobody can have params and outputs sent "
                "as a file; usergroups:read is not granted: without it, rules of access for user groups "
                "give nobody anything"
            ),
        ),
    ],
    ids=["needed", "optional"],
)
async def test_a_scope_that_is_missing(tmp_path: Path, scopes: set[str], code: int, line: str) -> None:
    workspace = replace(Workspace(), scopes=frozenset(scopes))
    async with run_harness(tmp_path, LocalSlack(workspace=workspace)) as harness:
        ended = await harness.run("bot", "check")

    lines = [said.replace(FOLDER, str(tmp_path / "bot")) for said in _with(SCOPES, line)]
    assert ended == Ended(code, "".join(f"{said}\n" for said in lines), "")


@pytest.mark.parametrize(
    "fault", [Failed(503), ErrorCode("internal_error")], ids=["no answer", "slack's own"]
)
async def test_a_slack_that_is_down_is_not_taken_for_a_wrong_token(
    harness: Harness, fault: Failed | ErrorCode
) -> None:
    harness.slack.faults.add("auth.test", fault, times=5)
    ended = await harness.run("slack-down", "check")

    line = ended.stdout.splitlines()[1]
    assert ended.code == 1
    assert line.startswith("FAIL  slack token: ")
    assert "refuses SLACK_BOT_TOKEN" not in line
    assert "None" not in line


async def test_a_check_reads_settings_from_a_file_and_the_environment_first(harness: Harness) -> None:
    lines = [f"{name}={value}" for name, value in harness.settings(CLOUDFLARE_API_TOKEN="canary").items()]
    folder = harness.folder / "env-file"
    folder.mkdir()
    (folder / ".env").write_text("# a comment\n\n" + "\n".join(lines) + "\nSLACK_APP_TOKEN=\n")

    from_file = await harness.run("env-file", "check", {})
    overruled = await harness.run("env-file", "check", {"CLOUDFLARE_API_TOKEN": DEFAULT_TOKEN.value})

    assert from_file.code == 1
    assert "FAIL  account default" in from_file.stdout
    assert overruled.code == 0
    file = f"{SETTINGS}; from the environment and {folder / '.env'}"
    lines = [line.replace(FOLDER, str(folder)) for line in (file, *WELL[1:])]
    assert overruled.stdout.splitlines() == lines


async def test_credentials_in_netrc_are_left_alone(harness: Harness) -> None:
    folder = harness.folder / "netrc"
    folder.mkdir()
    (folder / ".netrc").write_text("machine 127.0.0.1 login somebody password canary\n")
    (folder / ".netrc").chmod(0o600)
    ended = await harness.run("netrc", "check", harness.settings(HOME=str(folder)))
    assert ended.stdout.replace(str(folder), FOLDER).splitlines() == WELL
    assert ended.code == 0


async def test_rules_of_access_are_read_and_what_fits_nothing_is_named(tmp_path: Path) -> None:
    rules = [
        {"who": ["S0ONCALL1", "S0GONE001"], "workflows": ["*", "no-such-*"], "rights": ["view"]},
    ]
    async with run_harness(tmp_path, LocalSlack()) as harness:
        ended = await harness.run("bot", "check", harness.settings(BOT_ACCESS=json.dumps(rules)))
        wrong = await harness.run("bot", "check", harness.settings(BOT_ACCESS='[{"who": ["ada"]}]'))
    assert ended.code == 1
    assert [line for line in ended.stdout.splitlines() if " access:" in line or "user group" in line] == [
        "ok    access: 1 rules; rule 1 has no-such-*, which fits no workflow of default",
        "ok    user group S0ONCALL1: 0 people",
        (
            "FAIL  user group S0GONE001: who is in it can't be read (no_such_subteam), so its rules give "
            "nobody anything"
        ),
    ]
    assert wrong.code == 1
    assert "FAIL  access: BOT_ACCESS rule 1 has no rights" in wrong.stdout
