"""Words of `digest create` that belong nowhere: what they most likely mean, and what to write for them."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from bot.cloudflare.models import STATUSES
from bot.digests.command.addressees import names_somebody
from bot.language import filters, times
from bot.language.durations import read_window
from bot.language.errors import QueryError, nearest, one_of, typed
from bot.language.tokens import Token
from bot.language.zones import nearest_zone, zone_name

_BARE: Final = ("workflow", "quiet", "only-failures", "mention", "thread", "window", "all", "here", *STATUSES)
_OPTION_SYNONYMS: Final = {
    # what people call them elsewhere
    "state": "status", "since": "window", "span": "window", "period": "window", "range": "window",
    "last": "window", "notify": "mention", "ping": "mention", "call": "mention", "cc": "mention",
    "alert": "mention", "in": "channel", "to": "channel", "name": "workflow", "silent": "quiet",
}  # fmt: skip
_CLOSE: Final = 0.8


def stray(token: Token) -> QueryError:
    """Return the error for a bare word that is neither an option nor a part of the schedule."""
    if names_somebody(token):
        expected = "`mention:` before whom to call"
        return token.wrong(
            "is a person without `mention:`", expected=expected, nearest=f"mention:{token.text}"
        )
    if times.is_clock(token.value) or token.text.lower() in ("and", "&"):
        expected = "one schedule; cron fields can name several times, as in `cron 0 9,17 * * *`"
        return token.wrong("follows a whole schedule", expected=expected)
    return token.wrong(
        "is a word I don't know behind the schedule",
        expected=f"`workflow` before a workflow's name, as in {typed(f'workflow {token.raw}')}, "
        "or an option such as `quiet`, `window:7d` or `mention:@here`",
        nearest=(not token.quoted and _meant(token)) or f"workflow {token.raw}",
    )


def unknown_option(token: Token, options: Sequence[str]) -> QueryError:
    """Return the error for an option that does not exist."""
    key = token.key or ""
    meant = _OPTION_SYNONYMS.get(key) or nearest(key, options)
    value = token.raw and f":{token.raw}"
    return token.wrong(
        "is an option I don't know",
        expected=one_of([f"{name}:" for name in options if name != "quiet"]) + " or `quiet`",
        nearest=f"{meant}{value}" if meant else None,
    )


def meant_option(token: Token) -> str | None:
    """Return the option that a bare word misspells, or that it names in another system."""
    word = token.value.lower()
    status = filters.nearest_status(word)
    if status and not nearest(word, [status]):  # another system's name for it
        return f"status:{status}"
    close = get_close_matches(word, [name.lower() for name in _BARE], n=1, cutoff=_CLOSE)
    return close[0] if close else None


def _meant(token: Token) -> str | None:
    return _zone(token) or _window(token) or meant_option(token)


def _zone(token: Token) -> str | None:
    """Return a zone apart from its schedule: a city, or an abbreviation in capitals."""
    if zone_name(token.value):
        return f"zone:{token.raw}"
    zone = nearest_zone(token.value)
    city = zone and zone.rpartition("/")[2].casefold() == token.value.casefold()
    return f"zone:{zone}" if zone and (city or token.value.isupper()) else None


def _window(token: Token) -> str | None:
    try:
        read_window(token.value)
    except QueryError:
        return None
    return f"window:{token.value}"
