"""A digest as a message: failures first, then every workflow's counts, then the chart of the window."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.digests.messages.chart import chart, sparkline
from bot.digests.messages.counts import lines, table
from bot.digests.messages.news import DETAILS, busiest_first, headline, news
from bot.digests.messages.phrases import (
    LONGEST_NAME,
    command_of,
    mention_markup,
    mention_names,
    name_of,
    since_in_words,
    subject,
)
from bot.digests.report import Report
from bot.ui import limits
from bot.ui.elements import Message, code, command, context, escape, header, iso, message, moment, section
from bot.ui.limits import Block
from bot.ui.problems import explain

_MAY_BE_REPEATED: Final = (
    "This may be here twice: the bot was cut off while sending it, and can't look for it here, as it lacks "
    "the scope `channels:history` (`groups:history` in a private channel)."
)
_LEAST_ROOM: Final = 1_600
"""Characters of JSON for the workflows, before the news are shortened instead: about five of them."""


@dataclass(frozen=True, slots=True)
class DigestControls:
    """The values of a digest's buttons.

    Attributes:
        list_button_values: opens the list of a workflow, by its name; without one there is no button.
        is_preview: for one reader to look at: it says so, and calls nobody.
    """

    list_button_values: Mapping[str, str] = field(default_factory=dict)
    is_preview: bool = False


@dataclass(frozen=True, slots=True)
class DigestMessages:
    """The same digest twice.

    Attributes:
        full: with Slack's own table and chart, which it takes in messages only.
        plain: of blocks that it takes everywhere.
    """

    full: Message
    plain: Message


def digest_message(number: int | None, report: Report, controls: DigestControls) -> DigestMessages:
    """Build a digest's message; a digest that is not saved yet has no number."""
    text = _fallback_text(number, report, controls)
    return DigestMessages(
        full=message(text, _fitted(number, report, controls, table, chart(report))),
        plain=message(text, _fitted(number, report, controls, lines, sparkline(report))),
    )


def maybe_repeated(posted: Message) -> Message:
    """Add a note that a digest may have been posted before."""
    return replace(posted, blocks=[*posted.blocks, context(_MAY_BE_REPEATED)])


def unreadable_message(number: int, error: Exception, next_due: datetime | None) -> Message:
    """Build the message for a digest that Cloudflare gave no data for.

    Raises:
        TypeError: the error is none of the kinds that people are told about.
    """
    problem = explain(error)
    title = f"{name_of(number)} could not be made: {problem.title}"
    upcoming = f"The next one is due {moment(next_due)}. " if next_due else ""
    again = f"{upcoming}To try it now: {command(command_of('run', number))}"
    blocks = [section("\n".join((f"⚠️ *{title}*", *problem.advice, again)))]
    if problem.details:
        blocks.append(context(*problem.details))
    return message(" ".join((title, *problem.advice, again)), blocks)


def _fitted(
    number: int | None,
    report: Report,
    controls: DigestControls,
    counts: Callable[[Report, int], list[Block]],
    drawn: Sequence[Block],
) -> list[Block]:
    """Fit the blocks into a message: reduce the news until some of the counts have room."""
    most = limits.MESSAGE - limits.size([context(_MAY_BE_REPEATED)])
    top, bottom = _top(report, number, controls), _bottom(report, number)
    for detail in DETAILS:
        lines = news(report, controls.list_button_values, number, detail)
        room = most - limits.size([*top, *lines, *drawn, bottom])
        if room >= _LEAST_ROOM:
            break
    return [*top, *lines, *counts(report, room), *drawn, bottom]


def _top(report: Report, number: int | None, controls: DigestControls) -> list[Block]:
    blocks = [
        header(f"{name_of(number)} · {subject(report.plan)}"),
        context(
            code(report.account),
            since_in_words(report, moment(report.since)),
            f"as of {moment(report.until, '{time_secs}')}",
        ),
    ]
    if controls.is_preview:
        called = mention_names(report.plan.mentions)
        calling = f" It would call {called}." if called and report.has_news else ""
        blocks.append(context(f"👁️ A preview, for you alone.{calling}"))
    elif called := _called(report):
        blocks.append(section(called))
    return blocks


def _called(report: Report) -> str:
    """Mention the people of a digest, so that Slack notifies them."""
    return mention_markup(report.plan.mentions) if report.has_news else ""


def _bottom(report: Report, number: int | None) -> Block:
    again = [command(command_of("run", number))] if number is not None else []
    return context(*again, escape(report.plan.schedule.in_words()))


def _fallback_text(number: int | None, report: Report, controls: DigestControls) -> str:
    """Return the news as one text, for notifications."""
    called = "" if controls.is_preview else _called(report)
    said = headline(report)
    failures: dict[str, list[str]] = {name: [] for name in busiest_first(report)}
    for group in report.groups:
        errors = [limits.shorten(group.error, LONGEST_NAME)] if group.error else []
        failures[group.workflow] += errors
    places = [
        f"{escape(workflow)} ({escape(', '.join(dict.fromkeys(errors)))})" if errors else escape(workflow)
        for workflow, errors in failures.items()
    ]
    places += [escape(name) for name in report.unexplained if name not in failures]
    where = f" in {', '.join(places)}," if places else ""
    gone = f"; no longer there: {', '.join(map(escape, report.gone))}" if report.gone else ""
    unread = f"; could not be read: {', '.join(map(escape, report.unread))}" if report.unread else ""
    since = since_in_words(report, iso(report.since))
    return f"{called} {name_of(number)}: {escape(said)}{where} {since}{gone}{unread}".strip()
