"""The results of an interaction: the ack, and the messages and modals that follow."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from bot.playground.simulators.slack.delivery import Ack
from bot.playground.simulators.slack.interactions import Interaction, Interactions
from bot.playground.simulators.slack.journal import WAIT_SECONDS, Subscription
from bot.playground.simulators.slack.message import Message
from bot.playground.simulators.slack.payloads import Payloads
from bot.playground.simulators.slack.response_url import ResponseUrls
from bot.playground.simulators.slack.shapes import Payload
from bot.playground.simulators.slack.views import View, Views
from bot.playground.simulators.slack.workspace import Change, Workspace


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the local Slack that an interaction uses."""

    workspace: Workspace
    interactions: Interactions
    responses: ResponseUrls
    views: Views
    payloads: Payloads


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Readers set up before an interaction, so that nothing it causes can slip by."""

    own: Subscription[Change]
    seen: Subscription[Change]
    views: Subscription[View]

    @classmethod
    def of(cls, interaction: Interaction, services: Services) -> "Subscriptions":
        """Subscribe to the results of an interaction."""
        readers = {None, interaction.user.id}
        return cls(
            own=services.workspace.changes.follow(
                lambda change: has_message(change) and change.cause == interaction.id
            ),
            seen=services.workspace.changes.follow(
                lambda change: has_message(change) and change.message.seen_only_by in readers
            ),
            views=services.views.shown.follow(lambda view: view.cause == interaction.id),
        )


def has_message(change: Change) -> bool:
    """Return whether the message exists after the change."""
    return change.kind != "deleted"


@dataclass(frozen=True, slots=True)
class Reply:
    """The ack of an interaction and what follows; ``ack_message`` is the message in a command's ack."""

    interaction: Interaction
    ack: Ack
    services: Services
    subscriptions: Subscriptions
    ack_message: Message | None = None

    @property
    def response_url(self) -> str:
        """The ``response_url`` that the bot received."""
        return self.services.payloads.response_url(self.interaction)

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes by the ack and the ``response_url`` so far."""
        return tuple(
            change for change in self.services.workspace.changes if change.cause == self.interaction.id
        )

    @property
    def errors(self) -> Payload:
        """The validation errors of a submitted modal: block id → message."""
        body = self.ack.as_json() or {}
        return dict(body.get("errors", {})) if body.get("response_action") == "errors" else {}

    def message(self, timeout: float = WAIT_SECONDS) -> Coroutine[Any, Any, Message]:
        """Return the next message that this interaction posted or updated, by its ack or ``response_url``.

        Each call waits for another message.

        Raises:
            TimeoutError: none came within ``timeout`` seconds.
        """
        return wait_for_message(self.subscriptions.own, timeout)

    def seen(self, timeout: float = WAIT_SECONDS) -> Coroutine[Any, Any, Message]:
        """Return the next message that this person sees, by any method."""
        return wait_for_message(self.subscriptions.seen, timeout)

    def view(self, timeout: float = WAIT_SECONDS) -> Coroutine[Any, Any, View]:
        """Return the next modal that this interaction opened or updated."""
        return self.subscriptions.views.next(timeout)

    async def nothing(self, within: float = 0.2) -> None:
        """Wait for some time, and fail if this interaction causes another message."""
        try:
            message = await self.message(within)
        except TimeoutError:
            return
        raise AssertionError(f"expected no message, got: {message.all_text()}")


async def wait_for_message(changes: Subscription[Change], within: float) -> Message:
    """Return the message of the next change."""
    return (await changes.next(within)).message
