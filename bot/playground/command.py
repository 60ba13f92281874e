"""`workflows-bot playground`."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import click

from bot.app import StartFailed
from bot.playground.accounts import Account, RealAccount, SimulatedAccount, WranglerAccount
from bot.playground.page.acts import Acts, Command
from bot.playground.page.server import serving_page
from bot.playground.stage import Stage, staged
from bot.query.model import COMMAND
from bot.serve import Failed, told_to_stop
from bot.settings import SettingsWrong
from bot.telemetry import configure_logging

_USUAL_PORT: Final = 3100


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"Where the page is; {_USUAL_PORT} or any free one."
)
@click.option("--seed", default=1, show_default=True, help="Which simulated account.")
@click.option(
    "--instances",
    type=click.IntRange(0, 100_000),
    default=3000,
    show_default=True,
    help="How many it starts with.",
)
@click.option(
    "--wrangler", metavar="URL", help="Read a running `wrangler dev`, such as http://127.0.0.1:8787."
)
@click.option("--account", is_flag=True, help="Read the real accounts that the environment or .env names.")
def playground(port: int | None, seed: int, instances: int, wrangler: str | None, *, account: bool) -> None:
    """Try the bot in a browser.

    With no Slack workspace, and unless you ask for it with no Cloudflare account: both are simulated on this
    machine. Only this machine can reach the page.
    """
    if wrangler is not None and account:
        raise click.UsageError("--wrangler and --account each name an account: choose one.")
    chosen: Account = SimulatedAccount(seed, instances)
    if wrangler is not None:
        chosen = WranglerAccount(wrangler)
    elif account:
        chosen = RealAccount()
    configure_logging("error", "console")
    _go_round_proxies()
    try:
        asyncio.run(_play(chosen, port))
    except SettingsWrong as error:
        for problem in error.problems:
            click.echo(f"FAIL  settings: {problem}", err=True)
        sys.exit(1)
    except Failed as error:
        click.echo(f"workflows-bot: {error}", err=True)
        sys.exit(1)


async def _play(account: Account, port: int | None) -> None:
    """Play until SIGTERM or Ctrl+C."""
    stop = told_to_stop()
    async with staged(account) as stage, _page(stage, port) as address:
        await _ask_for_the_overview(stage)
        click.echo(f"{stage.account.says}\nOpen {address}\nCtrl+C ends it.")
        await stop.wait()


@asynccontextmanager
async def _page(stage: Stage, port: int | None) -> AsyncIterator[str]:
    """The page on the port that was asked for, else on the usual one, else on any that is free."""
    secret = secrets.token_urlsafe(16)
    async with AsyncExitStack() as stack:
        try:
            page = serving_page(stage, secret, _USUAL_PORT if port is None else port)
            address = await stack.enter_async_context(page)
        except OSError as error:
            if port is not None:
                raise StartFailed(
                    f"--port {port}: can't listen there: {os.strerror(error.errno or 0)}"
                ) from error
            address = await stack.enter_async_context(serving_page(stage, secret, 0))
        yield address


async def _ask_for_the_overview(stage: Stage) -> None:
    """So that there is something to look at."""
    workspace = stage.slack.workspace
    person, channel = workspace.people[0].id, workspace.channels[0].id
    await Acts(stage).do(Command(kind="command", person=person, channel=channel, text=COMMAND))


def _go_round_proxies() -> None:
    """Nothing on this machine is asked through a proxy; a real account still is."""
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    os.environ["no_proxy"] = ",".join(filter(None, [known, "127.0.0.1", "localhost"]))
