"""A crowd at a slow Cloudflare, then one at a slow Slack: `python -m tests.robustness.load.crowd`.

The short versions are in `tests/app/test_queues.py`.
"""

import asyncio
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
import click

from bot.playground.simulators.cloudflare import RateLimit, Simulation, Slow
from bot.playground.simulators.slack import RESPONSE_URL, LocalSlack, Message, Person, User, Workspace
from bot.playground.simulators.slack import Slow as SlackIsSlow
from bot.playground.simulators.slack.directory import ADA
from bot.playground.simulators.slack.workspace import Change
from tests.robustness.load.recorder import percentile
from tests.support.messages import answer, is_asking, is_interim, row_ids
from tests.system.process.harness import Harness

_PATIENCE: Final = 120.0  # seconds
_ONCE_MORE: Final = 3.0  # seconds in which a second answer would come
_BEYOND_THE_ACK: Final = 3.0  # seconds


class Crowd:
    """People who type a command each, at once, and what each of them sees.

    Args:
        slack: theirs.
        people: one for each command.
    """

    def __init__(self, slack: LocalSlack, people: Sequence[Person]) -> None:
        self._people = people
        self._ids = {person.user.id for person in people}
        self._seen: defaultdict[str, list[tuple[float, Message]]] = defaultdict(list)
        self._began = time.monotonic()
        slack.changes.listeners.append(self._see)

    async def ask(self) -> None:
        """Ask for a list each, and wait until all have an answer."""
        self._began = time.monotonic()
        await asyncio.gather(
            *(person.command("/workflows", f"list w{number}") for number, person in enumerate(self._people))
        )
        while len(self._seen) < len(self._people) and time.monotonic() < self._began + _PATIENCE:  # noqa: ASYNC110 - it is many events
            await asyncio.sleep(0.1)
        await asyncio.sleep(_ONCE_MORE)

    def report(self, what: str, calls: int) -> bool:
        """Print what became of them; return whether anybody has no answer, or more than one."""
        numbers = Counter(len(self._seen[person.user.id]) for person in self._people)
        several = numbers.total() - numbers[0] - numbers[1]
        click.echo(f"{what}: {len(self._people)} asked, {calls} calls to Cloudflare")
        click.echo(f"  {numbers[0]} without an answer, {several} with several")
        took: defaultdict[str, list[float]] = defaultdict(list)
        for answers in self._seen.values():
            for seconds, message in answers:
                took["a list" if row_ids(message) else message.text.partition(".")[0]].append(seconds)
        for outcome, times in took.items():
            span = f"{percentile(times, 0):.1f} to {percentile(times, 1):.1f} s"
            click.echo(f"  {len(times)} times after {span}: {outcome}")
        return numbers[1] < len(self._people)

    def _see(self, change: Change) -> None:
        reader = change.message.seen_only_by
        if reader is not None and reader in self._ids and not is_interim(change.message):
            self._seen[reader].append((time.monotonic() - self._began, change.message))


@click.command()
@click.option("--commands", default=1_000, show_default=True, type=click.IntRange(1, 5000))
@click.option("--answers", default=300, show_default=True, type=click.IntRange(1, 5000))
@click.option("--seconds", default=5.0, show_default=True, help="What the slow side takes.")
def main(commands: int, answers: int, seconds: float) -> None:
    """Let a crowd ask at once, and print what became of it; the exit code is 1 if anybody was failed."""
    with TemporaryDirectory(prefix="workflows-bot-crowd-") as folder:
        sys.exit(asyncio.run(_run(Path(folder), commands, answers, seconds)))


async def _run(folder: Path, commands: int, answers: int, seconds: float) -> int:
    people = tuple(User(f"U0CROWD{number:04}", f"crowd-{number}") for number in range(max(commands, answers)))
    local = LocalSlack(workspace=Workspace(people=(ADA, *people)))
    cloudflare = Simulation(rate_limit=RateLimit(quota=2 * (commands + answers)))
    for number in range(max(commands, answers)):
        cloudflare.add_instance(f"w{number}", id=f"i{number}")
    async with (
        local.serve() as slack,
        cloudflare.serve() as api,
        aiohttp.ClientSession() as session,
    ):
        harness = Harness(slack, cloudflare, api, folder, session)
        async with harness.bot("slow-cloudflare"):
            cloudflare.inject(Slow(seconds), times=None)
            crowd = Crowd(slack, _members(slack, people[:commands]))
            await crowd.ask()
            is_failed = crowd.report(f"Cloudflare takes {seconds:g} s", len(cloudflare.calls))
        cloudflare.clear_faults()
        async with harness.bot("slow-slack"):
            await answer(await harness.ada.command("/workflows", "list w0 rows:5"), 10)
            cloudflare.calls.clear()
            cloudflare.inject(Slow(_BEYOND_THE_ACK), times=None)
            slack.faults.add(RESPONSE_URL, SlackIsSlow(seconds), times=answers)
            crowd = Crowd(slack, _members(slack, people[:answers]))
            asking = asyncio.ensure_future(crowd.ask())
            await asyncio.sleep(_BEYOND_THE_ACK + 2)
            reply = await harness.ada.command("/workflows", "list w0 rows:5")
            await asking
            is_failed |= crowd.report(f"response_url takes {seconds:g} s", len(cloudflare.calls))
            click.echo(f"  meanwhile somebody else's ack took {reply.ack.seconds:.2f} s")
    return int(is_failed or reply.ack_message is None or is_asking(reply.ack_message))


def _members(slack: LocalSlack, people: Sequence[User]) -> list[Person]:
    # One process plays the crowd and both services: its own slowness is not the bot's.
    patient = replace(slack.http(slack.request_url), ack_seconds=60)
    return [slack.person(user.name, via=patient) for user in people]


if __name__ == "__main__":
    main()
