"""What people are told of exports: how far one is, what came of it, and why one is not begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.access.messages import ACCESS
from bot.browse.selection import Stream
from bot.cloudflare.errors import CloudflareError
from bot.export.collector import Bounds, Ending, Progress
from bot.export.store import PER_PERSON
from bot.language.command import Command
from bot.slack.channels import Reason
from bot.ui.elements import (
    Message,
    actions,
    button,
    channel,
    code,
    command,
    context,
    duration,
    escape,
    message,
    moment_after,
    person,
    section,
)
from bot.ui.limits import Block
from bot.ui.problems import explain, run_button

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


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a reading.

    Attributes:
        name: the file's.
        rows: how many it has.
        ending: why the reading ended.
        complete_since: the creation time down to which nothing is missing; None if there is no such time.
        unread: the lists of which a part could not be read.
        error: why the first could not; None if none failed.
        unreadable_rows: rows that could not be read in full, or not at all.
        unknown: rows that do not say whether they meet the conditions; they are not in the file.
        is_some: workflows are left out that the person may not look at.
    """

    name: str
    rows: int
    ending: Ending
    complete_since: datetime | None = None
    unread: Sequence[Stream] = ()
    error: CloudflareError | None = None
    unreadable_rows: int = 0
    unknown: int = 0
    is_some: bool = False

    @property
    def is_partial(self) -> bool:
        """Return whether rows are missing."""
        return self.ending != "whole" or bool(self.unread)


def begun_message(to: str) -> Message:
    """Tell where the file and its progress appear; `to` is a channel, empty for the person directly."""
    where = f"in {channel(to)}, for everybody there" if to else "in your direct messages with this bot"
    words = f"The export has begun. It shows how far it is, and then the file, {where}."
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
            f"Cloudflare's limit of requests, or your share of it, is used up: it goes on in {pause}."
        )
    pressed = button("Cancel", CANCEL, cancel, "Cancel this export")
    return _message("⏳", title, lines, asked, actions([pressed]))


def sending_message(rows: int, asked: Asked) -> Message:
    """Tell that all is read and the file is on its way."""
    return _message("⏳", f"Sending the file: {_count(rows, 'row')}", [], asked)


def result_message(result: Result, asked: Asked, bounds: Bounds) -> Message:
    """Tell what the file has, and what it has not.

    Args:
        result: what came of the reading.
        asked: who asked for it, and how.
        bounds: of every export.
    """
    lines = [f"The file is {code(result.name)}."] if result.rows else []
    if result.is_partial:
        lines += _missing_lines(result, bounds)
    if result.unreadable_rows:
        lines.append(f"{_count(result.unreadable_rows, 'row')} could not be read in full.")
    if result.unknown:
        lines.append(
            f"{_count(result.unknown, 'row')} did not say whether they meet the filters, and are not in it."
        )
    if result.is_some:
        lines.append(f"It has the workflows that {person(asked.user)} may look at here: {command(ACCESS)}")
    if not result.rows and not result.is_partial:
        return _message("📭", "Nothing to export: there are no such instances.", lines, asked)
    counted = _count(result.rows, "instance")
    if result.is_partial:
        title = f"Partial export: {counted}, and some are missing."
        return _message("⚠️", title, lines, asked, _run(asked.again))
    return _message("✅", f"Exported {counted}.", lines, asked)


def _missing_lines(result: Result, bounds: Bounds) -> list[str]:
    ended = {
        "time": f"It was ended after {duration(bounds.time)}, the longest that an export may take.",
        "rows": f"It was ended at {bounds.rows:,} rows, the most that one export may have.",
        "size": f"It was ended at {bounds.size // _MIB:,} MiB, the largest that an export may be.",
    }
    lines = [ended[result.ending]] if result.ending in ended else []
    if result.unread and result.error is not None:
        names = ", ".join(dict.fromkeys(code(_named(stream)) for stream in result.unread[:_MOST_NAMED]))
        others = len(result.unread) - _MOST_NAMED
        more = f" and {others} more" if others > 0 else ""
        lines.append(f"Not read in full: {names}{more}. {explain(result.error).title}")
    if result.complete_since is None:
        lines.append("Rows may be missing anywhere in it.")
    else:
        lines.append(
            f"It has all that were {moment_after('created since', result.complete_since)}, "
            "and some of the older ones."
        )
    lines.append("Narrow it down, as with `since:24h`, or try again.")
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


def not_allowed_message(again: Command) -> Message:
    """Say that the bot may not send files, how that is changed, and that nothing was read."""
    words = (
        "This bot may not send files yet, so nothing was read. Somebody who manages the Slack app can add "
        "the scope `files:write` under *OAuth &amp; Permissions* and install it again."
    )
    return message(words, [section(f"⚠️ {words}"), *_again(again)])


def not_begun_message(why: str, again: Command) -> Message:
    """Say that Slack does not let an export begin; `why` is its word."""
    words = f"Slack did not let this export begin ({escape(why)}). Nothing was read; try again in a minute."
    return message(words, [section(f"⚠️ {words}"), *_again(again)])


def too_many_message(again: Command) -> Message:
    """Refuse one more export of a person."""
    words = f"You have {PER_PERSON} exports under way. Wait for one of them, or cancel it, and begin again."
    return message(words, [section(f"⚠️ {words}"), *_again(again)])


def busy_message(most: int, again: Command) -> Message:
    """Refuse one more export of this bot."""
    words = f"This bot makes {most} exports at once, and has as many. Begin again in a few minutes."
    return message(words, [section(f"⚠️ {words}"), *_again(again)])


def proof_message(to: str) -> Message:
    """Tell a person, in a channel, that a file is about to come there: it proves that they are there."""
    words = f"You asked for an export to {channel(to)}: everybody here will see the file."
    return message(words, [context(f"📦 {words}")])


_UNAVAILABLE: Final[dict[Reason, tuple[str, str]]] = {
    "person": ("You are not in {}.", "Join it, and begin again."),
    "bot": ("This bot is not in {}.", "Invite it with `/invite @workflows`, and begin again."),
    "direct": (
        "This bot can't post in a direct message between others.",
        "Leave `to` out: it writes to you.",
    ),
    "archived": ("{} is archived.", "Choose another channel."),
}


def channel_unavailable_message(to: str, missing: Reason, again: Command) -> Message:
    """Say why a file can't go to a channel, and that nothing was read."""
    title, advice = _UNAVAILABLE[missing]
    words = f"{title.format(channel(to))} Nothing was read. {advice}"
    return message(words, [section(f"⛔ {words}"), *_again(again)])


def channel_refused_message(to: str, workflow: str) -> Message:
    """Refuse to show a channel a workflow that not all who read it may look at."""
    words = (
        f"An export of {code(workflow)} can't go to {channel(to)}: not everyone there may look at that. "
        "Leave `to` out, and you get it directly."
    )
    return message(words, [section(f"⛔ {words}")])


def not_yours_message(user: str, admins: Sequence[str]) -> Message:
    """Tell a person who may cancel an export."""
    others = f", or an admin of this bot ({', '.join(map(person, admins))})" if admins else ""
    words = f"Only {person(user)}, who asked for this export, can cancel it{others}."
    return message(words, [section(f"⛔ {words}")])


def ended_message() -> Message:
    """Tell that an export can't be cancelled any more."""
    words = "This export has ended, or its file is being sent."
    return message(words, [context(words)])


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


def _run(again: Command) -> list[Block]:
    pressed = run_button("Begin again", again)
    return [] if pressed is None else actions([pressed])


def _again(again: Command) -> list[Block]:
    return [section(f"Again: {command(again.whole())}", run_button("Try again", again))]
