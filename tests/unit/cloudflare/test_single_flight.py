"""Callers share one run per key, and a cancelled caller does not fail the others."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.cloudflare.errors import Unavailable
from bot.cloudflare.single_flight import SingleFlight


@dataclass
class Gate:
    """A coroutine function that waits until a test opens it."""

    answers: list[object]
    started: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> object:
        self.started += 1
        self.entered.set()
        await self.opened.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_thousand_callers_share_one_run() -> None:
    flights, gate = SingleFlight(), Gate(["page"])
    askers = [asyncio.create_task(flights.run("key", gate)) for _ in range(1000)]
    await gate.entered.wait()
    gate.opened.set()
    boarded = await asyncio.gather(*askers)
    assert gate.started == 1
    assert [answer for answer, _ in boarded] == ["page"] * 1000
    assert sum(leads for _, leads in boarded) == 1


async def test_another_key_is_another_run() -> None:
    flights, gate = SingleFlight(), Gate(["a", "b"])
    gate.opened.set()
    one, two = await asyncio.gather(flights.run(1, gate), flights.run(2, gate))
    assert one == ("a", True)
    assert two == ("b", True)


async def test_a_call_after_the_end_starts_a_new_run() -> None:
    flights, gate = SingleFlight(), Gate(["a", "b"])
    gate.opened.set()
    assert await flights.run("key", gate) == ("a", True)
    assert await flights.run("key", gate) == ("b", True)


async def test_a_failure_is_raised_in_all_callers_and_not_cached() -> None:
    flights, gate = SingleFlight(), Gate([Unavailable("down"), "up"])
    askers = [asyncio.create_task(flights.run("key", gate)) for _ in range(10)]
    await gate.entered.wait()
    gate.opened.set()
    failures = await asyncio.gather(*askers, return_exceptions=True)
    assert [type(failure) for failure in failures] == [Unavailable] * 10
    assert await flights.run("key", gate) == ("up", True)


async def test_a_cancelled_leader_does_not_fail_its_followers() -> None:
    flights, gate = SingleFlight(), Gate(["page"])
    leader = asyncio.create_task(flights.run("key", gate))
    await gate.entered.wait()
    followers = [asyncio.create_task(flights.run("key", gate)) for _ in range(3)]
    leader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leader
    gate.opened.set()
    assert await asyncio.gather(*followers) == [("page", False)] * 3
    assert gate.started == 1


async def test_a_cancelled_follower_does_not_fail_the_others() -> None:
    flights, gate = SingleFlight(), Gate(["page"])
    leader = asyncio.create_task(flights.run("key", gate))
    await gate.entered.wait()
    follower = asyncio.create_task(flights.run("key", gate))
    stays = asyncio.create_task(flights.run("key", gate))
    follower.cancel()
    gate.opened.set()
    assert await leader == ("page", True)
    assert await stays == ("page", False)
    with pytest.raises(asyncio.CancelledError):
        await follower


async def test_a_failure_after_all_callers_were_cancelled_is_not_reported_as_unretrieved() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    flights, gate = SingleFlight(), Gate([Unavailable("down"), "up"])
    leader = asyncio.create_task(flights.run("key", gate))
    await gate.entered.wait()
    leader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leader
    gate.opened.set()
    with pytest.raises(Unavailable):
        await flights.run("key", gate)
    assert await flights.run("key", gate) == ("up", True)
    assert complaints == []


async def test_closing_cancels_the_running_tasks() -> None:
    flights, gate = SingleFlight(), Gate(["page"])
    asker = asyncio.create_task(flights.run("key", gate))
    await gate.entered.wait()
    await flights.close()
    with pytest.raises(asyncio.CancelledError):
        await asker
    await flights.close()
