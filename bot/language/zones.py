"""The names of time zones, as people type them."""

from functools import cache
from typing import Final
from zoneinfo import available_timezones

from bot.language.errors import nearest

_SYNONYMS: Final = {
    # abbreviations, which are no places: most mean another offset in summer, some mean several at once
    "gmt": "UTC", "z": "UTC", "zulu": "UTC", "cet": "Europe/Berlin", "cest": "Europe/Berlin",
    "bst": "Europe/London", "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York",
    "cst": "America/Chicago", "cdt": "America/Chicago", "mst": "America/Denver", "mdt": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "ist": "Asia/Kolkata", "jst": "Asia/Tokyo",
}  # fmt: skip


def zone_name(word: str) -> str | None:
    """Return the IANA name that a word is, whatever its case, and in brackets too."""
    return _names().get(word.removeprefix("(").removesuffix(")").casefold())


def nearest_zone(words: str) -> str | None:
    """Return the zone that some words most likely mean: a slip of the keyboard, a city, an abbreviation."""
    word = "_".join(words.strip("()").casefold().split())
    if word in _SYNONYMS:
        return _SYNONYMS[word]
    if "/" in word:
        return nearest(word, tuple(_names().values()))
    city = nearest(word, tuple(_of_city())) if len(word) > 3 else None  # any three letters are like some city
    return _of_city()[city] if city else None


@cache
def _names() -> dict[str, str]:
    """Return the names with a slash, which nothing else in a command has; and UTC."""
    return {name.casefold(): name for name in sorted(available_timezones()) if "/" in name or name == "UTC"}


@cache
def _of_city() -> dict[str, str]:
    names = [name for name in _names().values() if not name.startswith("Etc/")]
    return {name.rpartition("/")[2].casefold(): name for name in reversed(names)}


def zones_like(text: str, most: int) -> tuple[str, ...]:
    """Return the names that hold a text, those that begin with it or with a city of that name first."""
    wanted = "_".join(text.casefold().split())
    found = [(folded, name) for folded, name in _names().items() if wanted in folded]
    found.sort(key=lambda pair: (not pair[0].startswith(wanted), f"/{wanted}" not in pair[0], pair[0]))
    return tuple(name for _, name in found[:most])
