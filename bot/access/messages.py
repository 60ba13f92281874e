"""What people are told about rights. Send these to one reader alone, as they name people."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.access.model import ANY, EVERYONE, Person, Right, Rule, Standing
from bot.language.command import Command
from bot.language.tokens import COMMAND, quote
from bot.ui.elements import Message, context, header, message, section, statement
from bot.ui.mrkdwn import channel, code, command, escape, person
from bot.ui.problems import run_button

ACCESS: Final = f"{COMMAND} access"

DOING: Final = {
    Right.VIEW: "look at",
    Right.PAYLOADS: "share params and outputs of",
    Right.SUBSCRIBE: "set up digests of",
    Right.OPERATE: "restart, pause, resume or terminate instances of",
    Right.BULK: "change many instances at once of",
    Right.ADMIN: "administer",
}
"""What each right allows, before the name of a workflow."""

_MOST_NAMED: Final = 10
_OPERATOR: Final = "The bot's operator can change that in its settings: `BOT_ACCESS`."


def refused_message(
    right: Right, workflow: str | None, where: str, who: Sequence[str], unread_groups: Sequence[str]
) -> Message:
    """Refuse something, and say who may.

    Args:
        right: that the person lacks.
        workflow: the name of the one that it is about; None for any.
        where: its account in mrkdwn, behind a space; empty where that needs not be said.
        who: has the right, as rules name them.
        unread_groups: user groups that Slack does not tell the people of.
    """
    what = "any workflow" if workflow is None else code(workflow)
    lines = [who_sentence(who)]
    if unread := [group for group in unread_groups if group in who]:
        lines.append(f"Slack did not tell this bot who is in {', '.join(map(_who, unread))}.")
    lines.append(f"What you may do: {command(ACCESS)}")
    return statement("⛔", f"You may not {DOING[right]} {what}{where} here.", *lines)


def which_account_message(accounts: Sequence[str], offers: Sequence[Command]) -> Message:
    """Ask which account is meant by a command that names none, where it is not the default one.

    Args:
        accounts: the names of those that may be meant.
        offers: the command for some of them.
    """
    named = [f"account:{quote(name)}" for name in accounts[:_MOST_NAMED]]
    more = f", and {len(accounts) - _MOST_NAMED} more" if len(accounts) > _MOST_NAMED else ""
    title = "Which account do you mean?"
    advice = (
        f"You can use several accounts here. Add one to your command: {', '.join(map(code, named))}{more}."
    )
    blocks = [section(f"⚠️ *{title}*\n{advice}")]
    blocks += [section(command(each.whole()), run_button("Run it", each)) for each in offers]
    said = [f"Type {command(each.whole())}" for each in offers]
    return message(" ".join((title, advice, *said)), blocks)


def linked_elsewhere_message(account_id: str, here: Command | None) -> Message:
    """Refuse a link to an account that there is not, or that a person may look at nothing of.

    Args:
        account_id: Cloudflare's, in the link.
        here: the command for the same without the link, if there is one.
    """
    title = "That link leads to another Cloudflare account."
    advice = f"None that you can use here has the id {code(account_id)}."
    if here is None:
        return statement("⚠️", title, advice)
    offer = f"The same without the link: {command(here.whole())}"
    blocks = [section(f"⚠️ *{title}*\n{advice}"), section(offer, run_button("Run it", here))]
    return message(f"{title} {advice} {offer}", blocks)


def sharer_refused_message() -> Message:
    """Refuse to show more of a shared list than the person who shared it may look at."""
    return statement(
        "⛔",
        "Who shared this may no longer look at it here, so it is not shown to everybody.",
        "To look at it yourself, type the command at its end.",
    )


def channel_refused_message(to: str, workflow: str | None) -> Message:
    """Refuse to tell a channel of a workflow that not all who read it may see."""
    what = "workflows" if workflow is None else code(workflow)
    return statement(
        "⛔",
        f"A digest of {what} can't go to {channel(to)}.",
        "Not everyone there may look at that: a rule has to give `view` to the channel, or to everyone.",
        _OPERATOR,
    )


def channel_refused_text(workflow: str | None) -> str:
    """Return the same at a form's field, as plain text."""
    what = "these workflows" if workflow is None else workflow
    return f"Not everyone in this channel may look at {what}, so a digest of that can't go there."


def guest_message(who: Sequence[str]) -> Message:
    """Tell a guest that the bot is not there for them; `who` may look at something."""
    return statement(
        "⛔",
        "This bot does not answer guests of this workspace.",
        who_sentence(who),
        "The bot's operator can give a right to a guest by name, or to a user group: `BOT_ACCESS`.",
    )


def not_a_person_message() -> Message:
    """Tell another app, or an account that is no longer active, that it gets no answer."""
    return statement("⛔", "This bot answers people of this workspace only.", "Nothing was done.")


def scope_missing_message() -> Message:
    """Tell that nobody can be answered, as the bot can't tell guests from members."""
    return statement(
        "⚠️",
        "This bot can't tell members of this workspace from guests, so it answers nobody.",
        "Its Slack app lacks the scope `users:read`. The bot's operator can add it under "
        "*OAuth & Permissions* and install the app again.",
    )


def unknown_person_message() -> Message:
    """Tell somebody that Slack does not say just now who they are."""
    return statement(
        "⚠️",
        "Slack has not confirmed yet that you are a member of this workspace.",
        "Please try again in a moment.",
    )


def access_message(
    granted: Mapping[Right, Sequence[Rule]],
    who: Mapping[Right, Sequence[str]],
    asker: Person,
    *,
    are_set: bool,
) -> Message:
    """Say what a person may do where they are, and who may the rest.

    Patterns of rules that are not theirs are not shown: they may be names that the person may not see.

    Args:
        granted: the rules that give them a right here, by right.
        who: has each right for anything, as rules name them.
        asker: the person.
        are_set: whether somebody wrote the rules.
    """
    mine = [f"✅ {_right_line(right)}: {_scope(rules)}" for right, rules in granted.items() if rules]
    rest = [
        f"• {_right_line(right)}. {who_sentence(who[right])}"
        for right, rules in granted.items()
        if not any(_is_everything(rule) for rule in rules)
    ]
    parts = [
        "\n".join(mine) or "Nothing.",
        *(["\n".join(("*Who may the rest*", *rest))] if rest else []),
    ]
    notes = []
    if asker.standing is Standing.GUEST:
        notes.append("You are a guest here: you have what rules give to you, or to a user group of yours.")
    if asker.unread_groups:
        groups = ", ".join(map(_who, asker.unread_groups))
        notes.append(f"Slack did not tell this bot who is in {groups}, so that gives you nothing now.")
    if not are_set:
        notes.append("No rules are set, so this is what all full members may do: `BOT_ACCESS`.")
    notes.append("Rules for a channel count for what you do there.")
    title = "What you may do here"
    return message(" ".join((title, *parts, *notes)), [header(title), *map(section, parts), context(*notes)])


def _right_line(right: Right) -> str:
    return f"*{right}*: {DOING[right]} workflows"


def _scope(rules: Sequence[Rule]) -> str:
    if any(_is_everything(rule) for rule in rules):
        return "all"
    scopes = dict.fromkeys(
        f"{_patterns(rule.workflows)}{'' if ANY in rule.accounts else f' in {_patterns(rule.accounts)}'}"
        for rule in rules
    )
    left = len(scopes) - _MOST_NAMED
    return ", ".join((*list(scopes)[:_MOST_NAMED], *([f"{left} more"] if left > 0 else [])))


def _is_everything(rule: Rule) -> bool:
    return ANY in rule.workflows and ANY in rule.accounts


def _patterns(patterns: Sequence[str]) -> str:
    left = len(patterns) - _MOST_NAMED
    return ", ".join((*map(code, patterns[:_MOST_NAMED]), *([f"{left} more"] if left > 0 else [])))


def who_sentence(who: Sequence[str]) -> str:
    """Say who has a right, as a sentence in mrkdwn."""
    if not who:
        return f"Nobody may. {_OPERATOR}"
    return f"Who may: {who_words(who)}."


def who_words(who: Sequence[str]) -> str:
    """Name those whom rules name, in mrkdwn."""
    left = len(who) - _MOST_NAMED
    more = [f"{left} more"] if left > 0 else []
    return ", ".join((*map(_who, who[:_MOST_NAMED]), *more))


def _who(who: str) -> str:
    if who == EVERYONE:
        return "full members of this workspace"
    if who.startswith("S"):
        return f"<!subteam^{escape(who)}>"
    return f"those who are in {channel(who)}, there" if who[0] in "CG" else person(who)
