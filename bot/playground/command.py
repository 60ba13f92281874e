"""The command `workflows-bot playground`."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import click

from bot.errors import StartupError
from bot.language.tokens import COMMAND
from bot.logs import configure_logging
from bot.playground.accounts import Account, RealAccount, SimulatedAccount, WranglerAccount
from bot.playground.page.server import run_page
from bot.playground.page.ui_actions import Command, UserActions
from bot.playground.playground import Playground, run_playground
from bot.serve import stop_on_signal

_DEFAULT_PORT: Final = 3100
_DEFAULT_SEED: Final = 1
_DEFAULT_INSTANCES: Final = 3000


@click.command()
@click.option("--seed", type=int, help=f"Seed of the simulated account (default: {_DEFAULT_SEED}).")
@click.option(
    "--instances",
    type=click.IntRange(0, 20_000),
    metavar="NUMBER",
    help=f"Instances in the simulated account (default: {_DEFAULT_INSTANCES}).",
)
@click.option("--wrangler", metavar="URL", help="Use a `wrangler dev`, such as http://127.0.0.1:8787.")
@click.option("--account", is_flag=True, help="Use the real accounts of the environment or .env.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help=f"Port of the page (default: {_DEFAULT_PORT}, or a free one).",
)
def playground(
    seed: int | None, instances: int | None, wrangler: str | None, port: int | None, *, account: bool
) -> None:
    """Try the bot in a browser.

    Run the real bot between a local Slack and a simulated Cloudflare account, or an account that you choose.
    Open the printed address, which only this machine can reach. Press Ctrl+C to stop.
    """
    chosen = _choose_account(seed, instances, wrangler, account=account)
    configure_logging("error", "console")
    _bypass_proxies()
    asyncio.run(_run(chosen, port))


def _choose_account(
    seed: int | None, instances: int | None, wrangler: str | None, *, account: bool
) -> Account:
    simulated = {"--seed": seed is not None, "--instances": instances is not None}
    others = {"--wrangler": wrangler is not None, "--account": account}
    given = [name for name, is_given in (simulated | others).items() if is_given]
    if all(others.values()) or (any(others.values()) and any(simulated.values())):
        raise click.UsageError(f"{' and '.join(given)} select different accounts: choose one.")
    if wrangler is not None:
        return WranglerAccount(wrangler)
    if account:
        return RealAccount()
    return SimulatedAccount(
        _DEFAULT_SEED if seed is None else seed, _DEFAULT_INSTANCES if instances is None else instances
    )


async def _run(account: Account, port: int | None) -> None:
    """Run the playground until SIGTERM or Ctrl+C."""
    stop = stop_on_signal()
    async with run_playground(account) as playground, _serve_page(playground, port) as address:
        if playground.account.warning:
            click.echo(playground.account.warning, err=True)
        await open_overview(playground)
        click.echo(f"{playground.account.description}\nOpen {address}\nPress Ctrl+C to stop.")
        await stop.wait()


@asynccontextmanager
async def _serve_page(playground: Playground, port: int | None) -> AsyncIterator[str]:
    """Serve the page on the given port, else on the default port, else on a free one."""
    secret = secrets.token_urlsafe(16)
    async with AsyncExitStack() as stack:
        try:
            page = run_page(playground, secret, _DEFAULT_PORT if port is None else port)
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


def _bypass_proxies() -> None:
    """Exclude this machine from proxies; a real account still uses them."""
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    if known != "*":  # `*` disables all proxies, but only when it stands alone
        os.environ["no_proxy"] = ",".join(filter(None, [known, "127.0.0.1", "localhost"]))
