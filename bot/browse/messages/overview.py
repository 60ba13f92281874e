"""The overview: the workflows of an account, those with trouble first, each with why."""

import re
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from itertools import groupby
from typing import Final

from bot.browse.messages.overview_rows import (
    failures_in_words,
    quiet_markup,
    row_in_words,
    trouble_markup,
)
from bot.browse.model import overview_command
from bot.browse.overview.trouble import Trouble, WorkflowRow
from bot.browse.requests import SuggestWorkflow
from bot.browse.screen import Overview
from bot.language.tokens import COMMAND, quote
from bot.ui import charts, limits
from bot.ui.api_words import api_messages, incomplete_rows_notice, unread_fields_notice
from bot.ui.elements import (
    Controls,
    Message,
    actions,
    button,
    context,
    header,
    message,
    paging,
    plain_text,
    section,
)
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, escape, moment, moment_after

MENU_BLOCK: Final = "workflows/"
"""What the id of a menu's block begins with; the account follows, as Slack tells it with what is typed."""

_BEGINS_ID: Final = re.compile(r"\w[\w-]{0,99}", re.ASCII)
_LONGEST_ROWS: Final = (700, 400, 200)
"""Characters. Ten of the first with their buttons fit into one message, unless most are escaped in JSON."""
_QUIET_AT_ONCE: Final = 5
_CHART: Final = "Errored instances in 24 h"


def overview_message(
    overview: Overview,
    controls: Controls,
    buttons: Mapping[str, str],
    notices: Sequence[str] = (),
    chart: Sequence[Block] = (),
) -> Message:
    """Show one screen of workflows; those with trouble have a button, and a menu opens each.

    Rows are cut shorter where all of them do not fit into one message.

    Args:
        overview: the screen.
        controls: the values of the buttons that turn pages.
        buttons: the value of each button of a row with trouble, by the workflow's name.
        notices: sentences in mrkdwn.
        chart: what is drawn below the rows.
    """
    for longest in _LONGEST_ROWS:
        blocks = [
            header(_title(overview)),
            context(*_context(overview)),
            *(_rows(overview, buttons, longest) or [section(_nothing(overview))]),
            *chart,
            *map(context, [*notices, *_notices(overview)]),
            *api_messages(overview.messages),
            *_controls(overview, controls),
            context(command(overview.query.command()), "`/workflows help`"),
        ]
        if limits.fits(blocks):
            break
    return message(_fallback_text(overview), blocks)


def chart_of(overview: Overview, zone: tzinfo, zone_name: str) -> list[Block]:
    """Build a chart of what is errored, in the reader's zone; no block if there is nothing to draw."""
    if not overview.over_time:
        return []
    labels = charts.time_labels([at.astimezone(zone) for at, _ in overview.over_time])
    counts = {"Errored": [count for _, count in overview.over_time]}
    return [charts.bar_chart(_CHART, labels, counts, zone_name, "Instances")]


def line_chart_of(overview: Overview) -> list[Block]:
    """Build the same chart as a line of characters, for where Slack takes no other."""
    if not overview.over_time:
        return []
    counts = [count for _, count in overview.over_time]
    first = moment_after("since", overview.over_time[0][0])
    drawn = charts.sparkline(counts)
    return [section(f"*{_CHART}*\n`{drawn}`  {counts[0]:,} to {counts[-1]:,} {first}")]


def _rows(overview: Overview, buttons: Mapping[str, str], longest: int) -> list[Block]:
    """Build the rows in their order: a block for each with trouble, and a few of the others in one."""
    blocks = []
    worst = next((row for row in overview.rows if row.trouble is Trouble.FAILING), None)
    for is_quiet, rows in groupby(overview.rows, lambda row: row.trouble is None):
        if is_quiet:
            lines = [quiet_markup(row, overview.uncounted) for row in rows]
            starts = range(0, len(lines), _QUIET_AT_ONCE)
            blocks += [context("\n".join(lines[start : start + _QUIET_AT_ONCE])) for start in starts]
            continue
        for row in rows:
            pressed = _button(row, buttons[row.name])
            if row is worst and overview.first == 1:
                pressed = {**pressed, "style": "danger"}
            blocks.append(section(trouble_markup(row, overview.uncounted, longest), pressed))
    return blocks


def _button(row: WorkflowRow, value: str) -> Block:
    if row.asks_why:
        return button("Why?", "failures_show", value, f"Why {row.name} failed")
    return button("Open", "list_open", value, f"Open {row.name}")


def _controls(overview: Overview, controls: Controls) -> list[Block]:
    """Build the buttons that turn pages, and the menu that opens a workflow behind them."""
    blocks = paging(controls, "Previous", "Next")
    if not overview.total:
        return blocks
    menu = {
        "type": "external_select",
        "action_id": SuggestWorkflow.kind,
        "placeholder": plain_text("Open a workflow", limits.OPTION),
        "min_query_length": 0,
    }
    buttons = [element for block in blocks for element in block["elements"] if block["type"] == "actions"]
    (row,) = actions([*buttons, menu])
    others = [block for block in blocks if block["type"] != "actions"]
    return [{**row, "block_id": f"{MENU_BLOCK}{overview.query.account or ''}"}, *others]


def _title(overview: Overview) -> str:
    total = f"{overview.total:,}{'+' * overview.cut_short}"
    title = f"{total} workflow{'s' * (overview.total != 1 or overview.cut_short)}" if overview.total else ""
    failed = overview.failed
    if failed is None or not (failed.day or failed.complete):
        return title or "No workflows"
    failures = failures_in_words(failed) if failed.day else "none failed in 24 h"
    return f"{title} · {failures}" if title else "No workflows"


def _context(overview: Overview) -> list[str]:
    found = [code(overview.account)]
    if overview.rows:
        has_trouble = any(row.trouble is not None for row in overview.rows)
        found += [_range(overview), "trouble first" if has_trouble else "by name"]
    if overview.query.search:
        found.append(f"names with {code(overview.query.search)}")
    found.append(f"as of {moment(overview.fetched_at, '{time_secs}')}")
    changes = overview.changes
    if changes is not None and changes.errored:
        about = "" if changes.complete else "at least "
        places = f"{changes.workflows:,} workflow{'s' * (changes.workflows != 1)}"
        more = f"{about}{changes.errored:,} more errored in {places}"
        found.append(moment_after(f"{more} than at the last look,", changes.since))
    elif changes is not None and changes.complete:
        found.append(moment_after("none has more errored than at the last look,", changes.since))
    return found


def _notices(overview: Overview) -> list[str]:
    found = [*incomplete_rows_notice(overview.incomplete_rows), *unread_fields_notice(overview.unread_fields)]
    if overview.cut_short:
        found.append(
            "Cloudflare's list of workflows did not come to an end, so there may be more. "
            "`/workflows search:TEXT` narrows it down."
        )
    if not overview.compared:
        found.append("What has changed since the last look is not known: the bot's database does not answer.")
    return found


def _nothing(overview: Overview) -> str:
    if overview.query.search:
        whole = command(overview_command(overview.query.account).whole())
        return " ".join((f"*No workflow's name holds that.* All of them: {whole}", *_ids_instead(overview)))
    if overview.some_hidden:
        return "*No workflows to show.* The account may have some that not everyone here may view."
    return "*No workflows in this account yet.* Deploy a Worker with a workflow binding, then refresh."


def _ids_instead(overview: Overview) -> list[str]:
    """Propose to look for ids that begin with what was taken for a part of a name, if they may."""
    query = overview.query
    if not query.search or not _BEGINS_ID.fullmatch(query.search):
        return []
    account = () if query.account is None else (f"account:{quote(query.account)}",)
    return [f"· Ids that begin so: {command(' '.join((COMMAND, 'find', f'{query.search}*', *account)))}"]


def _range(overview: Overview) -> str:
    if not overview.rows:
        return "no workflows"
    last = overview.first + len(overview.rows) - 1
    rows = f"{overview.first}\N{EN DASH}{last}" if last > overview.first else f"{last}"
    return f"{rows} of {overview.total:,}{'+' * overview.cut_short}"


def _fallback_text(overview: Overview) -> str:
    title = f"{_title(overview)} in {escape(overview.account)}, {_range(overview)}."
    return f"{title} {'; '.join(row_in_words(row, overview.uncounted) for row in overview.rows)}"
