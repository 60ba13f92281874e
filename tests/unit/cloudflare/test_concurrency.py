"""How many requests run at once, who waits, and who is told at once not to."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.cloudflare.concurrency import ConcurrencyLimit
from bot.cloudflare.errors import QueueFull
from bot.cloudflare.limiter import Priority, charge_to
from tests.support.clock import Clock

INTERACTIVE, BACKGROUND = Priority.INTERACTIVE, Priority.BACKGROUND


class Requests:
    """Requests that take a turn and end when the test says so."""

    def __init__(self, limit: ConcurrencyLimit) -> None:
        self.limit = limit
        self.running: list[str] = []
        self.refused: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}

    def start(self, name: str, priority: Priority = INTERACTIVE, *, person: str = "") -> asyncio.Task[None]:
        self._ends[name] = asyncio.Event()
        with charge_to(person):
            return asyncio.ensure_future(self._run(name, priority))

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await settle()

    async def _run(self, name: str, priority: Priority) -> None:
        try:
            async with self.limit.turn(priority):
                self.running.append(name)
                await self._ends[name].wait()
                self.running.remove(name)
        except QueueFull:
            self.refused.append(name)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def requests(clock: Clock) -> Requests:
    return Requests(ConcurrencyLimit(2, timedelta(seconds=10), clock.seconds))


async def test_the_first_ones_run_and_the_others_follow_in_their_order(requests: Requests) -> None:
    for name in "abcd":
        requests.start(name)
    await settle()
    assert requests.running == ["a", "b"]
    assert requests.limit.waiting == 2
    await requests.end("b")
    assert requests.running == ["a", "c"]
    await requests.end("a")
    assert requests.running == ["c", "d"]
    assert requests.limit.waiting == 0


async def test_people_go_before_background_work_that_came_first(requests: Requests) -> None:
    for name in ("digest 1", "digest 2", "digest 3"):
        requests.start(name, BACKGROUND)
    requests.start("person")
    await settle()
    await requests.end("digest 1")
    assert requests.running == ["digest 2", "person"]


async def test_who_wants_one_list_goes_before_another_s_many(requests: Requests) -> None:
    for number in range(6):
        requests.start(f"ada {number}", person="ada")
    requests.start("grace 0", person="grace")
    requests.start("grace 1", person="grace")
    requests.start("alan", person="alan")
    await settle()
    assert requests.running == ["ada 0", "ada 1"]
    await requests.end("ada 0")
    assert requests.running == ["ada 1", "grace 0"]
    await requests.end("ada 1")
    assert requests.running == ["grace 0", "alan"]
    await requests.end("grace 0")
    assert requests.running == ["alan", "grace 1"]
    await requests.end("alan")
    assert requests.running == ["grace 1", "ada 2"]


async def test_who_has_many_requests_under_way_is_refused_first(requests: Requests, clock: Clock) -> None:
    for number in range(30):
        requests.start(f"ada {number}", person="ada")
    requests.start("grace", person="grace")
    await settle()
    clock.advance(8)
    await requests.end("ada 0")
    assert "grace" in requests.running
    assert len(requests.refused) > 10
    assert "grace" not in requests.refused


async def test_somebody_s_one_request_is_not_refused_for_the_queue_of_another(
    requests: Requests, clock: Clock
) -> None:
    await _answers_take(4, requests, clock)
    for number in range(20):
        requests.start(f"ada {number}", person="ada")
    await settle()
    refused = len(requests.refused)
    assert refused > 10, "of ada's"
    requests.start("grace", person="grace")
    await settle()
    assert len(requests.refused) == refused
    await requests.end("ada 0")
    assert "grace" in requests.running


async def test_who_has_nothing_under_way_leaves_nothing_in_memory(requests: Requests) -> None:
    for name in "abcdef":
        requests.start(name, person=name)
    await settle()
    for name in "abcdef":
        await requests.end(name)
    assert not requests.limit._under_way  # noqa: SLF001 - memory has no other face


async def test_a_turn_that_is_free_again_goes_to_the_next_one(requests: Requests) -> None:
    for name in "ab":
        requests.start(name)
    await settle()
    await requests.end("a")
    await requests.end("b")
    for name in "cde":
        requests.start(name)
    await settle()
    assert requests.running == ["c", "d"]


async def test_a_request_whose_turn_would_come_too_late_is_refused_at_once(
    requests: Requests, clock: Clock
) -> None:
    await _answers_take(8, requests, clock)
    for number in range(6):
        requests.start(f"{number}")
    await settle()
    assert requests.running == ["0", "1"]
    assert requests.limit.waiting == 2, "two go after 8 s, the next two would after 16"
    assert requests.refused == ["4", "5"]


async def test_the_last_ones_are_refused_as_soon_as_answers_turn_out_to_be_slow(
    requests: Requests, clock: Clock
) -> None:
    for number in range(40):
        requests.start(f"{number}")
    await settle()
    assert requests.refused == [], "nothing is known yet"
    clock.advance(8)
    await requests.end("0")
    assert len(requests.refused) > 10
    assert requests.refused[0] == "39"
    assert "2" in requests.running
    for number in range(1, 5):
        clock.advance(0.1)
        await requests.end(f"{number}")
    still_there = 40 - 5 - len(requests.refused)
    assert requests.limit.waiting + len(requests.running) == still_there


async def test_background_work_is_refused_before_people(requests: Requests, clock: Clock) -> None:
    for number in range(20):
        requests.start(f"digest {number}", BACKGROUND)
    for number in range(10):
        requests.start(f"{number}")
    await settle()
    clock.advance(9)
    await requests.end("digest 0")
    assert len(requests.refused) > 18
    assert all(name.startswith("digest") for name in requests.refused[:18]), "all that waited"
    assert not any(name.startswith("digest") for name in requests.refused[18:])


async def test_a_request_waits_no_longer_than_it_may(clock: Clock) -> None:
    requests = Requests(ConcurrencyLimit(1, timedelta(seconds=0.05), clock.seconds))
    requests.start("a")
    await requests.start("b")
    assert requests.refused == ["b"]
    assert requests.limit.waiting == 0
    await requests.end("a")
    requests.start("c")
    await settle()
    assert requests.running == ["c"]


async def test_a_refusal_says_when_to_come_back(requests: Requests, clock: Clock) -> None:
    await _answers_take(60, requests, clock)
    for name in "abc":
        requests.start(name)
    await settle()
    with pytest.raises(QueueFull) as refused:
        async with requests.limit.turn(INTERACTIVE):
            pass
    assert timedelta(seconds=10) <= refused.value.retry_after <= timedelta(minutes=1)


async def test_a_cancelled_request_leaves_the_queue(requests: Requests) -> None:
    requests.start("a"), requests.start("b")
    await settle()
    gone = requests.start("gone")
    requests.start("c")
    await settle()
    gone.cancel()
    await settle()
    assert requests.limit.waiting == 1
    await requests.end("a")
    assert requests.running == ["b", "c"]


async def test_a_turn_is_not_lost_with_a_request_that_is_cancelled_as_it_comes(requests: Requests) -> None:
    requests.start("a"), requests.start("b")
    await settle()
    gone = requests.start("gone")
    await settle()
    requests._ends["a"].set()  # noqa: SLF001 - the turn is handed over in the same round of the loop
    await asyncio.sleep(0)
    gone.cancel()
    with suppress(asyncio.CancelledError):
        await gone
    requests.start("c")
    await settle()
    assert requests.running == ["b", "c"]


async def _answers_take(seconds: float, requests: Requests, clock: Clock) -> None:
    for number in range(60):
        requests.start(f"past {number}")
        await settle()
        clock.advance(seconds)
        await requests.end(f"past {number}")
    assert requests.running == []
