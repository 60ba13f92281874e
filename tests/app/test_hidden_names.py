"""Nothing tells people of workflows and accounts that they may not look at: no answer, button, menu or file.

Everything that is hidden is called `secret…`. What Ada is shown is read as a whole: its texts, what stands in
it for screen readers, and what its buttons carry. Then each button is pressed.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.playground.simulators.cloudflare import Failure, Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply, View
from bot.playground.simulators.slack.directory import ADA, GRACE
from bot.slack.requests import InvalidButton
from bot.ui.sharing import SHARE
from tests.support.buttons import CODEC
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask, is_interim
from tests.support.overviews import offered

HIDDEN = "secret"
SEEN = ("order-mail", "order-processing")
MANY = 56
"""More lists than one message reads."""
TYPED = (
    "",
    "search:e",
    "list * errored",
    "list * errored since:2d",
    "list order-* error:failed",
    "list * errored longer:1s",
    "list order-mail errored",
    "list order-mail view:table",
    "list order-mail,order-processing",
    "list order-male",
    "list s*",
    "secrt-01 errored",
    "list secrt-01,order-mail",
    "failures",
    "failures since:2d",
    "failures secrt-01",
    "stats *",
    "stats order-mail",
    "stats secrt-01",
    "find sec-00*",
    "find ord-1000",
    "find sec-0001",
    "find 0001",
    "show latest failed",
    "show order-mail latest",
    "show secrt-01 latest",
    "restart sec-0001",
    # Names that they might look at, if there were any such: like a hidden one.
    "order-secre",
    "list order-secre errored",
    "list order-secre,order-mail",
    "list order-secre error:failed",
    "failures order-secre",
    "stats order-secre",
    "export order-secre",
    "show order-secre latest",
    "show order-secre sec-0001",
    "find order-secre/ord-10000",
    "restart order-secre",
    "digest create daily 9am workflow:order-secre",
    "help",
    "accounts",
    "access",
    "account:secrt",
    "digest create daily 9am workflow:secrt-01",
    "digest",
)
RULES = json.dumps(
    [
        {"who": [ADA.id], "accounts": ["default"], "workflows": ["order-*"], "rights": ["view", "subscribe"]},
        {"who": ["C0OPS0001"], "accounts": ["default"], "workflows": ["order-mail"], "rights": ["view"]},
        {"who": [GRACE.id], "rights": ["view", "subscribe"]},
    ]
)
OF_ALL = (
    "",
    "list * errored",
    "list * errored since:2d",
    "list * error:failed",
    "list secret-01,secret-02,order-mail errored",
    "list secret-01",
    "failures",
    "failures secret-01",
    "stats *",
    "stats secret-01",
    "show secret-01 latest",
)
_REFUSED = re.compile(r"You may not look at `secret-\d+` here\.")
"""Names what a button was about, whose message named it."""
ENDING = ("share_delete", "export_cancel")
"""Buttons that lead no further."""


@pytest.fixture(autouse=True)
def _account(cloudflare: Simulation) -> None:
    """Fill an account most of whose workflows are hidden from Ada, and failed more often than the others."""
    now = datetime.now(UTC)
    names = [(name, "ord", 4) for name in SEEN]
    names += [(f"{HIDDEN}-{number:02}", "sec", 5) for number in range(MANY)]
    names += [(f"orders-{HIDDEN}", "sec", 1)]
    for place, (workflow, prefix, count) in enumerate(names):
        for number in range(count):
            ended = now - timedelta(minutes=1 + place + number)
            cloudflare.add_instance(
                workflow,
                id=f"{prefix}-{1000 + number}" if prefix == "ord" else f"{prefix}-{place:04}-{number}",
                status="errored",
                created_on=ended - timedelta(minutes=1),
                ended_on=ended,
                error=Failure("Error", f"{prefix} failed"),
            )


@pytest.fixture
async def settings() -> AsyncIterator[dict[str, Any]]:
    other = Simulation(account_id="f" * 32)
    other.add_instance("secret-other", id="ord-1000", status="errored")
    async with other.serve() as url:
        vault = {"account_id": "f" * 32, "api_token": "simulated-token", "api_base_url": url}
        yield {
            "bot_refresh_pause": 0.0,
            "bot_person_share": 1.0,
            "cloudflare_accounts": {"secret-vault": vault},
        }


async def test_no_answer_and_nothing_behind_it_tells_of_what_is_hidden(
    run_bot: RunBot, slack: LocalSlack, settings: dict[str, Any]
) -> None:
    async with run_bot(**settings, bot_access=RULES):
        for text in ("", "list * errored", "failures", "stats *", "account:secret-vault"):
            await ask(slack.person("grace"), text)  # so that memory has all of it
        crawl = Crawl(slack.person("ada"))
        for text in TYPED:
            await crawl.press_all(await _shown(await crawl.person.command("/workflows", text)), text)
        overview = await ask(crawl.person, "")
        assert [option["text"]["text"] for option in await offered(crawl.person, overview)] == list(SEEN)


@pytest.mark.parametrize("lost", [False, True], ids=["another's", "own"])
async def test_a_message_that_tells_of_hidden_things_leads_to_none_of_them(
    run_bot: RunBot, slack: LocalSlack, settings: dict[str, Any], *, lost: bool
) -> None:
    """It is a message that Grace shared, or one's own of a time when one might look at all of it."""
    shown = []
    async with run_bot(**settings, bot_access=None if lost else RULES):
        who = slack.person("ada" if lost else "grace")
        for text in OF_ALL:
            message = await ask(who, text)
            shown.append((text, message if lost else await answer(await who.click(message, SHARE))))
    async with run_bot(**settings, bot_access=RULES):
        crawl = Crawl(slack.person("ada"), decodes=False)
        for text, message in shown:
            assert HIDDEN in message.text + json.dumps(message.blocks), "it leads to what is hidden"
            await crawl.press_all(message, text, is_known=True)


async def test_a_file_has_what_the_person_may_look_at_and_all_who_read_its_channel(
    run_bot: RunBot, slack: LocalSlack, settings: dict[str, Any]
) -> None:
    expected = {
        "export * errored": set(SEEN),
        "export * since:1d as jsonl": set(SEEN),
        "export * errored to #ops": {"order-mail"},
        "export order-* to #ops as jsonl": {"order-mail"},
    }
    async with run_bot(**settings, bot_access=RULES):
        ada = slack.person("ada")
        for number, (text, names) in enumerate(expected.items(), start=1):
            _require_hidden(await ask(ada, text), text, decodes=True)
            async with asyncio.timeout(5):
                while len(slack.files) < number:  # noqa: ASYNC110 - the simulator tells of none
                    await asyncio.sleep(0.02)
            written = slack.files[-1].content.decode()
            assert HIDDEN not in written, text
            assert {name for name in SEEN if name in written} == names, text
        refused = (await ask(ada, "export order-processing to #ops")).all_text()
        assert "An export of `order-processing` can't go to" in refused
    for message in slack.workspace.timeline("C0OPS0001"):
        _require_hidden(message, "what #ops reads", decodes=True)


class Crawl:
    """Presses each button of each kind of message once, and reads what comes of it.

    Args:
        person: who presses.
        decodes: to read what buttons carry, too: those of a list that somebody else began carry its names.
    """

    def __init__(self, person: Person, *, decodes: bool = True) -> None:
        self.person = person
        self._decodes = decodes
        self._pressed: set[tuple[str, str]] = set()

    async def press_all(
        self, shown: Message | View, way: str, depth: int = 2, *, is_known: bool = False
    ) -> None:
        """Press each button of an answer, and those of what follows.

        Args:
            shown: the answer.
            way: what led to it.
            depth: how far to follow.
            is_known: the answer tells of what is hidden, and is not read.
        """
        if not is_known:
            _require_hidden(shown, way, decodes=self._decodes)
        if depth == 0 or not isinstance(shown, Message):
            return
        title = shown.all_text().partition("\n")[0]
        for button in {button.action_id.partition(":")[0]: button for button in shown.buttons()}.values():
            kind = (button.action_id, title)
            is_again = button.action_id == SHARE and depth == 1  # most likely the second of a double click
            if kind in self._pressed or is_again or "url" in button.element or button.action_id in ENDING:
                continue
            self._pressed.add(kind)
            following = await _shown(await self.person.press(shown, button))
            await self.press_all(following, f"{way} → {button.label}", depth - 1)


async def _shown(reply: Reply) -> Message | View:
    """Return what came of something in the end: a message, or a modal."""
    waiting: Sequence[asyncio.Task[Message | View]] = [
        asyncio.ensure_future(each) for each in (reply.message(), reply.view())
    ]
    done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    shown = next(iter(done)).result()
    if isinstance(shown, Message):
        return await answer(reply) if is_interim(shown) else shown
    return await reply.view() if "Looking it up" in shown.all_text() else shown


def _require_hidden(shown: Message | View, way: str, *, decodes: bool) -> None:
    """Require that nothing that is shown, or that its buttons carry, tells of what is hidden."""
    payload = list(shown.blocks) if isinstance(shown, Message) else shown.payload
    said = json.dumps(payload) + (shown.text if isinstance(shown, Message) else "")
    for text in (said, *(map(_decoded, _values(payload)) if decodes else ())):
        assert HIDDEN not in _REFUSED.sub("", text).lower(), f"{way}: {text}"
        assert "sec failed" not in text, f"{way}: {text}"


def _values(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("value"), str):
            yield node["value"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _values(each)


def _decoded(value: str) -> str:
    try:
        return str(CODEC.decode(value))
    except InvalidButton:
        return value
