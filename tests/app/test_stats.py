"""How workflows do: typed, by a button, for everybody."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.playground.simulators.cloudflare import Attempt, Failure, Simulation, Step
from bot.playground.simulators.slack import Message, Person
from tests.support.messages import ask, button_labels

ORDERS, EMAILS = "order-processing", "emails"
GOOD = "d8fc03c5-0000-4000-8000-000000000000"
BAD = "4f2a91bc-0000-4000-8000-000000000000"


def add_runs(
    account: Simulation,
    count: int,
    *,
    workflow: str = ORDERS,
    status: str = "complete",
    ago: timedelta = timedelta(hours=1),
    attempts: Sequence[bool] = (True,),
    version: str = GOOD,
) -> None:
    """Add instances a minute apart: each queued for two seconds and ran for a minute, in a single step."""
    for number in range(count):
        created = datetime.now(UTC) - ago - timedelta(minutes=number)
        start, end = created + timedelta(seconds=2), created + timedelta(seconds=62)
        tries = tuple(Attempt(start, end, success=success) for success in attempts)
        account.add_instance(
            workflow,
            id=f"{status}-{number}-of-{workflow}",
            status=status,
            created_on=created,
            started_on=start,
            ended_on=end,
            error=None if status == "complete" else Failure("Error", "card declined"),
            steps=(Step("charge card-1", tries),),
            version_id=version,
        )


def texts(message: Message) -> str:
    return message.all_text()


async def test_a_workflow_s_runs_are_counted_and_timed(ada: Person, cloudflare: Simulation) -> None:
    add_runs(cloudflare, 40)
    add_runs(cloudflare, 8, status="errored", version=BAD, attempts=(False, False))
    shown = await ask(ada, f"stats {ORDERS}")
    said = texts(shown)
    assert f"🔴 {ORDERS}: 8 of 48 failed (17%)" in said
    assert "all 48 instances of that time" in said
    assert "*Run time*  p50 `1m` · p95 `1m` · longest `1m`   of the 40 that completed." in said
    assert "*Queue time*  p50 `2s`" in said
    assert "🔴 Version `4f2a91bc`" in said
    assert "Steps of 20 instances, spread evenly over the 48 that completed or failed." in said
    assert "`charge card`" in said
    assert f"`/workflows stats {ORDERS} since:7d`" in said
    assert button_labels(shown) == ["Since 24h", "Since 30d", "Failures", "List", "⟳ Refresh", "Share"]
