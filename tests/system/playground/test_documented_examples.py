"""Every example of the documentation is answered in the playground."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from bot.playground.accounts import SimulatedAccount
from bot.playground.page.ui_actions import Command, UserActions
from bot.playground.playground import Playground, run_playground
from bot.playground.simulators.cloudflare import Simulation

from .page_client import ADA, GENERAL

ROOT: Final = Path(__file__).parents[3]
README: Final = (ROOT / "README.md").read_text()
COMMANDS: Final = (ROOT / "docs/commands.md").read_text()

_CODE: Final = re.compile(r"`(/workflows[^`\n]*)`")
_LINE: Final = re.compile(r"^(/workflows.*?)(?: {2,}|$)", re.MULTILINE)
_OPTIONAL: Final = re.compile(r" ?\[[^]]*\]")
_INSTANCE: Final = "ord-59603"
_PLACES: Final = {
    r"\bNAME…?": "order-processing",
    r"\bID\b": _INSTANCE,
    r"/…/": f"/{Simulation().account_id}/",
    r"\bSCHEDULE\b": "daily 9am",
    r"\bN\b": "1",
}
"""What a person puts in the place of a word in capitals."""
_REFUSALS: Final = ("⚠️ *", "⛔")
"""How the titles of refusals begin; a made digest may have a warning, such as that there is one like it."""
_NOT_THERE: Final = ("cursor:", "direction:", "account:")
"""Filters for a cursor that a person has, and for a second account."""


def examples(text: str) -> Iterator[str]:
    """Yield the commands of a page, with something in each place that a person fills."""
    for found in sorted([*_CODE.finditer(text), *_LINE.finditer(text)], key=lambda found: found.start()):
        command = _OPTIONAL.sub("", found[1])
        for place, example in _PLACES.items():
            command = re.sub(place, example, command)
        yield command.strip()


def section(title: str) -> str:
    """Return a section of docs/commands.md."""
    return COMMANDS.partition(f"## {title}\n")[2].partition("\n## ")[0]


def first_column(text: str) -> Iterator[str]:
    """Yield the code of the first column of tables."""
    for line in text.splitlines():
        if found := re.match(r"\| `([^`]+)`", line):
            yield found[1]


def filters() -> Iterator[str]:
    for example in first_column(section("Filters")):
        if not example.startswith(_NOT_THERE):
            yield f"/workflows list order-processing {example}"
    flags = re.search(r"`(--[^`]+)`", section("Filters"))
    assert flags is not None
    yield f"/workflows list order-processing {flags[1]}"
    for row in section("Times").splitlines():
        for moment in re.findall(r"`([^`]+)`", row.rpartition(" | ")[2]) if row.startswith("| ") else ():
            yield f"/workflows list order-processing until:{moment}"


def digests() -> Iterator[str]:
    yield "/workflows digest create daily 9am"  # the digest that the others are about
    schedules = re.search(r"A schedule is required.*?\n\n", section("Digests"), re.DOTALL)
    assert schedules is not None
    for schedule in re.findall(r"`([^`]+)`", schedules[0]):
        yield f"/workflows digest create {schedule}"
    for option in first_column(section("Digests").partition("<!-- digest options -->")[2]):
        if not option.startswith(_NOT_THERE):
            yield f"/workflows digest create daily 9am {option.replace('NAME', 'order-processing')}"


EXAMPLES: Final = list(dict.fromkeys((*digests(), *examples(README), *examples(COMMANDS), *filters())))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def playground() -> AsyncIterator[Playground]:
    async with run_playground(SimulatedAccount(seed=1, instances=600)) as playground:
        assert playground.account.faults is not None
        playground.account.faults.simulation.add_instance("order-processing", id=_INSTANCE)
        yield playground


async def answer(playground: Playground, text: str) -> str:
    """Type a command, and return all that is said after it; the title of a modal if it opens one."""
    slack = playground.slack
    before = {message.ts for message in slack.messages(GENERAL)}
    slack.views.close_all(ADA)
    await UserActions(playground).perform(Command(kind="command", person=ADA, channel=GENERAL, text=text))
    async with asyncio.timeout(10):
        while True:
            said = [each.all_text() for each in slack.messages(GENERAL) if each.ts not in before]
            said += [str(view.payload["title"]["text"]) for view in slack.views.open_now()]
            first = said[-1].partition("\n")[0] if said else "⏳"
            # An instance that is queued begins as what says that the answer is to come.
            if not first.startswith("⏳") or "queued" in first:
                return "\n".join(said)
            await asyncio.sleep(0.02)


def test_the_documentation_has_examples() -> None:
    assert "/workflows search:order" in EXAMPLES
    assert "/workflows list order-processing status:errored since:24h" in EXAMPLES
    assert "/workflows digest restore 1" in EXAMPLES
    assert len(EXAMPLES) > 50
    assert not [example for example in EXAMPLES if re.search(r"[A-Z]{4,}|…", example)]


@pytest.mark.timeout(120)
@pytest.mark.asyncio(loop_scope="module")
async def test_every_example_of_the_documentation_is_answered(playground: Playground) -> None:
    refused = []
    for example in EXAMPLES:
        said = await answer(playground, example)
        if any(mark in said for mark in _REFUSALS):
            refused.append(f"{example}\n    {said}")
    assert not refused, "\n".join(refused)
