"""Credentials, permissions, and the request budget."""

from collections.abc import Mapping
from datetime import timedelta

import aiohttp
import pytest

from bot.playground.simulators.cloudflare import ApiKey, ApiToken, RateLimit, Simulation
from tests.support.clock import Clock

from .client import Answer, Client

KEY = ApiKey("ops@example.com", "made-up-key")


async def ask(simulation: Simulation, headers: Mapping[str, str], account_id: str | None = None) -> Answer:
    async with simulation.serve() as url, aiohttp.ClientSession(headers=dict(headers)) as session:
        return await Client(session, url, account_id or simulation.account_id).workflows()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic simulated-token"},
        {"X-Auth-Email": "ops@example.com"},
        {"X-Auth-Email": "ops@example.com", "X-Auth-Key": "wrong"},
        {"X-Auth-Email": "eve@example.com", "X-Auth-Key": "made-up-key"},
    ],
    ids=str,
)
async def test_a_missing_or_wrong_credential_is_refused(headers: dict[str, str]) -> None:
    answer = await ask(Simulation(credentials=(ApiToken("simulated-token"), KEY)), headers)

    assert (answer.status, answer.code) == (401, 10000)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer simulated-token"},
        {"X-Auth-Email": "ops@example.com", "X-Auth-Key": "made-up-key"},
    ],
    ids=["token", "e-mail and key"],
)
async def test_a_token_or_the_older_pair_lets_in(headers: dict[str, str]) -> None:
    answer = await ask(Simulation(credentials=(ApiToken("simulated-token"), KEY)), headers)

    assert answer.status == 200


@pytest.mark.parametrize("permission", ["Workers Tail Read", "Workers Scripts Read", "Workers Scripts Write"])
async def test_any_one_of_three_permissions_reads(permission: str) -> None:
    simulation = Simulation(credentials=(ApiToken("t", frozenset({permission})),))

    assert (await ask(simulation, {"Authorization": "Bearer t"})).status == 200


async def test_a_token_without_permission_is_forbidden() -> None:
    simulation = Simulation(credentials=(ApiToken("t", frozenset({"Zone Read"})),))

    answer = await ask(simulation, {"Authorization": "Bearer t"})

    assert (answer.status, answer.code) == (403, 10000)


async def test_a_foreign_account_is_forbidden() -> None:
    answer = await ask(Simulation(), {"Authorization": "Bearer simulated-token"}, account_id="f" * 32)

    assert (answer.status, answer.code) == (403, 10000)


async def test_each_answer_has_the_remaining_budget(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    await client.workflows()
    clock.advance(seconds=60)

    second = await client.workflows()

    assert second.headers["Ratelimit"] == '"default";r=1198;t=240'
    assert second.headers["Ratelimit-Policy"] == '"default";q=1200;w=300'
    assert "retry-after" not in second.headers
    assert simulation.workflow_calls == 2


async def test_each_answer_has_a_ray_of_its_own(client: Client) -> None:
    rays = [(await client.workflows()).headers["cf-ray"], (await client.get("nowhere")).headers["cf-ray"]]

    assert len(set(rays)) == 2


async def test_past_the_budget_all_is_refused_for_five_minutes(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    simulation.acquire(1199)
    assert (await client.workflows()).status == 200
    clock.advance(minutes=4)

    refused = await client.workflows()

    assert (refused.status, refused.code) == (429, 971)
    assert refused.headers["retry-after"] == "300"
    assert refused.headers["Ratelimit"] == '"default";r=0;t=300'
    clock.advance(minutes=4, seconds=59)
    assert (await client.workflows()).headers["retry-after"] == "1"
    clock.advance(seconds=1)
    assert (await client.workflows()).status == 200


async def test_the_budget_comes_back_when_its_window_ends(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    simulation.acquire(1200)
    clock.advance(minutes=5)

    assert (await client.workflows()).headers["Ratelimit"] == '"default";r=1199;t=300'


async def test_each_caller_has_a_budget_of_its_own() -> None:
    limit = RateLimit(quota=1, window=timedelta(minutes=1))
    simulation = Simulation(credentials=(ApiToken("one"), ApiToken("two")), rate_limit=limit)
    simulation.acquire(1)

    assert (await ask(simulation, {"Authorization": "Bearer one"})).status == 429
    assert (await ask(simulation, {"Authorization": "Bearer two"})).status == 200
