"""Statistics as a message, with Slack's own chart and table, and a plain variant behind it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.browse.command.condition_options import TRIGGER, VERSION
from bot.browse.model import ListQuery
from bot.stats.messages import figures
from bot.stats.messages.chart import chart, sparklines
from bot.stats.messages.figures import count, rate
from bot.stats.messages.source import estimated, limits_of, seen, seen_by_analytics, source
from bot.stats.messages.table import lines, mark, table
from bot.stats.model import Runs, Stats
from bot.stats.requests import stats_command
from bot.ui import limits
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
from bot.ui.mrkdwn import code, command, duration, iso_after, moment, moment_after

_MOST_WORKFLOWS: Final = 50
_LEAST_WORKFLOWS: Final = 3


@dataclass(frozen=True, slots=True)
class StatsControls:
    """The values of a message's buttons; a button that would lead nowhere has none.

    Attributes:
        windows: of the same since another time, by the words of that time.
        failures: what failed, by cause.
        list: the instances.
        refresh: the same anew.
        share: the same, for everybody.
    """

    windows: dict[str, str] = field(default_factory=dict)
    failures: str | None = None
    list: str | None = None
    refresh: str | None = None
    share: str | None = None


@dataclass(frozen=True, slots=True)
class StatsMessages:
    """The same statistics twice.

    Attributes:
        full: with Slack's own table and chart, which it takes in messages only.
        plain: of blocks that it takes everywhere.
    """

    full: Message
    plain: Message


def stats_message(stats: Stats, controls: StatsControls, notices: Sequence[str] = ()) -> StatsMessages:
    """Build the message of statistics.

    Args:
        stats: what is shown.
        controls: the values of the buttons below.
        notices: sentences in mrkdwn for this reader.
    """
    text = _fallback_text(stats)
    around = _Around(_top(stats, notices), _bottom(stats, controls))
    full = around.fitted(lambda most: [*_body(stats, most, with_table=True), *chart(stats)])
    plain = around.fitted(lambda most: [*_body(stats, most, with_table=False), *sparklines(stats)])
    return StatsMessages(message(text, full), message(text, plain))


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands above and below the figures."""

    top: list[Block]
    bottom: list[Block]

    def fitted(self, body: Callable[[int], list[Block]]) -> list[Block]:
        """Return a message's blocks with as many workflows as fit."""
        blocks: list[Block] = []
        most = _MOST_WORKFLOWS
        while most >= _LEAST_WORKFLOWS:
            blocks = [*self.top, *body(most), *self.bottom]
            if limits.fits(blocks):
                break
            most = most * 2 // 3
        return blocks


def reading_message(workflows: int) -> Message:
    """Say that many workflows are read before the answer comes."""
    words = f"Reading {workflows:,} workflows… The answer follows."
    return message(words, [context(f"⏳ {words}")])


def _top(stats: Stats, notices: Sequence[str]) -> list[Block]:
    until = [] if stats.asked.selection.until is None else [moment_after("until", stats.until)]
    facts = [
        moment_after("created since", stats.since),
        *until,
        code(stats.account),
        *_chosen_by(stats),
        *([f"as of {moment(stats.read_at, '{time_secs}')}"] if stats.read_at is not None else []),
    ]
    said = [each for each in (source(stats), *limits_of(stats)) if each]
    said += notices
    return [
        header(f"{mark(stats.total)} {_title(stats)}"),
        context(*facts),
        *(context(each) for each in said),
    ]


def _chosen_by(stats: Stats) -> Iterator[str]:
    asked = ListQuery(stats.asked.selection)
    for option in (VERSION, TRIGGER):
        value = option.value_in(asked)
        if value is not None and option.phrase is not None:
            yield option.phrase(value, asked, moment_after)


def _title(stats: Stats) -> str:
    return f"{_subject(stats)}: {_headline(stats)}"


def _subject(stats: Stats) -> str:
    return stats.workflow or count(len(stats.asked.names), "workflow", "workflows")


def _headline(stats: Stats) -> str:
    total = stats.total
    if not total.count:
        return "no runs"
    if not total.failures.whole:
        return f"{count(total.count, 'run', 'runs')}, none completed or failed"
    if not stats.workflow and not stats.is_all:  # of each list another part was seen: no rate of them all
        return f"{total.failures.part:,} of {total.failures.whole:,} failed, of those seen"
    return rate(total.failures, "failed")


def _body(stats: Stats, most: int, *, with_table: bool) -> list[Block]:
    return (
        [section(limits.shorten_markup(each, limits.SECTION)) for each in _figures(stats)]
        + ([] if stats.workflow else (table if with_table else lines)(stats, most))
        + _steps(stats)
    )


def _figures(stats: Stats) -> Iterator[str]:
    total = stats.total
    if total.count:
        yield f"*{count(total.count, 'run', 'runs')}*  {figures.statuses(total)}{_of_which(total)}"
    if (estimate := seen_by_analytics(stats)) is not None:
        yield estimated(estimate)
    if total.count and (spans := figures.times(total)):
        yield spans
    if said := figures.suspicion(stats.versions):
        yield said
    if said := figures.versions(stats.versions):
        yield said


def _of_which(total: Runs) -> str:
    """Say which runs the failure rate is of, where it is not of all."""
    whole = total.failures.whole
    if whole in {0, total.count}:
        return ""
    return f"\nThe failure rate is of the {whole:,} that completed or failed."


def _steps(stats: Stats) -> list[Block]:
    if stats.steps is None:
        return []
    said = figures.steps(stats.steps)
    return [*([section(said)] if said else []), context(figures.step_source(stats.steps))]


def _bottom(stats: Stats, controls: StatsControls) -> list[Block]:
    buttons = [
        with_number(button(f"Since {words}", "stats_turn", value, f"Since {words}"), number)
        for number, (words, value) in enumerate(controls.windows.items(), 1)
    ]
    if controls.failures is not None:
        buttons.append(button("Failures", "failures_show", controls.failures, "What failed, by cause"))
    if controls.list is not None:
        buttons.append(button("List", "list_open", controls.list, "List these instances"))
    if controls.refresh is not None:
        buttons.append(button("⟳ Refresh", "stats_refresh", controls.refresh, "Refresh these statistics"))
    if controls.share is not None:
        buttons.append(share_button(controls.share, "message"))
    return [*actions(buttons), context(command(stats_command(stats.asked.selection)))]


def _fallback_text(stats: Stats) -> str:
    run = stats.total.run
    parts = [f"{code(_subject(stats))}: {_headline(stats)}, {iso_after('created since', stats.since)}"]
    if run.median is not None:
        parts.append(f"run time p50 {duration(run.median)}")
    if run.p95 is not None:
        parts.append(f"p95 {duration(run.p95)}")
    return f"{', '.join(parts)}. {seen(stats)} Again: {command(stats_command(stats.asked.selection))}"
