"""What a search found and where it looked, in words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.access.messages import ACCESS
from bot.browse.messages.details import ValueOf
from bot.browse.messages.not_yet import not_yet_message
from bot.browse.requests import NotYet, ShowInstance
from bot.find.model import Coverage, SearchResult, SearchScope, TargetOutcome, Way
from bot.find.requests import FindInstances
from bot.find.targets import Shape, Target, Targets
from bot.inspect.messages.found import instance_row
from bot.inspect.model import InstanceRef
from bot.language.command import Command
from bot.language.tokens import COMMAND, quote
from bot.slack.reply import ShowMessage
from bot.ui import limits
from bot.ui.elements import Message, context, header, message, section
from bot.ui.explanations import explain, is_explained
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, moment_after
from bot.ui.problems import run_button

_LONGEST_KEPT: Final = timedelta(days=30)
"""After its end, at most (developers.cloudflare.com/workflows/reference/limits: "Retention limit")."""
_MOST_NAMED: Final = 5
_MOST_ROWS: Final = 20
_LONGEST_ERROR: Final = 120


def looking_message(targets: Targets, workflows: int, scope: SearchScope) -> Message:
    """Say that the search takes a moment."""
    what = _quoted(targets.shown[0]) if len(targets.shown) == 1 else f"{len(targets.shown)} ids"
    words = (
        f"Looking for {what} in {_workflows(workflows)} of {_accounts(scope)}. The answer follows by itself."
    )
    return message(words, [context(f"⏳ {words}")])


def no_id_message() -> Message:
    """Say that a long text holds nothing to look for."""
    title = "Nothing in that text looks like the id of an instance."
    forms = [command(f"{COMMAND} find {text}") for text in ("ord-59603", "ord-59*", "LINK")]
    advice = f"Type an id alone, or the beginning of one, or a link to the dashboard: {', '.join(forms)}"
    return message(f"{title} {advice}", [section(f"*{title}*\n{advice}")])


def rows_message(result: SearchResult, request: FindInstances, value_of: ValueOf, now: datetime) -> Message:
    """Show several instances, and what was not found beside them."""
    single = len(result.found) == 1
    title = _title(result)
    blocks: list[Block] = [header(title)]
    shown = 0
    for found in result.found:
        rows = found.hits[: max(_MOST_ROWS - shown, 0)]
        blocks += [instance_row(hit.subject, hit.row, value_of, now) for hit in rows]
        shown += len(rows)
        if found.elsewhere is not None:
            where = f"The link leads to the account {code(found.elsewhere)}, which this bot does not read."
            blocks.append(section(f"{code(found.target.text)}\n{where}"))
        elif not found.hits:
            blocks.append(
                section(f"{code(found.target.text)}\nNot found. {' '.join(_looked(found, result))}")
            )
    notices = [*(_looked(result.found[0], result) if single else ()), *_limits_of(result)]
    if left := len(result.hits) - shown:
        notices.append(f"And {left:,} more: type more of the id.")
    if result.left_out:
        notices.append(f"And {result.left_out:,} more, which were not looked up: one message shows ten.")
    texts = [each["text"]["text"].replace("\n", " ") for each in blocks if each["type"] == "section"]
    blocks += [context(notice) for notice in notices]
    blocks += _further_blocks(result, request)
    blocks.append(context(command(request.command())))
    return message(f"{title}: {'; '.join((*texts, *notices))}", blocks)


def none_found_message(result: SearchResult, request: FindInstances, now: datetime) -> Message:
    """Say that a target was not found, where it was looked, and what may help."""
    (found,) = result.found
    which = "whose id begins with" if found.target.shape is Shape.PART else "with the id"
    is_cut = found.coverage.is_cut or bool(result.scope.unread)
    title = f"No instance was found{' yet' * is_cut} {which} {code(found.target.text)}."
    unasked = ("Not everything could be asked.",) if is_cut else ()
    lines = [*unasked, *_looked(found, result), *_limits_of(result)]
    if found.gone_from:
        names = _names(found.gone_from)
        lines.append(
            f"Analytics know it from {names}, which no longer has it: it was deleted, or its retention ended."
        )
    if found.led_to:
        where = f"Analytics say that it is in {_names(found.led_to)}, which could not be asked just now."
        lines.append(f"{where} *Again* tries once more.")
    if not is_cut:
        oldest = moment_after("before", now - _LONGEST_KEPT, "{date_short}")
        kept = "Cloudflare keeps an instance for at most 30 days after its end"
        lines.append(f"{kept}: none is left that ended {oldest}.")
    steps = [("Again", Command(request.command()))] if is_cut else []
    steps += _next_steps(found, result)
    blocks = [section("\n".join((f"*{title}*", *lines))), *_further_blocks(result, request)]
    blocks += [_offer(what, text) for what, text in steps]
    said = [f"{what}: {command(text.whole())}" for what, text in steps]
    return message(" ".join((title, *lines, *said)), blocks)


def with_way(shown: ShowMessage, result: SearchResult, request: FindInstances) -> ShowMessage:
    """Add to an instance how it was found, and what was not looked at."""
    (found,) = result.found
    lines = [*_looked(found, result), *_limits_of(result)]
    added = [*([context(*lines)] if lines else []), *_further_blocks(result, request)]

    def extended(one: Message) -> Message:
        blocks = [*one.blocks, *added]
        return message(" ".join((one.text, *lines)), blocks) if limits.fits(blocks) else one

    return replace(
        shown, message=extended(shown.message), plain=None if shown.plain is None else extended(shown.plain)
    )


def not_yet_message_of(request: NotYet, subject: InstanceRef) -> Message:
    """Say that the bot can't do something yet to an instance that was found, and show where it is."""
    named = replace(request, workflow=subject.workflow, instance=subject.instance)
    said = not_yet_message(named, subject.workflow, subject.account)
    show = Command(ShowInstance(subject.workflow, subject.instance, subject.account).command())
    offer = _offer("The instance", show)
    blocks = [said.blocks[0], offer, *said.blocks[1:]]
    return message(f"{said.text} The instance: {command(show.whole())}", blocks)


def _title(result: SearchResult) -> str:
    count = len(result.hits)
    if len(result.found) > 1:
        return "Found in that text"
    (found,) = result.found
    if found.way in (Way.LISTED, Way.HELD):
        is_all = found.coverage.whole_lists and result.scope.is_complete
        number = f"{count}" if is_all else f"At least {count}"
        verb = "begin with" if found.way is Way.LISTED else "have in their ids"
        return f"{number} instances {verb} {found.target.text}"
    return f"{count} workflows have {found.target.text}"


def _looked(found: TargetOutcome, result: SearchResult) -> list[str]:
    """Say how a target was found, or where it was looked for, and what was not looked at."""
    coverage, others = found.coverage, len(result.scope.candidates) - 1
    lines: list[str] = []
    if found.hits and found.way in (Way.NAMED, Way.CACHE, Way.ANALYTICS):
        how = {
            Way.NAMED: "It is where the text says",
            Way.CACHE: "It was in a list that was read lately",
            Way.ANALYTICS: "Analytics led to it",
        }[found.way]
        return [f"{how}: no other workflow was asked for this id."] if others > 0 else []
    if found.target.shape is not Shape.PART and (coverage.asked or not found.hits):
        lines.append(_asked(coverage, result.scope))
    if coverage.rows or coverage.listed:
        scope = "all" if coverage.whole_lists else "the newest"
        none = " None does; the id holds it further on." if found.way is Way.HELD and found.hits else ""
        lines.append(
            f"Read {scope} {coverage.rows:,} instances of {_workflows(coverage.listed)} for ids that begin "
            f"with it.{none}"
        )
    return [*lines, *_obstacles(coverage)]


def _asked(coverage: Coverage, scope: SearchScope) -> str:
    where = f"of {_accounts(scope)}"
    if not coverage.askable and scope.is_complete:
        return f"No workflow {where} has instances."
    if not coverage.askable:
        return f"No workflow {where} could be asked."
    if coverage.left <= 0 and scope.is_complete:
        return f"Asked every workflow with instances {where} for this id: {coverage.askable:,}."
    if coverage.left <= 0:
        return f"Asked the {_workflows(coverage.askable)} {where} that are known for this id."
    asked = f"{coverage.asked:,} of {coverage.askable:,} workflows"
    return f"Asked {asked} {where} for this id, the likeliest first."


def _obstacles(coverage: Coverage) -> list[str]:
    """Say what kept workflows from being asked."""
    lines = []
    if coverage.out_of_time:
        lines.append("⚠️ Time was up before all were asked.")
    if coverage.incomplete_rows:
        rows = f"{coverage.incomplete_rows:,} row{'' if coverage.incomplete_rows == 1 else 's'}"
        lines.append(f"⚠️ Cloudflare's answers have {rows} that could not be read: an id may be missing.")
    if coverage.failed:
        names = _names(list(dict.fromkeys(name for _, name in coverage.failed)))
        why = _why(next(iter(coverage.failed.values())))
        lines.append(f"⚠️ Could not be asked: {names}. {why}")
    errors = [error for error in coverage.stopped.values() if error not in coverage.failed.values()]
    lines += [f"⚠️ Stopped early. {why}" for why in dict.fromkeys(map(_why, errors))]
    return lines


def _limits_of(result: SearchResult) -> list[str]:
    """Say what of the accounts could not be searched at all."""
    scope = result.scope
    lines = [
        f"⚠️ The workflows of {code(name)} can't be listed just now. {_why(error)}"
        for name, error in scope.unread
    ]
    lines += [
        f"⚠️ {code(name)} may have more workflows than its list shows: these were not searched."
        for name in scope.incomplete
    ]
    if scope.some_hidden:
        lines.append(f"Only workflows that you may look at were searched: {command(ACCESS)}")
    return lines


def _further_blocks(result: SearchResult, request: FindInstances) -> list[Block]:
    """Offer to ask the workflows that were not asked."""
    if request.everywhere or len(result.found) != 1:
        return []
    (found,) = result.found
    is_listed = found.way is Way.LISTED and found.hits
    if found.target.shape is Shape.PART or is_listed or found.coverage.left <= 0:
        return []
    text = Command(replace(request, text=quote(found.target.text), everywhere=True).command())
    return [
        section(
            f"Ask all {_workflows(found.coverage.askable)}: {command(text.whole())}",
            run_button("Ask all", text),
        )
    ]


def _next_steps(found: TargetOutcome, result: SearchResult) -> list[tuple[str, Command]]:
    """Return what may help where nothing was found."""
    target, steps = found.target, []
    alike = [
        candidate.workflow.name
        for candidate in result.scope.candidates
        if target.text.casefold() in candidate.workflow.name.casefold()
    ]
    if alike:
        steps.append(
            (f"In the names of {_workflows(len(alike))}", Command(f"{COMMAND} search {quote(target.text)}"))
        )
    if target.shape in (Shape.WHOLE, Shape.EITHER) and len(target.text) > 8:
        steps.append(("By its beginning", Command(f"{COMMAND} find {quote(f'{target.text[:8]}*')}")))
    return [*steps, ("Every workflow", Command(COMMAND))]


def _offer(what: str, text: Command) -> Block:
    return section(f"{what}: {command(text.whole())}", run_button("Run it", text))


def _quoted(target: Target) -> str:
    return code(f"{target.text}*" if target.shape is Shape.PART else target.text)


def _workflows(count: int) -> str:
    return f"{count:,} workflow{'' if count == 1 else 's'}"


def _accounts(scope: SearchScope) -> str:
    return _names(scope.accounts)


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(code(name) for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def _why(error: Exception) -> str:
    if is_explained(error):
        return limits.shorten_markup(explain(error).title, _LONGEST_ERROR)
    return "Cloudflare has not answered in time."
