"""A zone that UTC stands in for is asked for until Slack tells it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.digests.zones import AssumedZones
from bot.language.schedule import Schedule
from bot.playground.simulators.slack import Failed, LocalSlack, User
from bot.slack.users import UserProfiles, UserTimeZones
from tests.support.clock import Clock
from tests.support.teams import TEAM

NINE = DigestSpec("C0OPS0001", Schedule("0 9 * * *", "UTC"), zone_assumed=True)


@pytest.fixture
def assumed(client: AsyncWebClient, store: DigestRepository, clock: Clock) -> AssumedZones:
    async def team() -> str:
        return TEAM

    zones = UserTimeZones(UserProfiles(client, clock.seconds))
    return AssumedZones(team, lambda _: store, zones, timedelta(seconds=0.05), pause=timedelta(0))


async def test_a_zone_is_asked_for_until_slack_tells_it(
    assumed: AssumedZones, store: DigestRepository, slack: LocalSlack, clock: Clock
) -> None:
    made = await store.create(NINE, "U0GRACE01")
    chosen = await store.create(replace(NINE, zone_assumed=False), "U0GRACE01")
    slack.faults.add("users.info", Failed(503), times=2)
    for _ in range(2):
        await assumed.settle()
        assert await store.get(made.number) == made, "a fault settles nothing"
    await assumed.settle()
    settled = await store.get(made.number)
    assert settled.plan == replace(
        NINE, schedule=Schedule("0 9 * * *", "America/New_York"), zone_assumed=False
    )
    assert settled.next_due == settled.plan.schedule.next_after(clock())
    assert await store.get(chosen.number) == chosen, "UTC that somebody chose stays"
    calls = len(slack.calls_of("users.info"))
    await assumed.settle()
    assert len(slack.calls_of("users.info")) == calls


async def test_an_offset_without_a_name_is_no_zone_for_good(
    assumed: AssumedZones, store: DigestRepository, slack: LocalSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User, "offset_at", lambda *_: 3600)
    slack.workspace.people += (User("U0NEW0001", "new", tz="Mars/Base"),)
    made = await store.create(NINE, "U0NEW0001")
    await assumed.settle()
    assert await store.get(made.number) == made


async def test_what_was_changed_while_slack_was_asked_is_left_alone(
    assumed: AssumedZones, store: DigestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await store.create(NINE, "U0GRACE01")
    gone = await store.create(NINE, "U0ADA0001")
    asked = UserTimeZones.get

    async def change_meanwhile(*args: object) -> object:
        current = await store.get(made.number)
        if current.plan.zone_assumed:
            await store.change(
                current, replace(NINE, schedule=Schedule("0 8 * * *", "Asia/Tokyo"), zone_assumed=False)
            )
            await store.delete(gone.number)
        return await asked(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(UserTimeZones, "get", change_meanwhile)
    await assumed.settle()
    assert (await store.get(made.number)).plan.schedule == Schedule("0 8 * * *", "Asia/Tokyo")
    assert (await store.get(gone.number)).plan == NINE


async def test_it_goes_on_after_a_fault_and_ends_with_its_block(
    assumed: AssumedZones, store: DigestRepository, slack: LocalSlack
) -> None:
    made = await store.create(NINE, "U0GRACE01")
    slack.faults.add("users.info", Failed(503))
    async with asyncio.timeout(10), assumed.run():
        while (await store.get(made.number)).plan.zone_assumed:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
