"""What failed, by cause, as a message: causes before instances, and what is not known last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.browse.requests import ShowInstance
from bot.browse.screen import Found
from bot.browse.selection import Stream
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.failures.model import FailureGroup, Failures
from bot.language.durations import span_in_words
from bot.language.tokens import COMMAND
from bot.ui import charts, limits
from bot.ui.elements import (
    TIME,
    Message,
    actions,
    ago,
    button,
    code,
    command,
    context,
    duration,
    escape,
    header,
    iso,
    iso_after,
    message,
    moment,
    moment_after,
    section,
    share_button,
    with_number,
)
from bot.ui.limits import Block
from bot.ui.problems import explain

MOST_GROUPS: Final = 8
MOST_IDS: Final = 3
_LONGEST_ID: Final = 36
"""As long as a UUID; of longer ids the end tells more than the middle."""
_END_OF_ID: Final = 20
_LONGEST_STEP: Final = 60
_LONGEST_NAME: Final = 64
_VERSION: Final = 8
"""Characters of a version's id, as Cloudflare's dashboard shows."""
_MOST_NAMES: Final = 5
_DAY: Final = timedelta(days=1)
_AMONG: Final = "among those created since"
_TIMES: Final = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class _Size:
    """How much a message has room for.

    Attributes:
        groups: most of them.
        error: characters of an error.
        ids: buttons for instances of each group.
    """

    groups: int
    error: int
    ids: int


_SIZES: Final = (
    _Size(MOST_GROUPS, 300, MOST_IDS),
    _Size(MOST_GROUPS, 140, MOST_IDS),
    _Size(MOST_GROUPS, 140, 1),
    _Size(5, 60, 1),
    _Size(3, 60, 0),
    _Size(1, 60, 0),
)
"""From all to the least that is still of use; the last one fits whatever things are called."""
_IN_TEXT: Final = _Size(3, 140, 0)


@dataclass(frozen=True, slots=True)
class FailureControls:
    """The values of a message's buttons; a button that would lead nowhere has none.

    Attributes:
        details: of instances, by workflow and id.
        lists: of the instances of a group, by workflow and the key of the cause.
        all: the list of all.
        refresh: the same anew.
        share: the same, for everybody.
    """

    details: Mapping[tuple[str, str], str] = field(default_factory=dict)
    lists: Mapping[tuple[str, str], str] = field(default_factory=dict)
    all: str | None = None
    refresh: str | None = None
    share: str | None = None


def failures_message(
    failures: Failures, again: str, controls: FailureControls, notices: Sequence[str] = ()
) -> Message:
    """Build the message of what failed.

    Args:
        failures: what is shown.
        again: what to type for the same.
        controls: the values of the buttons.
        notices: sentences in mrkdwn for this reader.
    """
    top = _top(failures, notices)
    bottom = [*actions(_buttons(failures, controls)), context(command(again))]
    blocks: list[Block] = []
    for size in _SIZES:
        blocks = [*top, *_groups(failures, controls, size), *bottom]
        if limits.fits(blocks):
            break
    return message(_fallback_text(failures, again), blocks)


def reading_message(found: Found) -> Message:
    """Tell that many instances are asked about before the answer comes."""
    count = _count(len(found.rows), is_exact=found.is_complete)
    words = f"{count[0].upper()}{count[1:]} failed. Reading why… The answer follows."
    return message(words, [context(f"⏳ {words}")])


def _top(failures: Failures, notices: Sequence[str]) -> list[Block]:
    found = failures.found
    last = max((group.last for group in failures.groups if group.last), default=None)
    created = failures.created_since
    facts = [
        moment_after("ended since", failures.selection.since.at) if failures.selection.since else "",
        moment_after("until", failures.selection.until.at) if failures.selection.until else "",
        moment_after(_AMONG, created) if created else "",
        f"last one {ago(max(found.fetched_at - last, timedelta()))}" if last else "",
        f"as of {moment(found.fetched_at, '{time_secs}')}",
        code(found.account),
    ]
    said = [*_not_known(failures), *notices]
    return [header(_title(failures)), context(*filter(None, facts)), *(context(each) for each in said)]


def _title(failures: Failures) -> str:
    if failures.total:
        count = _count(failures.total, is_exact=failures.is_counted)
        return f"🔴 {_subject(failures)}: {count} failed {_window(failures)}"
    mark = "✅" if failures.is_complete else "⚠️"
    what = "nothing failed" if failures.is_complete else "no failure found so far"
    return f"{mark} {_subject(failures)}: {what} {_window(failures)}"


def _subject(failures: Failures) -> str:
    chosen, seen = failures.selection, failures.workflows
    if chosen.workflow or len(seen) == 1:
        return chosen.workflow or seen[0]
    if seen:
        return _plural(len(seen), "workflow", "workflows")
    return limits.shorten(", ".join(chosen.workflows), _LONGEST_NAME) or "All workflows"


def _window(failures: Failures) -> str:
    since, until = failures.selection.since, failures.selection.until
    if since is None:
        return ""
    if until is not None:
        is_whole = until.text == f"end of {since.text}"  # all of a day, or of a part of one
        return since.text if is_whole else f"from {since.text} to {until.text}"
    span = span_in_words(since.text)
    return f"since {since.text}" if span is None else f"in the last {span}"


def _count(count: int, *, is_exact: bool) -> str:
    return f"{count:,}" if is_exact else f"at least {count:,}"


def _is_exact(failures: Failures, group: FailureGroup) -> bool:
    """Return whether a group has all its members: others may be among those whose cause is not known."""
    return failures.is_counted if group.cause is None else failures.is_complete


def _groups(failures: Failures, controls: FailureControls, size: _Size) -> Iterator[Block]:
    for group in failures.groups[: size.groups]:
        yield section(_group(failures, group, size.error))
        yield from actions(_group_buttons(failures, group, controls, size.ids))
    rest = failures.groups[size.groups :]
    if smaller := [group for group in rest if group.cause is not None]:
        total = sum(group.total for group in smaller)
        count = _count(total, is_exact=failures.is_complete)
        kinds = _plural(len(smaller), "smaller group", "smaller groups")
        of_them = "failure" if total == 1 else "failures"
        yield context(f"And {kinds} with {count} {of_them}: the list has them.")
    if unknown := sum(group.total for group in rest if group.cause is None):
        count = _count(unknown, is_exact=failures.is_counted)
        yield context(f"And {count} failed for reasons that are not known: the list has them.")
    if failures.stretch is not None and any(_is_drawn(group) for group in failures.groups[: size.groups]):
        yield context(f"Each mark of a chart is {duration(failures.stretch)}, the last one up to now.")


def _group(failures: Failures, group: FailureGroup, longest: int) -> str:
    count = _count(group.total, is_exact=_is_exact(failures, group))
    facts = [
        f"step {code(group.cause.step, _LONGEST_STEP)}" if group.cause and group.cause.step else "",
        code(group.workflow, _LONGEST_NAME) if len(failures.workflows) > 1 else "",
        _when(group),
        _version(group),
        f"`{charts.sparkline(group.counts)}`" if _is_drawn(group) else "",
    ]
    return f"*{count} {_TIMES}*  {_error(group, longest)}\n{' · '.join(filter(None, facts))}"


def _error(group: FailureGroup, longest: int) -> str:
    if group.cause is None:
        return "not known why"
    name, said = (_one_line(text, longest) for text in (group.cause.name, group.cause.message))
    return ": ".join(filter(None, (f"*{name}*" if name else "", said))) or "without an error"


def _one_line(text: str | None, most: int) -> str:
    return escape(limits.shorten(" ".join((text or "").split()), most))


def _when(group: FailureGroup) -> str:
    first, last = group.first, group.last
    if first is None or last is None:
        return ""
    if first == last:
        return moment(last)
    style = TIME if last - first < _DAY else "{date_short_pretty} at {time}"
    return f"{moment(first)} – {moment(last, style)}"


def _version(group: FailureGroup) -> str:
    deployment, new = group.deployment, "🆕 new" if group.is_new else ""
    if deployment is None:
        return new
    version = code(deployment.version[:_VERSION])
    if deployment.created_on is not None and group.first is not None:
        return f"🆕 first seen {duration(group.first - deployment.created_on)} after version {version}"
    since = "since" if not deployment.is_only else "all on" if group.total > 1 else ""
    return " · ".join(filter(None, (new, f"{since} version {version}".strip())))


def _short_id(text: str) -> str:
    if len(text) <= _LONGEST_ID:
        return text
    return f"{text[: _LONGEST_ID - _END_OF_ID - 1]}…{text[-_END_OF_ID:]}"


def _is_drawn(group: FailureGroup) -> bool:
    return len(group.counts) > 1 and group.total > 1


def _group_buttons(
    failures: Failures, group: FailureGroup, controls: FailureControls, ids: int
) -> list[Block]:
    found = []
    for instance in group.instances[:ids]:
        if value := controls.details.get((group.workflow, instance.id)):
            label = _short_id(instance.id)
            found.append(button(label, ShowInstance.kind, value, f"Details of {instance.id}"))
    pressed = [with_number(each, number) for number, each in enumerate(found, 1)]
    if group.key is not None and (value := controls.lists.get((group.workflow, group.key))):
        label = "List it" if group.total == 1 else f"List the {group.total:,}"
        if not _is_exact(failures, group):
            label = "List them"
        pressed.append(button(label, "list_open", value, f"{label} of {group.workflow} with this cause"))
    return pressed


def _buttons(failures: Failures, controls: FailureControls) -> list[Block]:
    pressed = []
    if controls.all is not None:
        label = "Show it" if failures.total == 1 else f"Show all {failures.total:,}"
        if not failures.is_counted:
            label = "Show the list"
        elif not failures.total:
            label = "Search older ones"
        pressed.append(button(label, "list_open", controls.all, f"{label} as a list"))
    if controls.refresh is not None:
        pressed.append(button("⟳ Refresh", "failures_refresh", controls.refresh, "Read the failures again"))
    if controls.share is not None:
        pressed.append(share_button(controls.share, "message"))
    return pressed


def _not_known(failures: Failures) -> Iterator[str]:
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
            f"⚠️ {_plural(found.searched.rows, 'instance was', 'instances were')} searched{back}, and older "
            f"ones may have failed since.{why}{narrow}"
        )
    if found.incomplete_rows:
        rows = _plural(found.incomplete_rows, "row", "rows")
        yield f"⚠️ {rows} of Cloudflare's answer could not be read, so that failures may be missing here."
    if found.left_out_count:
        lists = _plural(found.left_out_count, "workflow was", "workflows were")
        yield f"⚠️ {lists} left out: {_names(found.left_out, found.left_out_count)}. Name them to see theirs."
    if found.unlisted:
        yield "⚠️ Cloudflare's list of workflows did not come to an end. To see another one, name it."
    if count := found.searched.unknown:
        names = failures.selection.workflow or "*"
        yield (
            f"⚠️ {_plural(count, 'instance does', 'instances do')} not say when they ended, as those of a "
            f"local `wrangler dev`: {command(f'{COMMAND} list {names} status:errored')} lists them."
        )


def _title_of(error: CloudflareError) -> str:
    return explain(error).title


def _when_again(error: CloudflareError | None) -> str:
    return f" in {duration(error.retry_after)}" if isinstance(error, RateLimited) else ""


def _unread(unread: Mapping[Stream, CloudflareError]) -> str:
    return f"{_names(list(unread), len(unread))}: {_title_of(next(iter(unread.values())))}"


def _names(streams: Sequence[Stream], count: int) -> str:
    names = list(dict.fromkeys(code(stream.workflow, _LONGEST_NAME) for stream in streams))[:_MOST_NAMES]
    rest = count - len(names)
    return f"{', '.join(names)} and {rest:,} more" if rest > 0 else ", ".join(names)


def _plural(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _fallback_text(failures: Failures, again: str) -> str:
    since = failures.selection.since
    ended = f", {iso_after('ended since', since.at)}" if since else ""
    created = f", {iso_after(_AMONG, failures.created_since)}" if failures.created_since else ""
    said = [f"{escape(_title(failures))}{ended}{created}, as of {iso(failures.found.fetched_at)}."]
    for group in failures.groups[: _IN_TEXT.groups]:
        step = f" in step {code(group.cause.step, _LONGEST_STEP)}" if group.cause and group.cause.step else ""
        count = _count(group.total, is_exact=_is_exact(failures, group))
        said.append(f"{count} {_TIMES} {_error(group, _IN_TEXT.error)}{step}.")
    if not failures.is_complete:
        said.append("Not everything could be read.")
    return " ".join((*said, f"Again: {command(again)}"))
