"""Help. It names what works and nothing else, and what it names can be tried at once."""

from collections.abc import Sequence
from typing import Final

from bot.browse.command.options import LIST_OPTIONS
from bot.digests.command.grammar import DIGEST_VERBS
from bot.digests.command.options import DIGEST_OPTIONS
from bot.home.help_parts import Example, Topic, lines
from bot.home.triage_help import EXPORT, FAILURES, FIND, STATS
from bot.ui.elements import Message, context, header, message, section
from bot.ui.mrkdwn import code


def _other_verbs() -> str:
    return ", ".join(f"`{verb.name}`" for verb in DIGEST_VERBS if verb.usage == "N" and verb.name != "show")


_OVERALL: Final[Topic] = (
    Example("", "all workflows with their counts, those with trouble first", title="See what runs"),
    Example("search:{part}", "those whose names hold a text"),
    Example("list {name}", "its instances, newest first; without `list` it is the same"),
    Example(
        "list {name} status:errored since:24h",
        "those that failed since then",
        title="Narrow it down",
    ),
    Example("list * status:errored since:24h", "of every workflow, in one list"),
    Example("list {name} errored", "a bare status is enough"),
    Example(
        "failures", "what failed in the last day, by cause; names and `since:` may follow", title="Ask why"
    ),
    Example(
        "show {name} latest failed",
        "its steps, attempts and error; an id, or a link to the dashboard, shows any other",
        title="Look at one instance",
    ),
    Example(
        "find ID",
        "the workflow that has an instance: by its id, the beginning of it, or a message pasted whole",
        can_be_tried=False,
    ),
    Example(
        "export {name}",
        "a list as a CSV file, in your direct messages; `as jsonl`, and `to #ops` for a channel",
        can_be_tried=False,
    ),
    Example(
        "stats {name} since:7d",
        "runs, failure rate, p50 and p95, versions, slowest steps; `stats *` compares all",
        title="See how they do",
    ),
    Example("digest", "a form for a digest: what failed, as often as you like", title="Be told in a channel"),
    Example("digest list", "the digests of this channel, and yours"),
    Example("help list", "paging, accounts, cursors", title="More"),
    Example("help filters", "every filter"),
    Example("help times", "ways to write a time"),
    Example("help digest", "digests in words, not by the form"),
    "Also `help failures`, `help find`, `help stats` and `help export`.",
)

_LIST: Final[Topic] = (
    Example("list {name}", "instances, newest first; filters may follow: `/workflows help filters`"),
    Example("list * running", "of every workflow, in one list"),
    (
        "*Several workflows*\n`list orders,emails` shows both in one list, `list order-*` all whose names "
        "begin so, and `list *` every one. Each row names its workflow."
    ),
    (
        "`◀ Newer` and `Older ▶` turn pages in place; instances created meanwhile do not shift the rows. "
        "`⟳ Refresh` asks Cloudflare again. `Filter…` opens a form that narrows the list down in place. "
        "`Share` shows the list to everybody in the channel."
    ),
    (
        "*Times*\nOf `errored`, `terminated` and `complete` instances `since:` and `until:` mean when they "
        "*ended*, and the last to end comes first. Of all others they mean when they were *created*; "
        "`created:` always does. The line below the title says which of the two it is."
    ),
    "Each answer ends in the command that asks the same again. Only you see it.",
    'A name with spaces or colons goes in quotes: `/workflows list "my flow"`.',
    "*Accounts*\n`account:NAME` asks another account than the default. All of them are named below.",
    (
        "*Pages and cursors*\n`page:3` starts at the third page, counted in rows of a message. "
        "`cursor:TOKEN` starts at a cursor that Cloudflare's API gave, and `direction:asc` behind it turns "
        "the order around."
    ),
)

_FILTERS: Final[Topic] = (
    Example("list {name} status:errored since:24h rows:20", "as many as you like, in any order"),
    lines(LIST_OPTIONS),
    (
        "*In words*\n`errored or paused`  `failed with card declined`  `timeout errors`  "
        "`running longer than 1h`  `from cron`  `on version 4f2a`  `failed in charge-card`  "
        "`created yesterday`"
    ),
    (
        "Cloudflare knows only status and creation. For the other filters the bot looks at the instances "
        "itself, says how far it came, and *Search further* goes on."
    ),
    Example("list {name} --status errored --per-page 20", "wrangler's flags work, too"),
    "Case does not matter. Every way to write a time: `/workflows help times`.",
)

_TIMES: Final[Topic] = (
    Example("list {name} since:2h", "what was created in the last two hours"),
    Example('list {name} since:"yesterday 17:30" until:today', "what has a space goes in quotes"),
    (
        '`2h`  `3d`  `1h30m`  `90s`  `"half an hour"`   so long ago\n'
        '`today`  `yesterday`  `monday`  `"yesterday 17:30"`  `"monday noon"`   a day begins at midnight\n'
        '`"last night"`  `"this week"`  `"last month"`  `"end of yesterday"`   by the calendar\n'
        "`09:00`  `9am`  `noon`   the last time it was that\n"
        '`2026-11-23`  `"2026-11-23 09:00"`  `2026-11-23T09:00Z`  `23.11.2026`  `"nov 23 9am"`\n'
        '`"9am CET"`  `"9am New York"`  `"2026-11-23 09:12:44,123 UTC"`  `1795425164`   '
        "with its zone, or from a log"
    ),
    (
        "Times are in your own zone, unless they name one. With dots the day is first. `10/11/2026` asks "
        "which day is meant, unless you live where the month is first. The answer shows what was understood."
    ),
)

_DIGEST: Final[Topic] = (
    "A digest tells a channel what newly failed, and what there is.",
    Example("digest", "a form for a new one"),
    Example("digest list", "those of this channel, and yours; `/workflows digest list all` is for admins"),
    Example(
        "digest create #ops weekdays 09:00",
        "a new one in words; without a channel, for the one you are in",
        can_be_tried=False,
    ),
    Example("digest show 7", f"one digest; likewise {_other_verbs()}", can_be_tried=False),
    Example("digest edit 7 daily 10am", "a change without the form", can_be_tried=False),
    (
        "*When*\n"
        "`daily 9am`  `weekdays 09:00`  `mon,thu 14:30`  `first monday 9am`  `every 4h`  `cron 0 9 * * 1-5`\n"
        "`daily 9am and 5pm`  `hourly from 9am to 5pm on weekdays`  `monthly on the 1st and 15th at 9am`\n"
        "`daily 9am Europe/Berlin`   a zone, if it is not your own"
    ),
    f"*What else may follow*\n{lines(DIGEST_OPTIONS)}",
)

_TOPICS: Final[dict[str | None, Topic]] = {
    None: _OVERALL,
    "list": _LIST,
    "filters": _FILTERS,
    "times": _TIMES,
    "failures": FAILURES,
    "find": FIND,
    "stats": STATS,
    "export": EXPORT,
    "digest": _DIGEST,
}
TOPICS: Final = tuple(topic for topic in _TOPICS if topic)


def help_message(topic: str | None, accounts: Sequence[str], workflow: str | None = None) -> Message:
    """Build the help on a topic of `TOPICS`, or on everything, with a workflow's name in its examples."""
    title = f"/workflows · {topic or 'help'}"
    parts = [
        (part, None) if isinstance(part, str) else (part.line(workflow), part.button(workflow))
        for part in _TOPICS[topic]
    ]
    names = ", ".join(code(name) for name in accounts)
    blocks = [header(title), *(section(text, button) for text, button in parts)]
    if accounts:
        blocks.append(context(f"accounts: {names}" if len(accounts) > 1 else f"account: {names}"))
    return message("\n".join((title, *(text for text, _ in parts))), blocks)
