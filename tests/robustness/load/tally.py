"""What people did and what they got to see, written down as it happens."""

import asyncio
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from typing import Final

from bot.playground.simulators.slack import AckError, LocalSlack, Message, Reply, View
from bot.playground.simulators.slack.workspace import Change

PATIENCE: Final = 60.0  # seconds; more than the bot ever takes, with a slow Cloudflare and a slow Slack
_INTERIM: Final = "Reading what Cloudflare has"


@dataclass(slots=True)
class Act:
    """One thing that somebody did.

    Attributes:
        kind: a word for it.
        at: seconds since the start.
        ack: seconds it took, or None while there is none.
        failed: what Slack tells the person where there was no good ack.
        shown: what they got to see for it; it should be one thing.
        seconds: from the act to the first of those, or to its failure.
    """

    kind: str
    at: float
    ack: float | None = None
    failed: str = ""
    shown: list[Message | View | str] = field(default_factory=list)
    seconds: float | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        """The first thing that they saw, in words."""
        first = self.shown[0] if self.shown else ""
        return first if isinstance(first, str) else first.all_text()


class Tally:
    """Listens to a Slack, and gives everything that somebody alone sees to the last thing they did.

    People do one thing after the other, so what comes late or twice shows as an answer too many.
    """

    def __init__(self, slack: LocalSlack) -> None:
        self.acts: list[Act] = []
        self._last: dict[str, Act] = {}
        self._start = time.monotonic()
        slack.changes.listeners.append(self._changed)
        slack.views.shown.listeners.append(self._opened)

    def begin(self) -> None:
        """Start anew."""
        self.acts.clear()
        self._last.clear()
        self._start = time.monotonic()

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    async def record(self, user: str, kind: str, doing: Awaitable[Reply]) -> Message | View | None:
        """Do something and wait for what comes of it; None where that is neither a message nor a form."""
        act = Act(kind, self.now)
        self.acts.append(act)
        self._last[user] = act
        try:
            reply = await doing
        except AckError as error:
            act.failed, act.seconds = str(error), self.now - act.at
            return None
        act.ack = reply.ack.seconds
        for words in reply.errors.values():
            self._show(act, str(words))
        try:
            await asyncio.wait_for(act.answered.wait(), PATIENCE)
        except TimeoutError:
            return None
        first = act.shown[0]
        return None if isinstance(first, str) else first

    def open_acts(self) -> list[Act]:
        """Those that have had their ack and no answer yet."""
        return [act for act in self._last.values() if act.ack is not None and not act.shown]

    def _changed(self, change: Change) -> None:
        channel = change.message.channel
        only_reader = f"U{channel[1:]}" if channel.startswith("D") else change.message.seen_only_by
        act = self._last.get(only_reader or "")
        if act is not None and change.kind != "deleted":
            self._show(act, change.message)

    def _opened(self, view: View) -> None:
        act = self._last.get(view.user)
        if act is not None and _INTERIM not in view.all_text():
            self._show(act, view)

    def _show(self, act: Act, what: Message | View | str) -> None:
        act.shown.append(what)
        if act.seconds is None:
            act.seconds = self.now - act.at
        act.answered.set()


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of some values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
