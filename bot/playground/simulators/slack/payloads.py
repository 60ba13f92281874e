"""What Slack sends when somebody does something, field for field.

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

# Slack still sends the verification token it deprecated; nothing should look at it.
VERIFICATION_TOKEN = "deprecated-verification-token"  # noqa: S105 - verifies nothing


@dataclass(frozen=True, slots=True)
class Payloads:
    """Builds payloads; ``base_url`` is where this Slack's ``response_url`` addresses live."""

    workspace: Workspace
    base_url: str

    def command(self, act: Interaction, command: str, text: str) -> Payload:
        """Return a slash command: all strings, since it travels as a form; ``text`` as it is to be sent.

        Its team is that of the person. A stranger has no command to type: Slack says that it is not a valid
        one (slackapi/bolt-python#767). Whether it always does is not documented.
        """
        team = self.workspace.team
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": act.user.team or team.id,
            "team_domain": team.domain,
            "channel_id": act.channel.id,
            "channel_name": "directmessage" if act.channel.is_im else act.channel.name,
            "user_id": act.user.id,
            "user_name": act.user.name,
            "command": command,
            "text": text,
            "api_app_id": team.app_id,
            "is_enterprise_install": "false",
            "response_url": self.response_url(act),
            "trigger_id": act.trigger_id,
        }

    def response_url(self, act: Interaction) -> str:
        """Return the address that answers this act."""
        return f"{self.base_url}{act.path}"

    def interaction(self, act: Interaction, kind: str, *, in_view: bool = False) -> Payload:
        """Return what all payloads from interactive things have in common.

        For a stranger in a shared channel, ``team`` is the bot's in a message (slackapi/java-slack-sdk#1041)
        and the stranger's own in a modal (slackapi/bolt-js#1614); ``user.team_id`` is always their own.
        """
        team = self.workspace.team
        place = act.user.team if in_view and act.user.team else team.id
        return {
            "type": kind,
            "team": {"id": place, "domain": team.domain},
            "user": {
                "id": act.user.id,
                "username": act.user.name,
                "name": act.user.name,
                "team_id": act.user.team or team.id,
            },
            "api_app_id": team.app_id,
            "token": VERIFICATION_TOKEN,
            "trigger_id": act.trigger_id,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def block_actions(
        self, act: Interaction, message: Message, action: Payload, values: Values | None = None
    ) -> Payload:
        """Something in a message was used. For an ephemeral message Slack does not send ``message`` along."""
        return {
            **self.interaction(act, "block_actions"),
            **self._in_message(act, message),
            "state": {"values": values or {}},
            "response_url": self.response_url(act),
            "actions": [{**action, "action_ts": self.workspace.next_ts()}],
        }

    def _in_message(self, act: Interaction, message: Message) -> Payload:
        where: Payload = {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
                "is_ephemeral": message.is_ephemeral,
            },
            "channel": {
                "id": act.channel.id,
                "name": "directmessage" if act.channel.is_im else act.channel.name,
            },
        }
        if not message.is_ephemeral:
            where["message"] = message_json(message, self.workspace.team)
        return where

    def block_actions_in_view(
        self, act: Interaction, view: View, action: Payload, values: Values | None = None
    ) -> Payload:
        """Something in a modal was used: there is no channel and no ``response_url``."""
        return {
            **self.interaction(act, "block_actions", in_view=True),
            "container": {"type": "view", "view_id": view.id},
            "view": {**view.payload, "state": {"values": values or {}}},
            "actions": [{**action, "action_ts": self.workspace.next_ts()}],
        }

    def view_submission(self, act: Interaction, view: View, values: Values) -> Payload:
        """Return the payload of a submitted modal; ``values``: block id → action id → input state."""
        submitted = {**view.payload, "state": {"values": values}}
        common = self.interaction(act, "view_submission", in_view=True)
        return {**common, "view": submitted, "response_urls": []}

    def view_closed(self, act: Interaction, view: View) -> Payload:
        """Return a modal that asked for ``notify_on_close`` was dismissed."""
        is_cleared = bool(view.payload["clear_on_close"])
        common = self.interaction(act, "view_closed", in_view=True)
        return {**common, "view": view.payload, "is_cleared": is_cleared}

    def block_suggestion(
        self, act: Interaction, place: View | Message | None, menu: Payload, typed: str
    ) -> Payload:
        """Somebody types into an external menu; ``menu`` holds its ``action_id`` and ``block_id``.

        A modal comes without what has been filled in since it was shown (slackapi/bolt-js#1146).
        """
        where: Payload = {}
        if isinstance(place, View):
            where = {"view": place.payload, "container": {"type": "view", "view_id": place.id}}
        elif isinstance(place, Message):
            where = self._in_message(act, place)
        common = self.interaction(act, "block_suggestion", in_view=isinstance(place, View))
        return {**common, **where, **menu, "value": typed}

    def shortcut(self, act: Interaction, callback_id: str) -> Payload:
        """Return the payload of a global shortcut: no channel, no ``response_url``."""
        return {
            **self.interaction(act, "shortcut"),
            "callback_id": callback_id,
            "action_ts": self.workspace.next_ts(),
        }
