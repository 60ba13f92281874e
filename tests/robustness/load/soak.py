"""A soak test: many visitors, a bot as a process, faults on both sides, and SIGTERM under load."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import RESPONSE_URL, LocalSlack, Message, User, Workspace
from bot.playground.simulators.slack import Slow as SlackIsSlow
from tests.robustness.load.bursts import SLOWEST, Burst, UnevenDelay, inject_bursts, plan_bursts
from tests.robustness.load.process_metrics import ProcessMetrics, read_metrics, sample_metrics
from tests.robustness.load.recorder import Interaction, Recorder
from tests.robustness.load.visitor import Visitor
from tests.system.process.bot_process import BotProcess
from tests.system.process.harness import Harness

ReportProgress = Callable[[str], None]

_DIGESTS: Final = 15
"""One is due every minute: each runs every 15 minutes, a minute after the previous one."""
_INSTANCES: Final = 3_000
_PROGRESS: Final = 10.0  # seconds
_MAX_IDLE_WAIT: Final = 40.0  # seconds; connections that nobody uses are closed after 15
_MAX_RAMP_UP: Final = 10.0  # seconds in which enough people have come to wait
_FINAL_WAIT: Final = 1.0  # second, for what the bot sent last to be seen
POOLS: Final = 12
"""Files that stay open after their first use: connections to two databases, and their logs."""

_BEGUN: Final = 0.05  # seconds until a burst has begun for certain
_KEPT: Final = 500  # entries of each of the local Slack's journals


@dataclass(frozen=True, slots=True)
class Plan:
    """The parameters of a run.

    Attributes:
        people: the number of simultaneous visitors.
        seconds: the duration.
        think: average seconds between two interactions of a visitor.
        grace: the bot's `BOT_SHUTDOWN_SECONDS`.
        calm: whether to wait until idle connections are closed.
        slow: response times of Cloudflare during the stop, chosen at random.
        socket_mode: whether to use Socket Mode instead of HTTP.
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
    """The stop of the bot.

    Attributes:
        at: the time of SIGTERM, in seconds since the start.
        waiting: interactions with an ack but no answer at that time.
        seconds: the duration of the stop.
        code: the exit code.
    """

    at: float = 0.0
    waiting: list[Interaction] = field(default_factory=list)
    seconds: float = 0.0
    code: int = -1


@dataclass(slots=True)
class Run:
    """The results of a run.

    Attributes:
        metrics: the bot's while people browsed, once a second.
        before, after: how it was before anybody came, and after all had calmed down.
        afflicted: requests to Cloudflare during a burst.
        driver: the CPU share of the visitors and the simulators.
        log: the bot's.
        digests: the posted digests: number and slot.
    """

    plan: Plan
    bursts: tuple[Burst, ...]
    before: ProcessMetrics
    after: ProcessMetrics
    interactions: list[Interaction] = field(default_factory=list)
    metrics: list[ProcessMetrics] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)
    afflicted: int = 0
    driver: float = 0.0
    log: list[dict[str, Any]] = field(default_factory=list)
    digests: list[tuple[int, str]] = field(default_factory=list)


async def soak(plan: Plan, folder: Path, report_progress: ReportProgress) -> Run:
    """Run all phases: browsing, idle, and a stop under load.

    Args:
        plan: the parameters.
        folder: for the bot's files.
        report_progress: told how it goes, a line at a time.
    """
    async with _run_harness(plan, folder) as harness:
        async with harness.bot("bot", _settings(plan, harness), own_interpreter=True) as bot:
            recorder = Recorder(harness.slack)
            visitors = _visitors(plan, harness.slack, recorder)
            await _make_digests(harness.slack)
            await bot.logged("worker_started", within=10)
            before = await read_metrics(harness, bot, recorder.now)
            run = Run(plan, plan_bursts(plan.seed, plan.seconds), before, before, recorder.interactions)
            await _browse(run, harness, bot, visitors, report_progress)
            run.after = await _wait_until_idle(run, harness, bot, recorder)
            await _stop_under_load(run, harness, bot, visitors, report_progress)
            run.log = bot.log
        run.digests = [_slot_of(message) for message in harness.slack.messages("ops") if message.metadata]
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


def _visitors(plan: Plan, slack: LocalSlack, recorder: Recorder) -> list[Visitor]:
    return [
        Visitor(
            slack.person(user.name, ("general", "ops")[number % 2]),
            recorder,
            random.Random(f"{plan.seed} {user.id}"),  # noqa: S311 - not a secret
            plan.think,
            _DIGESTS,
        )
        for number, user in enumerate(slack.workspace.people)
    ]


async def _make_digests(slack: LocalSlack) -> None:
    """Create the digests as the first visitor, in one channel."""
    person = slack.person(slack.workspace.people[0].name)
    for first in range(_DIGESTS):
        minutes = ",".join(str(minute) for minute in range(first, 60, _DIGESTS))
        reply = await person.command("/workflows", f"digest create #ops cron {minutes} * * * *")
        await reply.seen(10)


async def _browse(
    run: Run, harness: Harness, bot: BotProcess, visitors: list[Visitor], report_progress: ReportProgress
) -> None:
    """Run the visitors with bursts of faults; the first one asks what is in no cache whenever one begins."""
    recorder, enough = visitors[0].recorder, asyncio.Event()
    recorder.begin()
    busy, asked = time.process_time(), len(harness.cloudflare.calls)
    async with asyncio.TaskGroup() as crowd:
        faults_task = crowd.create_task(inject_bursts(run.bursts, harness.slack, harness.cloudflare))
        watching = crowd.create_task(sample_metrics(harness, bot, lambda: recorder.now, run.metrics))
        scout, *others = visitors
        crowd.create_task(_ask_in_trouble(scout, run.bursts))
        for visitor in others:
            crowd.create_task(visitor.browse(enough))
        while (left := run.plan.seconds - recorder.now) > 0:
            await asyncio.sleep(min(_PROGRESS, left))
            requests, waiting = len(recorder.interactions), len(recorder.pending())
            report_progress(f"{recorder.now:4.0f} s: {requests} requests, {waiting} wait")
        enough.set()
        await faults_task
        watching.cancel()
    run.driver = (time.process_time() - busy) / recorder.now
    start = harness.cloudflare.now().timestamp() - recorder.now
    run.afflicted = sum(
        any(b.where == "Cloudflare" and b.begins <= call.at.timestamp() - start < b.ends for b in run.bursts)
        for call in harness.cloudflare.calls[asked:]
    )


async def _ask_in_trouble(scout: Visitor, bursts: Sequence[Burst]) -> None:
    begins = sorted(burst.begins for burst in bursts if burst.where == "Cloudflare")
    for number, moment in enumerate(begins):
        await asyncio.sleep(max(0.0, moment + _BEGUN - scout.recorder.now))
        await scout.ask(f"list order-processing since:{100 + number}m")


async def _wait_until_idle(run: Run, harness: Harness, bot: BotProcess, recorder: Recorder) -> ProcessMetrics:
    """Return the metrics once the bot is idle, or after a timeout."""
    deadline = recorder.now + (_MAX_IDLE_WAIT if run.plan.calm else 0)
    while True:
        now = await read_metrics(harness, bot, recorder.now)
        if recorder.now > deadline or _is_idle(now, run.before):
            return now
        await asyncio.sleep(1)


def _is_idle(now: ProcessMetrics, before: ProcessMetrics) -> bool:
    return now.tasks <= before.tasks and now.files <= before.files + POOLS


async def _stop_under_load(
    run: Run, harness: Harness, bot: BotProcess, visitors: list[Visitor], report_progress: ReportProgress
) -> None:
    """Run the visitors with a slow Cloudflare and a slow Slack, and then send SIGTERM.

    The first of them waits for what takes longest, so that at least this answer outlasts the grace.
    """
    recorder, enough = visitors[0].recorder, asyncio.Event()
    chance = random.Random(run.plan.seed)  # noqa: S311 - not a secret
    harness.cloudflare.inject(UnevenDelay(chance, run.plan.slow), times=None)
    harness.slack.faults.add(RESPONSE_URL, SlackIsSlow(0.5), times=10 * len(visitors))
    for visitor in visitors:
        visitor.think = 1.0
    scout, *others = visitors
    crowd = [asyncio.create_task(scout.ask(f"list order-processing status:{SLOWEST}"))]
    try:
        deadline = recorder.now + _MAX_RAMP_UP
        while not recorder.pending() and recorder.now < deadline:  # noqa: ASYNC110 - it may come to nothing
            await asyncio.sleep(0.05)
        crowd += [asyncio.create_task(visitor.browse(enough)) for visitor in others]
        while len(recorder.pending()) < run.plan.people / 4 and recorder.now < deadline:  # noqa: ASYNC110 - it is many events
            await asyncio.sleep(0.05)
        bot.signal()
        run.stop.at, run.stop.waiting = recorder.now, recorder.pending()
        report_progress(f"{recorder.now:4.0f} s: SIGTERM, {len(run.stop.waiting)} wait")
        run.stop.code = await bot.ended(within=run.plan.grace + 30)
        run.stop.seconds = recorder.now - run.stop.at
        await asyncio.sleep(_FINAL_WAIT)
    finally:
        enough.set()
        for task in crowd:
            task.cancel()  # no answer can come any more
        ends = await asyncio.gather(*crowd, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _slot_of(message: Message) -> tuple[int, str]:
    mark = (message.metadata or {})["event_payload"]
    return mark["digest"], mark["slot"]
