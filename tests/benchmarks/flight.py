"""The same command from a thousand people at once, for a page that nobody has asked for yet."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import aiohttp

from tests.system.process.bot_process import BotProcess

from .api import workflow_name
from .load import Load, post, send
from .outcome import ROUNDS, Goal, Measured, Outcome
from .rounds import numbers
from .surroundings import Account, Surroundings, surroundings

COMMANDS: Final = 1_000
LATENCY: Final = 0.05

_PAGES: Final = re.compile(r'^workflows_bot_pages_total\{.*outcome="(\w+)"\} ([\d.]+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Rush:
    """What one rush came to: calls upstream, what the answers took, and how they came by the page."""

    calls: int
    load: Load
    pages: Counter[str]


async def measure(rounds: int = ROUNDS, commands: int = COMMANDS) -> Outcome:
    """Send that many at once; each round wants a workflow of its own."""
    async with (
        surroundings(Account(workflows=rounds + 1, instances=200, latency=LATENCY)) as around,
        around.bot(BOT_ACK_WITHIN="2.5") as bot,  # the longest: all are to be answered in the ack
    ):
        rushes = []
        for number in numbers("flight", rounds):
            rush = await _rush(around, bot, workflow_name(number + 1), commands)
            if number:
                rushes.append(rush)
    return _outcome(rushes, commands)


async def _rush(around: Surroundings, bot: BotProcess, workflow: str, commands: int) -> _Rush:
    people = around.commands(bot.request_url)
    signed = [people.signed(f"list {workflow}") for _ in range(commands)]
    requests = [post("/slack/events", headers, body) for headers, body in signed]
    await around.api.forget()
    before = await _pages(around.session, bot)
    load = await send(bot.port, requests, commands, holds=b"page_next")
    return _Rush(await around.api.calls(), load, await _pages(around.session, bot) - before)


async def _pages(session: aiohttp.ClientSession, bot: BotProcess) -> Counter[str]:
    """How the bot's answers came by their pages since it started, by its own account."""
    async with session.get(f"{bot.url}/metrics") as answer:
        return Counter({how: int(float(number)) for how, number in _PAGES.findall(await answer.text())})


def _outcome(rushes: list[_Rush], commands: int) -> Outcome:
    last = rushes[-1].pages
    return Outcome(
        name="flight",
        work=f"{commands:,} identical commands at once, uncached, {LATENCY * 1000:.0f} ms upstream",
        measured=(
            Measured.of("the bot", "calls upstream", "calls", [rush.calls for rush in rushes]),
            Measured.of(
                "the bot", "time until all were answered", "s", [rush.load.seconds for rush in rushes]
            ),
            Measured.of("the bot", "p99 of one answer", "s", [rush.load.p99 for rush in rushes]),
        ),
        goals=(Goal("calls upstream", max(rush.calls for rush in rushes), 1, is_ratio=False),),
        notes=(
            f"Last round: {last['miss']} asked, {last['joined']} joined in, {last['hit']} found it cached.",
        ),
    )
