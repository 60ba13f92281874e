"""What each kind of person gets at each door: one table, every cell of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest

from bot.access.model import Right
from bot.cloudflare.dashboard import DashboardPage, write_url
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply, User, View
from bot.playground.simulators.slack.directory import ADA, GINA, GRACE, GUS, MALLORY, ONCALL, ROBOT
from bot.playground.simulators.slack.workspace import Draft
from tests.support.filter_form import open_filter
from tests.support.fixtures import RunBot
from tests.support.form_values import fill_form
from tests.support.messages import answer, ask, is_interim

SEEN, HIDDEN = "order-processing", "payroll"
ROWS = 12
STRANGER = User("U0SAM0001", "sam", "Sam of another company", known_as_of="T0OTHER01")
GONE = User("U0GONE001", "gone", "Gone last week", is_deleted=True)
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
    ]
)
"""Grace sees all. In #ops, or in the group @oncall, one sees what begins with `order-`."""

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
    """

    slack: LocalSlack
    cloudflare: Simulation
    who: Person
    grace: Person
    listed: Message
    hidden: Message
    overview: Message


Door = Callable[[World], Awaitable[str]]
DOORS: dict[str, Door] = {}


def door(name: str) -> Callable[[Door], Door]:
    def add(made: Door) -> Door:
        DOORS[name] = made
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
    return await _text(await world.who.click(world.overview, "list_open", 0))


@door("a hidden list from all workflows")
async def _open_hidden(world: World) -> str:
    return await _text(await world.who.click(world.overview, "list_open", 1))


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
    following = world.slack.next_message()
    await world.who.submit(view, fill_form(view.payload, rows="5"))
    if (after := world.slack.views.current(view)) is not None:
        following.close()
        return after.all_text()
    message = await following
    while is_interim(message):
        message = await world.slack.next_message()
    return message.all_text()


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


@door("a row's details")
async def _details(world: World) -> str:
    return await _opened(world, world.listed)


@door("a hidden row's details")
async def _hidden_details(world: World) -> str:
    return await _opened(world, world.hidden)


async def _opened(world: World, listed: Message) -> str:
    """Open the details of a row, and read the modal once it is filled."""
    reply = await world.who.click(listed, "instance_show")
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


NO = "⛔"
OTHER_TEAM = "This bot is installed in another workspace"
NO_GUESTS = "This bot does not answer guests of this workspace"
NO_PERSON = "This bot answers people of this workspace only"
SHOWN: Mapping[str, str] = {
    "a list": "ord-",
    "a list that is in memory": "ord-",
    "a list by its beginning": "ord-",
    "a hidden list": "pay-",
    "a hidden list by its beginning": "pay-",
    "all workflows": SEEN,
    "a status": SEEN,
    "a verb to come": f"/workflows list {SEEN}",
    "a button of a mistake": "ord-",
    "the next page": "ord-",
    "a refresh": "ord-",
    "a hidden refresh": "pay-",
    "a list from all workflows": "ord-",
    "a hidden list from all workflows": "pay-",
    "the filter": "Rows",
    "a submitted filter": "ord-",
    "a hidden submitted filter": "pay-",
    "an instance": "ord-",
    "the newest instance": "ord-",
    "a hidden instance": "pay-",
    "a hidden instance by its link": "pay-",
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
}
"""What a person reads who gets what a door has."""
ALL = dict.fromkeys(SHOWN, "shown")
NOTHING = dict.fromkeys(SHOWN, "refused")
OF_ORDERS = {name: "refused" if "hidden" in name else "shown" for name in SHOWN}
ELSEWHERE = OF_ORDERS | {"a digest": "refused"}
"""The person may look at it, and not all who read the channel may."""
NO_RULE = NOTHING | dict.fromkeys(("help", "my access"), "shown")
BLANK = {"a verb to come": "shown without the name", "a message": "shown without the name"}
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
    "guest by channel rule": Column(GUS, NOTHING, RULES, OPS, refusal=NO_GUESTS),
    "guest by group rule": Column(GUS, ELSEWHERE, RULES, oncall=(GUS,)),
    "guest with everything for everyone": Column(GUS, NOTHING, EVERYTHING, OPS, refusal=NO_GUESTS),
    "stranger with everything for everyone": Column(STRANGER, NOTHING, EVERYTHING, OPS, refusal=OTHER_TEAM),
}


@pytest.fixture
def account(cloudflare: Simulation) -> Simulation:
    """Two workflows with failures, of which some people may see one."""
    for workflow, prefix in ((SEEN, "ord"), (HIDDEN, "pay")):
        cloudflare.add_workflow(workflow)
        for number in range(ROWS):
            cloudflare.add_instance(workflow, id=f"{prefix}-{1000 + number}", status="errored")
    return cloudflare


@pytest.mark.parametrize("name", COLUMNS)
async def test_each_door_gives_each_kind_of_person_what_is_theirs(
    name: str, slack: LocalSlack, account: Simulation, run_bot: RunBot
) -> None:
    column = COLUMNS[name]
    for user in {column.user, *column.oncall}:
        slack.workspace.add(user)
    slack.workspace.set_members(ONCALL.id, *column.oncall)
    async with run_bot(bot_access=column.rules, bot_refresh_pause=0.0):
        grace = slack.person("grace", column.channel)
        listed, hidden, overview = [await ask(grace, text) for text in (SEEN, HIDDEN, "")]
        who = slack.person(column.user.name, column.channel)
        world = World(slack, account, who, grace, listed, hidden, overview)
        outcomes = {each: await _outcome(world, each, column) for each in SHOWN}
    assert outcomes == dict(column.expected)


async def _outcome(world: World, name: str, column: Column) -> str:
    """Return what came of a door, and whether anything slipped out there."""
    begun = len(world.cloudflare.calls)
    text = await DOORS[name](world)
    is_refused = column.refusal in text or "You may not" in text
    if SHOWN[name] in text and not is_refused:
        return "told of what is hidden" if column.expected is not ALL and HIDDEN in text else "shown"
    for secret in ("ord-1", "pay-1", *(() if "hidden" in name else (HIDDEN,))):
        if secret in text:
            return f"slipped: {secret}"
    if not is_refused:
        return "shown without the name"
    return "refused" if len(world.cloudflare.calls) == begun else "refused after Cloudflare was asked"
