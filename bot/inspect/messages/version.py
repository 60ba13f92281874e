"""The instances of one version among a workflow's newest: was it the deployment?"""

from collections import Counter
from dataclasses import replace
from typing import Final

from bot.browse.command.options import MAX_ROWS
from bot.browse.messages.details import ValueOf
from bot.browse.messages.rows import row_details, rows
from bot.browse.screen import Screen
from bot.language.command import Command
from bot.ui import limits
from bot.ui.elements import Message, context, header, message, section
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, moment
from bot.ui.problems import run_button
from bot.ui.statuses import URGENCY, appearance

_SHORT: Final = 8
"""Characters by which people tell versions apart."""


def version_message(screen: Screen, version: str, value_of: ValueOf) -> Message:
    """Build the list of a version's instances.

    Args:
        screen: the newest of the workflow, of any version.
        version: its id.
        value_of: writes the values of the rows' buttons.
    """
    found = [row for row in screen.rows if row.instance.version_id == version]
    counts = Counter(row.instance.status for row in found)
    order = sorted(counts, key=lambda status: URGENCY.index(status) if status in URGENCY else len(URGENCY))
    looks = [(counts[status], appearance(status)) for status in order]
    among = f"the newest {len(screen.rows)} instances" if screen.next else f"all {len(screen.rows)} instances"
    said = f"{len(found)} of {among} ran version {code(version[:_SHORT])}"
    everything = Command(screen.query.command())
    shown = replace(screen, rows=found[:MAX_ROWS])
    around = [
        header(f"{screen.query.workflow} · version {version[:_SHORT]}"),
        section(
            f"{said}: " + " · ".join(f"{look.emoji} {count} {look.word.lower()}" for count, look in looks)
            if found
            else f"*None of {among} ran this version.*"
        ),
        context(code(screen.account), f"as of {moment(screen.fetched_at, '{time_secs}')}"),
    ]
    end: list[Block] = [
        section(f"All versions: {command(everything.whole())}", run_button("Run it", everything))
    ]
    if len(found) > MAX_ROWS:
        end.insert(0, context(f"The newest {MAX_ROWS} are shown."))
    blocks: list[Block] = []
    for detail in row_details(shown):
        blocks = [*around, *rows(shown, value_of, detail), *end]
        if limits.fits(blocks):
            break
    while not limits.fits(blocks):  # ids and names as long as a message
        blocks.pop(-1 - len(end))
    words = ", ".join(f"{count} {look.word.lower()}" for count, look in looks)
    return message(f"{said}: {words}" if found else f"None of {among} ran this version.", blocks)
