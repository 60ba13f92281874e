"""A crowd, a bot as a process, and trouble on both of its sides; then SIGTERM while people wait."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import RESPONSE_URL, LocalSlack, Message, User, Workspace
from bot.playground.simulators.slack import Slow as SlackIsSlow
from tests.robustness.load.tally import Act, Tally
from tests.robustness.load.trouble import Burst, Uneven, planned, play
from tests.robustness.load.visitor import Visitor
from tests.robustness.load.vitals import Vitals, vitals, watch
from tests.system.process.bot_process import BotProcess
from tests.system.process.harness import Harness

Say = Callable[[str], None]

_DIGESTS: Final = 15
"""One is due every minute: each is every quarter of an hour, a minute after the one before."""
_INSTANCES: Final = 3_000
_PROGRESS: Final = 10.0  # seconds
_CALM: Final = 40.0  # seconds; connections that nobody uses are closed after 15
_MUSTER: Final = 10.0  # seconds in which enough people have come to wait
_LAST_LOOK: Final = 1.0  # second, for what the bot sent last to be seen
POOLS: Final = 12
"""Files that stay open once they were needed: five connections to each of two databases, and their logs."""

_KEPT: Final = 500  # entries of each of the local Slack's journals


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of the bot.

    Attributes:
        people: who browse at the same time.
        seconds: for which they do.
        think: seconds between two acts of one of them, on average.
        grace: the bot's `BOT_SHUTDOWN_SECONDS`.
        calm: whether to wait until connections that nobody needs are closed.
        slow: seconds that answers of Cloudflare's take while the bot is stopped, one or the other.
        socket_mode: whether Slack reaches the bot so, and not by HTTP.
    """

    people: int = 200
    seconds: float = 120.0
    seed: int = 1
    think: float = 5.0
    grace: float = 10.0
    calm: bool = True
    slow: tuple[float, ...] = (8.0, 11.0, 30.0)
    socket_mode: bool = False


@dataclass(slots=True)
class Stop:
    """How the bot went.

    Attributes:
        at: when it was told to, in seconds since the start.
        waiting: those who had their ack and waited for an answer then.
        seconds: until it had ended.
        code: how it did.
    """

    at: float = 0.0
    waiting: list[Act] = field(default_factory=list)
    seconds: float = 0.0
    code: int = -1


@dataclass(slots=True)
class Run:
    """All that was seen.

    Attributes:
        vitals: the bot's while people browsed, once a second.
        before, after: how it was before anybody came, and after all had calmed down.
        afflicted: requests to Cloudflare that met trouble.
        driver: the share of one processor that the crowd, Slack and Cloudflare took.
        log: the bot's.
        digests: what stands in the channel of the digests: which one, and when it was due.
    """

    plan: Plan
    bursts: tuple[Burst, ...]
    before: Vitals
    after: Vitals
    acts: list[Act] = field(default_factory=list)
    vitals: list[Vitals] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)
    afflicted: int = 0
    driver: float = 0.0
    log: list[dict[str, Any]] = field(default_factory=list)
    digests: list[tuple[int, str]] = field(default_factory=list)


async def soak(plan: Plan, folder: Path, say: Say) -> Run:
    """Have the crowd browse, then calm down, then be interrupted.

    Args:
        plan: what is asked of the bot.
        folder: for the bot's files.
        say: told how it goes, a line at a time.
    """
    async with _run_harness(plan, folder) as harness:
        async with harness.bot("bot", _settings(plan, harness)) as bot:
            tally = Tally(harness.slack)
            visitors = _visitors(plan, harness.slack, tally)
            await _make_digests(harness.slack)
            await bot.logged("worker_started", within=10)
            before = await vitals(harness, bot, tally.now)
            run = Run(plan, planned(plan.seed, plan.seconds), before, before, tally.acts)
            await _browse(run, harness, bot, visitors, say)
            run.after = await _calm_down(run, harness, bot, tally)
            await _interrupt(run, harness, bot, visitors, say)
            run.log = bot.log
        run.digests = [_mark(message) for message in harness.slack.messages("ops") if message.metadata]
    return run


@asynccontextmanager
async def _run_harness(plan: Plan, folder: Path) -> AsyncIterator[Harness]:
    people = tuple(
        User(f"U0LOAD{number:04}", f"visitor-{number}", tz=("Europe/Berlin", "America/New_York")[number % 2])
        for number in range(plan.people)
    )
    local = LocalSlack(workspace=Workspace(people=people))
    for journal in (local.calls, local.responses, local.changes, local.views.shown, local.views.closed):
        journal.keep(_KEPT)
    cloudflare = Simulation()
    cloudflare.seed(plan.seed, instances=_INSTANCES, live=True)
    async with (
        local.serve() as slack,
        cloudflare.serve() as api,
        aiohttp.ClientSession() as session,
    ):
        yield Harness(slack, cloudflare, api, folder, session)


def _settings(plan: Plan, harness: Harness) -> dict[str, str]:
    grace = {"BOT_SHUTDOWN_SECONDS": f"{plan.grace:g}"}
    if plan.socket_mode:
        return harness.settings("SLACK_SIGNING_SECRET", SLACK_APP_TOKEN=harness.slack.app_token, **grace)
    return harness.settings(**grace)


def _visitors(plan: Plan, slack: LocalSlack, tally: Tally) -> list[Visitor]:
    return [
        Visitor(
            slack.person(user.name, ("general", "ops")[number % 2]),
            tally,
            random.Random(f"{plan.seed} {user.id}"),  # noqa: S311 - nobody has to guess it
            plan.think,
            _DIGESTS,
        )
        for number, user in enumerate(slack.workspace.people)
    ]


async def _make_digests(slack: LocalSlack) -> None:
    """By the first of the people, in a channel of their own."""
    person = slack.person(slack.workspace.people[0].name)
    for first in range(_DIGESTS):
        minutes = ",".join(str(minute) for minute in range(first, 60, _DIGESTS))
        reply = await person.command("/workflows", f"digest create #ops cron {minutes} * * * *")
        await reply.seen(10)


async def _browse(run: Run, harness: Harness, bot: BotProcess, visitors: list[Visitor], say: Say) -> None:
    """The crowd comes, finds what goes wrong, and goes."""
    tally, enough = visitors[0].tally, asyncio.Event()
    tally.begin()
    busy, asked = time.process_time(), len(harness.cloudflare.calls)
    async with asyncio.TaskGroup() as crowd:
        trouble = crowd.create_task(play(run.bursts, harness.slack, harness.cloudflare))
        watching = crowd.create_task(watch(harness, bot, lambda: tally.now, run.vitals))
        for visitor in visitors:
            crowd.create_task(visitor.browse(enough))
        while (left := run.plan.seconds - tally.now) > 0:
            await asyncio.sleep(min(_PROGRESS, left))
            say(f"{tally.now:4.0f} s: {len(tally.acts)} requests, {len(tally.open_acts())} wait")
        enough.set()
        await trouble
        watching.cancel()
    run.driver = (time.process_time() - busy) / tally.now
    start = harness.cloudflare.now().timestamp() - tally.now
    run.afflicted = sum(
        any(b.where == "Cloudflare" and b.begins <= call.at.timestamp() - start < b.ends for b in run.bursts)
        for call in harness.cloudflare.calls[asked:]
    )


async def _calm_down(run: Run, harness: Harness, bot: BotProcess, tally: Tally) -> Vitals:
    """How the bot is once it holds no more than before, or after a while."""
    deadline = tally.now + (_CALM if run.plan.calm else 0)
    while True:
        now = await vitals(harness, bot, tally.now)
        if tally.now > deadline or _is_calm(now, run.before):
            return now
        await asyncio.sleep(1)


def _is_calm(now: Vitals, before: Vitals) -> bool:
    return now.tasks <= before.tasks and now.files <= before.files + POOLS


async def _interrupt(run: Run, harness: Harness, bot: BotProcess, visitors: list[Visitor], say: Say) -> None:
    """The crowd comes back to a slow Cloudflare and a slow Slack, and then SIGTERM does."""
    tally, enough = visitors[0].tally, asyncio.Event()
    chance = random.Random(run.plan.seed)  # noqa: S311 - nobody has to guess it
    harness.cloudflare.inject(Uneven(chance, run.plan.slow), times=None)
    harness.slack.faults.add(RESPONSE_URL, SlackIsSlow(0.5), times=10 * len(visitors))
    for visitor in visitors:
        visitor.think = 1.0
    crowd = [asyncio.create_task(visitor.browse(enough)) for visitor in visitors]
    try:
        deadline = tally.now + _MUSTER
        while len(tally.open_acts()) < run.plan.people / 4 and tally.now < deadline:  # noqa: ASYNC110 - it is many events
            await asyncio.sleep(0.05)
        bot.signal()
        run.stop.at, run.stop.waiting = tally.now, tally.open_acts()
        say(f"{tally.now:4.0f} s: SIGTERM, {len(run.stop.waiting)} wait")
        run.stop.code = await bot.ended(within=run.plan.grace + 30)
        run.stop.seconds = tally.now - run.stop.at
        await asyncio.sleep(_LAST_LOOK)
    finally:
        enough.set()
        for task in crowd:
            task.cancel()  # who still waits waits for nothing
        ends = await asyncio.gather(*crowd, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _mark(message: Message) -> tuple[int, str]:
    mark = (message.metadata or {})["event_payload"]
    return mark["digest"], mark["slot"]
