"""The overview: every workflow of an account with its counts by status."""

from collections.abc import Sequence
from typing import Final

from bot.browse.screen import Overview
from bot.cloudflare.models import Status, Workflow
from bot.ui import limits
from bot.ui.api_words import api_messages, incomplete_rows_notice, unread_fields_notice
from bot.ui.elements import (
    Controls,
    Message,
    button,
    code,
    command,
    context,
    escape,
    header,
    message,
    moment,
    moment_after,
    paging,
    section,
)
from bot.ui.problems import explain
from bot.ui.statuses import URGENCY, appearance

_MOST_SCHEDULES: Final = 3
_LONGEST_ROWS: Final = (700, 400, 200)
"""Characters. Ten of the first with their buttons fit into one message, unless most are escaped in JSON."""


def overview_message(
    overview: Overview,
    controls: Controls,
    list_button_values: Sequence[str],
    notices: Sequence[str] = (),
) -> Message:
    """Show one screen of workflows, each with a button; `list_button_values` has one value a row.

    Rows are cut shorter where all of them do not fit into one message. `notices` are sentences in mrkdwn.
    """
    for longest in _LONGEST_ROWS:
        rows = [
            section(
                _row(workflow, overview, longest), button("Open", "list_open", value, f"Open {workflow.name}")
            )
            for workflow, value in zip(overview.rows, list_button_values, strict=True)
        ]
        blocks = [
            header(f"Workflows · {overview.account}"),
            context(
                _range(overview),
                _asked(overview),
                "by name",
                f"as of {moment(overview.fetched_at, '{time_secs}')}",
            ),
            *(rows or [section(_nothing(overview))]),
            *map(context, [*notices, *_notices(overview)]),
            *api_messages(overview.messages),
            *paging(controls, "Previous", "Next"),
            context(command(overview.query.command()), "`/workflows help`"),
        ]
        if limits.fits(blocks):
            break
    return message(_fallback_text(overview), blocks)


def _notices(overview: Overview) -> list[str]:
    found = [*incomplete_rows_notice(overview.incomplete_rows), *unread_fields_notice(overview.unread_fields)]
    if overview.cut_short:
        found.append(
            "Cloudflare's list of workflows did not come to an end, so there may be more. "
            "`/workflows search:TEXT` narrows it down."
        )
    return found


def _asked(overview: Overview) -> str:
    if overview.query.search:
        return f"names with {code(overview.query.search)}"
    return "all workflows"


def _row(workflow: Workflow, overview: Overview, longest: int) -> str:
    phrases = [
        f"{appearance(status).emoji} {count:,} {escape(appearance(status).word.lower())}"
        for status, count in status_counts(workflow)
    ]
    line = " · ".join(phrases) or _uncounted(workflow, overview)
    details = []
    if workflow.triggered_on is not None:
        details.append(moment_after("last started", workflow.triggered_on))
    schedules = workflow.schedules or ()
    for schedule in schedules[:_MOST_SCHEDULES]:
        upcoming = f", {moment_after('next', schedule.next_instance)}" if schedule.next_instance else ""
        details.append(f"runs at {code(schedule.cron)}{upcoming}")
    if len(schedules) > _MOST_SCHEDULES:
        details.append(f"and {len(schedules) - _MOST_SCHEDULES} more schedules")
    if workflow.script_deleted:
        details.append("its script is deleted")
    row = "\n".join(filter(None, (f"*{code(workflow.name)}*", line, " · ".join(details))))
    return limits.shorten_markup(row, longest)


def status_counts(workflow: Workflow) -> list[tuple[Status, int]]:
    """Return counts that are not zero, the most urgent first, statuses never seen before last."""
    counts = [(status, count) for status, count in (workflow.instances or {}).items() if count]
    order = {status: place for place, status in enumerate(URGENCY)}
    return sorted(counts, key=lambda item: (order.get(item[0], len(order)), item[0]))


def _counts_in_words(workflow: Workflow) -> str:
    return ", ".join(
        f"{count} {escape(appearance(status).word.lower())}" for status, count in status_counts(workflow)
    )


def _uncounted(workflow: Workflow, overview: Overview) -> str:
    if workflow.name in overview.uncounted:
        return f"⚠️ not counted: {explain(overview.uncounted[workflow.name]).title}"
    return "no counts given" if workflow.instances is None else "no instances"


def _nothing(overview: Overview) -> str:
    if overview.query.search:
        return "*No workflow's name holds that.* All of them: `/workflows`"
    return "*No workflows in this account yet.* Deploy a Worker with a workflow binding, then refresh."


def _range(overview: Overview) -> str:
    if not overview.rows:
        return "no workflows"
    last = overview.first + len(overview.rows) - 1
    rows = f"{overview.first}\N{EN DASH}{last}" if last > overview.first else f"{last}"
    return f"{rows} of {overview.total:,}{'+' * overview.cut_short}"


def _fallback_text(overview: Overview) -> str:
    rows = "; ".join(
        f"{escape(workflow.name)}: {_counts_in_words(workflow) or _uncounted(workflow, overview)}"
        for workflow in overview.rows
    )
    return f"Workflows in {escape(overview.account)}, {_range(overview)}. {rows}"
