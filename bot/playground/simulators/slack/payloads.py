"""Payloads of interactions, as Slack sends them.

Sources: https://docs.slack.dev/interactivity/implementing-slash-commands and
https://docs.slack.dev/reference/interaction-payloads
"""

from dataclasses import dataclass

from bot.playground.simulators.slack.interactions import Interaction
from bot.playground.simulators.slack.message import Message
from bot.playground.simulators.slack.shapes import Payload, Values
from bot.playground.simulators.slack.views import View
from bot.playground.simulators.slack.wire import message_json
from bot.playground.simulators.slack.workspace import Workspace

# Slack still sends the deprecated verification token; apps should ignore it.
VERIFICATION_TOKEN = "deprecated-verification-token"  # noqa: S105 - verifies nothing


@dataclass(frozen=True, slots=True)
class Payloads:
    """Builds payloads; ``base_url`` is the base of each ``response_url``."""

    workspace: Workspace
    base_url: str

    def command(self, interaction: Interaction, command: str, text: str) -> Payload:
        """Return the payload of a slash command, all strings, as it is a form; ``text`` is escaped.

        Its team is that of the person. A stranger has no command to type: Slack says that it is not a valid
        one (slackapi/bolt-python#767). Whether it always does is not documented.
        """
        team = self.workspace.team
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": interaction.user.team or team.id,
            "team_domain": team.domain,
            "channel_id": interaction.channel.id,
            "channel_name": "directmessage" if interaction.channel.is_im else interaction.channel.name,
            "user_id": interaction.user.id,
            "user_name": interaction.user.name,
            "command": command,
            "text": text,
            "api_app_id": team.app_id,
            "is_enterprise_install": "false",
            "response_url": self.response_url(interaction),
            "trigger_id": interaction.trigger_id,
        }

    def response_url(self, interaction: Interaction) -> str:
        """Return the ``response_url`` of an interaction."""
        return f"{self.base_url}{interaction.path}"

    def common_fields(self, interaction: Interaction, kind: str, *, in_view: bool = False) -> Payload:
        """Return the common fields of all interaction payloads.

        For a stranger in a shared channel, ``team`` is the bot's in a message (slackapi/java-slack-sdk#1041)
        and the stranger's own in a modal (slackapi/bolt-js#1614); ``user.team_id`` is always their own.
        """
        team = self.workspace.team
        place = interaction.user.team if in_view and interaction.user.team else team.id
        return {
            "type": kind,
            "team": {"id": place, "domain": team.domain},
            "user": {
                "id": interaction.user.id,
                "username": interaction.user.name,
                "name": interaction.user.name,
                "team_id": interaction.user.team or team.id,
            },
            "api_app_id": team.app_id,
            "token": VERIFICATION_TOKEN,
            "trigger_id": interaction.trigger_id,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def block_actions(
        self, interaction: Interaction, message: Message, action: Payload, values: Values | None = None
    ) -> Payload:
        """Return the payload of an element in a message; for ephemeral messages it has no ``message``."""
        return {
            **self.common_fields(interaction, "block_actions"),
            **self._in_message(interaction, message),
            "state": {"values": values or {}},
            "response_url": self.response_url(interaction),
            "actions": [{**action, "action_ts": self.workspace.next_ts()}],
        }

    def _in_message(self, interaction: Interaction, message: Message) -> Payload:
        where: Payload = {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
                "is_ephemeral": message.is_ephemeral,
            },
            "channel": self._channel_of(interaction),
        }
        if message.thread_ts:
            where["container"]["thread_ts"] = message.thread_ts  # slackapi/java-slack-sdk#1200
        if not message.is_ephemeral:
            where["message"] = message_json(message, self.workspace.team)
        return where

    def block_actions_in_view(
        self, interaction: Interaction, view: View, action: Payload, values: Values | None = None
    ) -> Payload:
        """Return the payload of an element in a modal: no channel, no ``response_url``."""
        return {
            **self.common_fields(interaction, "block_actions", in_view=True),
            "container": {"type": "view", "view_id": view.id},
            "view": {**view.payload, "state": {"values": values or {}}},
            "actions": [{**action, "action_ts": self.workspace.next_ts()}],
        }

    def view_submission(self, interaction: Interaction, view: View, values: Values) -> Payload:
        """Return the payload of a submitted modal; ``values``: block id → action id → input state."""
        submitted = {**view.payload, "state": {"values": values}}
        common = self.common_fields(interaction, "view_submission", in_view=True)
        return {**common, "view": submitted, "response_urls": []}

    def view_closed(self, interaction: Interaction, view: View) -> Payload:
        """Return the payload of a dismissed modal with ``notify_on_close``."""
        is_cleared = bool(view.payload["clear_on_close"])
        common = self.common_fields(interaction, "view_closed", in_view=True)
        return {**common, "view": view.payload, "is_cleared": is_cleared}

    def block_suggestion(
        self, interaction: Interaction, place: View | Message | None, menu: Payload, typed: str
    ) -> Payload:
        """Return the payload of an external menu; ``menu`` has its ``action_id`` and ``block_id``.

        A modal comes without its current input values (slackapi/bolt-js#1146).
        """
        where: Payload = {}
        if isinstance(place, View):
            where = {"view": place.payload, "container": {"type": "view", "view_id": place.id}}
        elif isinstance(place, Message):
            where = self._in_message(interaction, place)
        common = self.common_fields(interaction, "block_suggestion", in_view=isinstance(place, View))
        return {**common, **where, **menu, "value": typed}

    def shortcut(self, interaction: Interaction, callback_id: str) -> Payload:
        """Return the payload of a global shortcut: no channel, no ``response_url``."""
        return {
            **self.common_fields(interaction, "shortcut"),
            "callback_id": callback_id,
            "action_ts": self.workspace.next_ts(),
        }

    def message_shortcut(self, interaction: Interaction, callback_id: str, message: Message) -> Payload:
        """Return the payload of a shortcut of a message, whose type is ``message_action``.

        The message has its ``thread_ts`` if it is in a thread.
        """
        return {
            **self.common_fields(interaction, "message_action"),
            "callback_id": callback_id,
            "channel": self._channel_of(interaction),
            "message": message_json(message, self.workspace.team),
            "message_ts": message.ts,
            "response_url": self.response_url(interaction),
            "action_ts": self.workspace.next_ts(),
        }

    def _channel_of(self, interaction: Interaction) -> Payload:
        channel = interaction.channel
        return {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name}
