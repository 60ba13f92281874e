"""What a person is told about a request itself: that it is refused, under way, or came to nothing."""

from functools import cache

from bot.ui.elements import Message, context, message, statement
from bot.ui.mrkdwn import code
from bot.ui.request_id import with_request_id
from bot.ui.sharing import Sharer


def unexpected_message(request_id: str) -> Message:
    """Return a fault of the bot's own; the request id is in the log."""
    title = "Something went wrong inside this bot."
    advice = "Trying again may help; if not, pass on the reference to the bot's operator: it is in the log."
    return with_request_id(statement("⚠️", title, advice), request_id)


def restarting_message() -> Message:
    """Tell that the bot restarts before the answer is ready."""
    title = "This bot is being restarted, and your answer was not ready."
    advice = "Please ask again in a minute."
    return statement("⚠️", title, advice)


@cache
def asking_message() -> Message:
    """Tell that the answer takes its time. It comes in this message's place, or below it."""
    words = "Asking Cloudflare… The answer follows."
    return message(words, [context(words)])


def unconfirmed_message() -> Message:
    """Tell that Slack has an answer and did not say whether it shows it."""
    title = "Slack has your answer, and did not confirm that it shows it."
    advice = "If it does not appear, please ask again."
    return statement("⚠️", title, advice)


def shared_message(what: str) -> Message:
    """Tell a person who looks at a modal what of it everybody sees now, in a sentence."""
    return message(what, [context(f"✅ {what}")])


def sharing_unconfirmed_message() -> Message:
    """Tell that Slack has a shared message and did not say whether it shows it."""
    title = "Slack has the message, and did not confirm that the channel sees it."
    advice = "If it does not appear there, press *Share* again."
    return statement("⚠️", title, advice)


def not_shared_message(why: str, *, may_pass: bool = False) -> Message:
    """Tell that Slack does not take a message that a person shares, and what to do.

    Args:
        why: Slack's word for it.
        may_pass: the same may be taken in a minute.
    """
    title = f"Nobody else sees this yet: Slack did not take it ({code(why)})."
    if may_pass:
        return statement("⚠️", title, "Press *Share* again in a minute. What you see stays as it is.")
    advice = (
        "If this bot is not in the channel, invite it with `/invite @workflows`, then press *Share* again.",
        "What you see stays as it is.",
    )
    return statement("⚠️", title, *advice)


def not_deleted_message() -> Message:
    """Tell that Slack does not say that a shared message is gone."""
    title = "Slack did not confirm that the shared message is deleted."
    advice = "If it is still there, press *Delete* again."
    return statement("⚠️", title, advice)


def not_your_share_message(sharer: Sharer) -> Message:
    """Tell a person that only the one who shared a message deletes it."""
    title = f"Only {sharer}, who shared this, can delete it."
    advice = "An admin of the workspace can delete any message in its `⋮` menu."
    return statement("⚠️", title, advice)


def unknown_command_message(name: str) -> Message:
    """Tell that this bot does not answer a slash command."""
    title = f"{code(name)} is not one of this bot's commands."
    advice = "It answers `/workflows`; try `/workflows help`."
    return statement("⚠️", title, advice)


def unknown_control_message() -> Message:
    """Tell that this version lacks a button, menu or form."""
    title = "This button or form is from an older version of the bot."
    advice = "The message is most likely an old one. Start afresh with `/workflows`."
    return statement("⚠️", title, advice)


def repeated_message(*, is_answered: bool) -> Message:
    """Tell that a request came again and was left alone: after its answer, or before anybody saw one."""
    title = "This request came twice, and nothing was done a second time."
    advice = (
        "It was answered the first time."
        if is_answered
        else "The first one may still be running, or was cut off. Look whether it was done, then ask again."
    )
    return statement("⚠️", title, advice)


def other_team_message() -> Message:
    """Tell a person of another workspace that the bot is not there for them."""
    title = "This bot is installed in another workspace."
    advice = "It answers the people of that workspace only: ask one of them, or install it in yours."
    return statement("⚠️", title, advice)


def other_app_message() -> Message:
    """Tell that a request is for another app than the bot's."""
    title = "This request came through another Slack app."
    advice = "Nothing was done. Ask the bot's operator to compare its Slack token with the app's settings."
    return statement("⚠️", title, advice)


def team_unknown_message() -> Message:
    """Tell that the bot can't tell yet whom it may answer."""
    title = "Slack did not say yet which workspace this bot is installed in."
    advice = "Until then it answers nobody. Please ask again in a minute."
    return statement("⚠️", title, advice)


def person_unknown_message() -> Message:
    """Tell somebody in a shared channel that Slack does not say whether they belong to the workspace."""
    title = "Slack did not say which workspace you are from, so this bot does not read your message."
    advice = "Type the command `/workflows` instead: with it Slack says that."
    return statement("⚠️", title, advice)


def too_many_messages_message(most: int) -> Message:
    """Tell somebody that their next messages get no answer."""
    title = f"You have written to this bot {most} times within a minute."
    advice = "For the next minute it answers the command `/workflows` only, as often as you like."
    return statement("⚠️", title, advice)
