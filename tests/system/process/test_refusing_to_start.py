"""Settings that can't work end in a line for each problem and exit code 1, never in a traceback."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .bot_process import Ended
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

MISSING_TOKEN = "FAIL  settings: SLACK_BOT_TOKEN is missing: copy it from the Slack app's OAuth & Permissions"
MISSING_SECRET = (
    "FAIL  settings: SLACK_SIGNING_SECRET is missing: copy it from the Slack app's Basic Information, "
    "or set SLACK_APP_TOKEN for Socket Mode"
)
NO_ACCOUNT = (
    "FAIL  settings: no account is set: set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN, "
    "or WRANGLER_DEV_URL for a local engine"
)
NO_CREDENTIALS = (
    "FAIL  settings: CLOUDFLARE_ACCOUNT_ID needs credentials beside it: set CLOUDFLARE_API_TOKEN, "
    "or CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY"
)
DATABASE = "workflows-bot: DATABASE_URL: the database can't be used:"


def _cases(harness: Harness) -> dict[str, tuple[dict[str, str], list[str]]]:
    """Settings, and the lines they end in."""
    settings = harness.settings
    token = "CLOUDFLARE_API_TOKEN"
    return {
        "nothing at all": ({}, [MISSING_TOKEN, MISSING_SECRET, NO_ACCOUNT]),
        "an empty token": (settings(SLACK_BOT_TOKEN=""), [MISSING_TOKEN]),
        "no way for Slack": (settings("SLACK_SIGNING_SECRET"), [MISSING_SECRET]),
        "no account": (settings("CLOUDFLARE_ACCOUNT_ID", token), [NO_ACCOUNT]),
        "a token without account": (
            settings("CLOUDFLARE_ACCOUNT_ID"),
            ["FAIL  settings: CLOUDFLARE_ACCOUNT_ID is missing: set it beside its credentials"],
        ),
        "an account without token": (settings(token), [NO_CREDENTIALS]),
        "an e-mail without key": (settings(token, CLOUDFLARE_EMAIL="ops@example.com"), [NO_CREDENTIALS]),
        "accounts cut short": (
            settings(CLOUDFLARE_ACCOUNTS='{"staging": {"api_token": "canary"'),
            ["FAIL  settings: CLOUDFLARE_ACCOUNTS is not valid JSON"],
        ),
        "an engine without http": (
            settings(WRANGLER_DEV_URL="127.0.0.1:8787"),
            ["FAIL  settings: WRANGLER_DEV_URL is not a URL, as in https://host/path"],
        ),
        "another database": (
            settings(DATABASE_URL="mysql://user:canary@host/name"),
            ["FAIL  settings: DATABASE_URL names mysql; sqlite:///file or postgres://… is expected"],
        ),
        "a database whose password is not encoded": (
            settings(DATABASE_URL="postgres://user:can@ary@127.0.0.1:1/name"),
            [
                (
                    "FAIL  settings: DATABASE_URL has characters in its user name or password that must be "
                    "encoded: @ as %40, / as %2F, ? as %3F"
                )
            ],
        ),
        "tokens in each other's place": (
            settings(SLACK_BOT_TOKEN="xapp-canary", SLACK_APP_TOKEN="xoxb-canary"),
            [
                (
                    "FAIL  settings: SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped: the bot token begins "
                    "with xoxb-, the app-level token with xapp-"
                )
            ],
        ),
        "a proxy without http": (
            settings(HTTP_PROXY="ada:canary@proxy:3128"),
            ["FAIL  settings: HTTP_PROXY is not a URL of a proxy, as in http://proxy.example.com:3128"],
        ),
        "several problems": (
            settings("SLACK_BOT_TOKEN", PORT="http", BOT_LOG_FORMAT="xml"),
            [
                MISSING_TOKEN,
                "FAIL  settings: PORT is not a whole number",
                "FAIL  settings: BOT_LOG_FORMAT must be one of json, console",
            ],
        ),
        "a token Slack refuses": (
            settings(SLACK_BOT_TOKEN="xoxb-canary"),
            [
                (
                    "workflows-bot: Slack refuses SLACK_BOT_TOKEN (invalid_auth): "
                    "copy it anew from OAuth & Permissions"
                )
            ],
        ),
        "an unreachable database": (
            settings(DATABASE_URL="postgres://user:canary@127.0.0.1:1/name"),
            [
                (
                    f'{DATABASE} connection failed: connection to server at "127.0.0.1", port 1 failed: '
                    "Connection refused"
                )
            ],
        ),
        "a folder that is not there": (
            settings(DATABASE_URL="sqlite:///not/there.sqlite3"),
            [f"{DATABASE} unable to open database file: not/there.sqlite3"],
        ),
        # /proc takes no files, not even root's, whom file modes do not stop.
        "a folder that takes no files": (
            settings(DATABASE_URL="sqlite:////proc/self/bot.sqlite3"),
            [f"{DATABASE} unable to open database file: /proc/self/bot.sqlite3"],
        ),
    }


CASES = (
    "nothing at all",
    "an empty token",
    "no way for Slack",
    "no account",
    "a token without account",
    "an account without token",
    "an e-mail without key",
    "accounts cut short",
    "an engine without http",
    "another database",
    "a database whose password is not encoded",
    "tokens in each other's place",
    "a proxy without http",
    "several problems",
    "a token Slack refuses",
    "an unreachable database",
    "a folder that is not there",
    "a folder that takes no files",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def endings(shared_harness: Harness) -> AsyncIterator[dict[str, Ended]]:
    """How each case ended; as many at a time as there are cores, since each takes a second of one."""
    cores = asyncio.Semaphore(os.cpu_count() or 1)

    async def end(case: str, settings: dict[str, str]) -> tuple[str, Ended]:
        async with cores:
            first = case == CASES[0]
            folder = case.replace(" ", "-")
            return case, await shared_harness.run(folder, "serve", settings, own_interpreter=first)

    cases = _cases(shared_harness)
    yield dict(await asyncio.gather(*(end(case, settings) for case, (settings, _) in cases.items())))


@pytest.mark.parametrize("case", CASES)
async def test_it_says_what_is_wrong_and_leaves(
    shared_harness: Harness, endings: dict[str, Ended], case: str
) -> None:
    _, lines = _cases(shared_harness)[case]

    assert sorted(endings[case].stderr.splitlines()) == sorted(lines)
    assert endings[case].code == 1
    assert endings[case].stdout == ""


async def test_every_case_is_tested(shared_harness: Harness) -> None:
    assert tuple(_cases(shared_harness)) == CASES


async def test_secrets_that_no_header_can_carry_are_named_and_not_shown(harness: Harness) -> None:
    wrong = {"SLACK_BOT_TOKEN": "xoxb-canary\nand another line", "CLOUDFLARE_API_TOKEN": "canary\x1b[31m"}

    ended = await harness.run("control-characters", "check", harness.settings(**wrong))

    assert ended.code == 1
    assert ended.stdout == ""
    assert [line.split()[:3] for line in ended.stderr.splitlines()] == [
        ["FAIL", "settings:", name] for name in wrong
    ]
    assert "canary" not in ended.stderr


async def test_a_line_break_behind_a_secret_as_mounted_files_have_it_does_no_harm(harness: Harness) -> None:
    settings = harness.settings(
        SLACK_BOT_TOKEN=f"{harness.slack.bot_token}\n", CLOUDFLARE_API_TOKEN="simulated-token\n"
    )

    ended = await harness.run("line-break", "check", settings)

    assert ended.code == 0
    assert ended.stderr == ""


async def test_a_port_in_use_is_one_line(harness: Harness) -> None:
    async with harness.bot("first") as bot:
        ended = await harness.run("second", "serve", harness.settings(PORT=str(bot.port)))

    assert ended.code == 1
    (line,) = ended.stderr.splitlines()
    where = f"BOT_HOST 127.0.0.1, PORT {bot.port}"
    assert line == f"workflows-bot: {where}: can't listen there: Address already in use"


async def test_a_host_that_is_none_of_ours_is_one_line_that_names_its_setting(harness: Harness) -> None:
    ended = await harness.run("host", "serve", harness.settings(BOT_HOST="host.invalid"))

    assert ended.code == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("workflows-bot: BOT_HOST host.invalid")


async def test_a_mistake_within_accounts_is_told_in_words_that_fit_it(harness: Harness) -> None:
    accounts = '{"staging": {"api_token": "canary"}, "my test": {"account_id": "x", "api_token": "canary"}}'

    ended = await harness.run("accounts", "serve", harness.settings(CLOUDFLARE_ACCOUNTS=accounts))

    assert ended.code == 1
    assert "CLOUDFLARE_ACCOUNTS staging account_id " in ended.stderr
    assert "CLOUDFLARE_ACCOUNTS my test " in ended.stderr
    for jargon in ("set it in the environment", "[key]", "pattern", "canary"):
        assert jargon not in ended.stderr


async def test_two_accounts_of_one_name_are_told_of_the_setting_that_renames_one(harness: Harness) -> None:
    accounts = '{"default": {"account_id": "x", "api_token": "canary"}}'

    ended = await harness.run("same-name", "serve", harness.settings(CLOUDFLARE_ACCOUNTS=accounts))

    assert ended.code == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("FAIL  settings: two accounts are called default")
    assert "BOT_ACCOUNT_NAME" in line


async def test_an_account_called_as_the_engine_is_told_of_both_settings(harness: Harness) -> None:
    accounts = '{"local": {"account_id": "x", "api_token": "canary"}}'
    settings = harness.settings(CLOUDFLARE_ACCOUNTS=accounts, WRANGLER_DEV_URL="http://127.0.0.1:1")

    ended = await harness.run("called-local", "serve", settings)

    assert ended.code == 1
    (line,) = ended.stderr.splitlines()
    assert "WRANGLER_DEV_URL" in line
    assert "BOT_ACCOUNT_NAME" not in line, "that setting names another account"
