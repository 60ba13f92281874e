"""Which accounts a process serves, and as whom it asks them."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.playground.simulators.cloudflare import ApiKey, Simulation
from tests.support.messages import ask, click, row_ids

from .bot_process import BotProcess
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAGING = "b" * 32
KEY = ApiKey("ops@example.com", "global-key")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staging() -> Simulation:
    staging = Simulation(account_id=STAGING, credentials=(KEY,))
    for number in range(12):
        staging.add_instance("refunds", id=f"ref-{number:02}")
    return staging


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(shared_harness: Harness, staging: Simulation) -> AsyncIterator[BotProcess]:
    """Two accounts, an engine that is not there, and what would turn Bolt to OAuth."""
    async with staging.serve() as url:
        account = {
            "account_id": STAGING,
            "email": KEY.email,
            "api_key": KEY.key,
            "api_base_url": url,
        }
        settings = shared_harness.settings(
            BOT_ACCOUNT_NAME="prod",
            CLOUDFLARE_ACCOUNTS=json.dumps({"staging": account}),
            WRANGLER_DEV_URL="http://127.0.0.1:1",
            SLACK_CLIENT_ID="1.2",
            SLACK_CLIENT_SECRET="made-up",
            BOT_REQUEST_DEADLINE="2",
        )
        async with shared_harness.bot("accounts", settings) as bot:
            yield bot


@pytest.mark.usefixtures("bot")
async def test_the_unnamed_account_is_the_default(harness: Harness) -> None:
    message = await ask(harness.ada, "list order-processing")

    assert len(row_ids(message)) == 10
    assert "`prod`" in message.all_text()


@pytest.mark.usefixtures("bot")
async def test_another_account_is_asked_by_name_with_its_own_e_mail_and_key(
    harness: Harness, staging: Simulation
) -> None:
    first = await ask(harness.ada, "list refunds account:staging")
    second = await click(harness.ada, first, "page_next")

    assert row_ids(first) + row_ids(second) == [f"ref-{number:02}" for number in reversed(range(12))]
    headers = staging.calls[-1].headers
    assert headers["X-Auth-Email"] == KEY.email
    assert headers["X-Auth-Key"] == KEY.key
    assert "Authorization" not in headers


@pytest.mark.usefixtures("bot")
async def test_a_token_goes_to_its_own_account_only(harness: Harness) -> None:
    await ask(harness.ada, "account:prod")

    headers = harness.cloudflare.calls[-1].headers
    assert headers["Authorization"] == "Bearer simulated-token"
    assert "X-Auth-Key" not in headers


@pytest.mark.usefixtures("bot")
async def test_an_engine_that_is_not_running_is_told_of_and_takes_nothing_else_down(harness: Harness) -> None:
    message = await ask(harness.ada, "account:local")
    other = await ask(harness.ada, "list refunds account:staging")

    assert "gave no usable answer" in message.all_text()
    assert "127.0.0.1" in message.all_text()
    assert len(row_ids(other)) == 10


@pytest.mark.usefixtures("bot")
async def test_an_unknown_account_is_answered_with_those_there_are(harness: Harness) -> None:
    text = (await ask(harness.ada, "list refunds account:stagin")).all_text()

    assert "`account:staging`" in text


async def test_readiness_does_not_depend_on_cloudflare(harness: Harness, bot: BotProcess) -> None:
    assert (await harness.get(bot, "/readyz"))[0] == 200


async def test_oauth_settings_in_the_environment_change_nothing(harness: Harness, bot: BotProcess) -> None:
    message = await ask(harness.ada, "list order-processing until:now")
    older = await click(harness.ada, message, "page_next")

    assert len(row_ids(older)) == 10
    assert [entry for entry in bot.log if entry["level"] == "error"] == []
