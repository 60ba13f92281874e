"""Lists of a live account: new rows, every status, and a stable number of rows."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.playground.simulators.cloudflare import STATUSES, Failure, InstanceRecord, Simulation
from tests.support.clock import Clock

from .client import Client
from .observer import ENDED, NAMES, ORDERS, RATES, START, AccountObserver, everything

RETENTION = timedelta(days=7)


@pytest.fixture
def live(simulation: Simulation) -> Simulation:
    simulation.seed(1, instances=400, live=True)
    return simulation


def test_orders_show_something_new_every_ten_to_twenty_seconds() -> None:
    observer = AccountObserver()
    looks = [
        {instance.id: instance.status for instance in observer.orders_after(seconds=2)} for _ in range(3600)
    ]
    changed = [place for place, (before, after) in enumerate(pairwise(looks)) if before != after]
    quiet = [2 * (after - before) for before, after in pairwise(changed)]

    assert 10 < sum(quiet) / len(quiet) < 20
    assert max(quiet) < 180


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_something_fails_every_few_minutes(seed: int) -> None:
    account = AccountObserver(seed).after(hours=8)
    failed = sorted(each.ended_on or START for each in everything(account) if each.status == "errored")
    pauses = [after - before for before, after in pairwise([each for each in failed if each > START])]

    assert timedelta(minutes=2) < sum(pauses, timedelta(0)) / len(pauses) < timedelta(minutes=6)
    assert max(pauses) < timedelta(minutes=30)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_status_filter_seldom_comes_up_empty(seed: int) -> None:
    observer = AccountObserver(seed, instances=3000)
    observer.after(hours=1)
    looks = 24 * 12
    shown = Counter(
        status
        for _ in range(looks)
        for status in {instance.status for instance in observer.orders_after(minutes=5)}
    )

    assert {status for status in STATUSES if shown[status] < 0.85 * looks} == set()


def test_the_account_stays_near_its_size_over_hours() -> None:
    observer = AccountObserver(instances=3000)

    assert all(2900 < len(account) < 3600 for account in observer.looks(8, hours=1))


@pytest.fixture(scope="module")
def eight_days() -> dict[datetime, dict[tuple[str, str], InstanceRecord]]:
    """Return an account, to which an instance was added by hand, as it was every twelve hours."""
    observer = AccountObserver(instances=3000)
    observer.simulation.add_instance(ORDERS, id="mine", status="running")
    moments = [START + number * timedelta(hours=12) for number in range(1, 17)]
    return dict(zip(moments, observer.looks(16, hours=12), strict=True))


def test_however_long_the_clock_sleeps_the_account_holds_a_week() -> None:
    observer = AccountObserver(instances=3000)
    week = len(everything(observer.after(days=8)))

    assert week < 13_000
    assert len(everything(observer.after(days=365 * 100))) == pytest.approx(week, rel=0.05)


def test_instances_expire_a_week_after_their_end(
    eight_days: dict[datetime, dict[tuple[str, str], InstanceRecord]],
) -> None:
    for moment, account in eight_days.items():
        oldest = moment - RETENTION
        assert all(each.ended_on is None or each.ended_on > oldest for each in account.values())


def test_ids_are_unique_and_continue_the_seeded_numbering() -> None:
    account = AccountObserver(instances=3000).after(days=2)
    orders = [instance for instance in account[ORDERS][::-1] if instance.created_on > START]
    seeded = len(account[ORDERS]) - len(orders)

    assert all(len({each.id for each in found}) == len(found) for found in account.values())
    assert orders[0].id > max(each.id for each in account[ORDERS][len(orders) :])
    numbers = [int(each.id.removeprefix("ord-")) for each in orders]
    assert numbers == list(range(numbers[0], numbers[0] + len(orders)))
    assert [each.params["number"] + 58000 for each in orders] == numbers
    assert seeded > 1000
    assert all(found == sorted(found, key=lambda each: each.key, reverse=True) for found in account.values())


def test_a_cron_line_starts_an_instance_at_each_of_its_slots() -> None:
    observer = AccountObserver(start=START + timedelta(minutes=7, seconds=3, microseconds=5))
    account = observer.at(START + timedelta(days=2))
    created = [each for each in account[RATES][::-1] if each.created_on > START]

    assert [each.created_on for each in created] == [START + n * timedelta(minutes=30) for n in range(1, 97)]
    assert all(
        each.schedule is not None and each.schedule.scheduled_time == each.created_on for each in created
    )
    assert all(each.id == f"*/30 * * * *-{int(each.created_on.timestamp() * 1000)}" for each in created)
    nights = [each.created_on for each in account["nightly-cleanup"] if each.created_on > START]
    assert nights == [datetime(2026, 11, day, 3, tzinfo=START.tzinfo) for day in (25, 24)]


def test_a_slot_is_there_at_its_very_moment_and_not_before() -> None:
    observer = AccountObserver()
    slot = START + timedelta(minutes=30)

    assert observer.at(slot - timedelta(microseconds=1))[RATES][0].created_on == START
    assert observer.at(slot)[RATES][0].created_on == slot


def test_an_instance_changed_by_hand_is_left_alone() -> None:
    observer = AccountObserver()
    chosen, removed = (each for each in observer.at(START)[ORDERS] if each.status == "running")
    changed = observer.simulation.set_status(ORDERS, chosen.id, "errored", error=Failure("Error", "boom"))
    observer.simulation.remove_instance(ORDERS, removed.id)
    later = {each.id: each for each in observer.after(days=3)[ORDERS]}

    assert later[chosen.id] is changed
    assert removed.id not in later


def test_an_instance_added_by_hand_stays_as_it_is(
    eight_days: dict[datetime, dict[tuple[str, str], InstanceRecord]],
) -> None:
    first, *later = [account[ORDERS, "mine"] for account in eight_days.values()]

    assert (first.status, first.created_on) == ("running", START)
    assert all(each is first for each in later)


async def test_counts_of_a_workflow_match_its_lists(live: Simulation, client: Client, clock: Clock) -> None:
    for _ in range(6):
        clock.advance(hours=5, seconds=17)
        for row in (await client.workflows()).body["result"]:
            held = Counter(each.status for each in live.instances(row["name"]))
            assert row["instances"] == dict.fromkeys(STATUSES, 0) | held
            listed = await client.instances(row["name"], status="waiting", page="1")
            assert listed.info["total_count"] == held["waiting"]
            assert (
                row["triggered_on"] == (await client.instances(row["name"])).body["result"][0]["created_on"]
            )


@pytest.mark.usefixtures("live")
async def test_a_described_instance_is_seen_to_proceed(client: Client, clock: Clock) -> None:
    foreseen = next(
        each
        for each in AccountObserver().after(days=1)[ORDERS]
        if each.status == "complete" and each.created_on > START
    )
    clock.moment = foreseen.created_on
    steps: list[int] = []
    statuses: list[str] = []
    while not statuses or statuses[-1] not in ENDED:
        described = (await client.instance(ORDERS, foreseen.id)).body["result"]
        steps.append(described["step_count"])
        statuses.append(described["status"])
        clock.advance(seconds=10)

    assert statuses[0] == "queued"
    assert {"running", "waiting"} < set(statuses)
    assert statuses[-1] == "complete"
    assert steps == sorted(steps)
    assert len(set(steps)) > 4


@pytest.mark.usefixtures("live")
async def test_cursors_in_a_live_list_repeat_no_row(client: Client, clock: Clock) -> None:
    answer = await client.instances(ORDERS, per_page="25")
    ids = answer.ids
    while cursor := answer.info.get("cursor"):
        clock.advance(minutes=3)
        answer = await client.instances(ORDERS, per_page="25", cursor=cursor)
        ids += answer.ids

    assert len(ids) == len(set(ids)) > 200


async def test_expired_instances_are_not_found(simulation: Simulation, client: Client, clock: Clock) -> None:
    simulation.seed(1, instances=3000, live=True)  # so many that the first of them expire soon
    expires_first = min(simulation.instances(ORDERS), key=lambda each: each.ended_on or clock())
    assert expires_first.ended_on is not None

    clock.moment = expires_first.ended_on + RETENTION - timedelta(milliseconds=1)
    assert (await client.instance(ORDERS, expires_first.id)).status == 200
    clock.advance(milliseconds=1)
    assert (await client.instance(ORDERS, expires_first.id)).code == 10400


def test_every_workflow_gets_instances_without_seeded_ones() -> None:
    account = AccountObserver(instances=0).after(days=1, hours=1)

    assert all(account[name] for name in NAMES)
    assert account[ORDERS][-1].id == "ord-58001"
