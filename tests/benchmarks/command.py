"""A cached `/workflows list`, from the request to its rendered answer, beside a Bolt app that only acks.

All of them are processes of their own; who sends is another one. The requests are signed ahead of time, and
no two are alike.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.language.tokens import COMMAND
from bot.playground.simulators.slack import Person, Signer
from bot.playground.simulators.slack.delivery import Delivery
from tests.system.process.harness import Harness, run_harness

from .ack_only import BEFORE_RESPONSE
from .load import Load, post, send
from .outcome import ROUNDS, Goal, Measured, Outcome
from .processes import cpu_seconds
from .rounds import numbers

REQUESTS: Final = 4_000
AT_ONCE: Final = 200

_TEXT: Final = "list order-processing"
_WHOLE_RUN: Final = "3600"
"""Seconds that the page is kept: none of the requests is to be the one that fetches it anew."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """A server under measure.

    Attributes:
        name: for the table.
        pid: of its process.
        port: where it listens.
        holds: what its answers hold.
    """

    name: str
    pid: int
    port: int
    holds: bytes


@dataclass(frozen=True, slots=True)
class _Round:
    """What a server took for its requests.

    Attributes:
        load: as those who ask saw it.
        computed: seconds of computing for each.
    """

    load: Load
    computed: float


async def measure(rounds: int = ROUNDS, requests: int = REQUESTS) -> Outcome:
    """Send so many requests a round to each server, 200 at once."""
    with TemporaryDirectory() as folder:
        async with run_harness(Path(folder)) as harness, _subjects(harness) as subjects:
            came_to: dict[str, list[_Round]] = {subject.name: [] for subject in subjects}
            for turn in numbers("command", rounds):
                for subject in subjects[turn % 3 :] + subjects[: turn % 3]:
                    signed = [_signed(harness, harness.ada) for _ in range(requests)]
                    before = cpu_seconds(subject.pid)
                    load = await send(subject.port, signed, min(AT_ONCE, requests), subject.holds)
                    if turn:  # 0 warms up
                        seconds = cpu_seconds(subject.pid) - before
                        came_to[subject.name].append(_Round(load, seconds / requests))
    return _outcome(came_to)


def _outcome(came_to: dict[str, list[_Round]]) -> Outcome:
    def measured(quantity: str, unit: str, figure: Callable[[_Round], float]) -> list[Measured]:
        return [
            Measured.of(name, quantity, unit, [figure(one) for one in rounds])
            for name, rounds in came_to.items()
        ]

    rates = measured("requests a second", "requests/s", lambda one: one.load.rate)
    slowest = measured(f"p99 at {AT_ONCE} at once", "ms", lambda one: one.load.p99 * 1000)
    computing = measured("computing a request", "ms", lambda one: one.computed * 1000)
    bot, bare, bare_before = rates
    return Outcome(
        name="command",
        work=f"a cached {COMMAND} {_TEXT}: HTTP, signature, words, rows, blocks, answer",
        measured=(*rates, *slowest, *computing),
        goals=(
            Goal("requests a second, the bot to Bolt", bot.median / bare.median, 0.7, at_least=True),
            Goal("p99, the bot to Bolt", slowest[0].median / slowest[1].median, 1.5),
        ),
        notes=(
            f"{AT_ONCE} connections that stay open; each sends its next request once it is answered.",
            "The last is the bare app with process_before_response, as the bot has it: the bot reaches",
            f"{bot.median / bare_before.median:.2f}\N{MULTIPLICATION SIGN} of its rate.",
            "Computing is user and system time, which other work on the machine changes less.",
        ),
    )


def _signed(harness: Harness, person: Person) -> bytes:
    """One more command of somebody's."""
    services = person.services
    act = services.interactions.start("commands", person.user, person.channel)
    delivery = Delivery("slash_commands", services.payloads.command(act, COMMAND, _TEXT))
    content_type, body = delivery.as_http()
    headers = {"Content-Type": content_type, **Signer(harness.slack.signing_secret).headers(body)}
    return post("/slack/events", headers, body)


@asynccontextmanager
async def _subjects(harness: Harness) -> AsyncIterator[list[_Subject]]:
    settings = harness.settings(BOT_CACHE_FIRST_PAGES=_WHOLE_RUN)
    newest = harness.cloudflare.instances("order-processing")[0].id.encode()
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(harness.bot("bot", settings, own_interpreter=True))
        yield [
            _Subject("the bot", bot.process.pid, bot.port, newest),
            await stack.enter_async_context(_ack_only(harness, "Bolt that acks")),
            await stack.enter_async_context(
                _ack_only(harness, "the same, before its response", BEFORE_RESPONSE)
            ),
        ]


@asynccontextmanager
async def _ack_only(harness: Harness, name: str, *options: str) -> AsyncIterator[_Subject]:
    """A bare app that listens."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.ack_only", *options),
        env=harness.settings(),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None:
            raise AssertionError("its output is a pipe")
        yield _Subject(name, process.pid, int(await process.stdout.readline()), b"")
    finally:
        process.terminate()
        await process.wait()
