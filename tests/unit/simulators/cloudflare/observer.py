"""A moving account under a clock of its own, for tests that watch it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.playground.simulators.cloudflare import InstanceRecord, Simulation

from .conftest import Clock

START = datetime(2026, 11, 23, 14, tzinfo=UTC)
ORDERS = "order-processing"
RATES = "exchange-rates"
NAMES = (ORDERS, "image-pipeline", "invoice-run", RATES, "nightly-cleanup")
ENDED = ("complete", "errored", "terminated")


class AccountObserver:
    """A moving account together with the clock that moves it."""

    def __init__(self, seed: int = 1, instances: int = 400, start: datetime = START) -> None:
        self.clock = Clock(start)
        self.simulation = Simulation(clock=self.clock)
        self.simulation.seed(seed, instances=instances, live=True)

    def at(self, moment: datetime) -> dict[str, list[InstanceRecord]]:
        """Gives all instances by workflow, newest first."""
        self.clock.moment = moment
        return {name: self.simulation.instances(name) for name in NAMES}

    def after(self, **duration: float) -> dict[str, list[InstanceRecord]]:
        return self.at(self.clock.moment + timedelta(**duration))

    def looks(self, times: int, **every: float) -> Iterator[dict[tuple[str, str], InstanceRecord]]:
        """Looks again and again, and gives the instances by workflow and id."""
        for _ in range(times):
            account = self.after(**every)
            yield {(name, each.id): each for name, found in account.items() for each in found}


def everything(account: dict[str, list[InstanceRecord]]) -> list[InstanceRecord]:
    return [instance for found in account.values() for instance in found]
