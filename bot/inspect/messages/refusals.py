"""Why one instance can't be shown, and what to do instead."""

from collections.abc import Sequence
from typing import Final

from bot.browse.model import ListQuery, overview_command
from bot.browse.requests import DescribeInstance
from bot.cloudflare.models import Status
from bot.language.command import Command
from bot.language.tokens import COMMAND
from bot.ui.elements import Message, message, section
from bot.ui.mrkdwn import code, command
from bot.ui.problems import run_button
from bot.ui.statuses import appearance

_MOST_OFFERED: Final = 5


def which_workflow_message(requests: Sequence[DescribeInstance], account: str | None = None) -> Message:
    """Ask which workflow is meant, with a command for each that may be.

    Args:
        requests: the same for each workflow.
        account: whose workflows they are; None means the default one.
    """
    overview = overview_command(account)
    title = "Which workflow?"
    advice = f"Type its name, as in {command(f'{COMMAND} show NAME latest failed')}."
    offers = [Command(request.command()) for request in requests[:_MOST_OFFERED]]
    blocks = [section(f"⚠️ *{title}*\n{advice}")]
    blocks += [section(command(offer.whole()), run_button("Show it", offer)) for offer in offers]
    left = len(requests) - len(offers)
    more = [f"And {left:,} more workflows: {command(overview.whole())}"] if left > 0 else []
    return message(
        " ".join((title, advice, *(f"Type {command(offer.whole())}" for offer in offers), *more)),
        [*blocks, *(section(line, run_button("All workflows", overview)) for line in more)],
    )


def other_account_message(request: DescribeInstance, here: DescribeInstance) -> Message:
    """Say that a link leads to an account that the bot does not read; `here` asks for the same in its own."""
    title = "That link leads to another Cloudflare account."
    advice = (
        f"This bot does not read the account {code(request.account_id or '')}. "
        "Whoever runs it can add accounts in its settings."
    )
    same = Command(here.command())
    offer = f"The same id in this bot's account: {command(same.whole())}"
    blocks = [section(f"⚠️ *{title}*\n{advice}"), section(offer, run_button("Show it", same))]
    return message(f"{title} {advice} {offer}", blocks)


def none_message(workflow: str, status: Status | None, account: str | None, *, is_empty: bool) -> Message:
    """Say that a workflow has no instance, or none of a status, of which the newest could be shown.

    Unless the list `is_empty`, only its first pages are.
    """
    which = f" that is {appearance(status).word.lower()}" if status else ""
    where = "" if is_empty else " on the first pages of its list, and Cloudflare says that there are more"
    title = f"{code(workflow)} has no instance{which}{where}."
    listed = Command(ListQuery.of(workflow, account, None if is_empty else status).command())
    if status is None and is_empty:
        advice = "None was created yet, or all are past their retention."
    else:
        advice = "All its instances:" if is_empty else "The list, which goes on:"
    blocks = [section(f"*{title}*\n{advice}"), section(command(listed.whole()), run_button("Run it", listed))]
    return message(f"{title} {advice} {command(listed.whole())}", blocks)
