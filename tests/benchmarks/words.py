"""What people typed when they tried the bot, and what comes of it: answered, a press away, or neither."""

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person
from tests.support.messages import answer
from tests.support.servers import bot_settings, serve_bot

from .outcome import ROUNDS, Goal, Measured, Outcome

LINES: Final = Path(__file__).parents[1] / "fixtures" / "typed.tsv"
"""What was typed, a line each behind what its answer holds if that is what was meant."""

_FORM: Final = "(form)"
_FAIR: Final = "\N{WARNING SIGN}\N{VARIATION SELECTOR-16} "
"""Before what a refusal says that is all that can be answered."""
_REFUSED: Final = re.compile(r"(?:Read .*\n|Left out .*\n)?(?:\N{WARNING SIGN}|\N{NO ENTRY})")
_NOT_YET: Final = "This bot can't"
_INSTANCES: Final = 3_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that somebody typed.

    Attributes:
        meant: what the answer holds if it is what was meant.
        text: what was typed behind the slash command.
    """

    meant: str
    text: str


def typed_lines() -> Sequence[Typed]:
    """Return what people typed."""
    lines = LINES.read_text(encoding="utf-8").splitlines()
    return [Typed(*line.split("\t")) for line in lines if not line.startswith("#")]


async def measure(rounds: int = ROUNDS, count: int | None = None) -> Outcome:
    """Type each line, or the first so many; one round is enough, as nothing in it is left to chance."""
    del rounds
    lines = typed_lines()[:count]
    simulation = Simulation()
    simulation.seed(1, instances=_INSTANCES)
    found: Counter[str] = Counter()
    with TemporaryDirectory(prefix="benchmark-") as folder:
        async with (
            LocalSlack().serve() as slack,
            simulation.serve() as api,
            serve_bot(bot_settings(slack, api, Path(folder), bot_person_share=1), slack),
        ):
            for line in lines:
                came = await _what_comes_of(line, slack.person("ada"))
                found[came] += 1
                if came != "answered":
                    _log.info("words: %s: /workflows %s", came, line.text)
    return _outcome(found)


async def _what_comes_of(line: Typed, person: Person) -> str:
    reply = await person.command("/workflows", line.text)
    if line.meant == _FORM:
        await reply.view()
        return "answered"
    message = await answer(reply)
    told = message.all_text()
    if line.meant.startswith(_FAIR):
        return "refused fairly" if line.meant.removeprefix(_FAIR) in told else "wrong"
    if _NOT_YET in told:
        return "one press" if line.meant in told and message.buttons() else "wrong"
    if _REFUSED.match(told) is None:
        return "answered" if line.meant in told else "wrong"
    return await _what_a_press_leads_to(line, message, person)


async def _what_a_press_leads_to(line: Typed, refusal: Message, person: Person) -> str:
    buttons = [button for button in refusal.buttons() if button.action_id in ("command_run", "list_open")]
    for button in buttons:
        if line.meant in (await answer(await person.press(refusal, button))).all_text():
            return "one press"
    if buttons:
        return "wrong"
    return "retype" if line.meant in refusal.all_text() else "dead end"


def _outcome(found: Counter[str]) -> Outcome:
    lines = found.total()
    well = found["answered"] + found["one press"]
    kinds = ("answered", "one press", "refused fairly", "retype", "dead end", "wrong")
    return Outcome(
        name="words",
        work=f"{lines} commands that people typed, on a simulated account",
        measured=tuple(Measured.of("the bot", kind, "commands", [found[kind]]) for kind in kinds),
        goals=(
            Goal("commands of ten that are answered or one press away", 10 * well / lines, 9, True, False),
            Goal("commands with a wrong answer or proposal", found["wrong"], 0, is_ratio=False),
        ),
        notes=("what was meant is told by `tests/fixtures/typed.tsv`",),
    )
