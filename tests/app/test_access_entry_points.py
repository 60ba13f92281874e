"""What each visitor gets at each entry point: one table, every cell of it."""

from pathlib import Path

import pytest

from bot.digests.delivery.worker import Worker
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack
from bot.playground.simulators.slack.directory import GRACE, ONCALL
from tests.support.entry_points import digests, home, instances, lists, triage
from tests.support.entry_points.model import EntryPoint
from tests.support.entry_points.scenario import (
    CANARIES,
    HIDDEN,
    HIDDEN_ONE,
    ONE,
    Scenario,
    add_digests,
    fill_account,
)
from tests.support.entry_points.visitors import VISITORS, Sees, Visitor
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask

ENTRY_POINTS = {
    name: entry_point
    for module in (lists, triage, instances, home, digests)
    for name, entry_point in module.ENTRY_POINTS
}
REFUSALS = ("You may not", "can't go there", "may not look at this any more")
"""How it is said in a menu, at a form's field, and in a digest."""


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliver no digest: that would read the account beside the person, and takes most of a second to end."""

    async def idle(_: Worker) -> None: ...

    monkeypatch.setattr(Worker, "run", idle)


@pytest.mark.parametrize("name", VISITORS)
async def test_each_entry_point_gives_each_visitor_what_is_theirs(
    name: str, slack: LocalSlack, cloudflare: Simulation, run_bot: RunBot, tmp_path: Path
) -> None:
    visitor = VISITORS[name]
    fill_account(cloudflare)
    for user in {visitor.user, *visitor.oncall}:
        slack.workspace.add(user)
    slack.workspace.set_members(ONCALL.id, *visitor.oncall)
    await add_digests(tmp_path, visitor.channel, visitor.user)
    async with run_bot(bot_access=visitor.rules, bot_refresh_pause=0.0, bot_admins=GRACE.id):
        grace = slack.person("grace", visitor.channel)
        listed, hidden, overview = [await ask(grace, text) for text in (ONE.workflow, HIDDEN, "")]
        shared, hidden_shared = [
            await answer(await grace.click(await ask(grace, f"show {one.workflow} {one.instance}"), "share"))
            for one in (ONE, HIDDEN_ONE)
        ]
        who = slack.person(visitor.user.name, visitor.channel)
        scenario = Scenario(slack, cloudflare, who, grace, listed, hidden, overview, shared, hidden_shared)
        outcomes = {
            each: await _outcome(scenario, entry_point, visitor) for each, entry_point in ENTRY_POINTS.items()
        }
    assert outcomes == {each: visitor.outcome(entry_point) for each, entry_point in ENTRY_POINTS.items()}


async def _outcome(scenario: Scenario, entry_point: EntryPoint, visitor: Visitor) -> str:
    """Return what came of an entry point, and whether anything slipped out there."""
    begun = len(scenario.cloudflare.calls)
    text = await entry_point.run(scenario)
    is_refused = any(words in text for words in (visitor.refusal, *REFUSALS))
    if entry_point.shown in text and not is_refused:
        if HIDDEN in text and not entry_point.is_hidden and visitor.sees is not Sees.ALL:
            return "told of what is hidden"
        beside = [canary for canary in CANARIES if canary in text and canary != entry_point.shown]
        return "shown with payloads" if beside else "shown"
    for secret in ("ord-1", "pay-1", *CANARIES, *(() if entry_point.is_hidden else (HIDDEN,))):
        if secret in text:
            return f"slipped: {secret}"
    if not is_refused:
        return "shown without the name"
    return "refused" if len(scenario.cloudflare.calls) == begun else "refused after Cloudflare was asked"
