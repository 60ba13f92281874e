"""Somebody who uses the bot: types, clicks, fills in modals."""

from dataclasses import dataclass
from typing import Literal

from bot.playground.simulators.slack.delivery import Ack, AckError, Delivery, DeliveryKind, Transport
from bot.playground.simulators.slack.directory import Channel, User
from bot.playground.simulators.slack.escaping import escaped
from bot.playground.simulators.slack.interactions import Interaction, Kind
from bot.playground.simulators.slack.message import Button, Message
from bot.playground.simulators.slack.reply import Followers, Reply, Services
from bot.playground.simulators.slack.shapes import Payload, RefusedError, Values
from bot.playground.simulators.slack.views import View


@dataclass(frozen=True, slots=True)
class Person:
    """One person in one channel. Every act returns once the bot has acknowledged it.

    An act raises AckError where the person would see an error in Slack: no ack within 3 seconds, a status
    other than 200, or a message in the ack that Slack will not show.
    """

    user: User
    channel: Channel
    transport: Transport
    services: Services

    async def command(self, command: str, text: str = "") -> Reply:
        """Type a slash command; a message in its ack appears in the channel at once.

        ``text`` is as it is typed: ``#ops`` and ``@ada`` get their ids on the way.
        """
        act = self._start("commands")
        sent = escaped(text, self.services.workspace, self.user)
        payload = self.services.payloads.command(act, command, sent)
        return await self._deliver(act, "slash_commands", payload, typed=text)

    async def click(self, message: Message, action_id: str, index: int = 0) -> Reply:
        """Press the ``index``-th button with this action id; LookupError if there is none."""
        return await self.press(message, message.button(action_id, index))

    async def press(self, message: Message, button: Button) -> Reply:
        """Press this very button. Slack ignores a message in the ack of a click (slackapi/bolt-js#132)."""
        action = {
            key: value
            for key, value in button.element.items()
            if key in {"type", "action_id", "text", "value"}
        }
        return await self.act(message, {**action, "block_id": button.block_id})

    async def act(self, message: Message, action: Payload, values: Values | None = None) -> Reply:
        """Use any element of a message; ``action`` is what stands in the payload's ``actions``.

        ``values`` is the state of all its inputs: block id → action id → the input's state.
        """
        act = self._start("actions", message)
        payload = self.services.payloads.block_actions(act, message, action, values)
        return await self._deliver(act, "interactive", payload)

    async def act_in_view(self, view: View, action: Payload, values: Values | None = None) -> Reply:
        """Use any element of a modal; ``values`` is the state of all its inputs."""
        act = self._start("other")
        payload = self.services.payloads.block_actions_in_view(act, view, action, values)
        return await self._deliver(act, "interactive", payload)

    async def submit(self, view: View, values: Values | None = None) -> Reply:
        """Submit a modal; ``values`` is the state of all its inputs."""
        act = self._start("other")
        payload = self.services.payloads.view_submission(act, view, values or {})
        reply = await self._deliver(act, "interactive", payload)
        self._after_submission(view, act, reply.ack)
        return reply

    async def close(self, view: View) -> Reply | None:
        """Dismiss a modal, or with ``clear_on_close`` all of them; ``notify_on_close`` has the bot told."""
        if view.payload["clear_on_close"]:
            self.services.views.close_all(self.user.id)
        else:
            self.services.views.close(view)
        if not view.payload["notify_on_close"]:
            return None
        act = self._start("other")
        return await self._deliver(act, "interactive", self.services.payloads.view_closed(act, view))

    async def type_into_menu(
        self, action_id: str, typed: str, place: View | Message | None = None, block_id: str = "menu"
    ) -> Payload:
        """Type into a menu, of a modal or of a message, that loads its options; see what it offers."""
        act = self._start("other")
        menu = {"action_id": action_id, "block_id": block_id}
        payload = self.services.payloads.block_suggestion(act, place, menu, typed)
        reply = await self._deliver(act, "interactive", payload)
        return reply.ack.as_json() or {}

    async def shortcut(self, callback_id: str) -> Reply:
        """Choose a global shortcut."""
        act = self._start("other")
        return await self._deliver(act, "interactive", self.services.payloads.shortcut(act, callback_id))

    async def send(
        self, payload: Payload, kind: Literal["interactive", "events_api"] = "interactive"
    ) -> Reply:
        """Send any payload at all, with the usual fields filled in where it does not bring its own."""
        act = self._start("other")
        common = self.services.payloads.interaction(act, "unknown") if kind == "interactive" else {}
        return await self._deliver(act, kind, {**common, **payload})

    def screen(self) -> tuple[Message, ...]:
        """Return what this person sees in the channel now, oldest first."""
        return self.services.workspace.timeline(self.channel.id, seen_by=self.user.id)

    def _start(self, kind: Kind, source: Message | None = None) -> Interaction:
        channel = self.services.workspace.channel(source.channel) if source else self.channel
        return self.services.interactions.start(kind, self.user, channel, source)

    async def _deliver(
        self, act: Interaction, kind: DeliveryKind, payload: Payload, typed: str = ""
    ) -> Reply:
        followers = Followers.of(act, self.services)
        ack = await self.transport.deliver(Delivery(kind, payload, act.id, typed))
        shown = self._show_ack(act, ack) if kind == "slash_commands" else None
        return Reply(act, ack, self.services, followers, shown)

    def _show_ack(self, act: Interaction, ack: Ack) -> Message | None:
        body = ack.as_json() or {"text": ack.body}
        if ack.as_json() is None and ack.content_type.startswith("application/json"):
            body = {}
        if not body.get("text") and not body.get("blocks"):
            return None
        try:
            return self.services.responses.post(act, body)
        except RefusedError as refused:
            raise AckError(f"the ack's message was refused: {refused}", ack) from refused

    def _after_submission(self, view: View, act: Interaction, ack: Ack) -> None:
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
                    self.services.views.push(body.get("view"), act)
                case "errors":
                    pass
                case unknown:
                    raise AckError(f"response_action {unknown!r} does not exist", ack)
        except RefusedError as refused:
            raise AckError(f"the modal in the ack was refused: {refused}", ack) from refused
