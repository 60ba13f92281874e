"""People by the hundred, for minutes, with faults on both sides and SIGTERM at the end: does it all hold?"""

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from tests.robustness.load.plot import plot
from tests.robustness.load.report import report
from tests.robustness.load.soak import Plan, soak


@click.command()
@click.option("--people", default=200, show_default=True, type=click.IntRange(1, 5000))
@click.option("--seconds", default=120.0, show_default=True, help="For which they browse.")
@click.option("--seed", default=1, show_default=True, help="Of what people do and what goes wrong.")
@click.option("--think", default=5.0, show_default=True, help="Seconds between two acts of one, on average.")
@click.option("--socket-mode", is_flag=True, help="Slack reaches the bot so, and not by HTTP.")
@click.option("--plot", "picture", type=click.Path(path_type=Path, dir_okay=False), help="An SVG of it.")
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
def main(picture: Path | None, *, as_json: bool, **asked: Any) -> None:
    """Put a bot under load; the last line says how it went, and the exit code is 1 if anything broke.

    The bot is a process of its own. The people, the local Slack and the simulated Cloudflare account are this
    one; how busy both are is among the figures of --json.
    """
    with TemporaryDirectory(prefix="workflows-bot-load-") as folder:
        run = asyncio.run(soak(Plan(**asked), Path(folder), lambda line: click.echo(line, err=True)))
    found = report(run)
    if picture is not None:
        picture.write_text(plot(run, found), encoding="utf-8")
    for broken in found.broken:
        click.echo(f"BROKEN {broken}", err=True)
    click.echo(json.dumps(found.figures, indent=2) if as_json else found.line)
    sys.exit(1 if found.broken else 0)


main()
