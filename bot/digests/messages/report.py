"""A digest as a message: failures first, then every workflow's counts, then the chart of the window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.digests.links import NO_LINKS, DigestLinks
from bot.digests.messages.chart import chart, sparkline
from bot.digests.messages.counts import lines, table
from bot.digests.messages.limits import not_called
from bot.digests.messages.news import DETAILS, news
from bot.digests.messages.phrases import (
    LONGEST_NAME,
    command_of,
    mention_markup,
    mention_names,
    name_of,
    since_in_words,
    span_in_words,
    subject,
)
from bot.digests.messages.title import count_by_workflow, mark, title
from bot.digests.report import Report
from bot.ui import limits
from bot.ui.elements import Message, context, header, message, section
from bot.ui.explanations import explain
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, escape, moment, moment_after

_MAY_BE_REPEATED: Final = (
    "This may be here twice: the bot was cut off while sending it, and can't look for it here, as it lacks "
    "the scope `channels:history` (`groups:history` in a private channel)."
)
_LONGEST_SUBJECT: Final = 100
_LEAST_ROOM: Final = 1_600
"""Characters of JSON for the workflows, before the news are shortened instead: about five of them."""


@dataclass(frozen=True, slots=True)
class DigestControls:
    """The values of a digest's buttons.

    Attributes:
        links: where its buttons lead.
        is_preview: for one reader to look at: it says so, and calls nobody.
        next_due: when the one is due that a preview is of; None where that is not known.
        may_call_channel: whether `@channel` and `@here` are called; where not, it says so.
    """

    links: DigestLinks = NO_LINKS
    is_preview: bool = False
    next_due: datetime | None = None
    may_call_channel: bool = True


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
    upcoming = f"The next one is {moment_after('due', next_due)}. " if next_due else ""
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
        lines = news(report, controls.links, number, detail)
        room = most - limits.size([*top, *lines, *drawn, bottom])
        if room >= _LEAST_ROOM:
            break
    return [*top, *lines, *counts(report, room), *drawn, bottom]


def _top(report: Report, number: int | None, controls: DigestControls) -> list[Block]:
    blocks = [
        header(f"{mark(report)} {title(report)}"),
        context(
            f"{name_of(number)} · {escape(limits.shorten(subject(report.plan), _LONGEST_SUBJECT))}",
            code(report.account),
            since_in_words(report, moment_after("since", report.since)),
            f"as of {moment(report.until, '{time_secs}')}",
        ),
    ]
    if controls.is_preview:
        blocks.append(context(_preview_line(number, report, controls.next_due)))
        return blocks
    if called := _called(report, controls):
        blocks.append(section(called))
    everybody = [mention for mention in report.plan.mentions if mention.kind == "everybody"]
    if everybody and report.has_news and not controls.may_call_channel:
        blocks.append(context(not_called(mention_names(everybody))))
    return blocks


def _preview_line(number: int | None, report: Report, next_due: datetime | None) -> str:
    """Say what a preview is of."""
    plan, due = report.plan, f", {moment_after('due', next_due)}," if next_due else ""
    if number is None or report.first:
        said = "what it would say now."
        if due:
            said += f" The first one{due} tells of the {span_in_words(plan.window)} before it."
    else:
        said = f"what the next one{due} would say so far."
    if plan.quiet and not report.is_worth_posting:
        said += " Nothing is new, so it would not be posted."
    called = mention_names(plan.mentions)
    calling = f" It would call {called}." if called and report.has_news else ""
    return f"👁️ A preview, for you alone: {said}{calling}"


def _called(report: Report, controls: DigestControls) -> str:
    """Mention the people of a digest, so that Slack notifies them."""
    if controls.is_preview or not report.has_news:
        return ""
    return mention_markup(
        [
            mention
            for mention in report.plan.mentions
            if controls.may_call_channel or mention.kind != "everybody"
        ]
    )


def _bottom(report: Report, number: int | None) -> Block:
    again = [command(command_of("run", number))] if number is not None else []
    return context(*again, escape(report.plan.schedule.in_words()))


def _fallback_text(number: int | None, report: Report, controls: DigestControls) -> str:
    """Return the news as one text, for notifications."""
    called = _called(report, controls)
    failures: dict[str, list[str]] = {name: [] for name, _ in count_by_workflow(report).most_common()}
    for group in report.groups:
        errors = [limits.shorten(group.error, LONGEST_NAME)] if group.error else []
        failures[group.workflow] += errors
    places = [
        f"{escape(workflow)} ({escape(', '.join(dict.fromkeys(errors)))})" if errors else escape(workflow)
        for workflow, errors in failures.items()
    ]
    places += [escape(name) for name in report.unexplained if name not in failures]
    where = f": {', '.join(places)}" if places else ""
    gone = f"; no longer there: {', '.join(map(escape, report.gone))}" if report.gone else ""
    unread = f"; could not be read: {', '.join(map(escape, report.unread))}" if report.unread else ""
    return f"{called} {escape(title(report))} · {name_of(number)}{where}{gone}{unread}".strip()
