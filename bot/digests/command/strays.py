"""Words of `digest create` that belong nowhere: what they most likely mean, and what to write for them."""

from typing import Final

from bot.cloudflare.models import STATUSES
from bot.digests.command.addressees import names_somebody
from bot.language import filters, times
from bot.language.durations import read_window
from bot.language.errors import QueryError, nearest, typed
from bot.language.tokens import Token
from bot.language.zones import nearest_zone, zone_name

_BARE: Final = ("workflow", "quiet", "only-failures", "mention", "thread", "window", "all", "here", *STATUSES)
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


def meant_option(token: Token) -> str | None:
    """Return the option that a bare word misspells, or that it names in another system."""
    word = token.value.lower()
    status = filters.nearest_status(word)
    if status and not nearest(word, [status]):  # another system's name for it
        return f"status:{status}"
    return nearest(word, [name.lower() for name in _BARE], cutoff=_CLOSE)


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
