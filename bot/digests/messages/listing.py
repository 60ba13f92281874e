"""The digests of a workspace as a list, and one of them with all that is known of it."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.digests.messages.phrases import command_of
from bot.digests.messages.plan import (
    MOST_NAMES,
    buttons,
    heading,
    menu,
    new_button,
    upcoming,
    what,
    when,
    zone_question,
)
from bot.digests.model import MOST_WORKFLOWS, Digest, DigestRun, RunState, spec_command
from bot.language.tokens import COMMAND
from bot.ui import limits
from bot.ui.elements import Message, context, header, message, section
from bot.ui.limits import Block
from bot.ui.mrkdwn import channel, command, escape, moment, person, plural

MOST_RUNS: Final = 10

_EXAMPLE: Final = f"{COMMAND} digest create #ops weekdays 09:00"
_LONGEST_ROW: Final = 900
_LONGEST_LINE: Final = 250
_LONGEST_DETAIL: Final = 120
_ROOM_FOR_LINES: Final = 2_600
"""Characters of JSON that the digests without buttons have, if there are any."""
_OUTCOMES: Final[dict[RunState, str]] = {
    "sent": "✅ sent",
    "quiet": "🤫 quiet",
    "missed": "⚠️ missed",
    "failed": "🔴 failed",
    "due": "⏳ due",
}


def digests_message(
    digests: Sequence[Digest], may_change: Collection[int], in_full: Collection[int] | None = None
) -> Message:
    """List digests in the order given: the first ones with a menu each, the others a line each.

    To be sent to one reader alone, as it names people.

    Args:
        digests: those that the reader may see.
        may_change: the numbers of those that the reader may change.
        in_full: the numbers of those whose plan is shown; None for all. Before it shows the others, the bot
            asks Slack whether the reader may still see them.
    """
    if not digests:
        return _none_yet()
    top = [header("Digests")]
    bottom = [
        {"type": "divider"},
        *new_button("New digest…"),
        context("`/workflows digest show NUMBER`", "`/workflows help digest`"),
    ]
    room = limits.MESSAGE - limits.size([*top, *bottom])
    rows: list[Block] = []
    shown = 0
    for digest in digests:
        is_brief = in_full is not None and digest.number not in in_full
        row = _row(digest, may_change=digest.number in may_change, is_brief=is_brief)
        room -= limits.size(row)
        if room < (0 if digest is digests[-1] else _ROOM_FOR_LINES):
            break
        rows += row
        shown += 1
    said = {
        digest.number: _line(digest, is_brief=in_full is not None and digest.number not in in_full)
        for digest in digests
    }
    lines = "; ".join(f"{number} {line}" for number, line in said.items())
    text = f"{plural(len(digests), 'digest', 'digests')}: {lines}"
    left = {digest.number: said[digest.number] for digest in digests[shown:]}
    return message(text, [*top, *rows, *_lines(left), *bottom])


def digest_details_message(
    digest: Digest, due: Sequence[datetime], runs: Sequence[DigestRun], *, may_change: bool, here: str = ""
) -> Message:
    """Show one digest with its whole plan, its next slots and its last runs, the newest first.

    To be sent to one reader alone, as it names people.

    Args:
        digest: the digest.
        due: its next slots.
        runs: its last runs.
        may_change: whether the reader may change it.
        here: how its channel is typed where it is shown; empty where that is another channel.
    """
    plan = digest.plan
    again = command(spec_command(plan, here or "here"))
    blocks = [
        section(f"{heading(digest)}\n{when(digest)}\n{what(plan, MOST_WORKFLOWS)}"),
        context(f"made by {person(digest.creator)} on {moment(digest.created_at, '{date_short}')}"),
    ]
    if due:
        blocks.append(
            section("*Next times, on your clock*\n" + "\n".join(f"• {moment(slot)}" for slot in due))
        )
    outcomes = "\n".join(f"• {_run(run)}" for run in runs[:MOST_RUNS]) or "none yet"
    blocks.append(section(f"*Last runs*\n{outcomes}"))
    if may_change:
        blocks += zone_question(digest, "⚠️ Its times are UTC until Slack tells its creator's time zone.")
    blocks += buttons(digest, may_change=may_change)
    blocks.append(context(again if here else f"In {channel(plan.channel)}: {again}"))
    where = channel(plan.channel)
    return message(f"Digest {digest.number} in {where}: {when(digest)}. {what(plan, MOST_NAMES)}", blocks)


def _none_yet() -> Message:
    title = "No digests yet."
    advice = f"A digest tells a channel what failed, as often as you like: {command(_EXAMPLE)}"
    blocks = [section(f"*{title}*\n{advice}"), *new_button("New digest…")]
    return message(f"{title} {advice}", blocks)


def _row(digest: Digest, *, may_change: bool, is_brief: bool) -> list[Block]:
    if is_brief:
        text = f"{heading(digest)}\nyours, in another channel: {command(command_of('show', digest.number))}"
    else:
        lines = (
            heading(digest),
            when(digest),
            f"{what(digest.plan, MOST_NAMES)} · by {person(digest.creator)}",
        )
        text = limits.shorten_markup("\n".join(lines), _LONGEST_ROW)
    return [section(text, menu(digest, may_change=may_change))]


def _lines(digests: Mapping[int, str]) -> list[Block]:
    """List digests that have no room for buttons, and count those that have no room at all."""
    text, shown = "", 0
    for number, said in digests.items():
        line = limits.shorten_markup(f"*{number}* {said}", _LONGEST_LINE)
        if len(json.dumps(f"{text}\n{line}", ensure_ascii=False)) > _ROOM_FOR_LINES - 400:
            break
        text, shown = f"{text}\n{line}".strip(), shown + 1
    if not digests:
        return []
    left = f"{len(digests) - shown} more. " if shown < len(digests) else ""
    example = command(command_of("show", max(digests)))
    advice = context(f"{left}Each of these with its buttons, as in {example}")
    return [*([section(text)] if text else []), advice]


def _line(digest: Digest, *, is_brief: bool) -> str:
    if is_brief:
        return channel(digest.plan.channel)
    return f"{channel(digest.plan.channel)} {escape(digest.plan.schedule.in_words())}, {upcoming(digest)}"


def _run(run: DigestRun) -> str:
    phrases = [moment(run.due_at), _OUTCOMES[run.state]]
    if run.news:
        phrases.append(f"{run.news:,} new")
    if run.detail:
        phrases.append(escape(limits.shorten(run.detail, _LONGEST_DETAIL)))
    return " · ".join(phrases)
