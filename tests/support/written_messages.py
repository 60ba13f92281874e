"""Write messages to the bot, and look at what it answers."""

from datetime import timedelta
from typing import Any

from bot.app import Bot
from bot.playground.simulators.slack import LocalSlack, Message, Payload, Person
from bot.playground.simulators.slack.events import event_of
from bot.playground.simulators.slack.workspace import Draft

HELP = "This bot answers the command `/workflows`"

OF_NO_PERSON: dict[str, dict[str, Any]] = {
    "another bot": {"bot_id": "B0OTHER01"},
    "another bot's profile": {"bot_profile": {"id": "B0OTHER01", "app_id": "A0OTHER01"}},
    "an app in a person's name": {"app_id": "A0OTHER01"},
    "the bot itself": {"bot_id": "B0LOCAL01", "user": "U0BOT0001"},
    "Slackbot": {"user": "USLACKBOT"},
    "nobody": {"user": None},
    "hidden": {"hidden": True},
    "no channel": {"channel": None},
    "no ts": {"ts": None},
    "an odd ts": {"ts": 1.5},
    "an odd subtype": {"subtype": {}},
    **{
        subtype: {"subtype": subtype}
        for subtype in (
            "bot_message",
            "message_changed",
            "message_deleted",
            "message_replied",
            "channel_join",
            "channel_topic",
            "document_mention",
            "reminder_add",
            "assistant_app_thread",
            "huddle_thread",
            "tombstone",
            "unheard_of",
        )
    },
}
"""What an event says where no person wrote its message, by what that is."""

NOT_TO_THE_BOT: tuple[dict[str, Any], ...] = (
    {"type": "message", "channel_type": "channel"},
    {"type": "message", "channel_type": "group"},
    {"type": "message", "channel_type": "mpim"},
    {"type": "message", "channel_type": None},
    {"type": "app_home_opened", "channel_type": "im", "tab": "messages"},
    {"type": "reaction_added", "channel_type": "im"},
    {"type": "unheard_of"},
    {"type": None},
)


async def write(person: Person, text: str, thread: Message | None = None) -> Message:
    """Write a message that the bot is told of, and return the answer."""
    reply = await person.say(text, thread)
    assert reply is not None, "Slack does not tell the bot of it"
    return await reply.seen()


async def deliver(bot: Bot, person: Person, body: Payload) -> None:
    """Send the bot an event, which it acknowledges, and wait for what it does behind the ack."""
    assert (await person.send(body, "events_api")).ack.status == 200
    assert await bot.background.drain(timedelta(seconds=10)) == 0


def written(slack: LocalSlack, text: str = "@help", channel: str = "general", by: str = "ada") -> Payload:
    """Return the event for a message that somebody has written to the bot; each call makes another message.

    Args:
        slack: where it was written.
        text: what was written; `@help` stands for a mention of the bot and `help`.
        channel: where it was written, as in `general` or `@ada`.
        by: the name of who wrote it.
    """
    workspace = slack.workspace
    sent = text.replace("@help", f"<@{workspace.team.bot_user_id}> help")
    draft = Draft(workspace.channel(channel).id, sent, user=workspace.user(by).id)
    body = event_of(workspace.post(draft, "test"), workspace)
    assert body is not None, "Slack does not tell the bot of it"
    return body


def with_event(body: Payload, **changed: Any) -> Payload:
    """Return the same envelope around an event in which some keys have other values."""
    return {**body, "event": {**body["event"], **changed}}


def answers(slack: LocalSlack) -> list[Message]:
    """Return what the bot said in any channel, the oldest first."""
    channels = slack.workspace.conversations
    said = [message for channel in channels for message in slack.messages(channel.id)]
    return sorted((message for message in said if message.user is None), key=lambda message: message.ts)
