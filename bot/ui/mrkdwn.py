"""Write text in Slack's markup, in which every name from a person or the API is safe to show."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.ui import limits

# Marks that turn the direction of what follows, breaks that would end a line or a code span, what steers a
# terminal, and what nobody sees. The two joiners stay: emoji and some scripts are written with them.
_UNSAFE_MARKS: Final = (
    r"\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
_UNSAFE: Final = re.compile(f"[{_UNSAFE_MARKS}]")
_MARKUP: Final = re.compile(f"[`&<>{_UNSAFE_MARKS}]")
_INERT: Final = {"`": "\N{MODIFIER LETTER GRAVE ACCENT}", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SECOND: Final = timedelta(seconds=1)
_LONGEST_NAME: Final = 600
_LONGEST_COMMAND: Final = 1_500

DATE_AND_TIME: Final = "{date_short_pretty} at {time}"
TIME: Final = "{time}"
"""For a time that is less than a day from another one beside it."""


def plain(text: str) -> str:
    """Make a foreign text safe for plain_text elements, where Slack reads no markup."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def escape(text: str) -> str:
    """Escape a foreign text for mrkdwn.

    Slack asks to escape these three and nothing else; a backtick goes, too, as it would turn our code spans
    inside out.
    """
    return _MARKUP.sub(lambda found: _INERT.get(found[0], "\N{REPLACEMENT CHARACTER}"), text)


def one_line(text: str | None, most: int) -> str:
    """Escape a foreign text in one line of at most so many characters."""
    return escape(limits.shorten(" ".join((text or "").split()), most))


def command(text: str) -> str:
    """Format something to type as code."""
    return code(text, _LONGEST_COMMAND)


def code(text: str, most: int = _LONGEST_NAME) -> str:
    """Format a foreign text as code, where Slack looks for no mention, no link and no emphasis."""
    return f"`{escape(limits.shorten(text, most)) or ' '}`"


def code_block(text: str, most: int) -> str:
    """Format a foreign text of several lines as a block of code, at most so many characters and its marks."""
    lines = limits.shorten(text, most).splitlines() or [" "]
    escaped = "\n".join(map(escape, lines))
    if len(escaped) > most:  # each `&` takes five characters
        kept = escaped[: most - 1]
        start = kept.rfind("&")
        escaped = f"{kept[:start] if start >= 0 and ';' not in kept[start:] else kept}…"
    return f"```{escaped}```"


def link(url: str, label: str) -> str:
    """Link to an address in which nothing is Slack's markup, as in one that is percent-encoded."""
    return f"<{url}|{escape(label)}>"


def moment(at: datetime, style: str = DATE_AND_TIME) -> str:
    """Format a time that all readers see in their own zone; use ISO 8601 where Slack can't.

    It begins a line: behind words that it belongs to, use `moment_after`.
    """
    return _date(at, style, iso(at))


def moment_after(words: str, at: datetime, style: str = DATE_AND_TIME) -> str:
    """Format our own words and the time behind them, as in `created today at 9:00`.

    Slack writes "Today" where its format begins with the date, and "today" behind anything: so the words are
    part of the format.
    """
    return _date(at, f"{words} {style}", iso_after(words, at))


def _date(at: datetime, style: str, fallback: str) -> str:
    return f"<!date^{int(at.astimezone(UTC).timestamp())}^{style}|{fallback}>"


def iso(at: datetime) -> str:
    """Format a time as ISO 8601 in UTC, to the second."""
    return at.astimezone(UTC).isoformat("T", "seconds").replace("+00:00", "Z")


def iso_after(words: str, at: datetime) -> str:
    """Format words and the time behind them as `iso` does."""
    return f"{words} {iso(at)}"


def duration(span: timedelta) -> str:
    """Format a time span in its two largest units: `850ms`, `12s`, `2m 13s`, `3h 5m`, `2d 4h`."""
    whole = span.days * 86400 + span.seconds
    if whole < 1:
        return f"{int(max(span.total_seconds(), 0) * 1000)}ms"
    for unit, name, smaller, smaller_name in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "m"),
        (60, "m", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // smaller
            return f"{whole // unit}{name}" + (f" {rest}{smaller_name}" if rest else "")
    return f"{whole}s"


def ago(span: timedelta) -> str:
    """Format how long ago a time was."""
    return "just now" if span < _SECOND else f"{duration(span)} ago"


def person(user: str) -> str:
    """Mention a person; Slack notifies them unless the message is for one reader only."""
    return f"<@{escape(user)}>"


def channel(channel_id: str) -> str:
    """Link to a channel; only readers who may see it see its name. A direct message has no link."""
    if channel_id.startswith("D"):
        return "a direct message"
    return f"<#{escape(channel_id)}>"


def plural(count: int, one: str, many: str) -> str:
    """Format a number with its noun: `1 workflow`, `2 workflows`."""
    return f"{count:,} {one if count == 1 else many}"
