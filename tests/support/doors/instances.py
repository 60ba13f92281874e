"""Doors of one instance, of its params and outputs, and of what a message mentions."""

from typing import Final

from bot.cloudflare.dashboard import DashboardPage, write_url
from bot.inspect.model import InstanceRef
from bot.inspect.payload_requests import SendPayload, SharePayload, ShowOutputs, ShowPayload
from bot.inspect.requests import ListVersion, RefreshInstance, ShareInstance, TurnSteps
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID
from bot.playground.simulators.slack import Message
from bot.playground.simulators.slack.directory import GRACE
from bot.playground.simulators.slack.workspace import Draft
from tests.support.doors.table import Doors, Trait
from tests.support.doors.world import (
    HIDDEN,
    HIDDEN_ONE,
    ONE,
    SEEN,
    STEPS,
    World,
    filled,
    press,
    text_of,
    type_command,
)

DOORS: Final = Doors()


@DOORS.add("an instance", "ord-", Trait.BESIDE)
async def _instance(world: World) -> str:
    return await type_command(world, f"show {SEEN} ord-1003")


@DOORS.add("the newest instance", "ord-", Trait.BESIDE)
async def _newest(world: World) -> str:
    return await type_command(world, f"show {SEEN} latest failed")


@DOORS.add("a hidden instance", "pay-", Trait.BESIDE)
async def _hidden_instance(world: World) -> str:
    return await type_command(world, f"show {HIDDEN} pay-1003")


@DOORS.add("a hidden instance by its link", "pay-", Trait.BESIDE)
async def _hidden_link(world: World) -> str:
    page = DashboardPage(DEFAULT_ACCOUNT_ID, HIDDEN, "pay-1003")
    return await type_command(world, f"show {write_url(page)}")


@DOORS.add("a row's details", "ord-")
async def _details(world: World) -> str:
    return await _opened(world, world.listed)


@DOORS.add("a hidden row's details", "pay-")
async def _hidden_details(world: World) -> str:
    return await _opened(world, world.hidden)


async def _opened(world: World, listed: Message) -> str:
    """Open the details of a row, and read the modal once it is filled."""
    return await filled(await world.who.click(listed, "instance_show"))


@DOORS.add("a look-up", "ord-")
async def _look_up(world: World) -> str:
    return await _looked_up(world, f"{SEEN}/ord-1004")


@DOORS.add("a hidden look-up", "pay-")
async def _hidden_look_up(world: World) -> str:
    return await _looked_up(world, write_url(DashboardPage(DEFAULT_ACCOUNT_ID, HIDDEN, "pay-1004")))


async def _looked_up(world: World, text: str) -> str:
    draft = Draft(world.who.channel.id, text, user=GRACE.id)
    written = world.slack.workspace.post(draft, "test")
    return await text_of(await world.who.shortcut("look_up", written))


@DOORS.add_two(
    "a page of steps", "a hidden page of steps", (ONE, HIDDEN_ONE), ("ord-last", "pay-last"), Trait.BESIDE
)
async def _steps(world: World, subject: InstanceRef) -> str:
    return await text_of(await press(world, "steps_next", TurnSteps(subject, STEPS - 1)))


@DOORS.add_two(
    "others of a version",
    "hidden others of a version",
    (ONE, HIDDEN_ONE),
    ("ran this version", "ran this version"),
)
async def _version(world: World, subject: InstanceRef) -> str:
    return await text_of(await press(world, "version_list", ListVersion(subject, version="none")))


@DOORS.add_two(
    "an instance's refresh",
    "a hidden instance's refresh",
    (ONE, HIDDEN_ONE),
    ("ord-1003", "pay-1003"),
    Trait.BESIDE,
)
async def _refresh_instance(world: World, subject: InstanceRef) -> str:
    return await text_of(await press(world, "instance_refresh", RefreshInstance(subject)))


@DOORS.add_two(
    "a shared instance's refresh",
    "a hidden shared instance's refresh",
    (ONE, HIDDEN_ONE),
    ("ord-1003", "pay-1003"),
)
async def _refresh_shared(world: World, subject: InstanceRef) -> str:
    message = world.shared if subject == ONE else world.hidden_shared
    return await text_of(await press(world, "instance_refresh", RefreshInstance(subject), message))


@DOORS.add_two(
    "an instance's share", "a hidden instance's share", (ONE, HIDDEN_ONE), ("ord-1003", "pay-1003")
)
async def _share_instance(world: World, subject: InstanceRef) -> str:
    return await text_of(await press(world, "share", ShareInstance(subject)))


@DOORS.add_two("params", "hidden params", (ONE, HIDDEN_ONE), ("ord-params", "pay-params"), Trait.PAYLOAD)
async def _params(world: World, subject: InstanceRef) -> str:
    return await filled(await press(world, "payload_params", ShowPayload(subject, "params")))


@DOORS.add_two("an output", "a hidden output", (ONE, HIDDEN_ONE), ("ord-output", "pay-output"), Trait.PAYLOAD)
async def _output(world: World, subject: InstanceRef) -> str:
    return await filled(await press(world, "payload_output", ShowPayload(subject, "output")))


@DOORS.add_two(
    "a step's output",
    "a hidden step's output",
    (ONE, HIDDEN_ONE),
    ("ord-loaded", "pay-loaded"),
    Trait.PAYLOAD,
)
async def _output_of_step(world: World, subject: InstanceRef) -> str:
    return await filled(await press(world, "payload_step", ShowPayload(subject, "step", "load-1")))


@DOORS.add_two(
    "outputs of steps",
    "hidden outputs of steps",
    (ONE, HIDDEN_ONE),
    ("ord-loaded", "pay-loaded"),
    Trait.PAYLOAD,
)
async def _outputs(world: World, subject: InstanceRef) -> str:
    return await filled(await press(world, "outputs_show", ShowOutputs(subject)))


@DOORS.add_two("a file", "a hidden file", (ONE, HIDDEN_ONE), ("ord-params", "pay-params"), Trait.PAYLOAD)
async def _file(world: World, subject: InstanceRef) -> str:
    """Return what is said, with what is in the files that came."""
    before = len(world.slack.files)
    said = await text_of(await press(world, "payload_send", SendPayload(subject, "params")))
    sent = [file.content.decode() for file in list(world.slack.files)[before:]]
    return "\n".join((said, *sent))


@DOORS.add_two(
    "a payload's share",
    "a hidden payload's share",
    (ONE, HIDDEN_ONE),
    ("ord-params", "pay-params"),
    Trait.PAYLOAD_SHARE,
)
async def _share_payload(world: World, subject: InstanceRef) -> str:
    return await text_of(await press(world, "share", SharePayload(subject, "params")))
