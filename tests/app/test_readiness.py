"""What `/readyz` and `/metrics` say of the bot's parts."""

import asyncio
from datetime import timedelta

import aiohttp
from aiohttp import web

from bot.slack.health import Health
from bot.telemetry import Metrics


async def _well() -> str | None:
    return None


async def _stuck() -> str | None:
    await asyncio.sleep(3600)
    return None


async def test_however_many_ask_at_once_the_parts_are_looked_at_a_few_times() -> None:
    looks = 0

    async def look() -> str | None:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0.05)
        return None

    app = web.Application()
    app.add_routes(Health(Metrics(), {"database": look}).routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def get(path: str) -> int:
            async with session.get(f"{url}{path}") as answer:
                await answer.read()
                return answer.status

        assert set(await asyncio.gather(*map(get, ["/metrics", "/readyz"] * 100))) == {200}
    await runner.cleanup()
    assert looks <= 4


async def test_a_part_that_does_not_answer_is_not_ready_and_all_else_is_told() -> None:
    probes = {"database": _stuck, "worker": _well}
    app = web.Application()
    app.add_routes(Health(Metrics(), probes, timedelta(seconds=0.05)).routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/readyz") as answer:
            assert answer.status == 503
            assert (await answer.json())["faults"] == {"database": "no answer within 0.05 s"}
        async with session.get(f"{url}/metrics") as answer:
            samples = (await answer.text()).splitlines()
    await runner.cleanup()
    assert 'workflows_bot_ready{part="database"} 0.0' in samples
    assert 'workflows_bot_ready{part="worker"} 1.0' in samples


async def test_a_probe_whose_asker_is_gone_ends_with_the_bot() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def look() -> str | None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()
        return None

    health = Health(Metrics(), {"database": look}, timedelta(hours=1))
    app = web.Application()
    app.add_routes(health.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        asked = asyncio.create_task(session.get(f"http://127.0.0.1:{runner.addresses[0][1]}/metrics"))
        await begun.wait()
        asked.cancel()
    await runner.cleanup()
    assert not ended.is_set()
    await health.close()
    assert ended.is_set()
