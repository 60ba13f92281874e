"""Secrets stay secret, whatever goes wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.playground.simulators.cloudflare import (
    ANALYTICS_PERMISSION,
    ApiKey,
    ApiToken,
    Challenge,
    CutOff,
    Dropped,
    Fault,
    HtmlPage,
    JsonError,
    Redirected,
    Simulation,
    TooManyRequests,
    TruncatedJson,
    WrongShape,
)
from bot.playground.simulators.slack import RESPONSE_URL, ErrorCode, Failed, LocalSlack, Person
from tests.support.form_values import fill_form
from tests.support.messages import ask, click

from .bot_process import BotProcess
from .harness import Harness, run_harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "canary5ecret"
KEY_ACCOUNT = "f" * 32
FAULTS: tuple[Fault, ...] = (
    JsonError(),
    JsonError(401, 10000, "Authentication error"),
    HtmlPage(),
    Challenge(),
    TruncatedJson(),
    WrongShape(),
    CutOff(),
    Dropped(),
    Redirected("http://127.0.0.1:1/elsewhere"),
    TooManyRequests(3600),  # last: from then on the bot keeps away
)


@dataclass(frozen=True)
class Watched:
    harness: Harness
    bot: BotProcess
    ada: Person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """A talkative bot with a canary in every secret, over HTTP."""
    slack = LocalSlack(f"signing-{CANARY}", f"xoxb-{CANARY}", f"xapp-{CANARY}")
    async with run_harness(tmp_path_factory.mktemp("secrets"), slack) as harness:
        by_token = ApiToken(f"token-{CANARY}")
        by_key = ApiKey("ops@example.com", f"key-{CANARY}")
        analytics = ApiToken(f"analytics-{CANARY}", frozenset({ANALYTICS_PERMISSION}))
        harness.cloudflare.credentials = (by_token, analytics)
        other = Simulation(account_id=KEY_ACCOUNT, credentials=(by_key,))
        other.add_instance("refunds", id="ref-1")
        async with other.serve() as other_api:
            account = {
                "account_id": KEY_ACCOUNT,
                "email": by_key.email,
                "api_key": by_key.key,
                "api_base_url": other_api,
            }
            settings = harness.settings(
                CLOUDFLARE_API_TOKEN=by_token.value,
                CLOUDFLARE_ANALYTICS_API_TOKEN=analytics.value,
                CLOUDFLARE_ACCOUNTS=json.dumps({"keyed": account}),
                BOT_LOG_LEVEL="debug",
                BOT_REQUEST_DEADLINE="2",
            )
            async with harness.bot("bot", settings) as bot:
                yield Watched(harness, bot, harness.ada)


def _said(harness: Harness, bot: BotProcess) -> dict[str, str]:
    """Everything the bot told anybody who should not see a secret."""
    calls = [call.arguments for call in harness.slack.calls]
    shown = [(change.message.text, change.message.blocks) for change in harness.slack.changes]
    return {"output": bot.stdout, "log": bot.stderr, "calls": str(calls), "messages": str(shown)}


async def test_no_fault_of_slacks_brings_a_secret_out(watched: Watched) -> None:
    first = await ask(watched.ada, "list exchange-rates account:default")
    watched.harness.slack.faults.add(RESPONSE_URL, Failed(404))
    for method in ("chat.postEphemeral", "chat.postMessage"):
        watched.harness.slack.faults.add(method, ErrorCode("channel_not_found"))
    await watched.ada.click(first, "page_refresh")
    await watched.bot.logged("answer_undeliverable")
    watched.harness.slack.faults.add("users.info", Failed(500))
    await ask(watched.ada, 'list exchange-rates since:"yesterday 09:00"')

    for place, text in _said(watched.harness, watched.bot).items():
        assert CANARY not in text, place


async def test_bolt_which_logs_whole_requests_and_answers_is_quiet_even_when_debugging(
    watched: Watched,
) -> None:
    reply = await watched.ada.command("/workflows", "list order-processing")

    assert reply.response_url not in watched.bot.stderr
    quiet = {"debug", "info"}
    loggers = {entry["logger"] for entry in watched.bot.log if entry["level"] in quiet}
    assert not [name for name in loggers if name.startswith(("slack_bolt", "slack_sdk"))]


async def test_where_a_form_s_answer_goes_stays_between_slack_and_the_bot(watched: Watched) -> None:
    message = await ask(watched.ada, "list order-processing account:default")
    reply = await watched.ada.click(message, "filter_open")
    view = await reply.view()
    assert reply.response_url in view.payload["private_metadata"]
    assert (await watched.ada.submit(view, fill_form(view.payload, since="a-private-word"))).errors
    shown = watched.harness.slack.next_message()
    await watched.ada.submit(view, fill_form(view.payload, rows="5"))
    assert (await shown).ts == message.ts

    assert reply.response_url not in watched.bot.stderr
    assert "a-private-word" not in watched.bot.stderr


async def test_answers_links_and_metrics_hold_no_secret(watched: Watched) -> None:
    keyed = await ask(watched.ada, "list refunds account:keyed")
    again = await click(watched.ada, keyed, "page_refresh")
    _, metrics = await watched.harness.get(watched.bot, "/metrics")
    _, ready = await watched.harness.get(watched.bot, "/readyz")

    assert "ref-1" in again.all_text()
    assert CANARY not in metrics + ready + str([button.value for button in again.buttons()])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
async def test_no_fault_of_cloudflares_brings_a_secret_out(watched: Watched, fault: Fault) -> None:
    watched.harness.cloudflare.inject(fault, times=3)
    await ask(watched.ada, f"list order-processing since:{10 + FAULTS.index(fault)}d")
    watched.harness.cloudflare.clear_faults()
    watched.harness.cloudflare.inject(fault, operation="query_analytics")
    await ask(watched.ada, f"find nosuch-{12345 + FAULTS.index(fault)} account:default")
    watched.harness.cloudflare.clear_faults()

    for place, text in _said(watched.harness, watched.bot).items():
        assert CANARY not in text, place


async def test_nothing_the_command_line_says_holds_a_secret(watched: Watched) -> None:
    database = f"postgres://user:{CANARY}@127.0.0.1:1/name"
    settings = watched.harness.settings(
        DATABASE_URL=database,
        CLOUDFLARE_API_TOKEN=CANARY,
        CLOUDFLARE_API_KEY=CANARY,
        CLOUDFLARE_EMAIL="ops@example.com",
        SLACK_APP_TOKEN=f"xapp-wrong-{CANARY}",
        CLOUDFLARE_ACCOUNTS=json.dumps({"other": {"account_id": "x", "api_token": CANARY, "tokn": CANARY}}),
    )
    readable = {name: value for name, value in settings.items() if name != "CLOUDFLARE_ACCOUNTS"}
    endings = await asyncio.gather(
        watched.harness.run("refused", "serve", settings),
        watched.harness.run("served", "serve", readable),
        watched.harness.run("checked", "check", readable),
    )

    assert [ended.code for ended in endings] == [1, 1, 1]
    for ended in endings:
        assert CANARY not in ended.stdout + ended.stderr
