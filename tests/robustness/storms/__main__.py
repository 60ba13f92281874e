"""The command line of the storms."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.robustness.storms.campaign import Plan, run


@click.command()
@click.option(
    "--engine", default="postgresql", show_default=True, type=click.Choice(["postgresql", "sqlite"])
)
@click.option("--campaigns", default=5, show_default=True, help="How many, with a seed each.")
@click.option("--seed", default=1, show_default=True, help="Seed of the first.")
@click.option("--replicas", default=3, show_default=True, help="Workers at once on PostgreSQL.")
@click.option("--digests", default=80, show_default=True)
@click.option("--faults", default=8, show_default=True, help="Faults of the database in a campaign.")
@click.option("--longest", default=60.0, show_default=True, help="Seconds that one takes at most.")
@click.option("--within", default=300.0, show_default=True, help="Seconds until all must be delivered.")
def main(campaigns: int, seed: int, **asked: object) -> None:
    """Deliver digests while the database is read-only, full, locked or gone.

    The exit code is 1 if a run is not delivered exactly once, or a job does not end.
    """
    failed = 0
    for number in range(seed, seed + campaigns):
        with TemporaryDirectory(prefix="workflows-bot-storm-") as folder:
            outcome = asyncio.run(run(Plan(seed=number, **asked), Path(folder)))  # type: ignore[arg-type]
        failed += bool(outcome.failures)
        told = ", ".join(str(fault) for fault in outcome.faults)
        ended = f"BROKEN {outcome.failures}" if outcome.failures else f"well after {outcome.seconds:.0f} s"
        click.echo(f"seed {number}: {told}: {ended}")
        if outcome.failures:
            click.echo(outcome.said, err=True)
    sys.exit(1 if failed else 0)


main()
