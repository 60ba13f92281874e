"""What each kind of person gets at each door: one table, every cell of it."""

from pathlib import Path

import pytest

from bot.digests.delivery.worker import Worker
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack
from bot.playground.simulators.slack.directory import GRACE, ONCALL
from tests.support.doors import digests, home, instances, lists, triage
from tests.support.doors.kinds import KINDS, Kind, Sees
from tests.support.doors.table import Door
from tests.support.doors.world import (
    CANARIES,
    HIDDEN,
    HIDDEN_ONE,
    ONE,
    World,
    add_digests,
    fill_account,
)
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask

DOORS = {
    name: door
    for doors in (lists.DOORS, triage.DOORS, instances.DOORS, home.DOORS, digests.DOORS)
    for name, door in doors
}
REFUSALS = ("You may not", "can't go there", "may not look at this any more")
"""How it is said in a menu, at a form's field, and in a digest."""


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliver no digest: that would read the account beside the person, and takes most of a second to end."""

    async def idle(_: Worker) -> None: ...

    monkeypatch.setattr(Worker, "run", idle)


@pytest.mark.parametrize("name", KINDS)
async def test_each_door_gives_each_kind_of_person_what_is_theirs(
    name: str, slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, tmp_path: Path
) -> None:
    kind = KINDS[name]
    fill_account(cloudflare)
    for user in {kind.user, *kind.oncall}:
        slack.workspace.add(user)
    slack.workspace.set_members(ONCALL.id, *kind.oncall)
    await add_digests(tmp_path, kind.channel, kind.user)
    async with run_bot(bot_access=kind.rules, bot_refresh_pause=0.0, bot_admins=GRACE.id):
        grace = slack.person("grace", kind.channel)
        listed, hidden, overview = [await ask(grace, text) for text in (ONE.workflow, HIDDEN, "")]
        shared, hidden_shared = [
            await answer(await grace.click(await ask(grace, f"show {one.workflow} {one.instance}"), "share"))
            for one in (ONE, HIDDEN_ONE)
        ]
        who = slack.person(kind.user.name, kind.channel)
        world = World(slack, cloudflare, who, grace, listed, hidden, overview, shared, hidden_shared)
        outcomes = {each: await _outcome(world, door, kind) for each, door in DOORS.items()}
    assert outcomes == {each: kind.outcome(door) for each, door in DOORS.items()}


async def _outcome(world: World, door: Door, kind: Kind) -> str:
    """Return what came of a door, and whether anything slipped out there."""
    begun = len(world.cloudflare.calls)
    text = await door.run(world)
    is_refused = any(words in text for words in (kind.refusal, *REFUSALS))
    if door.shown in text and not is_refused:
        if HIDDEN in text and not door.is_hidden and kind.sees is not Sees.ALL:
            return "told of what is hidden"
        beside = [canary for canary in CANARIES if canary in text and canary != door.shown]
        return "shown with payloads" if beside else "shown"
    for secret in ("ord-1", "pay-1", *CANARIES, *(() if door.is_hidden else (HIDDEN,))):
        if secret in text:
            return f"slipped: {secret}"
    if not is_refused:
        return "shown without the name"
    return "refused" if len(world.cloudflare.calls) == begun else "refused after Cloudflare was asked"
