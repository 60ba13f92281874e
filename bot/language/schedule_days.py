"""The days of a schedule, as people say them: `mon-fri`, `weekdays but not friday`, `first monday`.

Digests come every week or every month. What comes every second week is refused, never read as another day.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.language import times
from bot.language.errors import QueryError, nearest, typed
from bot.language.schedule_phrases import LAST_DAY_IN_ALL_MONTHS, ORDINALS, WEEKDAYS
from bot.language.tokens import Token
from bot.language.word_stream import Words, as_typed, wrong

DAILY: Final = (
    "daily",
    "day",
    "everyday",
    "days",
    "once a day",
    "once daily",
    "1 day",
    "one day",
    "24 hours",
    "24h",
)
GROUPS: Final = {
    **dict.fromkeys(DAILY, "*"),
    **dict.fromkeys(
        ("weekdays", "weekday", "week days", "week day", "workdays", "workday", "work days"), "1-5"
    ),
    **dict.fromkeys(
        ("business days", "business day", "working days", "working day", "m-f", "work day"), "1-5"
    ),
    **dict.fromkeys(("weekends", "weekend", "week ends"), "0,6"),
}
"""What people call several days of the week, and cron's field for them."""
EACH: Final = ("every", "each")

_DAY: Final = "a day such as `mon` or `monday`"
_DAY_OF_MONTH: Final = f"a day of the month from 1 to {LAST_DAY_IN_ALL_MONTHS}, or `last`"
_AND: Final = ("and", "&", "+")
_TO: Final = ("to", "through", "thru", "till", "until", "-", "\N{EN DASH}", "\N{EM DASH}")
_DASH: Final = re.compile("[-\N{EN DASH}\N{EM DASH}]|\\.\\.+")
_LIST_MARK: Final = re.compile("[,/&+;]")
_WEEKLY: Final = ("weekly", "week", "once a week", "once weekly")
_MONTHLY: Final = ("monthly", "month", "once a month", "once monthly")
_EXCEPT: Final = ("except", "except for", "excluding", "without", "but not", "not")
_WHICH: Final = {
    **{name: suffix for suffix, name in ORDINALS.items()},
    "1st": "#1", "2nd": "#2", "3rd": "#3", "4th": "#4",
}  # fmt: skip
_WEEKDAY_OF: Final = {
    **{form: number for number, day in enumerate(WEEKDAYS) for form in (day[:3], day, f"{day}s")},
    "tues": 2, "weds": 3, "thur": 4, "thurs": 4,
}  # fmt: skip
_TWO_LETTERS: Final = {day[:2]: number for number, day in enumerate(WEEKDAYS)}
"""Taken joined to others alone, as in `mo-fr`: by themselves they are words."""
_OF_MONTH: Final = (
    *("of the month", "of every month", "of each month", "of month", "in the month", "every month"),
    *("each month", "a month", "in every month", "in each month", "of a month", "monthly"),
)
_UNITS: Final = ("day", "days", "week", "weeks", "month", "months", "weekend", "weekday", "workday", "year")
_SECOND: Final = ("other", "second", "third", "fourth", "2nd", "3rd", "4th", "alternate", "alternating")
_ALTERNATE: Final = ("alternate", "alternating")
_RARE: Final = {
    **dict.fromkeys(("biweekly", "bi-weekly"), "may mean every second week, and digests come every week"),
    **dict.fromkeys(
        ("fortnightly", "fortnight", "fortnights"), "means every second week, and digests come every week"
    ),
    **dict.fromkeys(("bimonthly", "bi-monthly"), "may mean every second month, which takes cron fields"),
    **dict.fromkeys(("quarterly", "quarter"), "means every third month, which takes cron fields"),
    **dict.fromkeys(("yearly", "annually", "annual", "year"), "means once a year, which takes cron fields"),
    **dict.fromkeys(("semiannually", "half-yearly", "twice a year"), "means every sixth month"),
    **dict.fromkeys(("months", "years"), "is counted in months, which takes cron fields"),
    **dict.fromkeys(("twice a week", "twice a month", "twice weekly"), "does not say which days"),
}
"""What comes less often than a digest can, and why it is refused."""
_NUMBERED: Final = re.compile(r"(\d{1,2})(st|nd|rd|th)?")


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the month or of the week, as cron fields of which one at least is a star."""

    of_month: str = "*"
    of_week: str = "*"

    @property
    def are_plain(self) -> bool:
        """Return whether they are some days of every week."""
        return bool(re.fullmatch("[0-9,-]+", self.of_week))

    @property
    def are_several(self) -> bool:
        """Return whether they are more than one day of every week, and not all."""
        return self.are_plain and len(self.of_week) > 1


def take_days(words: Words) -> Days | None:
    """Take the days that are ahead; return None, and take no word, if the next words are none.

    Raises:
        QueryError: they are days that can't be read, or on which no digest can come.
    """
    ahead = words.copy()
    ahead.take_phrase(("on", "from"))
    is_each = ahead.take_phrase(EACH) is not None
    ahead.take_phrase(("the",))
    _check_possible(words, ahead, is_each=is_each)
    days = _day_of_month(ahead) or _group(ahead) or _weekly(ahead) or _monthly(ahead) or _take_weekdays(ahead)
    days = days or _ordinal(ahead, is_day=words.word() != ahead.word())
    if days is None:
        return None
    if is_each and re.search("#[234]", days.of_week) and not ahead.take_phrase(_OF_MONTH):
        raise _unclear_ordinal(words.copy().follow(ahead), days)
    ahead.take_phrase(_OF_MONTH)
    words.follow(ahead)
    return days


def is_weekdays(word: str) -> bool:
    """Return whether a word names a day of the week, or several, or is a list that holds one."""
    parts = _parts(word)
    return any(part in _WEEKDAY_OF for part in parts) or _are_short(parts)


def names_weekdays(words: Words) -> bool:
    """Return whether the next words are several days of the week, such as `mon-fri` or `on weekdays`."""
    ahead = words.copy()
    ahead.take_phrase(("on", "from"))
    return ahead.copy().take_phrase(GROUPS) is not None or is_weekdays(ahead.word())


def _check_possible(words: Words, ahead: Words, *, is_each: bool) -> None:
    """Refuse what comes less often than every week, other than days of the month."""
    further = ahead.copy()
    if is_each and further.word(1) in ("months", "years"):
        further.take()
    name = further.take_phrase(_RARE)
    if name is None and is_each and further.word() in _SECOND and further.word(1) in _UNITS:
        name = further.take_phrase(_SECOND)
        further.take()
    if name is None and (further.word() == "other" if is_each else further.word() in _ALTERNATE):
        name = further.take().text
    if name is None:
        return
    further.take_phrase(("on", "week on"))
    _take_weekdays(further) or _group(further)
    said = words.copy().follow(further)
    raise _too_rare(said, _RARE.get(name) or "does not come on the same days of each week")


def _too_rare(said: Sequence[Token], problem: str) -> QueryError:
    weekday = next((_WEEKDAY_OF[word] for word in as_typed(said).lower().split() if word in _WEEKDAY_OF), 1)
    name = WEEKDAYS[weekday]
    return wrong(
        said,
        problem,
        expected=f"days of every week, such as `{name}s 09:00`, or of every month, such as "
        f"`second {name} 09:00` and `monthly 1 09:00`; in cron fields `0 9 1 */3 *` is every third month",
    )


def _unclear_ordinal(said: Sequence[Token], days: Days) -> QueryError:
    """Return the error for `every second tuesday`, which may be one of two or of a month."""
    name, which = WEEKDAYS[int(days.of_week[0])], ORDINALS[days.of_week[1:3]]
    return wrong(
        said,
        f"may mean one {name} in several, or the {which} of each month",
        expected=f"`{name}s 09:00` for every week, or `{which} {name} 09:00` for every month",
    )


def _group(words: Words) -> Days | None:
    name = words.take_phrase(GROUPS)
    if name is None:
        return None
    return Days(of_week=GROUPS[name])


def _weekly(words: Words) -> Days | None:
    """Read `weekly on monday`, `every week on mon and thu`."""
    ahead = words.copy()
    if ahead.take_phrase(_WEEKLY) is None:
        return None
    ahead.pass_over("on", *EACH)
    days = _take_weekdays(ahead)
    if days is not None:
        words.follow(ahead)
    return days


def _monthly(words: Words) -> Days | None:
    """Read `monthly 1`, `monthly on the last day`, `every month on the 1st and 15th`."""
    ahead = words.copy()
    if ahead.take_phrase(_MONTHLY) is None:
        return None
    said = words.copy().follow(ahead)
    ahead.pass_over("on", "the")
    days = _which_weekday(ahead)
    if days is None:
        ahead.pass_over("day", "days")
        days = _days_of_month(ahead)
    if days is None:
        raise _no_day_of_month(said, ahead)
    words.follow(ahead)
    return days


def _day_of_month(words: Words) -> Days | None:
    """Read `day 1 of the month`."""
    ahead = words.copy()
    if ahead.take_phrase(("day", "days")) is None:
        return None
    days = _days_of_month(ahead)
    if days is None or ahead.take_phrase(_OF_MONTH) is None:
        return None
    words.follow(ahead)
    return days


def _no_day_of_month(said: Sequence[Token], ahead: Words) -> QueryError:
    token = ahead.ahead
    if token is None or not ahead.word():
        right = f"{as_typed(said)} 1"
        return wrong(said, "names no day of the month", expected=_DAY_OF_MONTH, nearest=right)
    number = _NUMBERED.fullmatch(ahead.word())
    if number and LAST_DAY_IN_ALL_MONTHS < int(number[1]) <= 31:
        return token.wrong("is not a day of every month", expected=_DAY_OF_MONTH, nearest="last")
    is_time = ahead.word() == "at" or times.is_clock(ahead.word())
    close = f"1 {token.text}" if is_time else None
    return token.wrong("is no day of the month", expected=_DAY_OF_MONTH, nearest=close)


def _days_of_month(words: Words) -> Days | None:
    """Read `1`, `1st and 15th`, `1, 10, 20`, `last day`, `last weekday`."""
    if name := words.take_phrase(
        ("last day", "last weekday", "last working day", "last business day", "last")
    ):
        return Days(of_month="L" if name in ("last", "last day") else "LW")
    ahead = words.copy()
    days: list[str] = []
    while numbers := _numbered(ahead.word()):
        days += numbers
        ahead.take()
        words.follow(ahead)
        ahead.pass_over(*_AND, "the", "on")
    return Days(of_month=",".join(days)) if days else None


def _numbered(word: str) -> list[str]:
    """Return the days in `1st` or `1,15`; none if one of them is not a day of every month."""
    found = [_NUMBERED.fullmatch(part) for part in _LIST_MARK.split(word)]
    numbers = [number[1] for number in found if number and 1 <= int(number[1]) <= LAST_DAY_IN_ALL_MONTHS]
    return numbers if len(numbers) == len(found) else []


def _ordinal(words: Words, *, is_day: bool) -> Days | None:
    """Read `first monday`, `1st of each month`, and `the 15th` where it was said that it is a day."""
    if words.word() not in _WHICH and not re.fullmatch(r"\d+(st|nd|rd|th).*", words.word()):
        return None
    if days := _which_weekday(words):
        return days
    ahead = words.copy()
    days = _first_or_last_day(ahead) or _days_of_month(ahead)
    if days and (ahead.take_phrase(_OF_MONTH) or (is_day and days.of_month[0].isdigit())):
        words.follow(ahead)
        return days
    return _no_weekday(words)


def _first_or_last_day(words: Words) -> Days | None:
    if words.take_phrase(("first day", "1st day", "first")):
        return Days(of_month="1")
    return None


def _no_weekday(words: Words) -> Days:
    """Refuse `first`, `1st 9am`, `first mondy`.

    Raises:
        QueryError: always.
    """
    first = words.take()
    number = re.match(r"\d+", first.text)
    if number and LAST_DAY_IN_ALL_MONTHS < int(number[0]) <= 31:
        last = "last day of the month"
        raise first.wrong("is not a day of every month", expected=_DAY_OF_MONTH, nearest=last)
    if number and not nearest(words.word(), WEEKDAYS):
        raise first.wrong("is no day of the week", expected=_DAY, nearest=f"monthly {first.text}")
    second = words.ahead
    if second is None or second.key is not None:
        right = f"{first.text} monday"
        raise first.wrong("names no day of the week", expected=_DAY, nearest=right)
    close = None if words.word() in GROUPS else nearest(words.word(), WEEKDAYS)
    raise second.wrong("is no day of the week", expected=_DAY, nearest=close)


def _which_weekday(words: Words) -> Days | None:
    """Read `first monday`, `1st and 3rd tuesday of the month`."""
    ahead = words.copy()
    which: list[str] = []
    while suffix := _WHICH.get(ahead.word()):
        which.append(suffix)
        ahead.take()
        ahead.pass_over(*_AND)
    weekday = _WEEKDAY_OF.get(ahead.word())
    if not which or weekday is None:
        return None
    ahead.take()
    words.follow(ahead)
    return Days(of_week=",".join(f"{weekday}{suffix}" for suffix in which))


def _take_weekdays(words: Words) -> Days | None:
    """Take `mon,thu`, `mon-thu`, `monday to friday`, `mon, tue and thu`."""
    ahead = words.copy()
    days: set[int] = set()
    while is_weekdays(ahead.word()):
        days |= _range(ahead)
        words.follow(ahead)
        ahead.pass_over("on", *_AND)
    return Days(of_week=",".join(map(str, sorted(days)))) if days else None


def _range(words: Words) -> set[int]:
    """Take one word of days, or `monday to friday`."""
    word, token = words.word(), words.take()
    if word in _WEEKDAY_OF and words.word() in _TO and _WEEKDAY_OF.get(words.word(1)) is not None:
        words.take()
        first, last = _WEEKDAY_OF[word], _WEEKDAY_OF[words.word()]
        words.take()
        return set(_from_to(first, last))
    return set(_days_in(token, word))


def _days_in(token: Token, word: str) -> Iterator[int]:
    """Yield the days of `mon,thu` or `mon-thu`, which is one word."""
    for part in filter(None, _LIST_MARK.split(word)):
        first, *others = _DASH.split(part)
        short = _are_short(_parts(word))
        begin = _weekday(token, first, is_short=short)
        end = _weekday(token, others[-1], is_short=short) if others else begin
        if len(others) > 1:
            raise token.wrong("has more than a first and a last day", expected=_DAY)
        yield from _from_to(begin, end)


def _from_to(first: int, last: int) -> Iterator[int]:
    return ((first + step) % 7 for step in range((last - first) % 7 + 1))


def _weekday(token: Token, day: str, *, is_short: bool) -> int:
    """Return the number of a day that stands in a word."""
    if is_short:
        return _TWO_LETTERS[day]
    if day in _WEEKDAY_OF:
        return _WEEKDAY_OF[day]
    close = nearest(day, (*WEEKDAYS, *(name[:3] for name in WEEKDAYS)))
    right = re.sub(rf"\b{re.escape(day)}\b", close, token.text.lower()) if close else None
    problem = f"names a day I don't know, {typed(day)}" if day else "names no last day"
    raise token.wrong(problem, expected=_DAY, nearest=right)


def _parts(word: str) -> list[str]:
    return [day for part in _LIST_MARK.split(word) for day in _DASH.split(part)]


def _are_short(parts: Sequence[str]) -> bool:
    return len(parts) > 1 and all(part in _TWO_LETTERS for part in parts)


def take_exceptions(words: Words, days: Days) -> Days | None:
    """Take `except friday`, `but not on weekends`, and return the days that are left.

    Raises:
        QueryError: none is left.
    """
    ahead = words.copy()
    if ahead.take_phrase(_EXCEPT) is None or not (days.are_plain or days == Days()):
        return None
    ahead.take_phrase(("on",))
    but = _group(ahead) or _take_weekdays(ahead)
    if but is None:
        return None
    left = sorted(_numbers(days.of_week) - _numbers(but.of_week))
    said = words.follow(ahead)
    if not left:
        raise wrong(said, "leaves no day", expected="days that are left")
    return Days(of_week=",".join(map(str, left)))


def _numbers(field: str) -> set[int]:
    """Return the days of `*` or `1-3,5`."""
    if field == "*":
        return set(range(7))
    found = set()
    for part in field.split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found
