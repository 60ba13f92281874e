"""The workflows of the seeded account: their names, triggers, steps and failures."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeAlias
from uuid import UUID

from bot.playground.simulators.cloudflare.model import Cron, TriggerSource
from bot.playground.simulators.cloudflare.steps import DYNAMIC, Attempt, Backoff, Failure, Step, delay_after
from bot.playground.simulators.cloudflare.wire import JsonObject

WORKFLOW_AGE: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class WorkStep:
    """A planned ``step.do`` with its usual duration; the other attributes are those of `Step`."""

    name: str
    seconds: float
    output: str = '{"done":true}'
    delay: str | int = 1000
    backoff: Backoff | None = "exponential"
    timeout: str | int = "10 minutes"
    sensitive: bool = False

    def delay_after(self, attempt: int) -> float:
        """Return the seconds between an attempt, counted from 1, and the next."""
        return delay_after(attempt, self.delay, self.backoff)

    def to_step(self, attempts: tuple[Attempt, ...], *, retries: int = 5) -> Step:
        """Return the step with some attempts, and its output if the last one succeeded."""
        return Step(
            step_name(self),
            attempts,
            output=self.output if attempts[-1].success else None,
            retries=retries,
            delay=self.delay,
            backoff=self.backoff,
            timeout=self.timeout,
            sensitive=self.sensitive,
        )


@dataclass(frozen=True, slots=True)
class SleepStep:
    """A planned ``step.sleep``."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class EventStep:
    """A planned ``step.waitForEvent`` with its deadline."""

    name: str
    event_type: str
    deadline: timedelta


PlannedStep: TypeAlias = WorkStep | SleepStep | EventStep


def step_name(planned: PlannedStep) -> str:
    """Return the engine's name of a step: the author's name and its ordinal number."""
    return f"{planned.name}-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A workflow: its share of the instances, its steps and its failures.

    Attributes:
        share: Its share of the account's instances, 0 to 1.
        plan: Its steps in order, less than ten minutes in all.
        interval: The usual time between two seeded instances without a cron schedule.
        live_interval: The same in a live account: short, so that changes are visible soon.
        longest_queue: The maximum seconds in the queue in a live account.
        deployments: The ages of its versions, oldest first.
        regression: How most instances of its newest version fail, and at which step; None if it is as good as
            the others.
        undoes: Whether some of its failed instances were rolled back.
    """

    name: str
    share: float
    trigger: TriggerSource
    plan: tuple[PlannedStep, ...]
    failures: tuple[Failure, ...]
    interval: timedelta = timedelta(minutes=20)
    live_interval: timedelta = timedelta(seconds=80)
    longest_queue: float = 3
    cron: Cron | None = None
    deployments: tuple[timedelta, ...] = (WORKFLOW_AGE,)
    regression: tuple[str, Failure] | None = None
    undoes: bool = False

    def instance_id(self, number: int, created_on: datetime, random: Random) -> str:
        """Return a typical id for the trigger; for cron it is the line and the slot (ms)."""
        if self.cron is not None:
            return f"{self.cron.line}-{int(created_on.timestamp() * 1000)}"
        if self.name == "order-processing":
            return f"ord-{58000 + number}"
        if self.name == "invoice-run":
            return f"inv-{created_on:%Y-%m}-{number:05}"
        return str(UUID(int=random.getrandbits(128), version=4))

    def params(self, number: int, random: Random) -> JsonObject:
        """Generate the parameters of an instance."""
        if self.cron is not None:
            return {}
        params: JsonObject = {
            "number": number,
            "region": random.choice(("eu", "us", "apac")),
            "dry_run": False,
        }
        return params | (_order_secrets(number) if self.name == "order-processing" else {})


def _order_secrets(number: int) -> JsonObject:
    """Return what people put into parameters and should not; nothing of it is real."""
    return {
        "customer": {"email": f"customer-{number}@shop.example", "password": "correct-horse-battery"},
        "payment": {"card_number": "4242 4242 4242 4242", "token": f"tok_simulated_{number:06}"},
        "callback": {
            "url": "https://shop.example/hooks/orders",
            "headers": {"Authorization": "Bearer simulated.secret.token", "Accept": "application/json"},
        },
    }


_LONG_OUTPUT: Final = json.dumps({"pages": [f"page {number:03} of the invoice" for number in range(1, 121)]})

ORDER_PROCESSING: Final = Profile(
    name="order-processing",
    share=0.5,
    trigger="api",
    plan=(
        WorkStep("validate order", 0.4, output='{"valid":true,"items":3}'),
        WorkStep("reserve stock", 1.2, delay="5 seconds", backoff="linear", output='{"warehouse":"fra-2"}'),
        EventStep("payment confirmed", "payment-confirmed", timedelta(hours=24)),
        WorkStep("charge card", 2.5, delay="10 seconds", timeout="30 seconds", sensitive=True),
        SleepStep("grace period", 120),
        WorkStep("book shipment", 3.1, delay=DYNAMIC, backoff=None, output='{"carrier":"parcel","days":2}'),
        WorkStep("send confirmation", 0.6),
    ),
    failures=(
        Failure("Error", "Payment provider answered 502 Bad Gateway"),
        Failure("NonRetryableError", "Card declined: insufficient_funds"),
        Failure("SyntaxError", "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON"),
        Failure("WorkflowTimeoutError", "Execution timed out after 600000ms"),
    ),
    longest_queue=320,
    deployments=(WORKFLOW_AGE, timedelta(days=2), timedelta(hours=8)),
    regression=(
        "charge card",
        Failure("TypeError", "Cannot read properties of undefined (reading 'currency')"),
    ),
    undoes=True,
)

NIGHTLY_CLEANUP: Final = Profile(
    name="nightly-cleanup",
    share=0.03,
    trigger="cron",
    plan=(
        WorkStep("list expired carts", 6),
        WorkStep("delete expired carts", 45),
        WorkStep("vacuum", 90),
    ),
    failures=(Failure("Error", "D1_ERROR: database is locked"),),
    cron=Cron("0 3 * * *", timedelta(days=1), timedelta(hours=3)),
)

PROFILES: Final = (
    ORDER_PROCESSING,
    Profile(
        name="image-pipeline",
        share=0.2,
        trigger="event",
        plan=(
            WorkStep("fetch original", 1.8),
            WorkStep("resize & encode", 8.5),
            WorkStep("write to R2", 1.1),
        ),
        failures=(
            Failure("RangeError", "Invalid image dimensions: 0 x 0"),
            Failure("Error", "R2 put failed: 10001 We encountered an internal error. Please try again."),
        ),
        interval=timedelta(minutes=45),
        live_interval=timedelta(minutes=4),
        longest_queue=20,
    ),
    Profile(
        name="invoice-run",
        share=0.15,
        trigger="binding",
        plan=(
            WorkStep("collect usage", 12),
            WorkStep("render PDF", 4.2, output=_LONG_OUTPUT),
            SleepStep("settle", 30),
            WorkStep("e-mail invoice", 1.5),
        ),
        failures=(
            Failure("TypeError", "Cannot read properties of undefined (reading 'vat_id')"),
            Failure("Error", "SMTP 550: mailbox <billing@customer.example> unavailable"),
        ),
        interval=timedelta(hours=1),
        live_interval=timedelta(minutes=8),
        longest_queue=45,
    ),
    Profile(
        name="exchange-rates",
        share=0.12,
        trigger="cron",
        plan=(WorkStep("download rates", 0.9), WorkStep("store rates", 0.3)),
        failures=(Failure("Error", "fetch failed: connection reset by peer"),),
        cron=Cron("*/30 * * * *", timedelta(minutes=30)),
    ),
    NIGHTLY_CLEANUP,
)
