"""`python -m tests.benchmarks`: what the bot costs, beside what else would do the same work."""

import asyncio
import logging
import sys
from importlib import import_module
from typing import Final

import click
import structlog

from .machine import this_machine
from .outcome import ROUNDS, Outcome
from .table import document, machine_text, table

NAMES: Final = (
    "browse",
    "decode",
    "detail",
    "command",
    "cold",
    "flight",
    "digest",
    "start",
    "memory",
    "walk",
    "triage",
    "failures",
    "words",
    "export",
)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar=f"[{'|'.join(NAMES)}]…")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=ROUNDS,
    show_default=True,
    help="Of each benchmark; fewer than that prove nothing.",
)
def main(names: tuple[str, ...], as_json: bool, rounds: int) -> None:
    """Run benchmarks, all if none is named; ends with 1 where a goal is not reached."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger(__package__).setLevel(logging.INFO)
    # What a bot in this process logs is no part of a table, and no JSON.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    machine = this_machine()
    if not as_json:
        click.echo(machine_text(machine))
    outcomes = []
    for name in names or NAMES:
        outcome = _run(name, rounds)
        outcomes.append(outcome)
        if not as_json:
            click.echo(f"\n{table(outcome)}")
    if as_json:
        click.echo(document(machine, outcomes))
    missed = [outcome.name for outcome in outcomes if not all(goal.reached for goal in outcome.goals)]
    if missed:
        click.echo(f"not all goals were reached: {', '.join(missed)}", err=True)
        sys.exit(1)


def _run(name: str, rounds: int) -> Outcome:
    # One at a time is loaded, when its turn comes: what another brings with it would weigh on it.
    outcome: Outcome = asyncio.run(import_module(f".{name}", __package__).measure(rounds))
    return outcome


if __name__ == "__main__":
    main()
