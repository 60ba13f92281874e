"""Records interactions and their answers."""

import asyncio
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from typing import Final

from bot.playground.simulators.slack import AckError, LocalSlack, Message, Reply, View
from bot.playground.simulators.slack.workspace import Change
from tests.support.messages import is_interim

TIMEOUT: Final = 60.0  # seconds; more than the bot takes even with a slow Cloudflare and a slow Slack
_INTERIM: Final = "Reading what Cloudflare has"


@dataclass(slots=True)
class Interaction:
    """An interaction of a visitor.

    Attributes:
        kind: its name.
        at: seconds since the start.
        ack: seconds until the ack, or None.
        failure: the error that Slack shows without a valid ack.
        shown: the answers; there should be one.
        seconds: from the act to the first of those, or to its failure.
    """

    kind: str
    at: float
    ack: float | None = None
    failure: str = ""
    shown: list[Message | View | str] = field(default_factory=list)
    seconds: float | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        """The text of the first answer."""
        first = self.shown[0] if self.shown else ""
        return first if isinstance(first, str) else first.all_text()


class Recorder:
    """Records interactions, and assigns each answer to the person's last interaction.

    Visitors wait for each answer, so a late or repeated answer counts as an extra one.
    """

    def __init__(self, slack: LocalSlack) -> None:
        self.interactions: list[Interaction] = []
        self._last: dict[str, Interaction] = {}
        self._start = time.monotonic()
        slack.changes.listeners.append(self._changed)
        slack.views.shown.listeners.append(self._opened)

    def begin(self) -> None:
        """Restart the recording."""
        self.interactions.clear()
        self._last.clear()
        self._start = time.monotonic()

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    async def record(self, user: str, kind: str, request: Awaitable[Reply]) -> Message | View | None:
        """Send a request and wait for its answer; return a message, a modal, or None."""
        interaction = Interaction(kind, self.now)
        self.interactions.append(interaction)
        self._last[user] = interaction
        try:
            reply = await request
        except AckError as error:
            interaction.failure, interaction.seconds = str(error), self.now - interaction.at
            return None
        interaction.ack = reply.ack.seconds
        for words in reply.errors.values():
            self._show(interaction, str(words))
        try:
            await asyncio.wait_for(interaction.answered.wait(), TIMEOUT)
        except TimeoutError:
            return None
        first = interaction.shown[0]
        return None if isinstance(first, str) else first

    def pending(self) -> list[Interaction]:
        """Return the interactions with an ack but no answer."""
        return [
            interaction
            for interaction in self._last.values()
            if interaction.ack is not None and not interaction.shown
        ]

    def _changed(self, change: Change) -> None:
        channel = change.message.channel
        only_reader = f"U{channel[1:]}" if channel.startswith("D") else change.message.seen_only_by
        interaction = self._last.get(only_reader or "")
        if interaction is not None and change.kind != "deleted" and not is_interim(change.message):
            self._show(interaction, change.message)

    def _opened(self, view: View) -> None:
        interaction = self._last.get(view.user)
        if interaction is not None and _INTERIM not in view.all_text():
            self._show(interaction, view)

    def _show(self, interaction: Interaction, what: Message | View | str) -> None:
        interaction.shown.append(what)
        if interaction.seconds is None:
            interaction.seconds = self.now - interaction.at
        interaction.answered.set()


def percentile(values: Iterable[float], share: float) -> float:
    """Return the percentile of values, or 0 without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
