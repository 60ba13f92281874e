"""The page itself is let in, and learns none of the bot's secrets."""

import json

from bot.playground.accounts import SimulatedAccount
from bot.playground.playground import Playground, run_playground

from .page_client import PageClient
from .test_guarding_the_page import TYPED


async def test_the_page_itself_is_let_in(page: PageClient, playground: Playground) -> None:
    origin = f"http://127.0.0.1:{page.address.port}"
    assert await page.post("/actions", TYPED, Origin=origin) == (200, {"ok": True})
    assert playground.slack.messages()


async def test_localhost_is_this_machine_too(page: PageClient) -> None:
    host = f"localhost:{page.address.port}"
    assert (await page.post("/actions", TYPED, Host=host, Origin=f"http://{host}"))[0] == 200


async def test_every_start_has_tokens_of_its_own(playground: Playground) -> None:
    async with run_playground(SimulatedAccount(seed=1, instances=10)) as other:
        for name in ("signing_secret", "bot_token", "app_token"):
            assert getattr(playground.slack, name) != getattr(other.slack, name)


async def test_no_page_gets_the_bots_token(page: PageClient, playground: Playground) -> None:
    await page.type("/workflows")
    answer_json = json.dumps(await page.state())
    assert playground.slack.bot_token not in answer_json
    assert playground.slack.signing_secret not in answer_json
