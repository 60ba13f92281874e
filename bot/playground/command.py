"""The command `workflows-bot playground`.

The command line imports this to list its commands; the playground itself is loaded when it is run.
"""

import asyncio
import os
from typing import TYPE_CHECKING, Final

import click

from bot.cli import pause_garbage_collector

if TYPE_CHECKING:
    from bot.playground.accounts import Account

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
    with pause_garbage_collector():
        chosen = _choose_account(seed, instances, wrangler, account=account)
        from bot.logs import configure_logging
        from bot.playground.running import run_until_stopped

    configure_logging("error", "console")
    _bypass_proxies()
    asyncio.run(run_until_stopped(chosen, port, _DEFAULT_PORT))


def _choose_account(
    seed: int | None, instances: int | None, wrangler: str | None, *, account: bool
) -> "Account":
    simulated = {"--seed": seed is not None, "--instances": instances is not None}
    others = {"--wrangler": wrangler is not None, "--account": account}
    given = [name for name, is_given in (simulated | others).items() if is_given]
    if all(others.values()) or (any(others.values()) and any(simulated.values())):
        raise click.UsageError(f"{' and '.join(given)} select different accounts: choose one.")
    from bot.playground.accounts import RealAccount, SimulatedAccount, WranglerAccount

    if wrangler is not None:
        return WranglerAccount(wrangler)
    if account:
        return RealAccount()
    return SimulatedAccount(
        _DEFAULT_SEED if seed is None else seed, _DEFAULT_INSTANCES if instances is None else instances
    )


def _bypass_proxies() -> None:
    """Exclude this machine from proxies; a real account still uses them."""
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    if known != "*":  # `*` disables all proxies, but only when it stands alone
        os.environ["no_proxy"] = ",".join(filter(None, [known, "127.0.0.1", "localhost"]))
