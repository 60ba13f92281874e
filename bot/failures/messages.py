"""What failed, by cause, as a message: causes before instances, and what is not known last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.browse.requests import ShowInstance
from bot.browse.screen import Found
from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.failures.gaps import not_known
from bot.failures.model import FailureGroup, Failures
from bot.language.durations import span_in_words
from bot.ui import charts, limits
from bot.ui.elements import (
    Message,
    actions,
    button,
    context,
    header,
    message,
    section,
    share_button,
    with_number,
)
from bot.ui.limits import Block
from bot.ui.mrkdwn import (
    TIME,
    ago,
    code,
    command,
    duration,
    escape,
    iso,
    iso_after,
    moment,
    moment_after,
    one_line,
    plural,
)

MOST_GROUPS: Final = 8
MOST_IDS: Final = 3
_LONGEST_ID: Final = 36
"""As long as a UUID; of longer ids the end tells more than the middle."""
_END_OF_ID: Final = 20
_LONGEST_STEP: Final = 60
_VERSION: Final = 8
"""Characters of a version's id, as Cloudflare's dashboard shows."""
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
    said = [*not_known(failures), *notices]
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
        return plural(len(seen), "workflow", "workflows")
    return limits.shorten(", ".join(chosen.workflows), MAX_WORKFLOW_NAME) or "All workflows"


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
        kinds = plural(len(smaller), "smaller group", "smaller groups")
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
        code(group.workflow, MAX_WORKFLOW_NAME) if len(failures.workflows) > 1 else "",
        _when(group),
        _version(group),
        f"`{charts.sparkline(group.counts)}`" if _is_drawn(group) else "",
    ]
    return f"*{count} {_TIMES}*  {_error(group, longest)}\n{' · '.join(filter(None, facts))}"


def _error(group: FailureGroup, longest: int) -> str:
    if group.cause is None:
        return "not known why"
    name, said = (one_line(text, longest) for text in (group.cause.name, group.cause.message))
    return ": ".join(filter(None, (f"*{name}*" if name else "", said))) or "without an error"


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
