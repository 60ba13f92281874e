"""What a bot's memory grows by while people browse: ten thousand screens of fifty workflows.

Each of some people opens a list, filtered or not, turns its pages to and fro, refreshes it, and opens the
next. The bot is a process of its own; the operating system tells what it holds (`/proc`, elsewhere `ps`).
"""

import asyncio
import random
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bot.language.tokens import COMMAND
from bot.playground.simulators.slack import Message, Person
from tests.support.messages import answer

from .api import workflow_name
from .outcome import ROUNDS, Goal, Measured, Outcome
from .surroundings import Account, Surroundings, surroundings

SCREENS: Final = 10_000
WORKFLOWS: Final = 50
INSTANCES: Final = 600
PEOPLE: Final = 8

_FILTERS: Final = (
    "",
    "",
    "",
    "errored",
    "status:complete",
    "since:2h",
    "rows:20",
    "since:6h errored",
    "rows:5",
)
_TURNS: Final = 12
"""How often somebody clicks in one list, on average."""
_CLICKS: Final = {"page_next": 5, "page_previous": 2, "page_refresh": 1}
_SAMPLES: Final = (0.01, 0.1, 0.5, 1.0)
"""When to look, as shares of all screens: the first is the one that the others are compared with."""
_KEPT: Final = 100  # entries of the local Slack's own journals
_RSS: Final = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)


@dataclass(slots=True)
class _Crowd:
    """People who look at lists; `left` screens are still to be looked at by all of them together."""

    chance: random.Random
    left: int

    async def browse(self, person: Person) -> None:
        """Open lists and click in them, as one of the crowd, until nothing is left."""
        while self.left > 0:
            self.left -= 1
            workflow = workflow_name(self.chance.randint(1, WORKFLOWS))
            reply = await person.command(COMMAND, f"list {workflow} {self.chance.choice(_FILTERS)}")
            message = await answer(reply)
            while self.left > 0 and self.chance.random() > 1 / _TURNS:
                self.left -= 1
                message = await (await person.click(message, self._button(message))).message()

    def _button(self, message: Message) -> str:
        there = [button.action_id for button in message.buttons() if button.action_id in _CLICKS]
        return self.chance.choices(there, [_CLICKS[name] for name in there])[0]


async def measure(rounds: int = ROUNDS, screens: int = SCREENS) -> Outcome:
    """Look at so many screens of a bot that has just been started, once a round."""
    account = Account(workflows=WORKFLOWS, instances=INSTANCES)
    async with surroundings(account) as around:
        wait_for_entry = [await _grown(around, turn, screens) for turn in range(rounds)]
    places = [max(1, round(screens * share)) for share in _SAMPLES]
    measured = [
        Measured.of(
            "the bot", f"memory after {place:,} screens", "MiB", [sample[place] for sample in wait_for_entry]
        )
        for place in places
    ]
    ratio = median(sample[places[-1]] / sample[places[0]] for sample in wait_for_entry)
    return Outcome(
        name="memory",
        work=f"{screens:,} screens of {WORKFLOWS} workflows, to and fro, {PEOPLE} people at once",
        measured=tuple(measured),
        goals=(Goal(f"memory after {places[-1]:,} screens to that after {places[0]:,}", ratio, 1.2),),
        notes=(
            f"{INSTANCES} instances a workflow; every round starts a bot anew, so there is none to warm up.",
            "The memory is resident, as the operating system counts it; the cache fills up meanwhile.",
        ),
    )


async def _grown(around: Surroundings, turn: int, screens: int) -> Mapping[int, float]:
    """The memory in MiB by the number of screens looked at."""
    slack = around.slack
    slack.workspace.changes.keep(_KEPT)
    slack.responses.keep(_KEPT)
    slack.calls.keep(_KEPT)
    found: dict[int, float] = {}
    chance = random.Random(turn)  # noqa: S311 - nobody has to guess it
    async with around.fresh_bot(f"memory-{turn}", BOT_REQUEST_BUDGET="1000000") as bot:
        people = [slack.person() for _ in range(PEOPLE)]
        seen = 0
        for share in _SAMPLES:
            place = max(1, round(screens * share))
            crowd = _Crowd(chance, place - seen)
            await asyncio.gather(*(crowd.browse(person) for person in people))
            seen = place
            found[place] = _resident(bot.process.pid)
    return found


def _resident(pid: int) -> float:
    """A process's resident memory in MiB."""
    if sys.platform == "linux":
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        match = _RSS.search(status)
        if match is None:
            raise RuntimeError(f"process {pid} has no memory any more")
        return int(match[1]) / 1024
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(said.stdout) / 1024
