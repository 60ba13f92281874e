"""The first half of a digest: what failed, why, and what else its readers have to know."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.browse.messages.details import button_of
from bot.digests.links import NO_LINKS, DigestLinks
from bot.digests.messages.phrases import (
    command_of,
    how_many,
    how_often,
    named,
    newly,
    unread_by_reason,
)
from bot.digests.messages.title import count_by_workflow
from bot.digests.report import MOST_GROUPS, MOST_OF_A_GROUP, Group, Report, UnreadCauses
from bot.language.tokens import COMMAND
from bot.ui.elements import button, context, section
from bot.ui.explanations import explain
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, escape, moment, one_line, plural
from bot.ui.statuses import appearance


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of the news a message has room for.

    Attributes:
        groups: most of them.
        ids: most of each group.
        message: characters of what an error says.
        names: most of any list of names or times.
        buttons: whether there is room for buttons.
    """

    groups: int
    ids: int
    message: int
    names: int
    buttons: bool


DETAILS: Final = (
    Detail(MOST_GROUPS, MOST_OF_A_GROUP, 300, 5, buttons=True),
    Detail(MOST_GROUPS, MOST_OF_A_GROUP, 120, 3, buttons=True),
    Detail(MOST_GROUPS, MOST_OF_A_GROUP, 120, 3, buttons=False),
    Detail(MOST_GROUPS, 1, 60, 2, buttons=False),
    Detail(2, 1, 60, 1, buttons=False),
)
"""From all to the least that is still of use; the last one fits whatever things are called."""

_LEFT_TO_THE_NEXT: Final = "What is new there comes with the next digest:"
_LONGEST_ERROR: Final = 80
_LONGEST_STEP: Final = 80
_LONGEST_ID: Final = 280


def news(report: Report, links: DigestLinks, number: int | None, detail: Detail) -> list[Block]:
    """Build the news by workflow: a block for each group of failures, and one for all others."""
    links = links if detail.buttons else NO_LINKS
    blocks: list[Block] = []
    groups, ungrouped = _by_workflow(report.groups[: detail.groups]), _ungrouped(report, detail)
    for workflow, _ in count_by_workflow(report).most_common():
        if workflow in groups:
            blocks += _workflow(groups[workflow], ungrouped.get(workflow, 0), links, report, detail)
    status = escape(appearance(report.plan.status).word.lower())
    elsewhere = {name: count for name, count in ungrouped.items() if name not in groups}
    blocks += _others(elsewhere, lambda count: f"{count:,} newly {status}", links, detail)
    blocks += _others(
        report.unexplained,
        lambda count: f"the count of {status} rose by {count:,}; the list shows which",
        links,
        detail,
    )
    if report.unread_causes is not None:
        blocks.append(context(_unread_causes(report.unread_causes)))
    if detail != DETAILS[0]:
        blocks.append(context("Shortened: all of it does not fit into one message. The lists have the rest."))
    if report.gone:
        change = f"To change the digest: {command(_where_to_change(number))}"
        blocks.append(section(f"⚠️ No longer in the account: {_names(report.gone, detail.names)}. {change}"))
    if report.unread:
        why = (
            f"• {_names(names, detail.names)}: {reason}" for reason, names in unread_by_reason(report).items()
        )
        blocks.append(section("\n".join((f"⚠️ *Could not be read.* {_LEFT_TO_THE_NEXT}", *why))))
    if report.missed:
        blocks.append(context(f"⚠️ Missed while the bot was away: {_times(report.missed, detail.names)}"))
    return blocks


def _by_workflow(groups: Sequence[Group]) -> dict[str, list[Group]]:
    found: dict[str, list[Group]] = {}
    for group in groups:
        found.setdefault(group.workflow, []).append(group)
    return found


def _total(groups: Sequence[Group], ungrouped: int) -> int:
    return sum(group.total for group in groups) + ungrouped


def _workflow(
    groups: Sequence[Group], ungrouped: int, links: DigestLinks, report: Report, detail: Detail
) -> Iterator[Block]:
    """Build one workflow's groups, below its total and its button; each group has one of its own."""
    workflow = groups[0].workflow
    total = _total(groups, ungrouped)
    left = total - sum(len(group.shown[: detail.ids]) for group in groups)
    more = f"And {how_many(left, exact=report.exact)} more" if left else ""
    pressed = None
    if more and (value := links.instances.get(workflow)):
        spoken = f"{more} of {workflow}, {newly(report.plan.status)}"
        pressed = button(more, "digest_instances", value, spoken)
    elif not more and (value := links.lists.get(workflow)):
        pressed = button("Open", "list_open", value, f"Open {workflow}, {newly(report.plan.status)}")
    read = report.read.get(workflow, 0)
    sample = f"of the {read:,} read: " if 0 < read < total else ""
    is_alone = len(groups) == 1
    first, *others = (_group(group, sample, detail, is_alone=is_alone) for group in groups)
    details, *other_details = (_details(group, links) for group in groups)
    title = named(workflow)
    has_count = total > groups[0].total or not _has_error(groups[0])
    if has_count:
        title += f" · {how_many(total, exact=report.exact)} {escape(newly(report.plan.status))}"
    if pressed and details:
        yield section(title, pressed)
        yield section(first, details)
    else:
        said = f"{title}\n{first}" if has_count else f"{title} · {first}"
        yield section(f"{said}\n{more}" if more and not pressed else said, pressed or details)
    yield from map(section, others, other_details)


def _group(group: Group, sample: str, detail: Detail, *, is_alone: bool) -> str:
    """Build a cause and the newest instances that have it; `sample` says that others were not asked about."""
    shown = group.shown[: detail.ids]
    ids = (f"• {code(new_instance.id, _LONGEST_ID)} · {moment(new_instance.at)}" for new_instance in shown)
    if _has_error(group):
        cause = [_error(group, sample, detail)]
    elif is_alone:
        cause = []
    elif group.described:
        cause = [f"{sample}{how_often(group.total, exact=group.exact or bool(sample))} without an error"]
    else:
        cause = [f"{group.total:,} whose cause could not be read"]
    return "\n".join((*cause, *ids))


def _details(group: Group, links: DigestLinks) -> Block | None:
    """Build the button of a group's newest instance."""
    newest = group.shown[0].id
    value = links.details.get((group.workflow, newest))
    return button_of(newest, value) if value else None


def _has_error(group: Group) -> bool:
    return bool(group.error or group.message or group.step)


def _error(group: Group, sample: str, detail: Detail) -> str:
    count = f"{sample}{how_often(group.total, exact=group.exact or bool(sample))}"
    name = one_line(group.error, _LONGEST_ERROR)
    parts = (f"*{name}*" if name else "", one_line(group.message, detail.message))
    said = f"{count} {': '.join(filter(None, parts))}".rstrip()
    return f"{said} · step {code(group.step, _LONGEST_STEP)}" if group.step else said


def _unread_causes(unread: UnreadCauses) -> str:
    why = "Cloudflare took too long." if unread.error is None else explain(unread.error).title
    return f"⚠️ Why {unread.count:,} of them failed could not be read: {why}"


def _ungrouped(report: Report, detail: Detail) -> Mapping[str, int]:
    """Count the new instances that are in no group shown, by workflow."""
    ungrouped = dict(report.ungrouped)
    for group in report.groups[detail.groups :]:
        ungrouped[group.workflow] = ungrouped.get(group.workflow, 0) + group.total
    return ungrouped


def _others(
    counts: Mapping[str, int], say: Callable[[int], str], links: DigestLinks, detail: Detail
) -> Iterator[Block]:
    """Build a line for each workflow, and one for those that have no room."""
    listed = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    for name, count in listed[: detail.names]:
        pressed = None
        if value := links.instances.get(name):
            label = f"Show the {count:,}" if count > 1 else "Show it"
            pressed = button(label, "digest_instances", value, f"{label}, of {name}")
        elif value := links.lists.get(name):
            pressed = button("Open", "list_open", value, f"Open {name}")
        yield section(f"{named(name)} · {say(count)}", pressed)
    if rest := listed[detail.names :]:
        count = sum(count for _, count in rest)
        yield section(f"{plural(len(rest), 'more workflow', 'more workflows')} · {say(count)}")


def _where_to_change(number: int | None) -> str:
    return f"{COMMAND} digest" if number is None else command_of("show", number)


def _names(names: Sequence[str], most: int) -> str:
    shown = ", ".join(named(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _times(times: Sequence[datetime], most: int) -> str:
    """Format the last of some moments, which are in order."""
    shown = ", ".join(moment(at) for at in times[-most:])
    return f"{shown} and {len(times) - most} before" if len(times) > most else shown
