"""Time zones as people type them: IANA names, cities, abbreviations and offsets.

`find_zones` tells what some words can mean: one zone is certain, several have to be asked about. A zone is
never found by a name that merely looks alike; that is what `nearest_zone` is for, which only proposes.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from itertools import accumulate, chain
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from bot.language.errors import nearest

_ABBREVIATIONS: Final[dict[str, tuple[str, ...]]] = {
    # Where the clocks show it. Several are places that mean different moments by it. Where they only differ
    # in summer, as Brisbane from Sydney, the one that shows it all year is first: it is never wrong.
    "utc": ("UTC",), "gmt": ("UTC",),
    "wet": ("Europe/Lisbon",), "west": ("Europe/Lisbon",),
    "cet": ("Europe/Berlin",), "cest": ("Europe/Berlin",),
    "eet": ("Europe/Helsinki",), "eest": ("Europe/Helsinki",), "msk": ("Europe/Moscow",),
    "bst": ("Europe/London", "Asia/Dhaka", "Pacific/Bougainville"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"), "idt": ("Asia/Jerusalem",),
    "wat": ("Africa/Lagos",), "cat": ("Africa/Maputo",), "eat": ("Africa/Nairobi",),
    "sast": ("Africa/Johannesburg",),
    "gst": ("Asia/Dubai", "Pacific/Guam", "Atlantic/South_Georgia"), "pkt": ("Asia/Karachi",),
    "ict": ("Asia/Bangkok",), "wib": ("Asia/Jakarta",), "sgt": ("Asia/Singapore",),
    "hkt": ("Asia/Hong_Kong",), "pht": ("Asia/Manila",), "jst": ("Asia/Tokyo",), "kst": ("Asia/Seoul",),
    "awst": ("Australia/Perth",), "acst": ("Australia/Darwin", "Australia/Adelaide"),
    "acdt": ("Australia/Adelaide",), "aest": ("Australia/Brisbane", "Australia/Sydney"),
    "aedt": ("Australia/Sydney",), "nzst": ("Pacific/Auckland",), "nzdt": ("Pacific/Auckland",),
    "nst": ("America/St_Johns",), "ndt": ("America/St_Johns",),
    "ast": ("America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"), "adt": ("America/Halifax",),
    "est": ("America/New_York",), "edt": ("America/New_York",), "et": ("America/New_York",),
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Havana"), "cdt": ("America/Chicago",),
    "ct": ("America/Chicago",),
    "mst": ("America/Phoenix", "America/Denver"), "mdt": ("America/Denver",), "mt": ("America/Denver",),
    "pst": ("America/Los_Angeles",), "pdt": ("America/Los_Angeles",), "pt": ("America/Los_Angeles",),
    "akst": ("America/Anchorage",), "akdt": ("America/Anchorage",), "hst": ("Pacific/Honolulu",),
    "brt": ("America/Sao_Paulo",), "art": ("America/Argentina/Buenos_Aires",),
    "eastern": ("America/New_York", "Australia/Sydney"), "mountain": ("America/Denver",),
    "central": ("America/Chicago", "Europe/Berlin", "Australia/Adelaide"),
    "pacific": ("America/Los_Angeles",),
}  # fmt: skip
_OTHER_SPELLINGS: Final = {
    "z": "utc", "zulu": "utc", "mez": "cet", "mesz": "cest", "met": "cet", "nyc": "new_york",
}  # fmt: skip
_PARTS_OF_HOURS: Final = {
    # the places of these offsets, which have no summer time
    "UTC+03:30": "Asia/Tehran", "UTC+04:30": "Asia/Kabul", "UTC+05:30": "Asia/Kolkata",
    "UTC+05:45": "Asia/Kathmandu", "UTC+06:30": "Asia/Yangon", "UTC+08:45": "Australia/Eucla",
    "UTC+09:30": "Australia/Darwin", "UTC-09:30": "Pacific/Marquesas",
}  # fmt: skip
_NO_CITIES: Final = ("Etc/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/", "Antarctica/")
_DIRECTIONS: Final = {"north", "south", "act"}
"""Of Australia, and of nowhere else."""
_OFFSET: Final = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2})(?::?([0-5]\d))?|(?:utc|gmt)[+-]?0")
_MONTH_FIRST: Final = ("US", "PR", "VI", "GU", "AS", "MP", "UM")
_SIGNS: Final = {0x2212: "-", 0x2013: "-", 0xB1: "+"}
_MOST_WORDS: Final = 4  # "port of spain time"
_SLIP: Final = 0.82  # how alike: "Sidney", not "Munich" for "Zurich"
_YEAR: Final = tuple(datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=3 * n) for n in range(122))
"""Moments of a year, close enough to tell apart any two rules of summer time."""


def zone_name(word: str) -> str | None:
    """Return the IANA name that a word is, whatever its case, and in brackets too."""
    return _names().get(word.removeprefix("(").removesuffix(")").casefold())


def find_zones(words: str, own: str = "UTC") -> tuple[str, ...]:
    """Return the IANA names of the zones that some words can mean, in order of preference.

    One is certain: `europe/berlin`, `New York`, `CET`, `UTC+2`; say what was taken for what. Several are
    to be asked about: `IST`, `AEST`. None means that nobody knows such a zone, or, of an offset such as
    `UTC-3:30`, that no zone has it all year.

    Args:
        words: what was typed.
        own: the IANA name of the asker's zone. It counts, too, if its clocks show what was typed: in Manila
            `PST` is not only a time in America.
    """
    word = _normal(words)
    if name := _names().get(word):
        return (name,)
    offset = parse_offset(words)
    if offset is not None:
        return _with_offset(offset)
    word = _OTHER_SPELLINGS.get(word, word)
    if places := _ABBREVIATIONS.get(word):
        return _drop_same_clocks((*places, own)) if _offset_of(word, own) is not None else places
    return _of_city().get(word, ())


def longest_zone(words: Sequence[str]) -> int:
    """Return how many of the first words are a zone: 2 of `New York quiet`; 0 if they begin with none.

    An offset counts, though no zone may have it all year.
    """
    counts = range(min(len(words), _MOST_WORDS), 0, -1)
    return next((count for count in counts if _is_zone(" ".join(words[:count]))), 0)


def may_begin_zone(word: str) -> bool:
    """Return whether a word may be the first one of a zone: `new` of `New York`; digits say nothing."""
    return _normal(word.strip("(),").partition(",")[0]) in _beginnings()


def nearest_zone(words: str) -> str | None:
    """Return the one zone that some words mean, or whose name they misspell.

    What can mean several zones has no nearest one: see `find_zones`.
    """
    found = find_zones(words)
    if found or parse_offset(words) is not None:
        return found[0] if len(found) == 1 else None
    area, _, city = _normal(words).rpartition("/")
    if len(city) < 4:  # any three letters are like some city
        return None
    near = nearest(city, tuple(_of_city()), cutoff=_SLIP)
    zones = _of_city()[near] if near else ()
    if not area:
        return zones[0] if len(zones) == 1 else None
    within = tuple(name for name in _names().values() if name.casefold().startswith(f"{area}/"))
    return nearest(f"{area}/{city}", within, cutoff=0.9) or (zones[0] if len(zones) == 1 else None)


def parse_offset(words: str) -> timedelta | None:
    """Return the offset from UTC that some words are: `UTC+2`, `GMT-03:30`, `+0200`; at most 14 hours."""
    word = _without_brackets(words).casefold().translate(_SIGNS)
    found = _OFFSET.fullmatch(word if word[:1] in ("+", "-") else "".join(word.split()))
    if found is None or (word[0] in "+-" and len(word) < 3):
        return None
    offset = timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
    return None if offset > timedelta(hours=14) else -offset if found[1] == "-" else offset


def offset_text(offset: timedelta) -> str:
    """Return an offset as `parse_offset` reads it: `UTC+02:00`."""
    return str(timezone(offset)) if offset else "UTC"


def zone_text(name: str) -> str:
    """Return what reads back as a zone: its name, and for `Etc/GMT-2` the offset, `UTC+02:00`."""
    if not name.startswith("Etc/GMT"):
        return name
    text = offset_text(ZoneInfo(name).utcoffset(_YEAR[0]) or timedelta())
    return text if find_zones(text) == (name,) else name


def moments_at(words: str, wall: datetime, own: str = "UTC") -> dict[str, datetime]:
    """Return the moments, in UTC, that some words can mean beside what a clock shows.

    Each stands under a zone that can be typed in place of the words. `CET` in winter is one moment; in
    summer it is two, at UTC+01:00 and by the clocks of Berlin, which show something else then. Zones of
    which all make the same moment of it are no two meanings.

    Args:
        words: a zone; anything else means no moment.
        wall: what the clock shows, without a zone.
        own: the IANA name of the asker's zone, as for `find_zones`.
    """
    offset = parse_offset(words)
    if offset is not None:
        return {offset_text(offset): moment_in(wall, timezone(offset))}
    word = _OTHER_SPELLINGS.get(_normal(words), _normal(words))
    places = find_zones(words, own)
    found: dict[datetime, str] = {}
    for name in places:
        said, zone = _offset_of(word, name), ZoneInfo(name)
        at = moment_in(wall, timezone(said) if said is not None else zone)
        if said is not None and at.astimezone(zone).utcoffset() != said:  # summer, and said was winter
            if len(places) == 1:
                found.setdefault(at, offset_text(said))
            at = moment_in(wall, zone)
        found.setdefault(at, name)
    return {name: at for at, name in found.items()}


@lru_cache(maxsize=1024)  # each beginning of a text that may be a time asks for the same words
def _is_zone(words: str) -> bool:
    return parse_offset(words) is not None or bool(find_zones(words))


def _offset_of(abbreviation: str, name: str) -> timedelta | None:
    """Return the offset at which the clocks of a zone show an abbreviation; None for `ET` or a city."""
    shown = (at.astimezone(ZoneInfo(name)) for at in _YEAR)
    return next((at.utcoffset() for at in shown if (at.tzname() or "").casefold() == abbreviation), None)


def moment_in(wall: datetime, zone: tzinfo) -> datetime:
    """Return when the clocks of a zone show a time; of two such moments, the first."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _without_brackets(words: str) -> str:
    return words[1:-1] if words[:1] == "(" and words[-1:] == ")" else words


def _normal(words: str) -> str:
    """Return words as names are compared: `São Paulo time` as `sao_paulo`."""
    letters = _without_brackets(words).casefold()
    if not letters.isascii():
        decomposed = unicodedata.normalize("NFKD", letters)
        letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    word = "_".join(letters.replace(".", "").split())
    return word.removesuffix("_time") if "_" in word else word


def writes_month_first(zone: tzinfo) -> bool:
    """Return whether people in a zone write `11/28/2026`, the month before the day.

    That is so in the United States and their territories, by the Unicode CLDR. South of them the day is
    first, and in Canada either is: America as a whole has no order.
    """
    name = zone.key if isinstance(zone, ZoneInfo) else ""
    return name.startswith("US/") or name in _month_first()


@cache
def _month_first() -> frozenset[str]:
    from importlib.resources import files  # noqa: PLC0415 - 20 ms that only a date with slashes is worth

    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return frozenset(row[2] for row in rows if row[0] in _MONTH_FIRST)


@cache
def _names() -> dict[str, str]:
    """Return the names with a slash, which nothing else in a command has; and UTC."""
    return {name.casefold(): name for name in sorted(available_timezones()) if "/" in name or name == "UTC"}


@cache
def _of_city() -> dict[str, tuple[str, ...]]:
    """Return the zones of each city; those that always agree are one."""
    cities: dict[str, tuple[str, ...]] = {}
    for name in _names().values():
        city = name.rpartition("/")[2].casefold()
        if "/" in name and not name.startswith(_NO_CITIES) and city not in _DIRECTIONS:
            for spelling in {city, city.replace("-", "_")}:
                cities[spelling] = (*cities.get(spelling, ()), name)
    return {city: _drop_same_clocks(names) for city, names in cities.items()}


@cache
def _beginnings() -> frozenset[str]:
    """Return what all names but offsets begin with, up to the end of a word, and an empty text."""
    names = (*_names(), *_of_city(), *_ABBREVIATIONS, *_OTHER_SPELLINGS)
    return frozenset(
        ("", *chain.from_iterable(accumulate(name.split("_"), "{}_{}".format) for name in names))
    )


def _with_offset(offset: timedelta) -> tuple[str, ...]:
    """Return the zone that has an offset all year: a nameless one, or for parts of an hour a place."""
    if not offset:
        return ("UTC",)
    hours, rest = divmod(offset, timedelta(hours=1))
    name = _PARTS_OF_HOURS.get(offset_text(offset)) if rest else _names().get(f"etc/gmt{-hours:+}")
    return (name,) if name else ()


def _drop_same_clocks(names: Sequence[str]) -> tuple[str, ...]:
    """Return the first of all names whose clocks always show the same."""
    if len(names) < 2:
        return tuple(names)
    return tuple({_offsets(name): name for name in reversed(names)}.values())[::-1]


@cache
def _offsets(name: str) -> tuple[timedelta | None, ...]:
    zone = ZoneInfo(name)
    return tuple(at.astimezone(zone).utcoffset() for at in _YEAR)


def zones_like(text: str, most: int) -> tuple[str, ...]:
    """Return the names that hold a text, those that begin with it or with a city of that name first."""
    wanted = "_".join(text.casefold().split())
    found = [(folded, name) for folded, name in _names().items() if wanted in folded]
    found.sort(key=lambda pair: (not pair[0].startswith(wanted), f"/{wanted}" not in pair[0], pair[0]))
    return tuple(name for _, name in found[:most])
