"""What each kind of person gets at each door: one table, every cell of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.access.model import Right
from bot.browse.bookmark import Bookmark, MergedBookmark
from bot.browse.model import ListQuery
from bot.browse.places import StreamPlace
from bot.browse.requests import ShareList, ShowFailures, ShowInstance, TurnPage
from bot.browse.selection import Selection, Stream
from bot.cloudflare.dashboard import DashboardPage, write_url
from bot.cloudflare.models import Instance, Status
from bot.digests.command.requests import (
    DIGEST_CODEC,
    EditDigest,
    OfDigest,
    OpenInstances,
    PauseDigest,
    PreviewDigest,
    RunDigest,
    TurnInstances,
)
from bot.digests.delivery.worker import Worker
from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.failures.requests import RefreshFailures, ShareFailures
from bot.inspect.model import InstanceRef
from bot.inspect.payload_requests import SendPayload, SharePayload, ShowOutputs, ShowPayload
from bot.inspect.requests import ListVersion, RefreshInstance, ShareInstance, TurnSteps
from bot.language.schedule import Schedule
from bot.language.times import TimePoint
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, Simulation
from bot.playground.simulators.cloudflare.steps import Attempt, Step
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply, User, View
from bot.playground.simulators.slack.directory import ADA, GINA, GRACE, GUS, MALLORY, ONCALL, ROBOT
from bot.playground.simulators.slack.workspace import Draft
from bot.slack.requests import Request
from bot.stats.requests import RefreshStats, ShareStats, TurnStats
from tests.support.buttons import CODEC
from tests.support.databases import migrated_database
from tests.support.digest_actions import next_answer
from tests.support.filter_form import open_filter
from tests.support.fixtures import RunBot
from tests.support.form_values import fill_form
from tests.support.messages import answer, ask, is_interim
from tests.support.overviews import choose, offered
from tests.support.teams import TEAM

SEEN, HIDDEN = "order-processing", "payroll"
ROWS = 12
STEPS = 21
"""One more than a page of them has."""
ERRORED = Status("errored")
ONE, HIDDEN_ONE = InstanceRef(SEEN, "ord-1003"), InstanceRef(HIDDEN, "pay-1003")
OWN, HIDDEN_OWN, OTHERS, HIDDEN_OTHERS = range(1, 5)
"""Digests of the channel where the person acts: two of theirs, and two of Grace's."""
CANARIES = tuple(f"{prefix}-{what}" for prefix in ("ord", "pay") for what in ("params", "output", "loaded"))
"""What went in and came out, of instances and of a step of theirs."""
STRANGER = User("U0SAM0001", "sam", "Sam of another company", known_as_of="T0OTHER01")
GONE = User("U0GONE001", "gone", "Gone last week", is_deleted=True)
PAM = User("U0PAM0001", "pam", "Pam, who may read payloads")
PIA = User("U0PIA0001", "pia", "Pia, who has the right for payloads and no other")
OPS, GENERAL = "C0OPS0001", "C0GENERAL"

RULES = json.dumps(
    [
        {"who": [GRACE.id], "rights": ["view", "subscribe"]},
        {"who": [OPS], "workflows": ["order-*"], "rights": ["view", "subscribe"]},
        {
            "who": [ONCALL.id],
            "accounts": ["default"],
            "workflows": ["order-*"],
            "rights": ["view", "subscribe"],
        },
        {"who": [PAM.id], "workflows": ["order-*"], "rights": ["view", "payloads", "subscribe"]},
        {"who": [PIA.id], "rights": ["payloads"]},
    ]
)
"""Grace sees all. In #ops, or in the group @oncall, one sees what begins with `order-`, and Pam does."""

EVERYTHING = json.dumps([{"who": ["everyone", OPS], "rights": [*Right]}])


@dataclass(frozen=True)
class World:
    """A bot that Grace has used, in the channel where the person acts.

    Attributes:
        who: the person.
        grace: who sees everything.
        listed: the list of the workflow that some may see.
        hidden: that of the one that fewer may see.
        overview: all workflows.
        shared: an instance of the workflow that some may see, which Grace has shared.
        hidden_shared: one of the other.
    """

    slack: LocalSlack
    cloudflare: Simulation
    who: Person
    grace: Person
    listed: Message
    hidden: Message
    overview: Message
    shared: Message
    hidden_shared: Message


T = TypeVar("T")
Door = Callable[[World], Awaitable[str]]
DoorOf = Callable[[World, T], Awaitable[str]]
DOORS: dict[str, Door] = {}


def door(name: str) -> Callable[[Door], Door]:
    def add(made: Door) -> Door:
        DOORS[name] = made
        return made

    return add


def two_doors(name: str, hidden: str, seen_thing: T, hidden_thing: T) -> Callable[[DoorOf[T]], DoorOf[T]]:
    """Make a door of something that some may see, and the same of what fewer may see."""

    def add(made: DoorOf[T]) -> DoorOf[T]:
        DOORS[name] = lambda world: made(world, seen_thing)
        DOORS[hidden] = lambda world: made(world, hidden_thing)
        return made

    return add


async def _text(reply: Reply) -> str:
    return (await answer(reply)).all_text()


async def _first(reply: Reply) -> str:
    """Return what came of something: a message, or a modal that opened."""
    waiting: list[asyncio.Task[Message | View]] = [
        asyncio.ensure_future(each) for each in (reply.message(), reply.view())
    ]
    done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    return done.pop().result().all_text()


async def _command(world: World, text: str) -> str:
    return await _text(await world.who.command("/workflows", text))


@door("a list")
async def _list(world: World) -> str:
    return await _command(world, f"list {SEEN} rows:11")


@door("a list that is in memory")
async def _cached(world: World) -> str:
    await ask(world.grace, f"list {SEEN}")
    return await _command(world, f"list {SEEN}")


@door("a list by its beginning")
async def _beginning(world: World) -> str:
    return await _command(world, "order-proc")


@door("a hidden list")
async def _hidden_list(world: World) -> str:
    return await _command(world, f"list {HIDDEN}")


@door("a hidden list by its beginning")
async def _hidden_beginning(world: World) -> str:
    return await _command(world, "payr errored")


@door("a list of several")
async def _several(world: World) -> str:
    return await _command(world, "list order-*,* errored rows:11")


@door("a hidden list of several")
async def _hidden_several(world: World) -> str:
    return await _command(world, f"list {SEEN},{HIDDEN} errored rows:20")


@two_doors("a place in several", "a hidden place in several", SEEN, HIDDEN)
async def _place_in_several(world: World, workflow: str) -> str:
    selection = Selection((workflow, SEEN), statuses=(ERRORED, Status("complete")))
    place = MergedBookmark(ListQuery(selection), (StreamPlace(Stream(workflow, ERRORED)),))
    return await _text(await _press(world, "list_further", TurnPage(place)))


@two_doors("several that are tried again", "hidden ones that are tried again", SEEN, HIDDEN)
async def _several_again(world: World, workflow: str) -> str:
    selection = Selection((workflow, SEEN), statuses=(ERRORED, Status("complete")))
    return await _text(await _press(world, "list_retry", TurnPage(Bookmark(ListQuery(selection)))))


@door("a share of several")
async def _share_several(world: World) -> str:
    place = Bookmark(ListQuery(Selection(("*",), statuses=(ERRORED,)), rows=11))
    return await _text(await _press(world, "share", ShareList(place)))


@door("a page of several that are shared")
async def _page_of_several(world: World) -> str:
    listed = await ask(world.grace, "list * errored")
    shared = await answer(await world.grace.click(listed, "share"))
    return await _text(await world.who.click(shared, "page_next"))


@door("all workflows")
async def _overview(world: World) -> str:
    return await _command(world, "")


@door("a status")
async def _status(world: World) -> str:
    return await _command(world, "errored")


@door("a verb to come")
async def _not_yet(world: World) -> str:
    return await _command(world, f"restart {SEEN}")


@door("a button of a mistake")
async def _run(world: World) -> str:
    button = {"type": "button", "action_id": "command_run", "block_id": "b", "value": f"list {SEEN}"}
    return await _text(await world.who.act(world.listed, button))


@door("the next page")
async def _next(world: World) -> str:
    return await _text(await world.who.click(world.listed, "page_next"))


@door("a refresh")
async def _refresh(world: World) -> str:
    return await _text(await world.who.click(world.listed, "page_refresh"))


@door("a hidden refresh")
async def _hidden_refresh(world: World) -> str:
    return await _text(await world.who.click(world.hidden, "page_refresh"))


@door("a list from all workflows")
async def _open(world: World) -> str:
    option, _ = await offered(world.grace, world.overview)
    return await _text(await choose(world.who, world.overview, option))


@door("a hidden list from all workflows")
async def _open_hidden(world: World) -> str:
    _, option = await offered(world.grace, world.overview)
    return await _text(await choose(world.who, world.overview, option))


@door("the menu of all workflows")
async def _menu_of_workflows(world: World) -> str:
    return "\n".join(each["text"]["text"] for each in await offered(world.who, world.overview))


@door("the menu of the filter")
async def _menu_of_filter(world: World) -> str:
    view = await (await world.grace.click(world.listed, "filter_open")).view()
    options = (await world.who.type_into_menu("filter_workflows", "", view))["options"]
    return "\n".join(option["text"]["text"] for option in options)


@door("the filter")
async def _filter(world: World) -> str:
    return await _first(await world.who.click(world.listed, "filter_open"))


@door("a submitted filter")
async def _submit(world: World) -> str:
    return await _submitted(world, world.listed)


@door("a hidden submitted filter")
async def _submit_hidden(world: World) -> str:
    return await _submitted(world, world.hidden)


async def _submitted(world: World, listed: Message) -> str:
    """Submit the form that Grace opened; what follows may be in the form, or in a message."""
    view = await open_filter(world.grace, listed)
    return await _after_submission(world, view, fill_form(view.payload, rows="5"))


async def _after_submission(world: World, view: View, values: dict[str, Any]) -> str:
    following = next_answer(world.slack)
    reply = await world.who.submit(view, values)
    if (after := world.slack.views.current(view)) is not None:
        following.close()
        return "\n".join(reply.errors.values()) or after.all_text()
    message = await following
    while is_interim(message):
        message = await next_answer(world.slack)
    return message.all_text()


@door("an export")
async def _export(world: World) -> str:
    return await _exported(world, SEEN)


@door("a hidden export")
async def _hidden_export(world: World) -> str:
    return await _exported(world, HIDDEN)


async def _exported(world: World, workflow: str) -> str:
    """Return the file that comes, or why none does."""
    begun = await _command(world, f"export {workflow}")
    if "has begun" not in begun:
        return begun
    async with asyncio.timeout(5):
        while not (sent := [file for file in world.slack.files if file.name.startswith(workflow)]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return sent[0].content.decode()


@door("an instance")
async def _instance(world: World) -> str:
    return await _command(world, f"show {SEEN} ord-1003")


@door("the newest instance")
async def _newest(world: World) -> str:
    return await _command(world, f"show {SEEN} latest failed")


@door("a hidden instance")
async def _hidden_instance(world: World) -> str:
    return await _command(world, f"show {HIDDEN} pay-1003")


@door("a hidden instance by its link")
async def _hidden_link(world: World) -> str:
    page = DashboardPage(DEFAULT_ACCOUNT_ID, HIDDEN, "pay-1003")
    return await _command(world, f"show {write_url(page)}")


@door("instances that are found")
async def _found(world: World) -> str:
    return await _command(world, "find ord*")


@door("hidden instances that are found")
async def _hidden_found(world: World) -> str:
    return await _command(world, "find pay*")


@door("a verb to come for a hidden instance")
async def _hidden_not_yet(world: World) -> str:
    return await _command(world, "restart pay-1003")


@door("a row's details")
async def _details(world: World) -> str:
    return await _opened(world, world.listed)


@door("a hidden row's details")
async def _hidden_details(world: World) -> str:
    return await _opened(world, world.hidden)


async def _opened(world: World, listed: Message) -> str:
    """Open the details of a row, and read the modal once it is filled."""
    return await _filled(await world.who.click(listed, "instance_show"))


async def _filled(reply: Reply) -> str:
    """Return what came of something, with the modal that opened once it is filled."""
    loading = await _first(reply)
    return (await reply.view()).all_text() if "Looking it up" in loading else loading


@door("a share")
async def _share(world: World) -> str:
    return await _text(await world.who.click(world.listed, "share"))


@door("a hidden share")
async def _hidden_share(world: World) -> str:
    return await _text(await world.who.click(world.hidden, "share"))


@door("a page of what is shared")
async def _page_of_share(world: World) -> str:
    shared = await answer(await world.grace.click(world.listed, "share"))
    return await _text(await world.who.click(shared, "page_next"))


@door("a hidden page of what is shared")
async def _hidden_page_of_share(world: World) -> str:
    shared = await answer(await world.grace.click(world.hidden, "share"))
    return await _text(await world.who.click(shared, "page_next"))


@door("a look-up")
async def _look_up(world: World) -> str:
    return await _looked_up(world, f"{SEEN}/ord-1004")


@door("a hidden look-up")
async def _hidden_look_up(world: World) -> str:
    return await _looked_up(world, write_url(DashboardPage(DEFAULT_ACCOUNT_ID, HIDDEN, "pay-1004")))


async def _looked_up(world: World, text: str) -> str:
    draft = Draft(world.who.channel.id, text, user=GRACE.id)
    written = world.slack.workspace.post(draft, "test")
    return await _text(await world.who.shortcut("look_up", written))


@door("accounts")
async def _accounts(world: World) -> str:
    return await _command(world, "accounts")


@door("help")
async def _help(world: World) -> str:
    return await _command(world, "help")


@door("my access")
async def _access(world: World) -> str:
    return await _command(world, "access")


@door("a message")
async def _message(world: World) -> str:
    reply = await world.who.say(f"@workflows {SEEN} errored")
    assert reply is not None
    return (await reply.seen()).all_text()


@door("a digest's form")
async def _form(world: World) -> str:
    return await _first(await world.who.command("/workflows", "digest"))


@door("a digest")
async def _digest(world: World) -> str:
    return await _command(world, f"digest create daily 9am workflow:{SEEN}")


@door("a hidden digest")
async def _hidden_digest(world: World) -> str:
    return await _command(world, f"digest create daily 9am workflow:{HIDDEN}")


@door("a menu of workflows")
async def _menu(world: World) -> str:
    view = await (await world.grace.command("/workflows", "digest")).view()
    options = (await world.who.type_into_menu("digest_workflows", "", view))["options"]
    return "\n".join(option["text"]["text"] for option in options) or "nothing"


async def _press(world: World, action_id: str, request: Request, message: Message | None = None) -> Reply:
    """Press a button that the person was never shown."""
    codec = DIGEST_CODEC if isinstance(request, OfDigest) else CODEC
    button = {"type": "button", "action_id": action_id, "block_id": "b", "value": codec.encode(request)}
    return await world.who.act(world.listed if message is None else message, button)


@two_doors("statistics", "hidden statistics", SEEN, HIDDEN)
async def _stats(world: World, workflow: str) -> str:
    return await _command(world, f"stats {workflow}")


@door("statistics of all")
async def _all_stats(world: World) -> str:
    return await _command(world, "how are all doing")


def _of(workflow: str) -> Selection:
    return Selection((workflow,), since=TimePoint("7d", datetime.now(UTC) - timedelta(days=7)))


@two_doors("another time of statistics", "another time of hidden statistics", SEEN, HIDDEN)
async def _turn_stats(world: World, workflow: str) -> str:
    return await _text(await _press(world, "stats_turn", TurnStats(_of(workflow))))


@two_doors("a refresh of statistics", "a refresh of hidden statistics", SEEN, HIDDEN)
async def _refresh_stats(world: World, workflow: str) -> str:
    return await _text(await _press(world, "stats_refresh", RefreshStats(_of(workflow))))


@two_doors("a share of statistics", "a share of hidden statistics", SEEN, HIDDEN)
async def _share_stats(world: World, workflow: str) -> str:
    return await _text(await _press(world, "share", ShareStats(_of(workflow))))


@two_doors("failures", "hidden failures", SEEN, HIDDEN)
async def _failures(world: World, workflow: str) -> str:
    return await _command(world, f"failures {workflow} since:7d")


@door("failures of all")
async def _all_failures(world: World) -> str:
    return await _command(world, "what failed since:7d")


@two_doors("failures by a button", "hidden failures by a button", SEEN, HIDDEN)
async def _show_failures(world: World, workflow: str) -> str:
    return await _text(await _press(world, "failures_show", ShowFailures(_of(workflow))))


@two_doors("a refresh of failures", "a refresh of hidden failures", SEEN, HIDDEN)
async def _refresh_failures(world: World, workflow: str) -> str:
    return await _text(await _press(world, "failures_refresh", RefreshFailures(_failed(workflow))))


@two_doors("a share of failures", "a share of hidden failures", SEEN, HIDDEN)
async def _share_failures(world: World, workflow: str) -> str:
    return await _text(await _press(world, "share", ShareFailures(_failed(workflow))))


def _failed(workflow: str) -> Selection:
    return replace(_of(workflow), statuses=(ERRORED,))


@two_doors("a page of steps", "a hidden page of steps", ONE, HIDDEN_ONE)
async def _steps(world: World, subject: InstanceRef) -> str:
    return await _text(await _press(world, "steps_next", TurnSteps(subject, STEPS - 1)))


@two_doors("others of a version", "hidden others of a version", ONE, HIDDEN_ONE)
async def _version(world: World, subject: InstanceRef) -> str:
    return await _text(await _press(world, "version_list", ListVersion(subject, version="none")))


@two_doors("an instance's refresh", "a hidden instance's refresh", ONE, HIDDEN_ONE)
async def _refresh_instance(world: World, subject: InstanceRef) -> str:
    return await _text(await _press(world, "instance_refresh", RefreshInstance(subject)))


@two_doors("a shared instance's refresh", "a hidden shared instance's refresh", ONE, HIDDEN_ONE)
async def _refresh_shared(world: World, subject: InstanceRef) -> str:
    message = world.shared if subject == ONE else world.hidden_shared
    return await _text(await _press(world, "instance_refresh", RefreshInstance(subject), message))


@two_doors("an instance's share", "a hidden instance's share", ONE, HIDDEN_ONE)
async def _share_instance(world: World, subject: InstanceRef) -> str:
    return await _text(await _press(world, "share", ShareInstance(subject)))


@two_doors("params", "hidden params", ONE, HIDDEN_ONE)
async def _params(world: World, subject: InstanceRef) -> str:
    return await _filled(await _press(world, "payload_params", ShowPayload(subject, "params")))


@two_doors("an output", "a hidden output", ONE, HIDDEN_ONE)
async def _output(world: World, subject: InstanceRef) -> str:
    return await _filled(await _press(world, "payload_output", ShowPayload(subject, "output")))


@two_doors("a step's output", "a hidden step's output", ONE, HIDDEN_ONE)
async def _output_of_step(world: World, subject: InstanceRef) -> str:
    return await _filled(await _press(world, "payload_step", ShowPayload(subject, "step", "load-1")))


@two_doors("outputs of steps", "hidden outputs of steps", ONE, HIDDEN_ONE)
async def _outputs(world: World, subject: InstanceRef) -> str:
    return await _filled(await _press(world, "outputs_show", ShowOutputs(subject)))


@two_doors("a file", "a hidden file", ONE, HIDDEN_ONE)
async def _file(world: World, subject: InstanceRef) -> str:
    """Return what is said, with what is in the files that came."""
    before = len(world.slack.files)
    said = await _text(await _press(world, "payload_send", SendPayload(subject, "params")))
    sent = [file.content.decode() for file in list(world.slack.files)[before:]]
    return "\n".join((said, *sent))


@two_doors("a payload's share", "a hidden payload's share", ONE, HIDDEN_ONE)
async def _share_payload(world: World, subject: InstanceRef) -> str:
    return await _text(await _press(world, "share", SharePayload(subject, "params")))


def _told_by_digest(world: World) -> Message:
    """Return a message that all see, as a digest is."""
    return world.slack.workspace.post(Draft(world.who.channel.id, "Digest 3"), "test")


@two_doors("a digest's details", "a hidden digest's details", ONE, HIDDEN_ONE)
async def _digest_details(world: World, subject: InstanceRef) -> str:
    row = Instance(id=subject.instance, status=ERRORED, ended_on=datetime.now(UTC))
    request = ShowInstance(subject.workflow, subject.instance, row=row)
    return await _filled(await _press(world, "instance_show", request, _told_by_digest(world)))


def _told(subject: InstanceRef) -> dict[str, Any]:
    """Return what a digest told of all instances of a workflow."""
    at = int(datetime.now(UTC).timestamp())
    ids = [f"{subject.instance[:3]}-{1000 + number}" for number in range(ROWS)]
    query = ListQuery.of(subject.workflow, None, ERRORED)
    told = tuple((each, at) for each in ids)
    return {"digest": OTHERS, "query": query, "account": "default", "until": at, "instances": told}


@two_doors("what a digest told", "what a hidden digest told", ONE, HIDDEN_ONE)
async def _instances(world: World, subject: InstanceRef) -> str:
    request = OpenInstances(**_told(subject))
    return await _text(await _press(world, "digest_instances", request, _told_by_digest(world)))


@two_doors("more of what a digest told", "more of what a hidden digest told", ONE, HIDDEN_ONE)
async def _more_instances(world: World, subject: InstanceRef) -> str:
    request = TurnInstances(**_told(subject), offset=10)
    return await _text(await _press(world, "digest_instances_older", request))


@two_doors("one's own digest's preview", "one's own hidden digest's preview", OWN, HIDDEN_OWN)
@two_doors("a digest's preview", "a hidden digest's preview", OTHERS, HIDDEN_OTHERS)
async def _preview(world: World, number: int) -> str:
    return await _text(await _press(world, "digest_preview", PreviewDigest(number)))


@two_doors("a digest's run", "a hidden digest's run", OTHERS, HIDDEN_OTHERS)
async def _run_digest(world: World, number: int) -> str:
    return await _text(await _press(world, "digest_run", RunDigest(number)))


@two_doors("one's own digest's form", "one's own hidden digest's form", OWN, HIDDEN_OWN)
async def _edit(world: World, number: int) -> str:
    return await _first(await _press(world, "digest_edit", EditDigest(number)))


@two_doors("one's own digest's save", "one's own hidden digest's save", OWN, HIDDEN_OWN)
async def _save(world: World, number: int) -> str:
    """Submit the form that Grace opened, who is an admin."""
    view = await (await _press(replace(world, who=world.grace), "digest_edit", EditDigest(number))).view()
    return await _after_submission(world, view, fill_form(view.payload))


@two_doors("one's own digest's pause", "one's own hidden digest's pause", OWN, HIDDEN_OWN)
async def _pause(world: World, number: int) -> str:
    return await _text(await _press(world, "digest_pause", PauseDigest(number)))


@door("another's digest's form")
async def _edit_another(world: World) -> str:
    return await _edit(world, OTHERS)


@door("another's digest's save")
async def _save_another(world: World) -> str:
    return await _save(world, OTHERS)


@door("another's digest's pause")
async def _pause_another(world: World) -> str:
    return await _pause(world, OTHERS)


NO = "⛔"
OTHER_TEAM = "This bot is installed in another workspace"
NO_GUESTS = "This bot does not answer guests of this workspace"
NO_PERSON = "This bot answers people of this workspace only"
REFUSALS = ("You may not", "can't go there", "may not look at this any more")
"""How it is said in a menu, at a form's field, and in a digest."""
SHOWN: Mapping[str, str] = {
    "a list": "ord-",
    "a list that is in memory": "ord-",
    "a list by its beginning": "ord-",
    "a hidden list": "pay-",
    "a hidden list by its beginning": "pay-",
    "a list of several": "ord-",
    "a hidden list of several": "pay-",
    "a place in several": "ord-",
    "a hidden place in several": "pay-",
    "several that are tried again": "ord-",
    "hidden ones that are tried again": "pay-",
    "a share of several": "ord-",
    "a page of several that are shared": "ord-",
    "all workflows": SEEN,
    "a status": SEEN,
    "a verb to come": f"/workflows list {SEEN}",
    "a button of a mistake": "ord-",
    "the next page": "ord-",
    "a refresh": "ord-",
    "a hidden refresh": "pay-",
    "a list from all workflows": "ord-",
    "a hidden list from all workflows": "pay-",
    "the menu of the filter": SEEN,
    "the menu of all workflows": SEEN,
    "the filter": "Rows",
    "a submitted filter": "ord-",
    "a hidden submitted filter": "pay-",
    "an instance": "ord-",
    "an export": "ord-",
    "a hidden export": "pay-",
    "the newest instance": "ord-",
    "a hidden instance": "pay-",
    "a hidden instance by its link": "pay-",
    "instances that are found": "ord-1003",
    "hidden instances that are found": "pay-1003",
    "a verb to come for a hidden instance": "pay-1003",
    "a row's details": "ord-",
    "a hidden row's details": "pay-",
    "a share": "ord-",
    "a hidden share": "pay-",
    "a page of what is shared": "ord-",
    "a hidden page of what is shared": "pay-",
    "a look-up": "ord-",
    "a hidden look-up": "pay-",
    "accounts": "One account",
    "help": "/workflows · help",
    "my access": "What you may do here",
    "a message": f"/workflows {SEEN} errored",
    "a digest's form": "New digest",
    "a digest": "daily at 09:00",
    "a hidden digest": "daily at 09:00",
    "a menu of workflows": SEEN,
    "statistics": f"{SEEN}: {ROWS} of {ROWS} failed",
    "hidden statistics": f"{HIDDEN}: {ROWS} of {ROWS} failed",
    "statistics of all": SEEN,
    "another time of statistics": f"{SEEN}: {ROWS} of {ROWS} failed",
    "another time of hidden statistics": f"{HIDDEN}: {ROWS} of {ROWS} failed",
    "a refresh of statistics": f"{SEEN}: {ROWS} of {ROWS} failed",
    "a refresh of hidden statistics": f"{HIDDEN}: {ROWS} of {ROWS} failed",
    "a share of statistics": f"{SEEN}: {ROWS} of {ROWS} failed",
    "a share of hidden statistics": f"{HIDDEN}: {ROWS} of {ROWS} failed",
    "failures": f"{SEEN}: {ROWS} failed",
    "hidden failures": f"{HIDDEN}: {ROWS} failed",
    "failures of all": SEEN,
    "failures by a button": f"{SEEN}: {ROWS} failed",
    "hidden failures by a button": f"{HIDDEN}: {ROWS} failed",
    "a refresh of failures": f"{SEEN}: {ROWS} failed",
    "a refresh of hidden failures": f"{HIDDEN}: {ROWS} failed",
    "a share of failures": f"{SEEN}: {ROWS} failed",
    "a share of hidden failures": f"{HIDDEN}: {ROWS} failed",
    "a page of steps": "ord-last",
    "a hidden page of steps": "pay-last",
    "others of a version": "ran this version",
    "hidden others of a version": "ran this version",
    "an instance's refresh": "ord-1003",
    "a hidden instance's refresh": "pay-1003",
    "a shared instance's refresh": "ord-1003",
    "a hidden shared instance's refresh": "pay-1003",
    "an instance's share": "ord-1003",
    "a hidden instance's share": "pay-1003",
    "params": "ord-params",
    "hidden params": "pay-params",
    "an output": "ord-output",
    "a hidden output": "pay-output",
    "a step's output": "ord-loaded",
    "a hidden step's output": "pay-loaded",
    "outputs of steps": "ord-loaded",
    "hidden outputs of steps": "pay-loaded",
    "a file": "ord-params",
    "a hidden file": "pay-params",
    "a payload's share": "ord-params",
    "a hidden payload's share": "pay-params",
    "a digest's details": "ord-1003",
    "a hidden digest's details": "pay-1003",
    "what a digest told": "ord-1003",
    "what a hidden digest told": "pay-1003",
    "more of what a digest told": "ord-1011",
    "more of what a hidden digest told": "pay-1011",
    "one's own digest's form": SEEN,
    "one's own hidden digest's form": HIDDEN,
    "one's own digest's save": "is changed",
    "one's own hidden digest's save": "is changed",
    "one's own digest's pause": "is paused",
    "one's own hidden digest's pause": "is paused",
    "another's digest's form": SEEN,
    "another's digest's save": "is changed",
    "another's digest's pause": "is paused",
    "a digest's preview": f"{SEEN}\n{ROWS}\n",
    "a hidden digest's preview": f"{HIDDEN}\n{ROWS}\n",
    "one's own digest's preview": f"{SEEN}\n{ROWS}\n",
    "one's own hidden digest's preview": f"{HIDDEN}\n{ROWS}\n",
    "a digest's run": "is being made",
    "a hidden digest's run": "is being made",
}
"""What a person reads who gets what a door has."""
BESIDE = (
    "an instance",
    "the newest instance",
    "a hidden instance",
    "a hidden instance by its link",
    "a page of steps",
    "a hidden page of steps",
    "an instance's refresh",
    "a hidden instance's refresh",
)
"""Doors that show params and output, too, to those who may read them."""
PAYLOADS = ("params", "an output", "a step's output", "outputs of steps", "a file")
SHARED = ("a payload's share", "a hidden payload's share")
PERSONAL = (
    "one's own digest's form",
    "one's own hidden digest's form",
    "one's own digest's pause",
    "one's own hidden digest's pause",
)
"""What who made a digest may do with it in its channel, whatever they may look at."""
ANOTHERS = dict.fromkeys((name for name in SHOWN if name.startswith("another's")), "refused")
EVERY = dict.fromkeys(SHOWN, "shown") | dict.fromkeys(BESIDE, "shown with payloads") | ANOTHERS
ALL = EVERY | dict.fromkeys(SHARED, "refused")
NOTHING = dict.fromkeys(SHOWN, "refused")
SEARCHED = ("hidden instances that are found", "a verb to come for a hidden instance")
"""Doors behind which a search does not find what a person may not see."""
OF_ORDERS = (
    {name: "refused" if "hidden" in name else "shown" for name in SHOWN}
    | dict.fromkeys((*PAYLOADS, *SHARED), "refused")
    | dict.fromkeys(PERSONAL, "shown")
    | ANOTHERS
    | dict.fromkeys(SEARCHED, "shown without the name")
)
OF_CHANNEL = ("a digest", "one's own digest's save", "one's own digest's preview", "a digest's preview")
ELSEWHERE = OF_ORDERS | dict.fromkeys(OF_CHANNEL, "refused")
"""The person may look at it, and not all who read the channel may."""
WITH_PAYLOADS = (
    ELSEWHERE
    | dict.fromkeys((*PAYLOADS, "a payload's share"), "shown")
    | dict.fromkeys((name for name in BESIDE if "hidden" not in name), "shown with payloads")
)
NO_RULE = NOTHING | dict.fromkeys(("help", "my access", *PERSONAL), "shown")
BLANK = dict.fromkeys(
    ("a verb to come", "a verb to come for a hidden instance", "a message"), "shown without the name"
)
"""Doors that are there for all who come in; they name nothing that a person may not see."""


@dataclass(frozen=True)
class Column:
    """A kind of person.

    Attributes:
        user: who.
        expected: what each door comes to.
        rules: `BOT_ACCESS`; None for none.
        channel: where they act.
        groups: the people of @oncall.
        refusal: what is said at each door that is shut.
    """

    user: User
    expected: Mapping[str, str]
    rules: str | None = None
    channel: str = GENERAL
    oncall: tuple[User, ...] = ()
    refusal: str = NO


COLUMNS = {
    "full member": Column(ADA, ALL),
    "guest": Column(GUS, NOTHING, refusal=NO_GUESTS),
    "guest of one channel": Column(GINA, NOTHING, refusal=NO_GUESTS),
    "stranger": Column(STRANGER, NOTHING, refusal=OTHER_TEAM),
    "other team": Column(MALLORY, NOTHING, refusal=OTHER_TEAM),
    "another app": Column(ROBOT, NOTHING, refusal=NO_PERSON),
    "deactivated": Column(GONE, NOTHING, refusal=NO_PERSON),
    "full member without a rule": Column(ADA, NO_RULE | BLANK, RULES),
    "channel rule": Column(ADA, OF_ORDERS, RULES, OPS),
    "group rule": Column(ADA, ELSEWHERE, RULES, oncall=(ADA,)),
    "full member with payloads": Column(PAM, WITH_PAYLOADS, RULES),
    "full member with payloads alone": Column(PIA, NO_RULE | BLANK, RULES),
    "full member with everything": Column(ADA, EVERY, EVERYTHING, OPS),
    "guest by channel rule": Column(GUS, NOTHING, RULES, OPS, refusal=NO_GUESTS),
    "guest by group rule": Column(GUS, ELSEWHERE, RULES, oncall=(GUS,)),
    "guest with everything for everyone": Column(GUS, NOTHING, EVERYTHING, OPS, refusal=NO_GUESTS),
    "stranger with everything for everyone": Column(STRANGER, NOTHING, EVERYTHING, OPS, refusal=OTHER_TEAM),
}


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliver no digest: that would read the account beside the person, and takes most of a second to end."""

    async def idle(_: Worker) -> None: ...

    monkeypatch.setattr(Worker, "run", idle)


@pytest.fixture
def account(cloudflare: Simulation) -> Simulation:
    """Two workflows with failures, of which some people may see one; they failed in turn."""
    now = datetime.now(UTC)
    for place, (workflow, prefix) in enumerate(((SEEN, "ord"), (HIDDEN, "pay"))):
        cloudflare.add_workflow(workflow)
        for number in range(ROWS):
            cloudflare.add_instance(
                workflow,
                id=f"{prefix}-{1000 + number}",
                status="errored",
                created_on=now - timedelta(seconds=2 * (ROWS - number) + place),
                params={"note": f"{prefix}-params"},
                output=f"{prefix}-output",
                steps=_steps_of(prefix),
            )
    return cloudflare


def _steps_of(prefix: str) -> tuple[Step, ...]:
    """Return steps whose first one has an output, and whose last one is on another page."""
    start = datetime.now(UTC)
    attempts = (Attempt(start, start + timedelta(seconds=1), success=True),)
    names = ("load", *(f"step {number}" for number in range(STEPS - 2)), f"{prefix}-last")
    return tuple(
        Step(f"{name}-1", attempts, json.dumps(f"{prefix}-loaded") if name == "load" else None)
        for name in names
    )


async def _add_digests(folder: Path, channel: str, creator: User) -> None:
    """Add digests as if they were made when other rules held."""
    async with migrated_database(f"sqlite:///{folder}/bot.sqlite3") as engine:
        store = DigestRepository(engine, TEAM, lambda: datetime.now(UTC))
        for number, user in ((OWN, creator), (HIDDEN_OWN, creator), (OTHERS, GRACE), (HIDDEN_OTHERS, GRACE)):
            workflow = SEEN if number in {OWN, OTHERS} else HIDDEN
            plan = DigestSpec(channel, Schedule("0 9 * * 1", "UTC"), workflows=(workflow,))
            assert (await store.create(plan, user.id)).number == number


@pytest.mark.parametrize("name", COLUMNS)
async def test_each_door_gives_each_kind_of_person_what_is_theirs(
    name: str, slack: LocalSlack, account: Simulation, run_bot: RunBot, tmp_path: Path
) -> None:
    column = COLUMNS[name]
    for user in {column.user, *column.oncall}:
        slack.workspace.add(user)
    slack.workspace.set_members(ONCALL.id, *column.oncall)
    await _add_digests(tmp_path, column.channel, column.user)
    async with run_bot(bot_access=column.rules, bot_refresh_pause=0.0, bot_admins=GRACE.id):
        grace = slack.person("grace", column.channel)
        listed, hidden, overview = [await ask(grace, text) for text in (SEEN, HIDDEN, "")]
        shared, hidden_shared = [
            await answer(await grace.click(await ask(grace, f"show {one.workflow} {one.instance}"), "share"))
            for one in (ONE, HIDDEN_ONE)
        ]
        who = slack.person(column.user.name, column.channel)
        world = World(slack, account, who, grace, listed, hidden, overview, shared, hidden_shared)
        outcomes = {each: await _outcome(world, each, column) for each in SHOWN}
    assert outcomes == dict(column.expected)


async def _outcome(world: World, name: str, column: Column) -> str:
    """Return what came of a door, and whether anything slipped out there."""
    begun = len(world.cloudflare.calls)
    text = await DOORS[name](world)
    is_refused = any(words in text for words in (column.refusal, *REFUSALS))
    if SHOWN[name] in text and not is_refused:
        sees_all = column.expected["a hidden list"] == "shown"
        if HIDDEN in text and "hidden" not in name and not sees_all:
            return "told of what is hidden"
        beside = [canary for canary in CANARIES if canary in text and canary != SHOWN[name]]
        return "shown with payloads" if beside else "shown"
    for secret in ("ord-1", "pay-1", *CANARIES, *(() if "hidden" in name else (HIDDEN,))):
        if secret in text:
            return f"slipped: {secret}"
    if not is_refused:
        return "shown without the name"
    return "refused" if len(world.cloudflare.calls) == begun else "refused after Cloudflare was asked"
