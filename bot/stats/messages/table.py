"""Several workflows beside each other: as Slack's own table, and as lines of text; the worst first."""

from typing import Final

from bot.stats.messages.figures import count, rate
from bot.stats.model import Runs, Stats, WorkflowStats
from bot.ui import limits
from bot.ui.elements import context, section
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, duration, plain
from bot.ui.table_cells import Cell, number_cell, span_cell, text_cell

_ROWS_AT_ONCE: Final = 10
_COLUMNS: Final = ("Workflow", "Runs", "Failed", "Of ended", "Run p50", "Run p95", "Longest", "Queue p95")


def table(stats: Stats, most: int) -> list[Block]:
    """Build a `data_table` of at most so many workflows that have runs; no block without any."""
    rows = _with_runs(stats)
    lines = [[text_cell(name) for name in _COLUMNS]]
    letters = sum(map(len, _COLUMNS))
    for each in rows[: min(most, limits.TABLE_ROWS - 1)]:
        cells = _cells(each)
        letters += sum(len(cell["text"]) for cell in cells)
        if letters > limits.TABLE_TEXT:
            break
        lines.append(cells)
    if len(lines) == 1:
        return []
    block: Block = {
        "type": "data_table",
        "caption": "Runs of each workflow, the worst first",
        "page_size": _ROWS_AT_ONCE,
        "rows": lines,
    }
    return [block, *_rest(len(rows) - len(lines) + 1)]


def lines(stats: Stats, most: int) -> list[Block]:
    """Build the same as text, a line for each workflow."""
    rows = _with_runs(stats)
    shown = [limits.shorten_markup(_line(each), limits.SECTION // 2) for each in rows[:most]]
    sections: list[str] = []
    for line in shown:
        if sections and len(sections[-1]) + len(line) < limits.SECTION:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    return [*(section(text) for text in sections), *_rest(len(rows) - len(shown))]


def _with_runs(stats: Stats) -> list[WorkflowStats]:
    return [each for each in stats.workflows if each.runs.count]


def _rest(left: int) -> list[Block]:
    if not left:
        return []
    return [context(f"{count(left, 'more workflow', 'more workflows')} not shown: name those that you want")]


def _line(each: WorkflowStats) -> str:
    runs = each.runs
    phrases = [f"{_newest(each)}{count(runs.count, 'run', 'runs')}"]
    if runs.failures.whole:
        phrases.append(rate(runs.failures, "failed"))
    if runs.run.median is not None:
        phrases.append(f"p50 `{duration(runs.run.median)}`")
    if runs.run.p95 is not None:
        phrases.append(f"p95 `{duration(runs.run.p95)}`")
    return f"{mark(runs)} {code(each.workflow)}   {' · '.join(phrases)}"


def _newest(each: WorkflowStats) -> str:
    return "" if each.seen.is_all else "the newest "


def _cells(each: WorkflowStats) -> list[Cell]:
    runs = each.runs
    newest = "" if each.seen.is_all else "newest "
    failures = runs.failures
    return [
        text_cell(plain(each.workflow)),
        number_cell(runs.count, f"{newest}{runs.count:,}"),
        number_cell(failures.part, f"{failures.part:,}"),
        number_cell(_per_million(failures.share), failures.percent or f"{failures.part} of {failures.whole}"),
        span_cell(runs.run.median),
        span_cell(runs.run.p95),
        span_cell(runs.run.longest),
        span_cell(runs.queue.p95),
    ]


def _per_million(share: float | None) -> int:
    """Return a share as a whole number, which the column is sorted by."""
    return -1 if share is None else round(share * 1_000_000)


def mark(runs: Runs) -> str:
    """Return the sign of how some runs do: red for any that failed."""
    if runs.failed:
        return "🔴"
    return "🟢" if runs.completed else "⚪"
