"""Running the playground until it is told to stop."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import click

from bot.errors import StartupError
from bot.language.tokens import COMMAND
from bot.playground.accounts import Account
from bot.playground.page.server import run_page
from bot.playground.page.ui_actions import Command, UserActions
from bot.playground.playground import Playground, run_playground
from bot.serve import stop_on_signal


async def run_until_stopped(account: Account, port: int | None, usual_port: int) -> None:
    """Run the playground until SIGTERM or Ctrl+C; without a port on the usual one, or on a free one.

    Raises:
        StartupError: nothing can listen on the port.
    """
    stop = stop_on_signal()
    async with run_playground(account) as playground, _serve_page(playground, port, usual_port) as address:
        if playground.account.warning:
            click.echo(playground.account.warning, err=True)
        await open_overview(playground)
        click.echo(f"{playground.account.description}\nOpen {address}\nPress Ctrl+C to stop.")
        await stop.wait()


@asynccontextmanager
async def _serve_page(playground: Playground, port: int | None, usual_port: int) -> AsyncIterator[str]:
    secret = secrets.token_urlsafe(16)
    async with AsyncExitStack() as stack:
        try:
            page = run_page(playground, secret, usual_port if port is None else port)
            address = await stack.enter_async_context(page)
        except OSError as error:
            if port is not None:
                raise StartupError(
                    f"--port {port}: can't listen there: {os.strerror(error.errno or 0)}"
                ) from error
            address = await stack.enter_async_context(run_page(playground, secret, 0))
        yield address


async def open_overview(playground: Playground) -> None:
    """Send a first command, so that the channel is not empty."""
    workspace = playground.slack.workspace
    person, channel = workspace.people[0].id, workspace.channels[0].id
    await UserActions(playground).perform(
        Command(kind="command", person=person, channel=channel, text=COMMAND)
    )
