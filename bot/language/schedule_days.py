"""The days of a schedule, as people say them: `mon-fri`, `weekdays but not friday`, `first monday`.

Digests come every week or every month. What comes every second week is refused, never read as another day.
"""

import re
from collections.abc import Sequence
from typing import Final

from bot.language import time_words
from bot.language.errors import QueryError, nearest
from bot.language.schedule_phrases import LAST_DAY_IN_ALL_MONTHS, ORDINALS, WEEKDAYS
from bot.language.schedule_weekdays import (
    AND,
    EACH,
    GROUPS,
    LIST_MARK,
    WEEKDAY_EXPECTED,
    WEEKDAY_OF,
    Days,
    take_group,
    take_weekdays,
)
from bot.language.tokens import Token
from bot.language.word_stream import Words, as_typed, wrong

_DAY_OF_MONTH: Final = f"a day of the month from 1 to {LAST_DAY_IN_ALL_MONTHS}, or `last`"
_WEEKLY: Final = ("weekly", "week", "once a week", "once weekly")
_MONTHLY: Final = ("monthly", "month", "once a month", "once monthly")
_WHICH: Final = {
    **{name: suffix for suffix, name in ORDINALS.items()},
    "1st": "#1", "2nd": "#2", "3rd": "#3", "4th": "#4",
}  # fmt: skip
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
    days = (
        _take_day_of_month(ahead)
        or take_group(ahead)
        or _take_weekly(ahead)
        or _take_monthly(ahead)
        or take_weekdays(ahead)
    )
    days = days or _take_ordinal(ahead, is_day=words.word() != ahead.word())
    if days is None:
        return None
    if is_each and re.search("#[234]", days.of_week) and not ahead.take_phrase(_OF_MONTH):
        raise _unclear_ordinal_error(words.copy().follow(ahead), days)
    ahead.take_phrase(_OF_MONTH)
    words.follow(ahead)
    return days


def _check_possible(words: Words, ahead: Words, *, is_each: bool) -> None:
    """Refuse a schedule that comes less often than every week, unless it names days of the month."""
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
    take_weekdays(further) or take_group(further)
    said = words.copy().follow(further)
    raise _rare_days_error(said, _RARE.get(name) or "does not come on the same days of each week")


def _rare_days_error(said: Sequence[Token], problem: str) -> QueryError:
    weekday = next((WEEKDAY_OF[word] for word in as_typed(said).lower().split() if word in WEEKDAY_OF), 1)
    name = WEEKDAYS[weekday]
    return wrong(
        said,
        problem,
        expected=f"days of every week, such as `{name}s 09:00`, or of every month, such as "
        f"`second {name} 09:00` and `monthly 1 09:00`; in cron fields `0 9 1 */3 *` is every third month",
    )


def _unclear_ordinal_error(said: Sequence[Token], days: Days) -> QueryError:
    """Return the error for `every second tuesday`, which may be one of two or of a month."""
    name, which = WEEKDAYS[int(days.of_week[0])], ORDINALS[days.of_week[1:3]]
    return wrong(
        said,
        f"may mean one {name} in several, or the {which} of each month",
        expected=f"`{name}s 09:00` for every week, or `{which} {name} 09:00` for every month",
    )


def _take_weekly(words: Words) -> Days | None:
    """Read `weekly on monday`, `every week on mon and thu`."""
    ahead = words.copy()
    if ahead.take_phrase(_WEEKLY) is None:
        return None
    ahead.pass_over("on", *EACH)
    days = take_weekdays(ahead)
    if days is not None:
        words.follow(ahead)
    return days


def _take_monthly(words: Words) -> Days | None:
    """Read `monthly 1`, `monthly on the last day`, `every month on the 1st and 15th`."""
    ahead = words.copy()
    if ahead.take_phrase(_MONTHLY) is None:
        return None
    said = words.copy().follow(ahead)
    ahead.pass_over("on", "the")
    days = _take_which_weekday(ahead)
    if days is None:
        ahead.pass_over("day", "days")
        days = _take_days_of_month(ahead)
    if days is None:
        raise _no_day_of_month_error(said, ahead)
    words.follow(ahead)
    return days


def _take_day_of_month(words: Words) -> Days | None:
    """Read `day 1 of the month`."""
    ahead = words.copy()
    if ahead.take_phrase(("day", "days")) is None:
        return None
    days = _take_days_of_month(ahead)
    if days is None or ahead.take_phrase(_OF_MONTH) is None:
        return None
    words.follow(ahead)
    return days


def _no_day_of_month_error(said: Sequence[Token], ahead: Words) -> QueryError:
    token = ahead.ahead
    if token is None or not ahead.word():
        right = f"{as_typed(said)} 1"
        return wrong(said, "names no day of the month", expected=_DAY_OF_MONTH, nearest=right)
    number = _NUMBERED.fullmatch(ahead.word())
    if number and LAST_DAY_IN_ALL_MONTHS < int(number[1]) <= 31:
        return token.wrong("is not a day of every month", expected=_DAY_OF_MONTH, nearest="last")
    is_time = ahead.word() == "at" or time_words.is_clock(ahead.word())
    close = f"1 {token.text}" if is_time else None
    return token.wrong("is no day of the month", expected=_DAY_OF_MONTH, nearest=close)


def _take_days_of_month(words: Words) -> Days | None:
    """Read `1`, `1st and 15th`, `1, 10, 20`, `last day`, `last weekday`."""
    if name := words.take_phrase(
        ("last day", "last weekday", "last working day", "last business day", "last")
    ):
        return Days(of_month="L" if name in ("last", "last day") else "LW")
    ahead = words.copy()
    days: list[str] = []
    while numbers := _read_numbers(ahead.word()):
        days += numbers
        ahead.take()
        words.follow(ahead)
        ahead.pass_over(*AND, "the", "on")
    return Days(of_month=",".join(days)) if days else None


def _read_numbers(word: str) -> list[str]:
    """Return the days in `1st` or `1,15`; none if one of them is not a day of every month."""
    found = [_NUMBERED.fullmatch(part) for part in LIST_MARK.split(word)]
    numbers = [number[1] for number in found if number and 1 <= int(number[1]) <= LAST_DAY_IN_ALL_MONTHS]
    return numbers if len(numbers) == len(found) else []


def _take_ordinal(words: Words, *, is_day: bool) -> Days | None:
    """Read `first monday`, `1st of each month`, and `the 15th` if `on` before it shows that it is a day."""
    if words.word() not in _WHICH and not re.fullmatch(r"\d+(st|nd|rd|th).*", words.word()):
        return None
    if days := _take_which_weekday(words):
        return days
    ahead = words.copy()
    days = _take_first_day(ahead) or _take_days_of_month(ahead)
    if days and (ahead.take_phrase(_OF_MONTH) or (is_day and days.of_month[0].isdigit())):
        words.follow(ahead)
        return days
    return _refuse_ordinal(words)


def _take_first_day(words: Words) -> Days | None:
    if words.take_phrase(("first day", "1st day", "first")):
        return Days(of_month="1")
    return None


def _refuse_ordinal(words: Words) -> Days:
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
        raise first.wrong("is no day of the week", expected=WEEKDAY_EXPECTED, nearest=f"monthly {first.text}")
    second = words.ahead
    if second is None or second.key is not None:
        right = f"{first.text} monday"
        raise first.wrong("names no day of the week", expected=WEEKDAY_EXPECTED, nearest=right)
    close = None if words.word() in GROUPS else nearest(words.word(), WEEKDAYS)
    raise second.wrong("is no day of the week", expected=WEEKDAY_EXPECTED, nearest=close)


def _take_which_weekday(words: Words) -> Days | None:
    """Read `first monday`, `1st and 3rd tuesday of the month`."""
    ahead = words.copy()
    which: list[str] = []
    while suffix := _WHICH.get(ahead.word()):
        which.append(suffix)
        ahead.take()
        ahead.pass_over(*AND)
    weekday = WEEKDAY_OF.get(ahead.word())
    if not which or weekday is None:
        return None
    ahead.take()
    words.follow(ahead)
    return Days(of_week=",".join(f"{weekday}{suffix}" for suffix in which))
