"""Interactions of people, with their ``response_url`` and ``trigger_id``."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.playground.simulators.slack.directory import Channel, User
from bot.playground.simulators.slack.message import Message
from bot.playground.simulators.slack.shapes import RefusedError

RESPONSE_URL_USES = 5
RESPONSE_URL_SECONDS = 30 * 60
TRIGGER_SECONDS = 3

Kind = Literal["commands", "actions", "other"]


@dataclass(frozen=True, slots=True)
class Interaction:
    """An interaction of a person; ``source`` is the message with the element, if any."""

    id: str
    kind: Kind
    user: User
    channel: Channel
    trigger_id: str
    secret: str
    at: float
    source: Message | None = None

    @property
    def path(self) -> str:
        """The path of its ``response_url``; the last part can't be guessed."""
        return f"/{self.kind}/{self.id}/{self.secret}"


@dataclass
class Interactions:
    """All interactions, with the remaining uses of their ``response_url`` and ``trigger_id``."""

    clock: Callable[[], float]
    _by_path: dict[str, Interaction] = field(default_factory=dict)
    _by_trigger: dict[str, Interaction] = field(default_factory=dict)
    _uses: dict[str, int] = field(default_factory=dict)
    _exchanged: set[str] = field(default_factory=set)
    _count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def start(self, kind: Kind, user: User, channel: Channel, source: Message | None = None) -> Interaction:
        """Record an interaction and generate its secrets."""
        number = next(self._count)
        interaction = Interaction(
            id=f"I{number:05d}",
            kind=kind,
            user=user,
            channel=channel,
            trigger_id=f"{number}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}",
            secret=secrets.token_urlsafe(18),
            at=self.clock(),
            source=source,
        )
        self._by_path[interaction.path] = interaction
        self._by_trigger[interaction.trigger_id] = interaction
        return interaction

    def has(self, path: str) -> bool:
        """Return whether there is such a ``response_url``."""
        return path in self._by_path

    def use_response_url(self, path: str) -> Interaction:
        """Count a use of a ``response_url`` and return its interaction.

        Raises:
            RefusedError: ``expired_url`` after 30 minutes, ``used_url`` from the sixth use on. The limits
                are documented, the error codes are not.
        """
        interaction = self._by_path[path]
        if self.clock() - interaction.at > RESPONSE_URL_SECONDS:
            raise RefusedError("expired_url")
        uses = self._uses.get(path, 0) + 1
        if uses > RESPONSE_URL_USES:
            raise RefusedError("used_url")
        self._uses[path] = uses
        return interaction

    def use_trigger_id(self, trigger_id: object) -> Interaction:
        """Use a ``trigger_id`` and return its interaction; it works once and for 3 seconds.

        Raises:
            RefusedError: ``invalid_trigger_id``, ``expired_trigger_id`` or ``exchanged_trigger_id``.
        """
        interaction = self._by_trigger.get(str(trigger_id))
        if interaction is None:
            raise RefusedError("invalid_trigger_id")
        if interaction.trigger_id in self._exchanged:
            raise RefusedError("exchanged_trigger_id")
        if self.clock() - interaction.at > TRIGGER_SECONDS:
            raise RefusedError("expired_trigger_id")
        self._exchanged.add(interaction.trigger_id)
        return interaction
