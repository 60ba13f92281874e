"""Workers that are killed at random, and a Slack so slow to answer that kills hit the worst moment."""

import asyncio
import json
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from bot.playground.simulators.slack import Channel, LocalSlack, Workspace
from bot.storage.tables import digests
from tests.support.teams import TEAM

from .bot_process import Process, started

CHANNELS = tuple(Channel(f"C0KILL{number:03}", f"kill-{number}") for number in range(190))
"""Some of them have more than one digest."""

_LATE = 0.25
"""The share of posts that take their time."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class SlowSlack(LocalSlack):
    """Posts and answers after a while each: whoever dies meanwhile does not know that it has posted, or will.

    Attributes:
        posts_within: seconds that some take at most until they are in their channel.
        unanswered: how many are there whose senders do not know so yet.
    """

    posts_within: float = 0.0
    unanswered: int = field(default=0, init=False)

    def application(self) -> web.Application:
        app = super().application()
        app.middlewares.append(self._answer_late)
        return app

    @web.middleware
    async def _answer_late(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        is_post = request.path.endswith("chat.postMessage")
        if is_post:
            await request.read()  # it is Slack's now, whatever becomes of its sender
            if random.random() < _LATE:  # noqa: S311 - nobody has to guess it
                await asyncio.sleep(random.uniform(0.0, self.posts_within))  # noqa: S311 - alike
        answer = await handler(request)
        if is_post:
            self.unanswered += 1
            try:
                await asyncio.sleep(random.uniform(0.3, 1.2))  # noqa: S311 - nobody has to guess it
            finally:
                self.unanswered -= 1
        return answer


def slow_slack(posts_within: float = 0.0) -> SlowSlack:
    """A Slack with many channels, in which the bot may look for its own messages."""
    workspace = Workspace(channels=CHANNELS)
    workspace.scopes |= {"channels:history", "groups:history", "im:history"}
    return SlowSlack(workspace=workspace, posts_within=posts_within)


async def plan_digests(engine: AsyncEngine, count: int) -> datetime:
    """Digests that were due at the minute that has just begun; they wait for `let_come_due`."""
    slot = datetime.now(UTC).replace(second=0, microsecond=0)
    schedule = Schedule(f"{slot.minute} {slot.hour} * * *", "UTC")
    store = DigestRepository(engine, TEAM, lambda: datetime.now(UTC))
    for number in range(count):
        plan = DigestSpec(CHANNELS[number % len(CHANNELS)].id, schedule)
        await store.resume((await store.create(plan, "U0ADA0001")).number)
    return slot


async def let_come_due(engine: AsyncEngine, slot: datetime, seconds: float) -> None:
    """One after the other, all within so many seconds; every other one because it is asked for now.

    Those of the slot were due before the workers came, which look for them in their channels for that alone.
    """
    steps = 15
    store = DigestRepository(engine, TEAM, lambda: datetime.now(UTC))
    for step in range(steps):
        turn = digests.c.number % steps == step
        async with engine.begin() as connection:
            numbers = (await connection.scalars(select(digests.c.number).where(turn))).all()
            odd = and_(turn, digests.c.number % 2 == 1)
            await connection.execute(update(digests).where(odd).values(next_due=int(slot.timestamp())))
        for number in numbers:
            if number % 2 == 0:
                await store.run_now(number)
        await asyncio.sleep(seconds / steps)


@dataclass
class Crowd:
    """Workers that come and go.

    Attributes:
        arguments: the command line of each.
        kills: how many were killed so far.
    """

    folder: Path
    settings: dict[str, str]
    arguments: tuple[str, ...]
    kills: int = 0
    folders: list[Path] = field(default_factory=list)
    _alive: list[Process] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._alive:
            process.kill()  # there is nothing left that it could lose
        await self._stack.aclose()

    async def add(self) -> None:
        folder = self.folder / f"worker-{len(self.folders)}"
        self.folders.append(folder)
        self._alive.append(
            await self._stack.enter_async_context(started(folder, *self.arguments, settings=self.settings))
        )

    def pids(self) -> tuple[int, ...]:
        """Those that are alive."""
        return tuple(process.pid for process in self._alive)

    async def kill(self) -> None:
        """One of them dies without a word, not the youngest if there are others, and another comes."""
        process = self._alive.pop(random.randrange(max(1, len(self._alive) - 1)))  # noqa: S311
        process.kill()
        await process.wait()
        self.kills += 1
        await self.add()

    async def freeze(self, seconds: float) -> None:
        """One of them stands still for a while, and then goes on as if nothing had happened."""
        process = random.choice(self._alive)  # noqa: S311
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)

    def said(self) -> str:
        """The last words of those who came last."""
        texts = ((folder / "stderr.txt").read_text() for folder in self.folders[-3:])
        return "\n".join(text[-1500:] for text in texts)

    def logged(self, event: str) -> list[dict[str, Any]]:
        """All events of a name, whoever logged them; a line that a kill cut off is left out."""
        entries = (
            json.loads(line)
            for folder in self.folders
            for line in (folder / "stderr.txt").read_text().splitlines()
            if line.startswith("{") and line.endswith("}")
        )
        return [entry for entry in entries if entry["event"] == event]


def delivered(slack: LocalSlack) -> Counter[tuple[int, str]]:
    """How often each slot stands in a channel."""
    marks = [
        message.metadata["event_payload"]
        for channel in CHANNELS
        for message in slack.messages(channel.id)
        if message.metadata is not None
    ]
    return Counter((mark["digest"], mark["slot"]) for mark in marks)
