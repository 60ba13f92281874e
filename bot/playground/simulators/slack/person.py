"""A person who uses the bot: types, writes, clicks and fills in modals."""

from dataclasses import dataclass
from typing import Literal

from bot.playground.simulators.slack.delivery import Ack, AckError, Delivery, DeliveryKind, Transport
from bot.playground.simulators.slack.directory import Channel, User
from bot.playground.simulators.slack.escaping import escape_message, escape_text
from bot.playground.simulators.slack.events import event_of
from bot.playground.simulators.slack.interactions import Interaction, Kind
from bot.playground.simulators.slack.message import Button, Message
from bot.playground.simulators.slack.reply import Reply, Services, Subscriptions
from bot.playground.simulators.slack.shapes import Payload, RefusedError, Values
from bot.playground.simulators.slack.views import View
from bot.playground.simulators.slack.workspace import Draft


@dataclass(frozen=True, slots=True)
class Person:
    """A person in a channel. Each action returns once the bot has acknowledged it.

    It raises AckError where the person would see an error in Slack: no ack within 3 seconds, a status
    other than 200, or a message in the ack that Slack will not show.
    """

    user: User
    channel: Channel
    transport: Transport
    services: Services

    async def command(self, command: str, text: str = "") -> Reply:
        """Type a slash command; a message in its ack appears in the channel at once.

        ``text`` is the typed text: ``#ops`` and ``@ada`` are replaced by ids.
        """
        interaction = self._start("commands")
        sent = escape_text(text, self.services.workspace, self.user)
        payload = self.services.payloads.command(interaction, command, sent)
        return await self._deliver(interaction, "slash_commands", payload, typed=text)

    async def say(self, text: str, thread: Message | None = None) -> Reply | None:
        """Write a message, in a thread if one is given; return None if the bot is not told of it.

        ``text`` is the typed text: ``#ops`` and ``@workflows`` are replaced by ids.
        """
        interaction = self._start("other")
        workspace = self.services.workspace
        parent = None if thread is None else thread.thread_ts or thread.ts
        sent = escape_message(text, workspace, self.user)
        draft = Draft(self.channel.id, sent, thread_ts=parent, user=self.user.id)
        event = event_of(workspace.post(draft, interaction.id), workspace)
        return None if event is None else await self._deliver(interaction, "events_api", event, typed=text)

    async def click(self, message: Message, action_id: str, index: int = 0) -> Reply:
        """Press the ``index``-th button with this action id; LookupError if there is none."""
        return await self.press(message, message.button(action_id, index))

    async def press(self, message: Message, button: Button) -> Reply:
        """Press a button. Slack ignores a message in the ack of a click (slackapi/bolt-js#132)."""
        action = {
            key: value
            for key, value in button.element.items()
            if key in {"type", "action_id", "text", "value"}
        }
        return await self.act(message, {**action, "block_id": button.block_id})

    async def act(self, message: Message, action: Payload, values: Values | None = None) -> Reply:
        """Use any element of a message; ``action`` is the item for the payload's ``actions``.

        ``values`` is the state of all its inputs: block id → action id → the input's state.
        """
        interaction = self._start("actions", message)
        payload = self.services.payloads.block_actions(interaction, message, action, values)
        return await self._deliver(interaction, "interactive", payload)

    async def act_in_view(self, view: View, action: Payload, values: Values | None = None) -> Reply:
        """Use any element of a modal; ``values`` is the state of all its inputs."""
        interaction = self._start("other")
        payload = self.services.payloads.block_actions_in_view(interaction, view, action, values)
        return await self._deliver(interaction, "interactive", payload)

    async def submit(self, view: View, values: Values | None = None) -> Reply:
        """Submit a modal; ``values`` is the state of all its inputs."""
        interaction = self._start("other")
        payload = self.services.payloads.view_submission(interaction, view, values or {})
        reply = await self._deliver(interaction, "interactive", payload)
        self._after_submission(view, interaction, reply.ack)
        return reply

    async def close(self, view: View) -> Reply | None:
        """Dismiss a modal, or all with ``clear_on_close``; ``notify_on_close`` notifies the bot."""
        if view.payload["clear_on_close"]:
            self.services.views.close_all(self.user.id)
        else:
            self.services.views.close(view)
        if not view.payload["notify_on_close"]:
            return None
        interaction = self._start("other")
        return await self._deliver(
            interaction, "interactive", self.services.payloads.view_closed(interaction, view)
        )

    async def type_into_menu(
        self, action_id: str, typed: str, place: View | Message | None = None, block_id: str = "menu"
    ) -> Payload:
        """Type into an external menu of a modal or a message, and return its options."""
        interaction = self._start("other")
        menu = {"action_id": action_id, "block_id": block_id}
        payload = self.services.payloads.block_suggestion(interaction, place, menu, typed)
        reply = await self._deliver(interaction, "interactive", payload)
        return reply.ack.as_json() or {}

    async def shortcut(self, callback_id: str, message: Message | None = None) -> Reply:
        """Choose a global shortcut, or a shortcut of a message, which may be in a thread.

        Raises:
            LookupError: the message is ephemeral; Slack offers no shortcuts there.
        """
        if message is None:
            interaction = self._start("other")
            payload = self.services.payloads.shortcut(interaction, callback_id)
            return await self._deliver(interaction, "interactive", payload)
        if message.is_ephemeral:
            raise LookupError("an ephemeral message has no shortcuts")
        channel = self.services.workspace.channel(message.channel)
        # No source: what its `response_url` gets replaces nothing.
        interaction = self.services.interactions.start("other", self.user, channel)
        payload = self.services.payloads.message_shortcut(interaction, callback_id, message)
        return await self._deliver(interaction, "interactive", payload)

    async def send(
        self, payload: Payload, kind: Literal["interactive", "events_api"] = "interactive"
    ) -> Reply:
        """Send any payload; missing common fields are added."""
        interaction = self._start("other")
        common = self.services.payloads.common_fields(interaction, "unknown") if kind == "interactive" else {}
        return await self._deliver(interaction, kind, {**common, **payload})

    def screen(self) -> tuple[Message, ...]:
        """Return the messages that this person sees in the channel, oldest first."""
        return self.services.workspace.timeline(self.channel.id, seen_by=self.user.id)

    def _start(self, kind: Kind, source: Message | None = None) -> Interaction:
        channel = self.services.workspace.channel(source.channel) if source else self.channel
        return self.services.interactions.start(kind, self.user, channel, source)

    async def _deliver(
        self, interaction: Interaction, kind: DeliveryKind, payload: Payload, typed: str = ""
    ) -> Reply:
        subscriptions = Subscriptions.of(interaction, self.services)
        ack = await self.transport.deliver(Delivery(kind, payload, interaction.id, typed))
        shown = self._show_ack(interaction, ack) if kind == "slash_commands" else None
        return Reply(interaction, ack, self.services, subscriptions, shown)

    def _show_ack(self, interaction: Interaction, ack: Ack) -> Message | None:
        body = ack.as_json() or {"text": ack.body}
        if ack.as_json() is None and ack.content_type.startswith("application/json"):
            body = {}
        if not body.get("text") and not body.get("blocks"):
            return None
        try:
            return self.services.responses.post(interaction, body)
        except RefusedError as refused:
            raise AckError(f"the ack's message was refused: {refused}", ack) from refused

    def _after_submission(self, view: View, interaction: Interaction, ack: Ack) -> None:
        body = ack.as_json() or {}
        try:
            match body.get("response_action"):
                case None:
                    self.services.views.close(view)
                case "clear":
                    self.services.views.close_all(self.user.id)
                case "update":
                    self.services.views.update({"view_id": view.id, "view": body.get("view")})
                case "push":
                    self.services.views.push(body.get("view"), interaction)
                case "errors":
                    pass
                case unknown:
                    raise AckError(f"response_action {unknown!r} does not exist", ack)
        except RefusedError as refused:
            raise AckError(f"the modal in the ack was refused: {refused}", ack) from refused
