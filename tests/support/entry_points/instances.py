"""Entry points for one instance, of its params and outputs, and of what a message mentions."""

from typing import Final

from bot.cloudflare.dashboard import DashboardPage, write_url
from bot.inspect.model import InstanceRef
from bot.inspect.payload_requests import SendPayload, SharePayload, ShowOutputs, ShowPayload
from bot.inspect.requests import ListVersion, RefreshInstance, ShareInstance, TurnSteps
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID
from bot.playground.simulators.slack import Message
from bot.playground.simulators.slack.directory import GRACE
from bot.playground.simulators.slack.workspace import Draft
from tests.support.entry_points.model import EntryPoints, Trait
from tests.support.entry_points.scenario import (
    HIDDEN,
    HIDDEN_ONE,
    ONE,
    SEEN,
    STEPS,
    Scenario,
    filled,
    press,
    text_of,
    type_command,
)

ENTRY_POINTS: Final = EntryPoints()


@ENTRY_POINTS.add("an instance", "ord-", Trait.BESIDE)
async def _instance(scenario: Scenario) -> str:
    return await type_command(scenario, f"show {SEEN} ord-1003")


@ENTRY_POINTS.add("the newest instance", "ord-", Trait.BESIDE)
async def _newest(scenario: Scenario) -> str:
    return await type_command(scenario, f"show {SEEN} latest failed")


@ENTRY_POINTS.add("a hidden instance", "pay-", Trait.BESIDE)
async def _hidden_instance(scenario: Scenario) -> str:
    return await type_command(scenario, f"show {HIDDEN} pay-1003")


@ENTRY_POINTS.add("a hidden instance by its link", "pay-", Trait.BESIDE)
async def _hidden_link(scenario: Scenario) -> str:
    page = DashboardPage(DEFAULT_ACCOUNT_ID, HIDDEN, "pay-1003")
    return await type_command(scenario, f"show {write_url(page)}")


@ENTRY_POINTS.add("a row's details", "ord-")
async def _details(scenario: Scenario) -> str:
    return await _opened(scenario, scenario.listed)


@ENTRY_POINTS.add("a hidden row's details", "pay-")
async def _hidden_details(scenario: Scenario) -> str:
    return await _opened(scenario, scenario.hidden)


async def _opened(scenario: Scenario, listed: Message) -> str:
    """Open the details of a row, and read the modal once it is filled."""
    return await filled(await scenario.who.click(listed, "instance_show"))


@ENTRY_POINTS.add("a look-up", "ord-")
async def _look_up(scenario: Scenario) -> str:
    return await _looked_up(scenario, f"{SEEN}/ord-1004")


@ENTRY_POINTS.add("a hidden look-up", "pay-")
async def _hidden_look_up(scenario: Scenario) -> str:
    return await _looked_up(scenario, write_url(DashboardPage(DEFAULT_ACCOUNT_ID, HIDDEN, "pay-1004")))


async def _looked_up(scenario: Scenario, text: str) -> str:
    draft = Draft(scenario.who.channel.id, text, user=GRACE.id)
    written = scenario.slack.workspace.post(draft, "test")
    return await text_of(await scenario.who.shortcut("look_up", written))


@ENTRY_POINTS.add_two(
    "a page of steps", "a hidden page of steps", (ONE, HIDDEN_ONE), ("ord-last", "pay-last"), Trait.BESIDE
)
async def _steps(scenario: Scenario, subject: InstanceRef) -> str:
    return await text_of(await press(scenario, "steps_next", TurnSteps(subject, STEPS - 1)))


@ENTRY_POINTS.add_two(
    "others of a version",
    "hidden others of a version",
    (ONE, HIDDEN_ONE),
    ("ran this version", "ran this version"),
)
async def _version(scenario: Scenario, subject: InstanceRef) -> str:
    return await text_of(await press(scenario, "version_list", ListVersion(subject, version="none")))


@ENTRY_POINTS.add_two(
    "an instance's refresh",
    "a hidden instance's refresh",
    (ONE, HIDDEN_ONE),
    ("ord-1003", "pay-1003"),
    Trait.BESIDE,
)
async def _refresh_instance(scenario: Scenario, subject: InstanceRef) -> str:
    return await text_of(await press(scenario, "instance_refresh", RefreshInstance(subject)))


@ENTRY_POINTS.add_two(
    "a shared instance's refresh",
    "a hidden shared instance's refresh",
    (ONE, HIDDEN_ONE),
    ("ord-1003", "pay-1003"),
)
async def _refresh_shared(scenario: Scenario, subject: InstanceRef) -> str:
    message = scenario.shared if subject == ONE else scenario.hidden_shared
    return await text_of(await press(scenario, "instance_refresh", RefreshInstance(subject), message))


@ENTRY_POINTS.add_two(
    "an instance's share", "a hidden instance's share", (ONE, HIDDEN_ONE), ("ord-1003", "pay-1003")
)
async def _share_instance(scenario: Scenario, subject: InstanceRef) -> str:
    return await text_of(await press(scenario, "share", ShareInstance(subject)))


@ENTRY_POINTS.add_two(
    "params", "hidden params", (ONE, HIDDEN_ONE), ("ord-params", "pay-params"), Trait.PAYLOAD
)
async def _params(scenario: Scenario, subject: InstanceRef) -> str:
    return await filled(await press(scenario, "payload_params", ShowPayload(subject, "params")))


@ENTRY_POINTS.add_two(
    "an output", "a hidden output", (ONE, HIDDEN_ONE), ("ord-output", "pay-output"), Trait.PAYLOAD
)
async def _output(scenario: Scenario, subject: InstanceRef) -> str:
    return await filled(await press(scenario, "payload_output", ShowPayload(subject, "output")))


@ENTRY_POINTS.add_two(
    "a step's output",
    "a hidden step's output",
    (ONE, HIDDEN_ONE),
    ("ord-loaded", "pay-loaded"),
    Trait.PAYLOAD,
)
async def _output_of_step(scenario: Scenario, subject: InstanceRef) -> str:
    return await filled(await press(scenario, "payload_step", ShowPayload(subject, "step", "load-1")))


@ENTRY_POINTS.add_two(
    "outputs of steps",
    "hidden outputs of steps",
    (ONE, HIDDEN_ONE),
    ("ord-loaded", "pay-loaded"),
    Trait.PAYLOAD,
)
async def _outputs(scenario: Scenario, subject: InstanceRef) -> str:
    return await filled(await press(scenario, "outputs_show", ShowOutputs(subject)))


@ENTRY_POINTS.add_two(
    "a file", "a hidden file", (ONE, HIDDEN_ONE), ("ord-params", "pay-params"), Trait.PAYLOAD
)
async def _file(scenario: Scenario, subject: InstanceRef) -> str:
    """Return what is said, with what is in the files that came."""
    before = len(scenario.slack.files)
    said = await text_of(await press(scenario, "payload_send", SendPayload(subject, "params")))
    sent = [file.content.decode() for file in list(scenario.slack.files)[before:]]
    return "\n".join((said, *sent))


@ENTRY_POINTS.add_two(
    "a payload's share",
    "a hidden payload's share",
    (ONE, HIDDEN_ONE),
    ("ord-params", "pay-params"),
    Trait.PAYLOAD_SHARE,
)
async def _share_payload(scenario: Scenario, subject: InstanceRef) -> str:
    return await text_of(await press(scenario, "share", SharePayload(subject, "params")))
