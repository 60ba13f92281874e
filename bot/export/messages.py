"""What people are told of exports: how far one is, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.access.messages import ACCESS
from bot.browse.selection import Stream
from bot.export.collector import Progress
from bot.export.plan import Bounds
from bot.export.result import Result
from bot.language.command import Command
from bot.ui.elements import Message, actions, button, context, message, section
from bot.ui.explanations import explain
from bot.ui.limits import Block
from bot.ui.mrkdwn import channel, code, command, duration, escape, moment_after, person
from bot.ui.problems import run_button

CANCEL: Final = "export_cancel"
"""The action id of the button that ends an export."""
_MOST_NAMED: Final = 5
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for an export, and how.

    Attributes:
        user: Slack's id of the person.
        again: the command.
    """

    user: str
    again: Command


def begun_message(to: str, notices: Sequence[str] = ()) -> Message:
    """Tell where the file and its progress appear.

    Args:
        to: Slack's id of a channel, empty for the person directly.
        notices: sentences in mrkdwn for this reader.
    """
    where = f"in {channel(to)}, for everybody there" if to else "in your direct messages with this bot"
    words = f"The export has begun. It shows how far it is, and then the file, {where}."
    return message(" ".join((words, *notices)), [context(f"📦 {words}", *map(escape, notices))])


def proof_message(to: str) -> Message:
    """Tell a person, in a channel, that a file is about to come there: it proves that they are there."""
    words = f"You asked for an export to {channel(to)}: everybody here will see the file."
    return message(words, [context(f"📦 {words}")])


def progress_message(progress: Progress, asked: Asked, cancel: str, waits: float | None) -> Message:
    """Tell how far an export is.

    Args:
        progress: its reading.
        asked: who asked for it, and how.
        cancel: the value of the button that cancels it.
        waits: seconds for which Cloudflare's limit makes it wait; None while it goes on.
    """
    title = f"Exporting: {_so_far(progress)}"
    lines = []
    if waits is not None:
        pause = duration(timedelta(seconds=max(waits, 1)))
        lines.append(
            f"Cloudflare's limit of requests, or one person's share of it, is used up: it goes on in {pause}."
        )
    return _message("⏳", title, lines, asked, _cancel(cancel))


def sending_message(rows: int, asked: Asked, cancel: str) -> Message:
    """Tell that the file is on its way; `cancel` is the value of the button that cancels it."""
    return _message("⏳", f"Sending the file: {_count(rows, 'row')}", [], asked, _cancel(cancel))


def result_message(result: Result, asked: Asked, bounds: Bounds) -> Message:
    """Tell what the file has, and what it has not.

    Args:
        result: what came of the reading.
        asked: who asked for it, and how.
        bounds: of every export.
    """
    lines = [f"The file is {code(result.name)}."] if result.rows else []
    if result.is_cut:
        lines += _cut_lines(result, bounds)
    lines += _uncertain_lines(result)
    if result.created_since is not None and result.rows:
        since = moment_after("created since", result.created_since)
        lines.append(
            f"Looked at: those that were {since}. An older one that has ended since then is not in it."
        )
    if result.some_hidden:
        lines.append(f"It has the workflows that {person(asked.user)} may look at here: {command(ACCESS)}")
    if not result.is_partial:
        if result.rows:
            return _message("✅", f"Exported {_count(result.rows, 'instance')}.", lines, asked)
        return _message("📭", f"Nothing to export: {_no_such(result)}.", lines, asked)
    lines.append("Narrow it down, as with `since:24h`, or try again.")
    missing = "some are missing" if result.is_cut else "some may be missing"
    title = f"Partial export: {_count(result.rows, 'instance')}, and {missing}."
    return _message("⚠️", title, lines, asked, _run(asked.again))


def _no_such(result: Result) -> str:
    if result.created_since is None:
        return "there are no such instances"
    return f"no such instances among those {moment_after('created since', result.created_since)}"


def _cut_lines(result: Result, bounds: Bounds) -> list[str]:
    """Return why a part was not read, and what is surely in the file."""
    ended = {
        "time": f"It was ended after {duration(bounds.time)}, the longest that an export may take.",
        "rows": f"It was ended at {bounds.rows:,} rows, the most that one export may have.",
        "size": f"It was ended at {bounds.size // _MIB:,} MiB, the largest that an export may be.",
        "refused": "It was ended because no cause of a failure can be read.",
    }
    lines = [ended[result.ending]] if result.ending in ended else []
    if result.list_error is not None:
        names = [code(_named(stream)) for stream in result.unread]
        others = len(names) - _MOST_NAMED
        more = f" and {others} more" if others > 0 else ""
        said = explain(result.list_error).title
        lines.append(f"Not read in full: {', '.join(names[:_MOST_NAMED])}{more}. {said}")
    if result.complete_since is None:
        return [*lines, "Rows may be missing anywhere in it."]
    since = moment_after("created since", result.complete_since)
    return [*lines, f"It has all that were {since}, and some of the older ones."]


def _uncertain_lines(result: Result) -> list[str]:
    """Return what was read and may be missing all the same."""
    lines = []
    if result.unlisted:
        lines.append("The account's list of workflows could not be read in full: it may have more of them.")
    if result.unreadable_rows:
        lines.append(f"{_count(result.unreadable_rows, 'row')} could not be read in full.")
    if result.unknown:
        lines.append(
            f"{_count(result.unknown, 'row')} did not say whether they meet the filters, and are not in it."
        )
    if result.unread_causes and result.cause_error is not None:
        lines.append(
            f"Why {_count(result.unread_causes, 'instance')} failed could not be read: they are not in it. "
            f"{explain(result.cause_error).title}"
        )
    return lines


def _named(stream: Stream) -> str:
    return f"{stream.workflow} {stream.status}" if stream.status else stream.workflow


def cancelled_message(by: str, asked: Asked) -> Message:
    """Tell that an export was cancelled, by whom, and that nothing was sent."""
    lines = [f"{person(by)} cancelled it. No file was sent."]
    return _message("🚫", "Export cancelled.", lines, asked, _run(asked.again))


def restarted_message(asked: Asked) -> Message:
    """Tell that the bot was restarted in the middle of an export, which is to be begun again."""
    lines = ["This bot was restarted before the file was ready. No file was sent; please begin again."]
    return _message("⚠️", "Export interrupted.", lines, asked, _run(asked.again))


def lost_message(asked: Asked) -> Message:
    """Tell that the bot was restarted while it sent the file of an export."""
    lines = ["This bot was restarted while it sent the file. If it does not appear here, begin again."]
    return _message("⚠️", "Export interrupted.", lines, asked, _run(asked.again))


def failed_message(why: str, advice: Sequence[str], asked: Asked) -> Message:
    """Tell why there is no file, in mrkdwn."""
    return _message("⚠️", f"Export failed: {why}", list(advice), asked, _run(asked.again))


def not_sent_lines(reason: str) -> tuple[str, ...]:
    """Return what to say where Slack did not take a file."""
    return (
        f"Slack did not take the file, or did not confirm that it shows it ({escape(reason)}).",
        "If it does not appear here, begin again in a minute.",
    )


def disk_lines() -> tuple[str, ...]:
    """Return what to say where the disk takes no more."""
    return (
        "The disk where this bot runs is full, or can't be written.",
        "Tell its operator.",
    )


def _so_far(progress: Progress) -> str:
    found = _count(progress.found, "row")
    if progress.about is None or progress.about < progress.searched:
        return f"{found} so far" if progress.found == progress.searched else _searched(progress, "")
    about = f" of about {progress.about:,}"
    if progress.found != progress.searched:
        return _searched(progress, about)
    return f"{progress.found:,}{about} rows so far"


def _searched(progress: Progress, about: str) -> str:
    return f"searched {progress.searched:,}{about} rows, {progress.found:,} found"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _message(
    emoji: str, title: str, lines: Sequence[str], asked: Asked, blocks: Sequence[Block] = ()
) -> Message:
    """Build a message of an export: a sentence, what else there is to say, and the command."""
    typed = command(asked.again.whole())
    said = [section("\n".join((f"{emoji} *{title}*", *lines)))]
    said += [*blocks, context(f"asked by {person(asked.user)}", typed)]
    return message(" ".join((title, *lines, typed)), said)


def _cancel(value: str) -> list[Block]:
    return actions([button("Cancel", CANCEL, value, "Cancel this export")])


def _run(again: Command) -> list[Block]:
    pressed = run_button("Begin again", again)
    return [] if pressed is None else actions([pressed])
