"""The command line."""

import asyncio
import sys
from importlib.metadata import EntryPoints, entry_points
from typing import Any

import click

from bot import __version__
from bot.check import check as run_checks
from bot.query.errors import nearest
from bot.serve import Failed
from bot.serve import serve as run_bot
from bot.settings import Settings, SettingsWrong, load
from bot.telemetry import configure_logging


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
        except SettingsWrong as error:
            for problem in error.problems:
                click.echo(f"FAIL  settings: {problem}", err=True)
        except Failed as error:
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

    Settings come from the environment or from a file .env in this folder; README.md lists them.
    """


@main.command()
def serve() -> None:
    """Run the bot.

    Over HTTP, or in Socket Mode when SLACK_APP_TOKEN is set. SIGTERM lets running work end first.
    """
    settings = load()
    configure_logging(settings.bot_log_level, settings.bot_log_format)
    asyncio.run(run_bot(settings))


@main.command()
def check() -> None:
    """Prove settings, tokens, accounts and the database.

    A line for each, with what to do; exits with 1 when one fails.
    """
    settings = load()
    configure_logging("error", "console")
    if not asyncio.run(_print_findings(settings)):
        sys.exit(1)


async def _print_findings(settings: Settings) -> bool:
    well = True
    async for finding in run_checks(settings):
        click.echo(f"{'ok  ' if finding.well else 'FAIL'}  {finding.subject}: {finding.text}")
        well = well and finding.well
    return well
