"""Help. It names what works and nothing else."""

from collections.abc import Sequence
from typing import Final

from bot.browse.options import LIST_OPTIONS
from bot.digests.command.grammar import DIGEST_VERBS
from bot.digests.command.options import DIGEST_OPTIONS
from bot.language.options import Options
from bot.ui.elements import Message, code, context, header, message, section


def _lines(options: Options) -> str:
    """Describe each option in a line; a default is only named where it is a value."""
    lines = []
    for option in options:
        default = f", {option.default} if left out" if option.default.startswith("`") else ""
        lines.append(f"`{option.example}`   {option.help}{default}")
    return "\n".join(lines)


def _other_verbs() -> str:
    return ", ".join(f"`{verb.name}`" for verb in DIGEST_VERBS if verb.usage == "N" and verb.name != "show")


_OVERALL: Final = """\
*See what runs*
`/workflows`   every workflow with its counts by status
`/workflows search:order`   those whose names hold a text
`/workflows list NAME`   its instances, newest first; `/workflows NAME` is the same

*Narrow it down*
`/workflows list NAME status:errored since:24h`
`/workflows list NAME errored`   a bare status is enough

*Be told in a channel*
`/workflows digest`   a form for a digest: what failed, as often as you like
`/workflows digest list`   the digests of this channel, and yours

*More*
`/workflows help list`   paging, accounts, cursors
`/workflows help filters`   every filter
`/workflows help times`   ways to write a time
`/workflows help digest`   digests in words, not by the form"""

_LIST: Final = """\
*`/workflows list NAME [filters]`* shows instances, newest first. `◀ Newer` and `Older ▶` turn pages in \
place; instances created meanwhile do not shift the rows. `⟳ Refresh` asks Cloudflare again. `Filter…` opens \
a form that narrows the list down in place.

Each answer ends in the command that asks the same again. Only you see it.

A name with spaces or colons goes in quotes: `/workflows list "my flow"`."""

_FILTERS: Final = f"""\
{_lines(LIST_OPTIONS)}

wrangler's flags work too: `--status errored --page 3 --per-page 20`. Case does not matter. \
Every way to write a time: `/workflows help times`."""

_TIMES: Final = """\
`2h`  `3d`  `1h30m`  `90s`   so long ago
`today`  `yesterday`  `monday`  `"yesterday 17:30"`   quote what has a space
`09:00`  `9am`   the last time it was that
`2026-11-23`  `"2026-11-23 09:00"`  `2026-11-23T09:00Z`

Times are in your own zone, unless they end in `Z` or an offset. The answer shows what was understood."""

_DIGEST: Final = f"""\
A digest tells a channel what newly failed, and what there is.

`/workflows digest`   a form for a new one
`/workflows digest create #ops weekdays 09:00`   the same in words; without a channel, the one you are in
`/workflows digest list`   those of this channel, and yours; `/workflows digest list all` is for admins
`/workflows digest show 7`   one digest; likewise {_other_verbs()}
`/workflows digest edit 7 daily 10am`   a change without the form

*When*
`daily 9am`  `weekdays 09:00`  `mon,thu 14:30`  `first monday 9am`  `every 4h`  `cron 0 9 * * 1-5`
`daily 9am and 5pm`  `hourly from 9am to 5pm on weekdays`  `monthly on the 1st and 15th at 9am`
`daily 9am Europe/Berlin`   a zone, if it is not your own

*What else may follow*
{_lines(DIGEST_OPTIONS)}"""

_TOPICS: Final = {
    None: _OVERALL,
    "list": _LIST,
    "filters": _FILTERS,
    "times": _TIMES,
    "digest": _DIGEST,
}
TOPICS: Final = tuple(topic for topic in _TOPICS if topic)


def help_message(topic: str | None, accounts: Sequence[str]) -> Message:
    """Build the help on a topic of `TOPICS`, or on everything."""
    title = f"/workflows · {topic or 'help'}"
    parts = _TOPICS[topic].split("\n\n")
    names = ", ".join(code(name) for name in accounts)
    blocks = [header(title), *(section(part) for part in parts)]
    blocks.append(context(f"accounts: {names}" if len(accounts) > 1 else f"account: {names}"))
    return message("\n".join((title, *parts)), blocks)
