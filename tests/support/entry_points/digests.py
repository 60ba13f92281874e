"""Entry points for digests."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from bot.browse.model import ListQuery
from bot.browse.requests import ShowInstance
from bot.cloudflare.models import Instance
from bot.digests.command.requests import (
    EditDigest,
    OpenInstances,
    PauseDigest,
    PreviewDigest,
    RunDigest,
    TurnInstances,
)
from bot.inspect.model import InstanceRef
from bot.playground.simulators.slack import Message
from bot.playground.simulators.slack.workspace import Draft
from tests.support.entry_points.model import EntryPoints, Trait
from tests.support.entry_points.scenario import (
    ERRORED,
    HIDDEN,
    HIDDEN_ONE,
    HIDDEN_OTHERS,
    HIDDEN_OWN,
    ONE,
    OTHERS,
    OWN,
    ROWS,
    SEEN,
    Scenario,
    filled,
    first_of,
    press,
    submit,
    text_of,
    type_command,
)
from tests.support.form_values import fill_form

ENTRY_POINTS: Final = EntryPoints()


@ENTRY_POINTS.add("a digest's form", "New digest")
async def _form(scenario: Scenario) -> str:
    return await first_of(await scenario.who.command("/workflows", "digest"))


@ENTRY_POINTS.add("a digest", "daily at 09:00", Trait.OF_CHANNEL)
async def _digest(scenario: Scenario) -> str:
    return await type_command(scenario, f"digest create daily 9am workflow:{SEEN}")


@ENTRY_POINTS.add("a hidden digest", "daily at 09:00")
async def _hidden_digest(scenario: Scenario) -> str:
    return await type_command(scenario, f"digest create daily 9am workflow:{HIDDEN}")


@ENTRY_POINTS.add("a menu of workflows", SEEN)
async def _menu(scenario: Scenario) -> str:
    view = await (await scenario.grace.command("/workflows", "digest")).view()
    options = (await scenario.who.type_into_menu("digest_workflows", "", view))["options"]
    return "\n".join(option["text"]["text"] for option in options) or "nothing"


def _told_by_digest(scenario: Scenario) -> Message:
    """Return a message that all see, as a digest is."""
    return scenario.slack.workspace.post(Draft(scenario.who.channel.id, "Digest 3"), "test")


@ENTRY_POINTS.add_two(
    "a digest's details", "a hidden digest's details", (ONE, HIDDEN_ONE), ("ord-1003", "pay-1003")
)
async def _digest_details(scenario: Scenario, subject: InstanceRef) -> str:
    row = Instance(id=subject.instance, status=ERRORED, ended_on=datetime.now(UTC))
    request = ShowInstance(subject.workflow, subject.instance, row=row)
    return await filled(await press(scenario, "instance_show", request, _told_by_digest(scenario)))


def _told(subject: InstanceRef) -> dict[str, Any]:
    """Return what a digest told of all instances of a workflow."""
    at = int(datetime.now(UTC).timestamp())
    ids = [f"{subject.instance[:3]}-{1000 + number}" for number in range(ROWS)]
    query = ListQuery.of(subject.workflow, None, ERRORED)
    told = tuple((each, at) for each in ids)
    return {"digest": OTHERS, "query": query, "account": "default", "until": at, "instances": told}


@ENTRY_POINTS.add_two(
    "what a digest told", "what a hidden digest told", (ONE, HIDDEN_ONE), ("ord-1003", "pay-1003")
)
async def _instances(scenario: Scenario, subject: InstanceRef) -> str:
    request = OpenInstances(**_told(subject))
    return await text_of(await press(scenario, "digest_instances", request, _told_by_digest(scenario)))


@ENTRY_POINTS.add_two(
    "more of what a digest told",
    "more of what a hidden digest told",
    (ONE, HIDDEN_ONE),
    ("ord-1011", "pay-1011"),
)
async def _more_instances(scenario: Scenario, subject: InstanceRef) -> str:
    request = TurnInstances(**_told(subject), offset=10)
    return await text_of(await press(scenario, "digest_instances_older", request))


@ENTRY_POINTS.add_two(
    "one's own digest's preview",
    "one's own hidden digest's preview",
    (OWN, HIDDEN_OWN),
    (f"{SEEN}\n{ROWS}\n", f"{HIDDEN}\n{ROWS}\n"),
    Trait.OF_CHANNEL,
)
@ENTRY_POINTS.add_two(
    "a digest's preview",
    "a hidden digest's preview",
    (OTHERS, HIDDEN_OTHERS),
    (f"{SEEN}\n{ROWS}\n", f"{HIDDEN}\n{ROWS}\n"),
    Trait.OF_CHANNEL,
)
async def _preview(scenario: Scenario, number: int) -> str:
    return await text_of(await press(scenario, "digest_preview", PreviewDigest(number)))


@ENTRY_POINTS.add_two(
    "a digest's run", "a hidden digest's run", (OTHERS, HIDDEN_OTHERS), ("is being made", "is being made")
)
async def _run_digest(scenario: Scenario, number: int) -> str:
    return await text_of(await press(scenario, "digest_run", RunDigest(number)))


@ENTRY_POINTS.add_two(
    "one's own digest's form",
    "one's own hidden digest's form",
    (OWN, HIDDEN_OWN),
    (SEEN, HIDDEN),
    Trait.PERSONAL,
)
async def _edit(scenario: Scenario, number: int) -> str:
    return await first_of(await press(scenario, "digest_edit", EditDigest(number)))


@ENTRY_POINTS.add_two(
    "one's own digest's save",
    "one's own hidden digest's save",
    (OWN, HIDDEN_OWN),
    ("is changed", "is changed"),
    Trait.OF_CHANNEL,
)
async def _save(scenario: Scenario, number: int) -> str:
    """Submit the form that Grace opened, who is an admin."""
    view = await (
        await press(replace(scenario, who=scenario.grace), "digest_edit", EditDigest(number))
    ).view()
    return await submit(scenario, view, fill_form(view.payload))


@ENTRY_POINTS.add_two(
    "one's own digest's pause",
    "one's own hidden digest's pause",
    (OWN, HIDDEN_OWN),
    ("is paused", "is paused"),
    Trait.PERSONAL,
)
async def _pause(scenario: Scenario, number: int) -> str:
    return await text_of(await press(scenario, "digest_pause", PauseDigest(number)))


@ENTRY_POINTS.add("another's digest's form", SEEN, Trait.ANOTHERS)
async def _edit_another(scenario: Scenario) -> str:
    return await _edit(scenario, OTHERS)


@ENTRY_POINTS.add("another's digest's save", "is changed", Trait.ANOTHERS)
async def _save_another(scenario: Scenario) -> str:
    return await _save(scenario, OTHERS)


@ENTRY_POINTS.add("another's digest's pause", "is paused", Trait.ANOTHERS)
async def _pause_another(scenario: Scenario) -> str:
    return await _pause(scenario, OTHERS)
