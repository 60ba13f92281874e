"""The workflows of the seeded account: their names, who starts them, what they do and how they fail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeAlias
from uuid import UUID

from bot.playground.simulators.cloudflare.model import Cron, TriggerSource
from bot.playground.simulators.cloudflare.steps import Failure
from bot.playground.simulators.cloudflare.wire import JsonObject


@dataclass(frozen=True, slots=True)
class Work:
    """A planned ``step.do``, with how long it usually takes."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Nap:
    """A planned ``step.sleep``."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Event:
    """A planned ``step.waitForEvent`` with its deadline."""

    name: str
    event_type: str
    deadline: timedelta


Planned: TypeAlias = Work | Nap | Event


def step_name(planned: Planned) -> str:
    """Name a step as the engine does: what the author wrote, and the how-manieth of that name it is."""
    return f"{planned.name}-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One workflow: its share of the instances, its plan, and its ways to fail.

    Attributes:
        share: Its part of the account's instances, 0 to 1.
        plan: Its steps in order; together they take less than ten minutes.
        every: The usual time between two seeded instances that no cron line starts.
        moving_every: The same while the account moves: often enough that a watcher sees something happen.
        longest_queue: The most seconds an instance is queued while the account moves.
    """

    name: str
    share: float
    trigger: TriggerSource
    plan: tuple[Planned, ...]
    failures: tuple[Failure, ...]
    every: timedelta = timedelta(minutes=20)
    moving_every: timedelta = timedelta(seconds=80)
    longest_queue: float = 3
    cron: Cron | None = None

    def instance_id(self, number: int, created_on: datetime, random: Random) -> str:
        """Name an instance as its starter would; a cron-started id is the line and the slot (ms)."""
        if self.cron is not None:
            return f"{self.cron.line}-{int(created_on.timestamp() * 1000)}"
        if self.name == "order-processing":
            return f"ord-{58000 + number}"
        if self.name == "invoice-run":
            return f"inv-{created_on:%Y-%m}-{number:05}"
        return str(UUID(int=random.getrandbits(128), version=4))

    def params(self, number: int, random: Random) -> JsonObject:
        """Invent what an instance was started with."""
        if self.cron is not None:
            return {}
        return {"number": number, "region": random.choice(("eu", "us", "apac")), "dry_run": False}


ORDER_PROCESSING: Final = Profile(
    name="order-processing",
    share=0.5,
    trigger="api",
    plan=(
        Work("validate order", 0.4),
        Work("reserve stock", 1.2),
        Event("payment confirmed", "payment-confirmed", timedelta(hours=24)),
        Work("charge card", 2.5),
        Nap("grace period", 120),
        Work("book shipment", 3.1),
        Work("send confirmation", 0.6),
    ),
    failures=(
        Failure("Error", "Payment provider answered 502 Bad Gateway"),
        Failure("NonRetryableError", "Card declined: insufficient_funds"),
        Failure("SyntaxError", "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON"),
        Failure("WorkflowTimeoutError", "Execution timed out after 600000ms"),
    ),
    longest_queue=320,
)

PROFILES: Final = (
    ORDER_PROCESSING,
    Profile(
        name="image-pipeline",
        share=0.2,
        trigger="event",
        plan=(Work("fetch original", 1.8), Work("resize & encode", 8.5), Work("write to R2", 1.1)),
        failures=(
            Failure("RangeError", "Invalid image dimensions: 0 x 0"),
            Failure("Error", "R2 put failed: 10001 We encountered an internal error. Please try again."),
        ),
        every=timedelta(minutes=45),
        moving_every=timedelta(minutes=4),
        longest_queue=20,
    ),
    Profile(
        name="invoice-run",
        share=0.15,
        trigger="binding",
        plan=(
            Work("collect usage", 12),
            Work("render PDF", 4.2),
            Nap("settle", 30),
            Work("e-mail invoice", 1.5),
        ),
        failures=(
            Failure("TypeError", "Cannot read properties of undefined (reading 'vat_id')"),
            Failure("Error", "SMTP 550: mailbox <billing@customer.example> unavailable"),
        ),
        every=timedelta(hours=1),
        moving_every=timedelta(minutes=8),
        longest_queue=45,
    ),
    Profile(
        name="exchange-rates",
        share=0.12,
        trigger="cron",
        plan=(Work("download rates", 0.9), Work("store rates", 0.3)),
        failures=(Failure("Error", "fetch failed: connection reset by peer"),),
        cron=Cron("*/30 * * * *", timedelta(minutes=30)),
    ),
    Profile(
        name="nightly-cleanup",
        share=0.03,
        trigger="cron",
        plan=(Work("list expired carts", 6), Work("delete expired carts", 45), Work("vacuum", 90)),
        failures=(Failure("Error", "D1_ERROR: database is locked"),),
        cron=Cron("0 3 * * *", timedelta(days=1), timedelta(hours=3)),
    ),
)
