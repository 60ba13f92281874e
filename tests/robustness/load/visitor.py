"""A simulated visitor, who types, mistypes, pages and filters, with pauses."""

import asyncio
import random
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final

from bot.playground.simulators.slack import Message, Person, Reply, View
from tests.robustness.load.recorder import Recorder
from tests.support.form_values import fill_form

COMMANDS: Final = {
    "": 8,
    "search:pro": 2,
    "list order-processing": 14,
    "order-processing errored": 8,
    "list order-processing rows:20": 5,
    "list order-processing since:24h": 4,
    "list image-pipeline status:running": 5,
    "list invoice-run complete": 4,
    "list invoice-run page:3": 2,
    'list nightly-cleanup until:"yesterday 17:30"': 2,
    "list exchange-rates --status errored --per-page 20": 3,
    "list order-procesing": 3,
    "list order-processing statsu:errored": 3,
    "list order-processing since:yesterdoy": 2,
    "lits order-processing": 2,
    "order-processing errored errored “": 1,
    "help": 3,
    "help filters": 2,
    "help digest": 2,
    "digest": 3,
    "digest list": 4,
    "digest show {digest}": 3,
    "digest preview {digest}": 1,
    "digest run {digest}": 1,
    "digest create #ops weekdays 25:99": 1,
}
"""Commands with their weights."""

CLICKS: Final = {
    "page_next": 30,
    "page_previous": 14,
    "list_open": 10,
    "filter_open": 8,
    "page_refresh": 4,
}
_TYPING: Final = 24  # the weight of a command, relative to clicks
_FILTERS: Final[tuple[dict[str, str], ...]] = (
    {"status": "🔴 Errored"},
    {"status": "🟢 Complete", "rows": "5"},
    {"since": "7d"},
    {"since": "yesterday", "until": "1h"},
    {"since": "yesterdoy"},
    {"rows": "99"},
)


@dataclass(slots=True)
class Visitor:
    """A person and the message that they see.

    Attributes:
        think: average seconds between two interactions.
        digests: the number of digests.
    """

    person: Person
    recorder: Recorder
    chance: random.Random
    think: float
    digests: int
    seen: Message | None = None

    async def browse(self, enough: asyncio.Event) -> None:
        """Browse until the event is set, and finish the last interaction."""
        await self._pause(enough, self.chance.random())
        while not enough.is_set():
            await self.act_once()
            await self._pause(enough, self.chance.uniform(0.4, 1.6))

    async def ask(self, text: str) -> None:
        """Type one command."""
        await self._record("command", self.person.command("/workflows", text))

    async def act_once(self) -> None:
        """Perform one interaction, or a whole form."""
        offered = {button.action_id for button in self.seen.buttons()} if self.seen else set()
        weights = {name: weight for name, weight in CLICKS.items() if name in offered} | {"": _TYPING}
        (action,) = self.chance.choices(list(weights), list(weights.values()))
        shown = await (self._click(self.seen, action) if self.seen and action else self._type())
        if isinstance(shown, View):
            await self._fill(shown)
        elif shown is not None:
            self.seen = shown

    async def _type(self) -> Message | View | None:
        (command,) = self.chance.choices(list(COMMANDS), list(COMMANDS.values()))
        text = command.format(digest=self.chance.randint(1, self.digests))
        kind = "digest" if text.startswith("digest") else "command"
        return await self._record(kind, self.person.command("/workflows", text))

    async def _click(self, message: Message, action: str) -> Message | View | None:
        among = [button for button in message.buttons() if button.action_id == action]
        return await self._record(action, self.person.press(message, self.chance.choice(among)))

    async def _fill(self, view: View) -> None:
        """Fill in a form, or close it."""
        if view.callback_id == "filter" and self.chance.random() < 0.8:
            values = fill_form(view.payload, **self.chance.choice(_FILTERS))
            shown = await self._record("filter", self.person.submit(view, values))
            if isinstance(shown, Message):
                self.seen = shown
        elif view.callback_id != "filter" and self.chance.random() < 0.3:
            await self._preview(view)
        while (top := self.person.services.views.top(self.person.user.id)) is not None:
            await self.person.close(top)

    async def _preview(self, view: View) -> None:
        (row,) = (block for block in view.payload["blocks"] if block["type"] == "actions")
        (button,) = row["elements"]
        action = {key: button[key] for key in ("type", "action_id", "value")} | {"block_id": row["block_id"]}
        request = self.person.act_in_view(view, action, fill_form(view.payload))
        await self._record("form preview", request)

    async def _record(self, kind: str, request: Awaitable[Reply]) -> Message | View | None:
        return await self.recorder.record(self.person.user.id, kind, request)

    async def _pause(self, enough: asyncio.Event, times: float) -> None:
        try:
            await asyncio.wait_for(enough.wait(), self.think * times)
        except TimeoutError:
            return
