"""The command line of the soak test."""

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from tests.robustness.load.plot import plot
from tests.robustness.load.report import build_report
from tests.robustness.load.soak import Plan, soak


@click.command()
@click.option("--people", default=200, show_default=True, type=click.IntRange(1, 5000))
@click.option("--seconds", default=120.0, show_default=True, help="Duration.")
@click.option("--seed", default=1, show_default=True, help="Seed of interactions and faults.")
@click.option("--think", default=5.0, show_default=True, help="Average seconds between interactions.")
@click.option("--socket-mode", is_flag=True, help="Use Socket Mode instead of HTTP.")
@click.option("--plot", "picture", type=click.Path(path_type=Path, dir_okay=False), help="Write an SVG plot.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(picture: Path | None, *, as_json: bool, **asked: Any) -> None:
    """Put a bot under load. The last line is the result; the exit code is 1 if anything failed.

    The bot is a separate process. The visitors, the local Slack and the simulated Cloudflare run in this
    one; --json includes the CPU use of both.
    """
    with TemporaryDirectory(prefix="workflows-bot-load-") as folder:
        run = asyncio.run(soak(Plan(**asked), Path(folder), lambda line: click.echo(line, err=True)))
    found = build_report(run)
    if picture is not None:
        picture.write_text(plot(run, found), encoding="utf-8")
    for failure in found.failures:
        click.echo(f"BROKEN {failure}", err=True)
    click.echo(json.dumps(found.figures, indent=2) if as_json else found.line)
    sys.exit(1 if found.failures else 0)


main()
