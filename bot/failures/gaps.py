"""What is not known of failures, in sentences: what was not read, why, and how to go on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.browse.selection import Stream
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.failures.model import Failures
from bot.language.tokens import COMMAND
from bot.ui.explanations import explain
from bot.ui.mrkdwn import code, command, duration, moment_after, plural

_MOST_NAMES: Final = 5


def not_known(failures: Failures) -> Iterator[str]:
    """Say what was not read, why, and how to go on."""
    found, unknown = failures.found, failures.unknown
    if unknown.unasked:
        why = "there was no time left." if unknown.stopped is None else _title_of(unknown.stopped)
        yield (
            f"⚠️ Why {unknown.unasked:,} of {failures.total:,} failed was not asked: {why} "
            f"*Refresh*{_when_again(unknown.stopped)} goes on with them."
        )
    if unknown.unread:
        why = "." if unknown.error is None else f": {_title_of(unknown.error)}"
        which = f"{unknown.unread:,} of {failures.total:,}"
        yield f"⚠️ Why {which} failed could not be read{why} *Refresh* tries again."
    if found.unread:
        yield f"⚠️ Could not be read: {_unread(found.unread)} *Refresh* tries again."
    if not (found.searched.complete or found.searched.all_but_failed):
        back = f" {moment_after('back to', found.searched.back_to)}" if found.searched.back_to else ""
        why = f" {_title_of(found.searched.stopped)}" if found.searched.stopped else ""
        narrow = "" if found.unread else " Name fewer workflows, or a later `since:`."
        yield (
            f"⚠️ {plural(found.searched.rows, 'instance was', 'instances were')} searched{back}, and older "
            f"ones may have failed since.{why}{narrow}"
        )
    if found.incomplete_rows:
        rows = plural(found.incomplete_rows, "row", "rows")
        yield f"⚠️ {rows} of Cloudflare's answer could not be read, so that failures may be missing here."
    if found.left_out_count:
        lists = plural(found.left_out_count, "workflow was", "workflows were")
        yield f"⚠️ {lists} left out: {_names(found.left_out, found.left_out_count)}. Name them to see theirs."
    if found.unlisted:
        yield "⚠️ Cloudflare's list of workflows did not come to an end. To see another one, name it."
    if count := found.searched.unknown:
        names = failures.selection.workflow or "*"
        yield (
            f"⚠️ {plural(count, 'instance does', 'instances do')} not say when they ended, as those of a "
            f"local `wrangler dev`: {command(f'{COMMAND} list {names} status:errored')} lists them."
        )


def _title_of(error: CloudflareError) -> str:
    return explain(error).title


def _when_again(error: CloudflareError | None) -> str:
    return f" in {duration(error.retry_after)}" if isinstance(error, RateLimited) else ""


def _unread(unread: Mapping[Stream, CloudflareError]) -> str:
    return f"{_names(list(unread), len(unread))}: {_title_of(next(iter(unread.values())))}"


def _names(streams: Sequence[Stream], count: int) -> str:
    names = list(dict.fromkeys(code(stream.workflow, MAX_WORKFLOW_NAME) for stream in streams))[:_MOST_NAMES]
    rest = count - len(names)
    return f"{', '.join(names)} and {rest:,} more" if rest > 0 else ", ".join(names)
