"""The command line. Each command loads what it works with only once its settings are known to be good."""

import asyncio
import gc
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoints, entry_points
from typing import Any, Final, TypeVar

import click

from bot import __version__
from bot.errors import Role, StartupError
from bot.language.errors import nearest
from bot.settings import DatabaseSettings, ReportSettings, Settings, SettingsError, load, load_as

_Kind = TypeVar("_Kind", bound=DatabaseSettings)

_FOREIGN_CREDENTIALS: Final = ("PGPASSWORD", "PGSERVICE")
"""What PostgreSQL's client takes where DATABASE_URL has none."""
_CREDENTIAL_FILES: Final = ("PGPASSFILE", "PGSSLCERT", "PGSSLKEY")
"""Where it looks for more: unset, in the home folder."""


class _Commands(click.Group):
    """The commands of this file, and those that installed packages offer as `workflows_bot.commands`.

    Those are imported only when they are run or listed. What ends any of them early is said in a line each.
    """

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = nearest(args[0], self.list_commands(ctx))
            if close is None:
                raise
            raise click.UsageError(f"{error.message} Did you mean {close}?", ctx) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            for problem in error.problems:
                click.echo(f"FAIL  settings: {problem}", err=True)
        except StartupError as error:
            click.echo(f"workflows-bot: {error}", err=True)
        return ctx.exit(1)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_offered().names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in _offered().names:
            return own
        command = _offered()[cmd_name].load()
        return command if isinstance(command, click.Command) else None


def _offered() -> EntryPoints:
    return entry_points(group="workflows_bot.commands")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workflows-bot")
def main() -> None:
    """Browse Cloudflare Workflows from Slack.

    Settings come from the environment or from a file .env in this folder; docs/settings.md lists them.
    """
    _write_in_any_encoding()
    # Credentials come from settings alone. PostgreSQL's client would add those of its own variables, of
    # ~/.pgpass and ~/.postgresql.
    for name in _FOREIGN_CREDENTIALS:
        os.environ.pop(name, None)
    for name in _CREDENTIAL_FILES:
        os.environ[name] = f"{os.devnull}/none"  # libpq warns of a file that exists and is no plain one


def _write_in_any_encoding() -> None:
    """Write a question mark where the encoding of the output lacks a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@main.command()
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.ALL.value,
    help="Answer people (web), deliver digests (worker), or both, which is the default.",
)
def serve(role: str) -> None:
    """Run the bot.

    Over HTTP, or in Socket Mode when SLACK_APP_TOKEN is set. SIGTERM lets running work end first.
    Several processes, each with or without a role, share one PostgreSQL.
    """
    settings = load()
    with pause_garbage_collector():
        from bot.logs import run_log
        from bot.serve import serve as run_bot
    form = settings.bot_log_format or ("console" if sys.stderr.isatty() else "json")
    with run_log(settings.bot_log_level, form):
        asyncio.run(run_bot(settings, Role(role)))


@main.command()
def check() -> None:
    """Prove settings, tokens, accounts and the database.

    A line for each, with what to do; exits with 1 when one fails.
    """
    if not asyncio.run(_print_findings(_load_quietly(Settings))):
        sys.exit(1)


@main.group()
def digest() -> None:
    """Look at the digests that people have set up in Slack."""


@digest.command("list")
def list_digests() -> None:
    """List every digest, a line each. Of the settings it needs DATABASE_URL alone."""
    settings = _load_quietly(DatabaseSettings)
    with pause_garbage_collector():
        from bot.terminal import list_digests as write_list

    click.echo(asyncio.run(write_list(settings)))


@digest.command()
@click.argument("number", type=click.IntRange(min=1))
def preview(number: int) -> None:
    """Print what a digest would say now. Nothing is posted, and no token of Slack's is needed."""
    settings = _load_quietly(ReportSettings)
    with pause_garbage_collector():
        from bot.preview import preview as write_preview

    click.echo(asyncio.run(write_preview(settings, number)))


@contextmanager
def pause_garbage_collector() -> Iterator[None]:
    """Load modules without the garbage collector.

    What is loaded stays until the end, and to look through it again and again takes a tenth of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _load_quietly(kind: type[_Kind]) -> _Kind:
    """Load the settings of a command, and log only errors."""
    settings = load_as(kind)
    from bot.logs import configure_logging

    configure_logging("error", "console")
    return settings


async def _print_findings(settings: Settings) -> bool:
    with pause_garbage_collector():
        from bot.check import check as run_checks

    all_ok = True
    async for finding in run_checks(settings):
        click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.subject}: {finding.text}")
        all_ok = all_ok and finding.ok
    return all_ok
