"""The answer to a command for what the bot can't do yet: what comes nearest, and where Cloudflare does it."""

from typing import Final

from bot.browse.model import ListQuery
from bot.browse.requests import NotYet
from bot.cloudflare.dashboard import DashboardPage, write_url
from bot.cloudflare.models import Status
from bot.language.command import Command
from bot.language.tokens import COMMAND
from bot.ui.elements import Message, message, section
from bot.ui.mrkdwn import command, link
from bot.ui.problems import run_button

_CANT: Final = {
    "restart": "restart instances",
    "pause": "pause instances",
    "resume": "resume instances",
    "terminate": "terminate instances",
    "delete": "delete anything",
    "trigger": "start instances",
    "logs": "show logs",
    "alert": "tell you the moment something fails",
    "audit": "say who did what",
}
"""What this bot does not do yet, by the verb of `NotYet`."""

_DIGEST: Final = f"{COMMAND} digest"


def not_yet_message(request: NotYet, workflow: str | None, account: str | None = None) -> Message:
    """Say that the bot can't do something yet, what comes nearest, and where Cloudflare does it.

    Args:
        request: what was asked.
        workflow: the name of an existing workflow that it is about, if it is about one.
        account: of that workflow, as settings name it; None means the default account.
    """
    title = f"This bot can't {_CANT[request.verb]} yet."
    page = DashboardPage(workflow=workflow, instance=request.instance if workflow else None)
    about = " · ".join(filter(None, (page.workflow, page.instance))) or "Workflows"
    elsewhere = f"Cloudflare's dashboard: {link(write_url(page), about)}"
    nearest = _nearest(request, workflow, account)
    blocks = [
        section(f"*{title}*\n{elsewhere}"),
        *(section(f"{what}: {command(text.whole())}", run_button("Run it", text)) for what, text in nearest),
    ]
    said = [f"{what}: {command(text.whole())}" for what, text in nearest]
    return message(" ".join((title, elsewhere, *said)), blocks)


def _nearest(request: NotYet, workflow: str | None, account: str | None) -> list[tuple[str, Command]]:
    if request.verb == "alert":
        return [("A digest tells a channel regularly", Command(_DIGEST))]
    if workflow is None:
        return [
            ("Which workflows have errored instances", Command(f"{COMMAND} errored")),
            ("Every workflow", Command(COMMAND)),
        ]
    errored = ListQuery.of(workflow, account, Status("errored"))
    return [
        ("Its errored instances", Command(errored.command())),
        ("All its instances", Command(ListQuery.of(workflow, account).command())),
    ]
