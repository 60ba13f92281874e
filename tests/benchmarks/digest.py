"""Five hundred digests due in the same minute, over a thousand workflows: how often Cloudflare is asked.

A bot with its worker is a process of its own. Each digest has been delivered once before; before each
round forty instances fail in ten of the workflows, and then all are due again.

The naive client asks for each digest by itself: for the workflows, for the newest instances of each of them,
and for the error of each failure that it has to tell.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.models import MAX_PER_PAGE, InstanceFilter, PageQuery
from bot.digests.codec import spec_to_json
from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_TOKEN,
    Failure,
    RateLimit,
    Simulation,
)
from bot.playground.simulators.slack import Channel, LocalSlack, Workspace
from bot.storage.database import migrate, open_database
from bot.storage.tables import digest_runs, digests
from tests.support.teams import TEAM
from tests.system.process.harness import Harness

from .outcome import ROUNDS, Goal, Measured, Outcome

DIGESTS: Final = 500
WORKFLOWS: Final = 1_000
FAILING: Final = 10
FAILURES: Final = 40
MOST_CALLS: Final = 40
"""Ten of them ask for the workflows, ten for the failures, and twenty for the causes of these."""

_PLENTY: Final = RateLimit(quota=10_000_000)
_LOOK_EVERY: Final = 0.1
_WITHIN: Final = 300.0
_BETWEEN_SLOTS: Final = timedelta(minutes=5)
_A_MINUTE: Final = 1_200 / 5  # calls, by Cloudflare's limit
_CREATOR: Final = "U0ADA0001"


@dataclass(frozen=True, slots=True)
class _DeliveryBench:
    """What digests are made and looked at with."""

    harness: Harness
    engine: AsyncEngine
    count: int

    async def plan(self) -> None:
        """Make them; they wait for `deliver`."""
        store = DigestRepository(self.engine, TEAM, lambda: datetime.now(UTC))
        later = datetime.now(UTC) + timedelta(hours=12)
        for number in range(self.count):
            await store.resume((await store.create(_plan(number, later), _CREATOR)).number)

    async def deliver(self, slot: datetime) -> Counter[str]:
        """Let all be due at once, wait for the last, and say what Cloudflare was asked meanwhile."""
        calls = self.harness.cloudflare.calls
        calls.clear()
        plans = [{"key": number + 1, "to": spec_to_json(_plan(number, slot))} for number in range(self.count)]
        changed = update(digests).where(digests.c.number == bindparam("key"))
        async with self.engine.begin() as connection:
            await connection.execute(
                changed.values(plan=bindparam("to"), next_due=int(slot.timestamp())), plans
            )
        async with asyncio.timeout(_WITHIN):
            while await self._sent(slot) < self.count:  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(_LOOK_EVERY)
        return Counter(call.operation for call in calls)

    async def _sent(self, slot: datetime) -> int:
        sent = (digest_runs.c.state == "sent") & (digest_runs.c.due_at == int(slot.timestamp()))
        async with self.engine.connect() as connection:
            return int(
                await connection.scalar(select(func.count()).select_from(digest_runs).where(sent)) or 0
            )


async def measure(rounds: int = ROUNDS, count: int = DIGESTS) -> Outcome:
    """Deliver so many digests a round, and one as the naive client does."""
    with TemporaryDirectory(prefix="benchmark-") as folder:
        async with _run_bench(Path(folder), count) as bench:
            await bench.plan()  # a bot that starts without digests looks for them once a minute
            async with bench.harness.bot("bot"):
                slot = datetime.now(UTC).replace(second=0, microsecond=0) - (rounds + 1) * _BETWEEN_SLOTS
                await bench.deliver(slot)
                asked = []
                for turn in range(1, rounds + 1):
                    _fail_anew(bench.harness.cloudflare, turn)
                    asked += [await bench.deliver(slot + turn * _BETWEEN_SLOTS)]
                naive = await _asked_naively(bench.harness)
    return _outcome(asked, naive, count)


def _outcome(asked: list[Counter[str]], naive: int, count: int) -> Outcome:
    bot = Measured.of("the bot", "upstream calls", "calls", [each.total() for each in asked])
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(asked[0].items()))
    hours = naive * count / _A_MINUTE / 60
    return Outcome(
        name="digest",
        work=f"{count} digests due in one minute over {WORKFLOWS:,} workflows, {FAILURES} new failures",
        measured=(bot, Measured.of("a naive client", "upstream calls", "calls", [naive * count])),
        goals=(Goal("upstream calls of the bot", bot.median, MOST_CALLS, is_ratio=False),),
        notes=(
            f"The bot's in the first round: {kinds}.",
            f"The naive client made {naive:,} calls for one digest; the others' are computed, not made.",
            f"At 1,200 in five minutes, as Cloudflare allows, that is {hours:,.0f} hours.",
        ),
    )


def _fail_anew(cloudflare: Simulation, turn: int) -> None:
    """Some instances have just failed, each workflow's the same number."""
    now = datetime.now(UTC)
    for number in range(FAILURES):
        cloudflare.add_instance(
            _workflow(number % FAILING),
            id=f"new-{turn}-{number}",
            status="errored",
            created_on=now - timedelta(seconds=60 - number),
            ended_on=now - timedelta(seconds=2),
            error=Failure("TimeoutError", f"no answer from {number % 3}"),
        )


async def _asked_naively(harness: Harness) -> int:
    """Calls of a client that makes one digest by asking for everything."""
    harness.cloudflare.calls.clear()
    endpoint = production_endpoint(harness.api, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
    client = WorkflowsClient(harness.session, endpoint)
    since = datetime.now(UTC) - timedelta(hours=1)
    for workflow in (await client.list_workflows()).rows:
        page = await client.list_instances(PageQuery(workflow.name, InstanceFilter(), None, MAX_PER_PAGE))
        for row in page.rows:
            if row.status == "errored" and row.created_on is not None and row.created_on > since:
                await client.get_instance(workflow.name, row.id)
    return len(harness.cloudflare.calls)


@asynccontextmanager
async def _run_bench(folder: Path, count: int) -> AsyncIterator[_DeliveryBench]:
    cloudflare = Simulation(rate_limit=_PLENTY)
    for number in range(WORKFLOWS):
        cloudflare.add_instance(
            _workflow(number),
            id=f"old-{number}",
            status="complete" if number % 3 else "errored",
            created_on=datetime.now(UTC) - timedelta(days=5),
        )
    workspace = Workspace(
        channels=tuple(Channel(_channel(number), f"team-{number}") for number in range(count))
    )
    async with (
        LocalSlack(workspace=workspace).serve() as slack,
        cloudflare.serve() as api,
        aiohttp.ClientSession() as session,
    ):
        harness = Harness(slack, cloudflare, api, folder, session)
        (folder / "bot").mkdir()
        engine = open_database(f"sqlite:///{folder / 'bot' / 'workflows-bot.sqlite3'}")
        try:
            await migrate(engine)
            yield _DeliveryBench(harness, engine, count)
        finally:
            await engine.dispose()


def _plan(number: int, slot: datetime) -> DigestSpec:
    """A digest of all workflows, in a channel of its own, once a day."""
    return DigestSpec(_channel(number), Schedule(f"{slot.minute} {slot.hour} * * *", "UTC"))


def _channel(number: int) -> str:
    return f"C0TEAM{number:03}"


def _workflow(number: int) -> str:
    return f"flow-{number:03}"
