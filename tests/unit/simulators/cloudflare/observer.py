"""A live account with its own clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.playground.simulators.cloudflare import InstanceRecord, Simulation
from tests.support.clock import Clock

START = datetime(2026, 11, 23, 14, tzinfo=UTC)
ORDERS = "order-processing"
RATES = "exchange-rates"
NAMES = (ORDERS, "image-pipeline", "invoice-run", RATES, "nightly-cleanup")
ENDED = ("complete", "errored", "terminated")


class AccountObserver:
    """A live account and its clock."""

    def __init__(self, seed: int = 1, instances: int = 400, start: datetime = START) -> None:
        self.clock = Clock(start)
        self.simulation = Simulation(clock=self.clock)
        self.simulation.seed(seed, instances=instances, live=True)

    def at(self, moment: datetime) -> dict[str, list[InstanceRecord]]:
        """Return all instances at a time by workflow, newest first."""
        self.clock.moment = moment
        return {name: self.simulation.instances(name) for name in NAMES}

    def after(self, **duration: float) -> dict[str, list[InstanceRecord]]:
        return self.at(self.clock.moment + timedelta(**duration))

    def orders_after(self, **duration: float) -> list[InstanceRecord]:
        """Return the orders after a while, newest first."""
        self.clock.moment += timedelta(**duration)
        return self.simulation.instances(ORDERS)

    def looks(self, times: int, **every: float) -> Iterator[dict[tuple[str, str], InstanceRecord]]:
        """Read the account at intervals, and yield the instances by workflow and id."""
        for _ in range(times):
            account = self.after(**every)
            yield {(name, each.id): each for name, found in account.items() for each in found}


def everything(account: dict[str, list[InstanceRecord]]) -> list[InstanceRecord]:
    return [instance for found in account.values() for instance in found]
